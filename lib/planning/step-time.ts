import { Precision } from '../catalog/precision';
import { allReduceSeconds, hopSeconds } from './collective-model';
import { expertCoverage, expertFit, expertSeconds } from './expert-kernels';
import { KernelModel, kernelModel, matmulSeconds } from './kernel-model';
import { keyValueBytes } from './memory-model';
import { Configuration } from './configuration';
import { Stage, stagesOf } from './stages';

/** Norms, rotary encoding, activation and residuals of one layer in a CUDA graph: about 12 µs of launches on H100 to B200. */
const ELEMENTWISE = 12e-6;
/** Two norms more per layer, per head, with a launch each. */
const QUERY_KEY_NORM = 8e-6;
/** Product of the hidden state with the router, in 16 bits: one launch (the selection is part of the experts' kernels). */
const ROUTER = 6e-6;
/** Dispatch of one layer's kernels from Python without a CUDA graph: 0.4 ms (fitted to unloaded times to first token). */
export const EAGER_LAYER = 0.4e-3;
/** Share of the launches that fusing elementwise kernels saves (the deployment guide's figure). */
const FUSION_SAVING = 0.3;
/** Share of the theoretical PCI Express rate reached when weights stream from host memory (DeepSpeed on T4: 9 of 16 GB/s). */
const OFFLOAD_SHARE = 0.57;

/**
 * The work of one forward pass: sequences that decode one token each, prompts that are computed whole, or both together.
 *
 * @internal
 */
export interface Pass {
  /** Sequences that decode. */
  readonly decoding: number;
  /** Tokens of keys and values that they read, all together. */
  readonly cachedTokens: number;
  /** Prompts computed. */
  readonly prompts: number;
  /** Tokens of one prompt. */
  readonly promptTokens: number;
}

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
  const overhead = configuration.engine.stepOverheadMs / 1e3;
  const total = sum.weights + sum.attention + sum.fixed + sum.collectives + hops + overhead;
  return {
    total,
    bottleneck: pipeline === 1 ? total : bottleneck + overhead / pipeline,
    hops,
    ...sum,
    fixed: sum.fixed + overhead,
  };
}

function stageTime(configuration: Configuration, kernel: KernelModel, stage: Stage, pass: Pass) {
  const { model, parallelism, instanceType } = configuration;
  const t = parallelism.tensor;
  const m = tokensOf(pass);
  const h = model.hiddenSize;
  const executed = 1 - model.skippedLayerFraction;
  const layers = stage.layers * executed;
  const attention = attentionTime(configuration, kernel, pass);
  const projections = projectionTime(configuration, kernel, m);
  const dense = stage.denseLayers > 0 ? feedForwardTime(configuration, kernel, m, model.intermediateSize) : 0;
  const experts = stage.expertLayers > 0 ? expertTime(configuration, kernel, m) : 0;
  let weights = layers * projections + executed * (stage.denseLayers * dense + stage.expertLayers * experts);
  if (stage.last) {
    const rows = pass.decoding + pass.prompts;
    weights += matmulSeconds(
      { ...kernel, matmul: { t0: 4, eb: 0.8, ef: 0.6 }, rate: kernel.wideRate },
      rows,
      h,
      model.vocabularySize / t,
      2,
    );
  }
  weights +=
    configuration.cpuOffloadBytes > 0
      ? configuration.cpuOffloadBytes / (configuration.gpu.pcieGBps * 1e9 * OFFLOAD_SHARE)
      : 0;
  const launches =
    (ELEMENTWISE + (model.shape.queryKeyNorm ? QUERY_KEY_NORM : 0)) /
    (configuration.fusedKernels ? 1 : 1 - FUSION_SAVING);
  let fixed = layers * (launches + (m * h * (20 + 40 / t)) / kernel.bandwidth);
  const bytes = m * h * 2;
  const collectives =
    layers * 2 * allReduceSeconds(instanceType, configuration.nodeNetwork, configuration.engine, t, bytes);
  if (pass.prompts === 0 && !configuration.cudaGraphs) {
    // Without graphs the host cannot launch faster than this, however little work the GPU has.
    const busy = weights + layers * attention + fixed + collectives;
    fixed += Math.max(0, layers * EAGER_LAYER - busy);
  }
  return { weights, attention: layers * attention, fixed, collectives };
}

/** Query, key, value and output projections of one layer. */
function projectionTime(configuration: Configuration, kernel: KernelModel, m: number): number {
  const { model, parallelism, precision } = configuration;
  const t = parallelism.tensor;
  const h = model.hiddenSize;
  const c = model._parameterCount();
  const expertsOnly = precision.name === Precision.MXFP4.name && model.experts !== undefined;
  const bytes = expertsOnly ? 2 : precision.bytesPerWeight;
  const mla = model.latentAttention;
  if (mla) {
    // Down projections on every rank, up and output projections shared out; two products more than without compression.
    const down = c.keyValue / h;
    const up = c.attention / t / h;
    return (
      matmulSeconds(kernel, m, h, down, bytes) + matmulSeconds(kernel, m, h, up, bytes) + 2 * kernel.matmul.t0 * 1e-6
    );
  }
  const kvHeads = Math.ceil(model.keyValueHeads / t);
  const queryWidth = (model.attentionHeads * model.headSize) / t;
  return (
    matmulSeconds(kernel, m, h, queryWidth + 2 * kvHeads * model.headSize, bytes) +
    matmulSeconds(kernel, m, queryWidth, h, bytes)
  );
}

/** Gate, up and down products of one dense layer. */
function feedForwardTime(configuration: Configuration, kernel: KernelModel, m: number, width: number): number {
  const { model, parallelism, precision } = configuration;
  const t = parallelism.tensor;
  const gates = (model.shape.gatedFeedForward ?? true) ? 2 : 1;
  const bytes = precision.name === Precision.MXFP4.name && model.experts ? 2 : precision.bytesPerWeight;
  return (
    matmulSeconds(kernel, m, model.hiddenSize, (gates * width) / t, bytes) +
    matmulSeconds(kernel, m, width / t, model.hiddenSize, bytes)
  );
}

/** Router, routed and shared experts of one layer: reads the experts that the step hits, computes the active ones. */
function expertTime(configuration: Configuration, kernel: KernelModel, m: number): number {
  const { model, parallelism, precision } = configuration;
  const experts = model.experts;
  if (!experts) return 0;
  const { tensor, expert, data } = parallelism;
  const c = model._parameterCount();
  // With experts spread over data-parallel ranks each rank's experts see the tokens of all of them.
  const tokens = expert > tensor ? m * data : m;
  const spread = expert > 1 ? expert : tensor;
  const coverage = expertCoverage(experts.routed, experts.perToken, tokens);
  const routed = expertSeconds(
    expertFit(configuration.engine, configuration.gpu, precision),
    configuration.gpu,
    precision,
    {
      localExperts: experts.routed / expert,
      width: expert > 1 ? experts.intermediateSize : experts.intermediateSize / tensor,
      hitParameters: (c.routedExperts * coverage) / spread,
      rowsPerHit: (tokens * experts.perToken) / (experts.routed * coverage),
      routedElements: (tokens * experts.perToken * model.hiddenSize) / expert,
    },
  );
  const sharedWidth = experts.sharedIntermediateSize ?? (experts.shared ?? 0) * experts.intermediateSize;
  const shared = sharedWidth > 0 ? feedForwardTime(configuration, kernel, m, sharedWidth) : 0;
  return routed + shared + ROUTER;
}

/** Attention of one layer: of the sequences that decode, and of the prompts. */
function attentionTime(configuration: Configuration, kernel: KernelModel, pass: Pass): number {
  const { model, parallelism } = configuration;
  const t = parallelism.tensor;
  const mla = model.latentAttention;
  let time = kernel.attentionFixed;
  if (pass.prompts > 0) {
    const width = mla
      ? (model.attentionHeads * (mla.nopeHeadSize + mla.ropeHeadSize + mla.valueHeadSize)) / 2
      : model.attentionHeads * model.headSize;
    const flops = (2 * pass.prompts * pass.promptTokens * attended(configuration, pass.promptTokens) * width) / t;
    time += flops / (kernel.attentionRate * kernel.wideRate);
  }
  if (pass.decoding === 0) return time;
  const bytes = keyValueBytes(configuration, 1) * windowed(configuration, pass);
  const again = configuration.engine.rereadsGroupedKeys && !mla ? model.attentionHeads / model.keyValueHeads : 1;
  const most = configuration.kvCachePrecision.bits === 8 && !mla ? kernel.narrowCacheRate : Infinity;
  const read = (again * bytes) / Math.min(kernel.attentionBandwidth * kernel.bandwidth, most);
  if (!mla) return time + read;
  // Absorbed latent attention multiplies every head by the compressed vector, so computation counts as well as reads.
  const flops = 2 * pass.cachedTokens * (model.attentionHeads / t) * (2 * mla.keyValueRank + mla.ropeHeadSize);
  return time + Math.max(read, flops / (0.5 * kernel.wideRate));
}

/** Twice the tokens that one token of a prompt attends to on average: all before it, or those of the window in windowed layers. */
function attended(configuration: Configuration, tokens: number): number {
  const window = configuration.model.shape.slidingWindow;
  if (!window || tokens <= window.tokens) return tokens;
  const share = window.layers / configuration.model.layers;
  return tokens * (1 - share) + share * window.tokens * (2 - window.tokens / tokens);
}

/** Cached tokens, averaged over layers with and without a sliding window. */
function windowed(configuration: Configuration, pass: Pass): number {
  const window = configuration.model.shape.slidingWindow;
  if (!window) return pass.cachedTokens;
  const share = window.layers / configuration.model.layers;
  const inWindow = Math.min(pass.cachedTokens, window.tokens * pass.decoding);
  return pass.cachedTokens * (1 - share) + inWindow * share;
}

function tokensOf(pass: Pass): number {
  return pass.decoding + pass.prompts * pass.promptTokens;
}
