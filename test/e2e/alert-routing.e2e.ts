import { rmSync } from 'node:fs';
import * as path from 'node:path';
import { AlertReceiver } from '../../lib/monitoring';
import { alertmanagerConfig } from '../../lib/monitoring/alerting/alertmanager-config';
import { Alertmanager } from './harness/monitoring/alertmanager';
import { describeWith } from './harness/needs';
import { Stoppable, stopAll } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';

type Labels = { readonly [label: string]: string };

const FOLDER = path.join(E2E_CACHE, 'runs', 'alert-routing');

/** The labels of an alert about a job of a namespace. */
const of = (job: string, alertname: string, severity: string, labels: Labels = {}): Labels => ({
  alertname,
  severity,
  job,
  namespace: 'inference',
  ...labels,
});
const ofGpu = (alertname: string, severity: string, node: string, UUID?: string) =>
  of('dcgm', alertname, severity, { namespace: 'gpu', node, ...(UUID ? { UUID } : {}) });
const ofPort = (severity: string, port: string) =>
  of('door', 'CertificateExpiring', severity, { envoy_listener_address: port });

describeWith(['monitoring'], 'Alertmanager, by the configuration of a monitoring stack', () => {
  const started: Stoppable[] = [];
  const start = async (name: string, configuration: string): Promise<Alertmanager> => {
    const { alertmanager } = tools().monitoring!;
    const made = await Alertmanager.start(alertmanager, path.join(FOLDER, name), configuration);
    started.push(made);
    return made;
  };

  beforeAll(() => rmSync(FOLDER, { recursive: true, force: true }));
  afterAll(() => stopAll(started));

  test('holds back what follows from another alert, and nothing else', async () => {
    const told = [
      of('vllm-chat', 'NoServerAnswers', 'critical', { model: 'chat' }),
      // Of another job, and of the same job in another namespace.
      of('vllm-talk', 'HighLatency', 'critical', { model: 'talk' }),
      of('vllm-chat', 'HighLatency', 'critical', { namespace: 'staging', model: 'chat' }),
      { alertname: 'Watchdog', severity: 'none' },
      // Another model, another pod, and no critical alert of the model at all.
      of('triton-many', 'HighLatency', 'critical', { model: 'slow' }),
      of('triton-many', 'QueueSaturated', 'warning', { model: 'quick' }),
      of('triton-many', 'ServerRestarts', 'critical', { pod: 'many-0' }),
      of('triton-many', 'ServerDown', 'warning', { pod: 'many-1' }),
      of('triton-many', 'ServersMissing', 'warning'),
      // Alerts of pods name the model that they serve; why they are away, its requests do not say, nor another pod.
      of('vllm-code', 'HighLatency', 'critical', { model: 'code' }),
      of('vllm-code', 'QueueSaturated', 'warning', { model: 'code-2' }),
      of('vllm-code', 'ServersMissing', 'warning', { model: 'code' }),
      of('vllm-code', 'ServerDown', 'warning', { model: 'code', pod: 'code-0' }),
      of('vllm-sum', 'ServerRestarts', 'critical', { model: 'sum', pod: 'sum-1' }),
      of('vllm-sum', 'ServerDown', 'warning', { model: 'sum', pod: 'sum-0' }),
      of('vllm-sum', 'QueueSaturated', 'warning', { model: 'sum' }),
      ofGpu('GpuLost', 'critical', 'a', 'GPU-1'),
      ofGpu('GpuThrottled', 'warning', 'a', 'GPU-2'),
      of('kube-state-metrics', 'GpuNotAllocatable', 'critical', { namespace: 'monitoring', node: 'b' }),
      of('kube-state-metrics', 'GroupRecreating', 'critical', { statefulset: 'group-0' }),
      of('kube-state-metrics', 'ContainerOutOfMemory', 'warning', { pod: 'many-1', container: 'triton' }),
      of('kube-state-metrics', 'JobFailed', 'warning', { job_name: 'quantize' }),
      ofPort('critical', '0.0.0.0:8443'),
      ofPort('warning', '0.0.0.0:9443'),
    ];
    const heldBack = [
      of('vllm-chat', 'HighLatency', 'critical', { model: 'chat' }),
      of('vllm-chat', 'ServersMissing', 'warning', { model: 'chat' }),
      of('vllm-code', 'RequestsRejected', 'warning', { model: 'code' }),
      of('vllm-chat', 'ServerDown', 'warning', { model: 'chat', pod: 'chat-0' }),
      of('triton-many', 'RequestsRejected', 'warning', { model: 'slow' }),
      of('triton-many', 'ServerDown', 'warning', { pod: 'many-0' }),
      of('vllm-sum', 'ServerDown', 'warning', { model: 'sum', pod: 'sum-1' }),
      ofGpu('GpuThrottled', 'warning', 'a', 'GPU-1'),
      of('kube-state-metrics', 'GpuNotAllocatable', 'critical', { namespace: 'monitoring', node: 'a' }),
      ofPort('warning', '0.0.0.0:8443'),
    ];
    const alertmanager = await start('inhibition', alertmanagerConfig({}));
    await alertmanager.raise([...told, ...heldBack]);
    const states = await alertmanager.states();
    const labels = (held: boolean) =>
      states.filter(({ status }) => status.inhibitedBy.length > 0 === held).map((alert) => alert.labels);
    expect(states.length).toBe(told.length + heldBack.length);
    expect(labels(true)).toEqual(expect.arrayContaining(heldBack));
    expect(labels(false)).toEqual(expect.arrayContaining(told));
  });

  test('puts all alerts of a route without labels to group by into one notification', async () => {
    const hook = (name: string) => AlertReceiver.webhook(name, { url: 'http://127.0.0.1:9/' });
    const [one, usual, byNode] = ['one', 'usual', 'by-node'].map(hook);
    const alertRoutes = [
      { receiver: one, groupBy: [] },
      { receiver: byNode, groupBy: ['node'] },
    ];
    const text = alertmanagerConfig({ alertReceivers: [one, usual, byNode], alertRoutes });
    const alerts = ['a', 'b', 'c'].map((node) => of(`job-${node}`, 'ServerDown', 'warning', { model: node, node }));
    const raised = [...alerts, of('job-a', 'NoTokens', 'critical', { model: 'a', node: 'a' })];
    const alertmanager = await start('grouping', text);
    await alertmanager.raise(raised);
    const sizes = () => Promise.all([one, usual, byNode].map(({ name }) => alertmanager.groupSizes(name)));
    expect(await sizes()).toEqual([[4], [1, 1, 1, 1], [1, 1, 2]]);
    // What an empty list says to Alertmanager.
    const inherited = await start('grouping-inherited', text.replace(/\[\s*"__all_in_one__"\s*\]/, '[]'));
    await inherited.raise(raised);
    expect(await inherited.groupSizes(one.name)).toEqual([1, 1, 1, 1]);
  });
});
