import { GpuInstanceType, ModelSpec, Parallelism, TritonRelease, VllmRelease } from '../../../lib/catalog';
import { AttentionBackend, ServedModel, TritonModel } from '../../../lib/serving';
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

  test('has no place in overrides that are a text', () => {
    expect(refusals({ model: { ...window, ...overridden('{}') } })).toEqual([
      'INVALID_FORMAT models[0].engineArguments.hf_overrides',
    ]);
    expect(refusals({ model: overridden('{"rope_theta":1}') })).toEqual([]);
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

test('host memory for prefixes is requested for the pod', () => {
  const memory = (model: Partial<ServedModel>) =>
    parseInt(
      serverOf(deployVllm({ model, instanceType: GpuInstanceType.G5_4XLARGE }).json).resources.requests
        .memory as string,
    );
  expect(memory({ kvOffload: DataSize.gib(8) }) - memory({})).toBe(8 * 1024);
});
