// Tests of jest that are a suite of their own, with a configuration in their folder.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bin, run, writeResult } from './support.mjs';

/**
 * Runs them, prints `N passed, N failed, N skipped`, leaves the counts for CI and sets the status of this process.
 *
 * @param name name of the suite
 * @param folder folder of `jest.config.js`
 * @param work folder for the report
 * @param options env (whole) and words for jest
 */
export async function runJestSuite(name, folder, work, { env, words = [] }) {
  const report = path.join(work, 'jest-report.json');
  const config = path.join(folder, 'jest.config.js');
  const command = [...bin('jest'), '-c', config, '--verbose', '--json', `--outputFile=${report}`];
  const jest = await run([...command, ...words], { env });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  const result = {
    passed: counts?.numPassedTests ?? 0,
    // A test file that does not load has no tests to count, so each counts as one failure.
    failed: counts ? counts.numFailedTests + counts.numRuntimeErrorTestSuites : 1,
    skipped: counts?.numPendingTests ?? 0,
  };
  writeResult(name, result);
  console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
  process.exitCode = jest.code === 0 && result.failed === 0 ? 0 : 1;
}
