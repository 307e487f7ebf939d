import {
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  Precision,
  SpeculativeDecoding,
  TritonRelease,
  VllmRelease,
} from '../../../lib/catalog';
import { AttentionBackend, ServedModel, ServerResources, TritonModel, VllmModelProps } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { Fault } from '../../../lib/units/fault';
import { idsOf } from '../../support/faults';
import { Synthesized } from '../../support/synth';
import { deploy, fileOf, podOf } from '../support/fixtures';
import { VllmOverrides, deployVllm, serverOf } from '../support/vllm-fixtures';

const { FLASHINFER, TRITON_ATTN } = AttentionBackend;

/** The words after the command of the server's container. */
const argumentsOf = (model: Partial<ServedModel>, more = {}) =>
  (serverOf(deployVllm({ model, ...more }).json).args as string[]).join(' ');

/** What Triton's backend reads for the only model. */
function modelJson(json: Synthesized): unknown {
  const items = podOf(json).volume[0].config_map.items as { key: string; path: string }[];
  const { key } = items.find(({ path }) => path === 'repository/m/1/model.json')!;
  return JSON.parse(fileOf(json, key));
}

describe('options that the plan does not hold become arguments', () => {
  test.each<[string, Partial<ServedModel>, string]>([
    ['kernels of attention', { attentionBackend: FLASHINFER }, '--attention-backend=FLASHINFER'],
    ['prefixes in host memory', { kvOffload: DataSize.gib(1) }, '--kv-offloading-size=1'],
    ['prompts in pieces', { chunkedPrefill: true }, '--enable-chunked-prefill'],
    ['prompts in one piece', { chunkedPrefill: false, contextLength: 4096 }, '--no-enable-chunked-prefill'],
  ])('%s', (_, model, flag) => {
    expect(argumentsOf({})).not.toContain(flag);
    expect(` ${argumentsOf(model)} `).toContain(` ${flag} `);
  });

  test('of a Triton model too', () => {
    const attentionBackend = TRITON_ATTN;
    const { json } = deploy({
      models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, attentionBackend, chunkedPrefill: true })],
    });
    expect(modelJson(json)).toMatchObject({
      attention_backend: 'TRITON_ATTN',
      enable_chunked_prefill: true,
    });
  });
});

test.each([
  ['0.20.0', true],
  ['0.24.0', false],
])('FlashInfer on a T4 by vLLM %s: %s', (version, taken) => {
  const of = () =>
    deployVllm({
      instanceType: GpuInstanceType.G4DN_12XLARGE,
      vllmRelease: VllmRelease.of(version),
      model: { attentionBackend: FLASHINFER, parallelism: Parallelism.of({ tensor: 4 }) },
    });
  if (taken) expect(of).not.toThrow();
  else
    expect(of).toThrow('attentionBackend FLASHINFER has no code for T4, whose compute capability is 7.5; it needs 8.0');
});

test('prompts in one piece are planned with steps that hold the longest', () => {
  const whole = deployVllm({
    model: { chunkedPrefill: false, contextLength: 16384 },
    instanceType: GpuInstanceType.G6E_2XLARGE,
  });
  const pieces = deployVllm({ model: { contextLength: 16384 }, instanceType: GpuInstanceType.G6E_2XLARGE });
  const [plan, other] = [whole, pieces].map(({ deployment }) => deployment.plan!);
  expect([plan.maxBatchedTokens, other.maxBatchedTokens]).toEqual([16384, 2048]);
  expect(plan.kvCapacityTokens).toBeLessThan(other.kvCapacityTokens);
});

test.each<[string, Partial<ServedModel>, number]>([
  ['asked for', { maxSequences: 3000 }, 3000],
  ['at once', { concurrency: 3000 }, 3000],
  [
    'asked for, with a draft model that takes a token of each step',
    {
      maxSequences: 3000,
      speculativeDecoding: SpeculativeDecoding.draftModel({
        model: ModelSpec.LLAMA_3_2_1B,
        tokens: 3,
        name: 'draft',
      }),
    },
    3001,
  ],
])('and have a token for each sequence that is %s', (_, more, tokens) => {
  const model = { chunkedPrefill: false, contextLength: 2048, inputTokens: 16, outputTokens: 16, ...more };
  const { deployment } = deployVllm({
    model: { ...model, parallelism: Parallelism.of({ tensor: 8 }) },
    instanceType: GpuInstanceType.P5EN_48XLARGE,
  });
  expect(deployment.plan).toMatchObject({ maxBatchedTokens: tokens, maxSequences: 3000 });
});

test('vLLM that computes whole prompts has a token for each sequence too', () => {
  const model = { name: 'm', model: ModelSpec.LLAMA_3_2_1B, precision: Precision.FP16, contextLength: 2048 };
  const { json } = deploy({
    instanceType: GpuInstanceType.P3DN_24XLARGE,
    tritonRelease: TritonRelease.V24_12,
    models: [TritonModel.vllm({ ...model, maxSequences: 3000, inputTokens: 16, outputTokens: 16 })],
  });
  expect(modelJson(json)).toMatchObject({ max_num_batched_tokens: 3000, max_num_seqs: 3000 });
});

/** What a deployment is refused for. */
const refusals = (overrides: VllmOverrides) => {
  try {
    return deployVllm(overrides) && [];
  } catch (error) {
    return idsOf((error as { faults: Fault[] }).faults);
  }
};

describe('an attention window', () => {
  const window = { attentionWindow: 2048 };
  const layers = { layer_types: Array.from({ length: 32 }, () => 'sliding_attention') };

  test('is told to the engine of both servers, beside settings of the user', () => {
    const engineArguments = { hf_overrides: { rope_theta: 1 } };
    const wanted = { rope_theta: 1, sliding_window: 2048, ...layers };
    expect(argumentsOf({ ...window, engineArguments })).toContain(`--hf-overrides=${JSON.stringify(wanted)}`);
    const { json } = deploy({
      models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...window, engineArguments })],
    });
    expect(modelJson(json)).toMatchObject({ hf_overrides: wanted });
  });

  test('makes room for more sequences, and a locked plan keeps it', () => {
    const { plan } = deployVllm({ model: window }).deployment;
    expect(plan!.attentionWindow).toBe(2048);
    expect(plan!.maxConcurrency).toBeGreaterThan(deployVllm().deployment.plan!.maxConcurrency);
    const plans = { chat: plan! };
    expect(argumentsOf({}, { plans })).toContain('"sliding_window":2048');
    expect(refusals({ plans, model: { attentionWindow: 1024 } })).toEqual([
      'PROPERTY_CONTRADICTS_PLAN models[0].attentionWindow',
    ]);
  });

  const overridden = (hf_overrides: unknown) => ({ engineArguments: { hf_overrides } });
  test.each<[string, VllmOverrides, string]>([
    ['in overrides', { model: overridden({ sliding_window: 9 }) }, 'hf_overrides.sliding_window'],
    ['in those of a part', { model: overridden({ text_config: { layer_types: [] } }) }, 'text_config.layer_types'],
    ['ended by the engine', { model: { engineArguments: { disable_sliding_window: true } } }, 'disable_sliding_window'],
    ['beside a flag', { model: window, extraArguments: ['--hf-overrides={}'] }, 'extraArguments[0]'],
    ['beside a setting', { model: window, extraArguments: ['--hf-overrides.rope_theta=1'] }, 'extraArguments[0]'],
  ])('is reserved: %s', (_, overrides, property) => {
    expect(refusals(overrides)).toEqual([expect.stringMatching(/^RESERVED /)]);
    expect(refusals(overrides)[0].endsWith(property)).toBe(true);
  });

  test.each<[string, object, string[]]>([
    ['shorter', { max_position_embeddings: 4096 }, ['max_position_embeddings']],
    ['shorter by another name', { n_positions: 8191, model_max_length: 1 }, ['n_positions', 'model_max_length']],
    ['shorter in the part of text', { text_config: { max_seq_len: 1 } }, ['text_config.max_seq_len']],
    ['as long', { max_position_embeddings: 8192 }, []],
    ['longer', { max_position_embeddings: 262144 }, []],
    ['lengthened', { max_position_embeddings: 4096, rope_scaling: { rope_type: 'yarn', factor: 4 } }, []],
    ['of another part', { vision_config: { max_position_embeddings: 576 } }, []],
  ])('a context of the model that is %s than planned', (_, hf_overrides, settings) => {
    expect(refusals({ model: { contextLength: 8192, engineArguments: { hf_overrides } } })).toEqual(
      settings.map((setting) => `OUT_OF_RANGE models[0].engineArguments.hf_overrides.${setting}`),
    );
  });

  test('has no place in overrides that are a text', () => {
    expect(refusals({ model: { ...window, ...overridden('{}') } })).toEqual([
      'WRONG_KIND models[0].engineArguments.hf_overrides',
    ]);
    expect(refusals({ model: overridden({ rope_theta: 1 }) })).toEqual([]);
  });

  test('is refused where the version is not known to heed it', () => {
    const of = (tag: string) =>
      deploy({
        tritonRelease: TritonRelease.of(tag),
        models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, ...window })],
      });
    expect(() => of('26.01')).toThrow('attentionWindow 2048 needs vLLM 0.15.0');
    expect(() => of('26.02')).not.toThrow();
  });
});

describe('prefixes on the host', () => {
  const sizes = (json: Synthesized) => ({
    memory: parseInt(serverOf(json).resources.requests.memory as string),
    shared: (podOf(json).volume as { name: string; empty_dir?: { size_limit: string } }[]).find(
      ({ name }) => name === 'shm',
    )!.empty_dir!.size_limit,
  });
  const ofVllm = (version: string, kvOffload?: DataSize, resources?: ServerResources) =>
    sizes(
      deployVllm({
        ...{ model: { kvOffload }, vllmRelease: VllmRelease.of(version), resources },
        instanceType: GpuInstanceType.G5_4XLARGE,
      }).json,
    );
  const ofTriton = (version: string, kvOffload?: DataSize) =>
    sizes(
      deploy({
        tritonRelease: TritonRelease.of(version),
        instanceType: GpuInstanceType.G5_4XLARGE,
        models: [TritonModel.vllm({ name: 'm', model: ModelSpec.LLAMA_3_1_8B, kvOffload })],
      }).json,
    );

  test.each<[string, (kvOffload?: DataSize) => ReturnType<typeof sizes>]>([
    ['vLLM 0.24', (kvOffload) => ofVllm('0.24.0', kvOffload)],
    ['Triton with vLLM 0.24', (kvOffload) => ofTriton('26.07', kvOffload)],
  ])('%s: are tensors, which PyTorch makes up to twice as large', (_, of) => {
    const [without, withPrefixes] = [of(), of(DataSize.gib(10))];
    expect(withPrefixes).toEqual({ memory: without.memory + 20 * 1024, shared: '1024Mi' });
  });

  test.each<[string, (kvOffload?: DataSize) => ReturnType<typeof sizes>]>([
    ['vLLM 0.27', (kvOffload) => ofVllm('0.27.1', kvOffload)],
    ['Triton with vLLM 0.27', (kvOffload) => ofTriton('26.08', kvOffload)],
  ])('%s: are in /dev/shm, which holds them', (_, of) => {
    const [without, withPrefixes] = [of(), of(DataSize.gib(10))];
    expect(withPrefixes).toEqual({ memory: without.memory + 10 * 1024, shared: `${11 * 1024}Mi` });
  });

  test('are counted once where the size of /dev/shm is given', () => {
    const given = ofVllm('0.27.1', DataSize.gib(10), { sharedMemory: DataSize.gib(16) });
    expect(given).toEqual({ memory: (7 + 16) * 1024, shared: `${16 * 1024}Mi` });
  });

  test('are where another backend keeps them', () => {
    const engineArguments = { kv_offloading_backend: 'lmcache' };
    const model = { kvOffload: DataSize.gib(10), engineArguments };
    const instanceType = GpuInstanceType.G5_4XLARGE;
    const { json } = deployVllm({ model, vllmRelease: VllmRelease.of('0.27.1'), instanceType });
    expect(sizes(json)).toEqual({ memory: (8 + 10) * 1024, shared: '1024Mi' });
  });

  test('refuse less memory than they take at least: once their size, and nothing of another backend', () => {
    const of = (memoryGib: number, version = '0.24.0', engineArguments?: ServedModel['engineArguments']) =>
      refusals({
        model: { kvOffload: DataSize.gib(10), engineArguments },
        ...{ vllmRelease: VllmRelease.of(version), instanceType: GpuInstanceType.G5_4XLARGE },
        resources: { memory: DataSize.gib(memoryGib) },
      });
    expect(of(11)).toEqual([]);
    expect(of(10.9)).toEqual(['RESOURCES_TOO_SMALL resources.memory']);
    expect(of(8, '0.24.0', { kv_offloading_backend: 'native' })).toEqual(['RESOURCES_TOO_SMALL resources.memory']);
    expect(of(8, '0.24.0', { kv_offloading_backend: 'lmcache' })).toEqual([]);
    expect(of(8, '0.27.1', { kv_offloading_backend: 'lmcache' })).toEqual([]);
  });
});

describe('GPUs before Turing', () => {
  const onV100 = (vllm: Partial<VllmModelProps>) => {
    const parallelism = Parallelism.of({ tensor: 4 });
    const model = { name: 'm', model: ModelSpec.LLAMA_3_1_8B, precision: Precision.FP16, contextLength: 4096 };
    return deploy({
      instanceType: GpuInstanceType.P3DN_24XLARGE,
      tritonRelease: TritonRelease.V24_12,
      models: [TritonModel.vllm({ ...model, model: ModelSpec.LLAMA_2_13B, parallelism, ...vllm })],
    }).json;
  };

  test('neither keep prefixes nor split prompts', () => {
    expect(modelJson(onV100({}))).toMatchObject({ enable_prefix_caching: false, enable_chunked_prefill: false });
  });

  test.each<[string, Partial<VllmModelProps>]>([
    ['prefixCaching', { prefixCaching: true }],
    ['chunkedPrefill', { chunkedPrefill: true }],
    ['kvOffload', { kvOffload: DataSize.gib(4) }],
  ])('refuse %s', (property, vllm) => {
    expect(() => onV100(vllm)).toThrow(`${property} does not work on V100-32GB`);
  });

  test('the second engine decides about prompts itself', () => {
    const model = { precision: Precision.FP16, contextLength: 4096, parallelism: Parallelism.of({ tensor: 4 }) };
    const words = argumentsOf(model, {
      instanceType: GpuInstanceType.P3_16XLARGE,
      vllmRelease: VllmRelease.of('0.19.1'),
    });
    expect(words).toContain('--no-enable-prefix-caching');
    expect(words).not.toContain('chunked-prefill');
  });
});
