import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { MonitoringStackProps } from '../../../lib/monitoring';
import { Block } from '../../support/synth';
import { Around, monitor, onPath, testWith, Watched } from '../support';

const promtool = onPath('promtool');

/** Hand-written series, in the notation of promtool, and what an alert does on them. */
export interface AlertCase {
  readonly alert: string;
  /** What happens. */
  readonly when: string;
  /** Values by series: one a minute. */
  readonly series: { readonly [series: string]: string };
  /** Times at which it fires, e.g. `20m`, with the labels that it has then beside others: one set for each alert. */
  readonly fires?: { readonly [time: string]: readonly { readonly [label: string]: string }[] };
  /** Times at which it does not. */
  readonly silent: readonly string[];
}

interface Given {
  readonly watched: readonly Watched[];
  readonly props?: Partial<MonitoringStackProps>;
  readonly around?: Around;
}

const INTERVAL = '1m';

function testOf({ alert, when, series, fires = {}, silent }: AlertCase) {
  const at = (time: string, sets: readonly { readonly [label: string]: string }[]) => {
    const labels = [...new Set(['alertname', ...sets.flatMap((set) => Object.keys(set))])];
    return {
      expr: `count by (${labels.join(', ')}) (ALERTS{alertname="${alert}",alertstate="firing"})`,
      eval_time: time,
      exp_samples: sets.map((set) => ({
        labels: `{${Object.entries({ alertname: alert, ...set })
          .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
          .join(',')}}`,
        value: 1,
      })),
    };
  };
  return {
    name: `${alert}: ${when}`,
    interval: INTERVAL,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    promql_expr_test: [
      ...Object.entries(fires).map(([time, sets]) => at(time, sets)),
      ...silent.map((time) => at(time, [])),
    ],
  };
}

/** What promtool says of cases. */
function output(rules: string, cases: readonly AlertCase[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'alerts-'));
  try {
    writeFileSync(path.join(folder, 'rules.yml'), rules);
    const file = { rule_files: ['rules.yml'], evaluation_interval: INTERVAL, tests: cases.map(testOf) };
    writeFileSync(path.join(folder, 'cases.test.yml'), JSON.stringify(file));
    const args = ['test', 'rules', 'cases.test.yml'];
    return execFileSync(promtool as string, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Rules in which one alert is another, or none, and no other rules. Cases ask for the one alert alone, and neither none nor one that always fires
 * reads what others record: they say the same of it as all rules together, in a tenth of the time.
 */
function changed(rules: string, alert: string, change: (rule: Block) => Block[]): string {
  const file = JSON.parse(rules) as { groups: { rules: Block[] }[] };
  for (const group of file.groups)
    group.rules = group.rules.filter((rule) => rule.alert === alert).flatMap((rule) => change(rule));
  return JSON.stringify(file);
}

/**
 * Tests that alerts fire and cease as cases say; and that the cases of each notice if it is not there, or always fires. Each alert fires in one of
 * its cases and ceases afterwards, and in one it does not fire at all.
 */
export function testAlerts(given: Given, cases: readonly AlertCase[]): void {
  const alerts = [...new Set(cases.map(({ alert }) => alert))];
  const withPromtool = testWith('promtool');
  const rulesOf = () => monitor(given.watched, given.props, given.around).monitoring.rules;

  withPromtool.each(alerts)('%s fires and ceases', (alert) => {
    const own = cases.filter((each) => each.alert === alert);
    expect(rulesOf()).toContain(`"alert":"${alert}"`);
    expect(output(rulesOf(), own)).toMatch(/^Unit Testing: {2}cases\.test\.yml\n {2}SUCCESS\n*$/);
  });

  withPromtool.each(alerts)('the cases of %s notice if it is not there, and if it always fires', (alert) => {
    const own = cases.filter((each) => each.alert === alert);
    const failures = (rules: string) => output(rules, own).split('    expr: ').length - 1;
    const [fires, silent] = [own.flatMap((each) => Object.keys(each.fires ?? {})), own.flatMap((each) => each.silent)];
    expect(failures(changed(rulesOf(), alert, () => []))).toBe(fires.length);
    const always = (rule: Block) => [{ ...rule, expr: 'vector(1)', for: '0s' }];
    expect(failures(changed(rulesOf(), alert, always))).toBeGreaterThanOrEqual(silent.length);
  });

  test.each(alerts)('%s has a case in which it fires and ceases, and one in which it does not fire', (alert) => {
    const own = cases.filter((each) => each.alert === alert);
    const minutes = (time: string) =>
      [...time.matchAll(/(\d+)([dhm])/g)].reduce(
        (sum, [, n, unit]) => sum + Number(n) * { d: 1440, h: 60, m: 1 }[unit as 'd'],
        0,
      );
    const ends = own.some(({ fires = {}, silent }) => {
      const last = Math.max(...Object.keys(fires).map(minutes));
      return Object.keys(fires).length > 0 && silent.some((time) => minutes(time) > last);
    });
    expect(ends).toBe(true);
    expect(own.some(({ fires = {} }) => Object.keys(fires).length === 0)).toBe(true);
  });
}
