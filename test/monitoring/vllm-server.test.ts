import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { Metric } from '../../lib/catalog';
import { Indicator, MetricContract } from '../../lib/monitoring';
import { idsOf, faultsThrown } from '../support/faults';
import { VLLM_TARGET, fixture, monitor, parseExposition, OWN_JOBS } from './support';

const rulesOf = (watched = [{ target: VLLM_TARGET }]) => {
  const { groups } = JSON.parse(monitor(watched).monitoring.rules) as {
    groups: { name: string; rules: { record?: string; alert?: string; expr: string }[] }[];
  };
  return groups.filter(({ name }) => !OWN_JOBS.includes(name)).flatMap(({ rules }) => rules);
};

describe("vLLM's own server", () => {
  const readable = [Indicator.QPS, Indicator.LATENCY_P99, Indicator.FAILURES, Indicator.KV_CACHE];

  test.each(readable.map((indicator) => [indicator.name, indicator] as const))(
    'has %s, within the contract',
    (_, indicator) => {
      const { expr, metrics } = indicator.query(VLLM_TARGET);
      expect(metrics.every(({ exporter }) => exporter === MetricExporter.VLLM)).toBe(true);
      expect(MetricContract.faults([{ record: indicator.record, expr }], [VLLM_TARGET])).toEqual([]);
    },
  );

  test('has no memory of GPUs, which is said', () => {
    expect(idsOf(faultsThrown(() => Indicator.GPU_MEMORY.query(VLLM_TARGET)))).toEqual([
      'INDICATOR_UNAVAILABLE metricsTarget',
    ]);
  });

  test('is watched by what it has, and all its rules keep the contract', () => {
    const rules = rulesOf();
    const names = rules.map(({ record, alert }) => record ?? alert);
    expect(names).toEqual(
      expect.arrayContaining([
        'inference_qps',
        'inference_kv_cache_percent',
        'chat_latency_p99',
        'HighLatency',
        'RequestsFail',
        'RequestsWait',
      ]),
    );
    expect(names).not.toContain('inference_gpu_memory_percent');
    expect(names).not.toContain('NoTokens');
    expect(MetricContract.faults(rules, [VLLM_TARGET])).toEqual([]);
    expect(JSON.stringify(rules)).not.toContain('nv_');
  });

  test('Triton is not asked for the cache that it does not tell', () => {
    expect(JSON.parse(monitor().monitoring.rules)).toEqual(JSON.parse(monitor([{}]).monitoring.rules));
    expect(monitor().monitoring.rules).not.toContain('kv_cache');
  });

  test('a label that only the scrape gives is no label of Triton', () => {
    const rule = (name: string, target = VLLM_TARGET) =>
      MetricContract.faults([{ record: 'r', expr: `sum by (model_name) (${name})` }], [target]);
    expect(rule('vllm:num_requests_running')).toEqual([]);
  });

  test('its series get the label by which all others name the model', () => {
    const { scrape_configs: jobs } = JSON.parse(
      monitor([{ target: VLLM_TARGET }, {}]).monitoring.prometheusConfiguration,
    ) as { scrape_configs: { job_name: string; metric_relabel_configs?: unknown }[] };
    const relabeled = Object.fromEntries(jobs.map((job) => [job.job_name, job.metric_relabel_configs]));
    expect(relabeled).toEqual({
      'triton-deepseek': undefined,
      'vllm-talk': [{ source_labels: ['model_name'], regex: '(.+)', target_label: 'model' }],
    });
  });

  test.each([
    ['vllm:admission_rejections_total', '0.31.0', '0.32.0'],
    ['vllm:num_requests_waiting_by_reason', '0.19.0', '0.22.1'],
  ])('%s is not in %s, but in %s', (name, without, having) => {
    const metric = Metric.of(MetricExporter.VLLM, name);
    expect(metric.missing([MetricExporter.VLLM], without, [])).toEqual([
      `${name} needs version ${having} or later, not ${without}`,
    ]);
    expect(metric.missing([MetricExporter.VLLM], having, [])).toEqual([]);
  });

  test.each([
    [
      'vllm:time_per_output_token_seconds',
      '0.15.1',
      'gone since the release after 0.14.1; use vllm:inter_token_latency_seconds',
    ],
    ['vllm:time_per_output_token_seconds', '0.13.0', "needs 'show_hidden_metrics_for_version' to be switched on"],
    ['vllm:gpu_cache_usage_perc', '0.24.0', 'gone since the release after 0.11.2; use vllm:kv_cache_usage_perc'],
    ['vllm:prompt_tokens_recomputed_total', '0.24.0', 'gone since the release after 0.19.1; nothing counts'],
    ['vllm:kv_block_lifetime_seconds', '0.24.0', "needs 'kv_cache_metrics' to be switched on"],
  ])('%s is not what %s exposes: %s', (name, version, why) => {
    const metric = Metric.of(MetricExporter.VLLM, name);
    expect(metric.missing([MetricExporter.VLLM], version, [])).toEqual([expect.stringContaining(why)]);
  });

  test('from 0.32 on, what a full queue refuses has failed, and the runbook says where to look', () => {
    const read = (version: string) => Indicator.FAILURES.query({ ...VLLM_TARGET, version });
    const runbook = (version: string) => JSON.stringify(rulesOf([{ target: { ...VLLM_TARGET, version } }]));
    for (const [version, counts] of [
      ['0.31.0', false],
      ['0.32.0', true],
    ] as const) {
      const { expr, metrics } = read(version);
      const names = ['vllm:request_success_total', ...(counts ? ['vllm:admission_rejections_total'] : [])];
      expect(metrics.map(({ name }) => name)).toEqual(names);
      expect(MetricContract.faults([{ record: 'r', expr }], [{ ...VLLM_TARGET, version }])).toEqual([]);
      expect(runbook(version).includes('is vllm:admission_rejections_total')).toBe(counts);
    }
  });

  describe.each(['0.24.0', '0.32.0'])('exposes what the catalog says, by a recording of %s', (version) => {
    const { types, series } = parseExposition(fixture(`vllm-${version}-cpu.prom`));
    const exposed = Metric.ALL.filter(
      (metric) =>
        metric.exporter === MetricExporter.VLLM && metric.missing([MetricExporter.VLLM], version, []).length === 0,
    );
    const features = Object.values(MetricFeature);

    test.each(exposed.map((metric) => [metric.name, metric] as const))('%s', (name, metric) => {
      expect(types[name]).toBe(metric.type);
      for (const each of metric.seriesNames) {
        const bucket = each.endsWith('_bucket') ? ['le'] : [];
        const found = [...(series[each] ?? [])].filter((label) => !metric.optionalLabels.includes(label));
        const others =
          metric.name === 'vllm:cache_config_info' ? found.filter((label) => !metric.labels.includes(label)) : [];
        expect(found.filter((label) => !others.includes(label)).sort()).toEqual([...metric.labels, ...bucket].sort());
      }
    });

    test('and nothing that the catalog does not know', () => {
      const families = Object.keys(types).filter((name) => name.startsWith('vllm:') && !name.endsWith('_created'));
      const lacking = (name: string) =>
        Metric.of(MetricExporter.VLLM, name).missing([MetricExporter.VLLM], version, features);
      expect(families.length).toBeGreaterThan(25);
      expect(families.flatMap(lacking)).toEqual([]);
    });

    test('and no metric of a later version, or of an earlier one', () => {
      const others = Metric.ALL.filter(({ exporter, name }) => exporter === MetricExporter.VLLM && !(name in types));
      expect(others.length).toBeGreaterThan(10);
      for (const metric of others)
        expect([metric.name, metric.missing([MetricExporter.VLLM], version, []).length]).toEqual([metric.name, 1]);
    });
  });
});
