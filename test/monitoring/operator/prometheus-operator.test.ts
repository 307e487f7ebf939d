import * as path from 'path';
import {
  MonitoringStack,
  PrometheusOperatorMonitoring,
  PrometheusOperatorMonitoringProps,
} from '../../../lib/monitoring';
import { DataSize } from '../../../lib/units';
import { faultsThrown } from '../../support/faults';
import { definitionFaults, readDefinitions } from '../../support/schema';
import { Block, Synthesized, synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { TARGETS } from '../indicators/targets';
import { TARGET, TestWorkload, VLLM_TARGET, Watched, OWN_JOBS } from '../support';

const DEFINITIONS = readDefinitions(path.join(__dirname, 'fixtures', 'prometheus-operator-crds.json'));

interface Made {
  readonly result: Synthesized;
  /** All objects of the operator. */
  readonly objects: Block[];
  readonly of: (kind: string, name: string) => Block;
}

function watch(watched: readonly Watched[], props: Partial<PrometheusOperatorMonitoringProps> = {}): Made {
  const result = synthesize((stack) => {
    const monitoring = new PrometheusOperatorMonitoring(stack, 'Monitoring', { cluster: testCluster(stack), ...props });
    watched.forEach(({ target, options }, i) =>
      monitoring.watch(new TestWorkload(stack, `Workload${i}`, target), options),
    );
  });
  const releases = result.resources('helm_release') as { values: string[] }[];
  const objects = releases.flatMap(
    ({ values }) => (JSON.parse(unescaped(values[0])) as { resources: Block[] }).resources,
  );
  const of = (kind: string, name: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === name) as Block;
  return { result, objects, of };
}

/** The text as Terraform passes it on. */
function unescaped(text: string): string {
  return text.replaceAll('$${', '${').replaceAll('%%{', '%{');
}

/** The rules of a monitoring stack that watches the same. */
function rulesOfStack(watched: readonly Watched[]): { name: string; rules: unknown[] }[] {
  let rules = '';
  synthesize((stack) => {
    const monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      alertReceivers: [],
      clusterMetrics: false,
    });
    watched.forEach(({ target, options }, i) =>
      monitoring.watch(new TestWorkload(stack, `Workload${i}`, target), options),
    );
    rules = monitoring.rules;
  });
  const { groups } = JSON.parse(rules) as { groups: { name: string; rules: unknown[] }[] };
  return groups.filter(({ name }) => !OWN_JOBS.includes(name));
}

const BOTH: Watched[] = [{}, { target: VLLM_TARGET }];

test('every object is what the definition of the operator takes, and nothing that it would drop', () => {
  const { objects } = watch(BOTH);
  expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
    'PodMonitor triton-deepseek',
    'PodMonitor vllm-talk',
    'PrometheusRule triton-deepseek',
    'PrometheusRule vllm-talk',
  ]);
  for (const { metadata, ...one } of objects)
    expect(
      definitionFaults(DEFINITIONS, { ...one, metadata: { ...metadata, namespace: 'monitoring' } } as Block),
    ).toEqual([]);
  const [first] = objects;
  const odd = { ...first, metadata: { namespace: 'monitoring' }, spec: { ...first.spec, podSelector: {} } };
  expect(definitionFaults(DEFINITIONS, odd as Block)).toHaveLength(1);
});

test('the rules are those of a monitoring stack', () => {
  const { objects } = watch(BOTH);
  const groups = objects.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups as Block[]);
  const bare = groups.map(({ interval, ...group }) => {
    expect(interval).toBe('15s');
    return group;
  });
  expect(bare).toEqual(rulesOfStack(BOTH));
});

test('each pod is scraped as by a monitoring stack, under the job that the rules name', () => {
  const { of } = watch(BOTH, { scrapeIntervalSeconds: 30 });
  const { spec } = of('PodMonitor', 'vllm-talk');
  expect(spec.namespaceSelector).toEqual({ matchNames: ['inference'] });
  expect(spec.selector).toEqual({ matchLabels: VLLM_TARGET.podSelector });
  const [endpoint] = spec.podMetricsEndpoints as Block[];
  expect(endpoint).toMatchObject({ path: '/metrics', interval: '30s', scrapeTimeout: '10s', honorLabels: false });
  expect(endpoint.relabelings).toEqual(
    expect.arrayContaining([
      { sourceLabels: ['__meta_kubernetes_pod_container_port_number'], regex: '8000', action: 'keep' },
      { sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' },
    ]),
  );
  expect((endpoint.relabelings as Block[]).at(-1)).toEqual({ targetLabel: 'job', replacement: 'vllm-talk' });
  expect(endpoint.metricRelabelings).toEqual([{ sourceLabels: ['model_name'], regex: '(.+)', targetLabel: 'model' }]);
});

test('objects have the labels by which Prometheus and Grafana select them', () => {
  const { result, objects } = watch([{}]);
  for (const { metadata } of objects) expect(metadata.labels).toMatchObject({ release: 'kube-prometheus-stack' });
  const dashboards = result.only('kubernetes_config_map_v1');
  expect(dashboards.metadata).toMatchObject({ namespace: 'monitoring', labels: { grafana_dashboard: '1' } });
  const texts = Object.entries(dashboards.data as { [file: string]: string });
  expect(texts.length).toBeGreaterThan(1);
  for (const [file, text] of texts) expect(`${(JSON.parse(unescaped(text)) as { uid: string }).uid}.json`).toBe(file);

  const own = watch([{}], { labels: { team: 'ml' }, dashboardLabels: { boards: 'yes' }, namespace: 'observability' });
  for (const { metadata } of own.objects) {
    expect(metadata.labels).toMatchObject({ team: 'ml' });
    expect(metadata.labels).not.toHaveProperty('release');
  }
  expect(own.result.only('kubernetes_config_map_v1').metadata.labels).toMatchObject({ boards: 'yes' });
  expect(watch([{}], { dashboards: false }).result.resources('kubernetes_config_map_v1')).toEqual([]);
});

test('the network policy of a workload lets the pods of that Prometheus in', () => {
  const { result } = watch([{ target: { isolated: true } }], { namespace: 'observability' });
  const [rule] = result.only('kubernetes_network_policy_v1').spec.ingress as Block[];
  expect(rule.from).toEqual([
    {
      namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': 'observability' } },
      pod_selector: { match_labels: { 'app.kubernetes.io/name': 'prometheus' } },
    },
  ]);
});

test('what belongs to no workload alone has a release of its own, where there is any', () => {
  const plans = {
    chat: { concurrency: 1, kvCapacityTokens: 1000, outputTokensPerSecond: 1, gpuMemory: DataSize.gib(1) },
  };
  expect(watch([{}]).of('PrometheusRule', 'gpu-inference')).toBeUndefined();
  const { spec } = watch([{ target: { ...VLLM_TARGET, plans } }]).of('PrometheusRule', 'gpu-inference');
  expect((spec.groups as Block[]).map(({ name }) => name)).toEqual(['gpu-inference-constructs/key-value-cache']);
});

test('a workload that leaves the tree takes its release along', () => {
  const result = synthesize((stack) => {
    const monitoring = new PrometheusOperatorMonitoring(stack, 'Monitoring', { cluster: testCluster(stack) });
    monitoring.watch(new TestWorkload(stack, 'One'));
    monitoring.watch(new TestWorkload(stack, 'Two', VLLM_TARGET));
    stack.node.tryRemoveChild('One');
  });
  expect(result.resources('helm_release').map(({ name }) => name)).toEqual(['watch-vllm-talk']);
});

test('names of jobs that become the same name stay apart', () => {
  const { objects } = watch([
    { target: { jobName: 'chat.a', models: ['a'] } },
    { target: { jobName: 'chat-a', models: ['b'] } },
  ]);
  expect(new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size).toBe(4);
});

test.each<[Partial<PrometheusOperatorMonitoringProps>, string, string]>([
  [{ namespace: 'Not valid' }, 'INVALID_NAME', 'namespace'],
  [{ labels: {} }, 'EMPTY_LIST', 'labels'],
  [{ labels: { 'a b': 'c' } }, 'INVALID_FORMAT', "labels['a b']"],
  [{ prometheusPodLabels: {} }, 'EMPTY_LIST', 'prometheusPodLabels'],
  [{ dashboardLabels: { a: 'b c' } }, 'INVALID_FORMAT', "dashboardLabels['a']"],
  [{ dashboards: false, dashboardLabels: { a: 'b' } }, 'CONFLICTING_PROPERTIES', 'dashboardLabels'],
  [{ dashboards: false, grafanaUrl: 'https://g.example.com' }, 'CONFLICTING_PROPERTIES', 'grafanaUrl'],
  [{ grafanaUrl: 'g.example.com' }, 'INVALID_FORMAT', 'grafanaUrl'],
  [{ prometheusUrl: 'prometheus' }, 'INVALID_FORMAT', 'prometheusUrl'],
  [{ prometheusUrl: 'http://a:b@prometheus' }, 'SECRET_IN_URL', 'prometheusUrl'],
  [{ scrapeIntervalSeconds: 31 }, 'NOT_A_WHOLE_NUMBER', 'scrapeIntervalSeconds'],
  [{ runbookUrl: 'https://wiki.example.com' }, 'INVALID_FORMAT', 'runbookUrl'],
  [{ latencyThresholdMs: -1 }, 'OUT_OF_RANGE', 'latencyThresholdMs'],
])('%j is refused', (props, id, property) => {
  const faults = faultsThrown(() => watch([{}], props));
  expect(faults.map((one) => [one.id, one.property])).toEqual([[id, property]]);
});

test('what a workload lacks is refused as by a monitoring stack', () => {
  const faults = faultsThrown(() => watch([{ target: { ...TARGET, features: [], version: '25.12' } }]));
  expect(faults.map(({ id }) => id)).toContain('INDICATOR_UNAVAILABLE');
});

describe('a controller that answers by HTTPS and for tokens alone', () => {
  const secured = { ...TARGETS.node, jobName: 'lws', secured: true, port: 8443, declaredPort: 9443 };
  const { objects, of } = watch([{ target: secured }]);

  test('is scraped so, as the definition of the operator takes it', () => {
    const monitor = of('PodMonitor', 'lws');
    expect(monitor.spec.podMetricsEndpoints).toEqual([
      expect.objectContaining({
        scheme: 'https',
        tlsConfig: { insecureSkipVerify: true },
        authorization: { type: 'Bearer', credentials: { name: 'lws-metrics', key: 'token' } },
      }),
    ]);
    const { metadata, ...rest } = monitor;
    expect(
      definitionFaults(DEFINITIONS, { ...rest, metadata: { ...metadata, namespace: 'monitoring' } } as Block),
    ).toEqual([]);
  });

  test('takes the token of an account that may read its metrics and nothing else', () => {
    const { type, metadata, ...rest } = of('Secret', 'lws-metrics');
    expect(type).toBe('kubernetes.io/service-account-token');
    expect(metadata.annotations).toEqual({ 'kubernetes.io/service-account.name': 'lws-metrics' });
    expect(Object.keys(rest).sort()).toEqual(['apiVersion', 'kind']);
    expect(of('ServiceAccount', 'lws-metrics').automountServiceAccountToken).toBe(false);
    expect(of('ClusterRole', 'monitoring-lws-metrics').rules).toEqual([
      { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    ]);
    const { roleRef, subjects } = of('ClusterRoleBinding', 'monitoring-lws-metrics');
    expect(roleRef).toMatchObject({ kind: 'ClusterRole', name: 'monitoring-lws-metrics' });
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'lws-metrics', namespace: 'monitoring' }]);
    expect(objects.filter(({ kind }) => kind === 'ClusterRole')).toHaveLength(1);
  });

  test('is the only one with an account', () => {
    expect(watch(BOTH).objects.map(({ kind }) => kind)).not.toContain('Secret');
  });
});
