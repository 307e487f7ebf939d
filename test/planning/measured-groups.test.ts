import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { CASES, planOf } from '../../bench/vllm/groups/arguments';

/** What the real engine reported of one server on two nodes. */
interface Measured {
  readonly name: string;
  readonly weightsGiB: number[];
  /** Tokens of each data-parallel rank, or of the one engine that has stages. */
  readonly cacheTokens: number;
  readonly answered: number;
  readonly asked: number;
  readonly probes: number[];
  readonly exit: number[];
  readonly processes: { readonly node: number; readonly name: string; readonly pssMiB: number }[];
}

const file = path.join(__dirname, '../../bench/vllm/results-h200-groups.json');
const { groups } = JSON.parse(readFileSync(file, 'utf8')) as { groups: Measured[] };
const measured = CASES.map((each) => [each.name, each, groups.find(({ name }) => name === each.name)!] as const);

/** vLLM 0.24.0 on two H200, a node of the group each (bench/vllm/groups). */
describe.each(measured)('%s', (_, each, engine) => {
  const plan = planOf(each);

  test('ran as its pods start it: answered all, and ended well on both nodes', () => {
    expect(engine.answered).toBe(engine.asked);
    expect([...engine.probes, ...engine.exit].every((status) => status === 0)).toBe(true);
  });

  test('has the weights of its plan within 1 %, on both nodes', () => {
    for (const weights of engine.weightsGiB)
      expect(Math.abs(plan.memoryPerGpu.weights.gib / weights - 1)).toBeLessThan(0.01);
  });

  test('holds what its plan says, and at most 5 % more', () => {
    const held = engine.cacheTokens * plan.parallelism.attentionRanks;
    expect(plan.kvCapacityTokens).toBeLessThanOrEqual(held);
    expect(plan.kvCapacityTokens).toBeGreaterThanOrEqual(0.95 * held);
  });
});

test('a process that answers takes less of the host than the GiB that pods ask for', () => {
  const answering = groups.flatMap(({ processes }) => processes.filter(({ name }) => name === 'APIServer'));
  expect(answering).toHaveLength(4);
  for (const { pssMiB } of answering) expect(pssMiB).toBeLessThan(1024);
});
