import { MetricFacts, MetricRows } from './metric-facts';
import { MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE } = MetricType;
const SOURCE = 'assets/sync_metrics.py of this library';

function row(type: MetricType, unit: MetricUnit, description: string, ...labels: string[]): MetricFacts {
  return { type, unit, labels: ['model', 'channel', ...labels], description, source: SOURCE };
}

/** Why a site refuses a release. */
const REASONS = [
  ...['signature', 'revoked_key', 'malformed', 'other_model', 'other_variant', 'other_channel', 'other_site'],
  ...['older', 'damaged', 'no_room', 'check_failed'],
];

/**
 * What the sync of a site tells.
 *
 * @internal
 */
export const MODEL_SYNC_METRICS: MetricRows = {
  model_sync_serving_info: row(
    GAUGE,
    MetricUnit.INFORMATION,
    'The version that is visible to servers of the site',
    ...['version', 'variant'],
  ),
  model_sync_serving_number: row(GAUGE, MetricUnit.CODE, 'Number of its release; 0 where there is none'),
  model_sync_checked_number: row(
    GAUGE,
    MetricUnit.CODE,
    'Number of the visible release once its check has ended well; 0 before that',
  ),
  model_sync_failed_number: row(
    GAUGE,
    MetricUnit.CODE,
    'Number of the last release that failed its check; 0 where none did',
  ),
  model_sync_wanted_number: row(GAUGE, MetricUnit.CODE, 'Number of the newest release that was accepted'),
  model_sync_bytes_left: row(GAUGE, MetricUnit.BYTES, 'Bytes of the wanted release that have not come yet'),
  model_sync_window_open: row(GAUGE, MetricUnit.STATE, 'Whether weights may be downloaded now'),
  model_sync_last_look_timestamp_seconds: row(
    GAUGE,
    MetricUnit.UNIX_TIME,
    'When the store last answered which release there is',
  ),
  model_sync_last_success_timestamp_seconds: row(
    GAUGE,
    MetricUnit.UNIX_TIME,
    'When the newest release of the store was last seen to be the one that is visible; 0 before the first',
  ),
  model_sync_late_after_seconds: row(
    GAUGE,
    MetricUnit.SECONDS,
    'How old the last success may be: the longest outage, and the time until a window',
  ),
  model_sync_refused: {
    ...row(GAUGE, MetricUnit.STATE, 'Whether the release in the store is refused now', 'reason'),
    labelValues: { reason: REASONS },
  },
  model_sync_refusals_total: {
    ...row(COUNTER, MetricUnit.EVENTS, 'Releases that were refused', 'reason'),
    labelValues: { reason: REASONS },
  },
  model_sync_rollbacks_total: row(COUNTER, MetricUnit.EVENTS, 'Releases that failed their check'),
};
