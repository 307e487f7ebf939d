import { fault } from '../../units/fault';
import { compareVersions, Metric } from '../../catalog/metric';
import { MetricExporter } from '../../catalog/metric-kind';
import { MetricsTarget } from '../../core/watchable';
import { missingFrom } from '../../metrics/contract/scraped-target';
import { UnscopedValidationError } from '../../units/errors';
import { isVllm, modelMatcher, select } from './selectors';
import { checkArguments } from '../../units/argument-faults';

const triton = (name: string) => Metric.of(MetricExporter.TRITON, name);

const SUCCESS = triton('nv_inference_request_success');
const FAILURE = triton('nv_inference_request_failure');
const FIRST_RESPONSE = triton('nv_inference_first_response_histogram_ms');
const REQUEST_SUMMARY = triton('nv_inference_request_summary_us');
const GPU_MEMORY_USED = triton('nv_gpu_memory_used_bytes');
const GPU_MEMORY_TOTAL = triton('nv_gpu_memory_total_bytes');

const vllm = (name: string) => Metric.of(MetricExporter.VLLM, name);

const ENDED = vllm('vllm:request_success_total');
const REFUSED = vllm('vllm:admission_rejections_total');
const FIRST_TOKEN = vllm('vllm:time_to_first_token_seconds');
const KV_CACHE_USED = vllm('vllm:kv_cache_usage_perc');

/**
 * How an indicator is read from one workload.
 */
export interface IndicatorQuery {
  /** PromQL expression; its value is in the indicator's unit. */
  readonly expr: string;
  /** Metrics that it reads. */
  readonly metrics: Metric[];
  /** What to keep in mind when reading it. */
  readonly meaning: string;
}

/**
 * A quantity by which a serving workload is judged, in the same unit for every exporter.
 */
export class Indicator {
  /** Requests answered each second, by model. */
  public static readonly QPS = new Indicator('QPS', 'requests/s', 'inference_qps', (target) => {
    const answered = isVllm(target)
      ? select(ENDED, target, [...modelMatcher(target), 'finished_reason!~"abort|error"'])
      : select(SUCCESS, target, modelMatcher(target));
    return {
      expr: `sum by (model) (rate(${answered}[2m]))`,
      metrics: [isVllm(target) ? ENDED : SUCCESS],
      meaning: 'Answered requests; a batch counts as one, a failed request not at all.',
    };
  });

  /**
   * Latency below which 99 of 100 requests stay, by model. It comes from Triton's histogram where it covers every model of the workload,
   * else from Triton's summary, of which only the worst pod counts: quantiles of several pods cannot be merged. vLLM's own request
   * histogram is not used: its first bucket ends at 1 s.
   */
  public static readonly LATENCY_P99 = new Indicator(
    'P99 latency',
    'ms',
    'inference_latency_p99_milliseconds',
    (target) => {
      if (isVllm(target)) {
        const buckets = select(FIRST_TOKEN, target, modelMatcher(target), '_bucket');
        return {
          expr: `1e3 * histogram_quantile(0.99, sum by (le, model) (rate(${buckets}[5m])))`,
          metrics: [FIRST_TOKEN],
          meaning: 'Over all pods, the time to the first token.',
        };
      }
      if (histogramCovers(target)) {
        const buckets = select(FIRST_RESPONSE, target, modelMatcher(target), '_bucket');
        return {
          expr: `histogram_quantile(0.99, sum by (le, model) (rate(${buckets}[5m])))`,
          metrics: [FIRST_RESPONSE],
          meaning:
            'Over all pods, to the first response: the whole latency of a model that answers once, the time to first token of a stream.',
        };
      }
      return {
        expr: `max by (model) (${select(REQUEST_SUMMARY, target, [...modelMatcher(target), 'quantile="0.99"'])}) / 1e3`,
        metrics: [REQUEST_SUMMARY],
        meaning: 'Of the worst pod, over the whole request.',
      };
    },
  );

  /**
   * Requests that failed, of all that ended, by model: also those that a full queue refused, which vLLM counts from 0.32 on. Those that the caller
   * canceled count neither way.
   */
  public static readonly FAILURES = new Indicator('failed requests', '%', 'inference_failure_percent', (target) => {
    if (isVllm(target)) return failuresOfVllm(target);
    const failed = `sum by (model) (rate(${select(FAILURE, target, [...modelMatcher(target), 'reason!="CANCELED"'])}[5m]))`;
    const answered = `sum by (model) (rate(${select(SUCCESS, target, modelMatcher(target))}[5m]))`;
    return {
      // A model that has never answered may have no series of answers.
      expr: `100 * ${failed} / (${failed} + (${answered} or 0 * ${failed}))`,
      metrics: [FAILURE, SUCCESS],
      meaning: 'Of the requests of the last five minutes, without those that the caller canceled.',
    };
  });

  /**
   * Memory in use on each GPU. It shows whether the weights fit, but not the load: vLLM and TensorRT-LLM allocate memory in advance.
   * The maximum is taken because every pod on a GPU reports the whole GPU.
   */
  public static readonly GPU_MEMORY = new Indicator('GPU memory', '%', 'inference_gpu_memory_percent', (target) => ({
    expr:
      `100 * max by (node, gpu_uuid) (${select(GPU_MEMORY_USED, target)})` +
      ` / max by (node, gpu_uuid) (${select(GPU_MEMORY_TOTAL, target)})`,
    metrics: [GPU_MEMORY_USED, GPU_MEMORY_TOTAL],
    meaning: 'Of the whole GPU, by whatever process.',
  }));

  /**
   * Used part of the key-value cache, of the fullest pod: requests wait, or are put off, when it is full. Only vLLM's own server tells.
   */
  public static readonly KV_CACHE = new Indicator('KV cache', '%', 'inference_kv_cache_percent', (target) => ({
    expr: `100 * max by (model) (${select(KV_CACHE_USED, target, modelMatcher(target))})`,
    metrics: [KV_CACHE_USED],
    meaning: 'Of the fullest pod.',
  }));

  /** Every indicator. */
  public static readonly ALL: Indicator[] = Object.freeze([
    Indicator.QPS,
    Indicator.LATENCY_P99,
    Indicator.FAILURES,
    Indicator.GPU_MEMORY,
    Indicator.KV_CACHE,
  ]) as Indicator[];

  /** Display name. */
  public readonly name: string;
  /** Unit of the value: `requests/s`, `ms` or `%`. */
  public readonly unit: string;
  /** Name of the recorded series; the series has the labels `namespace` and `job` of the workload. */
  public readonly record: string;

  private readonly build: (target: MetricsTarget) => IndicatorQuery;

  private constructor(name: string, unit: string, record: string, build: (target: MetricsTarget) => IndicatorQuery) {
    this.name = name;
    this.unit = unit;
    this.record = record;
    this.build = build;
  }

  /**
   * How to read this indicator from a workload.
   *
   * @param target the workload
   * @throws UnscopedValidationError when none of its exporters can supply it, with the features to switch on
   */
  public query(target: MetricsTarget): IndicatorQuery {
    const query = this.build(target);
    const missing = query.metrics.flatMap((metric) => missingFrom(target, metric));
    if (missing.length === 0) return query;
    const reasons = this.name === Indicator.LATENCY_P99.name ? [...histogramGaps(target), ...missing] : missing;
    throw new UnscopedValidationError([
      fault(
        'INDICATOR_UNAVAILABLE',
        'metricsTarget',
        `the indicator '${this.name}' cannot be read from '${target.jobName}': ${[...new Set(reasons)].join('; ')}`,
      ),
    ]);
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('Indicator', Indicator);

/**
 * Whether a workload counts what its full queue refuses.
 *
 * @internal
 */
export function countsRefused(target: MetricsTarget): boolean {
  return missingFrom(target, REFUSED).length === 0;
}

function failuresOfVllm(target: MetricsTarget): IndicatorQuery {
  const rate = (metric: Metric, ...matchers: string[]) =>
    `sum by (model) (rate(${select(metric, target, [...modelMatcher(target), ...matchers])}[5m]))`;
  const [failed, ended] = [rate(ENDED, 'finished_reason="error"'), rate(ENDED, 'finished_reason!="abort"')];
  if (!countsRefused(target)) {
    return {
      expr: `100 * ${failed} / ${ended}`,
      metrics: [ENDED],
      meaning:
        'Of the requests that the engine ended in the last five minutes, without those that the caller canceled or the server refused.',
    };
  }
  const refused = rate(REFUSED);
  return {
    expr: `100 * (${failed} + ${refused}) / (${ended} + ${refused})`,
    metrics: [ENDED, REFUSED],
    meaning:
      'Of the requests of the last five minutes, without those that the caller canceled; one that a full queue refuses counts as often as it is sent.',
  };
}

/** Whether the histogram of first responses has every model of a workload. */
function histogramCovers(target: MetricsTarget): boolean {
  return histogramGaps(target).length === 0;
}

function histogramGaps(target: MetricsTarget): string[] {
  const { exporters, version, features } = target;
  const missing = FIRST_RESPONSE.missing(exporters, version, features);
  const since = FIRST_RESPONSE.everyModelSince ?? version;
  if (missing.length > 0 || compareVersions(version, since) >= 0) return missing;
  // Every vLLM model streams; if other models are served too, the workload also has the summary switched on.
  const streams = exporters.includes(MetricExporter.TRITON_VLLM);
  const hasSummary = REQUEST_SUMMARY.missing(exporters, version, features).length === 0;
  return streams && !hasSummary
    ? []
    : [`${FIRST_RESPONSE.name} covers models that answer once from version ${since} on, not in ${version}`];
}
