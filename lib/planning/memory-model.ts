import { ExpertLayers } from '../catalog/model-architecture';
import { Precision } from '../catalog/precision';
import { DEFAULT_MAX_SEQUENCES, Configuration } from './configuration';
import { Stage, stagesOf } from './stages';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Widths of activations by tensor degree 1, 2 and more, in hidden sizes. */
const DENSE_WIDTHS = [11, 6.5, 5] as const;
const EXPERT_WIDTHS = [22, 13, 10] as const;
/** From this size on vLLM's defaults are larger: windows of 8192 tokens, up to 1024 sequences (`EngineArgs`, 70 GiB). */
const LARGE_GPU = 70 * GIB;
/** CUDA graphs of decode steps: 0.4 to 0.8 GiB in logs of dense models on one GPU, up to 1.3 of larger ones. */
const CUDA_GRAPH_BYTES = 1.2 * GIB;
/** Share of the room for the cache that is kept free on smaller GPUs. */
const FREE_CACHE_SHARE = 0.02;

/**
 * Bytes on one GPU of the fullest stage.
 *
 * @internal
 */
export interface MemoryModel {
  readonly weights: number;
  readonly offloaded: number;
  readonly activations: number;
  readonly runtime: number;
  /** Memory that the engine may use. */
  readonly available: number;
  /** Key-value bytes of one token on one GPU. */
  readonly kvPerToken: number;
  /** Key-value bytes of one sequence of full length, windows and blocks counted. */
  readonly kvPerSequence: number;
  /** Key-value bytes that the concurrency needs. */
  readonly kvNeeded: number;
  /** Tokens that fit. */
  readonly kvCapacityTokens: number;
  /** Sequences of full length that fit. */
  readonly maxSequences: number;
}

/**
 * Bytes of weights on one GPU of a stage: matrices shared out over tensor ranks, key and value projections at least one head each,
 * experts over expert or tensor ranks, norms and router on every rank.
 *
 * @internal
 */
export function stageWeights(configuration: Configuration, stage: Stage): number {
  const { model, parallelism, precision } = configuration;
  const c = model._parameterCount();
  const { tensor, expert, pipeline } = parallelism;
  const keyValueShare = model.latentAttention ? 1 : Math.ceil(model.keyValueHeads / tensor) / model.keyValueHeads;
  const matrices =
    stage.layers * (c.attention / tensor + c.keyValue * keyValueShare) +
    stage.denseLayers * (c.denseFeedForward / tensor) +
    stage.expertLayers * (c.sharedExperts / tensor);
  const experts =
    ((stage.expertLayers * c.routedExperts) / (expert > 1 ? expert : tensor)) * expertPadding(configuration);
  // Engines load the image encoder on the first stage.
  let rest = stage.layers * c.small + stage.expertLayers * c.router + (stage.first ? c.encoder : 0);
  const table = (c.embedding - c.head) / tensor;
  const head = (c.head || c.embedding) / tensor;
  if (pipeline === 1) rest += c.embedding / tensor + c.finalNorm;
  else rest += (stage.first ? table : 0) + (stage.last ? head + c.finalNorm : 0);
  // See ParameterCount.latentUp.
  const latent =
    model.latentAttention && precision.name === Precision.NVFP4.name
      ? stage.layers * (c.latentUp / tensor + c.keyValue)
      : 0;
  const wide = precision.quantized ? 2 : precision.bytesPerWeight;
  const expertsOnly = precision.name === Precision.MXFP4.name && model.experts !== undefined;
  const scales = model.approximate
    ? 0
    : ((c.outputRows / model.layers) * stage.layers * precision.rowScaleBits) / 8 / tensor;
  const counted =
    experts * precision.bytesPerWeight +
    (matrices - latent) * (expertsOnly ? wide : precision.bytesPerWeight) +
    (rest + latent) * wide +
    scales;
  if (configuration.checkpointBytes === undefined) return counted;
  return counted * (configuration.checkpointBytes / model.checkpointSize(precision).bytes);
}

/**
 * Loaded MXFP4 experts against those of the checkpoint: kernels want whole tiles, so vLLM rounds the hidden size up to 256 and each rank's
 * width up to 128, on Blackwell to 256 (its mxfp4 layer). gpt-oss-120b loads 65.97 GiB on one H100, not 60.7 (vllm-project/vllm#23278).
 */
function expertPadding({ model, gpu, parallelism, precision }: Configuration): number {
  if (!model.experts || precision.name !== Precision.MXFP4.name) return 1;
  const width = model.experts.intermediateSize / (parallelism.expert > 1 ? 1 : parallelism.tensor);
  const padded = (size: number, tile: number) => Math.ceil(size / tile) * tile;
  const tile = gpu.computeCapability >= 10 ? 256 : 128;
  return (padded(model.hiddenSize, 256) * padded(width, tile)) / (model.hiddenSize * width);
}

/**
 * Key-value bytes of one token on one GPU of a stage. Heads are shared out over tensor ranks, and replicated where there are fewer;
 * the compressed vector of latent attention is on every rank.
 *
 * @internal
 */
export function keyValueBytes(configuration: Configuration, layers: number): number {
  const { model, parallelism, kvCachePrecision } = configuration;
  const width = model.latentAttention
    ? model.keyValueWidth
    : 2 * Math.ceil(model.keyValueHeads / parallelism.tensor) * model.headSize;
  return layers * width * (kvCachePrecision.bits / 8);
}

/**
 * Largest intermediate results of one step: they grow with the tokens of the step, not with the context (chunked prefill), or with
 * the sequences whose next token is sampled, whichever is more.
 *
 * Layers: `2 × T × (3 f / t + 4 h)` bytes; 2.02 GiB in vLLM's log of Qwen2.5-1.5B with 32768 tokens. Sampler: float32 logits of all
 * sequences the scheduler may hold (each has a token of the window), 9.7 times over, on the first rank only; with 256 sequences 1.19 GiB
 * for Llama-3.1-8B, 1.40 for Qwen2.5-1.5B, 0.94 for Phi-4 (logs, see bench/planner). vLLM's profile run samples `max_num_seqs`
 * sequences: with 1024 of them gpt-oss-120b lacks 7.43 GiB besides its weights (7.44 here; vllm-project/vllm#23278), and a 32B model on
 * 80 GB the 6.2 GiB of vllm-project/vllm#16303. At least what ai-dynamo/aiconfigurator 095f58a reserves for vLLM (`2 × T × h × c(t)`,
 * 70 MiB).
 *
 * @internal
 */
export function activationBytes(configuration: Configuration, sequences = configuration.maxSequences): number {
  const sampler = 9.7 * 4 * Math.min(sequences, configuration.maxBatchedTokens) * configuration.model.vocabularySize;
  return Math.max(70 * MIB, layerBytes(configuration), sampler);
}

function layerBytes({ model, parallelism, maxBatchedTokens }: Configuration): number {
  const t = parallelism.tensor;
  const h = model.hiddenSize;
  const width = model.latentAttention ? h : model.attentionHeads * model.headSize;
  const coefficient = (model.experts ? EXPERT_WIDTHS : DENSE_WIDTHS)[t === 1 ? 0 : t === 2 ? 1 : 2];
  const dense = model._parameterCount().denseLayers > 0 ? model.intermediateSize : 0;
  const active = Math.max(dense, model.experts ? activeWidth(model.experts) : 0);
  return 2 * maxBatchedTokens * Math.max((3 * active) / t + 4 * h, coefficient * width);
}

function activeWidth(experts: ExpertLayers): number {
  return experts.intermediateSize * (experts.perToken + (experts.shared ?? 0));
}

/**
 * Other memory within the utilization that is not available to the cache. `room` is what is left besides weights and activations.
 *
 * Measured by vLLM as non-torch memory (logs, see bench/planner): 0.05 to 0.12 GiB on one GPU, 0.25 to 0.43 on two, 0.81 to 1.39 on
 * more (buffers of NVLink; without it 0.20 and 0.21 on 16 and 8 GPUs), 2.15 across nodes; with experts more: 2.1 for DeepSeek-V2-Lite,
 * about 6.6 for Qwen3-235B on four GPUs (vllm-project/vllm#21348; the sampler's 5.6 among them), and 13.5 (with activations) for
 * DeepSeek-R1 on eight GPUs.
 *
 * @internal
 */
export function runtimeBytes(configuration: Configuration, weights: number, room: number): number {
  const { parallelism } = configuration;
  const ranks = parallelism.gpusPerReplica;
  const node = configuration.instanceType.gpuCount;
  const few = ranks === 2 || configuration.instanceType.nvlinkDomainSize === 1;
  const nonTorch = (ranks === 1 ? 0.12 : ranks > node ? 2.3 : few ? 0.6 : 1.5) * GIB;
  const experts = expertBytes(configuration);
  // The CUDA context and the graphs are outside the utilization; what does not fit there must be kept free inside it.
  const graphs = configuration.cudaGraphs ? CUDA_GRAPH_BYTES : 0;
  const inside = configuration.engine.countsGraphs ? graphs : 0;
  const outside = 0.6 * GIB + graphs - inside;
  const spill =
    inside + Math.max(0, outside - (1 - configuration.gpuMemoryUtilization) * configuration.gpu.memory.bytes);
  // Loaded weights are 0.1 to 0.8 % above the counted ones.
  const known = nonTorch + experts + spill + 0.003 * weights;
  // A reserve for the unknown: other memory of vLLM follows its defaults, which are larger on large GPUs; on the others it is a share of
  // the cache, so that a nearly full GPU does not lose memory that it does not have.
  const { bytes } = configuration.gpu.memory;
  if (bytes >= LARGE_GPU) return known + 0.015 * configuration.gpuMemoryUtilization * bytes;
  return known + FREE_CACHE_SHARE * Math.max(0, room - known);
}

/**
 * Additional memory of experts. Their workspace belongs to the layers, one row for each expert of each token of a step (`fused_moe.py`,
 * `intermediate_cache13`), and the sampler runs after them: the memory it uses beyond the layers is room for the workspace. So the log of
 * Qwen3-235B on four H100 (8192 tokens, 1024 sequences) needs nothing here, nor does that on eight L40S (2048 tokens, 256 sequences),
 * whose peak is the sampler's 1.40 GiB. Behind latent attention more is taken than that workspace: with the plan's default of sequences
 * it is added, and of more sequences what the sampler takes more counts as theirs.
 */
function expertBytes(configuration: Configuration): number {
  const { model, parallelism, maxBatchedTokens } = configuration;
  if (!model.experts) return 0;
  const share = parallelism.gpusPerReplica === 1 ? 0.5 : 1;
  if (!model.latentAttention) {
    const workspace = share * (model.hiddenSize / 1024) * Math.min(1, maxBatchedTokens / 8192) * GIB;
    return Math.max(0, layerBytes(configuration) + workspace - activationBytes(configuration));
  }
  const own = share * model.hiddenSize * (12 / 7168) * GIB;
  const few = Math.min(DEFAULT_MAX_SEQUENCES, configuration.maxSequences);
  return Math.max(0, own - (activationBytes(configuration) - activationBytes(configuration, few)));
}

/**
 * Layers that the pool of the cache has room for, with windowed layers counted separately. Where only some have one, vLLM divides the
 * layers into groups of as many as the rarer kind has, and fills the last group of each kind up with layers that hold nothing
 * (`kv_cache_utils.py`, `_get_kv_cache_groups_uniform_page_size`): the 22 windowed layers of Gemma-3-1B are six groups of 4, so a token
 * takes 28 layers of room, not 26 (a log has 950,864 tokens in 25.39 GiB).
 *
 * @internal
 */
export function poolLayers({ model, engine }: Configuration): { readonly whole: number; readonly windowed: number } {
  const windowed = engine.keepsWindows ? (model.shape.slidingWindow?.layers ?? 0) : 0;
  const whole = model.layers - windowed;
  if (whole === 0 || windowed === 0) return { whole, windowed };
  const [few, many] = whole < windowed ? [whole, windowed] : [windowed, whole];
  const group = many < 1.25 * few ? many : few;
  const padded = (layers: number) => Math.ceil(layers / group) * group;
  return { whole: padded(whole), windowed: padded(windowed) };
}

/**
 * The memory of the fullest GPU, and what else fits.
 *
 * @internal
 */
export function memoryOf(configuration: Configuration): MemoryModel {
  const { model, engine, contextLength, concurrency } = configuration;
  const available = configuration.gpuMemoryUtilization * configuration.gpu.memory.bytes;
  const activations = activationBytes(configuration);
  const block = engine.blockTokens;
  const blockTokens = Math.ceil(contextLength / block) * block;
  const pool = poolLayers(configuration);
  const window = model.shape.slidingWindow?.tokens ?? 0;
  // A window may begin within a block, so it needs one more block (vLLM's SlidingWindowSpec.max_memory_usage_bytes).
  const windowTokens =
    (Math.ceil(Math.min(window - 1 + configuration.maxBatchedTokens, contextLength) / block) + 1) * block;
  const effectiveTokens = (blockTokens * pool.whole + windowTokens * pool.windowed) / model.layers;
  const poolShare = (pool.whole + pool.windowed) / model.layers;
  let worst: MemoryModel | undefined;
  let most = -Infinity;
  let tokens = Infinity;
  let sequences = Infinity;
  for (const stage of stagesOf(configuration)) {
    const all = stageWeights(configuration, stage);
    const offloaded = Math.min(all, configuration.cpuOffloadBytes);
    const weights = all - offloaded;
    const runtime = runtimeBytes(configuration, weights, available - weights - activations);
    const kvPerToken = keyValueBytes(configuration, stage.layers);
    const kvPerSequence = kvPerToken * effectiveTokens;
    const kvNeeded = kvPerSequence * concurrency;
    const room = Math.max(0, available - weights - activations - runtime);
    tokens = Math.min(tokens, Math.floor(room / (kvPerToken * poolShare * block)) * block);
    sequences = Math.min(sequences, Math.floor(room / kvPerSequence));
    const need = weights + kvNeeded + runtime;
    if (need <= most) continue;
    most = need;
    worst = {
      weights,
      offloaded,
      activations,
      runtime,
      available,
      kvPerToken,
      kvPerSequence,
      kvNeeded,
      kvCapacityTokens: 0,
      maxSequences: 0,
    };
  }
  return { ...(worst as MemoryModel), kvCapacityTokens: tokens, maxSequences: sequences };
}
