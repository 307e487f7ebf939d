import * as fc from 'fast-check';
import { ModelSpec, SpeculativeDecoding, SpeculativeMethod } from '../../lib/planning';
import { speculationFromJson, speculationToJson } from '../../lib/planning/speculation-json';
import { UnscopedValidationError } from '../../lib/units/errors';
import { DataSize } from '../../lib/units';

const faultsOf = (call: () => unknown) => {
  try {
    call();
  } catch (error) {
    return (error as UnscopedValidationError).faults.map(({ id, property }) => `${id} ${property}`);
  }
  return [];
};

test.each([
  [{ tokens: 0 }, ['NOT_A_WHOLE_NUMBER tokens']],
  [{ tokens: 1.5 }, ['NOT_A_WHOLE_NUMBER tokens']],
  [{ tokens: 65 }, ['NOT_A_WHOLE_NUMBER tokens']],
  [{ tokens: NaN, acceptanceRate: -0.1 }, ['NOT_A_WHOLE_NUMBER tokens', 'OUT_OF_RANGE acceptanceRate']],
  [{ tokens: 1, acceptanceRate: NaN }, ['OUT_OF_RANGE acceptanceRate']],
  [{ tokens: 1, acceptanceRate: 1.01 }, ['OUT_OF_RANGE acceptanceRate']],
])('%j is refused', (props, expected) => {
  expect(faultsOf(() => SpeculativeDecoding.mtp(props))).toEqual(expected);
  expect(faultsOf(() => SpeculativeDecoding.nGram(props))).toEqual(expected);
});

test('a step gives the accepted tokens and one more, from 1 to 1 + tokens', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.double({ min: 0, max: 1, noNaN: true }), (tokens, rate) => {
      const length = SpeculativeDecoding.mtp({ tokens, acceptanceRate: rate }).acceptanceLength;
      expect(length).toBeGreaterThanOrEqual(1);
      expect(length).toBeLessThanOrEqual(1 + tokens);
    }),
  );
  // DeepSeek-V3's report: the second token is accepted in 85 to 90 %, so that 1.8 times as many tokens come out (arXiv 2412.19437, 5.4.3).
  expect(SpeculativeDecoding.mtp({ tokens: 1, acceptanceRate: 0.85 }).acceptanceLength).toBe(1.85);
  // As if each were accepted in 68 % of the cases in which those before it were; nothing is claimed of other methods.
  expect(SpeculativeDecoding.mtp({ tokens: 1 }).acceptanceLength).toBeCloseTo(1.68, 9);
  expect(SpeculativeDecoding.mtp({ tokens: 4 }).acceptanceLength).toBeCloseTo(2.6706, 3);
  expect(SpeculativeDecoding.nGram({ tokens: 4 }).acceptanceLength).toBe(1);
});

const ALL = [
  SpeculativeDecoding.mtp({ tokens: 2, acceptanceRate: 0.5 }),
  SpeculativeDecoding.nGram({ tokens: 5 }),
  SpeculativeDecoding.draftModel({ model: ModelSpec.of('llama-3.2-1b'), tokens: 3, path: '/models/draft' }),
  SpeculativeDecoding.eagle3({ tokens: 3, draftVocabularySize: 32000 }),
  SpeculativeDecoding.eagle3({ tokens: 3, name: 'head', version: '2', size: DataSize.gib(1) }),
];

test.each(ALL.map((each) => [String(each), each] as const))('%s is the same read back from its JSON', (_, each) => {
  const json: unknown = JSON.parse(JSON.stringify(speculationToJson(each)));
  expect(speculationToJson(speculationFromJson(json))).toEqual(json);
  expect(speculationFromJson(json)).toEqual(each);
});

test('a JSON of another method is refused', () => {
  expect(faultsOf(() => speculationFromJson({ method: 'medusa', tokens: 1 }))).toEqual(['UNKNOWN_VALUE method']);
  expect([...new Set(ALL.map(({ method }) => method))].sort()).toEqual(Object.values(SpeculativeMethod).sort());
});
