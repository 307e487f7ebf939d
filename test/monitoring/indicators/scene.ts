import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { isOfCluster } from '../../../lib/monitoring/indicators/selectors';
import { MetricsTarget } from '../../../lib/core/watchable';
import { Indicator, MonitoringRule } from '../../../lib/monitoring';
import { monitor, onPath } from '../support';

/** A metric, its labels beside those of the scrape, and a value every 15 s on the pods `a` and, where it is there too, `b`. */
export type Row = readonly [metric: string, labels: string, onA: string, onB?: string];

/** A value that is recorded: of an indicator, by the labels beside those of the workload, and the arithmetic of it. */
export type Recorded = readonly [indicator: Indicator, of: string, value: number, arithmetic: string];

/** Series written by hand, and what must be recorded of them ten minutes later. */
export interface Scene {
  readonly target: MetricsTarget;
  readonly rows: readonly Row[];
  readonly recorded: readonly Recorded[];
}

interface InputSeries {
  readonly series: string;
  readonly values: string;
}

const NODES = { a: 'n1', b: 'n2' };

function series(
  { jobName, namespace, port }: Pick<MetricsTarget, 'jobName' | 'namespace' | 'port'>,
  rows: readonly Row[],
) {
  return rows.flatMap(([metric, labels, onA, onB]): InputSeries[] =>
    [['a', onA] as const, ['b', onB] as const].flatMap(([pod, values]) => {
      if (values === undefined) return [];
      const scrape = `job="${jobName}",namespace="${namespace}",pod="${pod}",instance="${pod}:${port}",node="${NODES[pod]}"`;
      return [{ series: `${metric}{${labels}${labels && ','}${scrape}}`, values }];
    }),
  );
}

/** The series of a scene, without those of others. */
export function ownSeries({ target, rows }: Scene): InputSeries[] {
  return series(target, rows);
}

/** Of another job, of a namespace and of a model that are not watched: far more of all, which must not count. */
function othersSeries({ target, rows }: Scene): InputSeries[] {
  const much = rows.map(([metric, labels, onA]): Row => [metric, labels, onA.includes('+') ? '0+9e7x60' : '9e7x60']);
  // A device is told of once for the cluster, whichever namespace the exporter names.
  const elsewhere = isOfCluster(target) ? [] : series({ ...target, namespace: 'elsewhere' }, much);
  const unwatched = much.flatMap(([metric, labels, onA]): Row[] =>
    labels.includes('model="') ? [[metric, labels.replace(/(model|model_name)="[^"]*"/g, '$1="unwatched"'), onA]] : [],
  );
  const each = [...series({ ...target, jobName: 'unwatched' }, much), ...elsewhere, ...series(target, unwatched)];
  return [...new Map(each.map((one) => [one.series, one])).values()];
}

/** What must be recorded under a name: every series, and no other. */
function samplesOf({ target, recorded }: Scene): { record: string; samples: { labels: string; value: number }[] }[] {
  const { jobName: job, namespace } = target;
  const ofWorkload = `job="${job}",namespace="${namespace}"`;
  const all = new Map<string, { labels: string; value: number }[]>();
  const add = (record: string, labels: string, value: number) =>
    all.set(record, [...(all.get(record) ?? []), { labels: `{${labels}}`, value }]);
  for (const [indicator, of, value] of recorded) {
    const model = /^model="(.*)"$/.exec(of)?.[1];
    add(indicator.record, isOfCluster(target) ? of : `${of},${ofWorkload}`, value);
    if (model !== undefined) add(`${model}_${indicator.suffix}`, `${of},${ofWorkload}`, value);
  }
  return [...all].map(([record, samples]) => ({ record, samples }));
}

/** How many names a scene looks at. */
export function namesOf(scene: Scene): number {
  return samplesOf(scene).length;
}

/** What promtool says of a scene. */
export function judge(scene: Scene, change: (rule: MonitoringRule) => MonitoringRule = (rule) => rule): string {
  const { groups } = JSON.parse(monitor([{ target: scene.target }]).monitoring.rules) as {
    groups: { name: string; rules: MonitoringRule[] }[];
  };
  const rules = { groups: groups.map(({ rules: own, ...group }) => ({ ...group, rules: own.map(change) })) };
  const tests = {
    rule_files: ['rules.yml'],
    evaluation_interval: '15s',
    tests: [
      {
        interval: '15s',
        input_series: [...ownSeries(scene), ...othersSeries(scene)],
        promql_expr_test: samplesOf(scene).map(({ record, samples }) => ({
          expr: `round(${record}, 0.001)`,
          eval_time: '10m',
          exp_samples: samples,
        })),
      },
    ],
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'indicators-'));
  try {
    writeFileSync(path.join(folder, 'rules.yml'), JSON.stringify(rules));
    writeFileSync(path.join(folder, 'scene.test.yml'), JSON.stringify(tests));
    const args = ['test', 'rules', 'scene.test.yml'];
    return execFileSync(onPath('promtool') as string, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
