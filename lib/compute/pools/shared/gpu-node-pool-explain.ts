import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { addWarning } from '../../../core/validation';
import { fault } from '../../../units/fault';
import { CapacityKind } from '../options/capacity';
import { drainTime } from './capacity-block-schedule';
import { PlacementKind } from '../options/placement';
import { GpuNodePoolSpec, imageRelease, layoutOf } from './gpu-node-pool-spec';
import { securityGroupCount } from './gpu-node-pool-faults';
import { poolSubnetIds } from './gpu-node-pool-subnets';
import { poolZone } from './gpu-node-pool-zone';
import { needsOneSubnet } from './needs-one-subnet';
import { hugePageCount } from './huge-pages';
import { usesWholeReservation } from './reservation-claims';
import { maxPodsBeside } from './launch-template-interfaces';

/**
 * What was derived from the description of a pool, and why, one choice a line.
 *
 * @param managed whether it is a managed node group
 *
 * @internal
 */
export function explainPool(spec: GpuNodePoolSpec, subnetIds: readonly string[], managed = true): string {
  const { instanceType: type, minNodes, maxNodes } = spec;
  return [
    `pool '${spec.poolName}': ${minNodes} to ${maxNodes} x ${type.name} (${type.gpuCount} x ${type.gpu.name}), ${spec.capacity}`,
    imageLine(spec, managed),
    ...fabricLines(spec),
    placementLine(spec),
    `subnets: ${subnetIds.length === 1 ? 'one' : subnetIds.length}${oneSubnet(spec)}`,
    ...blockLines(spec, managed),
    ...(spec.capacity.kind === CapacityKind.ON_DEMAND && type.gpuCount === 8 && type.nvlinkDomainSize === 8
      ? ['capacity: this size is often not available on demand, but with a capacity block or a reservation']
      : []),
    ...updateLines(spec),
    ...(spec.repair.isEnabled && spec.capacity.reserved
      ? ['node repair: a node is only replaced while the reservation has an instance to spare']
      : []),
  ].join('\n');
}

function imageLine(spec: GpuNodePoolSpec, managed: boolean): string {
  const { version, driverMajor } = imageRelease(spec);
  const driver = driverMajor ? `, driver ${driverMajor}` : '';
  const image = managed ? spec.image.amiType(spec.instanceType.architecture) : spec.image.family;
  return `image: ${image} ${version ?? (managed ? 'as EKS chooses' : 'as Karpenter chooses')}${driver}; it includes the driver`;
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
  const group = spec.placement.groupName;
  if (spec.placement.kind === PlacementKind.CLUSTER_GROUP) return 'placement: a cluster placement group of its own';
  return group ? `placement: in group '${group}'` : 'placement: in no group';
}

function oneSubnet(spec: GpuNodePoolSpec): string {
  const reason = needsOneSubnet(spec);
  return reason ? `, because ${reason} needs exactly one` : '';
}

function blockLines({ capacity, initialNodes }: GpuNodePoolSpec, managed: boolean): string[] {
  const { block } = capacity;
  if (!block) return [];
  if (!managed)
    return [
      `block: from ${block.start} to ${block.end}; EC2 terminates the instances from 30 minutes before its end on`,
    ];
  return [
    block.active
      ? `block: has started; ${initialNodes} node(s) at once`
      : `block: no node before ${block.start}, when the group grows to ${initialNodes}`,
    `block: drained at ${drainTime(block)}, before EKS does 40 minutes and EC2 30 minutes before ${block.end}`,
    'block: image and launch template stay as they were created, because EKS can only upgrade such a group at zero nodes',
  ];
}

/** Security groups of an interface that an account may have by default. */
const DEFAULT_SECURITY_GROUPS = 5;

function isOneZone(spec: GpuNodePoolSpec): boolean {
  const subnetIds = poolSubnetIds(spec);
  return poolZone(spec) !== undefined || (!Token.isUnresolved(subnetIds) && subnetIds.length === 1);
}

/** A reservation is used up sooner than capacity on demand. */
function updateLines(spec: GpuNodePoolSpec): string[] {
  if (spec.capacity.kind !== CapacityKind.RESERVATION) return [];
  const none = usesWholeReservation(spec) ? ', and the reservation has none' : '';
  return [
    `updates: another image, Kubernetes version, disk or layout starts a new node before it drains an old one; that needs an instance to spare${none}`,
  ];
}

/**
 * Warns of what is allowed in a pool, but rarely intended.
 *
 * @internal
 */
export function warnOfPool(scope: Construct, spec: GpuNodePoolSpec): void {
  const { instanceType, capacity } = spec;
  const { lastDriverMajor, name } = instanceType.gpu;
  if (lastDriverMajor !== undefined && imageRelease(spec).driverMajor === undefined) {
    addWarning(
      scope,
      fault(
        'DRIVER_NOT_KNOWN',
        'image',
        `${name} of '${instanceType.name}' needs driver ${lastDriverMajor} or earlier, but the newest image may have a later one; pin a release: ` +
          'NodeImage.al2023({ releaseVersion, driverMajor })',
      ),
    );
  }
  if (instanceType.legacy) {
    addWarning(
      scope,
      fault(
        'LEGACY_INSTANCE_TYPE',
        'instanceType',
        `'${instanceType.name}' is of a previous generation: few regions offer it, and newer NVIDIA drivers do not support it; prefer a current ` +
          'type for new pools',
      ),
    );
  }
  if (usesWholeReservation(spec)) {
    addWarning(
      scope,
      fault(
        'UPDATE_NEEDS_SPARE',
        'minNodes',
        `the pools on ${capacity} always use all of its ${capacity.reserved?.instances} instance(s), but another image, Kubernetes version, disk or ` +
          'layout starts a new node before it drains an old one: the update would fail; reserve one instance more, or lower minNodes and scale the ' +
          'pool down before an update',
      ),
    );
  }
  const groups = securityGroupCount(spec) ?? 0;
  if (groups > DEFAULT_SECURITY_GROUPS) {
    addWarning(
      scope,
      fault(
        'SECURITY_GROUPS_OVER_QUOTA',
        'cluster.securityGroupIds',
        `the interfaces of the nodes would have ${groups} security groups${spec.efa ? ', with that of EFA' : ''}, but an account has a quota of ` +
          `${DEFAULT_SECURITY_GROUPS} unless it was raised: no node would start; name fewer, or raise the quota`,
      ),
    );
  }
  if (spec.placement.kind === PlacementKind.EXISTING && !needsOneSubnet(spec) && !isOneZone(spec)) {
    addWarning(
      scope,
      fault(
        'PLACEMENT_GROUP_OVER_ZONES',
        'placement',
        `placement group '${spec.placement.groupName}' has nodes in several subnets, but a group of the cluster strategy is in one zone: the nodes ` +
          'of others would not start; pass availabilityZone unless the group spreads or partitions them',
      ),
    );
  }
  if (capacity.block && capacity.block.alarmTopicArn === undefined) {
    addWarning(
      scope,
      fault(
        'CAPACITY_BLOCK_UNWATCHED',
        'capacity',
        `no one is notified before ${capacity} ends at ${capacity.block.end}; pass alarmTopicArn`,
      ),
    );
  }
}
