import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { boardOf, engineOf, modelOf, precisionOf } from './configuration';
import { implausible, lacksSetting } from './plausible';
import { Point } from './points';

export type Group =
  | 'weights, dense 16-bit'
  | 'weights, quantized'
  | 'key-value bytes per token'
  | 'key-value capacity'
  | 'decode, dense'
  | 'decode, experts'
  | 'max throughput, dense'
  | 'max throughput, experts'
  | 'throughput at a batch, dense'
  | 'time to first token, dense'
  | 'time to first token, experts'
  | 'published failures'
  | 'published successes';

export interface Prediction {
  readonly point: Point;
  readonly group: Group;
  readonly predicted: number;
  readonly measured: number;
  readonly fits: boolean;
}

export interface Exclusion {
  readonly point: Point;
  readonly reason: string;
}

export type Outcome = Prediction | Exclusion;

/** Requests at once up to which a measured time to the first token counts as unloaded. */
const UNLOADED = 4;

export function isPrediction(outcome: Outcome): outcome is Prediction {
  return 'group' in outcome;
}

/** What the planner says about one published point, or why the point is left out. */
export function predict(point: Point): Outcome {
  const exclude = (reason: string): Exclusion => ({ point, reason });
  const model = modelOf(point.model);
  if (/^weights/.test(point.metric)) {
    if (!model) return exclude('model not in the catalog');
    const precision = precisionOf(point, model);
    if (!precision) return exclude(`format '${point.precision}' is not known`);
    const gib = model.checkpointSize(precision).gib;
    return made(point, precision.quantized ? 'weights, quantized' : 'weights, dense 16-bit', gib, point.value, true);
  }
  if (!model) return exclude('model not in the catalog');
  if (/^kv/.test(point.metric)) return keyValue(point, model);
  const instanceType = boardOf(point.gpu);
  if (!instanceType) return exclude(`GPU '${point.gpu}' is not in the catalog`);
  const precision = precisionOf(point, model);
  if (!precision) return exclude(`format '${point.precision}' is not known`);
  if (!instanceType.gpu.supports(precision)) return exclude(`${instanceType.gpu.name} has no ${precision.name}`);
  const inputTokens = Number(point.in_len);
  const outputTokens = Number(point.out_len);
  if (!(inputTokens > 0 && outputTokens > 0)) return exclude('prompt or answer length is not stated');
  const gpus = Number(point.gpus) || 1;
  const tensor = Number(point.tp) || gpus;
  const pipeline = Number(point.pp) || 1;
  if (gpus > 8) return exclude('more than one NVLink domain of eight, its division is not recorded');
  const engine = engineOf(point.source);
  if (
    /deepseek-(v3|r1)/i.test(point.model) &&
    gpus === 8 &&
    engine === InferenceEngine.TENSORRT_LLM &&
    point.gpu.toLowerCase().startsWith('b200')
  ) {
    return exclude('speculative decoding likely (multi-token prediction is on by default there) and not recorded');
  }
  const offload = /offload/i.test(point.source);
  if (offload) return exclude('offload with a policy of its own (see test/planning)');
  if (/huggingface|hf accelerate|deepspeed|flexgen/i.test(point.source))
    return exclude('an engine the planner does not model');
  const parallelism = parallelismOf(model, precision, tensor, pipeline);
  if (typeof parallelism === 'string') return exclude(parallelism);
  const request = {
    model,
    instanceType,
    precision,
    kvCachePrecision:
      engine.name.startsWith('tensorrt') && precision.bits <= 8 && model.latentAttention === undefined
        ? Precision.FP8
        : Precision.FP16,
    contextLength: inputTokens + outputTokens,
    inputTokens,
    outputTokens,
    engine,
    parallelism,
  };
  if (request.contextLength > model.maxContextLength) return exclude('longer than the model allows');
  const experts = model.experts !== undefined;
  if (point.metric === 'throughput_total' && point.batch === 'max') {
    const plan = CapacityPlanner.plan({ ...request, concurrency: 1 });
    if (!plan.fits)
      return made(point, experts ? 'max throughput, experts' : 'max throughput, dense', NaN, point.value, false);
    return made(
      point,
      experts ? 'max throughput, experts' : 'max throughput, dense',
      plan.maxOutputTokensPerSecond,
      point.value,
      true,
    );
  }
  if (point.metric === 'does_not_fit' || point.metric === 'fits') {
    const plan = CapacityPlanner.plan({ ...request, concurrency: 1, ...settingsOf(point) });
    const group = point.metric === 'fits' ? 'published successes' : 'published failures';
    return made(point, group, 0, point.value, plan.fits);
  }
  const batch = Number(point.batch);
  if (!(batch > 0)) return exclude('batch is not stated');
  const plan = CapacityPlanner.plan({ ...request, concurrency: batch });
  if (!CapacityPlanner.plan({ ...request, concurrency: 1 }).fits) {
    return exclude('the weights do not fit on the GPUs the row states, so its degree is not the whole');
  }
  if (point.metric === 'tpot' || point.metric === 'decode_per_token') {
    const { gpu } = instanceType;
    const why = implausible({ ...request, gpu, gpus: tensor * pipeline, batch, milliseconds: point.value });
    if (why) return exclude(why);
    return made(point, experts ? 'decode, experts' : 'decode, dense', plan.decodeLatencyMs, point.value, plan.fits);
  }
  if (point.metric === 'ttft' || point.metric === 'prefill') {
    if (batch > UNLOADED) return exclude(`time to the first token with ${batch} at once is not unloaded`);
    return made(
      point,
      experts ? 'time to first token, experts' : 'time to first token, dense',
      plan.timeToFirstTokenMs,
      point.value,
      plan.fits,
    );
  }
  if (point.metric === 'throughput_total')
    return made(point, 'throughput at a batch, dense', plan.outputTokensPerSecond, point.value, plan.fits);
  if (point.metric === 'throughput_per_gpu') {
    return made(point, 'throughput at a batch, dense', plan.outputTokensPerSecond / gpus, point.value, plan.fits);
  }
  return exclude(`metric '${point.metric}' is not judged`);
}

/** The degree of a row; experts are spread where their width cannot be cut. A text says why there is none. */
function parallelismOf(model: ModelSpec, precision: Precision, tensor: number, pipeline: number): Parallelism | string {
  const plain = Parallelism.of({ tensor, pipeline });
  const group = precision.groupSize ?? 1;
  const width = model.experts ? model.experts.intermediateSize : model.intermediateSize;
  if ((width / tensor) % group === 0) return plain;
  if (model.experts) return Parallelism.of({ tensor, pipeline, expert: tensor });
  return `${precision.name} groups do not divide the width of ${model.name} at tensor ${tensor}`;
}

/** Capacity of the key-value cache: rows state the budget of the engine and what it found left. */
function keyValue(point: Point, model: ModelSpec): Outcome {
  const bytes = /\(([\d.]+) GiB\)/.exec(point.unit);
  if (point.metric === 'kv_blocks_x16tok' && bytes) {
    // The log states both the blocks and the bytes they take: that checks the bytes of one token.
    return made(
      point,
      'key-value bytes per token',
      model.keyValueBytesPerToken(Precision.FP16),
      (Number(bytes[1]) * 2 ** 30) / (point.value * 16),
      true,
    );
  }
  const instanceType = boardOf(point.gpu);
  const precision = precisionOf(point, model);
  if (!instanceType || !precision) return { point, reason: 'hardware or format of the log is not in the catalog' };
  const parallelism = parallelismOf(model, precision, Number(point.tp) || 1, Number(point.pp) || 1);
  if (typeof parallelism === 'string') return { point, reason: parallelism };
  const plan: CapacityPlan = CapacityPlanner.plan({
    model,
    instanceType,
    precision,
    contextLength: extraOf(point, 'max_model_len'),
    concurrency: 1,
    engine: engineOf(point.source),
    ...settingsOf(point),
    parallelism,
  });
  const why = lacksSetting(plan, extraOf(point, 'activation_peak_gib') ?? NaN);
  if (why) return { point, reason: why };
  // Judged whether or not one sequence fits: an engine that stops says how many tokens it found room for.
  return made(point, 'key-value capacity', plan.kvCapacityTokens, point.value, true);
}

/** What a row says of the engine's settings. */
function settingsOf(point: Point) {
  const checkpoint = extraOf(point, 'checkpoint_gib');
  return {
    gpuMemoryUtilization: extraOf(point, 'gpu_memory_utilization') ?? 0.9,
    maxBatchedTokens: extraOf(point, 'max_num_batched_tokens'),
    maxSequences: extraOf(point, 'max_num_seqs'),
    cudaGraphs: extraOf(point, 'enforce_eager') !== 1,
    checkpointSize: checkpoint === undefined ? undefined : DataSize.gib(checkpoint),
  };
}

function extraOf(point: Point, key: string): number | undefined {
  const pair = point.extra.split(' ').find((text) => text.startsWith(`${key}=`));
  return Number(pair?.slice(key.length + 1)) || undefined;
}

function made(point: Point, group: Group, predicted: number, measured: number, fits: boolean): Prediction {
  return { point, group, predicted, measured, fits };
}
