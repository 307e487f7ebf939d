import { MonitoringStackProps, MonitoringStorage, MonitoringUplink } from '../../lib/monitoring';
import { DataSize, Duration } from '../../lib/units';
import { faultsThrown, idsOf } from '../support/faults';
import { monitor } from './support';

const UPLINK: MonitoringUplink = {
  url: 'https://hub.example.com/api/v1/write',
  maxOutage: Duration.hours(72),
  username: 'hall-1',
  password: { name: 'hub', key: 'password' },
};
const made = (uplink: Partial<MonitoringUplink> = {}, more: Partial<MonitoringStackProps> = {}) =>
  monitor([{}], { uplink: { ...UPLINK, ...uplink }, ...more });
const serverOf = ({ result }: ReturnType<typeof monitor>) => {
  const [server] = result
    .resources('kubernetes_stateful_set_v1')
    .filter(({ metadata }) => (metadata as { name: string }).name === 'uplink');
  return server?.spec.template.spec as { container: { args: string[]; image: string; volume_mount: object[] }[] };
};
const claims = ({ result }: ReturnType<typeof monitor>) =>
  Object.fromEntries(
    result
      .resources('kubernetes_persistent_volume_claim_v1')
      .map(({ metadata, spec }) => [metadata.name, spec.resources.requests.storage]),
  );
const config = (stack: ReturnType<typeof monitor>) =>
  JSON.parse(stack.monitoring.prometheusConfiguration) as {
    remote_write?: object[];
    scrape_configs: { job_name: string }[];
  };

test('Prometheus writes to vmagent, which keeps on its disk what it cannot send to the hub', () => {
  const stack = made();
  expect(config(stack).remote_write).toEqual([{ url: 'http://uplink.monitoring.svc:8429/api/v1/write' }]);
  const [container] = serverOf(stack).container;
  expect(container.args).toEqual([
    '-httpListenAddr=:8429',
    '-enableTCP6',
    '-loggerFormat=json',
    '-remoteWrite.url=https://hub.example.com/api/v1/write',
    '-remoteWrite.forcePromProto',
    '-remoteWrite.tmpDataPath=/uplink',
    // 20,000 series every 15 s for 72 hours and two minutes at 60 bytes, and a file: 20.3 GiB, of 21 GiB.
    `-remoteWrite.maxDiskUsagePerURL=${21 * 2 ** 30 - 2 ** 29}`,
    '-remoteWrite.keepDanglingQueues',
    '-remoteWrite.retryMaxInterval=30s',
    '-remoteWrite.basicAuth.username=hall-1',
    '-remoteWrite.basicAuth.passwordFile=/etc/uplink-secrets/hub/password',
  ]);
  expect(claims(stack)).toMatchObject({ 'uplink-data': '21Gi' });
});

test('there is none by default', () => {
  const stack = monitor();
  expect(config(stack)).not.toHaveProperty('remote_write');
  expect(serverOf(stack)).toBeUndefined();
  expect(config(stack).scrape_configs.map(({ job_name: name }) => name)).toEqual(
    expect.arrayContaining(['prometheus', 'alertmanager']),
  );
});

test('the hub knows the site by a certificate, and the site the hub by its authority; a narrow link is not filled', () => {
  const stack = made({
    username: undefined,
    password: undefined,
    clientCertificateSecret: 'site-tls',
    certificateAuthority: { name: 'hub-ca', key: 'ca.crt' },
    maxBytesPerSecond: 100_000,
  });
  const [container] = serverOf(stack).container;
  expect(container.args.slice(9)).toEqual([
    '-remoteWrite.tlsCAFile=/etc/uplink-secrets/hub-ca/ca.crt',
    '-remoteWrite.tlsCertFile=/etc/uplink-certificate/tls.crt',
    '-remoteWrite.tlsKeyFile=/etc/uplink-certificate/tls.key',
    '-remoteWrite.rateLimit=100000',
  ]);
  expect(container.volume_mount).toEqual(
    expect.arrayContaining([
      { name: 'secret-hub-ca', mount_path: '/etc/uplink-secrets/hub-ca', read_only: true },
      { name: 'secret-site-tls', mount_path: '/etc/uplink-certificate', read_only: true },
    ]),
  );
});

test('Prometheus alone may write to it, and scrapes it', () => {
  const stack = made();
  const [policy] = stack.result
    .resources('kubernetes_network_policy_v1')
    .filter(({ metadata }) => metadata.name === 'uplink');
  expect(policy.spec.ingress).toEqual([
    {
      from: [{ pod_selector: { match_labels: expect.objectContaining({ 'app.kubernetes.io/name': 'prometheus' }) } }],
      ports: [{ port: '8429', protocol: 'TCP' }],
    },
  ]);
  expect(config(stack).scrape_configs.map(({ job_name: name }) => name)).toContain('uplink');
});

test('a longer outage, more series and a shorter interval make its disk larger', () => {
  const size = (uplink: Partial<MonitoringUplink>, more: Partial<MonitoringStackProps> = {}) =>
    parseInt(claims(made(uplink, more))['uplink-data'] as string, 10);
  const plain = size({});
  expect(size({ maxOutage: Duration.hours(100) })).toBeGreaterThan(plain);
  expect(
    size({ activeSeries: 40_000 }, { storage: MonitoringStorage.persistentVolume({ size: DataSize.gib(100) }) }),
  ).toBeGreaterThan(plain);
  expect(
    size({}, { scrapeIntervalSeconds: 10, storage: MonitoringStorage.persistentVolume({ size: DataSize.gib(100) }) }),
  ).toBeGreaterThan(plain);
  expect(size({ buffer: DataSize.gib(50) })).toBe(50);
});

test('with webSecurity, Prometheus says who it is to itself and Alertmanager, and vmagent asks nobody', () => {
  const secret = { name: 'web', key: 'web.yml' };
  const { scrape_configs: jobs } = config(
    made({}, { webSecurity: { tlsSecret: 'tls', webConfig: secret, password: secret } }),
  );
  const secured = jobs.filter((job) => 'basic_auth' in job).map(({ job_name: name }) => name);
  expect(secured).toEqual(['alertmanager', 'prometheus']);
});

test.each<[string, Partial<MonitoringUplink>, Partial<MonitoringStackProps>, string[]]>([
  ['no URL', { url: 'hub' }, {}, ['INVALID_FORMAT uplink.url']],
  ['a password in it', { url: 'https://a:b@hub.example.com/write' }, {}, ['SECRET_IN_URL uplink.url']],
  ['a password that all can read', { url: 'http://hub.example.com/write' }, {}, ['CONFLICTING_PROPERTIES uplink.url']],
  ['a user without password', { password: undefined }, {}, ['MISSING_PROPERTY uplink.password']],
  ['a password without user', { username: undefined }, {}, ['MISSING_PROPERTY uplink.username']],
  ['a user of two lines', { username: 'a\nb' }, {}, ['INVALID_NAME uplink.username']],
  ['no series', { activeSeries: 0 }, {}, ['NOT_A_WHOLE_NUMBER uplink.activeSeries']],
  ['a link that carries nothing', { maxBytesPerSecond: 1 }, {}, ['NOT_A_WHOLE_NUMBER uplink.maxBytesPerSecond']],
  ['no outage', { maxOutage: Duration.ZERO }, {}, ['OUT_OF_RANGE uplink.maxOutage']],
  ['a disk that is too small', { buffer: DataSize.gib(5) }, {}, ['OUTAGE_BUFFER_TOO_SMALL uplink.buffer']],
  ['series that are gone too soon', {}, { retentionDays: 3 }, ['OUTAGE_LOCAL_RETENTION_TOO_SHORT retentionDays']],
  [
    'a disk of Prometheus that is too small',
    {},
    { storage: MonitoringStorage.emptyDir(DataSize.gib(1)) },
    ['OUTAGE_LOCAL_DISK_TOO_SMALL storage'],
  ],
  ['a pair', {}, { highAvailability: true }, ['CONFLICTING_PROPERTIES uplink']],
])('refused: %s', (_, uplink, more, ids) => {
  expect(idsOf(faultsThrown(() => made(uplink, more)))).toEqual(ids);
});

test('every fault is told at once, by the names that it has here', () => {
  const faults = faultsThrown(() => made({ url: 'hub', buffer: DataSize.gib(1) }, { retentionDays: 2 }));
  expect(idsOf(faults)).toEqual([
    'INVALID_FORMAT uplink.url',
    'OUTAGE_BUFFER_TOO_SMALL uplink.buffer',
    'OUTAGE_LOCAL_RETENTION_TOO_SHORT retentionDays',
  ]);
  expect(faults.map(({ reason }) => reason.split(' ')[0])).toEqual(['uplink.url', 'uplink.buffer', 'retentionDays']);
});

describe('a hub', () => {
  const site = { name: 'hall-1', silentAfter: Duration.minutes(15) };
  const windowOf = (expected: object) =>
    (
      JSON.parse(monitor([{}], { expectedSites: [{ ...site, ...expected }] }).monitoring.prometheusConfiguration) as {
        storage: { tsdb: { out_of_order_time_window: string } };
      }
    ).storage.tsdb.out_of_order_time_window;

  test('takes what a site brings after its longest outage, and misses it sooner', () => {
    expect([windowOf({}), windowOf({ maxOutage: Duration.hours(72) })]).toEqual(['4500s', `${73 * 3600}s`]);
  });

  test.each([Duration.minutes(10), Duration.hours(24 * 31), Duration.hours(24 * 15)])(
    'refuses an outage of %s',
    (maxOutage) => {
      expect(idsOf(faultsThrown(() => windowOf({ maxOutage })))).toEqual(['OUT_OF_RANGE expectedSites[0].maxOutage']);
    },
  );
});
