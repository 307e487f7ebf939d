import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { E2E_CACHE } from './tools';

/** What the suites of one run did with the lists of exceptions, kept on disk because each suite has modules of its own. */
const FILE = path.join(E2E_CACHE, 'exceptions.json');

interface Use {
  used: number;
  asserted: number;
}

/** Counts the use, or the assertion, of an entry of a list of exceptions. */
export function note(list: string, id: string, what: keyof Use): void {
  const ledger = read();
  const use = ((ledger[list] ??= {})[id] ??= { used: 0, asserted: 0 });
  use[what] += 1;
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(ledger, null, 2));
}

/** The entries that no suite of this run used, or whose request none asserted: an exception that is no longer true must go. */
export function idle(list: string, ids: readonly string[]): string[] {
  const uses = read()[list] ?? {};
  return ids.flatMap((id) => {
    const { used = 0, asserted = 0 } = uses[id] ?? {};
    return [...(used === 0 ? [`'${id}' is never used`] : []), ...(asserted === 0 ? [`'${id}' is never asserted`] : [])];
  });
}

function read(): { [list: string]: { [id: string]: Use } } {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as { [list: string]: { [id: string]: Use } }) : {};
}
