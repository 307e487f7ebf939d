import { MetricExporter } from '../../lib/catalog/metric-kind';
import { Fn, TerraformStack, Token } from 'cdktf';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { ImageRegistry } from '../../lib/kubernetes/image-registry';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { unescapeTemplate } from '../support/template';
import {
  AlertReceiver,
  MonitoringStack,
  MonitoringStackProps,
  MonitoringStorage,
  WatchOptions,
} from '../../lib/monitoring';
import { DataSize } from '../../lib/units/data-size';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized, synthesize, synthStack, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';
import { RECORDS_BUT_LATENCY, monitor, TestWorkload, Watched, OWN_JOBS } from './support';

const file = (result: Synthesized, configMap: string, name: string): Block =>
  JSON.parse(unescapeTemplate(result.byName('kubernetes_config_map_v1', configMap).data[name])) as Block;
/** Rules of what is watched, without those of the monitoring itself. */
const rules = (result: Synthesized): Block[] =>
  (file(result, 'prometheus-config', 'rules.yml').groups as Block[])
    .filter(({ name }) => !OWN_JOBS.includes(name as string))
    .flatMap((group) => group.rules);
const pod = (result: Synthesized, name: string): Block =>
  result.byName('kubernetes_stateful_set_v1', name).spec.template;

/** What rules make, without the names of single models that `indicators/model-records.test.ts` looks at. */
const names = (of: Block[]) =>
  of.map((rule) => rule.record ?? rule.alert).filter((name) => !/^deepseek_(?!latency_p99$)/.test(name));

const aloneOn = (stack: TerraformStack): MonitoringStack =>
  new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), clusterMetrics: false });

const OUTAGES = [
  ...['NoServerAnswers', 'ServerDown', 'ServerRestarts', 'RequestsFail', 'RequestsWait', 'NoTokens'],
  ...['RequestsRejected', 'ModelNotLoaded'],
];

describe('a monitoring stack', () => {
  const { monitoring, result } = monitor();

  test('is Prometheus and Alertmanager as plain objects in a restricted namespace', () => {
    expect(result.types).toEqual([
      'kubernetes_cluster_role_v1',
      'kubernetes_config_map_v1',
      'kubernetes_namespace_v1',
      'kubernetes_network_policy_v1',
      'kubernetes_persistent_volume_claim_v1',
      'kubernetes_role_binding_v1',
      'kubernetes_service_account_v1',
      'kubernetes_service_v1',
      'kubernetes_stateful_set_v1',
    ]);
    const { metadata } = result.only('kubernetes_namespace_v1');
    expect(metadata).toMatchObject({
      name: 'monitoring',
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    expect(monitoring.prometheusUrl).toBe('http://prometheus.monitoring.svc:9090');
    expect(monitoring.alertmanagerUrl).toBe('http://alertmanager.monitoring.svc:9093');
    expect(result.annotations()).toEqual([]);
    expect(result.json.output).toBeUndefined();
  });

  test.each(['prometheus', 'alertmanager'])(
    '%s runs as the level restricted demands, with probes and limits',
    (name) => {
      const { spec } = pod(result, name);
      const [container] = spec.container;
      expect(spec.security_context).toMatchObject({ run_as_non_root: true, run_as_user: '65534', fs_group: '65534' });
      expect(container.security_context).toMatchObject({
        run_as_non_root: true,
        allow_privilege_escalation: false,
        read_only_root_filesystem: true,
        capabilities: { drop: ['ALL'] },
        seccomp_profile: { type: 'RuntimeDefault' },
      });
      expect(container.resources.limits.memory).toBe(container.resources.requests.memory);
      expect(container.image).toMatch(/^quay\.io\/prometheus\/\w+:v[0-9.]+$/);
      for (const probe of ['startup_probe', 'readiness_probe', 'liveness_probe']) {
        expect(container[probe].http_get.path).toMatch(/^\/-\/(ready|healthy)$/);
      }
      expect(spec.automount_service_account_token).toBe(name === 'prometheus');
      const service = result.byName('kubernetes_service_v1', name);
      expect(pod(result, name).metadata.labels).toMatchObject(service.spec.selector);
    },
  );

  test('may see pods of the watched namespaces and nothing else', () => {
    const role = result.only('kubernetes_cluster_role_v1');
    expect(role.rule).toEqual([{ api_groups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }]);
    const bindings = result.resources('kubernetes_role_binding_v1');
    expect(bindings.map(({ metadata }) => metadata.namespace).sort()).toEqual(['inference', 'monitoring']);
    const [binding] = bindings;
    expect(binding.role_ref.name).toBe(role.metadata.name);
    expect(binding.subject).toEqual([
      { api_group: '', kind: 'ServiceAccount', name: 'prometheus', namespace: 'monitoring' },
    ]);
  });

  test('finds the pods of the workload by its labels and port', () => {
    const jobs = file(result, 'prometheus-config', 'prometheus.yml').scrape_configs as Block[];
    expect(jobs.map(({ job_name: name }) => name)).toEqual(['alertmanager', 'prometheus', 'triton-deepseek']);
    const job = jobs[2];
    expect(job).toMatchObject({
      metrics_path: '/metrics',
      honor_labels: false,
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: ['inference'] } }],
    });
    expect(job.relabel_configs).toEqual(
      expect.arrayContaining([
        {
          source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_instance'],
          regex: 'deepseek',
          action: 'keep',
        },
        { source_labels: ['__meta_kubernetes_pod_container_port_number'], regex: '8002', action: 'keep' },
        { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
        { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
      ]),
    );
  });

  test('raises HighLatency on deepseek_latency_p99 > 50 for 5m, critical', () => {
    const all = rules(result);
    expect(names(all)).toEqual([
      'inference_qps',
      'inference_latency_p50_milliseconds',
      'inference_latency_p95_milliseconds',
      'inference_latency_p99_milliseconds',
      ...RECORDS_BUT_LATENCY,
      'deepseek_latency_p99',
      'HighLatency',
      'inference_latency_threshold_milliseconds',
      ...OUTAGES,
    ]);
    const alert = all.filter((rule) => rule.alert === 'HighLatency')[0];
    expect(alert).toMatchObject({
      expr: 'deepseek_latency_p99 > 50',
      for: '5m',
      labels: { severity: 'critical', model: 'deepseek' },
    });
    expect(alert.annotations.summary).toContain('{{ $value');
    expect(alert.annotations.runbook).toContain('nv_inference_pending_request_count');
  });

  test('sends alerts to Alertmanager, which drops them without a receiver', () => {
    const prometheus = file(result, 'prometheus-config', 'prometheus.yml');
    expect(prometheus.alerting.alertmanagers[0].static_configs[0].targets).toEqual([
      'alertmanager.monitoring.svc:9093',
    ]);
    expect(prometheus.rule_files).toEqual(['rules.yml', 'rules-*.yml']);
    const config = file(result, 'alertmanager-config', 'alertmanager.yml');
    expect(config.route).toMatchObject({ receiver: 'null', routes: [] });
    expect(config.receivers).toEqual([{ name: 'null' }]);
  });
});

describe('the configuration', () => {
  const hash = (result: Synthesized, name: string) =>
    pod(result, name).metadata.annotations['gpu-inference-constructs/config-checksum'] as string;

  test('replaces the pod of the server that it changes, and no other', () => {
    const before = monitor().result;
    expect(hash(monitor().result, 'prometheus')).toBe(hash(before, 'prometheus'));
    const after = monitor([{ options: { latencyThresholdMs: 80 } }]).result;
    expect(hash(after, 'prometheus')).not.toBe(hash(before, 'prometheus'));
    expect(hash(after, 'alertmanager')).toBe(hash(before, 'alertmanager'));
    const receivers = [AlertReceiver.webhook('hook', { url: 'https://alerts.example.com' })];
    const paged = monitor([{}], { alertReceivers: receivers }).result;
    expect(hash(paged, 'alertmanager')).not.toBe(hash(before, 'alertmanager'));
  });

  test('holds what a workload says when the stack is synthesized, and every later watch', () => {
    const result = synthesize((stack) => {
      const monitoring = aloneOn(stack);
      const workload = new TestWorkload(stack, 'A');
      monitoring.watch(workload);
      workload.metricsTarget = { ...workload.metricsTarget, models: ['deepseek', 'fraud'] };
      monitoring.watch(new TestWorkload(stack, 'B', { jobName: 'a-job', models: ['b'], namespace: 'other' }));
    });
    const jobs = file(result, 'prometheus-config', 'prometheus.yml').scrape_configs;
    expect(jobs.map((job: Block) => job.job_name)).toEqual(['a-job', 'alertmanager', 'prometheus', 'triton-deepseek']);
    const records = rules(result).map((rule) => rule.record);
    expect(records).toEqual(expect.arrayContaining(['b_latency_p99', 'deepseek_latency_p99', 'fraud_latency_p99']));
    const bindings = result.resources('kubernetes_role_binding_v1');
    expect(bindings.map(({ metadata }) => metadata.namespace).sort()).toEqual(['inference', 'monitoring', 'other']);
  });

  test('is checked again at synthesis, because a workload may have changed', () => {
    const stack = testStack();
    const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack) });
    const workload = new TestWorkload(stack, 'A');
    monitoring.watch(workload);
    workload.metricsTarget = { ...workload.metricsTarget, features: [] };
    expect(idsOf(faultsAtSynth(stack))).toContain('INDICATOR_UNAVAILABLE metricsTarget');
    expect(() => synthStack(stack)).toThrow();
  });

  test('passes through Terraform unchanged', () => {
    const { monitoring, result } = monitor([{ options: { metricPrefixes: { deepseek: 'ds' } } }]);
    const text = result.byName('kubernetes_config_map_v1', 'prometheus-config').data['rules.yml'] as string;
    expect(text).not.toMatch(/(?<!\$)\$\{|(?<!%)%\{/);
    expect(unescapeTemplate(text)).toBe(monitoring.rules);
    expect(monitoring.rules).toContain('ds_latency_p99 > 50');
  });

  test('names the models of several workloads apart', () => {
    const fraud = { jobName: 'triton-fraud', models: ['llama-3.1-8b', '7b'] };
    const { result } = monitor([{}, { target: fraud, options: { latencyThresholdMs: 200 } }]);
    const alerts = rules(result).filter((rule) => rule.alert === 'HighLatency');
    expect(alerts.map((rule) => rule.expr)).toEqual([
      'deepseek_latency_p99 > 50',
      '_7b_latency_p99 > 200',
      'llama_3_1_8b_latency_p99 > 200',
    ]);
  });

  test('raises one alert for a model that two workloads serve, or one for each threshold', () => {
    const canary = { jobName: 'triton-canary' };
    const expressions = (options: WatchOptions) =>
      rules(monitor([{}, { target: canary, options }]).result).flatMap((rule) =>
        rule.alert === 'HighLatency' ? [rule.expr] : [],
      );
    expect(expressions({})).toEqual(['deepseek_latency_p99 > 50']);
    expect(expressions({ latencyThresholdMs: 80 })).toEqual([
      'deepseek_latency_p99{job="triton-canary"} > 80',
      'deepseek_latency_p99{job="triton-deepseek"} > 50',
    ]);
  });

  test('leaves pods out if they are meant to be absent at times', () => {
    const { result } = monitor([{ target: { replicas: 2 }, options: { outageAlerts: false } }]);
    expect(rules(result).flatMap((rule) => rule.alert ?? [])).toEqual([
      'HighLatency',
      'RequestsFail',
      'RequestsWait',
      'NoTokens',
      'RequestsRejected',
    ]);
  });

  test('leaves tokens out if the engine does not report them', () => {
    const { result } = monitor([{ target: { exporters: [MetricExporter.TRITON] } }]);
    expect(rules(result).flatMap((rule) => rule.alert ?? [])).not.toContain('NoTokens');
  });

  test('leaves latency out if it is switched off', () => {
    const { result } = monitor([{ target: { features: [] }, options: { latencyAlert: false } }]);
    expect(names(rules(result))).toEqual(['inference_qps', ...RECORDS_BUT_LATENCY, ...OUTAGES]);
  });
});

describe('options', () => {
  test('storage of the node instead of volumes, and retention below its size', () => {
    const storage = MonitoringStorage.emptyDir(DataSize.gib(10));
    const { result } = monitor([{}], { storage, retentionDays: 3 });
    expect(result.types).not.toContain('kubernetes_persistent_volume_claim_v1');
    const { spec } = pod(result, 'prometheus');
    expect(spec.volume).toContainEqual({ name: 'data', empty_dir: { size_limit: '10Gi' } });
    expect(spec.container[0].args).toEqual(
      expect.arrayContaining(['--storage.tsdb.retention.time=3d', '--storage.tsdb.retention.size=8192MB']),
    );
  });

  test('volumes of a named class', () => {
    const storage = MonitoringStorage.persistentVolume({ size: DataSize.gib(50), storageClassName: 'fast' });
    const claim = monitor([{}], { storage }).result.byName('kubernetes_persistent_volume_claim_v1', 'prometheus-data');
    expect(claim).toMatchObject({
      wait_until_bound: false,
      spec: { storage_class_name: 'fast', resources: { requests: { storage: '50Gi' } } },
    });
  });

  test('images from a mirror with its pull secret', () => {
    const { result } = monitor([{}], { imageRegistry: ImageRegistry.mirror('registry.example.com', ['pull']) });
    for (const name of ['prometheus', 'alertmanager']) {
      const { spec } = pod(result, name);
      expect(spec.container[0].image).toMatch(/^registry\.example\.com\/prometheus\//);
      expect(spec.image_pull_secrets).toEqual([{ name: 'pull' }]);
    }
  });

  test('receivers read their secrets from files; no secret is in the configuration', () => {
    const secret = (key: string) => ({ name: 'alerting', key });
    const alertReceivers = [
      AlertReceiver.slack('team', { webhookUrl: secret('slack'), channel: '#inference' }),
      AlertReceiver.pagerDuty('on-call', { routingKey: secret('pagerduty') }),
      AlertReceiver.webhook('hook', { url: 'https://alerts.example.com', bearerToken: secret('token') }),
    ];
    const { result } = monitor([{}], { alertReceivers });
    const config = file(result, 'alertmanager-config', 'alertmanager.yml');
    expect(config.route.routes.map((route: Block) => route.receiver)).toEqual(['team', 'on-call', 'hook']);
    expect(config.receivers[1].slack_configs[0].api_url_file).toBe('/etc/alertmanager-secrets/alerting/slack');
    expect(config.receivers[2].pagerduty_configs[0].routing_key_file).toBe(
      '/etc/alertmanager-secrets/alerting/pagerduty',
    );
    const { spec } = pod(result, 'alertmanager');
    expect(spec.volume).toContainEqual({ name: 'secret-alerting', secret: { secret_name: 'alerting' } });
    expect(spec.container[0].volume_mount).toContainEqual({
      name: 'secret-alerting',
      mount_path: '/etc/alertmanager-secrets/alerting',
      read_only: true,
    });
    expect(result.types).not.toContain('kubernetes_secret_v1');
  });

  test('access from other namespaces', () => {
    const policy = monitor([{}], { accessibleFrom: ['grafana'] }).result.only('kubernetes_network_policy_v1');
    const names = policy.spec.ingress[0].from.map(
      (from: Block) => from.namespace_selector.match_labels['kubernetes.io/metadata.name'],
    );
    expect(names).toEqual(['monitoring', 'grafana']);
  });

  test('waits for the namespace of a workload of the same stack', () => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
      new MonitoringStack(stack, 'Monitoring', { cluster, clusterMetrics: false }).watch(new TestWorkload(stack, 'A'));
    });
    const bindings = result.resources('kubernetes_role_binding_v1');
    const binding = bindings.find(({ metadata }) => metadata.namespace === 'inference');
    expect(binding?.depends_on).toEqual(expect.arrayContaining([expect.stringMatching(/Namespace-test-inference/)]));
  });

  test('needs a provider for the cluster', () => {
    const stack = testStack();
    const cluster = new TestCluster(stack, 'Cluster');
    new MonitoringStack(stack, 'Monitoring', { cluster });
    expect(KubernetesAccess.find(stack, cluster)).toBeUndefined();
    expect(() => synthStack(stack)).toThrow(/has no kubernetes provider for cluster 'test'/);
  });
});

describe('refused', () => {
  const name = (receiver: string) => AlertReceiver.webhook(receiver, { url: 'https://a.example.com' });

  test.each<[string, Partial<MonitoringStackProps>, string]>([
    ['an invalid namespace', { namespace: 'My Space' }, 'INVALID_NAME namespace'],
    ['an invalid client namespace', { accessibleFrom: ['a', 'A'] }, 'INVALID_NAME accessibleFrom[1]'],
    ['a long scrape interval', { scrapeIntervalSeconds: 60 }, 'NOT_A_WHOLE_NUMBER scrapeIntervalSeconds'],
    ['no retention', { retentionDays: 0 }, 'NOT_A_WHOLE_NUMBER retentionDays'],
    ['a threshold of zero', { latencyThresholdMs: 0 }, 'OUT_OF_RANGE latencyThresholdMs'],
    [
      'a token as threshold',
      { latencyThresholdMs: Token.asNumber(Fn.max([1, 2])) },
      'VALUE_NOT_CONCRETE latencyThresholdMs',
    ],
    [
      'a token as interval',
      { scrapeIntervalSeconds: Token.asNumber(Fn.max([1])) },
      'VALUE_NOT_CONCRETE scrapeIntervalSeconds',
    ],
    ['little memory', { prometheusMemory: DataSize.mib(10) }, 'OUT_OF_RANGE prometheusMemory'],
    ['two receivers of one name', { alertReceivers: [name('a'), name('a')] }, 'DUPLICATE alertReceivers'],
    ['a receiver named null', { alertReceivers: [name('null')] }, 'RESERVED alertReceivers[0].name'],
  ])('%s', (_, props, id) => {
    expect(idsOf(faultsThrown(() => monitor([{}], props)))).toEqual([id]);
    expect(() => monitor([{}], props)).toThrow(expect.objectContaining({ constructPath: 'test/Monitoring' }));
  });

  test.each<[string, Watched[], string]>([
    ['two workloads of one job name', [{}, {}], 'DUPLICATE metricsTarget.jobName'],
    ['P99 without a source', [{ target: { features: [] } }], 'INDICATOR_UNAVAILABLE metricsTarget'],
    [
      'an exporter without metrics of ours',
      [{ target: { exporters: [MetricExporter.TRITON_TENSORRT_LLM] } }],
      'INDICATOR_UNAVAILABLE metricsTarget',
    ],
    [
      'two models recorded by one name',
      [{}, { target: { jobName: 'b', models: ['b'] }, options: { metricPrefixes: { b: 'deepseek' } } }],
      'RECORDED_NAME_AMBIGUOUS metricPrefixes',
    ],
    [
      'an invalid prefix',
      [{ options: { metricPrefixes: { deepseek: 'a-b' } } }],
      'INVALID_NAME metricPrefixes.deepseek',
    ],
    ['a prefix of another model', [{ options: { metricPrefixes: { other: 'x' } } }], 'UNKNOWN_VALUE metricPrefixes'],
    ['a negative threshold', [{ options: { latencyThresholdMs: -1 } }], 'OUT_OF_RANGE latencyThresholdMs'],
    ['no models', [{ target: { models: [] } }], 'EMPTY_LIST metricsTarget.models'],
    ['no labels', [{ target: { podSelector: {} } }], 'EMPTY_LIST metricsTarget.podSelector'],
    ['a port out of range', [{ target: { port: 70000 } }], 'NOT_A_WHOLE_NUMBER metricsTarget.port'],
    [
      'a token in the target',
      [{ target: { namespace: Token.asString(Fn.upper('a')) } }],
      'VALUE_NOT_CONCRETE metricsTarget.namespace',
    ],
  ])('%s', (_, watched, id) => {
    expect(idsOf(faultsThrown(() => monitor(watched)))).toContain(id);
    expect(() => monitor(watched)).toThrow(expect.objectContaining({ constructPath: 'test/Monitoring' }));
  });
});
