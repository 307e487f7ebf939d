import { Token } from 'cdktf';
import { DataSize, GpuInstanceType, GpuNodeType, GpuInterconnect, GpuType } from '../../lib';
import { RdmaFabricKind } from '../../lib/core/rdma-fabric';
import { NetworkName } from '../../lib/network/network-name';
import { RdmaAttachment } from '../../lib/network/rdma-attachment';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { faultsThrown, idsOf } from '../support/faults';
import { NDR, RACK } from './support';

const P5 = GpuInstanceType.P5_48XLARGE;

describe('RdmaFabric', () => {
  test('of EFA tells a pod its interfaces, huge pages and the capability to lock memory', () => {
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
    const fabric = RdmaFabric.infiniband(NDR);
    fabric.networks.push('x');
    expect(fabric.networks).toEqual([]);
  });

  test.each([
    [RdmaFabric.efa(), -1, 'NOT_A_WHOLE_NUMBER interfaces'],
    [RdmaFabric.efa(), 1.5, 'NOT_A_WHOLE_NUMBER interfaces'],
    [RdmaFabric.none(), 4, 'FABRIC_WITHOUT_INTERFACES interfaces'],
  ])('fails when %s is asked for %d interfaces', (fabric, interfaces, id) => {
    expect(idsOf(faultsThrown(() => fabric.podResources(interfaces)))).toEqual([id]);
  });
});

describe('binding a pod', () => {
  test('EFA: all interfaces of the node, and nothing that aws-ofi-nccl sets itself', () => {
    const binding = RdmaFabric.efa().bind({ hardware: P5, gpus: 8, rdmaRequired: true });
    expect(binding).toMatchObject({
      resources: { 'vpc.amazonaws.com/efa': '32', 'hugepages-2Mi': '5120Mi' },
      annotations: {},
      capabilities: ['IPC_LOCK'],
      environment: { NCCL_SOCKET_IFNAME: 'eth0' },
      podSecurityLevel: 'privileged',
    });
    expect(binding.sharedMemory.gib).toBe(9);
  });

  test('a part of a node gets its part of interfaces and huge pages, and the parts fit together', () => {
    const { resources } = RdmaFabric.efa().bind({ hardware: P5, gpus: 2 });
    expect(resources).toEqual({ 'vpc.amazonaws.com/efa': '8', 'hugepages-2Mi': '1280Mi' });
    expect(RdmaFabric.efa().bind({ hardware: P5, gpus: 0 }).resources).toEqual({});
  });

  test('InfiniBand: shared devices come as one, and NCCL may not fall back to TCP', () => {
    const fabric = RdmaFabric.infiniband({ ...NDR, devices: ['mlx5_0', 'mlx5_1'] });
    expect(fabric.bind({ hardware: RACK, gpus: 8 })).toMatchObject({
      resources: { 'rdma/rdma_shared_device_a': '1' },
      annotations: {},
      capabilities: ['IPC_LOCK'],
      environment: { NCCL_SOCKET_IFNAME: 'eth0', NCCL_NET: 'IB', NCCL_IB_HCA: '=mlx5_0,mlx5_1' },
    });
    expect(fabric.nodeResources(RACK)).toEqual({ 'rdma/rdma_shared_device_a': '63' });
    expect(fabric.bandwidthGbps(RACK)).toBe(3200);
  });

  test('host devices: one network for each adapter', () => {
    const attachment = RdmaAttachment.hostDevices({ network: NetworkName.of('rail') });
    const fabric = RdmaFabric.infiniband({ ...NDR, attachment });
    const { resources, annotations } = fabric.bind({ hardware: RACK, gpus: 2 });
    expect(resources).toEqual({ 'nvidia.com/hostdev': '2' });
    expect(annotations).toEqual({ 'k8s.v1.cni.cncf.io/networks': 'default/rail,default/rail' });
    expect(fabric.nodeResources(RACK)).toEqual({ 'nvidia.com/hostdev': '8' });
  });

  test('virtual functions: one of each rail', () => {
    const rails = ['a', 'b'].map((name) => ({
      resourceName: `rail_${name}`,
      network: NetworkName.of(`rail-${name}`, 'rdma'),
      physicalFunctions: [`ibs${name}`],
    }));
    const attachment = RdmaAttachment.virtualFunctions({ rails, virtualFunctionsPerAdapter: 4 });
    const fabric = RdmaFabric.infiniband({ adaptersPerNode: 2, gbpsPerAdapter: 400, attachment });
    const { resources, annotations } = fabric.bind({ hardware: RACK, gpus: 1 });
    expect(resources).toEqual({ 'nvidia.com/rail_a': '1', 'nvidia.com/rail_b': '1' });
    expect(annotations).toEqual({ 'k8s.v1.cni.cncf.io/networks': 'rdma/rail-a,rdma/rail-b' });
    expect(fabric.nodeResources(RACK)).toEqual({ 'nvidia.com/rail_a': '4', 'nvidia.com/rail_b': '4' });
  });

  test('RoCE: GID and traffic class where they are given', () => {
    const attachment = RdmaAttachment.sharedDevices({ networks: [NetworkName.of('rail-0')] });
    const fabric = RdmaFabric.roce({ ...NDR, attachment, gidIndex: 3, trafficClass: 106 });
    expect(fabric.bind({ hardware: RACK, gpus: 8 })).toMatchObject({
      environment: { NCCL_IB_GID_INDEX: '3', NCCL_IB_TC: '106' },
      annotations: { 'k8s.v1.cni.cncf.io/networks': 'default/rail-0' },
    });
    const plain = RdmaFabric.roce({ ...NDR, attachment }).bind({ hardware: RACK, gpus: 8 });
    expect(plain.environment).toEqual({ NCCL_SOCKET_IFNAME: 'eth0', NCCL_NET: 'IB' });
  });

  test('no fabric: a pod that does without RDMA gets nothing but the interface of its peers', () => {
    const binding = RdmaFabric.none().bind({ hardware: GpuInstanceType.G5_XLARGE, gpus: 1 });
    expect(binding).toMatchObject({ resources: {}, annotations: {}, capabilities: [], podSecurityLevel: 'restricted' });
    expect(binding.environment).toEqual({ NCCL_SOCKET_IFNAME: 'eth0' });
  });

  test('the user has the last word on what the plugin leaves alone', () => {
    const environment = { NCCL_SOCKET_IFNAME: 'net1', NCCL_DEBUG: 'INFO' };
    const sharedMemory = DataSize.gib(64);
    const binding = RdmaFabric.efa().bind({ hardware: P5, gpus: 8, environment, sharedMemory });
    expect(binding.environment).toEqual(environment);
    expect(binding.sharedMemory.gib).toBe(64);
  });

  const efa = RdmaFabric.efa();
  const ib = RdmaFabric.infiniband(NDR);
  const hostdev = RdmaFabric.infiniband({
    ...NDR,
    attachment: RdmaAttachment.hostDevices({ network: NetworkName.of('rail') }),
  });
  const slow = GpuNodeType.custom({
    name: 'slow',
    gpu: GpuType.H100,
    gpuCount: 8,
    vcpus: 96,
    memory: DataSize.gib(1024),
    interconnect: GpuInterconnect.NVSWITCH,
  });
  test.each([
    [
      'a variable of the plugin',
      efa,
      { hardware: P5, gpus: 8, environment: { FI_PROVIDER: 'efa' } },
      ['FABRIC_VARIABLE_RESERVED environment.FI_PROVIDER'],
    ],
    [
      'a buffer size of the plugin',
      efa,
      { hardware: P5, gpus: 8, environment: { NCCL_BUFFSIZE: '1' } },
      ['FABRIC_VARIABLE_RESERVED environment.NCCL_BUFFSIZE'],
    ],
    [
      'InfiniBand switched off',
      ib,
      { hardware: RACK, gpus: 8, environment: { NCCL_IB_DISABLE: '1' } },
      ['FABRIC_VARIABLE_RESERVED environment.NCCL_IB_DISABLE'],
    ],
    [
      'EFA on hardware without',
      efa,
      { hardware: GpuInstanceType.G5_XLARGE, gpus: 1 },
      ['FABRIC_NOT_ON_HARDWARE fabric'],
    ],
    ['InfiniBand on EC2', ib, { hardware: P5, gpus: 8 }, ['FABRIC_NOT_ON_HARDWARE fabric']],
    ['more than the hardware has', ib, { hardware: slow, gpus: 8 }, ['FABRIC_FASTER_THAN_HARDWARE fabric']],
    [
      'RDMA of TCP-only nodes',
      RdmaFabric.none(),
      { hardware: P5, gpus: 8, rdmaRequired: true },
      ['RDMA_WITHOUT_FABRIC rdmaRequired'],
    ],
    [
      'a share that is not whole',
      efa,
      { hardware: GpuInstanceType.G5_12XLARGE, gpus: 1 },
      ['FABRIC_SHARE_NOT_WHOLE gpus'],
    ],
    [
      'more GPUs than the node has',
      hostdev,
      { hardware: slow, gpus: 9 },
      ['NOT_A_WHOLE_NUMBER gpus', 'FABRIC_FASTER_THAN_HARDWARE fabric'],
    ],
    ['half a GPU', efa, { hardware: P5, gpus: 0.5 }, ['NOT_A_WHOLE_NUMBER gpus']],
    [
      'GPUs that Terraform only knows later',
      efa,
      { hardware: P5, gpus: Token.asNumber('${var.gpus}') },
      ['VALUE_NOT_CONCRETE gpus'],
    ],
  ])('fails for %s', (_, fabric, pod, ids) => {
    expect(idsOf(faultsThrown(() => fabric.bind(pod)))).toEqual(ids);
  });

  test('all faults of a pod come at once', () => {
    const environment = { FI_PROVIDER: 'efa', NCCL_BUFFSIZE: '1' };
    const build = () => efa.bind({ hardware: GpuInstanceType.G5_XLARGE, gpus: 1, environment });
    expect(idsOf(faultsThrown(build))).toEqual([
      'FABRIC_NOT_ON_HARDWARE fabric',
      'FABRIC_VARIABLE_RESERVED environment.FI_PROVIDER',
      'FABRIC_VARIABLE_RESERVED environment.NCCL_BUFFSIZE',
    ]);
  });
});

describe('options of ConnectX fabrics', () => {
  const rail = { resourceName: 'a', network: NetworkName.of('a'), physicalFunctions: ['ib0'] };
  const { sharedDevices, virtualFunctions } = RdmaAttachment;
  test.each([
    ['no adapters', { adaptersPerNode: 0, gbpsPerAdapter: 400 }, 'NOT_A_WHOLE_NUMBER adaptersPerNode'],
    ['no rate', { adaptersPerNode: 8, gbpsPerAdapter: 0 }, 'OUT_OF_RANGE gbpsPerAdapter'],
    ['an empty name', { ...NDR, fabricName: '' }, 'INVALID_NAME fabricName'],
    [
      'a wrong resource',
      { ...NDR, attachment: sharedDevices({ resourceName: 'a b' }) },
      'INVALID_NAME attachment.resourceName',
    ],
    [
      'too few rails',
      { ...NDR, attachment: virtualFunctions({ rails: [rail] }) },
      'RAIL_FOR_EACH_ADAPTER attachment.rails',
    ],
    [
      'rails of one resource',
      { adaptersPerNode: 2, gbpsPerAdapter: 400, attachment: virtualFunctions({ rails: [rail, rail] }) },
      'DUPLICATE attachment.rails',
    ],
    ['no pods', { ...NDR, attachment: sharedDevices({ maxPods: 0 }) }, 'NOT_A_WHOLE_NUMBER attachment.maxPods'],
  ])('fail for %s', (_, options, id) => {
    expect(idsOf(faultsThrown(() => RdmaFabric.infiniband(options)))).toEqual([id]);
  });

  test('RoCE needs a network for shared devices, InfiniBand does not', () => {
    expect(idsOf(faultsThrown(() => RdmaFabric.roce({ ...NDR, trafficClass: 256 })))).toEqual([
      'NOT_A_WHOLE_NUMBER trafficClass',
      'ROCE_NEEDS_NETWORKS attachment.networks',
    ]);
    expect(RdmaFabric.infiniband(NDR).resourceName).toBe('rdma/rdma_shared_device_a');
  });

  test.each([
    ['Rail_0', 'default', 'INVALID_NAME name'],
    ['rail-0', 'My Space', 'INVALID_NAME namespace'],
    [Token.asString({ resolve: () => 'a' }), 'default', 'VALUE_NOT_CONCRETE name'],
  ])('no network is called %s in %s', (name, namespace, id) => {
    expect(idsOf(faultsThrown(() => NetworkName.of(name, namespace)))).toEqual([id]);
  });
});
