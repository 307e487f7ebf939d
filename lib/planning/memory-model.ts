import { LayerParameters } from '../catalog/parameter-count';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';
import { weightBytes, wideBytes } from '../catalog/weight-bytes';
import { CacheLayout, CachePool, blocksPerSequence, cacheLayout, poolOf } from './cache-pool';
import { Configuration, sequencesPerRank } from './configuration';
import { encoderWeights } from './encoder-memory';
import { activationsInside, availableBytes, runtimeBytes } from './other-memory';
import { Stage, stagesOf } from './stages';

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
 * Bytes of weights on one GPU of a stage: matrices shared out over tensor ranks, key and value projections at least one head each,
 * experts over expert or tensor ranks, norms and router on every rank. Data-parallel ranks each hold all but the routed experts.
 *
 * @param perLayer bytes of one layer of each kind, see layerWeights
 *
 * @internal
 */
export function stageWeights(
  configuration: Configuration,
  stage: Stage,
  perLayer = layerWeights(configuration),
): number {
  const { model, parallelism, precision } = configuration;
  const c = model._parameterCount;
  const { tensor, pipeline } = parallelism;
  // Engines load encoders on the first stage.
  let rest = stage.first ? encoderWeights(configuration) : 0;
  const padding = vocabularyPadding(configuration);
  const table = (c.embedding - c.head + padding) / tensor;
  const head = ((c.head || c.embedding) + padding) / tensor;
  if (pipeline === 1) rest += (c.embedding + (c.head ? 2 : 1) * padding) / tensor + c.finalNorm;
  else rest += (stage.first ? table : 0) + (stage.last ? head + c.finalNorm : 0);
  let counted = rest * wideBytes(precision);
  for (let i = 0; i < perLayer.length; i++) counted += stage.kinds[i] * perLayer[i];
  const copies = latentCopies(configuration, stage);
  if (configuration.checkpointBytes === undefined) return counted + copies;
  return counted * (configuration.checkpointBytes / model.checkpointSize(precision).bytes) + copies;
}

/**
 * Copies in 16 bits of the up projections of keys and values of latent attention (`kv_b_proj`), by which vLLM decodes; it keeps the quantized ones
 * for prompts (`W_UV` and `W_UK_T` of its `mla_attention.py`, 0.24.0). Those that are in 16 bits it reads in place.
 */
function latentCopies({ model, precision, parallelism, engine }: Configuration, stage: Stage): number {
  if (!engine._isVllm || model._partBytes(precision).latent >= 2) return 0;
  return model._layers.kinds.reduce((sum, { attention }, i) => {
    // Attention with projections of its own kind is not of that class (DeepSeek V4).
    if (!attention?.latent || attention.matrixParameters !== undefined) return sum;
    const { keyValueRank, nopeHeadSize, valueHeadSize } = attention.latent;
    const copied = keyValueRank * attention.heads * (nopeHeadSize + valueHeadSize);
    return sum + (stage.kinds[i] * copied * 2) / parallelism.tensor;
  }, 0);
}

/** Parameters by which vLLM makes a table of tokens longer: to a multiple of 64 rows (its `vocab_parallel_embedding.py`). */
function vocabularyPadding({ model, engine }: Configuration): number {
  if (!engine._isVllm || model.approximate) return 0;
  return (Math.ceil(model.vocabularySize / 64) * 64 - model.vocabularySize) * model.hiddenSize;
}

/**
 * Bytes of weights of one layer of each kind on one GPU.
 *
 * @internal
 */
export function layerWeights(configuration: Configuration): number[] {
  const { model, parallelism, precision } = configuration;
  const { tensor, expert } = parallelism;
  const padding = expertPadding(configuration) / (expert > 1 ? expert : tensor);
  const bytes = model._partBytes(precision);
  const rowScaleBits = model._rowScaleBits(precision);
  return model._parameterCount.kinds.map((of, i) => {
    const { attention } = model._layers.kinds[i];
    const heads = attention && !attention.latent ? attention.keyValueHeads : 1;
    const share: LayerParameters = {
      attention: of.attention / tensor,
      keyValue: of.keyValue * (heads === 1 ? 1 : Math.ceil(heads / tensor) / heads),
      latentUp: of.latentUp / tensor,
      state: of.state / tensor,
      denseFeedForward: of.denseFeedForward / tensor,
      routedExperts: of.routedExperts * padding,
      sharedExperts: of.sharedExperts / (sharesOutTokens(configuration) ? 1 : tensor),
      router: of.router,
      small: of.small,
      float32: of.float32,
      outputRows: of.outputRows / tensor,
    };
    // Files may have them in 16 bits all the same.
    const float32 = of.float32 * (4 - bytes.other);
    return weightBytes(share, 0, bytes, rowScaleBits) + float32;
  });
}

/**
 * Loaded MXFP4 experts against those of the checkpoint: kernels want whole tiles, so vLLM rounds the hidden size up to 256 and each rank's
 * width up to 128, on Blackwell to 256 (its mxfp4 layer). gpt-oss-120b loads 65.97 GiB on one H100, not 60.7 (vllm-project/vllm#23278).
 */
function expertPadding({ model, gpu, parallelism, precision }: Configuration): number {
  if (!model.experts || precision.name !== Precision.MXFP4.name || !isGptOss(model)) return 1;
  const width = model.experts.intermediateSize / (parallelism.expert > 1 ? 1 : parallelism.tensor);
  const padded = (size: number, tile: number) => Math.ceil(size / tile) * tile;
  const tile = gpu.computeCapability >= 10 ? 256 : 128;
  return (padded(model.hiddenSize, 256) * padded(width, tile)) / (model.hiddenSize * width);
}

/**
 * Whether the tensor ranks of a layer with experts divide tokens instead of matrices: with data-parallel attention, so that no token is sent
 * twice (`use_sequence_parallel_moe` of vLLM's parallel config); each then holds the shared experts whole (its `deepseek_v2.py`).
 *
 * @internal
 */
export function sharesOutTokens({ parallelism }: Pick<Configuration, 'parallelism'>): boolean {
  return parallelism.attentionRanks > 1 && parallelism.tensor > 1;
}

/** The format of other models, e.g. Kimi K3, is that of compressed-tensors, whose kernels pad nothing. */
function isGptOss({ name, shape }: ModelSpec): boolean {
  return shape.modelType === 'gpt_oss' || name.startsWith('gpt-oss');
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
  // vLLM captures decode graphs for every sequence of the scheduler, each with a block of states (`max_num_seqs` exceeds available blocks).
  const captured = layout.blockPerSequence && configuration.cudaGraphs;
  let worst: MemoryModel | undefined;
  let most = -Infinity;
  let mostOffloaded = 0;
  let tokens = Infinity;
  let sequences = Infinity;
  for (const stage of stagesOf(configuration)) {
    const all = stageWeights(configuration, stage, perLayer);
    const offloaded = Math.min(all, configuration.cpuOffloadBytes);
    const weights = all - offloaded;
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
  const states = layout.grouped ? 0 : sequencesPerRank(configuration) * pool.perSequenceState;
  const blocks = Math.floor(Math.max(0, room - states) / pool.blockBytes);
  if (!layout.grouped) return blocks * layout.blockTokens;
  if (!configuration.engine.countsGraphs) return Math.floor(blocks / layout.groupCount) * layout.blockTokens;
  return Math.floor((blocks / blocksPerSequence(configuration, layout, pool)) * configuration.contextLength);
}
