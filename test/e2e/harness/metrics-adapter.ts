import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { ControlPlane, healthy } from './control-plane';
import { KubeObject } from './kube-client';
import { freePort } from './ports';
import { Server, Stoppable, isolatedEnvironment, stopAll, until } from './process';
import { tools } from './tools';

/** What Prometheus scrapes and records, and what the adapter makes of it. */
export interface MetricsOptions {
  /** Port of what is scraped. */
  readonly exporterPort: number;
  /** Text of `prometheus.yml` as a monitoring stack writes it. */
  readonly configuration: string;
  /** Text of `rules.yml`. */
  readonly rules: string;
  /** The rules of the adapter, as its chart gets them. */
  readonly adapterRules: readonly unknown[];
}

const GROUP = 'custom.metrics.k8s.io';
const NAMESPACE = 'monitoring-e2e';

/**
 * Runs the real Prometheus and the real adapter of custom metrics beside a control plane, on the loopback interface. Prometheus has the jobs and the
 * rules of a monitoring stack, except that it finds one exporter by its address, where on a cluster it would find pods, and looks each second. The API
 * server reaches the adapter through a Service by its external name; without a certificate of the aggregator it comes as nobody, who may therefore read
 * these metrics.
 */
export async function startMetrics(
  controlPlane: ControlPlane,
  folder: string,
  options: MetricsOptions,
): Promise<Stoppable> {
  const { prometheusAdapter: found, missing } = tools();
  if (!found) throw new Error(`there is no adapter: ${missing.join('; ')}`);
  const started: Stoppable[] = [];
  try {
    const own = path.join(folder, 'metrics');
    const prometheusPort = await freePort();
    const env = isolatedEnvironment(path.join(own, 'home'));
    writePrometheus(own, options);
    started.push(
      await Server.start({
        name: 'prometheus',
        command: [
          found.prometheus,
          `--config.file=${path.join(own, 'prometheus.yml')}`,
          `--storage.tsdb.path=${path.join(own, 'data')}`,
          `--web.listen-address=127.0.0.1:${prometheusPort}`,
        ],
        folder: own,
        env,
        ready: async () => (await fetch(`http://127.0.0.1:${prometheusPort}/-/ready`)).ok,
      }),
    );
    const port = await freePort();
    const file = path.join(own, 'adapter.json');
    writeFileSync(file, JSON.stringify({ rules: options.adapterRules }));
    const { kubeconfig } = controlPlane;
    started.push(
      await Server.start({
        name: 'prometheus-adapter',
        command: [
          found.program,
          `--lister-kubeconfig=${kubeconfig}`,
          `--authentication-kubeconfig=${kubeconfig}`,
          '--authentication-skip-lookup',
          `--authorization-kubeconfig=${kubeconfig}`,
          `--prometheus-url=http://127.0.0.1:${prometheusPort}`,
          `--config=${file}`,
          '--metrics-relist-interval=2s',
          '--metrics-max-age=10s',
          '--bind-address=127.0.0.1',
          `--secure-port=${port}`,
          `--cert-dir=${path.join(own, 'certificate')}`,
        ],
        folder: own,
        env,
        ready: () => healthy(`https://127.0.0.1:${port}/healthz`),
      }),
    );
    await register(controlPlane, port);
    return { stop: () => stopAll(started) };
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

function writePrometheus(folder: string, { configuration, rules, exporterPort }: MetricsOptions): void {
  mkdirSync(folder, { recursive: true });
  const { scrape_configs: jobs, ...rest } = JSON.parse(configuration);
  const here = (job: any) => ({
    job_name: job.job_name,
    metrics_path: job.metrics_path,
    honor_labels: job.honor_labels,
    metric_relabel_configs: job.metric_relabel_configs,
    static_configs: [
      {
        targets: [`127.0.0.1:${exporterPort}`],
        labels: { namespace: job.kubernetes_sd_configs[0].namespaces.names[0], pod: 'all', node: 'all' },
      },
    ],
  });
  const seconds = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
  const { alerting: _, ...kept } = rest;
  const whole = { ...kept, global: { ...rest.global, ...seconds }, scrape_configs: (jobs as any[]).map(here) };
  writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify(whole));
  writeFileSync(path.join(folder, 'rules.yml'), rules);
}

/** Makes the API server ask the adapter. */
async function register({ client }: ControlPlane, port: number): Promise<void> {
  const name = 'metrics-adapter';
  const reader = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name } };
  const objects: KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      ...reader,
      kind: 'ClusterRole',
      rules: [
        { apiGroups: [GROUP], resources: ['*'], verbs: ['get', 'list', 'watch'] },
        { nonResourceURLs: ['*'], verbs: ['get'] },
      ],
    },
    {
      ...reader,
      kind: 'ClusterRoleBinding',
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:unauthenticated' }],
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: NAMESPACE },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `v1beta1.${GROUP}` },
      spec: {
        group: GROUP,
        version: 'v1beta1',
        service: { name, namespace: NAMESPACE, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
  for (const object of objects) await client.apply(object, 'e2e');
  const answers = () =>
    client.get(`/apis/${GROUP}/v1beta1`).then(
      () => true,
      () => false,
    );
  await until(answers, 60, 'an API for custom metrics');
}
