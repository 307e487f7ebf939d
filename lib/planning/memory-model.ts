import { ExpertLayers } from '../catalog/model-architecture';
import { Precision } from '../catalog/precision';
import { DEFAULT_MAX_SEQUENCES, Setup } from './setup';
import { Stage, stagesOf } from './stages';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
/** Widths of activations by tensor degree 1, 2 and more, in hidden sizes. */
const DENSE_WIDTHS = [11, 6.5, 5] as const;
const EXPERT_WIDTHS = [22, 13, 10] as const;
/** From this size on vLLM's defaults are larger: windows of 8192 tokens, up to 1024 sequences (`EngineArgs`, 70 GiB). */
const LARGE_GPU = 70 * GIB;
/** Share of the room for the cache that is kept free on smaller GPUs. */
const KEPT_FREE = 0.02;

/**
 * Bytes of one GPU of the stage that holds most.
 *
 * @internal
 */
export interface MemoryModel {
  readonly weights: number;
  readonly offloaded: number;
  readonly activations: number;
  readonly runtime: number;
  /** What the engine may take. */
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
export function stageWeights(setup: Setup, stage: Stage): number {
  const { model, parallelism, precision } = setup;
  const c = model._parameterCount();
  const { tensor, expert, pipeline } = parallelism;
  const keyValueShare = model.latentAttention ? 1 : Math.ceil(model.keyValueHeads / tensor) / model.keyValueHeads;
  const matrices =
    stage.layers * (c.attention / tensor + c.keyValue * keyValueShare) +
    stage.denseLayers * (c.denseFeedForward / tensor) +
    stage.expertLayers * (c.sharedExperts / tensor);
  const experts = ((stage.expertLayers * c.routedExperts) / (expert > 1 ? expert : tensor)) * expertPadding(setup);
  let rest = stage.layers * c.small + stage.expertLayers * c.router;
  const table = (c.embedding - c.head) / tensor;
  const head = (c.head || c.embedding) / tensor;
  if (pipeline === 1) rest += c.embedding / tensor + c.finalNorm;
  else rest += (stage.first ? table : 0) + (stage.last ? head + c.finalNorm : 0);
  const wide = precision.quantized ? 2 : precision.bytesPerWeight;
  const expertsOnly = precision === Precision.MXFP4 && model.experts !== undefined;
  const scales = model.approximate
    ? 0
    : ((c.outputRows / model.layers) * stage.layers * precision.rowScaleBits) / 8 / tensor;
  const counted =
    experts * precision.bytesPerWeight +
    matrices * (expertsOnly ? wide : precision.bytesPerWeight) +
    rest * wide +
    scales;
  if (setup.checkpointBytes === undefined) return counted;
  return counted * (setup.checkpointBytes / model.checkpointSize(precision).bytes);
}

/**
 * Loaded MXFP4 experts against those of the checkpoint: kernels want whole tiles, so vLLM rounds the hidden size up to 256 and each rank's
 * width up to 128, on Blackwell to 256 (its mxfp4 layer). gpt-oss-120b loads 65.97 GiB on one H100, not 60.7 (vllm-project/vllm#23278).
 */
function expertPadding({ model, gpu, parallelism, precision }: Setup): number {
  if (!model.experts || precision !== Precision.MXFP4) return 1;
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
export function keyValueBytes(setup: Setup, layers: number): number {
  const { model, parallelism, kvPrecision } = setup;
  const width = model.latentAttention
    ? model.keyValueWidth
    : 2 * Math.ceil(model.keyValueHeads / parallelism.tensor) * model.headSize;
  return layers * width * (kvPrecision.bits / 8);
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
export function activationBytes(setup: Setup, sequences = setup.maxSequences): number {
  const { model, parallelism, tokenWindow } = setup;
  const t = parallelism.tensor;
  const h = model.hiddenSize;
  const width = model.latentAttention ? h : model.attentionHeads * model.headSize;
  const coefficient = (model.experts ? EXPERT_WIDTHS : DENSE_WIDTHS)[t === 1 ? 0 : t === 2 ? 1 : 2];
  const active = model.experts ? activeWidth(model.experts) : model.intermediateSize;
  const layers = 2 * tokenWindow * Math.max((3 * active) / t + 4 * h, coefficient * width);
  const sampler = 9.7 * 4 * Math.min(sequences, tokenWindow) * model.vocabularySize;
  return Math.max(70 * MIB, layers, sampler);
}

function activeWidth(experts: ExpertLayers): number {
  return experts.intermediateSize * (experts.perToken + (experts.shared ?? 0));
}

/**
 * What else stays out of the cache, inside the utilisation. `room` is what is left besides weights and activations.
 *
 * Measured by vLLM as non-torch memory (logs, see bench/planner): 0.05 to 0.12 GiB on one GPU, 0.25 to 0.43 on two, 0.81 to 1.39 on
 * more, 2.15 across nodes; with experts more: 2.1 for DeepSeek-V2-Lite, about 6.6 for Qwen3-235B on four GPUs
 * (vllm-project/vllm#21348), and 13.5 (with activations) for DeepSeek-R1 on eight GPUs.
 *
 * @internal
 */
export function runtimeBytes(setup: Setup, weights: number, room: number): number {
  const { parallelism } = setup;
  const ranks = parallelism.gpusPerReplica;
  const node = setup.instanceType.gpuCount;
  const nonTorch = (ranks === 1 ? 0.12 : ranks > node ? 2.3 : ranks === 2 ? 0.6 : 1.5) * GIB;
  const experts = expertBytes(setup);
  // The CUDA context and the graphs lie outside the utilisation; what does not fit there must be kept free inside.
  const outside = (0.6 + (setup.cudaGraphs ? 1.2 : 0)) * GIB;
  const spill = Math.max(0, outside - (1 - setup.utilization) * setup.gpu.memory.bytes);
  // Loaded weights are 0.1 to 0.8 % above the counted ones.
  const known = nonTorch + experts + spill + 0.003 * weights;
  // For what is not known: what vLLM takes besides follows its defaults, which are larger on large GPUs; on the others a share of the
  // cache, so that a nearly full GPU does not pay for memory it does not have.
  const { bytes } = setup.gpu.memory;
  if (bytes >= LARGE_GPU) return known + 0.015 * setup.utilization * bytes;
  return known + KEPT_FREE * Math.max(0, room - known);
}

/**
 * What experts take besides. The sampler runs after the layers, so its peak is not added to theirs: with more sequences than the
 * plan's default, what it takes more counts as theirs (the log of Qwen3-235B is of 1024 sequences).
 */
function expertBytes(setup: Setup): number {
  const { model, parallelism } = setup;
  if (!model.experts) return 0;
  const share = parallelism.gpusPerReplica === 1 ? 0.5 : 1;
  const own = share * model.hiddenSize * (model.latentAttention ? 12 / 7168 : 4 / 4096) * GIB;
  const few = Math.min(DEFAULT_MAX_SEQUENCES, setup.maxSequences);
  return Math.max(0, own - (activationBytes(setup) - activationBytes(setup, few)));
}

/**
 * The memory of the fullest GPU, and what fits besides.
 *
 * @internal
 */
export function memoryOf(setup: Setup): MemoryModel {
  const { model, engine, contextLength, concurrency } = setup;
  const available = setup.utilization * setup.gpu.memory.bytes;
  const activations = activationBytes(setup);
  const block = engine.blockTokens;
  const blockTokens = Math.ceil(contextLength / block) * block;
  const window = model.shape.slidingWindow;
  const windowShare = window ? window.layers / model.layers : 0;
  const windowTokens = window
    ? Math.min(blockTokens, Math.ceil((window.tokens + setup.tokenWindow) / block) * block)
    : 0;
  const effectiveTokens = blockTokens * (1 - windowShare) + windowTokens * windowShare;
  let worst: MemoryModel | undefined;
  let most = -Infinity;
  let tokens = Infinity;
  let sequences = Infinity;
  for (const stage of stagesOf(setup)) {
    const all = stageWeights(setup, stage);
    const offloaded = Math.min(all, setup.cpuOffloadBytes);
    const weights = all - offloaded;
    const runtime = runtimeBytes(setup, weights, available - weights - activations);
    const kvPerToken = keyValueBytes(setup, stage.layers);
    const kvPerSequence = kvPerToken * effectiveTokens;
    const kvNeeded = kvPerSequence * concurrency;
    const room = Math.max(0, available - weights - activations - runtime);
    tokens = Math.min(tokens, Math.floor(room / (kvPerToken * block)) * block);
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
