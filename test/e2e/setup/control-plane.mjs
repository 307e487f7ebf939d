// The Kubernetes control plane as programs: from PATH where the version is right, else built from Go modules.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, run, say, which } from '../../../scripts/support.mjs';

const TOOLS = path.join(ROOT, 'test', 'e2e', 'tools');

/**
 * Each program, its package in its module of tools, and what its `--version` must say when it is taken from PATH. kwok has a module
 * of its own because it does not compile against the client libraries of this Kubernetes version.
 */
function programs(version) {
  const minor = version.split('.').slice(0, 2).join('.');
  const kubernetes = (name) => ({
    name,
    module: 'control-plane',
    package: `k8s.io/kubernetes/cmd/${name}`,
    says: `Kubernetes v${minor}.`,
  });
  return [
    { name: 'etcd', module: 'control-plane', package: './etcd', says: /etcd Version: 3\.[56]\./ },
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map(kubernetes),
    { name: 'kwok', module: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', says: /version v?0\.[78]\./ },
  ];
}

/**
 * Makes the programs ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, programs: Record<string, string>}>} Kubernetes version without `v`, and paths by name
 */
export async function prepareControlPlane(cache) {
  const version = pinned('control-plane', 'k8s.io/kubernetes');
  const wanted = programs(version);
  const found = {};
  for (const program of wanted) {
    const file = which(program.name);
    if (file && (await versionMatches(file, program.says))) found[program.name] = file;
  }
  const toBuild = wanted.filter(({ name }) => !found[name]);
  return { version, programs: { ...found, ...(await buildPrograms(cache, version, toBuild)) } };
}

/**
 * Builds programs from Go modules, those that are not yet what the modules say.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @param {string} version Kubernetes version without `v` that they take themselves for
 * @param {{name: string, module: string, package: string, reads?: string[], tags?: string[], cgo?: boolean}[]} toBuild each with its folder of tools
 * and its package; `reads` are files of the module cache that are wanted beside it, `tags` say what of the package is built, `cgo` that part of it is C
 * @returns {Promise<Record<string, string>>} paths by name
 */
export async function buildPrograms(cache, version, toBuild) {
  const bin = path.join(cache, 'bin');
  await buildStale(cache, bin, version, toBuild);
  return Object.fromEntries(toBuild.map(({ name }) => [name, path.join(bin, name)]));
}

async function buildStale(cache, bin, version, toBuild) {
  const stampOf = (name) => path.join(bin, `.${name}.stamp`);
  const keys = new Map(toBuild.map(({ name, module, tags }) => [name, sourceKey(module, tags)]));
  const stale = toBuild.filter(({ name, reads = [] }) => {
    const present = [path.join(bin, name), stampOf(name), ...reads].every(existsSync);
    return !present || readFileSync(stampOf(name), 'utf8') !== keys.get(name);
  });
  if (stale.length === 0) return;
  const go = await findGo(stale);

  mkdirSync(bin, { recursive: true });
  const env = {
    ...process.env,
    GOCACHE: path.join(cache, 'go', 'build'),
    // Compilers that collect garbage less often take a sixth less time, and memory that is there.
    GOGC: '400',
    GOMODCACHE: path.join(cache, 'go', 'mod'),
    GOFLAGS: '-modcacherw -buildvcs=false -mod=readonly',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
  };
  // One command for all programs of a module: they share most packages, and both cores stay busy.
  for (const module of new Set(stale.map((program) => program.module))) {
    const group = stale.filter((program) => program.module === module);
    say(`building ${group.map(({ name }) => name).join(', ')} from Go modules (minutes, once)`);
    // A program alone has the name that we give it, several have those of their packages.
    const target = group.length === 1 ? path.join(bin, group[0].name) : `${bin}${path.sep}`;
    const tags = [...new Set(group.flatMap((program) => program.tags ?? []))].join(',');
    const flags = ['-trimpath', '-gcflags=all=-dwarf=false', '-ldflags', linkerFlags(version), '-tags', tags];
    const command = [go, 'build', ...flags, '-o', target];
    const packages = group.map((program) => program.package);
    const CGO_ENABLED = group.some((program) => program.cgo) ? '1' : '0';
    const options = { cwd: path.join(TOOLS, module), env: { ...env, CGO_ENABLED }, capture: true };
    const result = await run([...command, ...packages], options);
    if (result.code !== 0) {
      const reason = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-3).join(' ');
      throw new Error(`building from module ${module} failed: ${reason}`);
    }
    for (const { name } of group) writeFileSync(stampOf(name), keys.get(name));
  }
}

/** Go, where it is as new as the modules of all these programs ask. */
async function findGo(stale) {
  const wanted = stale.map(({ name }) => name).join(', ');
  const needed = stale.map(({ module }) => /^go (\d+)\.(\d+)/m.exec(goMod(module)).slice(1).map(Number));
  const [least] = needed.sort(([a, b], [c, d]) => c - a || d - b);
  const go = which('go');
  if (!go) throw new Error(`${wanted} not on PATH, and no Go ${least.join('.')} to build from`);
  const version = (await run([go, 'env', 'GOVERSION'], { capture: true })).stdout.trim();
  const [major, minor] = version.replace(/^go/, '').split('.').map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) return go;
  throw new Error(`${wanted} not on PATH, and Go ${least.join('.')} or later is needed to build; this is ${version}`);
}

// Without them the API server takes itself for version 0.0.0, and clients and the scheduler judge features by that.
function linkerFlags(version) {
  const [major, minor] = version.split('.');
  const set = (name, value) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s -w', set('gitVersion', `v${version}`), set('gitMajor', major), set('gitMinor', minor)].join(' ');
}

/** The version without `v` of a module that the go.mod of a folder of tools pins. */
export function pinned(folder, module) {
  const line = new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} v(\\S+)`, 'm');
  return line.exec(goMod(folder))[1];
}

function goMod(folder) {
  return readFileSync(path.join(TOOLS, folder, 'go.mod'), 'utf8');
}

/** Changes when what a program is built from does. */
function sourceKey(module, tags = []) {
  const sources = ['go.mod', 'go.sum', 'etcd/main.go', 'manager/main.go']
    .map((file) => path.join(TOOLS, module, file))
    .filter(existsSync);
  const hash = createHash('sha256').update(tags.join(','));
  for (const file of sources) hash.update(readFileSync(file));
  return hash.digest('hex');
}

async function versionMatches(file, says) {
  const { code, stdout } = await run([file, '--version'], { capture: true }).catch(() => ({ code: 1, stdout: '' }));
  return code === 0 && (says instanceof RegExp ? says.test(stdout) : stdout.includes(says));
}
