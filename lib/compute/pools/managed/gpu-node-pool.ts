import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { ITerraformDependable, TerraformProvider, TerraformResourceLifecycle, Token } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { dependOn } from '../../../core/dependencies';
import { throwIfInvalid } from '../../../core/errors';
import { IGpuNodePool, NodeSubnet, NodeTaint } from '../../../core/gpu-node-pool';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { IRdmaFabric } from '../../../core/rdma-fabric';
import { awsTags } from '../../../core/tags';
import { DataSize } from '../../../units/data-size';
import { nodeTemplateTags, tagAutoscalingGroup } from '../shared/autoscaling-group-tags';
import { AutoscalingKind } from '../options/autoscaling';
import { capacityBlockSchedule } from '../shared/capacity-block-schedule';
import { Capacity, CapacityKind } from '../options/capacity';
import { ClusterRole } from '../../cluster/cluster-role';
import { explainPool, warnOfPool } from '../shared/gpu-node-pool-explain';
import { gpuNodePoolFaults, enterInstancePool } from '../shared/gpu-node-pool-faults';
import { GPU_TAINT, POOL_LABEL, eksTaintEffect, poolLabels } from '../shared/gpu-node-pool-labels';
import { GpuNodePoolProps } from '../shared/gpu-node-pool-props';
import { efaSecurityGroup } from '../shared/gpu-node-pool-security-group';
import { GpuNodePoolSpec, existingPlacementGroup, imageRelease, layoutOf, specOf } from '../shared/gpu-node-pool-spec';
import { nodeSubnets, subnetsOf } from '../shared/gpu-node-pool-subnets';
import { GpuSharing } from '../options/gpu-sharing';
import { gpuLaunchTemplate } from './launch-template';
import { efaHugePages, otherHugePages } from '../shared/huge-pages';
import { managedMaxPods } from '../shared/launch-template-interfaces';
import { NodeImage } from '../options/node-image';
import { Placement, PlacementKind } from '../options/placement';
import { poolPlacementGroup } from '../shared/pool-placement-group';
import { regionFaults } from '../shared/provider-region';
import { warnOfSharedReservation } from '../shared/reservation-claims';
import { checkSubnetZones } from '../shared/subnet-zone-check';

/** What every node must do: join the cluster, and pull images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** What the VPC CNI must do. It has a role of its own on the clusters of this library; of others that is not known. */
const CNI_POLICY = 'AmazonEKS_CNI_Policy';

/**
 * A pool of like GPU nodes: an EKS managed node group with a launch template and a role of its own.
 *
 * Nodes run the AL2023 image with NVIDIA's driver, of the release that the cluster pins. With EFA they have every EFA interface of
 * their instance type, laid out per network card as the catalog has it, in one subnet, and a security group that lets them reach
 * each other. The number of nodes belongs to whoever scales the pool: after the first apply Terraform leaves it alone. A new image
 * replaces one node at a time (`max_unavailable` 1; the provider has no attribute for EKS's `MINIMAL` update strategy yet, so EKS
 * starts the new node before it drains the old one, and needs capacity for it).
 *
 * On a capacity block the pool begins without nodes, grows at the block's start and drains before its end. As long as it is there
 * it keeps its image and launch template, for EKS can only upgrade such a group at zero nodes; another reservation makes a new
 * node group.
 *
 * Throws a `ValidationError` with every fault: a token or fraction as a number, `minNodes` above `maxNodes`, none at least without
 * an autoscaler, EFA on an instance type without it, several subnets where there must be one, a reservation in another zone or with
 * fewer instances, a driver that does not run the GPUs, a subnet too small, a name, label, taint or tag that Kubernetes or AWS
 * refuses, a name that another pool of the cluster has.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 */
export class GpuNodePool extends Construct implements IGpuNodePool {
  /** Name of the pool, unique within its cluster. */
  public readonly poolName: string;
  /** The cluster the nodes belong to. */
  public readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  public readonly hardware: GpuNodeType;
  /** Fewest nodes. */
  public readonly minNodes: number;
  /** Most nodes. */
  public readonly maxNodes: number;
  /** How the instances are bought. */
  public readonly capacity: Capacity;
  /** How the instances are placed. */
  public readonly placement: Placement;
  /** Operating system of the nodes. */
  public readonly image: NodeImage;
  /** Whether the image of its nodes brings NVIDIA's driver and container toolkit: those of EKS all do. */
  public readonly driverInImage?: boolean = true;
  /** How pods share a GPU. */
  public readonly gpuSharing: GpuSharing;
  /** Fabric between its nodes. @default - none: nodes reach each other by TCP */
  public readonly fabric?: IRdmaFabric;
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  public readonly efaInterfacesPerNode: number;
  /** Subnets of the nodes. */
  public readonly subnetIds: string[];
  /** ARN of the role that the nodes act with. */
  public readonly nodeRoleArn: string;
  /** Id of the launch template. */
  public readonly launchTemplateId: string;
  /** Security group of the EFA interfaces. @default - no EFA */
  public readonly efaSecurityGroupId?: string;
  /** Name of the placement group. @default - none */
  public readonly placementGroupName?: string;

  private readonly labels: { [key: string]: string };
  private readonly allTaints: NodeTaint[];
  private readonly nodeGroup: EksNodeGroup;
  private readonly spec: GpuNodePoolSpec;

  /**
   * @param scope parent
   * @param id id within the parent
   * @param props the pool
   */
  public constructor(scope: Construct, id: string, props: GpuNodePoolProps) {
    super(scope, id);
    const spec = specOf(id, props);
    throwIfInvalid(this, [...gpuNodePoolFaults(spec), ...regionFaults(this, spec.cluster, props.provider)]);
    this.spec = spec;

    const { cluster, poolName, instanceType } = spec;
    this.cluster = cluster;
    this.poolName = poolName;
    this.hardware = instanceType;
    this.minNodes = spec.minNodes;
    this.maxNodes = spec.maxNodes;
    this.capacity = spec.capacity;
    this.image = spec.image;
    this.gpuSharing = spec.sharing;
    this.placement = spec.placement;
    this.fabric = props.fabric;
    this.efaInterfacesPerNode = spec.efa ? instanceType.efaInterfaces : 0;
    this.subnetIds = subnetsOf(spec);
    this.labels = { ...spec.labels, ...poolLabels(poolName, instanceType, spec.efa, spec) };
    this.allTaints = [GPU_TAINT, ...spec.taints];

    const provider = props.provider ?? cluster.provider;
    const name = `${cluster.clusterName}-${poolName}`;
    const tags = awsTags({}, { ...cluster.tags, ...spec.tags });
    const aws = { name, tags, provider };
    const role = new ClusterRole(this, 'NodeRole', {
      ...aws,
      description: `Nodes of GPU pool ${name}`,
      service: 'ec2.amazonaws.com',
      managedPolicies: cluster.release ? NODE_POLICIES : [...NODE_POLICIES, CNI_POLICY],
    });
    this.nodeRoleArn = role.roleArn;
    this.placementGroupName = this.placementGroup(tags, provider);
    const efaGroup = spec.efa ? efaSecurityGroup(this, { ...aws, vpcId: cluster.vpcId }) : undefined;
    this.efaSecurityGroupId = efaGroup?.id;
    const launchTemplate = gpuLaunchTemplate(this, {
      ...aws,
      instanceType,
      image: spec.image,
      sharing: spec.sharing,
      capacity: spec.capacity,
      layout: layoutOf(spec),
      diskSize: spec.diskSize,
      nodeSecurityGroupIds: cluster.securityGroupIds,
      efaSecurityGroupId: efaGroup?.id,
      placementGroupName: this.placementGroupName,
    });
    this.launchTemplateId = launchTemplate.id;

    const { block } = spec.capacity;
    checkSubnetZones(this, spec, provider);
    this.nodeGroup = new EksNodeGroup(this, 'Resource', {
      provider,
      clusterName: cluster.clusterName,
      nodeGroupName: poolName,
      nodeRoleArn: role.roleArn,
      subnetIds: this.subnetIds,
      // The launch template of a capacity block names it, and EKS then refuses it here.
      instanceTypes: block ? undefined : [instanceType.name],
      capacityType: spec.capacity.capacityType,
      amiType: spec.image.amiType(instanceType.architecture),
      version: cluster.kubernetesVersion,
      releaseVersion: imageRelease(spec).version,
      launchTemplate: { id: launchTemplate.id, version: Token.asString(launchTemplate.latestVersion) },
      scalingConfig: {
        // Nodes of a block come and go with it, so nothing may hold the group above zero.
        minSize: block ? 0 : spec.minNodes,
        maxSize: spec.maxNodes,
        desiredSize: block && !block.active ? 0 : spec.minNodes,
      },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: repairConfig(spec),
      labels: this.labels,
      taint: this.allTaints.map(({ key, value, effect }) => ({ key, value, effect: eksTaintEffect(effect) })),
      tags,
      dependsOn: [...role.ready, ...(efaGroup?.ready ?? []), ...dependOn(this, cluster.nodeReady)],
      lifecycle: lifecycle(spec, `${launchTemplate.terraformResourceType}.${launchTemplate.friendlyUniqueId}`),
    });
    const autoscalingGroupName = this.nodeGroup.resources.get(0).autoscalingGroups.get(0).name;
    if (spec.autoscaling.kind === AutoscalingKind.CLUSTER_AUTOSCALER) {
      const gpus = spec.sharing.gpusPerNode(instanceType);
      const { taints, labels, efaInterfacesPerNode: efaInterfaces } = this;
      const { diskSize, image } = spec;
      const hugePages = efaHugePages(image, instanceType);
      const offer = nodeTemplateTags({ instanceType, gpus, efaInterfaces, hugePages, diskSize, labels, taints });
      tagAutoscalingGroup(this, { name: autoscalingGroupName, tags: offer, provider });
    }
    if (block) capacityBlockSchedule(this, { ...aws, autoscalingGroupName, block, nodes: spec.minNodes });

    warnOfPool(this, spec);
    warnOfSharedReservation(this, spec);
    enterInstancePool(this, spec);
  }

  /** Whether the cluster autoscaler is said to add nodes. */
  public get isAutoscaled(): boolean | undefined {
    return this.spec.autoscaling.kind !== AutoscalingKind.NONE;
  }

  /** Every label the pool stamps on its nodes. A copy. */
  public get nodeLabels(): { [key: string]: string } {
    return { ...this.labels };
  }

  /** Labels that EKS sets on the nodes by itself, as far as their values are known. */
  public get platformLabels(): { [key: string]: string } | undefined {
    const { kind, capacityType } = this.capacity;
    return {
      'eks.amazonaws.com/nodegroup': this.poolName,
      ...(kind === CapacityKind.CAPACITY_BLOCK ? {} : { 'eks.amazonaws.com/capacityType': capacityType }),
    };
  }

  /** Labels that select the nodes of this pool and of no other. */
  public get nodeSelector(): { [key: string]: string } {
    return { [POOL_LABEL]: this.poolName };
  }

  /** The taints of its nodes. A copy. */
  public get taints(): NodeTaint[] {
    return this.allTaints.map((taint) => ({ ...taint }));
  }

  /** Subnets that its nodes are in; none where Terraform only knows them later. */
  public get subnets(): NodeSubnet[] | undefined {
    return nodeSubnets(this.spec);
  }

  /** What pods can have on one node beside what follows from the hardware: pods, GPUs as they are shared, the image's huge pages. */
  public get allocatable(): { [resource: string]: string } | undefined {
    return {
      pods: String(managedMaxPods(this.spec.instanceType, layoutOf(this.spec))),
      [this.gpuSharing.resourceName]: String(this.gpuSharing.gpusPerNode(this.hardware)),
      ...otherHugePages(this.spec.image, this.hardware, this.spec.efa),
    };
  }

  /** The way in which pods share a GPU. */
  public get gpuSharingKind(): GpuSharingKind | undefined {
    return this.gpuSharing.kind;
  }

  /** GPU memory that one `nvidia.com/gpu` can count on. */
  public get gpuShareMemory(): DataSize | undefined {
    return this.gpuSharing.memoryPerShare(this.hardware);
  }

  /** Name of the EKS node group, once it exists. */
  public get nodeGroupName(): string {
    return this.nodeGroup.nodeGroupName;
  }

  /** What was derived from the description, and why, as text. */
  public explain(): string {
    return explainPool(this.spec, this.subnetIds);
  }

  /** What workloads of the same stack must wait for. */
  public get ready(): ITerraformDependable[] {
    return [this.nodeGroup];
  }

  private placementGroup(tags: { [key: string]: string }, provider?: TerraformProvider): string | undefined {
    if (this.placement.kind !== PlacementKind.CLUSTER_GROUP) return existingPlacementGroup(this.spec);
    const { poolName, cluster } = this.spec;
    return poolPlacementGroup(this, { clusterName: cluster.clusterName, poolName, tags, provider }).name;
  }
}

/** Where every instance of a reservation is in use there is no spare to replace a second one by. */
function repairConfig({ repair, capacity }: GpuNodePoolSpec) {
  if (!repair.isEnabled) return undefined;
  return { enabled: true, maxParallelNodesRepairedCount: repair.maxParallel ?? (capacity.reserved ? 1 : undefined) };
}

/**
 * Whoever scales the group sets the number of its nodes. A group on a capacity block can only be upgraded at zero nodes, so it
 * stays as it was made; for another reservation it is made anew.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 */
function lifecycle({ capacity }: GpuNodePoolSpec, launchTemplate: string): TerraformResourceLifecycle {
  const desired = 'scaling_config[0].desired_size';
  if (!capacity.block) return { ignoreChanges: [desired] };
  return {
    ignoreChanges: [desired, 'version', 'release_version', 'launch_template[0].version'],
    replaceTriggeredBy: [`${launchTemplate}.capacity_reservation_specification`],
  };
}
