import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeDecoding } from '../catalog/speculative-decoding';
import { DataSize } from '../units/data-size';
import { LoraCapacity, MediaInput, NodeNetwork } from './capacity-request';
import { explainMarkdown, explainText } from './explain';
import { PlanFacts, copyOfFacts } from './plan-fields';
import { planFromJson, planToJson } from './plan-json';
import { MemoryPerGpu, PlanFigure, Alternative, PowerSetting } from './plan-parts';
import { summaryOf } from './plan-summary';
import { vllmServeArguments } from './vllm-serve-arguments';
import { checkArguments } from '../units/argument-faults';

/**
 * How one model runs on chosen hardware: whether it fits, how fast it is, what it costs, and why.
 *
 * A plan is made by `CapacityPlanner`, or read back from its JSON, which locks a choice.
 */
export class CapacityPlan {
  /**
   * Reads a plan back. All numbers are those of the JSON; nothing is computed again.
   *
   * @param json what `toJson` returned, or the same as a JSON text
   * @throws UnscopedValidationError when it is no plan, or names what this version does not know
   */
  public static fromJson(json: unknown): CapacityPlan {
    return new CapacityPlan(planFromJson(json));
  }

  /**
   * A plan of the given facts.
   *
   * @internal
   */
  public static _of(facts: PlanFacts): CapacityPlan {
    return new CapacityPlan(facts);
  }

  /** The model. */
  public readonly model!: ModelSpec;
  /** Type of the nodes. */
  public readonly instanceType!: GpuNodeType;
  /** Format of the weights. */
  public readonly precision!: Precision;
  /** Format of the key-value cache. */
  public readonly kvCachePrecision!: Precision;
  /** Program that runs the model. */
  public readonly engine!: InferenceEngine;
  /** How the model is spread over GPUs. */
  public readonly parallelism!: Parallelism;
  /** Network between nodes. */
  public readonly network!: NodeNetwork;
  /** Longest context in tokens (`max_model_len`). */
  public readonly contextLength!: number;
  /** Sequences of full length that one replica was asked to hold. */
  public readonly concurrency!: number;
  /** Tokens of a typical prompt. */
  public readonly inputTokens!: number;
  /** Tokens of a typical answer. */
  public readonly outputTokens!: number;
  /** Share of each GPU's memory that the engine takes. */
  public readonly gpuMemoryUtilization!: number;
  /** Tokens the scheduler of a data-parallel rank puts into one step (`max_num_batched_tokens`). */
  public readonly maxBatchedTokens!: number;
  /** Most sequences the scheduler of a data-parallel rank takes at once (`max_num_seqs`). */
  public readonly maxSequences!: number;
  /** Tokens that every layer sees at most. @default - what the model's own layers see */
  public readonly attentionWindow?: number;
  /** What it is started for. @default - the model reads text alone */
  public readonly mediaInput?: MediaInput;
  /** How tokens are drafted that the model verifies. @default - none */
  public readonly speculativeDecoding?: SpeculativeDecoding;
  /** Room for LoRA adapters. @default - none */
  public readonly lora?: LoraCapacity;
  /** Whether decode steps are replayed as CUDA graphs. */
  public readonly cudaGraphs!: boolean;
  /** Whether later starts alone are planned, which find compiled kernels. @default - the first start too */
  public readonly warmCompileCache?: boolean;
  /** How the power of every GPU is limited. @default - it is not */
  public readonly power?: PowerSetting;
  /** Weights of each GPU that stay in host memory. */
  public readonly cpuOffload!: DataSize;
  /** Size of the checkpoint's files that the memory of the weights was scaled to. @default - the weights were counted */
  public readonly checkpointSize?: DataSize;
  /** Whether the model and the asked sequences fit into the memory of every GPU (and, with offload, of the host). */
  public readonly fits!: boolean;
  /** Replicas of the model. */
  public readonly replicas: number;
  /** Nodes of all replicas together. */
  public readonly nodes!: number;
  /** Memory of the fullest GPU. */
  public readonly memoryPerGpu!: MemoryPerGpu;
  /** Host memory that one node's weights pass through or stay in. */
  public readonly hostMemoryPerNode!: DataSize;
  /** Key-value bytes of one token on one GPU. */
  public readonly kvBytesPerTokenPerGpu!: number;
  /**
   * Bytes of states of one sequence on one GPU, whatever its length: linear attention, state spaces, convolutions.
   * @default - no layer keeps a state
   */
  public readonly stateBytesPerSequencePerGpu?: number;
  /** Tokens of key-value cache that one replica has room for. */
  public readonly kvCapacityTokens!: number;
  /** Sequences of full length that one replica has room for: the exact safe batch. */
  public readonly maxConcurrency!: number;
  /**
   * Batch by the rule of thumb of deployment guides, memory of a replica's GPUs / (parameters × 2 bytes), which leaves out the context;
   * `maxConcurrency` counts it.
   */
  public readonly ruleOfThumbBatch!: number;
  /** Time between two tokens of an answer with `concurrency` sequences at once, milliseconds. */
  public readonly decodeLatencyMs!: number;
  /** Time to the first token of a typical prompt on an idle replica, milliseconds. */
  public readonly timeToFirstTokenMs!: number;
  /** Output tokens per second of all replicas with `concurrency` sequences each. */
  public readonly outputTokensPerSecond!: number;
  /** Output tokens per second of all replicas when the key-value cache is full of typical requests. */
  public readonly maxOutputTokensPerSecond!: number;
  /** Micro-batches in flight. */
  public readonly microBatches!: number;
  /** Efficiency of the pipeline, m / (m + p - 1); 1 without pipeline parallelism. */
  public readonly pipelineEfficiency!: number;
  /** Layers of each pipeline stage. */
  public readonly layersPerStage!: number[];
  /** Price of one node for an hour. @default - none was given */
  public readonly pricePerHour?: number;
  /** Share of the time that the GPUs are busy, for the cost. */
  public readonly utilization!: number;
  /** Cost of a million output tokens at `maxOutputTokensPerSecond` and `utilization`. @default - no price was given */
  public readonly costPerMillionTokens?: number;
  /** The same with the nodes of one replica more in reserve. @default - no price was given */
  public readonly costPerMillionTokensWithSpare?: number;
  /** Memory missing on the fullest GPU. @default - it fits */
  public readonly shortfallPerGpu?: DataSize;
  /** Changes that make it fit, cheapest first; none when it fits. */
  public readonly alternatives!: Alternative[];
  /** Advice, each with a stable id in brackets. */
  public readonly warnings!: string[];
  /** Every number with its formula, inputs, evidence and error band. */
  public readonly figures!: PlanFigure[];

  private constructor(private readonly facts: PlanFacts) {
    // Every field is a row of PLAN_FIELDS; one that is declared above with another type does not compile.
    Object.assign<PlanFacts, PlanFacts>(this, copyOfFacts(facts));
    this.replicas = facts.parallelism.replicas;
  }

  /** The plan in words: the choice, every number with its formula and evidence, warnings, and alternatives where it does not fit. */
  public explain(): string {
    return explainText(this.facts);
  }

  /** The same as Markdown. */
  public explainMarkdown(): string {
    return explainMarkdown(this.facts);
  }

  /**
   * Whether another plan makes the same choice: instance type, nodes, precision, parallelism, context.
   *
   * @param other the plan to compare with
   */
  public sameChoice(other: CapacityPlan): boolean {
    return this._sameReplica(other) && this.nodes === other.nodes && this.replicas === other.replicas;
  }

  /**
   * Whether one replica of another plan is the same choice, however many there are.
   *
   * @internal
   */
  public _sameReplica(other: CapacityPlan): boolean {
    const degrees = ({ tensor, pipeline, expert }: Parallelism) => [tensor, pipeline, expert].join();
    return (
      this.model.name === other.model.name &&
      this.instanceType.name === other.instanceType.name &&
      this.precision.name === other.precision.name &&
      this.kvCachePrecision.name === other.kvCachePrecision.name &&
      this.contextLength === other.contextLength &&
      degrees(this.parallelism) === degrees(other.parallelism)
    );
  }

  /** The choice in one line. */
  public get summary(): string {
    return summaryOf(this.facts);
  }

  /**
   * Arguments of `vllm serve` that start one replica of the plan on one of its nodes, for a deployment of your own: parallelism, data-parallel
   * ranks and experts, and the limits that the plan was made with. The model, ports and keys are yours to add.
   *
   * @param node number of the node within the replica, from zero, which answers requests
   * @param leaderAddress address of node zero @default 'LEADER_ADDRESS', to be replaced
   * @throws UnscopedValidationError when the plan is for another engine, vLLM cannot start it, or the replica has no such node
   */
  public vllmServeArguments(node: number = 0, leaderAddress: string = 'LEADER_ADDRESS'): string[] {
    return vllmServeArguments(this.facts, node, leaderAddress);
  }

  /** The plan as plain data for `JSON.stringify`; `fromJson` reads it back. */
  public toJson(): unknown {
    return planToJson(this.facts);
  }

  /**
   * What `JSON.stringify(plan)` writes: the same as `toJson`.
   *
   * @jsii ignore
   */
  public toJSON(): unknown {
    return this.toJson();
  }
}

checkArguments('CapacityPlan', CapacityPlan);
