import { CapacityPlan } from '../../planning/capacity-plan';
import { ServerScaling } from './server-scaling';

/**
 * How many servers a model has, or what sets their number, how they are replaced, and how it fits its GPUs, as text.
 *
 * @param weights how its weights come to the GPUs, where that is not the usual way
 *
 * @internal
 */
export function explainServers(
  { name, plan }: { readonly name: string; readonly plan?: CapacityPlan },
  replicas: number,
  scaling: ServerScaling | undefined,
  rollout: { explain(): string },
  weights?: string,
): string {
  const number = scaling?.explain() ?? `${replicas} server${replicas === 1 ? '' : 's'}`;
  return [
    `${name}: ${number}`,
    rollout.explain(),
    ...(weights === undefined ? [] : [weights]),
    ...(plan ? [plan.explain()] : []),
  ].join('\n');
}
