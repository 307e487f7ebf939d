/** What the proof of scheduling says of a workload. */
export interface Promised {
  /** Namespace and name. */
  readonly workload: string;
  readonly pods: number;
  readonly pools: readonly string[];
}

/** Where a pod is. */
export interface PlacedPod {
  /** Namespace and name of what runs it. */
  readonly workload: string;
  /** Number of its group. @default - it is of none */
  readonly group?: string;
  /** Node and its pool. @default - it is on none */
  readonly node?: string;
  readonly pool?: string;
}

/** What the table of `ClusterChecks.explain()` says of each workload. */
export function promisesOf(explained: string): Promised[] {
  const lines = explained.split('\n');
  const from = lines.findIndex((line) => /^ +pods +workload +pools /.test(line));
  const until = lines.indexOf('', from);
  return lines.slice(from + 1, until).map((line) => {
    const [pods, workload, pools] = line.trim().split(/ {2,}/);
    return { workload, pods: Number(pods), pools: pools.split(', ') };
  });
}

/**
 * Every way in which pods are elsewhere than the proof says: workloads with another number of pods, pods on no node or on another pool, groups that are not
 * together in one pool or share a node.
 *
 * @param promises what the proof says
 * @param pods the pods that there are
 */
export function differences(promises: readonly Promised[], pods: readonly PlacedPod[]): string[] {
  const of = by(pods, ({ workload }) => workload);
  const unknown = [...of.keys()].filter((workload) => !promises.some((each) => each.workload === workload));
  const groups = by(
    pods.filter(({ group }) => group !== undefined),
    ({ workload, group }) => `group ${group} of ${workload}`,
  );
  return [
    ...unknown.map((workload) => `the proof says nothing of ${workload}`),
    ...promises.flatMap(({ workload, pods: count, pools }) => {
      const found = of.get(workload) ?? [];
      const astray = found.filter(({ pool }) => pool === undefined || !pools.includes(pool));
      return [
        ...(found.length === count ? [] : [`${workload} has ${found.length} pods, not ${count}`]),
        ...astray.map(
          ({ node, pool }) =>
            `a pod of ${workload} is on ${node ? `${node} of ${pool}` : 'no node'}, not on ${pools.join(' or ')}`,
        ),
      ];
    }),
    ...[...groups].flatMap(([group, members]) => {
      const pools = new Set(members.map(({ pool }) => pool));
      const nodes = members.flatMap(({ node }) => node ?? []);
      return [
        ...(pools.size > 1 ? [`${group} is spread over ${[...pools].join(', ')}`] : []),
        ...(new Set(nodes).size < nodes.length ? [`pods of ${group} share a node`] : []),
      ];
    }),
  ];
}

/** Numbers of a pool: what the proof places there, and what is there. */
export interface PoolCounts {
  readonly pool: string;
  readonly promised: number;
  readonly pods: number;
  readonly groups: number;
  readonly nodes: number;
}

/** What is on each pool that the proof names, where it leaves no choice among several. */
export function countsOf(promises: readonly Promised[], pods: readonly PlacedPod[]): PoolCounts[] {
  const pools = [...new Set(promises.flatMap((each) => each.pools))];
  return pools.map((pool) => {
    const here = pods.filter((each) => each.pool === pool);
    const promised = promises.filter((each) => each.pools.join() === pool).reduce((sum, each) => sum + each.pods, 0);
    const groups = here.filter(({ group }) => group !== undefined).map(({ workload, group }) => `${workload} ${group}`);
    return {
      pool,
      promised,
      pods: here.length,
      groups: new Set(groups).size,
      nodes: new Set(here.map(({ node }) => node)).size,
    };
  });
}

function by<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}
