import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { MonitoringStack } from '../../lib/monitoring';
import { BRANCH, FOLDER, HybridRig } from './hybrid-outage-rig';
import { discoveredOf, localScrapes } from './harness/monitoring/local-scrapes';
import { Prometheus } from './harness/monitoring/prometheus';
import { Vmagent } from './harness/monitoring/vmagent';
import { freePort } from './harness/ports';
import { Stoppable, stopAll } from './harness/process';
import { Tools } from './harness/tools';

/** What five minutes are here, and the eleven for which the hub waits for a site. */
const SCALED = '10s';
const OFTEN = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
export const GATEWAY_JOB = 'gateway-gateway';
const SERVER_JOB = 'vllm-risk-13b';
/** Jobs of the branch whose targets are here; of the others there is none. */
export const JOBS = ['prometheus', 'uplink', GATEWAY_JOB, SERVER_JOB];

/** Prometheus of the branch and of the cloud, and vmagent between them, as the example configures each; the clocks of alerts are shortened. */
export class Watch implements Stoppable {
  public static async start(rig: HybridRig, tools: Required<Tools>): Promise<Watch> {
    const started: Stoppable[] = [];
    try {
      const { cloud, sites } = rig.topology;
      const hub = cloud!.monitoring!;
      const configuration = JSON.parse(localScrapes(hub.prometheusConfiguration, []));
      const atHub = await Prometheus.start({
        program: tools.monitoring.prometheus,
        folder: path.join(FOLDER, 'hub'),
        configuration: JSON.stringify({ ...configuration, global: { ...configuration.global, ...OFTEN } }),
        rules: hastened(hub.rules),
        args: ['--web.enable-remote-write-receiver'],
      });
      started.push(atHub);
      const way = await rig.wayTo(Number(new URL(atHub.url).port));
      const ports = { prometheus: await freePort(), vmagent: await freePort() };
      const watch = new Watch(rig, tools, sites[BRANCH].monitoring!, atHub, way.port, ports, started);
      await watch.startVmagent();
      await watch.startPrometheus();
      return watch;
    } catch (error) {
      await stopAll(started);
      throw error;
    }
  }

  public atBranch!: Prometheus;
  public vmagent!: Vmagent;

  private constructor(
    private readonly rig: HybridRig,
    private readonly tools: Required<Tools>,
    private readonly monitoring: MonitoringStack,
    public readonly atHub: Prometheus,
    private readonly hubPort: number,
    private readonly ports: { readonly prometheus: number; readonly vmagent: number },
    private readonly started: Stoppable[],
  ) {}

  /** Bytes that wait for the hub. */
  public async waiting(): Promise<number> {
    return this.vmagent.metric('vmagent_remotewrite_pending_data_bytes');
  }

  /**
   * vmagent ends, and starts again with what it has on disk. Prometheus goes on: what it scrapes in the moment in which it ends it would not send, for its
   * remote write takes up nothing over a restart (https://github.com/prometheus/prometheus/issues/8809).
   */
  public async restartVmagent(): Promise<void> {
    await this.vmagent.stop();
    await this.startVmagent();
  }

  /** When a job of the branch was scraped and how that went, as one of both knows it. */
  public async scrapes(where: Prometheus, job: string, end: number): Promise<string[]> {
    const samples = await where.samples(`up{job="${job}"${this.branchAt(where)}}`, '1h', end);
    return samples.map(([at, value]) => `${at} ${value}`);
  }

  /** Samples of all series of a job of the branch, as one of both has them. */
  public async samples(where: Prometheus, job: string, end: number): Promise<number> {
    return where.count(`{job="${job}"${this.branchAt(where)}}`, '1h', end);
  }

  public async stop(): Promise<void> {
    await stopAll(this.started);
  }

  private branchAt(where: Prometheus): string {
    return where === this.atHub ? `,cluster="${BRANCH}"` : '';
  }

  private async startVmagent(): Promise<void> {
    const uplink = await this.rig.kube.find({
      ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'uplink', namespace: 'monitoring' } },
    });
    const password = path.join(FOLDER, 'hub-password');
    writeFileSync(password, 'password of the branch at the hub');
    const flag = '-remoteWrite.basicAuth.passwordFile';
    const args = (uplink!.spec.template.spec.containers[0].args as string[]).map((arg) =>
      arg.startsWith(`${flag}=`) ? `${flag}=${password}` : arg,
    );
    this.vmagent = await Vmagent.start({
      program: this.tools.vmagent,
      folder: path.join(FOLDER, 'vmagent'),
      port: this.ports.vmagent,
      args,
      url: `http://127.0.0.1:${this.hubPort}/api/v1/write`,
    });
    this.started.push(this.vmagent);
  }

  private async startPrometheus(): Promise<void> {
    const { prometheusConfiguration: configuration, rules } = this.monitoring;
    const target = (job: string, port: number, namespace: string, name: string) => {
      return { job, port, discovered: discoveredOf(configuration, job, { namespace, name, node: BRANCH }) };
    };
    const [server] = await this.rig.pods('risk-13b', 1);
    const scrapes = JSON.parse(
      localScrapes(
        configuration.replace('http://uplink.monitoring.svc:8429', `http://127.0.0.1:${this.ports.vmagent}`),
        [
          target('prometheus', this.ports.prometheus, 'monitoring', 'prometheus-0'),
          target('uplink', this.ports.vmagent, 'monitoring', 'uplink-0'),
          target(GATEWAY_JOB, this.rig.gateway.metricsPort, 'inference', this.rig.gateway.runner.pod.metadata.name),
          target(SERVER_JOB, this.rig.serverPort, 'inference', server.metadata.name),
        ],
      ),
    );
    this.atBranch = await Prometheus.start({
      program: this.tools.monitoring.prometheus,
      folder: path.join(FOLDER, 'prometheus'),
      port: this.ports.prometheus,
      configuration: JSON.stringify({ ...scrapes, global: { ...scrapes.global, ...OFTEN } }),
      rules: hastened(rules),
    });
    this.started.push(this.atBranch);
  }
}

/** Rules whose five minutes, and the eleven for which a site may be silent, are seconds. */
function hastened(rules: string): string {
  const silent = /(absent_over_time\(up\{cluster=\\?"[^)]*?\})\[\d+s\]/g;
  return rules
    .replaceAll('[5m]', `[${SCALED}]`)
    .replaceAll('"for":"5m"', '"for":"5s"')
    .replace(silent, `$1[${SCALED}]`);
}
