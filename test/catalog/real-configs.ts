import { readFileSync } from 'fs';
import { join } from 'path';

/** A recorded `config.json`. */
export interface RealConfig {
  readonly name: string;
  readonly text: string;
}

/** Files of published models; the source is in the first line of the record. */
export const REAL_CONFIGS: readonly RealConfig[] = readFileSync(join(__dirname, 'fixtures/model-configs.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => JSON.parse(line) as RealConfig);

/** The text of a recorded file. */
export function realConfig(name: string): string {
  const found = REAL_CONFIGS.find((config) => config.name === name);
  if (!found) throw new Error(`no record of ${name}`);
  return found.text;
}
