import { Counted, Outcome, count, quantile } from './harness/monitoring/load-generator';
import { Prometheus } from './harness/monitoring/prometheus';
import { JOBS, LiveLane } from './monitoring-live-lane';
import { HELD } from './monitoring-live-load';
import { MODELS, PRICE } from './monitoring-live-stack';

/** A recorded value beside what was counted. */
export interface Comparison {
  readonly recorded: number | undefined;
  readonly counted: number;
  /** Between what the recorded one must be. */
  readonly least: number;
  readonly most: number;
}

type Model = keyof typeof MODELS;

/** What was counted between two times. */
interface CountedWindow {
  readonly requests: readonly Counted[];
  readonly from: number;
  readonly to: number;
  /** What a rate divides by. */
  readonly seconds: number;
}

/** What a recorded series is compared with. */
export interface Row {
  readonly record: string;
  readonly model: Model;
  readonly compare: (seen: Seen) => Promise<Comparison>;
}

/** How far a recorded value may be from what was counted. */
const TOLERANCE = 0.02;
/** What is there after each scrape of a server. */
const SCRAPED = { [JOBS.vllm]: 'vllm:generation_tokens_total', [JOBS.triton]: 'nv_inference_request_success' };
/** How old what a summary of Triton tells of is: prometheus-cpp keeps five streams, and drops one each 12 s. */
const SUMMARY_SECONDS = { least: 48, most: 60 };
/** By how much the rank of a quantile of such a summary may be wrong: docs/user_guide/metrics.md of Triton, summary_quantiles. */
const RANK_ERRORS = { 0.5: 0.05, 0.95: 0.001, 0.99: 0.001 };

/** A series as one Prometheus has it. */
export class Seen {
  public constructor(
    private readonly lane: LiveLane,
    private readonly prometheus: Prometheus,
    private readonly row: Pick<Row, 'record' | 'model'>,
  ) {}

  private get job(): string {
    return this.row.model === 'language' ? JOBS.vllm : JOBS.triton;
  }

  /** Series that are there after each scrape that was answered. */
  private get scraped(): string {
    return `${SCRAPED[this.job]}{job="${this.job}"}`;
  }

  /** One of them. */
  private get one(): string {
    return `${SCRAPED[this.job]}{job="${this.job}",model="${MODELS[this.row.model]}"}`;
  }

  private get series(): string {
    return `${this.row.record}{job="${this.job}",model="${MODELS[this.row.model]}"}`;
  }

  /** The series itself at the end of the load, beside a number that was counted. */
  public async equals(counted: number, tolerance = TOLERANCE * counted): Promise<Comparison> {
    return this.between(counted - tolerance, counted, counted + tolerance);
  }

  /** The series itself at the end of the load. */
  public async between(least: number, counted: number, most: number): Promise<Comparison> {
    const at = await this.evaluated();
    return { recorded: at && (await this.prometheus.value(this.series, at)), counted, least, most };
  }

  /** A time in milliseconds: the caller measures what the server does, and the way to it and back, which is long on a machine that does other work beside. */
  public async isMeasuredAs(ms: number): Promise<Comparison> {
    return this.between(ms * (1 - TOLERANCE) - this.lane.longestWayMs, ms, ms * (1 + TOLERANCE));
  }

  /**
   * A quantile of a histogram, which is known no better than the bucket that holds it. What the caller measures is in the same, or because of the way in a later
   * one.
   */
  public async isInBucketOf(histogram: string, seconds: number): Promise<Comparison> {
    const found = await this.prometheus.query(
      `group by (le) (${histogram}_bucket{job="${this.job}"})`,
      this.lane.loadEnd,
    );
    const bounds = found.map(({ labels }) => Number(labels.le.replace('+Inf', 'Infinity'))).sort((a, b) => a - b);
    const bucketOf = (value: number) => bounds.findIndex((bound) => value <= bound);
    const [holds, earliest] = [bucketOf(seconds), bucketOf(Math.max(0, seconds - this.lane.longestWayMs / 1e3))];
    const below = bounds[Math.min(earliest - 1, holds - 2)] ?? 0;
    return this.between(1e3 * below, 1e3 * seconds, 1e3 * bounds[holds]);
  }

  /**
   * What is computed of the requests that ended in the window of a rate. At its edges a server may have counted one that its caller had not yet got, and the
   * reverse: as far as the longest way and the longest scrape say.
   */
  public async isOver(seconds: number, of: (counted: CountedWindow) => number): Promise<Comparison> {
    const { slackSeconds: slack, loads } = this.lane;
    const at = (await this.evaluated())!;
    const windows = await this.prometheus.windows(this.scraped, seconds, at);
    const counts = windows.flatMap((window) =>
      [0, -slack, slack].flatMap((first) =>
        [0, -slack, slack].map((last) => {
          const [from, to] = [window.from + first, window.to + last];
          return of({ requests: loads[this.row.model].between(from, to), from, to, seconds: window.seconds });
        }),
      ),
    );
    return this.between(Math.min(...counts) * (1 - TOLERANCE), counts[0], Math.max(...counts) * (1 + TOLERANCE));
  }

  /** The requests that ended in the last minutes. */
  public async endedIn(seconds: number): Promise<Counted[]> {
    const at = (await this.evaluated())!;
    const [{ from, to }] = await this.prometheus.windows(this.scraped, seconds, at);
    return this.lane.loads[this.row.model].between(from, to);
  }

  private get all(): readonly Counted[] {
    return this.lane.loads[this.row.model].ended;
  }

  /** A quantile of how long requests took, in milliseconds, of those that a summary may still tell of, by the ranks that it may take for it. */
  public async isInSummaryOf(part: keyof typeof RANK_ERRORS, of: (request: Counted) => number): Promise<Comparison> {
    const at = (await this.evaluated())!;
    const [{ to }] = await this.prometheus.windows(this.scraped, 120, at);
    const ended = ANSWERED[this.row.model];
    const quantiles = (rank: number) => {
      const found: number[] = [];
      for (let seconds = SUMMARY_SECONDS.most; seconds >= SUMMARY_SECONDS.least; seconds -= 1) {
        const requests = this.lane.loads[this.row.model].between(to - seconds, to);
        found.push(1e3 * quantile(rank, requests.filter(({ outcome }) => ended.includes(outcome)).map(of)));
      }
      return found;
    };
    const error = RANK_ERRORS[part];
    const [lower, middle, upper] = [part - error, Number(part), part + error].map(quantiles);
    const least = Math.min(...lower) * (1 - TOLERANCE) - this.lane.longestWayMs;
    return this.between(least, middle[0], Math.max(...upper) * (1 + TOLERANCE));
  }

  /**
   * A mean over the scrapes of two minutes of what was the case at each, beside the same of what was counted: at some time from when the scrape began until it
   * was answered, give or take the way. One may be on its way at one of them.
   *
   * @param least what there surely was @default - the same
   */
  public async isMeanOf(of: (at: number) => number, least = of): Promise<Comparison> {
    const at = (await this.evaluated())!;
    const times = (await this.prometheus.samples(this.one, '2m', at)).map(([time]) => time);
    const mean = (count: (time: number) => number) => times.reduce((sum, time) => sum + count(time), 0) / times.length;
    const { slackSeconds: slack } = this.lane;
    const near = (time: number) => Array.from({ length: 21 }, (_, step) => time + (slack * (step - 10)) / 10);
    const lowest = mean((time) => Math.min(...near(time).map(least)));
    const highest = mean((time) => Math.max(...near(time).map(of)));
    const edge = 1 / times.length;
    return this.between(lowest * (1 - TOLERANCE) - edge, mean(of), highest * (1 + TOLERANCE) + edge);
  }

  /** As `isMeanOf`, of a series that has one scrape each: its mean over its own last two minutes. */
  public async isRecordedMeanOf(of: (at: number) => number): Promise<Comparison> {
    const at = (await this.evaluated())!;
    const samples = await this.prometheus.samples(this.series, '2m', at);
    const recorded = samples.reduce((sum, [, value]) => sum + value, 0) / samples.length;
    return { ...(await this.isMeanOf(of)), recorded };
  }

  /** Tokens that came between two times, also those of requests that ended later. */
  public tokensBetween(from: number, to: number): number {
    return this.all.flatMap(({ tokenTimes = [] }) => tokenTimes).filter((time) => time > from && time <= to).length;
  }

  /** What was underway at a time. */
  public underway(at: number): Counted[] {
    return this.lane.loads[this.row.model].at(at);
  }

  /** The KV cache while long requests were held: of each of its samples, that which differs most. */
  public async ofHeldTokens(): Promise<Comparison> {
    const { held, holdEnd } = this.lane;
    const info = await this.prometheus.query(`vllm:cache_config_info{job="${this.job}"}`, holdEnd);
    const [blocks, ofBlock] = ['num_gpu_blocks', 'block_size'].map((label) => Number(info[0].labels[label]));
    const scraped = await this.prometheus.samples(this.one, '5m', holdEnd);
    const recorded = await this.prometheus.samples(this.series, '5m', holdEnd);
    const ofTokens = (time: number) => {
      const tokens = held.map(({ tokenTimes }) => HELD.prompt + tokenTimes!.filter((each) => each <= time).length);
      return (100 * tokens.reduce((sum, each) => sum + Math.ceil(each / ofBlock), 0)) / blocks;
    };
    const all = recorded.flatMap(([at, value]) => {
      // The last scrape may still have been on its way when the rule was evaluated.
      const seen = scraped
        .map(([each]) => each)
        .filter((each) => each <= at)
        .slice(-2);
      const isHeld = (time: number) => held.every(({ firstAt, endedAt }) => firstAt! < time && endedAt > time);
      if (seen.length < 2 || !seen.every(isHeld)) return [];
      const [earlier, later] = seen;
      const { slackSeconds: slack } = this.lane;
      const [least, counted, most] = [earlier - slack, later, later + slack].map(ofTokens);
      return [{ recorded: value, counted, least: least * (1 - TOLERANCE), most: most * (1 + TOLERANCE) }];
    });
    const distance = (each: Comparison) => Math.abs(each.recorded! - each.counted);
    if (all.length < 2) throw new Error(`the cache was seen ${all.length} times while requests were held`);
    return all.reduce((worst, each) => (distance(each) > distance(worst) ? each : worst));
  }

  private evaluated(): Promise<number | undefined> {
    return this.prometheus.evaluated(this.series, this.lane.loadEnd);
  }
}

/** What a server takes for an answer: Triton also an error with which a model answers. */
const ANSWERED: { readonly [model in Model]: readonly Outcome[] } = {
  language: ['answered'],
  steady: ['answered'],
  busy: ['answered', 'errored'],
};
const ALL: readonly Model[] = ['language', 'steady', 'busy'];
const firstToken = (requests: readonly Counted[]) =>
  requests.flatMap(({ firstAt, sentAt }) => (firstAt === undefined ? [] : [firstAt - sentAt]));
const took = ({ sentAt, endedAt }: Counted) => endedAt - sentAt;

/** A row for each of some models. */
const each = (record: string, models: readonly Model[], compare: (seen: Seen, model: Model) => Promise<Comparison>) =>
  models.map((model): Row => ({ record, model, compare: (seen) => compare(seen, model) }));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Milliseconds that requests waited, of those that tell when they were executed. */
const waited = (requests: readonly Counted[]) =>
  requests.flatMap(({ executedAt, sentAt }) => (executedAt === undefined ? [] : [1e3 * (executedAt - sentAt)]));
const gaps = ({ tokenTimes = [] }: Counted) => tokenTimes.slice(1).map((time, index) => time - tokenTimes[index]);
/** Seconds for each token after the first. */
const perToken = ({ tokenTimes = [] }: Counted) => (tokenTimes.at(-1)! - tokenTimes[0]) / (tokenTimes.length - 1);
/** One GiB, as the server is told, and what tiny_llama.py needs of it: keys and values of four layers, two heads of 32 numbers of two bytes. */
const [CACHE_BYTES, TOKEN_BYTES] = [2 ** 30, 2 * 4 * 2 * 32 * 2];
/** Seconds of the windows of rates. */
const [TWO_MINUTES, FIVE_MINUTES] = [120, 300];
const firstTokens = async (seen: Seen) => firstToken(await seen.endedIn(FIVE_MINUTES));
/** What failed in some of the ways that Triton counts; a queue that is full refuses without counting: a known limit of its versions so far. */
const FAILED = ['failed', 'expired'] as const;

const ofRequests: readonly Row[] = [
  ...each('inference_qps', ALL, (seen, model) =>
    seen.isOver(TWO_MINUTES, ({ requests, seconds }) => count(requests, ...ANSWERED[model]) / seconds),
  ),
  ...each('inference_failure_percent', ALL, (seen, model) =>
    seen.isOver(FIVE_MINUTES, ({ requests }) => {
      const failed = count(requests, ...FAILED);
      return (100 * failed) / (failed + count(requests, ...ANSWERED[model]));
    }),
  ),
  ...each('inference_rejections_per_second', ['steady', 'busy'], (seen) =>
    seen.isOver(FIVE_MINUTES, ({ requests, seconds }) => count(requests, 'expired') / seconds),
  ),
];

const latencies = ([0.5, 0.95, 0.99] as const).flatMap((part) => {
  const record = `inference_latency_p${100 * part}_milliseconds`;
  return [
    ...each(record, ['language'], async (seen) =>
      seen.isInBucketOf('vllm:time_to_first_token_seconds', quantile(part, await firstTokens(seen))),
    ),
    ...each(record, part === 0.5 ? ['steady', 'busy'] : ['steady'], (seen) => seen.isInSummaryOf(part, took)),
  ];
});

const ofTokens: readonly Row[] = [
  ...each('inference_time_to_first_token_p95_milliseconds', ['language'], async (seen) =>
    seen.isInBucketOf('vllm:time_to_first_token_seconds', quantile(0.95, await firstTokens(seen))),
  ),
  ...each('inference_time_per_token_p95_milliseconds', ['language'], async (seen) => {
    const requests = await seen.endedIn(FIVE_MINUTES);
    return seen.isInBucketOf('vllm:inter_token_latency_seconds', quantile(0.95, requests.flatMap(gaps)));
  }),
  ...each('inference_tokens_per_second', ['language'], (seen) =>
    seen.isOver(TWO_MINUTES, ({ from, to, seconds }) => seen.tokensBetween(from, to) / seconds),
  ),
  ...each('inference_cost_per_million_tokens', ['language'], (seen) =>
    seen.isOver(
      FIVE_MINUTES,
      ({ from, to, seconds }) => (1e6 * PRICE) / 3600 / (seen.tokensBetween(from, to) / seconds),
    ),
  ),
  ...each('inference_kv_cache_percent', ['language'], (seen) => seen.ofHeldTokens()),
  ...each('inference_kv_capacity_tokens', ['language'], (seen) => seen.equals(CACHE_BYTES / TOKEN_BYTES)),
  ...each('inference_time_per_token_mean_milliseconds', ['language'], async (seen) => {
    const requests = await seen.endedIn(FIVE_MINUTES);
    return seen.isMeasuredAs(1e3 * mean(requests.filter(({ outcome }) => outcome === 'answered').map(perToken)));
  }),
  ...each('inference_preemptions_per_second', ['language'], (seen) => seen.equals(0)),
];

const ofQueues: readonly Row[] = [
  ...each('inference_queue_time_mean_milliseconds', ['steady'], async (seen) =>
    seen.isMeasuredAs(mean(waited(await seen.endedIn(FIVE_MINUTES)))),
  ),
  // The wait in its queue is a part of the time to the first token, which is all that a caller can tell.
  ...each('inference_queue_time_mean_milliseconds', ['language'], async (seen) => {
    const ms = 1e3 * mean(await firstTokens(seen));
    return seen.between(0, ms, ms);
  }),
  ...each('inference_queue_depth', ['steady'], (seen) =>
    seen.isRecordedMeanOf((at) => seen.underway(at).filter(({ executedAt = 0 }) => executedAt > at).length),
  ),
  // Nothing waits: it runs more at once than there are.
  ...each('inference_queue_depth', ['language'], (seen) => seen.equals(0)),
  ...each('inference_batch_size', ['steady'], (seen) =>
    seen.isOver(
      FIVE_MINUTES,
      ({ requests }) => requests.length / requests.reduce((sum, { batch = 1 }) => sum + 1 / batch, 0),
    ),
  ),
  // Triton counts an execution that fails, and not what is in it.
  ...each('inference_batch_size', ['busy'], (seen) =>
    seen.isOver(FIVE_MINUTES, ({ requests }) => {
      const inferences = count(requests, ...ANSWERED.busy);
      return inferences / (inferences + count(requests, 'failed'));
    }),
  ),
  // Not all that are underway have come to the engine, and those whose tokens come have.
  ...each('inference_batch_size', ['language'], (seen) =>
    seen.isMeanOf(
      (at) => seen.underway(at).length,
      (at) => seen.underway(at).filter(({ tokenTimes = [] }) => tokenTimes[0] < at && at < tokenTimes.at(-1)!).length,
    ),
  ),
];

/** Every indicator that these servers can give. */
export const ROWS: readonly Row[] = [...ofRequests, ...latencies, ...ofTokens, ...ofQueues];

const FEW = 'a few of the requests of a minute decide, and how long each was on its way is not known';
const UNTOLD = 'an error does not say when it was executed';
/** Why there is none. */
export const NO_LOAD_TIME = 'the server that runs here, of 24.10, does not tell of it yet';
/** What is recorded and cannot be compared, with the reason. */
export const NOT_COMPARED: { readonly [series: string]: string } = {
  'inference_latency_p95_milliseconds busy': FEW,
  'inference_latency_p99_milliseconds busy': FEW,
  'inference_queue_time_mean_milliseconds busy': UNTOLD,
  'inference_queue_depth busy': UNTOLD,
  'inference_load_time_percent busy': NO_LOAD_TIME,
  'inference_load_time_percent steady': NO_LOAD_TIME,
};
