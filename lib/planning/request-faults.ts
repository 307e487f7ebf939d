import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuVendor } from '../catalog/gpu-vendor';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { Fault, fault } from '../units/fault';
import {
  notNegativeFault,
  positiveFault,
  shareFault,
  wholeNumberFault,
  wholeNumberFaults,
} from '../units/number-faults';
import { CapacityRequest, ServingLoad } from './capacity-request';
import { formatFaults } from './format-faults';
import { parallelismFaults } from './parallelism-faults';

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
  };
  const faults = [
    // A prompt and an answer have a token each.
    ...(contextLength === undefined
      ? []
      : wholeNumberFault('contextLength', contextLength, contextLength === 1 ? 2 : 1)),
    ...wholeNumberFaults(counts, 1),
    ...notNegativeFault('cpuOffload', request.cpuOffload?.bytes),
    ...shareFault('gpuMemoryUtilization', request.gpuMemoryUtilization),
  ];
  if (kv && !CACHE_PRECISIONS.includes(kv.name)) {
    const known = CACHE_PRECISIONS.join(', ');
    faults.push(fault('UNKNOWN_VALUE', 'kvCachePrecision', `kvCachePrecision must be one of ${known}; got ${kv.name}`));
  }
  if (faults.length > 0) return faults;
  const schedulers = request.parallelism?.attentionRanks ?? 1;
  if (concurrency !== undefined && maxSequences !== undefined && concurrency > schedulers * maxSequences) {
    const reason = `concurrency ${concurrency} is more than maxSequences ${maxSequences}; raise maxSequences or lower concurrency`;
    faults.push(fault('CONFLICTING_PROPERTIES', 'concurrency', reason));
  }
  const longest = model.maxContextLength;
  if (contextLength !== undefined && contextLength > longest) {
    faults.push(
      fault(
        'CONTEXT_EXCEEDS_MODEL',
        'contextLength',
        `contextLength ${contextLength} exceeds the ${longest} tokens that ${model.name} was made for; use at most ${longest}`,
      ),
    );
  }
  const limit = contextLength ?? defaultContextLength(request);
  if ((inputTokens ?? 0) + (outputTokens ?? 0) > limit) {
    faults.push(
      fault(
        'TOKENS_EXCEED_CONTEXT',
        'contextLength',
        `inputTokens ${inputTokens ?? 0} + outputTokens ${outputTokens ?? 0} exceed contextLength ${limit}; raise contextLength or lower them`,
      ),
    );
  }
  return faults;
}

/**
 * All faults of running a model on some hardware in a precision.
 *
 * @internal
 */
export function hardwareFaults(load: ServingLoad, instanceType: GpuNodeType, precision: Precision): Fault[] {
  const { gpu } = instanceType;
  const faults: Fault[] = [];
  const has = `${gpu.name} (${instanceType.name}) has ${gpu.computeCapability.toFixed(1)}`;
  if (!gpu.supports(precision) && gpu.vendor === GpuVendor.AMD) {
    const usable = Precision.ALL.filter((candidate) => gpu.supports(candidate)).map((candidate) => candidate.name);
    const reason = `${precision.name} is a format of NVIDIA, which ${gpu.name} (${instanceType.name}) does not compute in; use one of ${usable.join(', ')}`;
    faults.push(fault('PRECISION_NOT_SUPPORTED', 'precision', reason));
  } else if (!gpu.supports(precision)) {
    const usable = Precision.ALL.filter((candidate) => gpu.supports(candidate)).map((candidate) => candidate.name);
    const needed = precision.minimumComputeCapability.toFixed(1);
    faults.push(
      fault(
        'PRECISION_NOT_SUPPORTED',
        'precision',
        `${precision.name} needs compute capability ${needed}, but ${has}; use one of ${usable.join(', ')}`,
      ),
    );
  }
  faults.push(...formatFaults(load, instanceType, precision));
  const counted = load.model.checkpointSize(precision);
  const stored = load.checkpointSize;
  if (stored && !(stored.bytes > counted.bytes / 2 && stored.bytes < counted.bytes * 2)) {
    faults.push(
      fault(
        'CHECKPOINT_SIZE_IMPLAUSIBLE',
        'checkpointSize',
        `checkpointSize ${stored} is far from the ${counted} that ${load.model.name} has in ${precision.name}; check model and precision`,
      ),
    );
  }
  const kv = load.kvCachePrecision;
  if (kv?.name === Precision.FP32.name && precision.name !== Precision.FP32.name) {
    faults.push(
      fault(
        'CACHE_NEEDS_FP32_WEIGHTS',
        'kvCachePrecision',
        `an fp32 key-value cache needs fp32 weights, but the weights are ${precision.name}; leave kvCachePrecision out`,
      ),
    );
  }
  if (
    (kv?.name === Precision.BF16.name && !gpu.supports(kv)) ||
    (kv?.name === Precision.FP8.name && gpu.computeCapability < 8)
  ) {
    faults.push(
      fault(
        'CACHE_PRECISION_NOT_SUPPORTED',
        'kvCachePrecision',
        `a key-value cache in ${kv.name} needs compute capability 8.0, but ${has}; use fp16`,
      ),
    );
  }
  return faults;
}

/**
 * All faults of the whole request, apart from whether it fits.
 *
 * @internal
 */
export function requestFaults(request: CapacityRequest, precision: Precision): Fault[] {
  return [
    ...hardwareFaults(request, request.instanceType, precision),
    ...(request.parallelism ? parallelismFaults(request.model, request.parallelism, precision) : []),
    ...wholeNumberFaults({ maxNodes: request.maxNodes, replicas: request.replicas }, 1),
    ...priceFaults('pricePerHour', request.pricePerHour),
    ...busyFaults(request.utilization),
  ];
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
  if (price === undefined || faults.length > 0 || (price >= LOWEST_PRICE && price <= HIGHEST_PRICE)) return faults;
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
  if (utilization === undefined || faults.length > 0 || utilization >= LEAST_BUSY) return faults;
  return [fault('OUT_OF_RANGE', 'utilization', `utilization must be at least ${LEAST_BUSY}; got ${utilization}`)];
}
