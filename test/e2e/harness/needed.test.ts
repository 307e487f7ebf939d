import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const ENVIRONMENT = path.join(__dirname, 'needed-environment.js');
const ROOT = path.join(__dirname, '..', '..', '..');

/** What jest says of a file whose needed test fails or not: the status of each test, and what was printed. */
function judged(fails: boolean): { statuses: { [title: string]: string }; printed: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'needed-'));
  const program = `
    (globalThis.neededTests ??= new Set()).add('the server runs');
    describe('a server', () => {
      test('the server runs', () => expect(${fails}).toBe(false));
      test('answers', () => undefined);
      describe('of two', () => test('answers twice', () => { throw new Error('on nothing'); }));
    });
    test('something else', () => undefined);`;
  writeFileSync(path.join(folder, 'some.test.js'), program);
  writeFileSync(path.join(folder, 'jest.config.js'), `module.exports = { testEnvironment: '${ENVIRONMENT}' };`);
  const report = path.join(folder, 'report.json');
  const jest = path.join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const command = [jest, '-c', path.join(folder, 'jest.config.js'), '-i', '--json', `--outputFile=${report}`];
  let printed = '';
  try {
    execFileSync(process.execPath, command, { stdio: 'pipe', cwd: folder });
  } catch (error) {
    printed = String((error as { stdout: Buffer }).stdout);
  }
  const [{ assertionResults: tests }] = JSON.parse(readFileSync(report, 'utf8')).testResults;
  rmSync(folder, { recursive: true });
  return {
    statuses: Object.fromEntries((tests as { title: string; status: string }[]).map((one) => [one.title, one.status])),
    printed,
  };
}

test('what needs a test that failed is skipped with the reason, and nothing else is', () => {
  const { statuses, printed } = judged(true);
  expect(statuses).toEqual({
    'the server runs': 'failed',
    answers: 'pending',
    'answers twice': 'pending',
    'something else': 'passed',
  });
  expect(printed).toContain("2 tests are skipped, because this failed: 'the server runs'");
});

test('otherwise all are judged', () => {
  expect(judged(false).statuses).toEqual({
    'the server runs': 'passed',
    answers: 'passed',
    'answers twice': 'failed',
    'something else': 'passed',
  });
});
