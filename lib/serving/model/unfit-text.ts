import { CapacityPlan } from '../../planning/capacity-plan';
import { largestPart, alternativeText } from '../../planning/explain';
import { Alternative } from '../../planning/plan-parts';

/** Maximum number of alternatives in a message; the plan may have more. */
const MAX_NAMED_ALTERNATIVES = 5;

/**
 * Why a plan does not fit, and which alternatives would.
 *
 * @param plan a plan that does not fit
 * @param spansNodes whether a server may have several nodes
 *
 * @internal
 */
export function unfitText(plan: CapacityPlan, spansNodes = false): string {
  const { model, precision, instanceType, parallelism, memoryPerGpu, shortfallPerGpu } = plan;
  const missing = shortfallPerGpu
    ? `${shortfallPerGpu.gib.toFixed(1)} GiB short on each GPU, which would hold ${memoryPerGpu.total.gib.toFixed(1)} GiB where ` +
      `${memoryPerGpu.available.gib.toFixed(1)} GiB of one ${instanceType.gpu.name} may be used (gpuMemoryUtilization ` +
      `${plan.gpuMemoryUtilization}), most of it ${largestPart(memoryPerGpu)}`
    : `the host has ${instanceType.memory.gib} GiB of memory, offloading needs ${plan.hostMemoryPerNode.gib.toFixed(1)} GiB`;
  // Those on the same hardware come first, because the pool exists.
  const own = (alternative: Alternative) => Number(alternative.instanceType.name === instanceType.name);
  const fitting = plan.alternatives
    .filter(spansNodes ? liesOnNodes : liesOnOneNode)
    .sort((a, b) => own(b) - own(a))
    .slice(0, MAX_NAMED_ALTERNATIVES);
  const out =
    fitting.length > 0
      ? `these would fit: ${fitting.map(alternativeText).join('; ')}`
      : 'no change that makes it fit was found';
  return (
    `${model.name} does not fit ${instanceType.name} in ${precision.name} with ${parallelism} and ${plan.concurrency} sequence(s) of ` +
    `${plan.contextLength} tokens: ${missing}; ${out}`
  );
}

/** A server of one rank on one node. */
function liesOnOneNode({ nodes, parallelism }: Alternative): boolean {
  return nodes <= parallelism.replicas && parallelism.attentionRanks === 1;
}

/** A server on whole nodes, whose ranks are each on one, as vLLM starts them. */
function liesOnNodes({ instanceType: { gpuCount }, parallelism }: Alternative): boolean {
  const { tensor, pipeline, attentionRanks, gpusPerReplica } = parallelism;
  const ofRank = tensor * pipeline;
  if (tensor > gpuCount || (gpusPerReplica > gpuCount && gpusPerReplica % gpuCount !== 0)) return false;
  return attentionRanks === 1 || gpuCount % ofRank === 0;
}
