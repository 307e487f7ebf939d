import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodePool } from '../../lib/compute/pools/managed/gpu-node-pool';
import { GpuNodePoolProps } from '../../lib/compute/pools/shared/gpu-node-pool-props';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized, synthesize } from '../support/synth';
import { TestEksClusterProps, testEksCluster } from './test-eks-cluster';

/** What a test may say of its pool. */
export type Options = Partial<GpuNodePoolProps>;

/** A pool of one to two g5.xlarge unless the test says otherwise. */
export function addPool(
  stack: TerraformStack,
  options: Options = {},
  cluster: TestEksClusterProps = {},
  id = 'Chat',
): GpuNodePool {
  const { instanceType = GpuInstanceType.G5_XLARGE, ...rest } = options;
  return new GpuNodePool(stack, id, {
    cluster: testEksCluster(stack, cluster),
    // Types that AWS sells elsewhere are tested here as well.
    instanceType: instanceType.offeredIn('us-west-2'),
    minNodes: 1,
    maxNodes: 2,
    ...rest,
  });
}

/** A stack with one pool. */
export function synthPool(options: Options = {}, cluster: TestEksClusterProps = {}): Synthesized {
  return synthesize((stack) => {
    addPool(stack, options, cluster);
  });
}

/** The ids and properties that a program is refused for. */
export function refusal(body: () => unknown): string {
  return idsOf(faultsThrown(body)).join(', ');
}

/** A pool with EFA. */
export const EFA: Options = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };

/** The NodeConfig that a launch template hands its nodes. */
export function userData(result: Synthesized): Block {
  const text = Buffer.from(result.only('aws_launch_template').user_data, 'base64').toString('utf8');
  const [, boundary] = text.match(/boundary="(.+)"/) ?? [];
  const [head, part, end] = text.split(`--${boundary}`);
  expect(head).toContain('MIME-Version: 1.0');
  expect(part).toContain('Content-Type: application/node.eks.aws\n\n');
  expect(end).toBe('--\n');
  return JSON.parse(part.slice(part.indexOf('{')));
}
