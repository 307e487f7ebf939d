import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { KubernetesManifests } from '../../lib/manifests';
import { efaNode } from '../../test/e2e/harness/efa-nodes';
import { KubeObject } from '../../test/e2e/harness/kube-client';
import { StandIns } from '../../test/e2e/harness/stand-ins';
import { until } from '../../test/e2e/harness/process';
import { FleetSize, NAMESPACE, fleet, podsByPool, selectorOf } from './fleet';

/**
 * Applies a fleet to a real control plane with simulated nodes, and says how long it took and whether every pod is where the proof has it.
 *
 * @throws Error where a pod is on no node, or pools have other numbers of pods than the proof says
 */
export async function placed(size: FleetSize): Promise<string> {
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-fleet-'));
  const standIns = await StandIns.start('fleet', { aws: false, leaderWorkerSets: true });
  const seconds = since();
  try {
    const { client } = standIns.controlPlane!;
    for (let index = 0; index < size.nodes; index++) {
      const pool = index % size.pools;
      await client.create(efaNode(`node-${index}`, selectorOf(pool), []));
    }
    const nodes = seconds();
    const app = new App({ outdir, stackTraces: false });
    const stack = fleet(app, size);
    const { objects } = KubernetesManifests.of(stack, { skipHelmReleases: true });
    const synthesized = seconds();
    for (const object of objects as KubeObject[]) await client.apply(object, 'bench');
    const applied = seconds();
    const expected = podsByPool(size);
    const pods = async () => (await client.list('v1', 'Pod', NAMESPACE)).filter(({ spec }) => spec.nodeName);
    const all = expected.reduce((sum, count) => sum + count, 0);
    await until(async () => (await pods()).length >= all, 600, `${all} pods on nodes`);
    const scheduled = seconds();
    const found = Array.from({ length: size.pools }, () => 0);
    for (const { spec } of await pods()) found[Number(/\d+$/.exec(spec.nodeName as string)![0]) % size.pools] += 1;
    if (found.join() !== expected.join())
      throw new Error(`pods by pool: expected ${expected.join()}, found ${found.join()}`);
    return (
      `${size.nodes} nodes in ${nodes.toFixed(0)} s, ${objects.length} objects synthesized in ${synthesized.toFixed(1)} s and applied in ` +
      `${applied.toFixed(0)} s; ${all} pods on nodes ${scheduled.toFixed(0)} s after that, on each pool as many as the proof says`
    );
  } finally {
    await standIns.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Seconds since the last call. */
function since(): () => number {
  let last = process.hrtime.bigint();
  return () => {
    const now = process.hrtime.bigint();
    const passed = Number(now - last) / 1e9;
    last = now;
    return passed;
  };
}
