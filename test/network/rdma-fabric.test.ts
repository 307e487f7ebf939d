import { RdmaFabricKind } from '../../lib/core/rdma-fabric';
import { RdmaFabric } from '../../lib/network/rdma-fabric';

describe('RdmaFabric', () => {
  test('failure 6: of EFA tells a pod its interfaces, huge pages and the capability to lock memory', () => {
    const fabric = RdmaFabric.efa();
    expect(fabric.kind).toBe(RdmaFabricKind.EFA);
    expect(fabric.podResources(32)).toEqual({ 'vpc.amazonaws.com/efa': '32', 'hugepages-2Mi': '5120Mi' });
    expect(fabric.capabilities).toEqual(['IPC_LOCK']);
    expect(`${fabric}`).toBe('efa');
  });

  test('asks nothing of a pod that takes no interface', () => {
    expect(RdmaFabric.efa().podResources(0)).toEqual({});
    expect(RdmaFabric.none().podResources(0)).toEqual({});
    expect(RdmaFabric.none().capabilities).toEqual([]);
    expect(RdmaFabric.none().resourceName).toBeUndefined();
  });

  test('does not let a caller change what every fabric of the kind asks for', () => {
    RdmaFabric.efa().capabilities.push('SYS_ADMIN');
    expect(RdmaFabric.efa().capabilities).toEqual(['IPC_LOCK']);
  });

  test.each([
    [RdmaFabric.efa(), -1, /whole number of at least 0; got -1/],
    [RdmaFabric.efa(), 1.5, /whole number of at least 0; got 1.5/],
    [RdmaFabric.none(), 4, /cannot take 4 interfaces of the fabric 'none'/],
  ])('fails when %s is asked for %d interfaces', (fabric, interfaces, message) => {
    expect(() => fabric.podResources(interfaces)).toThrow(message);
  });
});
