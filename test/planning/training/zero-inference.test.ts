import { DataSize, GpuInstanceType, GpuNodeType, GpuType, ModelSpec, Precision, ZeroInference } from '../../../lib';

const T4 = GpuNodeType.custom({
  name: 'one-t4',
  gpu: GpuType.T4,
  gpuCount: 1,
  vcpus: 32,
  memory: DataSize.gib(208),
});

describe('ZeRO-Inference', () => {
  test('is as fast as DeepSpeed was: OPT-30B for four sequences on a T4, 0.60 tokens a second', () => {
    // FlexGen, benchmark/batch_size_table.md.
    const shape = { layers: 48, hiddenSize: 7168, attentionHeads: 56, intermediateSize: 28672, vocabularySize: 50272 };
    const model = ModelSpec.dense({
      name: 'opt-30b',
      shape: { ...shape, maxContextLength: 2048, gatedFeedForward: false, tiedEmbeddings: true },
    });
    const { tokensPerSecond, hostMemory, gpuMemory } = ZeroInference.of({
      ...{ model, hardware: T4, batchSize: 4, contextLength: 544 },
    });
    expect(tokensPerSecond).toBeCloseTo(0.6, 1);
    expect(hostMemory.gib).toBeCloseTo(60, 0);
    expect(gpuMemory.gib).toBeLessThan(14);
  });

  test('has a configuration of stage 3 without an optimizer', () => {
    const { deepSpeedJson, secondsPerStep } = ZeroInference.of({
      model: ModelSpec.LLAMA_3_1_70B,
      hardware: GpuInstanceType.G6E_8XLARGE,
      contextLength: 4096,
      batchSize: 8,
    });
    const settings = JSON.parse(deepSpeedJson);
    expect(settings).toMatchObject({
      train_micro_batch_size_per_gpu: 8,
      bf16: { enabled: true },
      zero_optimization: { stage: 3, offload_param: { device: 'cpu' } },
    });
    expect(settings.optimizer).toBeUndefined();
    expect(secondsPerStep).toBeCloseTo(15.7, 1);
  });

  test('is refused in formats that the GPU lacks', () => {
    const props = { model: ModelSpec.LLAMA_3_1_8B, hardware: T4, contextLength: 1024, precision: Precision.BF16 };
    expect(() => ZeroInference.of(props)).toThrow(
      'ZeRO-Inference computes in one of bf16, fp16, fp32 that T4 has; got bf16',
    );
  });
});
