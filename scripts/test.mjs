// npm test: type check and unit tests, after `npm ci` when the dependencies are not what the lockfile says.
// Arguments go to jest, and then jest alone runs: npm test -- test/core -t 'escapes'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bin, CACHE, ensureInstalled, run, say, writeResult } from './support.mjs';

const passThrough = process.argv.slice(2);

await ensureInstalled();

const isWhole = passThrough.length === 0;
const checked = isWhole && run([...bin('typescript', 'tsc'), '--noEmit', '--pretty', 'false'], { capture: true });
say(isWhole ? 'jest; a type check beside it' : 'jest');
const report = path.join(CACHE, 'jest-report.json');
rmSync(report, { force: true });
mkdirSync(CACHE, { recursive: true });
const ci = process.env.CI ? ['--ci'] : [];
const jest = await run([...bin('jest'), '--json', `--outputFile=${report}`, ...ci, ...passThrough]);
const types = await checked;
const typesHold = !types || types.code === 0;
if (!typesHold) console.log(types.stdout.trimEnd());

const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
const result = {
  passed: (counts?.numPassedTests ?? 0) + (isWhole && typesHold ? 1 : 0),
  // A test file that does not load has no tests to count, so each counts as one failure.
  failed: (counts ? counts.numFailedTests + counts.numRuntimeErrorTestSuites : 1) + (typesHold ? 0 : 1),
  skipped: (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0),
};
const succeeded = typesHold && jest.code === 0 && result.failed === 0;
if (isWhole) writeResult('unit', result);
if (!typesHold) console.log('The type check failed: see above.');
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exitCode = succeeded ? 0 : 1;
