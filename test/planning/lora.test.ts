import { CapacityPlan, CapacityPlanner, GpuInstanceType, ModelSpec, Parallelism } from '../../lib/planning';

const plan = (lora?: { maxAdapters: number; maxRank: number }, model = ModelSpec.LLAMA_3_1_8B, tensor = 1) =>
  CapacityPlanner.plan({
    model,
    instanceType: GpuInstanceType.P5_48XLARGE,
    parallelism: Parallelism.of({ tensor }),
    lora,
  });
const taken = (...of: Parameters<typeof plan>) =>
  plan(...of).memoryPerGpu.weights.bytes - plan(undefined, of[1], of[2]).memoryPerGpu.weights.bytes;

describe('room for LoRA adapters', () => {
  test('is what the matrices beside those of Llama 3.1 8B take', () => {
    // Queries and output 4096 + 4096, keys and values 4096 + 1024, gate, up and down 4096 + 14336, tables 128256 + 4096.
    const inputsAndOutputs = 32 * (2 * 8192 + 2 * 5120 + 3 * 18432) + 2 * 132352;
    expect(taken({ maxAdapters: 4, maxRank: 16 })).toBe(4 * 16 * inputsAndOutputs * 2);
  });

  test('is shared out over tensor ranks but for one side of each matrix', () => {
    const side = 32 * (4096 + 512 + 2 * (4096 + 128) + (512 + 4096) + 2 * (4096 + 1792) + (1792 + 4096)) + 2 * 132352;
    expect(taken({ maxAdapters: 1, maxRank: 8 }, ModelSpec.LLAMA_3_1_8B, 8)).toBe(8 * side * 2);
  });

  test('is of every expert', () => {
    const small = taken({ maxAdapters: 1, maxRank: 8 }, ModelSpec.MIXTRAL_8X7B);
    // Eight experts of gate, up and down, 4096 + 14336 each; attention as above; tables of 32000.
    const inputsAndOutputs = 32 * (2 * 8192 + 2 * 5120 + 8 * 3 * 18432) + 2 * (32000 + 4096);
    expect(small).toBe(8 * inputsAndOutputs * 2);
  });

  test('makes what fits not fit', () => {
    const asked = (maxAdapters: number) =>
      CapacityPlanner.plan({
        model: ModelSpec.LLAMA_3_1_8B,
        instanceType: GpuInstanceType.G5_XLARGE,
        contextLength: 4096,
        concurrency: 1,
        lora: { maxAdapters, maxRank: 64 },
      });
    expect(asked(1).fits).toBe(true);
    expect(asked(16).fits).toBe(false);
  });

  test('is in the plan, its JSON, its arguments and its explanation', () => {
    const lora = { maxAdapters: 4, maxRank: 16 };
    const read = CapacityPlan.fromJson(plan(lora).toJson());
    expect(read.lora).toEqual(lora);
    expect(read.vllmServeArguments()).toEqual(
      expect.arrayContaining(['--enable-lora', '--max-loras=4', '--max-lora-rank=16']),
    );
    expect(read.explain()).toMatch(/LoRA adapters per GPU: 352\.31 MiB/);
  });

  test.each([
    [{ maxAdapters: 0, maxRank: 16 }, /lora\.maxAdapters/],
    [{ maxAdapters: 1, maxRank: 1024 }, /lora\.maxRank 1024 .* must be merged into the model/],
    [{ maxAdapters: 1.5, maxRank: 0 }, /lora\.maxAdapters[^]*lora\.maxRank/],
  ])('%j is refused', (lora, sentence) => expect(() => plan(lora)).toThrow(sentence));
});
