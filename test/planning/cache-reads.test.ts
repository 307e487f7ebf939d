import { GpuInstanceType, InferenceEngine, ModelSpec, Parallelism, Precision } from '../../lib/planning';
import { ServingEstimate, estimate } from '../../lib/planning/serving-estimate';
import { resolveLoad, configurationOf } from '../../lib/planning/configuration';

const { VLLM, SGLANG, TENSORRT_LLM } = InferenceEngine;
const { P5_48XLARGE, P5E_48XLARGE, P6_B200_48XLARGE } = GpuInstanceType;

function attention(engine: InferenceEngine, instanceType: GpuInstanceType, cache: Precision): number {
  const load = resolveLoad({
    model: ModelSpec.LLAMA_3_1_8B,
    engine,
    concurrency: 64,
    inputTokens: 8000,
    outputTokens: 384,
    kvCachePrecision: cache,
  });
  const setup = configurationOf(load, { instanceType, precision: Precision.BF16 }, Parallelism.of({ tensor: 1 }));
  const time: ServingEstimate = estimate(setup, 64);
  return (1e6 * time.decode.attention) / ModelSpec.LLAMA_3_1_8B.layers;
}

describe('decode attention over 8-bit caches', () => {
  // Measured microseconds of one layer, 64 sequences of 8192 tokens on one GPU: ai-dynamo/aiconfigurator 095f58a, generation_attention.
  const measured: [string, InferenceEngine, GpuInstanceType, Precision, number][] = [
    ['SGLang 0.5.14', SGLANG, P5E_48XLARGE, Precision.FP8, 442],
    ['SGLang 0.5.6', SGLANG, P5E_48XLARGE, Precision.FP8, 440],
    ['SGLang 0.5.14', SGLANG, P5_48XLARGE, Precision.FP8, 508],
    ['SGLang 0.5.14', SGLANG, P5E_48XLARGE, Precision.FP16, 484],
    ['TensorRT-LLM 1.3', TENSORRT_LLM, P5E_48XLARGE, Precision.FP8, 255],
  ];

  test.each(measured)('%s, %s on %s with %s', (_, engine, instanceType, cache, micros) => {
    const planned = attention(engine, instanceType, cache);
    expect(planned / micros).toBeGreaterThan(0.8);
    expect(planned / micros).toBeLessThan(1.2);
  });

  test('on Hopper the kernels of vLLM and SGLang widen them no faster on H200 than on H100', () => {
    for (const engine of [VLLM, SGLANG]) {
      const [h100, h200] = [P5_48XLARGE, P5E_48XLARGE].map((type) => attention(engine, type, Precision.FP8));
      expect(h200).toBeCloseTo(h100, 9);
      // Still less than a 16-bit cache, which the bandwidth decides.
      expect(h200).toBeLessThan(attention(engine, P5E_48XLARGE, Precision.FP16));
    }
  });

  test('elsewhere the bandwidth decides for every cache', () => {
    const read = (cache: Precision) => attention(VLLM, P6_B200_48XLARGE, cache) - 8;
    expect(read(Precision.FP16) / read(Precision.FP8)).toBeCloseTo(2, 6);
  });
});
