import { CapacityPlan, GpuType, ModelSpec, Precision } from '../../lib/planning';

/** What a measured time per token was measured with. */
export interface MeasuredDecode {
  readonly model: ModelSpec;
  readonly gpu: GpuType;
  readonly gpus: number;
  readonly precision: Precision;
  readonly kvCachePrecision: Precision;
  readonly batch: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly milliseconds: number;
}

/** Share of the dense rate that no engine passes with whole prompts: the best of the measured matrix products reach about as much. */
const MOST_OF_PEAK = 0.77;

/**
 * Why a time per token cannot be one of the stated load, if it cannot: sequences that come and go have their prompts computed between the
 * tokens of the others, and every step reads the weights and the cache. Lower bounds only, so that a slow row is never called impossible.
 */
export function implausible(row: MeasuredDecode): string | undefined {
  const { model, gpu, precision } = row;
  // Tables of embeddings are looked up, and the output head is needed for one token of a prompt only.
  const multiplied = model.activeParameters - model._parameterCount().embedding;
  const seconds = row.milliseconds / 1e3;
  // Half of the matrices of MXFP4 models stay in 16 bits; GPUs with 4-bit units may use them for the others.
  const rated = precision === Precision.MXFP4 && gpu.supports(Precision.NVFP4) ? Precision.NVFP4 : precision;
  const peak = row.gpus * gpu.denseTflops(rated) * 1e12;
  const prompts = ((row.batch - 1) * row.inputTokens) / row.outputTokens;
  if ((2 * multiplied * prompts) / seconds > MOST_OF_PEAK * peak) {
    return 'its prompts alone would be computed at more than 77 % of the peak rate, so they were not all computed (prefix cache, or no steady load)';
  }
  const weights = multiplied * Math.min(precision.bytesPerWeight, 2);
  const cache =
    model.shape.slidingWindow || model.latentAttention
      ? 0
      : row.batch * row.inputTokens * model.keyValueBytesPerToken(row.kvCachePrecision);
  if ((weights + cache) / (row.gpus * gpu.memoryBandwidthGBps * 1e9) > seconds) {
    return 'less time than reading the weights and the cache once takes at the full memory bandwidth';
  }
  return undefined;
}

/**
 * Why a start-up log cannot be judged by the settings it states: the activation peak it states is far from what those settings take, so
 * one that decides it (the sequences sampled, the tokens of a step) is missing. It holds in both directions.
 */
export function lacksSetting(plan: CapacityPlan, statedPeakGib: number): string | undefined {
  const ratio = statedPeakGib / plan.memoryPerGpu.activations.gib;
  if (!(ratio < 0.5 || ratio > 2)) return undefined;
  return 'the activation peak that the log states is of other settings than those it states (sequences or tokens of a step)';
}
