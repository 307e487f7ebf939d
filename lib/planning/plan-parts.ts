import { GpuNodeType } from '../catalog/gpu-node-type';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeDecoding } from '../catalog/speculative-decoding';
import { DataSize } from '../units/data-size';
import { MediaInput } from './capacity-request';

/**
 * Memory of the fullest GPU. It fits when `total` is at most `available`.
 */
export interface MemoryPerGpu {
  /** Weights, including scale factors, excluding those offloaded to the host. */
  readonly weights: DataSize;
  /** Key-value cache of the requested number of full-length sequences. */
  readonly kvCache: DataSize;
  /** Largest intermediate results of one step. */
  readonly activations: DataSize;
  /** CUDA context, collectives, graphs, load-time copies and fragmentation. */
  readonly runtime: DataSize;
  /** Sum of the parts. */
  readonly total: DataSize;
  /** Memory that the engine may use: utilization × reported memory. */
  readonly available: DataSize;
}

/** What a number is based on. */
export enum EvidenceClass {
  /** Counted exactly; a deviation would be a bug. */
  EXACT = 'exact',
  /** Computed with constants that were measured on this GPU and format. */
  MEASURED_KERNELS = 'measured kernels',
  /** Computed with constants carried over from other GPUs or formats. */
  EXTRAPOLATED = 'extrapolated',
  /** Given by the caller or by a rule of thumb. */
  ASSUMED = 'assumed',
}

/**
 * One number of a plan, with where it comes from.
 */
export interface PlanFigure {
  /** What it is, e.g. `weights per GPU`. */
  readonly name: string;
  /** The number with its unit. */
  readonly value: string;
  /** How it is computed. */
  readonly formula: string;
  /** Inputs of the formula. */
  readonly inputs: string;
  /** What it is based on. */
  readonly evidence: EvidenceClass;
  /** Possible error. */
  readonly errorBand: string;
}

/**
 * How the power of every GPU of a node is limited, which the node's set-up does before the server starts.
 */
export interface PowerSetting {
  /** Watts of each GPU; of a Jetson those of its module. */
  readonly wattsPerGpu: number;
  /** Number of the power mode of a Jetson (`nvpmodel -m`). @default - cards are limited in watts (`nvidia-smi -pl`) */
  readonly modeId?: number;
  /** Name of that mode, e.g. `MODE_30W`. @default - cards have none */
  readonly modeName?: string;
  /** Highest clock of the GPU in that mode, MHz. @default - not known, or not fixed */
  readonly gpuClockMhz?: number;
}

/**
 * A change that makes a plan fit; each was verified to fit.
 */
export interface Alternative {
  /** The change in words, e.g. `precision fp8 instead of bf16`. */
  readonly change: string;
  /** Type of the nodes with it. */
  readonly instanceType: GpuNodeType;
  /** Nodes with it. */
  readonly nodes: number;
  /** Format of the weights with it. */
  readonly precision: Precision;
  /** Format of the key-value cache with it. */
  readonly kvCachePrecision: Precision;
  /** Context in tokens with it. */
  readonly contextLength: number;
  /** Sequences at once with it. */
  readonly concurrency: number;
  /** Parallelism with it. */
  readonly parallelism: Parallelism;
  /** Share of the GPU's memory that the engine takes with it. */
  readonly gpuMemoryUtilization: number;
  /** Sequences in the scheduler with it (`max_num_seqs`). */
  readonly maxSequences: number;
  /** Tokens of one step with it (`max_num_batched_tokens`). */
  readonly maxBatchedTokens: number;
  /** What it is started for with it. @default - the model reads text alone */
  readonly mediaInput?: MediaInput;
  /** How tokens are drafted with it. @default - they are not */
  readonly speculativeDecoding?: SpeculativeDecoding;
  /** Price of its nodes for an hour. @default - no price is known */
  readonly pricePerHour?: number;
}
