import { GpuInstanceType, GpuType, InferenceEngine, NodeNetwork, Precision } from '../../lib/planning';
import { allReduceSeconds } from '../../lib/planning/collective-model';
import { expertCoverage, expertFit, expertSeconds } from '../../lib/planning/expert-kernels';

const { VLLM, SGLANG, TENSORRT_LLM, TENSORRT_LLM_0_6 } = InferenceEngine;
const { FP8, FP8_BLOCK, NVFP4, MXFP4, INT4, BF16 } = Precision;

type Shape = { hidden: number; width: number; routed: number; perToken: number; tensor: number; expert?: number };
const QWEN_235B = { hidden: 4096, width: 1536, routed: 128, perToken: 8 };
const DEEPSEEK = { hidden: 7168, width: 2048, routed: 256, perToken: 8 };
const KIMI = { ...DEEPSEEK, routed: 384 };
const GPT_OSS = { hidden: 2880, width: 2880, routed: 128, perToken: 4 };
const QWEN_30B = { hidden: 2048, width: 768, routed: 128, perToken: 8 };

function microseconds(engine: InferenceEngine, gpu: GpuType, precision: Precision, shape: Shape, tokens: number) {
  const { hidden, width, routed, perToken, tensor, expert = 1 } = shape;
  const coverage = expertCoverage(routed, perToken, tokens);
  const parameters = (3 * hidden * width * routed) / tensor / expert;
  const work = {
    localExperts: routed / expert,
    width: width / tensor,
    hitParameters: parameters * coverage,
    rowsPerHit: (tokens * perToken) / (routed * coverage),
    routedElements: (tokens * perToken * hidden) / expert,
  };
  return 1e6 * expertSeconds(expertFit(engine, gpu, precision), gpu, precision, work);
}

describe('kernels of experts', () => {
  // Measured microseconds with 8, 64, 256 and 4096 tokens, routed by a power law of 1.01: ai-dynamo/aiconfigurator 095f58a, moe_perf.
  const measured: [string, InferenceEngine, GpuType, Precision, Shape, number[]][] = [
    ['TensorRT-LLM 1.2', TENSORRT_LLM, GpuType.H100, FP8_BLOCK, { ...QWEN_235B, tensor: 4 }, [129, 252, 351, 1832]],
    ['SGLang 0.5.9', SGLANG, GpuType.H200, FP8_BLOCK, { ...DEEPSEEK, tensor: 8 }, [138, 361, 425, 1342]],
    ['vLLM 0.19', VLLM, GpuType.H200, FP8_BLOCK, { ...QWEN_235B, tensor: 4 }, [99, 181, 230, 983]],
    ['TensorRT-LLM 1.2', TENSORRT_LLM, GpuType.H200, FP8, { ...DEEPSEEK, tensor: 8 }, [120, 336, 454, 1340]],
    ['TensorRT-LLM 1.2', TENSORRT_LLM, GpuType.B200, NVFP4, { ...DEEPSEEK, tensor: 8 }, [48, 116, 138, 388]],
    ['vLLM 0.19', VLLM, GpuType.B200, NVFP4, { ...KIMI, tensor: 8 }, [55, 155, 208, 496]],
    ['TensorRT-LLM 1.3', TENSORRT_LLM, GpuType.B200, MXFP4, { ...GPT_OSS, tensor: 1 }, [93, 242, 391, 714]],
    ['vLLM 0.24', VLLM, GpuType.H200, MXFP4, { ...GPT_OSS, tensor: 2 }, [111, 293, 398, 1363]],
    ['vLLM 0.14', VLLM, GpuType.H200, INT4, { ...KIMI, tensor: 8 }, [91, 279, 466, 2563]],
    ['vLLM 0.14', VLLM, GpuType.A100_80GB, BF16, { ...QWEN_30B, tensor: 1 }, [283, 663, 1049, 2860]],
    ['vLLM 0.24', VLLM, GpuType.RTX_PRO_6000, NVFP4, { ...QWEN_30B, tensor: 1 }, [126, 264, 302, 791]],
  ];
  test.each(measured)('%s: %s on %s in %s is near the measured', (_, engine, gpu, precision, shape, times) => {
    const tokens = [8, 64, 256, 4096];
    const ratios = tokens.map((n, i) => microseconds(engine, gpu, precision, shape, n) / times[i]);
    for (const ratio of ratios) {
      expect(ratio).toBeGreaterThan(0.6);
      expect(ratio).toBeLessThan(1.5);
    }
    const mean = ratios.reduce((sum, ratio) => sum + Math.abs(Math.log(ratio)), 0) / ratios.length;
    expect(mean).toBeLessThan(0.3);
  });

  test('are known for every engine, GPU and format, and take longer with more tokens', () => {
    for (const engine of InferenceEngine.ALL) {
      for (const gpu of GpuType.ALL) {
        for (const precision of Precision.ALL.filter((p) => gpu.supports(p))) {
          const times = [1, 8, 64, 512, 4096].map((n) =>
            microseconds(engine, gpu, precision, { ...DEEPSEEK, tensor: 8 }, n),
          );
          expect(times.every((time) => Number.isFinite(time) && time > 0)).toBe(true);
          expect([...times].sort((a, b) => a - b)).toEqual(times);
        }
      }
    }
  });

  test('a block format costs TensorRT-LLM time for each expert a GPU holds: spreading whole experts is faster than cutting them', () => {
    const cut = microseconds(TENSORRT_LLM, GpuType.H200, FP8_BLOCK, { ...DEEPSEEK, tensor: 8 }, 1);
    const spread = microseconds(TENSORRT_LLM, GpuType.H200, FP8_BLOCK, { ...DEEPSEEK, tensor: 1, expert: 8 }, 1);
    expect(cut / spread).toBeGreaterThan(1.5); // measured: 127 and 54 µs
  });
});

describe('experts that a step hits', () => {
  test.each([
    [256, 8, 16, 0.39],
    [256, 8, 64, 0.75],
    [128, 8, 64, 0.91],
    [384, 8, 64, 0.67],
    [128, 4, 32, 0.51],
  ])('%s routed, %s of them per token, %s tokens: %s by the power law', (routed, perToken, tokens, share) => {
    expect(Math.abs(expertCoverage(routed, perToken, tokens) - share)).toBeLessThan(0.06);
  });

  test('are one token’s at least, never all twice, and more with more tokens', () => {
    for (const [routed, perToken] of [
      [8, 2],
      [128, 4],
      [384, 8],
    ]) {
      expect(expertCoverage(routed, perToken, 1)).toBeCloseTo(perToken / routed, 10);
      const shares = [1, 2, 8, 64, 512, 1e6].map((tokens) => expertCoverage(routed, perToken, tokens));
      expect([...shares].sort((a, b) => a - b)).toEqual(shares);
      expect(shares[5]).toBeLessThanOrEqual(1);
      expect(expertCoverage(routed, perToken, 16)).toBeLessThanOrEqual(1 - Math.pow(1 - perToken / routed, 16));
    }
  });
});

describe('all-reduce by engine', () => {
  // Microseconds of 16 KiB, 128 KiB, 256 KiB and 1 MiB over eight GPUs: ai-dynamo/aiconfigurator 095f58a, custom_allreduce_perf. Of TensorRT-LLM 0.6 none are known.
  test.each([
    [VLLM, GpuInstanceType.P5_48XLARGE, [5.5, 12, 13, 19.4]],
    [TENSORRT_LLM, GpuInstanceType.P5_48XLARGE, [3.9, undefined, undefined, 32]],
    [TENSORRT_LLM_0_6, GpuInstanceType.P5_48XLARGE, [5.5, 12, 13, 19.4]],
    [VLLM, GpuInstanceType.P6_B200_48XLARGE, [8.2, 25, 25, 20.7]],
    [TENSORRT_LLM, GpuInstanceType.P6_B200_48XLARGE, [5.8, 8.1, 11.2, 24.7]],
    [VLLM, GpuInstanceType.P4DE_24XLARGE, [6.9, 17.1, 18.9, 27.9]],
  ])('%s on %s', (engine, type, measured) => {
    const sizes = [2 ** 14, 2 ** 17, 2 ** 18, 2 ** 20];
    const times = sizes.map((bytes) => 1e6 * allReduceSeconds(type, NodeNetwork.RDMA, engine, 8, bytes));
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    times.forEach((time, i) => expect(Math.abs(time / (measured[i] ?? time) - 1)).toBeLessThan(0.3));
  });
});
