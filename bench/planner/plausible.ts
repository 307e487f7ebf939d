import { CapacityPlan, GpuType, ModelSpec, Precision } from '../../lib/planning';

/** What a measured time per token was measured with. */
export interface MeasuredDecode {
  readonly model: ModelSpec;
  readonly gpu: GpuType;
  readonly gpus: number;
  readonly precision: Precision;
  readonly batch: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly milliseconds: number;
}

/** Share of the dense rate that no engine passes with whole prompts: the best of the measured matrix products reach about as much. */
const MOST_OF_PEAK = 0.77;

/**
 * Why a time per token cannot be one of the stated load, if it cannot: sequences that come and go have their prompts computed between the
 * tokens of the others, and every step reads the cache, one kernel after the other. Lower bounds only: cache and weights at the full
 * memory bandwidth, products and causal attention of the prompts at the rate of the format, so that a slow row is never called impossible.
 */
export function implausible(row: MeasuredDecode): string | undefined {
  const { model, gpu, precision, batch, inputTokens, outputTokens } = row;
  // Tables of embeddings are looked up, and the output head is needed for one token of a prompt only.
  const multiplied = model.activeParameters - model._parameterCount.embedding;
  const seconds = row.milliseconds / 1e3;
  const bandwidth = row.gpus * gpu.memoryBandwidthGBps * 1e9;
  const whole = model.shape.slidingWindow === undefined && model.latentAttention === undefined;
  const cached = batch * (inputTokens + outputTokens / 2);
  // Checkpoints in eight bits or fewer may bring a cache in eight with them.
  const cacheFormat = precision.bits <= 8 ? Precision.FP8 : Precision.FP16;
  const cache = whole ? (cached * model.keyValueBytesPerToken(cacheFormat)) / bandwidth : 0;
  const weights = (multiplied * Math.min(precision.bytesPerWeight, 2)) / bandwidth;
  if (weights + cache > seconds) {
    return 'less time than reading the weights and the cache takes at the full memory bandwidth';
  }
  // GPUs with 4-bit units may use them for the experts of MXFP4 models.
  const rated = precision === Precision.MXFP4 && gpu.supports(Precision.NVFP4) ? Precision.NVFP4 : precision;
  const rate = (format: Precision) => MOST_OF_PEAK * row.gpus * gpu.denseTflops(format) * 1e12;
  const width = whole ? model.layers * model.attentionHeads * model.headSize : 0;
  const prompt =
    (2 * multiplied * inputTokens) / rate(rated) + (2 * inputTokens * inputTokens * width) / rate(Precision.FP16);
  if (((batch - 1) / outputTokens) * prompt + cache > seconds) {
    return 'its prompts would be computed at more than 77 % of the peak rate, so they were not all computed (prefix cache, or no steady load)';
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
