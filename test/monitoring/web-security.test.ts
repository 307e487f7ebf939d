import { execFileSync } from 'child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { Fn } from 'cdktf';
import { AlertReceiver, MonitoringStackProps, WebSecurity } from '../../lib/monitoring';
import { faultsThrown, idsOf } from '../support/faults';
import { Block } from '../support/synth';
import { monitor, onPath, testWith } from './support';

const SECURITY: WebSecurity = {
  tlsSecret: 'monitoring-tls',
  webConfig: { name: 'monitoring-web', key: 'web.yml' },
  password: { name: 'monitoring-web', key: 'password' },
};
const CLIENT = {
  basic_auth: { username: 'monitoring', password_file: '/etc/monitoring-web/monitoring-web/password' },
  tls_config: { ca_file: '/etc/monitoring-tls/ca.crt' },
};
const made = (props: Partial<MonitoringStackProps> = {}) => monitor([{}], { webSecurity: SECURITY, ...props });
const { monitoring, result } = made();
const container = (name: string) =>
  result.byName('kubernetes_stateful_set_v1', name).spec.template.spec.container[0] as Block;
const volumes = (name: string, of = result) =>
  (of.byName('kubernetes_stateful_set_v1', name).spec.template.spec.volume as Block[]).flatMap(
    ({ secret }) => (secret?.secret_name as string) ?? [],
  );

describe.each([
  [
    'prometheus',
    ['promtool', 'check', 'ready', '--http.config.file=/etc/prometheus/client.yml', '--url=https://localhost:9090'],
  ],
  [
    'alertmanager',
    [
      'amtool',
      '--http.config.file=/etc/alertmanager/client.yml',
      '--alertmanager.url=https://localhost:9093',
      'cluster',
      'show',
    ],
  ],
])('%s', (name, command) => {
  test('reads its web configuration and its certificate from secrets', () => {
    expect(container(name).args).toContain('--web.config.file=/etc/monitoring-web/monitoring-web/web.yml');
    expect(volumes(name)).toEqual(['monitoring-tls', 'monitoring-web']);
    const folders = container(name).volume_mount.map((mount: Block) => mount.mount_path);
    expect(folders).toEqual(expect.arrayContaining(['/etc/monitoring-tls', '/etc/monitoring-web/monitoring-web']));
  });

  test('is asked by probes that say who they are', () => {
    const { startup_probe: startup, readiness_probe: ready, liveness_probe: alive } = container(name);
    for (const probe of [startup, ready]) expect(probe).toMatchObject({ exec: { command } });
    expect(alive.tcp_socket).toEqual([{ port: 'http' }]);
    for (const probe of [startup, ready, alive]) expect(probe).not.toHaveProperty('http_get');
    const { data } = result.byName('kubernetes_config_map_v1', `${name}-config`);
    const { tls_config: trust, ...rest } = JSON.parse(data['client.yml'] as string) as Block;
    expect(rest).toEqual({ basic_auth: CLIENT.basic_auth });
    expect(trust).toEqual({ ...CLIENT.tls_config, server_name: `${name}.monitoring.svc` });
  });
});

test('Prometheus trusts Alertmanager, and says who it is', () => {
  const [alertmanagers] = (JSON.parse(monitoring.prometheusConfiguration) as Block).alerting.alertmanagers;
  expect(alertmanagers).toEqual({
    scheme: 'https',
    ...CLIENT,
    static_configs: [{ targets: ['alertmanager.monitoring.svc:9093'] }],
  });
  expect(monitoring.prometheusUrl).toBe('https://prometheus.monitoring.svc:9090');
  expect(monitoring.alertmanagerUrl).toBe('https://alertmanager.monitoring.svc:9093');
});

test('Grafana says who it is by variables of its environment, which come from the secrets', () => {
  const { result: own } = made({ grafana: {}, webSecurity: { ...SECURITY, username: 'us' } });
  const { data } = own.byName('kubernetes_config_map_v1', 'grafana-config');
  const { datasources } = JSON.parse(data['datasources.yaml'] as string) as { datasources: Block[] };
  expect(datasources).toHaveLength(2);
  for (const source of datasources) {
    expect(source).toMatchObject({
      url: expect.stringMatching(/^https:/) as string,
      basicAuth: true,
      basicAuthUser: 'us',
      secureJsonData: { basicAuthPassword: '$MONITORING_PASSWORD', tlsCACert: '$MONITORING_AUTHORITY' },
    });
    expect(source.jsonData.tlsAuthWithCACert).toBe(true);
  }
  const [{ env }] = own.byName('kubernetes_deployment_v1', 'grafana').spec.template.spec.container;
  const from = (name: string, key: string) => ({ secret_key_ref: { name, key } });
  expect(env).toEqual([
    { name: 'MONITORING_PASSWORD', value_from: from('monitoring-web', 'password') },
    { name: 'MONITORING_AUTHORITY', value_from: from('monitoring-tls', 'ca.crt') },
  ]);
});

test('a secret that a receiver reads too is one volume', () => {
  const receiver = AlertReceiver.slack('team', { webhookUrl: { name: 'monitoring-web', key: 'slack' } });
  expect(volumes('alertmanager', made({ alertReceivers: [receiver] }).result)).toEqual([
    'monitoring-web',
    'monitoring-tls',
  ]);
});

test('each Alertmanager of two is called by the name that its certificate has', () => {
  const { monitoring: two } = made({ highAvailability: true });
  const [{ scheme, static_configs: configs }] = (JSON.parse(two.prometheusConfiguration) as Block).alerting
    .alertmanagers;
  expect(scheme).toBe('https');
  expect(configs[0].targets[1]).toBe('alertmanager-1.alertmanager-peers.monitoring.svc:9093');
});

testWith('promtool')('Prometheus takes the configuration', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'web-security-'));
  const file = path.join(folder, 'prometheus.yml');
  try {
    const text = monitoring.prometheusConfiguration
      .replaceAll('/etc/monitoring-tls/ca.crt', path.join(folder, 'ca.crt'))
      .replaceAll('/etc/monitoring-web/monitoring-web/password', path.join(folder, 'password'));
    for (const name of ['ca.crt', 'password']) writeFileSync(path.join(folder, name), '');
    writeFileSync(path.join(folder, 'rules.yml'), '{}');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(text) as Block), scrape_configs: [] }));
    const run = () => String(execFileSync(onPath('promtool') as string, ['check', 'config', 'prometheus.yml'], { cwd: folder, stdio: 'pipe' })); // prettier-ignore
    expect(run()).toContain('is valid prometheus config file syntax');
    writeFileSync(file, readFileSync(file, 'utf8').replace('ca_file', 'authority'));
    expect(run).toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each<[Partial<MonitoringStackProps>, string[]]>([
  [{ webSecurity: { ...SECURITY, tlsSecret: 'Monitoring TLS' } }, ['INVALID_NAME webSecurity.tlsSecret']],
  [
    { webSecurity: { ...SECURITY, tlsSecret: Fn.join('', ['${var.s}']) } },
    ['VALUE_NOT_CONCRETE webSecurity.tlsSecret'],
  ],
  [
    { webSecurity: { ...SECURITY, webConfig: { name: 'web', key: '../x' } } },
    ['INVALID_NAME webSecurity.webConfig.key'],
  ],
  [{ webSecurity: { ...SECURITY, password: { name: '', key: 'p' } } }, ['INVALID_NAME webSecurity.password.name']],
  [{ webSecurity: { ...SECURITY, username: 'a:b' } }, ['INVALID_NAME webSecurity.username']],
  [{ webSecurity: { ...SECURITY, username: '$HOME' } }, ['INVALID_NAME webSecurity.username']],
  [{ webSecurity: { ...SECURITY, username: '' } }, ['INVALID_NAME webSecurity.username']],
  [{ prometheusImage: 'quay.io/prometheus/prometheus:v2.44.0' }, ['MONITORING_IMAGE_TOO_OLD prometheusImage']],
  [{ prometheusImage: 'quay.io/prometheus/prometheus:v2.41.0' }, ['MONITORING_IMAGE_TOO_OLD prometheusImage']],
])('%j is refused', (props, ids) => {
  expect(idsOf(faultsThrown(() => made(props)))).toEqual(ids);
});

test('an older Prometheus does without', () => {
  const { result: older } = monitor([{}], { prometheusImage: 'quay.io/prometheus/prometheus:v2.44.0' });
  expect(older.byName('kubernetes_stateful_set_v1', 'prometheus')).toBeDefined();
});
