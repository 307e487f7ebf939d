import { faultsThrown, idsOf } from '../support/faults';
import { GpuOperator } from '../../lib/compute/agents/gpu-operator';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { NodeAgentsProps } from '../../lib/compute/agents/node-agents-props';
import { NvidiaNetworkOperator } from '../../lib/network/network-operator';
import { synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { rack } from './support';

/** A cluster with agents and the network operator, in either order. */
function both(agents: Partial<NodeAgentsProps>, nodeFeatureDiscovery?: boolean, agentsFirst = true) {
  return synthesize((stack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster);
    const makeAgents = () => new NodeAgents(stack, 'Agents', { cluster, ...agents });
    if (agentsFirst) makeAgents();
    new NvidiaNetworkOperator(stack, 'Network', { cluster, nodeFeatureDiscovery });
    if (!agentsFirst) makeAgents();
  });
}

describe('a cluster has one node feature discovery', () => {
  const gpuOperator = GpuOperator.version();

  test.each<[string, Partial<NodeAgentsProps>, boolean]>([
    ['of the GPU operator, then of the network operator', { gpuOperator }, true],
    ['of the network operator, then of the GPU operator', { gpuOperator }, false],
    ['of GPU feature discovery and of the network operator', { gpuFeatureDiscovery: true }, true],
  ])('and not that %s', (_, agents, agentsFirst) => {
    const faults = faultsThrown(() => both(agents, undefined, agentsFirst));
    expect(idsOf(faults)).toEqual(['FEATURE_DISCOVERY_EXISTS nodeFeatureDiscovery']);
  });

  test('where one of them leaves it to the other, or needs none', () => {
    both({ gpuOperator }, false);
    both({ gpuOperator, nodeFeatureDiscovery: false });
    both({ gpuFeatureDiscovery: true, nodeFeatureDiscovery: false });
    both({});
  });
});
