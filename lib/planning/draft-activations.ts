import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Configuration } from './configuration';

/** What lies outside the utilization whatever runs: the CUDA context. */
const CONTEXT_BYTES = 0.6 * 2 ** 30;

/**
 * Memory of verifying drafted tokens, which vLLM's start does not try in full: it has one drafted token for each sequence, two rows of logits in 16
 * bits, whatever is drafted (`_dummy_sampler_run`, 0.24.0). A step has a row for each token, in 16 bits and, of the drafted ones, three times in 32
 * (`RejectionSampler.forward`); what that is beyond the memory outside the utilization comes out of it.
 *
 * @param sampled what the sampler takes without
 *
 * @internal
 */
export function verifiedBytes(configuration: Configuration, sequences: number, sampled: number): number {
  const { drafter, model, maxBatchedTokens, gpu, gpuMemoryUtilization } = configuration;
  if (!drafter) return sampled;
  const rows = Math.min(sequences, Math.ceil(maxBatchedTokens / (1 + drafter.tokens))) * model.vocabularySize;
  const outside = Math.max(0, (1 - gpuMemoryUtilization) * gpu.memory.bytes - CONTEXT_BYTES);
  return Math.max(sampled + 4 * rows, rows * (2 + 14 * drafter.tokens) - outside);
}

/**
 * Buffers of what drafts: hidden states and embeddings of the tokens of a step (`llm_base_proposer.py`, 0.24.0), and of an EAGLE-3 head the hidden
 * states of three layers.
 *
 * @internal
 */
export function draftBuffers({ drafter, model, maxBatchedTokens }: Configuration): number {
  if (!drafter || drafter.layers.length === 0) return 0;
  const widths = drafter.method === SpeculativeMethod.EAGLE3 ? 5 : 2;
  return 2 * widths * maxBatchedTokens * (drafter.model ?? model).hiddenSize;
}
