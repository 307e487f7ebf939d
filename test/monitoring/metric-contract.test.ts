import { MetricFeature } from '../../lib/catalog/metric-kind';
import { idsOf } from '../support/faults';
import { MetricsTarget } from '../../lib/core/watchable';
import { MetricContract } from '../../lib/monitoring';
import { parsePromql } from '../../lib/metrics/promql/parse';
import { TARGET } from './support';

const faults = (expr: string, target: Partial<MetricsTarget> = {}) =>
  idsOf(MetricContract.faults([{ alert: 'A', expr }], [{ ...TARGET, ...target }]));

describe('the metric contract', () => {
  test.each([
    'sum by (model) (rate(nv_inference_request_success{model=~"a|b"}[2m])) > 0',
    'sum(rate(nv_inference_request_failure{reason="REJECTED"}[5m])) by (model, reason)',
    'histogram_quantile(0.99, sum by (le, model) (rate(nv_inference_first_response_histogram_ms_bucket[5m])))',
    'rate(nv_inference_first_response_histogram_ms_sum[5m]) / rate(nv_inference_first_response_histogram_ms_count[5m])',
    'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m]))) * 1e3',
    '100 * max by (node, gpu_uuid) (nv_gpu_memory_used_bytes) / on (node, gpu_uuid) group_left () max by (node, gpu_uuid) (nv_gpu_memory_total_bytes)',
    'up{job="triton-deepseek"} == 0 or absent(up{job="triton-deepseek"})',
    'max without (pod) (nv_inference_pending_request_count offset 5m) >= 10',
    "avg_over_time(nv_gpu_utilization{namespace='inference'}[1h30m])",
  ])('accepts %s', (expr) => {
    expect(faults(expr)).toEqual([]);
  });

  test.each([
    // Queries that other projects ship: a metric that is not there, a counter without its suffix, delta on a counter.
    ['rate(nv_inference_load_ratio_bucket[5m])', 'METRIC_UNKNOWN'],
    ['rate(vllm:num_preemptions[5m])', 'METRIC_UNKNOWN'],
    ['vllm:kv_cache_usage_perc', 'METRIC_UNKNOWN'],
    ['delta(nv_inference_request_success[5m])', 'DELTA_OF_COUNTER'],
    ['rate(nv_gpu_utilization[5m])', 'RATE_OF_GAUGE'],
    ['rate(nv_inference_pending_request_count[5m])', 'RATE_OF_GAUGE'],
    ['rate(nv_inference_request_success)', 'RANGE_SELECTOR_MISSING'],
    [
      'histogram_quantile(0.99, sum by (model) (rate(nv_inference_first_response_histogram_ms_bucket[5m])))',
      'BUCKET_LABEL_DROPPED',
    ],
    ['histogram_quantile(0.99, rate(nv_inference_first_response_histogram_ms[5m]))', 'METRIC_UNKNOWN'],
    ['nv_inference_request_summary_us{quantile="0.99"}', 'METRIC_NOT_EXPOSED'],
    ['sum by (model_name) (nv_inference_pending_request_count)', 'METRIC_LABEL_UNKNOWN'],
    ['nv_inference_pending_request_count{model_name="x"}', 'METRIC_LABEL_UNKNOWN'],
    ['nv_gpu_memory_used_bytes{model="deepseek"}', 'METRIC_LABEL_UNKNOWN'],
    ['rate(nv_inference_request_success[30s])', 'RANGE_WINDOW_TOO_SHORT'],
    ['nv_inference_count{job="triton-other"}', 'SCRAPE_JOB_UNKNOWN'],
    ['sum by (model (nv_inference_count)', 'PROMQL_SYNTAX'],
    ['nv_inference_count{model=deepseek}', 'PROMQL_SYNTAX'],
    ['rate(nv_inference_count[5m]', 'PROMQL_SYNTAX'],
    ['nv_inference_count ~ 3', 'PROMQL_SYNTAX'],
  ])('refuses %s: %s', (expr, id) => {
    expect(faults(expr)).toContain(`${id} expr`);
  });

  test('refuses added or averaged quantiles, but takes the worst', () => {
    const on = { features: [MetricFeature.SUMMARY_LATENCIES] };
    expect(faults('avg by (model) (nv_inference_request_summary_us{quantile="0.99"})', on)).toEqual([
      'QUANTILES_AGGREGATED expr',
    ]);
    expect(faults('max by (model) (nv_inference_request_summary_us{quantile="0.99"})', on)).toEqual([]);
    expect(faults('sum by (model) (rate(nv_inference_request_summary_us_count[5m]))', on)).toEqual([]);
  });

  test('refuses a metric that is newer than the workload', () => {
    expect(faults('nv_model_load_duration_secs', { version: '24.10' })).toEqual(['METRIC_NOT_EXPOSED expr']);
  });

  test('lets a rule use what an earlier one records, with its labels', () => {
    const record = { record: 'x_qps', expr: 'sum by (model) (rate(nv_inference_count[5m]))', labels: { site: 'a' } };
    const use = { alert: 'A', expr: 'x_qps{site="a",model="m"} > 1' };
    expect(MetricContract.faults([record, use], [TARGET])).toEqual([]);
    expect(idsOf(MetricContract.faults([use, record], [TARGET]))).toEqual(['METRIC_UNKNOWN expr']);
    expect(idsOf(MetricContract.faults([record, { alert: 'A', expr: 'x_qps{pod="p"}' }], [TARGET]))).toEqual([
      'METRIC_LABEL_UNKNOWN expr',
    ]);
  });
});

test('the parser keeps precedence and windows', () => {
  expect(parsePromql('a + b * rate(c[1h30m])')).toMatchObject({
    kind: 'binary',
    operator: '+',
    left: { name: 'a' },
    right: {
      operator: '*',
      right: { kind: 'call', name: 'rate', args: [{ kind: 'range', of: { name: 'c' }, window: 5400 }] },
    },
  });
});
