import { UPSTREAM_IMAGES } from '../../catalog/vllm-release';
import { VllmBound, VllmValueKind, vllmValues } from '../../catalog/vllm-values';
import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { REFUSED_ARGUMENTS, RESERVED_ARGUMENTS } from './engine-arguments';
import { VllmVersion } from './vllm-version';

/** A kind of value: what messages call it, and what is of it. */
interface Kind {
  readonly called: string;
  /** @param parsed whether the parser of `vllm serve` reads it; otherwise pydantic is given the value as it is */
  readonly has: (value: unknown, parsed: boolean) => boolean;
  /** What to do about a text. */
  readonly mend?: string;
}

// The parser and pydantic read a number from its digits.
const DIGITS = /^\s*[+-]?\d+\s*$/;
const NUMBER_TEXT = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
// What pydantic reads as a truth value; a flag of the parser takes none.
const SWITCH_TEXT = /^(true|false|yes|no|on|off|t|f|y|n|1|0)$/i;

const TEXT: Kind = { called: "a text, e.g. 'auto'", has: (value) => typeof value === 'string' };
const WHOLE: Kind = {
  called: 'a whole number',
  has: (value) => Number.isSafeInteger(value) || (typeof value === 'string' && DIGITS.test(value)),
};
// The parser reads an object from JSON, but the engine that Triton starts takes the value as it is.
const SETTINGS: Kind = {
  called: 'an object of settings',
  has: (value) => typeof value === 'object' && !Array.isArray(value),
  mend: '; give it as an object',
};
const KINDS: { readonly [kind in VllmValueKind]: Kind } = {
  [VllmValueKind.TEXT]: TEXT,
  [VllmValueKind.WHOLE]: WHOLE,
  [VllmValueKind.NUMBER]: {
    called: 'a number',
    has: (value) => typeof value === 'number' || (typeof value === 'string' && NUMBER_TEXT.test(value)),
  },
  [VllmValueKind.SWITCH]: {
    called: 'true or false',
    has: (value, parsed) =>
      typeof value === 'boolean' ||
      (!parsed && ['string', 'number'].includes(typeof value) && SWITCH_TEXT.test(`${value as string}`)),
  },
  [VllmValueKind.OBJECT]: {
    ...SETTINGS,
    has: (value, parsed) =>
      SETTINGS.has(value, parsed) || (parsed && typeof value === 'string' && value.trimStart().startsWith('{')),
  },
};

/** Of arguments whose annotation says more than a kind, and of versions that were not read; `EngineArgs` of 0.24.0. */
const OWN_KINDS: ReadonlyMap<string, Kind> = new Map([
  ...['seed', 'max_logprobs'].map((name) => [name, WHOLE] as const),
  ...['revision', 'code_revision', 'tokenizer', 'tokenizer_revision', 'tokenizer_mode'].map(
    (name) => [name, TEXT] as const,
  ),
  ...['download_dir', 'load_format', 'scheduling_policy'].map((name) => [name, TEXT] as const),
  ...['hf_overrides', 'limit_mm_per_prompt'].map((name) => [name, SETTINGS] as const),
]);

/** What the parser reads as a number: `1k` and `2.5M` (`human_readable_int_args` of `vllm/engine/arg_utils.py`). */
const HUMAN_READABLE: readonly string[] = [
  'max_num_scheduled_tokens',
  'max_num_queued_tokens',
  'safetensors_prefetch_block_size',
];
const HUMAN_NUMBER = /^\s*\d+(\.\d+)?[kmgt]\s*$/i;

/**
 * Values of arguments that vLLM would refuse: those of another kind or out of bounds, and numbers that JSON cannot hold, which would arrive as
 * none. Values that are no choice of a version are names, see `givenNameFaults`.
 *
 * @internal
 */
export function argumentValueFaults(engineArguments: { readonly [name: string]: unknown }, vllm: VllmVersion): Fault[] {
  return Object.entries(engineArguments).flatMap(([name, value]) => {
    const property = `engineArguments.${name}`;
    const endless = endlessFaults(property, value);
    if (endless.length > 0) return endless;
    const isElsewhere = [RESERVED_ARGUMENTS, REFUSED_ARGUMENTS].some((table) => Object.hasOwn(table, name));
    if (value === undefined || value === null || isElsewhere || hasToken(value)) return [];
    return kindFaults({ name, property, text: property, kind: kindOf(name, vllm) }, value, vllm);
  });
}

/**
 * The same of a flag of `vllm serve`, whose value is a word, or missing.
 *
 * @param name the argument of the engine that the flag is
 * @param property property that has the flag
 * @param value the word @default - there is none
 *
 * @internal
 */
export function flagValueFaults(name: string, property: string, value: string | undefined, vllm: VllmVersion): Fault[] {
  const own = kindOf(name, vllm);
  if (own === undefined) return [];
  const text = `--${name.replace(/_/g, '-')}`;
  const refused = (reason: string) => [fault('INVALID_FORMAT', property, `${text} ${reason}`)];
  if (own === KINDS[VllmValueKind.SWITCH]) {
    if (value === undefined) return [];
    const off = text.replace('--', '--no-');
    return refused(`is on by itself, and takes no value; got ${givenValue(value)}; use ${text} or ${off} alone`);
  }
  const kind = own === SETTINGS ? KINDS[VllmValueKind.OBJECT] : own;
  if (value === undefined) return refused(`must have a value, ${kind.called}: write ${text}=<value>`);
  // What may be none is none by these words (`optional_type` of `vllm/engine/arg_utils.py`).
  return value === '' || value === 'None' ? [] : kindFaults({ name, property, text, kind }, value, vllm);
}

function kindOf(name: string, vllm: VllmVersion): Kind | undefined {
  const known = vllmValues(name, `${vllm}`);
  return OWN_KINDS.get(name) ?? (known && KINDS[known.kind]);
}

/** An argument whose value is judged, and how sentences call it. */
interface Judged {
  readonly name: string;
  readonly property: string;
  readonly text: string;
  /** @default - any */
  readonly kind?: Kind;
}

function kindFaults({ name, property, text, kind }: Judged, value: unknown, vllm: VllmVersion): Fault[] {
  const parsed = vllm.images === UPSTREAM_IMAGES;
  if (kind === undefined || (parsed && HUMAN_READABLE.includes(name) && HUMAN_NUMBER.test(`${value as string}`)))
    return [];
  if (!kind.has(value, parsed)) {
    const mend = typeof value === 'string' ? (kind.mend ?? '') : '';
    return [fault('WRONG_KIND', property, `${text} must be ${kind.called}; got ${givenValue(value)}${mend}`)];
  }
  const bounds = vllmValues(name, `${vllm}`)?.bounds ?? [];
  if (bounds.every(({ sign, limit }) => isWithin(Number(value), sign, limit))) return [];
  const range = bounds.map(({ sign, limit }) => `${WORDS[sign]} ${limit}`).join(' and ');
  return [fault('OUT_OF_RANGE', property, `${text} must be ${kind.called} ${range}; got ${givenValue(value)}`)];
}

const WORDS: { readonly [sign in VllmBound['sign']]: string } = {
  '>=': 'at least',
  '>': 'above',
  '<=': 'at most',
  '<': 'below',
};

function isWithin(value: number, sign: VllmBound['sign'], limit: number): boolean {
  if (sign === '>=') return value >= limit;
  if (sign === '>') return value > limit;
  return sign === '<=' ? value <= limit : value < limit;
}

/** Numbers that are none, anywhere within a value. */
function endlessFaults(property: string, value: unknown): Fault[] {
  if (typeof value === 'number' && !Number.isFinite(value))
    return [fault('WRONG_KIND', property, `${property} must be a finite number; got ${value}`)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => endlessFaults(`${property}['${key}']`, each));
}
