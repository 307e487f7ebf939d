import { Fn, Token } from 'cdktf';
import { MetricFeature } from '../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../lib/core/watchable';
import { AlertReceiver } from '../../lib/monitoring/alert-receiver';
import { MetricContract } from '../../lib/monitoring/metric-contract';
import { MonitoringStack, MonitoringStackProps } from '../../lib/monitoring/monitoring-stack';
import { WatchOptions } from '../../lib/monitoring/watched-workload';
import { DataSize } from '../../lib/units/data-size';
import { TARGET, TestWorkload } from '../monitoring/support';
import { warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { FaultText } from './fault-text';

/** A monitoring stack that is made, without synthesis. */
const make = (props: Partial<MonitoringStackProps>) => (): MonitoringStack => {
  const stack = testStack();
  return new MonitoringStack(stack, 'Monitoring', { cluster: testCluster(stack), ...props });
};

/** A monitoring stack that is told to watch a workload. */
const watch =
  (target: Partial<MetricsTarget>, options: WatchOptions = {}) =>
  (): void => {
    const monitoring = make({})();
    monitoring.watch(new TestWorkload(monitoring, 'Workload', target), options);
  };

/** What is wrong with one recording rule. */
const rule =
  (expr: string, target: Partial<MetricsTarget> = {}) =>
  () =>
    MetricContract.faults([{ record: 'r', expr }], [{ ...TARGET, ...target }]);

const hook = (name: string) => AlertReceiver.webhook(name, { url: 'http://alerts' });
const LABELS = 'gpu_uuid, instance, job, namespace, node, pod';

/** The sentences of faults of monitoring. */
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
    id: 'DUPLICATE',
    property: 'alertReceivers',
    text: "alertReceivers repeats 'a'; each value may appear only once",
    refuse: make({ alertReceivers: [hook('a'), hook('a')] }),
  },
  {
    id: 'DUPLICATE',
    property: 'metricsTarget.jobName',
    text: "two workloads have the job name 'triton-deepseek', so their series could not be told apart; give each workload its own",
    refuse: () => {
      const monitoring = make({})();
      for (const id of ['A', 'B']) monitoring.watch(new TestWorkload(monitoring, id));
    },
  },
  {
    id: 'EMPTY_LIST',
    property: 'metricsTarget.models',
    text: "workload 'triton-deepseek': models must name at least one model; got []",
    refuse: watch({ models: [] }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'metricsTarget.podSelector',
    text: "workload 'triton-deepseek': podSelector must have at least one label, or it would select every pod; got {}",
    refuse: watch({ podSelector: {} }),
  },
  {
    id: 'INDICATOR_UNAVAILABLE',
    property: 'metricsTarget',
    text:
      "the indicator 'P99 latency' cannot be read from 'triton-deepseek': nv_inference_first_response_histogram_ms needs " +
      "'histogram_latencies' to be switched on; nv_inference_request_summary_us needs 'summary_latencies' to be switched on; turn one " +
      'of them on in the server, or watch without a latency alert: watch(workload, { latencyAlert: false })',
    refuse: watch({ features: [] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'alertReceivers[0].name',
    text: "alertReceivers[0].name must not be empty; got ''",
    refuse: make({ alertReceivers: [hook('')] }),
  },
  {
    id: 'INVALID_NAME',
    property: 'workload.metricsTarget.jobName',
    text:
      'workload.metricsTarget.jobName must be a text that is not empty, without quotes, backslashes and line breaks; ' +
      "got ''",
    refuse: watch({ jobName: '' }),
  },
  {
    id: 'INVALID_NAME',
    property: 'metricPrefixes.deepseek',
    text:
      "the metric prefix of model 'deepseek' must consist of letters, digits and underscores and must not start with a digit; " +
      "got '7b-chat'; for example '_7b_chat'",
    refuse: watch({}, { metricPrefixes: { deepseek: '7b-chat' } }),
  },
  {
    id: 'LATENCY_BELOW_PLAN',
    text:
      "HighLatency of model 'deepseek' fires above 50 ms, but its plan expects 163 ms for P99 under its load; raise the threshold, for " +
      'example to 500, or plan the model for a shorter time',
    faults: () => {
      const monitoring = make({ alertReceivers: [], latencyThresholdMs: 50 })();
      monitoring.watch(new TestWorkload(monitoring, 'Workload', { plannedLatencyMs: { deepseek: 163 } }));
      return warningsOf(monitoring);
    },
  },
  {
    id: 'NO_ALERT_RECEIVERS',
    text:
      'nobody is told of alerts, a total outage among them: alertReceivers names none; pass for example ' +
      "AlertReceiver.slack('team', { webhookUrl: { name: 'alerting', key: 'slack' } }), or [] if it is enough that Prometheus shows them",
    faults: () => warningsOf(make({})()),
  },
  {
    id: 'NOTHING_WATCHED',
    text:
      'it watches nothing, so that it records no series and no alert ever fires; call watch(workload) for each workload, e.g. a ' +
      'TritonDeployment',
    faults: () => {
      const monitoring = make({ alertReceivers: [] })();
      monitoring.node.validate();
      return warningsOf(monitoring);
    },
  },
  {
    id: 'METRIC_LABEL_UNKNOWN',
    property: 'expr',
    text: `rule 'r': nv_gpu_utilization has no label 'tenant'; it has ${LABELS}`,
    faults: rule('nv_gpu_utilization{tenant="a"}'),
  },
  {
    id: 'METRIC_LABEL_UNKNOWN',
    property: 'expr',
    text: `rule 'r': max groups by 'tenant', but the labels are ${LABELS}`,
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
    id: 'NOT_A_WHOLE_NUMBER',
    property: 'scrapeIntervalSeconds',
    text: 'scrapeIntervalSeconds must be a whole number from 5 to 30; got 60',
    refuse: make({ scrapeIntervalSeconds: 60 }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'prometheusMemory',
    text: 'prometheusMemory must be at least 256 MiB; got 10 MiB',
    refuse: make({ prometheusMemory: DataSize.mib(10) }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'latencyThresholdMs',
    text: 'latencyThresholdMs must be a number above 0; got 0',
    refuse: make({ latencyThresholdMs: 0 }),
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
    text: "rule 'r': avg over the quantiles of a summary is meaningless; use max",
    faults: rule('avg(nv_inference_request_summary_us)', { features: [MetricFeature.SUMMARY_LATENCIES] }),
  },
  {
    id: 'RANGE_SELECTOR_MISSING',
    property: 'expr',
    text: "rule 'r': rate() needs a range selector such as metric[5m]",
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
    id: 'RECORDED_NAME_AMBIGUOUS',
    property: 'metricPrefixes',
    text: "models 'a.b' and 'a-b' would both be recorded as a_b_latency_p99; give one of them a prefix with metricPrefixes",
    refuse: watch({ models: ['a.b', 'a-b'] }),
  },
  {
    id: 'RESERVED',
    property: 'alertReceivers[0].name',
    text: "alertReceivers[0].name must not be 'null', the name of the receiver that drops alerts; choose another name",
    refuse: make({ alertReceivers: [hook('null')] }),
  },
  {
    id: 'SCRAPE_JOB_UNKNOWN',
    property: 'expr',
    text: "rule 'r': no watched workload has the job name 'x'; the job names are: 'triton-deepseek'",
    faults: rule('rate(nv_inference_count{job="x"}[5m])'),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'metricPrefixes',
    text: "metricPrefixes names the model 'llama', but 'triton-deepseek' serves deepseek",
    refuse: watch({}, { metricPrefixes: { llama: 'x' } }),
  },
  {
    id: 'VALUE_NOT_CONCRETE',
    property: 'metricsTarget.version',
    text:
      "version of 'triton-deepseek' must be known at synthesis because the scrape configuration is made from it; got a token (a value " +
      'Terraform only knows later); pass a literal value',
    refuse: watch({ version: Token.asString(Fn.upper('a')) }),
  },
];
