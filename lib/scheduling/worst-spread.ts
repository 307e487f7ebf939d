/**
 * Pods that all ask for the same number of GPUs.
 *
 * @internal
 */
export interface SizedPods {
  /** GPUs of one of them. */
  readonly size: number;
  readonly count: number;
}

/** States of the search beyond which its bound is taken instead. */
const MOST_STATES = 200_000;
/** Ways to take up a node beyond which the bound is taken instead. */
const MOST_PATTERNS = 60;

/**
 * The most nodes that pods can take up, wherever each is placed, so that none of these nodes has room for one more pod. It is exact, except where there
 * are so many pods of so many sizes that a search would be long: there it may be a few nodes too many, never too few.
 *
 * @param pods the pods that may be there first
 * @param size GPUs of the pod that comes last
 * @param perNode GPUs of a node
 *
 * @internal
 */
export function nodesTakenUp(pods: readonly SizedPods[], size: number, perNode: number): number {
  const enough = perNode - size + 1;
  if (enough <= 0) return Infinity;
  const usable = joined(pods).filter((each) => each.size <= perNode);
  // One that takes up a node by itself never does better beside others.
  const alone = usable.filter((each) => each.size >= enough).reduce((sum, { count }) => sum + count, 0);
  const small = usable.filter((each) => each.size < enough);
  if (small.length === 0) return alone;
  return alone + (searched(small, enough, perNode) ?? bound(small, enough));
}

function joined(pods: readonly SizedPods[]): SizedPods[] {
  const counts = new Map<number, number>();
  for (const { size, count } of pods) if (size > 0 && count > 0) counts.set(size, (counts.get(size) ?? 0) + count);
  return [...counts].map(([size, count]) => ({ size, count })).sort((a, b) => b.size - a.size);
}

/** By GPUs alone, of which those of a node are a multiple of what divides all sizes. */
function bound(pods: readonly SizedPods[], enough: number): number {
  const step = pods.reduce((all, { size }) => commonDivisor(all, size), 0);
  const total = pods.reduce((sum, { size, count }) => sum + size * count, 0);
  return Math.floor(total / (Math.ceil(enough / step) * step));
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The most nodes by any choice among the ways to take one up; undefined where there are too many. */
function searched(pods: readonly SizedPods[], enough: number, perNode: number): number | undefined {
  const strides: number[] = [];
  let states = 1;
  for (const { count } of pods) {
    strides.push(states);
    states *= count + 1;
  }
  if (states > MOST_STATES) return undefined;
  const patterns = patternsOf(pods, enough, perNode);
  if (patterns.length > MOST_PATTERNS) return undefined;
  // By how many of each size there are: `most[state]` nodes.
  const most = new Uint32Array(states);
  for (const pattern of patterns) {
    const step = pattern.reduce((sum, uses, i) => sum + uses * strides[i], 0);
    for (let state = step; state < states; state++) {
      const has = pods.every(({ count }, i) => Math.floor(state / strides[i]) % (count + 1) >= pattern[i]);
      if (has) most[state] = Math.max(most[state], most[state - step] + 1);
    }
  }
  return most[states - 1];
}

/** The ways to take up a node of which no pod can be left out: how many of each size, the largest size first. */
function patternsOf(pods: readonly SizedPods[], enough: number, perNode: number): number[][] {
  const found: number[][] = [];
  const add = (index: number, uses: number[], sum: number): void => {
    if (found.length > MOST_PATTERNS) return;
    if (sum >= enough) {
      if (sum <= perNode) found.push([...uses, ...pods.slice(uses.length).map(() => 0)]);
      return;
    }
    if (index === pods.length) return;
    const { size, count } = pods[index];
    // The last one, the smallest of them, is what takes the node up.
    const needed = Math.ceil((enough - sum) / size);
    for (let use = Math.min(count, needed); use >= 0; use--) add(index + 1, [...uses, use], sum + use * size);
  };
  add(0, [], 0);
  return found;
}
