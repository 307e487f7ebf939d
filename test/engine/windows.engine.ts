import { attentionWindowFaults, windowOverrides } from '../../lib/planning/attention-window';
import { CapacityPlanner, GpuInstanceType, ModelSpec, Parallelism, Precision } from '../../lib/planning';
import { MODEL_NAMES, Measured, measuredResults } from './measured';

const results = measuredResults();
const modelOf = (name: string) => ModelSpec.fromHuggingFaceConfig(name, results.models[name].config);

type Windowed = NonNullable<Measured['windowed']>;

/** Models whose layers are alike, with what the engine says of them in a window. */
const ALIKE = MODEL_NAMES.flatMap((name): [string, Measured, Windowed][] => {
  const { windowed } = results.models[name];
  return windowed ? [[name, results.models[name], windowed]] : [];
});

const faultsOf = (name: string, { options }: Measured, { overrides }: Windowed) =>
  attentionWindowFaults({ model: modelOf(name), attentionWindow: overrides.sliding_window }, options.max_model_len);
const isTaken = (...each: (typeof ALIKE)[number]) => faultsOf(...each).length === 0;
/** A window that the engine could keep, though a model with a smaller one of its own has no use for it. */
const isPossible = (...each: (typeof ALIKE)[number]) =>
  faultsOf(...each).every(({ id }) => id !== 'ATTENTION_WINDOW_NOT_SUPPORTED');

test('a window is taken of the models in all of whose layers the engine keeps it, and of no others', () => {
  const kept = ALIKE.filter(([, , { cache, overrides }]) =>
    cache?.every(({ window }) => window === overrides.sliding_window),
  );
  expect(MODEL_NAMES.filter((name) => ALIKE.some((each) => each[0] === name && isPossible(...each)))).toEqual(
    kept.map(([name]) => name),
  );
  expect(kept.length).toBeGreaterThan(20);
});

test.each(ALIKE.filter((each) => isTaken(...each)))(
  '%s: the same words for the engine, and the same bytes for a sequence',
  (name, { options }, { overrides, sequenceBytes }) => {
    const model = modelOf(name);
    const { sliding_window: attentionWindow } = overrides;
    expect(windowOverrides(model, attentionWindow)).toEqual(overrides);
    const plan = CapacityPlanner.plan({
      ...{ model, attentionWindow, concurrency: 1, maxSequences: 1, parallelism: Parallelism.NONE },
      ...{ instanceType: GpuInstanceType.P5_4XLARGE, precision: Precision.BF16 },
      ...{ contextLength: options.max_model_len, maxBatchedTokens: options.max_num_batched_tokens },
    });
    expect(plan.memoryPerGpu.kvCache.bytes).toBe(sequenceBytes);
  },
);
