import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { KarpenterGpuNodePoolProps } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool-props';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block, synthesize } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';
import { refusal } from '../test-pool';

type Options = Partial<KarpenterGpuNodePoolProps>;

const P5: Options = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };

/** The NodePool as Karpenter would see it. */
function nodePool(options: Options): Block {
  let found: Block[] = [];
  synthesize((stack) => {
    const pool = new KarpenterGpuNodePool(stack, 'Train', {
      ...{ cluster: testEksCluster(stack), instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 0, maxNodes: 4 },
      ...options,
    });
    found = pool.objects;
  });
  return found.find(({ kind }) => kind === 'NodePool') ?? {};
}

describe('other instance types', () => {
  const { G6E_XLARGE, G6E_2XLARGE, G6E_4XLARGE, G5_XLARGE, G6E_12XLARGE, P5_48XLARGE, P5EN_48XLARGE } = GpuInstanceType;
  const typesOf = (options: Options) =>
    (nodePool(options).spec.template.spec.requirements as Block[]).find(
      ({ key }) => key === 'node.kubernetes.io/instance-type',
    )?.values;

  test('may be launched in the place of the first', () => {
    const pool = {
      instanceType: G6E_XLARGE,
      otherInstanceTypes: [G6E_2XLARGE, G6E_4XLARGE],
      capacity: Capacity.spot(),
    };
    expect(typesOf(pool)).toEqual(['g6e.xlarge', 'g6e.2xlarge', 'g6e.4xlarge']);
    expect(nodePool(pool).spec.limits).toEqual({ 'nvidia.com/gpu': '4' });
    expect(typesOf({ instanceType: G6E_XLARGE })).toEqual(['g6e.xlarge']);
  });

  test.each<[string, Options, string]>([
    ['other GPUs', { otherInstanceTypes: [G5_XLARGE] }, 'OTHER_HARDWARE_IN_POOL otherInstanceTypes[0]'],
    ['more GPUs', { otherInstanceTypes: [G6E_2XLARGE, G6E_12XLARGE] }, 'OTHER_HARDWARE_IN_POOL otherInstanceTypes[1]'],
    [
      'less memory',
      { instanceType: G6E_4XLARGE, otherInstanceTypes: [G6E_XLARGE] },
      'OTHER_HARDWARE_IN_POOL otherInstanceTypes[0]',
    ],
    ['the same again', { otherInstanceTypes: [G6E_XLARGE] }, 'DUPLICATE otherInstanceTypes'],
    [
      'reserved capacity',
      {
        otherInstanceTypes: [G6E_2XLARGE],
        capacity: Capacity.reservation({ reservationId: 'cr-1', availabilityZone: 'us-west-2a' }),
        subnetIds: ['subnet-a'],
      },
      'CONFLICTING_PROPERTIES otherInstanceTypes',
    ],
    [
      'EFA',
      { ...P5, instanceType: P5_48XLARGE, otherInstanceTypes: [P5EN_48XLARGE], subnetIds: ['subnet-a'] },
      'CONFLICTING_PROPERTIES otherInstanceTypes, OTHER_HARDWARE_IN_POOL otherInstanceTypes[0]',
    ],
  ])('are refused with %s', (_, options, message) => {
    expect(refusal(() => nodePool(options))).toBe(message);
  });

  test('are refused where AWS does not sell them', () => {
    const make = (stack: TerraformStack) => {
      const provider = new AwsProvider(stack, 'Hyderabad', { region: 'ap-south-2', alias: 'hyderabad' });
      new KarpenterGpuNodePool(stack, 'Train', {
        ...{ cluster: testEksCluster(stack, { provider }), minNodes: 0, maxNodes: 1 },
        instanceType: GpuInstanceType.G6_XLARGE,
        otherInstanceTypes: [GpuInstanceType.GR6_4XLARGE],
      });
    };
    expect(refusal(() => synthesize(make))).toBe('TYPE_NOT_IN_REGION otherInstanceTypes[0]');
  });
});
