import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { KubeObject } from './kube-client';
import { PodProcess } from './pod-process';
import { PodRunner } from './pod-runner';
import { freePort } from './ports';
import { until } from './process';
import { ServerSite } from './server-site';

/** Where the servers of a name are here. */
export interface Served {
  /** Name in the configuration, as pods of a cluster resolve it. */
  readonly host: string;
  /** Ports of this machine. */
  readonly ports: readonly number[];
}

/** What a gateway is run with. */
export interface GatewayRun {
  readonly pod: KubeObject;
  /** Path of Envoy. */
  readonly program: string;
  readonly served: readonly Served[];
  /** Other texts of its configuration, and what stands for them here. @default - none */
  readonly texts?: readonly (readonly [from: string, to: string])[];
  /** Port of its metrics, e.g. of a pod that comes in the place of another. @default - a free one */
  readonly metricsPort?: number;
}

/**
 * A pod of a gateway that runs here: its own arguments, files and secrets. Its configuration differs in what one machine without a cluster's names and
 * addresses has otherwise: ports, the addresses that it listens on, the addresses of servers, and the paths of mounts.
 */
export class GatewayRunner {
  public static async start(site: Pick<ServerSite, 'runner'>, name: string, run: GatewayRun): Promise<GatewayRunner> {
    const [requests, metrics, admin] = [await freePort(), run.metricsPort ?? (await freePort()), await freePort()];
    const runner = await site.runner(name, run.pod, {
      programs: { envoy: path.dirname(run.program) },
      differences: [{ pod: 'ADMIN_PORT=9901', here: `ADMIN_PORT=${admin}`, reason: 'several pods have one address' }],
      ports: { 8080: requests, 9902: metrics },
    });
    const config = runner.volumes.folderOf('config');
    const mounts = runner.volumes.mountsOf(run.pod.spec.containers[0]);
    const ports = new Map([
      [8080, requests],
      [9902, metrics],
      [9901, admin],
    ]);
    for (const file of readdirSync(config).filter((name) => name.endsWith('.json'))) {
      let text = mounts.applyTo(readFileSync(path.join(config, file), 'utf8'));
      for (const [from, to] of run.texts ?? []) text = text.replaceAll(from, to);
      const adapted = adapt(JSON.parse(text), ports, run.served);
      writeFileSync(path.join(config, file), JSON.stringify(adapted));
    }
    const process = await runner.start('envoy');
    const gateway = new GatewayRunner(runner, process, requests, metrics);
    const started = async () => process.status !== undefined || (await gateway.isReady('startupProbe'));
    await until(started, 30, 'the startup probe of the gateway');
    if (process.status !== undefined)
      throw new Error(`Envoy ended with ${process.status}: ${process.output.slice(-3000)}`);
    return gateway;
  }

  private constructor(
    public readonly runner: PodRunner,
    public readonly process: PodProcess,
    public readonly port: number,
    public readonly metricsPort: number,
  ) {}

  public async isReady(probe: 'startupProbe' | 'readinessProbe' | 'livenessProbe'): Promise<boolean> {
    return (await this.runner.probe('envoy', probe)).ok;
  }

  /** Values of a metric, by the names of servers. */
  public async metric(name: string): Promise<{ [server: string]: number }> {
    const text = await (await fetch(`http://127.0.0.1:${this.metricsPort}/metrics`)).text();
    const lines = text.matchAll(new RegExp(`^${name}\\{.*envoy_cluster_name="([^"]+)".*\\} (\\d+)$`, 'gm'));
    return Object.fromEntries([...lines].map(([, server, value]) => [server, Number(value)]));
  }

  /** What its log has of requests, the oldest first. */
  public get requests(): { [field: string]: string | number | null }[] {
    const lines = this.process.output.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line));
  }
}

/** The configuration with the addresses of this machine. */
function adapt(value: any, ports: ReadonlyMap<number, number>, served: readonly Served[]): any {
  if (Array.isArray(value)) return value.map((each) => adapt(each, ports, served));
  if (typeof value !== 'object' || value === null) return value;
  const found = served.find(({ host }) => host === hostOf(value));
  if (found) {
    const endpoint = (port: number) => ({
      endpoint: { address: { socket_address: { address: '127.0.0.1', port_value: port } } },
    });
    return { lb_endpoints: found.ports.map(endpoint) };
  }
  const { address, port_value: port } = value;
  if (typeof address === 'string' && ports.has(port)) return { address: '127.0.0.1', port_value: ports.get(port) };
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, adapt(each, ports, served)]));
}

/** Of the endpoints of a cluster, the only name. */
function hostOf({ lb_endpoints: endpoints }: any): string | undefined {
  return endpoints?.[0]?.endpoint?.address?.socket_address?.address;
}
