import { Fault, untitled } from '../units/fault';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { givenText, notNegativeFaults, positiveFaults, positiveIntegerFaults } from '../catalog/numbers';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { throwIfFaulty } from '../units/errors';
import { CapacityRequest, NodeNetwork, ServingLoad } from './capacity-request';
import { formatFaults } from './format-faults';

const DEFAULT_CONTEXT_LENGTH = 8192;
const DEFAULT_CONCURRENCY = 4;
/**
 * `max_num_seqs` where none is given, vLLM's own but on large GPUs.
 *
 * @internal
 */
export const DEFAULT_MAX_SEQUENCES = 256;
/** What vLLM takes on large GPUs when it is not told otherwise (vllm-project/vllm#16158). */
const OWN_MAX_SEQUENCES = 1024;
const DEFAULT_UTILIZATION = 0.6;
/** What engines keep a key-value cache in. */
const CACHE_PRECISIONS = [Precision.FP32, Precision.FP16, Precision.BF16, Precision.FP8, Precision.INT8];

/**
 * A load with every default filled in.
 *
 * @internal
 */
export interface Load {
  readonly model: ModelSpec;
  readonly contextLength: number;
  readonly concurrency: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** As asked; each format of weights has a default of its own. */
  readonly askedKvPrecision?: Precision;
  readonly engine: InferenceEngine;
  readonly gpuMemoryUtilization: number;
  /** As asked; each GPU has a default of its own. */
  readonly requestedMaxBatchedTokens?: number;
  readonly askedMaxSequences?: number;
  readonly cudaGraphs: boolean;
  readonly fusedKernels: boolean;
  readonly microBatches?: number;
  readonly cpuOffloadBytes: number;
  readonly checkpointBytes?: number;
  readonly network?: NodeNetwork;
}

/**
 * A load on chosen hardware.
 *
 * @internal
 */
export interface Setup extends Load {
  readonly instanceType: GpuNodeType;
  readonly gpu: GpuType;
  readonly precision: Precision;
  readonly kvCachePrecision: Precision;
  readonly parallelism: Parallelism;
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
  readonly nodes: number;
  readonly nodeNetwork: NodeNetwork;
  readonly pricePerHour?: number;
  readonly utilization: number;
}

/**
 * Fills in the defaults of a load; throws with all faults.
 *
 * @internal
 */
export function resolveLoad(request: ServingLoad, moreFaults: Fault[] = []): Load {
  const { model } = request;
  const faults = [...loadFaults(request), ...moreFaults];
  throwIfFaulty(faults);
  const contextLength = request.contextLength ?? defaultContextLength(request);
  const half = Math.max(1, Math.floor(contextLength / 2));
  const outputTokens =
    request.outputTokens ?? Math.min(256, request.inputTokens ? contextLength - request.inputTokens : half);
  const inputTokens = request.inputTokens ?? Math.min(1024, contextLength - outputTokens);
  const engine = request.engine ?? InferenceEngine.VLLM;
  return {
    model,
    contextLength,
    concurrency: request.concurrency ?? DEFAULT_CONCURRENCY,
    inputTokens: Math.max(1, inputTokens),
    outputTokens: Math.max(1, outputTokens),
    askedKvPrecision: request.kvCachePrecision,
    engine,
    gpuMemoryUtilization: request.gpuMemoryUtilization ?? engine.defaultUtilization,
    requestedMaxBatchedTokens: request.maxBatchedTokens,
    askedMaxSequences: request.maxSequences,
    cudaGraphs: request.cudaGraphs ?? true,
    fusedKernels: request.fusedKernels ?? true,
    microBatches: request.microBatches,
    cpuOffloadBytes: request.cpuOffload?.bytes ?? 0,
    checkpointBytes: request.checkpointSize?.bytes,
    network: request.network,
  };
}

/**
 * The context where none is given: a prompt and an answer that are both stated; else the planner's default, within the model's limit.
 *
 * @internal
 */
export function defaultContextLength({ model, inputTokens, outputTokens }: ServingLoad): number {
  const stated = inputTokens !== undefined && outputTokens !== undefined;
  return Math.min(stated ? inputTokens + outputTokens : DEFAULT_CONTEXT_LENGTH, model.maxContextLength);
}

/**
 * Joins a load with hardware that was checked.
 *
 * @internal
 */
export function setupOf(
  load: Load,
  hardware: { instanceType: GpuNodeType; precision: Precision; pricePerHour?: number; utilization?: number },
  parallelism: Parallelism,
): Setup {
  const { instanceType } = hardware;
  return {
    ...load,
    instanceType,
    gpu: instanceType.gpu,
    precision: hardware.precision,
    kvCachePrecision: load.askedKvPrecision ?? defaultCachePrecision(hardware.precision),
    parallelism,
    maxBatchedTokens: load.requestedMaxBatchedTokens ?? defaultTokenWindow(instanceType.gpu),
    maxSequences: Math.max(load.askedMaxSequences ?? DEFAULT_MAX_SEQUENCES, load.concurrency),
    nodes: nodesFor(instanceType, parallelism),
    nodeNetwork: load.network ?? (instanceType.rdma ? NodeNetwork.RDMA : NodeNetwork.TCP),
    pricePerHour: hardware.pricePerHour,
    utilization: hardware.utilization ?? DEFAULT_UTILIZATION,
  };
}

/**
 * Nodes that all replicas of a parallelism need. A replica larger than a node takes whole nodes; smaller ones share a node.
 *
 * @internal
 */
export function nodesFor(instanceType: GpuNodeType, parallelism: Parallelism): number {
  const perReplica = parallelism.gpusPerReplica;
  if (perReplica >= instanceType.gpuCount) {
    return Math.ceil(perReplica / instanceType.gpuCount) * parallelism.data;
  }
  return Math.ceil(parallelism.data / Math.floor(instanceType.gpuCount / perReplica));
}

/** The type the model computes in, as vLLM's `kv_cache_dtype` `auto` has it. */
function defaultCachePrecision(precision: Precision): Precision {
  return precision === Precision.FP32 ? Precision.FP32 : Precision.FP16;
}

/**
 * `max_num_batched_tokens` where none is given: vLLM's own rule for servers (`EngineArgs`: 8192 on GPUs of 70 GiB and more other than
 * A100, else 2048).
 */
function defaultTokenWindow(gpu: GpuType): number {
  return isLarge(gpu) ? 8192 : 2048;
}

/**
 * `max_num_seqs` that vLLM would take by itself, where that is more than the plan's: by the same division as the tokens of a step.
 *
 * @internal
 */
export function largerOwnSequences({ engine, gpu, askedMaxSequences, maxSequences }: Setup): number | undefined {
  if (!engine._isVllm || !isLarge(gpu) || askedMaxSequences !== undefined) return undefined;
  return maxSequences < OWN_MAX_SEQUENCES ? OWN_MAX_SEQUENCES : undefined;
}

function isLarge(gpu: GpuType): boolean {
  return gpu.memory.gib >= 70 && gpu.computeCapability !== 8;
}

/** Everything wrong with a load, whatever the hardware. */
function loadFaults(request: ServingLoad): Fault[] {
  const { model, contextLength, concurrency, inputTokens, outputTokens } = request;
  const faults = [
    ...positiveIntegerFaults({
      contextLength,
      concurrency,
      inputTokens,
      outputTokens,
      maxBatchedTokens: request.maxBatchedTokens,
      maxSequences: request.maxSequences,
      microBatches: request.microBatches,
    }),
    ...notNegativeFaults({ cpuOffload: request.cpuOffload?.bytes }),
  ];
  const utilization = request.gpuMemoryUtilization;
  if (utilization !== undefined && !isShare(utilization)) {
    faults.push(untitled(`gpuMemoryUtilization must be above 0 and at most 1; got ${givenText(utilization)}`));
  }
  const kv = request.kvCachePrecision;
  if (kv && !CACHE_PRECISIONS.includes(kv)) {
    faults.push(
      untitled(`kvCachePrecision must be one of ${CACHE_PRECISIONS.map((p) => p.name).join(', ')}; got ${kv.name}`),
    );
  }
  if (faults.length > 0) return faults;
  if (contextLength !== undefined && contextLength > model.maxContextLength) {
    faults.push(
      untitled(
        `contextLength ${contextLength} is beyond the ${model.maxContextLength} tokens that ${model.name} was made for; use at most ${model.maxContextLength}`,
      ),
    );
  }
  const limit = contextLength ?? defaultContextLength(request);
  if ((inputTokens ?? 0) + (outputTokens ?? 0) > limit) {
    faults.push(
      untitled(
        `inputTokens ${inputTokens ?? 0} + outputTokens ${outputTokens ?? 0} exceed contextLength ${limit}; raise contextLength or shorten them`,
      ),
    );
  }
  return faults;
}

/**
 * Everything wrong with running a model on an instance type in a precision.
 *
 * @internal
 */
export function hardwareFaults(load: ServingLoad, instanceType: GpuNodeType, precision: Precision): Fault[] {
  const { gpu } = instanceType;
  const faults: Fault[] = [];
  if (!gpu.supports(precision)) {
    const usable = Precision.ALL.filter((candidate) => gpu.supports(candidate)).map((candidate) => candidate.name);
    faults.push(
      untitled(
        `${precision.name} needs compute capability ${precision.minimumComputeCapability.toFixed(1)}, but ${gpu.name} (${instanceType.name}) ` +
          `has ${gpu.computeCapability.toFixed(1)}; use one of ${usable.join(', ')}`,
      ),
    );
  }
  faults.push(...formatFaults(load, instanceType, precision));
  const counted = load.model.checkpointSize(precision);
  const stored = load.checkpointSize;
  if (stored && !(stored.bytes > counted.bytes / 2 && stored.bytes < counted.bytes * 2)) {
    faults.push(
      untitled(
        `checkpointSize ${stored} is far from the ${counted} counted for ${load.model.name} in ${precision.name}; check model and precision`,
      ),
    );
  }
  const kv = load.kvCachePrecision;
  if (kv === Precision.FP32 && precision !== Precision.FP32) {
    faults.push(
      untitled(`an fp32 key-value cache is kept with fp32 weights only, but the weights are ${precision.name}`),
    );
  }
  if (kv === Precision.BF16 && !gpu.supports(kv)) {
    faults.push(
      untitled(
        `a bf16 key-value cache needs compute capability 8.0, but ${gpu.name} has ${gpu.computeCapability.toFixed(1)}; use fp16`,
      ),
    );
  }
  if (kv && kv.bits === 8 && kv !== Precision.INT8 && gpu.computeCapability < 8) {
    faults.push(
      untitled(
        `an ${kv.name} key-value cache needs compute capability 8.0, but ${gpu.name} has ${gpu.computeCapability.toFixed(1)}`,
      ),
    );
  }
  return faults;
}

/**
 * Everything wrong with the request as a whole, apart from whether it fits.
 *
 * @internal
 */
export function requestFaults(request: CapacityRequest, precision: Precision): Fault[] {
  return [
    ...hardwareFaults(request, request.instanceType, precision),
    ...(request.parallelism ? parallelismFaults(request.model, request.parallelism, precision) : []),
    ...positiveIntegerFaults({ maxNodes: request.maxNodes, replicas: request.replicas }),
    ...positiveFaults({ pricePerHour: request.pricePerHour }),
    ...utilizationFaults(request.utilization),
  ];
}

/**
 * The fault of a busy share that is none.
 *
 * @internal
 */
export function utilizationFaults(utilization: number | undefined): Fault[] {
  if (utilization === undefined || isShare(utilization)) return [];
  return [untitled(`utilization must be above 0 and at most 1; got ${givenText(utilization)}`)];
}

function isShare(value: number): boolean {
  return typeof value === 'number' && value > 0 && value <= 1;
}

/**
 * What a model's shape forbids: heads, key-value heads, layers, experts and quantization groups that cannot be shared out.
 *
 * @internal
 */
export function parallelismFaults(model: ModelSpec, parallelism: Parallelism, precision: Precision): Fault[] {
  const { tensor, pipeline, expert } = parallelism;
  const faults: Fault[] = [];
  if (!parallelism.dividesHeads(model.attentionHeads)) {
    faults.push(
      untitled(
        `tensor parallelism ${tensor} does not divide the ${model.attentionHeads} attention heads of ${model.name}; use one of ` +
          divisors(model.attentionHeads)
            .filter((d) => d <= 16)
            .join(', '),
      ),
    );
  }
  const kv = model.keyValueHeads;
  if (
    !model.latentAttention &&
    parallelism.dividesHeads(model.attentionHeads) &&
    kv % tensor !== 0 &&
    tensor % kv !== 0
  ) {
    faults.push(
      untitled(
        `tensor parallelism ${tensor} neither divides nor is a multiple of the ${kv} key-value heads of ${model.name}; use one of ` +
          tensorDegrees(model, 16).join(', '),
      ),
    );
  }
  if (pipeline > model.layers) {
    faults.push(untitled(`pipeline parallelism ${pipeline} exceeds the ${model.layers} layers of ${model.name}`));
  }
  if (expert > 1 && !model.experts)
    faults.push(untitled(`expert parallelism ${expert} needs a mixture-of-experts model; ${model.name} is dense`));
  if (model.experts && model.experts.routed % expert !== 0) {
    faults.push(
      untitled(`expert parallelism ${expert} does not divide the ${model.experts.routed} experts of ${model.name}`),
    );
  }
  if (faults.length === 0) faults.push(...groupFaults(model, parallelism, precision));
  return faults;
}

/** Kernels of grouped formats want whole groups on each rank; MXFP4 experts are padded to them (vLLM serves gpt-oss on 2, 4 and 8 ranks). */
function groupFaults(model: ModelSpec, parallelism: Parallelism, precision: Precision): Fault[] {
  const group = precision.groupSize;
  if (!group || parallelism.tensor === 1 || model.approximate) return [];
  if (precision === Precision.MXFP4 && model.experts) return [];
  const width = model.experts && parallelism.expert === 1 ? model.experts.intermediateSize : undefined;
  const widths = model.experts ? [width] : [model.intermediateSize];
  return widths.flatMap((f) => {
    if (f === undefined || (f / parallelism.tensor) % group === 0) return [];
    return [
      untitled(
        `${precision.name} has groups of ${group}, but tensor parallelism ${parallelism.tensor} cuts the feed-forward width ${f} of ` +
          `${model.name} into ${f / parallelism.tensor}; use ${model.experts ? 'expert parallelism, or ' : ''}another tensor degree`,
      ),
    ];
  });
}

/**
 * Tensor degrees up to a limit that the model's heads allow.
 *
 * @internal
 */
export function tensorDegrees(model: ModelSpec, limit: number): number[] {
  const kv = model.keyValueHeads;
  return divisors(model.attentionHeads).filter(
    (t) => t <= limit && (model.latentAttention || kv % t === 0 || t % kv === 0),
  );
}

/**
 * Divisors of a number, ascending.
 *
 * @internal
 */
export function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}

/**
 * GPUs over which tensor parallelism is used without being asked for: one NVLink domain.
 *
 * @internal
 */
export function tensorDomain(instanceType: GpuNodeType): number {
  return instanceType.nvlinkDomainSize;
}
