// Scanners that are Go programs: built once from their modules at a pinned version.
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { CACHE, expect, mustRun, say, which } from '../support.mjs';

/** Builds `module/package@version` and returns the path of the program. */
export async function goTool({ name, package: of, version, env = {} }) {
  const folder = path.join(CACHE, 'scanners', `${name}-${version}`);
  const program = path.join(folder, name);
  if (existsSync(program)) return program;
  const go = which('go') ?? ['/usr/local/go/bin/go', '/usr/lib/go/bin/go'].find((file) => existsSync(file));
  expect(go, `${name} is built from its Go module; install Go to run this check`);
  say(`building ${name} ${version}`);
  mkdirSync(folder, { recursive: true });
  const environment = { ...process.env, ...env, GOBIN: folder, GOFLAGS: '-buildvcs=false' };
  await mustRun([go, 'install', `${of}@${version}`], { env: environment, capture: true });
  return program;
}
