import { loraFaults } from './lora-faults';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { InferenceEngine } from '../catalog/inference-engine';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Fault, fault } from '../units/fault';
import {
  notNegativeFault,
  positiveFault,
  shareFault,
  wholeNumberFault,
  wholeNumberFaults,
} from '../units/number-faults';
import { attentionWindowFaults } from './attention-window';
import { CapacityRequest, ServingLoad } from './capacity-request';
import { engineGpuFaults } from './engine-capability';
import { defaultPrecision } from './default-precision';
import { formatFaults } from './format-faults';
import { parallelismFaults } from './parallelism-faults';
import { powerFaults } from './power-model';
import { draftParallelismFaults, speculationFaults } from './speculation-faults';
import { allOf, isUnreadable } from '../units/unreadable';

const DEFAULT_CONTEXT_LENGTH = 8192;
/** Names of the formats of the key-value cache that engines support. */
const CACHE_PRECISIONS = [Precision.FP32, Precision.FP16, Precision.BF16, Precision.FP8, Precision.INT8].map(
  ({ name }) => name,
);

/**
 * The default context: prompt plus answer if both are given; otherwise the planner's default, up to the model's limit.
 *
 * @internal
 */
export function defaultContextLength({ model, inputTokens, outputTokens }: ServingLoad): number {
  const stated = inputTokens !== undefined && outputTokens !== undefined;
  return Math.min(stated ? inputTokens + outputTokens : DEFAULT_CONTEXT_LENGTH, model.maxContextLength);
}

/**
 * All faults of a load, independent of hardware.
 *
 * @internal
 */
export function loadFaults(request: ServingLoad & { readonly parallelism?: Parallelism }): Fault[] {
  const { model, contextLength, concurrency, inputTokens, outputTokens } = request;
  const { maxBatchedTokens, maxSequences, microBatches, kvCachePrecision: kv } = request;
  const counts = {
    concurrency,
    inputTokens,
    outputTokens,
    maxBatchedTokens,
    maxSequences,
    microBatches,
    attentionWindow: request.attentionWindow,
  };
  const faults = allOf(
    // A prompt and an answer have a token each.
    () =>
      contextLength === undefined ? [] : wholeNumberFault('contextLength', contextLength, contextLength === 1 ? 2 : 1),
    () => wholeNumberFaults(counts, 1),
    () => notNegativeFault('cpuOffload', request.cpuOffload?.bytes),
    () => shareFault('gpuMemoryUtilization', request.gpuMemoryUtilization),
    () => cachePrecisionFaults(kv),
  );
  if (faults.length > 0) return faults;
  const schedulers = () => request.parallelism?.attentionRanks ?? 1;
  return allOf(
    () => loraFaults(request),
    () => speculationFaults(request),
    () => attentionWindowFaults(request, contextLength ?? defaultContextLength(request)),
    () => {
      if (concurrency === undefined || maxSequences === undefined || !(concurrency > schedulers() * maxSequences))
        return [];
      const reason = `concurrency ${concurrency} is more than maxSequences ${maxSequences}; raise maxSequences or lower concurrency`;
      return [fault('CONFLICTING_PROPERTIES', 'concurrency', reason)];
    },
    () => stepFaults(request, schedulers()),
    () => {
      const longest = model.maxContextLength;
      if (contextLength === undefined || !(contextLength > longest)) return [];
      const reason = `contextLength ${contextLength} exceeds the ${longest} tokens that ${model.name} was made for; use at most ${longest}`;
      return [fault('CONTEXT_EXCEEDS_MODEL', 'contextLength', reason)];
    },
    () => {
      const limit = contextLength ?? defaultContextLength(request);
      if (!((inputTokens ?? 0) + (outputTokens ?? 0) > limit)) return [];
      const reason = `inputTokens ${inputTokens ?? 0} + outputTokens ${outputTokens ?? 0} exceed contextLength ${limit}; raise contextLength or lower them`;
      return [fault('TOKENS_EXCEED_CONTEXT', 'contextLength', reason)];
    },
  );
}

/**
 * A step of vLLM that has fewer tokens than sequences, with which it does not start (`SchedulerConfig`); where a draft model takes tokens of it,
 * another fault says so.
 */
function stepFaults(request: ServingLoad, schedulers: number): Fault[] {
  const { maxBatchedTokens: tokens, maxSequences, concurrency, engine = InferenceEngine.DEFAULT } = request;
  if (tokens === undefined || !engine._isVllm) return [];
  const drafts = request.speculativeDecoding?.method === SpeculativeMethod.DRAFT_MODEL;
  const why = `more than maxBatchedTokens ${tokens}, but a step of vLLM has a token for each sequence; raise maxBatchedTokens`;
  if (maxSequences !== undefined) {
    if (drafts || !(maxSequences > tokens)) return [];
    return [
      fault('CONFLICTING_PROPERTIES', 'maxSequences', `maxSequences ${maxSequences} is ${why} or lower maxSequences`),
    ];
  }
  if (concurrency === undefined || !(concurrency > schedulers * (drafts ? tokens - 1 : tokens))) return [];
  return [fault('CONFLICTING_PROPERTIES', 'concurrency', `concurrency ${concurrency} is ${why} or lower concurrency`)];
}

function cachePrecisionFaults(kv: Precision | undefined): Fault[] {
  if (!kv || CACHE_PRECISIONS.includes(kv.name)) return [];
  const known = CACHE_PRECISIONS.join(', ');
  return [fault('UNKNOWN_VALUE', 'kvCachePrecision', `kvCachePrecision must be one of ${known}; got ${kv.name}`)];
}

/**
 * All faults of running a model on some hardware in a precision.
 *
 * @internal
 */
export function hardwareFaults(load: ServingLoad, instanceType: GpuNodeType, precision: Precision): Fault[] {
  return allOf(
    () => unsupportedFaults(instanceType, precision),
    () => formatFaults(load, instanceType, precision),
    () => checkpointFaults(load, precision),
    () => cacheFaults(load.kvCachePrecision, instanceType, precision),
  );
}

/**
 * The same where the hardware is still to be chosen: that the engine runs on it at all. What is locked runs already, perhaps in an image of
 * one's own.
 *
 * @internal
 */
export function choiceFaults(load: ServingLoad, instanceType: GpuNodeType, precision: Precision): Fault[] {
  return allOf(
    () => hardwareFaults(load, instanceType, precision),
    () => engineGpuFaults(load.engine, instanceType),
  );
}

function unsupportedFaults({ gpu, name }: GpuNodeType, precision: Precision): Fault[] {
  if (gpu.supports(precision)) return [];
  const usable = Precision.ALL.filter((candidate) => gpu.supports(candidate)).map((candidate) => candidate.name);
  const cure = `use one of ${usable.join(', ')}`;
  const needed = precision.minimumComputeCapability.toFixed(1);
  const reason =
    gpu.vendor === GpuVendor.AMD
      ? `${precision.name} is a format of NVIDIA, which ${gpu.name} (${name}) does not compute in; ${cure}`
      : `${precision.name} needs compute capability ${needed}, but ${capabilityOf(gpu, name)}; ${cure}`;
  return [fault('PRECISION_NOT_SUPPORTED', 'precision', reason)];
}

function capabilityOf(gpu: GpuType, name: string): string {
  return `${gpu.name} (${name}) has ${gpu.computeCapability.toFixed(1)}`;
}

function checkpointFaults({ model, checkpointSize: stored }: ServingLoad, precision: Precision): Fault[] {
  if (!stored) return [];
  const counted = model.checkpointSize(precision);
  if (stored.bytes > counted.bytes / 2 && stored.bytes < counted.bytes * 2) return [];
  const reason = `checkpointSize ${stored} is far from the ${counted} that ${model.name} has in ${precision.name}; check model and precision`;
  return [fault('CHECKPOINT_SIZE_IMPLAUSIBLE', 'checkpointSize', reason)];
}

function cacheFaults(kv: Precision | undefined, { gpu, name }: GpuNodeType, precision: Precision): Fault[] {
  if (!kv) return [];
  const faults: Fault[] = [];
  if (kv.name === Precision.FP32.name && precision.name !== Precision.FP32.name) {
    const reason = `an fp32 key-value cache needs fp32 weights, but the weights are ${precision.name}; leave kvCachePrecision out`;
    faults.push(fault('CACHE_NEEDS_FP32_WEIGHTS', 'kvCachePrecision', reason));
  }
  if (
    (kv.name === Precision.BF16.name && !gpu.supports(kv)) ||
    (kv.name === Precision.FP8.name && gpu.computeCapability < 8)
  ) {
    const reason = `a key-value cache in ${kv.name} needs compute capability 8.0, but ${capabilityOf(gpu, name)}; use fp16`;
    faults.push(fault('CACHE_PRECISION_NOT_SUPPORTED', 'kvCachePrecision', reason));
  }
  return faults;
}

/**
 * The format of the weights: that of the request, or the default.
 *
 * @internal
 */
export function precisionOf({ precision, model, instanceType, engine }: CapacityRequest): Precision {
  return precision ?? defaultPrecision(model, instanceType, engine);
}

/**
 * All faults of the whole request, apart from whether it fits.
 *
 * @internal
 */
export function requestFaults(request: CapacityRequest): Fault[] {
  const precision = () => precisionOf(request);
  return allOf(
    () => choiceFaults(request, request.instanceType, precision()),
    () => (request.parallelism ? parallelismFaults(request.model, request.parallelism, precision()) : []),
    () => (request.parallelism ? draftParallelismFaults(request, request.parallelism) : []),
    () => wholeNumberFaults({ maxNodes: request.maxNodes, replicas: request.replicas }, 1),
    () => priceFaults('pricePerHour', request.pricePerHour),
    () => busyFaults(request.utilization),
    () => powerFaults(request.instanceType, request.powerBudget),
  );
}

/** Prices that costs are computed from without losing digits. */
const HIGHEST_PRICE = 1e9;
const LOWEST_PRICE = 1e-6;

/**
 * The fault of a price that is not above zero, or that no node has.
 *
 * @internal
 */
export function priceFaults(property: string, price: number | undefined): Fault[] {
  const faults = positiveFault(property, price);
  if (price === undefined || isUnreadable(price) || faults.length > 0) return faults;
  if (price >= LOWEST_PRICE && price <= HIGHEST_PRICE) return [];
  const bound = price > HIGHEST_PRICE ? `at most ${HIGHEST_PRICE}` : `at least ${LOWEST_PRICE}`;
  return [fault('OUT_OF_RANGE', property, `${property} must be ${bound}; got ${price}`)];
}

/** Least share of time that costs are computed from: they grow without limit as it shrinks. */
const LEAST_BUSY = 1e-4;

/**
 * The fault of a share of time that GPUs are never busy for.
 *
 * @internal
 */
export function busyFaults(utilization: number | undefined): Fault[] {
  const faults = shareFault('utilization', utilization);
  if (utilization === undefined || isUnreadable(utilization) || faults.length > 0) return faults;
  if (utilization >= LEAST_BUSY) return [];
  return [fault('OUT_OF_RANGE', 'utilization', `utilization must be at least ${LEAST_BUSY}; got ${utilization}`)];
}
