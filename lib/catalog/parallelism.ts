import { throwIfFaulty } from '../units/errors';
import { fault } from '../units/fault';
import { wholeNumberFaults } from '../units/number-faults';
import { checkArguments } from '../units/argument-faults';

/**
 * Degrees of parallelism, each 1 where it is not given.
 */
export interface ParallelismProps {
  /** GPUs that share every matrix of a layer (tensor parallelism). */
  readonly tensor: number;
  /** Stages that hold consecutive layers (pipeline parallelism). @default 1 */
  readonly pipeline?: number;
  /**
   * Data-parallel ranks, each with its own requests: replicas of the whole model or, where `expert` is more than `tensor`, ranks that hold
   * attention and cache of their own and share the experts.
   * @default 1
   */
  readonly data?: number;
  /**
   * GPUs over which the experts of a mixture-of-experts model are spread. More than `tensor` make data-parallel attention: groups of
   * `expert / tensor` data-parallel ranks are one replica.
   * @default 1
   */
  readonly expert?: number;
}

/**
 * How one model is spread over GPUs.
 */
export class Parallelism {
  /** One GPU. */
  public static readonly NONE = new Parallelism({ tensor: 1 });

  /**
   * A parallelism of the given degrees.
   *
   * @param props the degrees
   * @throws UnscopedValidationError when a degree is not a whole number above zero, or the expert degree does not divide tensor × data, or
   * is more than tensor and no multiple of it
   */
  public static of(props: ParallelismProps): Parallelism {
    return new Parallelism(props);
  }

  /** Tensor degree. */
  public readonly tensor: number;
  /** Pipeline stages. */
  public readonly pipeline: number;
  /** Data-parallel ranks: those of all replicas. */
  public readonly data: number;
  /** Expert degree. */
  public readonly expert: number;

  private constructor(props: ParallelismProps) {
    const { tensor, pipeline = 1, data = 1, expert = 1 } = props;
    // Languages without static types can leave tensor out.
    const faults = wholeNumberFaults({ tensor: tensor ?? NaN, pipeline, data, expert }, 1);
    if (faults.length === 0 && (tensor * data) % expert !== 0) {
      faults.push(
        fault(
          'EXPERT_DOES_NOT_DIVIDE_GPUS',
          'expert',
          `expert must divide tensor × data = ${tensor * data}, the GPUs that experts are spread over; got ${expert}`,
        ),
      );
    }
    if (faults.length === 0 && expert > tensor && expert % tensor !== 0) {
      faults.push(
        fault(
          'EXPERT_SPLITS_TENSOR_RANKS',
          'expert',
          `expert must be a multiple of tensor = ${tensor} where it is more, because data-parallel ranks share experts as a whole; got ${expert}`,
        ),
      );
    }
    throwIfFaulty(faults);
    this.tensor = tensor;
    this.pipeline = pipeline;
    this.data = data;
    this.expert = expert;
  }

  /**
   * Data-parallel ranks of one replica: each computes attention for its own requests and keeps their cache, and all of them share the
   * experts; 1 unless the experts are spread over more than the tensor-parallel GPUs.
   */
  public get attentionRanks(): number {
    return this.expert > this.tensor ? this.expert / this.tensor : 1;
  }

  /** Replicas: data / attentionRanks. */
  public get replicas(): number {
    return this.data / this.attentionRanks;
  }

  /** GPUs of one replica: tensor × pipeline × attentionRanks. */
  public get gpusPerReplica(): number {
    return this.tensor * this.pipeline * this.attentionRanks;
  }

  /** GPUs of all replicas: tensor × pipeline × data. */
  public get gpus(): number {
    return this.tensor * this.pipeline * this.data;
  }

  /**
   * The same parallelism for another number of replicas. Ranks that share experts are one replica and stay together.
   *
   * @param replicas number of replicas, at least 1
   * @throws UnscopedValidationError when it is not a whole number above zero
   */
  public withReplicas(replicas: number): Parallelism {
    const { tensor, pipeline, expert, attentionRanks } = this;
    if (replicas === this.replicas) return this;
    // A number that is wrong is refused as it was given.
    throwIfFaulty(wholeNumberFaults({ replicas }, 1));
    return Parallelism.of({ tensor, pipeline, data: replicas * attentionRanks, expert });
  }

  /**
   * Whether the attention heads can be shared out evenly over the tensor degree.
   *
   * @param attentionHeads number of query heads of the model
   */
  public dividesHeads(attentionHeads: number): boolean {
    return attentionHeads % this.tensor === 0;
  }

  /** As text, e.g. `tensor 8, pipeline 2`. */
  public toString(): string {
    const parts = [`tensor ${this.tensor}`];
    if (this.pipeline > 1) parts.push(`pipeline ${this.pipeline}`);
    if (this.data > 1) parts.push(`data ${this.data}`);
    if (this.expert > 1) parts.push(`expert ${this.expert}`);
    return parts.join(', ');
  }
}

checkArguments('Parallelism', Parallelism);
