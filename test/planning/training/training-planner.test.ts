import * as fc from 'fast-check';
import {
  DataSize,
  DeepSpeedConfig,
  DeepSpeedConfigProps,
  GpuInstanceType,
  GpuNodeType,
  ModelSpec,
  Precision,
  TrainingPlan,
  TrainingPlanner,
  TrainingRequest,
} from '../../../lib';

const GB = 1e9;
const planOf = (request: Partial<TrainingRequest>, deepSpeed: DeepSpeedConfigProps = {}) =>
  TrainingPlanner.plan({
    model: ModelSpec.LLAMA_3_1_8B,
    hardware: GpuInstanceType.P5_48XLARGE,
    sequenceLength: 4096,
    ...request,
    deepSpeed: DeepSpeedConfig.of(deepSpeed),
  });

/** Bytes of parameters, gradients and states, without the copy of the gradients in 32 bits that the table leaves out. */
function modelStates(plan: TrainingPlan, shared: number): number {
  const { parameters, gradients, optimizer } = plan.memoryPerGpu;
  return parameters.bytes + gradients.bytes + optimizer.bytes - (4 * plan.model.parameters) / shared;
}

describe('model states', () => {
  // Rajbhandari et al. 2020 (arXiv 1910.02054), figure 1: 7.5 billion parameters on 64 GPUs.
  test.each([
    [0, 120],
    [1, 31.4],
    [2, 16.6],
    [3, 1.9],
  ])('of stage %i are %d GB', (zeroStage, expected) => {
    const model = ModelSpec.dense({ name: 'turing', parameters: 7.5e9 });
    const plan = planOf({ model, nodes: 8, sequenceLength: 1024 }, { zeroStage });
    const scale = 7.5e9 / model.parameters;
    const bytes = modelStates(plan, zeroStage > 0 ? 64 : 1) * scale;
    expect(Math.abs(bytes / GB - expected)).toBeLessThan(0.06);
  });

  // `estimate_zero2_model_states_mem_needs` and `estimate_zero3_model_states_mem_needs` of DeepSpeed 0.19.8: 2 P + 18 P / N, and 18 P / N, which leaves out
  // the gradients in 16 bits that stage 3 keeps until its step.
  test.each([
    [2, (parameters: number) => 2 * parameters + (18 * parameters) / 16],
    [3, (parameters: number) => ((18 + 2) * parameters) / 16],
  ])('of stage %i are what DeepSpeed estimates', (zeroStage, estimate) => {
    const plan = planOf({ nodes: 2 }, { zeroStage });
    const { parameters, gradients, optimizer } = plan.memoryPerGpu;
    const sum = parameters.bytes + gradients.bytes + optimizer.bytes;
    expect(Math.abs(sum - estimate(plan.model.parameters))).toBeLessThan(4);
  });

  // The same with offload: 16 P, or 18 P with the parameters, divided by the nodes, times 1.5.
  test.each([
    [{ offloadOptimizer: true }, 16],
    [{ offloadOptimizer: true, offloadParameters: true }, 18],
  ])('of %j are on the host', (offload, bytes) => {
    const plan = planOf({ nodes: 2 }, { zeroStage: 3, ...offload });
    const processes = DataSize.gib(4 * 8).bytes;
    // The first rank collects the model to write it.
    const collected = 2 * plan.model.parameters;
    expect(plan.hostMemory.bytes - processes - collected).toBe(Math.ceil((1.5 * bytes * plan.model.parameters) / 2));
    expect(plan.memoryPerGpu.optimizer.bytes).toBe(0);
    expect(plan.memoryPerGpu.gradients.bytes).toBe(0);
  });
});

describe('the host', () => {
  const beyondProcesses = (deepSpeed: DeepSpeedConfigProps) => {
    const plan = planOf({ model: ModelSpec.LLAMA_3_1_70B, nodes: 4 }, deepSpeed);
    return (plan.hostMemory.bytes - DataSize.gib(4 * 8).bytes) / plan.model.parameters;
  };

  // `save_16bit_model` collects the parameters as they are on the GPUs in the memory of the first rank, however many nodes share them.
  test.each([
    [{ zeroStage: 3 }, 2],
    [{ zeroStage: 3, precision: Precision.FP32 }, 4],
    [{ zeroStage: 2 }, 0],
  ])('of %j has room for the whole model where stage 3 writes it', (deepSpeed, bytes) => {
    expect(beyondProcesses(deepSpeed)).toBeCloseTo(bytes, 6);
  });
});

describe('pipelines', () => {
  test('are as efficient as the guide says: 8 micro-batches in 4 stages', () => {
    const plan = planOf({}, { pipelineStages: 4, gradientAccumulation: 8 });
    expect(plan.pipelineEfficiency).toBeCloseTo(0.727, 3);
    expect(plan).toMatchObject({ dataParallelRanks: 2, trainBatchSize: 16 });
    expect(JSON.parse(plan.deepSpeedJson)).toMatchObject({ zero_optimization: { stage: 1 }, pipeline: { stages: 4 } });
  });

  test('hold as many micro-batches at their first stage as there are stages, and two at least', () => {
    // A small table of tokens, so that the first stage is the fullest.
    const shape = { layers: 32, hiddenSize: 4096, attentionHeads: 32, intermediateSize: 14336, maxContextLength: 4096 };
    const model = ModelSpec.dense({ name: 'small-table', shape: { ...shape, vocabularySize: 1024 } });
    const activations = (gradientAccumulation: number) =>
      planOf({ model }, { pipelineStages: 8, gradientAccumulation, activationCheckpointing: false }).memoryPerGpu
        .activations.bytes;
    const perMicroBatch = (activations(8) - activations(4)) / 4;
    expect(perMicroBatch / (4096 * 4)).toBe(16 * 4096 + 8 * 4096 + 8 * 14336 + 4 * 32 + 8);
    expect(activations(1)).toBe(activations(2));
    expect(activations(16)).toBe(activations(8));
  });
});

describe('what does not fit', () => {
  const plan = planOf({ model: ModelSpec.LLAMA_3_1_70B });

  test('says what is short, and the ways out', () => {
    expect(plan.fits).toBe(false);
    const { shortfallPerGpu, memoryPerGpu } = plan;
    expect(shortfallPerGpu!.bytes).toBe(memoryPerGpu.total.bytes - memoryPerGpu.available.bytes);
    expect(plan.largestMicroBatch).toBe(0);
    expect(plan.explain()).toContain(
      'each GPU is short by 108.46 GiB (183.6 GiB of 75.14 GiB; most of it optimizer, 131.42 GiB)',
    );
    expect(plan.alternatives.map(({ change }) => change)).toEqual([
      'the optimizer in host memory, its step on the processor',
      '4 × p5.48xlarge',
      '1 × p6-b300.48xlarge',
    ]);
  });

  test('on the host says so', () => {
    const { fits, shortfallPerGpu, hostShortfall } = planOf(
      { model: ModelSpec.LLAMA_3_1_70B, hardware: GpuInstanceType.P4D_24XLARGE },
      { offloadOptimizer: true, offloadParameters: true },
    );
    expect({ fits, shortfallPerGpu }).toEqual({ fits: false, shortfallPerGpu: undefined });
    expect(hostShortfall!.gib).toBeGreaterThan(700);
  });
});

const MODELS = [ModelSpec.LLAMA_3_1_8B, ModelSpec.LLAMA_3_1_70B, ModelSpec.QWEN_2_5_7B, ModelSpec.MIXTRAL_8X7B];
const HARDWARE: GpuNodeType[] = [
  GpuInstanceType.P5_48XLARGE,
  GpuInstanceType.P4D_24XLARGE,
  GpuInstanceType.P3_16XLARGE,
];

const requests = fc
  .record({
    model: fc.constantFrom(...MODELS),
    hardware: fc.constantFrom(...HARDWARE),
    nodes: fc.integer({ min: 1, max: 8 }),
    sequenceLength: fc.integer({ min: 64, max: 8192 }),
    zeroStage: fc.integer({ min: 0, max: 3 }),
    microBatchSize: fc.integer({ min: 1, max: 8 }),
    gradientAccumulation: fc.integer({ min: 1, max: 4 }),
    activationCheckpointing: fc.boolean(),
    offloads: fc.boolean(),
  })
  .map(({ zeroStage, microBatchSize, gradientAccumulation, activationCheckpointing, offloads, ...request }) => ({
    request,
    config: {
      ...{ zeroStage, microBatchSize, gradientAccumulation, activationCheckpointing },
      offloadOptimizer: offloads && zeroStage > 0,
      offloadParameters: offloads && zeroStage === 3,
    },
  }));

describe('every plan', () => {
  test('has parts that add up, and fits when both memories suffice', () => {
    fc.assert(
      fc.property(requests, ({ request, config }) => {
        const plan = planOf(request, config);
        const { total, available, ...parts } = plan.memoryPerGpu;
        const sum = Object.values(parts).reduce((bytes, part) => bytes + part.bytes, 0);
        expect(Math.abs(sum - total.bytes)).toBeLessThan(8);
        expect(plan.fits).toBe(total.bytes <= available.bytes && plan.hostMemory.bytes <= plan.hostAvailable.bytes);
        const settings = JSON.parse(plan.deepSpeedJson) as { [name: string]: number };
        expect(settings.train_batch_size).toBe(
          settings.train_micro_batch_size_per_gpu * settings.gradient_accumulation_steps * plan.dataParallelRanks,
        );
      }),
    );
  });

  test('takes no more memory of a GPU at a higher stage, or on more nodes', () => {
    fc.assert(
      fc.property(requests, ({ request, config }) => {
        const states = (plan: TrainingPlan) => {
          const { parameters, gradients, optimizer } = plan.memoryPerGpu;
          return parameters.bytes + gradients.bytes + optimizer.bytes;
        };
        const own = states(planOf(request, config));
        const higher = { ...config, zeroStage: Math.min(3, config.zeroStage + 1) };
        expect(states(planOf(request, higher))).toBeLessThanOrEqual(own);
        expect(states(planOf({ ...request, nodes: 2 * request.nodes }, config))).toBeLessThanOrEqual(own);
      }),
    );
  });

  test('has a largest micro-batch that fits, and one more does not', () => {
    fc.assert(
      fc.property(requests, ({ request, config }) => {
        const { largestMicroBatch } = planOf(request, config);
        const lacks = (microBatchSize: number) => planOf(request, { ...config, microBatchSize }).shortfallPerGpu;
        if (largestMicroBatch > 0) expect(lacks(largestMicroBatch)).toBeUndefined();
        expect(lacks(largestMicroBatch + 1)).toBeDefined();
      }),
    );
  });

  test('has alternatives that fit, with the same batch on the same nodes', () => {
    fc.assert(
      fc.property(requests, ({ request, config }) => {
        const { alternatives, trainBatchSize, fits } = planOf(request, config);
        if (fits) expect(alternatives).toEqual([]);
        for (const { deepSpeed, nodes, hardware, memory } of alternatives) {
          const again = TrainingPlanner.plan({ ...request, deepSpeed, nodes, hardware });
          expect(again.fits).toBe(true);
          expect(again.memoryPerGpu.total.bytes).toBe(memory.bytes);
          if (nodes === request.nodes) expect(again.trainBatchSize).toBe(trainBatchSize);
        }
      }),
    );
  });
});
