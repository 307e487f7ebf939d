import { cpus, totalmem } from 'node:os';
import * as path from 'node:path';
import { Metric } from '../../lib/catalog/metric';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { offer } from './harness/device-plugins';
import { Prometheus } from './harness/monitoring/prometheus';
import { kubeStateMetrics, nodeExporter } from './harness/monitoring/real-exporters';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { running } from './harness/pods';
import { Stoppable, stopAll, until } from './harness/process';
import { tools } from './harness/tools';

const [NAMESPACE, PODS] = ['served', 3];
const GPUS = 8;
/** What Prometheus itself adds. */
const OF_TARGETS = ['__name__', 'instance', 'job'];

describeWith(
  ['terraform', 'controlPlane', 'prometheus3', 'kubeStateMetrics', 'nodeExporter'],
  'exporters of nodes and of the cluster, as Prometheus scrapes them',
  () => {
    const found = tools() as Required<ReturnType<typeof tools>>;
    const started: Stoppable[] = [];
    let prometheus: Prometheus;

    const keep = async <T extends Stoppable>(starting: Promise<T>): Promise<T> => {
      const made = await starting;
      started.push(made);
      return made;
    };

    beforeAll(async () => {
      const site = await keep(OwnCluster.start('monitoring-live-exporters', 'hall-11'));
      await offer(site.kube, await site.kube.create(ownNode('gpu-0', { gpus: GPUS })), { 'nvidia.com/gpu': `${GPUS}` });
      await site.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
      await site.kube.create(deployment());
      await running(site.kube, NAMESPACE, PODS);
      const { kubeconfig } = site.controlPlane;
      const cluster = await keep(kubeStateMetrics(found.kubeStateMetrics, kubeconfig, path.join(site.folder, 'state')));
      const node = await keep(nodeExporter(found.nodeExporter, path.join(site.folder, 'node')));
      const job = (name: string, port: number) => ({
        job_name: name,
        static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      });
      const configuration = JSON.stringify({
        global: { scrape_interval: '2s', scrape_timeout: '2s' },
        scrape_configs: [job('cluster', cluster.port), job('node', node.port)],
      });
      const folder = path.join(site.folder, 'prometheus');
      prometheus = await keep(
        Prometheus.start({ program: found.prometheus3, folder, configuration, rules: '{"groups":[]}' }),
      );
      await until(async () => (await prometheus.value('count(up == 1)')) === 2, 60, 'scrapes of both');
    });

    afterAll(() => stopAll(started));

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
      [`sum(kube_pod_status_phase{namespace="${NAMESPACE}",phase="Running"})`, PODS],
      [`kube_deployment_status_replicas_available{namespace="${NAMESPACE}"}`, PODS],
      ['sum(kube_node_status_allocatable{node="gpu-0",resource="nvidia_com_gpu"})', GPUS],
      ['sum(kube_node_status_condition{node="gpu-0",condition="Ready",status="true"})', 1],
      ['count(count by (cpu) (node_cpu_seconds_total))', cpus().length],
    ])('%s is %d', async (query, expected) => {
      await until(async () => (await prometheus.value(query)) === expected, 30, `${query} to be ${expected}`);
    });

    test('the memory of this machine is what the machine says', async () => {
      const bytes = (await prometheus.value('node_memory_MemTotal_bytes'))!;
      expect(Math.abs(bytes / totalmem() - 1)).toBeLessThan(0.02);
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
