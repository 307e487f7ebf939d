import { nearNames } from './near-names';

/** Other names of GPUs, as tools and shops write them. None that several sizes of memory share. */
const ALIASES: { readonly [alias: string]: string } = {
  'A100-SXM4-40GB': 'A100-40GB',
  'A100-SXM4-80GB': 'A100-80GB',
  'A100-PCIE-80GB': 'A100-80GB-PCIE',
  'A800-SXM4-80GB': 'A800-80GB',
  A800: 'A800-80GB',
  'H100-80GB': 'H100',
  'H100-80GB-HBM3': 'H100',
  'H100-SXM': 'H100',
  'H100-SXM5': 'H100',
  'H100-NVL-94GB': 'H100-NVL',
  'H200-SXM': 'H200',
  'H200-141GB': 'H200',
  'H20-96GB': 'H20',
  'H20-3E': 'H20-141GB',
  'GH200-96GB': 'GH200',
  'GH200-480GB': 'GH200',
  '3090': 'RTX-3090',
  '4090': 'RTX-4090',
  '5090': 'RTX-5090',
  RTX3090: 'RTX-3090',
  RTX4090: 'RTX-4090',
  RTX5090: 'RTX-5090',
  A6000: 'RTX-A6000',
  '6000-ADA': 'RTX-6000-ADA',
  'RTX-6000-ADA-GENERATION': 'RTX-6000-ADA',
  'RTX-6000-PRO': 'RTX-PRO-6000',
  'RTX-PRO-6000-BLACKWELL': 'RTX-PRO-6000',
  'RTX-PRO-6000-BLACKWELL-SERVER-EDITION': 'RTX-PRO-6000',
  'RTX-PRO-6000-BLACKWELL-WORKSTATION-EDITION': 'RTX-PRO-6000',
  'RTX-PRO-4500-BLACKWELL': 'RTX-PRO-4500',
  'RTX-PRO-4500-BLACKWELL-SERVER-EDITION': 'RTX-PRO-4500',
  'DGX-SPARK': 'GB10',
  'JETSON-THOR': 'JETSON-AGX-THOR-128GB',
  'JETSON-AGX-THOR': 'JETSON-AGX-THOR-128GB',
  'JETSON-T5000': 'JETSON-AGX-THOR-128GB',
};

/** Names of makers and brands that drivers put before the name of the GPU. */
const BRANDS = /^(NVIDIA|AMD|TESLA|GEFORCE|INSTINCT|QUADRO)-/;

/**
 * The name by which the table has a GPU, if it has it: any case, `_`, blanks or `-`, with or without the brand, e.g.
 * `NVIDIA GeForce RTX 4090`.
 *
 * @internal
 */
export function canonicalGpuName(text: string): string {
  let name = text
    .trim()
    .toUpperCase()
    .replace(/[_\s]+/g, '-');
  while (BRANDS.test(name)) name = name.replace(BRANDS, '');
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
}

/** A known GPU, as far as a misspelled name is compared with it. */
interface KnownGpu {
  readonly name: string;
  readonly memoryGib: number;
}

/** How far the memory in a name may lie from what a GPU reports: 80 GB are 79.1 GiB, 24 GB are 22.03 GiB. */
const SAME_MEMORY = 0.1;

/**
 * The GPUs that a name that is not known may mean, each with its memory, best first. A model number is never guessed: `H20X` may mean an H20,
 * not an H200, whose memory is another. Where the name says how much memory it has, those with as much come first, and none if there is none.
 *
 * @internal
 */
export function nearGpus(text: string, known: readonly KnownGpu[]): string[] {
  const wanted = canonicalGpuName(text);
  const memory = memoryOf(wanted);
  const model = modelOf(wanted);
  if (wanted === '') return [];
  const has = (gpu: KnownGpu) => memory !== undefined && Math.abs(gpu.memoryGib / memory - 1) <= SAME_MEMORY;
  const candidates = model ? ofModel(model, known) : known;
  if (memory !== undefined && !candidates.some(has)) return [];
  const order = nearNames(
    wanted,
    candidates.map(({ name }) => name),
    candidates.length,
  );
  return order
    .flatMap((name) => candidates.filter((gpu) => gpu.name === name))
    .sort((a, b) => Number(has(b)) - Number(has(a)))
    .slice(0, 3)
    .map(({ name, memoryGib }) => `'${name}' (${Number(memoryGib.toFixed(1))} GiB)`);
}

/** A model: the letters and the digits that count, `H` and `20` of `H20-96GB`; cards of some series have digits alone. */
interface Model {
  readonly letters: string;
  readonly digits: string;
}

function modelOf(name: string): Model | undefined {
  const [, letters, digits] = /([A-Z]*)(\d+)/.exec(name.replace(/\d+(G|GB|GIB)$/, '')) ?? [];
  return digits === undefined ? undefined : { letters, digits };
}

/** GPUs of a model or, if there are none, of the one that has a digit less: a key that was hit twice. Never of one that has more. */
function ofModel(model: Model, known: readonly KnownGpu[]): readonly KnownGpu[] {
  const same = known.filter(({ name }) => isModel(model, modelOf(name)));
  if (same.length > 0) return same;
  const digits = Array.from(model.digits, (_, i) => model.digits.slice(0, i) + model.digits.slice(i + 1));
  const shorter = digits.map((each) => ({ letters: model.letters, digits: each }));
  return known.filter(({ name }) => shorter.some((each) => each.letters !== '' && isModel(each, modelOf(name))));
}

function isModel(wanted: Model, known: Model | undefined): boolean {
  if (known?.digits !== wanted.digits) return false;
  return known.letters === wanted.letters || known.letters === '' || wanted.letters === '';
}

/** Gigabytes at the end of a name. */
function memoryOf(name: string): number | undefined {
  const gigabytes = /(?:^|-)(\d+)(G|GB|GIB)(-|$)/.exec(name)?.[1];
  return gigabytes === undefined ? undefined : Number(gigabytes);
}
