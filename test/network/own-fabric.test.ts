import { FabricAttachment, IRdmaFabric, RdmaFabricKind } from '../../lib/core/rdma-fabric';
import { NvidiaNetworkOperator } from '../../lib/network/network-operator';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { NDR, rack } from './support';

/** A fabric of a user's own class, which behaves as one of ours. */
function ownFabric(attachment?: FabricAttachment): IRdmaFabric {
  const inner = RdmaFabric.infiniband(NDR);
  return {
    kind: RdmaFabricKind.INFINIBAND,
    fabricName: 'own',
    resourceName: inner.resourceName,
    attachment,
    adaptersPerNode: 8,
    capabilities: ['IPC_LOCK'],
    networks: [],
    podResources: (interfaces) => inner.podResources(interfaces),
    bind: (pod) => inner.bind(pod),
    nodeResources: (hardware) => inner.nodeResources(hardware),
    bandwidthGbps: (hardware) => inner.bandwidthGbps(hardware),
    hardwareFaults: (hardware) => inner.hardwareFaults(hardware),
  };
}

const operator = (fabric: IRdmaFabric) =>
  synthesize((stack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster, { fabric });
    new NvidiaNetworkOperator(stack, 'Operator', { cluster });
  });

test("the network operator serves InfiniBand of a user's own class like that of RdmaFabric", () => {
  const ours = RdmaFabric.infiniband(NDR);
  const resources = (fabric: IRdmaFabric) =>
    operator(fabric)
      .resources('helm_release')
      .map(({ values }) => JSON.parse(values[0]) as Block);
  expect(resources(ownFabric(ours.attachment))).toEqual(resources(ours));
});

test('such a fabric without an attachment is refused', () => {
  expect(idsOf(faultsThrown(() => operator(ownFabric())))).toEqual(['FABRIC_WITHOUT_ATTACHMENT']);
});
