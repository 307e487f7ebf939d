import { parse } from 'papaparse';
import { repeatedIndexes } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { parseJson } from '../../units/json-text';
import { givenValue } from '../../units/number-faults';

/** Largest table that is read. */
const MOST_CHARACTERS = 16e6;

/**
 * Rows of a table of sites: texts by the names of columns.
 *
 * @internal
 */
export interface SiteTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly [column: string]: string }[];
  /** What of it is no table. */
  readonly faults: readonly Fault[];
}

/**
 * Reads values that are separated by commas, semicolons or tabs, with the names of columns in the first row (RFC 4180).
 *
 * @internal
 */
export function readCsv(text: string): SiteTable {
  if (text.length > MOST_CHARACTERS) return refused(tooLong(text));
  const { data, errors } = parse<string[]>(text.replace(/^\ufeff/, ''), {
    skipEmptyLines: 'greedy',
    delimitersToGuess: [',', ';', '\t'],
  });
  const [heads = [], ...lines] = data;
  const columns = heads.map((head) => head.trim());
  const faults = errors
    // One column has nothing to separate it.
    .filter(({ type }) => type !== 'Delimiter')
    .map(({ message, row = 0 }) => wrongRow(row - 1, message));
  const repeated = [...new Set(repeatedIndexes(columns).map((index) => columns[index]))].map((column) =>
    fault('DUPLICATE', column, `the table has the column ${givenValue(column)} twice; remove one of the two`),
  );
  const long = lines.flatMap((cells, index) =>
    cells.length > columns.length
      ? [
          wrongRow(
            index,
            `it has ${cells.length} cells, but there are ${columns.length} columns; quote texts with separators`,
          ),
        ]
      : [],
  );
  const rows = lines.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])));
  return { columns, rows, faults: [...faults, ...repeated, ...long] };
}

function wrongRow(index: number, message: string): Fault {
  if (index < 0) return fault('INVALID_FORMAT', 'text', `the names of the columns: ${message}`);
  return fault('INVALID_FORMAT', `sites[${index}]`, `row ${index + 1}: ${message}`);
}

/**
 * Reads a list of objects, whose members are texts, numbers, true, false or null.
 *
 * @throws UnscopedValidationError for what is no JSON
 *
 * @internal
 */
export function readJson(text: string): SiteTable {
  const given = parseJson(text, 'the list of sites');
  if (!Array.isArray(given)) return refused('the list of sites must be a list of objects, [{ "site": "till-1" }, ...]');
  const faults: Fault[] = [];
  const rows = given.map((row: unknown, index) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      faults.push(
        fault('INVALID_FORMAT', `sites[${index}]`, `row ${index + 1} must be an object; got ${givenValue(row)}`),
      );
      return {};
    }
    return Object.fromEntries(
      Object.entries(row as { readonly [member: string]: unknown }).flatMap(([member, value]) => {
        if (value === null) return [];
        if (typeof value !== 'object') return [[member, String(value)]];
        const reason = `row ${index + 1}: ${member} must be a text, a number, true or false; got ${givenValue(value)}`;
        faults.push(fault('INVALID_FORMAT', `sites[${index}].${member}`, reason));
        return [];
      }),
    );
  });
  return { columns: [...new Set(rows.flatMap((row) => Object.keys(row)))], rows, faults };
}

function refused(reason: string): SiteTable {
  return { columns: [], rows: [], faults: [fault('INVALID_FORMAT', 'text', reason)] };
}

function tooLong(text: string): string {
  return `the table must be at most ${MOST_CHARACTERS} characters long; got ${text.length}`;
}
