import { GpuInstanceType } from '../../catalog/gpu-instance-type';
import { GpuSharingKind } from '../../core/gpu-sharing-kind';
import { throwIfFaulty } from '../../units/errors';

/** Instances of each profile that one GPU holds. */
type MigProfiles = { readonly [profile: string]: number };

/**
 * The profiles of each GPU that has them.
 *
 * @see https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html
 * @see https://github.com/NVIDIA/mig-parted/blob/main/deployments/systemd/config-default.yaml
 */
const MIG_PROFILES: { readonly [gpu: string]: MigProfiles } = {
  'A100-40GB': { '1g.5gb': 7, '1g.10gb': 4, '2g.10gb': 3, '3g.20gb': 2, '4g.20gb': 1, '7g.40gb': 1 },
  'A100-80GB': { '1g.10gb': 7, '1g.20gb': 4, '2g.20gb': 3, '3g.40gb': 2, '4g.40gb': 1, '7g.80gb': 1 },
  H100: { '1g.10gb': 7, '1g.20gb': 4, '2g.20gb': 3, '3g.40gb': 2, '4g.40gb': 1, '7g.80gb': 1 },
  H200: { '1g.18gb': 7, '1g.35gb': 4, '2g.35gb': 3, '3g.71gb': 2, '4g.71gb': 1, '7g.141gb': 1 },
  B200: { '1g.23gb': 7, '1g.45gb': 4, '2g.45gb': 3, '3g.90gb': 2, '4g.90gb': 1, '7g.180gb': 1 },
  B300: { '1g.34gb': 7, '1g.67gb': 4, '2g.67gb': 3, '3g.135gb': 2, '4g.135gb': 1, '7g.269gb': 1 },
};

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
        : [`replicas of time slicing must be a whole number of at least 2; got ${replicas}`],
    );
    return new GpuSharing(GpuSharingKind.TIME_SLICING, replicas);
  }

  /**
   * Every GPU of a node is divided into as many equal instances of one profile as it holds, each advertised as `nvidia.com/gpu`.
   * On AL2023 the GPU operator's MIG manager divides them; Bottlerocket does it by itself.
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

  private constructor(kind: GpuSharingKind, replicas?: number, migProfile?: string) {
    this.kind = kind;
    this.replicas = replicas;
    this.migProfile = migProfile;
  }

  /**
   * How many `nvidia.com/gpu` a node advertises.
   *
   * @param instanceType hardware of the node
   */
  public gpusPerNode(instanceType: GpuInstanceType): number {
    const shares = this.replicas ?? (this.migProfile ? MIG_PROFILES[instanceType.gpu.name]?.[this.migProfile] : 1) ?? 1;
    return instanceType.gpuCount * shares;
  }

  /** The way GPUs are shared, for messages. */
  public toString(): string {
    return [this.kind, this.replicas ?? this.migProfile].filter((part) => part !== undefined).join(' ');
  }
}

/**
 * What is wrong with sharing the GPUs of an instance type in a way.
 *
 * @internal
 */
export function gpuSharingFaults(sharing: GpuSharing, instanceType: GpuInstanceType, efa: boolean): string[] {
  if (sharing.kind === GpuSharingKind.NONE) return [];
  const faults: string[] = [];
  const profiles = MIG_PROFILES[instanceType.gpu.name];
  if (sharing.migProfile !== undefined && !profiles) {
    faults.push(
      `gpuSharing '${sharing}' needs MIG, which ${instanceType.gpu.name} of '${instanceType.name}' has not ` +
        `(or no profiles are known); known: ${Object.keys(MIG_PROFILES).join(', ')}`,
    );
  } else if (sharing.migProfile !== undefined && profiles[sharing.migProfile] === undefined) {
    faults.push(
      `MIG profile '${sharing.migProfile}' is none of ${instanceType.gpu.name}; use one of ${Object.keys(profiles).join(', ')}`,
    );
  }
  if (efa) {
    faults.push(
      `gpuSharing '${sharing}' cannot be on a pool with EFA: collectives need whole GPUs; use GpuSharing.none(), or RdmaFabric.none()`,
    );
  }
  return faults;
}
