// A real Triton for CPUs with its Python backend, in a virtual environment under .cache that is made anew when a pinned version changes.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT, run, say } from '../support.mjs';
import { installWheels } from '../wheels.mjs';

const SOURCES = path.join(ROOT, 'scripts', 'triton-server');
const FOLDER = path.join(CACHE, 'triton-server');
const VENV = path.join(FOLDER, 'venv');
const PYTHON = path.join(VENV, 'bin', 'python');
const READY = path.join(FOLDER, 'ready.json');
const INSTALLED_FROM = ['requirements.txt', 'stand_in.py', 'environment.mjs'];

/** Backends that the wheel does not have: Triton takes a Python file for a backend, as it does for vLLM. */
const STOOD_IN = ['onnxruntime', 'pytorch', 'vllm', 'tensorrtllm'];

/** Of those that the wheel has stubs for, the ones that the pinned numpy has wheels for. */
const PYTHONS = ['3.10', '3.11', '3.12'];

/**
 * Makes the environment where it is missing or of other versions.
 *
 * @returns `python`, which has `tritonclient`; `bin`, the folder of `tritonserver`; `backends`, the folder of its backends; `variables`, what
 * the server needs in its environment; `stoodIn`, the backends that are stand-ins
 */
export async function tritonEnvironment() {
  const { stdout } = await mustRun(
    ['python3', '-c', 'import platform, sys; print("%d.%d" % sys.version_info[:2], sys.platform, platform.machine())'],
    { capture: true },
  );
  const [version, ...platform] = stdout.trim().split(' ');
  if (platform.join(' ') !== 'linux x86_64' || !PYTHONS.includes(version)) {
    throw new Error(
      `Triton for CPUs needs Python ${PYTHONS[0]} to ${PYTHONS.at(-1)} on Linux on x86-64; python3 is ${version} on ${platform.join(' ')}`,
    );
  }
  const key = createHash('sha256');
  for (const file of INSTALLED_FROM) key.update(readFileSync(path.join(SOURCES, file)));
  const wanted = key.update(stdout + FOLDER).digest('hex');
  const found = existsSync(READY) ? JSON.parse(readFileSync(READY, 'utf8')) : undefined;
  if (found?.key === wanted) return found;
  const started = Date.now();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  say('Triton for CPUs: installing');
  await mustRun(['python3', '-m', 'venv', VENV]);
  await installWheels(PYTHON, path.join(SOURCES, 'requirements.txt'), ['--require-hashes']);
  const packages = path.join(VENV, 'lib', `python${version}`, 'site-packages');
  const server = path.join(packages, 'pytriton', 'tritonserver');
  const backends = path.join(server, 'backends');
  const stub = 'triton_python_backend_stub';
  copyFileSync(path.join(server, 'python_backend_stubs', version, stub), path.join(backends, 'python', stub));
  for (const backend of STOOD_IN) {
    mkdirSync(path.join(backends, backend), { recursive: true });
    copyFileSync(path.join(SOURCES, 'stand_in.py'), path.join(backends, backend, 'model.py'));
  }
  const asked = 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))';
  const libraries = (await mustRun([PYTHON, '-c', asked], { capture: true })).stdout.trim();
  const made = {
    key: wanted,
    python: PYTHON,
    bin: path.join(server, 'bin'),
    backends,
    caches: path.join(server, 'caches'),
    variables: {
      LD_LIBRARY_PATH: libraries,
      PYTHONPATH: packages,
      PATH: [path.join(server, 'bin'), path.join(VENV, 'bin'), process.env.PATH].join(path.delimiter),
    },
    stoodIn: STOOD_IN,
    seconds: Math.round((Date.now() - started) / 1000),
  };
  const env = { ...process.env, ...made.variables };
  const help = await run([path.join(made.bin, 'tritonserver'), '--help'], { capture: true, env });
  if (!`${help.stdout}${help.stderr}`.includes('--model-repository'))
    throw new Error(`tritonserver does not start: ${help.stderr}`);
  writeFileSync(READY, `${JSON.stringify(made, null, 2)}\n`);
  say(`Triton for CPUs: made in ${made.seconds} s`);
  return made;
}
