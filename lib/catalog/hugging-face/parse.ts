import { fault } from '../../units/fault';
import { UnscopedValidationError } from '../../units/errors';
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

/** Largest text that is read: files that list every matrix have two to three megabytes. */
const MOST_CHARACTERS = 16e6;
/** A text of JSON, or one of the numbers that Python writes and JSON lacks. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN/gs;
/** What stands for such a number until the text is parsed: no text of a file has this character. */
const MARK = '\u0000';

/**
 * The object of a `config.json`, from its text or as it was parsed. `Infinity`, `-Infinity` and `NaN` are read as Python writes them.
 *
 * @throws UnscopedValidationError for what is no JSON object
 *
 * @internal
 */
export function parseConfig(name: string, json: unknown): Config {
  const value = typeof json === 'string' ? parseText(name, json) : json;
  if (isConfig(value)) return value;
  throw refused(name, `config.json must be a JSON object; got ${givenValue(value)}`);
}

function parseText(name: string, text: string): unknown {
  if (text.length > MOST_CHARACTERS) {
    throw refused(name, `config.json must be at most ${MOST_CHARACTERS} characters long; got ${text.length}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const marked = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
    try {
      return JSON.parse(marked, (_, value: unknown) =>
        typeof value === 'string' && value.startsWith(MARK) ? Number(value.slice(1)) : value,
      );
    } catch {
      throw refused(name, `config.json must be JSON: ${(error as Error).message}`);
    }
  }
}

function refused(name: string, reason: string): UnscopedValidationError {
  return new UnscopedValidationError([fault('INVALID_FORMAT', undefined, `model '${name}': ${reason}`)]);
}
