import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { KubernetesManifests } from '../../lib/manifests';
import { efaNode } from '../../test/e2e/harness/efa-nodes';
import { KubeClient, KubeObject } from '../../test/e2e/harness/kube-client';
import { until } from '../../test/e2e/harness/process';
import { StandIns } from '../../test/e2e/harness/stand-ins';
import { clusterPods } from './cluster-pods';
import { FleetSize, NAMESPACE, RACK, fleet, poolName } from './fleet';
import { peaksOf } from './peaks';
import { PlacedPod, Promised, promisesOf } from './places';

/** What was done to place a fleet, and what it took. */
export interface Placed {
  readonly objects: number;
  /** What was done, in its order, s. */
  readonly seconds: readonly (readonly [step: string, seconds: number])[];
  /** The most memory that programs had. */
  readonly peaks: readonly { readonly program: string; readonly megabytes: number }[];
  readonly promises: readonly Promised[];
  readonly pods: readonly PlacedPod[];
}

/** How long one step may take, s. */
const PATIENCE = 1200;
/** Requests under way at a time. */
const LANES = 8;
/** Controllers hold themselves to 20 requests a second unless told otherwise, which a cluster of this size is told. */
const UNHELD = ['--kube-api-qps=500', '--kube-api-burst=1000'];

/**
 * Lets a real control plane place a fleet on simulated nodes.
 *
 * The objects are those that are synthesized, as the Kubernetes provider would send them, by server-side apply.
 *
 * @param size how large the fleet is
 */
export async function place(size: FleetSize): Promise<Placed> {
  const outdir = mkdtempSync(path.join(tmpdir(), 'bench-fleet-'));
  const standIns = await StandIns.start('fleet', { aws: false, leaderWorkerSets: true, managerArguments: UNHELD });
  try {
    const { client } = standIns.controlPlane!;
    const seconds: [string, number][] = [];
    const step = async <T>(name: string, body: () => T | Promise<T>): Promise<T> => {
      const started = process.hrtime.bigint();
      const result = await body();
      seconds.push([name, Number(process.hrtime.bigint() - started) / 1e9]);
      return result;
    };
    await step('nodes made and ready', () => makeNodes(client, size));
    const { objects, promises } = await step('synthesis, proof and manifests', () => {
      const { stack, checks } = fleet(new App({ outdir, stackTraces: false }), size);
      const manifests = KubernetesManifests.of(stack, { skipHelmReleases: true });
      if (checks.faults.length > 0) throw new Error(checks.faults.map(({ reason }) => reason).join('\n'));
      return { objects: manifests.objects as KubeObject[], promises: promisesOf(checks.explain()) };
    });
    await step('objects applied', async () => {
      for (const alike of byKind(objects)) await inLanes(alike, (object) => client.apply(object, 'bench'));
    });
    const expected = promises.reduce((sum, { pods }) => sum + pods, 0);
    const bound = async () => (await clusterPods(client, NAMESPACE)).filter(({ node }) => node).length;
    // Pods that stay without a node are told of as such, with all else that differs.
    await step('pods on nodes after that', () =>
      until(async () => (await bound()) >= expected, PATIENCE).catch(() => undefined),
    );
    return {
      objects: objects.length,
      seconds,
      promises,
      peaks: peaksOf(standIns.folder),
      pods: await clusterPods(client, NAMESPACE),
    };
  } finally {
    await standIns.stop();
    rmSync(outdir, { recursive: true, force: true });
  }
}

async function makeNodes(client: KubeClient, { nodes, pools }: FleetSize): Promise<void> {
  const all = Array.from({ length: nodes }, (_, index) => index);
  await inLanes(all, (index) => client.create(efaNode(`node-${index}`, { [RACK]: poolName(index % pools) }, [])));
  const taints = ({ spec }: KubeObject) => (spec.taints ?? []) as { key: string }[];
  const isUnready = (node: KubeObject) => taints(node).some(({ key }) => key === 'node.kubernetes.io/not-ready');
  await until(async () => !(await client.list('v1', 'Node')).some(isUnready), PATIENCE, 'nodes that are ready');
}

/** Objects of a kind together, in their order. */
function byKind(objects: readonly KubeObject[]): KubeObject[][] {
  const kinds = new Map<string, KubeObject[]>();
  for (const object of objects) kinds.set(object.kind, [...(kinds.get(object.kind) ?? []), object]);
  return [...kinds.values()];
}

async function inLanes<T>(items: readonly T[], body: (item: T) => Promise<unknown>): Promise<void> {
  const left = [...items].reverse();
  const lane = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await body(item);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
