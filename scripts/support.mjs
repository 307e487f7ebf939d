// What the scripts share. No dependencies: these run before anything is installed.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
export const CACHE = path.join(ROOT, '.cache');
export const RESULTS = path.join(CACHE, 'results');

const MINIMUM_NODE = [20, 9];
const started = Date.now();

/** Prints a line with the time since the script began. */
export function say(text) {
  console.log(`[${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s] ${text}`);
}

/** The path of a program on PATH, or undefined. */
export function which(program) {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file) && statSync(file).isFile());
}

/**
 * Runs a command to its end. Resolves with its exit status and, with `capture`, what it wrote.
 *
 * @param command argument vector
 * @param options cwd, env (whole), capture (collect output in place of showing it)
 */
export function run(command, { cwd = ROOT, env = process.env, capture = false, input } = {}) {
  return new Promise((resolve, reject) => {
    const output = capture ? 'pipe' : 'inherit';
    const stdio = [input ? 'pipe' : 'ignore', output, output];
    const child = spawn(command[0], command.slice(1), { cwd, env, stdio });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (data) => (stdout += data));
    child.stderr?.on('data', (data) => (stderr += data));
    if (input) child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, stdout, stderr }));
  });
}

/** Like `run`, but a failure throws with the end of what the command wrote. */
export async function mustRun(command, options = {}) {
  const result = await run(command, options);
  if (result.code !== 0) {
    const tail = `${result.stdout}${result.stderr}`.trimEnd().split('\n').slice(-40).join('\n');
    throw new Error(`'${command.join(' ')}' exited with ${result.signal ?? result.code}${tail ? `:\n${tail}` : ''}`);
  }
  return result;
}

/** The command line of npm, whichever way this script was started. */
export function npm(...args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('.js') ? [process.execPath, script, ...args] : ['npm', ...args];
}

/** A program of the project's own node_modules, run by this node. */
export function bin(packageName, program = packageName) {
  const folder = path.join(ROOT, 'node_modules', packageName);
  const { bin: entry } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return [process.execPath, path.join(folder, typeof entry === 'string' ? entry : entry[program])];
}

/** Why node_modules is not what the lockfile says, or undefined when it is. */
export function installFault() {
  const read = (file) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
  const installedFile = 'node_modules/.package-lock.json';
  if (!existsSync(path.join(ROOT, installedFile))) return 'node_modules is missing';
  const wanted = read('package-lock.json');
  const installed = read(installedFile);
  for (const [name, entry] of Object.entries(wanted)) {
    if (name === '' || entry.optional || entry.devOptional || entry.peer) continue;
    if (installed[name]?.version !== entry.version) return `${name} is not ${entry.version}`;
  }
  return undefined;
}

/** Installs the dependencies inside the project, when they are not what the lockfile says. */
export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
    throw new Error(`Node ${MINIMUM_NODE.join('.')} or later is needed; this is ${process.versions.node}`);
  }
  const fault = installFault();
  if (!fault) return;
  say(`npm ci (${fault})`);
  await mustRun(npm('ci', '--no-audit', '--no-fund', '--loglevel=error'));
}

function newest(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => statSync(path.join(folder, file)).mtimeMs)
    .reduce((a, b) => Math.max(a, b), 0);
}

/** Compiles the library when dist is older than its sources. */
export async function ensureBuilt() {
  const main = path.join(ROOT, 'dist', 'index.js');
  const settings = ['package.json', 'tsconfig.jsii.json'].map((file) => statSync(path.join(ROOT, file)).mtimeMs);
  if (existsSync(main) && statSync(main).mtimeMs >= Math.max(newest(path.join(ROOT, 'lib')), ...settings)) return;
  say('npm run build');
  await mustRun(npm('run', '--silent', 'build'), { capture: true });
}

/** The example applications: folders of examples/ with a main.ts. */
export function exampleNames() {
  const folder = path.join(ROOT, 'examples');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'main.ts')))
    .sort();
}

/** An environment for child processes that knows no AWS account, and asks nobody for versions or usage. */
export function cleanEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|TF_VAR_|CDKTF_|npm_)/.test(name));
  return { ...Object.fromEntries(kept), CI: '1', CHECKPOINT_DISABLE: '1', FORCE_COLOR: '0', ...extra };
}

/**
 * Synthesizes an example and returns the folder of its stacks: `<folder>/stacks/<name>/cdk.tf.json`.
 *
 * @param main path of the program: main.ts, or a compiled main.js
 * @param output folder to write to; emptied first
 * @param options nodeArguments of node, env beside the clean environment
 */
export async function synthesize(main, output, { nodeArguments = ['--import', 'tsx'], env: more = {} } = {}) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const env = cleanEnvironment({
    CDKTF_OUTDIR: output,
    TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json'),
    SITES: FEW_SITES,
    ...more,
  });
  const result = await mustRun([process.execPath, ...nodeArguments, main], {
    cwd: path.dirname(main),
    env,
    capture: true,
  });
  return { stacks: stacksIn(output), ...result };
}

/** Of fleet-100-sites one site of each kind: the others of a kind differ by their names alone. */
const FEW_SITES = path.join(ROOT, 'test', 'examples', 'few-sites.csv');

/** The Terraform JSON of each stack of a synthesis. */
export function stacksIn(output) {
  const folder = path.join(output, 'stacks');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ name, file: path.join(folder, name, 'cdk.tf.json') }))
    .map((stack) => ({ ...stack, json: JSON.parse(readFileSync(stack.file, 'utf8')) }));
}

/**
 * Counts checks of one suite and writes them where .ci/run adds all suites up.
 */
export class Suite {
  constructor(name) {
    this.name = name;
    this.passed = 0;
    this.failures = [];
    this.skips = [];
  }

  /** Runs one check; a throw is a failure of that check alone. */
  async check(title, body) {
    try {
      await body();
      this.passed += 1;
      say(`ok      ${title}`);
    } catch (error) {
      this.failures.push(title);
      say(`FAILED  ${title}\n${error.stack ?? error}`);
    }
  }

  skip(title, reason) {
    this.skips.push({ title, reason });
    say(`skipped ${title}: ${reason}`);
  }

  /** Writes the counts, prints them, and sets the exit status. */
  finish() {
    writeResult(this.name, {
      passed: this.passed,
      failed: this.failures.length,
      skipped: this.skips.length,
      skips: this.skips,
    });
    for (const { title, reason } of this.skips) console.log(`skipped: ${title}: ${reason}`);
    console.log(`${this.name}: ${this.passed} passed, ${this.failures.length} failed, ${this.skips.length} skipped`);
    process.exitCode = this.failures.length > 0 ? 1 : 0;
  }
}

/** Writes the counts of a suite: { passed, failed, skipped, skips? }. */
export function writeResult(suite, counts) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(path.join(RESULTS, `${suite}.json`), `${JSON.stringify({ suite, ...counts }, null, 2)}\n`);
}

/** Fails with the message unless the condition holds. */
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}
