import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { EksGpuCluster } from '../../lib/compute';
import { KubernetesAccess } from '../../lib/kubernetes';
import { MonitoringStack, MonitoringStackProps, MonitoringStorage } from '../../lib/monitoring';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { DataSize } from '../../lib/units';
import { idsOf } from '../support/faults';
import { Block, testStack } from '../support/synth';
import { monitor, onPath, testWith } from './support';

const SERVERS = ['prometheus', 'alertmanager'];
const ARN = 'arn:aws:aps:eu-central-1:123456789012:workspace/ws-0a11ce00-0000-4000-8000-000000000001';

const made = (props: Partial<MonitoringStackProps> = {}) => monitor([{}], { highAvailability: true, ...props });
const { monitoring, result } = made({ storage: MonitoringStorage.persistentVolume({ storageClassName: 'fast' }) });
const server = (name: string) => result.byName('kubernetes_stateful_set_v1', name).spec as Block;
const podOf = (name: string) => server(name).template.spec as Block;
const config = JSON.parse(monitoring.prometheusConfiguration) as Block;
const labels = (name: string) => server(name).selector.match_labels as Block;

describe.each(SERVERS)('%s', (name) => {
  test('is two pods, changed one after the other, never on one node, and in two zones if there is room', () => {
    expect(server(name)).toMatchObject({ replicas: '2', pod_management_policy: 'Parallel' });
    const [apart] = [podOf(name).affinity.pod_anti_affinity];
    expect(apart.required_during_scheduling_ignored_during_execution).toEqual([
      { topology_key: 'kubernetes.io/hostname', label_selector: [{ match_labels: labels(name) }] },
    ]);
    const [preferred] = apart.preferred_during_scheduling_ignored_during_execution;
    expect(preferred).toMatchObject({
      weight: 100,
      pod_affinity_term: { topology_key: 'topology.kubernetes.io/zone' },
    });
  });

  test('has a volume for each, by the names that its StatefulSet looks for', () => {
    const size = name === 'prometheus' ? '20Gi' : '1Gi';
    const claims = [0, 1].map((i) => result.byName('kubernetes_persistent_volume_claim_v1', `data-${name}-${i}`));
    for (const { spec, lifecycle } of claims) {
      expect(spec).toMatchObject({ storage_class_name: 'fast', resources: { requests: { storage: size } } });
      expect(lifecycle).toEqual({ prevent_destroy: true });
    }
    const [template, ...others] = server(name).volume_claim_template;
    expect(others).toEqual([]);
    expect(template).toMatchObject({ metadata: { name: 'data' }, spec: claims[0].spec });
    expect(podOf(name).volume.map((volume: Block) => volume.name)).not.toContain('data');
    expect(podOf(name).container[0].volume_mount).toContainEqual({ name: 'data', mount_path: `/${name}` });
    const waitsFor = result.byName('kubernetes_stateful_set_v1', name).depends_on as string[];
    expect(waitsFor.filter((each) => each.startsWith('kubernetes_persistent_volume_claim_v1.'))).toHaveLength(2);
  });

  test('loses one of its pods at a time', () => {
    const { spec } = result.byName('kubernetes_pod_disruption_budget_v1', name);
    expect(spec).toEqual({ max_unavailable: '1', selector: { match_labels: labels(name) } });
  });

  test('answers who asks by one of them', () =>
    expect(result.byName('kubernetes_service_v1', name).spec.session_affinity).toBe('ClientIP'));
});

describe('the Alertmanagers', () => {
  const peers = [0, 1].map((i) => `alertmanager-${i}.alertmanager-peers.monitoring.svc`);

  test('find each other, before they are ready too', () => {
    const service = result.byName('kubernetes_service_v1', 'alertmanager-peers').spec;
    expect(service).toMatchObject({ cluster_ip: 'None', publish_not_ready_addresses: true });
    expect(service.selector).toEqual(podOf('alertmanager') && server('alertmanager').template.metadata.labels);
    expect(server('alertmanager').service_name).toBe('alertmanager-peers');
    const [{ args, env }] = podOf('alertmanager').container;
    expect(args).toEqual(expect.arrayContaining(peers.map((host) => `--cluster.peer=${host}:9094`)));
    expect(args).toContain('--cluster.advertise-address=[$(POD_IP)]:9094');
    expect(args).not.toContain('--cluster.listen-address=');
    expect(env).toEqual([{ name: 'POD_IP', value_from: { field_ref: { field_path: 'status.podIP' } } }]);
  });

  test('reach each other, and nobody else does', () => {
    const { spec } = result.byName('kubernetes_network_policy_v1', 'alertmanager-peers');
    expect(spec.pod_selector.match_labels).toEqual(labels('alertmanager'));
    expect(spec.ingress).toEqual([
      {
        from: [{ pod_selector: { match_labels: labels('alertmanager') } }],
        ports: ['TCP', 'UDP'].map((protocol) => ({ port: '9094', protocol })),
      },
    ]);
  });

  test('are all told by each Prometheus, of the same alerts', () => {
    expect(config.alerting).toEqual({
      alert_relabel_configs: [{ regex: 'prometheus_replica', action: 'labeldrop' }],
      alertmanagers: [{ static_configs: [{ targets: peers.map((host) => `${host}:9093`) }] }],
    });
  });
});

test('each Prometheus has a label of its own, from its environment', () => {
  expect(config.global.external_labels).toEqual({ cluster: 'test', prometheus_replica: '${POD_NAME}' });
  const [{ args, env }] = podOf('prometheus').container;
  expect(args).toContain('--enable-feature=expand-external-labels');
  expect(env).toEqual([{ name: 'POD_NAME', value_from: { field_ref: { field_path: 'metadata.name' } } }]);
  // Terraform would take it for one of its own.
  const { data } = result.byName('kubernetes_config_map_v1', 'prometheus-config');
  expect(data['prometheus.yml']).toContain('"$${POD_NAME}"');
});

test('a workspace of AWS is told by the names that it knows', () => {
  const { remote_write: remote } = JSON.parse(
    made({ managedPrometheusArn: ARN }).monitoring.prometheusConfiguration,
  ) as Block;
  expect(remote[0].write_relabel_configs).toEqual([
    { source_labels: ['prometheus_replica'], target_label: '__replica__' },
    { regex: 'prometheus_replica', action: 'labeldrop' },
  ]);
});

testWith('promtool')('Prometheus takes the configuration', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'high-availability-'));
  try {
    writeFileSync(path.join(folder, 'rules.yml'), '{}');
    writeFileSync(path.join(folder, 'prometheus.yml'), JSON.stringify({ ...config, scrape_configs: [] }));
    const checked = execFileSync(onPath('promtool') as string, ['check', 'config', 'prometheus.yml'], { cwd: folder });
    expect(String(checked)).toContain('is valid prometheus config file syntax');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('storage of the nodes needs no claims', () => {
  const { result: ephemeral } = made({ storage: MonitoringStorage.emptyDir(DataSize.gib(5)) });
  expect(ephemeral.resources('kubernetes_persistent_volume_claim_v1')).toEqual([]);
  const { spec } = ephemeral.byName('kubernetes_stateful_set_v1', 'prometheus');
  expect(spec.volume_claim_template).toBeUndefined();
  expect(spec.template.spec.volume).toContainEqual({ name: 'data', empty_dir: { size_limit: '5Gi' } });
});

test('one of each, with the volumes that it had, is the default', () => {
  const { monitoring: single, result: one } = monitor();
  for (const name of SERVERS) {
    const { spec } = one.byName('kubernetes_stateful_set_v1', name);
    expect(spec).toMatchObject({ replicas: '1', service_name: name });
    expect(Object.keys(spec)).not.toContain('pod_management_policy');
    expect(spec.template.spec.affinity).toBeUndefined();
    expect(one.byName('kubernetes_persistent_volume_claim_v1', `${name}-data`)).toBeDefined();
  }
  expect(one.resources('kubernetes_pod_disruption_budget_v1')).toEqual([]);
  expect(single.prometheusConfiguration).not.toContain('prometheus_replica');
});

test.each([
  [1, ['PODS_DO_NOT_FIT_POOL', 'PODS_DO_NOT_FIT_POOL']],
  [2, []],
])('%d system nodes: the proof knows of both pods', (maxNodes, ids) => {
  const stack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', {
    ...{ clusterName: 'chat', availabilityZones: ['us-west-2a', 'us-west-2b'] },
    systemNodes: { minNodes: 1, maxNodes, instanceType: 'm7i.xlarge' },
  });
  KubernetesAccess.of(stack, cluster);
  const storage = MonitoringStorage.persistentVolume({ storageClassName: 'fast' });
  new MonitoringStack(stack, 'Monitoring', { cluster, alertReceivers: [], highAvailability: true, storage });
  const found = ClusterChecks.of(cluster).faults;
  expect(idsOf(found).map((id) => id.split(' ')[0])).toEqual(ids);
});
