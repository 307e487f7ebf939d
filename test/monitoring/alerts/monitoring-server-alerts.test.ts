import { Duration } from '../../../lib/units';
import { testAlerts } from './promtool';

const UPLINK = { uplink: { url: 'https://hub.example.com/api/v1/write', maxOutage: Duration.hours(72) } };
const of = (pod: string, metric: string, labels = '') =>
  `${metric}{job="${pod}",namespace="monitoring",pod="${pod}-0"${labels && `,${labels}`}}`;

const failures = of(
  'prometheus',
  'prometheus_rule_evaluation_failures_total',
  'rule_group="/etc/prometheus/rules.yml;chat"',
);
const unsent = of(
  'prometheus',
  'prometheus_notifications_errors_total',
  'alertmanager="http://alertmanager:9093/api/v2/alerts"',
);
const unnotified = of('alertmanager', 'alertmanager_notifications_failed_total', 'integration="slack",reason="other"');
const TO = 'remote_name="1",url="http://uplink.monitoring.svc:8429/api/v1/write"';
const lost = of('prometheus', 'prometheus_remote_storage_samples_failed_total', TO);
const until = of('prometheus', 'prometheus_remote_storage_queue_highest_sent_timestamp_seconds', TO);

testAlerts({ watched: [{}], props: UPLINK }, [
  {
    alert: 'RulesFail',
    when: 'a group fails for ten minutes',
    series: { [failures]: '0x20 1+1x9 10x60' },
    fires: { '30m': [{ severity: 'critical', rule_group: '/etc/prometheus/rules.yml;chat', pod: 'prometheus-0' }] },
    silent: ['15m', '70m'],
  },
  { alert: 'RulesFail', when: 'all are evaluated', series: { [failures]: '3x90' }, silent: ['30m', '60m'] },
  {
    alert: 'NotificationsFail',
    when: 'an Alertmanager does not answer',
    series: { [unsent]: '0x20 1+1x9 10x60' },
    fires: { '30m': [{ severity: 'critical', alertmanager: 'http://alertmanager:9093/api/v2/alerts' }] },
    silent: ['15m', '70m'],
  },
  {
    alert: 'NotificationsFail',
    when: 'a receiver refuses what it is told',
    series: { [unnotified]: '0x20 1+1x9 10x60' },
    fires: { '30m': [{ severity: 'critical', integration: 'slack', pod: 'alertmanager-0' }] },
    silent: ['15m', '70m'],
  },
  {
    alert: 'NotificationsFail',
    when: 'everybody is told',
    series: { [unsent]: '2x90', [unnotified]: '2x90' },
    silent: ['30m', '60m'],
  },
  {
    alert: 'RemoteWriteFails',
    when: 'samples are refused, and then taken',
    series: { [lost]: '0x20 100+100x9 1000x60', [until]: '0+60x90' },
    fires: { '30m': [{ severity: 'critical' }] },
    silent: ['15m', '70m'],
  },
  {
    alert: 'RemoteWriteFails',
    when: 'nothing is written for an hour',
    series: { [lost]: '0x150', [until]: '0+60x20 1200x60 4920+60x60' },
    fires: { '60m': [{ severity: 'warning' }] },
    silent: ['30m', '100m'],
  },
  {
    alert: 'RemoteWriteFails',
    when: 'it is a minute late',
    series: { [lost]: '5x90', [until]: '-60+60x90' },
    silent: ['60m'],
  },
]);

const queue = (metric: string) => of('uplink', metric, 'path="/uplink/persistent-queue/1",name="1:secret-url"');
const sent = of('uplink', 'vmagent_remotewrite_blocks_sent_total', 'url="1:secret-url"');
const pending = of(
  'uplink',
  'vmagent_remotewrite_pending_data_bytes',
  'path="/uplink/persistent-queue/1",url="1:secret-url"',
);
const refused = of('uplink', 'vmagent_remotewrite_packets_dropped_total', 'url="1:secret-url"');
const dropped = queue('vm_persistentqueue_bytes_dropped_total');

testAlerts({ watched: [{}], props: UPLINK }, [
  {
    alert: 'UplinkDown',
    when: 'the link is cut for an hour',
    series: { [sent]: '0+60x30 1800x60 1860+60x60', [pending]: '0x30 1000+1000x60 0x60' },
    fires: { '60m': [{ severity: 'warning' }] },
    silent: ['30m', '38m', '110m'],
  },
  {
    alert: 'UplinkDown',
    when: 'there is nothing to send',
    series: { [sent]: '5x90', [pending]: '0x90' },
    silent: ['60m'],
  },
  {
    alert: 'UplinkBufferFilling',
    when: 'three quarters of the disk are full, and the link comes back',
    series: {
      [queue('vm_persistentqueue_bytes_pending')]: '0+1x90 0x60',
      [queue('vm_persistentqueue_free_disk_space_bytes')]: '100-1x90 100x60',
    },
    fires: { '85m': [{ severity: 'critical' }] },
    silent: ['70m', '120m'],
  },
  {
    alert: 'UplinkBufferFilling',
    when: 'half of it is full',
    series: {
      [queue('vm_persistentqueue_bytes_pending')]: '50x90',
      [queue('vm_persistentqueue_free_disk_space_bytes')]: '50x90',
    },
    silent: ['60m'],
  },
  {
    alert: 'UplinkLosesSamples',
    when: 'the hub refuses blocks',
    series: { [refused]: '0x20 1+1x5 6x60', [dropped]: '0x90' },
    fires: { '30m': [{ severity: 'critical' }] },
    silent: ['15m', '70m'],
  },
  {
    alert: 'UplinkLosesSamples',
    when: 'the disk is full',
    series: { [refused]: '0x90', [dropped]: '0x20 1000+1000x5 6000x60' },
    fires: { '30m': [{ severity: 'critical' }] },
    silent: ['15m', '70m'],
  },
  {
    alert: 'UplinkLosesSamples',
    when: 'nothing is lost',
    series: { [refused]: '1x90', [dropped]: '7x90' },
    silent: ['60m'],
  },
]);
