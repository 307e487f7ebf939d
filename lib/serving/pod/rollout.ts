import { Lazy, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { warnOnce } from '../../core/validation';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { fault } from '../../units/fault';

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
  readonly maxSurge?: number;
  readonly maxUnavailable?: number;
}

/**
 * How a rollout replaces the pods of a deployment. A single server is replaced without an outage where the pools have room for a second one;
 * where they have not, it says so.
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
    return this.#unavailable > 0;
  }

  /** On a full pool a new pod gets a GPU only after an old one has gone, and would wait forever. */
  public get strategy() {
    return {
      type: 'RollingUpdate',
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

  /** Decides at each synthesis; called once. */
  public decideFor(owner: IConstruct, name: string, workload: TerraformResource): void {
    const { cluster, nodePool, maxSurge, maxUnavailable, maxReplicas } = this.#props;
    if (maxSurge !== undefined || (maxUnavailable ?? 0) > 0 || !this.#isOne) return;
    warnOnce(owner, () => {
      this.#hasRoom = ClusterChecks.of(cluster)._hasRoomForOneMore(workload);
      if (this.#hasRoom || maxReplicas !== undefined) return [];
      return [
        fault(
          'ROLLOUT_IS_AN_OUTAGE',
          'maxSurge',
          `every rollout of '${name}', e.g. of another model, configuration or image, stops its only server before the new one has loaded its ` +
            `weights: the nodes of pool '${nodePool.poolName}' have no room for both; raise replicas, or maxNodes by an autoscaler and minNodes ` +
            'without one, or pass maxSurge: 0 if that is accepted',
        ),
      ];
    });
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
