import { GpuNodeType } from '../catalog/gpu-node-type';
import { enter, entered } from '../core/cluster-ledger';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { quantityValue } from '../kubernetes/quantity';
import { Fault, fault } from '../units/fault';
import { capacityFindings } from './cluster-capacity-faults';
import { PlacedPool, PodPlacement } from './placement';

const MIB = 1024 ** 2;

/** The resource by which pods request disk. */
const DISK = 'ephemeral-storage';

/** Kind of entry in a pool's ledger: its nodes have disks that pods need not be on. */
const INSTANCE_STORE_UNUSED = 'instance store unused';

/**
 * Disk of a node of EKS that nobody sized, GiB, and the part of it that pods can have before the kubelet evicts: it reserves 15 % for the
 * images of its containers.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html (`diskSize`)
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds
 */
const DEFAULT_DISK_GIB = 20;
const ALLOCATABLE_PART = 0.85;

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

function isInstanceStoreUnused(pool: IGpuNodePool): boolean {
  return entered(pool, INSTANCE_STORE_UNUSED).length > 0;
}

/**
 * Pools whose pods need more disk than a node of EKS has by default, where the disk of their nodes is not known.
 *
 * @param pools all pools
 * @param placement the pods on them, in which nothing else is amiss; it is changed
 *
 * @internal
 */
export function unknownDiskWarnings(
  pools: readonly IGpuNodePool[],
  placement: PodPlacement,
): { readonly pool: IGpuNodePool; readonly warning: Fault }[] {
  const unused = new Set<PlacedPool>(pools.filter(isInstanceStoreUnused));
  const unknown = placement.pools.filter(({ pool, free }) => unused.has(pool) && !free.has(DISK));
  if (unknown.length === 0) return [];
  const usable = Math.floor(DEFAULT_DISK_GIB * ALLOCATABLE_PART * 1024);
  for (const { free, agents } of unknown) {
    const ofAgents = agents.reduce((sum, { requests }) => sum + (requests.get(DISK) ?? 0), 0);
    free.set(DISK, usable * MIB - ofAgents);
  }
  const short = new Set(capacityFindings(placement).flatMap((finding) => finding.pools));
  const isUnknown = new Set(unknown.map(({ pool }) => pool));
  return pools
    .filter((pool) => isUnknown.has(pool) && short.has(pool))
    .map((pool) => ({
      pool,
      warning: fault(
        'NODE_DISK_NOT_KNOWN',
        'ephemeralStorage',
        `the pods of pool '${pool.poolName}' ask for more local disk than the ${usable} MiB that a node of EKS has for pods by default ` +
          `(${DEFAULT_DISK_GIB} GiB), and an instance store is no disk of pods unless the nodes are set up so, so that they may stay pending; ` +
          "set ephemeralStorage to what 'kubectl describe node' prints under Allocatable",
      ),
    }));
}
