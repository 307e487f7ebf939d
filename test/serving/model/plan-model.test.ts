import { ModelSpec } from '../../../lib/catalog';
import { CapacityPlanner } from '../../../lib/planning';
import { choicesOf } from '../../../lib/serving/model/plan-model';

// Replicas of a deployment are servers of their own behind a Service: one does not know of the others.
test('a server is one rank of data-parallel attention, however good more would be', () => {
  const load = { model: ModelSpec.DEEPSEEK_V3, contextLength: 8192, outputTokens: 500, concurrency: 256 };
  const targets = { minOutputTokensPerSecond: 6000 };
  const spread = (plans: { parallelism: { data: number; expert: number } }[]) =>
    plans.filter(({ parallelism: { data, expert } }) => data > 1 && expert > 1).length;
  expect(spread(CapacityPlanner.search({ ...load, targets, limit: 5 }))).toBeGreaterThan(0);
  const chosen = choicesOf({ load, targets }, 5);
  expect(chosen.length).toBeGreaterThan(0);
  expect(spread(chosen)).toBe(0);
});
