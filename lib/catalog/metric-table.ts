import { MetricRows } from './metric-facts';
import { MetricExporter } from './metric-kind';
import { TRITON_TENSORRT_LLM_METRICS, TRITON_VLLM_METRICS } from './metric-table-engines';
import { ENVOY_METRICS } from './metric-table-envoy';
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
};
