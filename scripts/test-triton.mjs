// npm run test:triton: starts a real Triton on this machine with repositories that the library generates.
// Arguments go to jest. Ends with the line 'N passed, N failed, N skipped'.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bin, CACHE, ensureInstalled, ROOT, run, say, writeResult } from './support.mjs';
import { tritonEnvironment } from './triton-server/environment.mjs';

const FOLDER = path.join(ROOT, 'test', 'triton-server');
const WORK = path.join(CACHE, 'triton-server', 'work');
const report = path.join(WORK, 'jest-report.json');

await ensureInstalled();
const environment = await tritonEnvironment();
rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
say(`jest; stand-ins, which answer zeros: ${environment.stoodIn.join(', ')}`);
const command = [
  ...bin('jest'),
  '-c',
  path.join(FOLDER, 'jest.config.js'),
  '--verbose',
  '--json',
  `--outputFile=${report}`,
];
const jest = await run([...command, ...process.argv.slice(2)], {
  env: { ...process.env, TRITON_SERVER: JSON.stringify({ ...environment, work: WORK }) },
});
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
const result = {
  passed: counts?.numPassedTests ?? 0,
  // A test file that does not load has no tests to count, so each counts as one failure.
  failed: counts ? counts.numFailedTests + counts.numRuntimeErrorTestSuites : 1,
  skipped: counts?.numPendingTests ?? 0,
};
writeResult('triton', result);
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exitCode = jest.code === 0 && result.failed === 0 ? 0 : 1;
