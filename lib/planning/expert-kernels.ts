import { GpuType } from '../catalog/gpu-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { Precision } from '../catalog/precision';

/**
 * How an engine runs the routed experts of one layer, from selection to sum:
 * `t0 + n × perExpert + max(bytes of the experts hit / (eb × w / (w + 100) × bandwidth), flops / (ef × rate)) + traffic`.
 *
 * @internal
 */
export interface ExpertFit {
  /** Fixed time, microseconds. */
  readonly t0: number;
  /** Fixed time for each expert that the GPU holds, microseconds. */
  readonly perExpert: number;
  /** Share of the memory bandwidth that wide experts reach. */
  readonly eb: number;
  /** Share of the dense rate of the format the products are computed in. */
  readonly ef: number;
  /** Bytes moved for each element of a routed token: permuting, quantizing, the activations between the products, summing. */
  readonly traffic: number;
}

/** Width of an expert's share on one GPU at which half the bandwidth is reached; the same in all formats of the kernels below. */
const HALF_WIDTH = 100;

/**
 * How evenly tokens spread over experts: popularity follows a gamma distribution of this shape (infinite: all alike). The routing that
 * the kernels below were measured with (power laws of 1.01 and 1.2, the measuring project's model of real traffic) hits 0.75 of 256
 * experts with 64 tokens and 8 of them per token where uniform routing hits 0.87; shape 2 gives 0.75.
 */
const POPULARITY_SHAPE = 2;

/** Additional rows computed for each expert that is hit, because its tiles are not full. */
const EXPERT_PADDING = 50;

type Format = 'wide' | 'fp8' | 'fp8-block' | 'nvfp4' | 'mxfp4' | 'int4';

/** By generation: before Hopper, Hopper, data center Blackwell, workstation Blackwell. */
type Generation = 'ampere' | 'hopper' | 'blackwell' | 'workstation';

type Table = { readonly [G in Generation]: { readonly [F in Format]: ExpertFit } };

/**
 * Fitted to the measured kernels of ai-dynamo/aiconfigurator 095f58a (`moe_perf`; tensor 1 to 8 and experts spread over 1 to 8 GPUs) with
 * the coverage of each row's own routing; no end-to-end data. `t0` to `eb` on 1 to 256 tokens (mean error 7 to 20 %), `ef` and `traffic` on
 * 512 to 8192 (7 to 35 %). Values lie between those of the versions (vLLM 0.14 to 0.24, SGLang 0.5.9 to 0.5.14, TensorRT-LLM 1.2 to 1.3) and
 * of H100 and H200. Formats that a generation has no kernels for have those of the nearest one.
 */
const COMMON: Table = {
  // A100 (16-bit, INT4) and L40S (the others).
  ampere: {
    wide: { t0: 20, perExpert: 0, eb: 0.9, ef: 0.36, traffic: 4 },
    fp8: { t0: 10, perExpert: 0, eb: 0.88, ef: 0.3, traffic: 7 },
    'fp8-block': { t0: 10, perExpert: 0, eb: 0.88, ef: 0.3, traffic: 7 },
    nvfp4: { t0: 40, perExpert: 0, eb: 0.85, ef: 0.46, traffic: 20 },
    mxfp4: { t0: 40, perExpert: 0, eb: 0.85, ef: 0.46, traffic: 20 },
    int4: { t0: 40, perExpert: 0, eb: 0.85, ef: 0.46, traffic: 20 },
  },
  // Triton's kernels in vLLM and SGLang; Marlin for INT4.
  hopper: {
    wide: { t0: 24, perExpert: 0, eb: 0.98, ef: 0.36, traffic: 7 },
    fp8: { t0: 28, perExpert: 0, eb: 0.9, ef: 0.3, traffic: 10 },
    'fp8-block': { t0: 32, perExpert: 0, eb: 0.92, ef: 0.32, traffic: 12 },
    nvfp4: { t0: 40, perExpert: 0, eb: 0.66, ef: 0.42, traffic: 15 },
    mxfp4: { t0: 40, perExpert: 0, eb: 0.66, ef: 0.45, traffic: 8 },
    int4: { t0: 30, perExpert: 0, eb: 0.8, ef: 0.32, traffic: 18 },
  },
  // Kernels of TensorRT-LLM by way of FlashInfer where there are any; Marlin for INT4.
  blackwell: {
    wide: { t0: 20, perExpert: 0, eb: 0.92, ef: 0.42, traffic: 20 },
    fp8: { t0: 20, perExpert: 0, eb: 0.85, ef: 0.38, traffic: 20 },
    'fp8-block': { t0: 28, perExpert: 0, eb: 0.85, ef: 0.18, traffic: 15 },
    nvfp4: { t0: 18, perExpert: 0, eb: 0.95, ef: 0.5, traffic: 13 },
    mxfp4: { t0: 22, perExpert: 0, eb: 0.85, ef: 0.8, traffic: 28 },
    int4: { t0: 36, perExpert: 0, eb: 0.5, ef: 0.14, traffic: 20 },
  },
  // RTX PRO 6000.
  workstation: {
    wide: { t0: 8, perExpert: 0, eb: 1, ef: 0.42, traffic: 7 },
    fp8: { t0: 8, perExpert: 0, eb: 1, ef: 0.34, traffic: 7 },
    'fp8-block': { t0: 8, perExpert: 0, eb: 1, ef: 0.42, traffic: 4 },
    nvfp4: { t0: 38, perExpert: 0.05, eb: 0.95, ef: 0.4, traffic: 6 },
    mxfp4: { t0: 16, perExpert: 0, eb: 0.85, ef: 0.58, traffic: 10 },
    int4: { t0: 12, perExpert: 0, eb: 1, ef: 0.5, traffic: 10 },
  },
};

/** Kernels of TensorRT-LLM that differ greatly from the others (same source). */
const TENSORRT: { readonly [G in Generation]?: { readonly [F in Format]?: ExpertFit } } = {
  hopper: {
    wide: { t0: 28, perExpert: 0, eb: 1, ef: 0.76, traffic: 18 },
    fp8: { t0: 30, perExpert: 0.02, eb: 0.95, ef: 0.68, traffic: 18 },
    'fp8-block': { t0: 22, perExpert: 0.25, eb: 0.97, ef: 0.52, traffic: 45 },
    mxfp4: { t0: 42, perExpert: 0, eb: 0.66, ef: 0.42, traffic: 15 },
  },
  blackwell: {
    wide: { t0: 28, perExpert: 0.03, eb: 0.95, ef: 0.74, traffic: 25 },
    fp8: { t0: 32, perExpert: 0.03, eb: 0.9, ef: 0.8, traffic: 30 },
    'fp8-block': { t0: 32, perExpert: 0.25, eb: 0.8, ef: 0.5, traffic: 20 },
  },
};

/**
 * Constants of an engine's expert kernels.
 *
 * @internal
 */
export function expertFit(engine: InferenceEngine, gpu: GpuType, precision: Precision): ExpertFit {
  const generation = generationOf(gpu);
  const format = formatOf(precision);
  const own = engine.name.startsWith('tensorrt') ? TENSORRT[generation]?.[format] : undefined;
  return own ?? COMMON[generation][format];
}

/**
 * Seconds of the routed experts of one layer on one GPU.
 *
 * @internal
 */
export function expertSeconds(fit: ExpertFit, gpu: GpuType, precision: Precision, work: ExpertWork): number {
  const bandwidth = gpu.memoryBandwidthGBps * 1e9;
  const reached = (fit.eb * work.width) / (work.width + HALF_WIDTH);
  const padded = work.rowsPerHit + Math.min(1.5 * work.rowsPerHit, EXPERT_PADDING);
  const flops = 2 * padded * work.hitParameters;
  const products = Math.max(
    (work.hitParameters * precision.bytesPerWeight) / (reached * bandwidth),
    flops / (fit.ef * expertRate(gpu, precision)),
  );
  return (
    (fit.t0 + fit.perExpert * work.localExperts) * 1e-6 + products + (fit.traffic * work.routedElements) / bandwidth
  );
}

/**
 * Work of one GPU for the routed experts of one layer.
 *
 * @internal
 */
export interface ExpertWork {
  /** Experts that the GPU holds, wholly or in part. */
  readonly localExperts: number;
  /** Width of its part of one expert. */
  readonly width: number;
  /** Parameters of its parts of the experts that the step hits. */
  readonly hitParameters: number;
  /** Tokens of each expert that is hit. */
  readonly rowsPerHit: number;
  /** Elements of hidden states that it sends to experts: tokens × experts of a token × hidden size. */
  readonly routedElements: number;
}

/**
 * Floating-point operations per second of the format the experts are computed in.
 */
function expertRate(gpu: GpuType, precision: Precision): number {
  // GPUs with 4-bit units multiply MXFP4 experts with 8-bit activations (measured kernels `w4a8_mxfp4_mxfp8`), the others widen them.
  const byEight = precision.name === Precision.MXFP4.name && gpu.computeCapability >= 10;
  return gpu.denseTflops(byEight ? Precision.FP8 : precision) * 1e12;
}

/**
 * Share of the experts of a layer that a step of `tokens` tokens hits: `1 - (1 + B k / (E a))^-a`, which is `1 - (1 - k/E)^B` if all
 * experts are equally popular, and never less than that of one token.
 *
 * @internal
 */
export function expertCoverage(routed: number, perToken: number, tokens: number): number {
  const mean = (tokens * perToken) / routed;
  const skewed = 1 - Math.pow(1 + mean / POPULARITY_SHAPE, -POPULARITY_SHAPE);
  return Math.min(1, Math.max(skewed, Math.min(tokens, 1) * (perToken / routed)));
}

function generationOf(gpu: GpuType): Generation {
  if (gpu.computeCapability >= 12) return 'workstation';
  if (gpu.computeCapability >= 10) return 'blackwell';
  return gpu.computeCapability >= 9 ? 'hopper' : 'ampere';
}

function formatOf(precision: Precision): Format {
  switch (precision.name) {
    case Precision.FP8.name:
    case Precision.INT8.name:
      return 'fp8';
    case Precision.FP8_BLOCK.name:
      return 'fp8-block';
    case Precision.NVFP4.name:
      return 'nvfp4';
    case Precision.MXFP4.name:
      return 'mxfp4';
    case Precision.INT4.name:
      return 'int4';
    default:
      return 'wide';
  }
}
