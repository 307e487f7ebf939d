import { attentionBytes, layerStateBytes, windowBytes } from '../catalog/cache-bytes';
import { Layer, ResolvedState } from '../catalog/layers';
import { Configuration } from './configuration';
import { Stage } from './stages';

/**
 * How an engine lays out the cache of a model, whatever the stage.
 *
 * @internal
 */
export interface CacheLayout {
  readonly kept: readonly Kept[];
  /** Whether layers are divided into groups with block tables of their own. */
  readonly grouped: boolean;
  /** Bytes of the pages of one layer; zero where layers have pages of their own size. */
  readonly page: number;
  /** Tokens of a block, and its groups, by kind of cache. */
  readonly blocks: readonly number[];
  readonly groups: readonly number[];
  /** All groups together. */
  readonly groupCount: number;
  /** Tokens of the smallest block of a layer. */
  readonly blockTokens: number;
  /** Whether each sequence of the scheduler needs a block, for the states of its layers. */
  readonly blockPerSequence: boolean;
}

/**
 * Layers whose cache is of one kind: all that they keep is the same.
 *
 * @internal
 */
export interface Kept {
  /** Numbers of the model's kinds of layers. */
  readonly kinds: number[];
  /** Layers of the whole model, those of the drafter among them. */
  layers: number;
  /** Layers of the drafter, on the last stage. */
  drafting: number;
  /** Bytes of one layer and token; zero for a state. */
  readonly perToken: number;
  /** Bytes of one layer and sequence. */
  readonly state: number;
  readonly window?: number;
}

/**
 * The memory that a stage's cache takes, in terms of the engine's blocks.
 *
 * @internal
 */
export interface CachePool {
  /** Bytes of keys and values that one token takes in all layers, without windows and padding. */
  readonly perToken: number;
  /** Bytes of states that one sequence takes in all layers. */
  readonly perSequenceState: number;
  /** Bytes that the pool is made of. */
  readonly blockBytes: number;
  /** Layers that the pool has room for, and those that keep anything. */
  readonly pooledLayers: number;
  readonly layers: number;
}

/**
 * The cache as the engine lays it out. vLLM (`v1/core/kv_cache_utils.py`) has one pool of blocks whose pages are the same size for every layer:
 *
 * - Layers are divided into groups of as many as the rarest kind has (`_get_kv_cache_groups_uniform_page_size`), the last of each kind
 *   filled up with layers that hold nothing: the 22 windowed layers of Gemma-3-1B are six groups of 4, so a token takes 28 layers of room,
 *   not 26 (a log has 950,864 tokens in 25.39 GiB).
 * - Where layers keep a state, a page is at least as large as a state: blocks of attention are lengthened to it (`_align_hybrid_block_size`,
 *   e.g. to 784 tokens), and each sequence has one for each group of such layers.
 * - Smaller pages of attention are made larger by more tokens, or padded (`unify_kv_cache_spec_page_size`).
 *
 * Other engines keep whole contexts, and states in a pool of their own.
 *
 * @internal
 */
export function cacheLayout(configuration: Configuration): CacheLayout {
  const kept = keptOf(configuration);
  const { engine } = configuration;
  if (engine.keepsWindows && !isUniform(kept)) return groupedLayout(configuration, kept);
  const block = engine.blockTokens;
  return {
    ...{ kept, grouped: false, page: 0, groupCount: 1, blockTokens: block, blockPerSequence: false },
    blocks: kept.map(() => block),
    groups: kept.map(() => 1),
  };
}

/** Whether no layer keeps a state, and all have the same window or none. */
function isUniform(kept: readonly Kept[]): boolean {
  return kept.every(({ state, window }) => state === 0 && window === kept[0].window);
}

function keptOf(configuration: Configuration): Kept[] {
  const { model, parallelism, kvCachePrecision, precision, engine, drafter } = configuration;
  const found: Kept[] = [];
  const add = (kind: number | undefined, layers: number, perToken: number, state: number, window?: number) => {
    if (perToken === 0 && state === 0) return;
    let known = found.find((each) => each.perToken === perToken && each.state === state && each.window === window);
    if (!known) found.push((known = { kinds: [], layers: 0, drafting: 0, perToken, state, window }));
    known.layers += layers;
    if (kind === undefined) known.drafting += layers;
    else known.kinds.push(kind);
  };
  const addLayers = ({ attention, state }: Layer, count: number, kind?: number) => {
    // The vLLM that counts graphs drops finished chunks too (vllm-project/vllm#29627 came before), and others are taken not to.
    const keeps = engine.keepsWindows && (attention?.chunked !== true || engine.countsGraphs);
    const window = keeps ? attention?.window : undefined;
    if (attention) {
      const recent = windowBytes(attention, kvCachePrecision, parallelism.tensor);
      const whole = attentionBytes(attention, kvCachePrecision, parallelism.tensor);
      add(kind, count, whole, 0, recent > 0 ? undefined : window);
      add(kind, count, recent, 0, window);
    }
    if (state) add(kind, count, 0, layerStateBytes(widened(configuration, state), precision, parallelism.tensor));
  };
  model._layers.kinds.forEach((layer, kind) => addLayers(layer, layer.count, kind));
  for (const { layer, count } of drafter?.layers ?? []) addLayers(layer, count);
  return found;
}

/**
 * A state whose convolution keeps the drafted tokens too, as vLLM's of Mamba 2 and gated delta rules do (`MambaStateShapeCalculator`, `num_spec`); those
 * of Kimi's and of Mamba 1 do not.
 */
function widened({ drafter, engine, model }: Configuration, state: ResolvedState): ResolvedState {
  const other = state.headSize <= 1 || model.shape.modelType?.startsWith('kimi') === true;
  if (!drafter || !engine._isVllm || other) return state;
  return { ...state, convolutionWidth: state.convolutionWidth + drafter.tokens };
}

/**
 * States that a layer keeps for each sequence: one for each drafted token besides those that it has anyway (`num_speculative_blocks` of vLLM's
 * MambaSpec; SGLang keeps as many).
 *
 * @internal
 */
export function statesOf({ engine, drafter }: Configuration): number {
  return (engine._isVllm ? engine.statesPerSequence : 1) + (drafter?.tokens ?? 0);
}

/** Least tokens of a block beside states: FlashAttention's kernels take 16, 32 or 64. */
const LEAST_BLOCK = 16;

function groupedLayout(configuration: Configuration, kept: readonly Kept[]): CacheLayout {
  const { engine } = configuration;
  const state = Math.max(...kept.map((each) => each.state));
  const widest = Math.max(...kept.map((each) => each.perToken));
  // Blocks are lengthened until the attention's page holds a state.
  const base = Math.max(engine.blockTokens, LEAST_BLOCK);
  const lengthened = state > 0 && widest > 0 ? Math.ceil(state / (base * widest)) * base : engine.blockTokens;
  const page = Math.max(lengthened * widest, state);
  const blocks = kept.map(({ perToken }) => {
    const own = lengthened * perToken;
    return own > 0 && page % own === 0 ? lengthened * (page / own) : lengthened;
  });
  const counts = kept.map(({ layers }) => layers);
  const [few, many] = [Math.min(...counts), Math.max(...counts)];
  const size = many < (engine.countsGraphs ? 1.5 : 1.25) * few ? many : few;
  const groups = counts.map((layers) => Math.ceil(layers / size));
  const ofTokens = blocks.filter((_, i) => kept[i].perToken > 0);
  return {
    ...{ kept, grouped: true, page, blocks, groups, blockPerSequence: state > 0 },
    groupCount: groups.reduce((total, each) => total + each, 0),
    blockTokens: ofTokens.length > 0 ? Math.min(...ofTokens) : configuration.contextLength,
  };
}

/**
 * The pool of one stage.
 *
 * @internal
 */
export function poolOf(layout: CacheLayout, stage: Stage): CachePool {
  let perToken = 0;
  let perSequenceState = 0;
  let layers = 0;
  // A stage has its share of each group, rounded up.
  let share = 1;
  for (let i = 0; i < layout.kept.length; i++) {
    const each = layout.kept[i];
    let own = 0;
    for (const kind of each.kinds) own += stage.kinds[kind];
    if (stage.last) own += each.drafting;
    perToken += own * each.perToken;
    perSequenceState += own * each.state;
    layers += own;
    share = Math.max(share, Math.ceil(own / layout.groups[i]));
  }
  return {
    perToken,
    perSequenceState,
    blockBytes: layout.grouped ? layout.page * share : Math.max(1, perToken * layout.blockTokens),
    pooledLayers: layout.grouped ? layout.groupCount * share : layers,
    layers,
  };
}

/**
 * Blocks of one sequence of a length.
 *
 * @internal
 */
export function blocksPerSequence(configuration: Configuration, layout: CacheLayout, pool: CachePool): number {
  const tokens = configuration.contextLength;
  const states = statesOf(configuration);
  if (!layout.grouped) {
    const window = layout.kept[0]?.window;
    return (
      (states * pool.perSequenceState) / pool.blockBytes + blocksOf(configuration, window, layout.blockTokens, tokens)
    );
  }
  let blocks = 0;
  for (let i = 0; i < layout.kept.length; i++) {
    const { perToken, window } = layout.kept[i];
    blocks += layout.groups[i] * (perToken === 0 ? states : blocksOf(configuration, window, layout.blocks[i], tokens));
  }
  return blocks;
}

/** With a window one more than its tokens fill, because it may begin within a block (vLLM's SlidingWindowSpec). */
function blocksOf(configuration: Configuration, window: number | undefined, block: number, tokens: number): number {
  if (window === undefined) return Math.ceil(tokens / block);
  return Math.ceil(Math.min(window - 1 + configuration.maxBatchedTokens, tokens) / block) + 1;
}
