import { Fault, fault } from '../units/fault';
import { CapacityPlan } from './capacity-plan';
import { CapacityTargets } from './capacity-request';

/**
 * The targets that a plan misses, one fault each; none when it reaches all of them.
 *
 * @internal
 */
export function targetFaults(plan: CapacityPlan, targets: CapacityTargets = {}): Fault[] {
  const { maxTimePerOutputTokenMs, maxTimeToFirstTokenMs, minOutputTokensPerSecond } = targets;
  const { decodeLatencyMs, timeToFirstTokenMs, outputTokensPerSecond } = plan;
  return [
    ...missed('maxTimePerOutputTokenMs', maxTimePerOutputTokenMs, decodeLatencyMs, decodeLatencyMs, plan),
    ...missed('maxTimeToFirstTokenMs', maxTimeToFirstTokenMs, timeToFirstTokenMs, timeToFirstTokenMs, plan),
    ...missed(
      'minOutputTokensPerSecond',
      minOutputTokensPerSecond,
      outputTokensPerSecond,
      -outputTokensPerSecond,
      plan,
    ),
  ];
}

/** The fault of one target; `rank` is larger the worse it is missed, so that least and most are compared alike. */
function missed(name: string, target: number | undefined, reached: number, rank: number, plan: CapacityPlan): Fault[] {
  if (target === undefined || rank <= (rank < 0 ? -target : target)) return [];
  const property = `targets.${name}`;
  const cure = 'allow more replicas or other hardware, choose a format with fewer bits, or relax the target';
  return [
    fault(
      'TARGET_NOT_REACHED',
      property,
      `${property} ${target} is not reached: ${plan.summary} comes nearest with ${reached.toPrecision(4)}; ${cure}`,
    ),
  ];
}
