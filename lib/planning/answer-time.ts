import { CapacityPlan } from './capacity-plan';
import { firstTokenUnderLoadMs } from './first-token-under-load';

/**
 * Seconds from a request to the end of an answer of the length that a plan is made for, which 99 of 100 requests stay below under its load.
 *
 * @internal
 */
export function answerSeconds(plan: CapacityPlan): number {
  return Math.ceil((firstTokenUnderLoadMs(plan) + plan.outputTokens * plan.decodeLatencyMs) / 1000);
}
