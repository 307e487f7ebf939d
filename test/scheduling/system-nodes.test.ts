import { EksFargateProfile } from '@cdktf/provider-aws/lib/eks-fargate-profile';
import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { DaemonSetV1 } from '@cdktf/provider-kubernetes/lib/daemon-set-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { TerraformHclModule, TerraformStack, Token } from 'cdktf';
import {
  CloudTopology,
  ClusterAutoscaler,
  DataSize,
  EksGpuCluster,
  GpuInstanceType,
  GpuNodePool,
  IEksCluster,
  KubernetesAccess,
  ModelSpec,
  SystemNodes,
} from '../../lib';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { Fault } from '../../lib/units/fault';
import { idsOf } from '../support/faults';
import { synthesize, testStack } from '../support/synth';

const ZONES = ['us-west-2a', 'us-west-2b'];
const SYSTEM = { 'gpu-inference-constructs/system': 'true' };

interface Pods {
  readonly cpu?: string;
  readonly memory?: string;
  readonly replicas?: number;
  readonly nodeSelector?: { [key: string]: string };
  readonly annotations?: { [key: string]: string };
  readonly tolerations?: { readonly key?: string; readonly operator: string }[];
  readonly zones?: string[];
  readonly onEveryNode?: boolean;
}

type Fill = (stack: TerraformStack, cluster: IEksCluster) => void;

function template({ cpu = '100m', memory = '100Mi', nodeSelector, annotations, tolerations, zones }: Pods) {
  const expression = { key: 'topology.kubernetes.io/zone', operator: 'In', values: zones };
  const nodeSelectorTerm = [{ matchExpressions: [expression] }];
  return {
    metadata: { labels: { app: 'own' }, annotations },
    spec: {
      nodeSelector,
      toleration: tolerations,
      affinity: zones && {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerm } },
      },
      container: [{ name: 'own', image: 'own', resources: { requests: { cpu, memory } } }],
    },
  };
}

const pods =
  (asked: Pods, name = 'own'): Fill =>
  (stack, cluster) => {
    const common = { provider: KubernetesAccess.of(stack, cluster).kubernetesProvider, metadata: { name } };
    const spec = { selector: { matchLabels: { app: 'own' } }, template: template(asked) };
    if (asked.onEveryNode) new DaemonSetV1(stack, name, { ...common, spec });
    else new DeploymentV1(stack, name, { ...common, spec: { ...spec, replicas: String(asked.replicas ?? 1) } });
  };

const gpuPool: Fill = (stack, cluster) =>
  void new GpuNodePool(stack, 'Gpu', {
    ...{ cluster, instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 },
  });

/** What is found on a cluster of this program, and the table of its pods. */
function found(systemNodes: SystemNodes | undefined, ...fill: Fill[]): { faults: Fault[]; table: string } {
  const stack = testStack();
  const props = { clusterName: 'chat', availabilityZones: ZONES, systemNodes };
  const cluster = new EksGpuCluster(stack, 'Cluster', props);
  fill.forEach((each) => each(stack, cluster));
  return { faults: ClusterChecks.of(cluster).faults, table: cluster.explain() };
}

const faultsOf = (...fill: Fill[]) => idsOf(found(undefined, ...fill).faults);
const rowOf = (table: string, start: RegExp) => table.split('\n').find((line) => start.test(line));

describe('pods without GPUs on a cluster of this program', () => {
  test('that are larger than its system nodes are refused, with what a node has', () => {
    const { faults } = found(undefined, pods({ cpu: '64', memory: '900Gi', replicas: 3 }));
    expect(idsOf(faults)).toEqual(['POD_DOES_NOT_FIT_NODE']);
    expect(faults[0].reason).toBe(
      "test/own: a pod of 'default/own' requests 64 of cpu, but a node of pool 'system nodes' (m7i.large) has 1.68 for pods; request less, " +
        'use a larger systemNodes.instanceType, or annotate pods for nodes that this program does not make with ' +
        'gpu-inference-constructs/elsewhere: "true"',
    );
  });

  test.each<[string, Pods]>([
    ['a small one', {}],
    ['as many as fit', { cpu: '1600m', replicas: 4 }],
    ['one as large as a node', { cpu: '1680m', memory: '6700Mi' }],
    ['for nodes elsewhere', { cpu: '64', annotations: { 'gpu-inference-constructs/elsewhere': 'true' } }],
    ['with a label of other nodes', { cpu: '64', nodeSelector: { disk: 'fast' } }],
  ])('fit: %s', (_, asked) => expect(faultsOf(gpuPool, pods(asked))).toEqual([]));

  test.each<[string, Pods, string]>([
    ['one core too many', { cpu: '1700m' }, 'POD_DOES_NOT_FIT_NODE'],
    ['memory of the whole node', { memory: '7Gi' }, 'POD_DOES_NOT_FIT_NODE'],
    ['selected by the label of the group', { cpu: '1', memory: '8Gi', nodeSelector: SYSTEM }, 'POD_DOES_NOT_FIT_NODE'],
    ['one more than nodes', { cpu: '1600m', replicas: 5 }, 'PODS_DO_NOT_FIT_POOL'],
  ])('do not fit: %s', (_, asked, id) => expect(faultsOf(gpuPool, pods(asked))).toEqual([id]));

  test('that fit one by one, but not all together, are refused', () => {
    const two = [pods({ memory: '3Gi', replicas: 6 }, 'one'), pods({ memory: '3Gi', replicas: 3 }, 'two')];
    const { faults } = found(undefined, ...two);
    expect(idsOf(faults)).toEqual(['PODS_DO_NOT_FIT_TOGETHER']);
    expect(faults[0].reason).toContain('raise systemNodes.maxNodes, or give');
    expect(idsOf(found({ maxNodes: 5 }, ...two).faults)).toEqual([]);
    expect(idsOf(found({ instanceType: 'm7i.xlarge' }, ...two).faults)).toEqual([]);
  });

  test('may run on GPU nodes too, if they tolerate their taints', () => {
    const tolerations = [{ operator: 'Exists' }];
    expect(faultsOf(gpuPool, pods({ cpu: '3', tolerations }))).toEqual([]);
    expect(faultsOf(gpuPool, pods({ cpu: '3', replicas: 2, tolerations }))).toEqual(['PODS_DO_NOT_FIT_POOL']);
    expect(faultsOf(gpuPool, pods({ cpu: '3' }))).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test('on every node are subtracted from the system nodes', () => {
    const agent = pods({ cpu: '1', onEveryNode: true }, 'agent');
    expect(faultsOf(agent, pods({ cpu: '600m', replicas: 4 }))).toEqual([]);
    expect(faultsOf(agent, pods({ cpu: '700m' }))).toEqual(['POD_DOES_NOT_FIT_NODE']);
    expect(faultsOf(pods({ cpu: '2', onEveryNode: true }, 'agent'))).toEqual(['NODE_AGENTS_DO_NOT_FIT']);
  });

  test('are in the table, with the system nodes they fill', () => {
    const { table } = found({ maxNodes: 3 }, gpuPool, pods({ cpu: '500m', replicas: 2 }));
    expect(rowOf(table, /default\/own/)).toMatch(/2 +default\/own +system nodes +3 +cpu 0.5, memory/);
    expect(rowOf(table, /^ +system nodes/)).toMatch(/system nodes +3 x m7i.large +none +cpu +5.04 +1 +20 %/);
  });
});

describe('labels of system nodes', () => {
  test.each<[string, Pods]>([
    ['of the library', { nodeSelector: SYSTEM }],
    [
      'of EKS',
      { nodeSelector: { 'eks.amazonaws.com/nodegroup': 'system-1', 'eks.amazonaws.com/capacityType': 'ON_DEMAND' } },
    ],
    ['of kubelets', { nodeSelector: { 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } }],
    ['of the type', { nodeSelector: { 'node.kubernetes.io/instance-type': 'm7i.large' } }],
    ['of a zone', { nodeSelector: { 'topology.kubernetes.io/zone': 'us-west-2a' } }],
    ['of one zone or another', { zones: ['us-east-1a', 'us-west-2b'] }],
    ['of the library beside one of EKS', { nodeSelector: { ...SYSTEM, 'kubernetes.io/arch': 'amd64' } }],
  ])('%s place pods there', (_, asked) => {
    for (const pools of [[], [gpuPool]]) {
      const { faults, table } = found(undefined, ...pools, pods(asked));
      expect(idsOf(faults)).toEqual([]);
      expect(rowOf(table, /default\/own/)).toMatch(/ system nodes /);
    }
    expect(faultsOf(gpuPool, pods({ ...asked, cpu: '2' }))).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test.each<[string, Pods]>([
    ['of another system', { nodeSelector: { 'kubernetes.io/os': 'windows' } }],
    ['of another processor', { nodeSelector: { 'kubernetes.io/arch': 'arm64' } }],
    ['of another type', { nodeSelector: { 'node.kubernetes.io/instance-type': 'c7i.large' } }],
    ['of another zone', { nodeSelector: { 'topology.kubernetes.io/zone': 'us-west-2c' } }],
    ['of other zones', { zones: ['us-west-2c'] }],
    ['of another node group', { nodeSelector: { 'eks.amazonaws.com/nodegroup': 'gpu-old' } }],
    ['of spot', { nodeSelector: { 'eks.amazonaws.com/capacityType': 'SPOT' } }],
    ['of Karpenter', { nodeSelector: { 'karpenter.sh/nodepool': 'cpu' } }],
  ])('%s do not', (_, asked) => {
    const { table } = found(undefined, pods(asked));
    expect(rowOf(table, /default\/own/)).toMatch(/nodes not known here/);
  });

  test('follow the instance type', () => {
    const arm = pods({ nodeSelector: { 'kubernetes.io/arch': 'arm64' } });
    expect(rowOf(found({ instanceType: 'm7g.large' }, arm).table, /default\/own/)).toMatch(/ system nodes /);
  });

  test('are no fault where the system nodes are not known', () => {
    synthesize((stack) => {
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
        ...{ clusterName: 'chat', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] },
      });
      gpuPool(stack, cluster);
      pods({ nodeSelector: SYSTEM, cpu: '64' })(stack, cluster);
      expect(ClusterChecks.of(cluster).faults).toEqual([]);
      expect(rowOf(cluster.explain(), /default\/own/)).toMatch(/nodes not known here/);
    });
  });
});

describe('nodes that the program makes beside', () => {
  const group = { nodeRoleArn: 'arn:aws:iam::1:role/n', subnetIds: ['s'] };
  const scalingConfig = { minSize: 1, maxSize: 1, desiredSize: 1 };
  const manifest = { apiVersion: 'karpenter.sh/v1', kind: 'NodePool', metadata: { name: 'cpu' } };

  test.each<[string, Fill]>([
    [
      'a node group',
      (stack, { connection }) =>
        void new EksNodeGroup(stack, 'Own', { ...group, clusterName: connection.eksClusterName ?? '', scalingConfig }),
    ],
    ['one by name', (stack) => void new EksNodeGroup(stack, 'Own', { ...group, clusterName: 'chat', scalingConfig })],
    [
      'Fargate',
      (stack) =>
        void new EksFargateProfile(stack, 'Own', {
          ...{ clusterName: 'chat', fargateProfileName: 'all', podExecutionRoleArn: group.nodeRoleArn },
          selector: [{ namespace: 'default' }],
        }),
    ],
    [
      'a pool of Karpenter',
      (stack, cluster) =>
        void new Manifest(stack, 'Own', {
          ...{ provider: KubernetesAccess.of(stack, cluster).kubernetesProvider, manifest },
        }),
    ],
    [
      'a module',
      (stack) =>
        void new TerraformHclModule(stack, 'Own', {
          source: 'terraform-aws-modules/eks/aws//modules/eks-managed-node-group',
        }),
    ],
  ])('may have the room: %s', (_, make) => {
    const { faults, table } = found(undefined, gpuPool, make, pods({ cpu: '64' }));
    expect(idsOf(faults)).toEqual([]);
    expect(rowOf(table, /default\/own/)).toMatch(/nodes not known here/);
    // What selects the system nodes runs nowhere else.
    expect(faultsOf(make, pods({ cpu: '64', nodeSelector: SYSTEM }))).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test('do not count if they are of another cluster', () => {
    const other: Fill = (stack) =>
      void new EksNodeGroup(stack, 'Own', { ...group, clusterName: 'other', scalingConfig });
    expect(faultsOf(other, pods({ cpu: '64' }))).toEqual(['POD_DOES_NOT_FIT_NODE']);
  });

  test('nothing is known of an instance type that is not known', () => {
    for (const instanceType of ['q9.large', Token.asString({ resolve: () => 'm7i.large' })])
      expect(idsOf(found({ instanceType }, pods({ cpu: '64', nodeSelector: SYSTEM })).faults)).toEqual([]);
  });
});

describe('pods beyond the system nodes that a cluster begins with', () => {
  const warned = (systemNodes: SystemNodes | undefined, ...fill: Fill[]) =>
    synthesize((stack) => {
      const props = { clusterName: 'chat', availabilityZones: ZONES, systemNodes };
      const cluster = new EksGpuCluster(stack, 'Cluster', props);
      fill.forEach((each) => each(stack, cluster));
    }).annotations();
  const three = pods({ cpu: '1600m', replicas: 3 });
  const autoscaler: Fill = (stack, cluster) => void new ClusterAutoscaler(stack, 'Autoscaler', { cluster });

  test('are warned of once, where nothing adds nodes', () => {
    const message =
      /^\[gpu-inference-constructs:SYSTEM_NODES_CANNOT_SCALE_UP\] cluster 'chat' starts with 2 system nodes/;
    expect(warned(undefined, three)).toEqual([expect.stringMatching(message)]);
  });

  test.each<[string, SystemNodes | undefined, Fill[]]>([
    ['they fit', undefined, [pods({ cpu: '1600m', replicas: 2 })]],
    ['there are enough from the beginning', { minNodes: 3 }, [three]],
    ['the cluster autoscaler adds nodes', undefined, [three, autoscaler]],
    [
      'they have GPU nodes too',
      undefined,
      [gpuPool, pods({ cpu: '1', replicas: 3, tolerations: [{ operator: 'Exists' }] })],
    ],
  ])('are not, where %s', (_, systemNodes, fill) => {
    expect(warned(systemNodes, ...fill).filter((each) => each.includes('SYSTEM_NODES'))).toEqual([]);
  });
});

test('a topology whose Prometheus asks for more than a system node has does not synthesize', () => {
  const make = (prometheusMemory: DataSize) =>
    synthesize(
      (stack) =>
        void new CloudTopology(stack, 'Cloud', {
          ...{ clusterName: 'chat', availabilityZones: ZONES, models: [{ model: ModelSpec.LLAMA_3_1_8B }] },
          monitoringOptions: { alertReceivers: [], prometheusMemory },
        }),
    );
  expect(() => make(DataSize.gib(100))).toThrow(/POD_DOES_NOT_FIT_NODE.*100Gi|prometheus.*requests.*100/s);
  expect(() => make(DataSize.gib(4))).not.toThrow();
});
