import { addValidation } from '../core/validation';
import { Fault } from '../units/fault';
import { Annotations, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { ClusterLedger, isInTree } from '../core/cluster-ledger';
import { capacityFaults, capacityFindings } from './cluster-capacity-faults';
import { explainPlacement } from './cluster-checks-table';
import { groupFaults, subnetFaults } from './cluster-group-faults';
import { Placement, placementOf } from './cluster-placement';
import { hasDefaultProvider, isOnCluster } from '../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { deviceRequestFaults } from './device-request-faults';
import { demandOfResource, isKubernetesResource, runsPods, templateOfResource } from './kubernetes-pods';
import { IScheduledWorkload } from './pod-demand';
import { sameObjectFaults } from './same-object-faults';

/**
 * The proof, at synthesis, that everything this program puts onto a cluster can be scheduled there.
 *
 * Every pod's requests can be met by a node of a pool that its selector and tolerations lead to; the pods of a pool, agents on
 * every node included, add up to no more than the pool has at its largest: GPUs, fabric interfaces, huge pages, memory, CPU, pods
 * and addresses; tensor parallelism stays within one NVLink domain; pools that share a group of pods share subnet and fabric. No two
 * objects of one kind have one name.
 * What is wrong is an error of the cluster when the app is synthesized, all faults at once.
 *
 * Pods of the Kubernetes provider's own resources (Deployment, DaemonSet, StatefulSet, Job, CronJob, Pod) on the cluster are looked
 * at too. Only what this program knows is: pods without GPUs that no known pool takes are the business of nodes that are not known
 * here. Pods with GPUs for such nodes carry the annotation `gpu-inference-constructs/elsewhere: "true"`.
 */
export class ClusterChecks {
  /**
   * The checks of a cluster; the same object for every call.
   *
   * @param cluster the cluster
   */
  public static of(cluster: IKubernetesCluster): ClusterChecks {
    return ClusterLedger.of(cluster).checks(() => {
      const checks = new ClusterChecks(cluster);
      addValidation(cluster, () => {
        const found = checks.findings();
        if (found.capacity.length === 0) checks.warn(found.others);
        return found.faults;
      });
      return checks;
    });
  }

  private readonly cluster: IKubernetesCluster;
  private readonly workloads = new Set<IScheduledWorkload>();
  private readonly warned = new Set<IGpuNodePool>();

  private constructor(cluster: IKubernetesCluster) {
    this.cluster = cluster;
  }

  /**
   * Makes the pods of a workload known. The constructs of this library call it themselves.
   *
   * @param workload what runs the pods
   */
  public register(workload: IScheduledWorkload): void {
    this.workloads.add(workload);
  }

  /** Everything that is wrong so far, one sentence each. */
  public get faults(): Fault[] {
    return this.findings().faults;
  }

  private findings() {
    const objects = this.objects();
    const others = this.otherPods(objects);
    const placement = this.placement(others);
    const capacity = capacityFaults(placement);
    const faults = [
      ...sameObjectFaults(objects),
      ...others.flatMap((resource) => deviceRequestFaults(resource.node.path, templateOfResource(resource))),
      ...placement.faults,
      ...capacity,
      ...groupFaults(placement),
      ...subnetFaults(placement.pools),
    ];
    return { faults, capacity, others };
  }

  /** Where the pods go and how full that makes the pools, as a table for people. */
  public explain(): string {
    return explainPlacement(this.placement(this.otherPods(this.objects())));
  }

  private placement(others: readonly TerraformResource[], nodesOf?: (pool: IGpuNodePool) => number): Placement {
    const registered = [...this.workloads].filter(isInTree);
    const found = others.flatMap((resource) => {
      const demand = demandOfResource(resource);
      return demand ? [{ node: resource.node, podDemands: [demand] }] : [];
    });
    return placementOf(this.pools, [...registered, ...found], {
      toleratesRequested: this.isEks,
      nodesOf,
    });
  }

  /** Warns of pods that only find room on nodes which nobody adds. */
  private warn(others: readonly TerraformResource[]): void {
    const isFixed = ({ isAutoscaled, minNodes, maxNodes }: IGpuNodePool) =>
      isAutoscaled === false && minNodes < maxNodes;
    const fixed = new Set(this.pools.filter(isFixed));
    if (fixed.size === 0) return;
    const atFirst = this.placement(others, (pool) => (fixed.has(pool) ? pool.minNodes : pool.maxNodes));
    const short = new Set(capacityFindings(atFirst).flatMap(({ pools }) => pools));
    for (const pool of [...fixed].filter((each) => short.has(each) && !this.warned.has(each))) {
      this.warned.add(pool);
      Annotations.of(this.cluster).addWarning(
        `[gpu-inference-constructs:POOL_CANNOT_SCALE_UP] pool '${pool.poolName}' begins with ${pool.minNodes} node(s), which its pods do not ` +
          `fit, and no autoscaler is declared that adds some up to maxNodes (${pool.maxNodes}); raise minNodes, pass ` +
          'autoscaling: Autoscaling.clusterAutoscaler(), or scale it by hand',
      );
    }
  }

  /**
   * EKS has the admission plugin ExtendedResourceToleration on all its clusters; elsewhere it is off unless somebody turned it on.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/platform-versions.html
   */
  private get isEks(): boolean {
    return this.cluster.connection.eksClusterName !== undefined;
  }

  private get pools(): IGpuNodePool[] {
    return ClusterLedger.of(this.cluster).pools;
  }

  /** Resources of the Kubernetes provider on the cluster. */
  private objects(): TerraformResource[] {
    const constructs = this.cluster.node.root.node.findAll();
    const alone = constructs.filter((each) => ClusterLedger.of(each as IKubernetesCluster).isChecked).length === 1;
    const defaults = new Map<TerraformStack, boolean>();
    const isDefault = (stack: TerraformStack) => {
      const known = defaults.get(stack) ?? (alone && hasDefaultProvider('kubernetes', stack));
      defaults.set(stack, known);
      return known;
    };
    return constructs.filter(isKubernetesResource).filter((each) => isOnCluster(each, this.cluster, isDefault));
  }

  /** Those that run pods and that no workload of ours has made known. */
  private otherPods(objects: readonly TerraformResource[]): TerraformResource[] {
    const isOurs = (scope: IConstruct) => this.workloads.has(scope as IConstruct & IScheduledWorkload);
    return objects.filter((resource) => runsPods(resource) && !resource.node.scopes.some(isOurs));
  }
}
