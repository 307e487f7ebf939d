import { UnscopedValidationError } from '../../units/errors';
import { fault, faultsUnder } from '../../units/fault';
import { parseJson } from '../../units/json-text';
import { givenValue } from '../../units/number-faults';

/**
 * A parsed `config.json`, or an object in it.
 *
 * @internal
 */
export interface Config {
  readonly [key: string]: unknown;
}

/**
 * Whether a value is an object with keys.
 *
 * @internal
 */
export function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Most keys of a file: those of models have at most two hundred. */
const MOST_KEYS = 10_000;

/**
 * The object of a `config.json` or another file, from its text or as it was parsed. `Infinity`, `-Infinity` and `NaN` are read as Python writes them.
 *
 * @throws UnscopedValidationError for what is no JSON object
 *
 * @internal
 */
export function parseConfig(name: string, json: unknown, file = 'config.json'): Config {
  const value = typeof json === 'string' ? parseText(name, json, file) : json;
  if (!isConfig(value)) throw refused(name, `${file} must be a JSON object; got ${givenValue(value)}`);
  const keys = Object.keys(value).length;
  if (keys > MOST_KEYS) throw refused(name, `${file} must have at most ${MOST_KEYS} keys; got ${keys}`);
  return value;
}

function parseText(name: string, text: string, file: string): unknown {
  try {
    return parseJson(text, file);
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    throw new UnscopedValidationError(faultsUnder((error as UnscopedValidationError).faults, '', `model '${name}'`));
  }
}

function refused(name: string, reason: string): UnscopedValidationError {
  return new UnscopedValidationError([fault('INVALID_FORMAT', undefined, `model '${name}': ${reason}`)]);
}
