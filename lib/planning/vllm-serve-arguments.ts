import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { windowOverrides } from './attention-window';
import { MediaInput } from './capacity-request';
import { PlanFacts } from './plan-fields';
import { speculativeArguments } from './speculative-arguments';

/**
 * Arguments of `vllm serve` that start a plan's first replica on one of its nodes; names are those of vLLM 0.24.0 (`engine/arg_utils.py`,
 * `entrypoints/openai/cli_args.py`), without the model, ports and what the plan does not decide.
 *
 * @param node number of the node within the replica, from zero
 * @param leader address of node zero
 *
 * @internal
 */
export function vllmServeArguments(facts: PlanFacts, node: number, leader: string): string[] {
  const { parallelism, instanceType, kvCachePrecision } = facts;
  const { tensor, pipeline, expert, attentionRanks } = parallelism;
  const nodes = Math.ceil(parallelism.gpusPerReplica / instanceType.gpuCount);
  throwIfFaulty(serveFaults(facts, node, nodes));
  const perNode = attentionRanks / nodes;
  const options: [flag: string, value: string | number | undefined, given: boolean][] = [
    ['tensor-parallel-size', tensor, true],
    ['pipeline-parallel-size', pipeline, pipeline > 1],
    ['data-parallel-size', attentionRanks, attentionRanks > 1],
    ['data-parallel-size-local', perNode, attentionRanks > 1 && nodes > 1],
    ['data-parallel-address', leader, attentionRanks > 1 && nodes > 1],
    ['data-parallel-start-rank', node * perNode, attentionRanks > 1 && node > 0],
    ['enable-expert-parallel', undefined, expert > 1],
    ['nnodes', nodes, attentionRanks === 1 && nodes > 1],
    ['node-rank', node, attentionRanks === 1 && nodes > 1],
    ['master-addr', leader, attentionRanks === 1 && nodes > 1],
    ['headless', undefined, node > 0],
    ['max-model-len', facts.contextLength, true],
    ['max-num-seqs', facts.maxSequences, true],
    ['max-num-batched-tokens', facts.maxBatchedTokens, true],
    ['gpu-memory-utilization', facts.gpuMemoryUtilization, true],
    ['kv-cache-dtype', 'fp8', kvCachePrecision.bits === 8],
    ['hf-overrides', overrides(facts), facts.attentionWindow !== undefined],
    ['language-model-only', undefined, facts.mediaInput === MediaInput.NONE],
    ['limit-mm-per-prompt', '{"video":0,"audio":0}', facts.mediaInput === MediaInput.IMAGES],
    ['speculative-config', speculativeConfig(facts), facts.speculativeDecoding !== undefined],
    ['enable-lora', undefined, facts.lora !== undefined],
    ['max-loras', facts.lora?.maxAdapters, facts.lora !== undefined],
    ['max-lora-rank', facts.lora?.maxRank, facts.lora !== undefined],
    ['enforce-eager', undefined, !facts.cudaGraphs],
    ['cpu-offload-gb', facts.cpuOffload.gib, facts.cpuOffload.bytes > 0],
  ];
  return options
    .filter(([, , given]) => given)
    .map(([flag, value]) => (value === undefined ? `--${flag}` : `--${flag}=${value}`));
}

/** `hf_overrides` as vLLM reads it. */
function overrides({ model, attentionWindow: tokens }: PlanFacts): string | undefined {
  return tokens === undefined ? undefined : JSON.stringify(windowOverrides(model, tokens));
}

/** `speculative_config` as vLLM reads it. */
function speculativeConfig({ speculativeDecoding }: PlanFacts): string | undefined {
  return speculativeDecoding && JSON.stringify(speculativeArguments(speculativeDecoding));
}

function serveFaults({ engine, parallelism, instanceType }: PlanFacts, node: number, nodes: number): Fault[] {
  const { tensor, pipeline, expert, attentionRanks } = parallelism;
  const refused = (reason: string) => [fault('PLAN_NOT_FOR_VLLM', undefined, reason)];
  if (!engine._isVllm) return refused(`the plan is for ${engine}, whose arguments are others; plan the model for vLLM`);
  if (expert > 1 && expert !== tensor * attentionRanks)
    return refused(`vLLM spreads experts over all ${tensor} tensor ranks of a replica or none; got expert ${expert}`);
  const perRank = tensor * pipeline;
  if (attentionRanks > 1 && (attentionRanks % nodes !== 0 || perRank > instanceType.gpuCount))
    return refused(
      `${attentionRanks} data-parallel ranks of ${perRank} GPUs do not divide into ${nodes} nodes of ${instanceType.name} evenly; use other degrees`,
    );
  return wholeNumberFault('node', node, 0, nodes - 1);
}
