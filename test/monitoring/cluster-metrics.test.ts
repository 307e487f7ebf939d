import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { METRIC_TABLE } from '../../lib/catalog/metric-table';
import { GpuOperator } from '../../lib/compute/agents/gpu-operator';
import { DCGM_METRICS } from '../../lib/compute/agents/node-agents-metrics';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { ExistingExporter, MetricContract, MonitoringStack } from '../../lib/monitoring';
import { MonitoringStackProps } from '../../lib/monitoring/monitoring-stack';
import { COLLECTORS } from '../../lib/monitoring/exporters/node-exporter';
import { OBSERVED_KINDS } from '../../lib/monitoring/exporters/kube-state-metrics';
import { NodeAgentsProps } from '../../lib/compute/agents/node-agents-props';
import { LeaderWorkerSetController } from '../../lib/serving/leader-worker-set/leader-worker-set-controller';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized, synthesize, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';
import { unescapeTemplate } from '../support/template';
import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { fixture, testWith, TestWorkload } from './support';

type Agents = Omit<NodeAgentsProps, 'cluster'>;

interface Program {
  readonly options?: Partial<MonitoringStackProps>;
  readonly agents?: Agents;
  /** Whether the agents are made before the monitoring. */
  readonly agentsFirst?: boolean;
  readonly groups?: boolean;
}

function program({ options, agents, agentsFirst, groups }: Program = {}): Synthesized & {
  monitoring: MonitoringStack;
} {
  let monitoring: MonitoringStack | undefined;
  const result = synthesize((stack) => {
    const cluster = testCluster(stack);
    const makeAgents = () => agents && new NodeAgents(stack, 'Agents', { cluster, ...agents });
    if (agentsFirst) makeAgents();
    monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [], ...options });
    monitoring.watch(new TestWorkload(stack, 'Workload'));
    if (!agentsFirst) makeAgents();
    if (groups) new LeaderWorkerSetController(stack, 'Groups', { cluster });
  });
  return Object.assign(result, { monitoring: monitoring as MonitoringStack });
}

const jobsOf = (result: Synthesized): { [name: string]: Block } => {
  const { data } = result.byName('kubernetes_config_map_v1', 'prometheus-config');
  const config = JSON.parse(unescapeTemplate(data['prometheus.yml'])) as Block;
  return Object.fromEntries(config.scrape_configs.map((job: Block) => [job.job_name, job]));
};

const discovered = (result: Synthesized): string[] =>
  result
    .resources('kubernetes_role_binding_v1')
    .filter(({ role_ref: role }) => role.name === 'monitoring-pod-discovery')
    .map(({ metadata }) => metadata.namespace)
    .sort();

describe('monitoring of nodes and of the cluster', () => {
  test.each([true, false])('finds the exporter of GPU metrics, made before it: %s', (agentsFirst) => {
    const result = program({ agents: { dcgmExporter: true }, agentsFirst });
    const job = jobsOf(result)['dcgm-exporter'];
    expect(job).toMatchObject({
      honor_labels: true,
      kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: ['gpu-node-agents'] } }],
    });
    const pods = result.byName('kubernetes_daemon_set_v1', 'dcgm-exporter').spec.template;
    expect(job.relabel_configs[0]).toMatchObject({ regex: pods.metadata.labels['app.kubernetes.io/name'] });
    expect(pods.spec.container[0].port).toEqual([{ name: 'metrics', container_port: 9400 }]);
    expect(discovered(result)).toEqual(['gpu-node-agents', 'inference', 'monitoring', 'monitoring-nodes']);
  });

  test('GPUs go by gpu_uuid, their nodes by node alone, and those that no pod has are of no pod', () => {
    const job = jobsOf(program({ agents: { dcgmExporter: true } }))['dcgm-exporter'];
    expect(job.metric_relabel_configs).toEqual([
      { source_labels: ['UUID'], regex: '(.+)', target_label: 'gpu_uuid' },
      { regex: 'Hostname|hostname', action: 'labeldrop' },
      { source_labels: ['__name__', 'container'], regex: 'DCGM_.+;', target_label: 'pod', replacement: '' },
      { source_labels: ['__name__', 'container'], regex: 'DCGM_.+;', target_label: 'namespace', replacement: '' },
    ]);
    expect(job.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_node_name'],
      target_label: 'node',
    });
  });

  test.each([
    ['v26.3.3', {}, '4.5.3-4.8.2'],
    ['v26.7.0', {}, '4.6.0-4.8.3'],
    ['v26.9.1', {}, '4.6.0-4.8.3'],
    ['v25.3.0', { version: '4.2.3-4.1.3-ubuntu22.04' }, '4.2.3-4.1.3'],
  ])('finds that of the GPU operator %s with %j, at version %s', (chart, more, version) => {
    const gpuOperator = GpuOperator.version(chart, { values: { dcgmExporter: { enabled: true, ...more } } });
    const result = program({ agents: { gpuOperator } });
    expect(jobsOf(result)['dcgm-exporter'].relabel_configs[0]).toEqual({
      source_labels: ['__meta_kubernetes_pod_label_app'],
      regex: 'nvidia-dcgm-exporter',
      action: 'keep',
    });
    const [ours] = result
      .byName('helm_release', 'gpu-operator')
      .values.map((text: string) => JSON.parse(text) as Block);
    expect(ours.dcgmExporter).toEqual({ enabled: false, config: { name: 'dcgm-exporter-counters' } });
    const { data } = result.byName('kubernetes_config_map_v1', 'dcgm-exporter-counters');
    expect(data['dcgm-metrics.csv']).toContain('DCGM_FI_PROF_NVLINK_TX_BYTES, gauge');
    const rule = (label: string) => ({ record: 'a:b', expr: `max by (${label}) (DCGM_FI_DEV_GPU_TEMP)` });
    const target = targetOf(gpuOperator);
    expect(target).toMatchObject({ version, features: [MetricFeature.DCGM_COUNTER] });
    expect(MetricContract.faults([rule('gpu_uuid')], [target])).toEqual([]);
    expect(idsOf(MetricContract.faults([rule('gpu_uid')], [target]))).toEqual(['METRIC_LABEL_UNKNOWN expr']);
  });

  test('a list of counters of the user stays, and is not taken for ours', () => {
    const values = { dcgmExporter: { enabled: true, config: { name: 'theirs' } } };
    const gpuOperator = GpuOperator.version('v26.3.3', { values });
    const result = program({ agents: { gpuOperator } });
    expect(targetOf(gpuOperator).features).toEqual([]);
    expect(result.resources('kubernetes_config_map_v1').map(({ metadata }) => metadata.name)).not.toContain(
      'dcgm-exporter-counters',
    );
  });

  test('an operator without an exporter is none', () => {
    expect(Object.keys(jobsOf(program({ agents: { gpuOperator: GpuOperator.version() } })))).toEqual([
      'alertmanager',
      'kube-state-metrics',
      'node-exporter',
      'prometheus',
      'triton-deepseek',
    ]);
  });

  test('the controller of LeaderWorkerSets by its token, over its port that the pods do not declare', () => {
    const result = program({ groups: true });
    const job = jobsOf(result)['leader-worker-sets'];
    expect(job).toMatchObject({
      scheme: 'https',
      authorization: { credentials_file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
    });
    expect(job.relabel_configs).toContainEqual({
      source_labels: ['__address__'],
      regex: '(.+):\\d+',
      target_label: '__address__',
      replacement: '$1:8443',
    });
    const reader = result.byName('kubernetes_cluster_role_v1', 'monitoring-metrics-reader');
    expect(reader.rule).toEqual([{ non_resource_urls: ['/metrics'], verbs: ['get'] }]);
    expect(result.byName('kubernetes_cluster_role_binding_v1', 'monitoring-metrics-reader').subject[0].name).toBe(
      'prometheus',
    );
    expect(
      program()
        .resources('kubernetes_cluster_role_v1')
        .map(({ metadata }) => metadata.name),
    ).not.toContain('monitoring-metrics-reader');
  });

  test('kube-state-metrics may list what it tells of, and nothing else', () => {
    const result = program();
    const kinds = Object.values(OBSERVED_KINDS).flat().sort();
    const told = Object.keys(METRIC_TABLE[MetricExporter.KUBE_STATE_METRICS]).map((name) => name.split('_')[1]);
    expect([...new Set(told.map((kind) => `${kind}s`))].sort()).toEqual(kinds);
    const { spec } = result.byName('kubernetes_deployment_v1', 'kube-state-metrics').spec.template;
    expect(spec.container[0].args[0]).toBe(`--resources=${kinds.join(',')}`);
    const { rule } = result.byName('kubernetes_cluster_role_v1', 'monitoring-kube-state-metrics');
    expect(rule.flatMap(({ resources }: Block) => resources).sort()).toEqual(kinds);
    expect(new Set(rule.flatMap(({ verbs }: Block) => verbs))).toEqual(new Set(['list', 'watch']));
    const policy = result
      .resources('kubernetes_network_policy_v1')
      .find((each) => each.spec.pod_selector.match_labels['app.kubernetes.io/name'] === 'kube-state-metrics');
    expect(policy?.spec.ingress[0]).toMatchObject({
      from: [{ pod_selector: { match_labels: { 'app.kubernetes.io/name': 'prometheus' } } }],
      ports: [{ port: '8080', protocol: 'TCP' }],
    });
  });

  test('the node exporter runs on every node, reads it, and is no more than nobody there', () => {
    const result = program();
    const { spec } = result.byName('kubernetes_daemon_set_v1', 'node-exporter').spec.template;
    expect(spec.toleration).toEqual([{ operator: 'Exists' }]);
    expect(spec).toMatchObject({ host_network: true, security_context: { run_as_user: '65534' } });
    expect(spec.host_pid).toBeUndefined();
    const [container] = spec.container;
    expect(container.security_context).toMatchObject({ privileged: false, capabilities: { drop: ['ALL'] } });
    expect(container.volume_mount.every((mount: Block) => mount.read_only)).toBe(true);
    expect(result.byName('kubernetes_namespace_v1', 'monitoring-nodes').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
    });
  });

  /** Prefixes of series by collector, where they are not its name: README of the exporter. */
  const OF_COLLECTOR: { readonly [prefix: string]: string } = {
    boot: 'stat',
    disk: 'diskstats',
    load1: 'loadavg',
    load5: 'loadavg',
    load15: 'loadavg',
    memory: 'meminfo',
    network: 'netdev',
    nf: 'conntrack',
  };

  test('the node exporter has a collector for every metric of the catalog', () => {
    const own = Object.keys(METRIC_TABLE[MetricExporter.NODE]).filter((name) => !name.startsWith('node_scrape_'));
    const needed = own.map((name) => name.split('_')[1]).map((prefix) => OF_COLLECTOR[prefix] ?? prefix);
    expect(needed.filter((collector) => !COLLECTORS.includes(collector))).toEqual([]);
  });

  test.each([
    [{ kubeStateMetrics: false }, ['node-exporter']],
    [{ nodeExporter: false }, ['kube-state-metrics']],
    [{ clusterMetrics: false }, []],
  ])('leaves out what the cluster has: %j', (options, jobs) => {
    expect(Object.keys(jobsOf(program({ options, agents: { dcgmExporter: true } })))).toEqual(
      [
        ...('clusterMetrics' in options ? [] : ['dcgm-exporter']),
        ...jobs,
        'alertmanager',
        'prometheus',
        'triton-deepseek',
      ].sort(),
    );
  });

  testWith('promtool')('is a configuration that Prometheus takes', () => {
    const { monitoring } = program({ agents: { dcgmExporter: true }, groups: true });
    const folder = mkdtempSync(path.join(tmpdir(), 'cluster-metrics-'));
    try {
      // Debian's build leaves out the discovery of Kubernetes.
      const config = JSON.parse(monitoring.prometheusConfiguration) as Block;
      const jobs = config.scrape_configs.map(({ kubernetes_sd_configs: discovery, ...job }: Block) => {
        expect(discovery).toHaveLength(1);
        return { ...job, static_configs: [{ targets: ['10.0.0.1:9443'] }] };
      });
      expect(jobs.length).toBe(7);
      writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify({ ...config, scrape_configs: jobs }));
      writeFileSync(path.join(folder, 'rules.yml'), monitoring.rules);
      // The token is that of a pod.
      const check = spawnSync('promtool', ['check', 'config', '--syntax-only', 'prometheus.yml'], { cwd: folder });
      expect([check.status, String(check.stdout) + String(check.stderr)]).toEqual([
        0,
        expect.stringContaining('is valid prometheus config file syntax'),
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('exporters that are removed are scraped no more', () => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [] }).watch(new TestWorkload(stack, 'A'));
      new NodeAgents(stack, 'Agents', { cluster, dcgmExporter: true });
      stack.node.tryRemoveChild('Agents');
    });
    expect(Object.keys(jobsOf(result))).not.toContain('dcgm-exporter');
    expect(discovered(result)).not.toContain('gpu-node-agents');
  });
});

function targetOf(gpuOperator: GpuOperator) {
  const stack = testStack();
  const cluster = testCluster(stack);
  const agents = new NodeAgents(stack, 'Agents', { cluster, gpuOperator });
  return (agents.node.findChild('GpuMetrics') as unknown as ExistingExporter).metricsTarget;
}

describe('the list of counters of the node agents', () => {
  test('has the types that the exporter itself gives, and counts no gauge', () => {
    expect(DCGM_METRICS.find(([field]) => field === 'DCGM_EXP_XID_ERRORS_COUNT')?.[1]).toBe('gauge');
    const stated = new Map(
      fixture('dcgm-default-counters.csv')
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.split(',') as [string, string]),
    );
    for (const [field, kind] of DCGM_METRICS) {
      if (stated.has(field)) expect([field, kind]).toEqual([field, stated.get(field)]);
    }
  });
});

describe('an exporter that the cluster has already', () => {
  const existing = (exporter: MetricExporter, version: string, options: Partial<MonitoringStackProps> = {}) => {
    const stack = testStack();
    const monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      alertReceivers: [],
      ...options,
    });
    monitoring.watch(new ExistingExporter(stack, 'Theirs', { exporter, version, namespace: 'observability' }));
    return { stack, monitoring };
  };

  test.each([
    [MetricExporter.NODE, '1.12.1', { nodeExporter: false }, 9100, false],
    [MetricExporter.KUBE_STATE_METRICS, '2.20.0', { kubeStateMetrics: false }, 8080, true],
    [MetricExporter.DCGM, '4.5.3-4.8.2', {}, 9400, true],
  ])('is watched: %s', (exporter, version, options, port, honored) => {
    const { stack, monitoring } = existing(exporter, version, options);
    expect(faultsAtSynth(stack)).toEqual([]);
    const config = JSON.parse(monitoring.prometheusConfiguration) as Block;
    const job = config.scrape_configs.find((each: Block) => each.job_name === exporter);
    expect(job.honor_labels).toBe(honored);
    expect(job.relabel_configs).toContainEqual({
      source_labels: ['__meta_kubernetes_pod_container_port_number'],
      regex: String(port),
      action: 'keep',
    });
  });

  test.each([
    [MetricExporter.NODE, '1.12.1', 'EXPORTER_TWICE nodeExporter', { jobName: 'theirs' }],
    [MetricExporter.KUBE_STATE_METRICS, '2.20.0', 'EXPORTER_TWICE kubeStateMetrics', { jobName: 'theirs' }],
  ])('beside one of our own is refused: %s', (exporter, version, id) => {
    expect(idsOf(faultsAtSynth(existing(exporter, version).stack))).toEqual([id]);
  });
});

describe('two monitoring stacks of one cluster', () => {
  const two = (
    second: Partial<MonitoringStackProps>,
    watch: (a: MonitoringStack, b: MonitoringStack, cluster: TestCluster) => void,
  ) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const make = (namespace: string, more: Partial<MonitoringStackProps> = {}) =>
      new MonitoringStack(stack, namespace, { cluster, namespace, alertReceivers: [], ...more });
    watch(make('one'), make('two', second), cluster);
    return stack;
  };

  test('scrape its nodes once', () => {
    expect(idsOf(faultsThrown(() => two({}, () => undefined)))).toEqual(['CLUSTER_METRICS_EXIST clusterMetrics']);
    expect(faultsAtSynth(two({ clusterMetrics: false }, () => undefined))).toEqual([]);
  });

  test('scrape each workload once', () => {
    const refused = () =>
      two({ clusterMetrics: false }, (one, other) => {
        const workload = new TestWorkload(one, 'Workload');
        one.watch(workload);
        other.watch(workload);
      });
    expect(idsOf(faultsThrown(refused))).toEqual(['SCRAPED_TWICE metricsTarget']);
  });

  test('scrape what agents bring once, though one of them names it', () => {
    const stack = two({ clusterMetrics: false }, (one, other, cluster) => {
      other.watch(
        new ExistingExporter(other, 'Gpus', {
          exporter: MetricExporter.DCGM,
          version: '4.5.3-4.8.2',
          namespace: 'gpu-node-agents',
          podSelector: { 'app.kubernetes.io/name': 'dcgm-exporter' },
        }),
      );
      new NodeAgents(one, 'Agents', { cluster, dcgmExporter: true });
    });
    expect(idsOf(faultsAtSynth(stack))).toContain('SCRAPED_TWICE metricsTarget');
  });

  test.each(['kubeStateMetrics', 'nodeExporter'])('%s without anything that scrapes it is refused', (property) => {
    const refused = () => two({ clusterMetrics: false, [property]: true }, () => undefined);
    expect(idsOf(faultsThrown(refused))).toEqual([`CONFLICTING_PROPERTIES ${property}`]);
  });
});
