import { performance } from 'node:perf_hooks';

/** How a request ended: with an error of the server, or of the model alone, refused by a full queue, after too long a wait in it, or left by its caller. */
export type Outcome = 'answered' | 'failed' | 'errored' | 'rejected' | 'expired' | 'cancelled';

/** What became of one request. */
export interface Ended {
  readonly outcome: Outcome;
  /** Tokens that it was answered with. @default 0 */
  readonly tokens?: number;
  /** When each of them came, by `now()`. @default - not known */
  readonly tokenTimes?: readonly number[];
  /** When the first part of the answer was there, by `now()`. @default - when it ended */
  readonly firstAt?: number;
  /** Requests with which it was executed at once, itself included. @default 1 */
  readonly batch?: number;
  /** When its execution began, by `now()`. @default - not known */
  readonly executedAt?: number;
}

/** A request with its times, in seconds since 1970. */
export interface Counted extends Ended {
  readonly sentAt: number;
  readonly endedAt: number;
}

/** Seconds since 1970, to the microsecond, as the timestamps of Prometheus are. */
export function now(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

/** Sends requests at a constant pace, whether or not earlier ones have been answered, and counts what becomes of them. */
export class LoadGenerator {
  private readonly counted: Counted[] = [];
  private readonly underway = new Set<Promise<void>>();
  private timer?: NodeJS.Timeout;
  private sent = 0;

  /** @param send sends the request of a number, and resolves when it has ended; what it throws fails the run */
  public constructor(private readonly send: (index: number) => Promise<Ended>) {}

  /** Begins to send so many requests each second. */
  public start(perSecond: number): void {
    const begin = performance.now();
    const due = () => Math.floor(((performance.now() - begin) * perSecond) / 1000) + 1;
    const first = this.sent;
    // As many as are due: a timer is late while other work is done.
    const tick = () => {
      while (this.sent - first < due()) this.one(this.sent++);
    };
    tick();
    this.timer = setInterval(tick, Math.min(20, 250 / perSecond));
  }

  /** Sends no more, and waits for what is underway; throws what a request threw. */
  public async finish(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underway);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #failure?: unknown;

  /** What a request threw, if one has. */
  public get failure(): unknown {
    return this.#failure;
  }

  /** What has ended so far. */
  public get ended(): readonly Counted[] {
    return this.counted;
  }

  /** What was underway at a time. */
  public at(time: number): Counted[] {
    return this.counted.filter(({ sentAt, endedAt }) => sentAt < time && endedAt > time);
  }

  /** Sends some at once, whatever the pace, and waits for all of them. */
  public async burst(requests: number): Promise<void> {
    for (let each = 0; each < requests; each++) this.one(this.sent++);
    await this.finish();
  }

  /** What ended in a window of time, its end included. */
  public between(from: number, to: number): Counted[] {
    return this.counted.filter(({ endedAt }) => endedAt > from && endedAt <= to);
  }

  private one(index: number): void {
    const sentAt = now();
    const underway: Promise<void> = this.send(index)
      .then((ended) => void this.counted.push({ ...ended, sentAt, endedAt: now() }))
      .catch((error: unknown) => void (this.#failure ??= error))
      .finally(() => this.underway.delete(underway));
    this.underway.add(underway);
  }
}

/** How many of some requests ended in a way. */
export function count(requests: readonly Counted[], ...outcomes: Outcome[]): number {
  return requests.filter(({ outcome }) => outcomes.includes(outcome)).length;
}

/** How many ended in each way. */
export function summary(requests: readonly Counted[]): string {
  const outcomes = [...new Set(requests.map(({ outcome }) => outcome))].sort();
  return outcomes.map((outcome) => `${count(requests, outcome)} ${outcome}`).join(', ');
}

/** The value below which a part of some values is, as Prometheus ranks them. */
export function quantile(part: number, values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))];
}
