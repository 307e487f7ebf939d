import { readFileSync } from 'fs';
import * as path from 'path';
import { VllmNameKind, VllmNameState, isVllmRead, vllmName, vllmNames, vllmRead } from '../../lib/catalog/vllm-names';
import { vllmValues } from '../../lib/catalog/vllm-values';
import { TritonRelease } from '../../lib/catalog/serving-engine';
import { VllmRelease } from '../../lib/catalog/vllm-release';

type Recorded = { readonly [key: string]: string };

/** Names as the wheels of PyPI have them, by version: scripts/vllm-names/read.py. */
const RECORDED = JSON.parse(readFileSync(path.join(__dirname, 'fixtures/vllm-names.json'), 'utf8')) as {
  readonly [version: string]: Recorded;
};
const KEYS: { readonly [kind in VllmNameKind]: string } = {
  [VllmNameKind.ARGUMENT]: 'engineArguments',
  [VllmNameKind.QUANTIZATION]: 'quantization',
  [VllmNameKind.DEPRECATED_QUANTIZATION]: 'deprecatedQuantization',
  [VllmNameKind.CACHE_FORMAT]: 'cacheFormats',
  [VllmNameKind.FLAG]: 'flags',
  [VllmNameKind.ARGUMENT_CHOICE]: 'choices',
  [VllmNameKind.ARGUMENT_KIND]: 'kinds',
};
const OF_VALUES = [VllmNameKind.ARGUMENT_CHOICE, VllmNameKind.ARGUMENT_KIND];
const KINDS = Object.values(VllmNameKind).filter((kind) => ![VllmNameKind.FLAG, ...OF_VALUES].includes(kind));

function words(text: string): string[] {
  return text.split(' ').filter(Boolean).sort();
}

/** Flags of the same wheels, by version: scripts/vllm-names/read_flags.py. */
const FLAGS = JSON.parse(readFileSync(path.join(__dirname, 'fixtures/vllm-flags.json'), 'utf8')) as typeof RECORDED;

/** Values of arguments of the same wheels, by version: scripts/vllm-names/read_values.py. */
const VALUES = JSON.parse(readFileSync(path.join(__dirname, 'fixtures/vllm-values.json'), 'utf8')) as typeof RECORDED;

/** The names of a kind in a version are those of its wheel, and no others of the recording. */
function expectNames(recorded: typeof RECORDED, kind: VllmNameKind, version: string): void {
  const own = words(recorded[version][KEYS[kind]]);
  expect(vllmNames(kind, version)).toEqual(own);
  const all = new Set(Object.values(recorded).flatMap((each) => words(each[KEYS[kind]])));
  for (const name of all) {
    const expected = own.includes(name) ? VllmNameState.PRESENT : VllmNameState.MISSING;
    expect([name, vllmName(kind, name, version).state]).toEqual([name, expected]);
  }
}

describe.each(Object.keys(RECORDED))('vLLM %s', (version) => {
  test.each(KINDS)('has the names of its wheel, and no others: %s', (kind) => expectNames(RECORDED, kind, version));
});

test.each(Object.keys(FLAGS))('vLLM %s has the flags of its wheel, and no others', (version) => {
  expectNames(FLAGS, VllmNameKind.FLAG, version);
});

describe.each(Object.keys(VALUES))('vLLM %s', (version) => {
  test.each(OF_VALUES)('takes the values of its wheel, and no others: %s', (kind) =>
    expectNames(VALUES, kind, version),
  );

  test('of arguments that it has', () => {
    const known = vllmNames(VllmNameKind.ARGUMENT_KIND, version).map((each) => each.split(':')[0]);
    expect(
      known.filter((name) => vllmName(VllmNameKind.ARGUMENT, name, version).state !== VllmNameState.PRESENT),
    ).toEqual([]);
    const chosen = vllmNames(VllmNameKind.ARGUMENT_CHOICE, version).map((each) => each.split('=')[0]);
    expect(chosen.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test.each(['0.15.1', '0.19.0', '0.24.0', '0.28.0', '0.32.0', '0.33.0'])(
  'the parser of vLLM %s says the same',
  (version) => {
    const file = path.join(__dirname, '..', 'serving', 'vllm', 'fixtures', `arguments-${version}.json`);
    const { flags } = JSON.parse(readFileSync(file, 'utf8')) as { readonly flags: string[] };
    const listed = vllmNames(VllmNameKind.FLAG, version);
    // 0.33 also takes `--disable-x` as the opposite of `--enable-x`, and the other way around, beside those that are flags of their own.
    const swapped = (flag: string) =>
      flag.replace(/^--(enable|disable)-/, (_, verb) => (verb === 'enable' ? '--disable-' : '--enable-'));
    const isOpposite = (flag: string) =>
      (flag.startsWith('--no-') && flags.includes(`--${flag.slice(5)}`)) ||
      (swapped(flag) !== flag && flags.includes(swapped(flag)) && !listed.includes(flag.slice(2)));
    const own = flags.filter((flag) => !isOpposite(flag) && flag !== '--help').map((flag) => flag.slice(2));
    expect(listed).toEqual(own);
  },
);

test('every release of ours has a vLLM that was read', () => {
  const versions = [...TritonRelease.ALL, ...VllmRelease.ALL].map(({ vllmVersion }) => vllmVersion);
  expect(versions.filter((version) => !isVllmRead(VllmNameKind.ARGUMENT, version))).toEqual([]);
  const servers = VllmRelease.ALL.map(({ vllmVersion }) => vllmVersion);
  const unread = (kind: VllmNameKind) => servers.filter((version) => !isVllmRead(kind, version));
  expect([VllmNameKind.FLAG, ...OF_VALUES].flatMap(unread)).toEqual([]);
});

test.each<[string, VllmNameKind, string, VllmNameState]>([
  // Between 0.17.1, which has it, and 0.18.0, which lacks it.
  ['swap_space', VllmNameKind.ARGUMENT, '0.17.2', VllmNameState.UNKNOWN],
  ['swap_space', VllmNameKind.ARGUMENT, '0.18.5', VllmNameState.MISSING],
  ['swap_space', VllmNameKind.ARGUMENT, '0.99.0', VllmNameState.MISSING],
  // Between 0.28.0, which lacks it, and 0.29.0, which has it.
  ['max_num_queued_reqs', VllmNameKind.ARGUMENT, '0.28.1', VllmNameState.UNKNOWN],
  ['max_num_queued_reqs', VllmNameKind.ARGUMENT, '0.27.5', VllmNameState.MISSING],
  ['max_num_queued_reqs', VllmNameKind.ARGUMENT, '0.99.0', VllmNameState.PRESENT],
  ['max_model_len', VllmNameKind.ARGUMENT, '0.24.1', VllmNameState.PRESENT],
  ['max_model_len', VllmNameKind.ARGUMENT, '0.4.0', VllmNameState.UNKNOWN],
  ['nonsense', VllmNameKind.ARGUMENT, '0.24.0', VllmNameState.MISSING],
  ['nonsense', VllmNameKind.ARGUMENT, '0.24.1', VllmNameState.UNKNOWN],
  ['gguf', VllmNameKind.QUANTIZATION, '0.24.0', VllmNameState.MISSING],
  ['bitsandbytes', VllmNameKind.QUANTIZATION, '0.28.0', VllmNameState.MISSING],
  ['hqq', VllmNameKind.QUANTIZATION, '0.15.1', VllmNameState.MISSING],
  ['ipex', VllmNameKind.QUANTIZATION, '0.24.0', VllmNameState.MISSING],
  ['quux', VllmNameKind.QUANTIZATION, '0.15.1', VllmNameState.MISSING],
  ['nvfp4', VllmNameKind.CACHE_FORMAT, '0.19.1', VllmNameState.MISSING],
  ['nvfp4', VllmNameKind.CACHE_FORMAT, '0.20.0', VllmNameState.PRESENT],
])('%s (%s) in vLLM %s: %s', (name, kind, version, expected) => {
  expect(vllmName(kind, name, version).state).toBe(expected);
});

test('says since and until when a name is there', () => {
  expect(vllmName(VllmNameKind.QUANTIZATION, 'gguf', '0.24.0')).toMatchObject({ since: '0.5.5', until: '0.23.0' });
  expect(vllmRead(VllmNameKind.QUANTIZATION)).toEqual({ first: '0.5.5', last: '0.33.0' });
});

test('says what an argument takes', () => {
  expect(vllmValues('scheduling_policy', '0.24.0')).toEqual({
    kind: 'text',
    bounds: [],
    choices: ['fcfs', 'priority'],
  });
  expect(vllmValues('watermark', '0.24.0')?.bounds).toEqual([
    { sign: '>=', limit: 0 },
    { sign: '<', limit: 1 },
  ]);
  expect(vllmValues('max_lora_rank', '0.24.0')?.choices).toContain('64');
  expect(vllmValues('load_format', '0.23.0')?.choices).toContain('gguf');
  expect(vllmValues('load_format', '0.24.0')?.choices).not.toContain('gguf');
  // Versions before the first that was read say nothing.
  expect(vllmValues('scheduling_policy', '0.13.0')).toBeUndefined();
});
