import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { alertmanagerConfig } from '../../lib/monitoring/alerting/alertmanager-config';
import { AlertReceiver, MonitoringOptions } from '../../lib/monitoring';
import { monitoringOptionFaults } from '../../lib/monitoring/monitoring-option-faults';
import { idsOf } from '../support/faults';
import { testWith } from './support';

const DIGEST = `sha256:${'0'.repeat(64)}`;
const grafana = (image: string): MonitoringOptions => ({ grafana: { image } });

test.each<[string, MonitoringOptions]>([
  ['prometheusImage', { prometheusImage: 'quay.io/prometheus/prometheus:v2.30.0' }],
  ['prometheusImage', { prometheusImage: 'localhost:5000/prom/prometheus:v2.41.9-distroless' }],
  ['prometheusImage', { prometheusImage: `prom/prometheus:v1.8.2@${DIGEST}` }],
  ['alertmanagerImage', { alertmanagerImage: 'quay.io/prometheus/alertmanager:v0.20.0' }],
  ['grafana.image', grafana('grafana/grafana:9.5.0')],
  ['grafana.image', grafana('docker.io/grafana/grafana-enterprise:11.6.1-ubuntu')],
])('an older release as %s is refused: %j', (property, options) => {
  expect(idsOf(monitoringOptionFaults(options))).toEqual([`MONITORING_IMAGE_TOO_OLD ${property}`]);
});

describe('a webhook whose URL is in a secret', () => {
  const secret = { name: 'alerting', key: 'value' };
  const byFile = AlertReceiver.webhook('hook', { urlSecret: secret });
  const others = [
    AlertReceiver.slack('slack', { webhookUrl: secret }),
    AlertReceiver.pagerDuty('pager', { routingKey: secret }),
    AlertReceiver.webhook('plain', { url: 'https://hook.example.com', bearerToken: secret }),
    AlertReceiver.email('mail', {
      smarthost: 'smtp.example.com:587',
      from: 'a@example.com',
      to: ['b@example.com'],
      username: 'a',
      password: secret,
      certificateAuthority: secret,
    }),
  ];
  const alertmanagerImage = (version: string) => `quay.io/prometheus/alertmanager:v${version}`;
  const fault = ['MONITORING_IMAGE_TOO_OLD alertmanagerImage'];

  test.each<[string, MonitoringOptions, string[]]>([
    ['0.25.0', { alertReceivers: [byFile] }, fault],
    ['0.27.0', { alertReceivers: [byFile] }, fault],
    ['0.25.0', { alertReceivers: others, heartbeatReceiver: byFile }, fault],
    ['0.24.0', { alertReceivers: [byFile] }, fault],
    ['0.28.0', { alertReceivers: [byFile], heartbeatReceiver: undefined }, []],
    ['0.25.0', { alertReceivers: others }, []],
  ])('with Alertmanager %s: %j has the faults %j', (version, options, ids) => {
    const faults = monitoringOptionFaults({ ...options, alertmanagerImage: alertmanagerImage(version) });
    expect(idsOf(faults)).toEqual(ids);
  });

  testWith('amtool')('is what 0.25 cannot read; what others name, it reads', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'server-images-'));
    const file = path.join(folder, 'alertmanager.yml');
    const check = (alertReceivers: AlertReceiver[]) => {
      writeFileSync(file, alertmanagerConfig({ alertReceivers }));
      return spawnSync('amtool', ['check-config', file], { encoding: 'utf8' });
    };
    try {
      expect(check(others).status).toBe(0);
      const { stdout, stderr } = spawnSync('amtool', ['--version'], { encoding: 'utf8' });
      if (!/version 0\.25\./.test(stdout + stderr)) return;
      expect(check([byFile]).stdout).toContain('url_file');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test.each<[MonitoringOptions]>([
  [{ prometheusImage: 'prom/prometheus:v2.42.0', alertmanagerImage: 'prom/alertmanager:v0.25.0' }],
  [{ prometheusImage: 'prom/prometheus:v3.5.0', alertmanagerImage: 'prom/alertmanager:v1.0.0' }],
  [grafana('grafana/grafana:12.0.0')],
  [grafana('grafana/grafana:13.2')],
  // What no release says of itself.
  [{ prometheusImage: `quay.io/prometheus/prometheus@${DIGEST}` }],
  [{ prometheusImage: 'prom/prometheus:latest', alertmanagerImage: 'localhost:5000/alertmanager' }],
  [{ prometheusImage: 'acme/observability:1.4.0' }],
  [grafana('acme/grafana:main-9.5.0')],
])('%j is taken', (options) => {
  expect(monitoringOptionFaults(options)).toEqual([]);
});
