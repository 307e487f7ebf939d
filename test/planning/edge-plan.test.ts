import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  EdgeCapacityRequest,
  EdgeHardware,
  GpuType,
  ModelSpec,
  Parallelism,
  PowerBudget,
  Precision,
} from '../../lib/planning';
import { ratesAt } from '../../lib/planning/power-model';
import { UnscopedValidationError } from '../../lib/units';

const host = { vcpus: 16, memory: DataSize.gib(64) };
const cards = (gpu: GpuType, gpuCount: number) => EdgeHardware.server({ ...host, gpu, gpuCount });
const board = (gpu: GpuType) => EdgeHardware.jetson({ board: gpu });
/** 13B of the guide, one sequence of the longest context that it was made for. */
const LOAD = { model: ModelSpec.LLAMA_2_13B, contextLength: 4096, concurrency: 1 };

function faultsOf(body: () => unknown): { id: string; property?: string; reason: string }[] {
  try {
    body();
    return [];
  } catch (error) {
    return (error as UnscopedValidationError).faults.map((fault) => ({ ...fault }));
  }
}

describe('13B on T4', () => {
  test.each<[number, Precision, number]>([
    [1, Precision.INT4, 1],
    [2, Precision.INT8, 2],
    [4, Precision.FP16, 4],
  ])('%d of them serve it in %s', (gpuCount, precision, gpus) => {
    const plan = CapacityPlanner.forEdge({ ...LOAD, hardware: cards(GpuType.T4, gpuCount) });
    expect(plan.fits).toBe(true);
    expect(plan.precision).toBe(precision);
    expect(plan.parallelism.gpus).toBe(gpus);
    expect(plan.power).toBeUndefined();
  });

  test.each<[number, Precision, number, number]>([
    [1, Precision.FP16, 24, 13],
    [1, Precision.INT8, 12, 3],
    [2, Precision.FP16, 12, 1.5],
  ])('%d of them are refused %s, with the numbers', (gpuCount, precision, weights, shortfall) => {
    const hardware = cards(GpuType.T4, gpuCount);
    const parallelism = Parallelism.of({ tensor: gpuCount });
    const plan = CapacityPlanner.plan({ ...LOAD, instanceType: hardware.nodeType!, precision, parallelism });
    expect(plan.fits).toBe(false);
    expect(plan.memoryPerGpu.weights.gib).toBeGreaterThan(weights);
    expect(plan.memoryPerGpu.total.gib).toBeGreaterThan(plan.memoryPerGpu.available.gib);
    expect(plan.shortfallPerGpu!.gib).toBeGreaterThan(shortfall);
    const [fault] = faultsOf(() => CapacityPlanner.forEdge({ ...LOAD, hardware, precisions: [precision] }));
    expect(fault).toMatchObject({ id: 'MODEL_FITS_NOWHERE', property: 'hardware' });
    expect(fault.reason).toMatch(
      new RegExp(`1 sequences of 4096 tokens does not fit .* short per GPU in ${precision} by [\\d.]+ [GM]iB`),
    );
  });

  test('a longer queue or more sequences need more of them: two sequences fit on one T4 in no format', () => {
    const [fault] = faultsOf(() =>
      CapacityPlanner.forEdge({ ...LOAD, concurrency: 2, hardware: cards(GpuType.T4, 1) }),
    );
    expect(fault.reason).toMatch(/short per GPU in fp16 by .* int8 by .* int4 by/);
  });
});

describe('watts', () => {
  const watts = (of: EdgeHardware, budget: PowerBudget, more: Partial<EdgeCapacityRequest> = {}) =>
    CapacityPlanner.forEdge({ ...LOAD, hardware: of, powerBudget: budget, ...more });

  test.each<[EdgeHardware, PowerBudget, CapacityPlan['power']]>([
    [cards(GpuType.T4, 1), PowerBudget.ofGpus(70), undefined],
    [cards(GpuType.T4, 1), PowerBudget.ofGpus(65.9), { wattsPerGpu: 65 }],
    [cards(GpuType.T4, 4), PowerBudget.ofNode(400, 160), { wattsPerGpu: 60 }],
    [cards(GpuType.L4, 2), PowerBudget.ofGpus(80), { wattsPerGpu: 40 }],
    [cards(GpuType.A2, 2), PowerBudget.ofGpus(100), { wattsPerGpu: 50 }],
    // What takes less than its budget anyway needs no limit, even if it is not known how low one may be.
    [cards(GpuType.A10, 1), PowerBudget.ofGpus(150), undefined],
    [
      board(GpuType.JETSON_AGX_ORIN_64GB),
      PowerBudget.ofGpus(60),
      { wattsPerGpu: 60, modeId: 0, modeName: 'MAXN', gpuClockMhz: 1300 },
    ],
    [
      board(GpuType.JETSON_AGX_ORIN_64GB),
      PowerBudget.ofNode(45, 10),
      { wattsPerGpu: 30, modeId: 2, modeName: 'MODE_30W', gpuClockMhz: 612 },
    ],
    [board(GpuType.JETSON_AGX_THOR_128GB), PowerBudget.ofGpus(100), { wattsPerGpu: 90, modeId: 2, modeName: '90W' }],
  ])('%s within %s', (hardware, budget, power) => {
    const plan = watts(hardware, budget);
    expect(plan.power).toEqual(power);
    expect((plan.power?.wattsPerGpu ?? 0) * hardware.gpuCount).toBeLessThanOrEqual(budget.gpuWatts);
    expect(plan.figures.filter(({ name }) => name === 'power per GPU')).toHaveLength(power ? 1 : 0);
  });

  test.each<[EdgeHardware, PowerBudget, string, RegExp]>([
    [
      cards(GpuType.T4, 2),
      PowerBudget.ofGpus(110),
      'POWER_BUDGET_TOO_SMALL',
      /leaves 55 W for each of the 2 × T4 .* below 60 W; give at least 120 W, or use a node with 1 of them/,
    ],
    [cards(GpuType.L4, 1), PowerBudget.ofNode(130, 100), 'POWER_BUDGET_TOO_SMALL', /give at least 140 W$/],
    [board(GpuType.JETSON_AGX_ORIN_64GB), PowerBudget.ofGpus(14), 'POWER_BUDGET_TOO_SMALL', /below 15 W/],
    [cards(GpuType.A10, 1), PowerBudget.ofGpus(100), 'POWER_LIMIT_NOT_KNOWN', /takes up to 150 W/],
  ])('%s is refused %s', (hardware, budget, id, reason) => {
    const [fault, ...more] = faultsOf(() => watts(hardware, budget));
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ id, property: 'powerBudget' });
    expect(fault.reason).toMatch(reason);
    // The same of a plan, and of a search that has no other candidate.
    const instanceType = hardware.nodeType!;
    const others = [
      () => CapacityPlanner.plan({ ...LOAD, instanceType, powerBudget: budget }),
      () => CapacityPlanner.search({ ...LOAD, candidates: [{ instanceType }], powerBudget: budget }),
    ];
    for (const other of others) expect(faultsOf(other).map((each) => each.id)).toEqual([id]);
  });

  test('a search skips what cannot be held within them', () => {
    const candidates = [2, 4].map((count) => ({ instanceType: cards(GpuType.T4, count).nodeType! }));
    const plans = CapacityPlanner.search({
      ...LOAD,
      candidates,
      precisions: [Precision.INT8],
      powerBudget: PowerBudget.ofGpus(130),
    });
    expect([...new Set(plans.map(({ instanceType }) => instanceType.name))]).toEqual(['t4-x2']);
  });

  test('they slow prefill more than decoding, and leave the memory as it is', () => {
    const [free, held] = [PowerBudget.ofGpus(72), PowerBudget.ofGpus(40)].map((budget) =>
      watts(cards(GpuType.L4, 1), budget, { precisions: [Precision.INT4], inputTokens: 2048 }),
    );
    const decode = held.decodeLatencyMs / free.decodeLatencyMs;
    const prefill = held.timeToFirstTokenMs / free.timeToFirstTokenMs;
    expect(decode).toBeGreaterThan(1.02);
    expect(decode).toBeLessThan(1.15);
    expect(prefill).toBeGreaterThan(1.5);
    expect(held.memoryPerGpu).toEqual(free.memoryPerGpu);
    expect(held.explain()).toContain('nvidia-smi -pl 40');
  });

  test('fewer watts give fewer bits, where the targets need it', () => {
    const at = (budget: number) =>
      watts(board(GpuType.JETSON_AGX_ORIN_64GB), PowerBudget.ofGpus(budget), {
        targets: { maxTimePerOutputTokenMs: 110 },
      });
    expect([60, 15].map((budget) => at(budget).precision)).toEqual([Precision.INT8, Precision.INT4]);
    const [fault] = faultsOf(() =>
      watts(board(GpuType.JETSON_AGX_ORIN_64GB), PowerBudget.ofGpus(15), { targets: { maxTimePerOutputTokenMs: 20 } }),
    );
    expect(fault).toMatchObject({ id: 'TARGET_NOT_REACHED', property: 'targets.maxTimePerOutputTokenMs' });
    expect(fault.reason).toContain('within 15 W of GPUs');
  });

  test('a plan keeps its limit as JSON', () => {
    const plan = watts(board(GpuType.JETSON_AGX_ORIN_64GB), PowerBudget.ofGpus(30));
    const json = plan.toJson() as object;
    expect(CapacityPlan.fromJson(json).power).toEqual(plan.power);
    // Watts that the mode has not, a mode that there is not, and one of a Jetson on a card.
    const card = watts(cards(GpuType.T4, 1), PowerBudget.ofGpus(60)).toJson() as object;
    const changed: [object, object][] = [
      [json, { ...plan.power, wattsPerGpu: 50 }],
      [json, { ...plan.power, modeId: 7 }],
      [card, { wattsPerGpu: 30 }],
      [card, { wattsPerGpu: 60, modeId: 0, modeName: 'MAXN' }],
    ];
    for (const [given, power] of changed)
      expect(faultsOf(() => CapacityPlan.fromJson({ ...given, power }))).toMatchObject([
        { id: 'PLAN_CHANGED', property: 'power' },
      ]);
  });
});

describe('what measurements say', () => {
  test.each([
    [300, 0.943, 0.993],
    [250, 0.853, 0.974],
    [200, 0.6, 0.941],
    [150, 0.258, 0.862],
  ])('six RTX 3090 at %d of 350 W', (watts, prefill, decode) => {
    const { compute, memory } = ratesAt(watts / 350);
    expect(compute).toBeCloseTo(prefill, 2);
    expect(memory).toBeCloseTo(decode, 1);
    expect(memory).toBeLessThanOrEqual(decode + 0.001);
  });

  test('an RTX 5060 Ti at 150 of 180 W decodes 0.99 as fast', () => {
    expect(ratesAt(150 / 180).memory).toBeCloseTo(0.99, 1);
  });

  test('a share never gives more than a larger one', () => {
    const shares = Array.from({ length: 101 }, (_, i) => 1 - (i * (1 - 0.429)) / 100);
    for (const [i, share] of shares.entries()) {
      const [own, last] = [ratesAt(share), ratesAt(shares[Math.max(0, i - 1)])];
      expect(own.compute).toBeLessThanOrEqual(last.compute);
      expect(own.memory).toBeLessThanOrEqual(last.memory);
      expect(own.memory).toBeGreaterThanOrEqual(own.compute);
    }
  });

  // https://www.smolhub.com/posts/jetson-nano-super-benchmark-non-reasoning/: eight models in llama.cpp, 36 to 47 % more tokens.
  test('an Orin Nano decodes about 1.4 times as fast at 25 W as at 15 W', () => {
    const model = ModelSpec.dense({ name: 'small', parameters: 1e9 });
    const [slow, fast] = [15, 25].map((watts) =>
      CapacityPlanner.forEdge({
        ...{ model, contextLength: 2048, concurrency: 1, precisions: [Precision.INT4] },
        hardware: board(GpuType.JETSON_ORIN_NANO_8GB),
        powerBudget: PowerBudget.ofGpus(watts),
      }),
    );
    const gain = slow.decodeLatencyMs / fast.decodeLatencyMs;
    expect(gain).toBeGreaterThan(1.2);
    expect(gain).toBeLessThan(1.5);
  });
});

describe('a memory that is the host’s too', () => {
  test.each([GpuType.JETSON_AGX_ORIN_64GB, GpuType.JETSON_AGX_THOR_128GB, GpuType.JETSON_ORIN_NANO_8GB])(
    '%s keeps 4 GiB for the host',
    (gpu) => {
      const model = ModelSpec.dense({ name: 'small', parameters: 1e9 });
      const plan = CapacityPlanner.forEdge({ model, contextLength: 2048, concurrency: 1, hardware: board(gpu) });
      expect(plan.memoryPerGpu.total.gib + plan.hostMemoryPerNode.gib).toBeLessThanOrEqual(gpu.memory.gib);
      expect(plan.gpuMemoryUtilization).toBeLessThanOrEqual(0.85);
      expect(plan.warnings.join()).not.toContain('MEMORY_SHARED_WITH_HOST');
    },
  );

  test('more is refused, and so is 13B on 8 GB', () => {
    const hardware = board(GpuType.JETSON_ORIN_NANO_8GB);
    const model = ModelSpec.dense({ name: 'small', parameters: 1e9 });
    expect(
      faultsOf(() => CapacityPlanner.forEdge({ model, contextLength: 2048, hardware, gpuMemoryUtilization: 0.85 })),
    ).toMatchObject([{ id: 'SHARED_MEMORY_EXCEEDED', property: 'gpuMemoryUtilization' }]);
    expect(faultsOf(() => CapacityPlanner.forEdge({ ...LOAD, hardware }))).toMatchObject([
      { id: 'MODEL_FITS_NOWHERE' },
    ]);
  });
});

test.each<[string, Partial<EdgeCapacityRequest>, string, string]>([
  ['no GPU', { hardware: EdgeHardware.cpu(host) }, 'EDGE_HARDWARE_LACKS_FEATURE', 'hardware'],
  ['no format', { precisions: [] }, 'EMPTY_LIST', 'precisions'],
  ['a format that the GPU has not', { precisions: [Precision.FP8] }, 'PRECISION_NOT_SUPPORTED', 'precision'],
  ['a context beyond the model', { contextLength: 8192 }, 'CONTEXT_EXCEEDS_MODEL', 'contextLength'],
])('%s is refused', (_, given, id, property) => {
  const request = { ...LOAD, hardware: cards(GpuType.T4, 1), ...given };
  expect(faultsOf(() => CapacityPlanner.forEdge(request))).toMatchObject([{ id, property }]);
});

test.each([
  [() => PowerBudget.ofGpus(0), 'watts'],
  [() => PowerBudget.ofNode(100, 100), 'otherWatts'],
  [() => PowerBudget.ofNode(100, -1), 'otherWatts'],
])('a budget is above zero', (make, property) => {
  expect(faultsOf(make)).toMatchObject([{ id: 'OUT_OF_RANGE', property }]);
});
