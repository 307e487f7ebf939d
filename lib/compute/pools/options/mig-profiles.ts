import { Fault, fault } from '../../../units/fault';
import { GpuType } from '../../../catalog/gpu-type';
import { DataSize } from '../../../units/data-size';
import { ownValue } from '../../../units/own-value';

/** Instances of each profile that one GPU holds. */
type MigProfiles = { readonly [profile: string]: number };

const PROFILES_80GB: MigProfiles = {
  '1g.10gb': 7,
  '1g.20gb': 4,
  '2g.20gb': 3,
  '3g.40gb': 2,
  '4g.40gb': 1,
  '7g.80gb': 1,
};

/**
 * The profiles of each GPU that has them.
 *
 * @see https://docs.nvidia.com/datacenter/tesla/mig-user-guide/supported-mig-profiles.html
 * @see https://github.com/NVIDIA/mig-parted/blob/main/deployments/systemd/config-default.yaml
 */
const MIG_PROFILES: { readonly [gpu: string]: MigProfiles } = {
  A30: { '1g.6gb': 4, '2g.12gb': 2, '4g.24gb': 1 },
  'A100-40GB': { '1g.5gb': 7, '1g.10gb': 4, '2g.10gb': 3, '3g.20gb': 2, '4g.20gb': 1, '7g.40gb': 1 },
  'A100-80GB': PROFILES_80GB,
  'A100-80GB-PCIE': PROFILES_80GB,
  H100: PROFILES_80GB,
  'H100-PCIE': PROFILES_80GB,
  H200: { '1g.18gb': 7, '1g.35gb': 4, '2g.35gb': 3, '3g.71gb': 2, '4g.71gb': 1, '7g.141gb': 1 },
  B200: { '1g.23gb': 7, '1g.45gb': 4, '2g.45gb': 3, '3g.90gb': 2, '4g.90gb': 1, '7g.180gb': 1 },
  B300: { '1g.34gb': 7, '1g.67gb': 4, '2g.67gb': 3, '3g.135gb': 2, '4g.135gb': 1, '7g.269gb': 1 },
  GB200: { '1g.24gb': 7, '1g.47gb': 4, '2g.47gb': 3, '3g.95gb': 2, '4g.95gb': 1, '7g.189gb': 1 },
  'RTX-PRO-6000': { '1g.24gb': 4, '2g.48gb': 2, '4g.96gb': 1 },
};

/** Memory is divided into eighths. */
const MEMORY_SLICES = 8;

/**
 * Share of its slices that a process can use: 4864 MiB of an eighth of 40960 in the guide's listing of an A100, and more of larger
 * instances.
 *
 * @see https://docs.nvidia.com/datacenter/tesla/mig-user-guide/getting-started-with-mig.html
 */
const USABLE_SHARE = 0.95;

/**
 * How many instances of a profile a GPU holds; `undefined` if it has no such profile.
 *
 * @internal
 */
export function migInstances(gpu: GpuType, profile: string): number | undefined {
  const profiles = ownValue(MIG_PROFILES, gpu.name) ?? {};
  return Object.hasOwn(profiles, profile) ? profiles[profile] : undefined;
}

/**
 * Memory of one instance, rounded down.
 *
 * @param gpuMemory memory of the whole GPU
 *
 * @internal
 */
export function migMemory(gpu: GpuType, profile: string, gpuMemory: DataSize): DataSize {
  const size = (name: string) => Number(/\.(\d+)gb$/.exec(name)?.[1]);
  const whole = Math.max(...Object.keys(ownValue(MIG_PROFILES, gpu.name) ?? {}).map(size));
  const slices = Math.round((size(profile) / whole) * MEMORY_SLICES);
  return DataSize.bytes(Math.floor((gpuMemory.bytes * slices * USABLE_SHARE) / MEMORY_SLICES));
}

/**
 * The faults of dividing a GPU by a MIG profile.
 *
 * @param sharing the way GPUs are shared, for messages
 * @param hardware name of the node's hardware
 *
 * @internal
 */
export function migFaults(gpu: GpuType, profile: string, sharing: string, hardware: string): Fault[] {
  const profiles = ownValue(MIG_PROFILES, gpu.name);
  if (!profiles) {
    return [
      fault(
        'MIG_NOT_SUPPORTED',
        'gpuSharing',
        `gpuSharing '${sharing}' needs MIG, but ${gpu.name} of '${hardware}' does not support it or its profiles are not known; GPUs with ` +
          `known profiles: ${Object.keys(MIG_PROFILES).join(', ')}; use GpuSharing.timeSlicing(...) or GpuSharing.none()`,
      ),
    ];
  }
  return Object.hasOwn(profiles, profile)
    ? []
    : [
        fault(
          'UNKNOWN_MIG_PROFILE',
          'gpuSharing',
          `${gpu.name} has no MIG profile '${profile}'; available: ${Object.keys(profiles).join(', ')}`,
        ),
      ];
}
