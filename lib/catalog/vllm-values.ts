import { VllmNameKind, vllmNames } from './vllm-names';

/**
 * Kinds of values that arguments of vLLM take.
 *
 * @internal
 */
export enum VllmValueKind {
  WHOLE = 'whole',
  NUMBER = 'number',
  SWITCH = 'switch',
  TEXT = 'text',
  OBJECT = 'object',
}

/** A bound of a number, as pydantic has it. @internal */
export interface VllmBound {
  readonly sign: '>=' | '>' | '<=' | '<';
  readonly limit: number;
}

/** What an argument takes. @internal */
export interface VllmValues {
  readonly kind: VllmValueKind;
  /** Bounds of a number. */
  readonly bounds: readonly VllmBound[];
  /** The values that it takes; none where it takes any of its kind. */
  readonly choices: readonly string[];
}

const BOUND = /(>=|>|<=|<)(-?[\d.]+)/g;

const READ = new Map<string, ReadonlyMap<string, VllmValues>>();

/**
 * What an argument takes in a version; undefined where that is not known.
 *
 * @internal
 */
export function vllmValues(argument: string, version: string): VllmValues | undefined {
  let known = READ.get(version);
  if (!known) READ.set(version, (known = valuesOf(version)));
  return known.get(argument);
}

/** All of a version: it is a fact of the tables, which never changes. */
function valuesOf(version: string): ReadonlyMap<string, VllmValues> {
  const choices = new Map<string, string[]>();
  for (const each of vllmNames(VllmNameKind.ARGUMENT_CHOICE, version)) {
    const [name, value] = each.split('=');
    choices.set(name, [...(choices.get(name) ?? []), value]);
  }
  const rows = vllmNames(VllmNameKind.ARGUMENT_KIND, version).map((each): [string, VllmValues] => {
    const [name, rest] = each.split(':');
    const bounds = [...rest.matchAll(BOUND)].map(([, sign, limit]) => ({ sign, limit: Number(limit) }) as VllmBound);
    return [name, { kind: rest.replace(/\W.*$/, '') as VllmValueKind, bounds, choices: choices.get(name) ?? [] }];
  });
  return new Map(rows);
}
