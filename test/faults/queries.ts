import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../lib/core/watchable';
import { MetricContract } from '../../lib/monitoring/rules/metric-contract';
import { TARGET } from '../monitoring/support';
import { FaultText } from './fault-text';

/** What is wrong with one recording rule. */
const rule =
  (expr: string, target: Partial<MetricsTarget> = {}) =>
  () =>
    MetricContract.faults([{ record: 'r', expr }], [{ ...TARGET, ...target }]);

const LABELS = 'gpu_uuid, instance, job, namespace, node, pod';

/** The sentences of faults of queries. */
export const TEXTS: FaultText[] = [
  {
    id: 'BUCKET_LABEL_DROPPED',
    property: 'expr',
    text: "rule 'r': histogram_quantile needs the label 'le'; keep it with sum by (le, ...)",
    faults: rule(
      'histogram_quantile(0.99, sum by (model) (rate(nv_inference_first_response_histogram_ms_bucket[5m])))',
    ),
  },
  {
    id: 'DELTA_OF_COUNTER',
    property: 'expr',
    text: "rule 'r': delta() is wrong for nv_inference_count, a counter that starts again at zero with its process; use increase() or rate()",
    faults: rule('delta(nv_inference_count[5m])'),
  },
  {
    id: 'METRIC_LABEL_UNKNOWN',
    property: 'expr',
    text: `rule 'r': nv_gpu_utilization has no label 'tenant'; the series have ${LABELS}`,
    faults: rule('nv_gpu_utilization{tenant="a"}'),
  },
  {
    id: 'METRIC_LABEL_UNKNOWN',
    property: 'expr',
    text: `rule 'r': max groups by 'tenant', which the series lack; the series have ${LABELS}`,
    faults: rule('max by (tenant) (nv_gpu_utilization)'),
  },
  {
    id: 'METRIC_NOT_EXPOSED',
    property: 'expr',
    text: "rule 'r': nv_inference_request_summary_us needs 'summary_latencies' to be switched on",
    faults: rule('max(nv_inference_request_summary_us)', { features: [MetricFeature.HISTOGRAM_LATENCIES] }),
  },
  {
    id: 'METRIC_UNKNOWN',
    property: 'expr',
    text:
      "rule 'r': 'vllm:num_preemptions' is neither a metric of the exporters (triton, triton-vllm) nor recorded by an earlier rule; " +
      'see Metric.ALL',
    faults: rule('rate(vllm:num_preemptions[5m])'),
  },
  {
    id: 'PROMQL_SYNTAX',
    property: 'expr',
    text: "rule 'r': the expression is not PromQL: 'rate(nv_inference_count[5m]' ends too early",
    faults: rule('rate(nv_inference_count[5m]'),
  },
  {
    id: 'QUANTILES_AGGREGATED',
    property: 'expr',
    text: "rule 'r': avg over quantiles is meaningless; use max",
    faults: rule('avg(nv_inference_request_summary_us)', { features: [MetricFeature.SUMMARY_LATENCIES] }),
  },
  {
    id: 'RANGE_SELECTOR_MISSING',
    property: 'expr',
    text: "rule 'r': rate() needs a range, but 'nv_inference_count' is an instant vector; add a window such as [5m]",
    faults: rule('rate(nv_inference_count)'),
  },
  {
    id: 'RANGE_WINDOW_TOO_SHORT',
    property: 'expr',
    text: "rule 'r': the window of nv_inference_count is 30 s, but must span 4 scrapes; use at least 60 s",
    faults: rule('rate(nv_inference_count[30s])'),
  },
  {
    id: 'RATE_OF_GAUGE',
    property: 'expr',
    text: "rule 'r': rate() is for counters, but nv_gpu_utilization is not one; use delta() or deriv()",
    faults: rule('rate(nv_gpu_utilization[5m])'),
  },
  {
    id: 'SCRAPE_JOB_UNKNOWN',
    property: 'expr',
    text: "rule 'r': no watched workload has the job name 'x'; the job names are: 'triton-deepseek'",
    faults: rule('rate(nv_inference_count{job="x"}[5m])'),
  },
  {
    id: 'METRIC_LABEL_VALUE_UNKNOWN',
    property: 'expr',
    text: 'rule \'r\': reason="REJECT" selects nothing: of nv_inference_request_failure that label is one of REJECTED, CANCELED, BACKEND, OTHER',
    faults: rule('rate(nv_inference_request_failure{reason="REJECT"}[5m])'),
  },
  {
    id: 'ALERT_ALWAYS_FIRES',
    property: 'expr',
    text: "rule 'A': a comparison with 'bool' gives 0 where it does not hold, and an alert fires for whatever has a value; leave 'bool' out",
    faults: () => MetricContract.faults([{ alert: 'A', expr: 'up == bool 0' }], [TARGET]),
  },
  {
    id: 'COUNTER_READ_RAW',
    property: 'expr',
    text: "rule 'r': 'nv_inference_count / nv_inference_exec_count' is of everything since the processes began, and jumps when one begins again; put both into rate(...[5m])",
    faults: rule('nv_inference_count / nv_inference_exec_count'),
  },
  {
    id: 'COUNTER_READ_RAW',
    property: 'expr',
    text: "rule 'r': histogram_quantile of nv_inference_first_response_histogram_ms_bucket is over all requests since the process began; put it into rate(...[5m])",
    faults: rule('histogram_quantile(0.9, nv_inference_first_response_histogram_ms_bucket)'),
  },
  {
    id: 'DEVICES_COUNTED_TWICE',
    property: 'expr',
    text: "rule 'r': each process on a device reports the whole of it, so that sum counts it once for each; write sum(max by (node, gpu_uuid) (...))",
    faults: rule('sum(nv_gpu_power_usage)'),
  },
  {
    id: 'DIVISOR_CLAMPED',
    property: 'expr',
    text: "rule 'r': it is divided by at least 1, whatever is measured: below that the quotient is too small; use '/ (... > 0)', which has no value where nothing is measured",
    faults: rule('rate(nv_inference_count[5m]) / clamp_min(rate(nv_inference_exec_count[5m]), 1)'),
  },
  {
    id: 'PROMQL_TYPE',
    property: 'expr',
    text: "rule 'r': sum needs an instant vector, but 'nv_inference_count[5m]' is a range; take the window away, or put it into rate() or avg_over_time()",
    faults: rule('sum(nv_inference_count[5m])'),
  },
  {
    id: 'RATE_OF_SUM',
    property: 'expr',
    text: "rule 'r': rate() of a subquery, in which counters are added up: one that begins again at zero cannot be seen in the sum; write sum(rate(...)) instead",
    faults: rule('rate(sum(nv_inference_count)[5m:])'),
  },
  {
    id: 'UNITS_MIXED',
    property: 'expr',
    text: "rule 'r': '>' has watts on its left and joules on its right; bring both to one unit",
    faults: rule('nv_gpu_power_usage > nv_energy_consumption'),
  },
  {
    id: 'UNLIKE_VALUES_AGGREGATED',
    property: 'expr',
    text: "rule 'r': the values of label 'inflight_batcher_specific_metric' are of unlike quantities; select one of them",
    faults: rule('max by (model) (nv_trt_llm_inflight_batcher_metrics)', {
      exporters: [MetricExporter.TRITON_TENSORRT_LLM],
    }),
  },
  {
    id: 'VECTORS_NEVER_MATCH',
    property: 'expr',
    text: "rule 'r': no series of '/' are ever paired: only the left side has the label 'model'; leave it out of on(...)",
    faults: rule('rate(nv_inference_count[5m]) / on (model) nv_gpu_power_usage'),
  },
  {
    id: 'VALUE_NEVER_REACHED',
    property: 'expr',
    text: "rule 'r': it is compared with 90, but its values are from 0 to 1; use a number in that range",
    faults: rule('nv_gpu_utilization > 90'),
  },
  {
    id: 'QUANTILE_OUT_OF_RANGE',
    property: 'expr',
    text: "rule 'r': quantile takes a share from 0 to 1, for example 0.99; got 99",
    faults: rule('quantile(99, nv_gpu_power_usage)'),
  },
  {
    id: 'COUNTER_READ_RAW',
    property: 'expr',
    text: "rule 'r': avg_over_time() of nv_inference_count is of everything since its process began; use rate() or increase()",
    faults: rule('avg_over_time(nv_inference_count[5m])'),
  },
  {
    id: 'RULE_INVALID',
    property: 'for',
    text: "rule 'A': for must be a duration such as 5m or 1h30m, units in the order y w d h m s ms; got '5 minutes'",
    faults: () => MetricContract.faults([{ alert: 'A', expr: 'up == 0', for: '5 minutes' }], [TARGET]),
  },
];
