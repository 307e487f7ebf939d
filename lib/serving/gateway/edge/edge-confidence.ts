import { checkArguments } from '../../../units/argument-faults';

/** Where an answer says how sure its model is. @internal */
export type ConfidenceKind = 'header' | 'member' | 'logprobs';

/**
 * How sure the model of a site must be of its answer, from 0 to 1: below, the cloud answers instead. Of whole answers of `chat/completions`, `completions`
 * and `responses` alone: what of a stream has been passed on cannot be taken back, and embeddings of two models have nothing in common. An answer that
 * says nothing is kept.
 */
export class EdgeConfidence {
  /**
   * A number in a header of the answer.
   *
   * @param name name of the header, e.g. `x-confidence`
   * @param atLeast least confidence, above 0 and at most 1
   */
  public static header(name: string, atLeast: number): EdgeConfidence {
    return new EdgeConfidence('header', atLeast, [name]);
  }

  /**
   * A number in the JSON of the answer.
   *
   * @param path names of the members that lead to it; elements of lists by their number from 0, e.g. `['choices', '0', 'confidence']`
   * @param atLeast least confidence, above 0 and at most 1
   */
  public static member(path: string[], atLeast: number): EdgeConfidence {
    return new EdgeConfidence('member', atLeast, path);
  }

  /**
   * The mean of the probabilities of an answer's tokens. Requests of `chat/completions` and `completions` that do not ask for them are made to: their
   * answers have `logprobs` then.
   *
   * @param atLeast least mean probability, above 0 and at most 1
   * @see https://docs.vllm.ai/en/latest/serving/openai_compatible_server/
   */
  public static logprobs(atLeast: number): EdgeConfidence {
    return new EdgeConfidence('logprobs', atLeast, []);
  }

  /** Least confidence. */
  public readonly atLeast: number;
  /** @internal */
  public readonly _kind: ConfidenceKind;
  /** @internal */
  public readonly _path: readonly string[];

  private constructor(kind: ConfidenceKind, atLeast: number, path: readonly string[]) {
    this._kind = kind;
    this.atLeast = atLeast;
    this._path = path;
  }
}

checkArguments('EdgeConfidence', EdgeConfidence);
