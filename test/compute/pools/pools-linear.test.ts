import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { ClusterLedger } from '../../../lib/core/cluster-ledger';
import { IGpuNodePool } from '../../../lib/core/gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { synthesize } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';

/** How often the pools of a cluster are looked through, which costs as much as there are. */
function looks(count: number): { whileMaking: number; afterwards: number } {
  let whileMaking = 0;
  let all = 0;
  synthesize((stack: TerraformStack) => {
    const cluster = testEksCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster, dcgmExporter: true });
    const pools = Object.getOwnPropertyDescriptor(ClusterLedger.prototype, 'pools');
    jest.spyOn(ClusterLedger.prototype, 'pools', 'get').mockImplementation(function (this: ClusterLedger) {
      all++;
      return (pools?.get?.call(this) ?? []) as IGpuNodePool[];
    });
    const before = all;
    for (let i = 0; i < count; i++) {
      const efa = i % 2 === 0;
      new GpuNodePool(stack, `pool-${i}`, {
        cluster,
        instanceType: efa ? GpuInstanceType.P4DE_24XLARGE : GpuInstanceType.G5_XLARGE,
        fabric: efa ? RdmaFabric.efa() : undefined,
        minNodes: 1,
        maxNodes: 2,
      });
    }
    whileMaking = all - before;
  });
  jest.restoreAllMocks();
  return { whileMaking, afterwards: all - whileMaking };
}

test('making a pool looks through no others, and what follows from them looks through them as often as ever', () => {
  const [few, many] = [looks(2), looks(40)];
  expect([few.whileMaking, many.whileMaking]).toEqual([0, 0]);
  expect(few.afterwards).toBeGreaterThan(0);
  expect(many.afterwards).toBe(few.afterwards);
});
