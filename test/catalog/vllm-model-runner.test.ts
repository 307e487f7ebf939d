import { InferenceEngine, SpeculativeMethod } from '../../lib/catalog';
import { RunnerChoice, runsIn, schedulesAhead } from '../../lib/catalog/vllm-model-runner';

const { VLLM, VLLM_0_21, VLLM_0_28, SGLANG } = InferenceEngine;
const { MTP, EAGLE3, DRAFT_MODEL, N_GRAM } = SpeculativeMethod;
const DENSE = {
  name: 'm',
  hasExperts: false,
  hasStates: false,
  hasEncoders: false,
  quantized: false,
  pipelined: false,
};
const of = (version: string) => InferenceEngine.vllm(version);
const LLAMA: Partial<RunnerChoice> = { modelType: 'llama' };

/** `config/vllm.py` of vLLM 0.15.1, 0.19.0, 0.21.0, 0.22.1, 0.23.0, 0.24.0, 0.25.1 and 0.27.1 to 0.32.0. */
describe('which of its model runners vLLM drafts by', () => {
  test.each<[InferenceEngine, SpeculativeMethod, Partial<RunnerChoice>, boolean]>([
    [VLLM, EAGLE3, LLAMA, false],
    [VLLM_0_21, EAGLE3, LLAMA, true],
    [VLLM_0_21, MTP, { modelType: 'deepseek_v2', hasExperts: true }, true],
    [VLLM_0_21, MTP, { modelType: 'mimo' }, false],
    [VLLM_0_21, MTP, { modelType: 'glm4_moe', hasExperts: true }, false],
    [VLLM_0_21, DRAFT_MODEL, LLAMA, false],
    [VLLM_0_21, N_GRAM, LLAMA, false],
    // A type that is not known, but where the name of the model has it.
    [VLLM_0_21, EAGLE3, {}, false],
    [VLLM_0_21, EAGLE3, { name: 'llama-3.1-8b' }, true],
    [VLLM_0_28, N_GRAM, { modelType: 'qwen3_5_text', hasStates: true }, true],
    [SGLANG, EAGLE3, LLAMA, false],
    // Versions.
    [of('0.19.0'), EAGLE3, LLAMA, false],
    [of('0.21.0'), EAGLE3, { modelType: 'qwen3' }, false],
    [of('0.22.1'), EAGLE3, { modelType: 'qwen3' }, true],
    [of('0.22.1'), EAGLE3, { modelType: 'qwen3', quantized: true }, false],
    [of('0.22.1'), EAGLE3, LLAMA, false],
    [of('0.23.0'), EAGLE3, LLAMA, true],
    [of('0.24.0'), EAGLE3, { ...LLAMA, quantized: true }, true],
    [of('0.24.0'), MTP, { modelType: 'mimo' }, false],
    [of('0.25.1'), MTP, { modelType: 'mimo' }, true],
    [of('0.25.1'), MTP, { modelType: 'glm4_moe', hasExperts: true }, false],
    [of('0.28.0'), MTP, { modelType: 'qwen3_5_text', hasStates: true }, false],
    [of('0.29.0'), MTP, { modelType: 'qwen3_5_text', hasStates: true }, true],
    // The class of a model that also reads images is another.
    [of('0.24.0'), EAGLE3, { modelType: 'mistral', hasEncoders: true }, false],
    [of('0.25.1'), EAGLE3, { modelType: 'mistral', hasEncoders: true }, true],
    [of('0.30.0'), DRAFT_MODEL, LLAMA, false],
    [of('0.31.0'), DRAFT_MODEL, LLAMA, true],
    [of('0.31.0'), N_GRAM, LLAMA, false],
    [of('0.32.0'), N_GRAM, LLAMA, true],
    [of('0.29.0'), EAGLE3, { ...LLAMA, pipelined: true }, false],
    [of('0.29.0'), MTP, { ...LLAMA, pipelined: true }, true],
    [of('0.30.0'), EAGLE3, { ...LLAMA, pipelined: true }, true],
  ])('%s, %s for %j: %s', (engine, method, choice, expected) => {
    expect(runsIn(engine._start?.draftsIn, { ...DENSE, ...choice, method })).toBe(expected);
  });

  test.each<[InferenceEngine, SpeculativeMethod, boolean]>([
    [VLLM_0_21, MTP, true],
    [VLLM_0_21, EAGLE3, true],
    [VLLM_0_21, DRAFT_MODEL, false],
    [VLLM_0_28, DRAFT_MODEL, true],
    [VLLM_0_28, N_GRAM, false],
    [of('0.15.1'), EAGLE3, true],
    [of('0.27.1'), DRAFT_MODEL, false],
    [of('0.28.0'), DRAFT_MODEL, true],
    [of('0.32.0'), N_GRAM, false],
  ])('%s prepares steps of %s while others run: %s', (engine, method, expected) => {
    expect(schedulesAhead(engine, method)).toBe(expected);
  });
});

test('what a range takes when it starts is the most of its versions, so its graphs come out of the utilization', () => {
  for (const range of [VLLM, VLLM_0_21, VLLM_0_28]) expect(range._start?.secondRunner).toBeUndefined();
});
