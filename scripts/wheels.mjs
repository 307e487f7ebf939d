// Wheels of a virtual environment that a suite makes for itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun, say } from './support.mjs';

const ATTEMPTS = 3;
const PAUSE_MS = 10_000;
// A busy machine takes ten times as long as an idle one.
const INSTALL_SECONDS = 600;

/**
 * Installs all wheels of a list at once, and nothing that they require besides; a registry that fails is asked again.
 *
 * @param python interpreter of the environment
 * @param requirements file with the list
 * @param options further options of pip
 */
export async function installWheels(python, requirements, options) {
  const quiet = ['--quiet', '--no-input', '--no-cache-dir', '--disable-pip-version-check', '--no-deps'];
  const command = [python, '-m', 'pip', 'install', ...quiet, ...options, '-r', requirements];
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mustRun(['timeout', String(INSTALL_SECONDS), ...command], { capture: true });
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      say(`attempt ${attempt} of ${ATTEMPTS} failed: ${error.message.split('\n').at(-1)}`);
      await sleep(PAUSE_MS);
    }
  }
}
