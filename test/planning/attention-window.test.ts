import {
  CapacityPlan,
  CapacityPlanner,
  CapacityRequest,
  GpuInstanceType,
  InferenceEngine,
  ModelSpec,
  Precision,
  SpeculativeDecoding,
} from '../../lib/planning';
import { faultsThrown, idsOf } from '../support/faults';

const plan = (more: Partial<CapacityRequest> = {}) =>
  CapacityPlanner.plan({
    ...{ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE, contextLength: 32768 },
    ...{ maxBatchedTokens: 2048, concurrency: 1, inputTokens: 30000, outputTokens: 256 },
    ...more,
  });
const windowed = (more: Partial<CapacityRequest> = {}) => plan({ attentionWindow: 4096, ...more });

test('a sequence keeps the window, the tokens of a step and a block', () => {
  // `SlidingWindowSpec.max_memory_usage_bytes`: blocks of window - 1 + tokens of a step, and one more.
  const blocks = Math.ceil((4096 - 1 + 2048) / 16) + 1;
  const { kvBytesPerTokenPerGpu: perToken, memoryPerGpu } = windowed();
  expect(perToken).toBe(plan().kvBytesPerTokenPerGpu);
  expect(memoryPerGpu.kvCache.bytes).toBe(blocks * 16 * perToken);
  expect(plan().memoryPerGpu.kvCache.bytes).toBe(32768 * perToken);
});

test('all else on the GPU is as before, and more sequences have room', () => {
  const [with_, without] = [windowed(), plan()];
  for (const part of ['weights', 'activations', 'runtime'] as const)
    expect(with_.memoryPerGpu[part].bytes).toBe(without.memoryPerGpu[part].bytes);
  expect(with_.maxConcurrency).toBeGreaterThan(4 * without.maxConcurrency);
});

test('a step reads no more than the window', () => {
  const many = { concurrency: 8 };
  expect(windowed(many).decodeLatencyMs).toBeLessThan(plan(many).decodeLatencyMs);
  expect(windowed().timeToFirstTokenMs).toBeLessThan(plan().timeToFirstTokenMs);
});

test('the plan says so, keeps its model, and is read back', () => {
  const own = windowed();
  expect(own.model.shape.slidingWindow).toBeUndefined();
  expect(own.explain()).toContain('every layer sees the last 4096 of up to 32768 tokens');
  expect(own.explain()).toContain('8 heads of 128 in a window of 4096');
  expect(plan().explain()).not.toContain('every layer sees');
  const back = CapacityPlan.fromJson(JSON.stringify(own));
  expect(back).toMatchObject({ attentionWindow: 4096, model: { name: 'llama-3.1-8b' } });
  expect(JSON.stringify(back)).toBe(JSON.stringify(own));
});

test('a plan whose window was changed by hand is refused', () => {
  const data = windowed({ concurrency: 6 }).toJson() as object;
  const refused = (attentionWindow: unknown) =>
    idsOf(faultsThrown(() => CapacityPlan.fromJson({ ...data, attentionWindow })));
  expect(refused(32768)).toContain('PLAN_CHANGED attentionWindow');
  expect(refused(undefined)).toContain('PLAN_CHANGED memoryPerGpu.total');
});

test('vLLM is told for all layers, in the way of models that name the kinds of theirs too', () => {
  const [argument] = windowed()
    .vllmServeArguments()
    .filter((each) => each.startsWith('--hf-overrides='));
  expect(JSON.parse(argument.slice('--hf-overrides='.length))).toEqual({
    sliding_window: 4096,
    layer_types: Array.from({ length: 32 }, () => 'sliding_attention'),
  });
  expect(plan().vllmServeArguments().join()).not.toContain('hf-overrides');
});

test.each<[string, Partial<CapacityRequest>, string[]]>([
  ['none', { attentionWindow: 0 }, ['NOT_A_WHOLE_NUMBER attentionWindow']],
  ['half a token', { attentionWindow: 0.5 }, ['NOT_A_WHOLE_NUMBER attentionWindow']],
  ['the whole context', { attentionWindow: 32768 }, ['OUT_OF_RANGE attentionWindow']],
  ['latent attention', { model: ModelSpec.DEEPSEEK_V2_LITE }, ['ATTENTION_WINDOW_NOT_SUPPORTED attentionWindow']],
  [
    'windows of its own',
    { model: ModelSpec.GPT_OSS_20B, precision: Precision.MXFP4 },
    ['ATTENTION_WINDOW_NOT_SUPPORTED attentionWindow'],
  ],
  ['another engine', { engine: InferenceEngine.SGLANG }, ['ATTENTION_WINDOW_NOT_SUPPORTED attentionWindow']],
  [
    'a draft model',
    { speculativeDecoding: SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 2 }) },
    ['ATTENTION_WINDOW_NOT_SUPPORTED attentionWindow'],
  ],
])('%s is refused', (_, more, ids) => {
  expect(idsOf(faultsThrown(() => windowed(more)))).toEqual(ids);
});

test('tokens that are looked up have no layers, so they are drafted with a window too', () => {
  expect(windowed({ speculativeDecoding: SpeculativeDecoding.nGram({ tokens: 3 }) }).fits).toBe(true);
});

test('a window of the model itself is made shorter alone', () => {
  const { shape } = ModelSpec.MISTRAL_7B;
  const slidingWindow = { tokens: 4096, layers: shape.layers };
  const model = ModelSpec.dense({ name: 'mistral-7b-v0.1', shape: { ...shape, slidingWindow } });
  expect(windowed({ model, attentionWindow: 2048 }).memoryPerGpu.kvCache.bytes).toBeLessThan(
    plan({ model }).memoryPerGpu.kvCache.bytes,
  );
  expect(idsOf(faultsThrown(() => windowed({ model })))).toEqual(['OUT_OF_RANGE attentionWindow']);
});
