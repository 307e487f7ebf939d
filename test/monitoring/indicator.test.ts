import { MetricExporter, MetricFeature } from '../../lib/catalog/metric-kind';
import { MetricsTarget } from '../../lib/core/watchable';
import { Indicator } from '../../lib/monitoring';
import { TARGET } from './support';

const SUMMARY = MetricFeature.SUMMARY_LATENCIES;
const HISTOGRAM = MetricFeature.HISTOGRAM_LATENCIES;
const { TRITON, TRITON_VLLM, TRITON_TENSORRT_LLM } = MetricExporter;
const query = (indicator: Indicator, target: Partial<MetricsTarget> = {}) => indicator.query({ ...TARGET, ...target });

describe('an indicator', () => {
  test('QPS is by model, of the models of the workload alone', () => {
    expect(query(Indicator.QPS).expr).toBe(
      'sum by (model) (rate(nv_inference_request_success{namespace="inference",job="triton-deepseek",model="deepseek"}[2m]))',
    );
    expect(query(Indicator.QPS, { models: ['llama-3.1-8b', 'b'] }).expr).toContain('model=~"b|llama-3\\\\.1-8b"');
  });

  test('GPU memory counts each GPU once, however many pods report it', () => {
    expect(query(Indicator.GPU_MEMORY).expr).toBe(
      '100 * max by (node, gpu_uuid) (nv_gpu_memory_used_bytes{namespace="inference",job="triton-deepseek"})' +
        ' / max by (node, gpu_uuid) (nv_gpu_memory_total_bytes{namespace="inference",job="triton-deepseek"})',
    );
  });

  // Exporters, version and features of a workload, and what its P99 is read from.
  test.each<[string, MetricExporter[], string, MetricFeature[], string]>([
    ['the default release', [TRITON], '26.02', [HISTOGRAM], 'first_response_histogram_ms'],
    ['a newer one with both', [TRITON], '26.07', [HISTOGRAM, SUMMARY], 'first_response_histogram_ms'],
    ['the first that covers every model', [TRITON], '26.01', [HISTOGRAM], 'first_response_histogram_ms'],
    ['an older one with the summary', [TRITON], '25.12', [HISTOGRAM, SUMMARY], 'request_summary_us'],
    [
      'an older vLLM with models that answer once',
      [TRITON, TRITON_VLLM],
      '25.12',
      [HISTOGRAM, SUMMARY],
      'request_summary_us',
    ],
    ['an older vLLM, which streams', [TRITON, TRITON_VLLM], '24.12', [HISTOGRAM], 'first_response_histogram_ms'],
    ['a new one with the summary only', [TRITON], '26.02', [SUMMARY], 'request_summary_us'],
  ])('P99 of %s', (_, exporters, version, features, source) => {
    const { expr, metrics } = query(Indicator.LATENCY_P99, { exporters, version, features });
    expect(metrics.map(({ name }) => name)).toEqual([`nv_inference_${source}`]);
    expect(expr).toContain(`nv_inference_${source}`);
    // Both come out in milliseconds.
    expect(expr.endsWith(' / 1e3')).toBe(source === 'request_summary_us');
  });

  test.each<[string, MetricExporter[], string, MetricFeature[], string[]]>([
    ['nothing is switched on', [TRITON], '26.02', [], ["needs 'histogram_latencies'", "needs 'summary_latencies'"]],
    [
      'the histogram lacks models that answer once',
      [TRITON],
      '25.12',
      [HISTOGRAM],
      ['from version 26.01 on, not in 25.12'],
    ],
    ['there is no histogram yet', [TRITON, TRITON_VLLM], '24.10', [HISTOGRAM], ['needs version 24.11 or later']],
    ['Triton is not behind the port', [TRITON_TENSORRT_LLM], '0.24.0', [], ["comes from exporter 'triton' only"]],
  ])('refuses P99 when %s', (_, exporters, version, features, reasons) => {
    for (const reason of reasons) {
      expect(() => query(Indicator.LATENCY_P99, { exporters, version, features })).toThrow(reason);
    }
  });
});
