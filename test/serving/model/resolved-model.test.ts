import { faultsThrown, idsOf, reasonsOf } from '../../support/faults';
import {
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Parallelism,
  Precision,
  TritonRelease,
  VllmRelease,
} from '../../../lib/catalog';
import { CapacityPlan, CapacityPlanner, NodeNetwork } from '../../../lib/planning';
import { RdmaFabric } from '../../../lib/network';
import { LanguageModelOptions, TritonModel, VllmModelProps } from '../../../lib/serving';
import { VllmVersion } from '../../../lib/serving/vllm/vllm-version';
import { assignModels } from '../../../lib/topology/shared/model-assignment';
import { DataSize } from '../../../lib/units';
import { DeploymentOverrides, deploy, fileOf, llama65b, onnxProps, podOf } from '../support/fixtures';

const props = { name: 'm', model: ModelSpec.LLAMA_3_1_8B };
const on = (more: Partial<VllmModelProps>, overrides: DeploymentOverrides = {}) =>
  deploy({
    models: [TritonModel.vllm({ ...props, ...more })],
    instanceType: GpuInstanceType.P5_48XLARGE,
    ...overrides,
  });

function flagsOf(made: ReturnType<typeof deploy>): { [flag: string]: unknown } {
  return JSON.parse(fileOf(made.json, 'model.json.1.m'));
}

function refusedFor(build: () => unknown): string[] {
  return idsOf(faultsThrown(build));
}

describe('flags of the engine', () => {
  test('are those of the plan by default, which is the planner’s own', () => {
    const made = on({});
    const plan = made.deployment.plan!;
    const expected = CapacityPlanner.plan({
      model: ModelSpec.LLAMA_3_1_8B,
      instanceType: GpuInstanceType.P5_48XLARGE,
      parallelism: Parallelism.NONE,
      network: NodeNetwork.TCP,
      engine: InferenceEngine.vllm('0.24.0'),
    });
    expect(plan.toJson()).toEqual(expected.toJson());
    expect(flagsOf(made)).toMatchObject({
      dtype: 'bfloat16',
      tensor_parallel_size: plan.parallelism.tensor,
      pipeline_parallel_size: plan.parallelism.pipeline,
      max_model_len: plan.contextLength,
      max_num_seqs: plan.maxSequences,
      max_num_batched_tokens: plan.maxBatchedTokens,
      gpu_memory_utilization: plan.gpuMemoryUtilization,
      enforce_eager: false,
    });
    expect(flagsOf(made)).not.toHaveProperty('kv_cache_dtype');
    expect(flagsOf(made)).not.toHaveProperty('cpu_offload_gb');
  });

  const given: [string, Partial<VllmModelProps>, (plan: CapacityPlan) => unknown, unknown, unknown][] = [
    ['max_model_len', { contextLength: 4096 }, (plan) => plan.contextLength, 4096, 4096],
    ['max_num_seqs', { maxSequences: 16 }, (plan) => plan.maxSequences, 16, 16],
    ['max_num_batched_tokens', { maxBatchedTokens: 4096 }, (plan) => plan.maxBatchedTokens, 4096, 4096],
    ['gpu_memory_utilization', { gpuMemoryUtilization: 0.8 }, (plan) => plan.gpuMemoryUtilization, 0.8, 0.8],
    ['enforce_eager', { cudaGraphs: false }, (plan) => plan.cudaGraphs, false, true],
    ['cpu_offload_gb', { cpuOffload: DataSize.gib(2) }, (plan) => plan.cpuOffload.gib, 2, 2],
    ['kv_cache_dtype', { kvCachePrecision: Precision.FP8 }, (plan) => plan.kvCachePrecision.name, 'fp8', 'fp8'],
    ['dtype', { precision: Precision.FP16 }, (plan) => plan.precision.name, 'fp16', 'float16'],
    ['tensor_parallel_size', { parallelism: Parallelism.of({ tensor: 4 }) }, (plan) => plan.parallelism.tensor, 4, 4],
    [
      'pipeline_parallel_size',
      { parallelism: Parallelism.of({ tensor: 1, pipeline: 2 }) },
      (plan) => plan.parallelism.pipeline,
      2,
      2,
    ],
    ['quantization', { precision: Precision.INT4, quantization: 'awq' }, (plan) => plan.precision.name, 'int4', 'awq'],
  ];
  test.each(given)(
    '%s: a property takes precedence, and the plan includes it',
    (flag, more, ofPlan, planned, written) => {
      const made = on(more);
      expect(ofPlan(made.deployment.plan!)).toEqual(planned);
      expect(flagsOf(made)[flag]).toEqual(written);
    },
  );

  test('fewer sequences are planned for where four of full length do not fit, and none is promised beyond maxSequences', () => {
    expect(on({}, { instanceType: GpuInstanceType.G5_XLARGE }).deployment.plan!.concurrency).toBeLessThan(4);
    expect(on({ maxSequences: 2 }).deployment.plan!.concurrency).toBe(2);
    expect(on({ concurrency: 6 }).deployment.plan!.concurrency).toBe(6);
  });

  test.each([
    ['25.03', GpuInstanceType.P5_48XLARGE, 16384],
    ['25.10', GpuInstanceType.G4DN_12XLARGE, 16384],
    ['25.12', GpuInstanceType.G4DN_12XLARGE, 2048],
    ['26.02', GpuInstanceType.P5_48XLARGE, 8192],
  ])('Triton %s on %s has room for prompts as its vLLM computes them', (release, instanceType, window) => {
    const made = on(
      { model: ModelSpec.QWEN_2_5_0_5B, contextLength: 16384 },
      { instanceType, tritonRelease: TritonRelease.of(release) },
    );
    expect(flagsOf(made).max_num_batched_tokens).toBe(window);
  });

  test.each([
    ['26.02', 'vllm-0.15.1', 0.9],
    ['26.05', 'vllm-0.19.0', 0.9],
    ['26.06', 'vllm-0.22.1', 0.92],
  ])('Triton %s counts CUDA graphs as its vLLM does', (release, engine, utilization) => {
    const { plan } = on({}, { tritonRelease: TritonRelease.of(release) }).deployment;
    expect(plan!.engine.name).toBe(engine);
    expect(plan!.gpuMemoryUtilization).toBe(utilization);
  });

  test('a plan by itself and that of a deployment agree unless told otherwise', () => {
    const { plan } = on({ model: ModelSpec.LLAMA_3_1_8B }, { instanceType: GpuInstanceType.G6E_XLARGE }).deployment;
    const alone = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE });
    expect(alone.engine._anyGpu()).toEqual(new VllmVersion(TritonRelease.DEFAULT.vllmVersion).engine);
    expect(alone.engine._anyGpu()).toEqual(new VllmVersion(VllmRelease.DEFAULT.vllmVersion).engine);
    // Nodes of a pool without a fabric have TCP between them.
    expect(plan!.toJson()).toEqual({ ...(alone.toJson() as object), network: NodeNetwork.TCP });
  });

  test.each([
    ['25.05', ModelSpec.QWEN_3_30B_A3B],
    ['25.04', ModelSpec.MIXTRAL_8X7B],
  ])('experts in FP8 on Ampere are refused with Triton %s', (release, experts) => {
    const made = (tritonRelease: TritonRelease, model: ModelSpec, instanceType: GpuInstanceType) => () =>
      on({ model, precision: Precision.FP8 }, { instanceType, tritonRelease });
    const [old, a100] = [TritonRelease.of(release), GpuInstanceType.P4DE_24XLARGE];
    expect(refusedFor(made(old, experts, a100))).toEqual(['EXPERTS_NEED_NEWER_VLLM models[0].precision']);
    expect(made(TritonRelease.of('25.06'), experts, a100)).not.toThrow();
    expect(made(old, ModelSpec.LLAMA_3_1_8B, a100)).not.toThrow();
    expect(made(old, experts, GpuInstanceType.P5_48XLARGE)).not.toThrow();
  });

  test('a plan of either vLLM can be locked', () => {
    const request = { model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P5_48XLARGE };
    for (const engine of [InferenceEngine.VLLM, InferenceEngine.VLLM_0_21]) {
      const plan = CapacityPlanner.plan({ ...request, engine });
      expect(on({ plan }).deployment.plan!.engine).toBe(engine);
    }
    const other = CapacityPlanner.plan({ ...request, engine: InferenceEngine.SGLANG });
    expect(refusedFor(() => on({ plan: other }))).toEqual(['PLAN_OF_OTHER_ENGINE models[0].plan']);
  });

  test('32-bit weights have a 32-bit cache, in the plan as in vLLM, unless it is to have eight', () => {
    const made = on({ precision: Precision.FP32, concurrency: 3 });
    expect(made.deployment.plan).toMatchObject({ concurrency: 3, kvCachePrecision: Precision.FP32 });
    expect(made.deployment.plan!.memoryPerGpu.kvCache.gib).toBeCloseTo((3 * 8192 * 2 * 131072) / 2 ** 30, 6);
    expect(flagsOf(made)).toMatchObject({ dtype: 'float32' });
    expect(flagsOf(made)).not.toHaveProperty('kv_cache_dtype');
    const narrow = on({ precision: Precision.FP32, kvCachePrecision: Precision.FP8 });
    expect(narrow.deployment.plan!.kvCachePrecision).toBe(Precision.FP8);
    expect(flagsOf(narrow).kv_cache_dtype).toBe('fp8');
    expect(refusedFor(() => on({ precision: Precision.FP32, kvCachePrecision: Precision.FP16 }))).toEqual([
      'CACHE_FORMAT_NOT_SUPPORTED models[0].kvCachePrecision',
    ]);
  });

  test('a checkpoint larger than counted is planned with: memory of the GPU, and disk of the pod', () => {
    const tight = { contextLength: 4096, concurrency: 2 };
    const onL4 = (more: Partial<VllmModelProps>) =>
      on({ ...tight, ...more }, { instanceType: GpuInstanceType.G6_2XLARGE });
    const counted = onL4({});
    expect(counted.deployment.plan).toMatchObject({ fits: true, checkpointSize: undefined });
    const larger = DataSize.gib(15.5);
    const made = onL4({ checkpointSize: larger });
    expect(made.deployment.plan!.memoryPerGpu.weights.gib).toBeCloseTo(15.5, 3);
    expect(made.deployment.plan!.checkpointSize).toEqual(larger);
    expect(refusedFor(() => onL4({ checkpointSize: DataSize.gib(18) }))).toEqual(['MODEL_DOES_NOT_FIT models[0]']);
    expect(refusedFor(() => onL4({ checkpointSize: DataSize.gib(150) }))).toHaveLength(1);
    const disk = (deployment: ReturnType<typeof deploy>) => JSON.stringify(podOf(deployment.json));
    expect(disk(onL4({ checkpointSize: DataSize.gib(16.5), maxSequences: 64 }))).not.toEqual(disk(counted));
    const { plan } = made.deployment;
    expect(JSON.stringify(onL4({ plan }).deployment.plan)).toBe(JSON.stringify(plan));
    expect(refusedFor(() => onL4({ plan, checkpointSize: DataSize.gib(15) }))).toEqual([
      'PROPERTY_CONTRADICTS_PLAN models[0].checkpointSize',
    ]);
  });
});

describe('plans of a deployment', () => {
  test('count its replicas and the nodes they fill', () => {
    const { deployment } = deploy({ models: [llama65b], instanceType: GpuInstanceType.P4DE_24XLARGE, replicas: 2 });
    expect(deployment.plan).toMatchObject({ fits: true, replicas: 2, nodes: 2 });
    expect(Object.keys(deployment.plans)).toEqual(['deepseek']);
  });

  test('exist for language models only', () => {
    const { deployment } = deploy({ models: [TritonModel.onnxRuntime(onnxProps)] });
    expect(deployment.plan).toBeUndefined();
    expect(deployment.plans).toEqual({});
  });

  test('say what stays in host memory, which the pod asks for', () => {
    const request = (gib: number) =>
      Number(podOf(on({ cpuOffload: DataSize.gib(gib) }).json).container[0].resources.requests.memory.slice(0, -2));
    expect(request(8) - request(0)).toBeCloseTo(8 * 1.1 * 1024, -1);
  });
});

describe('what does not fit is refused', () => {
  const build = (more: Partial<VllmModelProps>, instanceType: GpuInstanceType) => () => on(more, { instanceType });
  const refusal = (more: Partial<VllmModelProps>, instanceType: GpuInstanceType) =>
    faultsThrown(build(more, instanceType));

  test('with the shortfall on each GPU, the part that takes most, and what would fit', () => {
    const large = { model: ModelSpec.LLAMA_65B, contextLength: 2048 };
    const [message] = reasonsOf(refusal(large, GpuInstanceType.P4DE_24XLARGE));
    const [, short, total, available] =
      /([\d.]+) GiB short on each GPU, which would hold ([\d.]+) GiB where ([\d.]+) GiB/.exec(message)!.map(Number);
    expect(total - available).toBeCloseTo(short, 0);
    expect(total).toBeGreaterThan(121);
    expect(message).toMatch(/most of it weights \(\d+ %\)/);
    expect(message).toContain('tensor 2 instead of tensor 1 (1 × p4de.24xlarge, tensor 2)');
    expect(
      build({ ...large, parallelism: Parallelism.of({ tensor: 2 }) }, GpuInstanceType.P4DE_24XLARGE),
    ).not.toThrow();
  });

  test('and names nothing that a server cannot do: it does not span nodes', () => {
    const more = {
      model: ModelSpec.LLAMA_65B,
      contextLength: 2048,
      parallelism: Parallelism.of({ tensor: 1, pipeline: 4 }),
    };
    const [message] = reasonsOf(refusal(more, GpuInstanceType.G5_12XLARGE));
    expect(message).toMatch(/these would fit/);
    expect(message).not.toMatch(/\d nodes instead of/);
  });

  test.each([
    ['13B in 16 bits on one T4', { model: ModelSpec.LLAMA_2_13B, contextLength: 2048 }, GpuInstanceType.G4DN_12XLARGE],
    ['a context that no cache is left for', { contextLength: 131_072 }, GpuInstanceType.G5_XLARGE],
    ['sequences that were asked for', { concurrency: 64 }, GpuInstanceType.G5_XLARGE],
    ['less memory than the engine may take', { gpuMemoryUtilization: 0.7 }, GpuInstanceType.G5_XLARGE],
  ])('%s', (_, more, instanceType) => {
    expect(idsOf(refusal(more, instanceType))).toEqual(['MODEL_DOES_NOT_FIT models[0]']);
  });

  test('13B in 16 bits on four T4 is accepted', () => {
    const more = { model: ModelSpec.LLAMA_2_13B, contextLength: 2048, parallelism: Parallelism.of({ tensor: 4 }) };
    expect(build(more, GpuInstanceType.G4DN_12XLARGE)).not.toThrow();
  });

  test('key-value heads that cannot be shared out, by the planner’s words', () => {
    const phi = { model: ModelSpec.PHI_4, parallelism: Parallelism.of({ tensor: 4 }) };
    expect(reasonsOf(refusal(phi, GpuInstanceType.P5_48XLARGE))).toEqual([
      expect.stringMatching(/^model 'm': tensor parallelism 4 .* 10 key-value heads/),
    ]);
  });
});

describe('a locked plan', () => {
  const lock = JSON.stringify(
    CapacityPlanner.plan({
      model: ModelSpec.LLAMA_3_1_8B,
      instanceType: GpuInstanceType.P5_48XLARGE,
      precision: Precision.FP8,
      parallelism: Parallelism.of({ tensor: 2 }),
      contextLength: 4096,
      kvCachePrecision: Precision.FP8,
      gpuMemoryUtilization: 0.85,
      maxSequences: 64,
    }),
  );
  const plan = CapacityPlan.fromJson(lock);

  test('is what is deployed, and comes back the same', () => {
    const made = on({ plan });
    expect(JSON.stringify(made.deployment.plan)).toBe(lock);
    expect(made.deployment.gpusPerPod).toBe(2);
    expect(flagsOf(made)).toMatchObject({
      tensor_parallel_size: 2,
      max_model_len: 4096,
      max_num_seqs: 64,
      gpu_memory_utilization: 0.85,
      kv_cache_dtype: 'fp8',
    });
    expect(made.json.annotations('warn')).toEqual([]);
    const again = on({ plan: CapacityPlan.fromJson(made.deployment.plan!.toJson()) });
    expect(again.json.json).toEqual(made.json.json);
  });

  test('is not computed again: one that would not fit today is kept, with a warning', () => {
    const { contextLength, parallelism, instanceType, model } = plan;
    const settings = { model, instanceType, parallelism, contextLength };
    const { maxConcurrency } = CapacityPlanner.plan(settings);
    const full = CapacityPlanner.plan({ ...settings, concurrency: maxConcurrency });
    // As an earlier version that found room for one more would have locked it.
    const sequences = maxConcurrency + 1;
    const earlier = {
      concurrency: sequences,
      maxConcurrency: sequences,
      maxSequences: Math.max(full.maxSequences, sequences),
    };
    const made = on({ plan: CapacityPlan.fromJson({ ...(full.toJson() as object), ...earlier }) });
    expect(made.deployment.plan!.concurrency).toBe(sequences);
    expect(made.json.annotations('warn')).toEqual([
      expect.stringContaining('[gpu-inference-constructs:PLAN_NO_LONGER_FITS]'),
    ]);
  });

  const unfit = CapacityPlanner.plan({
    model: ModelSpec.LLAMA_3_1_8B,
    instanceType: GpuInstanceType.P5_48XLARGE,
    parallelism: Parallelism.NONE,
    concurrency: 10_000,
  });
  const spread = CapacityPlanner.plan({
    model: ModelSpec.QWEN_3_30B_A3B,
    instanceType: GpuInstanceType.P5_48XLARGE,
    parallelism: Parallelism.of({ tensor: 1, data: 8, expert: 8 }),
  });
  test.each<[string, Partial<VllmModelProps>, GpuInstanceType, string[]]>([
    [
      'of another model',
      { plan, model: ModelSpec.LLAMA_3_3_70B },
      GpuInstanceType.P5_48XLARGE,
      ['PLAN_OF_OTHER_MODEL models[0].model'],
    ],
    ['of other hardware', { plan }, GpuInstanceType.P5EN_48XLARGE, ['PLAN_OF_OTHER_HARDWARE models[0]']],
    ['that does not fit', { plan: unfit }, GpuInstanceType.P5_48XLARGE, ['MODEL_DOES_NOT_FIT models[0]']],
    [
      'that is contradicted',
      { plan, contextLength: 2048, precision: Precision.BF16 },
      GpuInstanceType.P5_48XLARGE,
      ['PROPERTY_CONTRADICTS_PLAN models[0].precision', 'PROPERTY_CONTRADICTS_PLAN models[0].contextLength'],
    ],
    [
      'that spreads experts over servers',
      { plan: spread, model: ModelSpec.QWEN_3_30B_A3B },
      GpuInstanceType.P5_48XLARGE,
      ['DATA_PARALLEL_NOT_SERVED models[0].plan'],
    ],
  ])('%s is refused', (_, more, instanceType, ids) => {
    expect(refusedFor(() => on(more, { instanceType }))).toEqual(ids);
  });
});

describe('defaults are the same for every API', () => {
  const doors = (options: Partial<LanguageModelOptions> & { model: ModelSpec }, pool: GpuInstanceType) => {
    const planner = CapacityPlanner.plan({ ...options, instanceType: pool });
    const triton = deploy({ models: [TritonModel.vllm({ name: 'm', ...options })], instanceType: pool }).deployment
      .plan!;
    const pools = [{ name: 'p', instanceType: pool, maxNodes: 1 }];
    const vllm = new VllmVersion(TritonRelease.DEFAULT.vllmVersion);
    const [{ resolved }] = assignModels({ models: [options], pools, locked: {}, vllm: () => vllm }).assigned;
    return [planner, triton, resolved.plan];
  };

  test('a model that overflows in fp16 is accepted without options, in bf16', () => {
    for (const plan of doors({ model: ModelSpec.GEMMA_2_9B }, GpuInstanceType.G6E_XLARGE))
      expect(plan.precision).toBe(Precision.BF16);
  });

  test('a model published in bf16 is served in bf16', () => {
    for (const plan of doors({ model: ModelSpec.LLAMA_3_1_8B }, GpuInstanceType.G6E_XLARGE))
      expect(plan.precision).toBe(Precision.BF16);
    expect(flagsOf(on({})).dtype).toBe('bfloat16');
  });

  test('gpt-oss is served in the MXFP4 it is published in, and not told to compute in fp16', () => {
    for (const plan of doors({ model: ModelSpec.GPT_OSS_20B }, GpuInstanceType.P5_48XLARGE))
      expect(plan.precision).toBe(Precision.MXFP4);
    expect(flagsOf(on({ model: ModelSpec.GPT_OSS_20B })).dtype).toBe('auto');
  });

  test('a prompt and an answer without a context mean both together', () => {
    const stated = { model: ModelSpec.LLAMA_3_1_8B, inputTokens: 2000, outputTokens: 500 };
    for (const plan of doors(stated, GpuInstanceType.G6E_XLARGE)) expect(plan.contextLength).toBe(2500);
  });
});

describe('the network of a plan is that of the pool', () => {
  const [type, models] = [GpuInstanceType.P5_48XLARGE, [TritonModel.vllm(props)]];

  test('TCP without a fabric, whatever network cards the hardware has', () => {
    expect(deploy({ models, instanceType: type }).deployment.plan!.network).toBe(NodeNetwork.TCP);
  });

  test('RDMA with one', () => {
    expect(deploy({ models, instanceType: type, fabric: RdmaFabric.efa() }).deployment.plan!.network).toBe(
      NodeNetwork.RDMA,
    );
  });
});

test('a model is planned once', () => {
  const plan = jest.spyOn(CapacityPlanner, 'plan');
  const search = jest.spyOn(CapacityPlanner, 'search');
  on({});
  expect([plan.mock.calls.length, search.mock.calls.length]).toEqual([1, 0]);
  jest.restoreAllMocks();
});
