import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Lazy, TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { Autoscaling } from '../../lib/compute/pools/options/autoscaling';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { GpuNodePoolProps } from '../../lib/compute/pools/shared/gpu-node-pool-props';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { IKubernetesCluster } from '../../lib/core/kubernetes-cluster';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { testEksCluster } from '../compute/test-eks-cluster';
import { Fault } from '../../lib/units/fault';
import { idsOf } from '../support/faults';
import { synthesize } from '../support/synth';
import { TOLERATE } from './checks-support';

type Amounts = { [resource: string]: string };

function user(
  stack: TerraformStack,
  cluster: IKubernetesCluster,
  resources: { requests?: Amounts; limits?: Amounts },
  replicas = '1',
) {
  new DeploymentV1(stack, 'User', {
    provider: KubernetesAccess.of(stack, cluster).kubernetesProvider,
    metadata: { name: 'user' },
    spec: {
      replicas,
      template: {
        metadata: { labels: { app: 'user' } },
        spec: { toleration: TOLERATE, container: [{ name: 'c', image: 'i', resources }] },
      },
    },
  });
}

function pool(stack: TerraformStack, options: Partial<GpuNodePoolProps> = {}): GpuNodePool {
  const cluster = testEksCluster(stack);
  ClusterChecks.of(cluster);
  return new GpuNodePool(stack, 'Pool', {
    cluster,
    instanceType: GpuInstanceType.P5_48XLARGE,
    minNodes: 1,
    maxNodes: 1,
    ...options,
  });
}

describe('devices that containers ask for', () => {
  const ask = (resources: { requests?: Amounts; limits?: Amounts }) => () =>
    synthesize((stack) => user(stack, pool(stack).cluster, resources));
  const later = Lazy.stringValue({ produce: () => '${var.gpus}' });

  test.each<[string, { requests?: Amounts; limits?: Amounts }]>([
    ['limits', { limits: { 'nvidia.com/gpu': '2' } }],
    ['equal requests', { limits: { 'nvidia.com/gpu': '2' }, requests: { 'nvidia.com/gpu': '2' } }],
    [
      'equal amounts, however they are written',
      { limits: { 'hugepages-2Mi': '1Gi', memory: '1Gi' }, requests: { 'hugepages-2Mi': '1024Mi' } },
    ],
    ['limits that are known later', { limits: { 'nvidia.com/gpu': later }, requests: { 'nvidia.com/gpu': later } }],
    ['parts of processors', { requests: { cpu: '0.5', memory: '1.5Gi' } }],
  ])('are taken as %s', (_, resources) => expect(ask(resources)).not.toThrow());

  test.each<[string, { requests?: Amounts; limits?: Amounts }, string]>([
    ['a part of one', { limits: { 'nvidia.com/gpu': '0.5' } }, 'DEVICE_NOT_WHOLE'],
    ['thousandths', { limits: { 'nvidia.com/gpu': '500m' } }, 'DEVICE_NOT_WHOLE'],
    ['requests without a limit', { requests: { 'nvidia.com/gpu': '2' } }, 'DEVICE_WITHOUT_LIMIT'],
    [
      'a limit above the request',
      { limits: { 'nvidia.com/gpu': '4' }, requests: { 'nvidia.com/gpu': '2' } },
      'DEVICE_LIMIT_DIFFERS',
    ],
    ['huge pages without a limit', { requests: { 'hugepages-2Mi': '2Mi', memory: '1Gi' } }, 'DEVICE_WITHOUT_LIMIT'],
  ])('are refused as %s', (_, resources, id) => {
    let faults: Fault[] = [];
    const build = (stack: TerraformStack) => {
      const { cluster } = pool(stack);
      user(stack, cluster, resources);
      faults = ClusterChecks.of(cluster).faults;
    };
    expect(() => synthesize(build)).toThrow(/test\/User: a container of 'default\/user'/);
    expect(idsOf(faults)).toEqual([id]);
  });
});

describe('pods beyond the nodes that a pool begins with', () => {
  const warnings = (options: Partial<GpuNodePoolProps>, replicas: string) =>
    synthesize((stack) => {
      user(stack, pool(stack, { maxNodes: 3, ...options }).cluster, { limits: { 'nvidia.com/gpu': '8' } }, replicas);
    }).annotations();

  test('are warned of where no autoscaler adds nodes', () => {
    expect(warnings({}, '3')).toEqual([
      expect.stringMatching(/^\[gpu-inference-constructs:POOL_CANNOT_SCALE_UP\] pool 'pool' starts with 1 node, /),
    ]);
  });

  test.each<[string, Partial<GpuNodePoolProps>, string]>([
    ['they fit', {}, '1'],
    ['the pool begins with enough', { minNodes: 3 }, '3'],
    ['an autoscaler adds them', { autoscaling: Autoscaling.clusterAutoscaler() }, '3'],
  ])('are not where %s', (_, options, replicas) => expect(warnings(options, replicas)).toEqual([]));
});
