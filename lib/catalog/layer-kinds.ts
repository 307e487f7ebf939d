import { LatentAttention } from './latent-attention';

/**
 * Index of sparse attention (DeepSeek V3.2, GLM-5): a small key for each token, by which each query picks the tokens it attends to.
 */
export interface SparseIndex {
  /** Heads of the index (`index_n_heads`). */
  readonly heads: number;
  /** Width of the key that is kept per token, on every tensor rank, in 8 bits with a scale of 32 (`index_head_dim`). */
  readonly headSize: number;
  /** Tokens that a query attends to (`index_topk`). */
  readonly topTokens: number;
  /**
   * Parameters of the index in one such layer; they stay in 16 bits.
   * @default - queries from the compressed ones, one key with a layer norm and a weight per head (DeepSeek V3.2)
   */
  readonly parameters?: number;
  /** Whether it takes the tokens that an earlier layer picked, and has neither keys nor parameters of its own (GLM-5.2). @default false */
  readonly shared?: boolean;
  /** Bits of a value of the key that is kept: 8 with a scale, or 16. @default 8 */
  readonly keyBits?: number;
  /** Tokens of the context that one key stands for (`index_kpool` of GLM-5.3-Flash: 16). @default 1 */
  readonly tokensPerKey?: number;
}

/**
 * Attention of one kind of layer. What is left out is as the shape says.
 */
export interface AttentionLayer {
  /** Query heads. @default - attentionHeads of the shape */
  readonly heads?: number;
  /** Key-value heads. @default - keyValueHeads of the shape */
  readonly keyValueHeads?: number;
  /** Width of a query and a key head. @default - headSize of the shape */
  readonly headSize?: number;
  /** Width of a value head, where it differs (MiMo-V2: 192 and 128). @default - headSize */
  readonly valueHeadSize?: number;
  /** Tokens that it sees. @default - the whole context */
  readonly window?: number;
  /**
   * Whether the window is a chunk: the context is cut into pieces of that length, and a token sees those before it in its own (Llama 4). Of them
   * vLLM from 0.21 on keeps the chunk alone, earlier versions the whole context. @default false
   */
  readonly chunked?: boolean;
  /** Whether keys serve as values too, so that there is no value projection; engines cache both (full layers of Gemma 4). @default false */
  readonly sharesValues?: boolean;
  /** Whether it reads the cache of an earlier layer and keeps none of its own (last layers of Gemma 3n and 4). @default false */
  readonly sharesCache?: boolean;
  /** Whether such a layer has key and value projections all the same (Gemma 3n). @default false */
  readonly unusedProjections?: boolean;
  /** Whether the output is gated: the query projection is twice as wide (Qwen3-Next, Qwen3.5). @default false */
  readonly outputGate?: boolean;
  /** Latent attention: its widths replace those of heads. @default - multi-head or grouped-query attention */
  readonly latent?: LatentAttention;
  /** Index of sparse attention. @default - it attends to all it sees */
  readonly index?: SparseIndex;
  /**
   * Tokens that one entry of the cache stands for, besides those of the window, which are kept one by one (DeepSeek V4: 4 and 128).
   * @default 1
   */
  readonly compression?: number;
  /** Parameters of all projections, where they are others than such attention has. @default - counted from heads and widths */
  readonly matrixParameters?: number;
}

/**
 * What a layer keeps per sequence, whatever its length: linear attention, a state space or a short convolution. Heads are shared out
 * over tensor ranks.
 */
export interface StateLayer {
  /** Heads of the state; 0 where there is but a convolution (LFM2). */
  readonly heads: number;
  /** Width of a head: `mamba_head_dim`, `linear_value_head_dim`; 1 for Mamba 1, each of whose channels is a head. */
  readonly headSize: number;
  /** Values kept per unit of a head: `ssm_state_size`, `linear_key_head_dim`. */
  readonly stateSize: number;
  /**
   * Heads of the inputs that several heads share: `n_groups` of Mamba 2, `linear_num_key_heads`. With fewer than tensor ranks each rank has
   * one. @default - as many as heads
   */
  readonly groups?: number;
  /** Channels that are convolved. @default - heads × headSize + 2 × groups × stateSize */
  readonly convolutionChannels?: number;
  /** Tokens that the convolution spans, all but the last of which are kept. @default 4 */
  readonly convolutionWidth?: number;
  /** Bits of a value of the state; the convolution's are those of activations. @default 32 */
  readonly stateBits?: number;
  /** Parameters of the layer's projections, which are quantized and shared out over tensor ranks like other matrices. */
  readonly matrixParameters: number;
}

/**
 * Layers of one kind: what mixes tokens (attention, a state, both or neither) and what follows (a dense block, experts, both or neither).
 */
export interface LayerKind {
  /** Layers of the kind. */
  readonly count: number;
  /** Attention; `{}` is that of the shape. @default - none */
  readonly attention?: AttentionLayer;
  /** State per sequence. @default - none */
  readonly state?: StateLayer;
  /** Width of the dense feed-forward block. @default - none */
  readonly intermediateSize?: number;
  /** Whether it has the experts of the shape. @default false */
  readonly experts?: boolean;
  /** Norms of the layer. @default - normsPerLayer of the shape */
  readonly norms?: number;
  /** Parameters that nothing else describes, e.g. of convolutions and decays: in 16 bits, on every GPU. @default 0 */
  readonly otherParameters?: number;
  /**
   * Of all its parameters, those that engines load in 32 bits whatever the format, besides the router's: the decays of a state.
   * @default 0
   */
  readonly float32Parameters?: number;
}
