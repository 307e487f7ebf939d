import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { AlertReceiver } from '../../lib/monitoring';
import { alertmanagerConfig } from '../../lib/monitoring/alerting/alertmanager-config';
import { managedRemoteWrite } from '../../lib/monitoring/prometheus/managed-prometheus';
import { prometheusConfig } from '../../lib/monitoring/prometheus/prometheus-config';
import { monitor } from '../monitoring/support';
import { Block } from '../support/synth';
import { Alertmanager } from './harness/monitoring/alertmanager';
import { Prometheus } from './harness/monitoring/prometheus';
import { Webhook } from './harness/monitoring/webhook';
import { describeWith } from './harness/needs';
import { freePort } from './harness/ports';
import { Stoppable, stopAll, until } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';

const FOLDER = path.join(E2E_CACHE, 'runs', 'monitoring-high-availability');
const ARN = 'arn:aws:aps:eu-central-1:123456789012:workspace/ws-0a11ce00-0000-4000-8000-000000000001';
const RULES = JSON.stringify({
  groups: [{ name: 'a', rules: [{ alert: 'Always', expr: 'vector(1)', labels: { severity: 'critical' } }] }],
});
/** How long an Alertmanager waits for the one before it, and as long again. */
const SILENT_SECONDS = 35;

describeWith(['monitoring'], 'Two Prometheus and two Alertmanagers', () => {
  const started: Stoppable[] = [];
  const keep = <T extends Stoppable>(made: T): T => {
    started.push(made);
    return made;
  };
  const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

  beforeAll(() => rmSync(FOLDER, { recursive: true, force: true }));
  afterAll(() => stopAll(started));

  /** As the pods have them, with addresses of this machine. */
  const argumentsOf = (ports: readonly number[], index: number): string[] => {
    const { spec } = monitor([{}], { highAvailability: true }).result.byName(
      'kubernetes_stateful_set_v1',
      'alertmanager',
    );
    const args = spec.template.spec.container[0].args as string[];
    const here = (text: string) =>
      ports
        .reduce(
          (found, port, i) =>
            found.replace(`alertmanager-${i}.alertmanager-peers.monitoring.svc:9094`, `127.0.0.1:${port}`),
          text,
        )
        .replace('[$(POD_IP)]:9094', `[127.0.0.1]:${ports[index]}`)
        .replace('listen-address=:9094', `listen-address=127.0.0.1:${ports[index]}`);
    return args.filter((arg) => arg.startsWith('--cluster.')).map(here);
  };

  test('tell once, go on when one of each is gone, and write as one into a workspace', async () => {
    const { prometheus: program, alertmanager } = tools().monitoring!;
    const hook = keep(await Webhook.start());
    const alertReceivers = [AlertReceiver.webhook('hook', { url: hook.url })];
    const soon = alertmanagerConfig({ alertReceivers }).replace('"group_wait": "30s"', '"group_wait": "0s"');
    const ports = [await freePort(), await freePort()];
    const managers: Alertmanager[] = [];
    for (const index of [0, 1]) {
      const folder = path.join(FOLDER, `alertmanager-${index}`);
      managers.push(keep(await Alertmanager.start(alertmanager, folder, soon, {}, argumentsOf(ports, index))));
    }
    await until(async () => (await managers[0].peers()) === 2, 60, 'a cluster of two');

    const workspace = keep(
      await Prometheus.start({
        ...{ program, folder: path.join(FOLDER, 'workspace'), configuration: '{}', rules: '{}' },
        args: ['--web.enable-remote-write-receiver'],
      }),
    );
    const configuration = prometheusConfig({
      ...{ clusterName: 'chat', scrapeIntervalSeconds: 5, targets: [], replicated: true },
      alertmanagers: managers.map(({ address }) => address),
      remoteWrite: [{ ...managedRemoteWrite(ARN, true), sigv4: undefined, url: `${workspace.url}/api/v1/write` }],
    });
    const servers: Prometheus[] = [];
    for (const index of [0, 1]) {
      servers.push(
        keep(
          await Prometheus.start({
            ...{ program, folder: path.join(FOLDER, `prometheus-${index}`), configuration, rules: RULES },
            // What fires before the Alertmanagers are known is sent again.
            args: ['--enable-feature=expand-external-labels', '--rules.alert.resend-delay=5s'],
            env: { POD_NAME: `prometheus-${index}` },
          }),
        ),
      );
    }

    await until(() => hook.notified.length > 0, 60, 'a notification');
    const replicas = async () => (await workspace.query('ALERTS')).map(({ labels }) => labels.__replica__).sort();
    await until(async () => (await replicas()).length === 2, 60, 'the series of both');
    await pause(SILENT_SECONDS);
    expect(hook.notified.map(({ alerts }) => alerts.map(({ labels }) => labels))).toEqual([
      [{ alertname: 'Always', severity: 'critical', cluster: 'chat' }],
    ]);
    for (const manager of managers) expect(await manager.alerts()).toEqual(['Always']);
    expect(await replicas()).toEqual(['prometheus-0', 'prometheus-1']);
    const written: Block[] = await workspace.query('ALERTS');
    for (const { labels } of written) expect(Object.keys(labels as Block)).not.toContain('prometheus_replica');

    await Promise.all([servers[0].stop(), managers[0].stop()]);
    await managers[1].raise([{ alertname: 'Later', severity: 'critical' }]);
    await until(() => hook.notified.some(({ alerts }) => alerts[0].labels.alertname === 'Later'), 60, 'another one');
    expect(await servers[1].value('ALERTS{alertname="Always"}')).toBe(1);
  });
});
