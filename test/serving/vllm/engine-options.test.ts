import { GpuInstanceType, ModelSpec, Parallelism, VllmRelease } from '../../../lib/catalog';
import { AttentionBackend, ServedModel, TritonModel } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { deploy, fileOf, podOf } from '../support/fixtures';
import { deployVllm, serverOf } from '../support/vllm-fixtures';

const { FLASHINFER, TRITON_ATTN } = AttentionBackend;

/** The words after the command of the server's container. */
const argumentsOf = (model: Partial<ServedModel>, more = {}) =>
  (serverOf(deployVllm({ model, ...more }).json).args as string[]).join(' ');

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
    const items = podOf(json).volume[0].config_map.items as { key: string; path: string }[];
    const { key } = items.find(({ path }) => path === 'repository/m/1/model.json')!;
    expect(JSON.parse(fileOf(json, key))).toMatchObject({
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

test('host memory for prefixes is requested for the pod', () => {
  const memory = (model: Partial<ServedModel>) =>
    parseInt(
      serverOf(deployVllm({ model, instanceType: GpuInstanceType.G5_4XLARGE }).json).resources.requests
        .memory as string,
    );
  expect(memory({ kvOffload: DataSize.gib(8) }) - memory({})).toBe(8 * 1024);
});
