import { onnxBounds } from '../catalog/onnx-runtime-releases';
import { ReleaseAdvisory } from '../catalog/release-advisories';
import { ServerImage, serverImage } from '../catalog/server-image';
import { versionFault } from '../catalog/version-text';
import { VllmNameKind, vllmNames } from '../catalog/vllm-names';
import { fault } from '../units/fault';
import { tableText } from '../units/text-table';
import { Arguments } from './arguments';
import { ModelVerdict, deployedModels, verdictOf } from './upgrade-files';

/**
 * What changes between two releases of a server.
 *
 * @internal
 */
interface Change {
  readonly from: ServerImage;
  readonly to: ServerImage;
  readonly goes: { readonly [kind: string]: readonly string[] };
  readonly comes: { readonly [kind: string]: readonly string[] };
  readonly cured: readonly ReleaseAdvisory[];
  /** Vulnerabilities that the new release has and the old one has not. */
  readonly caught: readonly ReleaseAdvisory[];
  readonly stillOpen: readonly ReleaseAdvisory[];
  /** Why the driver of the nodes does not run the new release. */
  readonly driver: readonly string[];
  readonly models: readonly ModelVerdict[];
}

/** What names are for, as it is printed. */
const KINDS: { readonly [kind: string]: VllmNameKind } = {
  'engine arguments': VllmNameKind.ARGUMENT,
  quantization: VllmNameKind.QUANTIZATION,
  'cache formats': VllmNameKind.CACHE_FORMAT,
};

/** What names are for that are on their way out: only what comes is of interest. */
const DEPRECATED = {
  'quantization that is refused without allow_deprecated_quantization': VllmNameKind.DEPRECATED_QUANTIZATION,
};

/**
 * The `upgrade` command: what goes and what comes between two releases, and which models would no longer load.
 *
 * @param args the arguments
 * @param readFile the text of a file
 * @returns what is printed, and whether nothing stands against the upgrade: every model loads, the driver is new enough, and nothing that the
 * verdict needs is unknown
 * @throws UnscopedValidationError with everything that is wrong with the arguments
 *
 * @internal
 */
export function upgrade(
  args: Arguments,
  readFile: (path: string) => string,
): { readonly output: string; readonly isSafe: boolean } {
  const vllm = args.text('vllm');
  if (vllm !== undefined) args.faults.push(...versionFault('--vllm', vllm, '0.31.0'));
  const [from, to] = [imageOf(args, 'from'), imageOf(args, 'to', vllm)];
  const driver = args.number('driver');
  const models = args.attempt(undefined, () => deployedModels(args.all('plan'), readFile, '--plan')) ?? [];
  args.throwIfFaulty();
  const change = changeOf(from as ServerImage, to as ServerImage, driver, models);
  const unjudged = change.to.vllm === undefined || change.to.cuda === undefined;
  const isSafe =
    !unjudged &&
    change.driver.length === 0 &&
    change.models.every(({ faults, unknown }) => faults.length + unknown.length === 0);
  return { output: args.has('json') ? jsonText(change) : changeText(change), isSafe };
}

function imageOf(args: Arguments, option: string, vllm?: string): ServerImage | undefined {
  // As `plan --engine` spells it, too.
  const name = args.text(option)?.replace(/^vllm-(?=v?\d)/i, '');
  if (name !== undefined) return args.attempt(`--${option}`, () => serverImage(name, vllm));
  if (!args.faults.some(({ property }) => property === `--${option}`)) {
    const reason = `give --${option}, the release of the server, for example --${option} 26.07 (Triton) or 0.24.0 (vLLM)`;
    args.faults.push(fault('MISSING_PROPERTY', `--${option}`, reason));
  }
  return undefined;
}

function changeOf(
  from: ServerImage,
  to: ServerImage,
  driver: number | undefined,
  models: Parameters<typeof verdictOf>[0][],
): Change {
  const ids = (image: ServerImage) => new Set(image.advisories.map(({ id }) => id));
  const [before, after] = [ids(from), ids(to)];
  const isOld = driver !== undefined && to.minimumDriver !== undefined && driver < to.minimumDriver;
  return {
    ...{ from, to, goes: namesOnlyIn(from, to), comes: namesOnlyIn(to, from, { ...KINDS, ...DEPRECATED }) },
    // Without the version of vLLM its vulnerabilities are neither cured nor open.
    cured: from.advisories.filter(
      ({ id, component }) => !after.has(id) && (to.vllm !== undefined || component === 'Triton'),
    ),
    caught: to.advisories.filter(({ id }) => !before.has(id)),
    stillOpen: to.advisories.filter(({ id }) => before.has(id)),
    driver: isOld
      ? [`${to.text} needs driver ${to.minimumDriver} or later, but the nodes have ${driver}; upgrade the nodes first`]
      : [],
    models: models.map((model) => verdictOf(model, from, to)),
  };
}

function namesOnlyIn(one: ServerImage, other: ServerImage, kinds = KINDS): { [kind: string]: string[] } {
  const { vllm } = one;
  if (vllm === undefined || other.vllm === undefined) return {};
  const rows = Object.entries(kinds).map(([text, kind]) => {
    const others = new Set(vllmNames(kind, `${other.vllm}`));
    return [text, vllmNames(kind, vllm).filter((name) => !others.has(name))] as const;
  });
  return Object.fromEntries(rows.filter(([, names]) => names.length > 0));
}

const UNKNOWN = 'not known';

function changeText(change: Change): string {
  const { from, to, models } = change;
  const parts = [
    `${from.text} to ${to.text}`,
    ...[from, to].flatMap(gapText),
    factsText(from, to),
    namesText('goes', change.goes),
    namesText('comes', change.comes),
    advisoriesText('vulnerabilities that it cures', change.cured),
    advisoriesText('vulnerabilities that it brings', change.caught),
    advisoriesText('vulnerabilities that stay', change.stillOpen),
    change.driver.join('\n'),
    models.length === 0 ? '' : ['models:', ...models.map(verdictText)].join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** What is not known of a release, and what to do about it. */
function gapText(image: ServerImage): string[] {
  const missing = [
    ...(image.vllm === undefined ? ['vLLM'] : []),
    ...(image.onnxRuntime === undefined && image.text.startsWith('Triton') ? ['ONNX Runtime'] : []),
    ...(image.cuda === undefined ? ['CUDA'] : []),
  ];
  if (missing.length === 0) return [];
  const cure =
    image.vllm === undefined
      ? '; give its vLLM by --vllm ("pip show vllm" in the image), and its names and the models are compared'
      : '';
  return [
    `not known of ${image.text}: ${missing.join(', ')}; it has no row in NVIDIA's compatibility matrix, as far as it was seen${cure}`,
  ];
}

function factsText(from: ServerImage, to: ServerImage): string {
  const opset = ({ onnxRuntime }: ServerImage) =>
    onnxRuntime === undefined ? undefined : onnxBounds(onnxRuntime).least?.opset;
  const rows: (readonly [string, unknown, unknown])[] = [
    ['vLLM', from.vllm, to.vllm],
    ['PyTorch', from.torch, to.torch],
    ['ONNX Runtime', from.onnxRuntime, to.onnxRuntime],
    ['ONNX opset, at most', opset(from), opset(to)],
    ['TensorRT-LLM', from.tensorRtLlm, to.tensorRtLlm],
    ['CUDA', from.cuda, to.cuda],
    ['driver that this CUDA is made for', from.cudaDriver, to.cudaDriver],
    ['oldest driver', from.minimumDriver, to.minimumDriver],
    ['compute capability from', from.minimumComputeCapability?.toFixed(1), to.minimumComputeCapability?.toFixed(1)],
  ];
  const known = rows.filter(([, before, after]) => before !== undefined || after !== undefined);
  const cells = known.map(([name, before, after]) => [name, `${before ?? UNKNOWN}`, `${after ?? UNKNOWN}`]);
  return tableText(['', from.text, to.text], cells).trimEnd();
}

function namesText(title: string, names: { readonly [kind: string]: readonly string[] }): string {
  const rows = Object.entries(names).map(([kind, list]) => wrapped(`  ${kind}: `, list));
  return rows.length === 0 ? '' : [`${title}:`, ...rows].join('\n');
}

/** Names in lines of at most 118 characters. */
function wrapped(head: string, names: readonly string[]): string {
  const lines = [head];
  names.forEach((name, index) => {
    const text = index < names.length - 1 ? `${name}, ` : name;
    if (lines[lines.length - 1].length + text.length > 118) lines.push('    ');
    lines[lines.length - 1] += text;
  });
  return lines.map((line) => line.trimEnd()).join('\n');
}

function advisoriesText(title: string, advisories: readonly ReleaseAdvisory[]): string {
  const rows = advisories.map(({ id, component, effect }) => `  ${id} (${component}): ${effect}`);
  return rows.length === 0 ? '' : [`${title}:`, ...rows].join('\n');
}

function verdictText({ name, faults, wasRefused, unknown }: ModelVerdict): string {
  if (faults.length > 0)
    return [
      `  ${name}: ${wasRefused ? 'does not load, and did not before' : 'would no longer load'}`,
      ...faults.map((reason) => `    - ${reason}`),
    ].join('\n');
  if (unknown.length > 0) return [`  ${name}: not known`, ...unknown.map((reason) => `    - ${reason}`)].join('\n');
  return `  ${name}: loads`;
}

function jsonText({ from, to, ...rest }: Change): string {
  const image = ({ images: _, ...facts }: ServerImage) => facts;
  return JSON.stringify({ from: image(from), to: image(to), ...rest }, undefined, 2);
}
