import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { freePort } from '../ports';
import { Server, Stoppable, isolatedEnvironment } from '../process';
import { Program } from '../tools';

/** What Alertmanager says of an alert. */
export interface AlertState {
  readonly labels: { readonly [label: string]: string };
  readonly receivers: readonly { readonly name: string }[];
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** A real Alertmanager on the loopback interface. */
export class Alertmanager implements Stoppable {
  /**
   * @param program as it is installed
   * @param folder of its files and its log
   * @param configuration text of `alertmanager.yml`
   * @param env further environment of it
   * @param cluster arguments of its gossip
   */
  public static async start(
    program: Program,
    folder: string,
    configuration: string,
    env: { [name: string]: string } = {},
    cluster: readonly string[] = ['--cluster.listen-address='],
  ): Promise<Alertmanager> {
    mkdirSync(folder, { recursive: true });
    const port = await freePort();
    const file = path.join(folder, 'alertmanager.yml');
    writeFileSync(file, configuration);
    const address = `127.0.0.1:${port}`;
    const server = await Server.start({
      name: 'alertmanager',
      command: [
        program.program,
        `--config.file=${file}`,
        `--storage.path=${path.join(folder, 'data')}`,
        ...cluster,
        `--web.listen-address=${address}`,
      ],
      folder,
      env: isolatedEnvironment(path.join(folder, 'home'), env),
      ready: async () => {
        const answer = await fetch(`http://${address}/-/ready`);
        await answer.text();
        return answer.ok;
      },
    });
    return new Alertmanager(server, address);
  }

  private constructor(
    private readonly server: Stoppable,
    /** Host and port. */
    public readonly address: string,
  ) {}

  public stop(): Promise<void> {
    return this.server.stop();
  }

  /** Names of the alerts that it has. */
  public async alerts(): Promise<string[]> {
    return (await this.states()).map(({ labels }) => labels.alertname).sort();
  }

  /** How many Alertmanagers it knows, itself among them. */
  public async peers(): Promise<number> {
    const answer = await fetch(`http://${this.address}/api/v2/status`);
    const { cluster } = (await answer.json()) as { readonly cluster: { readonly peers?: readonly object[] } };
    return cluster.peers?.length ?? 0;
  }

  /** The alerts that it has, and what it does with each. */
  public async states(): Promise<AlertState[]> {
    const answer = await fetch(`http://${this.address}/api/v2/alerts`);
    return (await answer.json()) as AlertState[];
  }

  /** Of each group of alerts that a receiver is told of together, how many there are. */
  public async groupSizes(receiver: string): Promise<number[]> {
    const answer = await fetch(`http://${this.address}/api/v2/alerts/groups?receiver=${encodeURIComponent(receiver)}`);
    const groups = (await answer.json()) as { readonly alerts: readonly object[] }[];
    return groups.map(({ alerts }) => alerts.length).sort();
  }

  /** Raises alerts with these labels, as Prometheus does, or says when they ended. */
  public async raise(alerts: readonly { readonly [label: string]: string }[], endsAt?: Date): Promise<void> {
    const body = JSON.stringify(alerts.map((labels) => ({ labels, endsAt })));
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`http://${this.address}/api/v2/alerts`, { method: 'POST', headers, body });
    if (!answer.ok) throw new Error(`Alertmanager answers ${answer.status}: ${await answer.text()}`);
  }
}
