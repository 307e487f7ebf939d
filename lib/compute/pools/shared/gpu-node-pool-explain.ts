import { Annotations } from 'cdktf';
import { Construct } from 'constructs';
import { CapacityKind } from '../options/capacity';
import { drainTime } from './capacity-block-schedule';
import { GpuNodePoolSpec, existingPlacementGroup, imageRelease, layoutOf } from './gpu-node-pool-spec';
import { needsOneSubnet } from './gpu-node-pool-subnets';
import { hugePageCount } from './huge-pages';
import { maxPodsBeside } from './launch-template-interfaces';
import { PlacementKind } from '../options/placement';

/**
 * What was derived from the description of a pool, and why, one choice a line.
 *
 * @internal
 */
export function explainPool(spec: GpuNodePoolSpec, subnetIds: readonly string[]): string {
  const { instanceType: type, minNodes, maxNodes } = spec;
  return [
    `pool '${spec.poolName}': ${minNodes} to ${maxNodes} x ${type.name} (${type.gpuCount} x ${type.gpu.name}), ${spec.capacity}`,
    imageLine(spec),
    ...fabricLines(spec),
    placementLine(spec),
    `subnets: ${subnetIds.length === 1 ? 'one' : subnetIds.length}${oneSubnet(spec)}`,
    ...blockLines(spec),
    ...(spec.capacity.kind === CapacityKind.ON_DEMAND && type.gpuCount === 8 && type.nvlinkDomainSize === 8
      ? ['capacity: this size is often not to be had on demand; a capacity block or a reservation is']
      : []),
    ...(spec.repair.isEnabled && spec.capacity.reserved
      ? ['node repair: a node is only replaced while the reservation has an instance to spare']
      : []),
  ].join('\n');
}

function imageLine(spec: GpuNodePoolSpec): string {
  const { version, driverMajor } = imageRelease(spec);
  const driver = driverMajor ? `, driver ${driverMajor}` : '';
  return `image: ${spec.image.amiType(spec.instanceType.architecture)} ${version ?? 'as EKS chooses'}${driver}; the driver is in it`;
}

function fabricLines(spec: GpuNodePoolSpec): string[] {
  const { instanceType: type } = spec;
  if (!spec.efa) return [`fabric: none; at most ${type.defaultMaxPods} pods by addresses`];
  const layout = layoutOf(spec);
  const count = (kind: string) => layout.filter((each) => each.interfaceType === kind).length;
  const kinds = ['interface', 'efa', 'efa-only']
    .filter((kind) => count(kind) > 0)
    .map((kind) => `${count(kind)} ${kind}`);
  const maxPods = maxPodsBeside(type, layout);
  return [
    `fabric: EFA, layout ${spec.efaLayout}: ${kinds.join(', ')}; ${hugePageCount(spec.image, type)} huge pages of 2 MiB, no limit of ` +
      'locked memory',
    maxPods === undefined
      ? `max pods: ${type.defaultMaxPods} by addresses; no EFA-only interface is on card 0, where the pods' interfaces are`
      : `max pods: ${maxPods} instead of ${type.defaultMaxPods}, because the EFA-only interface on card 0 takes the place of one ` +
        `with ${type.ipv4PerInterface - 1} addresses for pods, which the kubelet would count`,
  ];
}

function placementLine(spec: GpuNodePoolSpec): string {
  const group = existingPlacementGroup(spec);
  if (spec.placement.kind === PlacementKind.CLUSTER_GROUP) return 'placement: a cluster placement group of its own';
  return group ? `placement: in group '${group}'` : 'placement: in no group';
}

function oneSubnet(spec: GpuNodePoolSpec): string {
  const reason = needsOneSubnet(spec);
  return reason ? `, because ${reason} needs exactly one` : '';
}

function blockLines({ capacity, minNodes }: GpuNodePoolSpec): string[] {
  const { block } = capacity;
  if (!block) return [];
  return [
    block.active
      ? `block: has begun; ${minNodes} node(s) at once`
      : `block: no node before ${block.start}, when the group grows to ${minNodes}`,
    `block: drained at ${drainTime(block)}, before EKS does 40 minutes and EC2 30 minutes before ${block.end}`,
    'block: image and launch template stay as they were made, for EKS upgrades such a group only at zero nodes',
  ];
}

/**
 * Warns of what is allowed in a pool and seldom meant.
 *
 * @internal
 */
export function warnOfPool(scope: Construct, spec: GpuNodePoolSpec): void {
  const { instanceType, capacity } = spec;
  const { lastDriverMajor, name } = instanceType.gpu;
  if (lastDriverMajor !== undefined && imageRelease(spec).driverMajor === undefined) {
    Annotations.of(scope).addWarning(
      `[gpu-inference-constructs:DRIVER_NOT_KNOWN] ${name} of '${instanceType.name}' needs driver ${lastDriverMajor} or before, and the ` +
        'newest image may have a later one; pin a release by NodeImage.al2023({ releaseVersion, driverMajor })',
    );
  }
  if (instanceType.legacy) {
    Annotations.of(scope).addWarning(
      `[gpu-inference-constructs:LEGACY_INSTANCE_TYPE] '${instanceType.name}' is a previous generation: few regions offer it, ` +
        'and newer NVIDIA drivers drop it; prefer a current type for new pools',
    );
  }
  if (capacity.block && capacity.block.alarmTopicArn === undefined) {
    Annotations.of(scope).addWarning(
      `[gpu-inference-constructs:CAPACITY_BLOCK_UNWATCHED] nobody is told before ${capacity} ends at ${capacity.block.end}; ` +
        'pass alarmTopicArn',
    );
  }
}
