import { Lazy, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { addValidation, warnOnce } from '../../core/validation';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { schedulingHintsOf } from '../../kubernetes/scheduling-hints';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { Fault, fault } from '../../units/fault';
import { ServerAutoscaling } from '../scaling/server-autoscaling';
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
  /** What decides about them where they cannot be told. @default - they are as said here */
  readonly setBy?: string;
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

  /** Decides at each synthesis; called once. */
  public decideFor(owner: IConstruct, name: string, workload: TerraformResource): void {
    const { maxSurge, maxUnavailable } = this.#props;
    // Nothing runs beside the old servers.
    if (this.#isRecreate) return;
    if (maxSurge !== undefined && maxSurge > 0) {
      addValidation(owner, () => this.#surgeFaults(name, maxSurge, workload));
      warnOnce(owner, () => this.#surgeWarnings(name, maxSurge, workload));
    }
    if (maxSurge === undefined && (maxUnavailable ?? 0) === 0 && this.#isOne) {
      warnOnce(owner, () => this.#decideForOne(name, workload));
    }
  }

  #decideForOne(name: string, workload: TerraformResource): Fault[] {
    const { nodePool, maxReplicas, autoscaling } = this.#props;
    this.#hasRoom = this.#checks._hasRoomFor(workload, 1);
    // How many the scaler of another program leaves is not known.
    const least = autoscaling?.minReplicas ?? (maxReplicas === undefined ? 1 : undefined);
    if (this.#hasRoom || least === undefined || least > 1) return [];
    const { podsPerPool = Infinity, placementRule } = schedulingHintsOf(workload);
    const pool = `pool '${nodePool.poolName}'`;
    const [which, more, others] = autoscaling
      ? ['the only server that the scaler leaves at low load', 'raise minReplicas to 2', `${maxReplicas} and one more`]
      : ['its only server', 'raise replicas', 'both'];
    const [why, cure] =
      podsPerPool < 2
        ? [`${placementRule} lets one of them run on ${pool}`, `make it a preference, ${more}`]
        : [`the nodes of ${pool} have no room for ${others}`, more];
    return [
      fault(
        'ROLLOUT_IS_AN_OUTAGE',
        'maxSurge',
        `every rollout of '${name}', e.g. of another model, configuration or image, stops ${which} before the new one has loaded its ` +
          `weights: ${why}; ${cure}, or maxNodes by an autoscaler and minNodes ` +
          'without one, or pass maxSurge: 0 if that is accepted',
      ),
    ];
  }

  /** The pool alone has room, or the deployment would have been refused. Pods that do not fit without a rollout are faults of their own. */
  #surgeFaults(name: string, surge: number, workload: TerraformResource): Fault[] {
    const checks = this.#checks;
    if (checks._hasRoomFor(workload, surge, true) || !checks._hasRoomFor(workload, 0, true)) return [];
    const { says, property, others } = this.#surgeBy;
    const reason =
      `a rollout of '${name}' starts ${surge} more before it stops old ones (${says}), but beside all other pods of this program the nodes of pool ` +
      `'${this.#props.nodePool.poolName}' have no room for them, and it would wait forever; raise maxNodes, ${others}`;
    return [fault('SURGE_EXCEEDS_POOL', property, reason)];
  }

  #surgeWarnings(name: string, surge: number, workload: TerraformResource): Fault[] {
    const checks = this.#checks;
    const { poolName, minNodes, maxNodes } = this.#props.nodePool;
    const isShort = checks._hasRoomFor(workload, 0) && !checks._hasRoomFor(workload, surge);
    if (!isShort || !checks._hasRoomFor(workload, surge, true)) return [];
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
      const others = `${less}, or pass updateStrategy: UpdateStrategy.RECREATE if an outage is accepted`;
      return { says: 'maxSurge', property: 'maxSurge', others, less };
    }
    const property = maxReplicas === undefined ? 'replicas' : 'maxReplicas';
    const less = `lower ${property}`;
    return { says: `${setBy} has it so`, property, others: `${less}, or serve by VllmDeployment`, less };
  }

  get #checks(): ClusterChecks {
    return ClusterChecks.of(this.#props.cluster);
  }

  get #isRecreate(): boolean {
    return this.#props.updateStrategy === UpdateStrategy.RECREATE;
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
