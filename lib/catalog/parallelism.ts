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
  /** Replicas of the whole model (data parallelism), each with its own requests. @default 1 */
  readonly data?: number;
  /** GPUs over which the experts of a mixture-of-experts model are spread; they are among the tensor × data GPUs. @default 1 */
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
   * @throws UnscopedValidationError when a degree is not a whole number above zero, or the expert degree does not divide tensor × data
   */
  public static of(props: ParallelismProps): Parallelism {
    return new Parallelism(props);
  }

  /** Tensor degree. */
  public readonly tensor: number;
  /** Pipeline stages. */
  public readonly pipeline: number;
  /** Replicas. */
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
    throwIfFaulty(faults);
    this.tensor = tensor;
    this.pipeline = pipeline;
    this.data = data;
    this.expert = expert;
  }

  /** GPUs of one replica: tensor × pipeline. */
  public get gpusPerReplica(): number {
    return this.tensor * this.pipeline;
  }

  /** GPUs of all replicas: tensor × pipeline × data. */
  public get gpus(): number {
    return this.tensor * this.pipeline * this.data;
  }

  /**
   * The same parallelism for another number of replicas. Experts that would need more GPUs than these replicas have are spread over the
   * tensor-parallel GPUs.
   *
   * @param replicas number of replicas, at least 1
   * @throws UnscopedValidationError when it is not a whole number above zero
   */
  public withReplicas(replicas: number): Parallelism {
    const { tensor, pipeline, data, expert } = this;
    if (replicas === data) return this;
    const within = expert > tensor ? tensor : 1;
    return Parallelism.of({
      tensor,
      pipeline,
      data: replicas,
      expert: (tensor * replicas) % expert === 0 ? expert : within,
    });
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
