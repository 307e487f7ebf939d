import { addValidation } from '../../../core/validation';
import { Fault, untitled } from '../../../units/fault';
import { EksAccessEntry } from '@cdktf/provider-aws/lib/eks-access-entry';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GpuNodeType } from '../../../catalog/gpu-node-type';
import { CustomResources } from '../../../kubernetes/custom-resources';
import { dependOn } from '../../../core/dependencies';
import { throwIfInvalid } from '../../../core/errors';
import { IGpuNodePool, NodeSubnet, NodeTaint } from '../../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../../core/kubernetes-cluster';
import { helmReleaseName } from '../../../core/naming';
import { IRdmaFabric } from '../../../core/rdma-fabric';
import { awsTags } from '../../../core/tags';
import { Capacity } from '../options/capacity';
import { capacityBlockAlarm } from '../shared/capacity-block-schedule';
import { ClusterRole } from '../../cluster/cluster-role';
import { warnOfPool } from '../shared/gpu-node-pool-explain';
import { gpuNodePoolFaults, enterInstancePool } from '../shared/gpu-node-pool-faults';
import { GPU_TAINT, POOL_LABEL, poolLabels } from '../shared/gpu-node-pool-labels';
import { GpuNodePoolProps } from '../shared/gpu-node-pool-props';
import { efaSecurityGroup } from '../shared/gpu-node-pool-security-group';
import { GpuNodePoolSpec, existingPlacementGroup, layoutOf, specOf } from '../shared/gpu-node-pool-spec';
import { nodeSubnets, subnetsOf } from '../shared/gpu-node-pool-subnets';
import { otherHugePages } from '../shared/huge-pages';
import { capacityType, karpenterFaults, karpenterObjects } from './karpenter-objects';
import { maxPodsBeside } from '../shared/launch-template-interfaces';
import { NodeImage } from '../options/node-image';
import { PlacementKind } from '../options/placement';
import { poolPlacementGroup } from '../shared/pool-placement-group';
import { regionFaults } from '../shared/provider-region';
import { warnOfSharedReservation } from '../shared/reservation-claims';
import { checkSubnetZones } from '../shared/subnet-zone-check';

/** What every node must do: join the cluster, and pull images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** What the VPC CNI must do where it has no role of its own. */
const CNI_POLICY = 'AmazonEKS_CNI_Policy';

/**
 * How Karpenter's objects are put onto a cluster.
 */
export interface KarpenterInstallation {
  /** Namespace of the Helm release that holds them; it must exist. @default 'kube-system' */
  readonly namespace?: string;
  /** What brings Karpenter's definitions, usually its Helm release. @default - they are there */
  readonly dependsOn?: ITerraformDependable[];
}

/**
 * A pool of like GPU nodes that Karpenter makes, from the same description as a managed node group: a NodePool, an EC2NodeClass with
 * the network cards of the instance type, and, with EFA, a NodeOverlay that tells Karpenter of the nodes' huge pages.
 *
 * It makes what is AWS's: the role of the nodes and its access to the cluster, the security group of EFA, the placement group.
 * `install` puts the objects onto the cluster, from the workload stack; synthesis fails where nobody takes them. Karpenter itself must
 * run there: 1.11 or later for the network interfaces, with the feature gates StaticCapacity where `minNodes` equals `maxNodes`,
 * NodeOverlay with EFA, and ReservedCapacity (on by default) for reserved capacity.
 *
 * Karpenter keeps no minimum: `minNodes` is 0, or equal to `maxNodes` for a fixed number. Throws a `ValidationError` with every
 * fault, as `GpuNodePool` does, and for what Karpenter cannot do: EFA and ENA in one interface, shared GPUs, EKS's node repair.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 * @see https://github.com/aws/karpenter-provider-aws/blob/main/designs/efa-for-static-capacity.md
 */
export class KarpenterGpuNodePool extends Construct implements IGpuNodePool {
  /** Name of the pool and of its objects, unique within its cluster. */
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
  /** Operating system of the nodes. */
  public readonly image: NodeImage;
  /** Whether the image of its nodes brings NVIDIA's driver and container toolkit: those of EKS all do. */
  public readonly driverInImage?: boolean = true;
  /** Fabric between its nodes. @default - none: nodes reach each other by TCP */
  public readonly fabric?: IRdmaFabric;
  /** EFA interfaces on each node; 0 without an EFA fabric. */
  public readonly efaInterfacesPerNode: number;
  /** Subnets of the nodes. */
  public readonly subnetIds: string[];
  /** Security group of the EFA interfaces. @default - no EFA */
  public readonly efaSecurityGroupId?: string;
  /** What workloads of the same stack must wait for. */
  public readonly ready: ITerraformDependable[];

  private readonly spec: GpuNodePoolSpec;
  private readonly labels: { [key: string]: string };
  private readonly allTaints: NodeTaint[];
  private readonly karpenter: object[];
  private installed?: CustomResources;
  private isTaken = false;

  /**
   * @param scope parent, in the infrastructure stack
   * @param id id within the parent
   * @param props the pool
   */
  public constructor(scope: Construct, id: string, props: GpuNodePoolProps) {
    super(scope, id);
    const spec = specOf(id, props);
    throwIfInvalid(this, [
      ...gpuNodePoolFaults(spec, false),
      ...karpenterFaults(spec),
      ...regionFaults(this, spec.cluster, props.provider),
    ]);
    this.spec = spec;

    const { cluster, poolName, instanceType } = spec;
    this.cluster = cluster;
    this.poolName = poolName;
    this.hardware = instanceType;
    this.minNodes = spec.minNodes;
    this.maxNodes = spec.maxNodes;
    this.capacity = spec.capacity;
    this.image = spec.image;
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
    // A managed node group gets this from EKS.
    const access = new EksAccessEntry(this, 'NodeAccess', {
      provider,
      clusterName: cluster.clusterName,
      principalArn: role.roleArn,
      type: 'EC2_LINUX',
      tags,
      dependsOn: dependOn(this, cluster.nodeReady),
    });
    const efaGroup = spec.efa ? efaSecurityGroup(this, { ...aws, vpcId: cluster.vpcId }) : undefined;
    this.efaSecurityGroupId = efaGroup?.id;
    const ownGroup = spec.placement.kind === PlacementKind.CLUSTER_GROUP;
    const { clusterName } = cluster;
    const group = ownGroup ? poolPlacementGroup(this, { clusterName, poolName, tags, provider }) : undefined;
    this.ready = [...role.ready, access, ...(efaGroup?.ready ?? []), ...(group ? [group] : [])];
    this.karpenter = karpenterObjects(spec, {
      roleName: role.roleName,
      subnetIds: this.subnetIds,
      securityGroupIds: [...cluster.securityGroupIds, ...(efaGroup ? [efaGroup.id] : [])],
      placementGroupName: group?.name ?? existingPlacementGroup(spec),
      labels: this.labels,
      taints: this.allTaints,
      tags: { ...tags, Name: name },
    });
    checkSubnetZones(this, spec, provider);
    const { block } = spec.capacity;
    if (block) capacityBlockAlarm(this, { ...aws, block });
    warnOfPool(this, spec);
    warnOfSharedReservation(this, spec);
    addValidation(this, () => this.nowhereFaults());
    enterInstancePool(this, spec);
  }

  /** Every label the pool stamps on its nodes. A copy. */
  public get nodeLabels(): { [key: string]: string } {
    return { ...this.labels };
  }

  /** Labels that Karpenter sets on the nodes by itself, as far as their values are known. */
  public get platformLabels(): { [key: string]: string } | undefined {
    return { 'karpenter.sh/nodepool': this.poolName, 'karpenter.sh/capacity-type': capacityType(this.capacity.kind) };
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

  /** What pods can have on one node beside what follows from the hardware: how many of them get an address, and huge pages. */
  public get allocatable(): { [resource: string]: string } | undefined {
    const {
      image,
      spec: { instanceType },
    } = this;
    return {
      pods: String(maxPodsBeside(instanceType, layoutOf(this.spec)) ?? instanceType.defaultMaxPods),
      ...otherHugePages(image, instanceType, this.efaInterfacesPerNode > 0),
    };
  }

  /** Karpenter's objects: a NodePool, an EC2NodeClass and, with EFA, a NodeOverlay. Copies. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public get objects(): { [key: string]: any }[] {
    this.isTaken = true;
    return this.karpenter.map((each) => ({ ...each }));
  }

  /**
   * Puts the objects onto the cluster. Throws a `ValidationError` when they are there.
   *
   * @param scope parent, in the workload stack
   * @param installation how
   */
  public install(scope: Construct, installation: KarpenterInstallation = {}): CustomResources {
    throwIfInvalid(
      this,
      this.installed
        ? [
            untitled(
              `the objects of pool '${this.poolName}' are put onto the cluster already, at '${this.installed.node.path}'; install them once`,
            ),
          ]
        : [],
    );
    this.installed = new CustomResources(scope, `Karpenter-${this.poolName}`, {
      cluster: this.cluster,
      releaseName: helmReleaseName(`karpenter-${this.poolName}`),
      namespace: installation.namespace ?? 'kube-system',
      resources: this.objects,
      dependsOn: [...this.ready, ...(installation.dependsOn ?? [])],
    });
    return this.installed;
  }

  /** Without its objects on the cluster nobody makes a node, and pods wait for ever. */
  private nowhereFaults(): Fault[] {
    return this.isTaken
      ? []
      : [
          untitled(
            `the objects of Karpenter pool '${this.poolName}' are put nowhere, so that it would never have a node; call install(...) from the ` +
              'workload stack, or hand objects to what applies them',
          ),
        ];
  }
}
