// The Kubernetes control plane as programs: from PATH where the version is right, else built from Go modules.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, run, say, which } from '../../../scripts/support.mjs';

const TOOLS = path.join(ROOT, 'test', 'e2e', 'tools');
const MINIMUM_GO = [1, 25];

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
  const bin = path.join(cache, 'bin');
  const found = {};
  for (const program of wanted) {
    const file = which(program.name);
    if (file && (await versionMatches(file, program.says))) found[program.name] = file;
  }
  const toBuild = wanted.filter(({ name }) => !found[name]);
  if (toBuild.length > 0) await build(cache, bin, version, toBuild);
  for (const { name } of toBuild) found[name] = path.join(bin, name);
  return { version, programs: found };
}

async function build(cache, bin, version, toBuild) {
  const stampOf = (name) => path.join(bin, `.${name}.stamp`);
  const keys = new Map(toBuild.map(({ name, module }) => [name, sourceKey(module)]));
  const stale = toBuild.filter(({ name }) => {
    const present = existsSync(path.join(bin, name)) && existsSync(stampOf(name));
    return !present || readFileSync(stampOf(name), 'utf8') !== keys.get(name);
  });
  if (stale.length === 0) return;
  const go = await findGo(stale.map(({ name }) => name).join(', '));

  mkdirSync(bin, { recursive: true });
  say(`building Kubernetes ${version} from Go modules (about five minutes on two cores, once)`);
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOCACHE: path.join(cache, 'go', 'build'),
    GOMODCACHE: path.join(cache, 'go', 'mod'),
    GOFLAGS: '-modcacherw -buildvcs=false -mod=readonly',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
  };
  for (const program of stale) {
    say(`building ${program.name}`);
    const command = [go, 'build', '-trimpath', '-ldflags', linkerFlags(version), '-o', path.join(bin, program.name)];
    const result = await run([...command, program.package], {
      cwd: path.join(TOOLS, program.module),
      env,
      capture: true,
    });
    if (result.code !== 0) {
      const reason = `${result.stdout}${result.stderr}`.trim().split('\n').slice(-3).join(' ');
      throw new Error(`building ${program.name} failed: ${reason}`);
    }
    chmodSync(path.join(bin, program.name), 0o755);
    writeFileSync(stampOf(program.name), keys.get(program.name));
  }
}

async function findGo(wanted) {
  const minimum = MINIMUM_GO.join('.');
  const go = which('go');
  if (!go) throw new Error(`${wanted} not on PATH, and no Go ${minimum} to build from`);
  const version = (await run([go, 'env', 'GOVERSION'], { capture: true })).stdout.trim();
  const [major, minor] = version.replace(/^go/, '').split('.').map(Number);
  if (major > MINIMUM_GO[0] || (major === MINIMUM_GO[0] && minor >= MINIMUM_GO[1])) return go;
  throw new Error(`${wanted} not on PATH, and Go ${minimum} or later is needed to build; this is ${version}`);
}

// Without them the API server takes itself for version 0.0.0, and clients and the scheduler judge features by that.
function linkerFlags(version) {
  const [major, minor] = version.split('.');
  const set = (name, value) => `-X k8s.io/component-base/version.${name}=${value}`;
  return ['-s -w', set('gitVersion', `v${version}`), set('gitMajor', major), set('gitMinor', minor)].join(' ');
}

function pinned(folder, module) {
  const line = new RegExp(`^\\s*(?:require )?${module.replaceAll('.', '\\.')} v(\\S+)`, 'm');
  return line.exec(readFileSync(path.join(TOOLS, folder, 'go.mod'), 'utf8'))[1];
}

/** Changes when what a program is built from does. */
function sourceKey(module) {
  const sources = ['go.mod', 'go.sum', 'etcd/main.go'].map((file) => path.join(TOOLS, module, file)).filter(existsSync);
  const hash = createHash('sha256');
  for (const file of sources) hash.update(readFileSync(file));
  return hash.digest('hex');
}

async function versionMatches(file, says) {
  const { code, stdout } = await run([file, '--version'], { capture: true }).catch(() => ({ code: 1, stdout: '' }));
  return code === 0 && (says instanceof RegExp ? says.test(stdout) : stdout.includes(says));
}
