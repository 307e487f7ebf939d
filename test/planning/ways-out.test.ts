import {
  Alternative,
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  DataSize,
  GpuInstanceType,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  ModelSpec,
  Parallelism,
  SpeculativeDecoding,
} from '../../lib/planning';

describe('ways out of a shortfall', () => {
  const ways = (request: Partial<CapacityRequest>) =>
    CapacityPlanner.plan({
      model: ModelSpec.GPT_OSS_120B,
      instanceType: GpuInstanceType.P5_4XLARGE,
      contextLength: 8192,
      concurrency: 5,
      ...request,
    }).alternatives;

  test('settings of the engine come first, since they cost nothing, and the plan with them fits', () => {
    const [first] = ways({});
    expect(first.change).toBe('gpuMemoryUtilization 0.95 instead of 0.92');
    const { gpuMemoryUtilization, maxSequences, maxBatchedTokens } = first;
    expect(ways({ gpuMemoryUtilization, maxSequences, maxBatchedTokens })).toEqual([]);
  });

  test('several of them where one is not enough', () => {
    const load = { concurrency: 12 };
    const [first] = ways(load);
    expect(first.change).toMatch(/^gpuMemoryUtilization 0\.95 instead of 0\.92 and maxSequences 64 instead of 256 and/);
    const { gpuMemoryUtilization, maxSequences, maxBatchedTokens } = first;
    expect(ways({ ...load, gpuMemoryUtilization, maxSequences, maxBatchedTokens })).toEqual([]);
  });

  test('no format that nobody publishes of the model', () => {
    const changes = ways({ concurrency: 200 }).map(({ change }) => change);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.filter((change) => change.startsWith('precision'))).toEqual([]);
  });
});

describe('nothing drafted as a way out', () => {
  const { LLAMA_3_1_8B: model, LLAMA_3_2_1B } = ModelSpec;
  const ways = (request: Partial<CapacityRequest>, acceptanceRate?: number) => {
    const speculativeDecoding = SpeculativeDecoding.draftModel({ model: LLAMA_3_2_1B, tokens: 3, acceptanceRate });
    const all = { model, instanceType: GpuInstanceType.G6_XLARGE, speculativeDecoding, concurrency: 1, ...request };
    const plan = CapacityPlanner.plan(all);
    for (const { gpuMemoryUtilization, maxSequences, maxBatchedTokens, ...way } of plan.alternatives)
      if (way.nodes === 1 && way.instanceType.name === all.instanceType.name) {
        const { speculativeDecoding: of, precision, kvCachePrecision, contextLength, concurrency } = way;
        const same = { gpuMemoryUtilization, maxSequences, maxBatchedTokens, precision, kvCachePrecision };
        expect(
          CapacityPlanner.plan({ ...all, ...same, contextLength, concurrency, speculativeDecoding: of }).fits,
        ).toBe(true);
      }
    return plan;
  };

  test('comes first where drafting gains nothing', () => {
    const plan = ways({ contextLength: 4096 });
    expect(plan.alternatives[0].change).toBe('no speculative decoding instead of draft_model llama-3.2-1b, 3 tokens');
    expect(plan.alternatives[0].speculativeDecoding).toBeUndefined();
    expect(plan.alternatives[1].speculativeDecoding).toBe(plan.speculativeDecoding);
    expect(CapacityPlan.fromJson(plan.toJson()).alternatives[1].speculativeDecoding?.tokens).toBe(3);
  });

  test('comes after settings that keep it where it gains, and before hardware', () => {
    const changes = ways({ contextLength: 4096 }, 0.7).alternatives.map(({ change }) => change);
    expect(changes.slice(0, 2)).toEqual([
      'gpuMemoryUtilization 0.95 instead of 0.92',
      'no speculative decoding instead of draft_model llama-3.2-1b, 3 tokens',
    ]);
  });

  test('comes with a setting where neither is enough', () => {
    const changes = ways({ contextLength: 33000 }, 0.7).alternatives.map(({ change }) => change);
    expect(changes).toContain(
      'no speculative decoding instead of draft_model llama-3.2-1b, 3 tokens and gpuMemoryUtilization 0.95 instead of 0.92',
    );
  });

  test('is no way out of a plan that drafts nothing', () => {
    const plan = ways({ speculativeDecoding: undefined, contextLength: 60000 });
    expect(plan.fits).toBe(false);
    expect(plan.alternatives.filter(({ change }) => /speculative/.test(change))).toEqual([]);
  });
});

describe('ranks that exchange tokens, whose buffers hold the tokens of all', () => {
  const request = {
    model: ModelSpec.DEEPSEEK_R1,
    instanceType: GpuInstanceType.P5_48XLARGE,
    parallelism: Parallelism.of({ tensor: 1, data: 16, expert: 16 }),
  };

  test('DeepSeek-R1 runs on sixteen H100, with the largest step for which there is room', () => {
    // As vllm-project/vllm#19101 and NVIDIA Dynamo's dsr1_dep.sh run it, whose exchange takes 256 tokens of a rank at a time.
    const plan = CapacityPlanner.plan(request);
    expect(plan.fits).toBe(true);
    expect(plan.maxBatchedTokens).toBe(256);
    expect(plan.vllmServeArguments(0, 'leader')).toContain('--max-num-batched-tokens=256');
    expect(CapacityPlanner.plan({ ...request, maxBatchedTokens: 512 }).fits).toBe(false);
    expect(CapacityPlanner.plan({ ...request, gpuMemoryUtilization: 0.95 }).maxBatchedTokens).toBe(1024);
    expect(CapacityPlanner.plan({ ...request, instanceType: GpuInstanceType.P5EN_48XLARGE }).maxBatchedTokens).toBe(
      2048,
    );
  });

  test('a step that was given stays, and smaller ones are a way out', () => {
    const plan = CapacityPlanner.plan({ ...request, maxBatchedTokens: 2048 });
    expect(plan.fits).toBe(false);
    const [first] = plan.alternatives;
    expect(first.change).toBe('gpuMemoryUtilization 0.95 instead of 0.92 and maxBatchedTokens 1024 instead of 2048');
    expect(first.nodes).toBe(plan.nodes);
    const { gpuMemoryUtilization, maxBatchedTokens } = first;
    expect(CapacityPlanner.plan({ ...request, gpuMemoryUtilization, maxBatchedTokens }).fits).toBe(true);
  });
});

describe('hardware among the ways out', () => {
  const ways = (request: CapacityRequest) => CapacityPlanner.plan(request).alternatives;
  const price = ({ instanceType, nodes }: Alternative) => nodes * (instanceType.listPricePerHour ?? Infinity);

  test.each([
    [ModelSpec.GPT_OSS_120B, GpuInstanceType.P5_4XLARGE, 'g7e.2xlarge'],
    [ModelSpec.QWEN_3_32B, GpuInstanceType.G6E_XLARGE, 'g7e.2xlarge'],
    [ModelSpec.DEEPSEEK_R1, GpuInstanceType.P5_48XLARGE, 'p5en.48xlarge'],
  ])('%s on %s: what is there, then the cheapest', (model, instanceType, cheapest) => {
    const found = ways({ model, instanceType, concurrency: model === ModelSpec.GPT_OSS_120B ? 16 : 4 });
    const bought = found.filter((way) => way.instanceType.name !== instanceType.name || way.nodes > 1);
    expect(found.slice(-bought.length)).toEqual(bought);
    expect(bought[0].instanceType.name).toBe(cheapest);
    expect(bought.map(price)).toEqual(bought.map(price).sort((a, b) => a - b));
  });

  test('of own hardware more nodes come before others', () => {
    const own = { name: 'own', gpu: GpuType.RTX_4090, gpuCount: 1, vcpus: 16, memory: DataSize.gib(64) };
    const instanceType = GpuNodeType.custom(own);
    const bought = ways({ model: ModelSpec.LLAMA_3_1_8B, instanceType, contextLength: 32768 }).filter(
      (way) => way.nodes > 1 || way.instanceType.name !== 'own',
    );
    expect(bought.map((way) => way.instanceType.name).slice(0, 2)).toEqual(['own', 'g6e.xlarge']);
  });
});

test('sequences that only several schedulers hold are not offered where there is one', () => {
  const instanceType = GpuNodeType.custom({
    ...{ name: 'own', gpu: GpuType.H100, gpuCount: 2, vcpus: 16, memory: DataSize.gib(64) },
    interconnect: GpuInterconnect.NVSWITCH,
  });
  const request = {
    ...{ model: ModelSpec.MIXTRAL_8X22B, instanceType, contextLength: 50, concurrency: 169, maxSequences: 110 },
    parallelism: Parallelism.of({ tensor: 1, data: 2, expert: 2 }),
  };
  const found = CapacityPlanner.plan(request).alternatives;
  for (const { parallelism, maxSequences } of found)
    expect(parallelism.attentionRanks * maxSequences).toBeGreaterThanOrEqual(169);
});

test('a stated number of replicas is the most that hardware is chosen for', () => {
  const request = { model: ModelSpec.LLAMA_3_1_8B, targets: { minOutputTokensPerSecond: 1500 }, replicas: 1 };
  const one = CapacityPlanner.cheapest(request);
  expect(CapacityPlanner.cheapest({ ...request, maxReplicas: 8 }).instanceType.name).toBe(one.instanceType.name);
});
