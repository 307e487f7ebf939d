import { Fn, Token } from 'cdktf';
import { MonitoringStackProps } from '../../../lib/monitoring';
import { Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
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
