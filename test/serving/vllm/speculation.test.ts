import { GpuInstanceType, ModelSpec, Parallelism, SpeculativeDecoding } from '../../../lib/catalog';
import { NodeNetwork } from '../../../lib/planning';
import { engineArguments } from '../../../lib/serving/vllm/engine-arguments';
import { VllmModelRequest, resolveVllmModel } from '../../../lib/serving/vllm/resolve-vllm-model';
import { VllmVersion } from '../../../lib/serving/vllm/vllm-version';
import { realConfig } from '../../catalog/real-configs';
import { idsOf } from '../../support/faults';

const VLLM = new VllmVersion('0.24.0');

const QWEN = ModelSpec.fromHuggingFaceConfig('qwen3.5-27b', realConfig('Qwen/Qwen3.5-27B'));
const LLAMA = ModelSpec.LLAMA_3_1_8B;

function resolve(options: VllmModelRequest['options'], version = '0.24.0', more: Partial<VllmModelRequest> = {}) {
  return resolveVllmModel({
    ...{ name: 'chat', options, vllm: new VllmVersion(version), network: NodeNetwork.TCP, compares: false },
    ...more,
  });
}

test.each<[string, ModelSpec, SpeculativeDecoding, object]>([
  ['prediction layers', QWEN, SpeculativeDecoding.mtp({ tokens: 3 }), { method: 'mtp', num_speculative_tokens: 3 }],
  [
    'n-grams',
    LLAMA,
    SpeculativeDecoding.nGram({ tokens: 4 }),
    { method: 'ngram', num_speculative_tokens: 4, prompt_lookup_min: 5, prompt_lookup_max: 5 },
  ],
  [
    'a draft model',
    LLAMA,
    SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 2, path: '/draft' }),
    { method: 'draft_model', model: '/draft', num_speculative_tokens: 2 },
  ],
  [
    'a head',
    LLAMA,
    SpeculativeDecoding.eagle3({ tokens: 3, path: '/head' }),
    { method: 'eagle3', model: '/head', num_speculative_tokens: 3 },
  ],
])('%s: the engine gets what the plan counts', (_, model, speculativeDecoding, expected) => {
  const { resolved, faults } = resolve({ model, speculativeDecoding });
  expect(faults).toEqual([]);
  expect(resolved!.plan.speculativeDecoding).toBe(speculativeDecoding);
  expect(engineArguments(resolved!, {}, '/w', true, VLLM).speculative_config).toEqual(expected);
});

test('without, the engine gets none', () => {
  expect(engineArguments(resolve({ model: LLAMA }).resolved!, {}, '/w', true, VLLM).speculative_config).toBeUndefined();
});

test.each(['mtp', 'qwen3_5_mtp', 'ngram', 'eagle3'])('arguments of the engine with %s are the property', (method) => {
  const engineArgs = { speculative_config: { method, num_speculative_tokens: 1 } };
  expect(idsOf(resolve({ model: QWEN, engineArguments: engineArgs }).faults)).toEqual([
    'RESERVED engineArguments.speculative_config',
  ]);
});

test('a method that plans do not know passes, with a warning', () => {
  const options = { model: LLAMA, engineArguments: { speculative_config: { method: 'suffix' } } };
  const { resolved, faults, warnings } = resolve(options);
  expect(faults).toEqual([]);
  expect(warnings.map(({ id }) => id)).toContain('SPECULATION_NOT_PLANNED');
  expect(engineArguments(resolved!, options, '/w', true, VLLM).speculative_config).toEqual({ method: 'suffix' });
});

test.each<[string, ModelSpec, SpeculativeDecoding, string[]]>([
  ['0.15.1', QWEN, SpeculativeDecoding.mtp({ tokens: 1 }), ['SPECULATION_NEEDS_NEWER_VLLM speculativeDecoding']],
  ['0.17.1', QWEN, SpeculativeDecoding.mtp({ tokens: 1 }), []],
  ['0.24.0', LLAMA, SpeculativeDecoding.eagle3({ tokens: 1 }), ['DRAFT_NEEDS_PATH speculativeDecoding']],
])('vLLM %s', (version, model, speculativeDecoding, expected) => {
  const found = resolve({ model, speculativeDecoding }, version).faults.filter(({ id }) => /SPECUL|DRAFT/.test(id));
  expect(idsOf(found)).toEqual(expected);
});

test('in a pipeline the release that has it is said, once', () => {
  const options = {
    ...{ model: QWEN, speculativeDecoding: SpeculativeDecoding.mtp({ tokens: 1 }) },
    parallelism: Parallelism.of({ tensor: 2, pipeline: 2 }),
  };
  const faults = (version: string) => resolve(options, version).faults.filter(({ id }) => /SPECUL/.test(id));
  expect(faults('0.27.1')).toEqual([
    expect.objectContaining({
      id: 'SPECULATION_NEEDS_NEWER_VLLM',
      reason: expect.stringContaining('needs vLLM 0.32.0'),
    }),
  ]);
  expect(faults('0.32.0')).toEqual([]);
});

test('a locked plan keeps what drafts, and another choice beside it is refused', () => {
  const speculativeDecoding = SpeculativeDecoding.mtp({ tokens: 1 });
  const { plan } = resolve({ model: QWEN, speculativeDecoding }).resolved!;
  const kept = resolve({ model: QWEN, speculativeDecoding }, '0.24.0', { locked: plan });
  expect(kept.faults).toEqual([]);
  const other = { model: QWEN, speculativeDecoding: SpeculativeDecoding.mtp({ tokens: 2 }) };
  expect(idsOf(resolve(other, '0.24.0', { locked: plan }).faults)).toEqual([
    'PROPERTY_CONTRADICTS_PLAN speculativeDecoding',
  ]);
  expect(GpuInstanceType.ALL).toContain(plan.instanceType);
});
