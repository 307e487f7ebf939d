// Tools that check scripts and Python programs: a virtual environment under .cache, made anew when the pinned versions change.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CACHE, mustRun, ROOT } from './support.mjs';

const REQUIREMENTS = path.join(ROOT, 'test', 'scripts', 'requirements.txt');
const VENV = path.join(CACHE, 'script-tools');

/** Makes them ready. */
export async function installScriptTools() {
  const stamp = path.join(VENV, 'requirements.txt');
  const wanted = readFileSync(REQUIREMENTS, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(VENV, { recursive: true, force: true });
  await mustRun(['python3', '-m', 'venv', VENV]);
  await mustRun([path.join(VENV, 'bin', 'pip'), 'install', '--quiet', '-r', REQUIREMENTS], { capture: true });
  writeFileSync(stamp, wanted);
}

/** The path of a tool. */
export function scriptTool(name) {
  return path.join(VENV, 'bin', name);
}
