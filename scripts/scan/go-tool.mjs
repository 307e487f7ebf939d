// Scanners that are Go programs: built once from their modules at pinned versions, in the caches of the control plane's programs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, expect, mustRun, say, which } from '../support.mjs';

const GO_CACHE = path.join(CACHE, 'e2e', 'go');

/** Builds `module/package@version` and returns the path of the program. */
export async function goTool({ name, package: of, version }) {
  const folder = path.join(CACHE, 'scanners', `${name}-${version}`);
  const program = path.join(folder, name);
  if (existsSync(program)) return program;
  say(`building ${name} ${version}`);
  mkdirSync(folder, { recursive: true });
  await go(name, ['install', `${of}@${version}`], { env: { GOBIN: folder } });
  return program;
}

/** Builds the program of a module that is a folder of this project, anew when its files change, and returns its path. */
export async function ownGoTool({ name, module, env }) {
  const key = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) key.update(readFileSync(path.join(module, file)));
  const wanted = key.digest('hex');
  const folder = path.join(CACHE, 'scanners', name);
  const stamp = path.join(folder, 'key');
  const program = path.join(folder, name);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return program;
  say(`building ${name}`);
  mkdirSync(folder, { recursive: true });
  await go(name, ['build', '-o', program, '.'], { cwd: module, env });
  writeFileSync(stamp, wanted);
  return program;
}

async function go(name, words, { env, ...options }) {
  const program = which('go') ?? ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find((file) => existsSync(file));
  expect(program, `${name} is built from its Go module; install Go to run this check`);
  const environment = {
    ...process.env,
    CGO_ENABLED: '0',
    GOCACHE: path.join(GO_CACHE, 'build'),
    GOMODCACHE: path.join(GO_CACHE, 'mod'),
    GOFLAGS: '-modcacherw -buildvcs=false -trimpath -mod=readonly',
    GOWORK: 'off',
    GOGC: '400',
    ...env,
  };
  await mustRun([program, ...words], { ...options, env: environment, capture: true });
}
