import { PartBytes } from '../catalog/weight-bytes';
import { Configuration } from './configuration';

/**
 * The work of one forward pass of a data-parallel rank: sequences that decode one token each, or verify several, prompts that are computed whole, or both together.
 *
 * @internal
 */
export interface Pass {
  /** Sequences that decode. */
  readonly decoding: number;
  /** Tokens of keys and values that they read, all together. */
  readonly cachedTokens: number;
  /** Tokens of each sequence that decodes: its last one and the drafted ones. @default 1 */
  readonly queries?: number;
  /** Whether the likeliest token is taken, without probabilities. @default false */
  readonly greedy?: boolean;
  /** Prompts computed. */
  readonly prompts: number;
  /** Tokens of one prompt. */
  readonly promptTokens: number;
  /** Data-parallel ranks that compute as many prompts at once; the others decode alone. @default 1 */
  readonly promptRanks?: number;
}

/**
 * Tokens of all data-parallel ranks.
 *
 * @internal
 */
export function tokensOfRanks({ parallelism }: Configuration, pass: Pass): number {
  return parallelism.attentionRanks * decodedTokens(pass) + (pass.promptRanks ?? 1) * pass.prompts * pass.promptTokens;
}

/**
 * Tokens of a rank.
 *
 * @internal
 */
export function tokensOf(pass: Pass): number {
  return decodedTokens(pass) + pass.prompts * pass.promptTokens;
}

/**
 * Tokens of the sequences that decode.
 *
 * @internal
 */
export function decodedTokens({ decoding, queries = 1 }: Pass): number {
  return decoding * queries;
}

/**
 * Bytes of a weight of each part.
 *
 * @internal
 */
export function partBytes({ model, precision }: Configuration): PartBytes {
  return model._partBytes(precision);
}
