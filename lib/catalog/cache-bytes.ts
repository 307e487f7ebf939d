import { Layer, ResolvedAttention, ResolvedState } from './layers';
import { Precision } from './precision';

/** Bytes of the scales that engines keep with the 8-bit keys of an index: one of 32 bits for each 128 values. */
const INDEX_SCALE_BYTES = 4 / 128;

/**
 * Bytes that one layer keeps per token of the context on one of several tensor ranks. Heads are shared out over ranks, and replicated where
 * there are fewer; the compressed vector of latent attention and the keys of an index are on every rank. Keys that serve as values are kept
 * twice, as engines do. Of a layer that compresses tokens it is the part that grows with the context, see windowBytes.
 *
 * @internal
 */
export function attentionBytes(attention: ResolvedAttention, precision: Precision, ranks = 1): number {
  return mainBytes(attention, precision, ranks) / attention.compression + indexBytes(attention);
}

/**
 * Bytes that a layer which compresses tokens keeps besides for each token of its window.
 *
 * @internal
 */
export function windowBytes(attention: ResolvedAttention, precision: Precision, ranks = 1): number {
  return attention.compression > 1 ? mainBytes(attention, precision, ranks) : 0;
}

/**
 * Bytes of the keys and values of one token, or of the entry that stands for several.
 *
 * @internal
 */
export function mainBytes(attention: ResolvedAttention, precision: Precision, ranks = 1): number {
  if (attention.sharesCache) return 0;
  const { latent, keyValueHeads, headSize, valueHeadSize } = attention;
  const width = latent
    ? latent.keyValueRank + latent.ropeHeadSize
    : Math.ceil(keyValueHeads / ranks) * (headSize + valueHeadSize);
  return width * (precision.bits / 8);
}

/**
 * Bytes of the index of sparse attention that one layer keeps per token, on every rank.
 *
 * @internal
 */
export function indexBytes({ index, sharesCache, compression }: ResolvedAttention): number {
  if (!index || index.shared || sharesCache) return 0;
  return (
    (index.headSize * ((index.keyBits ?? 8) === 8 ? 1 + INDEX_SCALE_BYTES : 2)) /
    compression /
    (index.tokensPerKey ?? 1)
  );
}

/**
 * Bytes that the state of one layer needs per sequence on one of several tensor ranks.
 *
 * @internal
 */
export function layerStateBytes(state: ResolvedState, precision: Precision, ranks = 1): number {
  const { heads, headSize, stateSize, groups, convolutionChannels, convolutionWidth, stateBits } = state;
  // Each rank has at least one group (vLLM's extra_groups_for_head_shards).
  const more = groups > 0 && groups < heads && groups % ranks !== 0 ? Math.max(0, ranks - groups) : 0;
  const channels = (convolutionChannels + 2 * more * stateSize) / ranks;
  const bits =
    channels * (convolutionWidth - 1) * activationBits(precision) + (heads / ranks) * headSize * stateSize * stateBits;
  return bits / 8;
}

function activationBits({ bits }: Precision): number {
  return bits === 32 ? 32 : 16;
}

/**
 * Bytes that one token needs in all layers, one copy.
 *
 * @internal
 */
export function tokenBytes(kinds: readonly Layer[], precision: Precision): number {
  return kinds.reduce(
    (sum, { count, attention }) => sum + (attention ? count * attentionBytes(attention, precision) : 0),
    0,
  );
}

/**
 * Bytes that one sequence needs in all layers whatever its length, one copy.
 *
 * @internal
 */
export function stateBytes(kinds: readonly Layer[], precision: Precision): number {
  return kinds.reduce((sum, { count, state }) => sum + (state ? count * layerStateBytes(state, precision) : 0), 0);
}
