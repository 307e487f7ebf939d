import { readFileSync } from 'fs';
import { join } from 'path';
import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
} from '../../lib/planning';
import { PLAN_FIELDS } from '../../lib/planning/plan-fields';
import { faultsThrown, idsOf } from '../support/faults';

const PLAN = CapacityPlanner.plan({
  model: ModelSpec.LLAMA_3_1_8B,
  instanceType: GpuInstanceType.G6E_XLARGE,
  precision: Precision.FP8,
  kvCachePrecision: Precision.FP8,
  pricePerHour: 2,
});
const DATA = JSON.parse(JSON.stringify(PLAN));
const ALTERNATIVE = {
  change: 'precision fp8 instead of bf16',
  instanceType: 'g6e.xlarge',
  nodes: 1,
  precision: 'fp8',
  kvCachePrecision: 'fp16',
  contextLength: 8192,
  concurrency: 4,
  parallelism: { tensor: 1 },
  gpuMemoryUtilization: 0.9,
  maxSequences: 256,
  maxBatchedTokens: 2048,
};
const PRICES = ['pricePerHour', 'costPerMillionTokens', 'costPerMillionTokensWithSpare'];

describe('a plan whose JSON was changed by hand', () => {
  test.each<[string, unknown, string[]]>([
    ['fits', 'yes', ['PLAN_CHANGED fits']],
    ['kvCapacityTokens', -1, ['PLAN_CHANGED kvCapacityTokens']],
    ['kvCapacityTokens', 'x', ['PLAN_CHANGED kvCapacityTokens']],
    ['decodeLatencyMs', null, ['PLAN_CHANGED decodeLatencyMs']],
    ['maxSequences', -4, ['PLAN_CHANGED maxSequences']],
    ['maxSequences', 2, ['PLAN_CHANGED maxSequences']],
    ['maxBatchedTokens', 1.5, ['PLAN_CHANGED maxBatchedTokens']],
    ['gpuMemoryUtilization', 7, ['PLAN_CHANGED gpuMemoryUtilization']],
    ['pricePerHour', -2, ['PLAN_CHANGED pricePerHour']],
    ['network', 'smoke', ['PLAN_CHANGED network']],
    ['model', 8, ['PLAN_CHANGED model']],
    ['instanceType', null, ['PLAN_CHANGED instanceType']],
    ['engine', {}, ['PLAN_CHANGED engine']],
    ['cpuOffload', '4 GiB', ['PLAN_CHANGED cpuOffload']],
    ['memoryPerGpu', [], ['PLAN_CHANGED memoryPerGpu']],
    ['memoryPerGpu', { ...DATA.memoryPerGpu, kvCache: -1 }, ['PLAN_CHANGED memoryPerGpu.kvCache']],
    ['parallelism', { tensor: 3 }, ['TENSOR_DOES_NOT_DIVIDE_HEADS parallelism', 'PLAN_CHANGED nodes']],
    ['parallelism', { tensor: 1, pipeline: 2 }, ['PLAN_CHANGED layersPerStage', 'PLAN_CHANGED nodes']],
    ['parallelism', { tensor: 4 }, ['PLAN_CHANGED nodes']],
    ['layersPerStage', [31.5], ['PLAN_CHANGED layersPerStage[0]']],
    ['nodes', 0, ['PLAN_CHANGED nodes']],
    ['contextLength', 1e9, ['PLAN_CHANGED contextLength']],
    ['concurrency', 200, ['PLAN_CHANGED fits']],
    ['precision', 'bf16', ['PLAN_CHANGED memoryPerGpu']],
    ['kvCachePrecision', 'fp16', ['PLAN_CHANGED kvBytesPerTokenPerGpu']],
    ['alternatives', 'x', ['PLAN_CHANGED alternatives']],
    ['alternatives', [{ ...ALTERNATIVE, precision: 'fp7' }], ['UNKNOWN_VALUE alternatives[0].precision']],
    ['alternatives', ['x'], ['PLAN_CHANGED alternatives[0]']],
    [
      'figures',
      [{ ...DATA.figures[0], evidence: 'hearsay', value: 5 }],
      ['PLAN_CHANGED figures[0].value', 'PLAN_CHANGED figures[0].evidence'],
    ],
    ['warnings', 5, ['PLAN_CHANGED warnings']],
  ])('%s: %j', (key, value, ids) => {
    expect(idsOf(faultsThrown(() => CapacityPlan.fromJson({ ...DATA, [key]: value })))).toEqual(ids);
  });

  const optional = [
    'attentionWindow',
    'mediaInput',
    'speculativeDecoding',
    'lora',
    'warmCompileCache',
    'power',
    'checkpointSize',
    'shortfallPerGpu',
    'stateBytesPerSequencePerGpu',
    ...PRICES,
  ];
  test.each(Object.keys(PLAN_FIELDS).filter((name) => !optional.includes(name)))('%s left out', (name) => {
    const { [name]: _, ...rest } = DATA;
    expect(idsOf(faultsThrown(() => CapacityPlan.fromJson(rest)))).toEqual([`PLAN_CHANGED ${name}`]);
  });

  test.each(optional)('%s may be left out', (name) => {
    const { [name]: _, ...rest } = DATA;
    expect(CapacityPlan.fromJson(rest).toJson()).toEqual(rest);
  });

  test('what plans of every kind write is taken back', () => {
    const plans = [
      PLAN,
      CapacityPlanner.plan({
        model: ModelSpec.DEEPSEEK_V3,
        instanceType: GpuInstanceType.P5_48XLARGE,
        precision: Precision.FP8_BLOCK,
        parallelism: Parallelism.of({ tensor: 8, pipeline: 4 }),
      }),
      CapacityPlanner.plan({
        model: ModelSpec.QWEN_3_30B_A3B,
        instanceType: GpuInstanceType.P5_48XLARGE,
        parallelism: Parallelism.of({ tensor: 1, data: 8, expert: 8 }),
      }),
      CapacityPlanner.plan({
        model: ModelSpec.LLAMA_3_1_8B,
        instanceType: GpuInstanceType.G6E_XLARGE,
        cpuOffload: DataSize.gib(500),
      }),
      CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_405B, instanceType: GpuInstanceType.G5_XLARGE }),
      // The fullest stage offloads less than others.
      CapacityPlanner.plan({
        model: ModelSpec.GLM_4_5,
        instanceType: GpuInstanceType.of('p3.2xlarge'),
        parallelism: Parallelism.of({ tensor: 2, pipeline: 4 }),
        cpuOffload: DataSize.gib(86),
        engine: InferenceEngine.vllm('0.19.1'),
      }),
    ];
    for (const plan of plans) expect(JSON.stringify(CapacityPlan.fromJson(plan.toJson()))).toBe(JSON.stringify(plan));
  });
});

test('every field that a plan has in public is a row of the table that its JSON and its checks follow from', () => {
  const source = readFileSync(join(__dirname, '../../lib/planning/capacity-plan.ts'), 'utf8');
  const declared = [...source.matchAll(/^ {2}public readonly (\w+)[!?]?: /gm)].map(([, name]) => name);
  expect(declared.filter((name) => name !== 'replicas').sort()).toEqual(Object.keys(PLAN_FIELDS).sort());
  const facts = Object.keys(PLAN_FIELDS).filter((name) => PLAN[name as keyof CapacityPlan] === undefined);
  expect(facts).toEqual([
    'checkpointSize',
    'shortfallPerGpu',
    'attentionWindow',
    'mediaInput',
    'speculativeDecoding',
    'lora',
    'warmCompileCache',
    'power',
    'stateBytesPerSequencePerGpu',
  ]);
});

test('alternatives on hardware outside EC2 come back with that hardware', () => {
  const instanceType = GpuNodeType.custom({
    name: 'rack-l40s',
    gpu: GpuType.L40S,
    gpuCount: 2,
    vcpus: 64,
    memory: DataSize.gib(256),
  });
  const plan = CapacityPlanner.plan({ model: ModelSpec.LLAMA_2_70B, instanceType, precision: Precision.FP16 });
  const own = plan.alternatives.filter((alternative) => alternative.instanceType === instanceType);
  expect(own.length).toBeGreaterThan(0);
  const back = CapacityPlan.fromJson(JSON.stringify(plan));
  expect(back.alternatives).toEqual(plan.alternatives);
});

test('a parallelism without a tensor degree, as from a language without types, says so', () => {
  const props = JSON.parse('{ "pipeline": 8 }');
  expect(idsOf(faultsThrown(() => Parallelism.of(props)))).toEqual(['MISSING_PROPERTY tensor']);
});

test('a prompt that takes several steps waits for each of them', () => {
  const request = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE, inputTokens: 2048 };
  const first = (maxBatchedTokens: number) =>
    CapacityPlanner.plan({ ...request, contextLength: 4096, maxBatchedTokens }).timeToFirstTokenMs;
  expect(first(4096)).toBe(first(2048));
  expect(first(1024)).toBeGreaterThanOrEqual(first(2048));
  // 128 steps, none shorter than reading 15 GiB of weights at 864 GB/s.
  expect(first(16)).toBeGreaterThan((128 * 14.9 * 2 ** 30) / 864e6);
});

test('a GPU of the user comes back with all that was said of it', () => {
  const gpu = GpuType.custom({
    name: 'RTX-A5000',
    memory: DataSize.gib(23.5),
    bandwidth: 768,
    tflops: 111,
    nvlinkGBps: 56,
  });
  const instanceType = GpuNodeType.custom({ name: 'desk', gpu, gpuCount: 2, vcpus: 16, memory: DataSize.gib(128) });
  const plan = CapacityPlanner.plan({
    model: ModelSpec.LLAMA_3_1_8B,
    instanceType,
    contextLength: 2048,
    concurrency: 1,
  });
  const back = CapacityPlan.fromJson(JSON.parse(JSON.stringify(plan.toJson())));
  expect(back.instanceType.gpu).toEqual(gpu);
  expect(back.toJson()).toEqual(plan.toJson());
});
