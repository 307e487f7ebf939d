import { CLOUD_UNREACHABLE_MINUTES } from '../../monitoring/rules/cloud-rules';
import { SITE_SILENT_MINUTES } from '../../monitoring/rules/site-rules';
import { UPLINK_DOWN_MINUTES } from '../../monitoring/rules/uplink-rules';
import { OutagePlan } from '../../outage/outage-plan';
import { CUT_NOTICED_SECONDS } from '../../serving/gateway/envoy/edge-clusters';
import { Duration } from '../../units/duration';
import { tableText } from '../../units/text-table';
import { OutageEffect, OutageEvent } from './outage-event';

/** What of a site decides how an outage goes. */
interface SiteInOutage {
  readonly outage: OutagePlan;
  /** Number of its machines. */
  readonly nodes: number;
  /** Whether it raises alerts of its own. */
  readonly isWatched: boolean;
  /** Whether it writes to a hub. */
  readonly hasUplink: boolean;
  /** Days that it keeps series itself. */
  readonly retentionDays: number;
  /** Whether new models come by a channel. */
  readonly isSynced: boolean;
  /** How requests for the cloud are answered. @default - none goes to a cloud */
  readonly fallback?: { readonly siteAnswers: boolean };
  /** Names in requests that nothing at the site answers. @default - none */
  readonly onlyCloud?: readonly string[];
}

const AT_ONCE = Duration.ZERO;

/**
 * What happens from the moment at which the link of a site is cut, in the order of time.
 *
 * @internal
 */
export function outageTimeline(site: SiteInOutage): OutageEvent[] {
  const events = [...servingEvents(site), ...metricEvents(site), ...modelEvents(site)];
  return events.sort((a, b) => a.after.toSeconds() - b.after.toSeconds());
}

/**
 * Events as a table.
 *
 * @internal
 */
export function timelineText(events: readonly OutageEvent[]): string {
  const rows = events.map(({ after, effect, what }) => [
    after.toSeconds() === 0 ? 'at once' : `${after}`,
    effect,
    what,
  ]);
  return tableText(['after', 'what', 'the link is cut'], rows);
}

function servingEvents({ nodes, fallback, isWatched, onlyCloud = [] }: SiteInOutage): OutageEvent[] {
  const { WORKS, FALLS_BACK, TELLS, WAITS } = OutageEffect;
  const lost =
    nodes > 1
      ? 'of a machine that is lost, pods start on another one five minutes later'
      : 'the one machine restarts with its control plane, and pods with it';
  const events = [
    { after: AT_ONCE, effect: WORKS, what: 'requests that the site answers are answered' },
    { after: AT_ONCE, effect: WORKS, what: `pods restart: weights and images are on the machine; ${lost}` },
    {
      after: AT_ONCE,
      effect: WAITS,
      what: 'a machine that is new, or has lost its disk: images and weights come by the link',
    },
  ];
  if (fallback === undefined) return events;
  const others =
    onlyCloud.length === 0 ? '' : `, but those for ${onlyCloud.join(', ')} are refused, which the site does not have`;
  const instead = fallback.siteAnswers ? `are answered by the site${others}` : 'are refused at once, with Retry-After';
  return [
    ...events,
    {
      after: Duration.seconds(CUT_NOTICED_SECONDS),
      effect: FALLS_BACK,
      what: `requests for the cloud ${instead}; until then those of them that run may wait for their time-out`,
    },
    ...(isWatched
      ? [
          {
            after: Duration.seconds(CUT_NOTICED_SECONDS + 60 * CLOUD_UNREACHABLE_MINUTES),
            effect: TELLS,
            what: 'CloudUnreachable fires at the site',
          },
        ]
      : []),
  ];
}

function metricEvents({ outage, isWatched, hasUplink, retentionDays }: SiteInOutage): OutageEvent[] {
  const { WORKS, TELLS, WAITS, LOSES } = OutageEffect;
  const rules = {
    after: AT_ONCE,
    effect: WORKS,
    what: 'rules are evaluated and alerts sent from the site, to receivers that it reaches',
  };
  const kept = {
    after: Duration.hours(24 * retentionDays),
    effect: LOSES,
    what: 'the site itself forgets its oldest series',
  };
  if (!isWatched) return [];
  if (!hasUplink) return [rules, kept];
  const silent = outage.silentAfter.toSeconds();
  return [
    rules,
    { after: AT_ONCE, effect: WAITS, what: 'samples for the hub are kept on the disk of vmagent' },
    {
      after: Duration.minutes(UPLINK_DOWN_MINUTES.sent + UPLINK_DOWN_MINUTES.for),
      effect: TELLS,
      what: 'UplinkDown fires at the site',
    },
    {
      after: Duration.seconds(Math.max(silent, 300) + 60 * SITE_SILENT_MINUTES),
      effect: TELLS,
      what: 'EdgeSiteSilent fires at the hub',
    },
    {
      after: outage.overdueAfter,
      effect: TELLS,
      what: 'UplinkBufferFilling fires at the site: a quarter of the time is left',
    },
    {
      after: outage.longest,
      effect: LOSES,
      what: 'the oldest samples, one for each that comes: the disk is for so long an outage',
    },
    kept,
  ];
}

function modelEvents({ outage, isSynced, isWatched }: SiteInOutage): OutageEvent[] {
  if (!isSynced) return [];
  return [
    {
      after: AT_ONCE,
      effect: OutageEffect.WAITS,
      what: 'a download of a model stops, and goes on at its byte when the link is back',
    },
    ...(isWatched
      ? [
          {
            after: outage.longest,
            effect: OutageEffect.TELLS,
            what: 'ModelSyncLate fires at the site within a quarter of an hour',
          },
        ]
      : []),
  ];
}
