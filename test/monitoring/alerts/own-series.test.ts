import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { MetricExporter } from '../../../lib/catalog/metric-kind';
import { parsePromql } from '../../../lib/metrics/promql/parse';
import { selectorsIn } from '../../../lib/metrics/promql/selectors-in';
import { MonitoringStack, MonitoringStackProps, ServiceLevelObjective } from '../../../lib/monitoring';
import { panelQueries, variableQueries } from '../../../lib/monitoring/grafana/dashboards/dashboard-queries';
import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { ownSeries } from '../../../lib/monitoring/rules/own-series';
import { Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { DCGM_TARGET, ENGINES, PIPELINE_TARGET } from '../grafana/support';
import { TARGET, monitor, testWith, VLLM_TARGET, Watched } from '../support';
import { testAlerts } from './promtool';

const SITES = { expectedSites: [{ name: 'edge-1', silentAfter: Duration.hours(1) }] };
const VLLM: Watched = { target: { ...VLLM_TARGET, replicas: 2 } };

/** A series of the server here, and the same one as a site writes it. */
const here = (name: string, more = '') =>
  `${name}{job="vllm-talk",namespace="inference",pod="a",instance="a:8000"${more}}`;
const there = (name: string, more = '') => here(name, `${more},cluster="edge-1"`);
/** A recorded series. */
const recorded = (name: string, more = '') => `${name}{job="vllm-talk",namespace="inference",model="chat"${more}}`;
const EDGE = ',cluster="edge-1"';

testAlerts({ watched: [VLLM], props: SITES }, [
  {
    alert: 'NoServerAnswers',
    when: 'all servers here are gone, and those of a site with the same job answer',
    series: { [here('up')]: '1x20 _x40 1x60', [there('up')]: '1x120' },
    fires: { '40m': [{ job: 'vllm-talk', severity: 'critical' }] },
    silent: ['15m', '80m'],
  },
  {
    alert: 'NoServerAnswers',
    when: 'a site with the same job has lost its servers',
    series: { [here('up')]: '1x60', [there('up')]: '0x60' },
    silent: ['60m'],
  },
  {
    alert: 'HighLatency',
    when: 'a model here is slow for a time, and one of a site is fast',
    series: {
      [recorded('inference_latency_p99_milliseconds', EDGE)]: '1x120',
      [recorded('chat_latency_p99', EDGE)]: '1x120',
      [here('vllm:time_to_first_token_seconds_bucket', ',model="chat",le="60"')]: '0x20 0+6x40 240+0x60',
      [here('vllm:time_to_first_token_seconds_bucket', ',model="chat",le="120"')]: '0x20 0+60x40 2400+0x60',
      [here('vllm:time_to_first_token_seconds_bucket', ',model="chat",le="+Inf"')]: '0x20 0+60x40 2400+0x60',
    },
    fires: { '40m': [{ model: 'chat', severity: 'critical' }] },
    silent: ['10m', '100m'],
  },
  {
    alert: 'HighLatency',
    when: 'a model of the same name is slow at a site',
    series: {
      [recorded('inference_latency_p99_milliseconds', EDGE)]: '90000x60',
      [recorded('chat_latency_p99', EDGE)]: '90000x60',
    },
    silent: ['60m'],
  },
]);

testWith('promtool')('requests that a site answers are not counted as those answered here', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sites-'));
  try {
    writeFileSync(path.join(folder, 'rules.yml'), monitor([VLLM], SITES).monitoring.rules);
    const counter = (of: typeof here) => of('vllm:request_success_total', ',model="chat",finished_reason="stop"');
    const unit = {
      interval: '1m',
      input_series: [
        { series: counter(here), values: '0+60x30' },
        { series: counter(there), values: '0+6000x30' },
      ],
      promql_expr_test: [
        {
          expr: 'inference_qps',
          eval_time: '20m',
          exp_samples: [{ labels: recorded('inference_qps'), value: 1 }],
        },
      ],
    };
    const file = { rule_files: ['rules.yml'], evaluation_interval: '1m', tests: [unit] };
    writeFileSync(path.join(folder, 'qps.test.yml'), JSON.stringify(file));
    execFileSync('promtool', ['test', 'rules', 'qps.test.yml'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const KUBE = {
  ...{ jobName: 'kube-state-metrics', namespace: 'monitoring', exporters: [MetricExporter.KUBE_STATE_METRICS] },
  ...{ models: [], features: [], version: '2.20.0' },
};
/** What every kind of rule is made for. */
const ALL: Watched[] = [...Object.values(ENGINES), DCGM_TARGET, PIPELINE_TARGET, { ...TARGET, ...KUBE }].map(
  (target) => ({ target }),
);
const PROPS = { objectives: [ServiceLevelObjective.availability(99.9)], grafana: {} };
const made = (props: Partial<MonitoringStackProps>) => monitor(ALL, { ...PROPS, ...props }).monitoring;
const rulesOf = ({ rules }: MonitoringStack) =>
  (JSON.parse(rules) as { groups: { rules: MonitoringRule[] }[] }).groups.flatMap((group) => group.rules);
/** What a query selects of other clusters' series. */
const unmatched = (expr: string, label = 'cluster') =>
  selectorsIn(parsePromql(expr)).filter(
    ({ matchers }) =>
      !matchers.some(
        (one) =>
          (one.label === label && one.value === '') || (one.label === 'alertname' && one.value === 'EdgeSiteSilent'),
      ),
  );

test('all rules but those of sites ask for the series of this cluster, by the label that the program names', () => {
  for (const [label, props] of [
    ['cluster', SITES],
    ['site', { ...SITES, grafana: { siteLabel: 'site' } }],
  ] as const) {
    const own = rulesOf(made(props)).filter(({ alert }) => alert !== 'EdgeSiteSilent');
    expect(own.length).toBeGreaterThan(100);
    expect(own.filter(({ expr }) => unmatched(expr, label).length > 0)).toEqual([]);
  }
});

test('without sites that are expected the rules are the same without the label', () => {
  const [expected, none] = [made(SITES), made({})].map(rulesOf);
  const plain = expected
    .filter(({ alert }) => alert !== 'EdgeSiteSilent')
    .map((rule) => ({ ...rule, expr: rule.expr.replace(/,cluster=""/g, '').replace(/\{cluster=""\}/g, '') }));
  expect(plain).toEqual(none);
  expect(JSON.stringify(none)).not.toContain('cluster=\\"\\"');
});

test('panels, variables and marks of this cluster show its series alone, and an alert of a silent site', () => {
  const dashboards = Object.values(made(SITES).dashboards).map((text) => JSON.parse(text) as DashboardJson);
  const own = dashboards.filter(({ uid }) => uid !== 'gpu-inference-sites');
  expect(own.map(({ uid }) => uid)).toEqual([
    'gpu-inference-cost',
    'gpu-inference-fleet',
    'gpu-inference-gpus',
    'gpu-inference-model',
    'gpu-inference-pipelines',
  ]);
  const queries = own.flatMap((dashboard) => [
    ...panelQueries(dashboard).flatMap((panel) => panel.queries.map(({ expr }) => expr)),
    ...variableQueries(dashboard).map(({ series }) => series),
    ...(dashboard.annotations?.list ?? []).flatMap(({ expr }) => expr ?? []),
  ]);
  expect(queries.length).toBeGreaterThan(30);
  expect(queries.filter((expr) => unmatched(expr).length > 0)).toEqual([]);
  expect(queries).toContain(
    '(ALERTS{alertstate="firing",severity!="none",cluster=""} or ALERTS{alertstate="firing",severity!="none",alertname="EdgeSiteSilent"})',
  );
});

test.each([
  ['up', 'up{c=""}'],
  ['up{}', 'up{c=""}'],
  ['up{a="{b}",}', 'up{a="{b}",c=""}'],
  [
    'sum by (x) (rate(a{b="c"}[5m] offset 1h)) / ignoring(y) d',
    'sum by (x) (rate(a{b="c",c=""}[5m] offset 1h)) / ignoring(y) d{c=""}',
  ],
  ['-a[1h:5m] > 2', '-a{c=""}[1h:5m] > 2'],
  ['topk(scalar(n), x) or vector(1)', 'topk(scalar(n{c=""}), x{c=""}) or vector(1)'],
  ['{__name__=~"a|b"}', '{__name__=~"a|b",c=""}'],
])('the series of this cluster in %s', (expr, own) => {
  expect(ownSeries(expr, 'c')).toBe(own);
});

test('two Prometheus, one of which a site does not reach, are refused with sites that are expected', () => {
  const props = { ...SITES, highAvailability: true };
  expect(idsOf(faultsThrown(() => monitor([VLLM], props)))).toEqual(['CONFLICTING_PROPERTIES expectedSites']);
  expect(monitor([VLLM], { highAvailability: true, expectedSites: [] }).monitoring.rules).not.toContain(
    'EdgeSiteSilent',
  );
});
