import fc from 'fast-check';
import { runCommandLine } from '../../lib/command-line/command-line';
import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInstanceType,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  ModelSpec,
  NetworkCard,
  UnscopedValidationError,
  UnlistedInstanceTypeProps,
} from '../../lib';
import { anything, HOSTILE_VALUES, nested } from './hostile-values';

const CONFIG = {
  model_type: 'llama',
  hidden_size: 4096,
  intermediate_size: 14336,
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  vocab_size: 128256,
  max_position_embeddings: 131072,
  rope_scaling: { rope_type: 'yarn', factor: 2, original_max_position_embeddings: 4096 },
  sliding_window: 4096,
  layer_types: Array.from({ length: 32 }, () => 'sliding_attention'),
  num_local_experts: 8,
  num_experts_per_tok: 2,
  moe_layers: null,
  quantization_config: { quant_method: 'awq', bits: 4 },
  dtype: 'bfloat16',
  tie_word_embeddings: true,
};

const CARD: NetworkCard = { index: 0, maxInterfaces: 4, efa: true };
const UNLISTED: Required<UnlistedInstanceTypeProps> = {
  name: 'p9.xlarge',
  gpu: GpuType.H100,
  gpuCount: 8,
  gpuMemory: DataSize.gib(80),
  vcpus: 8,
  memory: DataSize.gib(999),
  localStorage: DataSize.gb(100),
  networkBandwidthGbps: 100,
  interconnect: GpuInterconnect.NVSWITCH,
  nvlinkDomainSize: 8,
  rdma: true,
  gpuDirect: true,
  architecture: GpuInstanceType.P5_48XLARGE.architecture,
  networkCards: [CARD],
  ipv4PerInterface: 30,
  rdmaRead: true,
  rdmaWrite: true,
};

/** Whether something has a result or one error of ours, whose message can be printed; anything else fails the test. */
function outcome(body: () => unknown): 'result' | string {
  try {
    body();
    return 'result';
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    const { message, faults } = error as UnscopedValidationError;

    expect(message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(message.length).toBeLessThan(20000);
    expect(faults.length).toBeGreaterThan(0);
    return [...new Set(faults.map(({ id, property }) => `${id} ${property}`))].join(', ');
  }
}

function planned(config: unknown): void {
  const model = ModelSpec.fromHuggingFaceConfig('m', config);
  const candidates = [{ instanceType: GpuInstanceType.P5_48XLARGE }];
  CapacityPlanner.plan({ model, instanceType: GpuInstanceType.P5_48XLARGE, concurrency: 1 }).explain();
  CapacityPlanner.search({ model, maxNodes: 1e9, candidates });
}

function unlocked(json: unknown): void {
  const plan = CapacityPlan.fromJson(json);
  plan.explain();
  plan.explainMarkdown();
  JSON.stringify(plan);
}

/** A lock of a model and hardware that the catalog does not have. */
function lock(): { [field: string]: any } {
  const { num_local_experts: _, quantization_config: __, ...dense } = CONFIG;
  const model = ModelSpec.fromHuggingFaceConfig('m', dense).withSharedParameters(0.1);
  const instanceType = GpuInstanceType.unlisted(UNLISTED);
  return JSON.parse(JSON.stringify(CapacityPlanner.plan({ model, instanceType, pricePerHour: 3, concurrency: 2 })));
}

/** The paths of all values of a JSON object. Of a list only the first element. */
function pathsOf(json: unknown, path: string[] = []): string[][] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) =>
    Array.isArray(json) && key !== '0' ? [] : [[...path, key], ...pathsOf(value, [...path, key])],
  );
}

function edited(path: readonly string[], value: unknown): { [field: string]: any } {
  const json = lock();
  const parent = path.slice(0, -1).reduce((at, key) => at[key], json);
  parent[path[path.length - 1]] = value;
  return json;
}

describe('config.json', () => {
  test('is planned as it is', () => {
    expect(outcome(() => planned(CONFIG))).toBe('result');
  });

  test.each<[string, object, string]>([
    ['heads beyond 32 bits', { num_attention_heads: 2147483648 }, 'OUT_OF_RANGE attentionHeads'],
    ['a million layers', { num_hidden_layers: 1e6, layer_types: null }, 'OUT_OF_RANGE layers'],
    ['a type of 10 MB', { model_type: 'x'.repeat(1e7) }, 'UNKNOWN_VALUE model_type'],
    ['a type without a text', { model_type: { toString: 1, valueOf: 2 } }, 'INVALID_FORMAT model_type'],
    [
      '5,000 lists in each other',
      { num_hidden_layers: nested(5000), layer_types: null },
      'NOT_A_WHOLE_NUMBER num_hidden_layers',
    ],
    ['a scaling without a text', { rope_scaling: { rope_type: { toString: 1 }, factor: 2 } }, 'result'],
  ])('with %s', (_what, change, expected) => {
    expect(outcome(() => planned({ ...CONFIG, ...change }))).toBe(expected);
  });

  test('of 5,000 lists in each other is refused as text too', () => {
    const text = `{"model_type": "llama", "num_hidden_layers": ${'['.repeat(5000)}${']'.repeat(5000)}}`;
    expect(outcome(() => planned(text))).toMatch(/^NOT_A_WHOLE_NUMBER num_hidden_layers/);
  });

  test.each(Object.keys(CONFIG))('has an outcome whatever %s is', (key) => {
    for (const [, value] of HOSTILE_VALUES) outcome(() => planned({ ...CONFIG, [key]: value }));
    fc.assert(
      fc.property(anything, (value) => void outcome(() => planned({ ...CONFIG, [key]: value }))),
      { numRuns: 30 },
    );
  });

  test('has an outcome whatever it is', () => {
    for (const [, value] of HOSTILE_VALUES) outcome(() => planned(value));
    for (const [, value] of HOSTILE_VALUES) outcome(() => ModelSpec.fromHuggingFaceConfig(value as string, CONFIG));
    fc.assert(fc.property(anything, (value) => void outcome(() => planned(value))));
  });
});

describe('a lock', () => {
  test('is read as it is', () => {
    expect(outcome(() => unlocked(lock()))).toBe('result');
  });

  test.each<[string, unknown, string]>([
    ['memoryPerGpu.total', 1, 'PLAN_CHANGED memoryPerGpu.total'],
    ['memoryPerGpu.available', 1e15, 'PLAN_CHANGED memoryPerGpu.available'],
    ['gpuMemoryUtilization', 0.001, 'PLAN_CHANGED memoryPerGpu.available'],
    ['maxSequences', 1000000, 'PLAN_CHANGED maxSequences'],
    ['maxBatchedTokens', 1e8, 'PLAN_CHANGED memoryPerGpu.total'],
    ['concurrency', 100000, 'PLAN_CHANGED maxSequences, PLAN_CHANGED fits'],
    ['precision', 'fp32', 'PLAN_CHANGED memoryPerGpu'],
    ['nodes', 100, 'PLAN_CHANGED nodes'],
    ['inputTokens', 8192, 'PLAN_CHANGED inputTokens'],
    ['model.name', {}, 'WRONG_KIND model.name'],
    ['model.name', { toString: 1, valueOf: 2 }, 'WRONG_KIND model.name'],
    [
      'instanceType.gpu',
      { toString: 1 },
      'MISSING_PROPERTY instanceType.bandwidth, UNKNOWN_PROPERTY instanceType.toString, OUT_OF_RANGE instanceType.memory',
    ],
    ['instanceType.gpu', 5, 'UNKNOWN_VALUE instanceType'],
    ['instanceType.gpuCount', 2147483648, 'NOT_A_WHOLE_NUMBER instanceType.gpuCount'],
    ['instanceType.interconnect', 'bogus', 'UNKNOWN_VALUE instanceType.interconnect'],
    ['instanceType.ec2.rdmaRead', 'no', 'WRONG_KIND instanceType.rdmaRead'],
    ['instanceType.ec2.networkCards', [null], 'WRONG_KIND instanceType.networkCards[0]'],
    ['instanceType.ec2.networkCards', 3, 'WRONG_KIND instanceType.networkCards'],
    ['format', { toString: 1 }, 'PLAN_OF_OTHER_VERSION version'],
  ])('whose %s is %j is refused', (path, value, expected) => {
    expect(outcome(() => unlocked(edited(path.split('.'), value)))).toBe(expected);
  });

  // What H100 has in vLLM is not in TensorRT-LLM, nor on a V100.
  test.each<[string, { [field: string]: unknown }, string]>([
    ['nvfp4', { engine: 'tensorrt-llm' }, 'ENGINE_LACKS_PRECISION precision'],
    ['fp8', { gpu: 'V100-32GB' }, 'PRECISION_NOT_SUPPORTED precision'],
    ['mxfp4', { gpu: 'V100-32GB' }, 'PRECISION_NOT_SUPPORTED precision'],
  ])('whose precision is %s on %j is refused', (precision, { gpu, ...fields }, expected) => {
    const json = { ...edited(['precision'], precision), ...fields } as { [field: string]: any };
    if (gpu) json.instanceType.gpu = gpu;
    expect(outcome(() => unlocked(json))).toBe(expected);
  });

  test.each(pathsOf(lock()).map((path) => [path.join('.'), path] as const))(
    'has an outcome whatever %s is',
    (_, path) => {
      for (const [, value] of HOSTILE_VALUES) outcome(() => unlocked(edited(path, value)));
    },
  );

  test('has an outcome whatever is in it, and whatever it is', () => {
    const paths = fc.constantFrom(...pathsOf(lock()));
    fc.assert(fc.property(paths, anything, (path, value) => void outcome(() => unlocked(edited(path, value)))));
    fc.assert(fc.property(anything, (value) => void outcome(() => unlocked(value))));
  });
});

describe('hardware', () => {
  test.each<[keyof UnlistedInstanceTypeProps, unknown, string]>([
    ['networkCards', [null], 'WRONG_KIND networkCards[0]'],
    ['networkCards', [1], 'WRONG_KIND networkCards[0]'],
    ['networkCards', 3, 'WRONG_KIND networkCards'],
    ['networkCards', [{ index: 0, maxInterfaces: 4 }], 'MISSING_PROPERTY networkCards[0].efa'],
    ['networkCards', [{ index: '0', maxInterfaces: 4, efa: true }], 'WRONG_KIND networkCards[0].index'],
    ['interconnect', 'bogus', 'UNKNOWN_VALUE interconnect'],
    ['rdmaRead', 'no', 'WRONG_KIND rdmaRead'],
    ['gpu', 'H100', 'WRONG_KIND gpu'],
    ['gpu', undefined, 'MISSING_PROPERTY gpu'],
    ['memory', 999, 'WRONG_KIND memory'],
    ['name', {}, 'WRONG_KIND name'],
  ])('whose %s is %j is refused', (property, value, expected) => {
    expect(outcome(() => GpuInstanceType.unlisted({ ...UNLISTED, [property]: value }))).toBe(expected);
  });

  test.each(Object.keys(UNLISTED))('has an outcome whatever %s is', (property) => {
    const described = (value: unknown) => {
      const props = { ...UNLISTED, [property]: value };
      outcome(() => GpuInstanceType.unlisted(props));
      outcome(() => GpuNodeType.custom({ ...props, ...(property === 'name' ? {} : { name: 'own' }) }));
    };
    HOSTILE_VALUES.forEach(([, value]) => described(value));
    fc.assert(fc.property(anything, described));
  });
});

describe('the command line', () => {
  const word = fc.oneof(
    fc.constantFrom('plan', 'search', 'models', '--model', '--config', '--instance', '--context', '--tensor', '--json'),
    fc.constantFrom('--instances', '--price', '--precision', 'llama-3.1-8b', 'g6e.xlarge', '13B', '1e999', '-1', ''),
    fc.constantFrom('\u001b[2J', 'x'.repeat(1e6), '1.8e308', '2147483648', 'constructor', '__proto__', '--__proto__'),
    fc.string(),
  );

  test('has a documented status for any words, and none of them is a bug', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.constantFrom('{', '[[', JSON.stringify(CONFIG)),
        (argv, file) => {
          const { output, status } = runCommandLine(argv, () => file);
          expect([0, 1, 2]).toContain(status);

          expect(output).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]|Infinity|NaN/);
          if (status === 2) expect(output.length).toBeLessThan(50000);
        },
      ),
      { numRuns: 500 },
    );
  });
});
