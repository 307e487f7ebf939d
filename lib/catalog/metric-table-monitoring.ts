import { MetricFacts, MetricRows } from './metric-facts';
import { MetricFeature, MetricType, MetricUnit } from './metric-kind';

const { COUNTER, GAUGE } = MetricType;
const { EVENTS, ITEMS, STATE, UNIX_TIME } = MetricUnit;
/** Both expose the same names and labels of what is here; what has other labels in one of them is left out. */
const PROMETHEUS = 'prometheus/prometheus v2.42.0 and v3.16.0: /metrics';
const ALERTMANAGER = 'prometheus/alertmanager v0.25.0: /metrics';
const VMAGENT = 'VictoriaMetrics/VictoriaMetrics v1.150.0: /metrics of vmagent';

type Labels = readonly string[];

function ofPrometheus(type: MetricType, unit: MetricUnit, description: string, labels: Labels = []): MetricFacts {
  return { type, unit, labels, description, source: PROMETHEUS };
}

/** Of each place that it writes to. */
function written(type: MetricType, unit: MetricUnit, description: string): MetricFacts {
  return {
    ...ofPrometheus(type, unit, description, ['remote_name', 'url']),
    feature: MetricFeature.REMOTE_WRITE,
  };
}

/** What Prometheus tells of its rules, of the Alertmanagers that it tells, and of what it writes elsewhere. @internal */
export const PROMETHEUS_METRICS: MetricRows = {
  prometheus_config_last_reload_successful: {
    ...ofPrometheus(GAUGE, STATE, 'Whether it took the configuration that it read last'),
  },
  prometheus_rule_evaluations_total: ofPrometheus(COUNTER, EVENTS, 'Evaluations of rules', ['rule_group']),
  prometheus_rule_evaluation_failures_total: ofPrometheus(COUNTER, EVENTS, 'Evaluations of rules that failed', [
    'rule_group',
  ]),
  prometheus_rule_group_iterations_missed_total: ofPrometheus(
    COUNTER,
    EVENTS,
    'Evaluations of a group that were left out, since the one before took too long',
    ['rule_group'],
  ),
  prometheus_notifications_sent_total: ofPrometheus(COUNTER, ITEMS, 'Alerts that were sent to an Alertmanager', [
    'alertmanager',
  ]),
  prometheus_notifications_errors_total: ofPrometheus(COUNTER, ITEMS, 'Alerts that an Alertmanager was sent in vain', [
    'alertmanager',
  ]),
  prometheus_notifications_alertmanagers_discovered: ofPrometheus(
    GAUGE,
    MetricUnit.SERVERS,
    'Alertmanagers that it knows',
  ),
  prometheus_tsdb_head_series: ofPrometheus(GAUGE, ITEMS, 'Series in memory'),
  prometheus_tsdb_head_samples_appended_total: {
    ...ofPrometheus(COUNTER, ITEMS, 'Samples that were taken', ['type']),
    labelValues: { type: ['float', 'histogram'] },
  },
  prometheus_tsdb_too_old_samples_total: ofPrometheus(
    COUNTER,
    ITEMS,
    'Samples that were refused as older than the window for those that come late',
    ['type'],
  ),
  prometheus_tsdb_wal_corruptions_total: ofPrometheus(COUNTER, EVENTS, 'Times that the write-ahead log was damaged'),
  prometheus_tsdb_compactions_failed_total: ofPrometheus(COUNTER, EVENTS, 'Compactions of blocks that failed'),
  prometheus_remote_storage_samples_total: written(COUNTER, ITEMS, 'Samples that were sent'),
  prometheus_remote_storage_samples_failed_total: written(
    COUNTER,
    ITEMS,
    'Samples that were refused for good, and are lost',
  ),
  prometheus_remote_storage_samples_retried_total: written(COUNTER, ITEMS, 'Samples that are sent again'),
  prometheus_remote_storage_samples_pending: written(GAUGE, ITEMS, 'Samples in memory that wait to be sent'),
  prometheus_remote_storage_queue_highest_sent_timestamp_seconds: written(
    GAUGE,
    UNIX_TIME,
    'Time of the newest sample that was sent; 0 before the first',
  ),
  prometheus_remote_storage_highest_timestamp_in_seconds: {
    ...ofPrometheus(GAUGE, UNIX_TIME, 'Time of the newest sample that is to be sent'),
    feature: MetricFeature.REMOTE_WRITE,
  },
};

/** What Alertmanager tells of its notifications: `integration` is the kind of a receiver. @internal */
export const ALERTMANAGER_METRICS: MetricRows = {
  alertmanager_config_last_reload_successful: {
    ...{ type: GAUGE, unit: STATE, labels: [], source: ALERTMANAGER },
    description: 'Whether it took the configuration that it read last',
  },
  alertmanager_alerts: {
    ...{ type: GAUGE, unit: ITEMS, labels: ['state'], source: ALERTMANAGER },
    description: 'Alerts that it has',
  },
  alertmanager_alerts_received_total: {
    ...{ type: COUNTER, unit: ITEMS, labels: ['status', 'version'], source: ALERTMANAGER },
    labelValues: { status: ['firing', 'resolved'] },
    description: 'Alerts that it was sent, by version of the interface',
  },
  alertmanager_alerts_invalid_total: {
    ...{ type: COUNTER, unit: ITEMS, labels: ['version'], source: ALERTMANAGER },
    description: 'Alerts that it was sent and could not read',
  },
  alertmanager_notifications_total: {
    ...{ type: COUNTER, unit: EVENTS, labels: ['integration'], source: ALERTMANAGER },
    description: 'Notifications that were tried',
  },
  alertmanager_notifications_failed_total: {
    ...{ type: COUNTER, unit: EVENTS, labels: ['integration'], optionalLabels: ['reason'], source: ALERTMANAGER },
    // https://github.com/prometheus/alertmanager/blob/main/CHANGELOG.md: 0.26.0 (#3094)
    labelChanges: [{ label: 'reason', since: '0.26.0' }],
    description: 'Notifications that no try brought to a receiver',
  },
  alertmanager_notification_requests_total: {
    ...{ type: COUNTER, unit: MetricUnit.REQUESTS, labels: ['integration'], source: ALERTMANAGER },
    description: 'Requests to receivers; a notification may take several',
  },
  alertmanager_notification_requests_failed_total: {
    ...{ type: COUNTER, unit: MetricUnit.REQUESTS, labels: ['integration'], source: ALERTMANAGER },
    description: 'Requests to receivers that failed',
  },
};

function ofVmagent(type: MetricType, unit: MetricUnit, description: string, labels: Labels): MetricFacts {
  return { type, unit, labels, description, source: VMAGENT };
}

/** What vmagent tells of the queue of each place that it writes to; `url` is a number and no address unless it is told to show it. @internal */
export const VMAGENT_METRICS: MetricRows = {
  vmagent_remotewrite_pending_data_bytes: ofVmagent(GAUGE, MetricUnit.BYTES, 'Bytes that wait to be sent', [
    'path',
    'url',
  ]),
  vmagent_remotewrite_blocks_sent_total: ofVmagent(COUNTER, EVENTS, 'Blocks of samples that were sent', ['url']),
  vmagent_remotewrite_packets_dropped_total: ofVmagent(
    COUNTER,
    EVENTS,
    'Blocks of samples that were refused for good (400, 409), and are lost',
    ['url'],
  ),
  vmagent_remotewrite_retries_count_total: ofVmagent(COUNTER, EVENTS, 'Blocks that were sent again', ['url']),
  vmagent_remotewrite_errors_total: ofVmagent(COUNTER, EVENTS, 'Requests that reached nobody', ['url']),
  vmagent_remotewrite_requests_total: ofVmagent(COUNTER, MetricUnit.REQUESTS, 'Requests that were answered', [
    'url',
    'status_code',
  ]),
  vm_persistentqueue_bytes_dropped_total: ofVmagent(
    COUNTER,
    MetricUnit.BYTES,
    'Bytes that were dropped, the oldest first, since the queue was full',
    ['path', 'name'],
  ),
  vm_persistentqueue_bytes_pending: ofVmagent(GAUGE, MetricUnit.BYTES, 'Bytes of the queue on the disk', [
    'path',
    'name',
  ]),
  vm_persistentqueue_free_disk_space_bytes: ofVmagent(GAUGE, MetricUnit.BYTES, 'Bytes that the queue has room for', [
    'path',
    'name',
  ]),
};
