import { compareVersions } from './metric';
import { ENGINE_ARGUMENTS } from './vllm-names-arguments';
import { FLAGS, FLAG_VERSIONS_READ } from './vllm-names-flags';
import { CACHE_FORMATS, DEPRECATED_METHODS, QUANTIZATION_METHODS } from './vllm-names-formats';
import { ARGUMENT_CHOICES, ARGUMENT_KINDS, VALUE_VERSIONS_READ } from './vllm-names-values';
import { NamesByRange, VERSIONS_READ } from './vllm-versions-read';

/**
 * What a version of vLLM takes names for.
 *
 * @internal
 */
export enum VllmNameKind {
  /** Fields of `AsyncEngineArgs`. */
  ARGUMENT = 'ARGUMENT',
  /** Values of `quantization`. */
  QUANTIZATION = 'QUANTIZATION',
  /** Values of `quantization` that are refused without `allow_deprecated_quantization`. */
  DEPRECATED_QUANTIZATION = 'DEPRECATED_QUANTIZATION',
  /** Values of `kv_cache_dtype`. */
  CACHE_FORMAT = 'CACHE_FORMAT',
  /** Flags of `vllm serve`, without their hyphens. */
  FLAG = 'FLAG',
  /** Values of arguments that take a choice, as `name=value`. */
  ARGUMENT_CHOICE = 'ARGUMENT_CHOICE',
  /** Kinds of values of arguments, as `name:kind`. */
  ARGUMENT_KIND = 'ARGUMENT_KIND',
}

/**
 * Whether a version has a name.
 *
 * @internal
 */
export enum VllmNameState {
  PRESENT = 'PRESENT',
  /** Certainly not: it came later or went before, or the version was read and lacks it. */
  MISSING = 'MISSING',
  /** The version was not read, and its neighbors differ or lack what is asked for. */
  UNKNOWN = 'UNKNOWN',
}

/** What is known of a name in a version. @internal */
export interface VllmName {
  readonly state: VllmNameState;
  /** First version read that has it. @default - none has */
  readonly since?: string;
  /** Last version read that has it. @default - none has */
  readonly until?: string;
}

interface Range {
  readonly since: string;
  readonly until: string;
}

const TABLES: { readonly [kind in VllmNameKind]: ReadonlyMap<string, Range> } = {
  [VllmNameKind.ARGUMENT]: byName(ENGINE_ARGUMENTS),
  [VllmNameKind.QUANTIZATION]: byName(QUANTIZATION_METHODS),
  [VllmNameKind.DEPRECATED_QUANTIZATION]: byName(DEPRECATED_METHODS),
  [VllmNameKind.CACHE_FORMAT]: byName(CACHE_FORMATS),
  [VllmNameKind.FLAG]: byName(FLAGS),
  [VllmNameKind.ARGUMENT_CHOICE]: byName(ARGUMENT_CHOICES),
  [VllmNameKind.ARGUMENT_KIND]: byName(ARGUMENT_KINDS),
};

/** Versions that were read for others than those of read.py, oldest first. */
const READ: { readonly [kind: string]: readonly string[] } = {
  [VllmNameKind.FLAG]: FLAG_VERSIONS_READ,
  [VllmNameKind.ARGUMENT_CHOICE]: VALUE_VERSIONS_READ,
  [VllmNameKind.ARGUMENT_KIND]: VALUE_VERSIONS_READ,
};

/** Versions that were read for a kind, oldest first. */
function versionsRead(kind: VllmNameKind): readonly string[] {
  return READ[kind] ?? VERSIONS_READ;
}

function byName(table: NamesByRange): ReadonlyMap<string, Range> {
  const rows = Object.entries(table).flatMap(([range, names]) => {
    const [since, until] = range.split(' ');
    return words(names).map((name) => [name, { since, until }] as const);
  });
  return new Map(rows);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** The first and the last version that were read for a kind. @internal */
export function vllmRead(kind: VllmNameKind): { readonly first: string; readonly last: string } {
  const read = versionsRead(kind);
  return { first: read[0], last: read[read.length - 1] };
}

/** Whether the names of exactly this version are known. @internal */
export function isVllmRead(kind: VllmNameKind, version: string): boolean {
  return versionsRead(kind).some((read) => compareVersions(read, version) === 0);
}

/**
 * What is known of a name in a version. A version that was not read has what both the last one before it and the first one after it have, and
 * lacks what came after or went before them; later ones than all that were read have what the last one has. Anything else is unknown.
 *
 * @internal
 */
export function vllmName(kind: VllmNameKind, name: string, version: string): VllmName {
  const range = TABLES[kind].get(name);
  if (!range) return { state: isVllmRead(kind, version) ? VllmNameState.MISSING : VllmNameState.UNKNOWN };
  return { state: stateIn(kind, range, version), ...range };
}

function stateIn(kind: VllmNameKind, { since, until }: Range, version: string): VllmNameState {
  const read = versionsRead(kind);
  const ends = vllmRead(kind);
  const [first, last] = [compareVersions(version, since), compareVersions(version, until)];
  if (first >= 0 && last <= 0) return VllmNameState.PRESENT;
  // The last that was read says nothing against later ones; the first nothing against earlier ones.
  if (last > 0 && until === ends.last) return VllmNameState.PRESENT;
  if (first < 0 && since === ends.first) return VllmNameState.UNKNOWN;
  const beside = first < 0 ? read[read.indexOf(since) - 1] : read[read.indexOf(until) + 1];
  const isBeyond = first < 0 ? compareVersions(version, beside) <= 0 : compareVersions(version, beside) >= 0;
  return isBeyond ? VllmNameState.MISSING : VllmNameState.UNKNOWN;
}

/** Names of a kind that a version has, for messages. @internal */
export function vllmNames(kind: VllmNameKind, version: string): string[] {
  return [...TABLES[kind].entries()]
    .filter(([, range]) => stateIn(kind, range, version) === VllmNameState.PRESENT)
    .map(([name]) => name)
    .sort();
}
