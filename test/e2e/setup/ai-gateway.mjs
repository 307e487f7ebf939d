// The definitions of Gateway API, Envoy Gateway, Envoy AI Gateway and InferencePools, in the Go modules of their projects.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, run, say, which } from '../../../scripts/support.mjs';
import { pinned } from './control-plane.mjs';

const TOOLS = path.join(ROOT, 'test', 'e2e', 'tools', 'ai-gateway');

const MODULES = {
  aiGateway: 'github.com/envoyproxy/ai-gateway',
  gateway: 'github.com/envoyproxy/gateway',
  inferencePools: 'sigs.k8s.io/gateway-api-inference-extension',
};

/**
 * Makes the modules ready. Nothing is built.
 *
 * @param {string} cache folder for the module cache
 * @returns {Promise<{aiGateway: string, gateway: string, inferencePools: string}>} the folders of the modules
 */
export async function prepareAiGateway(cache) {
  const found = {};
  for (const [name, module] of Object.entries(MODULES)) found[name] = await download(cache, module);
  return found;
}

async function download(cache, module) {
  const version = `v${pinned('ai-gateway', module)}`;
  const modules = path.join(cache, 'go', 'mod');
  // Go makes the folder whole or not at all.
  const folder = path.join(modules, `${module}@${version}`);
  if (existsSync(folder)) return folder;
  const go = which('go');
  if (!go) throw new Error('no Go on PATH to download their modules');
  say(`downloading ${module} ${version}`);
  const env = { ...process.env, GOMODCACHE: modules, GOFLAGS: '-modcacherw', GOTOOLCHAIN: 'local', GOWORK: 'off' };
  const command = [go, 'mod', 'download', '-json', `${module}@${version}`];
  const result = await run(command, { cwd: cache, env, capture: true });
  if (result.code !== 0) throw new Error(`${module}: ${result.stdout}${result.stderr}`.trim().split('\n').pop());
  const { Sum: sum, Dir: made } = JSON.parse(result.stdout);
  // Go checks sums of what a module of ours requires; this one is asked for by name.
  const known = readFileSync(path.join(TOOLS, 'go.sum'), 'utf8');
  if (!known.includes(`${module} ${version} ${sum}\n`))
    throw new Error(`${module} ${version} is ${sum}, not as in go.sum`);
  return made;
}
