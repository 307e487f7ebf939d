// npm run e2e: makes the tools ready, then applies the examples to stand-ins of AWS and a real Kubernetes control plane.
// Arguments go to jest, and then the lists of exceptions are not judged: npm run e2e -- harness
// Parts can run apart: npm run e2e -- --part live (real exporters before a real Prometheus 3, whose tools take longest to build), --part kills
// (a pipeline killed at twenty moments), --part losses (lost nodes and zones, on a machine with nothing else to do), --part outage (a cloud and a
// branch with a control plane each, and the line between them cut) and --part rest.
// Ends with the line 'N passed, N failed, N skipped'.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { bin, CACHE, ensureInstalled, run, say, writeResult } from './support.mjs';
import { E2E_CACHE, EVERYTHING, OF_LIVE, ONLY_LIVE, prepare } from '../test/e2e/setup.mjs';
import { providerLines } from '../test/e2e/setup/providers.mjs';

const LIVE = 'monitoring-live';
const KILLS = 'model-pipeline-killed';
const LOSSES = 'reliability';
const OUTAGE = 'hybrid-outage';
/** By the name of the part: what jest is asked for, what is made ready, and what its results are called. */
const PARTS = {
  live: { asked: [LIVE], ...OF_LIVE, name: 'e2e-live', judges: false },
  kills: { asked: [KILLS], further: ['awsCli', 'jobs'], name: 'e2e-kills', judges: false },
  losses: {
    asked: [LOSSES],
    further: ['leaderWorkerSet', 'jobSet', 'kueue', 'kserve'],
    name: 'e2e-losses',
    judges: false,
  },
  outage: { asked: [OUTAGE], further: ['envoy', 'vllm', 'monitoring', 'vmagent'], name: 'e2e-outage', judges: false },
  rest: {
    asked: ['--testPathIgnorePatterns', `${LIVE}|${KILLS}|${LOSSES}|${OUTAGE}`],
    further: EVERYTHING.filter((each) => !ONLY_LIVE.includes(each)),
    name: 'e2e',
    judges: true,
  },
};

const { part, passThrough } = readArguments(process.argv.slice(2));
const { asked, further, usual, name, judges } = part
  ? PARTS[part]
  : { asked: [], further: EVERYTHING, name: 'e2e', judges: true };
const isWhole = passThrough.length === 0;
const report = path.join(CACHE, `${name}-report.json`);
// Of this run alone: a demo, and the other part, may run beside it.
const ledger = path.join(E2E_CACHE, name === 'e2e' ? 'exceptions' : `exceptions-${name}`);
const tools = path.join(E2E_CACHE, `tools.${name}.json`);

function readArguments([first, given, ...rest]) {
  if (first !== '--part') return { passThrough: process.argv.slice(2) };
  if (!Object.hasOwn(PARTS, given)) throw new Error(`--part must be ${Object.keys(PARTS).join(' or ')}; got ${given}`);
  return { part: given, passThrough: rest };
}

/** Entries of the lists of exceptions that no suite used, or whose request none asserted: they are no longer true and must go. */
function idleExceptions() {
  const sums = new Map();
  for (const file of existsSync(ledger) ? readdirSync(ledger) : []) {
    const lists = JSON.parse(readFileSync(path.join(ledger, file), 'utf8'));
    for (const [list, entries] of Object.entries(lists)) {
      for (const [id, use] of Object.entries(entries)) {
        const { used, asserted } = sums.get(`${list}: '${id}'`) ?? { used: 0, asserted: 0 };
        sums.set(`${list}: '${id}'`, { used: used + use.used, asserted: asserted + use.asserted });
      }
    }
  }
  return [...sums].flatMap(([id, { used, asserted }]) => [
    ...(used === 0 ? [`${id} is never used`] : []),
    ...(asserted === 0 ? [`${id} is never asserted`] : []),
  ]);
}

await ensureInstalled();
const { missing, providers, terraform } = await prepare(tools, further, usual);
if (terraform) say(`${terraform.product} ${terraform.version}`);
for (const line of providerLines(providers)) say(line);
mkdirSync(CACHE, { recursive: true });
rmSync(report, { force: true });
rmSync(ledger, { recursive: true, force: true });
mkdirSync(ledger);

say('jest');
const configuration = ['-c', 'test/e2e/jest.config.js', '--verbose'];
const command = [...bin('jest'), ...configuration, '--json', `--outputFile=${report}`, ...asked, ...passThrough];
const jest = await run(command, { env: { ...process.env, E2E_TOOLS: tools, E2E_LEDGER: ledger } });
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
const result = {
  passed: counts?.numPassedTests ?? 0,
  // A test file that does not load has no tests to count, so each counts as one failure.
  failed: counts ? counts.numFailedTests + counts.numRuntimeErrorTestSuites : 1,
  skipped: counts?.numPendingTests ?? 0,
  skips: missing.map((reason) => ({ title: 'end-to-end tests', reason })),
};
if (isWhole && judges && jest.code === 0 && result.skipped === 0) {
  const idle = idleExceptions();
  for (const line of idle) console.log(`FAILED  ${line}`);
  if (idle.length > 0) result.failed += 1;
  else result.passed += 1;
}
if (isWhole) writeResult(name, result);
for (const reason of missing) console.log(`missing: ${reason}`);
console.log(`${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
process.exitCode = jest.code === 0 && result.failed === 0 ? 0 : 1;
