import { execFileSync } from 'child_process';
import * as path from 'path';
import { table } from './report';

const RUNS = 31;
/** Loads an entry point in a new process and makes a plan; prints the CPU time of both and of the first alone, and the modules loaded. */
const PROBE = `
  const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e3; };
  const start = used();
  const planning = require(process.argv[1]);
  const loaded = used() - start;
  const { CapacityPlanner, GpuInstanceType, ModelSpec } = planning;
  CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P5_48XLARGE }).explain();
  console.log(loaded, used() - start, Object.keys(require.cache).length);
`;

function probe(entry: string): readonly number[] {
  return execFileSync(process.execPath, ['-e', PROBE, entry], { encoding: 'utf8' }).split(' ').map(Number);
}

/** The middle one: other programs disturb some runs. */
function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/**
 * Prints how long `require('gpu-inference-constructs/planning')` takes of several builds, and a first plan with it, in turns, each in a
 * process of its own: `npx tsx bench/planner/require.ts FOLDER_BEFORE FOLDER`.
 */
function main(folders: readonly string[]): void {
  const entries = folders.map((folder) => path.resolve(folder, 'dist/planning/index.js'));
  const runs: (readonly number[])[][] = entries.map(() => []);
  for (let i = 0; i < RUNS; i++) for (const [k, entry] of entries.entries()) runs[k].push(probe(entry));
  const of = (k: number, column: number) => middle(runs[k].map((run) => run[column]));
  const against = (k: number, column: number) => `${(of(k, column) / of(0, column)).toFixed(2)} ×`;
  console.log(
    table(
      `CPU time of the planner's first use, median of ${RUNS} processes`,
      ['build', 'require', 'against the first', 'with a plan', 'against the first', 'modules'],
      folders.map((folder, k) => [
        path.basename(path.resolve(folder)),
        ...[0, 1].flatMap((column) => [`${of(k, column).toFixed(1)} ms`, against(k, column)]),
        String(of(k, 2)),
      ]),
    ),
  );
}

main(process.argv.slice(2));
