import { CpuArchitecture } from '../catalog/cpu-architecture';
import { GpuInstanceType, instanceTypeOf } from '../catalog/gpu-instance-type';
import { GpuInterconnect } from '../catalog/gpu-interconnect';
import { GpuNodeType, GpuNodeTypeProps } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { GpuTypeProps } from '../catalog/gpu-type-props';
import { NetworkCard } from '../catalog/network-card';
import { DataSize } from '../units/data-size';
import { givenValue } from '../units/number-faults';

/** Plain data of a JSON object. */
interface Json {
  readonly [key: string]: unknown;
}

/**
 * Hardware as plain data: an instance type of the catalog by its name, other hardware by its properties.
 *
 * @internal
 */
export function hardwareToJson(type: GpuNodeType): unknown {
  const ec2 = instanceTypeOf(type);
  if (ec2 && GpuInstanceType.ALL.some(({ name }) => name === ec2.name)) return ec2.name;
  const { name, gpuCount, vcpus, networkBandwidthGbps, interconnect, nvlinkDomainSize, rdma, gpuDirect } = type;
  return {
    ...{ name, gpu: gpuToJson(type.gpu), gpuCount, gpuMemory: type.gpuMemory.bytes, vcpus, memory: type.memory.bytes },
    localStorage: type.localStorage?.bytes ?? null,
    ...{ networkBandwidthGbps, interconnect, nvlinkDomainSize, rdma, gpuDirect, architecture: type.architecture },
    ...(ec2 ? { ec2: ec2Json(ec2) } : {}),
  };
}

/** A GPU of the table by its name, another one by what it was described with. */
function gpuToJson(gpu: GpuType): unknown {
  return gpu._props ? { ...gpu._props, name: gpu.name, memory: gpu.memory.bytes } : gpu.name;
}

function gpuFromJson(json: unknown): GpuType {
  if (typeof json !== 'object' || json === null) return GpuType.of(typeof json === 'string' ? json : givenValue(json));
  const data = json as Json;
  return GpuType.custom({ ...data, memory: DataSize.bytes(data.memory as number) } as unknown as GpuTypeProps);
}

function ec2Json({ networkCards, ipv4PerInterface, rdmaRead, rdmaWrite }: GpuInstanceType): Json {
  return { networkCards, ipv4PerInterface, rdmaRead, rdmaWrite };
}

/**
 * The hardware of plain data.
 *
 * @throws UnscopedValidationError for an instance type that the catalog does not have, and for impossible hardware
 *
 * @internal
 */
export function hardwareFromJson(json: unknown): GpuNodeType {
  if (typeof json === 'string') return GpuInstanceType.of(json);
  const data = json as Json;
  const storage = data.localStorage;
  const props: GpuNodeTypeProps = {
    name: data.name as string,
    gpu: gpuFromJson(data.gpu),
    gpuCount: data.gpuCount as number,
    gpuMemory: DataSize.bytes(data.gpuMemory as number),
    vcpus: data.vcpus as number,
    memory: DataSize.bytes(data.memory as number),
    localStorage: typeof storage === 'number' ? DataSize.bytes(storage) : undefined,
    networkBandwidthGbps: data.networkBandwidthGbps as number,
    interconnect: data.interconnect as GpuInterconnect,
    nvlinkDomainSize: data.nvlinkDomainSize as number,
    rdma: data.rdma as boolean,
    gpuDirect: data.gpuDirect as boolean,
    architecture: data.architecture as CpuArchitecture,
  };
  if (data.ec2 === undefined) return GpuNodeType.custom(props);
  const ec2 = (typeof data.ec2 === 'object' && data.ec2 !== null ? data.ec2 : {}) as Json;
  return GpuInstanceType.unlisted({
    ...props,
    networkCards: ec2.networkCards as NetworkCard[],
    ipv4PerInterface: ec2.ipv4PerInterface as number,
    rdmaRead: ec2.rdmaRead as boolean,
    rdmaWrite: ec2.rdmaWrite as boolean,
  });
}
