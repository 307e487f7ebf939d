import { Fn, Token } from 'cdktf';
import { GrafanaDashboard, MonitoringStackProps } from '../../../lib/monitoring';
import { Duration } from '../../../lib/units';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { monitor } from '../support';
import { testAlerts } from './promtool';

const SITES = {
  expectedSites: [
    { name: 'hall-1', silentAfter: Duration.hours(1) },
    { name: 'hall-2', silentAfter: Duration.minutes(10) },
  ],
};
const up = (site: string) => `up{cluster="${site}",job="vllm-edge",instance="10.0.0.1:8000"}`;

testAlerts({ watched: [{}], props: SITES }, [
  {
    alert: 'EdgeSiteSilent',
    when: 'one of two is cut off for longer than it may, and comes back',
    series: { [up('hall-1')]: '1x200', [up('hall-2')]: '1x20 _x60 1x120' },
    fires: { '60m': [{ cluster: 'hall-2', severity: 'critical' }] },
    silent: ['20m', '30m', '100m'],
  },
  {
    alert: 'EdgeSiteSilent',
    when: 'a site is cut off for as long as it may, and the servers of another do not answer',
    series: { [up('hall-1')]: '1x20 _x50 1x120', [up('hall-2')]: '1x20 0x180' },
    silent: ['60m', '75m', '120m'],
  },
  {
    alert: 'EdgeSiteSilent',
    when: 'a site has never written',
    series: { [up('hall-1')]: '1x200' },
    fires: { '60m': [{ cluster: 'hall-2' }] },
    silent: ['4m'],
  },
]);

const args = (props: Partial<MonitoringStackProps>) =>
  JSON.stringify(monitor([{}], props).result.json).includes('--web.enable-remote-write-receiver');

test('Prometheus takes what sites write only where some are expected, and the dashboard of sites comes with them', () => {
  expect([args(SITES), args({}), args({ expectedSites: [] })]).toEqual([true, false, false]);
  const dashboards = (props: Partial<MonitoringStackProps>) =>
    Object.keys(monitor([{}], props).monitoring.dashboards).includes('gpu-inference-sites');
  expect([dashboards(SITES), dashboards({})]).toEqual([true, false]);
});

test('sites are told apart by the label that the dashboards name', () => {
  const { rules } = monitor([{}], { ...SITES, grafana: { siteLabel: 'site' } }).monitoring;
  expect(rules).toContain('absent_over_time(up{site=\\"hall-1\\"}[3600s])');
});

const config = (props: Partial<MonitoringStackProps>) =>
  JSON.parse(monitor([{}], props).monitoring.prometheusConfiguration) as { storage?: object };

test('Prometheus takes samples as old as the longest that a site may be silent, and an hour, where sites are expected', () => {
  expect(config(SITES).storage).toEqual({ tsdb: { out_of_order_time_window: '7200s' } });
  expect(config({})).not.toHaveProperty('storage');
});

test('without webSecurity it is told that whoever reaches Prometheus may write to it', () => {
  const webSecurity = { tlsSecret: 't', webConfig: { name: 'w', key: 'web.yml' }, password: { name: 'w', key: 'p' } };
  const ids = (props: Partial<MonitoringStackProps>) => warningsOf(monitor([{}], props).monitoring).map(({ id }) => id);
  expect(ids(SITES)).toContain('SITES_WITHOUT_PASSWORD');
  expect([...ids({ ...SITES, webSecurity }), ...ids({})]).not.toContain('SITES_WITHOUT_PASSWORD');
});

test('a dashboard of ones own asks for what a site writes, recorded or not, where sites are expected', () => {
  const dashboard = (expr: string) =>
    GrafanaDashboard.fromJson(
      JSON.stringify({ uid: 'ours', title: 'Ours', panels: [{ title: 'P', targets: [{ expr }] }] }),
    );
  const grafana = {
    dashboards: [
      dashboard('sum by (cluster) (inference_qps{cluster="hall-1"}) + sum by (cluster) (up{cluster="hall-1"})'),
    ],
  };
  expect(() => monitor([{}], { ...SITES, grafana })).not.toThrow();
  expect(() => monitor([{}], { grafana })).toThrow("inference_qps has no label 'cluster'");
});

const SITE = { name: 'a', silentAfter: Duration.hours(1) };
test.each<[string, Partial<MonitoringStackProps>, string]>([
  ['two of one name', { expectedSites: [SITE, SITE] }, 'DUPLICATE expectedSites[1].name'],
  ['no name', { expectedSites: [{ ...SITE, name: '' }] }, 'INVALID_NAME expectedSites[0].name'],
  ['a quote', { expectedSites: [{ ...SITE, name: 'a"b' }] }, 'INVALID_NAME expectedSites[0].name'],
  [
    'a name that only Terraform knows',
    { expectedSites: [{ ...SITE, name: Token.asString(Fn.upper('a')) }] },
    'VALUE_NOT_CONCRETE expectedSites[0].name',
  ],
  ['the name of this cluster', { expectedSites: [{ ...SITE, name: 'test' }] }, 'DUPLICATE expectedSites[0].name'],
  ...['job', 'model', 'prometheus_replica', 'alertname', 'gpu_uuid', 'le'].map(
    (siteLabel): [string, Partial<MonitoringStackProps>, string] => [
      `the label '${siteLabel}' of this cluster's own series`,
      { expectedSites: [SITE], grafana: { siteLabel } },
      'RESERVED grafana.siteLabel',
    ],
  ),
  [
    'a Prometheus that would have sites send for ever what is too old',
    { expectedSites: [SITE], prometheusImage: 'quay.io/prometheus/prometheus:v2.49.1' },
    'MONITORING_IMAGE_TOO_OLD prometheusImage',
  ],
  [
    'too short',
    { expectedSites: [{ ...SITE, silentAfter: Duration.minutes(4) }] },
    'OUT_OF_RANGE expectedSites[0].silentAfter',
  ],
  [
    'longer than series are kept',
    { retentionDays: 2, expectedSites: [{ ...SITE, silentAfter: Duration.hours(48) }] },
    'OUT_OF_RANGE expectedSites[0].silentAfter',
  ],
])('refused: %s', (_, props, id) => {
  expect(idsOf(faultsThrown(() => monitor([{}], props)))).toEqual([id]);
});
