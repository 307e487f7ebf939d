import { ITerraformDependable, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../../core/cluster-ledger';
import { addWarning } from '../../../core/validation';
import { Fault, fault } from '../../../units/fault';
import { NodeImageFamily } from '../options/node-image';
import { helmReleaseName } from '../../../core/naming';
import { checkBlockTimes } from '../shared/capacity-block-checks';
import { capacityBlockAlarm } from '../shared/capacity-block-schedule';
import { Ec2GpuNodePoolBase } from '../shared/ec2-gpu-node-pool-base';
import { explainPool, warnOfPool } from '../shared/gpu-node-pool-explain';
import { enterInstancePool, gpuNodePoolFaults } from '../shared/gpu-node-pool-faults';
import { GpuNodePoolSpec, layoutOf, specOf } from '../shared/gpu-node-pool-spec';
import { otherHugePages } from '../shared/huge-pages';
import { maxPodsBeside } from '../shared/launch-template-interfaces';
import { warnOfSharedReservation } from '../shared/reservation-claims';
import { checkSubnetZones } from '../shared/subnet-zone-check';
import { enterKarpenterPool } from './karpenter-pools';
import { nodeAccess } from './node-access';
import { karpenterFaults } from './karpenter-faults';
import { otherTypeFaults } from './other-instance-types';
import { typeRegionFaults } from '../shared/provider-region';
import { KarpenterGpuNodePoolProps } from './karpenter-gpu-node-pool-props';
import { KarpenterInstallation } from './karpenter-installation';
import { capacityType, isPinned, karpenterObjects, nodePoolName } from './karpenter-objects';
import { mergedTags } from '../../../core/tags';
import { throwIfOfOtherKinds } from '../../../core/errors';
import { nameClass } from '../../../units/own-class';
import { warnOfUnnamedZone } from './zone-warning';
import { allOf } from '../../../units/unreadable';

/**
 * A group of GPU nodes that Karpenter launches: a NodePool, an EC2NodeClass with the network cards of the instance type, and,
 * with EFA, a NodeOverlay that tells Karpenter of the nodes' huge pages.
 *
 * The pool itself creates the AWS resources: the role of the nodes and its access to the cluster, the security group of EFA, the placement
 * group. Karpenter's objects go into the scope `workloads`, as a Helm release. Karpenter itself must run on the cluster (create a
 * `Karpenter`, or install it by other means): 1.11 or later for
 * the network interfaces, with the feature gates StaticCapacity if `minNodes` equals `maxNodes`, NodeOverlay with EFA, and
 * ReservedCapacity (on by default) for reserved capacity.
 *
 * Karpenter keeps no minimum: `minNodes` is 0, or equal to `maxNodes` for a fixed number of nodes. GPUs are not shared, because Karpenter
 * counts whole ones; unhealthy nodes are repaired by Karpenter's feature gate NodeRepair. Throws a `ValidationError` with every fault, as
 * `GpuNodePool` does, and for `EfaLayout.COMBINED`, which Karpenter cannot launch.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 * @see https://github.com/aws/karpenter-provider-aws/blob/main/designs/efa-for-static-capacity.md
 */
export class KarpenterGpuNodePool extends Ec2GpuNodePoolBase {
  /** What workloads of the same stack must wait for. */
  public readonly ready: ITerraformDependable[];

  readonly #spec: GpuNodePoolSpec;
  readonly #objects: object[];

  /**
   * @param scope parent, in the infrastructure stack
   * @param id id within the parent
   * @param props the pool
   */
  public constructor(scope: Construct, id: string, props: KarpenterGpuNodePoolProps) {
    throwIfOfOtherKinds(
      scope,
      'KarpenterGpuNodePoolProps',
      props,
      id,
      (given) => new KarpenterGpuNodePool(scope, id, given),
    );
    const spec = specOf(id, props);
    super(
      scope,
      id,
      spec,
      allOf(
        () => gpuNodePoolFaults(spec, false),
        () => karpenterFaults(spec, props),
        () => otherTypeFaults(spec, props.otherInstanceTypes),
        () => otherTypeRegionFaults(scope, spec, props),
      ),
      props.provider,
    );
    this.#spec = spec;

    const { cluster, poolName } = spec;
    const { name, tags, provider, role, efaReady, placementGroup } = this._parts;
    const access = nodeAccess(this, {
      cluster,
      nodeRoleArn: spec.nodeRoleArn,
      isMade: props.nodeAccessEntry ?? true,
      role,
      tags,
      provider,
    });
    this.ready = [...role.ready, ...access, ...efaReady, ...(placementGroup ? [placementGroup] : [])];
    this.#objects = karpenterObjects(spec, {
      roleName: role.roleName,
      subnetIds: this.subnetIds,
      securityGroupIds: [...cluster.securityGroupIds, ...(this.efaSecurityGroupId ? [this.efaSecurityGroupId] : [])],
      placementGroupName: this.placementGroupName,
      otherInstanceTypes: props.otherInstanceTypes ?? [],
      labels: this.nodeLabels,
      taints: this.taints,
      // Custom resources escape their text themselves.
      tags: mergedTags({ Name: name }, { ...cluster.tags, ...spec.tags }),
    });
    const karpenter =
      ClusterLedger.of(cluster).singleton<ITerraformDependable[]>(ClusterSingleton.KARPENTER)?.value ?? [];
    const installation = KarpenterInstallation.of(props.workloads ?? this, this, {
      cluster,
      releaseName: helmReleaseName(`karpenter-${poolName}`),
      namespace: props.namespace ?? 'kube-system',
      resources: this.objects,
      dependsOn: [...this.ready, ...(props.dependsOn ?? []), ...karpenter],
    });
    checkSubnetZones(this, spec, provider);
    const { block } = spec.capacity;
    if (block) {
      capacityBlockAlarm(this, { name, tags, provider, block });
      checkBlockTimes(this, block, false);
    }
    warnOfPool(this, spec);
    if (!isPinned(spec)) warnOfUnpinnedImage(this, spec);
    warnOfUnnamedZone(this, spec, this.subnetIds);
    warnOfSharedReservation(this, spec);
    enterInstancePool(this, spec);
    enterKarpenterPool(this, {
      nodeRoleArn: this.nodeRoleArn,
      isStatic: spec.minNodes === spec.maxNodes,
      hasOverlay: spec.efa,
      objects: installation.ready.filter((each) => TerraformResource.isTerraformResource(each)),
    });
    // What is waited for is what installs Karpenter.
    if (!props.dependsOn?.length) ClusterLedger.of(cluster).addNeed(ClusterSingleton.KARPENTER, this);
  }

  /** Labels that Karpenter itself sets on the nodes, as far as their values are known. */
  public get platformLabels(): { [key: string]: string } | undefined {
    return {
      'karpenter.sh/nodepool': nodePoolName(this.#spec),
      'karpenter.sh/capacity-type': capacityType(this.capacity.kind),
    };
  }

  /** Allocatable resources of one node that differ from those of the hardware: pods with an address, and huge pages. */
  public get allocatable(): { [resource: string]: string } | undefined {
    const { image, instanceType, efa } = this.#spec;
    return {
      pods: String(maxPodsBeside(instanceType, layoutOf(this.#spec)) ?? instanceType.defaultMaxPods),
      ...otherHugePages(image, instanceType, efa),
    };
  }

  /** Karpenter's objects: an EC2NodeClass, a NodePool and, with EFA, a NodeOverlay. Copies. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public get objects(): { [key: string]: any }[] {
    return this.#objects.map((each) => ({ ...each }));
  }

  /** Which values were derived from the description, and why, as human-readable text. */
  public explain(): string {
    return explainPool(this.#spec, this.subnetIds, false);
  }
}

nameClass('KarpenterGpuNodePool', KarpenterGpuNodePool);

function otherTypeRegionFaults(scope: Construct, spec: GpuNodePoolSpec, props: KarpenterGpuNodePoolProps): Fault[] {
  return (props.otherInstanceTypes ?? []).flatMap((instanceType, index) =>
    typeRegionFaults(scope, { ...spec, instanceType }, props.provider).map(({ id, reason }) =>
      fault(id, `otherInstanceTypes[${index}]`, reason),
    ),
  );
}

/** @see https://karpenter.sh/docs/tasks/managing-amis/ */
function warnOfUnpinnedImage(scope: Construct, { image, cluster }: GpuNodePoolSpec): void {
  const cure =
    image.family === NodeImageFamily.BOTTLEROCKET
      ? 'NodeImage.bottlerocket({ releaseVersion })'
      : `kubernetesVersion to cluster '${cluster.clusterName}', or NodeImage.al2023({ releaseVersion })`;
  addWarning(
    scope,
    fault(
      'IMAGE_NOT_PINNED',
      'image',
      `no release of image '${image}' is pinned, so each node that Karpenter launches gets the newest of its day; running nodes keep theirs, and no ` +
        `change of the pool replaces them; pass ${cure}`,
    ),
  );
}
