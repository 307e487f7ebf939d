/** @jest-environment ./test/e2e/harness/needed-environment.js */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { AlertReceiver, MonitoringStack } from '../../lib';
import { Alertmanager } from './harness/monitoring/alertmanager';
import { SCRAPED_HERE, localScrapes, sooner } from './harness/monitoring/local-scrapes';
import { LoadGenerator, summary } from './harness/monitoring/load-generator';
import { infer } from './harness/monitoring/model-requests';
import { Prometheus } from './harness/monitoring/prometheus';
import { ServedModels } from './harness/monitoring/served-models';
import { objectsOf, secretOf } from './harness/monitoring/synthesized';
import { Notification, Webhook } from './harness/monitoring/webhook';
import { neededTest } from './harness/needed';
import { describeWith } from './harness/needs';
import { Difference } from './harness/pod-runner';
import { Stoppable, stopAll, until } from './harness/process';
import { differenceTable } from './harness/server-site';
import { E2E_CACHE, tools } from './harness/tools';
import { SCRAPE_SECONDS, STORE_KEY, countingTriton } from './monitoring-live-stack';
import { modelsRack } from './models-rack';

const [SERVER, MODEL] = ['ranker', 'steady'];
const JOB = `triton-${SERVER}`;
/** Seconds that an inference takes: fast, and slow, which is still less than a second (`monitoring-live-load.ts`). */
const [FAST, SLOW] = [0.02, 0.9];
/** Milliseconds above which it is slow: more than the slowest of a hundred fast ones takes on a machine that does much else. */
const THRESHOLD = 800;
/** Longer than anything takes that is waited for, also on such a machine. */
const PATIENCE_SECONDS = 240;
const TOKEN = { name: 'on-call', key: 'token' };
const ON_CALL = 'http://on-call.platform.svc:8080/alerts';
/** Seconds of what takes minutes: more than one evaluation, and enough to see that nothing more is sent. */
const [FOR, GROUP_INTERVAL] = [15, 5];

const HERE: readonly Difference[] = [
  ...SCRAPED_HERE,
  { pod: 'for: 5m', here: `for: ${FOR}s`, reason: 'a test does not wait so long' },
  { pod: 'group_wait: 30s, group_interval: 5m', here: `${GROUP_INTERVAL}s`, reason: 'so here' },
  { pod: ON_CALL, here: 'a port of the loopback interface', reason: 'there is no DNS of a cluster' },
];

/** A server with one model, and somebody who is told when it is slow. */
function watchedRanker(app: App): TerraformStack & { monitoring: MonitoringStack } {
  const { stack, ...rack } = modelsRack(app, 'monitoring-live-alert', 'hall-9');
  const triton = countingTriton(stack, rack, SERVER, [MODEL]);
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    cluster: rack.cluster,
    alertReceivers: [AlertReceiver.webhook('on-call', { url: ON_CALL, bearerToken: TOKEN })],
    scrapeIntervalSeconds: SCRAPE_SECONDS,
    latencyThresholdMs: THRESHOLD,
    clusterMetrics: false,
  });
  monitoring.watch(triton);
  return Object.assign(stack, { monitoring });
}

describeWith(['monitoring', 'triton'], 'HighLatency, from a slow model to somebody on call', () => {
  const found = tools() as Required<ReturnType<typeof tools>>;
  const folder = path.join(E2E_CACHE, 'runs', 'monitoring-live-alert');
  const started: Stoppable[] = [];
  let prometheus: Prometheus;
  let alertmanager: Alertmanager;
  let onCall: Webhook;
  let load: LoadGenerator;
  let server: ServedModels;
  let sleep = FAST;
  let problem: unknown;

  const keep = async <T extends Stoppable>(starting: Promise<T>): Promise<T> => {
    const made = await starting;
    started.push(made);
    return made;
  };
  const told = (status: Notification['status']) =>
    onCall.notified.filter(({ alerts }) =>
      alerts.some(({ labels, ...alert }) => isHigh(labels) && alert.status === status),
    );
  /** Until its rules have been evaluated so many times more, each at a time of its own. */
  const evaluations = async (count: number) => {
    const seen = new Set<number>();
    const counted = async () => {
      const at = await prometheus.evaluated(`${MODEL}_latency_p99`);
      if (at !== undefined) seen.add(at);
      return seen.size > count;
    };
    await until(counted, PATIENCE_SECONDS, `${count} evaluations of the rules`);
  };
  /** As `until`, and says how the server has ended, if it has. */
  const untilTold = async (condition: () => Promise<boolean> | boolean, what: string) => {
    const orEnded = async () => server.ending !== undefined || (await condition());
    await until(orEnded, PATIENCE_SECONDS, what);
    if (server.ending !== undefined) throw new Error(server.ending);
  };

  beforeAll(() => start().catch((error: unknown) => void (problem = error)));

  const start = async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { stack, objects } = objectsOf(watchedRanker);
    const { monitoring } = stack;
    const all = [...objects, secretOf(STORE_KEY, '')];
    server = await keep(
      ServedModels.triton({ objects: all, tools: found, folder: path.join(folder, 'triton') }, SERVER),
    );
    onCall = await keep(Webhook.start());
    const configuration = onCallHere(monitoring.alertmanagerConfiguration, onCall.url, folder);
    const { alertmanager: program, prometheus: older } = found.monitoring;
    alertmanager = await keep(Alertmanager.start(program, path.join(folder, 'alertmanager'), configuration));
    const pods = [server.standsFor(JOB, 8002)];
    prometheus = await keep(
      Prometheus.start({
        program: found.prometheus3 ?? older,
        folder: path.join(folder, 'prometheus'),
        configuration: localScrapes(monitoring.prometheusConfiguration, pods, alertmanager.address),
        rules: sooner(monitoring.rules, '5m', `${FOR}s`),
      }),
    );
    console.log(`what differs:\n${differenceTable([...server.differences, ...HERE])}`);
    load = new LoadGenerator(() => infer({ port: server.port, model: MODEL, wish: { sleep } }));
    started.push({ stop: () => load.finish().catch(() => undefined) });
    load.start(3);
    await untilTold(async () => ((await prometheus.value(`${MODEL}_latency_p99`)) ?? 0) > 0, 'a recorded latency');
  };

  afterAll(() => stopAll(started));

  neededTest('its latency is recorded', () => {
    if (problem !== undefined) throw problem;
  });

  test('nobody is told while it is fast', async () => {
    await evaluations(Math.ceil(FOR / SCRAPE_SECONDS) + 2);
    expect(await prometheus.firing()).toEqual([]);
    expect(onCall.notified).toEqual([]);
  });

  test('somebody is told once when it has been slow for long enough', async () => {
    sleep = SLOW;
    const slow = Date.now();
    await untilTold(() => told('firing').length > 0, 'a notification');
    expect((Date.now() - slow) / 1000).toBeGreaterThan(FOR);
    const [{ alerts, authorization }] = told('firing');
    expect(authorization).toBe('Bearer of whoever is on call');
    expect(alerts).toMatchObject([
      { labels: { alertname: 'HighLatency', model: MODEL, job: JOB, severity: 'critical' } },
    ]);
    const said = new RegExp(`^P99 latency of ${MODEL} is (\\d+) ms, above ${THRESHOLD} ms`);
    const [, ms] = said.exec(alerts[0].annotations.summary)!;
    expect(Number(ms)).toBeGreaterThanOrEqual(1e3 * SLOW);
    expect(await alertmanager.alerts()).toContain('HighLatency');
  });

  test('and is told again when it is fast, and then no more', async () => {
    sleep = FAST;
    // Its summary tells of the last minute.
    await untilTold(() => told('resolved').length > 0, 'a notification of its end');
    await untilTold(async () => (await alertmanager.alerts()).length === 0, 'an Alertmanager without alerts');
    const notified = onCall.notified.length;
    // Longer than Alertmanager waits for another one.
    await evaluations(Math.ceil((4 * GROUP_INTERVAL) / SCRAPE_SECONDS));
    expect(onCall.notified.length).toBe(notified);
    expect(told('firing').length).toBe(1);
    expect(await prometheus.firing()).toEqual([]);
    console.log(`${summary(load.ended)}; told: ${onCall.notified.map(({ status }) => status).join(', ')}`);
  });
});

const isHigh = ({ alertname }: { readonly [label: string]: string }) => alertname === 'HighLatency';

/** The configuration of Alertmanager, with the receiver and the clocks of this test. */
function onCallHere(configuration: string, url: string, folder: string): string {
  const { route, ...rest } = JSON.parse(configuration);
  const token = path.join(folder, 'token');
  writeFileSync(token, 'of whoever is on call');
  const clocks = { group_wait: `${GROUP_INTERVAL}s`, group_interval: `${GROUP_INTERVAL}s` };
  const text = JSON.stringify({ ...rest, route: { ...route, ...clocks } }).replaceAll(ON_CALL, url);
  return text.replace(/"credentials_file":"[^"]*"/, `"credentials_file":${JSON.stringify(token)}`);
}
