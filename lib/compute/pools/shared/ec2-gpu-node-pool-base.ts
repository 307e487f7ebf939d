import { PlacementGroup } from '@cdktf/provider-aws/lib/placement-group';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { NodeSubnet } from '../../../core/gpu-node-pool';
import { awsTags } from '../../../core/tags';
import { Fault } from '../../../units/fault';
import { UsedRole, usedRole } from '../../cluster/cluster-role';
import { Capacity } from '../options/capacity';
import { readUtcTime, writeUtcTime } from '../options/utc-time';
import { Placement, PlacementKind } from '../options/placement';
import { NodeImage } from '../options/node-image';
import { GpuNodePoolBase } from './gpu-node-pool-base';
import { GPU_TAINT, POOL_LABEL, poolLabels } from './gpu-node-pool-labels';
import { efaSecurityGroup } from './gpu-node-pool-security-group';
import { GpuNodePoolSpec, imageRelease } from './gpu-node-pool-spec';
import { nodeSubnets, poolSubnetIds } from './gpu-node-pool-subnets';
import { nodeZones } from './gpu-node-pool-zone';
import { poolPlacementGroup } from './pool-placement-group';
import { poolArnFaults } from './pool-arn-faults';
import { regionFaults } from './provider-region';
import { endTrial } from '../../../core/errors';
import { allOf } from '../../../units/unreadable';

/** What every node needs: to join the cluster and to pull images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** What the VPC CNI needs. It has its own role on clusters of this library; on other clusters that is not known. */
const CNI_POLICY = 'AmazonEKS_CNI_Policy';

/** The resources that every pool of EC2 instances has, and what its other resources need. */
export interface Ec2PoolParts {
  /** Name of the pool with that of its cluster. */
  readonly name: string;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
  readonly role: UsedRole;
  /** What must exist before a node uses EFA; empty without it. */
  readonly efaReady: ITerraformDependable[];
  /** The placement group created for the pool. @default - none */
  readonly placementGroup?: PlacementGroup;
}

/**
 * What pools of EC2 instances have in common: the role of the nodes, the security group of EFA, the placement group. Its members are part
 * of the API of each pool; the class itself is not.
 *
 * @jsii ignore
 */
export abstract class Ec2GpuNodePoolBase extends GpuNodePoolBase {
  /** How the instances are bought. */
  public readonly capacity: Capacity;
  /** How the instances are placed. */
  public readonly placement: Placement;
  /** Operating system of the nodes. */
  public readonly image: NodeImage;
  /** Ids of the subnets of the nodes. */
  public readonly subnetIds: string[];
  /** ARN of the role of the nodes. */
  public readonly nodeRoleArn: string;
  /** Security group of the EFA interfaces. @default - no EFA */
  public readonly efaSecurityGroupId?: string;
  /** Name of the placement group. @default - none */
  public readonly placementGroupName?: string;

  /** @internal */
  protected readonly _parts: Ec2PoolParts;

  readonly #spec: GpuNodePoolSpec;

  /**
   * @param scope parent
   * @param id id within the parent
   * @param spec the pool
   * @param faults every fault of the pool; it throws if there are any
   * @param given the AWS provider that the user passed
   */
  public constructor(
    scope: Construct,
    id: string,
    spec: GpuNodePoolSpec,
    faults: readonly Fault[],
    given?: TerraformProvider,
  ) {
    const { cluster, poolName, instanceType, fabric, efa, sharing } = spec;
    const all = allOf(
      () => faults,
      () => poolArnFaults(scope, spec, given),
      () => regionFaults(scope, spec, given),
    );
    endTrial(all, cluster, instanceType, sharing, spec.image, spec.taints, spec.labels);
    super(
      scope,
      id,
      {
        ...spec,
        hardware: instanceType,
        fabric,
        nodeLabels: { ...spec.labels, ...poolLabels(poolName, instanceType, efa, spec) },
        nodeSelector: { [POOL_LABEL]: poolName },
        taints: [GPU_TAINT, ...spec.taints],
        // All images of EKS with NVIDIA's driver have the toolkit, too.
        driverInImage: true,
        driverMajor: imageRelease(spec).driverMajor,
        sharing,
      },
      all,
    );
    this.#spec = spec;
    this.capacity = spec.capacity;
    this.placement = spec.placement;
    this.image = spec.image;
    this.subnetIds = poolSubnetIds(spec);

    const provider = given ?? cluster.provider;
    const { clusterName } = cluster;
    const name = `${clusterName}-${poolName}`;
    const tags = awsTags({}, { ...cluster.tags, ...spec.tags });
    const aws = { name, tags, provider };
    const role = usedRole(this, 'NodeRole', spec.nodeRoleArn, {
      ...aws,
      description: `Nodes of GPU pool ${name}`,
      service: 'ec2',
      options: cluster.roleOptions,
      managedPolicies: cluster.release ? NODE_POLICIES : [...NODE_POLICIES, CNI_POLICY],
    });
    this.nodeRoleArn = role.roleArn;
    const hasOwnGroup = spec.placement.kind === PlacementKind.CLUSTER_GROUP;
    const placementGroup = hasOwnGroup
      ? poolPlacementGroup(this, { clusterName, poolName, tags, provider })
      : undefined;
    this.placementGroupName = placementGroup?.name ?? spec.placement.groupName;
    const efaGroup = efa ? efaSecurityGroup(this, { ...aws, vpcId: cluster.vpcId }) : undefined;
    this.efaSecurityGroupId = efaGroup?.id;
    this._parts = { ...aws, role, efaReady: efaGroup?.ready ?? [], placementGroup };
  }

  /** End of its capacity block, in UTC to the minute. @default - it is on no capacity block */
  public get capacityEnd(): string | undefined {
    const { block } = this.capacity;
    return block && writeUtcTime(readUtcTime(block.end) ?? 0);
  }

  /** Subnets of its nodes; empty if only Terraform knows them. */
  public get subnets(): NodeSubnet[] | undefined {
    return nodeSubnets(this.#spec);
  }

  /** Names of the zones that its nodes may be in; undefined if only Terraform knows them, as with `subnetIds`. */
  public get availabilityZones(): string[] | undefined {
    return nodeZones(this.#spec);
  }
}
