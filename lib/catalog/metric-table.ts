import { MetricRows } from './metric-facts';
import { MetricExporter } from './metric-kind';
import { TRITON_TENSORRT_LLM_METRICS, TRITON_VLLM_METRICS } from './metric-table-engines';
import { DCGM_METRICS } from './metric-table-dcgm';
import { ENVOY_METRICS } from './metric-table-envoy';
import { KUBE_STATE_METRICS } from './metric-table-kube-state';
import { KUBELET_CADVISOR_METRICS, KUBELET_METRICS, KUBELET_RESOURCE_METRICS } from './metric-table-kubelet';
import { LEADER_WORKER_SET_METRICS } from './metric-table-lws';
import { ALERTMANAGER_METRICS, PROMETHEUS_METRICS, VMAGENT_METRICS } from './metric-table-monitoring';
import { MODEL_ROLLOUT_METRICS } from './metric-table-model-rollout';
import { MODEL_SYNC_METRICS } from './metric-table-model-sync';
import { MODEL_PIPELINE_METRICS } from './metric-table-pipeline';
import { NODE_METRICS } from './metric-table-node';
import { EFA_METRICS, INFINIBAND_METRICS } from './metric-table-rdma';
import { TRITON_METRICS } from './metric-table-triton';
import { VLLM_METRICS } from './metric-table-vllm';

/**
 * Every metric that this library knows. A new exporter does not compile until it has its rows.
 *
 * @internal
 */
export const METRIC_TABLE: { readonly [exporter in MetricExporter]: MetricRows } = {
  [MetricExporter.TRITON]: TRITON_METRICS,
  [MetricExporter.TRITON_VLLM]: TRITON_VLLM_METRICS,
  [MetricExporter.TRITON_TENSORRT_LLM]: TRITON_TENSORRT_LLM_METRICS,
  [MetricExporter.VLLM]: VLLM_METRICS,
  [MetricExporter.ENVOY]: ENVOY_METRICS,
  [MetricExporter.DCGM]: DCGM_METRICS,
  [MetricExporter.NODE]: { ...NODE_METRICS, ...INFINIBAND_METRICS },
  [MetricExporter.EFA]: EFA_METRICS,
  [MetricExporter.KUBE_STATE_METRICS]: KUBE_STATE_METRICS,
  [MetricExporter.KUBELET]: KUBELET_METRICS,
  [MetricExporter.KUBELET_CADVISOR]: KUBELET_CADVISOR_METRICS,
  [MetricExporter.KUBELET_RESOURCE]: KUBELET_RESOURCE_METRICS,
  [MetricExporter.LEADER_WORKER_SET]: LEADER_WORKER_SET_METRICS,
  [MetricExporter.PROMETHEUS]: PROMETHEUS_METRICS,
  [MetricExporter.ALERTMANAGER]: ALERTMANAGER_METRICS,
  [MetricExporter.VMAGENT]: VMAGENT_METRICS,
  [MetricExporter.MODEL_SYNC]: MODEL_SYNC_METRICS,
  [MetricExporter.MODEL_ROLLOUT]: MODEL_ROLLOUT_METRICS,
  [MetricExporter.MODEL_PIPELINE]: MODEL_PIPELINE_METRICS,
};
