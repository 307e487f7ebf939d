import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { WARNING_IDS } from '../../lib/core/warning-ids';
import { documentedIds, FaultId, faultIds, incompleteRows } from '../support/fault-ids';
import { FaultText } from './fault-text';

const ROOT = path.join(__dirname, '..', '..');

function read(folder: string, suffix: string): { file: string; text: string }[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(suffix))
    .sort()
    .map((name) => path.posix.join(folder, name.split(path.sep).join('/')))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

const LIB = read('lib', '.ts').filter(({ file }) => file !== 'lib/units/fault.ts');
const DOCS = read('docs/faults', '.md').filter(({ file }) => path.basename(file) !== 'README.md');
const found = LIB.map(({ file, text }) => faultIds(file, text));
const ids = found.flatMap((each) => each.ids);
const documented = DOCS.flatMap(({ file, text }) => documentedIds(file, text));

/** Each id that one list has and the other lacks, with where it stands. */
function missing(from: readonly { id: string }[], wanted: readonly FaultId[]): string[] {
  const known = new Set(from.map(({ id }) => id));
  const absent = new Map(wanted.filter(({ id }) => !known.has(id)).map(({ id, at }) => [id, at]));
  return [...absent].map(([id, at]) => `${id} (${at})`).sort();
}

// Loaded here: helpers that clean up after themselves cannot be loaded while a test runs.
const rows = readdirSync(__dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'fault-text.ts')
  .flatMap((file) => (require(path.join(__dirname, file)) as { TEXTS: FaultText[] }).TEXTS);

test('every warning goes through addWarning, which asks for an id', () => {
  const direct = LIB.filter(({ file, text }) => file !== 'lib/core/validation.ts' && /\bAnnotations\.of\(/.test(text));
  expect(direct.map(({ file }) => file)).toEqual([]);
});

test('every id is written out', () => {
  expect(found.flatMap(({ computed }) => computed)).toEqual([]);
});

test('every id is documented', () => {
  expect(missing(documented, ids)).toEqual([]);
});

test('every id is documented once, with what is wrong and the cure', () => {
  const all = documented.map(({ id }) => id);
  expect(all.filter((id, index) => all.indexOf(id) !== index)).toEqual([]);
  expect(DOCS.flatMap(({ file, text }) => incompleteRows(file, text))).toEqual([]);
});

test('every documented id exists', () => {
  expect(missing(ids, documented)).toEqual([]);
});

test('every id has its sentence in test/faults', () => {
  expect(missing(rows, ids)).toEqual([]);
});

describe('the search finds', () => {
  test.each([
    [`fault('OUT_OF_RANGE', 'port', 'x')`, ['OUT_OF_RANGE']],
    [`fault(low ? 'TOO_LOW' : 'TOO_HIGH', undefined, 'x')`, ['TOO_LOW', 'TOO_HIGH']],
    [`addWarning(this, { id: 'PUBLIC_API', reason: 'x' })`, ['PUBLIC_API']],
    [`warnings.push({ reason: 'x', id: 'PUBLIC_API' })`, ['PUBLIC_API']],
    [`each.map(({ id, reason }) => fault(id, undefined, reason))`, []],
    [`const node = { id: 'NAME', parent };`, []],
  ])('%s', (text, wanted) => {
    expect(faultIds('lib/x.ts', text).ids.map(({ id }) => id)).toEqual(wanted);
  });

  test.each([`fault(ID, 'port', 'x')`, `fault(\`\${kind}_LOST\`, 'port', 'x')`, `fault('lower_case', 'port', 'x')`])(
    'that an id is computed: %s',
    (text) => expect(faultIds('lib/x.ts', text).computed).toHaveLength(1),
  );

  test('ids of documents, and rows without a cure', () => {
    const table = '| Id | What is wrong | Cure |\n| --- | --- | --- |\n| `A_B` | Bad. | Mend it. |\n| `C` | Bad. | |\n';
    expect(documentedIds('docs/x.md', table).map(({ id }) => id)).toEqual(['A_B', 'C']);
    expect(incompleteRows('docs/x.md', table)).toEqual(['docs/x.md: | `C` | Bad. | |']);
  });

  test('what one list lacks', () => {
    expect(
      missing(
        [{ id: 'A' }],
        [
          { id: 'A', at: 'lib/x.ts:1' },
          { id: 'B', at: 'lib/x.ts:2' },
        ],
      ),
    ).toEqual(['B (lib/x.ts:2)']);
  });
});

test('the ids of warnings are those of the rows that begin with Warning', () => {
  const warnings = DOCS.flatMap(({ text }) =>
    [...text.matchAll(/^\| `([A-Z_]+)` +\| Warning: /gm)].map(([, id]) => id),
  );
  expect([...WARNING_IDS]).toEqual(warnings.sort());
  expect(DOCS.filter(({ text }) => /\| A warning: /.test(text)).map(({ file }) => file)).toEqual([]);
});
