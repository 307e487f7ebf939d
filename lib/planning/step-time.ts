import { indexBytes, mainBytes } from '../catalog/cache-bytes';
import { Layer, ResolvedAttention } from '../catalog/layers';
import { LayerParameters } from '../catalog/parameter-count';
import { wideBytes } from '../catalog/weight-bytes';
import { allReduceSeconds, hopSeconds } from './collective-model';
import { exchangeOf } from './all-to-all';
import { feedForwards } from './feed-forward-time';
import { Pass, decodedTokens, partBytes, tokensOf, tokensOfRanks } from './pass';
import { KernelModel, kernelModel, matmulSeconds } from './kernel-model';
import { Configuration } from './configuration';
import { offloadedBytes } from './offload';
import { Stage, stagesOf } from './stages';
import { stateTime } from './state-time';

/** Norms, rotary encoding, activation and residuals of one layer in a CUDA graph: about 12 µs of launches on H100 to B200. */
const ELEMENTWISE = 12e-6;
/** Two norms more per layer, per head, with a launch each. */
const QUERY_KEY_NORM = 8e-6;
/** Dispatch of one layer's kernels from Python without a CUDA graph: 0.4 ms (fitted to unloaded times to first token). */
export const EAGER_LAYER = 0.4e-3;
/** Share of the launches that fusing elementwise kernels saves (the deployment guide's figure). */
const FUSION_SAVING = 0.3;
/** Share of the theoretical PCI Express rate reached when weights stream from host memory (DeepSpeed on T4: 9 of 16 GB/s). */
const OFFLOAD_SHARE = 0.57;

/** Share of the 16-bit rate that scoring by an index in 8 bits reaches; not measured. */
const INDEX_RATE = 0.8;
/**
 * Tokens that decode attention takes longer for each sequence, besides those it reads: 256 sequences of 304 tokens take as much longer than
 * their bytes as 100 to 300 tokens more would (five dense models on H200, vLLM 0.24.0, bench/vllm); its kernels begin anew for each
 * sequence and read whole tiles of 128 tokens and more.
 */
const ATTENTION_TILE_TOKENS = 160;
/**
 * Bytes of logits that choosing a token at a temperature reads and writes, for each token of the vocabulary: widened to 32 bits, divided, softmax, noise,
 * quotient, largest (`Sampler` and `random_sample` of vLLM 0.24.0).
 */
const SAMPLING_BYTES = 46;

/**
 * Seconds of one forward pass, by part.
 *
 * @internal
 */
export interface PassTime {
  readonly total: number;
  /** Of the slowest stage. */
  readonly bottleneck: number;
  readonly weights: number;
  readonly attention: number;
  readonly fixed: number;
  readonly collectives: number;
  readonly hops: number;
}

/**
 * Seconds of one forward pass through all stages.
 *
 * @internal
 */
export function passTime(configuration: Configuration, pass: Pass): PassTime {
  const kernel = kernelModel(configuration.gpu, configuration.precision, configuration.engine);
  const stages = stagesOf(configuration);
  const sum = { weights: 0, attention: 0, fixed: 0, collectives: 0 };
  let bottleneck = 0;
  const { tensor, pipeline } = configuration.parallelism;
  const stageGpus = tensor;
  const hopBytes = tokensOf(pass) * configuration.model.hiddenSize * 2;
  let hops = 0;
  for (const [i, stage] of stages.entries()) {
    const time = stageTime(configuration, kernel, stage, pass);
    sum.weights += time.weights;
    sum.attention += time.attention;
    sum.fixed += time.fixed;
    sum.collectives += time.collectives;
    let own = time.weights + time.attention + time.fixed + time.collectives;
    if (i > 0) {
      const boundary = i * stageGpus;
      const across = boundary % configuration.instanceType.gpuCount === 0 && boundary > 0 && configuration.nodes > 1;
      const hop = hopSeconds(configuration.instanceType, configuration.nodeNetwork, across, hopBytes);
      hops += hop;
      own += hop;
    }
    bottleneck = Math.max(bottleneck, own);
  }
  const total = sum.weights + sum.attention + sum.fixed + sum.collectives + hops;
  return {
    total,
    bottleneck: pipeline === 1 ? total : bottleneck,
    hops,
    ...sum,
  };
}

function stageTime(configuration: Configuration, kernel: KernelModel, stage: Stage, pass: Pass) {
  const { model, parallelism, instanceType } = configuration;
  const t = parallelism.tensor;
  const m = tokensOf(pass);
  const h = model.hiddenSize;
  const executed = 1 - model.skippedLayerFraction;
  let weights = 0;
  let attention = 0;
  let fixed = 0;
  let reductions = 0;
  let exchanging = 0;
  const ranks = parallelism.attentionRanks;
  for (const [i, layer] of model._layers.kinds.entries()) {
    const layers = stage.kinds[i] * executed;
    if (layers === 0) continue;
    const counted = model._parameterCount.kinds[i];
    weights +=
      layers *
      (mixerProducts(configuration, kernel, layer, counted, m) +
        feedForwards(configuration, kernel, layer, counted, pass) +
        readSeconds(configuration, kernel, layer.otherParameters));
    attention += layers * mixerTime(configuration, kernel, layer, pass);
    const norms = layer.attention && model.shape.queryKeyNorm ? QUERY_KEY_NORM : 0;
    const launches = (ELEMENTWISE + norms) / (configuration.fusedKernels ? 1 : 1 - FUSION_SAVING);
    const blocks = blocksOf(layer);
    // Layers of one block alone have half the launches and one reduction.
    fixed += layers * (blocks / 2) * (launches + (m * h * (20 + 40 / t)) / kernel.bandwidth);
    // With data-parallel attention experts exchange tokens instead, and tensor ranks only gather what they divided: half a reduction.
    const exchanges = layer.experts !== undefined && ranks > 1;
    reductions += layers * (exchanges ? blocks - 0.5 : blocks);
    if (exchanges) exchanging += layers;
  }
  if (stage.first) weights += readSeconds(configuration, kernel, (model.shape.otherParameters ?? 0) / t);
  if (stage.last) {
    const rows = decodedTokens(pass) + pass.prompts;
    weights += matmulSeconds(
      { ...kernel, matmul: { t0: 4, eb: 0.8, ef: 0.6 }, rate: kernel.wideRate },
      rows,
      h,
      model.vocabularySize / t,
      Math.min(2, partBytes(configuration).head),
    );
    if (configuration.engine._isVllm && !pass.greedy)
      weights += (rows * model.vocabularySize * SAMPLING_BYTES) / (kernel.attentionBandwidth * kernel.bandwidth);
  }
  weights += offloadedBytes(configuration, stage) / (configuration.gpu.pcieGBps * 1e9 * OFFLOAD_SHARE);
  const { dispatch, combine } = exchangeOf(
    configuration,
    exchanging > 0 ? m / t : 0,
    pass.prompts > 0,
    tokensOfRanks(configuration, pass),
  );
  const collectives =
    exchanging * (dispatch + combine) +
    reductions * allReduceSeconds(instanceType, configuration.nodeNetwork, configuration.engine, t, m * h * 2);
  if (pass.prompts === 0 && !configuration.cudaGraphs) {
    // Without graphs the host cannot launch faster than this, however little work the GPU has.
    const busy = weights + attention + fixed + collectives;
    fixed += Math.max(0, stage.layers * executed * EAGER_LAYER - busy);
  }
  return { weights, attention, fixed, collectives };
}

/** Time to read parameters that belong to no product that is known, in 16 bits. */
function readSeconds({ precision }: Configuration, kernel: KernelModel, parameters: number): number {
  return (parameters * wideBytes(precision)) / (kernel.matmul.eb * kernel.bandwidth);
}

/** What mixes tokens, and what follows: two in most layers, one in those of Nemotron-H. */
function blocksOf(layer: Layer): number {
  const mixes = layer.attention !== undefined || layer.state !== undefined;
  return (mixes ? 1 : 0) + (layer.intermediateSize > 0 || layer.experts ? 1 : 0);
}

/** Projections of the attention, of the state, or of both side by side. */
function mixerProducts(
  configuration: Configuration,
  kernel: KernelModel,
  layer: Layer,
  counted: LayerParameters,
  m: number,
): number {
  const { model, parallelism } = configuration;
  const h = model.hiddenSize;
  const { state } = layer;
  let seconds = layer.attention ? projectionTime(configuration, kernel, layer.attention, counted, m) : 0;
  if (state && state.matrixParameters > 0) {
    // Into the state and out of it: the product out is as wide as its heads, or as the convolution where there are none.
    const width = (state.heads * state.headSize || state.convolutionChannels) / parallelism.tensor;
    const into = Math.max(0, state.matrixParameters / parallelism.tensor / h - width);
    const bytes = partBytes(configuration).state;
    seconds += matmulSeconds(kernel, m, h, into, bytes) + matmulSeconds(kernel, m, width, h, bytes);
  }
  return seconds;
}

/** Attention and state of one layer: what grows with the context, and what does not. */
function mixerTime(configuration: Configuration, kernel: KernelModel, layer: Layer, pass: Pass): number {
  return (
    (layer.attention ? attentionTime(configuration, kernel, layer.attention, pass) : 0) +
    (layer.state ? stateTime(configuration, kernel, layer.state, pass) : 0)
  );
}

/** Query, key, value and output projections of one layer. */
function projectionTime(
  configuration: Configuration,
  kernel: KernelModel,
  attention: ResolvedAttention,
  counted: LayerParameters,
  m: number,
): number {
  const { model, parallelism } = configuration;
  const t = parallelism.tensor;
  const h = model.hiddenSize;
  const bytes = partBytes(configuration).attention;
  if (attention.latent) {
    // Down projections on every rank, up and output projections shared out; two products more than without compression.
    const down = counted.keyValue / h;
    const up = counted.attention / t / h;
    return (
      matmulSeconds(kernel, m, h, down, bytes) + matmulSeconds(kernel, m, h, up, bytes) + 2 * kernel.matmul.t0 * 1e-6
    );
  }
  const { heads, keyValueHeads, headSize, valueHeadSize } = attention;
  const keyValue = attention.sharesCache
    ? 0
    : Math.ceil(keyValueHeads / t) * (headSize + (attention.sharesValues ? 0 : valueHeadSize));
  const query = (heads * headSize * (attention.outputGate ? 2 : 1)) / t;
  return (
    matmulSeconds(kernel, m, h, query + keyValue, bytes) +
    matmulSeconds(kernel, m, (heads * valueHeadSize) / t, h, bytes)
  );
}

/** Attention of one layer: of the sequences that decode, and of the prompts. */
function attentionTime(
  configuration: Configuration,
  kernel: KernelModel,
  attention: ResolvedAttention,
  pass: Pass,
): number {
  const t = configuration.parallelism.tensor;
  const { latent: mla, heads, keyValueHeads, headSize, valueHeadSize, index } = attention;
  let time = kernel.attentionFixed;
  if (pass.prompts > 0) {
    const width = mla
      ? (heads * (mla.nopeHeadSize + mla.ropeHeadSize + mla.valueHeadSize)) / 2
      : (heads * (headSize + valueHeadSize)) / 2;
    const all = pass.prompts * pass.promptTokens;
    const flops = (2 * all * attended(seenBy(attention), pass.promptTokens) * width) / t;
    time += flops / (kernel.attentionRate * kernel.wideRate);
    // Every rank scores the whole prompt by the index, in 8 bits.
    const scored = (all * pass.promptTokens) / attention.compression;
    if (index && !index.shared) time += (scored * index.heads * index.headSize) / (INDEX_RATE * kernel.wideRate);
  }
  if (pass.decoding === 0) return time;
  const cached = cachedTokens(attention, pass);
  if (index && !index.shared)
    time +=
      kernel.attentionFixed +
      (indexBytes(attention) * pass.cachedTokens) / (kernel.attentionBandwidth * kernel.bandwidth);
  // A layer without a cache of its own reads that of another.
  const padded = mla ? cached : cached + (configuration.engine._isVllm ? ATTENTION_TILE_TOKENS * pass.decoding : 0);
  const bytes = mainBytes({ ...attention, sharesCache: false }, configuration.kvCachePrecision, t) * padded;
  const again = configuration.engine.rereadsGroupedKeys && !mla ? heads / keyValueHeads : 1;
  const most = configuration.kvCachePrecision.bits === 8 && !mla ? kernel.narrowCacheRate : Infinity;
  const read = (again * bytes) / Math.min(kernel.attentionBandwidth * kernel.bandwidth, most);
  if (!mla) return time + read;
  // Absorbed latent attention multiplies every head by the compressed vector, so computation counts as well as reads.
  const flops = 2 * (pass.queries ?? 1) * cached * (heads / t) * (2 * mla.keyValueRank + mla.ropeHeadSize);
  return time + Math.max(read, flops / (0.5 * kernel.wideRate));
}

/** Entries of the cache that the sequences read: all, those of the window, those the index picks; compressed ones and the window besides. */
function cachedTokens(attention: ResolvedAttention, { cachedTokens: all, decoding }: Pass): number {
  const { compression, window, index } = attention;
  if (compression === 1) return Math.min(all, (seenBy(attention) ?? Infinity) * decoding);
  const entries = Math.min(all / compression, (index?.topTokens ?? Infinity) * decoding);
  return entries + Math.min(all, (window ?? 0) * decoding);
}

/** Tokens that a query sees at most: those of the window, or those that the index picks. */
function seenBy({ window, index, compression }: ResolvedAttention): number | undefined {
  if (compression > 1) return index ? index.topTokens + (window ?? 0) : undefined;
  return index ? Math.min(index.topTokens, window ?? Infinity) : window;
}

/** Twice the tokens that one token of a prompt attends to on average: all before it, or those it sees at most. */
function attended(seen: number | undefined, tokens: number): number {
  return seen === undefined || tokens <= seen ? tokens : seen * (2 - seen / tokens);
}
