import { MonitoringOptions } from '../../lib/monitoring';
import { monitoringOptionFaults } from '../../lib/monitoring/monitoring-option-faults';
import { idsOf } from '../support/faults';

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
