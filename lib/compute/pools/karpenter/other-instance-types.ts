import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { duplicateFaults } from '../../../units/duplicate-faults';
import { Fault, fault } from '../../../units/fault';
import { allOf } from '../../../units/unreadable';
import { GpuNodePoolSpec } from '../shared/gpu-node-pool-spec';

const PROPERTY = 'otherInstanceTypes';

/**
 * The faults of instance types that Karpenter may launch in the place of the pool's: of other hardware than pods of the pool are planned for and
 * proven to fit, or where the pool has one type by its nature.
 *
 * @param spec the pool
 * @param others the instance types
 *
 * @internal
 */
export function otherTypeFaults(spec: GpuNodePoolSpec, others: readonly GpuInstanceType[] = []): Fault[] {
  if (others.length === 0) return [];
  const { instanceType, capacity, efa } = spec;
  const conflict = (other: string, why: string) =>
    fault(
      'CONFLICTING_PROPERTIES',
      PROPERTY,
      `${PROPERTY} cannot be given with ${other}, because ${why}; leave out one of the two, or make a pool for each instance type`,
    );
  return allOf(
    () => (capacity.reserved ? [conflict(String(capacity), 'what is reserved is of one instance type')] : []),
    () => (efa ? [conflict('EFA', 'the network cards of each instance type are laid out differently')] : []),
    () => duplicateFaults(PROPERTY, [instanceType.name, ...others.map(({ name }) => name)]),
    () => others.flatMap((other, index) => hardwareFaults(instanceType, other, `${PROPERTY}[${index}]`)),
  );
}

function hardwareFaults(first: GpuInstanceType, other: GpuInstanceType, property: string): Fault[] {
  const lacking = DIFFERENCES.filter(({ differ }) => differ(first, other)).map(({ of }) => of);
  if (lacking.length === 0) return [];
  const wanted = lacking.map((of) => of(first)).join(', ');
  const given = lacking.map((of) => of(other)).join(', ');
  return [
    fault(
      'OTHER_HARDWARE_IN_POOL',
      property,
      `${property} must have the GPUs of '${first.name}' and no less of anything else, because pods are planned for it: ${wanted}; got ` +
        `'${other.name}' with ${given}; make a pool of its own for it, or name the smallest of them as instanceType`,
    ),
  ];
}

/** What must not differ, or not be less, and how messages say it. */
const DIFFERENCES: readonly {
  readonly differ: (first: GpuInstanceType, other: GpuInstanceType) => boolean;
  readonly of: (type: GpuInstanceType) => string;
}[] = [
  {
    differ: (first, other) =>
      first.gpu.name !== other.gpu.name ||
      first.gpuCount !== other.gpuCount ||
      first.gpuMemory.bytes !== other.gpuMemory.bytes ||
      first.fractionOfGpu !== other.fractionOfGpu,
    of: (type) => `${type.gpuCount} × ${type.gpu.name} with ${type.gpuMemory}`,
  },
  {
    differ: (first, other) =>
      first.interconnect !== other.interconnect || first.nvlinkDomainSize !== other.nvlinkDomainSize,
    of: (type) => `GPUs connected by ${type.interconnect}`,
  },
  { differ: (first, other) => first.architecture !== other.architecture, of: (type) => type.architecture },
  { differ: (first, other) => other.vcpus < first.vcpus, of: (type) => `${type.vcpus} vCPUs` },
  { differ: (first, other) => other.memory.bytes < first.memory.bytes, of: (type) => `${type.memory}` },
  {
    differ: (first, other) => (other.localStorage?.bytes ?? 0) < (first.localStorage?.bytes ?? 0),
    of: (type) => (type.localStorage ? `${type.localStorage} of local disks` : 'no local disks'),
  },
  {
    differ: (first, other) => other.defaultMaxPods < first.defaultMaxPods,
    of: (type) => `addresses for ${type.defaultMaxPods} pods`,
  },
];
