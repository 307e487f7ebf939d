/**
 * Multi-head latent attention (DeepSeek V2 and V3, Kimi K2): keys and values are kept as one compressed vector per token and
 * layer, the same on every tensor rank.
 */
export interface LatentAttention {
  /** Width of the compressed keys and values (`kv_lora_rank`). */
  readonly keyValueRank: number;
  /** Width of the compressed queries (`q_lora_rank`). @default - queries are not compressed */
  readonly queryRank?: number;
  /** Head width without position encoding (`qk_nope_head_dim`). */
  readonly nopeHeadSize: number;
  /** Head width with rotary position encoding (`qk_rope_head_dim`), kept once per token. */
  readonly ropeHeadSize: number;
  /** Width of a value head (`v_head_dim`). */
  readonly valueHeadSize: number;
}
