import { EncoderShape } from './encoder-shape';
import { LatentAttention } from './latent-attention';
import { LayerKind } from './layer-kinds';

/**
 * Experts of a mixture-of-experts model.
 */
export interface ExpertLayers {
  /** Routed experts of one layer. */
  readonly routed: number;
  /** Routed experts that one token uses. */
  readonly perToken: number;
  /** Width of one expert. */
  readonly intermediateSize: number;
  /** Experts that every token uses. @default 0 */
  readonly shared?: number;
  /** Width of all shared experts together. @default - shared × intermediateSize */
  readonly sharedIntermediateSize?: number;
  /** First layers that have a dense feed-forward block instead. @default 0 */
  readonly firstDenseLayers?: number;
  /** Every how many layers one has experts, the last of each group: with 2, every second layer is dense (Llama 4 Maverick). @default 1 */
  readonly layerStep?: number;
  /** Whether experts have biases (gpt-oss). @default false */
  readonly bias?: boolean;
  /** Whether the router has one bias per expert (DeepSeek V3, gpt-oss). @default false */
  readonly routerBias?: boolean;
  /**
   * Of the router and its biases in one layer, the parameters that engines load in 32 bits whatever the format: the biases of DeepSeek V3,
   * all of them in GLM-4.5, ERNIE 4.5, MiniMax M2 and Nemotron 3.
   * @default 0
   */
  readonly float32RouterParameters?: number;
  /** Gate of the shared experts, one value per hidden unit (Qwen2-MoE). @default false */
  readonly sharedGate?: boolean;
  /** Width that routed experts work on, where hidden states are projected to it and back (Nemotron 3 Super). @default - hiddenSize */
  readonly latentSize?: number;
}

/**
 * Attention that sees only the last tokens, in some layers.
 */
export interface SlidingWindow {
  /** Tokens that such a layer sees. */
  readonly tokens: number;
  /** Layers that have the window. */
  readonly layers: number;
  /**
   * Whether it is a chunk: the context is cut into pieces of that length, and a token sees those before it in its own (three in four layers of
   * Llama 4). Of such layers vLLM from 0.21 on keeps the chunk alone (`VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE`, whose default became 1
   * with vllm-project/vllm#29627), earlier versions the whole context.
   * @default false
   */
  readonly chunked?: boolean;
}

/**
 * Shape of a decoder-only transformer.
 */
export interface DecoderShape {
  /** Layers. */
  readonly layers: number;
  /** Width of the hidden state. */
  readonly hiddenSize: number;
  /** Query heads. */
  readonly attentionHeads: number;
  /** Key-value heads: fewer than query heads in grouped-query attention. @default - as many as query heads */
  readonly keyValueHeads?: number;
  /** Width of one head. @default - hiddenSize / attentionHeads */
  readonly headSize?: number;
  /** Width of the dense feed-forward block. */
  readonly intermediateSize: number;
  /** Tokens of the vocabulary, as the embedding matrix has rows. */
  readonly vocabularySize: number;
  /** Longest context in tokens that the model was made for. */
  readonly maxContextLength: number;
  /** Whether the output head is the embedding matrix. @default false */
  readonly tiedEmbeddings?: boolean;
  /** Whether the feed-forward block has a gate (three matrices, not two). @default true */
  readonly gatedFeedForward?: boolean;
  /** Whether the query, key and value projections have biases (Qwen2). @default false */
  readonly attentionBias?: boolean;
  /** Whether the attention's output projection has a bias. @default false */
  readonly attentionOutputBias?: boolean;
  /** Whether the feed-forward matrices have biases. @default false */
  readonly feedForwardBias?: boolean;
  /** Whether queries and keys are normalized per head (Qwen3, Gemma 3). @default false */
  readonly queryKeyNorm?: boolean;
  /** Norms of one layer. @default 2 */
  readonly normsPerLayer?: number;
  /** Whether norms have a bias (layer norm). @default false */
  readonly normBias?: boolean;
  /** Whether norms have weights; those of the first OLMo have not. @default true */
  readonly normWeights?: boolean;
  /** One learned value per query head and layer (gpt-oss attention sinks). @default false */
  readonly attentionSinks?: boolean;
  /**
   * Whether its activations leave the range of fp16, so that engines want bf16 or fp32 (Gemma 2 and 3, GLM-4 of 0414; vLLM's
   * `_FLOAT16_NOT_SUPPORTED_MODELS`).
   * @default false
   */
  readonly needsBfloat16?: boolean;
  /** Rows of a learned position table. @default 0 */
  readonly positionEmbeddings?: number;
  /**
   * Multi-token prediction layers (`num_nextn_predict_layers`): in the checkpoint, but loaded only for speculative decoding.
   * @default 0
   */
  readonly predictionLayers?: number;
  /**
   * Whether each prediction layer has an embedding and a head of its own in the checkpoint, as in DeepSeek V3 and GLM-4.5. Qwen 3.5 and 3.6
   * (`mtp_use_dedicated_embeddings: false`) and MiMo (vLLM's mimo_mtp.py loads the model's) have not.
   * @default true
   */
  readonly predictionTables?: boolean;
  /**
   * Whether the prediction layers have the experts of the model. Those of Step 3.5 and 3.7 have a dense block (51 tensors of three layers).
   * @default - where the model has experts
   */
  readonly predictionExperts?: boolean;
  /** Latent attention. @default - multi-head or grouped-query attention */
  readonly latentAttention?: LatentAttention;
  /** Experts. @default - a dense model */
  readonly experts?: ExpertLayers;
  /**
   * Layers whose attention sees only the last tokens.
   * @default - every layer sees the whole context
   */
  readonly slidingWindow?: SlidingWindow;
  /**
   * Kinds of layers, for a model whose layers differ in more than a window or experts: other heads, linear attention or a state space. They
   * replace `slidingWindow`, `latentAttention`, `intermediateSize` and the positions of `experts`, and their counts add up to `layers`.
   * @default - attention in each layer, then a dense block or experts
   */
  readonly layerKinds?: LayerKind[];
  /**
   * Kind of each layer, by its number in `layerKinds`, from zero: it matters to pipeline stages alone.
   * @default - layers of all kinds are spread evenly
   */
  readonly layerOrder?: number[];
  /** Parameters that nothing else describes, outside the layers: in 16 bits, shared out over ranks, read in every step. @default 0 */
  readonly otherParameters?: number;
  /**
   * Parameters of tables of which a step reads a row for each token, besides the embedding: those of Gemma 3n and 4 have a row for each layer.
   * In 16 bits, shared out over ranks.
   * @default 0
   */
  readonly lookupParameters?: number;
  /**
   * `model_type` of the file that the shape was read from, by which engines choose their code: a release of an engine that lacks it is refused.
   * @default - not known
   */
  readonly modelType?: string;
  /**
   * What reads images or sound before the language model. Their weights and what the engine takes for the largest item when it starts count
   * unless a plan is for text alone (`MediaInput.NONE`).
   * @default - none
   */
  readonly encoders?: EncoderShape[];
}
