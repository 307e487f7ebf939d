import { fault } from '../../units/fault';
import { MetricsTarget } from '../../core/watchable';
import { UnscopedValidationError } from '../../units/errors';
import { checkArguments } from '../../units/argument-faults';
import { KV_CACHE, PREEMPTIONS } from './cache';
import { COST } from './cost';
import { GPU_MEMORY, GPU_POWER, GPU_TEMPERATURE, GPU_UTILIZATION, NVLINK_BANDWIDTH, XID_ERRORS } from './gpus';
import { IndicatorQuery } from './indicator-query';
import { IndicatorSource, readFrom, sourceGaps } from './indicator-source';
import { latency } from './latency';
import { LOAD_TIME } from './load-time';
import { BATCH_SIZE, QUEUE_DEPTH, QUEUE_TIME } from './queue';
import { RDMA_BANDWIDTH } from './rdma';
import { FAILURES, QPS, REJECTIONS } from './requests';
import { TIME_PER_TOKEN, TIME_TO_FIRST_TOKEN, TOKENS } from './tokens';

/**
 * A quantity by which a serving workload or the hardware under it is judged, in the same unit for every exporter.
 */
export class Indicator {
  /** Requests answered each second, by model. */
  public static readonly QPS = new Indicator('QPS', 'requests/s', 'inference_qps', QPS, 'qps');

  /** Latency below which half of the requests stay, by model; read as `LATENCY_P99`. */
  public static readonly LATENCY_P50 = new Indicator(
    'P50 latency',
    'ms',
    'inference_latency_p50_milliseconds',
    latency(0.5),
    'latency_p50',
  );

  /** Latency below which 95 of 100 requests stay, by model; read as `LATENCY_P99`. */
  public static readonly LATENCY_P95 = new Indicator(
    'P95 latency',
    'ms',
    'inference_latency_p95_milliseconds',
    latency(0.95),
    'latency_p95',
  );

  /**
   * Latency below which 99 of 100 requests stay, by model. It comes from Triton's histogram where it covers every model of the workload,
   * else from Triton's summary, of which only the worst pod counts: quantiles of several pods cannot be merged. Of vLLM's own server it is the
   * time to the first token: the first bucket of its histogram of whole requests, `vllm:e2e_request_latency_seconds`, ends at 0.3 s, and how
   * long they take is above all how long their answers are.
   */
  public static readonly LATENCY_P99 = new Indicator(
    'P99 latency',
    'ms',
    'inference_latency_p99_milliseconds',
    latency(0.99),
    'latency_p99',
  );

  /** Time to the first token below which 95 of 100 requests of a language model stay, by model. */
  public static readonly TIME_TO_FIRST_TOKEN_P95 = new Indicator(
    'P95 time to first token',
    'ms',
    'inference_time_to_first_token_p95_milliseconds',
    TIME_TO_FIRST_TOKEN,
    'time_to_first_token_p95',
  );

  /** Time from one token of an answer to the next below which 95 of 100 of them stay, by model. */
  public static readonly TIME_PER_TOKEN_P95 = new Indicator(
    'P95 time per token',
    'ms',
    'inference_time_per_token_p95_milliseconds',
    TIME_PER_TOKEN,
    'time_per_token_p95',
  );

  /** Tokens of answers made each second, by model. */
  public static readonly TOKENS = new Indicator(
    'tokens',
    'tokens/s',
    'inference_tokens_per_second',
    TOKENS,
    'tokens_per_second',
  );

  /**
   * Mean time that a request waits before it is executed, by model. Engines behind Triton take every request at once and tell nothing of their own
   * queue: only vLLM's own server does.
   */
  public static readonly QUEUE_TIME = new Indicator(
    'queue time',
    'ms',
    'inference_queue_time_mean_milliseconds',
    QUEUE_TIME,
    'queue_time_mean',
  );

  /** Requests that wait, on all servers of a model together. The vLLM backend of Triton does not tell of those in its engine. */
  public static readonly QUEUE_DEPTH = new Indicator(
    'queue depth',
    'requests',
    'inference_queue_depth',
    QUEUE_DEPTH,
    'queue_depth',
  );

  /**
   * Requests that are executed together, by model. The vLLM backend of Triton does not tell of those in its engine. Of Triton's own, an execution that
   * fails counts, and its requests do not: the mean is lower while executions fail.
   */
  public static readonly BATCH_SIZE = new Indicator(
    'batch size',
    'requests',
    'inference_batch_size',
    BATCH_SIZE,
    'batch_size',
  );

  /**
   * Requests that failed, of all that ended, by model: also those that a full queue of vLLM refused, from 0.32 on, and those that waited in the queue
   * of Triton for longer than they may. What a full queue of Triton refuses at once is counted by no release of it, and counts neither way, like what
   * the caller canceled. Triton counts errors that a Python model answers by itself as answered.
   */
  public static readonly FAILURES = new Indicator(
    'failed requests',
    '%',
    'inference_failure_percent',
    FAILURES,
    'failure_percent',
  );

  /**
   * Requests refused each second because of the queue, by model. vLLM counts those that a full queue refuses, from 0.32 on. Triton counts those alone
   * that waited for longer than their queue lets them; those that a full queue refuses at once are counted by no release of it up to 26.06.
   */
  public static readonly REJECTIONS = new Indicator(
    'refused requests',
    'requests/s',
    'inference_rejections_per_second',
    REJECTIONS,
    'rejections_per_second',
  );

  /**
   * Used part of the key-value cache, of the fullest pod: requests wait, or are put off, when it is full. The vLLM backend of Triton does not
   * tell; vLLM's own server and TensorRT-LLM do.
   */
  public static readonly KV_CACHE = new Indicator(
    'KV cache',
    '%',
    'inference_kv_cache_percent',
    KV_CACHE,
    'kv_cache_percent',
  );

  /** Requests that are put off each second because the key-value cache is full, by model. Only vLLM's own server tells. */
  public static readonly PREEMPTIONS = new Indicator(
    'preemptions',
    'requests/s',
    'inference_preemptions_per_second',
    PREEMPTIONS,
    'preemptions_per_second',
  );

  /**
   * Time it took to load a model, of what a start may take before its pod is restarted, by model. Only Triton tells: of vLLM's own server there is
   * no such metric, and when a pod became ready says only when it did so last.
   */
  public static readonly LOAD_TIME = new Indicator(
    'load time',
    '%',
    'inference_load_time_percent',
    LOAD_TIME,
    'load_time_percent',
  );

  /** US dollars for a million tokens of answers, by model, at the price of its servers: `pricePerHour` of the target. */
  public static readonly COST = new Indicator(
    'cost per million tokens',
    'USD',
    'inference_cost_per_million_tokens',
    COST,
    'cost_per_million_tokens',
  );

  /** Part of the time in which a GPU computes anything, by GPU. */
  public static readonly GPU_UTILIZATION = new Indicator(
    'GPU utilization',
    '%',
    'inference_gpu_utilization_percent',
    GPU_UTILIZATION,
  );

  /**
   * Memory in use on each GPU. It shows whether the weights fit, but not the load: vLLM and TensorRT-LLM allocate memory in advance.
   * The maximum is taken because every pod on a GPU reports the whole GPU.
   */
  public static readonly GPU_MEMORY = new Indicator('GPU memory', '%', 'inference_gpu_memory_percent', GPU_MEMORY);

  /** Power that a GPU draws, by GPU. */
  public static readonly GPU_POWER = new Indicator('GPU power', 'W', 'inference_gpu_power_watts', GPU_POWER);

  /** Temperature of a GPU, by GPU. */
  public static readonly GPU_TEMPERATURE = new Indicator(
    'GPU temperature',
    '°C',
    'inference_gpu_temperature_celsius',
    GPU_TEMPERATURE,
  );

  /** Errors that the driver has reported of a GPU within five minutes, by GPU. */
  public static readonly XID_ERRORS = new Indicator('XID errors', 'errors', 'inference_gpu_xid_errors', XID_ERRORS);

  /** Bytes that a GPU moves over its NVLinks each second, both ways together, by GPU. */
  public static readonly NVLINK_BANDWIDTH = new Indicator(
    'NVLink bandwidth',
    'bytes/s',
    'inference_gpu_nvlink_bytes_per_second',
    NVLINK_BANDWIDTH,
  );

  /** Bytes that a network card moves each second by InfiniBand, RoCE or EFA, both ways together, by card. */
  public static readonly RDMA_BANDWIDTH = new Indicator(
    'RDMA bandwidth',
    'bytes/s',
    'inference_rdma_bytes_per_second',
    RDMA_BANDWIDTH,
  );

  /** Every indicator. */
  public static readonly ALL: Indicator[] = Object.freeze([
    Indicator.QPS,
    Indicator.LATENCY_P50,
    Indicator.LATENCY_P95,
    Indicator.LATENCY_P99,
    Indicator.TIME_TO_FIRST_TOKEN_P95,
    Indicator.TIME_PER_TOKEN_P95,
    Indicator.TOKENS,
    Indicator.QUEUE_TIME,
    Indicator.QUEUE_DEPTH,
    Indicator.BATCH_SIZE,
    Indicator.FAILURES,
    Indicator.REJECTIONS,
    Indicator.KV_CACHE,
    Indicator.PREEMPTIONS,
    Indicator.LOAD_TIME,
    Indicator.COST,
    Indicator.GPU_UTILIZATION,
    Indicator.GPU_MEMORY,
    Indicator.GPU_POWER,
    Indicator.GPU_TEMPERATURE,
    Indicator.XID_ERRORS,
    Indicator.NVLINK_BANDWIDTH,
    Indicator.RDMA_BANDWIDTH,
  ]) as Indicator[];

  /** Display name. */
  public readonly name: string;
  /** Unit of the value: `requests/s`, `tokens/s`, `bytes/s`, `ms`, `%`, `requests`, `errors`, `W`, `°C` or `USD`. */
  public readonly unit: string;
  /**
   * Name of the recorded series. That of a model has the labels `namespace`, `job` and `model`; that of a GPU or a card has `node`, and
   * `gpu_uuid` or `device`.
   */
  public readonly record: string;
  /**
   * What the name of the series of a single model ends in, after its prefix and an underscore, e.g. `latency_p99`.
   * @default - it is of GPUs or network cards, not of models
   */
  public readonly suffix?: string;

  private readonly sources: readonly IndicatorSource[];

  private constructor(
    name: string,
    unit: string,
    record: string,
    sources: readonly IndicatorSource[],
    suffix?: string,
  ) {
    this.name = name;
    this.unit = unit;
    this.record = record;
    this.sources = sources;
    this.suffix = suffix;
  }

  /**
   * How to read this indicator from a workload.
   *
   * @param target the workload
   * @throws UnscopedValidationError when none of its exporters can supply it, with the features to switch on
   */
  public query(target: MetricsTarget): IndicatorQuery {
    const query = this._read(target);
    if (query) return query;
    // What another exporter would tell is of interest only where none of the target's could.
    const own = this.sources.filter(({ exporter }) => target.exporters.includes(exporter));
    const reasons = (own.length > 0 ? own : this.sources).flatMap((source) => sourceGaps(source, target));
    throw new UnscopedValidationError([
      fault(
        'INDICATOR_UNAVAILABLE',
        'metricsTarget',
        `the indicator '${this.name}' cannot be read from '${target.jobName}': ${[...new Set(reasons)].join('; ')}`,
      ),
    ]);
  }

  /**
   * Whether a workload exposes what this indicator is read from.
   *
   * @param target the workload
   */
  public isAvailable(target: MetricsTarget): boolean {
    return this._read(target) !== undefined;
  }

  /**
   * How to read it from a target that is known to be one; undefined where it cannot be read.
   *
   * @internal
   */
  public _read(target: MetricsTarget): IndicatorQuery | undefined {
    return readFrom(this.sources, target);
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('Indicator', Indicator);
