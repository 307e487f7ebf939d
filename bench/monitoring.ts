import { execFileSync } from 'node:child_process';
import { table } from './planner/report';
import { MonitoredFleet, MonitoringCost, synthesise } from './monitoring/synthesise';

/** A synthesis in a process that has made none, and the next one in it. */
type Costs = readonly [cold: MonitoringCost, warm: MonitoringCost];

const TURNS = 3;
const FLEETS: readonly MonitoredFleet[] = [25, 100, 200].flatMap((models) =>
  [false, true].map((grafana) => ({ models, replicas: 20, grafana })),
);
/** Kubernetes refuses larger ones. */
const MIB = 1024 * 1024;

/** In a process of its own, or what a fleet cost would depend on those before it. */
function measured(root: string, fleet: MonitoredFleet): Costs {
  const [file] = process.argv.slice(1);
  const command = ['--import', 'tsx', file, '--one', root, JSON.stringify(fleet)];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })) as Costs;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function main(): void {
  const [option, root = '', fleet = ''] = process.argv.slice(2);
  if (option === '--one') {
    const given = JSON.parse(fleet) as MonitoredFleet;
    process.stdout.write(JSON.stringify([synthesise(root, given), synthesise(root, given)]));
    return;
  }
  const roots = [process.cwd(), ...(option === '--against' ? [root] : [])];
  const rows = FLEETS.map((each) => {
    // By turns: other programs on the machine slow both down.
    const turns = Array.from({ length: TURNS }, () => roots.map((one) => measured(one, each)));
    const of = (read: (costs: Costs) => number, at = 0) => median(turns.map((costs) => read(costs[at])));
    const ratio = (read: (costs: Costs) => number) =>
      median(turns.map(([own, other = own]) => read(own) / read(other))).toFixed(2);
    const { rules, largestConfigMapBytes: bytes } = turns[0][0][0];
    const cold = ([first]: Costs) => first.busyMilliseconds;
    const warm = ([, second]: Costs) => second.busyMilliseconds;
    return [
      ...[String(each.models), each.grafana ? 'yes' : 'no', String(rules)],
      ...[of(([first]) => first.milliseconds), of(cold), of(warm)].map((value) => `${Math.round(value)} ms`),
      ...[`${Math.round(bytes / 1024)} KiB`, bytes < MIB ? 'yes' : 'NO'],
      ...(roots.length > 1 ? [ratio(cold), ratio(warm)] : []),
    ];
  });
  const header = [
    'models',
    'Grafana',
    'rules',
    'a new process',
    'of processors',
    'again',
    'largest ConfigMap',
    '< 1 MiB',
  ];
  const title = `synthesis of the monitoring of models with 20 pods each, medians of ${TURNS}`;
  const against = roots.length > 1 ? ['of the other', 'of the other, again'] : [];
  console.log(table(title, [...header, ...against], rows));
}

main();
