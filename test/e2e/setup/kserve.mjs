// KServe's webhooks and its controller of InferenceServices as a program, built from its Go module, and the charts whose definitions they need.
import path from 'node:path';
import { buildPrograms, pinned } from './control-plane.mjs';

const MODULE = 'github.com/kserve/kserve';

/**
 * Makes the program ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string, module: string}>} its version without `v`, its path, and the folder of its Go module
 */
export async function prepareKServe(cache) {
  const version = pinned('kserve', MODULE);
  const module = path.join(cache, 'go', 'mod', `${MODULE}@v${version}`);
  const program = { name: 'kserve', module: 'kserve', package: './manager', reads: [path.join(module, 'charts')] };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version, program: programs.kserve, module };
}
