import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Judged, disagreements, writtenBy } from './argument-verdicts';

/** What versions of vLLM said once; `test/engine/arguments.engine.ts` asks one on every run, and says how another is recorded. */
const FOLDER = join(__dirname, 'fixtures');
const RECORDS = readdirSync(FOLDER)
  .filter((file) => file.startsWith('arguments-'))
  .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Judged);

test('the default and five other versions are recorded', () => {
  const versions = ['0.15.1', '0.19.0', '0.24.0', '0.28.0', '0.32.0', '0.33.0'];
  expect(RECORDS.map(({ version }) => version)).toEqual(versions);
});

describe.each(RECORDS)('vLLM $version', (record) => {
  test('is written what it was asked about; otherwise record again', () => {
    expect(writtenBy(record.version)).toEqual(record.written);
  });

  test('takes all arguments that are written for it, and refuses what is refused', () => {
    expect(disagreements(record)).toEqual([]);
    expect(Object.values(record.said).filter(({ engine }) => engine !== null).length).toBeGreaterThan(10);
  });
});

test('an argument that is refused there and not here would be found, and the other way around', () => {
  const said = { a: { engine: 'TypeError', serve: null }, b: { engine: null }, c: { engine: null, serve: 'no flag' } };
  expect(disagreements({ written: { a: { serve: [] }, b: { refused: ['X'] }, c: { serve: [] } }, said })).toEqual([
    'a: here taken, there TypeError',
    'b: here X, there taken',
    'c: here taken, there no flag',
  ]);
});
