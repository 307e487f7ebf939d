// npm run test:jobs: ruff and mypy on the Job programs in jobs/, and pytest in each environment that they run in. Each tool must also refuse what has a
// fault. Arguments go to pytest, which then runs alone, in the environment that the first names if it names one: npm run test:jobs -- compressor -k gptq
// Without a name, those of BY_HAND are left out. Ends with the line 'N passed, N failed, N skipped'.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JOB_ENVIRONMENTS, TRAINED_MODELS, jobEnvironment, jobVariables } from './jobs-environment.mjs';
import { installScriptTools, scriptTool } from './script-tools.mjs';
import { CACHE, expect, ROOT, run, say, Suite, writeResult } from './support.mjs';

const JOBS = path.join(ROOT, 'jobs');
const WORK = path.join(CACHE, 'jobs', 'work');
const MARKERS = { core: 'not compressor and not gptqmodel', compressor: 'compressor', gptqmodel: 'gptqmodel' };
/** Environments that are made and tested where they are named, each with the reason. */
const BY_HAND = {
  gptqmodel:
    'GPTQModel is built from its sources, for a minute or more, for tests that end in one: run `npm run test:jobs -- gptqmodel` before a release',
};

const [first, ...rest] = process.argv.slice(2);
const words = JOB_ENVIRONMENTS.includes(first) ? rest : [first, ...rest].filter(Boolean);
const environments = JOB_ENVIRONMENTS.includes(first) ? [first] : JOB_ENVIRONMENTS.filter((name) => !(name in BY_HAND));
const isWhole = first === undefined;

rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
const suite = new Suite('jobs');
if (isWhole) await lint();
const counts = { passed: suite.passed, failed: suite.failures.length, skipped: 0 };
const skips = Object.entries(BY_HAND)
  .filter(([name]) => !environments.includes(name))
  .map(([name, reason]) => ({ title: `the tests of the environment '${name}'`, reason }));
counts.skipped += skips.length;
for (const name of environments) await pytest(name);
writeResult('jobs', { ...counts, skips });
for (const { title, reason } of skips) console.log(`skipped: ${title}: ${reason}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function lint() {
  await installScriptTools();
  const tools = [
    { name: 'ruff check', command: ['ruff', 'check', '--no-cache'], faulty: 'import os\n' },
    { name: 'ruff format', command: ['ruff', 'format', '--no-cache', '--check'], faulty: 'x   =  1\n' },
    { name: 'mypy', command: ['mypy', `--cache-dir=${path.join(CACHE, 'mypy')}`], faulty: 'x: int = "one"\n' },
  ];
  for (const { name, command, faulty } of tools) {
    const [tool, ...options] = command;
    const checked = (files) => run([scriptTool(tool), ...options, ...files], { cwd: JOBS, capture: true });
    await suite.check(`${name} accepts jobs/src and jobs/tests`, async () => {
      const { code, stdout, stderr } = await checked(['src', 'tests']);
      expect(code === 0, `${stdout}${stderr}`);
    });
    await suite.check(`${name} refuses a program with a fault`, async () => {
      const file = path.join(WORK, 'faulty.py');
      writeFileSync(file, faulty);
      const { code } = await checked([file]);
      expect(code === 1, `it ended with ${code}`);
    });
  }
}

/** The tests of one environment, added to the counts: by pytest's own report, and a run that does not come to one is a failure. */
async function pytest(name) {
  const { python } = await jobEnvironment(name);
  say(`pytest in the environment '${name}'`);
  const report = path.join(WORK, `${name}.xml`);
  const options = [
    '-m',
    MARKERS[name],
    '-p',
    'no:cacheprovider',
    `--junit-xml=${report}`,
    `--basetemp=${path.join(WORK, name)}`,
  ];
  const env = jobVariables({
    MODEL_PIPELINE_TEST_MODELS: TRAINED_MODELS,
    OMP_WAIT_POLICY: 'PASSIVE',
  });
  const { code } = await run([python, '-m', 'pytest', ...options, ...words], { cwd: JOBS, env });
  const text = readReport(report);
  const number = (attribute) => Number(new RegExp(`<testsuite [^>]*\\b${attribute}="(\\d+)"`).exec(text)?.[1] ?? 0);
  const failed = number('failures') + number('errors');
  counts.failed += failed;
  counts.skipped += number('skipped');
  counts.passed += number('tests') - failed - number('skipped');
  // 5: no test of this environment was chosen.
  if (failed === 0 && code !== 0 && !(code === 5 && !isWhole)) counts.failed += 1;
  for (const [, title, reason] of text.matchAll(
    /<testcase [^>]*\bname="([^"]*)"[^>]*><skipped [^>]*message="([^"]*)"/g,
  )) {
    skips.push({ title, reason });
  }
}

function readReport(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
