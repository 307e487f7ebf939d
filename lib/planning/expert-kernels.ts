import { GpuType } from '../catalog/gpu-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { Precision } from '../catalog/precision';

/**
 * How an engine runs the routed experts of one layer: selection, gate and up products, activation, down product and sum together,
 * `t0 + max(bytes of the experts hit / (eb × bandwidth), flops / (ef × rate))`.
 *
 * @internal
 */
export interface ExpertFit {
  /** Fixed time, microseconds. */
  readonly t0: number;
  /** Share of the memory bandwidth. */
  readonly eb: number;
  /** Share of the dense rate of the format the products are computed in. */
  readonly ef: number;
}

/**
 * How evenly tokens spread over experts: popularity follows a gamma distribution of this shape (infinite: all alike). The routing that
 * the kernels below were measured with (power laws of 1.01 and 1.2, the measuring project's picture of real traffic) hits 0.75 of 256
 * experts with 64 tokens and 8 of them per token where uniform routing hits 0.87; shape 2 gives 0.75.
 *
 * @internal
 */
export const POPULARITY_SHAPE = 2;

/** Rows that are computed for each expert that is hit beyond its own, since its tiles are not full. */
export const EXPERT_PADDING = 50;

type Format = 'wide' | 'fp8' | 'fp8-block' | 'nvfp4' | 'mxfp4' | 'int4';

/** By generation: before Hopper, Hopper, data centre Blackwell, workstation Blackwell. */
type Generation = 'ampere' | 'hopper' | 'blackwell' | 'workstation';

type Table = { readonly [G in Generation]: { readonly [F in Format]: ExpertFit } };

/**
 * Fitted to the measured kernels of ai-dynamo/aiconfigurator 095f58a (`moe_perf`; at least 64 experts, tensor 1 to 8; `t0` and `eb` on 1
 * to 256 tokens, mean error 5 to 17 %; `ef` on 512 to 8192, 13 to 35 %) with the coverage of each row's own routing; no end-to-end data.
 * Values are between those of the versions (vLLM 0.14 to 0.24, SGLang 0.5.9 to 0.5.14, TensorRT-LLM 1.2 to 1.3) and of H100 and H200.
 */
const COMMON: Table = {
  // A100 and L40S.
  ampere: {
    wide: { t0: 32, eb: 0.83, ef: 0.35 },
    fp8: { t0: 8, eb: 0.77, ef: 0.2 },
    'fp8-block': { t0: 8, eb: 0.77, ef: 0.23 },
    nvfp4: { t0: 40, eb: 0.77, ef: 0.44 },
    mxfp4: { t0: 40, eb: 0.74, ef: 0.44 },
    int4: { t0: 40, eb: 0.77, ef: 0.44 },
  },
  // Triton kernels of vLLM and SGLang; Marlin for INT4; Triton's matrix kernels for MXFP4.
  hopper: {
    wide: { t0: 24, eb: 0.88, ef: 0.3 },
    fp8: { t0: 30, eb: 0.8, ef: 0.2 },
    'fp8-block': { t0: 36, eb: 0.83, ef: 0.25 },
    nvfp4: { t0: 64, eb: 0.65, ef: 0.2 },
    mxfp4: { t0: 36, eb: 0.62, ef: 0.41 },
    int4: { t0: 30, eb: 0.7, ef: 0.25 },
  },
  // Kernels of FlashInfer and TensorRT-LLM where there are any; Marlin for INT4.
  blackwell: {
    wide: { t0: 24, eb: 0.83, ef: 0.25 },
    fp8: { t0: 28, eb: 0.75, ef: 0.17 },
    'fp8-block': { t0: 30, eb: 0.75, ef: 0.15 },
    nvfp4: { t0: 18, eb: 0.85, ef: 0.2 },
    mxfp4: { t0: 22, eb: 0.8, ef: 0.23 },
    int4: { t0: 32, eb: 0.45, ef: 0.14 },
  },
  // RTX PRO 6000.
  workstation: {
    wide: { t0: 8, eb: 0.92, ef: 0.32 },
    fp8: { t0: 20, eb: 0.92, ef: 0.28 },
    'fp8-block': { t0: 16, eb: 0.92, ef: 0.35 },
    nvfp4: { t0: 55, eb: 0.88, ef: 0.26 },
    mxfp4: { t0: 16, eb: 0.83, ef: 0.44 },
    int4: { t0: 8, eb: 0.83, ef: 0.45 },
  },
};

/** Where TensorRT-LLM's own kernels are far from the others' (same source). */
const TENSORRT: { readonly [G in Generation]?: { readonly [F in Format]?: ExpertFit } } = {
  hopper: {
    fp8: { t0: 44, eb: 0.88, ef: 0.23 },
    'fp8-block': { t0: 100, eb: 0.9, ef: 0.14 },
    mxfp4: { t0: 32, eb: 0.68, ef: 0.32 },
  },
  blackwell: {
    fp8: { t0: 44, eb: 0.86, ef: 0.18 },
    'fp8-block': { t0: 90, eb: 0.72, ef: 0.2 },
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
 * Floating-point operations per second of the format the experts are computed in.
 *
 * @internal
 */
export function expertRate(gpu: GpuType, precision: Precision): number {
  // GPUs with 4-bit units multiply MXFP4 experts with 8-bit activations (measured kernels `w4a8_mxfp4_mxfp8`), the others widen them.
  const byEight = precision === Precision.MXFP4 && gpu.computeCapability >= 10;
  return gpu.denseTflops(byEight ? Precision.FP8 : precision) * 1e12;
}

/**
 * Share of the experts of a layer that a step of `tokens` tokens hits: `1 - (1 + B k / (E a))^-a`, which is `1 - (1 - k/E)^B` for experts
 * that are all as popular, and never less than one token's.
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
  switch (precision) {
    case Precision.FP8:
    case Precision.INT8:
      return 'fp8';
    case Precision.FP8_BLOCK:
      return 'fp8-block';
    case Precision.NVFP4:
      return 'nvfp4';
    case Precision.MXFP4:
      return 'mxfp4';
    case Precision.INT4:
      return 'int4';
    default:
      return 'wide';
  }
}
