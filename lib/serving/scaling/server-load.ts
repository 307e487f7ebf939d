import { MetricExporter } from '../../catalog/metric-kind';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityTargets } from '../../planning/capacity-request';

/**
 * Requests that one server runs at once.
 *
 * @internal
 */
export interface RequestsAtOnce {
  readonly count: number;
  /** Where the number is from, as the end of a sentence. */
  readonly why: string;
  /** Requests that it has room for at once, however slow they are. @default - `count` */
  readonly room?: number;
}

/**
 * What the scaler of a server must know about one of its models.
 *
 * @internal
 */
export interface ModelLoad {
  /** Its name in the label `model`. */
  readonly model: string;
  /** What tells of its requests. @default - nothing does */
  readonly exporter?: MetricExporter;
  /** @default - other models do all its work */
  readonly atOnce?: RequestsAtOnce;
  /** Requests that one server takes at all, those that wait included. @default - no limit is known */
  readonly most?: number;
}

/**
 * Whether somebody said how many requests a server is planned for, or how fast it must answer them.
 *
 * @internal
 */
export function statesLoad(given: { readonly concurrency?: number; readonly targets?: CapacityTargets }): boolean {
  return given.concurrency !== undefined || Object.values(given.targets ?? {}).some((target) => target !== undefined);
}

/**
 * Requests that a server of a language model runs at once by its plan.
 *
 * @param plan its plan
 * @param isStated whether the program says how many these are, or how fast answers must be with them
 *
 * @internal
 */
export function plannedAtOnce(plan: CapacityPlan, isStated: boolean): RequestsAtOnce {
  const { concurrency, inputTokens, outputTokens, kvCapacityTokens, maxSequences, parallelism } = plan;
  const scheduled = maxSequences * parallelism.withReplicas(1).attentionRanks;
  const cached = Math.floor(kvCapacityTokens / Math.max(1, inputTokens + outputTokens));
  const room = Math.max(concurrency, Math.min(scheduled, cached));
  if (isStated) return { count: concurrency, why: 'the concurrency of its plan', room };
  return {
    count: room,
    why:
      `the key-value cache has room for ${cached} requests of ${inputTokens} and ${outputTokens} tokens, the scheduler for ${scheduled}` +
      (Math.min(scheduled, cached) < concurrency ? `, and the plan is for ${concurrency}` : ''),
  };
}
