import { compareVersions } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { IndicatorSource, ofExporter, ofModels } from './indicator-source';

const { TRITON, TRITON_VLLM, VLLM } = MetricExporter;

const FIRST_RESPONSE = ofExporter(TRITON)('nv_inference_first_response_histogram_ms');
const REQUEST_SUMMARY = ofExporter(TRITON)('nv_inference_request_summary_us');
const FIRST_TOKEN = ofExporter(VLLM)('vllm:time_to_first_token_seconds');

/**
 * Latency below which a share of the requests stays. It comes from Triton's histogram where it covers every model of the workload, else from
 * Triton's summary. vLLM's own request histogram is not used: its first bucket ends at 0.3 s, and it tells how long answers are.
 *
 * @param quantile the share: one of those that summaries of Triton have
 *
 * @internal
 */
export function latency(quantile: 0.5 | 0.95 | 0.99): readonly IndicatorSource[] {
  return [
    {
      exporter: VLLM,
      query: (target) => ({
        expr: `1e3 * histogram_quantile(${quantile}, sum by (le, model) (rate(${ofModels(target)(FIRST_TOKEN, [], '_bucket')}[5m])))`,
        metrics: [FIRST_TOKEN],
        meaning: 'Over all pods, the time to the first token.',
      }),
    },
    {
      exporter: TRITON,
      gaps: histogramGaps,
      query: (target) => ({
        expr: `histogram_quantile(${quantile}, sum by (le, model) (rate(${ofModels(target)(FIRST_RESPONSE, [], '_bucket')}[5m])))`,
        metrics: [FIRST_RESPONSE],
        meaning:
          'Over all pods, to the first response: the whole latency of a model that answers once, the time to first token of a stream.',
      }),
    },
    {
      exporter: TRITON,
      query: (target) => ({
        expr: `max by (model) (${ofModels(target)(REQUEST_SUMMARY, [`quantile="${quantile}"`])}) / 1e3`,
        metrics: [REQUEST_SUMMARY],
        meaning: 'Of the worst pod, over the whole request.',
      }),
    },
  ];
}

function histogramGaps(target: MetricsTarget): string[] {
  const { exporters, version, features } = target;
  const missing = FIRST_RESPONSE._missing(exporters, version, features);
  const since = FIRST_RESPONSE.everyModelSince ?? version;
  if (missing.length > 0 || compareVersions(version, since) >= 0) return missing;
  // Every vLLM model streams; if other models are served too, the workload also has the summary switched on.
  const streams = exporters.includes(TRITON_VLLM);
  const hasSummary = REQUEST_SUMMARY._missing(exporters, version, features).length === 0;
  return streams && !hasSummary
    ? []
    : [`${FIRST_RESPONSE.name} covers models that answer once from version ${since} on, not in ${version}`];
}
