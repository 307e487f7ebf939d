import { editDistance, nearNames } from './near-names';
import { ownValue } from '../units/own-value';

/** Other names of GPUs, as tools and shops write them. None that several sizes of memory share. */
const ALIASES: { readonly [alias: string]: string } = {
  'A100-SXM4-40GB': 'A100-40GB',
  'A100-SXM4-80GB': 'A100-80GB',
  'A100-PCIE-80GB': 'A100-80GB-PCIE',
  'A800-SXM4-80GB': 'A800-80GB',
  A800: 'A800-80GB',
  'V100-SXM2-16GB': 'V100-16GB',
  'V100-SXM2-32GB': 'V100-32GB',
  'V100-SXM3-32GB': 'V100-32GB',
  'H100-80GB-HBM3': 'H100',
  'H100-80GB-PCIE': 'H100-PCIE',
  'H100-SXM': 'H100',
  'H100-SXM5': 'H100',
  'H100-NVL-94GB': 'H100-NVL',
  'H200-SXM': 'H200',
  'H20-3E': 'H20-141GB',
  'GH200-480GB': 'GH200',
  '3090': 'RTX-3090',
  '4090': 'RTX-4090',
  '5090': 'RTX-5090',
  A6000: 'RTX-A6000',
  '6000-ADA': 'RTX-6000-ADA',
  'RTX-6000-ADA-GENERATION': 'RTX-6000-ADA',
  'RTX-6000-PRO': 'RTX-PRO-6000',
  'RTX-PRO-6000-BLACKWELL': 'RTX-PRO-6000',
  'RTX-PRO-6000-BLACKWELL-SERVER-EDITION': 'RTX-PRO-6000',
  'RTX-PRO-6000-BLACKWELL-WORKSTATION-EDITION': 'RTX-PRO-6000',
  'RTX-PRO-4500-BLACKWELL': 'RTX-PRO-4500',
  'RTX-PRO-4500-BLACKWELL-SERVER-EDITION': 'RTX-PRO-4500',
  SPARK: 'GB10',
  THOR: 'JETSON-AGX-THOR-128GB',
  'AGX-THOR': 'JETSON-AGX-THOR-128GB',
  'JETSON-THOR': 'JETSON-AGX-THOR-128GB',
  'JETSON-AGX-THOR': 'JETSON-AGX-THOR-128GB',
  'JETSON-AGX-THOR-DEVELOPER-KIT': 'JETSON-AGX-THOR-128GB',
  'JETSON-T5000': 'JETSON-AGX-THOR-128GB',
};

/** Names of makers, brands and systems that are put before the name of the GPU. */
const BRANDS = /^(NVIDIA|AMD|TESLA|GEFORCE|INSTINCT|QUADRO|HGX|DGX)-/;

function plainName(text: string): string {
  let name = text
    .trim()
    .toUpperCase()
    .replace(/[_\s]+/g, '-');
  while (BRANDS.test(name)) name = name.replace(BRANDS, '');
  return name;
}

/**
 * The name of the GPU that is meant: as the table has it, with hyphens elsewhere (`RTX4090`, `H 20`), or with its memory behind it (`L4-24GB`).
 *
 * @internal
 */
export function knownGpuName(text: string, known: readonly KnownGpu[]): string | undefined {
  const wanted = plainName(text);
  const [, model, size] = SIZED.exec(wanted) ?? [];
  return (
    named(wanted, known)?.name ?? [named(model ?? '', known)].find((gpu) => gpu && hasMemory(gpu, Number(size)))?.name
  );
}

/** A name with a size of memory at its end. */
const SIZED = /^(.+)-(\d+)(?:G|GB|GIB)$/;

function named(wanted: string, known: readonly KnownGpu[]): KnownGpu | undefined {
  const joined = wanted.replace(/-/g, '');
  const alias = Object.keys(ALIASES).find((each) => each.replace(/-/g, '') === joined);
  return known.find(({ name }) => name.replace(/-/g, '') === joined || name === (alias && ALIASES[alias]));
}

/**
 * A known GPU, as far as a name is compared with it.
 *
 * @internal
 */
export interface KnownGpu {
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
  const wanted = plainName(text).replace(/^([A-Z])-(?=\d)/, '$1');
  // GPUs of laptops have the number of a card, and less memory.
  if (wanted === '' || /LAPTOP|MOBILE/.test(wanted)) return [];
  const memory = memoryOf(wanted);
  const model = modelOf(wanted);
  const candidates = (model ? ofModel(model, known) : ofWords(wanted, known)).filter(
    (gpu) => memory === undefined || hasMemory(gpu, memory),
  );
  // A card of a series is a variant of those all of whose words it has, not of others with that number.
  const words = wanted.split('-');
  const variants = candidates.filter(({ name }) => name.split('-').every((word) => words.includes(word)));
  const names = (variants.length > 0 ? variants : candidates).map(({ name }) => name);
  return nearNames(wanted, names, 3)
    .flatMap((name) => candidates.filter((gpu) => gpu.name === name))
    .map(({ name, memoryGib }) => `'${name}' (${Number(memoryGib.toFixed(1))} GiB)`);
}

function hasMemory({ memoryGib }: KnownGpu, gigabytes: number): boolean {
  return Math.abs(memoryGib / gigabytes - 1) <= SAME_MEMORY;
}

/** Without a number: those that share a long word, or are written alike. */
function ofWords(wanted: string, known: readonly KnownGpu[]): readonly KnownGpu[] {
  const words = wanted.split('-').filter((word) => word.length > 3);
  return known.filter(
    ({ name }) => words.some((word) => name.split('-').includes(word)) || editDistance(wanted, name) < 2,
  );
}

/** A model: the letters and the digits that count, `H` and `20` of `H20-96GB`; cards of some series have digits alone. */
interface Model {
  readonly letters: string;
  readonly digits: string;
}

function modelOf(name: string): Model | undefined {
  const [, letters, digits] = /([A-Z]*)(\d+)/.exec(name.replace(/(^|-)\d+(G|GB|GIB)$/, '')) ?? [];
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

/** Gigabytes of GPUs that are not in the table, and that are named like one which is. */
const OTHER_MEMORY: { readonly [name: string]: number | undefined } = { MI300A: 128 };

/** Gigabytes at the end of a name. */
function memoryOf(name: string): number | undefined {
  const gigabytes = /(?:^|-)(\d+)(G|GB|GIB)(-|$)/.exec(name)?.[1];
  return gigabytes === undefined ? ownValue(OTHER_MEMORY, name) : Number(gigabytes);
}
