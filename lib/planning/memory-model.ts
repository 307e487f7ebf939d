import { adapterWeights } from './adapter-weights';
import { CacheLayout, CachePool, blocksPerSequence, cacheLayout, poolOf, statesOf } from './cache-pool';
import { Configuration, sequencesPerRank } from './configuration';
import { draftWeights } from './draft-weights';
import { baseWeights } from './offload';
import { activationsInside, availableBytes, runtimeBytes } from './other-memory';
import { layerWeights } from './stage-weights';
import { stagesOf } from './stages';

/**
 * Bytes on one GPU of the fullest stage.
 *
 * @internal
 */
export interface MemoryModel {
  readonly weights: number;
  /** Weights of one GPU that stay in host memory, of the stage that leaves most there. */
  readonly offloaded: number;
  readonly activations: number;
  readonly runtime: number;
  /** Memory that the engine may use. */
  readonly available: number;
  /** Key-value bytes of one token on one GPU. */
  readonly kvPerToken: number;
  /** Bytes of states of one sequence on one GPU, without padding. */
  readonly statePerSequence: number;
  /** Bytes of one sequence of full length; windows, states and blocks counted. */
  readonly kvPerSequence: number;
  /** Bytes that the concurrency needs, and one block for each sequence of the scheduler where layers keep a state. */
  readonly kvNeeded: number;
  /** Of them, those that the concurrency needs. */
  readonly kvUsed: number;
  /** Tokens that fit into a replica: all its data-parallel ranks. */
  readonly kvCapacityTokens: number;
  /** Sequences of full length that fit into a replica. */
  readonly maxSequences: number;
  /** Sequences that the scheduler of a rank may hold, where each needs a block for its states. */
  readonly stateBlocks?: number;
}

/**
 * The memory of the fullest GPU, and what else fits.
 *
 * @internal
 */
export function memoryOf(configuration: Configuration): MemoryModel {
  const { maxSequences } = configuration;
  const concurrency = sequencesPerRank(configuration);
  const ranks = configuration.parallelism.attentionRanks;
  const available = availableBytes(configuration);
  const activations = activationsInside(configuration);
  const layout = cacheLayout(configuration);
  const perLayer = layerWeights(configuration);
  const drafting = draftWeights(configuration);
  // vLLM captures decode graphs for every sequence of the scheduler, each with a block of states (`max_num_seqs` exceeds available blocks).
  const captured = layout.blockPerSequence && configuration.cudaGraphs;
  let worst: MemoryModel | undefined;
  let most = -Infinity;
  let mostOffloaded = 0;
  let tokens = Infinity;
  let sequences = Infinity;
  for (const stage of stagesOf(configuration)) {
    const all = baseWeights(configuration, stage, perLayer, drafting);
    const offloaded = Math.min(all, configuration.cpuOffloadBytes);
    const weights = all - offloaded + adapterWeights(configuration, stage);
    mostOffloaded = Math.max(mostOffloaded, offloaded);
    const runtime = runtimeBytes(configuration, weights, available - weights - activations);
    const pool = poolOf(layout, stage);
    const perSequence = blocksPerSequence(configuration, layout, pool) * pool.blockBytes;
    const kvUsed = perSequence * concurrency;
    const kvNeeded = Math.max(kvUsed, captured ? maxSequences * pool.blockBytes : 0);
    const room = Math.max(0, available - weights - activations - runtime);
    tokens = Math.min(tokens, capacity(configuration, layout, pool, room));
    sequences = Math.min(sequences, Math.floor(room / Math.max(1, perSequence)));
    if (captured) sequences = Math.min(sequences, Math.floor(room / pool.blockBytes));
    const need = weights + kvNeeded + runtime;
    if (need <= most) continue;
    most = need;
    worst = {
      weights,
      offloaded,
      activations,
      runtime,
      available,
      kvPerToken: pool.perToken,
      statePerSequence: pool.perSequenceState,
      kvPerSequence: perSequence,
      kvNeeded,
      kvUsed,
      kvCapacityTokens: 0,
      maxSequences: 0,
      stateBlocks: captured ? Math.floor(room / pool.blockBytes) : undefined,
    };
  }
  return {
    ...(worst as MemoryModel),
    offloaded: mostOffloaded,
    kvCapacityTokens: ranks * tokens,
    maxSequences: ranks * sequences,
  };
}

/**
 * Tokens that fit. With groups of layers vLLM stated the blocks of one group up to 0.20, whatever a sequence takes of them; since 0.21 it
 * states the context times the sequences of full length that fit (`get_kv_cache_capacity`).
 */
function capacity(configuration: Configuration, layout: CacheLayout, pool: CachePool, room: number): number {
  // In a pool of their own the states of the sequences are taken first.
  const states = layout.grouped ? 0 : sequencesPerRank(configuration) * statesOf(configuration) * pool.perSequenceState;
  const blocks = Math.floor(Math.max(0, room - states) / pool.blockBytes);
  if (!layout.grouped) return blocks * layout.blockTokens;
  if (!configuration.engine.countsGraphs) return Math.floor(blocks / layout.groupCount) * layout.blockTokens;
  return Math.floor((blocks / blocksPerSequence(configuration, layout, pool)) * configuration.contextLength);
}
