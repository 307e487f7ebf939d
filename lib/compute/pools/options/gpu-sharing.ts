import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { RdmaFabricKind } from '../../../core/rdma-fabric';
import { DataSize } from '../../../units/data-size';
import { throwIfFaulty } from '../../../units/errors';
import { Fault, fault } from '../../../units/fault';
import { wholeNumberFault } from '../../../units/number-faults';
import { migFaults, migInstances, migMemory } from './mig-profiles';
import { checkArguments } from '../../../units/argument-faults';
import { allOf } from '../../../units/unreadable';

/** Resource by which pods request whole GPUs. */
const WHOLE_GPU_RESOURCE = 'nvidia.com/gpu';

/**
 * How the pods of a pool share its GPUs.
 */
export class GpuSharing {
  /** Not at all: a pod has its GPUs to itself. */
  public static none(): GpuSharing {
    return new GpuSharing(GpuSharingKind.NONE);
  }

  /**
   * Pods take turns: each GPU is advertised several times. A pod can request only one share, and GPU memory is not isolated between pods.
   * Throws an `UnscopedValidationError` if `replicas` is not a whole number of at least 2.
   *
   * @param replicas pods on one GPU, at least 2
   * @see https://github.com/NVIDIA/k8s-device-plugin#with-cuda-time-slicing
   */
  public static timeSlicing(replicas: number): GpuSharing {
    throwIfFaulty(wholeNumberFault('replicas', replicas, 2));
    return new GpuSharing(GpuSharingKind.TIME_SLICING, replicas);
  }

  /**
   * Every GPU of a node is divided into as many equal instances of one profile as it holds, each advertised as `nvidia.com/gpu`.
   * On AL2023 and own hardware the GPU operator's MIG manager divides them; Bottlerocket does it by itself.
   *
   * @param profile e.g. `1g.10gb`; which profiles exist depends on the GPU, and the pool checks it
   */
  public static mig(profile: string): GpuSharing {
    return new GpuSharing(GpuSharingKind.MIG, undefined, profile);
  }

  /** The way GPUs are shared. */
  public readonly kind: GpuSharingKind;
  /** Pods on one GPU by time slicing. @default - no time slicing */
  public readonly replicas?: number;
  /** MIG profile. @default - no MIG */
  public readonly migProfile?: string;

  /** Resource by which pods request a share, e.g. `nvidia.com/gpu`. */
  public readonly resourceName: string;

  private constructor(kind: GpuSharingKind, replicas?: number, migProfile?: string, resourceName = WHOLE_GPU_RESOURCE) {
    this.kind = kind;
    this.replicas = replicas;
    this.migProfile = migProfile;
    this.resourceName = resourceName;
  }

  /**
   * The same sharing under another resource name, for existing nodes that were set up like this: `nvidia.com/gpu.shared` for time slicing
   * (the device plugin's `renameByDefault`), `nvidia.com/mig-1g.10gb` for MIG (its strategy `mixed`). Throws an
   * `UnscopedValidationError` if the GPUs are not shared.
   */
  public renamed(): GpuSharing {
    throwIfFaulty(
      this.kind === GpuSharingKind.NONE
        ? [
            fault(
              'GPUS_NOT_SHARED',
              undefined,
              'GPUs that are not shared have no other resource name; call renamed() on GpuSharing.timeSlicing(...) or GpuSharing.mig(...)',
            ),
          ]
        : [],
    );
    const name = this.migProfile === undefined ? `${WHOLE_GPU_RESOURCE}.shared` : `nvidia.com/mig-${this.migProfile}`;
    return new GpuSharing(this.kind, this.replicas, this.migProfile, name);
  }

  /** Whether shares have another resource name than whole GPUs. */
  public get isRenamed(): boolean {
    return this.resourceName !== WHOLE_GPU_RESOURCE;
  }

  /**
   * How many shares a node advertises.
   *
   * @param hardware hardware of the node
   */
  public gpusPerNode(hardware: GpuNodeType): number {
    const instances = this.migProfile === undefined ? 1 : migInstances(hardware.gpu, this.migProfile);
    return hardware.gpuCount * (this.replicas ?? instances ?? 1);
  }

  /**
   * GPU memory that one share can count on: that of its MIG instance; with time slicing an equal part of the GPU's, which is not enforced.
   *
   * @param hardware hardware of the node
   */
  public memoryPerShare(hardware: GpuNodeType): DataSize {
    const { gpu, gpuMemory } = hardware;
    if (this.migProfile !== undefined && migInstances(gpu, this.migProfile) !== undefined)
      return migMemory(gpu, this.migProfile, gpuMemory);
    return this.replicas === undefined ? gpuMemory : DataSize.bytes(Math.floor(gpuMemory.bytes / this.replicas));
  }

  /** The way GPUs are shared, for messages. */
  public toString(): string {
    return [this.kind, this.replicas ?? this.migProfile, this.isRenamed ? `as ${this.resourceName}` : undefined]
      .filter((part) => part !== undefined)
      .join(' ');
  }
}

checkArguments('GpuSharing', GpuSharing);

/**
 * The faults of sharing the GPUs of some hardware.
 *
 * @param fabric fabric between the nodes
 *
 * @internal
 */
export function gpuSharingFaults(
  sharing: GpuSharing,
  hardware: GpuNodeType,
  fabric: RdmaFabricKind = RdmaFabricKind.NONE,
): Fault[] {
  if (sharing.kind === GpuSharingKind.NONE) return [];
  const { gpu, name } = hardware;
  return allOf(
    () => (sharing.migProfile === undefined ? [] : migFaults(gpu, sharing.migProfile, sharing.toString(), name)),
    () =>
      fabric === RdmaFabricKind.NONE
        ? []
        : [
            fault(
              'SHARED_GPUS_WITH_FABRIC',
              'gpuSharing',
              `gpuSharing '${sharing}' cannot be combined with ${fabric === RdmaFabricKind.EFA ? 'EFA' : fabric}, because collective operations ` +
                'need whole GPUs; use GpuSharing.none() or RdmaFabric.none()',
            ),
          ],
  );
}
