import { MetricExporter } from '../../../lib/catalog';
import { testAlerts } from './promtool';
import { TARGET } from '../support';

const target = {
  ...TARGET,
  jobName: 'model-sync-chat',
  exporters: [MetricExporter.MODEL_SYNC],
  models: [],
  features: [],
  engines: undefined,
  plannedLatencyMs: undefined,
  usesGpus: false,
  version: '1',
};
const series = (name: string, more = '') =>
  `model_sync_${name}{job="model-sync-chat",namespace="inference",model="chat",channel="stable"${more}}`;
const up = { 'up{job="model-sync-chat",namespace="inference"}': '1x400' };
const refused = series('refused', ',reason="signature"');

testAlerts({ watched: [{ target }] }, [
  {
    alert: 'ModelSyncRefused',
    when: 'a release that is signed by somebody else lies in the store for a while',
    series: { ...up, [refused]: '0x10 1x60 0x100' },
    fires: { '30m': [{ model: 'chat', channel: 'stable', reason: 'signature', severity: 'warning' }] },
    silent: ['10m', '90m'],
  },
  {
    alert: 'ModelSyncRefused',
    when: 'nothing is refused',
    series: { ...up, [refused]: '0x200' },
    silent: ['30m', '120m'],
  },
  {
    alert: 'ModelSyncLate',
    when: 'the link is cut for longer than it may, and comes back',
    series: {
      ...up,
      [series('last_success_timestamp_seconds')]: '0x200 12060+60x100',
      [series('late_after_seconds')]: '3600x400',
    },
    fires: { '120m': [{ model: 'chat', channel: 'stable', severity: 'warning' }] },
    silent: ['30m', '60m', '260m'],
  },
  {
    alert: 'ModelSyncLate',
    when: 'the link is cut for as long as it may',
    series: {
      ...up,
      [series('last_success_timestamp_seconds')]: '0x58 3540+60x200',
      [series('late_after_seconds')]: '3600x400',
    },
    silent: ['58m', '120m'],
  },
]);
