import {
  CapacityPlanner,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { defaultPrecision } from '../../lib/planning/default-precision';

const { P5_48XLARGE: H100, P4DE_24XLARGE: A100, G4DN_12XLARGE: T4, P5EN_48XLARGE: H200 } = GpuInstanceType;

test.each<[string, ModelSpec, GpuInstanceType, InferenceEngine | undefined, Precision]>([
  ['DeepSeek-V3 on H100', ModelSpec.DEEPSEEK_V3, H100, undefined, Precision.FP8_BLOCK],
  ['Kimi K2 on A100, weights only', ModelSpec.KIMI_K2, A100, InferenceEngine.VLLM, Precision.FP8_BLOCK],
  [
    'DeepSeek-R1 on A100 with an engine that has no FP8 there',
    ModelSpec.DEEPSEEK_R1,
    A100,
    InferenceEngine.SGLANG,
    Precision.BF16,
  ],
  ['gpt-oss on H100', ModelSpec.GPT_OSS_20B, H100, undefined, Precision.MXFP4],
  ['gpt-oss on T4, which has none of it', ModelSpec.GPT_OSS_20B, T4, undefined, Precision.FP16],
  ['a model in fp16', ModelSpec.LLAMA_2_13B, H100, undefined, Precision.FP16],
  ['a model in bf16', ModelSpec.LLAMA_3_1_8B, H100, undefined, Precision.BF16],
  ['a model in bf16 on T4', ModelSpec.LLAMA_3_1_8B, T4, undefined, Precision.FP16],
  [
    'a model in 32 bits',
    ModelSpec.dense({ name: 'own', parameters: 7e9, publishedPrecision: Precision.FP32 }),
    H100,
    undefined,
    Precision.BF16,
  ],
  ['a model of unknown origin', ModelSpec.dense({ name: 'own', parameters: 7e9 }), A100, undefined, Precision.BF16],
])('%s', (_, model, hardware, engine, precision) => {
  expect(defaultPrecision(model, hardware, engine)).toBe(precision);
});

test('DeepSeek-V3 is planned in the FP8 that it is published in, which 8 × H200 hold', () => {
  const plan = CapacityPlanner.plan({
    ...{ model: ModelSpec.DEEPSEEK_V3, instanceType: H200, contextLength: 8192 },
    parallelism: Parallelism.of({ tensor: 8 }),
  });
  expect([plan.precision, plan.fits]).toEqual([Precision.FP8_BLOCK, true]);
});

test('the search puts gpt-oss on one L4, not on an H100', () => {
  expect(CapacityPlanner.search({ model: ModelSpec.GPT_OSS_20B, contextLength: 8192 })[0].instanceType.name).toBe(
    'g6.xlarge',
  );
});
