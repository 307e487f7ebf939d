import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../../lib/core/watchable';
import { DashboardJson } from '../../../lib/monitoring/grafana/dashboards/dashboard-json';
import { dashboardsOf } from '../../../lib/monitoring/grafana/dashboards/dashboards';
import { MonitoringRule } from '../../../lib/monitoring/rules/monitoring-rule';
import { ruleGroups } from '../../../lib/monitoring/rules/rule-groups';
import { WatchedWorkload } from '../../../lib/monitoring/watched-workload';
import { TARGET, VLLM_TARGET } from '../support';

/** An exporter of GPUs, which serves no model. */
export const DCGM_TARGET: MetricsTarget = {
  jobName: 'dcgm-exporter',
  namespace: 'gpu-operator',
  podSelector: { app: 'nvidia-dcgm-exporter' },
  port: 9400,
  exporters: [MetricExporter.DCGM],
  models: [],
  features: [],
  version: '4.5.3-4.8.2',
};

/** A pipeline of a model, which ends. */
export const PIPELINE_TARGET: MetricsTarget = {
  jobName: 'model-pipeline-quantize',
  namespace: 'inference',
  podSelector: { 'app.kubernetes.io/instance': 'quantize' },
  port: 9464,
  exporters: [MetricExporter.MODEL_PIPELINE],
  models: [],
  features: [],
  version: '0.1.0',
  usesGpus: false,
  scalesToZero: true,
};

/** One target of each engine. */
export const ENGINES: { readonly [engine: string]: MetricsTarget } = {
  'Triton with vLLM': TARGET,
  'Triton with ONNX, an early release': {
    ...TARGET,
    jobName: 'triton-vision',
    exporters: [MetricExporter.TRITON],
    models: ['resnet', 'yolo'],
    features: [MetricFeature.SUMMARY_LATENCIES],
    version: '25.08',
  },
  'Triton with TensorRT-LLM': {
    ...TARGET,
    jobName: 'triton-trt',
    exporters: [MetricExporter.TRITON, MetricExporter.TRITON_TENSORRT_LLM],
    models: ['trt'],
    version: '26.07',
    pricePerHour: { trt: 12.5 },
  },
  vLLM: VLLM_TARGET,
  'vLLM that counts refusals': { ...VLLM_TARGET, jobName: 'vllm-new', models: ['new'], version: '0.32.0' },
  'Triton without GPUs': { ...TARGET, jobName: 'triton-cpu', models: ['bert'], usesGpus: false },
};

export const watched = (target: MetricsTarget, thresholdMs = 250): WatchedWorkload => ({
  target,
  latencyAlert: true,
  latencyThresholdsMs: Object.fromEntries(target.models.map((model) => [model, thresholdMs])),
  metricPrefixes: {},
  options: {},
});

export const rulesOf = (workloads: readonly WatchedWorkload[]): MonitoringRule[] =>
  ruleGroups(workloads).flatMap(({ rules }) => rules);

/** The dashboards of targets by their uids. */
export function dashboards(
  targets: readonly MetricsTarget[],
  more: { readonly rules?: readonly MonitoringRule[]; readonly siteLabel?: string } = {},
): { readonly [uid: string]: DashboardJson } {
  const workloads = targets.map((target) => watched(target));
  const rules = [...rulesOf(workloads), ...(more.rules ?? [])];
  const made = dashboardsOf({ workloads, rules, siteLabel: more.siteLabel });
  return Object.fromEntries(made.map((dashboard) => [dashboard.uid as string, dashboard]));
}

/** A rule that records a value of each model of Triton under some name. */
export const recordsOfModel = (record: string): MonitoringRule => ({
  record,
  expr: 'sum by (model) (rate(nv_inference_request_success{job="triton-deepseek"}[2m]))',
  labels: { namespace: 'inference', job: 'triton-deepseek' },
});

/** A rule that records a value of each GPU. */
export const recordsOfGpu = (record: string): MonitoringRule => ({
  record,
  expr: 'max by (node, gpu_uuid) (nv_gpu_memory_used_bytes)',
});

/** Every dashboard, with every panel that needs no series which only others record. */
export const everything = dashboards([...Object.values(ENGINES), PIPELINE_TARGET], {
  siteLabel: 'cluster',
  rules: [
    ...[
      'inference_cost_per_million_tokens',
      'inference_tokens_per_second',
      'inference_latency_p50_milliseconds',
      'inference_plan_latency_p99_milliseconds',
    ].map(recordsOfModel),
    ...[
      'inference_gpu_utilization_percent',
      'inference_gpu_power_watts',
      'inference_gpu_temperature_celsius',
      'inference_gpu_xid_errors',
      'inference_gpu_nvlink_bytes_per_second',
      'inference_rdma_bytes_per_second',
    ].map(recordsOfGpu),
  ],
});
