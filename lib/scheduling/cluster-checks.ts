import { addValidation, addWarning, warnOnce } from '../core/validation';
import { Fault, fault } from '../units/fault';
import { TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { ClusterLedger } from '../core/cluster-ledger';
import { capacityFaults, capacityFindings } from './cluster-capacity-faults';
import { nearNothing } from './pod-affinity-faults';
import { explainPlacement } from './cluster-checks-table';
import { groupFaults, subnetFaults } from './cluster-group-faults';
import { placementOf } from './cluster-placement';
import { hasRoomFor } from './cluster-room';
import { largePodWarning, largePods, ownNodes } from './large-pods';
import { hasOtherNodes } from './other-nodes';
import { PlacedPool, PodPlacement } from './placement';
import { PodPriorities } from './pod-priority';
import { isSystemPool, systemLoad } from './system-pool';
import { isGeneratedSecretChart } from '../kubernetes/generated-secret';
import { synthesizedAttributes } from '../kubernetes/object-attributes';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IGpuNodePool } from '../core/gpu-node-pool';
import { foundOnce } from '../core/reading';
import { deviceRequestFaults } from './device-request-faults';
import { ResourcePods, isHelmRelease, isKubernetesResource, podsOfResource, runsPods } from './kubernetes-pods';
import { claimsWithoutClass } from './claims-without-class';
import { hasGroupAutoscaler, missingParts } from './missing-parts';
import { QueueRoom, explainQueue, queueRoom } from './kueue/queue-room';
import { AskedPods, besideFindings } from './room-beside';
import { ClusterRoom, RolloutChoice, chooseRollouts, rolloutsOn } from './rollouts';
import { resourcesOn } from './resources-on';
import { sameObjectFaults } from './same-object-faults';
import { unknownDiskWarnings } from './unknown-disk-warnings';
import { checkArguments } from '../units/argument-faults';

/**
 * The proof, at synthesis, that everything that this program deploys to a cluster can be scheduled there.
 *
 * A node of some pool that matches a pod's selector and tolerations can meet its requests; the pods of a pool, agents on every node
 * included, add up to no more than the pool has at its largest: GPUs, fabric interfaces, huge pages, memory, CPU, pods and addresses;
 * tensor parallelism stays within one NVLink domain; pools that share a group of pods share subnet and fabric. No two objects of the same
 * kind have the same name. Faults are reported all at once, as an error of the cluster when the app is synthesized.
 *
 * Pods are read from the resources of the Kubernetes provider in the construct tree (Deployment, DaemonSet, StatefulSet, Job, CronJob,
 * Pod), as they will be synthesized: both those of this library and the user's own, including overrides. Only what this program knows is
 * checked: pods without GPUs are checked against the system nodes that this program makes with a cluster, unless it makes others beside them, and
 * are assumed to run on nodes that are not known here where it makes none. Pods for such nodes, with GPUs or without, must
 * have the annotation `gpu-inference-constructs/elsewhere: "true"`.
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
        if (found.capacity.length === 0) {
          checks.warn(found.pods);
          checks.warnOfSystemNodes(found.pods);
          checks.warnOfDisks(found.pods);
          checks.warnOfLargePods(found.pods);
        }
        return found.faults;
      });
      warnOnce(cluster, () => [
        ...missingParts(cluster),
        ...claimsWithoutClass(cluster, checks.resources(isKubernetesResource)),
        ...checks.nearNothing(),
      ]);
      return checks;
    });
  }

  private readonly cluster: IKubernetesCluster;
  /** Stands for the resources of the cluster. */
  private readonly found = {};
  /** What the choices of rollouts are kept by. */
  private readonly choices = { byHand: {}, byItself: {} };
  private readonly warned = new Set<PlacedPool>();
  private readonly warnedOfDisks = new Set<IGpuNodePool>();
  private readonly warnedOfLargePods = new Set<string>();
  private warnedOfSystemNodes = false;
  /** Stand for the placements that `_hasRoomFor` finds. */
  private readonly room = { byHand: {}, byItself: {} };

  private constructor(cluster: IKubernetesCluster) {
    this.cluster = cluster;
  }

  /** All faults so far. */
  public get faults(): Fault[] {
    return this.findings().faults;
  }

  private findings() {
    const objects = [...this.resources(isKubernetesResource), ...this.resources(isHelmRelease)];
    const pods = podsOf(objects);
    const placement = this.placement(pods);
    const capacity = capacityFaults(placement);
    const faults = [
      ...sameObjectFaults(objects),
      ...pods.flatMap(deviceRequestFaults),
      ...placement.faults,
      ...capacity,
      ...besideFindings(askedOf(pods), (asked) => this.placed(asked)).map((finding) => finding.fault),
      ...groupFaults(placement),
      ...subnetFaults(placement.pools),
    ];
    return { faults, capacity, pods };
  }

  /**
   * Which pools the pods are placed on, the resulting utilization of the pools, and, where pods of several sizes share nodes, whether the scheduler may
   * spread the small ones so that large ones wait, as a human-readable table.
   */
  public explain(): string {
    const placement = this.placement(podsOf(this.workloads()));
    const queues = this.queues(placement).map(explainQueue);
    const table = explainPlacement(placement, largePods(placement, this.priorities(), ownNodes));
    return [table, ...(queues.length > 0 ? ['', 'Queues, and what they hand out:', ...queues] : [])].join('\n');
  }

  /**
   * Whether the pools have room for more pods of a resource, or groups of pods, beside everything else, on nodes that exist or that an autoscaler adds.
   *
   * @param resource what runs the pods
   * @param more how many more, or groups of them
   * @param byHand whether nodes that somebody adds by hand count too, up to the most that a pool may have
   *
   * @internal
   */
  public _hasRoomFor(resource: TerraformResource, more: number, byHand = false): boolean {
    const { pods, placement, short } = this.roomOf(resource, byHand);
    const name = pods.get(resource)?.demand?.name;
    const it = placement.demands.find(({ demand }) => demand.name === name);
    if (it === undefined || it.pools.length === 0 || it.pools.some(({ pool }) => short.has(pool))) return false;
    return hasRoomFor(placement, it, new Map([[it, more * (it.demand.podsPerGroup ?? 1)]]));
  }

  /**
   * Whether servers of a rollout may be started before old ones stop, whichever other rollouts on the cluster come at the same time.
   *
   * @param resource what runs the servers
   * @param byHand whether nodes that somebody adds by hand count too; of rollouts that are told to alone
   *
   * @internal
   */
  public _rolloutOf(resource: TerraformResource, byHand = false): RolloutChoice | undefined {
    const choices = foundOnce(TerraformStack.of(resource), this.choices[byHand ? 'byHand' : 'byItself'], () => {
      const all = rolloutsOn(this.cluster).filter(({ told }) => !byHand || told !== undefined);
      return chooseRollouts(all, this.roomOf(resource, byHand));
    });
    return choices.get(resource);
  }

  /**
   * Where all pods are, looked at once while a stack is read.
   *
   * @param stack the stack
   *
   * @internal
   */
  public _placementIn(stack: TerraformStack): PodPlacement {
    return foundOnce(stack, this.room, () => this.placement(podsOf(this.workloads())));
  }

  /** Where all pods are for rollouts. */
  private roomOf(resource: TerraformResource, byHand: boolean): ClusterRoom {
    const stack = TerraformStack.of(resource);
    const pods = foundOnce(stack, this, () => new Map(this.workloads().map((each) => [each, podsOfResource(each)])));
    const { placement, short, queues } = foundOnce(stack, this.room[byHand ? 'byHand' : 'byItself'], () => {
      const placed = this.placement([...pods.values()], (pool) =>
        pool.isAutoscaled === false && !byHand ? pool.minNodes : pool.maxNodes,
      );
      const found = capacityFindings(placed).flatMap((finding) => finding.pools);
      return { placement: placed, short: new Set(found), queues: this.queues(placed) };
    });
    return { pods, placement, short, queues };
  }

  private queues(placement: PodPlacement): QueueRoom[] {
    return ClusterLedger.of(this.cluster).queues.flatMap(({ owner, value }) =>
      value.map((pool) => queueRoom(owner.node.path, pool, placement)),
    );
  }

  private placement(pods: readonly ResourcePods[], nodesOf?: (pool: PlacedPool) => number): PodPlacement {
    return this.placed(askedOf(pods), nodesOf);
  }

  private placed(asked: Parameters<typeof placementOf>[1], nodesOf?: (pool: PlacedPool) => number): PodPlacement {
    const { cluster } = this;
    const system = systemLoad(cluster, nodesOf);
    const others = { system, isAll: system !== undefined && !hasOtherNodes(cluster) };
    return placementOf(this.pools, asked, { toleratesRequested: this.isEks, nodesOf, others });
  }

  /** Pods that must be near others that nothing here runs; charts may run any in their namespaces. */
  private nearNothing(): Fault[] {
    const namespaces = this.resources(isHelmRelease)
      .filter((each) => !runsPods(each))
      .map((each) => synthesizedAttributes(each))
      .filter(({ chart }) => !isGeneratedSecretChart(chart))
      .map(({ namespace }) => String(namespace ?? 'default'));
    const isUnknown = (namespace: string) => namespaces.some((each) => each === namespace || each.includes('${'));
    return nearNothing(this.placement(podsOf(this.workloads())).demands, isUnknown);
  }

  /** Warns of pods that only fit on nodes that no autoscaler adds. */
  private warn(pods: readonly ResourcePods[]): void {
    const isFixed = ({ isAutoscaled, minNodes, maxNodes }: IGpuNodePool) =>
      isAutoscaled === false && minNodes < maxNodes;
    const fixed: ReadonlySet<PlacedPool> = new Set(this.pools.filter(isFixed));
    if (fixed.size === 0) return;
    const first = (pool: PlacedPool) => (fixed.has(pool) ? pool.minNodes : pool.maxNodes);
    const atFirst = this.placement(pods, first);
    const long = besideFindings(askedOf(pods), (asked) => this.placed(asked, first));
    const short = new Set([
      ...capacityFindings(atFirst).flatMap(({ pools }) => pools.map(({ poolName }) => poolName)),
      ...long.flatMap(({ pools }) => pools),
    ]);
    for (const pool of [...fixed].filter((each) => short.has(each.poolName) && !this.warned.has(each))) {
      this.warned.add(pool);
      addWarning(
        this.cluster,
        fault(
          'POOL_CANNOT_SCALE_UP',
          undefined,
          `pool '${pool.poolName}' starts with ${pool.minNodes} ${pool.minNodes === 1 ? 'node' : 'nodes'}, too few for its pods, and no ` +
            `autoscaler is declared that would add more, up to maxNodes (${pool.maxNodes}); raise minNodes, pass ` +
            'autoscaling: Autoscaling.clusterAutoscaler(), or scale the pool by hand',
        ),
      );
    }
  }

  /** Warns of pods without GPUs that need more system nodes than there are at first, where nothing adds any. */
  private warnOfSystemNodes(pods: readonly ResourcePods[]): void {
    const { cluster } = this;
    const { pool } = systemLoad(cluster) ?? {};
    if (pool === undefined || pool.minNodes >= pool.maxNodes || this.warnedOfSystemNodes) return;
    const atFirst = this.placement(pods, (each) => (isSystemPool(each) ? each.minNodes : each.maxNodes));
    if (!capacityFindings(atFirst).some(({ pools }) => pools.some(isSystemPool)) || hasGroupAutoscaler(cluster)) return;
    this.warnedOfSystemNodes = true;
    addWarning(
      cluster,
      fault(
        'SYSTEM_NODES_CANNOT_SCALE_UP',
        'systemNodes.minNodes',
        `cluster '${cluster.clusterName}' starts with ${pool.minNodes} system ${pool.minNodes === 1 ? 'node' : 'nodes'} (${pool.hardware.name}), too ` +
          `few for the pods without GPUs, and nothing in this program adds more, up to systemNodes.maxNodes (${pool.maxNodes}); raise ` +
          'systemNodes.minNodes, or create a ClusterAutoscaler',
      ),
    );
  }

  /** Warns of pods that need more disk than nodes have by default, where nobody says how much they have. */
  private warnOfDisks(pods: readonly ResourcePods[]): void {
    for (const { pool, warning } of unknownDiskWarnings(this.pools, this.placement(pods))) {
      if (this.warnedOfDisks.has(pool)) continue;
      this.warnedOfDisks.add(pool);
      addWarning(pool, warning);
    }
  }

  /** Warns of pods for which there is only room if the scheduler packs others. */
  private warnOfLargePods(pods: readonly ResourcePods[]): void {
    const isShort = ({ pool }: { pool: PlacedPool }) => this.warned.has(pool);
    for (const found of largePods(this.placement(pods), this.priorities(), ownNodes)) {
      const { demands, mayWait, pools } = found;
      if (!mayWait || pools.some(isShort) || this.warnedOfLargePods.has(demands[0].demand.name)) continue;
      this.warnedOfLargePods.add(demands[0].demand.name);
      addWarning(this.cluster, largePodWarning(found));
    }
  }

  private priorities(): PodPriorities {
    return new PodPriorities(this.resources(isKubernetesResource));
  }

  /**
   * EKS has the admission plugin ExtendedResourceToleration on all its clusters; elsewhere it is off by default.
   *
   * @see https://docs.aws.amazon.com/eks/latest/userguide/platform-versions.html
   */
  private get isEks(): boolean {
    return this.cluster.connection.eksClusterName !== undefined;
  }

  private get pools(): IGpuNodePool[] {
    return ClusterLedger.of(this.cluster).pools;
  }

  /** What pods on the cluster come of: resources of the Kubernetes provider, and releases of Helm that declare pods. */
  private workloads(): TerraformResource[] {
    return [...this.resources(isKubernetesResource), ...this.resources(isHelmRelease)].filter(runsPods);
  }

  private resources(isOfKind: (construct: IConstruct) => construct is TerraformResource): TerraformResource[] {
    return foundOnce(TerraformStack.of(this.cluster), this.found, () => resourcesOn(this.cluster)).filter(isOfKind);
  }
}

checkArguments('ClusterChecks', ClusterChecks);

function podsOf(objects: readonly TerraformResource[]): ResourcePods[] {
  return objects.filter(runsPods).map(podsOfResource);
}

function askedOf(pods: readonly ResourcePods[]): AskedPods[] {
  return pods.flatMap(({ path, demand }) => (demand ? [{ path, demand }] : []));
}
