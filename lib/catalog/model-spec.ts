import { DataSize } from '../units/data-size';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { modelFromConfig } from './hugging-face-config';
import { LatentAttention } from './latent-attention';
import { stateBytes, tokenBytes } from './cache-bytes';
import { Layers } from './layers';
import { DecoderShape, ExpertLayers } from './model-architecture';
import { modelNumbers } from './model-numbers';
import { DenseModelProps, MixtureOfExpertsProps } from './model-props';
import { PublishedFormat, StructureOptions, checkedFraction, denseShape, mixtureShape } from './model-shape';
import { shapeFaults } from './shape-faults';
import { PUBLISHED_PRECISIONS } from './model-precision-table';
import { MODEL_TABLE, ModelName, modelNameOf } from './model-table';
import { nameText, unknownNameFault } from './near-names';
import { ParameterCount } from './parameter-count';
import { Precision } from './precision';
import { PredictionLayers, predictionFileBytes, predictionLayersOf } from './prediction-layers';
import { WeightBits } from './weight-bits';
import { PartBytes, partBytes, weightBytes } from './weight-bytes';
import { checkArguments } from '../units/argument-faults';
import { lazily } from '../units/lazily';
const LISTED = new Map<ModelName, ModelSpec>();

/**
 * Architecture of a language model, exact enough to count its weights and its key-value cache in bytes.
 */
export class ModelSpec {
  /** LLaMA 65B (multi-head attention). */
  public static readonly LLAMA_65B = ModelSpec.listed('llama-65b');
  /** Llama 2 7B. */
  public static readonly LLAMA_2_7B = ModelSpec.listed('llama-2-7b');
  /** Llama 2 13B. */
  public static readonly LLAMA_2_13B = ModelSpec.listed('llama-2-13b');
  /** Llama 2 70B. */
  public static readonly LLAMA_2_70B = ModelSpec.listed('llama-2-70b');
  /** Llama 3.1 8B. */
  public static readonly LLAMA_3_1_8B = ModelSpec.listed('llama-3.1-8b');
  /** Llama 3.1 70B. */
  public static readonly LLAMA_3_1_70B = ModelSpec.listed('llama-3.1-70b');
  /** Llama 3.1 405B. */
  public static readonly LLAMA_3_1_405B = ModelSpec.listed('llama-3.1-405b');
  /** Llama 3.2 1B. */
  public static readonly LLAMA_3_2_1B = ModelSpec.listed('llama-3.2-1b');
  /** Llama 3.2 3B. */
  public static readonly LLAMA_3_2_3B = ModelSpec.listed('llama-3.2-3b');
  /** Llama 3.3 70B. */
  public static readonly LLAMA_3_3_70B = ModelSpec.listed('llama-3.3-70b');
  /** TinyLlama 1.1B. */
  public static readonly TINY_LLAMA_1_1B = ModelSpec.listed('tinyllama-1.1b');
  /** DeepSeek LLM 7B. */
  public static readonly DEEPSEEK_LLM_7B = ModelSpec.listed('deepseek-llm-7b');
  /** DeepSeek LLM 67B (grouped-query attention). */
  public static readonly DEEPSEEK_LLM_67B = ModelSpec.listed('deepseek-llm-67b');
  /** DeepSeek V2, 236 billion parameters, 21 active. */
  public static readonly DEEPSEEK_V2 = ModelSpec.listed('deepseek-v2');
  /** DeepSeek V2 Lite, 15.7 billion parameters, 2.4 active. */
  public static readonly DEEPSEEK_V2_LITE = ModelSpec.listed('deepseek-v2-lite');
  /** DeepSeek V3, 671 billion parameters, 37 active, without the multi-token prediction module. */
  public static readonly DEEPSEEK_V3 = ModelSpec.listed('deepseek-v3');
  /** DeepSeek R1, the shape of DeepSeek V3. */
  public static readonly DEEPSEEK_R1 = ModelSpec.listed('deepseek-r1');
  /** DeepSeek R1 distilled into Qwen2.5-Math-1.5B. */
  public static readonly DEEPSEEK_R1_DISTILL_QWEN_1_5B = ModelSpec.listed('deepseek-r1-distill-qwen-1.5b');
  /** DeepSeek R1 distilled into Qwen2.5-Math-7B. */
  public static readonly DEEPSEEK_R1_DISTILL_QWEN_7B = ModelSpec.listed('deepseek-r1-distill-qwen-7b');
  /** DeepSeek R1 distilled into Qwen2.5-14B. */
  public static readonly DEEPSEEK_R1_DISTILL_QWEN_14B = ModelSpec.listed('deepseek-r1-distill-qwen-14b');
  /** DeepSeek R1 distilled into Qwen2.5-32B. */
  public static readonly DEEPSEEK_R1_DISTILL_QWEN_32B = ModelSpec.listed('deepseek-r1-distill-qwen-32b');
  /** DeepSeek R1 distilled into Llama-3.1-8B. */
  public static readonly DEEPSEEK_R1_DISTILL_LLAMA_8B = ModelSpec.listed('deepseek-r1-distill-llama-8b');
  /** DeepSeek R1 distilled into Llama-3.3-70B-Instruct. */
  public static readonly DEEPSEEK_R1_DISTILL_LLAMA_70B = ModelSpec.listed('deepseek-r1-distill-llama-70b');
  /** Kimi K2, a trillion parameters, 32 billion active. */
  public static readonly KIMI_K2 = ModelSpec.listed('kimi-k2');
  /** Llama 4 Scout, 109 billion parameters, 17 active, with its image encoder. */
  public static readonly LLAMA_4_SCOUT = ModelSpec.listed('llama-4-scout');
  /**
   * Llama 4 Maverick, 402 billion parameters, 17 active, with its image encoder. Meta's FP8 files are 388 GiB, more than FP8 counts:
   * state `checkpointSize`.
   */
  public static readonly LLAMA_4_MAVERICK = ModelSpec.listed('llama-4-maverick');
  /** GLM-4.5, 353 billion parameters, 32 active, without the multi-token prediction layer. */
  public static readonly GLM_4_5 = ModelSpec.listed('glm-4.5');
  /** GLM-4.5-Air, 107 billion parameters, 12 active, without the multi-token prediction layer. */
  public static readonly GLM_4_5_AIR = ModelSpec.listed('glm-4.5-air');
  /** Qwen2.5 0.5B. */
  public static readonly QWEN_2_5_0_5B = ModelSpec.listed('qwen2.5-0.5b');
  /** Qwen2.5 1.5B. */
  public static readonly QWEN_2_5_1_5B = ModelSpec.listed('qwen2.5-1.5b');
  /** Qwen2.5 3B. */
  public static readonly QWEN_2_5_3B = ModelSpec.listed('qwen2.5-3b');
  /** Qwen2.5 7B. */
  public static readonly QWEN_2_5_7B = ModelSpec.listed('qwen2.5-7b');
  /** Qwen2.5 14B. */
  public static readonly QWEN_2_5_14B = ModelSpec.listed('qwen2.5-14b');
  /** Qwen2.5 32B. */
  public static readonly QWEN_2_5_32B = ModelSpec.listed('qwen2.5-32b');
  /** Qwen2.5 72B. */
  public static readonly QWEN_2_5_72B = ModelSpec.listed('qwen2.5-72b');
  /** Qwen3 8B. */
  public static readonly QWEN_3_8B = ModelSpec.listed('qwen3-8b');
  /** Qwen3 14B. */
  public static readonly QWEN_3_14B = ModelSpec.listed('qwen3-14b');
  /** Qwen3 32B. */
  public static readonly QWEN_3_32B = ModelSpec.listed('qwen3-32b');
  /** Qwen3 30B with 3B active. */
  public static readonly QWEN_3_30B_A3B = ModelSpec.listed('qwen3-30b-a3b');
  /** Qwen3 235B with 22B active. */
  public static readonly QWEN_3_235B_A22B = ModelSpec.listed('qwen3-235b-a22b');
  /** Mistral 7B v0.3. */
  public static readonly MISTRAL_7B = ModelSpec.listed('mistral-7b-v0.3');
  /** Mistral Small 3, 24B (the language part of 3.1 and 3.2 too). */
  public static readonly MISTRAL_SMALL_24B = ModelSpec.listed('mistral-small-24b');
  /** Mixtral 8x7B. */
  public static readonly MIXTRAL_8X7B = ModelSpec.listed('mixtral-8x7b');
  /** Mixtral 8x22B. */
  public static readonly MIXTRAL_8X22B = ModelSpec.listed('mixtral-8x22b');
  /** Phi-3 mini (3.8B). */
  public static readonly PHI_3_MINI = ModelSpec.listed('phi-3-mini');
  /** Phi-4 (14.7B). */
  public static readonly PHI_4 = ModelSpec.listed('phi-4');
  /** Gemma 2 9B. */
  public static readonly GEMMA_2_9B = ModelSpec.listed('gemma-2-9b');
  /** Gemma 2 27B. */
  public static readonly GEMMA_2_27B = ModelSpec.listed('gemma-2-27b');
  /** gpt-oss 20B. */
  public static readonly GPT_OSS_20B = ModelSpec.listed('gpt-oss-20b');
  /** gpt-oss 120B. */
  public static readonly GPT_OSS_120B = ModelSpec.listed('gpt-oss-120b');

  /** Every model of the catalog. */
  public static readonly ALL: ModelSpec[] = Object.freeze(
    (Object.keys(MODEL_TABLE) as ModelName[]).map((name) => ModelSpec.listed(name)),
  ) as ModelSpec[];

  /**
   * A model of the catalog by its name, in any case, or that of its repository at Hugging Face.
   *
   * @param name for example `llama-3.1-8b` or `Qwen/Qwen3-32B`
   * @throws UnscopedValidationError for an unknown name, with the nearest known names
   */
  public static of(name: string): ModelSpec {
    const wanted = modelNameOf(nameText(name));
    const found = ModelSpec.ALL.find((model) => model.name === wanted);
    if (found) return found;
    const known = ModelSpec.ALL.map((model) => model.name);
    const otherwise = 'ModelSpec.fromHuggingFaceConfig, .dense and .mixtureOfExperts describe other models';
    throw new UnscopedValidationError([unknownNameFault('model', name, known, otherwise)]);
  }

  /**
   * A dense model that the catalog does not have.
   *
   * @param props its shape or its number of parameters
   * @throws UnscopedValidationError with all faults of the shape
   */
  public static dense(props: DenseModelProps): ModelSpec {
    return new ModelSpec(props.name, denseShape(props), props.shape ? undefined : props.parameters, undefined, props);
  }

  /**
   * A mixture-of-experts model that the catalog does not have.
   *
   * @param props its shape
   * @throws UnscopedValidationError with all faults of the shape
   */
  public static mixtureOfExperts(props: MixtureOfExpertsProps): ModelSpec {
    return new ModelSpec(props.name, mixtureShape(props), undefined, undefined, props);
  }

  /**
   * A model by its `config.json` from the Hugging Face hub, or by Mistral's `params.json`. Families: Llama, Qwen 2 to 3.6, Mistral, DeepSeek to
   * V4, Kimi, GLM-4 to 5.3, Ling, Inkling, dots3-note, MiniMax, Nemotron, Gemma, gpt-oss, Phi, Granite and others (bench/parameters). Of one that also reads
   * images or sound it is the language part; state the `checkpointSize`, so that the rest is counted too, and leave room for what engines
   * reserve for images, or serve text only (`limit_mm_per_prompt`).
   * `quantization_config` becomes the published precision; with groups below 128, or layers left in 16 bits, state the `checkpointSize`.
   *
   * @param name what to call it
   * @param config the parsed file, or its text
   * @param quantization the `hf_quant_config.json` that lies beside it in some checkpoints of NVIDIA, parsed or its text; what `config.json` says of
   * the format itself comes first @default - there is none
   * @throws UnscopedValidationError for a family or a `quantization_config` that is not known, for numbers missing or impossible
   */
  public static fromHuggingFaceConfig(name: string, config: unknown, quantization?: unknown): ModelSpec {
    const { shape, published } = modelFromConfig(name, config, quantization);
    throwIfFaulty(shapeFaults(name, shape));
    return new ModelSpec(name, shape, undefined, undefined, published);
  }

  private static listed(name: ModelName): ModelSpec {
    const known = LISTED.get(name);
    if (known) return known;
    const published = { publishedPrecision: PUBLISHED_PRECISIONS[name] };
    const model = new ModelSpec(name, MODEL_TABLE[name], undefined, undefined, published);
    LISTED.set(name, model);
    return model;
  }

  /** Name, e.g. `llama-3.1-8b`. */
  public readonly name: string;
  /** Layers. */
  public readonly layers: number;
  /** Width of the hidden state. */
  public readonly hiddenSize: number;
  /** Query heads. */
  public readonly attentionHeads: number;
  /** Width of one head. */
  public readonly headSize: number;
  /** Width of the dense feed-forward block. */
  public readonly intermediateSize: number;
  /** Tokens of the vocabulary. */
  public readonly vocabularySize: number;
  /** Longest context in tokens. */
  public readonly maxContextLength: number;
  /** Experts. @default - a dense model */
  public readonly experts?: ExpertLayers;
  /** Whether only the number of parameters is known and the shape is a guess. */
  public readonly approximate: boolean;
  /** Share of the layers' parameters saved by sharing them between layers, 0 to 1. */
  public readonly sharedParameterFraction: number;
  /** Share of the layers that a token skips, 0 to 1. */
  public readonly skippedLayerFraction: number;
  /** Number format that the model's checkpoint is published in. @default - not known */
  public readonly publishedPrecision?: Precision;
  /** Bits per weight of the parts of that checkpoint, where they are in several formats. @default - all in the published one */
  public readonly publishedBits?: WeightBits;
  /** Where that format is stated, e.g. `quantization_config of config.json`. @default - not known */
  public readonly publishedFrom?: string;
  /** The shape as given. */
  public readonly shape: DecoderShape;

  /** Parameters of a model of which only the size is known. @internal */
  public readonly _givenParameters?: number;

  /** Counted when first asked for: the catalog has dozens of models, of which a program plans one or two. */
  readonly #numbers = lazily(() => modelNumbers(this));
  readonly #prediction = lazily(() => predictionOf(this));

  private constructor(
    name: string,
    shape: DecoderShape,
    givenParameters?: number,
    structure: StructureOptions = { sharedParameterFraction: 0, skippedLayerFraction: 0 },
    { publishedPrecision, publishedBits, publishedFrom }: PublishedFormat = {},
  ) {
    this.name = name;
    this.publishedPrecision = publishedPrecision;
    this.publishedBits = publishedBits;
    this.publishedFrom = publishedFrom;
    this.shape = { ...shape };
    this.layers = shape.layers;
    this.hiddenSize = shape.hiddenSize;
    this.attentionHeads = shape.attentionHeads;
    this.headSize = shape.headSize ?? shape.hiddenSize / shape.attentionHeads;
    this.intermediateSize = shape.intermediateSize;
    this.vocabularySize = shape.vocabularySize;
    this.maxContextLength = shape.maxContextLength;
    this.experts = shape.experts;
    this._givenParameters = givenParameters;
    this.approximate = givenParameters !== undefined;
    this.sharedParameterFraction = structure.sharedParameterFraction;
    this.skippedLayerFraction = structure.skippedLayerFraction;
  }

  /** @internal */
  public get _layers(): Layers {
    return this.#numbers().layers;
  }

  /** @internal */
  public get _parameterCount(): ParameterCount {
    return this.#numbers().count;
  }

  /** Parameters, counted from the shape. */
  public get parameters(): number {
    return this.#numbers().parameters;
  }

  /** Parameters that one token uses: fewer than `parameters` with experts. Embedding and output head are counted fully. */
  public get activeParameters(): number {
    return this.#numbers().activeParameters;
  }

  /** Latent attention. @default - multi-head or grouped-query attention */
  public get latentAttention(): LatentAttention | undefined {
    return this._layers.kinds.find(({ attention }) => attention?.latent)?.attention?.latent;
  }

  /** Key-value heads; with latent attention the one compressed vector counts as a head. */
  public get keyValueHeads(): number {
    return this.latentAttention ? 1 : (this.shape.keyValueHeads ?? this.attentionHeads);
  }

  /**
   * The model with parameters shared between layers: smaller in memory, the same work per token.
   *
   * @param fraction share of the layers' parameters that is saved, e.g. 0.3
   * @throws UnscopedValidationError unless it is at least 0 and below 1
   */
  public withSharedParameters(fraction: number): ModelSpec {
    return this._changed({ sharedParameterFraction: checkedFraction('fraction', fraction) });
  }

  /**
   * The model with layers that a token may skip: the same in memory, less work per token.
   *
   * @param fraction share of the layers that a token skips on average, e.g. 0.3
   * @throws UnscopedValidationError unless it is at least 0 and below 1
   */
  public withSkippedLayers(fraction: number): ModelSpec {
    return this._changed({ skippedLayerFraction: checkedFraction('fraction', fraction) });
  }

  /** The model with another structure, or another shape of as many parameters. @internal */
  public _changed(structure: Partial<StructureOptions>, shape: DecoderShape = this.shape): ModelSpec {
    return new ModelSpec(this.name, shape, this._givenParameters, { ...this, ...structure }, this);
  }

  /**
   * Bytes of the whole model's weights, scale factors included. Quantized formats leave embeddings, head, router and norms in 16
   * bits; MXFP4 also everything but the experts of a mixture-of-experts model, NVFP4 the projections of latent attention but its output.
   *
   * @param precision number format of the weights
   */
  public weightSize(precision: Precision): DataSize {
    const { layers, embedding, head, finalNorm, encoder } = this._parameterCount;
    const other = embedding - head + finalNorm + encoder;
    const bytes = this._partBytes(precision);
    return DataSize.bytes(head * bytes.head + weightBytes(layers, other, bytes, this._rowScaleBits(precision)));
  }

  /**
   * Bytes of the checkpoint's files: the weights, and the multi-token prediction layers that are only loaded for speculative
   * decoding, each one layer more, with an embedding and a head of its own unless `predictionTables` is false; of 4-bit formats mostly in 16.
   *
   * @param precision number format of the weights
   */
  public checkpointSize(precision: Precision): DataSize {
    return this.weightSize(precision).plus(DataSize.bytes(predictionFileBytes(this, precision)));
  }

  /**
   * Bytes of keys and values that one token needs in all layers, one copy: what tensor parallelism shares out (or, with fewer heads
   * than ranks and with latent attention, replicates). Layers with a sliding window are counted fully; layers with a state need nothing
   * per token.
   *
   * @param precision number format of the cache; quantized caches are counted without scale factors
   */
  public keyValueBytesPerToken(precision: Precision): number {
    return tokenBytes(this._layers.kinds, precision);
  }

  /**
   * Bytes that one sequence needs whatever its length: the states of linear attention, state spaces and convolutions in all layers, one
   * copy; zero for models of attention alone.
   *
   * @param precision number format of activations, in which convolutions are kept
   */
  public stateBytesPerSequence(precision: Precision): number {
    return stateBytes(this._layers.kinds, precision);
  }

  /** Values kept per token and layer: 2 × heads × head size, or rank + rotary part with latent attention; the mean of the layers. */
  public get keyValueWidth(): number {
    return tokenBytes(this._layers.kinds, Precision.INT8) / this.layers;
  }

  /** @internal */
  public _prediction(): ReturnType<typeof predictionOf> {
    return this.#prediction();
  }

  /** @internal */
  public _partBytes(precision: Precision): PartBytes {
    const bits = precision.name === this.publishedPrecision?.name ? this.publishedBits : undefined;
    const model = { hasExperts: this.experts !== undefined, hasLatent: this.latentAttention !== undefined };
    return partBytes(precision, model, bits);
  }

  /** @internal */
  public _rowScaleBits(precision: Precision): number {
    return this.approximate ? 0 : precision.rowScaleBits;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('ModelSpec', ModelSpec);

/** Outside the class, whose compiled initializers must not name it. */
function predictionOf({ name, shape }: ModelSpec): (PredictionLayers & { pass(): ModelSpec }) | undefined {
  const own = predictionLayersOf(shape);
  const make = own?.shape.experts ? ModelSpec.mixtureOfExperts : ModelSpec.dense;
  return own && { ...own, pass: lazily(() => make({ name, shape: own.shape })) };
}
