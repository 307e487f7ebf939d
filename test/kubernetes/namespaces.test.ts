import { DataKubernetesNamespaceV1 } from '@cdktf/provider-kubernetes/lib/data-kubernetes-namespace-v1';
import { Release } from '@cdktf/provider-helm/lib/release';
import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { Namespace } from '@cdktf/provider-kubernetes/lib/namespace';
import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { Fn, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { ModelStore } from '../../lib';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { ModelImport, ModelSource } from '../../lib/jobs';
import { ExistingNamespaces } from '../../lib/kubernetes/existing-namespaces';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { MonitoringStack } from '../../lib/monitoring';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { TritonDeployment } from '../../lib/serving';
import { testEksCluster } from '../compute/test-eks-cluster';
import { TestWorkload } from '../monitoring/support';
import { llama8b } from '../serving/support/fixtures';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { Block, synthStack, synthStacks, synthesize, testApp, testStack } from '../support/synth';
import { TestCluster, testCluster } from '../support/test-cluster';

const { RESTRICTED, PRIVILEGED } = PodSecurityLevel;

function providerOf(stack: TerraformStack, cluster: TestCluster) {
  return KubernetesAccess.of(stack, cluster).kubernetesProvider;
}

/** Monitoring that watches a workload: objects in two namespaces, one of them a binding in the namespace of another. */
function monitor(stack: TerraformStack, cluster: TestCluster, namespace: string) {
  const monitoring = new MonitoringStack(stack, 'Monitoring', { cluster, namespace, clusterMetrics: false });
  monitoring.watch(new TestWorkload(stack, 'Workload', { namespace }));
}

const namespaces = ({ json }: { json: Block }): Block[] =>
  Object.values((json.resource.kubernetes_namespace_v1 ?? {}) as Block) as Block[];

/** What waits for a namespace, by the kind of resource. */
const waiting = ({ json }: { json: Block }, address: string): string[] =>
  Object.entries(json.resource as { [type: string]: Block }).flatMap(([type, all]) =>
    Object.values(all).some((each) => (each as Block).depends_on?.includes(address)) ? [type] : [],
  );

const NAMESPACED = [
  'kubernetes_config_map_v1',
  'kubernetes_network_policy_v1',
  'kubernetes_persistent_volume_claim_v1',
  'kubernetes_service_account_v1',
  'kubernetes_service_v1',
  'kubernetes_stateful_set_v1',
];

describe('a namespace of the program', () => {
  type Make = (stack: TerraformStack, cluster: TestCluster) => void;
  const own: Make = (stack, cluster) =>
    void new NamespaceV1(stack, 'Own', { provider: providerOf(stack, cluster), metadata: { name: 'team-a' } });
  const use: Make = (stack, cluster) => monitor(stack, cluster, 'team-a');

  test.each<[string, Make[]]>([
    ['before', [own, use]],
    ['after', [use, own]],
  ])('made %s what uses it is the only one, and everything waits for it', (_, steps) => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      steps.forEach((step) => step(stack, cluster));
      expect(ClusterChecks.of(cluster).faults).toEqual([]);
    });
    expect(namespaces(result).map(({ metadata }) => metadata)).toEqual([{ name: 'team-a' }]);
    const waits = waiting(result, 'kubernetes_namespace_v1.Own');
    expect(waits).toEqual(expect.arrayContaining(NAMESPACED));
    expect(result.text).not.toContain('Namespace-test-team-a');
  });

  test.each<[string, (stack: TerraformStack, cluster: TestCluster) => Construct]>([
    ['by the older type', (stack, cluster) => new Namespace(stack, 'Own', config(stack, cluster))],
    [
      'inside a construct',
      (stack, cluster) => new NamespaceV1(new Construct(stack, 'Team'), 'Own', config(stack, cluster)),
    ],
    [
      'as a manifest',
      (stack, cluster) =>
        new Manifest(stack, 'Own', {
          provider: providerOf(stack, cluster),
          manifest: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
        }),
    ],
    [
      'by a Helm release',
      (stack, cluster) =>
        new Release(stack, 'Own', {
          provider: KubernetesAccess.of(stack, cluster).ensureHelmProvider(),
          name: 'kube-prometheus-stack',
          chart: 'kube-prometheus-stack',
          namespace: 'team-a',
          createNamespace: true,
        }),
    ],
    ['without a provider of its own', (stack) => new NamespaceV1(stack, 'Own', { metadata: { name: 'team-a' } })],
    [
      'whose name is an override',
      (stack, cluster) => {
        const made = new NamespaceV1(stack, 'Own', { ...config(stack, cluster), metadata: { name: 'x' } });
        made.addOverride('metadata.name', 'team-a');
        return made;
      },
    ],
  ])('made %s is found', (_, make) => {
    const { text } = synthesize((stack) => {
      const cluster = testCluster(stack);
      make(stack, cluster);
      use(stack, cluster);
    });
    expect(text).not.toContain('Namespace-test-team-a');
  });

  function config(stack: TerraformStack, cluster: TestCluster) {
    return { provider: providerOf(stack, cluster), metadata: { name: 'team-a' } };
  }

  test.each<[string, Make]>([
    ['of another name', (stack) => void new NamespaceV1(stack, 'Own', { metadata: { name: 'team-b' } })],
    [
      'of a release that creates none',
      (stack, cluster) => {
        const provider = KubernetesAccess.of(stack, cluster).ensureHelmProvider();
        new Release(stack, 'Own', { provider, name: 'x', chart: 'x', namespace: 'team-a' });
      },
    ],
    [
      'a manifest of another kind',
      (stack) =>
        void new Manifest(stack, 'Own', {
          manifest: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'team-a' } },
        }),
    ],
    [
      'on another cluster',
      (stack) => {
        const other = new TestCluster(stack, 'Other', { clusterName: 'other' });
        new NamespaceV1(stack, 'Own', { provider: providerOf(stack, other), metadata: { name: 'team-a' } });
      },
    ],
    [
      'made for each of a list',
      (stack) => {
        const made = new NamespaceV1(stack, 'Own', { metadata: { name: 'team-a' } });
        made.addOverride('for_each', '${toset([])}');
      },
    ],
  ])('%s is not taken for it', (_, make) => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      make(stack, cluster);
      use(stack, cluster);
    });
    expect(waiting(result, 'kubernetes_namespace_v1.Namespace-test-team-a')).toEqual(
      expect.arrayContaining(NAMESPACED),
    );
  });

  test('in another stack of the program is applied first', () => {
    const app = testApp();
    const [platform, workloads] = [testStack(app, 'platform'), testStack(app, 'workloads')];
    const cluster = testCluster(workloads);
    monitor(workloads, cluster, 'team-a');
    own(platform, cluster);
    const [, result] = synthStacks(platform, workloads);
    expect(namespaces(result)).toEqual([]);
    expect(workloads.dependsOn(platform)).toBe(true);
  });

  test('that is removed from the tree is made by this library again', () => {
    const { text } = synthesize((stack) => {
      const cluster = testCluster(stack);
      own(stack, cluster);
      use(stack, cluster);
      stack.node.tryRemoveChild('Own');
    });
    expect(text).toContain('Namespace-test-team-a');
  });

  test.each<[string | undefined, PodSecurityLevel, boolean]>([
    ['restricted', PRIVILEGED, true],
    ['baseline', PRIVILEGED, true],
    ['privileged', RESTRICTED, false],
    ['restricted', RESTRICTED, false],
    [undefined, PRIVILEGED, false],
  ])('at the level %s, where %s is needed, is refused: %s', (theirs, needed, isRefused) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const labels = theirs === undefined ? undefined : { 'pod-security.kubernetes.io/enforce': theirs };
    ensureNamespace(stack, cluster, 'team-a', needed);
    new NamespaceV1(stack, 'Own', { provider: providerOf(stack, cluster), metadata: { name: 'team-a', labels } });
    expect(idsOf(faultsAtSynth(stack))).toEqual(isRefused ? ['NAMESPACE_LEVEL_CONFLICT namespace'] : []);
  });

  test('takes constructs of different levels, since it is the program that says its level', () => {
    const stack = testStack();
    const cluster = testCluster(stack);
    own(stack, cluster);
    ensureNamespace(stack, cluster, 'team-a', RESTRICTED);
    ensureNamespace(stack, cluster, 'team-a', PRIVILEGED);
    expect(faultsAtSynth(stack)).toEqual([]);
    stack.node.tryRemoveChild('Own');
    expect(idsOf(faultsAtSynth(stack))).toEqual(['NAMESPACE_LEVEL_CONFLICT namespace']);
  });

  test('is that of a provider handed in, and of the default provider', () => {
    const made = (alias?: string) =>
      synthesize((stack) => {
        const kubernetes = new KubernetesProvider(stack, 'Kube', { alias, configPath: 'x' });
        const cluster = new TestCluster(stack, 'Cluster');
        if (alias) KubernetesAccess.fromProviders(stack, cluster, { kubernetes });
        new NamespaceV1(stack, 'Own', { provider: kubernetes, metadata: { name: 'team-a' } });
        monitor(stack, cluster, 'team-a');
      });
    for (const alias of ['mine', undefined]) expect(namespaces(made(alias)).length).toBe(1);
  });
});

describe('a namespace made elsewhere', () => {
  const declare = (_: TerraformStack, cluster: TestCluster) => ExistingNamespaces.declare(cluster, ['monitoring']);
  const read = (stack: TerraformStack, cluster: TestCluster) =>
    void new DataKubernetesNamespaceV1(stack, 'Read', {
      provider: providerOf(stack, cluster),
      metadata: { name: 'monitoring' },
    });

  test.each([
    ['declared', declare],
    ['read by a data source', read],
  ])('and %s, before or after, is used and neither made nor labeled', (_, say) => {
    for (const isFirst of [true, false]) {
      const result = synthesize((stack) => {
        const cluster = testCluster(stack);
        if (isFirst) say(stack, cluster);
        monitor(stack, cluster, 'monitoring');
        if (!isFirst) say(stack, cluster);
      });
      expect(namespaces(result)).toEqual([]);
      expect(result.text).not.toContain('Namespace-test');
      expect(result.byName('kubernetes_stateful_set_v1', 'prometheus').metadata.namespace).toBe('monitoring');
    }
  });

  test('of another cluster, or another name, is made all the same', () => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      ExistingNamespaces.declare(new TestCluster(stack, 'Other', { clusterName: 'other' }), ['monitoring']);
      ExistingNamespaces.declare(cluster, ['inference']);
      monitor(stack, cluster, 'monitoring');
    });
    expect(namespaces(result).length).toBe(1);
  });

  test.each(['default', 'kube-system', 'kube-public', 'kube-node-lease'])('%s is never made', (name) => {
    const result = synthesize((stack) => monitor(stack, testCluster(stack), name));
    expect(namespaces(result)).toEqual([]);
    expect(result.byName('kubernetes_service_v1', 'prometheus').metadata.namespace).toBe(name);
  });

  test('has a name that Kubernetes allows', () => {
    const cluster = testCluster(testStack());
    const declared = () => ExistingNamespaces.declare(cluster, ['monitoring', 'My Space']);
    expect(idsOf(faultsThrown(declared))).toEqual(['INVALID_NAME names[1]']);
    const unknown = () => ExistingNamespaces.declare(cluster, Fn.tolist(['a']));
    expect(idsOf(faultsThrown(unknown))).toEqual(['VALUE_NOT_CONCRETE names']);
  });
});

test('every construct with a namespace uses an existing one', () => {
  const stack = testStack();
  const cluster = testEksCluster(stack);
  KubernetesAccess.of(stack, cluster).ensureHelmProvider();
  const size = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 };
  const nodePool = new GpuNodePool(stack, 'Pool', { cluster, ...size });
  const modelStore = new ModelStore(stack, 'Store', { bucketName: 'models' });
  ExistingNamespaces.declare(cluster, ['gpu-node-agents', 'inference', 'monitoring', 'monitoring-nodes']);
  new NodeAgents(stack, 'Agents', { cluster });
  new MonitoringStack(stack, 'Monitoring', { cluster }).watch(
    new TritonDeployment(stack, 'Chat', { cluster, nodePool, modelStore, models: [llama8b] }),
  );
  new ModelImport(stack, 'Import', {
    cluster,
    modelStore,
    model: 'llama-3.1-8b',
    source: ModelSource.urls([{ url: 'https://models.example.com/config.json' }]),
  });
  const result = synthStack(stack);
  expect(result.types).not.toContain('kubernetes_namespace_v1');
  expect(result.text).not.toContain('kubernetes_namespace_v1');
});
