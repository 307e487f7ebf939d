import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Precision,
} from '../../lib/planning';
import { realConfig } from '../catalog/real-configs';
import { faultsThrown, idsOf } from '../support/faults';

const hybrid = (name: string) => ModelSpec.fromHuggingFaceConfig(name, realConfig(name));
const onOne = (gpu: GpuType) =>
  GpuNodeType.custom({ name: 'one-gpu', gpu, gpuCount: 1, vcpus: 32, memory: DataSize.gib(256) });

describe('the default of max_num_seqs where layers keep a state', () => {
  const request = {
    model: hybrid('Qwen/Qwen3.5-27B'),
    precision: Precision.FP8_BLOCK,
    instanceType: onOne(GpuType.L40S),
    engine: InferenceEngine.VLLM_0_21,
    contextLength: 8192,
  };

  test('is lowered to the blocks of states, and one sequence more does not fit', () => {
    const plan = CapacityPlanner.plan(request);
    expect(plan.fits).toBe(true);
    expect(plan.maxSequences).toBeLessThan(256);
    expect(plan.maxSequences).toBeGreaterThan(plan.concurrency);
    expect(CapacityPlanner.plan({ ...request, maxSequences: plan.maxSequences }).fits).toBe(true);
    expect(CapacityPlanner.plan({ ...request, maxSequences: plan.maxSequences + 1 }).fits).toBe(false);
  });

  test('a number that is given above the blocks is refused as such', () => {
    const plan = CapacityPlanner.plan({ ...request, maxSequences: 256 });
    expect(plan).toMatchObject({ fits: false, maxSequences: 256 });
  });

  test('explain() says that it was lowered, and the warning that the engine must be told', () => {
    const plan = CapacityPlanner.plan(request);
    const said = `sequences in the scheduler: ${plan.maxSequences} (max_num_seqs)`;
    expect(plan.explain()).toContain(said);
    expect(plan.explain()).toContain('lowered from the default of 256');
    expect(CapacityPlan.fromJson(plan.toJson()).explain()).toContain(said);
    expect(plan.warnings.join('\n')).toContain('there are not as many blocks of states');
    const roomy = CapacityPlanner.plan({ ...request, instanceType: onOne(GpuType.H200) });
    expect(roomy.maxSequences).toBe(256);
    expect(roomy.explain()).not.toContain('lowered');
  });

  test('is never below the sequences asked for', () => {
    const { maxConcurrency } = CapacityPlanner.plan(request);
    const plan = CapacityPlanner.plan({ ...request, concurrency: maxConcurrency });
    expect(plan).toMatchObject({ fits: true, concurrency: maxConcurrency });
    expect(plan.maxSequences).toBeGreaterThanOrEqual(maxConcurrency);
    const many = CapacityPlanner.plan({ ...request, concurrency: 2000 });
    expect(many).toMatchObject({ fits: false, concurrency: 2000, maxSequences: 2000 });
  });

  test('needs no more GPUs than a number that fits', () => {
    const model = hybrid('nvidia/Qwen3.5-397B-A17B-NVFP4');
    const [chosen] = CapacityPlanner.search({ model, limit: 1 });
    const [few] = CapacityPlanner.search({ model, limit: 1, maxSequences: 16 });
    expect(chosen.sameChoice(few)).toBe(true);
    expect(chosen.maxSequences).toBeGreaterThan(16);
  });

  test('the largest throughput is of no more sequences than the engine is started with', () => {
    const plan = CapacityPlanner.plan({ ...request, contextLength: 128, inputTokens: 32, outputTokens: 32 });
    const told = CapacityPlanner.plan({
      ...{ ...request, contextLength: 128, inputTokens: 32, outputTokens: 32 },
      maxSequences: plan.maxSequences,
    });
    expect(plan.maxOutputTokensPerSecond).toBeCloseTo(told.maxOutputTokensPerSecond, 6);
  });
});

describe('maxSequences beside concurrency', () => {
  const request = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P5_48XLARGE, contextLength: 1024 };

  test.each([
    ['plan', () => CapacityPlanner.plan({ ...request, concurrency: 64, maxSequences: 16 })],
    ['search', () => CapacityPlanner.search({ model: request.model, concurrency: 64, maxSequences: 16 })],
  ])('%s refuses fewer', (_, body) => {
    expect(idsOf(faultsThrown(body))).toEqual(['CONFLICTING_PROPERTIES concurrency']);
  });

  test('a default concurrency is no more than it', () => {
    const plan = CapacityPlanner.plan({ ...request, maxSequences: 2 });
    expect(plan).toMatchObject({ concurrency: 2, maxSequences: 2 });
    expect(CapacityPlanner.plan({ ...request, maxSequences: 4 })).toMatchObject({ concurrency: 4, maxSequences: 4 });
  });
});

describe('what a search is given twice', () => {
  const model = ModelSpec.LLAMA_3_1_8B;
  const once = { instanceType: GpuInstanceType.G6E_XLARGE, pricePerHour: 2 };
  const summaries = (plans: CapacityPlan[]) => plans.map(({ summary }) => summary);

  test('counts once', () => {
    const request = { model, candidates: [once], precisions: [Precision.BF16, Precision.FP8] };
    const twice = {
      model,
      candidates: [once, { ...once }, { ...once, pricePerHour: 3 }, { instanceType: GpuInstanceType.of('g6e.xlarge') }],
      precisions: [Precision.BF16, Precision.FP8, Precision.of('bfloat16'), Precision.FP8],
    };
    const plans = CapacityPlanner.search(twice);
    expect(summaries(plans)).toEqual(summaries(CapacityPlanner.search(request)));
    expect(plans.map(({ pricePerHour }) => pricePerHour)).toEqual([2, 2]);
  });

  test('other hardware of the same name stays', () => {
    const node = (gpuCount: number) =>
      GpuNodeType.custom({ name: 'own', gpu: GpuType.L40S, gpuCount, vcpus: 32, memory: DataSize.gib(256) });
    const candidates = [{ instanceType: node(1) }, { instanceType: node(2) }];
    const found = CapacityPlanner.search({ model, candidates }).map(({ instanceType }) => instanceType.gpuCount);
    expect(new Set(found)).toEqual(new Set([1, 2]));
  });
});
