import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { CloudTopology, EksGpuCluster, ModelSpec, ModelStore } from '../../lib';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { KubernetesCluster } from '../../lib/compute/cluster/kubernetes-cluster';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { GpuSharing } from '../../lib/compute/pools/options/gpu-sharing';
import { GpuNodePoolProps } from '../../lib/compute/pools/shared/gpu-node-pool-props';
import { PodSecurityLevel } from '../../lib/core/pod-security-level';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { ensureNamespace } from '../../lib/kubernetes/namespaces';
import { MonitoringStack } from '../../lib/monitoring';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { TritonDeployment } from '../../lib/serving';
import { testEksCluster } from '../compute/test-eks-cluster';
import { TestWorkload } from '../monitoring/support';
import { llama8b } from '../serving/support/fixtures';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, synthStack, synthesize, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

const ZONES = ['us-west-2a', 'us-west-2b'];

describe('node agents follow the pools back', () => {
  const EFA = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
  const SLICED = { instanceType: GpuInstanceType.G5_XLARGE, gpuSharing: GpuSharing.timeSlicing(4) };
  const PLAIN = { instanceType: GpuInstanceType.G5_XLARGE };

  function names(...pools: (Partial<GpuNodePoolProps> & typeof PLAIN)[]) {
    const stack = testStack();
    const cluster = testEksCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster });
    for (const pool of pools) {
      stack.node.tryRemoveChild('Pool');
      new GpuNodePool(stack, 'Pool', { cluster, minNodes: 1, maxNodes: 1, ...pool });
    }
    const { resource } = synthStack(stack).json;
    const named = (type: string) =>
      Object.values((resource[type] ?? {}) as Block).map((each) => (each as Block).metadata.name as string);
    return [...named('kubernetes_daemon_set_v1'), ...named('kubernetes_config_map_v1')].sort();
  }

  test.each([
    ['with EFA', EFA],
    ['with time slicing', SLICED],
  ])('a pool %s that is replaced by a plain one leaves no agent of its own', (_, pool) => {
    expect(names(pool, PLAIN)).toEqual(names(PLAIN));
    expect(names(PLAIN, pool, PLAIN, pool)).toEqual(names(pool));
    expect(names(pool)).not.toEqual(names(PLAIN));
  });
});

describe('a cluster that was removed can be made anew', () => {
  test.each<[string, (stack: TerraformStack) => EksGpuCluster | KubernetesCluster]>([
    ['EksGpuCluster', (stack) => new EksGpuCluster(stack, 'Made', { clusterName: 'x', availabilityZones: ZONES })],
    [
      'KubernetesCluster',
      (stack) => KubernetesCluster.fromKubeconfig(stack, 'Made', { clusterName: 'x', configPath: 'rack.yaml' }),
    ],
  ])('%s, with its namespace', (_, make) => {
    const build = (times: number) =>
      synthesize((stack) => {
        for (let time = 0; time < times; time++) {
          stack.node.tryRemoveChild('Made');
          const cluster = make(stack);
          KubernetesAccess.of(stack, cluster).ensureHelmProvider();
          ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
        }
      }).text;
    expect(build(2)).toBe(build(1));
  });

  test('its providers and namespaces are not synthesized where it is gone', () => {
    const { text } = synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Made', { clusterName: 'x', availabilityZones: ZONES });
      KubernetesAccess.of(stack, cluster).ensureHelmProvider();
      ensureNamespace(stack, cluster, 'inference', PodSecurityLevel.RESTRICTED);
      stack.node.tryRemoveChild('Made');
    });
    expect(text).not.toMatch(/aws_eks_cluster|kubernetes_namespace/);
  });

  test('CloudTopology with a cluster of its own', () => {
    const build = (times: number) =>
      synthesize((stack) => {
        for (let time = 0; time < times; time++) {
          stack.node.tryRemoveChild('Cloud');
          new CloudTopology(stack, 'Cloud', {
            clusterName: 'chat',
            models: [{ model: ModelSpec.LLAMA_3_1_8B }],
            availabilityZones: ZONES,
          });
        }
      }).text;
    expect(build(2)).toBe(build(1));
  });
});

describe('a store that was removed', () => {
  function build(remake: boolean) {
    return synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'x', availabilityZones: ZONES });
      KubernetesAccess.of(stack, cluster);
      const size = { instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 };
      const nodePool = new GpuNodePool(stack, 'Pool', { cluster, ...size });
      const serve = (bucketName: string) => {
        const modelStore = new ModelStore(stack, `Store-${bucketName}`, { bucketName });
        new TritonDeployment(stack, 'Chat', { cluster, nodePool, modelStore, models: [llama8b] });
      };
      serve('first');
      stack.node.tryRemoveChild('Chat');
      stack.node.tryRemoveChild('Store-first');
      if (remake) serve('second');
    });
  }

  test.each([false, true])('leaves no grant that refers to its bucket, whether another comes (%s) or not', (remake) => {
    const { text } = build(remake);
    expect(text).not.toContain('Store-first');
    expect(text.includes('Store-second')).toBe(remake);
  });
});

describe('a monitoring stack', () => {
  test('watches a workload that was made anew, and no longer the one that was removed', () => {
    const stack = testStack();
    const monitoring = new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      clusterMetrics: false,
    });
    monitoring.watch(new TestWorkload(stack, 'Gone', { jobName: 'gone', models: ['gone'], namespace: 'old' }));
    monitoring.watch(new TestWorkload(stack, 'T'));
    stack.node.tryRemoveChild('Gone');
    stack.node.tryRemoveChild('T');
    monitoring.watch(new TestWorkload(stack, 'T'));
    expect(monitoring.prometheusConfiguration).not.toContain('gone');
    expect(monitoring.rules).not.toContain('gone');
    const bindings = Object.values(synthStack(stack).json.resource.kubernetes_role_binding_v1 as Block) as Block[];
    expect(bindings.map(({ metadata }) => metadata.namespace).sort()).toEqual(['inference', 'monitoring']);
  });
});

describe('two objects of one name are read with their overrides', () => {
  test.each<[string, string, string, boolean]>([
    ['renamed apart', 'a', 'b', false],
    ['renamed alike', 'b', 'a', true],
  ])('%s', (_, name, override, isRefused) => {
    const stack = testStack();
    const cluster = testCluster(stack);
    const provider = KubernetesAccess.of(stack, cluster).kubernetesProvider;
    new ConfigMapV1(stack, 'One', { provider, metadata: { name: 'a' } });
    new ConfigMapV1(stack, 'Two', { provider, metadata: { name } }).addOverride('metadata.name', override);
    expect(idsOf(ClusterChecks.of(cluster).faults)).toEqual(isRefused ? ['DUPLICATE_OBJECT'] : []);
  });
});

describe('a topology that throws leaves nothing', () => {
  const GOOD = { clusterName: 'chat', models: [{ model: ModelSpec.LLAMA_3_1_8B }], availabilityZones: ZONES };
  const BAD = { ...GOOD, models: [{ model: ModelSpec.LLAMA_3_1_8B, maxReplicas: 0, replicas: -1 } as never] };

  test.each([
    ['in its own scope', false, 'Cloud'],
    ['with workloads elsewhere', true, 'Cloud'],
    ['under another id', true, 'Other'],
  ])('so that a right one can be made, %s', (_, elsewhere, id) => {
    const build = (fails: boolean) =>
      synthesize((stack) => {
        const workloads = elsewhere ? new Construct(stack, 'Workloads') : undefined;
        const bad = () => new CloudTopology(stack, 'Cloud', { ...BAD, workloads });
        if (fails) faultsThrown(bad);
        new CloudTopology(stack, id, { ...GOOD, workloads });
      }).text;
    expect(build(true)).toBe(build(false));
  });
});
