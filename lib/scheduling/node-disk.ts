import { GpuNodeType } from '../catalog/gpu-node-type';
import { enter, entered } from '../core/cluster-ledger';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { quantityValue } from '../kubernetes/quantity';

const MIB = 1024 ** 2;

/** The resource by which pods request disk. @internal */
export const DISK = 'ephemeral-storage';

/** Kind of entry in a pool's ledger: its nodes have disks that pods need not be on. */
const INSTANCE_STORE_UNUSED = 'instance store unused';

/**
 * Disk of one node for pods.
 *
 * @internal
 */
export interface NodeDisk {
  /** What pods can have of it together, MiB. @default - not known */
  readonly mib?: number;
  /** Whether it is an instance store, or the disks of own hardware, which are faster than a volume over the network. */
  readonly isLocal: boolean;
}

/**
 * Notes that nothing is known of the disk that pods have on the nodes of a pool: an instance store is pods' disk only on nodes that were
 * started so, e.g. with `localStorage: RAID0` of nodeadm.
 *
 * @see https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/ (LocalStorageOptions)
 *
 * @internal
 */
export function enterInstanceStoreUnused(pool: IGpuNodePool): void {
  enter(pool, INSTANCE_STORE_UNUSED, '', pool);
}

/**
 * Disk that pods can have on a node of a kind whose instance store is theirs.
 *
 * @internal
 */
export function diskOfType(type: GpuNodeType): NodeDisk {
  return { mib: allocatableDiskMib(type), isLocal: type.localStorage !== undefined };
}

/**
 * Disk that pods can have on a node of a pool.
 *
 * @internal
 */
export function diskOfPool(pool: IGpuNodePool): NodeDisk {
  const given = pool.allocatable?.[DISK];
  const isUnused = isInstanceStoreUnused(pool);
  const type = diskOfType(pool.hardware);
  return {
    mib: given === undefined ? (isUnused ? undefined : type.mib) : Math.floor(quantityValue(given) / MIB),
    isLocal: type.isLocal && !isUnused,
  };
}

/**
 * Disk that pods can get, MiB: instance store in RAID 0, less the kubelet's threshold of 15 % and the images; undefined without an instance
 * store.
 */
function allocatableDiskMib(type: GpuNodeType): number | undefined {
  return type.localStorage && Math.floor(type.localStorage.mib * 0.85 - 30 * 1024);
}

/**
 * Whether that is noted of a pool.
 *
 * @internal
 */
export function isInstanceStoreUnused(pool: IGpuNodePool): boolean {
  return entered(pool, INSTANCE_STORE_UNUSED).length > 0;
}
