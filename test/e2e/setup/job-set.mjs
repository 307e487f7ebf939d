// The controller of JobSets as a program, built from its Go module, whose definitions and webhooks it needs.
import path from 'node:path';
import { buildPrograms, pinned } from './control-plane.mjs';

const MODULE = 'sigs.k8s.io/jobset';

/**
 * Makes the controller ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string, source: string}>} its version without `v`, its path, and the folder of its module
 */
export async function prepareJobSet(cache) {
  const version = pinned('job-set', MODULE);
  const source = path.join(cache, 'go', 'mod', `${MODULE}@v${version}`);
  const name = 'job-set-manager';
  const program = { name, module: 'job-set', package: MODULE, reads: [path.join(source, 'config')] };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version, program: programs[name], source };
}
