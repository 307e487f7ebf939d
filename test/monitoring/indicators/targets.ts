import { MetricExporter, MetricFeature } from '../../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../../lib/core/watchable';
import { TARGET, VLLM_TARGET } from '../support';

const { TRITON, TRITON_VLLM, TRITON_TENSORRT_LLM, DCGM, NODE, EFA } = MetricExporter;

const PRICED = { startupSeconds: 600, pricePerHour: { deepseek: 12.5, chat: 3 } };

/** A target of the exporter of nodes or of GPUs, which serves no model. */
function ofNodes(
  jobName: string,
  exporters: MetricExporter[],
  version: string,
  features: MetricFeature[] = [],
): MetricsTarget {
  const podSelector = { 'app.kubernetes.io/name': jobName };
  return { jobName, namespace: 'gpu-operator', podSelector, port: 9400, exporters, models: [], features, version };
}

/** One target of every kind, as its deployment describes itself, with all that an indicator needs beside metrics. */
export const TARGETS = {
  /** One model that answers once. */
  triton: { ...TARGET, ...PRICED, exporters: [TRITON] },
  tritonVllm: { ...TARGET, ...PRICED },
  tritonTensorRtLlm: { ...TARGET, ...PRICED, exporters: [TRITON, TRITON_TENSORRT_LLM] },
  /** Two models of vLLM and one that answers once, on the same servers. */
  tritonMixed: {
    ...TARGET,
    startupSeconds: 600,
    models: ['chat', 'code', 'fraud'],
    engines: { chat: TRITON_VLLM, code: TRITON_VLLM },
    pricePerHour: { chat: 12.5, code: 12.5 },
  },
  vllm: { ...VLLM_TARGET, ...PRICED, version: '0.32.0' },
  dcgm: ofNodes('dcgm-exporter', [DCGM], '4.6.0-4.8.3', [MetricFeature.DCGM_COUNTER]),
  node: ofNodes('node-exporter', [NODE], '1.12.1'),
  efa: ofNodes('efa-node-exporter', [NODE, EFA], '1.12.1'),
} satisfies { [name: string]: MetricsTarget };

export type TargetName = keyof typeof TARGETS;
