import { CapacityPlan } from '../../planning/capacity-plan';

/**
 * The choice of a plan, for use within a sentence: `bf16 on 1 × g6e.xlarge (tensor 1), context 8192, 4 sequences`.
 *
 * @internal
 */
export function choiceText({
  precision,
  nodes,
  instanceType,
  parallelism,
  contextLength,
  concurrency,
}: CapacityPlan): string {
  return (
    `${precision.name} on ${nodes} × ${instanceType.name} (${parallelism}), context ${contextLength}, ${concurrency} sequence` +
    (concurrency === 1 ? '' : 's')
  );
}
