// The adapter by which a HorizontalPodAutoscaler reads Prometheus, built from its Go module, and Prometheus itself, from PATH.
import { buildPrograms, pinned } from './control-plane.mjs';
import { which } from '../../../scripts/support.mjs';

const MODULE = 'sigs.k8s.io/prometheus-adapter';

/**
 * Makes both ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string, prometheus: string}>} version of the adapter without `v`, and the paths of both
 */
export async function preparePrometheusAdapter(cache) {
  const prometheus = which('prometheus');
  if (!prometheus) throw new Error('prometheus is not on PATH');
  const name = 'prometheus-adapter';
  const program = { name, module: name, package: `${MODULE}/cmd/adapter` };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version: pinned(name, MODULE), program: programs[name], prometheus };
}
