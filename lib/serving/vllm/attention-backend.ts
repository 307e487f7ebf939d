/**
 * Kernels that compute attention in vLLM; all fuse it into one pass over the cache.
 *
 * @see https://docs.vllm.ai/en/latest/design/attention_backends/
 */
export enum AttentionBackend {
  /** FlashAttention: GPUs from Ampere on; 8-bit caches on Hopper alone. */
  FLASH_ATTN = 'FLASH_ATTN',
  /** FlashInfer: GPUs from Ampere on, of versions before 0.24 from Turing on. */
  FLASHINFER = 'FLASHINFER',
  /** vLLM's own in Triton: any GPU. */
  TRITON_ATTN = 'TRITON_ATTN',
  /** PyTorch's FlexAttention: any GPU; no 8-bit cache. */
  FLEX_ATTENTION = 'FLEX_ATTENTION',
}
