import { Counted, Outcome, count, quantile } from './harness/monitoring/load-generator';
import { Prometheus } from './harness/monitoring/prometheus';
import { JOBS, LiveLane } from './monitoring-live-lane';
import { HELD } from './monitoring-live-load';
import { MODELS } from './monitoring-live-stack';

/** A recorded value beside what was counted. */
export interface Comparison {
  readonly recorded: number | undefined;
  readonly counted: number;
  /** Between what the recorded one must be. */
  readonly least: number;
  readonly most: number;
}

type Model = keyof typeof MODELS;

/** What a recorded series is compared with. */
export interface Row {
  readonly record: string;
  readonly model: Model;
  readonly compare: (seen: Seen) => Promise<Comparison>;
}

/** How far a recorded value may be from what was counted. */
const TOLERANCE = 0.02;
/** Milliseconds that a request is on its way to the server, and its answer back, on a machine that does other work beside. */
const ON_THE_WAY_MS = 40;
/** How old what a summary of Triton tells of is: prometheus-cpp keeps five streams, and drops one each 12 s. */
const SUMMARY_SECONDS = [48, 60];

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

  /** A time in milliseconds: the caller measures what the server does, and the way to it and back. */
  public async isMeasuredAs(ms: number): Promise<Comparison> {
    return this.between(ms * (1 - TOLERANCE) - ON_THE_WAY_MS, ms, ms * (1 + TOLERANCE));
  }

  /**
   * A quantile of a histogram, which is known no better than the bucket that holds it. What the caller measures is in the same, or because of the way in the
   * next one.
   */
  public async isInBucketOf(histogram: string, seconds: number): Promise<Comparison> {
    const found = await this.prometheus.query(
      `group by (le) (${histogram}_bucket{job="${this.job}"})`,
      this.lane.loadEnd,
    );
    const bounds = found.map(({ labels }) => Number(labels.le.replace('+Inf', 'Infinity'))).sort((a, b) => a - b);
    const holds = bounds.findIndex((bound) => seconds <= bound);
    return this.between(1e3 * (bounds[holds - 2] ?? 0), 1e3 * seconds, 1e3 * bounds[holds]);
  }

  /** The requests that ended in the window of a rate, by the times of the scrapes that it has, and how long that is. */
  public async window(length: string): Promise<{ requests: Counted[]; from: number; to: number; seconds: number }> {
    const at = (await this.evaluated())!;
    const { from, to } = await this.prometheus.window(`up{job="${this.job}"}`, length, at);
    return { requests: this.lane.loads[this.row.model].between(from, to), from, to, seconds: to - from };
  }

  /** All requests of the model. */
  public get all(): readonly Counted[] {
    return this.lane.loads[this.row.model].ended;
  }

  /** A quantile of how long requests took, in milliseconds, of those that a summary may still tell of. */
  public async isInSummaryOf(part: number, of: (request: Counted) => number): Promise<Comparison> {
    const { to } = await this.window('2m');
    const [some, more] = SUMMARY_SECONDS.map((seconds) => {
      const { [this.row.model]: load } = this.lane.loads;
      return 1e3 * quantile(part, load.between(to - seconds, to).map(of));
    });
    const [least, most] = [Math.min(some, more), Math.max(some, more)];
    return this.between(least * (1 - TOLERANCE) - ON_THE_WAY_MS, more, most * (1 + TOLERANCE));
  }

  /** A mean over the scrapes of two minutes of what was the case at each, beside the same of what was counted; one may be on its way at one of them. */
  public async isMeanOf(of: (at: number) => number): Promise<Comparison> {
    const at = (await this.evaluated())!;
    const times = (await this.prometheus.samples(`up{job="${this.job}"}`, '2m', at)).map(([time]) => time);
    const counted = times.reduce((sum, time) => sum + of(time), 0) / times.length;
    return this.equals(counted, TOLERANCE * counted + 1 / times.length);
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
    const scraped = await this.prometheus.samples(`up{job="${this.job}"}`, '5m', holdEnd);
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
      const [earlier, counted] = seen.map(ofTokens);
      const [least, most] = [earlier * (1 - TOLERANCE), counted * (1 + TOLERANCE)];
      return [{ recorded: value, counted, least, most }];
    });
    const distance = (each: Comparison) => Math.abs(each.recorded! - each.counted);
    if (all.length < 2) throw new Error(`the cache was seen ${all.length} times while requests were held`);
    return all.reduce((worst, each) => (distance(each) > distance(worst) ? each : worst));
  }

  private evaluated(): Promise<number | undefined> {
    return this.prometheus.evaluated(this.series, this.lane.loadEnd);
  }
}

/** What Triton takes for an answer: also what its caller over HTTP waits for no more, and an error with which a model answers. */
const ANSWERED: { readonly [model in Model]: readonly Outcome[] } = {
  language: ['answered'],
  steady: ['answered'],
  busy: ['answered', 'cancelled', 'errored'],
};
const ALL: readonly Model[] = ['language', 'steady', 'busy'];
const firstToken = (requests: readonly Counted[]) =>
  requests.flatMap(({ firstAt, sentAt }) => (firstAt === undefined ? [] : [firstAt - sentAt]));
const took = ({ sentAt, endedAt }: Counted) => endedAt - sentAt;

const qps: Row[] = ALL.map((model) => ({
  record: 'inference_qps',
  model,
  compare: async (seen) => {
    const { requests, seconds } = await seen.window('2m');
    return seen.equals(count(requests, ...ANSWERED[model]) / seconds);
  },
}));

const failures: Row[] = ALL.map((model) => ({
  record: 'inference_failure_percent',
  model,
  compare: async (seen) => {
    const { requests } = await seen.window('5m');
    const failed = count(requests, 'failed');
    return seen.equals((100 * failed) / (failed + count(requests, ...ANSWERED[model])));
  },
}));

const latencies: Row[] = (['p99'] as const).flatMap((name) => {
  const record = `inference_latency_${name}_milliseconds`;
  const part = Number(`0.${name.slice(1)}`);
  return [
    {
      record,
      model: 'language',
      compare: async (seen) => {
        const { requests } = await seen.window('5m');
        return seen.isInBucketOf('vllm:time_to_first_token_seconds', quantile(part, firstToken(requests)));
      },
    },
    { record, model: 'steady', compare: (seen) => seen.isInSummaryOf(part, took) },
  ] satisfies Row[];
});

/** Every indicator that these servers can give. */
export const ROWS: readonly Row[] = [
  ...qps,
  ...failures,
  ...latencies,
  { record: 'inference_kv_cache_percent', model: 'language', compare: (seen) => seen.ofHeldTokens() },
];

/** What is recorded and cannot be compared, with the reason. */
export const NOT_COMPARED: { readonly [series: string]: string } = {
  'inference_latency_p99_milliseconds busy':
    'it is of requests too whose callers have left, and cannot say how long they took',
};
