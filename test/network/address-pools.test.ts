import { TerraformStack } from 'cdktf';
import { NetworkName } from '../../lib/network/network-name';
import { NvidiaNetworkOperator } from '../../lib/network/network-operator';
import { NvIpamPool } from '../../lib/network/nv-ipam-pool';
import { RdmaAttachment } from '../../lib/network/rdma-attachment';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { HostDeviceNetwork } from '../../lib/network/secondary-networks';
import { faultsAtSynth, faultsThrown, idsOf } from '../support/faults';
import { Synthesized, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { NDR, rack } from './support';

const hall = (network: string) =>
  RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.hostDevices({ network: NetworkName.of(network) }) });

/** Two pools, an operator for both and what a test makes of them. */
function site(
  build: (operator: NvidiaNetworkOperator, stack: TerraformStack, pools: ReturnType<typeof rack>[]) => void,
): Synthesized {
  return synthesize((stack) => {
    const cluster = testCluster(stack);
    const pools = ['a', 'b'].map((name) => rack(stack, cluster, { fabric: hall('fast'), poolName: name }, name));
    const operator = new NvidiaNetworkOperator(stack, 'Operator', { cluster });
    build(operator, stack, pools);
  });
}

const fast = (stack: TerraformStack, operator: NvidiaNetworkOperator, ipPool?: NvIpamPool) =>
  new HostDeviceNetwork(stack, 'fast', { operator, resourceName: 'hostdev', ipPool });

describe('ranges of addresses', () => {
  const two = (first: string, second: string, apart = false) =>
    site((operator, stack, [a, b]) => {
      const block = { operator, perNodeBlockSize: 8 };
      fast(stack, operator);
      new NvIpamPool(stack, 'One', { ...block, subnet: first, nodePools: apart ? [a] : undefined });
      new NvIpamPool(stack, 'Two', { ...block, subnet: second, nodePools: apart ? [b] : undefined });
    });

  test.each([
    ['one within the other', '10.1.0.0/22', '10.1.1.0/24'],
    ['the same twice', '10.1.0.0/24', '10.1.0.0/24'],
  ])('may not overlap on one node: %s', (_, first, second) => {
    expect(idsOf(faultsThrown(() => two(first, second)))).toEqual(['ADDRESS_RANGE_OVERLAPS subnet']);
  });

  test('may be beside each other, and the same on other nodes', () => {
    two('10.1.0.0/24', '10.1.1.0/24');
    two('10.1.0.0/24', '10.1.0.0/24', true);
  });
});

test('a block has an address for each adapter that pods of a node may have', () => {
  const found = (perNodeBlockSize: number) => {
    let stack: TerraformStack | undefined;
    const build = () =>
      site((operator, made) => {
        stack = made;
        fast(made, operator, new NvIpamPool(made, 'One', { operator, subnet: '10.1.0.0/22', perNodeBlockSize }));
      });
    if (perNodeBlockSize < 8) expect(build).toThrow();
    else build();
    return idsOf(faultsAtSynth(stack as TerraformStack));
  };
  expect(found(8)).toEqual([]);
  expect(found(7)).toEqual(['ADDRESS_BLOCK_TOO_SMALL', 'ADDRESS_BLOCK_TOO_SMALL']);
});

test('a network that was taken out of the tree is missing, and one in its place is found', () => {
  const found = (again: boolean) => {
    let stack: TerraformStack | undefined;
    const build = () =>
      site((operator, made) => {
        stack = made;
        fast(made, operator);
        made.node.tryRemoveChild('fast');
        if (again) fast(made, operator);
      });
    if (again) build();
    else expect(build).toThrow();
    return idsOf(faultsAtSynth(stack as TerraformStack));
  };
  expect(found(false)).toEqual(['NETWORK_MISSING', 'NETWORK_MISSING']);
  expect(found(true)).toEqual([]);
});
