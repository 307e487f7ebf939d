import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../../lib/catalog';
import { GpuSharingKind } from '../../../lib/core';
import { MediaInput, NodeNetwork } from '../../../lib/planning';
import { engineArguments } from '../../../lib/serving/vllm/engine-arguments';
import { VllmModelRequest, resolveVllmModel } from '../../../lib/serving/vllm/resolve-vllm-model';
import { VllmVersion } from '../../../lib/serving/vllm/vllm-version';
import { realConfig } from '../../catalog/real-configs';
import { idsOf } from '../../support/faults';

const VLLM = new VllmVersion('0.24.0');

const P5 = GpuInstanceType.P5_48XLARGE;

/** A model as a server other than Triton would ask for it: by a version of vLLM, on a pool or on what the planner chooses. */
function resolve(options: VllmModelRequest['options'], more: Partial<VllmModelRequest> = {}) {
  const made = resolveVllmModel({
    name: 'chat',
    options,
    vllm: new VllmVersion('0.22.0'),
    network: NodeNetwork.TCP,
    compares: false,
    ...more,
  });
  expect(made.faults).toEqual([]);
  return made.resolved!;
}

const pool = {
  instanceType: P5,
  gpusPerNode: 8,
  gpuMemory: P5.gpuMemory,
  network: NodeNetwork.RDMA,
  poolName: 'p5',
  sharing: GpuSharingKind.NONE,
};

test('the arguments of the engine follow from a resolved model, without Triton', () => {
  const options = { model: ModelSpec.QWEN_3_30B_A3B, parallelism: Parallelism.of({ tensor: 2, expert: 2 }) };
  const written = engineArguments(
    resolve(options, { hardware: pool }),
    { engineArguments: { seed: 1 } },
    '/w',
    true,
    VLLM,
  );
  expect(written).toMatchObject({
    model: '/w',
    dtype: 'bfloat16',
    tensor_parallel_size: 2,
    enable_expert_parallel: true,
    distributed_executor_backend: 'mp',
    max_model_len: 8192,
    disable_log_stats: false,
    seed: 1,
  });
});

test.each([
  [MediaInput.ALL, '0.22.0', {}],
  [MediaInput.IMAGES, '0.22.0', { limit_mm_per_prompt: { video: 0, audio: 0 } }],
  [MediaInput.NONE, '0.22.0', { language_model_only: true }],
  [MediaInput.NONE, '0.15.1', { limit_mm_per_prompt: { image: 0, video: 0, audio: 0 } }],
])('a model that reads images, started for %s by vLLM %s', (mediaInput, version, expected) => {
  const options = { model: ModelSpec.LLAMA_4_SCOUT, mediaInput };
  const resolved = resolve(options, { hardware: pool, vllm: new VllmVersion(version) });
  const { limit_mm_per_prompt, language_model_only } = engineArguments(resolved, {}, '/w', true, VLLM);
  expect(JSON.parse(JSON.stringify({ limit_mm_per_prompt, language_model_only }))).toEqual(expected);
  // A model of text alone has no such argument.
  const text = resolve({ model: ModelSpec.LLAMA_3_1_8B, mediaInput }, { hardware: pool });
  expect(engineArguments(text, {}, '/w', true, VLLM)).not.toHaveProperty('language_model_only');
});

test('hardware may be given or chosen', () => {
  expect(resolve({ model: ModelSpec.LLAMA_3_1_70B }, { hardware: pool }).plan.instanceType).toBe(P5);
  expect(resolve({ model: ModelSpec.LLAMA_3_1_8B }).plan.instanceType.name).toBe('g6e.xlarge');
});

test('the engine is that of the version', () => {
  const engineOf = (version: string) =>
    resolve({ model: ModelSpec.LLAMA_3_1_8B }, { vllm: new VllmVersion(version) }).plan.engine.name;
  expect(['0.15.1', '0.21.0', '0.27.1', '0.28.0', '1.0.0'].map(engineOf)).toEqual([
    'vllm-0.15.1',
    'vllm-0.21.0',
    'vllm-0.27.1',
    'vllm-0.28.0',
    'vllm-1.0.0',
  ]);
});

test.each([
  ['0.9.2', '0.9', true],
  ['0.10.0', '0.9', true],
  ['0.8.4', '0.9', false],
  ['1.0.0', '0.21', true],
])('version %s is at least %s: %s', (version, least, expected) => {
  const [major, minor] = least.split('.').map(Number);
  expect(new VllmVersion(version).isAtLeast(major, minor)).toBe(expected);
});

test('what a plan counts in FP8 blocks computes in the type that the checkpoint names', () => {
  const options = { model: ModelSpec.DEEPSEEK_V3, parallelism: Parallelism.of({ tensor: 8 }) };
  const resolved = resolve(options, { hardware: { ...pool, instanceType: GpuInstanceType.P5EN_48XLARGE } });
  expect(resolved.plan.precision).toBe(Precision.FP8_BLOCK);
  expect(engineArguments(resolved, {}, '/w', true, VLLM).dtype).toBe('auto');
});

test('nothing of vLLM or of the model knows Triton', () => {
  for (const room of ['model', 'vllm']) {
    const folder = path.join(__dirname, '../../../lib/serving', room);
    for (const file of readdirSync(folder))
      expect(readFileSync(path.join(folder, file), 'utf8')).not.toMatch(
        /Triton(Release|Variant)|TextMessage|\.\.\/triton/,
      );
  }
});

test('a hybrid whose blocks of states are fewer than the default is started with as many sequences', () => {
  const model = ModelSpec.fromHuggingFaceConfig('Qwen/Qwen3.5-27B', realConfig('Qwen/Qwen3.5-27B'));
  const one = {
    ...{ ...pool, instanceType: GpuInstanceType.G6E_XLARGE, gpusPerNode: 1 },
    gpuMemory: GpuInstanceType.G6E_XLARGE.gpuMemory,
  };
  const made = resolve({ model, precision: Precision.FP8_BLOCK }, { hardware: one });
  expect(made.plan.fits).toBe(true);
  expect(made.plan.maxSequences).toBeLessThan(256);
  expect(engineArguments(made, {}, '/w', true, VLLM)).toMatchObject({ max_num_seqs: made.plan.maxSequences });
});

test('what the engine and the planner refuse is said once', () => {
  const options = { model: ModelSpec.LLAMA_3_1_8B, concurrency: 64, maxSequences: 16 };
  const { faults } = resolveVllmModel({
    ...{ name: 'chat', options, vllm: new VllmVersion('0.22.0'), network: NodeNetwork.TCP, compares: false },
  });
  expect(idsOf(faults)).toEqual(['CONFLICTING_PROPERTIES concurrency']);
});
