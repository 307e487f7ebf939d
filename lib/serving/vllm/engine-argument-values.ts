import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';

/** A kind of value: what messages call it, and what is of it. */
interface Kind {
  readonly called: string;
  readonly has: (value: unknown) => boolean;
  /** What to do about a text. */
  readonly mend?: string;
}

const TEXT: Kind = { called: "a text, e.g. 'auto'", has: (value) => typeof value === 'string' };
// The parser and pydantic read a number from its digits.
const WHOLE: Kind = {
  called: 'a whole number',
  has: (value) => Number.isSafeInteger(value) || (typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value)),
};
// The parser reads an object from JSON, but the engine that Triton starts takes the value as it is.
const SETTINGS: Kind = {
  called: 'an object of settings',
  has: (value) => typeof value === 'object' && !Array.isArray(value),
  mend: '; give it as an object',
};

/** Kinds of arguments that users set most; `vllm/engine/arg_utils.py` (EngineArgs) of 0.24.0, which has them by these types. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...['seed', 'max_logprobs'].map((name) => [name, WHOLE] as const),
  ...['revision', 'code_revision', 'tokenizer', 'tokenizer_revision', 'tokenizer_mode'].map(
    (name) => [name, TEXT] as const,
  ),
  ...['download_dir', 'load_format', 'scheduling_policy'].map((name) => [name, TEXT] as const),
  ...['hf_overrides', 'limit_mm_per_prompt'].map((name) => [name, SETTINGS] as const),
]);

/**
 * Values of arguments that vLLM would refuse: those of another kind, and numbers that JSON cannot hold, which would arrive as none.
 *
 * @internal
 */
export function argumentValueFaults(engineArguments: { readonly [name: string]: unknown }): Fault[] {
  return Object.entries(engineArguments).flatMap(([name, value]) => {
    const property = `engineArguments.${name}`;
    const endless = endlessFaults(property, value);
    if (endless.length > 0) return endless;
    const kind = KINDS.get(name);
    if (kind === undefined || value === undefined || value === null || hasToken(value) || kind.has(value)) return [];
    const mend = typeof value === 'string' ? (kind.mend ?? '') : '';
    return [fault('WRONG_KIND', property, `${property} must be ${kind.called}; got ${givenValue(value)}${mend}`)];
  });
}

/** Numbers that are none, anywhere within a value. */
function endlessFaults(property: string, value: unknown): Fault[] {
  if (typeof value === 'number' && !Number.isFinite(value))
    return [fault('WRONG_KIND', property, `${property} must be a finite number; got ${value}`)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => endlessFaults(`${property}['${key}']`, each));
}
