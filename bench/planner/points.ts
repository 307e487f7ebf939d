import { readFileSync } from 'fs';

/** One published measurement, as a row of the CSV has it. */
export interface Point {
  readonly line: number;
  readonly source: string;
  readonly model: string;
  readonly precision: string;
  readonly gpu: string;
  readonly gpus: string;
  readonly tp: string;
  readonly pp: string;
  readonly batch: string;
  readonly in_len: string;
  readonly out_len: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** `fit`: constants may have been fitted on it; `judge`: they were not. Files without the column are judged. */
  readonly split: string;
  /** What the row needs besides, e.g. `gpu_memory_utilization=0.9`, separated by blanks. */
  readonly extra: string;
}

function cells(line: string): string[] {
  const found: string[] = [];
  let cell = '';
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      found.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...found, cell];
}

/** Rows of a CSV file by the names of its header; lines that start with # are comments. */
export function readTable(file: string): { readonly line: number; readonly row: { [column: string]: string } }[] {
  let header: string[] | undefined;
  const rows: { line: number; row: { [column: string]: string } }[] = [];
  readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .forEach((text, i) => {
      if (text.trim() === '' || text.startsWith('#')) return;
      if (!header) {
        header = cells(text);
        return;
      }
      const values = cells(text);
      rows.push({
        line: i + 1,
        row: Object.fromEntries(header.map((name, j) => [name, (values[j] ?? '').trim()])),
      });
    });
  return rows;
}

/** Reads points from a CSV file with a header; lines that start with # are comments. */
export function readPoints(file: string): Point[] {
  return readTable(file).map(({ line, row }) => ({
    line,
    source: row.source,
    model: row.model,
    precision: row.precision,
    gpu: row.gpu,
    gpus: row.gpus,
    tp: row.tp,
    pp: row.pp,
    batch: row.batch,
    in_len: row.in_len,
    out_len: row.out_len,
    metric: row.metric,
    value: Number(row.value),
    unit: row.unit,
    split: row.split === 'fit' ? 'fit' : 'judge',
    extra: row.extra ?? '',
  }));
}
