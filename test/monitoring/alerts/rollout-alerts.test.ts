import { readdirSync } from 'fs';
import * as path from 'path';
import { MetricExporter } from '../../../lib/catalog';
import { ALERT_NAMES } from '../../../lib/catalog/alert-names';
import { testAlerts } from './promtool';
import { TARGET } from '../support';

const target = {
  ...TARGET,
  jobName: 'model-rollout-chat',
  exporters: [MetricExporter.MODEL_ROLLOUT],
  models: [],
  features: [],
  engines: undefined,
  plannedLatencyMs: undefined,
  usesGpus: false,
  scalesToZero: true,
  version: '1',
};
const stopped = (reason: string) =>
  `model_rollout_stopped{job="model-rollout-chat",namespace="inference",model="chat",channel="stable",reason="${reason}"}`;
const up = { 'up{job="model-rollout-chat",namespace="inference"}': '1x100' };

testAlerts({ watched: [{ target }] }, [
  {
    alert: 'ModelRolloutStopped',
    when: 'a check has failed, until another rollout takes its place',
    series: { ...up, [stopped('check_failed')]: '0x20 1x30 0x30', [stopped('alert')]: '0x80' },
    fires: { '30m': [{ model: 'chat', channel: 'stable', reason: 'check_failed', severity: 'warning' }] },
    silent: ['15m', '60m'],
  },
  {
    alert: 'ModelRolloutStopped',
    when: 'its Job has ended well',
    series: { ...up, [stopped('check_failed')]: '0x20 _x60' },
    silent: ['10m', '60m'],
  },
]);

test('the names of alerts that a rollout takes are those of the pages of alerts', () => {
  const pages = readdirSync(path.join(__dirname, '..', '..', '..', 'docs', 'alerts')).map((file) =>
    path.basename(file, '.md'),
  );
  expect([...ALERT_NAMES].sort()).toEqual(pages.filter((name) => name !== 'README').sort());
});
