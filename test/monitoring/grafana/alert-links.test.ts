import { spawnSync } from 'child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { Fn, Token } from 'cdktf';
import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { MetricsTarget, PlannedServing } from '../../../lib/core/watchable';
import { ALERTS_WITHOUT_PANEL, PANELS_OF_ALERTS } from '../../../lib/monitoring/grafana/alert-links';
import { dashboardFaults } from '../../../lib/monitoring/grafana/dashboards/dashboard-contract';
import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { panelQueries } from '../../../lib/monitoring/grafana/dashboards/dashboard-queries';
import { MonitoringStackProps, ServiceLevelObjective } from '../../../lib/monitoring';
import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { DataSize, Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { unescapeTemplate } from '../../support/template';
import { monitor, testWith, VLLM_TARGET, Watched, OWN_JOBS } from '../support';
import { DCGM_TARGET, ENGINES } from './support';

const PLAN: PlannedServing = {
  concurrency: 8,
  kvCapacityTokens: 100_000,
  timePerTokenMs: 20,
  outputTokensPerSecond: 400,
  gpuMemory: DataSize.gib(70),
};
const DCGM: MetricsTarget = { ...DCGM_TARGET, features: [MetricFeature.DCGM_COUNTER] };
const NODES: MetricsTarget = {
  ...DCGM_TARGET,
  jobName: 'node-exporter',
  namespace: 'monitoring-nodes',
  exporters: [MetricExporter.NODE, MetricExporter.EFA],
  version: '1.12.1',
};
const KUBE: MetricsTarget = {
  ...NODES,
  jobName: 'kube-state-metrics',
  namespace: 'monitoring',
  exporters: [MetricExporter.KUBE_STATE_METRICS],
  version: '2.20.0',
};

const DOOR: MetricsTarget = {
  ...NODES,
  jobName: 'gateway-door',
  namespace: 'inference',
  exporters: [MetricExporter.ENVOY],
  models: ['chat'],
  features: [MetricFeature.GATEWAY_CLOUD],
  version: '1.40.0',
};

/** Servers of every engine, planned and given objectives, and what tells of their nodes. */
const ALL: Watched[] = [
  ...Object.values(ENGINES).map((target) => ({
    target: {
      ...target,
      replicas: 3,
      startupSeconds: 600,
      plans: Object.fromEntries(target.models.map((model) => [model, PLAN])),
      plannedLatencyMs: Object.fromEntries(target.models.map((model) => [model, 90])),
    },
    options: {
      latencyThresholdMs: 1000,
      objectives: [
        ServiceLevelObjective.availability(99.9),
        ...(target === VLLM_TARGET ? [ServiceLevelObjective.latency(95, 500)] : []),
      ],
    },
  })),
  ...[DCGM, NODES, KUBE, DOOR].map((target) => ({ target })),
];

interface Linked {
  readonly rule: MonitoringRule;
  readonly url: string | undefined;
}

function alertsOf(watched: readonly Watched[], props: Partial<MonitoringStackProps>) {
  const { monitoring, result } = monitor(watched, props);
  const { groups } = JSON.parse(monitoring.rules) as { groups: { name: string; rules: MonitoringRule[] }[] };
  const rules = groups.filter(({ name }) => !OWN_JOBS.includes(name)).flatMap((group) => group.rules);
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  const linked = alerts.map((rule): Linked => ({ rule, url: rule.annotations?.dashboard_url }));
  const dashboards = Object.entries(monitoring.dashboards).map(
    ([uid, text]) => [uid, JSON.parse(text) as DashboardJson] as const,
  );
  return { linked, rules, dashboards: new Map(dashboards), result };
}

/** A link as Prometheus has it once the template is executed on labels that are all called `value`. */
const executed = (url: string) => new URL(url.replace(/\{\{ \$labels\.\w+ \| urlquery \}\}/g, 'value'));

const GRAFANA = {
  grafana: { url: 'https://grafana.example.com/' },
  expectedSites: [{ name: 'hall 1', silentAfter: Duration.hours(1) }],
};

test('each alert has a panel, or none shows more of it', () => {
  const pages = readdirSync(path.join(__dirname, '..', '..', '..', 'docs', 'alerts')).map((file) =>
    path.basename(file, '.md'),
  );
  const known = [...Object.keys(PANELS_OF_ALERTS), ...ALERTS_WITHOUT_PANEL].sort();
  expect(known).toEqual(pages.filter((name) => name !== 'README').sort());
});

describe('links of all alerts', () => {
  const { linked, rules, dashboards } = alertsOf(ALL, GRAFANA);

  test('those that have a panel are there', () => {
    const names = new Set(linked.filter(({ url }) => url !== undefined).map(({ rule }) => rule.alert));
    expect([...names].sort()).toEqual(Object.keys(PANELS_OF_ALERTS).sort());
  });

  test.each(linked.filter(({ url }) => url !== undefined).map(({ rule, url }) => [`${rule.alert} ${url}`, url]))(
    '%s: dashboard, panel and variables exist',
    (_, url) => {
      const { origin, pathname, searchParams } = executed(url as string);
      expect(origin).toBe('https://grafana.example.com');
      const dashboard = dashboards.get(pathname.replace('/d/', '')) as DashboardJson;
      expect(dashboard?.uid).toBe(pathname.slice('/d/'.length));
      const names = [...searchParams.keys()].filter((key) => key !== 'viewPanel');
      const known = (dashboard.templating?.list ?? []).map(({ name }) => `var-${name}`);
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      const panels = panelQueries(dashboard).map(({ panel }) => String(panel.id));
      expect(panels).toContain(searchParams.get('viewPanel'));
    },
  );

  test('a label that a link is made from is one of the series of the alert', () => {
    const queries = linked.flatMap(({ rule, url = '' }) =>
      [...url.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => `group by (${label}) (${rule.expr})`),
    );
    expect(queries.length).toBeGreaterThan(10);
    const faultsOf = (expressions: readonly string[]) =>
      dashboardFaults(
        [{ uid: 'q', title: 'q', panels: expressions.map((expr, id) => ({ id, type: 'stat', targets: [{ expr }] })) }],
        {
          rules,
          targets: ALL.map(({ target }) => target as MetricsTarget),
          options: { scrapeIntervalSeconds: 15, extraLabels: ['cluster'] },
        },
      ).map(({ id }) => id);
    expect(faultsOf(queries)).toEqual([]);
    const [wrong] = linked.filter(({ rule }) => rule.alert === 'GpuLost');
    expect(faultsOf([`group by (model) (${wrong.rule.expr})`])).toEqual(['METRIC_LABEL_UNKNOWN']);
  });
});

test('a link names what is known when the rule is made, and asks the series for the rest', () => {
  const { linked } = alertsOf([{ target: { models: ['org/chat'] } }], GRAFANA);
  const of = (name: string) => linked.find(({ rule }) => rule.alert === name)?.url;
  expect(of('HighLatency')).toBe(
    'https://grafana.example.com/d/gpu-inference-model?var-namespace={{ $labels.namespace | urlquery }}' +
      '&var-job={{ $labels.job | urlquery }}&var-model=org%2Fchat&viewPanel=10',
  );
  expect(of('RequestsFail')).toBe(
    'https://grafana.example.com/d/gpu-inference-model?var-namespace=inference&var-job=triton-deepseek' +
      '&var-model={{ $labels.model | urlquery }}&viewPanel=20',
  );
  expect(of('NoServerAnswers')).toBe(
    'https://grafana.example.com/d/gpu-inference-fleet?var-namespace=inference&var-model=org%2Fchat&viewPanel=4',
  );
});

testWith('promtool')('Prometheus executes the links: values of labels are escaped for a URL', () => {
  const { linked } = alertsOf([{}], GRAFANA);
  const { rule, url } = linked.find(({ rule: { alert } }) => alert === 'RequestsFail') as Linked;
  const folder = mkdtempSync(path.join(tmpdir(), 'links-'));
  const labels = { job: 'triton-deepseek', namespace: 'inference', model: 'org/a&b' };
  const escaped = (url as string).replace('{{ $labels.model | urlquery }}', 'org%2Fa%26b');
  const series = `inference_failure_percent{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(',')}}`;
  const outcome = (wanted: string) => {
    const tests = [
      {
        interval: '1m',
        input_series: [{ series, values: '50x20' }],
        alert_rule_test: [
          {
            eval_time: '10m',
            alertname: 'RequestsFail',
            exp_alerts: [
              { exp_labels: { ...labels, severity: 'critical' }, exp_annotations: { dashboard_url: wanted } },
            ],
          },
        ],
      },
    ];
    writeFileSync(path.join(folder, 'links.test.yml'), JSON.stringify({ rule_files: ['rules.yml'], tests }));
    return spawnSync('promtool', ['test', 'rules', 'links.test.yml'], { cwd: folder }).status;
  };
  try {
    const only = { ...rule, annotations: { dashboard_url: url } };
    writeFileSync(path.join(folder, 'rules.yml'), JSON.stringify({ groups: [{ name: 'links', rules: [only] }] }));
    expect(outcome(escaped)).toBe(0);
    expect(outcome(url as string)).not.toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('an alert whose panel is not there links to nothing', () => {
  // No model is watched, and nothing tells of GPUs.
  const { linked } = alertsOf([{ target: KUBE }], GRAFANA);
  expect(linked.length).toBeGreaterThan(2);
  const names = linked.filter(({ url }) => url !== undefined).map(({ rule }) => rule.alert);
  expect(names).toEqual(['EdgeSiteSilent']);
});

test('without a Grafana there are no links; with one of the cluster alone they lead there', () => {
  const first = (props: Partial<MonitoringStackProps>) =>
    alertsOf([{}], props).linked.find(({ rule }) => rule.alert === 'HighLatency')?.url;
  expect(first({})).toBeUndefined();
  expect(first({ grafana: {} })).toMatch(/^http:\/\/grafana\.monitoring\.svc:3000\/d\//);
  expect(first({ grafanaUrl: 'https://g.example.com/grafana' })).toMatch(/^https:\/\/g\.example\.com\/grafana\/d\//);
});

test('in the cluster they are as they are here: nothing in them is evaluated by Terraform', () => {
  const { linked, result } = alertsOf([{}], { grafanaUrl: 'https://g.example.com/%{x}/${y}' });
  const maps = result.resources('kubernetes_config_map_v1') as { data: { [file: string]: string } }[];
  const text = maps.map(({ data }) => data['rules.yml'] ?? '').join('');
  expect(text.replace(/\$\$\{|%%\{/g, '')).not.toMatch(/[$%]\{/);
  const { url } = linked.find(({ rule }) => rule.alert === 'HighLatency') as Linked;
  expect(unescapeTemplate(text)).toContain(JSON.stringify(url));
});

test.each<[Partial<MonitoringStackProps>, string]>([
  [{ grafanaUrl: 'grafana' }, 'INVALID_FORMAT grafanaUrl'],
  [{ grafanaUrl: 'https://grafana.example.com/?orgId=2' }, 'INVALID_FORMAT grafanaUrl'],
  [{ grafanaUrl: 'https://grafana.example.com/#a' }, 'INVALID_FORMAT grafanaUrl'],
  [{ grafanaUrl: 'https://user:secret@grafana.example.com' }, 'SECRET_IN_URL grafanaUrl'],
  [{ grafanaUrl: Token.asString(Fn.upper('a')) }, 'VALUE_NOT_CONCRETE grafanaUrl'],
  [{ grafanaUrl: 'https://grafana.example.com', grafana: {} }, 'CONFLICTING_PROPERTIES grafanaUrl'],
])('%j is refused', (props, id) => {
  expect(idsOf(faultsThrown(() => monitor([{}], props)))).toEqual([id]);
});
