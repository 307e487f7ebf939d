import { Lazy, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { addValidation, warnOnce } from '../../core/validation';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { schedulingHintsOf } from '../../kubernetes/scheduling-hints';
import { declareRollout } from '../../scheduling/rollouts';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { Fault, fault } from '../../units/fault';
import { IGpuQueue } from '../../scheduling/kueue/gpu-queue';
import { ServerAutoscaling } from '../scaling/server-autoscaling';
import { ModelCache } from './model-cache';
import { UpdateStrategy } from './pod-additions';

/**
 * What decides about the rollouts of a deployment.
 *
 * @internal
 */
export interface RolloutOptions {
  readonly cluster: IKubernetesCluster;
  readonly nodePool: IGpuNodePool;
  readonly replicas?: number;
  readonly maxReplicas?: number;
  /** The scaler of this program, of which is known how many it leaves. */
  readonly autoscaling?: ServerAutoscaling;
  readonly updateStrategy?: UpdateStrategy;
  readonly maxSurge?: number;
  readonly maxUnavailable?: number;
  readonly modelCache?: ModelCache;
  /** Whether each server is a group of pods. @default false */
  readonly isGroup?: boolean;
  /** By which all pods of a group start at once or none of them. @default - they are placed one by one */
  readonly queue?: IGpuQueue;
  /** What decides about them where they cannot be told. @default - they are as said here */
  readonly setBy?: string;
}

interface RolloutOf {
  readonly name: string;
  readonly workload: TerraformResource;
  readonly cacheShortage: () => number | undefined;
}

/**
 * How a rollout replaces the pods of a deployment. A single server is replaced without an outage where the pools have room for a second one;
 * where they have not, it says so. Servers that a rollout is told to start beside the old ones are proved to find a node.
 *
 * Whether there is room is known when everything has been created, so it is decided by the validations of a synthesis; without them, e.g. by
 * `skipValidation`, one server goes first.
 *
 * @internal
 */
export class Rollout {
  readonly #props: RolloutOptions;
  #of?: RolloutOf;
  #hasRoom = false;

  public constructor(props: RolloutOptions) {
    this.#props = props;
  }

  /** Whether new servers come after their weights: unless old ones are told to stay until then. */
  public get awaitsImports(): boolean {
    return (this.#props.maxSurge ?? 0) === 0;
  }

  /** Whether old servers go before new ones have come; known at synthesis. */
  public get stopsFirst(): boolean {
    return this.#isRecreate || this.#unavailable > 0;
  }

  /** On a full pool a new pod gets a GPU only after an old one has gone, and would wait forever. */
  public get strategy() {
    // The API server refuses numbers of steps beside this type.
    if (this.#isRecreate) return { type: UpdateStrategy.RECREATE };
    return {
      type: UpdateStrategy.ROLLING_UPDATE,
      rollingUpdate: {
        maxSurge: Lazy.stringValue({ produce: () => String(this.#surge) }),
        maxUnavailable: Lazy.stringValue({ produce: () => String(this.#unavailable) }),
      },
    };
  }

  /** The same for groups of pods, in the form of a LeaderWorkerSet. */
  public get groupStrategy() {
    return {
      maxSurge: Lazy.numberValue({ produce: () => this.#surge }),
      maxUnavailable: Lazy.numberValue({ produce: () => this.#unavailable }),
    };
  }

  /** The strategy in the form of an object of the API. */
  public get objectStrategy() {
    if (this.#isRecreate) return { type: UpdateStrategy.RECREATE };
    return { type: UpdateStrategy.ROLLING_UPDATE, rollingUpdate: this.groupStrategy };
  }

  /**
   * Decides at each synthesis; called once.
   *
   * @param owner the construct of the servers
   * @param name their name
   * @param workload what runs them
   * @param cacheShortage MiB that their cache needs where another version comes beside an old one; undefined where it has them
   */
  public decideFor(
    owner: IConstruct,
    name: string,
    workload: TerraformResource,
    cacheShortage: () => number | undefined,
  ): void {
    const { maxSurge, cluster } = this.#props;
    this.#of = { name, workload, cacheShortage };
    addValidation(owner, () => this.#cacheFaults());
    // Nothing runs beside the old servers.
    if (this.#isRecreate) return;
    if (maxSurge !== undefined && maxSurge > 0) {
      addValidation(owner, () => this.#surgeFaults(maxSurge));
      warnOnce(owner, () => this.#surgeWarnings(maxSurge));
    }
    if (this.#chooses) warnOnce(owner, () => this.#decideForOne());
    if (this.#chooses || (maxSurge ?? 0) > 0) {
      declareRollout(cluster, owner, {
        workload,
        name,
        told: maxSurge,
        startsWhole: this.#props.queue !== undefined,
        mayStart: () => !this.#chooses || this.#cacheShortage === undefined,
      });
    }
  }

  /** How its servers are replaced, and why, as text: as far as what has been created says. */
  public explain(): string {
    const { maxSurge } = this.#props;
    if (this.#isRecreate) return 'rollouts: all servers stop before new ones start (updateStrategy RECREATE)';
    if (this.#of === undefined) return '';
    const choice = this.#checks._rolloutOf(this.#of.workload);
    const beside = choice && choice.beside.length > 0 ? `, also beside the rollouts of ${named(choice.beside)}` : '';
    const turns = `, in turns with the rollouts of ${named(choice?.beside ?? [])}, which wait for the same room`;
    const room = choice?.inTurns ? turns : beside;
    const old = `${this.#unavailable} of the old at a time stop${this.#unavailable === 1 ? 's' : ''} before new ones start`;
    if (maxSurge !== undefined && maxSurge > 0) {
      return `rollouts: ${maxSurge} more start before old ones stop (maxSurge)${choice?.hasRoom ? room : ', for which nodes have to be added'}`;
    }
    if (!this.#chooses) return `rollouts: ${old}${maxSurge === 0 ? ' (maxSurge 0)' : ''}`;
    if (choice?.hasRoom)
      return `rollouts: a new server starts before the old one stops, for which there is room${room}`;
    return `rollouts: ${old}, since ${this.#whyNot().why}`;
  }

  #decideForOne(): Fault[] {
    const { maxReplicas, autoscaling } = this.#props;
    const { name, workload } = this.#of as RolloutOf;
    this.#hasRoom = this.#checks._rolloutOf(workload)?.hasRoom ?? false;
    // How many the scaler of another program leaves is not known.
    const least = autoscaling?.minReplicas ?? (maxReplicas === undefined ? 1 : undefined);
    if (this.#hasRoom || least === undefined || least > 1) return [];
    const which = autoscaling ? 'the only server that the scaler leaves at low load' : 'its only server';
    const { why, cure } = this.#whyNot();
    return [
      fault(
        'ROLLOUT_IS_AN_OUTAGE',
        'maxSurge',
        `every rollout of '${name}', e.g. of another model, configuration or image, stops ${which} before the new one has loaded its ` +
          `weights: ${why}; ${cure}, or pass maxSurge: 0 if that is accepted`,
      ),
    ];
  }

  /** Why a new server does not start before an old one stops, and what would let it. */
  #whyNot(): { readonly why: string; readonly cure: string } {
    const { nodePool, maxReplicas, autoscaling, modelCache } = this.#props;
    const { workload } = this.#of as RolloutOf;
    const { podsPerPool = Infinity, placementRule } = schedulingHintsOf(workload);
    const pool = `pool '${nodePool.poolName}'`;
    const [more, others] = autoscaling
      ? ['raise minReplicas to 2', `${maxReplicas} and one more`]
      : ['raise replicas', 'both'];
    const nodes = 'maxNodes by an autoscaler and minNodes without one';
    if (podsPerPool < 2) {
      const why = `${placementRule} lets one of them run on ${pool}`;
      return { why, cure: `make it a preference, ${more}, or ${nodes}` };
    }
    const shortage = this.#cacheShortage;
    if (shortage !== undefined) {
      const size = Math.ceil(modelCache?.size.mib ?? 0);
      const why = `its modelCache has ${size} MiB, and weights of two versions need ${shortage} MiB`;
      return { why, cure: 'raise modelCache.size to that' };
    }
    const { beside = [], trainings = [] } = this.#checks._rolloutOf(workload) ?? {};
    if (trainings.length > 0) {
      const why = `the nodes of ${pool} have no room for ${others} while ${named(trainings)} run${trainings.length === 1 ? 's' : ''}, and it would wait for that`;
      return { why, cure: `${more}, give the training a pool of its own, or ${nodes}` };
    }
    if (beside.length > 0 && this.#checks._hasRoomFor(workload, 1)) {
      const why =
        `the nodes of ${pool} have room for one more, but not beside what the rollouts of ${named(beside)} start, which may come at the same ` +
        'time: each could hold what the other waits for';
      return { why, cure: `${more}, or ${nodes}` };
    }
    return { why: `the nodes of ${pool} have no room for ${others}`, cure: `${more}, or ${nodes}` };
  }

  /** The pool alone has room, or the deployment would have been refused. Pods that do not fit without a rollout are faults of their own. */
  #surgeFaults(surge: number): Fault[] {
    const checks = this.#checks;
    const { name, workload } = this.#of as RolloutOf;
    const { poolName } = this.#props.nodePool;
    const choice = checks._rolloutOf(workload, true);
    if (choice?.hasRoom || !checks._hasRoomFor(workload, 0, true)) return [];
    const { says, property, others } = this.#surgeBy;
    const isAlone = !checks._hasRoomFor(workload, surge, true);
    const why = isAlone
      ? `but beside all other pods of this program the nodes of pool '${poolName}' have no room for them, and it would wait forever`
      : `and so may those of ${named(choice?.beside ?? [])} at the same time, but the nodes of pool '${poolName}' have no room for all of them: each ` +
        'could hold what the other waits for, forever';
    const reason = `a rollout of '${name}' starts ${surge} more before it stops old ones (${says}), ${why}; raise maxNodes, ${others}`;
    return [fault('SURGE_EXCEEDS_POOL', property, reason)];
  }

  #surgeWarnings(surge: number): Fault[] {
    const checks = this.#checks;
    const { name, workload } = this.#of as RolloutOf;
    const { poolName, minNodes, maxNodes } = this.#props.nodePool;
    const isShort = checks._hasRoomFor(workload, 0) && checks._rolloutOf(workload)?.hasRoom !== true;
    if (!isShort || checks._rolloutOf(workload, true)?.hasRoom !== true) return [];
    const { says, property, less } = this.#surgeBy;
    const reason =
      `a rollout of '${name}' starts ${surge} more before it stops old ones (${says}), but no autoscaler is declared that would add nodes to pool ` +
      `'${poolName}' beyond minNodes (${minNodes}), which have no room for them; raise minNodes, scale the pool by hand before a rollout, up to ` +
      `maxNodes (${maxNodes}), or ${less}`;
    return [fault('SURGE_NEEDS_NODES', property, reason)];
  }

  /** Who says that servers are started first, and what else can be done. */
  get #surgeBy() {
    const { setBy, maxReplicas } = this.#props;
    if (setBy === undefined) {
      const less = 'leave maxSurge out';
      const others = this.#props.isGroup
        ? less
        : `${less}, or pass updateStrategy: UpdateStrategy.RECREATE if an outage is accepted`;
      return { says: 'maxSurge', property: 'maxSurge', others, less };
    }
    const property = maxReplicas === undefined ? 'replicas' : 'maxReplicas';
    const less = `lower ${property}`;
    return { says: `${setBy} has it so`, property, others: `${less}, or serve by VllmDeployment`, less };
  }

  /** A new version waits for room in the cache for as long as old servers beside it hold theirs, and they stay until it is ready. */
  #cacheFaults(): Fault[] {
    const { modelCache, maxReplicas, replicas = 1 } = this.#props;
    const most = maxReplicas ?? replicas;
    const surge = this.#props.maxSurge ?? 0;
    if (modelCache === undefined || this.#isRecreate || (surge === 0 && most <= this.#unavailable)) return [];
    const shortage = this.#cacheShortage;
    if (shortage === undefined) return [];
    const reason =
      `modelCache.size must be at least ${shortage} MiB: a rollout of '${this.#of?.name}' to another version of its weights starts new servers where ` +
      `old ones still run, whose weights are never evicted, and would wait for room forever; got ${Math.ceil(modelCache.size.mib)} MiB; raise it` +
      (surge > 0 && most === 1 ? ', or leave maxSurge out' : '') +
      (this.#props.isGroup ? '' : ', or pass updateStrategy: UpdateStrategy.RECREATE if an outage is accepted');
    return [fault('VERSIONS_EXCEED_CACHE', 'modelCache.size', reason)];
  }

  /** MiB that the cache needs for two versions of the weights of a server at once, where it is smaller. */
  get #cacheShortage(): number | undefined {
    return this.#of?.cacheShortage();
  }

  get #checks(): ClusterChecks {
    return ClusterChecks.of(this.#props.cluster);
  }

  get #isRecreate(): boolean {
    return this.#props.updateStrategy === UpdateStrategy.RECREATE;
  }

  /** Whether what is free decides. */
  get #chooses(): boolean {
    const { maxSurge, maxUnavailable = 0 } = this.#props;
    return maxSurge === undefined && maxUnavailable === 0 && this.#isOne && !this.#isRecreate;
  }

  /** A scaler may leave one. */
  get #isOne(): boolean {
    return this.#props.maxReplicas !== undefined || (this.#props.replicas ?? 1) === 1;
  }

  get #unavailable(): number {
    return this.#props.maxUnavailable ?? (this.#surge === 0 ? 1 : 0);
  }

  get #surge(): number {
    return this.#props.maxSurge ?? (this.#hasRoom ? 1 : 0);
  }
}

function named(names: readonly string[]): string {
  return names.map((each) => `'${each}'`).join(', ');
}
