import { UnscopedValidationError } from './errors';
import { fault } from './fault';

/** Largest text that is read: files of models that list every matrix have two to three megabytes. */
const MOST_CHARACTERS = 16e6;
/** Deepest nesting that is read: files and plans have fewer than ten levels, and deeper texts take seconds. */
const MOST_DEPTH = 10_000;
/** Most numbers that JSON lacks; a file has a handful. */
const MOST_NUMBERS = 1000;
/** What stands for such a number until the text is parsed: no text of a file has this character. */
const MARK = '\u0000NaN';

/**
 * The value of a JSON text, of bounded size and depth, so that it takes well below a second whatever it says. `Infinity`, `-Infinity` and `NaN`
 * are read as Python writes them.
 *
 * @param given the text
 * @param what what messages call it, e.g. `config.json`
 * @throws UnscopedValidationError for what is no JSON, or too large or deep
 *
 * @internal
 */
export function parseJson(given: string, what: string): unknown {
  // Editors on Windows begin files with it.
  const text = given.startsWith('\ufeff') ? given.slice(1) : given;
  if (text.length > MOST_CHARACTERS)
    throw refused(`${what} must be at most ${MOST_CHARACTERS} characters long; got ${text.length}`);
  const { depth, numbers } = scanned(text);
  if (depth > MOST_DEPTH) throw refused(`${what} must be at most ${MOST_DEPTH} levels deep, and is deeper`);
  if (numbers.length > MOST_NUMBERS)
    throw refused(`${what} must have at most ${MOST_NUMBERS} numbers that are Infinity or NaN; got more`);
  const hasNaN = numbers.some(({ replacement }) => replacement !== INFINITE);
  try {
    const valid = numbers.length > 0 ? replaced(text, numbers) : text;
    return hasNaN ? JSON.parse(valid, (_, value) => (value === MARK ? NaN : value) as unknown) : JSON.parse(valid);
  } catch (error) {
    throw refused(`${what} must be JSON: ${otherKind(text) ?? syntaxOf(error)}`);
  }
}

/** What a file that is no JSON often is, by how it begins when it is read as UTF-8. */
const OTHER_KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\s*$/, 'it is empty'],
  [/^\u001f\ufffd/, 'it is compressed (gzip); unpack it'],
  [/^(\ufffd\ufffd|[^]?\u0000)/, 'it is not UTF-8; save it as UTF-8'],
  [/^version https:\/\/git-lfs/, 'it is a pointer of Git LFS; fetch the file itself (git lfs pull)'],
  [/^\s*<(!doctype|html|\?xml)/i, 'it is a page; download the file itself'],
];

function otherKind(text: string): string | undefined {
  const start = text.slice(0, 200);
  return OTHER_KINDS.find(([pattern]) => pattern.test(start))?.[1];
}

/** What the parser says, without the text that it quotes, which may be of any file. */
function syntaxOf(error: unknown): string {
  return (error as Error).message.replace(/, (\.\.\.)?"[^]*is not valid JSON$/, '');
}

function refused(reason: string): UnscopedValidationError {
  return new UnscopedValidationError([fault('INVALID_FORMAT', undefined, reason)]);
}

/** A number that JSON lacks: where it is, and what stands for it. */
interface PythonNumber {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** Beyond the largest number, so that it is parsed as `Infinity`. */
const INFINITE = '1e999';

const [QUOTE, BACKSLASH, N, I] = ['"', '\\', 'N', 'I'].map((character) => character.charCodeAt(0));
const OPENING: readonly number[] = [0x5b, 0x7b];
const CLOSING: readonly number[] = [0x5d, 0x7d];

/** How deep a text is nested, and its numbers that JSON lacks, in one pass; texts in it are skipped. */
function scanned(text: string): { readonly depth: number; readonly numbers: PythonNumber[] } {
  const numbers: PythonNumber[] = [];
  let [depth, deepest] = [0, 0];
  for (let i = 0; i < text.length && deepest <= MOST_DEPTH && numbers.length <= MOST_NUMBERS; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      const end = endOfText(text, i);
      if (end < 0) break;
      i = end;
    } else if (OPENING.includes(code)) deepest = Math.max(deepest, ++depth);
    else if (CLOSING.includes(code)) depth--;
    else if (code === N && text.startsWith('NaN', i)) {
      numbers.push({ start: i, end: i + 3, replacement: JSON.stringify(MARK) });
    } else if (code === I && text.startsWith('Infinity', i)) {
      numbers.push({ start: i, end: i + 8, replacement: INFINITE });
    }
  }
  return { depth: deepest, numbers };
}

/** Where a text that begins at a quotation mark ends: at the next one that no odd number of backslashes precedes; -1 if nowhere. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (before > start && text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}

function replaced(text: string, numbers: readonly PythonNumber[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end, replacement } of numbers) {
    pieces.push(text.slice(from, start), replacement);
    from = end;
  }
  return [...pieces, text.slice(from)].join('');
}
