import { MetricsTarget } from '../../../lib/core/watchable';
import { Indicator } from '../../../lib/monitoring';
import { dashboardFaults } from '../../../lib/monitoring/grafana/dashboards/dashboard-contract';
import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { panelQueries } from '../../../lib/monitoring/grafana/dashboards/dashboard-queries';
import { TARGET, VLLM_TARGET } from '../support';
import {
  DCGM_TARGET,
  dashboards,
  ENGINES,
  everything,
  PIPELINE_TARGET,
  recordsOfGpu,
  recordsOfModel,
  rulesOf,
  watched,
} from './support';

const expressions = (dashboard: DashboardJson) =>
  panelQueries(dashboard).flatMap(({ queries }) => queries.map(({ expr }) => expr));
const titles = (dashboard: DashboardJson) => panelQueries(dashboard).map(({ panel }) => panel.title);
const panel = (dashboard: DashboardJson, title: string) =>
  panelQueries(dashboard).find((one) => one.panel.title === title);

/** Alone, and beside an exporter that tells of the same GPUs without saying whose they are. */
const WATCHED: [string, readonly MetricsTarget[]][] = [
  ...Object.entries(ENGINES).flatMap(([engine, target]): [string, readonly MetricsTarget[]][] => [
    [engine, [target]],
    [`${engine}, and DCGM`, [target, DCGM_TARGET]],
  ]),
  ['a pipeline of a model', [PIPELINE_TARGET]],
];

describe.each(WATCHED)('%s', (_, targets) => {
  const made = dashboards(targets);
  const rules = rulesOf(targets.map((target) => watched(target)));

  test('every query of every dashboard is one that the contract accepts', () => {
    const around = {
      rules,
      targets,
      options: { scrapeIntervalSeconds: 15 },
    };
    const faults = dashboardFaults(Object.values(made), around);
    expect(faults).toEqual([]);
    expect(Object.values(made).flatMap(expressions).length).toBeGreaterThan(8);
  });

  test('a series that nothing records is in no query', () => {
    const recorded = new Set(rules.map(({ record }) => record));
    const read = Object.values(made).flatMap(expressions).join(' ');
    const names = [...read.matchAll(/\binference_\w+/g)].map(([name]) => name);
    expect(names.filter((name) => !recorded.has(name))).toEqual([]);
  });

  test('every indicator that it has is shown', () => {
    const recorded = rules.map(({ record }) => record);
    const shown = Object.values(made).flatMap(expressions).join(' ');
    const missing = Indicator.ALL.filter(({ record }) => recorded.includes(record) && !shown.includes(record));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

test('panels of what a server cannot tell are left out, and there is no empty row', () => {
  const [triton, vllm] = [TARGET, VLLM_TARGET].map((target) => dashboards([target])['gpu-inference-model']);
  expect(titles(triton)).not.toContain('KV cache');
  expect(titles(vllm)).toContain('KV cache');
  for (const { panels = [] } of [triton, vllm]) {
    panels.forEach(({ type }, index) =>
      expect(type === 'row' && (panels[index + 1]?.type ?? 'row') === 'row').toBe(false),
    );
  }
});

test('every indicator that is recorded of anything has a panel, and so has every number of a plan', () => {
  const plans = ['latency_p99_milliseconds', 'time_per_token_milliseconds'].map((of) => `inference_plan_${of}`);
  const names = [...Indicator.ALL.map(({ record }) => record), ...plans];
  const made = dashboards([TARGET], { rules: names.map(recordsOfModel) });
  const shown = Object.values(made).flatMap(expressions).join(' ');
  expect(names.filter((name) => !shown.includes(name))).toEqual([]);
});

test('what an exporter of GPUs says of an indicator is in the description of its panel', () => {
  const made = dashboards([DCGM_TARGET], {
    rules: [recordsOfGpu('inference_gpu_temperature_celsius'), recordsOfGpu('inference_gpu_memory_percent')],
  });
  expect(panel(made['gpu-inference-gpus'], 'Temperature')?.panel.description).toContain(
    'Of the chip, not of its memory.',
  );
});

test('a gateway or the cluster alone has no dashboard of models', () => {
  expect(Object.keys(dashboards([]))).toEqual([]);
});

test('the panels of a dashboard fill its lines and do not overlap', () => {
  for (const dashboard of Object.values(dashboards([...Object.values(ENGINES), PIPELINE_TARGET]))) {
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels ?? []) {
      const { x, y, w, h } = gridPos as { x: number; y: number; w: number; h: number };
      expect([title, x + w <= 24]).toEqual([title, true]);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken.has(`${column},${line}`)).toBe(false);
          taken.add(`${column},${line}`);
        }
      }
    }
    const bottom = Math.max(...(dashboard.panels ?? []).map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
    expect(taken.size).toBe(24 * bottom);
  }
});

describe('what links name is stable', () => {
  test('uids', () => {
    expect(Object.keys(everything)).toEqual([
      'gpu-inference-cost',
      'gpu-inference-fleet',
      'gpu-inference-gpus',
      'gpu-inference-model',
      'gpu-inference-pipelines',
      'gpu-inference-sites',
    ]);
  });

  test('ids of panels, unique in each dashboard, whatever else it shows', () => {
    const few = dashboards([VLLM_TARGET])['gpu-inference-model'];
    for (const { panel: one } of panelQueries(few)) {
      expect([one.title, one.id]).toEqual([
        one.title,
        panel(everything['gpu-inference-model'], one.title as string)?.panel.id,
      ]);
    }
    for (const { panels = [] } of Object.values(everything)) {
      const ids = panels.map(({ id }) => id);
      expect(ids.every((id) => Number.isInteger(id))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('they are the same on every run', () => {
    const again = dashboards(Object.values(ENGINES), {});
    const reversed = dashboards(Object.values(ENGINES).reverse(), {});
    expect(JSON.stringify(dashboards(Object.values(ENGINES), {}))).toBe(JSON.stringify(again));
    expect(Object.keys(reversed)).toEqual(Object.keys(again));
  });

  test('variables by which an alert leads to its model', () => {
    const { list = [] } = everything['gpu-inference-model'].templating ?? {};
    expect(list.map(({ name }) => name)).toEqual(['datasource', 'namespace', 'job', 'model']);
  });
});

test('latency is drawn beside the threshold of its alert and the plan', () => {
  const { queries = [] } =
    panel(
      dashboards([TARGET], { rules: [recordsOfModel('inference_plan_latency_p99_milliseconds')] })[
        'gpu-inference-model'
      ],
      'Latency',
    ) ?? {};
  const of = '{namespace="$namespace",job="$job",model="$model"}';
  expect(queries.map(({ expr, legend }) => [legend, expr])).toEqual([
    ['P50', `inference_latency_p50_milliseconds${of}`],
    ['P95', `inference_latency_p95_milliseconds${of}`],
    ['P99', `inference_latency_p99_milliseconds${of}`],
    ['plan', `inference_plan_latency_p99_milliseconds${of}`],
    ['HighLatency fires', `inference_latency_threshold_milliseconds${of}`],
  ]);
});

test('a plan is compared with what is measured, where both are known', () => {
  const title = 'Measured, in percent of the plan';
  expect(titles(dashboards([TARGET])['gpu-inference-model'])).not.toContain(title);
  const planned = dashboards([TARGET], {
    rules: ['inference_plan_latency_p99_milliseconds', 'inference_plan_kv_capacity_tokens'].map(recordsOfModel),
  });
  const { queries = [] } = panel(planned['gpu-inference-model'], title) ?? {};
  expect(queries.map(({ legend }) => legend)).toEqual(['P99 latency', 'plan']);
});

test('the threshold of each model is recorded, and none where no alert watches it', () => {
  const ofRules = (latencyAlert: boolean) =>
    rulesOf([{ ...watched(ENGINES['Triton with ONNX, an early release'], 40), latencyAlert }]).filter(
      ({ record }) => record === 'inference_latency_threshold_milliseconds',
    );
  const labels = { job: 'triton-vision', namespace: 'inference' };
  expect(ofRules(true)).toEqual(
    ['resnet', 'yolo'].map((model) => ({
      record: 'inference_latency_threshold_milliseconds',
      expr: 'vector(40)',
      labels: { ...labels, model },
    })),
  );
  expect(ofRules(false)).toEqual([]);
});

test('servers that measure the same in different ways are told apart in the description', () => {
  const { description } = panel(dashboards([TARGET, VLLM_TARGET])['gpu-inference-model'], 'Latency')?.panel ?? {};
  expect(description).toContain('triton-deepseek: Over all pods, to the first response');
  expect(description).toContain('vllm-talk: Over all pods, the time to the first token.');
});

test('100 models make no larger dashboards than one', () => {
  const many = Array.from({ length: 100 }, (_, i) => ({ ...TARGET, jobName: `triton-${i}`, models: [`model-${i}`] }));
  const size = (made: object) => JSON.stringify(made).length;
  expect(size(dashboards(many))).toBeLessThan(1.1 * size(dashboards([TARGET])));
  expect(size(dashboards(many))).toBeLessThan(200_000);
});

test('a row of a table of models leads to the dashboard of that model', () => {
  const text = JSON.stringify(dashboards([TARGET])['gpu-inference-fleet']);
  expect(text).toContain(
    '/d/gpu-inference-model?var-namespace=${__data.fields.Namespace}&var-job=${__data.fields.Server}&var-model=${__data.fields.Model}',
  );
});

test('sites are told apart by the label that the program names, and only then', () => {
  expect(Object.keys(dashboards([TARGET]))).not.toContain('gpu-inference-sites');
  const sites = dashboards([TARGET], { siteLabel: 'site' })['gpu-inference-sites'];
  const around = { rules: [], targets: [TARGET] };
  const options = { scrapeIntervalSeconds: 15 };
  expect(dashboardFaults([sites], { ...around, options: { ...options, extraLabels: ['site'] } })).toEqual([]);
  expect(dashboardFaults([sites], { ...around, options }).map(({ id }) => id)).toContain('METRIC_LABEL_UNKNOWN');
});
