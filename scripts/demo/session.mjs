// The demo's stand-ins from outside: started when they are not there, found when they are, and ended.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE, cleanEnvironment, ROOT } from '../support.mjs';

/** Folder of everything the demo keeps. */
export const FOLDER = path.join(CACHE, 'e2e', 'runs', 'demo');
/** How the stand-ins are reached, while they run. */
export const STANDING = path.join(FOLDER, 'standing.json');
const LOG = path.join(FOLDER, 'stand-ins.log');
const START_SECONDS = 120;
const END_SECONDS = 60;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function ask(standing, method, target) {
  const headers = { authorization: `Bearer ${standing.token}` };
  return fetch(`${standing.control}${target}`, { method, headers, signal: AbortSignal.timeout(5000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** How running stand-ins are reached, or undefined. */
export async function findStandIns() {
  if (!existsSync(STANDING)) return undefined;
  const standing = JSON.parse(readFileSync(STANDING, 'utf8'));
  return (await ask(standing, 'GET', '/')) ? standing : undefined;
}

/** Starts the stand-ins in a process that outlives this one, with what they held before. */
export async function startStandIns() {
  mkdirSync(FOLDER, { recursive: true });
  rmSync(STANDING, { force: true });
  const log = openSync(LOG, 'w');
  const program = fileURLToPath(new URL('stand-ins.mjs', import.meta.url));
  const env = cleanEnvironment({ TSX_TSCONFIG_PATH: path.join(ROOT, 'tsconfig.json') });
  const options = { cwd: FOLDER, env, detached: true, stdio: ['ignore', log, log] };
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), program], options);
  closeSync(log);
  let ended = false;
  child.once('exit', () => (ended = true));
  child.once('error', () => (ended = true));
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const standing = await findStandIns();
    if (standing) {
      child.unref();
      return standing;
    }
    if (ended || Date.now() > deadline) {
      if (!ended) child.kill('SIGTERM');
      throw new Error(`the stand-ins did not start:\n${readFileSync(LOG, 'utf8').trimEnd().slice(-2000)}`);
    }
    await pause(250);
  }
}

/** Ends running stand-ins and waits until they are gone. */
export async function endStandIns(standing) {
  await ask(standing, 'POST', '/end');
  const deadline = Date.now() + END_SECONDS * 1000;
  while (isRunning(standing.pid)) {
    if (Date.now() > deadline) throw new Error(`the stand-ins (process ${standing.pid}) did not end`);
    await pause(250);
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
