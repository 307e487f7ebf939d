import { hasSecondRunner, schedulesAhead } from '../../lib/catalog/vllm-model-runner';
import { InferenceEngine, SpeculativeMethod } from '../../lib/catalog';

const { VLLM, VLLM_0_21, VLLM_0_28, SGLANG } = InferenceEngine;
const { MTP, EAGLE3, DRAFT_MODEL, N_GRAM } = SpeculativeMethod;
const DENSE = { hasExperts: false, hasStates: false, hasEncoders: false };

/** `config/vllm.py` of vLLM 0.19.0, 0.24.0, 0.27.1 and 0.32.0. */
describe('which of its model runners vLLM drafts by', () => {
  test.each<[InferenceEngine, SpeculativeMethod, string | undefined, Partial<typeof DENSE>, boolean]>([
    [VLLM, EAGLE3, 'llama', {}, false],
    [VLLM_0_21, EAGLE3, 'llama', {}, true],
    [VLLM_0_21, MTP, 'deepseek_v2', { hasExperts: true }, true],
    [VLLM_0_21, MTP, 'mimo', {}, false],
    [VLLM_0_21, MTP, 'glm4_moe', { hasExperts: true }, false],
    [VLLM_0_21, DRAFT_MODEL, 'llama', {}, false],
    [VLLM_0_21, N_GRAM, 'llama', {}, false],
    // The class of a model that also reads images is another.
    [VLLM_0_21, EAGLE3, 'llama', { hasEncoders: true }, false],
    // A type that is not known: dense models are among them from 0.27.1 on.
    [VLLM_0_21, EAGLE3, undefined, {}, true],
    [VLLM_0_21, EAGLE3, undefined, { hasExperts: true }, false],
    [VLLM_0_21, EAGLE3, undefined, { hasStates: true }, false],
    [VLLM_0_28, N_GRAM, 'qwen3_5_text', { hasStates: true }, true],
    [SGLANG, EAGLE3, 'llama', {}, false],
  ])('%s, %s for %s %j: %s', (engine, method, modelType, of, expected) => {
    expect(hasSecondRunner({ engine, method, modelType, ...DENSE, ...of })).toBe(expected);
  });

  test.each<[InferenceEngine, SpeculativeMethod, boolean]>([
    [VLLM_0_21, MTP, true],
    [VLLM_0_21, EAGLE3, true],
    [VLLM_0_21, DRAFT_MODEL, false],
    [VLLM_0_28, DRAFT_MODEL, true],
    [VLLM_0_28, N_GRAM, false],
  ])('%s prepares steps of %s while others run: %s', (engine, method, expected) => {
    expect(schedulesAhead(engine, method)).toBe(expected);
  });
});
