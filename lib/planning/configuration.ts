import { Fault } from '../units/fault';
import { INSTANCE_TABLE } from '../catalog/gpu-instance-table';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { GpuType } from '../catalog/gpu-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeDecoding, SpeculativeMethod } from '../catalog/speculative-decoding';
import { throwIfFaulty } from '../units/errors';
import { LoraCapacity, MediaInput, NodeNetwork, ServingLoad } from './capacity-request';
import { windowed } from './attention-window';
import { PowerBudget } from './power-budget';
import { PowerLimit, powerLimit } from './power-model';
import { Drafter, drafterOf } from './drafter';
import { defaultContextLength, loadFaults } from './request-faults';
import { allOf } from '../units/unreadable';

const DEFAULT_CONCURRENCY = 4;
/**
 * Default of `max_num_seqs`: vLLM's own except on large GPUs.
 *
 * @internal
 */
export const DEFAULT_MAX_SEQUENCES = 256;
/** Default of vLLM on large GPUs (vllm-project/vllm#16158). */
const LARGE_GPU_MAX_SEQUENCES = 1024;
const DEFAULT_UTILIZATION = 0.6;

/**
 * A load with every default filled in.
 *
 * @internal
 */
export interface Load {
  /** As the engine runs it: with the attention window, if one is asked for. */
  readonly model: ModelSpec;
  /** As it was given. */
  readonly givenModel: ModelSpec;
  readonly attentionWindow?: number;
  readonly contextLength: number;
  readonly concurrency: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** As requested; the default depends on the format of the weights. */
  readonly requestedKvCachePrecision?: Precision;
  readonly engine: InferenceEngine;
  readonly gpuMemoryUtilization: number;
  /** As requested; the default depends on the GPU. */
  readonly requestedMaxBatchedTokens?: number;
  readonly requestedMaxSequences?: number;
  readonly mediaInput: MediaInput;
  readonly speculativeDecoding?: SpeculativeDecoding;
  /** What it drafts with. */
  readonly drafter?: Drafter;
  readonly lora?: LoraCapacity;
  readonly cudaGraphs: boolean;
  readonly warmCompileCache: boolean;
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
export interface Configuration extends Load {
  readonly instanceType: GpuNodeType;
  readonly gpu: GpuType;
  readonly precision: Precision;
  readonly kvCachePrecision: Precision;
  readonly parallelism: Parallelism;
  readonly maxBatchedTokens: number;
  /** Of each data-parallel rank, as `maxBatchedTokens` is. */
  readonly maxSequences: number;
  readonly nodes: number;
  /** Most nodes of one replica that were allowed. */
  readonly maxNodes?: number;
  readonly nodeNetwork: NodeNetwork;
  readonly powerBudget?: PowerBudget;
  /** How the power of its GPUs is limited; the rates of `gpu` are those that are left. */
  readonly power?: PowerLimit;
  readonly pricePerHour?: number;
  readonly utilization: number;
}

/**
 * Fills in the defaults of a load; throws with all faults.
 *
 * @internal
 */
export function resolveLoad(request: ServingLoad, moreFaults: Fault[] = []): Load {
  const { model, attentionWindow } = request;
  const faults = allOf(
    () => loadFaults(request),
    () => moreFaults,
  );
  throwIfFaulty(faults);
  const contextLength = request.contextLength ?? defaultContextLength(request);
  const half = Math.max(1, Math.floor(contextLength / 2));
  const outputTokens =
    request.outputTokens ?? Math.min(256, request.inputTokens ? contextLength - request.inputTokens : half);
  const inputTokens = request.inputTokens ?? Math.min(1024, contextLength - outputTokens);
  const engine = request.engine ?? InferenceEngine.DEFAULT;
  return {
    model: windowed(model, attentionWindow),
    givenModel: model,
    attentionWindow,
    contextLength,
    concurrency: request.concurrency ?? defaultConcurrency(request),
    inputTokens: Math.max(1, inputTokens),
    outputTokens: Math.max(1, outputTokens),
    requestedKvCachePrecision: request.kvCachePrecision,
    engine,
    gpuMemoryUtilization: request.gpuMemoryUtilization ?? engine.defaultUtilization,
    requestedMaxBatchedTokens: request.maxBatchedTokens,
    requestedMaxSequences: request.maxSequences,
    mediaInput: request.mediaInput ?? MediaInput.ALL,
    speculativeDecoding: request.speculativeDecoding,
    drafter: drafterOf(model, request.speculativeDecoding),
    lora: request.lora,
    cudaGraphs: request.cudaGraphs ?? true,
    warmCompileCache: request.warmCompileCache ?? false,
    fusedKernels: request.fusedKernels ?? true,
    microBatches: request.microBatches,
    cpuOffloadBytes: request.cpuOffload?.bytes ?? 0,
    checkpointBytes: request.checkpointSize?.bytes,
    network: request.network,
  };
}

/** No more than the scheduler may hold. */
function defaultConcurrency({ maxSequences = DEFAULT_CONCURRENCY }: ServingLoad): number {
  return Math.min(DEFAULT_CONCURRENCY, maxSequences);
}

/**
 * Joins a load with hardware that was checked.
 *
 * @internal
 */
export function configurationOf(
  load: Load,
  hardware: {
    instanceType: GpuNodeType;
    precision: Precision;
    pricePerHour?: number;
    utilization?: number;
    maxNodes?: number;
    powerBudget?: PowerBudget;
  },
  parallelism: Parallelism,
): Configuration {
  const { instanceType } = hardware;
  const power = powerLimit(instanceType, hardware.powerBudget);
  const maxSequences =
    load.requestedMaxSequences ??
    Math.max(defaultSequences(load), Math.ceil(load.concurrency / parallelism.attentionRanks));
  return {
    ...load,
    instanceType,
    gpu: power ? instanceType.gpu._limited(power) : instanceType.gpu,
    powerBudget: hardware.powerBudget,
    power,
    precision: hardware.precision,
    kvCachePrecision: load.requestedKvCachePrecision ?? defaultCachePrecision(hardware.precision),
    parallelism,
    maxBatchedTokens:
      load.requestedMaxBatchedTokens ??
      Math.max(defaultMaxBatchedTokens(instanceType.gpu, parallelism), leastStep(load, maxSequences)),
    maxSequences,
    nodes: nodesFor(instanceType, parallelism),
    maxNodes: hardware.maxNodes,
    nodeNetwork: networkOf(load, instanceType),
    pricePerHour: hardware.pricePerHour,
    utilization: hardware.utilization ?? DEFAULT_UTILIZATION,
  };
}

/**
 * Tokens that a step of vLLM has at least: one for each sequence (`verify_max_model_len` of its `SchedulerConfig` refuses fewer), and one more where a
 * draft model takes one of each.
 *
 * @internal
 */
export function leastStep(
  { engine, drafter }: { readonly engine: InferenceEngine; readonly drafter?: Pick<Drafter, 'method'> },
  sequences: number,
): number {
  if (!engine._isVllm) return 0;
  return sequences + (drafter?.method === SpeculativeMethod.DRAFT_MODEL ? 1 : 0);
}

/**
 * Sequences of the scheduler where none are asked for and no state limits them: no more than a step has tokens.
 *
 * @internal
 */
export function defaultSequences(load: Pick<Load, 'engine' | 'drafter' | 'requestedMaxBatchedTokens'>): number {
  if (load.requestedMaxBatchedTokens === undefined || !load.engine._isVllm) return DEFAULT_MAX_SEQUENCES;
  return Math.max(1, Math.min(DEFAULT_MAX_SEQUENCES, load.requestedMaxBatchedTokens - leastStep(load, 0)));
}

/**
 * Nodes that all replicas of a parallelism need. A replica larger than a node takes whole nodes; smaller ones share a node.
 *
 * @internal
 */
export function nodesFor(instanceType: GpuNodeType, parallelism: Parallelism): number {
  const perReplica = parallelism.gpusPerReplica;
  if (perReplica >= instanceType.gpuCount) {
    return Math.ceil(perReplica / instanceType.gpuCount) * parallelism.replicas;
  }
  return Math.ceil(parallelism.replicas / Math.floor(instanceType.gpuCount / perReplica));
}

/**
 * Sequences of the fullest data-parallel rank of a replica: each rank has a scheduler and a cache of its own.
 *
 * @internal
 */
export function sequencesPerRank({
  concurrency,
  parallelism,
}: Pick<Configuration, 'concurrency' | 'parallelism'>): number {
  return Math.ceil(concurrency / parallelism.attentionRanks);
}

/** The type in which the model computes, like `auto` of vLLM's `kv_cache_dtype`. */
function defaultCachePrecision(precision: Precision): Precision {
  return precision.name === Precision.FP32.name ? Precision.FP32 : Precision.FP16;
}

/**
 * Default of `max_num_batched_tokens`: vLLM's own rule for servers (`EngineArgs`: 8192 on GPUs of 70 GiB and more other than
 * A100, else 2048); 2048 for each of several data-parallel ranks, whose experts have memory for the tokens of all of them.
 */
function defaultMaxBatchedTokens(gpu: GpuType, { attentionRanks }: Parallelism): number {
  return isLarge(gpu) && attentionRanks === 1 ? 8192 : 2048;
}

/**
 * Default `max_num_seqs` of vLLM, if it is larger than the plan's.
 *
 * @internal
 */
export function largerDefaultSequences({
  engine,
  gpu,
  requestedMaxSequences,
  maxSequences,
}: Configuration): number | undefined {
  if (!engine._isVllm || requestedMaxSequences !== undefined) return undefined;
  const own = isLarge(gpu) ? LARGE_GPU_MAX_SEQUENCES : DEFAULT_MAX_SEQUENCES;
  return maxSequences < own ? own : undefined;
}

function isLarge(gpu: GpuType): boolean {
  return gpu.memory.gib >= 70 && !gpu.name.startsWith('A100');
}

/**
 * GPUs over which tensor parallelism is used by default: one NVLink domain.
 *
 * @internal
 */
export function tensorDomain(instanceType: GpuNodeType): number {
  return instanceType.nvlinkDomainSize;
}

/** The network between nodes: of instance types of EC2 it is known whether they have EFA, whatever is asked. */
function networkOf({ network }: Load, { rdma, name }: GpuNodeType): NodeNetwork {
  if (network === NodeNetwork.RDMA && !rdma && Object.hasOwn(INSTANCE_TABLE, name)) return NodeNetwork.TCP;
  return network ?? (rdma ? NodeNetwork.RDMA : NodeNetwork.TCP);
}
