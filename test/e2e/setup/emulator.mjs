// The AWS emulator in a Python environment of the project's own.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, run, say, which } from '../../../scripts/support.mjs';

const REQUIREMENTS = path.join(ROOT, 'test', 'e2e', 'tools', 'requirements.txt');
const MINIMUM_PYTHON = [3, 10];

/**
 * Makes the emulator ready.
 *
 * @param {string} cache folder for the Python environment
 * @returns {Promise<{python: string}>} the interpreter that has it
 */
export async function prepareEmulator(cache) {
  const folder = path.join(cache, 'python');
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = path.join(folder, '.stamp');
  const key = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return { python };

  const system = await findPython();
  say('installing the AWS emulator into a Python environment of its own');
  rmSync(folder, { recursive: true, force: true });
  await must([system, '-m', 'venv', folder], 'python -m venv failed (on Debian it needs the package python3-venv)');
  const pip = [python, '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  await must([...pip, '--no-deps', '--require-hashes', '-r', REQUIREMENTS], 'pip install failed');
  writeFileSync(stamp, key);
  return { python };
}

/** Path of a Python that is new enough. */
export async function findPython() {
  for (const name of ['python3', 'python']) {
    const file = which(name);
    if (!file) continue;
    const { code, stdout } = await run([file, '-c', 'import sys; print(*sys.version_info[:2])'], { capture: true });
    const [major, minor] = stdout.trim().split(' ').map(Number);
    if (code === 0 && major === MINIMUM_PYTHON[0] && minor >= MINIMUM_PYTHON[1]) return file;
  }
  throw new Error(`Python ${MINIMUM_PYTHON.join('.')} or later is not on PATH`);
}

/** Runs a command, and throws with its last words where it fails. */
export async function must(command, message) {
  const { code, stdout, stderr } = await run(command, { capture: true });
  if (code !== 0) throw new Error(`${message}: ${`${stdout}${stderr}`.trim().split('\n').slice(-2).join(' ')}`);
}
