import { Fault, untitled } from '../../units/fault';
import { InferenceEngine } from '../../catalog/inference-engine';
import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { CapacityPlan } from '../../planning/capacity-plan';
import { ModelContext } from '../triton/model-definition';
import { VllmModelProps } from '../triton/backends/vllm-model-props';

/**
 * Formats that vLLM's quantization methods leave on the GPU; a method that is not listed may make any.
 *
 * @see https://docs.vllm.ai/en/latest/features/quantization/
 */
const METHODS: { readonly [method: string]: readonly Precision[] } = {
  awq: [Precision.INT4],
  awq_marlin: [Precision.INT4],
  gptq: [Precision.INT4, Precision.INT8],
  gptq_marlin: [Precision.INT4, Precision.INT8],
  bitsandbytes: [Precision.INT4, Precision.INT8],
  fp8: [Precision.FP8, Precision.FP8_BLOCK],
  fbgemm_fp8: [Precision.FP8],
  modelopt: [Precision.FP8],
  modelopt_fp4: [Precision.NVFP4],
  mxfp4: [Precision.MXFP4],
};

/**
 * A quantization method that does not make of the weights what the plan takes them for.
 *
 * @internal
 */
export function quantizationFaults(where: string, method: string | undefined, precision: Precision): Fault[] {
  if (method === undefined) return [];
  const made = METHODS[method] ?? Precision.ALL.filter((candidate) => candidate.quantized);
  if (made.includes(precision)) return [];
  return [
    untitled(
      `${where}: quantization '${method}' makes weights of ${made.map((p) => p.name).join(' or ')}, but precision is ${precision.name}, ` +
        `which memory and times are planned for; make them agree`,
    ),
  ];
}

/**
 * Tokens of one step for a vLLM that computes prompts whole, where it must have room for the longest: before 0.8, and until 0.11 on
 * GPUs before Ampere, which its first engine served (it refuses to start with `max_num_batched_tokens` below `max_model_len`).
 * Nothing for later ones, which cut prompts into pieces.
 *
 * @see https://github.com/vllm-project/vllm (vllm/config: SchedulerConfig)
 *
 * @internal
 */
export function wholePromptWindow({ release, instanceType }: ModelContext, contextLength: number): number | undefined {
  const [major, minor] = release.vllmVersion.split('.').map(Number);
  const firstEngine = major === 0 && (minor < 8 || (minor < 11 && instanceType.gpu.computeCapability < 8));
  return firstEngine ? Math.max(2048, contextLength) : undefined;
}

/**
 * vLLM as the planner knows it, by the version in the release.
 *
 * @internal
 */
export function vllmEngine({ release }: ModelContext): InferenceEngine {
  const [major, minor] = release.vllmVersion.split('.').map(Number);
  return major > 0 || minor >= 21 ? InferenceEngine.VLLM_0_21 : InferenceEngine.VLLM;
}

/**
 * Experts in FP8 on GPUs that do not compute in FP8, which vLLM runs from 0.9 on; before, it stops when the model is loaded.
 *
 * @see https://github.com/vllm-project/vllm/pull/16850 and https://github.com/vllm-project/vllm/issues/17579
 *
 * @internal
 */
export function expertFormatFaults(
  where: string,
  { release, instanceType: { gpu } }: ModelContext,
  model: ModelSpec,
  precision: Precision,
): Fault[] {
  const eight = precision === Precision.FP8 || precision === Precision.FP8_BLOCK;
  const [major, minor] = release.vllmVersion.split('.').map(Number);
  if (!model.experts || !eight || gpu.computeCapability >= 8.9 || major > 0 || minor >= 9) return [];
  return [
    untitled(
      `${where}: experts in ${precision.name} on ${gpu.name} need vLLM 0.9.0, but Triton ${release} has ${release.vllmVersion}; use Triton ` +
        '25.06 or later, or a precision of 16 bits',
    ),
  ];
}

/**
 * Properties that contradict a locked plan.
 *
 * @internal
 */
export function lockFaults(where: string, props: VllmModelProps, plan: CapacityPlan): Fault[] {
  const { tensor, pipeline, expert } = plan.parallelism;
  const given = props.parallelism;
  const pairs: [string, unknown, unknown][] = [
    ['precision', props.precision?.name, plan.precision.name],
    ['checkpointSize', props.checkpointSize?.bytes, plan.checkpointSize?.bytes],
    ['tensor parallelism', given?.tensor, tensor],
    ['pipeline parallelism', given?.pipeline, pipeline],
    ['expert parallelism', given?.expert, expert],
    ['contextLength', props.contextLength, plan.contextLength],
    ['concurrency', props.concurrency, plan.concurrency],
    ['inputTokens', props.inputTokens, plan.inputTokens],
    ['outputTokens', props.outputTokens, plan.outputTokens],
    ['maxSequences', props.maxSequences, plan.maxSequences],
    ['maxBatchedTokens', props.maxBatchedTokens, plan.maxBatchedTokens],
    ['gpuMemoryUtilization', props.gpuMemoryUtilization, plan.gpuMemoryUtilization],
    ['width of kvCachePrecision', props.kvCachePrecision?.bits, plan.kvCachePrecision.bits],
    ['cudaGraphs', props.cudaGraphs, plan.cudaGraphs],
    ['cpuOffload', props.cpuOffload?.bytes, plan.cpuOffload.bytes],
  ];
  const faults = pairs
    .filter(([, wanted, planned]) => wanted !== undefined && wanted !== planned)
    .map(
      ([what, wanted, planned]) =>
        `${where}: ${what} is ${wanted}, but its plan was made with ${planned}; leave ${what} out or plan it anew`,
    );
  if (expert > tensor) {
    faults.push(
      `${where}: its plan spreads experts over ${expert} GPUs of several replicas, which are servers apart; plan it anew`,
    );
  }
  if (!plan.engine._isVllm)
    faults.push(`${where}: its plan is for ${plan.engine}, but vLLM is to run it; plan it anew`);
  if (plan.kvCachePrecision.bits < 16 && plan.kvCachePrecision !== Precision.FP8) {
    faults.push(
      `${where}: its plan has a key-value cache in ${plan.kvCachePrecision}, which vLLM does not keep; plan it with fp8`,
    );
  }
  return faults.map(untitled);
}
