import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityPlanner } from '../../planning/capacity-planner';
import { missedTargets, READABLE } from '../../planning/targets';
import { choiceText } from '../../serving/model/choice-text';
import { Fault, fault } from '../../units/fault';

/**
 * That people wait longer for a model's answers than they like, with a choice that is fast enough, if there is one.
 *
 * @internal
 */
export function paceWarnings(name: string, plan: CapacityPlan, region?: string): Fault[] {
  const missed = missedTargets(plan, READABLE);
  if (missed.length === 0) return [];
  const { model, contextLength, concurrency } = plan;
  const [best] = CapacityPlanner.search({ model, contextLength, concurrency, region, limit: 1 });
  const isFaster = best && missedTargets(best, READABLE).length === 0;
  const faster = isFaster
    ? `${choiceText(best)}, takes ${Math.round(best.decodeLatencyMs)} ms a token and ${Math.round(best.timeToFirstTokenMs)} to the first`
    : 'no single node of the catalog is fast enough';
  return [
    fault(
      'SLOWER_THAN_READING',
      undefined,
      `people will wait for model '${name}': ${missed.map(({ text }) => text).join(' and ')}; ${faster}; choose that, or pass ` +
        'the targets that are enough, e.g. targets: { minOutputTokensPerSecond: 100 } for batches',
    ),
  ];
}
