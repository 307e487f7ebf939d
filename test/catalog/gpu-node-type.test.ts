import { CpuArchitecture } from '../../lib/catalog/cpu-architecture';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuInterconnect } from '../../lib/catalog/gpu-interconnect';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { GpuType } from '../../lib/catalog/gpu-type';
import { DataSize } from '../../lib/units/data-size';
import { faultsThrown, idsOf } from '../support/faults';

const own = { name: 'dgx-a100', gpu: GpuType.A100_80GB, gpuCount: 8, vcpus: 256, memory: DataSize.gib(2048) };

test('a rack has the given properties, and none of EC2', () => {
  const rack = GpuNodeType.custom({ ...own, interconnect: GpuInterconnect.NVSWITCH, rdma: true });
  expect(rack).toMatchObject({ nvlinkDomainSize: 8, networkBandwidthGbps: 10, rdma: true, gpuDirect: true });
  expect(rack.gpuMemory.bytes).toBe(GpuType.A100_80GB.memory.bytes);
  expect([rack.isEc2, rack.efaInterfaces, rack.podsByAddresses(true), rack.legacy]).toEqual([
    false,
    0,
    undefined,
    false,
  ]);
});

test('a Jetson is a node type too', () => {
  const gpu = GpuType.JETSON_AGX_ORIN_64GB;
  const architecture = CpuArchitecture.ARM64;
  const jetson = GpuNodeType.custom({
    ...{ name: 'agx-orin', gpu, gpuCount: 1, vcpus: 12, architecture },
    memory: DataSize.gib(64),
  });
  expect(jetson).toMatchObject({ nvlinkDomainSize: 1, rdma: false, gpuDirect: true, architecture: 'arm64' });
});

test('data goes from GPU to adapter without a copy where there is NVLink or one GPU, unless set otherwise', () => {
  const direct = (props: object) => GpuNodeType.custom({ ...own, ...props }).gpuDirect;
  expect([direct({}), direct({ gpuCount: 1 }), direct({ gpuDirect: true })]).toEqual([false, true, true]);
});

test('an instance type of EC2 is a node type', () => {
  const p5: GpuNodeType = GpuInstanceType.P5_48XLARGE;
  expect([p5.isEc2, p5.efaInterfaces, p5.rdma, p5.gpuDirect]).toEqual([true, 32, true, true]);
  // One EFA-only interface on card 0 would take the addresses of one; that of p5 is not on it.
  expect(p5.podsByAddresses(false)).toBe(GpuInstanceType.P5_48XLARGE.defaultMaxPods);
  expect(GpuInstanceType.P5_4XLARGE.gpuDirect).toBe(false);
});

test.each([
  ['a name of EC2', { name: 'p5.48xlarge' }, ['NAME_OF_EC2_INSTANCE_TYPE name']],
  ['a bad name', { name: 'DGX A100' }, ['INVALID_NAME name']],
  ['no GPUs', { gpuCount: 0 }, ['NOT_A_WHOLE_NUMBER gpuCount']],
  ['a fraction of a CPU', { vcpus: 0.5 }, ['NOT_A_WHOLE_NUMBER vcpus']],
  ['a token', { gpuCount: -8.1e298 }, ['NOT_A_WHOLE_NUMBER gpuCount']],
  ['a negative bandwidth', { networkBandwidthGbps: -1 }, ['OUT_OF_RANGE networkBandwidthGbps']],
  ['no memory', { memory: DataSize.ZERO }, ['OUT_OF_RANGE memory']],
  ['a domain without NVLink', { nvlinkDomainSize: 4 }, ['CONFLICTING_PROPERTIES nvlinkDomainSize']],
  [
    'a domain that does not divide',
    { interconnect: GpuInterconnect.NVSWITCH, nvlinkDomainSize: 3 },
    ['NVLINK_DOMAIN_DOES_NOT_DIVIDE_GPUS nvlinkDomainSize'],
  ],
])('hardware outside EC2 is refused for %s', (_, change, ids) => {
  expect(idsOf(faultsThrown(() => GpuNodeType.custom({ ...own, ...change })))).toEqual(ids);
});
