import { Fault, fault } from '../../../units/fault';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { GpuSharing } from '../options/gpu-sharing';
import { InterfacePlacement, maxPodsBeside } from './launch-template-interfaces';

/**
 * Bottlerocket's names of the GPUs that it can divide; its documentation names no later ones.
 *
 * @see https://bottlerocket.dev/en/os/latest/api/settings/kubelet-device-plugins/ (settings of 1.34, nvidia.mig.profile)
 */
const MIG_GPUS: { readonly [gpu: string]: string } = {
  'A100-40GB': 'a100.40gb',
  'A100-80GB': 'a100.80gb',
  H100: 'h100.80gb',
  H200: 'h200.141gb',
};

/**
 * Whether Bottlerocket divides a GPU by MIG by itself.
 *
 * @internal
 */
export function dividedByBottlerocket(gpu: string): boolean {
  return Object.hasOwn(MIG_GPUS, gpu);
}

/**
 * Settings of Bottlerocket nodes, as TOML: the most pods, the instance store as one RAID 0, and how its own device plugin shares the
 * GPUs. With EFA, Bottlerocket itself sets huge pages and the limit of locked memory.
 *
 * @returns undefined if the defaults are right
 *
 * @see https://bottlerocket.dev/en/os/latest/api/settings/
 * @see https://github.com/bottlerocket-os/bottlerocket-core-kit/pull/141
 *
 * @internal
 */
export function bottlerocketSettings(
  type: GpuInstanceType,
  layout: readonly InterfacePlacement[],
  sharing: GpuSharing,
): string | undefined {
  const maxPods = maxPodsBeside(type, layout);
  const tables = [
    ...(maxPods ? [['[settings.kubernetes]', `max-pods = ${maxPods}`]] : []),
    ...(type.localStorage
      ? [
          [
            '[settings.bootstrap-commands.000-mount-instance-storage]',
            'commands = [["apiclient", "ephemeral-storage", "init"], ["apiclient", "ephemeral-storage", "bind", ' +
              '"--dirs", "/var/lib/containerd", "/var/lib/kubelet", "/var/log/pods"]]',
            'essential = true',
            'mode = "always"',
          ],
        ]
      : []),
    ...sharingTables(type, sharing),
  ];
  return tables.length > 0 ? tables.map((lines) => `${lines.join('\n')}\n`).join('\n') : undefined;
}

/**
 * The faults of sharing the GPUs of an instance type on Bottlerocket.
 *
 * @internal
 */
export function bottlerocketFaults(type: GpuInstanceType, sharing: GpuSharing): Fault[] {
  if (!sharing.migProfile || Object.hasOwn(MIG_GPUS, type.gpu.name)) return [];
  return [
    fault(
      'MIG_NOT_SUPPORTED_BY_BOTTLEROCKET',
      'gpuSharing',
      `Bottlerocket cannot divide ${type.gpu.name} by MIG; use NodeImage.AL2023_NVIDIA with the GPU operator, or GpuSharing.timeSlicing(...)`,
    ),
  ];
}

function sharingTables(type: GpuInstanceType, { replicas, migProfile }: GpuSharing): string[][] {
  const plugin = 'settings.kubelet-device-plugins.nvidia';
  if (replicas) {
    return [
      [`[${plugin}]`, 'device-sharing-strategy = "time-slicing"'],
      [
        `[${plugin}.time-slicing]`,
        `replicas = ${replicas}`,
        'rename-by-default = false',
        'fail-requests-greater-than-one = true',
      ],
    ];
  }
  if (!migProfile) return [];
  return [
    [`[${plugin}]`, 'device-partitioning-strategy = "mig"'],
    [`[${plugin}.mig.profile]`, `"${MIG_GPUS[type.gpu.name]}" = "${migProfile}"`],
  ];
}
