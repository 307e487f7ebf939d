import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { MonitoringStackProps, ServiceLevelObjective } from '../../../lib/monitoring';
import { faultsThrown, idsOf } from '../../support/faults';
import { monitor, TARGET, VLLM_TARGET, Watched } from '../support';
import { testAlerts } from './promtool';

const BOUNDS = { latencyBoundsMs: [50, 100, 500] };
const objectives = [ServiceLevelObjective.availability(99.9), ServiceLevelObjective.latency(95, 100)];
const ended = (reason: string) =>
  `vllm:request_success_total{job="vllm-talk",namespace="inference",pod="p",node="a",instance="p:8000",model="chat",model_name="chat",engine="0",finished_reason="${reason}"}`;
const slow = (le: string) =>
  `vllm:time_to_first_token_seconds_bucket{job="vllm-talk",namespace="inference",pod="p",node="a",instance="p:8000",model="chat",model_name="chat",engine="0",le="${le}"}`;
const count =
  'vllm:time_to_first_token_seconds_count{job="vllm-talk",namespace="inference",pod="p",node="a",instance="p:8000",model="chat",model_name="chat",engine="0"}';
const page = (objective: string, window: string) => ({
  objective,
  window,
  severity: window.endsWith('h') ? 'critical' : 'warning',
});

testAlerts({ watched: [{ target: VLLM_TARGET, options: { objectives } }] }, [
  {
    alert: 'AvailabilityBudgetBurns',
    when: '2 % fail for two hours: twenty times the budget, then none',
    series: { [ended('stop')]: '0+9800x120 1176000+10000x600', [ended('error')]: '0+200x120 24000x600' },
    fires: {
      '100m': [
        page('availability 99.9 %', '1h'),
        page('availability 99.9 %', '6h'),
        page('availability 99.9 %', '1d'),
        page('availability 99.9 %', '3d'),
      ],
    },
    // The short windows end the critical ones soon: the long ones are still above.
    silent: ['12h'],
  },
  {
    alert: 'AvailabilityBudgetBurns',
    when: '0.2 % fail: a warning and no more',
    series: { [ended('stop')]: '0+9980x300', [ended('error')]: '0+20x300' },
    fires: { '4h': [page('availability 99.9 %', '3d')] },
    silent: ['0m'],
  },
  {
    alert: 'AvailabilityBudgetBurns',
    when: 'the budget is spent as fast as it may be, or nobody asks',
    series: { [ended('stop')]: '0+9995x200', [ended('error')]: '0+5x200' },
    silent: ['1h', '3h'],
  },
  {
    alert: 'LatencyBudgetBurns',
    when: 'nine of ten are slower than 100 ms for an hour, then none',
    series: { [slow('0.1')]: '0+100x90 9000+1000x600', [count]: '0+1000x690' },
    fires: {
      '80m': [
        page('latency 95 % below 100 ms', '1h'),
        page('latency 95 % below 100 ms', '6h'),
        page('latency 95 % below 100 ms', '1d'),
        page('latency 95 % below 100 ms', '3d'),
      ],
    },
    silent: ['11h'],
  },
  {
    alert: 'LatencyBudgetBurns',
    when: 'three of a hundred are slow, by a bound as Prometheus 3 writes it',
    series: { [slow('0.1')]: '0+970x200', [count]: '0+1000x200' },
    silent: ['1h', '3h'],
  },
]);

const rulesOf = (watched: readonly Watched[], props: Partial<MonitoringStackProps> = {}) =>
  (
    JSON.parse(monitor(watched, props).monitoring.rules) as {
      groups: { rules: { alert?: string; expr: string; labels?: { [label: string]: string } }[] }[];
    }
  ).groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert?.endsWith('BudgetBurns')));

test('factors are those of the workbook, for 30 days, and follow the period', () => {
  const factors = (periodDays?: number) =>
    rulesOf([{ options: { objectives: [ServiceLevelObjective.availability(99, { periodDays })] } }]).map(
      ({ expr, labels }) => [
        labels?.window,
        labels?.severity,
        Number((100 * Number(/> ([\d.]+)/.exec(expr)?.[1])).toPrecision(4)),
      ],
    );
  expect(factors()).toEqual([
    ['1h', 'critical', 14.4],
    ['6h', 'critical', 6],
    ['1d', 'warning', 3],
    ['3d', 'warning', 1],
  ]);
  expect(factors(28).map(([, , factor]) => factor)).toEqual([13.44, 5.6, 2.8, 0.9333]);
});

test('what not even the failure of all requests can reach is left out', () => {
  const windows = rulesOf([{ options: { objectives: [ServiceLevelObjective.availability(80)] } }]).map(
    ({ labels }) => labels?.window,
  );
  expect(windows).toEqual(['1d', '3d']);
});

test('those of the stack are for each workload that can be measured by them, unless it has its own', () => {
  const watched = [
    { target: { ...BOUNDS, models: ['deepseek'] } },
    { target: { jobName: 'b', models: ['b'] } },
    { target: { jobName: 'c', models: ['c'], ...BOUNDS }, options: { objectives: [] } },
  ];
  const found = rulesOf(watched, { objectives }).map(({ alert, labels }) => `${alert} ${labels?.job}`);
  expect([...new Set(found)].sort()).toEqual([
    'AvailabilityBudgetBurns b',
    `AvailabilityBudgetBurns ${TARGET.jobName}`,
    `LatencyBudgetBurns ${TARGET.jobName}`,
  ]);
});

test('a whole bound is found as each version of Prometheus writes it', () => {
  const { rules } = monitor([{ target: BOUNDS, options: { objectives } }]).monitoring;
  expect(JSON.stringify(JSON.parse(rules))).toContain(String.raw`le=~\"100(\\\\.0)?\"`);
});

describe('refused', () => {
  const watch =
    (watched: Watched, props: Partial<MonitoringStackProps> = {}) =>
    () =>
      monitor([watched], props);
  const of = (made: () => ServiceLevelObjective) => () => monitor([{ options: { objectives: [made()] } }]);
  const SUMMARY = { exporters: [MetricExporter.TRITON], version: '25.12', features: [MetricFeature.SUMMARY_LATENCIES] };
  test.each<[string, () => unknown, string]>([
    ['a share of 100 %', of(() => ServiceLevelObjective.availability(100)), 'OUT_OF_RANGE objectives[0].percent'],
    ['a share of 0', of(() => ServiceLevelObjective.latency(0, 100)), 'OUT_OF_RANGE objectives[0].percent'],
    ['a share that is no number', of(() => ServiceLevelObjective.availability(NaN)), 'WRONG_KIND percent'],
    ['a negative threshold', of(() => ServiceLevelObjective.latency(95, -1)), 'OUT_OF_RANGE objectives[0].thresholdMs'],
    [
      'a week',
      of(() => ServiceLevelObjective.availability(99, { periodDays: 7 })),
      'NOT_A_WHOLE_NUMBER objectives[0].periodDays',
    ],
    ['no models', of(() => ServiceLevelObjective.availability(99, { models: [] })), 'EMPTY_LIST objectives[0].models'],
    ['twice the same', watch({ options: { objectives: [objectives[0], objectives[0]] } }), 'DUPLICATE objectives[1]'],
    [
      'a model that nobody serves',
      watch({ options: { objectives: [ServiceLevelObjective.availability(99, { models: ['x'] })] } }),
      'UNKNOWN_VALUE objectives[0].models',
    ],
    [
      'a threshold between two bounds',
      watch({ target: BOUNDS, options: { objectives: [ServiceLevelObjective.latency(95, 80)] } }),
      'OBJECTIVE_NOT_MEASURED objectives[0]',
    ],
    [
      'slow requests of a summary',
      watch({ target: SUMMARY, options: { objectives: [objectives[1]] } }),
      'OBJECTIVE_NOT_MEASURED objectives[0]',
    ],
    ['series kept for three days', watch({}, { objectives, retentionDays: 3 }), 'RETENTION_TOO_SHORT retentionDays'],
    [
      'the same by watch',
      watch({ options: { objectives: [objectives[0]] } }, { retentionDays: 2 }),
      'RETENTION_TOO_SHORT retentionDays',
    ],
  ])('%s', (_, made, id) => {
    expect(idsOf(faultsThrown(made))).toEqual([id]);
  });
});

describe('of a stack is refused', () => {
  test.each<[string, ServiceLevelObjective, RegExp]>([
    [
      'what no watched workload can tell',
      ServiceLevelObjective.latency(95, 80),
      /the objective 'latency 95 % below 80 ms' cannot be measured on any of the watched workloads: its histogram counts/,
    ],
    [
      'a model that nobody serves',
      ServiceLevelObjective.availability(99, { models: ['x'] }),
      /objectives\[0\] names the model 'x', but the watched workloads serve b, /,
    ],
  ])('%s', (_, objective, text) => {
    const watched = [{ target: BOUNDS }, { target: { jobName: 'b', models: ['b'] } }];
    expect(() => monitor(watched, { objectives: [objective] })).toThrow(text);
  });
});
