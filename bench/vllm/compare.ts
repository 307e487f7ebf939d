import * as path from 'path';
import { table } from '../planner/report';
import { judge, median, read, refusalOf } from './judge';

const GIB = 2 ** 30;
const percent = (value: number) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
const gib = (bytes: number) => (bytes / GIB).toFixed(2);

/** Prints what vLLM reported on a GPU beside the plan of the same: `npx tsx bench/vllm/compare.ts [FILE]`. */
function main(file: string): void {
  const results = read(file);
  const judged = judge(results);
  const memory = judged.map(({ measured, plan, capacityError }) => {
    const { weights, activations, runtime } = plan.memoryPerGpu;
    const other = measured.requested_memory - measured.model_memory_usage - measured.available_kv_cache_memory_bytes;
    return [
      measured.name,
      gib(measured.parameterBytes),
      gib(weights.bytes),
      percent(weights.bytes / measured.model_memory_usage - 1),
      gib(other),
      gib(activations.bytes + runtime.bytes),
      String(measured.cacheTokens),
      String(plan.kvCapacityTokens),
      percent(capacityError),
      measured.concurrency.toFixed(1),
      plan.maxConcurrency.toFixed(1),
    ];
  });
  const steps = judged.flatMap((model) => model.steps);
  const decode = steps.map(({ model, batch, context, taken, planned, error }) => [
    model,
    `${batch} x ${context}`,
    taken.toFixed(2),
    planned.toFixed(2),
    error === undefined ? 'same experts' : percent(error),
  ]);
  const errors = steps.flatMap(({ error, experts }) => (error === undefined ? [] : [{ experts, error }]));
  const of = (experts: boolean) =>
    errors.filter((step) => step.experts === experts).map(({ error }) => Math.abs(error));
  const capacity = judged.map(({ capacityError }) => capacityError);
  const line = (name: string, all: number[]) =>
    all.length === 0
      ? `${name}: no steps`
      : `${name}: ${all.length} steps, median ${percent(median(all)).slice(1)}, worst ${percent(Math.max(...all)).slice(1)}`;
  const refused = results.refused.map((row) => [
    row.name,
    String(row.maxNumSeqs),
    String(row.stateBlocks),
    refusalOf(results, row) === undefined ? 'PLANNED' : 'refused',
  ]);
  console.log(
    [
      `vLLM ${results.vllm} on ${results.gpu}, PyTorch ${results.torch}, ${results.measured}`,
      '',
      table(
        'Memory (GiB) and capacity',
        'model|parameters|planned|error|other|planned|tokens|planned|error|sequences|planned'.split('|'),
        memory,
      ),
      table('Decode steps (ms)', ['model', 'batch x context', 'taken', 'planned', 'error'], decode),
      table('Refused by the engine', ['model', 'sequences', 'blocks of states', 'plan'], refused),
      `capacity: ${capacity.filter((e) => e > 0).length} above the engine's, ` +
        `${capacity.filter((e) => e <= 0 && e >= -0.08).length} of ${capacity.length} at most 8 % below`,
      line('decode', [...of(false), ...of(true)]),
      line('decode, dense', of(false)),
      line('decode, experts', of(true)),
    ].join('\n'),
  );
}

main(process.argv[2] ?? path.join(__dirname, 'results-h200.json'));
