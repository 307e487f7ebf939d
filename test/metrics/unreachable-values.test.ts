import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../lib/core/watchable';
import { MetricContract, MonitoringRule } from '../../lib/monitoring';
import { TARGET, VLLM_TARGET } from '../monitoring/support';

const KUBE: MetricsTarget = {
  ...TARGET,
  jobName: 'kube-state-metrics',
  namespace: 'monitoring',
  exporters: [MetricExporter.KUBE_STATE_METRICS],
  models: [],
  version: '2.20.0',
};
const BOUNDED: MetricsTarget = { ...TARGET, latencyBoundsMs: [50, 100, 200] };
const CUSTOM: MetricsTarget = {
  ...VLLM_TARGET,
  version: '0.32.0',
  features: [MetricFeature.CUSTOM_BUCKETS],
  latencyBoundsMs: [100, 30_000],
};

function faults(given: string | MonitoringRule[], target: MetricsTarget = TARGET): string[] {
  const rules = typeof given === 'string' ? [{ alert: 'A', expr: given }] : given;
  return MetricContract.faults(rules, [target]).map(
    ({ id, reason }) => `${id}: ${reason.replace(/^rule '[^']*': /, '')}`,
  );
}

const quantile = (metric: string, by = 'le, model') =>
  `histogram_quantile(0.95, sum by (${by}) (rate(${metric}_bucket[5m])))`;
const FIRST = quantile('vllm:time_to_first_token_seconds');
const RESPONSE = quantile('nv_inference_first_response_histogram_ms');

describe('a quantile above the last bound of its histogram', () => {
  test.each<[string, MetricsTarget, string]>([
    [`${FIRST} > 20`, TARGET, '10'],
    [`${FIRST} > 10`, TARGET, '10'],
    [`20 < ${FIRST}`, TARGET, '10'],
    [`${FIRST} >= 10.5`, TARGET, '10'],
    [`1e3 * ${FIRST} > 12000`, TARGET, '10000'],
    [`${FIRST} * 1000 > 12000`, TARGET, '10000'],
    [`${FIRST} / 60 > 0.2`, TARGET, '0.166666666667'],
    [`max(${FIRST}) > 20`, TARGET, '10'],
    [`max_over_time((${FIRST})[30m:1m]) > 20`, TARGET, '10'],
    [`${quantile('vllm:time_per_output_token_seconds')} > 3`, TARGET, '2.5'],
    [`${FIRST} > 2560`, VLLM_TARGET, '2560'],
    [`${quantile('vllm:inter_token_latency_seconds')} > 90`, VLLM_TARGET, '80'],
    [`${quantile('vllm:e2e_request_latency_seconds')} > 7680`, VLLM_TARGET, '7680'],
    [`${RESPONSE} > 250`, BOUNDED, '200'],
    [`${FIRST} > 30`, CUSTOM, '30'],
  ])('%s is refused', (expr, target, end) => {
    const found = faults(expr, target);
    expect(found).toEqual([expect.stringMatching(/^VALUE_NEVER_REACHED: a quantile is compared with /)]);
    expect(found[0]).toContain(`ends at ${end} and gives no more`);
    expect(found[0]).toContain(`compare with less than ${end}, or give the histogram larger bounds`);
  });

  test('is seen through what a rule records', () => {
    const record = { record: 'slow_seconds', expr: FIRST };
    const found = faults([record, { alert: 'A', expr: 'slow_seconds > 20' }]);
    expect(found).toEqual([expect.stringContaining('ends at 10')]);
    expect(faults([record, { alert: 'A', expr: 'slow_seconds > 2' }])).toEqual([]);
  });

  test.each<[string, MetricsTarget]>([
    [`${FIRST} > 9.9`, TARGET],
    [`${FIRST} >= 10`, TARGET],
    [`${FIRST} < 5`, TARGET],
    // What else is added is not known.
    [`${FIRST} + 5 > 12`, TARGET],
    [`${FIRST} or vector(0) > 20`, TARGET],
    [`-(${FIRST}) < 20`, TARGET],
    [`${FIRST} > 20`, VLLM_TARGET],
    [`${FIRST} > 20`, CUSTOM],
    // Bounds of the other histograms are the user's.
    [`${quantile('vllm:inter_token_latency_seconds')} > 90`, CUSTOM],
    // Not known, or not the same of all models.
    [`${RESPONSE} > 250`, TARGET],
    [`${RESPONSE} > 250`, { ...BOUNDED, models: ['a', 'b'] }],
  ])('%s is not', (expr, target) => {
    expect(faults(expr, target)).toEqual([]);
  });
});

describe('a bound that a histogram does not have', () => {
  const within = (le: string, metric = 'vllm:time_to_first_token_seconds') =>
    `sum by (model) (rate(${metric}_bucket{${le}}[5m]))`;

  test.each([
    [within('le="0.3"'), TARGET],
    [within('le="20"'), TARGET],
    [within('le=~"0.3|0.4"'), TARGET],
    [within('le="150"', 'nv_inference_first_response_histogram_ms'), BOUNDED],
    [within('le="0.25"'), CUSTOM],
  ])('%s is refused', (expr, target) => {
    expect(faults(expr, target)).toEqual([
      expect.stringMatching(
        /^METRIC_LABEL_VALUE_UNKNOWN: le=.* selects nothing: the buckets of .* end at .* and \+Inf; use one of them$/,
      ),
    ]);
  });

  test.each([
    [within('le="0.25"'), TARGET],
    [within('le="1.0"'), TARGET],
    [within('le="1"'), TARGET],
    [within('le="+Inf"'), TARGET],
    [within('le=~"0.25|1"'), TARGET],
    [within('le=~"1(\\\\.0)?"'), TARGET],
    [within('le!="0.3"'), TARGET],
    [within('le="20"'), VLLM_TARGET],
    [within('le="30"'), CUSTOM],
    [within('le="100"', 'nv_inference_first_response_histogram_ms'), BOUNDED],
    [within('le="33"', 'nv_inference_first_response_histogram_ms'), TARGET],
  ])('%s is not', (expr, target) => {
    expect(faults(expr, target)).toEqual([]);
  });
});

describe('less than nothing', () => {
  test.each([
    'nv_inference_pending_request_count < 0',
    '0 > nv_inference_pending_request_count',
    'nv_inference_pending_request_count == -1',
    'sum by (model) (rate(nv_inference_request_success[5m])) < 0',
    '100 * max by (node, gpu_uuid) (nv_gpu_utilization) <= -5',
    'min_over_time(nv_gpu_power_usage[5m]) < 0',
  ])('%s is refused', (expr) => {
    expect(faults(expr)).toEqual([
      expect.stringMatching(
        /^VALUE_NEVER_REACHED: '.*' never holds: the value is never less than 0; use '== 0' for none/,
      ),
    ]);
  });

  test.each([
    'nv_inference_pending_request_count == 0',
    'nv_inference_pending_request_count <= 0',
    'sum by (model) (rate(nv_inference_request_success[5m])) < 1',
    'nv_inference_pending_request_count - 5 < 0',
    'nv_inference_pending_request_count * -1 < 0',
    '-nv_inference_pending_request_count < 0',
    'delta(nv_inference_pending_request_count[5m]) < 0',
    'deriv(nv_gpu_power_usage[5m]) < 0',
    'predict_linear(nv_gpu_memory_used_bytes[1h], 3600) < 0',
    '(nv_inference_pending_request_count or vector(-1)) < 0',
  ])('%s is not', (expr) => {
    expect(faults(expr)).toEqual([]);
  });
});

describe('durations', () => {
  const rate = (window: string) => `sum(rate(nv_inference_request_success[${window}])) > 0`;

  test.each(['1m1h', '30s5m', '1h1h', '5m1h30s'])('a window of %s is refused', (window) => {
    expect(faults(rate(window))).toEqual([
      expect.stringMatching(/^PROMQL_SYNTAX: .*must be in the order y w d h m s ms/),
    ]);
  });

  test.each(['1h1m', '1h30m', '1d12h', '90s', '5m30s500ms'])('a window of %s is not', (window) => {
    expect(faults(rate(window))).toEqual([]);
  });

  test.each([
    ['', /for must be a duration such as 5m or 1h30m.*got ''; leave 'for' out, or write 0s/],
    ['1m1h', /for must be a duration .* order y w d h m s ms; got '1m1h'/],
    ['5 m', /got '5 m'/],
  ])("an alert that waits for '%s' is refused", (wait, said) => {
    expect(faults([{ alert: 'A', expr: 'nv_inference_pending_request_count > 5', for: wait }])).toEqual([
      expect.stringMatching(said),
    ]);
  });
});

describe('values of labels of kube-state-metrics', () => {
  test.each([
    ['kube_node_status_allocatable{resource="nvidia.com/gpu"} == 0', 'use resource="nvidia_com_gpu"'],
    [
      'kube_pod_container_resource_requests{resource="vpc.amazonaws.com/efa"} > 0',
      'use resource="vpc_amazonaws_com_efa"',
    ],
    ['kube_pod_status_ready{condition="True"} == 1', 'is one of true, false, unknown'],
    ['kube_pod_status_phase{phase="Crashed"} == 1', 'is one of Pending, Succeeded, Failed, Unknown, Running'],
    ['kube_node_status_condition{condition="Ready",status="False"} == 1', 'is one of true, false, unknown'],
  ])('%s is refused', (expr, cure) => {
    const found = faults(expr, KUBE);
    expect(found).toEqual([expect.stringMatching(/^METRIC_LABEL_VALUE_UNKNOWN/)]);
    expect(found[0]).toContain(cure);
  });

  test.each([
    'kube_node_status_allocatable{resource="nvidia_com_gpu"} == 0',
    // Problem detectors add conditions of their own.
    'kube_node_status_condition{condition="KernelDeadlock",status="true"} == 1',
  ])('%s is not', (expr) => {
    expect(faults(expr, KUBE)).toEqual([]);
  });
});
