// The controller of LeaderWorkerSets as a program, built from its Go module, and its chart, whose definitions and webhooks it needs.
import path from 'node:path';
import { buildPrograms, pinned } from './control-plane.mjs';

const MODULE = 'sigs.k8s.io/lws';

/**
 * Makes the controller ready.
 *
 * @param {string} cache folder for module cache, build cache and programs
 * @returns {Promise<{version: string, program: string, chart: string}>} its version without `v`, its path, and the folder of its chart
 */
export async function prepareLeaderWorkerSet(cache) {
  const version = pinned('leader-worker-set', MODULE);
  const chart = path.join(cache, 'go', 'mod', `${MODULE}@v${version}`, 'charts', 'lws');
  const name = 'leader-worker-set-manager';
  const program = { name, module: 'leader-worker-set', package: `${MODULE}/cmd`, reads: [chart] };
  const programs = await buildPrograms(cache, pinned('control-plane', 'k8s.io/kubernetes'), [program]);
  return { version, program: programs[name], chart };
}
