import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { MonitoringStack, MonitoringStackProps } from '../../lib/monitoring';
import { Duration } from '../../lib/units';
import { Synthesized, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { Link } from './harness/link';
import { localScrapes } from './harness/monitoring/local-scrapes';
import { Prometheus } from './harness/monitoring/prometheus';
import { Vmagent } from './harness/monitoring/vmagent';
import { describeWith } from './harness/needs';
import { freePort } from './harness/ports';
import { Stoppable, stopAll, until } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';

const FOLDER = path.join(E2E_CACHE, 'runs', 'monitoring-uplink');
const SITE = 'hall-1';
const OUTAGE = Duration.hours(2);
/** What five minutes are here. */
const SCALED = '10s';
/** Samples that may be on their way when both sides are compared. */
const ON_THE_WAY_SECONDS = 10;

function made(clusterName: string, props: Partial<MonitoringStackProps>) {
  let monitoring: MonitoringStack | undefined;
  const result = synthesize((stack) => {
    const cluster = testCluster(stack, { clusterName });
    monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster,
      alertReceivers: [],
      clusterMetrics: false,
      ...props,
    });
  });
  return { monitoring: monitoring as MonitoringStack, result };
}

const argsOf = (result: Synthesized, name: string): string[] =>
  result.byName('kubernetes_stateful_set_v1', name).spec.template.spec.container[0].args;

describeWith(['monitoring', 'vmagent'], 'A site that writes to its hub', () => {
  const hub = made('cloud', { expectedSites: [{ name: SITE, silentAfter: Duration.minutes(5), maxOutage: OUTAGE }] });
  const site = made(SITE, { uplink: { url: 'https://hub.example.com/api/v1/write', maxOutage: OUTAGE } });
  const started: Stoppable[] = [];
  let [atHub, atSite] = [undefined, undefined] as unknown as [Prometheus, Prometheus];
  let vmagent: Vmagent;
  let link: Link;
  let ports: { site: number; vmagent: number };

  const startVmagent = async () => {
    vmagent = await Vmagent.start({
      program: tools().vmagent!,
      folder: path.join(FOLDER, 'vmagent'),
      port: ports.vmagent,
      args: argsOf(site.result, 'uplink'),
      url: `http://127.0.0.1:${link.port}/api/v1/write`,
    });
    started.push(vmagent);
  };
  const startSite = async () => {
    const pod = (name: string) => ({
      __meta_kubernetes_pod_name: `${name}-0`,
      __meta_kubernetes_namespace: 'monitoring',
    });
    const written = site.monitoring.prometheusConfiguration.replace(
      'http://uplink.monitoring.svc:8429',
      `http://127.0.0.1:${ports.vmagent}`,
    );
    const scrapes = JSON.parse(
      localScrapes(written, [
        { job: 'prometheus', port: ports.site, discovered: discovered('prometheus', '9090', pod('prometheus')) },
        { job: 'uplink', port: ports.vmagent, discovered: discovered('uplink', '8429', pod('uplink')) },
      ]),
    );
    const often = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    atSite = await Prometheus.start({
      program: tools().monitoring!.prometheus,
      folder: path.join(FOLDER, 'site'),
      port: ports.site,
      configuration: JSON.stringify({ ...scrapes, global: { ...scrapes.global, ...often } }),
      // Five minutes of an outage are some seconds here.
      rules: site.monitoring.rules.replaceAll('[5m]', `[${SCALED}]`).replaceAll('"for":"5m"', '"for":"5s"'),
    });
    started.push(atSite);
  };

  beforeAll(async () => {
    rmSync(FOLDER, { recursive: true, force: true });
    ports = { site: await freePort(), vmagent: await freePort() };
    const configuration = localScrapes(hub.monitoring.prometheusConfiguration, []);
    const args = argsOf(hub.result, 'prometheus').filter((arg) => arg === '--web.enable-remote-write-receiver');
    atHub = await Prometheus.start({
      program: tools().monitoring!.prometheus,
      folder: path.join(FOLDER, 'hub'),
      configuration,
      rules: hub.monitoring.rules,
      args,
    });
    started.push(atHub);
    link = await Link.to(Number(new URL(atHub.url).port));
    started.push(link);
    await startVmagent();
    await startSite();
  });

  afterAll(() => stopAll(started));

  /** When a job of the site was scraped, as one of both knows it. */
  const scrapesOf = async (where: Prometheus, job: string, before: number) => {
    const cluster = where === atHub ? `,cluster="${SITE}"` : '';
    const samples = await where.samples(`up{job="${job}"${cluster}}`, '1h', before);
    return samples.map(([at, value]) => `${at} ${value}`);
  };

  test('is seen there, by its name', async () => {
    const seen = async () => (await atHub.value(`up{job="prometheus",cluster="${SITE}"}`)) === 1;
    await until(seen, 60, 'the site at the hub');
    expect(await atHub.value(`absent_over_time(up{cluster="${SITE}"}[300s])`)).toBeUndefined();
    expect(await atSite.brokenRules()).toEqual([]);
  });

  test('says itself that it is cut off, and keeps what it cannot send', async () => {
    link.cut();
    await until(async () => (await atSite.firing()).includes('UplinkDown'), 90, 'UplinkDown');
    await until(async () => (await vmagent.metric('vmagent_remotewrite_pending_data_bytes')) > 0, 30, 'a queue');
  });

  test('goes on with it when vmagent and Prometheus have been restarted meanwhile', async () => {
    const kept = await vmagent.metric('vmagent_remotewrite_pending_data_bytes');
    await vmagent.stop();
    await startVmagent();
    expect(await vmagent.metric('vmagent_remotewrite_pending_data_bytes')).toBeGreaterThanOrEqual(kept);
    await atSite.stop();
    await startSite();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  });

  test('brings every sample of the outage, and its alert ends', async () => {
    const before = await scrapesOf(atHub, 'prometheus', Math.floor(Date.now() / 1000));
    link.mend();
    await until(
      async () => (await vmagent.metric('vmagent_remotewrite_pending_data_bytes')) === 0,
      120,
      'an empty queue',
    );
    await new Promise((resolve) => setTimeout(resolve, 1000 * ON_THE_WAY_SECONDS));
    const end = Math.floor(Date.now() / 1000) - ON_THE_WAY_SECONDS;
    for (const job of ['prometheus', 'uplink']) {
      const [here, there] = [await scrapesOf(atSite, job, end), await scrapesOf(atHub, job, end)];
      const lost = here.filter((sample) => !there.includes(sample));
      const span = Math.round(Number(here[here.length - 1].split(' ')[0]) - Number(here[0].split(' ')[0]));
      console.log(
        `${job}: ${here.length} scrapes in ${span} s at the site, ${there.length} at the hub, ${lost.length} lost`,
      );
      expect(lost).toEqual([]);
      expect(here.length).toBeGreaterThan(before.length + 15);
    }
    // Of all other series too.
    for (const job of ['prometheus', 'uplink']) {
      const counted = await atSite.count(`{job="${job}"}`, '1h', end);
      expect(await atHub.count(`{job="${job}",cluster="${SITE}"}`, '1h', end)).toBe(counted);
      console.log(`${job}: ${counted} samples of all its series, at both`);
    }
    await until(async () => !(await atSite.firing()).includes('UplinkDown'), 60, 'the end of the alert');
    expect(await vmagent.metric('vmagent_remotewrite_packets_dropped_total')).toBe(0);
  });

  /** The labels of a pod that discovery finds. */
  function discovered(name: string, port: string, pod: { readonly [label: string]: string }) {
    const label = (key: string) => `__meta_kubernetes_pod_label_${key.replace(/[^a-zA-Z0-9_]/g, '_')}`;
    return {
      ...pod,
      [label('app.kubernetes.io/name')]: name,
      [label('app.kubernetes.io/part-of')]: 'monitoring',
      [label('app.kubernetes.io/managed-by')]: 'gpu-inference-constructs',
      __meta_kubernetes_pod_container_port_number: port,
      __meta_kubernetes_pod_container_init: 'false',
      __meta_kubernetes_pod_phase: 'Running',
      __meta_kubernetes_pod_node_name: 'node-1',
    };
  }
});
