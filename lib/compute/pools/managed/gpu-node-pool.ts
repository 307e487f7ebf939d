import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { ITerraformDependable, TerraformResourceLifecycle, Token } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../../core/cluster-ledger';
import { dependOn } from '../../../core/dependencies';
import { AutoscalingKind } from '../options/autoscaling';
import { CapacityKind } from '../options/capacity';
import { nodeTemplateTags, tagAutoscalingGroup, tagInstances } from '../shared/autoscaling-group-tags';
import { checkBlockTimes } from '../shared/capacity-block-checks';
import { capacityBlockSchedule } from '../shared/capacity-block-schedule';
import { Ec2GpuNodePoolBase } from '../shared/ec2-gpu-node-pool-base';
import { explainPool, warnOfPool } from '../shared/gpu-node-pool-explain';
import { enterInstancePool, gpuNodePoolFaults } from '../shared/gpu-node-pool-faults';
import { enterNodeRole } from '../../cluster/cluster-roles';
import { GpuNodePoolProps } from '../shared/gpu-node-pool-props';
import { GpuNodePoolSpec, imageRelease, layoutOf, specOf } from '../shared/gpu-node-pool-spec';
import { efaHugePages, otherHugePages } from '../shared/huge-pages';
import { managedMaxPods } from '../shared/launch-template-interfaces';
import { warnOfSharedReservation } from '../shared/reservation-claims';
import { keepSubnets } from '../shared/running-pool-subnets';
import { checkSubnetZones } from '../shared/subnet-zone-check';
import { eksCapacityType, eksTaintEffect } from './eks-enumerations';
import { gpuLaunchTemplate } from './launch-template';
import { escapeTemplate, escapeTemplates } from '../../../core/template-escape';
import { throwIfOfOtherKinds } from '../../../core/errors';
import { nameClass } from '../../../units/own-class';

/**
 * Most characters of a pool's name that the name of its node group begins with: EKS takes 63, and Terraform adds a hyphen and 26 of its own.
 */
const LONGEST_NAME_PREFIX = 36;

/**
 * A homogeneous group of GPU nodes: an EKS managed node group with a launch template and a role of its own.
 *
 * Nodes run the AL2023 image with NVIDIA's driver, in the release that the cluster pins. With EFA they have every EFA interface of
 * their instance type, laid out per network card as the catalog lists it, in one subnet, and a security group that lets them reach
 * each other. The number of nodes is left to whatever scales the pool: Terraform does not change it after the first apply. A new image
 * replaces one node at a time (`max_unavailable` 1; the provider has no attribute for EKS's `MINIMAL` update strategy yet, so EKS
 * starts the new node before it drains the old one, and needs capacity for it).
 *
 * On a capacity block the pool starts without nodes, grows at the block's start and drains before its end. It keeps its image and launch
 * template for as long as it exists, because EKS can only upgrade such a group at zero nodes; another reservation creates a new node group.
 *
 * Throws a `ValidationError` with every fault: a token or fraction as a number, `minNodes` above `maxNodes`, no node and no autoscaler,
 * EFA on an instance type without it, several subnets where only one is allowed, a reservation in another zone or with fewer instances,
 * a driver that does not support the GPUs, a subnet that is too small, a name, label, taint or tag that Kubernetes or AWS refuses, a
 * name that another pool of the cluster has.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 */
export class GpuNodePool extends Ec2GpuNodePoolBase {
  /** Id of the launch template. */
  public readonly launchTemplateId: string;

  readonly #nodeGroup: EksNodeGroup;
  readonly #spec: GpuNodePoolSpec;

  /**
   * @param scope parent
   * @param id id within the parent
   * @param props the pool
   */
  public constructor(scope: Construct, id: string, props: GpuNodePoolProps) {
    throwIfOfOtherKinds(scope, 'GpuNodePoolProps', props, id, (given) => new GpuNodePool(scope, id, given));
    const spec = specOf(id, props, props);
    super(scope, id, spec, gpuNodePoolFaults(spec), props.provider);
    this.#spec = spec;

    const { cluster, instanceType, capacity } = spec;
    const { name, tags, provider, role, efaReady } = this._parts;
    const aws = { name, tags, provider };
    const launchTemplate = gpuLaunchTemplate(this, {
      ...aws,
      instanceType,
      image: spec.image,
      sharing: spec.sharing,
      capacity,
      layout: layoutOf(spec),
      diskSize: spec.diskSize,
      volumeKeyArn: cluster.volumeKeyArn,
      nodeSecurityGroupIds: cluster.securityGroupIds,
      efaSecurityGroupId: this.efaSecurityGroupId,
      placementGroupName: this.placementGroupName,
    });
    this.launchTemplateId = launchTemplate.id;

    const { block } = capacity;
    const labels = this.nodeLabels;
    checkSubnetZones(this, spec, provider);
    this.#nodeGroup = new EksNodeGroup(this, 'Resource', {
      provider,
      clusterName: cluster.clusterName,
      // With a name of its own a replacement can be created before the old group is destroyed.
      nodeGroupNamePrefix: `${spec.poolName.slice(0, LONGEST_NAME_PREFIX)}-`,
      nodeRoleArn: role.roleArn,
      subnetIds: escapeTemplates(this.subnetIds),
      // The launch template of a capacity block sets it, and EKS then refuses it here.
      instanceTypes: block ? undefined : [instanceType.name],
      capacityType: eksCapacityType(capacity.kind),
      amiType: spec.image.amiType(instanceType.architecture),
      version: cluster.kubernetesVersion && escapeTemplate(cluster.kubernetesVersion),
      releaseVersion: imageRelease(spec).version,
      launchTemplate: { id: launchTemplate.id, version: Token.asString(launchTemplate.latestVersion) },
      scalingConfig: {
        // Nodes of a block come and go with it, so the minimum must stay at zero.
        minSize: block ? 0 : spec.minNodes,
        maxSize: spec.maxNodes,
        desiredSize: block && !block.active ? 0 : spec.initialNodes,
      },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: repairConfig(spec),
      labels,
      taint: this.taints.map(({ key, value, effect }) => ({ key, value, effect: eksTaintEffect(effect) })),
      tags,
      dependsOn: [...role.ready, ...efaReady, ...dependOn(this, cluster.nodeReady)],
      lifecycle: lifecycle(spec, launchTemplate, keepSubnets(this, spec)),
    });
    const autoscalingGroupName = this.#nodeGroup.resources.get(0).autoscalingGroups.get(0).name;
    tagInstances(this, { name: autoscalingGroupName, tags: { ...cluster.tags, ...spec.tags }, provider });
    if (spec.autoscaling.kind === AutoscalingKind.CLUSTER_AUTOSCALER) {
      const gpus = spec.sharing.gpusPerNode(instanceType);
      const { taints, efaInterfacesPerNode: efaInterfaces } = this;
      const { diskSize, image } = spec;
      const hugePages = efaHugePages(image, instanceType);
      const offer = nodeTemplateTags({ instanceType, gpus, efaInterfaces, hugePages, diskSize, labels, taints });
      tagAutoscalingGroup(this, { name: autoscalingGroupName, tags: offer, provider });
    }
    if (block) {
      capacityBlockSchedule(this, { ...aws, autoscalingGroupName, block, nodes: spec.initialNodes });
      checkBlockTimes(this, block, spec.initialNodes > 0);
    }

    warnOfPool(this, spec);
    warnOfSharedReservation(this, spec);
    enterInstancePool(this, spec);
    enterNodeRole(this, spec.nodeRoleArn, { cluster, whose: `pool '${spec.poolName}'`, entryBy: 'EKS' as const });
    if (spec.autoscaling.kind === AutoscalingKind.CLUSTER_AUTOSCALER)
      ClusterLedger.of(cluster).addNeed(ClusterSingleton.CLUSTER_AUTOSCALER, this);
  }

  /** Whether the cluster autoscaler adds nodes. */
  public get isAutoscaled(): boolean | undefined {
    return this.#spec.autoscaling.kind !== AutoscalingKind.NONE;
  }

  /**
   * Labels that EKS itself sets on the nodes, as far as their values are known: that of `eks.amazonaws.com/nodegroup` is `nodeGroupName`, which
   * only Terraform knows.
   */
  public get platformLabels(): { [key: string]: string } | undefined {
    const { kind } = this.capacity;
    return {
      'eks.amazonaws.com/nodegroup': this.nodeGroupName,
      ...(kind === CapacityKind.CAPACITY_BLOCK ? {} : { 'eks.amazonaws.com/capacityType': eksCapacityType(kind) }),
    };
  }

  /** Allocatable resources of one node that differ from those of the hardware: pods, shared GPUs, the image's huge pages. */
  public get allocatable(): { [resource: string]: string } | undefined {
    return {
      pods: String(managedMaxPods(this.#spec.instanceType, layoutOf(this.#spec))),
      [this.gpuSharing.resourceName]: String(this.gpuSharing.gpusPerNode(this.hardware)),
      ...otherHugePages(this.image, this.hardware, this.#spec.efa),
    };
  }

  /** Name of the EKS node group: that of the pool, with an ending that Terraform makes. Known once it exists. */
  public get nodeGroupName(): string {
    return this.#nodeGroup.nodeGroupName;
  }

  /** Which values were derived from the description, and why, as human-readable text. */
  public explain(): string {
    return explainPool(this.#spec, this.subnetIds);
  }

  /** What workloads of the same stack must wait for. */
  public get ready(): ITerraformDependable[] {
    return [this.#nodeGroup];
  }
}

nameClass('GpuNodePool', GpuNodePool);

/** If every instance of a reservation is in use, there is no spare instance to replace a second node. */
function repairConfig({ repair, capacity }: GpuNodePoolSpec) {
  if (!repair.isEnabled) return undefined;
  return { enabled: true, maxParallelNodesRepairedCount: repair.maxParallel ?? (capacity.reserved ? 1 : undefined) };
}

/**
 * Whatever scales the group sets the number of its nodes. A group on a capacity block can only be upgraded at zero nodes, so it
 * stays as it was created; another reservation replaces it.
 *
 * A replacement is created first: if AWS has no capacity for it, the apply fails and the old nodes still serve.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 */
function lifecycle(
  { capacity }: GpuNodePoolSpec,
  launchTemplate: LaunchTemplate,
  subnets: TerraformResourceLifecycle,
): TerraformResourceLifecycle {
  const desired = 'scaling_config[0].desired_size';
  const fixed = capacity.block ? ['version', 'release_version', 'launch_template[0].version'] : [];
  const { terraformResourceType: type, friendlyUniqueId: id } = launchTemplate;
  return {
    createBeforeDestroy: true,
    ignoreChanges: [desired, ...fixed, ...(subnets.ignoreChanges ?? [])],
    replaceTriggeredBy: capacity.block ? [`${type}.${id}.capacity_reservation_specification`] : undefined,
    postcondition: subnets.postcondition,
  };
}
