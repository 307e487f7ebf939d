// Terraform providers that lie on this machine, where Terraform itself or an administrator would have put them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../../scripts/support.mjs';

const HOST = 'registry.terraform.io';
const PLATFORM = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
/** Folders of the root that hold no software, or are slow to read. */
const NOT_SEARCHED = ['proc', 'sys', 'dev', 'run', 'tmp', 'boot', 'lost+found'];
const SEARCH_DEPTH = 3;

/**
 * Every provider found, best place first: a mirror named in the CLI configuration, the directories Terraform reads by itself, and a
 * directory named after the registry near the root of the disk.
 *
 * @returns {{source: string, version: string, mirror: string}[]} e.g. source `hashicorp/aws`, version `5.100.0`, and the folder
 * that a `filesystem_mirror` block must name
 */
export function findProviders() {
  const mirrors = [...new Set([...configuredMirrors(), ...impliedMirrors(), ...mirrorsNearRoot()])];
  const found = mirrors.flatMap(providersIn);
  const first = new Map();
  for (const provider of found) {
    const key = `${provider.source} ${provider.version}`;
    if (!first.has(key)) first.set(key, provider);
  }
  return [...first.values()];
}

/**
 * Which version of each Terraform provider is applied, and for which the package's code is typed.
 *
 * @param {{source: string, version: string}[]} found providers on disk
 * @returns {string[]} one line each, e.g. `hashicorp/aws 5.100.0 from disk; the code is typed for 6.25.0`
 */
export function providerLines(found) {
  return ['aws', 'kubernetes', 'helm'].map((name) => {
    const file = path.join(ROOT, 'node_modules', '@cdktf', `provider-${name}`, 'package.json');
    const typed = JSON.parse(readFileSync(file, 'utf8')).cdktf.provider.version;
    const source = `hashicorp/${name}`;
    const versions = found.filter((it) => it.source === source).map(({ version }) => version);
    versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const applied = versions.includes(typed) ? typed : versions.pop();
    const taken = applied ? `${applied} from disk` : 'not on disk: from the registry, or without it';
    return `${source} ${taken}; the code is typed for ${typed}`;
  });
}

function configuredMirrors() {
  const file = process.env.TF_CLI_CONFIG_FILE ?? path.join(os.homedir(), '.terraformrc');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const named = [...text.matchAll(/filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"/gs)].map(([, folder]) => folder);
  return [...(process.env.E2E_PROVIDER_MIRROR ?? '').split(path.delimiter), ...named].filter(Boolean);
}

/** @see https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories */
function impliedMirrors() {
  const home = os.homedir();
  const data = process.env.XDG_DATA_HOME ?? path.join(home, '.local', 'share');
  const shared = (process.env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(':').filter(Boolean);
  return [
    path.join(home, '.terraform.d', 'plugins'),
    path.join(home, 'Library', 'Application Support', 'io.terraform', 'plugins'),
    ...[data, ...shared].map((folder) => path.join(folder, 'terraform', 'plugins')),
  ];
}

function mirrorsNearRoot() {
  const found = [];
  const visit = (folder, depth) => {
    for (const name of foldersIn(folder)) {
      if (name === HOST) found.push(folder);
      else if (depth < SEARCH_DEPTH && !name.startsWith('.')) visit(path.join(folder, name), depth + 1);
    }
  };
  const root = path.parse(process.cwd()).root;
  for (const name of foldersIn(root)) {
    if (name === HOST) found.push(root);
    else if (!NOT_SEARCHED.includes(name)) visit(path.join(root, name), 2);
  }
  return found;
}

function providersIn(mirror) {
  const found = [];
  const registry = path.join(mirror, HOST);
  for (const namespace of foldersIn(registry)) {
    for (const type of foldersIn(path.join(registry, namespace))) {
      const folder = path.join(registry, namespace, type);
      for (const version of foldersIn(folder)) {
        if (existsSync(path.join(folder, version, PLATFORM)))
          found.push({ source: `${namespace}/${type}`, version, mirror });
      }
      for (const file of existsSync(folder) ? readdirSync(folder) : []) {
        const packed = new RegExp(`^terraform-provider-${type}_(.+)_${PLATFORM}\\.zip$`).exec(file);
        if (packed) found.push({ source: `${namespace}/${type}`, version: packed[1], mirror });
      }
    }
  }
  return found;
}

function foldersIn(folder) {
  try {
    return readdirSync(folder).filter((name) => isFolder(path.join(folder, name)));
  } catch {
    return [];
  }
}

function isFolder(file) {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}
