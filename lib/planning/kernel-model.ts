import { GpuType } from '../catalog/gpu-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { Precision } from '../catalog/precision';
import { computesNvfp4 } from './weight-only-nvfp4';

/**
 * How one GPU runs matrix products in one format: `t0` and the 4-norm of `bytes / (eb × bandwidth)` and `flops / (ef × rate)`. The norm is
 * their larger one except where both are alike (there 19 % more), as products of 256 rows take on an H200 (bench/gpu/results-h200.json).
 *
 * @internal
 */
export interface MatmulFit {
  /** Fixed time of one product, microseconds. */
  readonly t0: number;
  /** Share of the memory bandwidth reached when reading weights decides. */
  readonly eb: number;
  /** Share of the dense rate reached when computing decides. */
  readonly ef: number;
}

/** Fits to ai-dynamo/aiconfigurator 095f58a's measured vLLM matrix products, 1024 to 65536 wide; generic where a GPU has none. */
const GENERIC: { readonly [format: string]: MatmulFit } = {
  wide: { t0: 4, eb: 0.82, ef: 0.75 },
  fp8: { t0: 5, eb: 0.8, ef: 0.56 },
  'fp8-block': { t0: 15, eb: 0.68, ef: 0.44 },
  // DeepGEMM, in SGLang and TensorRT-LLM: 5 to 8 µs, 0.78 to 0.82, 0.48 (TensorRT-LLM) to 0.64 (SGLang) on H100 and H200.
  deepGemm: { t0: 6, eb: 0.8, ef: 0.56 },
  nvfp4: { t0: 7, eb: 0.58, ef: 0.4 },
  // Fitted on NVIDIA's published throughput of RTX PRO 6000, whose rate is nearer to its bandwidth than B200's.
  nvfp4Workstation: { t0: 7, eb: 0.58, ef: 0.56 },
  weightOnly: { t0: 7, eb: 0.68, ef: 0.6 },
};

/** Attention of one layer at decode: fixed microseconds, by generation (same source). */
function attentionFixed(gpu: GpuType): number {
  if (gpu.computeCapability >= 10) return 8;
  if (gpu.computeCapability >= 9) return 11;
  return 18;
}

/**
 * FlashAttention 3, in vLLM and SGLang, reads 8-bit caches on Hopper at most at this rate: 2.1 to 2.8 TB/s of large ones on H100, 2.2 to
 * 3.3 on H200, where 16-bit caches reach the bandwidth (same source, vLLM 0.18 to 0.24 and SGLang 0.5.9 to 0.5.14; TensorRT-LLM does reach
 * it).
 */
const HOPPER_NARROW_CACHE = 2.5e12;

/**
 * Constants of a GPU and a format of weights.
 *
 * @internal
 */
export interface KernelModel {
  readonly matmul: MatmulFit;
  /** Bytes per second. */
  readonly bandwidth: number;
  /** Floating-point operations per second with these weights. */
  readonly rate: number;
  /** The same in 16 bits: for attention, and for formats that are widened before computation. */
  readonly wideRate: number;
  /** Fixed seconds of decode attention per layer. */
  readonly attentionFixed: number;
  /** Share of the bandwidth that decode attention reaches. */
  readonly attentionBandwidth: number;
  /** Maximum bytes per second for 8-bit caches. */
  readonly narrowCacheRate: number;
  /** Share of the 16-bit rate that prefill attention reaches on its causal half. */
  readonly attentionRate: number;
}

/**
 * Constants of a GPU and a format of weights.
 *
 * @internal
 */
export function kernelModel(gpu: GpuType, precision: Precision, engine: InferenceEngine): KernelModel {
  const matmul = GENERIC[formatOf(gpu, precision, engine)];
  return {
    matmul,
    bandwidth: gpu.memoryBandwidthGBps * 1e9,
    rate: gpu.denseTflops(precision) * 1e12,
    wideRate: gpu.denseTflops(Precision.FP16) * 1e12,
    attentionFixed: attentionFixed(gpu) * 1e-6,
    attentionBandwidth: 0.82,
    narrowCacheRate:
      gpu.computeCapability === 9 && !engine.name.startsWith('tensorrt') ? HOPPER_NARROW_CACHE : Infinity,
    attentionRate: gpu.computeCapability >= 9 ? 0.55 : 0.47,
  };
}

function formatOf(gpu: GpuType, precision: Precision, engine: InferenceEngine): string {
  switch (precision.name) {
    case Precision.FP8.name:
    case Precision.INT8.name:
      return gpu.denseTflops(precision) > gpu.denseTflops(Precision.FP16) ? 'fp8' : 'weightOnly';
    case Precision.FP8_BLOCK.name:
      if (gpu.denseTflops(precision) <= gpu.denseTflops(Precision.FP16)) return 'weightOnly';
      return engine._isVllm ? 'fp8-block' : 'deepGemm';
    case Precision.NVFP4.name:
      if (!computesNvfp4(gpu)) return 'weightOnly';
      return gpu.computeCapability >= 12 ? 'nvfp4Workstation' : 'nvfp4';
    case Precision.INT4.name:
      return 'weightOnly';
    default:
      return 'wide';
  }
}

/**
 * Seconds of one matrix product of `m` rows with `k × n` weights.
 *
 * @internal
 */
export function matmulSeconds(kernel: KernelModel, m: number, k: number, n: number, bytesPerWeight: number): number {
  const { t0, eb, ef } = kernel.matmul;
  const bytes = k * n * bytesPerWeight + 2 * m * (n + k);
  const read = bytes / (eb * kernel.bandwidth);
  const computed = (2 * m * n * k) / (ef * kernel.rate);
  const larger = Math.max(read, computed);
  return larger === 0 ? t0 * 1e-6 : t0 * 1e-6 + larger * (1 + (Math.min(read, computed) / larger) ** 4) ** 0.25;
}
