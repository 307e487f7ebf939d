import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { Metric } from '../../catalog/metric';
import { IndicatorSource, ofExporter, ofModels, rateByModel } from './indicator-source';
import { engineModels } from './selectors';

const { TRITON, TRITON_VLLM, TRITON_TENSORRT_LLM, VLLM } = MetricExporter;

/** Histograms of vLLM; the backend of Triton kept the older name of the second. */
const FIRST_TOKEN = 'vllm:time_to_first_token_seconds';
const BETWEEN_TOKENS = 'vllm:inter_token_latency_seconds';
const PER_TOKEN = 'vllm:time_per_output_token_seconds';
const GENERATED = 'vllm:generation_tokens_total';
const LENGTHS = ofExporter(TRITON_TENSORRT_LLM)('nv_llm_output_token_len');
const FIRST_RESPONSE = ofExporter(TRITON)('nv_inference_first_response_histogram_ms');

/**
 * Why an engine behind Triton tells of no model of a workload.
 *
 * @internal
 */
export function engineGaps(exporter: MetricExporter): (target: MetricsTarget) => string[] {
  return (target) =>
    engineModels(target, exporter).length > 0 ? [] : [`no model of it is executed by the engine of '${exporter}'`];
}

function p95(series: string): string {
  return `histogram_quantile(0.95, sum by (le, model) (rate(${series}[5m])))`;
}

function ofHistogram(exporter: MetricExporter, name: string, meaning: string): IndicatorSource {
  const metric = ofExporter(exporter)(name);
  const isOwn = exporter === VLLM;
  return {
    exporter,
    ...(isOwn ? {} : { gaps: engineGaps(exporter), models: (target) => engineModels(target, exporter) }),
    query: (target) => ({
      expr: `1e3 * ${p95(ofModels(target, isOwn ? undefined : exporter)(metric, [], '_bucket'))}`,
      metrics: [metric],
      meaning,
    }),
  };
}

/** Time to first token below which 95 of 100 requests stay. @internal */
export const TIME_TO_FIRST_TOKEN: readonly IndicatorSource[] = [
  ofHistogram(VLLM, FIRST_TOKEN, 'Over all pods, with the wait in the queue of the engine.'),
  ofHistogram(
    TRITON_VLLM,
    FIRST_TOKEN,
    'Over all pods, with the wait in the queue of the engine; what is longer than 10 s shows as 10 s.',
  ),
  {
    exporter: TRITON_TENSORRT_LLM,
    gaps: engineGaps(TRITON_TENSORRT_LLM),
    models: (target) => engineModels(target, TRITON_TENSORRT_LLM),
    query: (target) => ({
      expr: p95(ofModels(target, TRITON_TENSORRT_LLM)(FIRST_RESPONSE, [], '_bucket')),
      metrics: [FIRST_RESPONSE],
      meaning:
        'Over all pods, to the first response: the first token of a request that is answered as a stream, else the whole answer.',
    }),
  },
];

/** Time from one token to the next below which 95 of 100 of them stay. @internal */
export const TIME_PER_TOKEN: readonly IndicatorSource[] = [
  ofHistogram(
    VLLM,
    BETWEEN_TOKENS,
    'Over all pods, between two steps of a request; with speculative decoding a step is several tokens.',
  ),
  ofHistogram(
    TRITON_VLLM,
    PER_TOKEN,
    'Over all pods, between two steps of a request; with speculative decoding a step is several tokens. What is longer than 2.5 s shows as 2.5 s.',
  ),
];

/** Metrics that count the tokens that are made, by exporter, and what their series end in. */
const COUNTS: readonly (readonly [exporter: MetricExporter, metric: Metric, suffix: string])[] = [
  [VLLM, ofExporter(VLLM)(GENERATED), ''],
  [TRITON_VLLM, ofExporter(TRITON_VLLM)(GENERATED), ''],
  [TRITON_TENSORRT_LLM, LENGTHS, '_sum'],
];

/**
 * The series that count the tokens made, by exporter.
 *
 * @internal
 */
export const TOKEN_COUNTS = COUNTS.map(([exporter, metric, suffix]) => {
  const models = exporter === VLLM ? undefined : exporter;
  return {
    exporter,
    metric,
    gaps: exporter === VLLM ? undefined : engineGaps(exporter),
    models: (target: MetricsTarget) => (models ? engineModels(target, models) : target.models),
    series: (target: MetricsTarget) => ofModels(target, models)(metric, [], suffix),
  };
});

/** Tokens made each second. @internal */
export const TOKENS: readonly IndicatorSource[] = TOKEN_COUNTS.map(({ exporter, metric, gaps, models, series }) => ({
  exporter,
  gaps,
  models,
  query: (target) => ({
    expr: rateByModel(series(target), '2m'),
    metrics: [metric],
    meaning:
      exporter === TRITON_TENSORRT_LLM
        ? 'Tokens of answers, counted when a request ends; not those of prompts.'
        : 'Tokens of answers, as they are made; not those of prompts.',
  }),
}));
