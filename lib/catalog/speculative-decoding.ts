import { checkArguments } from '../units/argument-faults';
import { DataSize } from '../units/data-size';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { givenValue, wholeNumberFault, wholeNumberFaults } from '../units/number-faults';
import { ModelSpec } from './model-spec';
import { Precision } from './precision';

/** How tokens are drafted; the values are those of `method` in vLLM's `speculative_config`. */
export enum SpeculativeMethod {
  /** Multi-token prediction layers of the model itself (`mtp`; NEXTN in SGLang). */
  MTP = 'mtp',
  /** A smaller model of the same vocabulary (`draft_model`; STANDALONE in SGLang). */
  DRAFT_MODEL = 'draft_model',
  /** A head trained on hidden states of the model (`eagle3`). */
  EAGLE3 = 'eagle3',
  /** Tokens that followed the last ones earlier in the same text (`ngram`). */
  N_GRAM = 'ngram',
}

/**
 * What every method of speculative decoding is given.
 */
export interface SpeculativeDecodingProps {
  /** Tokens that are drafted for each step (`num_speculative_tokens`), from 1 to 64. */
  readonly tokens: number;
  /**
   * Share of the drafted tokens that the model accepts, from 0 to 1, as vLLM logs it (`Avg Draft acceptance rate`; its metrics
   * `vllm:spec_decode_num_accepted_tokens` / `vllm:spec_decode_num_draft_tokens`). A step then gives `1 + tokens × acceptanceRate` tokens. It
   * depends on the texts and falls with `tokens`: measure it with yours.
   * @default - of prediction layers as if each token were accepted in 68 % of the cases in which those before it were, the least of published runs
   * (0.68 for one token, 0.57 for two, 0.49 for three, 0.42 for four); of other methods 0: times are those of a step that accepts nothing, so that
   * no gain is claimed
   */
  readonly acceptanceRate?: number;
}

/**
 * A smaller model that drafts tokens.
 */
export interface DraftModelProps extends SpeculativeDecodingProps {
  /** The draft model; its vocabulary is the model's. */
  readonly model: ModelSpec;
  /** Format of its weights. @default - 16 bits: that of the model is not taken over */
  readonly precision?: Precision;
  /**
   * Its name in the model store, as `ModelImport` puts it there: `s3://<bucket>/<name>/<version>`. The pods of a server copy it from there as they copy
   * the model.
   * @default - not stated; a server needs it, or `path`
   */
  readonly name?: string;
  /** Its version in the model store. @default '1' */
  readonly version?: string;
  /** Size of its files. @default - of all its parameters in `precision` */
  readonly size?: DataSize;
  /**
   * Folder of its files as the engine sees it (`model` of `speculative_config`), instead of `name`. A server takes only a folder of a volume that its
   * `volumeMounts` show; plans and the command line take any.
   * @default - where the server copies it to
   */
  readonly path?: string;
}

/**
 * A head that drafts tokens from hidden states of the model.
 */
export interface Eagle3Props extends SpeculativeDecodingProps {
  /**
   * The head by its own `config.json` (`ModelSpec.fromHuggingFaceConfig`), whose layers read hidden states besides tokens.
   * @default - one layer as wide as the model, with its heads and a dense block of `8/3` of the width
   */
  readonly model?: ModelSpec;
  /**
   * Tokens that the head may draft (`draft_vocab_size`): rows of an output head of its own. Heads made by speculators have 32,000 unless told otherwise; the
   * table of tokens is that of the model, which vLLM shares where the files have none or the same.
   * @default - all of the vocabulary
   */
  readonly draftVocabularySize?: number;
  /** Format of its weights. @default - 16 bits */
  readonly precision?: Precision;
  /**
   * Its name in the model store, as `ModelImport` puts it there: `s3://<bucket>/<name>/<version>`. The pods of a server copy it from there as they copy
   * the model.
   * @default - not stated; a server needs it, or `path`
   */
  readonly name?: string;
  /** Its version in the model store. @default '1' */
  readonly version?: string;
  /** Size of its files. @default - of all its parameters in `precision` */
  readonly size?: DataSize;
  /**
   * Folder of its files as the engine sees it (`model` of `speculative_config`), instead of `name`. A server takes only a folder of a volume that its
   * `volumeMounts` show; plans and the command line take any.
   * @default - where the server copies it to
   */
  readonly path?: string;
}

/** What a choice is made of. */
interface Facts extends SpeculativeDecodingProps {
  readonly model?: ModelSpec;
  readonly precision?: Precision;
  readonly draftVocabularySize?: number;
  readonly name?: string;
  readonly version?: string;
  readonly size?: DataSize;
  readonly path?: string;
}

/**
 * How often a token of prediction layers is accepted where those before it were. With it 0.57 and 0.42 of two and four tokens are, where Qwen3.8-27B on
 * vLLM 0.27.1 had 0.59 and 0.42 (sudoingX/qwen38-mtp#11); others have more: 0.61 to 0.66 of three (vllm-project/recipes#839), 0.77 to 0.90 (#810), 0.85 to
 * 0.90 of one (DeepSeek-V3's report, arXiv 2412.19437, 5.4.3).
 */
const PREDICTED = 0.68;
/** More tokens are drafted by no published run; vLLM takes any number above zero. */
const MOST_TOKENS = 64;

/**
 * Tokens that are drafted cheaply and verified by the model in one step, so that a step gives more than one token of an answer.
 *
 * @see https://docs.vllm.ai/en/latest/features/spec_decode/
 */
export class SpeculativeDecoding {
  /**
   * Multi-token prediction layers of the model's own checkpoint (DeepSeek, Qwen 3.5 and 3.6, GLM, MiMo, Nemotron 3). With more tokens than
   * layers they are run again.
   *
   * @param props the tokens of a step
   * @throws UnscopedValidationError with all faults: tokens or a share out of their range
   */
  public static mtp(props: SpeculativeDecodingProps): SpeculativeDecoding {
    return new SpeculativeDecoding(SpeculativeMethod.MTP, props);
  }

  /**
   * A smaller model of the same vocabulary. Up to vLLM 0.27 the GPUs wait for the host before each step, and its passes for their launches: a step of
   * Llama 3.1 8B with three tokens of a 1B takes 25 ms on an H200, on which one without takes 5 (bench/vllm).
   *
   * @param props the model and the tokens of a step
   * @throws UnscopedValidationError with all faults: tokens or a share out of their range
   */
  public static draftModel(props: DraftModelProps): SpeculativeDecoding {
    return new SpeculativeDecoding(SpeculativeMethod.DRAFT_MODEL, props);
  }

  /**
   * An EAGLE-3 head: as a rule one layer that reads hidden states of three layers of the model, and its embedding.
   *
   * @param props the head and the tokens of a step
   * @throws UnscopedValidationError with all faults: tokens or a share out of their range
   * @see https://arxiv.org/abs/2503.01840
   */
  public static eagle3(props: Eagle3Props): SpeculativeDecoding {
    return new SpeculativeDecoding(SpeculativeMethod.EAGLE3, props);
  }

  /**
   * Tokens that followed the last ones earlier in the prompt or the answer: no weights and no cache. In vLLM the GPUs wait for the host before each
   * step, 8 ms on an H200 (bench/vllm). Steps are planned as if every sequence had found all tokens.
   *
   * @param props the tokens of a step
   * @throws UnscopedValidationError with all faults: tokens or a share out of their range
   */
  public static nGram(props: SpeculativeDecodingProps): SpeculativeDecoding {
    return new SpeculativeDecoding(SpeculativeMethod.N_GRAM, props);
  }

  /**
   * The same by its method.
   *
   * @internal
   */
  public static _of(method: SpeculativeMethod, facts: Facts): SpeculativeDecoding {
    return new SpeculativeDecoding(method, facts);
  }

  /** How tokens are drafted. */
  public readonly method: SpeculativeMethod;
  /** Tokens that are drafted for each step. */
  public readonly tokens: number;
  /** Share of the drafted tokens that is accepted. @default - not known */
  public readonly acceptanceRate?: number;
  /** The draft model or the head. @default - none, or a head as wide as the model */
  public readonly model?: ModelSpec;
  /** Format of the weights of `model`. @default - 16 bits */
  public readonly precision?: Precision;
  /** Tokens that a head may draft. @default - all of the vocabulary */
  public readonly draftVocabularySize?: number;
  /** Name of its files in the model store. @default - not stated */
  public readonly name?: string;
  /** Their version there. @default '1' */
  public readonly version?: string;
  /** Size of its files. @default - of all its parameters */
  public readonly size?: DataSize;
  /** Folder in which the engine finds its files. @default - where a server copies them to */
  public readonly path?: string;

  private constructor(method: SpeculativeMethod, facts: Facts) {
    throwIfFaulty(factFaults(facts));
    this.method = method;
    this.tokens = facts.tokens;
    this.acceptanceRate = facts.acceptanceRate;
    this.model = facts.model;
    this.precision = facts.precision;
    this.draftVocabularySize = facts.draftVocabularySize;
    this.name = facts.name;
    this.version = facts.version;
    this.size = facts.size;
    this.path = facts.path;
  }

  /** Tokens of a step that every sequence computes: its last one and the drafted ones. */
  public get tokensPerStep(): number {
    return 1 + this.tokens;
  }

  /** Tokens of an answer that a step gives on average, the model's own among them: `1 + tokens × acceptanceRate`, or as that has by default. */
  public get acceptanceLength(): number {
    if (this.acceptanceRate !== undefined) return 1 + this.tokens * this.acceptanceRate;
    if (this.method !== SpeculativeMethod.MTP) return 1;
    return (1 - PREDICTED ** this.tokensPerStep) / (1 - PREDICTED);
  }

  /** The method and its tokens: `mtp, 1 token`. */
  public toString(): string {
    const draft = this.model === undefined ? '' : ` ${this.model.name}`;
    return `${this.method}${draft}, ${this.tokens} token${this.tokens === 1 ? '' : 's'}`;
  }
}

function factFaults({ tokens, acceptanceRate, draftVocabularySize, name, version, size, path }: Facts): Fault[] {
  const faults = wholeNumberFault('tokens', tokens ?? NaN, 1, MOST_TOKENS);
  if (draftVocabularySize !== undefined) faults.push(...wholeNumberFaults({ draftVocabularySize }, 1));
  if (acceptanceRate !== undefined && !(acceptanceRate >= 0 && acceptanceRate <= 1)) {
    const reason = `acceptanceRate must be from 0 to 1, the share of drafted tokens that is accepted; got ${givenValue(acceptanceRate)}`;
    faults.push(fault('OUT_OF_RANGE', 'acceptanceRate', reason));
  }
  if (name !== undefined && path !== undefined) {
    const reason = `what drafts is '${name}' in the model store, whose folder the server knows, and in ${givenValue(path)}; leave name or path out`;
    faults.push(fault('CONFLICTING_PROPERTIES', 'path', reason));
  }
  for (const [property, value] of Object.entries({ version, size }))
    if (value !== undefined && name === undefined)
      faults.push(
        fault(
          'CONFLICTING_PROPERTIES',
          property,
          `${property} is that of files in the model store, but there is no name; give the name that they have there, or leave ${property} out`,
        ),
      );
  return faults;
}

checkArguments('SpeculativeDecoding', SpeculativeDecoding);
