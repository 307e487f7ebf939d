// vmagent, built from its Go module.
import { buildPrograms, pinned } from './control-plane.mjs';

const MODULE = 'github.com/VictoriaMetrics/VictoriaMetrics';

/**
 * Makes it ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string}>} its version without `v`, and its path
 */
export async function prepareVmagent(cache) {
  const name = 'vmagent';
  const program = { name, module: name, package: `${MODULE}/app/vmagent` };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version: pinned(name, MODULE), program: programs[name] };
}
