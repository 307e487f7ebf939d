import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../lib/core/watchable';
import { MetricContract, MonitoringRule } from '../../lib/monitoring';
import { TARGET, VLLM_TARGET } from '../monitoring/support';

const WITH_SUMMARY = { ...TARGET, features: [MetricFeature.SUMMARY_LATENCIES] };
const TENSORRT: MetricsTarget = {
  ...TARGET,
  jobName: 'triton-trt',
  exporters: [MetricExporter.TRITON, MetricExporter.TRITON_TENSORRT_LLM],
};

const DCGM: MetricsTarget = { ...TARGET, jobName: 'dcgm', exporters: [MetricExporter.DCGM], version: '4.6.0-4.8.3' };

const KUBE: MetricsTarget = {
  ...TARGET,
  jobName: 'kube-state-metrics',
  namespace: 'monitoring',
  exporters: [MetricExporter.KUBE_STATE_METRICS],
  models: [],
  version: '2.20.0',
};

/** Id and sentence of each fault. */
function faults(given: string | MonitoringRule[], targets: MetricsTarget[] = [TARGET]): string[] {
  const rules = typeof given === 'string' ? [{ alert: 'A', expr: given }] : given;
  return MetricContract.faults(rules, targets).map(({ id, reason }) => `${id}: ${reason}`);
}

describe('queries that public projects ship, of which none gives what it says', () => {
  // From triton-inference-server/server (deploy/k8s-onprem/values.yaml, deploy/aws/dashboard.json), triton-inference-server/tutorials
  // (triton-metrics_prometheus-rule.yaml, grafana_inference-metrics_dashboard.json), vllm-project/production-stack (vllm-dashboard.json,
  // scaledobject-vllm.yaml), llm-d (prometheus-alerting-rules.yaml), vllm-project/aibrix (AIBrix_vLLM_Engine_Dashboard.json),
  // triton-inference-server/server#7672 (mean of P99s), NVIDIA/dcgm-exporter#87 and #655 (rate of a gauge, Hostname).
  test.each<[string, string, MetricsTarget[], RegExp]>([
    [
      'the growth of a counter by delta(), within two scrapes',
      'delta(nv_inference_queue_duration_us[30s]) / 1000 / (1 + delta(nv_inference_request_success[30s]))',
      [TARGET],
      /DELTA_OF_COUNTER.*use increase\(\) or rate\(\)/,
    ],
    [
      'the same window',
      'rate(nv_inference_queue_duration_us[30s]) / 1000',
      [TARGET],
      /RANGE_WINDOW_TOO_SHORT.*at least 60 s/,
    ],
    [
      'a load ratio',
      'histogram_quantile(0.99, rate(nv_inference_load_ratio_bucket[5m]))',
      [TARGET],
      /METRIC_UNKNOWN.*'nv_inference_load_ratio_bucket'/,
    ],
    ['a duration that Triton does not count', 'rate(nv_inference_compute_duration_us[5m])', [TARGET], /METRIC_UNKNOWN/],
    [
      'a mean latency, divided by at least one request each second',
      'sum by (model) (rate(nv_inference_request_duration_us[5m])) / clamp_min(sum by (model) (rate(nv_inference_request_success[5m])), 1)',
      [TARGET],
      /DIVISOR_CLAMPED.*use '\/ \(\.\.\. > 0\)'/,
    ],
    [
      'the rate of a gauge of TensorRT-LLM',
      'rate(nv_trt_llm_request_metrics[5m])',
      [TENSORRT],
      /RATE_OF_GAUGE.*use delta/,
    ],
    [
      'unlike numbers of the batcher, added up',
      'sum by (model) (nv_trt_llm_inflight_batcher_metrics)',
      [TENSORRT],
      /UNLIKE_VALUES_AGGREGATED.*'inflight_batcher_specific_metric'.*select one/,
    ],
    [
      'a counter without its suffix',
      'rate(vllm:num_preemptions[5m]) > 0',
      [VLLM_TARGET],
      /METRIC_UNKNOWN.*vllm:num_preemptions_total/,
    ],
    ['the rate of a gauge that is named as bytes', 'rate(DCGM_FI_PROF_PCIE_TX_BYTES[5m])', [DCGM], /RATE_OF_GAUGE/],
    [
      'a label by the name that it had',
      'avg by (Hostname) (DCGM_FI_DEV_GPU_UTIL{Hostname="a"})',
      [DCGM],
      /METRIC_LABEL_UNKNOWN.*no label 'Hostname' after 4.5.3-4.8.2; use 'hostname'/,
    ],
    [
      'percent above a share',
      'DCGM_FI_DEV_GPU_UTIL > DCGM_FI_PROF_GR_ENGINE_ACTIVE',
      [DCGM],
      /UNITS_MIXED.*percent.*ratio/,
    ],
    ['a gauge that is gone', 'avg(vllm:gpu_cache_usage_perc)', [VLLM_TARGET], /vllm:kv_cache_usage_perc/],
    [
      'a mean over all time',
      'avg(vllm:e2e_request_latency_seconds_sum) / avg(vllm:e2e_request_latency_seconds_count)',
      [VLLM_TARGET],
      /COUNTER_READ_RAW.*rate\(\.\.\.\[5m\]\)/,
    ],
    [
      'the mean of P99s',
      'avg by (model) (nv_inference_request_summary_us{quantile="0.99"})',
      [WITH_SUMMARY],
      /QUANTILES_AGGREGATED.*use max/,
    ],
    [
      'a quantile without its buckets',
      'histogram_quantile(0.95, sum by (model_name) (rate(vllm:time_to_first_token_seconds_bucket[5m])))',
      [VLLM_TARGET],
      /BUCKET_LABEL_DROPPED.*sum by \(le/,
    ],
    [
      'the name of a histogram without _bucket',
      'histogram_quantile(0.9, rate(nv_inference_first_response_histogram_ms[5m]))',
      [TARGET],
      /METRIC_UNKNOWN.*_bucket/,
    ],
    ['what Triton does not tell of vLLM', 'max(vllm:kv_cache_usage_perc)', [TARGET], /METRIC_UNKNOWN.*exporter 'vllm'/],
    [
      'memory of a GPU for each pod on it',
      'sum(nv_gpu_memory_used_bytes)',
      [TARGET],
      /DEVICES_COUNTED_TWICE.*max by \(node, gpu_uuid\)/,
    ],
  ])('%s', (_, query, targets, message) => {
    expect(faults(query, targets)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});

describe('queries that Prometheus takes, and that answer nothing or something else', () => {
  test.each<[string, string, MetricsTarget[], RegExp]>([
    [
      'milliseconds beside microseconds',
      'histogram_quantile(0.9, sum by (le, model) (rate(nv_inference_first_response_histogram_ms_bucket[5m]))) > on (model) ' +
        'sum by (model) (rate(nv_inference_request_duration_us[5m])) / sum by (model) (rate(nv_inference_request_success[5m]))',
      [TARGET],
      /UNITS_MIXED.*milliseconds.*1e-6|UNITS_MIXED.*milliseconds.*0.000001/,
    ],
    ['a power and an energy', 'nv_gpu_power_usage > nv_energy_consumption', [TARGET], /UNITS_MIXED.*watts.*joules/],
    [
      'tokens and requests',
      'vllm:num_requests_waiting + vllm:prompt_tokens_total',
      [VLLM_TARGET],
      /UNITS_MIXED.*requests.*tokens/,
    ],
    ['memory and a part of it', 'nv_gpu_memory_used_bytes > nv_gpu_utilization', [TARGET], /UNITS_MIXED.*bytes.*ratio/],
    [
      'a model against a GPU',
      'sum by (model) (rate(nv_inference_request_success[5m])) / max by (gpu_uuid) (nv_gpu_power_usage)',
      [TARGET],
      /VECTORS_NEVER_MATCH.*'model'.*on \(\.\.\.\)/,
    ],
    [
      'one job against another',
      'up{job="triton-deepseek"} == 1 and up{job="vllm-talk"} == 1',
      [TARGET, VLLM_TARGET],
      /VECTORS_NEVER_MATCH.*'job' is 'triton-deepseek' on the left and 'vllm-talk' on the right/,
    ],
    [
      'answers of one reason against those of another',
      'rate(vllm:request_success_total{finished_reason="stop"}[5m]) / rate(vllm:request_success_total{finished_reason="length"}[5m])',
      [VLLM_TARGET],
      /VECTORS_NEVER_MATCH.*'finished_reason' is 'stop' on the left and 'length' on the right/,
    ],
    ['a total beside a number', 'up > vector(0)', [TARGET], /VECTORS_NEVER_MATCH.*only the left side has the label/],
    [
      'a reason that does not exist',
      'rate(nv_inference_request_failure{reason="CANCELLED"}[5m])',
      [TARGET],
      /METRIC_LABEL_VALUE_UNKNOWN.*REJECTED, CANCELED/,
    ],
    [
      'its exclusion',
      'rate(nv_inference_request_failure{reason!="CANCELLED"}[5m])',
      [TARGET],
      /METRIC_LABEL_VALUE_UNKNOWN.*excludes nothing/,
    ],
    [
      'one of several',
      'rate(nv_inference_request_failure{reason=~"BACKEND|OTHERS"}[5m])',
      [TARGET],
      /METRIC_LABEL_VALUE_UNKNOWN.*OTHERS/,
    ],
    [
      'a pattern that fits none',
      'rate(nv_inference_request_failure{reason=~"[a-z]+"}[5m])',
      [TARGET],
      /METRIC_LABEL_VALUE_UNKNOWN.*selects nothing/,
    ],
    [
      'a namespace that nobody watches',
      'nv_inference_count{namespace="other"}',
      [TARGET],
      /SCRAPE_JOB_UNKNOWN.*'inference'/,
    ],
    [
      'a namespace of pods, of the scrape itself',
      'up{job="kube-state-metrics",namespace="inference"}',
      [KUBE],
      /SCRAPE_JOB_UNKNOWN.*'monitoring'/,
    ],
    [
      'a grouping by nothing',
      'sum by (model_nam) (vllm:num_requests_waiting)',
      [VLLM_TARGET],
      /METRIC_LABEL_UNKNOWN.*model_name/,
    ],
    [
      'quantiles of parts',
      histogram('vllm:request_prefill_time_seconds') + ' + ' + histogram('vllm:request_decode_time_seconds'),
      [VLLM_TARGET],
      /QUANTILES_AGGREGATED.*sum of two quantiles/,
    ],
    [
      'the mean of quantiles in time',
      `avg_over_time((${histogram('vllm:time_to_first_token_seconds')})[1h:1m])`,
      [VLLM_TARGET],
      /QUANTILES_AGGREGATED.*max_over_time/,
    ],
    [
      'a quantile of all time',
      'histogram_quantile(0.9, sum by (le) (vllm:time_to_first_token_seconds_bucket))',
      [VLLM_TARGET],
      /COUNTER_READ_RAW/,
    ],
    [
      'an alert that always fires',
      'nv_inference_pending_request_count > bool 10',
      [TARGET],
      /ALERT_ALWAYS_FIRES.*leave 'bool' out/,
    ],
    ['a rate of a sum', 'rate(sum(vllm:generation_tokens_total)[5m:15s])', [VLLM_TARGET], /RATE_OF_SUM.*sum\(rate/],
    ['text', '"up"', [TARGET], /PROMQL_TYPE.*text/],
    ['a window that nothing reads', 'up[5m]', [TARGET], /PROMQL_TYPE.*a range/],
    ['two numbers', '1 > 2', [TARGET], /PROMQL_TYPE.*bool/],
    ['a function that is switched off', 'mad_over_time(up[5m])', [TARGET], /PROMQL_TYPE.*experimental/],
    [
      'a metric by a name that another exporter has',
      'rate(envoy_cluster_upstream_rq_retry[5m])',
      [TARGET],
      /METRIC_UNKNOWN.*'envoy'/,
    ],
    ['a share above the whole', 'vllm:kv_cache_usage_perc > 90', [VLLM_TARGET], /VALUE_NEVER_REACHED.*from 0 to 1/],
    ['the same of the fullest', '90 < max by (pod) (vllm:kv_cache_usage_perc)', [VLLM_TARGET], /VALUE_NEVER_REACHED/],
    [
      'percent above a hundred',
      'max_over_time(DCGM_FI_DEV_GPU_UTIL[5m]) >= 101',
      [DCGM],
      /VALUE_NEVER_REACHED.*to 100/,
    ],
    [
      'a quantile in percent',
      'histogram_quantile(95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))',
      [VLLM_TARGET],
      /QUANTILE_OUT_OF_RANGE.*got 95/,
    ],
    ['another', 'quantile(99, up)', [TARGET], /QUANTILE_OUT_OF_RANGE.*quantile takes/],
    [
      'the mean of a counter',
      'avg_over_time(vllm:generation_tokens_total[5m])',
      [VLLM_TARGET],
      /COUNTER_READ_RAW.*use rate/,
    ],
    ['a pattern that Prometheus does not read', 'up{pod=~"(?!x).*"}', [TARGET], /PROMQL_TYPE.*look ahead/],
    ['an offset of a sum', 'sum(up) offset 5m', [TARGET], /PROMQL_TYPE.*write it within/],
    [
      'a variable of Grafana',
      'rate(vllm:generation_tokens_total[$__rate_interval])',
      [VLLM_TARGET],
      /PROMQL_SYNTAX.*'\$__rate_interval' of a template/,
    ],
    [
      'a name of a catalog that is not complete, misspelt',
      'DCGM_FI_DEV_GPU_UTILS',
      [DCGM],
      /METRIC_UNKNOWN.*nearest: DCGM_FI_DEV_GPU_UTIL/,
    ],
  ])('%s', (_, query, targets, message) => {
    expect(faults(query, targets)).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });

  test.each<[Partial<MonitoringRule>, RegExp]>([
    [{ record: 'bad-name' }, /RULE_INVALID: rule 'bad-name': record must consist of letters/],
    [{ record: 'a', alert: 'A' }, /make two rules of it/],
    [{ alert: 'A', for: '5 minutes' }, /for must be a duration such as 5m or .*; got '5 minutes'/],
    [{ record: 'a', for: '5m' }, /'for' belongs to alerts/],
    [{ alert: 'A', labels: { 'a-b': 'x' } }, /labels must be named by letters.*'a-b'/],
  ])('Prometheus refuses the rule %j', (rule, message) => {
    expect(faults([{ expr: 'up == 0', ...rule }])).toEqual([expect.stringMatching(message)]);
  });

  function histogram(name: string): string {
    return `histogram_quantile(0.99, sum by (le) (rate(${name}_bucket[5m])))`;
  }

  test('a sum of a counter that a rule records hides its restarts', () => {
    const sum = { record: 'tokens_total', expr: 'sum(vllm:generation_tokens_total)' };
    expect(faults([sum, { alert: 'A', expr: 'rate(tokens_total[5m]) == 0' }], [VLLM_TARGET])).toEqual([
      expect.stringContaining("RATE_OF_SUM: rule 'A': rate() of tokens_total"),
    ]);
  });

  test('the unit in the name of a recorded series is that of its value', () => {
    const p99 = 'histogram_quantile(0.99, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket[5m])))';
    expect(faults([{ record: 'x_milliseconds', expr: p99 }], [VLLM_TARGET])).toEqual([
      "UNITS_MIXED: rule 'x_milliseconds': its name says milliseconds, but its value is in seconds",
    ]);
    expect(faults([{ record: 'x_milliseconds', expr: `1e3 * ${p99}` }], [VLLM_TARGET])).toEqual([]);
    const use = { alert: 'A', expr: 'x_milliseconds > on () max(vllm:request_queue_time_seconds_sum)' };
    expect(faults([{ record: 'x_milliseconds', expr: `1e3 * ${p99}` }, use], [VLLM_TARGET])).toEqual([
      expect.stringMatching(/^UNITS_MIXED: rule 'A'.*milliseconds.*seconds/),
    ]);
  });
});

describe('queries that are right', () => {
  test.each<[string, MetricsTarget[]]>([
    [
      'sum by (model) (rate(nv_inference_request_duration_us[5m])) / (sum by (model) (rate(nv_inference_request_success[5m])) > 0) / 1e3 > 50',
      [TARGET],
    ],
    ['sum(max by (node, gpu_uuid) (nv_gpu_memory_used_bytes)) / 2^30', [TARGET]],
    ['rate(nv_energy_consumption[5m]) > 0.9 * nv_gpu_power_limit', [TARGET]],
    ['vllm:num_requests_waiting > 2 * vllm:num_requests_running', [VLLM_TARGET]],
    ['sum by (model) (rate(vllm:request_success_total{finished_reason!="abort"}[5m])) or vector(0)', [VLLM_TARGET]],
    ['up == 1 unless on (pod) (vllm:num_requests_running > 0)', [VLLM_TARGET]],
    ['vllm:num_requests_running * on (pod) group_left (node) up', [VLLM_TARGET]],
    ['time() - timestamp(up) > 60', [TARGET]],
    ['max_over_time(deriv(vllm:kv_cache_usage_perc[5m])[1h:]) > 0.01', [VLLM_TARGET]],
    ['nv_inference_request_success{_team="search"} > 0', [TARGET]],
    ['100 * (1 - vllm:kv_cache_usage_perc) < 10', [VLLM_TARGET]],
    ['sum(nv_trt_llm_inflight_batcher_metrics{inflight_batcher_specific_metric="generation_requests"})', [TENSORRT]],
    ['absent(up{job="vllm-talk"} == 1)', [VLLM_TARGET]],
    ['label_replace(up, "x", "$1", "pod", "(.*)") and on (x) label_replace(up, "x", "$1", "pod", "(.*)")', [TARGET]],
    [
      'histogram_quantile(0.99, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))) > 1.5 * scalar(max(vllm:request_queue_time_seconds_sum))',
      [VLLM_TARGET],
    ],
    ['irate(nv_inference_count[45s]) > 0 and max_over_time(nv_inference_pending_request_count[30s]) > 0', [TARGET]],
    ['time() - process_start_time_seconds > 60 and ALERTS{alertstate="firing"} == 1', [VLLM_TARGET]],
    ['DCGM_FI_DEV_SOMETHING_ELSE > 0 and on (exported_pod) DCGM_FI_DEV_GPU_UTIL > 90', [DCGM]],
    ['up{pod=~"(?i)chat-.*"} @ end() offset 5m', [TARGET]],
    ['kube_pod_status_unschedulable{namespace="inference"} == 1 unless on (namespace, pod) up == 1', [KUBE, TARGET]],
    [
      'kube_node_status_capacity{resource="nvidia_com_gpu"} > on (node) count by (node) (DCGM_FI_DEV_GPU_TEMP)',
      [KUBE, DCGM],
    ],
    ['DCGM_FI_DEV_GPU_UTIL{namespace="inference",pod=~"chat-.*"} > 90', [DCGM]],
    ['100 * vllm:kv_cache_usage_perc > 90 or sum(vllm:kv_cache_usage_perc) > 1.5', [VLLM_TARGET]],
    ['topk(3, sum by (pod) (rate(vllm:generation_tokens_total[5m])))', [VLLM_TARGET]],
  ])('%s', (query, targets) => {
    expect(faults(query, targets)).toEqual([]);
  });
});
