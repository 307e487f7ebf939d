import { IGpuNodePool } from '../core/gpu-node-pool';
import { Fault, fault } from '../units/fault';
import { capacityFindings } from './cluster-capacity-faults';
import { DISK, isInstanceStoreUnused } from './node-disk';
import { PlacedPool, PodPlacement } from './placement';

const MIB = 1024 ** 2;

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
