import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityTargets } from '../../planning/capacity-request';
import { missedTargets, READABLE } from '../../planning/targets';

/** Alternatives that are named. */
const NAMED = 3;

/**
 * Why the planner chose the hardware of a plan: what else fits and what it costs, and what would cost less where it is sold.
 *
 * @param chosen the plan
 * @param choices what it was chosen from in a region or, without one, anywhere, cheapest first
 * @param targets those that the user gave @default - answers as fast as people read
 * @param region region of the topology, if it is known
 *
 * @internal
 */
export function choiceReason(
  chosen: CapacityPlan,
  choices: (region?: string) => CapacityPlan[],
  targets: CapacityTargets | undefined,
  region?: string,
): string {
  const reaching = (plans: CapacityPlan[]) =>
    cheapestOfEach(plans.filter((plan) => missedTargets(plan, targets ?? READABLE).length === 0));
  if (reaching([chosen]).length === 0 && !targets && chosen.cpuOffload.bytes > 0)
    return `Chosen: the cheapest that fits with weights in host memory, by list prices (on demand, us-east-1), not as fast as people read: ${offer(chosen)}.`;
  if (reaching([chosen]).length === 0)
    return `Chosen: nothing that fits ${targets ? 'reaches the targets' : 'answers as fast as people read'}; this comes nearest: ${offer(chosen)}.`;
  const here = reaching(choices(region));
  const others = here.filter(({ instanceType }) => instanceType.name !== chosen.instanceType.name);
  const price = listPrice(chosen);
  const cheaper =
    region === undefined || price === undefined
      ? []
      : reaching(choices()).filter(
          (plan) =>
            (listPrice(plan) ?? Infinity) < price &&
            here.every(({ instanceType }) => instanceType.name !== plan.instanceType.name),
        );
  const what = targets ? 'fits and reaches the targets' : 'fits and answers as fast as people read';
  return [
    `Chosen: of what ${what}, the cheapest by list prices (on demand, us-east-1): ${offer(chosen)}.`,
    ...(others.length > 0 ? [`Next: ${others.slice(0, NAMED).map(offer).join('; ')}.`] : []),
    ...(cheaper.length > 0
      ? [`Cheaper, but not sold in ${region} as far as is known: ${cheaper.slice(0, NAMED).map(offer).join('; ')}.`]
      : []),
  ].join('\n');
}

/** The first plan of each instance type. */
function cheapestOfEach(plans: readonly CapacityPlan[]): CapacityPlan[] {
  const seen = new Set<string>();
  return plans.filter(({ instanceType: { name } }) => !seen.has(name) && seen.add(name));
}

function listPrice({ instanceType, nodes }: CapacityPlan): number | undefined {
  return instanceType.listPricePerHour === undefined ? undefined : instanceType.listPricePerHour * nodes;
}

function offer(plan: CapacityPlan): string {
  const price = listPrice(plan);
  return (
    `${plan.nodes} × ${plan.instanceType.name} in ${plan.precision.name} at ` +
    (price === undefined ? 'a price that is not known' : `$${price.toFixed(2)} an hour`)
  );
}
