import { readFileSync } from 'fs';
import { VllmNameKind, VllmNameState, vllmName } from '../../lib/catalog/vllm-names';
import { deprecationFaults } from '../../lib/planning/vllm-name-faults';
import { VllmVersion } from '../../lib/serving/vllm/vllm-version';

/** Why the engine refuses a name; null where it takes it. */
type Refusals = { readonly [name: string]: string | null };

/** What refusals.py was told by the engine, in the run of scripts/test-engine.mjs. */
const told = JSON.parse(readFileSync(process.env.ENGINE_REFUSED as string, 'utf8')) as {
  readonly version: string;
  readonly arguments: Refusals;
  readonly methods: Refusals;
  readonly formats: Refusals;
};
const vllm = new VllmVersion(told.version);

function isMissing(kind: VllmNameKind, name: string): boolean {
  return vllmName(kind, name, told.version).state === VllmNameState.MISSING;
}

/** Names that it refuses and we do not, and the other way around. */
function differences(refusals: Refusals, isRefused: (name: string) => boolean): string[] {
  return Object.entries(refusals)
    .filter(([name, refusal]) => (refusal !== null) !== isRefused(name))
    .map(([name, refusal]) => `${name}: ${refusal ?? 'taken'}`);
}

test('the engine is the one that the environment pins', () => {
  expect(told.version).toBe(process.env.ENGINE_VERSION);
});

test('it refuses the arguments that we refuse, and no others', () => {
  expect(Object.keys(told.arguments).length).toBeGreaterThan(300);
  expect(differences(told.arguments, (name) => isMissing(VllmNameKind.ARGUMENT, name))).toEqual([]);
  for (const name of ['swap_space', 'max_lora_rnk', 'disable_log_requests', 'max_num_queued_reqs'])
    expect(told.arguments[name]).toMatch(/^TypeError: .* unexpected keyword argument/);
});

test('it refuses the methods of quantization that we refuse, and no others', () => {
  const isRefused = (name: string) =>
    isMissing(VllmNameKind.QUANTIZATION, name) || deprecationFaults(name, undefined, vllm).length > 0;
  expect(Object.keys(told.methods).length).toBeGreaterThan(50);
  expect(differences(told.methods, isRefused)).toEqual([]);
  for (const name of ['gguf', 'hqq', 'ipex', 'quux']) expect(told.methods[name]).toMatch(/Unknown quantization method/);
  expect(told.methods.fbgemm_fp8).toMatch(/deprecated/);
});

test('it refuses the formats of the cache that we refuse, and no others', () => {
  expect(differences(told.formats, (name) => isMissing(VllmNameKind.CACHE_FORMAT, name))).toEqual([]);
  expect(told.formats.nvfp4_4over6).not.toBeNull();
});

test('a name that differs would be found', () => {
  expect(differences({ swap_space: null, watermark: 'TypeError' }, (name) => name === 'swap_space')).toHaveLength(2);
});
