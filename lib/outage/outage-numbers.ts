import { DataSize } from '../units/data-size';
import { Duration } from '../units/duration';
import { MetricsSender } from './metrics-sender';
import { OUTAGE_FACTS } from './outage-facts';
import { OutagePlanProps } from './outage-props';
import { credentialLifetime, outageSpan, truncateFrequency } from './outage-times';

const GIB = 1024 ** 3;
const DAY = 24 * 3600;
const HOUR = 3600;
const MINUTE = 60;

/**
 * The numbers that follow from an outage, as `OutagePlan` documents them.
 *
 * @internal
 */
export interface OutageNumbers {
  readonly longest: Duration;
  readonly span: Duration;
  readonly sender: MetricsSender;
  readonly tolerationSeconds: number;
  readonly credentialLifetime?: Duration;
  readonly walTruncateFrequency?: Duration;
  readonly bufferDisk?: DataSize;
  readonly sampleAgeLimit: Duration;
  readonly hubOutOfOrderWindow: Duration;
  readonly localRetention: Duration;
  readonly localDisk?: DataSize;
  readonly catchUp: Duration;
  readonly silentAfter: Duration;
  readonly overdueAfter: Duration;
  readonly imageMinimumGcAge: Duration;
}

/**
 * The numbers that follow from an outage.
 *
 * @param longest the outage
 * @param props what the site is
 *
 * @internal
 */
export function outageNumbers(longest: Duration, props: OutagePlanProps): OutageNumbers {
  const { credentials, sender = MetricsSender.VMAGENT, activeSeries, catchUpSpeed = 4 } = props;
  const span = outageSpan(longest, credentials);
  const scrape = (props.scrapeInterval ?? Duration.seconds(15)).toSeconds();
  // A sample may be two scrapes old before it is missed: one failed, the next is on its way.
  const missed = upTo(2 * scrape, MINUTE);
  const cut = cutsByChoice(sender) ? truncateFrequency(span) : undefined;
  const retention = upTo(span + DAY, HOUR);
  const silent = OUTAGE_FACTS.lookbackSeconds + missed;
  const perSecond = activeSeries === undefined ? undefined : activeSeries / scrape;
  return {
    longest,
    span: Duration.seconds(span),
    sender,
    tolerationSeconds: span,
    credentialLifetime: credentials && Duration.seconds(credentialLifetime(longest, credentials)),
    walTruncateFrequency: cut === undefined ? undefined : Duration.seconds(cut),
    bufferDisk: perSecond === undefined ? undefined : wholeGib(bufferBytes(perSecond, { sender, span, cut })),
    sampleAgeLimit: Duration.seconds(span + missed),
    hubOutOfOrderWindow: Duration.seconds(span + missed),
    localRetention: Duration.seconds(retention),
    localDisk: perSecond === undefined ? undefined : wholeGib(serverBytes(perSecond, retention)),
    catchUp: Duration.seconds(Math.ceil(span / (catchUpSpeed - 1))),
    silentAfter: Duration.seconds(silent),
    overdueAfter: Duration.seconds(Math.max(silent, Math.floor((longest.toSeconds() * 3) / 4))),
    imageMinimumGcAge: Duration.seconds(span),
  };
}

/** Whether it has a log, and is told how seldom it cuts it: an agent. */
function cutsByChoice({ longestHold, keepsPlace }: MetricsSender): boolean {
  return longestHold === undefined && !keepsPlace;
}

/** Bytes that a sender has on its disk at most. A queue begins a file before the one that is sent is deleted. */
function bufferBytes(
  perSecond: number,
  { sender, span, cut }: { sender: MetricsSender; span: number; cut: number | undefined },
): number {
  if (!sender.keepsPlace) return logBytes(perSecond, cut);
  return perSecond * span * OUTAGE_FACTS.queueBytesPerSample + 2 * OUTAGE_FACTS.queueFileBytes;
}

/**
 * Bytes of a write-ahead log. Between two cuts an agent's holds a third of the last one and what came since, 1.5 times what comes in between; its
 * checkpoint has what of the dropped part is not older than `retention.max-time`, another half. A server's has about three hours.
 */
function logBytes(perSecond: number, cut: number | undefined): number {
  const seconds = cut === undefined ? OUTAGE_FACTS.serverWalSeconds : 2 * cut;
  return perSecond * seconds * OUTAGE_FACTS.walBytesPerSample + OUTAGE_FACTS.walSegments * OUTAGE_FACTS.walSegmentBytes;
}

/** Bytes of a Prometheus server: its blocks, those that are about to be deleted or compacted, and its write-ahead log. */
function serverBytes(perSecond: number, retention: number): number {
  const blocks = perSecond * (retention + OUTAGE_FACTS.blockSeconds) * OUTAGE_FACTS.blockBytesPerSample;
  return blocks + logBytes(perSecond, undefined);
}

function wholeGib(bytes: number): DataSize {
  return DataSize.gib(Math.ceil(bytes / GIB));
}

function upTo(seconds: number, unit: number): number {
  return Math.ceil(seconds / unit) * unit;
}
