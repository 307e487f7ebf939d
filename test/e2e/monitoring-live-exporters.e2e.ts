import { cpus, totalmem } from 'node:os';
import * as path from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { MonitoringStack } from '../../lib';
import { Metric } from '../../lib/catalog/metric';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { offer } from './harness/device-plugins';
import { Account } from './harness/monitoring/accounts';
import { localScrapes } from './harness/monitoring/local-scrapes';
import { Prometheus } from './harness/monitoring/prometheus';
import { RealExporter } from './harness/monitoring/real-exporters';
import { comparedBy, selectorsOf } from './harness/monitoring/selectors';
import { podOf } from './harness/monitoring/served-models';
import { objectsOf } from './harness/monitoring/synthesized';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { Stoppable, stopAll, until } from './harness/process';
import { differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { modelsRack } from './models-rack';

const [NAMESPACE, PODS] = ['served', 3];
const [CONTEXT, GPUS] = ['hall-11', 8];
/** Longer than anything takes that is waited for, also on a machine that does much else. */
const PATIENCE_SECONDS = 240;
/** Jobs of Prometheus, and the pods that they find. */
const [STATE, NODE] = ['kube-state-metrics', 'node-exporter'];
/** What Prometheus itself adds. */
const OF_TARGETS = ['__name__', 'instance', 'job'];

/** By hand: what kube-state-metrics may list and watch, by API group. */
const OBSERVED = [
  '/nodes',
  '/persistentvolumeclaims',
  '/pods',
  'apps/daemonsets',
  'apps/deployments',
  'apps/statefulsets',
  'autoscaling/horizontalpodautoscalers',
  'batch/jobs',
  'policy/poddisruptionbudgets',
];
/** What everybody may who has a token: to ask what he himself may, and who he is. */
const OF_EVERYBODY = [
  'authentication.k8s.io/selfsubjectreviews create',
  'authorization.k8s.io/selfsubjectaccessreviews create',
  'authorization.k8s.io/selfsubjectrulesreviews create',
];

/** Monitoring with all that tells of nodes and of the cluster. */
function watchedCluster(app: App): TerraformStack & { monitoring: MonitoringStack } {
  const { stack, cluster } = modelsRack(app, 'monitoring-live-exporters', CONTEXT);
  const monitoring = new MonitoringStack(stack, 'Monitoring', {
    cluster,
    alertReceivers: [],
    scrapeIntervalSeconds: 5,
  });
  return Object.assign(stack, { monitoring });
}

describeWith(
  ['terraform', 'controlPlane', 'prometheus3', 'kubeStateMetrics', 'nodeExporter'],
  'exporters of nodes and of the cluster, as their pods run them and Prometheus scrapes them',
  () => {
    const found = tools() as Required<ReturnType<typeof tools>>;
    const started: Stoppable[] = [];
    let site: OwnCluster;
    let account: Account;
    let state: RealExporter;
    let node: RealExporter;
    let prometheus: Prometheus;
    let rules: readonly { alert?: string; expr: string }[];

    const keep = async <T extends Stoppable>(starting: Promise<T>): Promise<T> => {
      const made = await starting;
      started.push(made);
      return made;
    };

    beforeAll(async () => {
      site = await keep(OwnCluster.start('monitoring-live-exporters', CONTEXT));
      await offer(site.kube, await site.kube.create(ownNode('gpu-0', { gpus: GPUS })), { 'nvidia.com/gpu': `${GPUS}` });
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } };
      for (const object of [ownNode('cpu-0'), STORAGE_CLASS, namespace, deployment()]) await site.kube.create(object);
      await (await site.workloads(watchedCluster, [])).apply();
      await running(site.kube, NAMESPACE, PODS);
      const { stack, objects } = objectsOf(watchedCluster);
      const { client, access } = site.controlPlane;
      account = await Account.of(client, access, { namespace: 'monitoring', name: STATE });
      const kubeconfig = account.kubeconfig(path.join(site.folder, 'state.kubeconfig'));
      const options = (name: string, program: { version: string; program: string }) => ({
        pod: podOf(objects, name),
        program,
        folder: path.join(site.folder, name),
      });
      state = await keep(RealExporter.kubeStateMetrics(options(STATE, found.kubeStateMetrics), kubeconfig));
      node = await keep(RealExporter.nodeExporter(options(NODE, found.nodeExporter)));
      console.log(`what differs from the pods:\n${differenceTable([...state.differences, ...node.differences])}`);
      const generated = JSON.parse(
        localScrapes(stack.monitoring.prometheusConfiguration, [
          state.standsFor(STATE, 8080),
          node.standsFor(NODE, 9100),
        ]),
      );
      // As they expose them, beside what the generated configuration makes of it.
      const plain = (name: string, port: number) => ({
        job_name: name,
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      });
      const scrapes = [...generated.scrape_configs, plain('cluster', state.port(8080)), plain('node', node.port(9100))];
      const { rules: text } = stack.monitoring;
      rules = (JSON.parse(text).groups as { rules: [] }[]).flatMap((group) => group.rules);
      prometheus = await keep(
        Prometheus.start({
          program: found.prometheus3,
          folder: path.join(site.folder, 'prometheus'),
          configuration: JSON.stringify({ ...generated, scrape_configs: scrapes }),
          rules: text,
        }),
      );
      const scraped = async () => (await prometheus.query('count_over_time(up[10m]) >= 2 and up == 1')).length === 4;
      await until(scraped, PATIENCE_SECONDS, 'two scrapes of both');
    });

    afterAll(() => stopAll(started));

    test('both are ready and alive by their own probes, and kube-state-metrics is refused nothing', async () => {
      expect(await state.probes()).toEqual({ readinessProbe: true, livenessProbe: true });
      expect(await node.probes()).toEqual({ readinessProbe: true, livenessProbe: true });
      expect(state.output).not.toMatch(/forbidden|unauthorized/i);
    });

    test.each([
      ['cluster', MetricExporter.KUBE_STATE_METRICS, found.kubeStateMetrics?.version, 35],
      ['node', MetricExporter.NODE, found.nodeExporter?.version, 40],
    ] as const)('%s: they have the labels that the catalogue says', async (job, exporter, version, least) => {
      const known = new Set<string>();
      const wrong = new Set<string>();
      for (const { __name__: name, ...labels } of await prometheus.series(`{job="${job}"}`)) {
        const metric = Metric.find(name, [exporter]);
        if (!metric) continue;
        known.add(metric.name);
        const given = Object.keys(labels).filter((label) => !OF_TARGETS.includes(label) && label !== 'le');
        const allowed = metric.labelsAt(version);
        for (const label of given) if (!allowed.includes(label)) wrong.add(`${name} has ${label}`);
      }
      console.log(`${job}: ${known.size} metrics of the catalogue are there`);
      expect([...wrong].sort()).toEqual([]);
      expect(known.size).toBeGreaterThanOrEqual(least);
    });

    test.each([
      [`sum(kube_pod_status_phase{job="${STATE}",namespace="${NAMESPACE}",phase="Running"})`, PODS],
      [`kube_deployment_status_replicas_available{job="${STATE}",namespace="${NAMESPACE}"}`, PODS],
      [`sum(kube_node_status_allocatable{job="${STATE}",node="gpu-0",resource="nvidia_com_gpu"})`, GPUS],
      [`sum(kube_node_status_condition{job="${STATE}",node="gpu-0",condition="Ready",status="true"})`, 1],
      [`count(count by (cpu) (node_cpu_seconds_total{job="${NODE}"}))`, cpus().length],
      // By the label that discovery gives it.
      [`count(node_boot_time_seconds{job="${NODE}",namespace="monitoring-nodes",node="node-0"})`, 1],
    ])('%s is %d', async (query, expected) => {
      await until(
        async () => (await prometheus.value(query)) === expected,
        PATIENCE_SECONDS,
        `${query} to be ${expected}`,
      );
    });

    test('the memory of this machine is what the machine says', async () => {
      const bytes = (await prometheus.value(`node_memory_MemTotal_bytes{job="${NODE}"}`))!;
      expect(Math.abs(bytes / totalmem() - 1)).toBeLessThan(0.02);
    });

    test('every rule is evaluated, and a GPU that the device plugin finds ill is told of', async () => {
      expect(await prometheus.brokenRules()).toEqual([]);
      const { expr } = rules.find(({ alert }) => alert === 'GpuNotAllocatable')!;
      for (const { text } of selectorsOf(expr)) expect(await prometheus.query(text)).not.toEqual([]);
      expect((await prometheus.query(comparedBy(expr))).map(({ value }) => value)).toEqual([0]);
      const status = { status: { allocatable: { 'nvidia.com/gpu': String(GPUS - 1) } } };
      await site.kube.merge(ownNode('gpu-0'), status, 'status');
      await until(async () => (await prometheus.query(expr)).length > 0, PATIENCE_SECONDS, 'an ill GPU');
      expect(await prometheus.query(expr)).toEqual([{ labels: { node: 'gpu-0' }, value: 1 }]);
    });

    test('the account of kube-state-metrics may list and watch what it tells of, and nothing else', async () => {
      const expected = OBSERVED.flatMap((each) => ['list', 'watch'].map((verb) => `${each} ${verb}`));
      expect(await account.allowed(site.kube)).toEqual([...expected, ...OF_EVERYBODY].sort());
    });
  },
);

function deployment() {
  const labels = { app: 'server' };
  const spec = { containers: [{ name: 'server', image: 'registry.example.com/server:1' }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'server', namespace: NAMESPACE },
    spec: { replicas: PODS, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
