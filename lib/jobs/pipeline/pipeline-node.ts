import { cpuInstanceSize } from '../../catalog/cpu-instance-size';
import { GpuType } from '../../catalog/gpu-type';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { systemNodesOf } from '../../core/system-nodes';
import { allocatableMib, nodeAllocatable } from '../../scheduling/node-allocatable';
import { DataSize } from '../../units/data-size';

/** Memory that the container asks for which publishes, beside the one that computes. @internal */
export const PUBLISHER_MEMORY = DataSize.gib(1);

const MIB = 1024 ** 2;
/** What EKS gives nodes in GiB (eksctl, and the EKS API: `diskSize` of a node group is 20 by default), and the part that pods can have of it. */
const ALLOCATABLE_DISK = 0.85;
/** Processors of a node of which nothing is known. */
const ASSUMED_VCPUS = 4;
const MOST_CPUS = 8;

/**
 * The node that the steps run on, as far as it is known.
 *
 * @internal
 */
export interface PipelineNode {
  /** What messages call it. */
  readonly name: string;
  /** One of its GPUs. @default - it has none */
  readonly gpu?: GpuType;
  /** Processors that the program gets. */
  readonly cpus: number;
  /** Memory that pods can have, MiB. @default - not known */
  readonly memoryMib?: number;
  /** Local disk that pods can have, MiB. @default - not known */
  readonly diskMib?: number;
}

/**
 * The node of a pipeline: one of its pool, or one without GPUs.
 *
 * @param cluster the cluster
 * @param pool pool of GPUs @default - nodes without GPUs
 * @param given what the program says of nodes without GPUs
 *
 * @internal
 */
export function pipelineNode(
  cluster: IKubernetesCluster,
  pool: IGpuNodePool | undefined,
  given: { readonly selects: boolean; readonly memory?: DataSize; readonly cpus?: number },
): PipelineNode {
  if (pool !== undefined) {
    const amounts = nodeAllocatable(pool);
    const [memory, disk] = [amounts.get('memory'), amounts.get('ephemeral-storage')];
    return {
      name: `a node of pool '${pool.poolName}' (${pool.hardware.name})`,
      gpu: pool.hardware.gpu,
      cpus: given.cpus ?? cpusOf(pool.hardware.vcpus),
      memoryMib: memory === undefined ? undefined : Math.floor(memory / MIB),
      diskMib: disk === undefined ? undefined : Math.floor(disk / MIB),
    };
  }
  const system = given.selects ? undefined : systemNodesOf(cluster)?.value;
  const size = typeof system?.instanceType === 'string' ? cpuInstanceSize(system.instanceType) : undefined;
  const memory = given.memory?.mib ?? size?.memoryMib;
  return {
    name:
      given.memory === undefined && size !== undefined
        ? `a system node (${system?.instanceType})`
        : 'a node without GPUs',
    cpus: given.cpus ?? cpusOf(size?.vcpus ?? ASSUMED_VCPUS),
    memoryMib: memory === undefined ? undefined : allocatableMib(memory, size?.podsByAddresses ?? 58),
    diskMib: system === undefined ? undefined : Math.floor(system.diskGib * 1024 * ALLOCATABLE_DISK),
  };
}

/** Most of what a node has, and no more than the steps use well. */
function cpusOf(vcpus: number): number {
  return Math.max(1, Math.min(MOST_CPUS, Math.floor(0.8 * vcpus)));
}
