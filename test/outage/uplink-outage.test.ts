import * as fc from 'fast-check';
import { MetricsSender, NodeCredentials, OutagePlan, OutageSettings, UplinkOutage } from '../../lib/outage';
import { DataSize, Duration, Fault, UnscopedValidationError } from '../../lib/units';

const hours = (amount: number) => UplinkOutage.upTo(Duration.hours(amount));

function faultsOf(work: () => unknown): Fault[] {
  try {
    work();
  } catch (error) {
    if (error instanceof UnscopedValidationError) return error.faults;
    throw error;
  }
  return [];
}

/** What a plan says, set. */
function ownSettings(plan: OutagePlan): OutageSettings {
  const { longest, span, sender, catchUp, overdueAfter, ...settings } = plan;
  expect([longest, span, sender, catchUp, overdueAfter]).not.toContain(undefined);
  return { ...settings, hubRetention: plan.hubOutOfOrderWindow };
}

/** Any outage that a site with a control plane of its own bears, and any site. */
const outages = fc.integer({ min: 1, max: 366 * 24 * 3600 }).map((seconds) => Duration.seconds(seconds));
const senders = fc.constantFrom(MetricsSender.PROMETHEUS_AGENT, MetricsSender.VMAGENT);
const sites = fc.record({
  activeSeries: fc.integer({ min: 1, max: 10_000_000 }),
  scrapeInterval: fc.integer({ min: 1, max: 300 }).map((seconds) => Duration.seconds(seconds)),
  catchUpSpeed: fc.double({ min: 1.01, max: 100, noNaN: true }),
});

describe('the numbers of an outage', () => {
  test.each([
    // Twelve hours and two minutes; the certificate's credentials take one more.
    ['no credentials', {}, 43_320, undefined, 43_320],
    ['Roles Anywhere', { credentials: NodeCredentials.ROLES_ANYWHERE }, 43_380, 43_199, 43_380],
  ])('of twelve hours with %s', (_, props, span, lifetime, tolerationSeconds) => {
    const plan = hours(12).plan(props);
    expect(plan.span.toSeconds()).toBe(span);
    expect(plan.credentialLifetime?.toSeconds()).toBe(lifetime);
    expect(plan.tolerationSeconds).toBe(tolerationSeconds);
  });

  test('nodes of Systems Manager are given half an hour to come back', () => {
    const plan = hours(1).plan({ credentials: NodeCredentials.SSM });
    expect(plan.tolerationSeconds).toBe(3600 + 1800 + 120);
    expect(plan.credentialLifetime?.toSeconds()).toBe(3600);
  });

  test('credentials of Roles Anywhere last as long as the outage, within an hour and what a role allows', () => {
    const lifetime = (amount: number) =>
      hours(amount).plan({ credentials: NodeCredentials.ROLES_ANYWHERE }).credentialLifetime?.toSeconds();
    expect([0.25, 1, 6, 12].map(lifetime)).toEqual([3600, 3600, 21_600, 43_199]);
  });

  test('disks follow from samples, by the bytes of the pages', () => {
    const site = { activeSeries: 15_000, scrapeInterval: Duration.seconds(15) };
    const plan = hours(72).plan({ ...site, sender: MetricsSender.PROMETHEUS_AGENT });
    // 1,000 samples a second: two times 144 h 4 min of 13 bytes and three segments are 12.94 GB.
    expect(plan.walTruncateFrequency?.toSeconds()).toBe(2 * (72 * 3600 + 120));
    expect(plan.bufferDisk?.gib).toBe(Math.ceil((1000 * 4 * (72 * 3600 + 120) * 13 + 3 * 2 ** 27) / 2 ** 30));
    expect(plan.localRetention.toString()).toBe('97h');
    // 101 hours of 2 bytes, three of 13, and three segments.
    expect(plan.localDisk?.gib).toBe(Math.ceil((1000 * 3600 * (101 * 2 + 3 * 13) + 3 * 2 ** 27) / 2 ** 30));
    // A queue is not cut: the outage at 60 bytes, and two files.
    const queue = hours(72).plan(site);
    expect(queue.walTruncateFrequency).toBeUndefined();
    expect(queue.bufferDisk?.gib).toBe(Math.ceil((1000 * (72 * 3600 + 120) * 60 + 2 ** 30) / 2 ** 30));
    expect(hours(72).plan().bufferDisk).toBeUndefined();
    expect(hours(72).plan().localDisk).toBeUndefined();
  });

  test('a server sends the metrics of short outages', () => {
    const plan = hours(1).plan({ sender: MetricsSender.PROMETHEUS_SERVER, activeSeries: 1000 });
    expect(plan.walTruncateFrequency).toBeUndefined();
    expect(plan.bufferDisk?.gib).toBe(1);
  });

  test('never shrink when the outage grows', () => {
    fc.assert(
      fc.property(outages, outages, sites, senders, (one, other, given, sender) => {
        const site = { ...given, sender };
        const [short, long] = [one, other].sort((a, b) => a.toSeconds() - b.toSeconds());
        const [less, more] = [UplinkOutage.upTo(short).plan(site), UplinkOutage.upTo(long).plan(site)];
        const numbers = (plan: typeof less) => [
          plan.tolerationSeconds,
          plan.walTruncateFrequency?.toSeconds() ?? 0,
          plan.bufferDisk!.bytes,
          plan.sampleAgeLimit.toSeconds(),
          plan.hubOutOfOrderWindow.toSeconds(),
          plan.localRetention.toSeconds(),
          plan.localDisk!.bytes,
          plan.catchUp.toSeconds(),
          plan.overdueAfter.toSeconds(),
          plan.imageMinimumGcAge.toSeconds(),
        ];
        numbers(less).forEach((number, index) => expect(number).toBeLessThanOrEqual(numbers(more)[index]));
      }),
    );
  });

  test('hold themselves', () => {
    fc.assert(
      fc.property(outages, sites, senders, (longest, site, sender) => {
        const plan = UplinkOutage.upTo(longest).plan({ ...site, sender });
        plan.check(ownSettings(plan));
        expect(plan.tolerationSeconds).toBeGreaterThan(longest.toSeconds());
        expect(plan.hubOutOfOrderWindow.toSeconds()).toBeGreaterThanOrEqual(plan.sampleAgeLimit.toSeconds());
        expect(plan.silentAfter.toSeconds()).toBeLessThanOrEqual(plan.overdueAfter.toSeconds());
      }),
    );
  });
});

describe('an agent keeps what it could not send', () => {
  const SEGMENT = 2 ** 27;
  const BYTES = 13;

  /** The write-ahead log of an agent as `DB.truncate` of Prometheus 3.14 keeps it: segments with the times of their samples. */
  class AgentLog {
    private segments: { from: number; to: number }[] = [{ from: 0, to: 0 }];
    private checkpoint: { from: number; to: number }[] = [];
    public largest = 0;

    public constructor(
      private readonly perSecond: number,
      private readonly frequency: number,
    ) {}

    /** Runs it until a time, from one cut to the next; the link is cut at another. Returns the oldest sample that the reader can find. */
    public run(until: number, cutAt: number): number {
      let oldest = 0;
      for (let now = this.frequency; now <= until; now += this.frequency) {
        this.write(now);
        this.truncate(Math.min(cutAt, now), now);
        if (now > cutAt) oldest = Math.max(oldest, this.segments[0].from);
      }
      return oldest;
    }

    private write(until: number): void {
      const seconds = SEGMENT / BYTES / this.perSecond;
      for (;;) {
        const last = this.segments[this.segments.length - 1];
        if (last.from + seconds >= until) return this.grow(last, until);
        last.to = last.from + seconds;
        this.segments.push({ from: last.to, to: last.to });
      }
    }

    private grow(last: { to: number }, until: number): void {
      last.to = until;
      const held = [...this.segments, ...this.checkpoint].reduce((sum, { from, to }) => sum + to - from, 0);
      this.largest = Math.max(this.largest, held * this.perSecond * BYTES);
    }

    private truncate(lowestSent: number, now: number): void {
      const mint = Math.max(lowestSent - 300, now - this.frequency, 0);
      const last = Math.floor(((this.segments.length - 2) * 2) / 3);
      this.segments.push({ from: now, to: now });
      if (last <= 0) return;
      const dropped = this.segments.splice(0, last + 1);
      this.checkpoint = [...this.checkpoint, ...dropped]
        .filter(({ to }) => to >= mint)
        .map(({ from, to }) => ({ from: Math.max(from, mint), to }));
    }
  }

  const loads = fc.record({
    // From hundreds of series to millions: logs of a few and of thousands of segments.
    perSecond: fc.integer({ min: 10, max: 300_000 }),
    outage: fc.integer({ min: 60, max: 72 * 3600 }),
    /** When the link is cut, in times between two cuts of the log. */
    phase: fc.double({ min: 3, max: 9, noNaN: true }),
  });

  test('through every outage, at every rate and time', () => {
    fc.assert(
      fc.property(loads, ({ perSecond, outage, phase }) => {
        const plan = UplinkOutage.upTo(Duration.seconds(outage)).plan({
          activeSeries: perSecond,
          scrapeInterval: Duration.seconds(1),
          sender: MetricsSender.PROMETHEUS_AGENT,
        });
        const frequency = plan.walTruncateFrequency!.toSeconds();
        const cutAt = Math.floor(phase * frequency);
        const log = new AgentLog(perSecond, frequency);
        expect(log.run(cutAt + plan.span.toSeconds(), cutAt)).toBeLessThanOrEqual(cutAt);
        expect(log.largest).toBeLessThanOrEqual(plan.bufferDisk!.bytes);
      }),
    );
  });

  test('which its defaults do not', () => {
    const cutAt = 9.9 * 7200;
    const log = new AgentLog(100_000, 7200);
    expect(log.run(cutAt + 12 * 3600, cutAt)).toBeGreaterThan(cutAt);
  });
});

describe('what does not hold is refused', () => {
  const plan = hours(12).plan({
    credentials: NodeCredentials.ROLES_ANYWHERE,
    activeSeries: 100_000,
    scrapeInterval: Duration.seconds(15),
    sender: MetricsSender.PROMETHEUS_AGENT,
  });

  const below: [keyof OutageSettings, string, OutageSettings][] = [
    ['tolerationSeconds', 'OUTAGE_EVICTS_PODS', { tolerationSeconds: 300 }],
    ['credentialLifetime', 'OUTAGE_CREDENTIALS_TOO_SHORT', { credentialLifetime: Duration.hours(1) }],
    ['walTruncateFrequency', 'OUTAGE_BUFFER_TOO_SHORT', { walTruncateFrequency: Duration.hours(2) }],
    ['bufferDisk', 'OUTAGE_BUFFER_TOO_SMALL', { bufferDisk: DataSize.gib(10) }],
    ['sampleAgeLimit', 'OUTAGE_SAMPLES_TOO_OLD', { sampleAgeLimit: Duration.hours(12) }],
    ['hubOutOfOrderWindow', 'OUTAGE_HUB_WINDOW_TOO_SMALL', { hubOutOfOrderWindow: Duration.ZERO }],
    ['hubRetention', 'OUTAGE_HUB_RETENTION_TOO_SHORT', { hubRetention: Duration.hours(6) }],
    ['localRetention', 'OUTAGE_LOCAL_RETENTION_TOO_SHORT', { localRetention: Duration.hours(24) }],
    ['localDisk', 'OUTAGE_LOCAL_DISK_TOO_SMALL', { localDisk: DataSize.gib(1) }],
    ['imageMinimumGcAge', 'OUTAGE_IMAGES_NOT_KEPT', { imageMinimumGcAge: Duration.minutes(2) }],
    ['silentAfter', 'OUTAGE_ALERTS_TOO_LATE', { silentAfter: Duration.hours(24) }],
  ];

  test.each(below)('%s', (property, id, settings) => {
    expect(faultsOf(() => plan.check(settings)).map((fault) => [fault.id, fault.property])).toEqual([[id, property]]);
  });

  test('with all faults at once', () => {
    const all = Object.assign({}, ...below.map(([, , settings]) => settings)) as OutageSettings;
    expect(faultsOf(() => plan.check(all)).map(({ id }) => id)).toEqual(below.map(([, id]) => id).sort(byRow));
  });
  const byRow = (one: string, other: string) => order.indexOf(one) - order.indexOf(other);
  const order = below.map(([, id]) => id);

  test.each(below)('%s, with the number that holds', (property, _, settings) => {
    const [{ reason }] = faultsOf(() => plan.check(settings));
    const said = /set at (?:least|most) ([\d.]+)( GiB|[hms])?/.exec(reason)!;
    const time: { [unit: string]: (amount: number) => unknown } = {
      h: (amount) => Duration.hours(amount),
      m: (amount) => Duration.minutes(amount),
      s: (amount) => Duration.seconds(amount),
      ' GiB': (amount) => DataSize.gib(amount),
    };
    const value = said[2] === undefined ? Number(said[1]) : time[said[2]](Number(said[1]));
    expect(faultsOf(() => plan.check({ [property]: value }))).toEqual([]);
  });

  test('a sample age limit of zero has no limit', () => {
    expect(faultsOf(() => plan.check({ sampleAgeLimit: Duration.ZERO }))).toEqual([]);
  });

  test.each([
    ['an outage of no time', () => UplinkOutage.upTo(Duration.ZERO), 'OUT_OF_RANGE', 'longest'],
    ['half a second', () => UplinkOutage.upTo(Duration.milliseconds(500)), 'NOT_A_WHOLE_NUMBER', 'longest'],
    ['two years', () => hours(2 * 366 * 24), 'OUT_OF_RANGE', 'longest'],
    [
      'Systems Manager above an hour',
      () => hours(2).plan({ credentials: NodeCredentials.SSM }),
      'OUTAGE_OUTLASTS_CREDENTIALS',
      'credentials',
    ],
    [
      'Roles Anywhere above twelve',
      () => hours(13).plan({ credentials: NodeCredentials.ROLES_ANYWHERE }),
      'OUTAGE_OUTLASTS_CREDENTIALS',
      'credentials',
    ],
    [
      'a Prometheus server above two hours',
      () => hours(2).plan({ sender: MetricsSender.PROMETHEUS_SERVER }),
      'OUTAGE_OUTLASTS_SENDER',
      'sender',
    ],
    ['no series', () => hours(2).plan({ activeSeries: 0 }), 'NOT_A_WHOLE_NUMBER', 'activeSeries'],
    [
      'scrapes without end',
      () => hours(2).plan({ scrapeInterval: Duration.milliseconds(1) }),
      'OUT_OF_RANGE',
      'scrapeInterval',
    ],
    ['never catching up', () => hours(2).plan({ catchUpSpeed: 1 }), 'OUT_OF_RANGE', 'catchUpSpeed'],
  ])('%s', (_, work, id, property) => {
    expect(faultsOf(work).map((fault) => [fault.id, fault.property])).toEqual([[id, property]]);
  });
});

describe('the table', () => {
  const plan = hours(12).plan({ credentials: NodeCredentials.ROLES_ANYWHERE, activeSeries: 20_000 });

  test('has a reason and a source for every number', () => {
    for (const { name, value, reason, source } of plan.figures) {
      expect([name, value, reason].every((text) => text.length > 0)).toBe(true);
      expect(source).toMatch(/^(https:\/\/|a choice of this library$|measured with )/);
    }
    expect(new Set(plan.figures.map(({ name }) => name)).size).toBe(plan.figures.length);
  });

  test('says every number of the plan', () => {
    const text = plan.explain();
    // Of a queue there is no time between two cuts.
    const { sender, longest, walTruncateFrequency, ...numbers } = plan;
    expect(walTruncateFrequency).toBeUndefined();
    expect(text).toContain(sender.title);
    expect(text).toContain(longest.toString());
    for (const number of Object.values(numbers).filter((each) => each !== plan.span))
      expect(text).toContain(String(number));
  });

  test('of a server says what a restart loses, and nothing of an agent', () => {
    const text = hours(1).plan({ sender: MetricsSender.PROMETHEUS_SERVER, activeSeries: 10 }).explain();
    expect(text).toContain('restart of a Prometheus server during the outage');
    expect(text).not.toContain('--storage.agent');
  });
});
