import { existsSync, readFileSync, readdirSync } from 'fs';
import * as path from 'path';
import { parse } from 'yaml';
import { MetricExporter } from '../../lib/catalog/metric-kind';
import { monitor } from '../monitoring/support';

const ROOT = path.join(__dirname, '..', '..');
const DOCUMENT = readFileSync(path.join(ROOT, 'docs/reliability.md'), 'utf8');
const COLUMNS = ['Workload', 'At once', 'By itself, and when', 'Lost', 'Alert', 'To do', 'Test'];
/** Files whose tests are rows, all of them but those that say of themselves that they lead from one to the next. */
const OWN = ['test/e2e/reliability.e2e.ts', 'test/reliability/full-disk.test.ts', 'test/reliability/pods.test.ts'];
/** Titles of rows begin with what fails. */
const OF_A_ROW =
  /^(lost node|lost zone|drained pool|capacity block's end|full disk|store that cannot be reached|revoked role): /;

interface TestName {
  readonly file: string;
  readonly title: string;
}

interface DocumentedRow {
  readonly failure: string;
  readonly cells: string[];
  readonly tests: TestName[];
}

/** The rows of all tables with a column of tests. */
function rowsOf(document: string): DocumentedRow[] {
  return document.split(/^## /m).flatMap((section) => {
    const lines = section.split('\n').filter((line) => line.startsWith('|'));
    const tables = lines.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    if (tables[0]?.at(-1) !== 'Test') return [];
    expect(tables[0]).toEqual(COLUMNS);
    return tables.slice(2).map((cells) => ({
      failure: section.split('\n')[0],
      cells,
      tests: [...cells.at(-1)!.matchAll(/`([^`]+)` › ([^`]+?)(?=; `|$)/g)].map(([, file, title]) => ({ file, title })),
    }));
  });
}

/** Titles of tests as they stand in a file: of single tests, of groups, of rows of a table, and of checks. */
function titlesIn(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const quoted = /(?:\b(?:test|describe|onDisks|suite\.check)\(|^\s+\[)\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)")/gm;
  return [...text.matchAll(quoted)].map(([, single, double]) => (single ?? double).replace(/\\'/g, "'"));
}

const ROWS = rowsOf(DOCUMENT);
const keyOf = ({ file, title }: TestName) => `${file} › ${title}`;

/** What is wrong between rows and tests. */
function differences(
  rows: readonly DocumentedRow[],
  own: readonly TestName[],
  exists: (test: TestName) => boolean,
): string[] {
  const named = rows.flatMap(({ tests }) => tests);
  const keys = named.map(keyOf);
  return [
    ...rows.filter(({ tests }) => tests.length === 0).map(({ failure, cells }) => `no test: ${failure}, ${cells[0]}`),
    ...named.filter((test) => !exists(test)).map((test) => `no such test: ${keyOf(test)}`),
    ...keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `in two rows: ${key}`),
    ...own.filter((test) => !keys.includes(keyOf(test))).map((test) => `in no row: ${keyOf(test)}`),
  ];
}

const OWN_TESTS = OWN.flatMap((file) =>
  titlesIn(file)
    .filter((title) => OF_A_ROW.test(title))
    .map((title) => ({ file, title })),
);
const exists = ({ file, title }: TestName) => existsSync(path.join(ROOT, file)) && titlesIn(file).includes(title);

test('each row has a test that there is, and each test of a failure is in one row', () => {
  expect(OWN_TESTS.length).toBeGreaterThan(40);
  expect(differences(ROWS, OWN_TESTS, exists)).toEqual([]);
});

test('each failure has a row for each workload, with nothing left out', () => {
  const failures = [...new Set(ROWS.map(({ failure }) => failure))];
  const workloads = [...DOCUMENT.split('## ')[0].matchAll(/^\| (?!Name|-)([^|]+?) +\|/gm)].map(([, name]) => name);
  expect([failures.length, workloads.length]).toEqual([7, 9]);
  for (const failure of failures) {
    const rows = ROWS.filter((row) => row.failure === failure);
    expect([failure, rows.map(({ cells }) => cells[0])]).toEqual([failure, workloads]);
    expect(rows.flatMap(({ cells }) => cells).filter((cell) => cell === '')).toEqual([]);
  }
});

test('each alert that is named is one of MonitoringStack', () => {
  const watched = [{}, { target: { jobName: 'two', replicas: 2 } }, { target: GATEWAY }];
  const { groups } = parse(monitor(watched).monitoring.rules) as { groups: { rules: { alert?: string }[] }[] };
  const alerts = [...groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? [])), 'Watchdog'];
  const named = ROWS.flatMap(({ cells }) => [...cells[4].matchAll(/`([A-Z]\w+)`/g)].map(([, alert]) => alert));
  expect([...new Set(named)].filter((alert) => !alerts.includes(alert))).toEqual([]);
  expect(ROWS.filter(({ cells }) => !/`|^none|^as servers/.test(cells[4])).map(({ cells }) => cells[4])).toEqual([]);
});

const GATEWAY = {
  jobName: 'gateway-door',
  exporters: [MetricExporter.ENVOY],
  models: ['chat'],
  usesGpus: false,
  replicas: 2,
};

test('all files of this folder that test rows are known', () => {
  const tests = readdirSync(__dirname).filter((file) => file.endsWith('.test.ts') && file !== 'documented.test.ts');
  expect(tests.map((file) => `test/reliability/${file}`).every((file) => OWN.includes(file))).toBe(true);
});

describe('the search finds', () => {
  const row = (title: string): DocumentedRow => ({ failure: 'x', cells: ['y'], tests: [{ file: 'a.ts', title }] });

  test.each([
    ['a row without a test', [{ ...row('t'), tests: [] }], [], 'no test: x, y'],
    ['a test that is gone', [row('gone')], [], 'no such test: a.ts › gone'],
    ['a test in two rows', [row('t'), row('t')], [], 'in two rows: a.ts › t'],
    ['a test in no row', [], [{ file: 'a.ts', title: 't' }], 'in no row: a.ts › t'],
  ])('%s', (_, rows, own, wanted) => {
    expect(differences(rows, own, ({ title }) => title === 't')).toEqual([wanted]);
  });

  test('two tests of a row', () => {
    const table = `## x\n| ${COLUMNS.join(' | ')} |\n| --- |\n| y | | | | | | \`a.ts\` › b, c; \`d.ts\` › e |\n`;
    expect(rowsOf(table).flatMap(({ tests }) => tests.map(keyOf))).toEqual(['a.ts › b, c', 'd.ts › e']);
  });
});
