import * as fc from 'fast-check';
import { TerraformStack, Testing } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { placementOf } from '../../lib/scheduling/cluster-placement';
import { largePods, ownNodes } from '../../lib/scheduling/large-pods';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { PodPriorities } from '../../lib/scheduling/pod-priority';
import { nodesTakenUp } from '../../lib/scheduling/worst-spread';
import { testCluster } from '../support/test-cluster';
import { Pool, TOLERATE } from './checks-support';

/** Free GPUs of nodes, with the pools that they are of. */
interface Node {
  readonly pool: string;
  readonly free: number;
}

interface Asked {
  readonly pools: readonly string[];
  readonly size: number;
  readonly pods: number;
}

/** Whether some order of pods, and some choice of nodes for each, leaves a pod without a node. */
function mayGetStuck(nodes: readonly Node[], asked: readonly Asked[]): boolean {
  const seen = new Set<string>();
  const go = (now: readonly Node[], left: readonly number[]): boolean => {
    const key = JSON.stringify([now.map(({ pool, free }) => `${pool}${free}`).sort(), left]);
    if (seen.has(key)) return false;
    seen.add(key);
    return asked.some(({ pools, size }, i) => {
      if (left[i] === 0) return false;
      const fits = now.flatMap(({ pool, free }, at) => (pools.includes(pool) && free >= size ? [at] : []));
      const rest = left.map((count, j) => (i === j ? count - 1 : count));
      return (
        fits.length === 0 ||
        fits.some((at) =>
          go(
            now.map((node, j) => (at === j ? { ...node, free: node.free - size } : node)),
            rest,
          ),
        )
      );
    });
  };
  return go(
    nodes,
    asked.map(({ pods }) => pods),
  );
}

const cluster = testCluster(new TerraformStack(Testing.app(), 'spread'));
const NODES = { one: 1, two: 2, three: 3, twin: 2, four: 2 };
const POOLS = new Map(
  Object.entries(NODES).map(([name, nodes]) => [
    name,
    new Pool(cluster, name, {
      ...{ nodes, labels: name === 'two' || name === 'twin' ? { both: 'true' } : {} },
      type: name === 'four' ? GpuInstanceType.G6E_12XLARGE : GpuInstanceType.P5_48XLARGE,
    }),
  ]),
);
const WHERE = { one: ['one'], two: ['two'], three: ['three'], twin: ['twin'], four: ['four'], both: ['two', 'twin'] };
type Where = keyof typeof WHERE;

function mayWait(pods: readonly { where: Where; size: number; pods: number }[]): boolean {
  const asked = pods.map(({ where, size, pods: count }, i) => {
    const demand: PodDemand = {
      ...{ name: `ns/${i}`, pods: count, requests: { 'nvidia.com/gpu': String(size) }, tolerations: TOLERATE },
      nodeSelector: where === 'both' ? { both: 'true' } : { 'gpu-inference-constructs/pool': where },
    };
    return { path: demand.name, demand };
  });
  const placement = placementOf([...POOLS.values()], asked, { others: { isAll: false } });
  return largePods(placement, new PodPriorities([]), ownNodes).some((found) => found.mayWait);
}

function nodesOf(names: readonly (keyof typeof NODES)[]): Node[] {
  const gpus = (name: string) => POOLS.get(name)?.hardware.gpuCount ?? 0;
  return names.flatMap((pool) => Array.from({ length: NODES[pool] }, () => ({ pool, free: gpus(pool) })));
}

function drawn(where: fc.Arbitrary<Where>) {
  const size = fc.constantFrom(1, 2, 3, 4, 4, 5, 8, 8);
  return fc.array(fc.record({ where, size, pods: fc.integer({ min: 0, max: 5 }) }), { minLength: 1, maxLength: 3 });
}

test('pods of one pool may wait where some order of them leaves one without a node, and nowhere else', () => {
  const seen = { waits: 0, never: 0 };
  const pool = fc.constantFrom<'one' | 'two' | 'three' | 'four'>('one', 'two', 'three', 'four');
  const cases = pool.chain((name) => fc.tuple(fc.constant(name), drawn(fc.constant(name))));
  fc.assert(
    fc.property(cases, ([name, given]) => {
      const pods = given.filter(({ size }) => name !== 'four' || size <= 4);
      const expected = mayGetStuck(
        nodesOf([name]),
        pods.map(({ size, pods: count }) => ({ pools: [name], size, pods: count })),
      );
      expect(mayWait(pods)).toBe(expected);
      seen[expected ? 'waits' : 'never']++;
    }),
    { numRuns: 600 },
  );
  expect(seen.waits).toBeGreaterThan(100);
  expect(seen.never).toBeGreaterThan(100);
});

test('no order of pods leaves one without a node where pools may share them and none may wait', () => {
  const seen = { waits: 0, never: 0 };
  fc.assert(
    fc.property(drawn(fc.constantFrom<Where>('two', 'twin', 'both', 'both')), (pods) => {
      const found = mayWait(pods);
      seen[found ? 'waits' : 'never']++;
      if (found) return;
      const asked = pods.map(({ where, size, pods: count }) => ({ pools: WHERE[where], size, pods: count }));
      expect(mayGetStuck(nodesOf(['two', 'twin']), asked)).toBe(false);
    }),
    { numRuns: 300 },
  );
  expect(seen.waits).toBeGreaterThan(50);
  expect(seen.never).toBeGreaterThan(50);
});

describe('the most nodes that pods take up', () => {
  test.each<[string, { [size: number]: number }, number, number]>([
    ['each small pod on a node of its own, for a whole node', { 1: 60, 8: 1 }, 8, 61],
    ['five small ones a node, for half of it', { 1: 60 }, 4, 12],
    ['a half and a small one, for the other half', { 1: 10, 4: 6 }, 4, 6],
    ['two of three leave no third', { 3: 7 }, 3, 3],
    ['pods of one size fill nodes', { 2: 15 }, 2, 3],
    ['pods of no GPU do not count', { 0: 9 }, 8, 0],
    ['two that do not share a node, and leave room beside each', { 5: 4 }, 2, 0],
    ['larger pods beside which none fits', { 5: 3, 8: 2 }, 4, 5],
  ])('%s', (_, pods, size, expected) => {
    const given = Object.entries(pods).map(([each, count]) => ({ size: Number(each), count }));
    expect(nodesTakenUp(given, size, 8)).toBe(expected);
  });

  test('where there are too many to search, the bound is not below what the search finds for fewer', () => {
    const few = nodesTakenUp(
      [1, 2, 3, 4].map((size) => ({ size, count: 15 })),
      4,
      8,
    );
    const many = nodesTakenUp(
      [1, 2, 3, 4].map((size) => ({ size, count: 1500 })),
      4,
      8,
    );
    expect(many).toBeGreaterThanOrEqual(few * 100);
    expect(many).toBeLessThanOrEqual((15 * 10 * 100) / 5);
  });
});
