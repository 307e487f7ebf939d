// Kueue as a program, built from its Go module, and the definitions and webhooks of its configuration.
import path from 'node:path';
import { buildPrograms, pinned } from './control-plane.mjs';

const MODULE = 'sigs.k8s.io/kueue';

/**
 * Makes Kueue ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string, configuration: string}>} its version without `v`, its path, and the folder of its configuration
 */
export async function prepareKueue(cache) {
  const version = pinned('kueue', MODULE);
  const configuration = path.join(cache, 'go', 'mod', `${MODULE}@v${version}`, 'config', 'components');
  const name = 'kueue-manager';
  const program = { name, module: 'kueue', package: `${MODULE}/cmd/kueue`, reads: [configuration] };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version, program: programs[name], configuration };
}
