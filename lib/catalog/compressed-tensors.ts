import { compareVersions } from './metric';

/**
 * compressed-tensors that vLLM requires, exactly (`Requires-Dist` of its wheels on PyPI; of 0.24 to 0.33 those of 0.24.0, 0.27.1, 0.31.0, 0.32.0 and
 * 0.33.0 were read). Rows hold up to the next; what lies between two rows of different pins is taken as the older one.
 */
const PINS: readonly (readonly [vllm: string, pin: string])[] = [
  ['0.13.0', '0.12.2'],
  ['0.15.1', '0.13.0'],
  ['0.19.0', '0.14.0.1'],
  ['0.22.1', '0.15.0.1'],
  ['0.24.0', '0.17.0'],
];

/**
 * How weights are written as compressed-tensors: the scheme of llm-compressor, and how many inputs of an output share a scale.
 *
 * @internal
 */
export interface CompressedForm {
  readonly scheme: string;
  /** A number, or `row` for all inputs of an output. @default - the scheme has no groups */
  readonly group?: string;
}

/** What a reader was seen to load, and to answer from, of what a newer writer wrote. */
interface Shown {
  readonly form: CompressedForm;
  readonly writer: string;
  readonly reader: string;
  /** Where that stands. */
  readonly source: string;
}

const H200 = { writer: '0.19.0', reader: '0.17.0', source: 'bench/vllm/results-h200-quantised.json' } as const;
const CPU = { writer: '0.19.0', reader: '0.17.0', source: 'jobs/README.md' } as const;
const SHOWN: readonly Shown[] = [
  { form: { scheme: 'W8A8' }, ...H200 },
  { form: { scheme: 'FP8_DYNAMIC' }, ...H200 },
  { form: { scheme: 'FP8_BLOCK' }, ...H200 },
  { form: { scheme: 'W8A16', group: '128' }, ...H200 },
  { form: { scheme: 'W4A16', group: '128' }, ...H200 },
  { form: { scheme: 'W4A16', group: '32' }, ...CPU },
  { form: { scheme: 'W4A16', group: '64' }, ...CPU },
];

/**
 * The compressed-tensors of a version of vLLM; nothing for those older than all that were read.
 *
 * @internal
 */
export function compressedTensorsOf(vllmVersion: string): string | undefined {
  return PINS.filter(([since]) => compareVersions(since, vllmVersion) <= 0).pop()?.[1];
}

/** A form in words, e.g. `W4A16 in groups of 32`. @internal */
export function formText({ scheme, group }: CompressedForm): string {
  if (group === undefined) return scheme;
  return group === 'row' ? `${scheme} with a scale for each row` : `${scheme} in groups of ${group}`;
}

/**
 * Why nothing shows that a version of vLLM reads what is written by a newer compressed-tensors than its own, with what would; nothing where its own is as new, or
 * where as old a reader was seen to load what as new a writer wrote.
 *
 * @param form what is written
 * @param writer compressed-tensors that writes it
 * @param vllmVersion version of vLLM that reads it
 * @param name what messages call the reader
 *
 * @internal
 */
export function whyNotShown(
  form: CompressedForm,
  writer: string,
  vllmVersion: string,
  name: string,
): string | undefined {
  const pin = compressedTensorsOf(vllmVersion);
  if (pin !== undefined && compareVersions(writer, pin) <= 0) return undefined;
  const seen = SHOWN.find(
    ({ form: each, writer: most }) =>
      each.scheme === form.scheme && each.group === form.group && compareVersions(writer, most) <= 0,
  );
  if (seen !== undefined && pin !== undefined && compareVersions(seen.reader, pin) <= 0) return undefined;
  const reads = pin === undefined ? 'an older one than all that are known' : pin;
  const since = seen && PINS.find(([, each]) => compareVersions(seen.reader, each) <= 0)?.[0];
  const others = SHOWN.filter((each) => pin !== undefined && compareVersions(each.reader, pin) <= 0)
    .filter((each) => compareVersions(writer, each.writer) <= 0)
    .map((each) => formText(each.form));
  const cures = [
    ...(since === undefined ? [] : [`serve it by vLLM ${since} or later, which was seen to load it`]),
    ...(since === undefined && others.length > 0 ? [`write ${others.join(', ')}, which it was seen to load`] : []),
    `write it by an image with compressed-tensors ${pin ?? 'of that version'} or older, and say so (compressedTensorsVersion)`,
  ];
  return `it is written by compressed-tensors ${writer} as ${formText(form)}, and ${name} reads with ${reads}, of which nothing shows that it loads that; ${cures.join(', or ')}`;
}
