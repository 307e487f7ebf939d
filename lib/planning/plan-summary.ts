import { PlanFacts } from './plan-fields';

/**
 * The choice in one line.
 *
 * @internal
 */
export function summaryOf(facts: PlanFacts): string {
  const gpus = `${facts.parallelism.gpus} × ${facts.instanceType.gpu.name}`;
  return (
    `${facts.model.name} in ${facts.precision.name} on ${facts.nodes} × ${facts.instanceType.name} (${gpus}, ${facts.parallelism}), ` +
    `context ${facts.contextLength}, ${facts.concurrency} sequences: ${facts.fits ? 'fits' : 'does not fit'}`
  );
}
