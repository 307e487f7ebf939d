// Keeps the counts of .ci/run.
//   ci-result.mjs record NAME STATUS SECONDS   adds a step; one without counts of its own is one check
//   ci-result.mjs summary                      prints every step and the sum; exits non-zero when anything failed
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RESULTS, writeResult } from './support.mjs';

const file = (name) => path.join(RESULTS, `${name}.json`);
const read = (name) => JSON.parse(readFileSync(file(name), 'utf8'));

function record(name, status, seconds) {
  const failed = status !== 0;
  const own = existsSync(file(name)) ? read(name) : { passed: failed ? 0 : 1, failed: 0, skipped: 0 };
  // A step that failed without saying which check did is a failure all the same.
  const counts = { ...own, failed: failed ? Math.max(own.failed, 1) : own.failed, seconds };
  writeResult(name, counts);
  console.log(`--- ${name}: ${failed ? `FAILED (exit status ${status})` : 'ok'} after ${seconds} s`);
}

function summary() {
  mkdirSync(RESULTS, { recursive: true });
  const suites = readdirSync(RESULTS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => read(path.basename(name, '.json')))
    .filter((suite) => Number.isInteger(suite.passed));
  console.log('\n=== summary');
  for (const { suite, passed, failed, skipped, seconds = 0, skips = [] } of suites) {
    console.log(`${suite.padEnd(10)} ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
    for (const { title, reason } of skips) console.log(`  skipped: ${title}: ${reason}`);
  }
  const sum = (key) => suites.reduce((total, suite) => total + suite[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
}

const [command, name, status, seconds] = process.argv.slice(2);
if (command === 'record') record(name, Number(status), Number(seconds));
else if (command === 'summary') summary();
else {
  console.error(`unknown command ${command}`);
  process.exitCode = 2;
}
