import * as fc from 'fast-check';
import {
  CapacityPlanner,
  DecoderShape,
  GpuInstanceType,
  InferenceEngine,
  LayerKind,
  ModelSpec,
  Precision,
} from '../../lib/planning';
import { UnscopedValidationError } from '../../lib/units';
import { REAL_CONFIGS, realConfig } from './real-configs';
import { faultsThrown, idsOf } from '../support/faults';

const SHAPE: DecoderShape = {
  ...{ layers: 32, hiddenSize: 4096, attentionHeads: 32, keyValueHeads: 8, headSize: 128 },
  ...{ intermediateSize: 14336, vocabularySize: 128256, maxContextLength: 131072 },
};
const INDEX = { heads: 32, headSize: 128, topTokens: 2048 };
const dense = (layerKinds: LayerKind[], more: Partial<DecoderShape> = {}) =>
  ModelSpec.dense({ name: 'm', shape: { ...SHAPE, layerKinds, ...more } });
const order = (...counts: [kind: number, count: number][]) =>
  counts.flatMap(([kind, count]) => Array.from({ length: count }, () => kind));

test.each<[string, LayerKind[], Partial<DecoderShape>, string[]]>([
  [
    'every layer shares a cache',
    [{ count: 32, attention: { sharesCache: true } }],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].attention.sharesCache'],
  ],
  [
    'the cache shared has other heads',
    [
      { count: 16, attention: { keyValueHeads: 4 } },
      { count: 16, attention: { sharesCache: true } },
    ],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[1].attention.sharesCache'],
  ],
  [
    'the cache shared is of a later layer',
    [
      { count: 16, attention: {} },
      { count: 16, attention: { sharesCache: true } },
    ],
    { layerOrder: order([1, 16], [0, 16]) },
    ['CONFLICTING_PROPERTIES layerKinds[1].attention.sharesCache'],
  ],
  [
    'every index is shared',
    [{ count: 32, attention: { index: { ...INDEX, shared: true } } }],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].attention.index.shared'],
  ],
  [
    'the index shared is of a later layer',
    [
      { count: 31, attention: { index: { ...INDEX, shared: true } } },
      { count: 1, attention: { index: INDEX } },
    ],
    { layerOrder: order([0, 31], [1, 1]) },
    ['CONFLICTING_PROPERTIES layerKinds[0].attention.index.shared'],
  ],
  [
    'a state without heads or convolution',
    [{ count: 32, state: { heads: 0, headSize: 1, stateSize: 1, matrixParameters: 0 } }],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].state'],
  ],
  [
    'a convolution of one token, which keeps none',
    [
      {
        count: 32,
        state: {
          ...{ heads: 0, headSize: 1, stateSize: 1, convolutionChannels: 4096, convolutionWidth: 1 },
          matrixParameters: 1,
        },
      },
    ],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].state'],
  ],
  [
    'a state of 1e27 values',
    [{ count: 32, state: { heads: 1e9, headSize: 1e9, stateSize: 1e9, matrixParameters: 1 } }],
    {},
    ['OUT_OF_RANGE layerKinds[0].state', 'OUT_OF_RANGE layerKinds[0].state'],
  ],
  ['1e15 other parameters', [{ count: 32, attention: {}, otherParameters: 1e15 }], {}, ['OUT_OF_RANGE']],
  [
    '1e15 parameters in 32 bits',
    [{ count: 32, attention: {}, float32Parameters: 1e15 }],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].float32Parameters'],
  ],
  [
    'more parameters in 32 bits than are in no matrix',
    [{ count: 32, attention: {}, otherParameters: 100, float32Parameters: 2 * 4096 + 101 }],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].float32Parameters'],
  ],
  [
    'matrices smaller than the keys and values in them',
    [{ count: 32, attention: { matrixParameters: 1000 } }],
    {},
    ['CONFLICTING_PROPERTIES layerKinds[0].attention.matrixParameters'],
  ],
  ['9e15 parameters of matrices', [{ count: 32, attention: { matrixParameters: 9e15 } }], {}, ['OUT_OF_RANGE']],
  ['1e15 parameters outside the layers', [{ count: 32, attention: {} }], { otherParameters: 1e15 }, ['OUT_OF_RANGE']],
  ['1e15 parameters in a table', [{ count: 32, attention: {} }], { lookupParameters: 1e15 }, ['OUT_OF_RANGE']],
  [
    '1e15 parameters of an encoder',
    [{ count: 32, attention: {} }],
    { encoders: [{ name: 'vision_config', parameters: 1e15 }] },
    ['OUT_OF_RANGE encoders[0].parameters'],
  ],
  [
    'one entry for 1e9 tokens',
    [{ count: 32, attention: { compression: 1e9 } }],
    {},
    ['OUT_OF_RANGE layerKinds[0].attention.compression'],
  ],
  [
    'an index that picks more than the context',
    [{ count: 32, attention: { index: { ...INDEX, topTokens: 1e9 } } }],
    {},
    ['OUT_OF_RANGE layerKinds[0].attention.index.topTokens'],
  ],
  [
    'a window longer than the context',
    [{ count: 32, attention: { window: 131073 } }],
    {},
    ['OUT_OF_RANGE layerKinds[0].attention.window'],
  ],
])('refused: %s', (_, kinds, more, faults) => {
  expect(idsOf(faultsThrown(() => dense(kinds, more)))).toEqual(faults);
});

test('more parameters of the router in 32 bits than it has are refused', () => {
  const experts = { routed: 8, perToken: 2, intermediateSize: 1024, float32RouterParameters: 1e12 };
  expect(idsOf(faultsThrown(() => ModelSpec.mixtureOfExperts({ name: 'm', shape: SHAPE, experts })))).toEqual([
    'CONFLICTING_PROPERTIES experts.float32RouterParameters',
  ]);
});

test('numbers that are possible each, and together more than any model has, are refused', () => {
  const shape = { ...SHAPE, hiddenSize: 1e9, vocabularySize: 1e9 };
  expect(idsOf(faultsThrown(() => ModelSpec.dense({ name: 'm', shape })))).toEqual(['OUT_OF_RANGE']);
});

test('a cache and a choice of an earlier layer may be shared', () => {
  const model = dense(
    [
      { count: 16, attention: { index: INDEX } },
      { count: 16, attention: { sharesCache: true, index: { ...INDEX, shared: true } } },
    ],
    { layerOrder: order([0, 1], [1, 16], [0, 15]) },
  );
  const alone = dense([{ count: 32, attention: { index: INDEX } }]);
  expect(model.keyValueBytesPerToken(Precision.BF16) * 2).toBe(alone.keyValueBytesPerToken(Precision.BF16));
});

test.each(['XiaomiMiMo/MiMo-V2-Flash', 'deepseek-ai/DeepSeek-V4-Pro', 'deepseek-ai/DeepSeek-V3.2'])(
  'a file of %s with a window and a choice longer than its context is read as one that sees all of it',
  (start) => {
    const record = REAL_CONFIGS.find(({ name }) => name.toLowerCase().startsWith(start.toLowerCase()));
    const text = realConfig(record!.name);
    const long = text.replace(/("(?:sliding_window|index_topk)": *)\d+/g, '$11000000000');
    expect(long).not.toBe(text);
    const model = ModelSpec.fromHuggingFaceConfig('m', long);
    const seen = model.shape.layerKinds!.flatMap(({ attention }) => [attention?.window, attention?.index?.topTokens]);
    expect(Math.max(...seen.map((tokens) => tokens ?? 0))).toBeLessThanOrEqual(model.maxContextLength);
  },
);

describe('parameters that nothing describes', () => {
  const time = (model: ModelSpec) => {
    // Not vLLM, whose host takes longer for a step than such a model.
    const engine = InferenceEngine.TENSORRT_LLM;
    const plan = CapacityPlanner.plan({
      model,
      instanceType: GpuInstanceType.P5_48XLARGE,
      contextLength: 4096,
      engine,
    });
    return plan.decodeLatencyMs;
  };
  const plain = time(dense([{ count: 32, attention: {} }]));

  test('are read in every step, those of a table are not', () => {
    // 2e9 more bytes at 80 % of 3350 GB/s are 0.75 ms.
    expect(time(dense([{ count: 32, attention: {}, otherParameters: 1e9 / 32 }])) - plain).toBeCloseTo(0.75, 1);
    expect(time(dense([{ count: 32, attention: {} }], { otherParameters: 1e9 })) - plain).toBeCloseTo(0.75, 1);
    expect(time(dense([{ count: 32, attention: {} }], { lookupParameters: 1e9 }))).toBeCloseTo(plain, 6);
  });

  test('are counted in the memory of the weights', () => {
    const bytes = (more: Partial<DecoderShape>) =>
      dense([{ count: 32, attention: {} }], more).weightSize(Precision.BF16).bytes;
    for (const name of ['otherParameters', 'lookupParameters']) expect(bytes({ [name]: 1e9 }) - bytes({})).toBe(2e9);
  });
});

const size = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(1, 2, 4, 8, 64, 128) },
  { weight: 1, arbitrary: fc.constantFrom(0, 7, 1e6, 1e9, 1e12, 1e15, 1e300, -1, 0.5, NaN, Infinity) },
);
const hostileKind = fc.record(
  {
    count: fc.integer({ min: 1, max: 4 }),
    attention: fc.record(
      {
        ...{ heads: size, keyValueHeads: size, headSize: size, valueHeadSize: size, window: size, compression: size },
        ...{ sharesCache: fc.boolean(), matrixParameters: size },
        index: fc.record({ heads: size, headSize: size, topTokens: size, shared: fc.boolean() }),
        latent: fc.record({ keyValueRank: size, nopeHeadSize: size, ropeHeadSize: size, valueHeadSize: size }),
      },
      { requiredKeys: [] },
    ),
    state: fc.record(
      { heads: size, headSize: size, stateSize: size, matrixParameters: size, groups: size, convolutionChannels: size },
      { requiredKeys: ['heads', 'headSize', 'stateSize', 'matrixParameters'] },
    ),
    ...{ intermediateSize: size, norms: size, otherParameters: size, float32Parameters: size },
  },
  { requiredKeys: ['count'] },
);

test('whatever a list of layers says, it is refused by an error of ours, or all numbers of its plan are finite', () => {
  let planned = 0;
  fc.assert(
    fc.property(fc.array(hostileKind, { minLength: 1, maxLength: 4 }), (kinds) => {
      const layers = kinds.reduce((sum, { count }) => sum + count, 0);
      let text: string;
      try {
        const model = dense(kinds, { layers });
        const plan = CapacityPlanner.plan({ model, instanceType: GpuInstanceType.P5_48XLARGE, contextLength: 1024 });
        text = plan.explain() + JSON.stringify(plan.toJson());
      } catch (error) {
        expect(UnscopedValidationError.isValidationError(error)).toBe(true);
        return;
      }
      planned++;
      expect(text).not.toMatch(/NaN|Infinity|:null[,}](?<!"localStorage":null[,}])/);
    }),
    { numRuns: 3000 },
  );
  expect(planned).toBeGreaterThan(20);
});
