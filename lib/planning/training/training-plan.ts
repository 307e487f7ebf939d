import { GpuNodeType } from '../../catalog/gpu-node-type';
import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { DataSize } from '../../units/data-size';
import { nameClass } from '../../units/own-class';
import { DeepSpeedConfig } from './deep-speed-config';

/**
 * Memory of one GPU while a model is trained, the fullest of them.
 */
export interface TrainingMemory {
  /** Parameters in the format that it computes in. */
  readonly parameters: DataSize;
  /** Their gradients in the same format. */
  readonly gradients: DataSize;
  /** States of the optimizer, its own copy of the parameters and of the gradients, in 32 bits. */
  readonly optimizer: DataSize;
  /** Parameters that are gathered for their use, and gradients that are reduced. */
  readonly buffers: DataSize;
  /** What the backward pass needs of the forward pass, and what both need at once. */
  readonly activations: DataSize;
  /** CUDA's context, the buffers of NCCL and the workspaces of matrix products. */
  readonly runtime: DataSize;
  /** All of these. */
  readonly total: DataSize;
  /** What the GPU has for it. */
  readonly available: DataSize;
}

/**
 * Another way to train a model, which fits.
 */
export interface TrainingAlternative {
  /** What is changed, and what it costs. */
  readonly change: string;
  /** How DeepSpeed trains it then. */
  readonly deepSpeed: DeepSpeedConfig;
  /** Nodes. */
  readonly nodes: number;
  /** Hardware of each. */
  readonly hardware: GpuNodeType;
  /** Memory of one GPU. */
  readonly memory: DataSize;
}

/** @internal */
export interface TrainingFacts {
  readonly model: ModelSpec;
  readonly hardware: GpuNodeType;
  readonly deepSpeed: DeepSpeedConfig;
  readonly precision: Precision;
  readonly nodes: number;
  readonly gpusPerNode: number;
  readonly sequenceLength: number;
  readonly dataParallelRanks: number;
  readonly gradientAccumulation: number;
  readonly trainBatchSize: number;
  readonly pipelineEfficiency: number;
  readonly memoryPerGpu: TrainingMemory;
  readonly hostMemory: DataSize;
  readonly hostAvailable: DataSize;
  readonly fits: boolean;
  readonly shortfallPerGpu?: DataSize;
  readonly hostShortfall?: DataSize;
  readonly largestMicroBatch: number;
  readonly activationsWithCheckpointing: DataSize;
  readonly activationsWithoutCheckpointing: DataSize;
  readonly alternatives: TrainingAlternative[];
  readonly deepSpeedJson: string;
  readonly warnings: string[];
}

/**
 * What it takes to train a model with DeepSpeed, and the file that DeepSpeed reads. Made by `TrainingPlanner`.
 */
export class TrainingPlan {
  /** @internal */
  public static _of(facts: TrainingFacts): TrainingPlan {
    return new TrainingPlan(facts);
  }

  /** The model. */
  public readonly model!: ModelSpec;
  /** Hardware of each node. */
  public readonly hardware!: GpuNodeType;
  /** How DeepSpeed trains it. */
  public readonly deepSpeed!: DeepSpeedConfig;
  /** Format that it computes in. */
  public readonly precision!: Precision;
  /** Nodes. */
  public readonly nodes!: number;
  /** GPUs of each node. */
  public readonly gpusPerNode!: number;
  /** Tokens of a sequence. */
  public readonly sequenceLength!: number;
  /** Ranks that train the same parameters with batches of their own. */
  public readonly dataParallelRanks!: number;
  /** Micro-batches of a rank before the optimizer's step. */
  public readonly gradientAccumulation!: number;
  /** Sequences of one step, of all ranks together. */
  public readonly trainBatchSize!: number;
  /**
   * Part of the time in which the stages of a pipeline compute: `m / (m + p - 1)` of m micro-batches and p stages; 8 of them in 4 stages 72.7 %. One
   * without a pipeline.
   */
  public readonly pipelineEfficiency!: number;
  /** Memory of one GPU, the fullest. */
  public readonly memoryPerGpu!: TrainingMemory;
  /** Memory of the host that the processes of one node take, with what is offloaded. */
  public readonly hostMemory!: DataSize;
  /** Memory of the host that there is for them. */
  public readonly hostAvailable!: DataSize;
  /** Whether GPUs and hosts have room for it. */
  public readonly fits!: boolean;
  /** What each GPU lacks. @default - nothing */
  public readonly shortfallPerGpu?: DataSize;
  /** What each host lacks. @default - nothing */
  public readonly hostShortfall?: DataSize;
  /** Largest micro-batch that fits, 0 where none does: the exact safe batch. */
  public readonly largestMicroBatch!: number;
  /** Activations of one GPU with checkpointing. */
  public readonly activationsWithCheckpointing!: DataSize;
  /** Activations of one GPU without checkpointing. */
  public readonly activationsWithoutCheckpointing!: DataSize;
  /** Ways out where it does not fit, the cheapest first, each checked to fit. */
  public readonly alternatives!: TrainingAlternative[];
  /** Text of the file that DeepSpeed reads. */
  public readonly deepSpeedJson!: string;
  /** What may not be as planned. */
  public readonly warnings!: string[];

  private constructor(facts: TrainingFacts) {
    Object.assign(this, facts);
  }

  /** The plan in words. */
  public explain(): string {
    const { memoryPerGpu: memory } = this;
    const part = (name: string, size: DataSize) => `  ${name}: ${size}`;
    return [
      `${this.model} on ${this.nodes} × ${this.gpusPerNode} GPU(s) of ${this.hardware}, ${this.precision}: ${this.deepSpeed}`,
      `batch: ${this.trainBatchSize} sequences of ${this.sequenceLength} tokens, ${this.gradientAccumulation} micro-batch(es) on each of ${this.dataParallelRanks} rank(s)`,
      ...(this.pipelineEfficiency < 1 ? [`pipeline efficiency: ${(100 * this.pipelineEfficiency).toFixed(1)} %`] : []),
      `memory per GPU: ${memory.total} of ${memory.available}`,
      part('parameters', memory.parameters),
      part('gradients', memory.gradients),
      part('optimizer', memory.optimizer),
      part('buffers', memory.buffers),
      part('activations', memory.activations) +
        ` (${this.activationsWithCheckpointing} with checkpointing, ${this.activationsWithoutCheckpointing} without)`,
      part('runtime', memory.runtime),
      `host memory per node: ${this.hostMemory} of ${this.hostAvailable}`,
      `largest micro-batch: ${this.largestMicroBatch}`,
      ...shortfall(this),
      ...this.warnings.map((warning) => `Warning: ${warning}`),
    ].join('\n');
  }
}

nameClass('TrainingPlan', TrainingPlan);

/**
 * What is short, and the ways out, one a line; nothing where it fits.
 *
 * @internal
 */
export function shortfall(plan: TrainingPlan): string[] {
  if (plan.fits) return [];
  return [
    `Does not fit: ${shortText(plan)}.`,
    ...(plan.alternatives.length === 0
      ? ['No alternative was found.']
      : ['Alternatives, each checked to fit:', ...plan.alternatives.map(({ change }) => `  - ${change}`)]),
  ];
}

/** What is short. @internal */
export function shortText(plan: TrainingPlan): string {
  const { memoryPerGpu: memory, shortfallPerGpu, hostShortfall } = plan;
  return [
    ...(shortfallPerGpu
      ? [`each GPU is short by ${shortfallPerGpu} (${memory.total} of ${memory.available}; ${largestPart(memory)})`]
      : []),
    ...(hostShortfall ? [`each host is short by ${hostShortfall} (${plan.hostMemory} of ${plan.hostAvailable})`] : []),
  ].join(', and ');
}

function largestPart(memory: TrainingMemory): string {
  const names = ['parameters', 'gradients', 'optimizer', 'buffers', 'activations'] as const;
  const most = names.reduce((a, b) => (memory[b].bytes > memory[a].bytes ? b : a));
  return `most of it ${most}, ${memory[most]}`;
}
