import { ITerraformDependable, Lazy, TerraformStack } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused, throwOfCall } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName, kubernetesNameFault } from '../../core/naming';
import { otherClusterFault } from '../../core/other-cluster-fault';
import { concreteFault } from '../../core/tokens';
import { addValidation } from '../../core/validation';
import { CustomResources } from '../../kubernetes/custom-resources';
import { customResourcesValues } from '../../kubernetes/custom-resources-chart';
import { cores, decimalQuantity } from '../../kubernetes/quantity';
import { checkArguments } from '../../units/argument-faults';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';
import { ClusterChecks } from '../cluster-checks';
import { gpuResource, nodeAllocatable } from '../node-allocatable';
import { QueueRoom, heldOutside, queueRoom, queueRoomFaults } from './queue-room';
import { queuedNodes } from './queued-nodes';

const API_VERSION = 'kueue.x-k8s.io/v1beta2';

/**
 * A queue of Kueue, which admits groups of pods whole.
 */
export interface IGpuQueue extends IConstruct {
  /** Name of the ClusterQueue. */
  readonly clusterQueueName: string;
  /** The cluster it is on. */
  readonly cluster: IKubernetesCluster;
  /** The pools whose nodes it hands out. @default - not known: the queue was not made by this program */
  readonly nodePools?: IGpuNodePool[];
  /** Dependency of what waits in it. */
  readonly ready: ITerraformDependable[];
}

/**
 * Properties of `GpuQueue`.
 */
export interface GpuQueueProps {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** The pools whose nodes it hands out, at least one; each is in one queue only. */
  readonly nodePools: IGpuNodePool[];
  /** Name of the ClusterQueue, unique on the cluster. @default - the construct's id */
  readonly name?: string;
}

/**
 * What a queue of another program is known by.
 */
export interface GpuQueueAttributes {
  /** The cluster. */
  readonly cluster: IKubernetesCluster;
  /** Name of the ClusterQueue. It must admit the namespaces of those that wait in it, and have a quota for every resource that their pods ask for. */
  readonly clusterQueueName: string;
}

/**
 * A queue by which the nodes of pools are handed out to whole groups of pods: a group that does not fit what is free waits, and holds no GPU of another
 * meanwhile.
 *
 * It makes a ClusterQueue for all namespaces, with a flavor for each pool, whose quota is what pods can have on all of its nodes: `maxNodes` where
 * the cluster autoscaler or Karpenter adds them, and of a pool that begins without any; else `minNodes`. Kueue counts only what waits in its
 * queues, so that the quota leaves out what servers and trainings of this program that wait in none may hold on the pool, wherever the scheduler places
 * them: whole nodes where pods of the queue need whole nodes. `ClusterChecks.explain()` says how much that is; what is then left for nothing in the queue
 * is refused at synthesis. Pods of other programs are not known: one that takes GPUs of the pool leaves an admitted group pending.
 *
 * Throws a `ValidationError` for no pools, for pools of another cluster or of another queue, and for a name that Kubernetes refuses.
 *
 * @see https://kueue.sigs.k8s.io/docs/tasks/run/leaderworkerset
 */
export class GpuQueue extends Construct implements IGpuQueue {
  /**
   * A queue that another program made, on a cluster with Kueue.
   *
   * @param scope parent
   * @param id id within the parent
   * @param attributes what it is known by
   */
  public static fromAttributes(scope: Construct, id: string, attributes: GpuQueueAttributes): IGpuQueue {
    return new ImportedGpuQueue(scope, id, attributes);
  }

  public readonly clusterQueueName: string;
  public readonly cluster: IKubernetesCluster;
  public readonly nodePools?: IGpuNodePool[];
  public readonly ready: ITerraformDependable[];

  #isLooking = false;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: GpuQueueProps) {
    throwIfOfOtherKinds(scope, 'GpuQueueProps', props, id, (given) => new GpuQueue(scope, id, given));
    super(scope, id);
    const { cluster, nodePools } = props;
    const name = props.name ?? kubernetesName(id);
    const ledger = ClusterLedger.of(cluster);
    throwIfRefused(
      this,
      allOf(
        () => kubernetesNameFault('name', name, 53),
        () => poolFaults(nodePools, cluster),
      ),
    );
    const controller = ledger.singleton<ITerraformDependable[]>(ClusterSingleton.KUEUE);
    const made = new CustomResources(this, 'Queue', {
      cluster,
      releaseName: name,
      // Queues and flavors belong to no namespace; the release itself needs one that is always there.
      namespace: 'default',
      resources: this.#resources(name, nodePools, []),
      dependsOn: controller?.value,
    });
    // What runs outside of the queue is known when everything has been created.
    made._release.values = Lazy.listValue({
      produce: () => [customResourcesValues(this.#resources(name, nodePools, this.#rooms(nodePools)))],
    });
    this.clusterQueueName = name;
    this.cluster = cluster;
    this.nodePools = [...nodePools];
    this.ready = made.ready;
    ledger.addQueue(this, nodePools);
    addValidation(this, () => {
      const faults = this.#rooms(nodePools).flatMap((room) => queueRoomFaults(name, room));
      // Where pods have no room at all, that is what is to be read.
      return faults.length === 0 || ClusterChecks.of(cluster).faults.length > 0 ? [] : faults;
    });
  }

  #resources(name: string, nodePools: readonly IGpuNodePool[], rooms: readonly QueueRoom[]) {
    return [...nodePools.map((pool) => flavor(name, pool)), clusterQueue(name, nodePools, rooms)];
  }

  #rooms(nodePools: readonly IGpuNodePool[]): QueueRoom[] {
    // Where pods are is found by reading what has been created, of which the queue is part; no pod comes of it.
    if (this.#isLooking) return [];
    this.#isLooking = true;
    try {
      const placement = ClusterChecks.of(this.cluster)._placementIn(TerraformStack.of(this));
      return nodePools.map((pool) => queueRoom(this.node.path, pool, placement));
    } finally {
      this.#isLooking = false;
    }
  }
}

checkArguments('GpuQueue', GpuQueue, throwOfCall);
nameClass('GpuQueue', GpuQueue);

class ImportedGpuQueue extends Construct implements IGpuQueue {
  public readonly clusterQueueName: string;
  public readonly cluster: IKubernetesCluster;
  public readonly ready: ITerraformDependable[] = [];

  public constructor(scope: Construct, id: string, { cluster, clusterQueueName }: GpuQueueAttributes) {
    super(scope, id);
    throwIfRefused(
      this,
      allOf(
        () => concreteFault('clusterQueueName', clusterQueueName, 'pods are queued by it'),
        () => kubernetesNameFault('clusterQueueName', clusterQueueName),
      ),
    );
    this.cluster = cluster;
    this.clusterQueueName = clusterQueueName;
  }
}

/**
 * The queue of a namespace through which a group waits: Kueue finds it by the label `kueue.x-k8s.io/queue-name` of the group.
 *
 * @param name name of the queue, and of the group
 * @param queue the queue that hands out nodes
 *
 * @internal
 */
export function localQueue(
  name: string,
  { clusterQueueName: clusterQueue }: IGpuQueue,
): { [key: string]: object | string } {
  return { apiVersion: API_VERSION, kind: 'LocalQueue', metadata: { name }, spec: { clusterQueue } };
}

function flavorName(queue: string, pool: IGpuNodePool): string {
  // Neither has a dot, so that no two flavors have one name.
  return `${queue}.${pool.poolName}`;
}

function flavor(queue: string, pool: IGpuNodePool) {
  const { nodeSelector: nodeLabels, taints } = pool;
  const nodeTaints = taints.map(({ key, value, effect }) => ({ key, value, effect }));
  return {
    apiVersion: API_VERSION,
    kind: 'ResourceFlavor',
    metadata: { name: flavorName(queue, pool) },
    spec: { nodeLabels, nodeTaints },
  };
}

/** Resources that Kueue counts by itself, or that no pod asks for. */
const NOT_COUNTED = ['pods'];
/** Local disk that is not known of a pool does not hold back what the scheduler can tell. */
const UNKNOWN_DISK = 2 ** 50;

function clusterQueue(name: string, pools: readonly IGpuNodePool[], rooms: readonly QueueRoom[]) {
  const amounts = pools.map((pool) => ({ pool, nodes: queuedNodes(pool), node: nodeAllocatable(pool) }));
  const coveredResources = [...new Set([...amounts.flatMap(({ node }) => [...node.keys()]), 'ephemeral-storage'])]
    .filter((resource) => !NOT_COUNTED.includes(resource))
    .sort();
  const flavors = amounts.map(({ pool, nodes, node }) => ({
    name: flavorName(name, pool),
    resources: coveredResources.map((resource) => {
      const ofNode = node.get(resource) ?? (resource === 'ephemeral-storage' ? UNKNOWN_DISK : 0);
      const room = rooms.find((each) => each.pool === pool);
      const left =
        room && resource === gpuResource(pool)
          ? room.handedOut
          : ofNode * nodes - (room ? heldOutside(room, resource) : 0);
      return { name: resource, nominalQuota: quota(resource, Math.max(0, left)) };
    }),
  }));
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterQueue',
    metadata: { name },
    spec: { namespaceSelector: {}, resourceGroups: [{ coveredResources, flavors }] },
  };
}

/** As Kueue itself writes it, which would be a change for whoever applies the queue by field. */
function quota(resource: string, amount: number): string {
  return resource === 'cpu' ? cores(Math.floor(amount * 1000)) : decimalQuantity(Math.floor(amount));
}

function poolFaults(pools: readonly IGpuNodePool[], cluster: IKubernetesCluster): Fault[] {
  if (pools.length === 0) return [fault('EMPTY_LIST', 'nodePools', 'nodePools is empty; name at least one pool')];
  const taken = ClusterLedger.of(cluster).queues;
  return allOf(
    () => pools.flatMap((pool, index) => otherClusterFault(pool, cluster, `nodePools[${index}]`)),
    () =>
      duplicateFaults(
        'nodePools',
        pools.map(({ poolName }) => poolName),
      ),
    () =>
      pools.flatMap((pool, index) => {
        const other = taken.find(({ value }) => value.includes(pool));
        if (!other) return [];
        const reason =
          `pool '${pool.poolName}' is handed out by the queue at '${other.owner.node.path}' already, and two would hand out its nodes twice; ` +
          'put what is to share the pool into one queue';
        return [fault('POOL_IN_OTHER_QUEUE', `nodePools[${index}]`, reason)];
      }),
  );
}
