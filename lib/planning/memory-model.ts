import { Precision } from '../catalog/precision';
import { Setup } from './setup';
import { Stage, stagesOf } from './stages';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

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
  const experts = (stage.expertLayers * c.routedExperts) / (expert > 1 ? expert : tensor);
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
  return (
    experts * precision.bytesPerWeight +
    matrices * (expertsOnly ? wide : precision.bytesPerWeight) +
    rest * wide +
    scales
  );
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
 * Largest activations of one step: they grow with the tokens of the step, not with the context (chunked prefill). Coefficients by
 * tensor degree: ai-dynamo/aiconfigurator 095f58a, backends/vllm (`2 × T × h × c(t)`, at least 70 MiB); the second term is the
 * sampler's float32 logits of the sequences of one step.
 *
 * @internal
 */
export function activationBytes(setup: Setup): number {
  const { model, parallelism, tokenWindow } = setup;
  const t = parallelism.tensor;
  const width = model.latentAttention ? model.hiddenSize : model.attentionHeads * model.headSize;
  const coefficient = model.experts ? (t === 1 ? 22 : t === 2 ? 13 : 10) : t === 1 ? 11 : t === 2 ? 6.5 : 5;
  return Math.max(70 * MIB, 2 * tokenWindow * width * coefficient);
}

/**
 * What CUDA, NCCL, graphs and fragmentation take besides. See the constants.
 *
 * @internal
 */
export function runtimeBytes(setup: Setup, weights: number): number {
  const ranks = setup.parallelism.gpusPerReplica;
  // CUDA context and library workspaces: kaito-project/kaito 056b828 measured at most 0.6 GiB.
  const context = 0.6 * GIB;
  // ai-dynamo/aiconfigurator 095f58a: 342 MiB for 2 ranks, 392 MiB for more.
  const collectives = ranks === 1 ? 0 : (ranks === 2 ? 342 : 392) * MIB;
  // vLLM logs: 0.60 to 1.12 GiB, in older versions taken outside the utilisation.
  const graphs = setup.cudaGraphs ? 1.2 * GIB : 0;
  // Load-time copies of weights (kaito: 2 %) and fragmentation of the rest.
  return context + collectives + graphs + 0.02 * weights + 0.02 * setup.gpu.memory.bytes;
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
    const runtime = runtimeBytes(setup, weights);
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
