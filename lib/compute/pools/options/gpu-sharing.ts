import { Fault, untitled } from '../../../units/fault';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { RdmaFabricKind } from '../../../core/rdma-fabric';
import { displayValue } from '../../../core/tokens';
import { DataSize } from '../../../units/data-size';
import { throwIfFaulty } from '../../../units/errors';
import { migFaults, migInstances, migMemory } from './mig-profiles';

/** What whole GPUs are requested by. */
const WHOLE = 'nvidia.com/gpu';

/**
 * How the pods of a pool share its GPUs.
 */
export class GpuSharing {
  /** A GPU is one pod's. */
  public static none(): GpuSharing {
    return new GpuSharing(GpuSharingKind.NONE);
  }

  /**
   * Pods take turns: each GPU is advertised several times. A pod can ask for one share only, and its memory is not fenced off.
   * Throws an `UnscopedValidationError` for fewer than 2.
   *
   * @param replicas pods on one GPU, at least 2
   * @see https://github.com/NVIDIA/k8s-device-plugin#with-cuda-time-slicing
   */
  public static timeSlicing(replicas: number): GpuSharing {
    throwIfFaulty(
      Number.isInteger(replicas) && replicas >= 2
        ? []
        : [untitled(`replicas of time slicing must be a whole number of at least 2; got ${displayValue(replicas)}`)],
    );
    return new GpuSharing(GpuSharingKind.TIME_SLICING, replicas);
  }

  /**
   * Every GPU of a node is divided into as many equal instances of one profile as it holds, each advertised as `nvidia.com/gpu`.
   * On AL2023 and own hardware the GPU operator's MIG manager divides them; Bottlerocket does it by itself.
   *
   * @param profile e.g. `1g.10gb`; which there are depends on the GPU
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

  /** What pods request a share by, e.g. `nvidia.com/gpu`. */
  public readonly resourceName: string;

  private constructor(kind: GpuSharingKind, replicas?: number, migProfile?: string, resourceName = WHOLE) {
    this.kind = kind;
    this.replicas = replicas;
    this.migProfile = migProfile;
    this.resourceName = resourceName;
  }

  /**
   * The same under a resource name of its own, for nodes that were set up so: `nvidia.com/gpu.shared` by time slicing (the device
   * plugin's `renameByDefault`), `nvidia.com/mig-1g.10gb` by MIG (its strategy `mixed`). Throws an `UnscopedValidationError` where
   * GPUs are not shared.
   */
  public renamed(): GpuSharing {
    throwIfFaulty(
      this.kind === GpuSharingKind.NONE
        ? [untitled('GPUs that are not shared have no other resource name; use timeSlicing or mig before renamed()')]
        : [],
    );
    const name = this.migProfile === undefined ? `${WHOLE}.shared` : `nvidia.com/mig-${this.migProfile}`;
    return new GpuSharing(this.kind, this.replicas, this.migProfile, name);
  }

  /** Whether shares have a resource name of their own. */
  public get isRenamed(): boolean {
    return this.resourceName !== WHOLE;
  }

  /**
   * How many shares a node advertises.
   *
   * @param instanceType hardware of the node
   */
  public gpusPerNode(instanceType: GpuNodeType): number {
    const instances = this.migProfile === undefined ? 1 : migInstances(instanceType.gpu, this.migProfile);
    return instanceType.gpuCount * (this.replicas ?? instances ?? 1);
  }

  /**
   * GPU memory that one share can count on: that of its MIG instance; by time slicing an equal part of the GPU's, which nothing holds
   * the others to.
   *
   * @param instanceType hardware of the node
   */
  public memoryPerShare(instanceType: GpuNodeType): DataSize {
    const { gpu, gpuMemory } = instanceType;
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

/**
 * What is wrong with sharing the GPUs of an instance type in a way.
 *
 * @param fabric fabric between the nodes
 *
 * @internal
 */
export function gpuSharingFaults(
  sharing: GpuSharing,
  instanceType: GpuNodeType,
  fabric: RdmaFabricKind = RdmaFabricKind.NONE,
): Fault[] {
  if (sharing.kind === GpuSharingKind.NONE) return [];
  const { gpu, name } = instanceType;
  return [
    ...(sharing.migProfile === undefined ? [] : migFaults(gpu, sharing.migProfile, sharing.toString(), name)),
    ...(fabric === RdmaFabricKind.NONE
      ? []
      : [
          untitled(
            `gpuSharing '${sharing}' cannot be on a pool with ${fabric === RdmaFabricKind.EFA ? 'EFA' : fabric}: collectives need whole ` +
              'GPUs; use GpuSharing.none(), or RdmaFabric.none()',
          ),
        ]),
  ];
}
