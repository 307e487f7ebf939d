import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { dashboardFaults } from '../../../lib/monitoring/grafana/dashboards/dashboard-contract';
import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { panelQueries } from '../../../lib/monitoring/grafana/dashboards/dashboard-queries';
import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { fixture, monitor, testWith, VLLM_TARGET } from '../support';
import { PIPELINE_TARGET } from './support';

const UID = 'gpu-inference-pipelines';

const dashboardWith = (target = PIPELINE_TARGET) => {
  const { monitoring } = monitor([{ target: VLLM_TARGET }, { target }], { grafana: {} });
  const text = monitoring.dashboards[UID] as string | undefined;
  return { rules: monitoring.rules, dashboard: text === undefined ? undefined : (JSON.parse(text) as DashboardJson) };
};

test('it is there where a pipeline is watched, and only there', () => {
  expect(dashboardWith().dashboard?.title).toBe('GPU inference / Model pipelines');
  expect(dashboardWith({ ...VLLM_TARGET, jobName: 'another' }).dashboard).toBeUndefined();
});

test('its list of pipelines is as long as its results are found', () => {
  const { time, panels } = dashboardWith().dashboard as DashboardJson & { readonly time: { readonly from: string } };
  expect(time.from).toBe('now-15d');
  expect(JSON.stringify(panels)).toContain('[15d]');
});

test('what a pipeline alone tells is enough for every panel; one by a label that its series lack is refused', () => {
  const { dashboard, rules } = dashboardWith();
  const { groups } = JSON.parse(rules) as { groups: { rules: MonitoringRule[] }[] };
  const around = {
    rules: groups.flatMap((group) => group.rules),
    targets: [VLLM_TARGET, PIPELINE_TARGET],
    options: { scrapeIntervalSeconds: 15 },
  };
  const own = around.rules.filter(({ record }) => record?.startsWith('inference_pipeline_'));
  expect(own.map(({ record }) => record)).toHaveLength(6);
  const faultsOf = (board: unknown) =>
    dashboardFaults([board as DashboardJson], { ...around, rules: own, targets: [PIPELINE_TARGET] }).map(
      ({ id }) => id,
    );
  expect(faultsOf(dashboard)).toEqual([]);
  const wrong = JSON.parse(JSON.stringify(dashboard).replaceAll('pipeline, recipe, step', 'pipeline, recipe, checks'));
  expect(new Set(faultsOf(wrong))).toEqual(new Set(['METRIC_LABEL_UNKNOWN']));
});

/** Samples of the recorded exposition by series, as our scrape of a pod has them. */
function scraped(
  pod: string,
  recipe: string,
  changed: (series: string, value: string) => string = (_, value) => value,
) {
  const scrape = `,job="${PIPELINE_TARGET.jobName}",namespace="inference",pod="${pod}",instance="${pod}:9464"}`;
  const lines = fixture('model-pipeline-0.1.0.prom').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, string] => {
      const [, series, value] = /^(.*)\} (\S+)$/.exec(line) as unknown as [string, string, string];
      return [series.replace('0'.repeat(64), recipe) + scrape, changed(series, value)];
    });
}

/** Two pods: one of a recipe, and, five hours later, one of another, whose perplexity is too much higher. */
const [FIRST, SECOND] = ['0123456789ab', 'fedcba987654'];
const recipe = (digits: string) => digits + 'c'.repeat(52);
const worse = (series: string, value: string) =>
  /value="increase"/.test(series) ? '0.06' : /check_passed.*"perplexity"/.test(series) ? '0' : value;
const SERIES = [
  // Read three times, and gone with the pod.
  ...scraped('quantize-a', recipe(FIRST)).map(([series, value]) => ({ series, values: `${value}x2 stale` })),
  ...scraped('quantize-b', recipe(SECOND), worse).map(([series, value]) => ({
    series,
    values: `_x300 ${value}x2 stale`,
  })),
];

const of = (digits: string, more: { readonly [label: string]: string } = {}) =>
  `{${Object.entries({ pipeline: 'quantize', recipe: digits, ...more })
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;

testWith('promtool')('a day later each panel has what was measured, by recipe, though the pods are gone', () => {
  const { dashboard, rules } = dashboardWith();
  const exprOf = (title: string, index = 0) =>
    (panelQueries(dashboard as DashboardJson)
      .find(({ panel }) => panel.title === title)
      ?.queries[index].expr.replaceAll('$pipeline', '.*') ?? '') as string;
  const both = (value: number, more = {}) => [FIRST, SECOND].map((digits) => ({ labels: of(digits, more), value }));
  const lost = [100 * 0.004381974200711403, 100 * 0.06];
  const limit = 100 * 0.03;
  const perplexity = { check: 'perplexity' };
  const each = (values: readonly number[], more = {}) =>
    values.map((value, i) => ({ labels: of([FIRST, SECOND][i], more), value }));
  const steps = ['1-dynamic-int8', 'size', 'perplexity', 'throughput', 'long-context', 'tokenizer'];
  const whole = [...steps, 'license', 'safetensors', 'finite'].flatMap((step) => both(100, { step }));
  const expected: [string, object[]][] = [
    [exprOf('Results', 0), both(100 * 0.2610228347970076)],
    [exprOf('Results', 1), both(100 * 1.9128669746304305)],
    [exprOf('Results', 2), each(lost.map((loss) => (loss / limit) * 100))],
    [exprOf('Results', 3), each([0, 1])],
    [exprOf('Accuracy', 0), each(lost, perplexity)],
    [exprOf('Accuracy', 1), both(limit, perplexity)],
    [exprOf('Checks that do not hold'), [{ labels: of(SECOND, perplexity), value: 1 }]],
    [exprOf('Steps and checks'), whole],
  ];
  const course = (time: string, samples: object[]) => ({
    expr: `count by (pipeline, recipe) (${exprOf('Course')})`,
    eval_time: time,
    exp_samples: samples,
  });
  const asked = [
    { expr: '{__name__=~"model_pipeline_.+|inference_pipeline_.+"}', eval_time: '1d', exp_samples: [] },
    ...expected.map(([expr, exp_samples]) => ({ expr, eval_time: '1d', exp_samples })),
    course('20m', [{ labels: of(FIRST), value: 9 }]),
    course('4h', []),
    course('5h10m', [{ labels: of(SECOND), value: 9 }]),
  ];
  const folder = mkdtempSync(path.join(tmpdir(), 'pipelines-'));
  const outcome = (file: string) => {
    writeFileSync(path.join(folder, 'rules.yml'), file);
    const tests = [{ interval: '1m', input_series: SERIES, promql_expr_test: asked }];
    const text = { rule_files: ['rules.yml'], evaluation_interval: '1m', tests };
    writeFileSync(path.join(folder, 'pipelines.test.yml'), JSON.stringify(text));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'pipelines.test.yml'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, said: `${stdout}${stderr}`.slice(0, 4000) };
  };
  try {
    expect(outcome(rules)).toMatchObject({ status: 0 });
    // Of another check, or of a pod that is not told apart.
    expect(outcome(rules.replaceAll('check=\\"size\\"', 'check=\\"sizes\\"')).status).not.toBe(0);
    expect(outcome(rules.replaceAll('(.{12}).*', '(.{11}).*')).status).not.toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
