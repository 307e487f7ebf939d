import { Lazy, Token } from 'cdktf';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { GpuType } from '../../lib/catalog/gpu-type';
import { GpuSharingKind } from '../../lib/core/gpu-sharing-kind';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { DataSize } from '../../lib/units/data-size';
import { EFA, PoolOptions, TOLERATE, checks, demand, gpus } from './checks-support';

type Pools = { [name: string]: PoolOptions };

const later = Lazy.stringValue({ produce: () => '${var.later}' });
const TYPE = 'node.kubernetes.io/instance-type';
const anywhere = (options: Partial<PodDemand> = {}) => demand({ nodeSelector: undefined, ...options });
const own = GpuNodeType.custom({
  name: 'own',
  gpu: GpuType.H100,
  gpuCount: 8,
  vcpus: 192,
  memory: DataSize.gib(2048),
});
const SLICED: PoolOptions = {
  allocatable: { 'nvidia.com/gpu': '32' },
  gpuSharingKind: GpuSharingKind.TIME_SLICING,
};
const DIVIDED: PoolOptions = { allocatable: { 'nvidia.com/gpu': '56' }, gpuSharingKind: GpuSharingKind.MIG };

describe('what fits', () => {
  test.each<[string, Pools, PodDemand[]]>([
    [
      'quantities in every form',
      { p5: {} },
      [demand(gpus(1, { cpu: '5e-1', memory: '.5Gi', 'ephemeral-storage': '1E3' }))],
    ],
    ['a quantity that is known later', { p5: {} }, [demand(gpus(1, { cpu: later }))]],
    ['a number of pods that is known later', { p5: {} }, [demand({ pods: Token.asNumber(later) })]],
    ['a selector that is known later', { p5: {} }, [demand({ nodeSelector: { team: later } })]],
    ['a toleration that is known later', { p5: {} }, [demand({ tolerations: [{ key: later, operator: 'Exists' }] })]],
    ['a selector of the instance type', { p5: {} }, [anywhere({ nodeSelector: { [TYPE]: 'p5.48xlarge' } })]],
    ['a selector of the system', { p5: {} }, [anywhere({ nodeSelector: { 'kubernetes.io/arch': 'amd64' } })]],
    [
      'a type of own hardware, whose label is not known',
      { o: { type: own } },
      [anywhere({ nodeSelector: { [TYPE]: 'x' } })],
    ],
    ['one share of a GPU', { p5: SLICED }, [demand({ pods: 64 })]],
    ['several instances of a divided GPU', { p5: DIVIDED }, [demand(gpus(2))]],
    [
      'CPU pods that tolerate everything and run elsewhere',
      { p5: {} },
      [anywhere({ requests: { cpu: '1000' }, tolerations: [{ operator: 'Exists' }] })],
    ],
    ['GPU pods for nodes of another program', { p5: {} }, [anywhere({ ...gpus(8), pods: 99, elsewhere: true })]],
    ['pods over two pools', { a: { nodes: 1 }, b: { nodes: 1 } }, [anywhere(gpus(8)), anywhere(gpus(8))]],
    [
      'a pod of one pool beside those of two',
      { a: { nodes: 1 }, b: { nodes: 2 } },
      [
        anywhere({ ...gpus(8), pods: 2 }),
        demand({ ...gpus(8), nodeSelector: { 'gpu-inference-constructs/pool': 'a' } }),
      ],
    ],
  ])('%s', (_, pools, demands) => {
    expect(checks(pools, ...demands)).toEqual([]);
  });
});

describe('what does not', () => {
  const ml: PoolOptions = { ...EFA, labels: { team: 'ml' }, subnets: [{ subnetId: 's' }] };

  test.each<[string, Pools, PodDemand[], string]>([
    [
      'a selector of an instance type that no pool has',
      { p5: {} },
      [anywhere({ nodeSelector: { [TYPE]: 'g5.xlarge' } })],
      'NODE_SELECTOR_MATCHES_NO_POOL',
    ],
    [
      'a selector of another processor',
      { p5: {} },
      [anywhere({ nodeSelector: { 'kubernetes.io/arch': 'arm64' } })],
      'NODE_SELECTOR_MATCHES_NO_POOL',
    ],
    ['two shares of GPUs that take turns', { p5: SLICED }, [demand(gpus(2))], 'ONE_GPU_SHARE_PER_POD'],
    [
      'tensor parallelism over instances of divided GPUs',
      { p5: DIVIDED },
      [demand({ ...gpus(2), tensorParallelism: 2 })],
      'TENSOR_PARALLELISM_NEEDS_WHOLE_GPUS',
    ],
    [
      'more pods than two pools hold together',
      { a: { nodes: 1 }, b: { nodes: 1 } },
      [anywhere({ ...gpus(8), pods: 2 }), anywhere(gpus(8))],
      'PODS_DO_NOT_FIT_TOGETHER',
    ],
    [
      'more than two pools hold, with pods of one of them',
      { a: { nodes: 1 }, b: { nodes: 1 } },
      [
        anywhere({ ...gpus(8), pods: 2 }),
        demand({ ...gpus(8), nodeSelector: { 'gpu-inference-constructs/pool': 'a' } }),
      ],
      'PODS_DO_NOT_FIT_TOGETHER',
    ],
    [
      'a group over pools of which each has a security group of its own',
      { a: { ...ml, efaSecurityGroupId: 'sg-a' }, b: { ...ml, efaSecurityGroupId: 'sg-b' } },
      [demand({ ...gpus(8), nodeSelector: { team: 'ml' }, podsPerGroup: 2 })],
      'GROUP_SPANS_SECURITY_GROUPS',
    ],
    [
      'pools whose nodes nobody can tell apart',
      { a: {}, b: { nodeSelector: { 'nvidia.com/gpu.present': 'true' } } },
      [],
      'POOL_SELECTOR_NOT_UNIQUE',
    ],
    ['negative quantities', { p5: {} }, [demand(gpus(1, { cpu: '-1' }))], 'INVALID_QUANTITY'],
  ])('%s', (_, pools, demands, id) => expect(checks(pools, ...demands)).toEqual([id]));

  test('a pod whose number is known later is still looked at by itself', () => {
    expect(checks({ p5: {} }, demand({ ...gpus(9), pods: Token.asNumber(later), tolerations: TOLERATE }))).toHaveLength(
      1,
    );
  });
});
