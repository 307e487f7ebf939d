import { Fault, untitled } from '../../units/fault';
import { GpuInstanceType } from '../../catalog/gpu-instance-type';
import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityPlanner } from '../../planning/capacity-planner';
import { ServingLoad } from '../../planning/capacity-request';
import { unfitText } from '../../serving/model/serving-plan';
import { ServedModel } from '../../serving/model/served-model';

/** Replicas beyond which a target is taken for a mistake, where neither replicas nor a pool bound them. */
const MOST_REPLICAS = 64;

/**
 * Hardware that a model may be planned on.
 *
 * @internal
 */
export interface ChoiceHardware {
  /** @default - any of the catalog */
  readonly instanceType?: GpuInstanceType;
  /** Most nodes of the pool. @default - as many as the replicas need */
  readonly maxNodes?: number;
}

/**
 * The planner's choice: on the hardware given or, without, on the smallest that fits and reaches the targets, with as many replicas as
 * were asked for or the targets need. Where nothing fits, the plan is one that says so, with ways out: on the hardware given, or on the
 * node with the most GPU memory.
 *
 * @throws UnscopedValidationError with all faults of the request
 *
 * @internal
 */
export function choosePlan(served: ServedModel, hardware: ChoiceHardware): CapacityPlan {
  const { model, contextLength, concurrency, inputTokens, outputTokens, precision, parallelism, targets } = served;
  const { instanceType } = hardware;
  const { checkpointSize } = served;
  const load: ServingLoad = { model, contextLength, concurrency, inputTokens, outputTokens, checkpointSize };
  if (instanceType && !targets) {
    const plan = CapacityPlanner.plan({ ...load, instanceType, precision, parallelism });
    return withReplicas(load, plan, served.replicas);
  }
  const [best] = CapacityPlanner.search({
    ...load,
    parallelism,
    targets,
    candidates: instanceType && [{ instanceType }],
    precisions: precision && [precision],
    maxReplicas: served.replicas ?? (hardware.maxNodes ?? MOST_REPLICAS) * (instanceType?.gpuCount ?? 1),
    limit: 1,
  });
  if (best) return withReplicas(load, best, served.replicas);
  return CapacityPlanner.plan({ ...load, instanceType: instanceType ?? largest(precision), precision, parallelism });
}

/** The node with the most GPU memory among those that compute in a precision. */
function largest(precision?: Precision): GpuInstanceType {
  const usable = GpuInstanceType.ALL.filter((type) => !type.legacy && (!precision || type.gpu.supports(precision)));
  return usable.reduce((most, type) => (type.totalGpuMemory.bytes > most.totalGpuMemory.bytes ? type : most));
}

/** The same plan for another number of replicas. */
function withReplicas(load: ServingLoad, plan: CapacityPlan, replicas: number | undefined): CapacityPlan {
  if (replicas === undefined || replicas === plan.replicas) return plan;
  const { tensor, pipeline, expert } = plan.parallelism;
  const { instanceType, precision } = plan;
  const parallelism = Parallelism.of({ tensor, pipeline, expert: Math.min(expert, tensor), data: replicas });
  return CapacityPlanner.plan({ ...load, instanceType, precision, parallelism });
}

/**
 * Why a choice will not do: it does not fit, or misses a target.
 *
 * @internal
 */
export function choiceFaults(served: ServedModel, plan: CapacityPlan): Fault[] {
  if (!plan.fits) return [untitled(unfitText(plan, false))];
  const { maxTimePerOutputTokenMs, maxTimeToFirstTokenMs, minOutputTokensPerSecond } = served.targets ?? {};
  const misses: string[] = [];
  const miss = (what: string, wanted: number, reached: number) =>
    misses.push(
      `targets.${what} ${wanted} is not reached: ${plan.summary} comes nearest with ${reached.toPrecision(4)}`,
    );
  if (maxTimePerOutputTokenMs !== undefined && plan.decodeLatencyMs > maxTimePerOutputTokenMs)
    miss('maxTimePerOutputTokenMs', maxTimePerOutputTokenMs, plan.decodeLatencyMs);
  if (maxTimeToFirstTokenMs !== undefined && plan.timeToFirstTokenMs > maxTimeToFirstTokenMs)
    miss('maxTimeToFirstTokenMs', maxTimeToFirstTokenMs, plan.timeToFirstTokenMs);
  if (minOutputTokensPerSecond !== undefined && plan.outputTokensPerSecond < minOutputTokensPerSecond)
    miss('minOutputTokensPerSecond', minOutputTokensPerSecond, plan.outputTokensPerSecond);
  return misses.map((text) =>
    untitled(`${text}; allow more replicas, other hardware or fewer bits, or relax the target`),
  );
}

/**
 * Whether a plan that is kept makes the choice that the planner would make today. Replicas that the caller states are no choice.
 *
 * @internal
 */
export function sameChoice(served: ServedModel, kept: CapacityPlan, today: CapacityPlan): boolean {
  if (served.replicas === undefined) return kept.sameChoice(today);
  const within = ({ tensor, pipeline, expert }: Parallelism) => `${tensor} ${pipeline} ${expert}`;
  return (
    kept.model.name === today.model.name &&
    kept.instanceType.name === today.instanceType.name &&
    kept.precision === today.precision &&
    kept.kvCachePrecision === today.kvCachePrecision &&
    kept.contextLength === today.contextLength &&
    within(kept.parallelism) === within(today.parallelism)
  );
}
