import * as fc from 'fast-check';
import { TerraformStack, Testing } from 'cdktf';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { capacityFindings } from '../../lib/scheduling/cluster-capacity-faults';
import { placementOf } from '../../lib/scheduling/cluster-placement';
import { hasRoomFor } from '../../lib/scheduling/cluster-room';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { testCluster } from '../support/test-cluster';
import { Pool, TOLERATE } from './checks-support';

const OTHERS = { others: { isAll: false } };
const HOSTNAME = 'kubernetes.io/hostname';

const SMALL_NODES = { a: 1, b: 2, c: 3 };
const cluster = testCluster(new TerraformStack(Testing.app(), 'room'));
const pools = Object.entries(SMALL_NODES).map(
  ([name, nodes]) =>
    new Pool(cluster, name, {
      ...{ nodes, type: name === 'c' ? GpuInstanceType.G6E_12XLARGE : GpuInstanceType.P5_48XLARGE },
      labels: name === 'c' ? {} : { large: 'true' },
    }),
);

const term = fc.constantFrom('x', 'y').map((app) => ({ topologyKey: HOSTNAME, labels: { app }, namespaces: ['ns'] }));
const terms = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(term, { maxLength: 1 }) },
);
const demands = fc.array(
  fc.record({
    where: fc.constantFrom('a', 'b', 'c', 'large', 'any', 'unknown', 'agent'),
    pods: fc.integer({ min: 0, max: 5 }),
    gpus: fc.constantFrom(1, 2, 3, 4, 8),
    app: fc.constantFrom('x', 'y'),
    temporary: fc.boolean(),
    near: terms,
    away: terms,
  }),
  { minLength: 1, maxLength: 7 },
);

const SELECTORS: { readonly [where: string]: { [key: string]: string } | undefined } = {
  large: { large: 'true' },
  any: { 'nvidia.com/gpu.present': 'true' },
  agent: { 'nvidia.com/gpu.present': 'true' },
};

type Drawn = typeof demands extends fc.Arbitrary<(infer T)[]> ? T : never;

function demandOf({ where, pods, gpus, app, ...rest }: Drawn, index: number): PodDemand {
  const requests: { [resource: string]: string } =
    where === 'unknown' || where === 'agent' ? { cpu: '1' } : { 'nvidia.com/gpu': String(gpus), cpu: '2' };
  const nodeSelector =
    where === 'unknown' ? { other: 'true' } : (SELECTORS[where] ?? { 'gpu-inference-constructs/pool': where });
  const onEveryNode = where === 'agent';
  return {
    ...{ name: `ns/${index}`, pods: onEveryNode ? 0 : pods, requests, nodeSelector, tolerations: TOLERATE },
    ...{ labels: { app }, onEveryNode, elsewhere: where === 'unknown', ...rest },
  };
}

/** The pools that have faults when all is placed anew. */
function shortOf(all: readonly PodDemand[]): Set<string> {
  const placement = placementOf(
    pools,
    all.map((demand) => ({ path: demand.name, demand })),
    OTHERS,
  );
  return new Set(capacityFindings(placement).flatMap((finding) => finding.pools.map(({ poolName }) => poolName)));
}

test('room for more pods is what placing all of them anew finds', () => {
  let seen = { room: 0, none: 0 };
  fc.assert(
    fc.property(demands, fc.integer({ min: 1, max: 4 }), (drawn, more) => {
      const all = drawn.map(demandOf);
      const placement = placementOf(
        pools,
        all.map((demand) => ({ path: demand.name, demand })),
        OTHERS,
      );
      const short = shortOf(all);
      for (const placed of placement.demands) {
        const own = placed.pools.map(({ pool }) => pool.poolName);
        if (placed.demand.onEveryNode || own.length === 0 || own.some((name) => short.has(name))) continue;
        const grown = all.map((each) =>
          each.name === placed.demand.name ? { ...each, pods: each.pods + more } : each,
        );
        const after = shortOf(grown);
        const expected = !own.some((name) => after.has(name));
        expect(hasRoomFor(placement, placed, more)).toBe(expected);
        seen = { room: seen.room + Number(expected), none: seen.none + Number(!expected) };
      }
    }),
    { numRuns: 400 },
  );
  expect(seen.room).toBeGreaterThan(100);
  expect(seen.none).toBeGreaterThan(100);
});
