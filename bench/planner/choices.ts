import { CapacityPlanner, ModelSpec } from '../../lib/planning';
import { missedTargets, READABLE } from '../../lib/planning/targets';
import { table } from './report';

/** Prints what the planner chooses for every model of the catalog where nothing but the model is given: `npx tsx bench/planner/choices.ts`. */
function main(): void {
  const rows = ModelSpec.ALL.map((model) => {
    const [best] = CapacityPlanner.search({ model, limit: 1 });
    if (!best) return [model.name, 'fits on no node', '', '', '', '', '', ''];
    const price = best.instanceType.listPricePerHour;
    return [
      model.name,
      best.instanceType.name,
      String(best.parallelism),
      best.precision.name,
      best.decodeLatencyMs.toFixed(1),
      best.timeToFirstTokenMs.toFixed(0),
      price === undefined ? '-' : (price * best.nodes).toFixed(2),
      missedTargets(best, READABLE)
        .map(({ text }) => text)
        .join('; '),
    ];
  });
  console.log(
    table(
      'Choices without targets, 4 sequences of the default length on one node',
      ['model', 'instance type', 'parallelism', 'format', 'ms/token', 'ms to first', 'USD/hour', 'missed'],
      rows,
    ),
  );
}

main();
