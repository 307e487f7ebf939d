import { DecoderShape, LayerKind, ModelSpec, Precision } from '../../lib/catalog';
import { faultsThrown, idsOf } from '../support/faults';

const STATE = { heads: 32, headSize: 128, stateSize: 128, groups: 16, matrixParameters: 2048 * 12352 + 4096 * 2048 };
const SHAPE: DecoderShape = {
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 16,
  keyValueHeads: 2,
  headSize: 256,
  intermediateSize: 5120,
  vocabularySize: 151936,
  maxContextLength: 262144,
  experts: { routed: 512, perToken: 10, intermediateSize: 512, sharedIntermediateSize: 512, sharedGate: true },
};
/** Qwen3-Next-80B-A3B: three layers of gated delta rule to one of attention. */
const KINDS: LayerKind[] = [
  { count: 36, state: STATE, experts: true },
  { count: 12, attention: { outputGate: true }, experts: true },
];
const hybrid = (more: Partial<DecoderShape> = {}) =>
  ModelSpec.mixtureOfExperts({ name: 'hybrid', shape: { ...SHAPE, layerKinds: KINDS, ...more } });
const dense = (layerKinds: LayerKind[], more: Partial<DecoderShape> = {}) =>
  ModelSpec.dense({ name: 'kinds', shape: { ...SHAPE, experts: undefined, layerKinds, ...more } });

describe('kinds of layers by hand', () => {
  test('only attention takes room per token, only states per sequence', () => {
    const model = hybrid();
    expect(model.keyValueBytesPerToken(Precision.BF16)).toBe(12 * 2 * 2 * 256 * 2);
    // 8192 channels of 3 tokens in 16 bits, 32 × 128 × 128 values in 32.
    expect(model.stateBytesPerSequence(Precision.BF16)).toBe(36 * (8192 * 3 * 2 + 32 * 128 * 128 * 4));
    expect(model.parameters / 1e9).toBeCloseTo(79.6, 0);
  });

  test('a list of one kind is the plain model', () => {
    const { LLAMA_3_1_8B: plain, DEEPSEEK_V3: latent } = ModelSpec;
    const shape = { ...plain.shape, layerKinds: [{ count: 32, attention: {}, intermediateSize: 14336 }] };
    const same = ModelSpec.dense({ name: 'same', shape });
    expect(same.parameters).toBe(plain.parameters);
    expect(same.keyValueBytesPerToken(Precision.FP8)).toBe(plain.keyValueBytesPerToken(Precision.FP8));
    expect(same.weightSize(Precision.INT4).bytes).toBe(plain.weightSize(Precision.INT4).bytes);
    const attention = { latent: latent.latentAttention };
    const { firstDenseLayers: _, ...experts } = latent.experts!;
    const layerKinds = [
      { count: 3, attention, intermediateSize: 18432 },
      { count: 58, attention, experts: true },
    ];
    const { latentAttention: __, ...rest } = latent.shape;
    const listed = ModelSpec.mixtureOfExperts({ name: 'listed', shape: { ...rest, experts, layerKinds } });
    expect(listed.parameters).toBe(latent.parameters);
    expect(listed.checkpointSize(Precision.FP8_BLOCK).bytes).toBe(latent.checkpointSize(Precision.FP8_BLOCK).bytes);
    expect(listed.latentAttention).toEqual(latent.latentAttention);
  });

  test.each<[string, LayerKind[], number]>([
    ['values of another width', [{ count: 48, attention: { valueHeadSize: 128 } }], 48 * 2 * (256 + 128) * 2],
    ['keys that serve as values, kept twice', [{ count: 48, attention: { sharesValues: true } }], 48 * 2 * 512 * 2],
    [
      'caches shared with earlier layers',
      [
        { count: 20, attention: {} },
        { count: 28, attention: { sharesCache: true } },
      ],
      20 * 2 * 512 * 2,
    ],
    [
      'two head sizes',
      [
        { count: 40, attention: { keyValueHeads: 16, heads: 32, window: 1024 } },
        { count: 8, attention: { heads: 32, keyValueHeads: 4, headSize: 512 } },
      ],
      (40 * 16 * 512 + 8 * 4 * 1024) * 2,
    ],
    [
      'an index beside latent attention',
      [
        {
          count: 48,
          attention: {
            latent: { keyValueRank: 512, queryRank: 1536, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128 },
            index: { heads: 64, headSize: 128, topTokens: 2048 },
          },
        },
      ],
      48 * (576 * 2 + 132),
    ],
    [
      'layers that mix nothing',
      [
        { count: 47, intermediateSize: 10 },
        { count: 1, attention: {} },
      ],
      2 * 512 * 2,
    ],
  ])('%s', (_, kinds, bytes) => {
    expect(dense(kinds).keyValueBytesPerToken(Precision.BF16)).toBe(bytes);
  });

  test('projections that are not used add parameters', () => {
    const sharing = (more: object) => [
      { count: 24, attention: {} },
      { count: 24, attention: { sharesCache: true, ...more } },
    ];
    expect(dense(sharing({ unusedProjections: true })).parameters).toBeGreaterThan(dense(sharing({})).parameters);
  });

  test.each<[string, LayerKind, LayerKind]>([
    ['an output gate', { count: 48, attention: {} }, { count: 48, attention: { outputGate: true } }],
    ['a state beside attention', { count: 48, attention: {} }, { count: 48, attention: {}, state: STATE }],
    ['other parameters', { count: 48, attention: {} }, { count: 48, attention: {}, otherParameters: 1 }],
  ])('%s adds parameters', (_, few, many) => {
    expect(dense([many]).parameters).toBeGreaterThan(dense([few]).parameters);
  });

  const attention = { count: 48, attention: {} };
  test.each<[string, Partial<DecoderShape>, string[]]>([
    ['no kinds', { layerKinds: [] }, ['OUT_OF_RANGE layerKinds']],
    ['too many kinds', { layerKinds: Array.from({ length: 200 }, () => attention) }, ['OUT_OF_RANGE layerKinds']],
    [
      'counts that do not add up',
      { layerKinds: [{ count: 47, attention: {} }] },
      ['CONFLICTING_PROPERTIES layerKinds'],
    ],
    ['no layer', { layerKinds: [{ ...attention, count: 0 }] }, ['NOT_A_WHOLE_NUMBER layerKinds[0].count']],
    ['half a layer', { layerKinds: [{ ...attention, count: 0.5 }] }, ['NOT_A_WHOLE_NUMBER layerKinds[0].count']],
    [
      'nothing that mixes tokens',
      { layerKinds: [{ count: 48, intermediateSize: 8 }] },
      ['CONFLICTING_PROPERTIES layerKinds'],
    ],
    [
      'experts of none',
      { layerKinds: [{ ...attention, experts: true }] },
      ['CONFLICTING_PROPERTIES layerKinds[0].experts'],
    ],
    [
      'a window as well',
      { layerKinds: [attention], slidingWindow: { tokens: 8, layers: 8 } },
      ['CONFLICTING_PROPERTIES slidingWindow'],
    ],
    [
      'an order of other layers',
      { layerKinds: [attention], layerOrder: [0, 0] },
      ['CONFLICTING_PROPERTIES layerOrder'],
    ],
    [
      'an order of kinds that are not there',
      { layerKinds: [attention], layerOrder: Array.from({ length: 48 }, () => 1) },
      ['CONFLICTING_PROPERTIES layerOrder'],
    ],
    ['an order without kinds', { layerOrder: [0] }, ['CONFLICTING_PROPERTIES layerOrder']],
    [
      'a window longer than the context',
      { layerKinds: [{ count: 48, attention: { window: 262145 } }] },
      ['OUT_OF_RANGE layerKinds[0].attention.window'],
    ],
    [
      'a window longer than the context of a plain model',
      { slidingWindow: { tokens: 262145, layers: 48 } },
      ['OUT_OF_RANGE slidingWindow.tokens'],
    ],
    [
      'heads that do not divide',
      { layerKinds: [{ count: 48, attention: { heads: 7 } }] },
      ['CONFLICTING_PROPERTIES layerKinds[0].attention.keyValueHeads'],
    ],
    [
      'a state of 4 bits',
      { layerKinds: [{ count: 48, state: { ...STATE, stateBits: 4 } }] },
      ['OUT_OF_RANGE layerKinds[0].state.stateBits'],
    ],
    [
      'a huge head',
      { layerKinds: [{ count: 48, attention: { headSize: 1e10 } }] },
      ['NOT_A_WHOLE_NUMBER layerKinds[0].attention.headSize'],
    ],
    [
      'no number',
      { layerKinds: [{ count: 48, attention: { headSize: NaN } }] },
      ['NOT_A_WHOLE_NUMBER layerKinds[0].attention.headSize'],
    ],
  ])('%s is refused', (_, more, ids) => {
    const shape = { ...SHAPE, experts: undefined, ...more };
    expect(idsOf(faultsThrown(() => ModelSpec.dense({ name: 'kinds', shape })))).toEqual(ids);
  });
});
