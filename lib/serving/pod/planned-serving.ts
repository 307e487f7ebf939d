import { PlannedServing } from '../../core/watchable';
import { CapacityPlan } from '../../planning/capacity-plan';

/**
 * What a plan says of each server, for monitoring.
 *
 * @internal
 */
export function plannedServing(plan: CapacityPlan): PlannedServing {
  return {
    concurrency: plan.concurrency,
    kvCapacityTokens: plan.kvCapacityTokens,
    timePerTokenMs: plan.decodeLatencyMs,
    outputTokensPerSecond: plan.outputTokensPerSecond / plan.replicas,
    gpuMemory: plan.memoryPerGpu.available,
  };
}
