import { GpuNodeType } from '../catalog/gpu-node-type';
import { returned } from '../core/errors';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { quantityValue } from '../kubernetes/quantity';
import { diskOfPool } from './node-disk';

const MIB = 1024 ** 2;
/** Default maximum number of pods of a kubelet. */
const KUBELET_MAX_PODS = 110;
/** Number of pods that memory is reserved for on nodes outside EC2: as on one with four interfaces of 30 addresses. */
const ELSEWHERE_RESERVED_PODS = 118;

/** The resource by which GPUs are requested, unless a pool sets another. @internal */
export const GPU_RESOURCE = 'nvidia.com/gpu';

/**
 * Memory that pods can get on a node, MiB. The operating system sees about 7.5 % less than EC2 states (Karpenter's default
 * overhead); the kubelet of EKS reserves 255 MiB and 11 MiB for each possible pod, and evicts at 100 MiB.
 *
 * @see https://github.com/awslabs/amazon-eks-ami (nodeadm, kubelet defaults)
 *
 * @internal
 */
export function allocatableMemoryMib(type: GpuNodeType): number {
  return allocatableMib(type.memory.mib, type.podsByAddresses(false) ?? ELSEWHERE_RESERVED_PODS);
}

/**
 * The same for a node of any kind.
 *
 * @param memoryMib memory as EC2 states it
 * @param reservedPods pods that the kubelet reserves memory for
 *
 * @internal
 */
export function allocatableMib(memoryMib: number, reservedPods: number): number {
  return Math.floor(memoryMib * 0.925 - 255 - 11 * reservedPods - 100);
}

/** CPU that pods can get on a node, in thousandths: the kubelet's reserve is below 2 %. @internal */
export function allocatableCpuMillis(type: GpuNodeType): number {
  return Math.floor(type.vcpus * 980);
}

/**
 * What pods can have on one node of a pool, by resource: bytes, cores and pieces. A resource that is missing is not advertised, except
 * local disk, which may merely be unknown.
 *
 * @internal
 */
export function nodeAllocatable(pool: IGpuNodePool): Map<string, number> {
  const type = pool.hardware;
  const { fabric } = pool;
  const ofFabric = fabric && returned(pool, 'IRdmaFabric', 'fabric.nodeResources()', fabric.nodeResources(type));
  const quantities = Object.entries({ ...ofFabric, ...pool.allocatable });
  const given = quantities.map(([resource, quantity]): [string, number] => [resource, quantityValue(quantity)]);
  const { mib: disk } = diskOfPool(pool);
  const amounts = new Map<string, number>([
    ['cpu', allocatableCpuMillis(type) / 1000],
    ['memory', allocatableMemoryMib(type) * MIB],
    ...(disk === undefined ? [] : ([['ephemeral-storage', disk * MIB]] as [string, number][])),
    ['pods', maxPods(pool)],
    [gpuResource(pool), gpusPerNode(pool)],
    ...given,
  ]);
  // Huge pages are set aside from memory before pods get any.
  if (!pool.allocatable?.memory) {
    const huge = given.filter(([resource]) => resource.startsWith('hugepages-'));
    amounts.set(
      'memory',
      huge.reduce((left, [, bytes]) => left - bytes, amounts.get('memory') ?? 0),
    );
  }
  return amounts;
}

/** GPUs that pods can have on one node of a pool, counting each share. @internal */
export function gpusPerNode(pool: IGpuNodePool): number {
  return quantityValue(pool.allocatable?.[gpuResource(pool)] ?? String(pool.hardware.gpuCount));
}

/** The resource by which pods request GPUs of a pool, or shares of them. @internal */
export function gpuResource({ gpuResourceName = GPU_RESOURCE }: Pick<IGpuNodePool, 'gpuResourceName'>): string {
  return gpuResourceName;
}

/** With the VPC CNI only the interfaces of card 0 have addresses for pods, and an EFA-only interface there takes one of them. */
function maxPods({ hardware: instanceType, efaInterfacesPerNode }: IGpuNodePool): number {
  return instanceType.podsByAddresses(efaInterfacesPerNode > 0) ?? KUBELET_MAX_PODS;
}
