import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { PlacementGroup } from '@cdktf/provider-aws/lib/placement-group';
import { Annotations, Fn, ITerraformDependable, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { dependOn } from '../core/dependencies';
import { throwIfInvalid } from '../core/errors';
import { IGpuNodePool, NodeTaint } from '../core/gpu-node-pool';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { kubernetesName } from '../core/naming';
import { IRdmaFabric, RdmaFabricKind } from '../core/rdma-fabric';
import { awsTags } from '../core/tags';
import { DataSize } from '../units/data-size';
import { Capacity } from './capacity';
import { ClusterRole } from './cluster-role';
import { IEksCluster } from './eks-cluster';
import { GpuNodePoolSpec, gpuNodePoolFaults, needsOneSubnet } from './gpu-node-pool-faults';
import { GPU_TAINT, POOL_LABEL, eksTaintEffect, poolLabels } from './gpu-node-pool-labels';
import { efaSecurityGroup } from './gpu-node-pool-security-group';
import { gpuLaunchTemplate } from './launch-template';
import { Placement, PlacementKind } from './placement';

/**
 * A pool of like GPU nodes, whatever cluster it belongs to.
 */
export interface GpuNodePoolOptions {
  /** Instance type of every node. Another type makes another node group: the old one goes first, with all its nodes. */
  readonly instanceType: GpuInstanceType;
  /**
   * Fewest nodes, and the number to begin with; whole, at least 0. EKS refuses a later value above the number of nodes there are
   * at the time: scale the pool up first.
   */
  readonly minNodes: number;
  /** Most nodes; whole, at least 1. */
  readonly maxNodes: number;
  /** How the instances are bought. @default Capacity.onDemand() */
  readonly capacity?: Capacity;
  /** Fabric between the nodes, e.g. `RdmaFabric.efa()`. @default RdmaFabric.none() */
  readonly fabric?: IRdmaFabric;
  /**
   * How the instances are placed. A cluster placement group makes capacity harder to get and must not be forced on capacity that
   * was reserved without it.
   * @default - a cluster placement group of the pool's own with EFA, else none
   */
  readonly placement?: Placement;
  /** Private subnet of the nodes. @default - see `subnetIds` */
  readonly subnetId?: string;
  /**
   * Private subnets of the nodes; exactly one with EFA or in a cluster placement group.
   * @default - those of the cluster; its first where there must be one only
   */
  readonly subnetIds?: string[];
  /** Labels of the nodes, beside those the pool sets itself. @default - none */
  readonly labels?: { [key: string]: string };
  /** Taints of the nodes, beside `nvidia.com/gpu=present:NoSchedule`. @default - none */
  readonly taints?: NodeTaint[];
  /** Name of the pool and its node group, unique within the cluster: an RFC 1123 label. @default - from the construct's id */
  readonly poolName?: string;
  /**
   * Root volume: gp3, encrypted; whole GiB. Where the instance type has an instance store, images and pod data lie on that.
   * @default - 100 GiB with an instance store, 200 GiB without
   */
  readonly diskSize?: DataSize;
  /** Tags of the AWS resources, the instances and the volumes, beside the cluster's. @default - none */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the cluster's */
  readonly provider?: TerraformProvider;
}

/** What every node must do: join the cluster, and pull images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** What the VPC CNI must do. It has a role of its own on the clusters of this library; of others that is not known. */
const CNI_POLICY = 'AmazonEKS_CNI_Policy';

/**
 * A pool of like GPU nodes on an EKS cluster.
 */
export interface GpuNodePoolProps extends GpuNodePoolOptions {
  /** The cluster. */
  readonly cluster: IEksCluster;
}

/**
 * A pool of like GPU nodes: an EKS managed node group with a launch template and a role of its own.
 *
 * Nodes run the AL2023 image with NVIDIA's driver, of the release that the cluster pins. With EFA they have every EFA interface of
 * their instance type, laid out per network card as the catalogue has it, in one subnet, and a security group that lets them reach
 * each other. The number of nodes belongs to whoever scales the pool: after the first apply Terraform leaves it alone. A new image
 * replaces one node at a time (`max_unavailable` 1; the provider has no attribute for EKS's `MINIMAL` update strategy yet, so EKS
 * starts the new node before it drains the old one, and needs capacity for it).
 *
 * Throws a `ValidationError` with every fault: a token or fraction as a number, `minNodes` above `maxNodes`, EFA on an instance
 * type without it, several subnets where there must be one, a name, label, taint or tag that Kubernetes or AWS refuses, a name
 * that another pool of the cluster has.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
 */
export class GpuNodePool extends Construct implements IGpuNodePool {
  /** Name of the pool, unique within its cluster. */
  public readonly poolName: string;
  /** The cluster the nodes belong to. */
  public readonly cluster: IKubernetesCluster;
  /** The hardware of each node. */
  public readonly instanceType: GpuInstanceType;
  /** Fewest nodes. */
  public readonly minNodes: number;
  /** Most nodes. */
  public readonly maxNodes: number;
  /** How the instances are bought. */
  public readonly capacity: Capacity;
  /** How the instances are placed. */
  public readonly placement: Placement;
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

  /**
   * @param scope parent
   * @param id id within the parent
   * @param props the pool
   */
  public constructor(scope: Construct, id: string, props: GpuNodePoolProps) {
    super(scope, id);
    const spec = specOf(id, props);
    throwIfInvalid(this, gpuNodePoolFaults(spec));

    const { cluster, poolName, instanceType } = spec;
    this.cluster = cluster;
    this.poolName = poolName;
    this.instanceType = instanceType;
    this.minNodes = spec.minNodes;
    this.maxNodes = spec.maxNodes;
    this.capacity = props.capacity ?? Capacity.onDemand();
    this.placement = spec.placement;
    this.fabric = props.fabric;
    this.efaInterfacesPerNode = spec.efa ? instanceType.efaInterfaces : 0;
    this.subnetIds = subnetsOf(spec);
    this.labels = { ...spec.labels, ...poolLabels(poolName, instanceType, spec.efa) };
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
    this.placementGroupName = this.placementGroup(aws);
    const efaGroup = spec.efa ? efaSecurityGroup(this, { ...aws, vpcId: cluster.vpcId }) : undefined;
    this.efaSecurityGroupId = efaGroup?.id;
    const launchTemplate = gpuLaunchTemplate(this, {
      ...aws,
      instanceType,
      diskSize: spec.diskSize,
      nodeSecurityGroupIds: cluster.securityGroupIds,
      efaSecurityGroupId: efaGroup?.id,
      placementGroupName: this.placementGroupName,
    });
    this.launchTemplateId = launchTemplate.id;

    this.nodeGroup = new EksNodeGroup(this, 'Resource', {
      provider,
      clusterName: cluster.clusterName,
      nodeGroupName: poolName,
      nodeRoleArn: role.roleArn,
      subnetIds: this.subnetIds,
      instanceTypes: [instanceType.name],
      capacityType: this.capacity.capacityType,
      amiType: 'AL2023_x86_64_NVIDIA',
      version: cluster.kubernetesVersion,
      releaseVersion: cluster.release?.nodeImageVersion,
      launchTemplate: { id: launchTemplate.id, version: Token.asString(launchTemplate.latestVersion) },
      scalingConfig: { minSize: spec.minNodes, maxSize: spec.maxNodes, desiredSize: spec.minNodes },
      updateConfig: { maxUnavailable: 1 },
      labels: this.labels,
      taint: this.allTaints.map(({ key, value, effect }) => ({ key, value, effect: eksTaintEffect(effect) })),
      tags,
      dependsOn: [...role.ready, ...(efaGroup?.ready ?? []), ...dependOn(this, cluster.nodeReady)],
      lifecycle: { ignoreChanges: ['scaling_config[0].desired_size'] },
    });

    if (instanceType.legacy) {
      Annotations.of(this).addWarning(
        `[gpu-inference-constructs:LEGACY_INSTANCE_TYPE] '${instanceType.name}' is a previous generation: few regions offer it, ` +
          'and newer NVIDIA drivers drop it; prefer a current type for new pools',
      );
    }
    cluster.registerNodePool(this);
  }

  /** Every label the pool stamps on its nodes. A copy. */
  public get nodeLabels(): { [key: string]: string } {
    return { ...this.labels };
  }

  /** Labels that select the nodes of this pool and of no other. */
  public get nodeSelector(): { [key: string]: string } {
    return { [POOL_LABEL]: this.poolName };
  }

  /** The taints of its nodes. A copy. */
  public get taints(): NodeTaint[] {
    return this.allTaints.map((taint) => ({ ...taint }));
  }

  /** Name of the EKS node group, once it exists. */
  public get nodeGroupName(): string {
    return this.nodeGroup.nodeGroupName;
  }

  /** What workloads of the same stack must wait for. */
  public get ready(): ITerraformDependable[] {
    return [this.nodeGroup];
  }

  private placementGroup(aws: {
    readonly name: string;
    readonly tags: { [key: string]: string };
    readonly provider?: TerraformProvider;
  }): string | undefined {
    if (this.placement.kind !== PlacementKind.CLUSTER_GROUP) return this.placement.groupName;
    return new PlacementGroup(this, 'PlacementGroup', { ...aws, strategy: 'cluster' }).name;
  }
}

function specOf(id: string, props: GpuNodePoolProps): GpuNodePoolSpec {
  const efa = props.fabric?.kind === RdmaFabricKind.EFA;
  return {
    cluster: props.cluster,
    poolName: props.poolName ?? kubernetesName(id),
    instanceType: props.instanceType,
    minNodes: props.minNodes,
    maxNodes: props.maxNodes,
    efa,
    placement: props.placement ?? (efa ? Placement.clusterGroup() : Placement.none()),
    diskSize: props.diskSize ?? DataSize.gib(props.instanceType.instanceStorage ? 100 : 200),
    subnetId: props.subnetId,
    subnetIds: props.subnetIds,
    labels: props.labels ?? {},
    taints: props.taints ?? [],
    tags: props.tags,
  };
}

function subnetsOf({ subnetId, subnetIds, cluster, efa, placement }: GpuNodePoolSpec): string[] {
  if (subnetId !== undefined) return [subnetId];
  if (subnetIds !== undefined) return subnetIds;
  if (!needsOneSubnet(efa, placement)) return cluster.subnetIds;
  // A list that Terraform only knows later has no first element here.
  return Token.isUnresolved(cluster.subnetIds) ? [Fn.element(cluster.subnetIds, 0) as string] : [cluster.subnetIds[0]];
}
