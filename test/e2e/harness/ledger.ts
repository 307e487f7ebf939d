import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

/**
 * What this process did with the lists of exceptions. It is on disk because each suite has modules of its own, and a file for each
 * process because suites run side by side; without the variable, which scripts/e2e.mjs sets, nobody asks.
 */
const FOLDER = process.env.E2E_LEDGER;
const FILE = FOLDER && path.join(FOLDER, `${process.pid}.json`);

interface Use {
  used: number;
  asserted: number;
}

/** Puts the entries of a list into the ledger, so that one that is never used stands out. */
export function declare(list: string, ids: readonly string[]): void {
  const ledger = read();
  for (const id of ids) (ledger[list] ??= {})[id] ??= { used: 0, asserted: 0 };
  write(ledger);
}

/** Counts the use, or the assertion, of an entry of a list of exceptions. */
export function note(list: string, id: string, what: keyof Use): void {
  const ledger = read();
  const use = ((ledger[list] ??= {})[id] ??= { used: 0, asserted: 0 });
  use[what] += 1;
  write(ledger);
}

type Ledger = { [list: string]: { [id: string]: Use } };

function read(): Ledger {
  return FILE && existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Ledger) : {};
}

function write(ledger: Ledger): void {
  if (!FILE) return;
  mkdirSync(path.dirname(FILE), { recursive: true });
  writeFileSync(FILE, JSON.stringify(ledger, null, 2));
}
