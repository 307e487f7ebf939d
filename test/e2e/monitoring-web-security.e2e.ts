import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import * as https from 'node:https';
import * as path from 'node:path';
import { alertmanagerConfig } from '../../lib/monitoring/alerting/alertmanager-config';
import { prometheusConfig } from '../../lib/monitoring/prometheus/prometheus-config';
import { clientConfig } from '../../lib/monitoring/servers/web-security';
import { monitor } from '../monitoring/support';
import { Certificates } from './harness/certificates';
import { describeWith } from './harness/needs';
import { freePort } from './harness/ports';
import { Server, Stoppable, isolatedEnvironment, stopAll, until } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';

const FOLDER = path.join(E2E_CACHE, 'runs', 'monitoring-web-security');
const PASSWORD = 'not to be written down';
/** Of that password, by crypt(3). */
const HASH = '$2b$10$abcdefghijklmnopqrstuu34K79ECkrEk1cNEjYIDmh5XHbNqYF8y';
const SECURITY = {
  tlsSecret: 'monitoring-tls',
  webConfig: { name: 'monitoring-web', key: 'web.yml' },
  password: { name: 'monitoring-web', key: 'password' },
};
/** As docs/operating.md has it. */
const WEB_CONFIG = [
  'tls_server_config:',
  '  cert_file: /etc/monitoring-tls/tls.crt',
  '  key_file: /etc/monitoring-tls/tls.key',
  'basic_auth_users:',
  `  monitoring: ${HASH}`,
  '',
].join('\n');

describeWith(['monitoring'], 'Prometheus and Alertmanager with TLS and users', () => {
  const started: Stoppable[] = [];
  /** A text of the pods with what is on this machine. */
  const here = (text: string) =>
    text
      .replaceAll('/etc/monitoring-tls', path.join(FOLDER, 'tls'))
      .replaceAll('/etc/monitoring-web', path.join(FOLDER, 'web'))
      .replaceAll(/(?:prometheus|alertmanager)\.monitoring\.svc/g, 'localhost');
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(FOLDER, file)), { recursive: true });
    writeFileSync(path.join(FOLDER, file), text);
  };
  const { result } = monitor([{}], { webSecurity: SECURITY });
  const containerOf = (name: string) =>
    result.byName('kubernetes_stateful_set_v1', name).spec.template.spec.container[0] as {
      readonly args: string[];
      readonly readiness_probe: { readonly exec: { readonly command: string[] } };
    };

  /** Status of an answer; undefined where the connection fails. */
  const ask = (port: number, at: string, password?: string, trusted = true): Promise<number | undefined> =>
    new Promise((resolve) => {
      const ca = trusted ? readFileSync(path.join(FOLDER, 'tls', 'ca.crt')) : undefined;
      const auth = password === undefined ? undefined : `monitoring:${password}`;
      const request = https.get({ host: 'localhost', family: 4, port, path: at, ca, auth, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      request.on('error', () => resolve(undefined));
    });

  const start = async (
    name: 'prometheus' | 'alertmanager',
    configuration: string,
    storage: string,
  ): Promise<number> => {
    const port = await freePort();
    write(`${name}/${name}.yml`, configuration);
    write(
      `${name}/client.yml`,
      here(String(result.byName('kubernetes_config_map_v1', `${name}-config`).data['client.yml'])),
    );
    const web = containerOf(name).args.filter((arg) => arg.startsWith('--web.config.file='));
    const folder = path.join(FOLDER, name);
    const server = await Server.start({
      name,
      command: [
        tools().monitoring![name].program,
        `--config.file=${path.join(folder, `${name}.yml`)}`,
        `--${storage}=${path.join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        ...web.map(here),
        ...(name === 'alertmanager' ? ['--cluster.listen-address='] : ['--rules.alert.resend-delay=5s']),
      ],
      folder,
      env: isolatedEnvironment(path.join(folder, 'home')),
      ready: async () => (await ask(port, '/-/ready', PASSWORD)) === 200,
    });
    started.push(server);
    return port;
  };

  beforeAll(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    const certificates = new Certificates(path.join(FOLDER, 'authority'));
    Object.entries(certificates.make('monitoring')).forEach(([name, text]) => write(`tls/${name}`, text as string));
    write('tls/ca.crt', readFileSync(certificates.authority, 'utf8'));
    write('web/monitoring-web/web.yml', here(WEB_CONFIG));
    write('web/monitoring-web/password', PASSWORD);
  });
  afterAll(() => stopAll(started));

  test('promtool takes the web configuration', () => {
    const check = (file: string) => {
      execFileSync('promtool', ['check', 'web-config', path.join(FOLDER, file)], { stdio: 'pipe' });
    };
    check('web/monitoring-web/web.yml');
    write('wrong.yml', here(WEB_CONFIG).replace('cert_file', 'certificate'));
    expect(() => check('wrong.yml')).toThrow(/certificate/);
  });

  test('who has no password, or another, is refused; Prometheus tells Alertmanager, and the probe of Alertmanager is answered', async () => {
    const alertmanager = await start('alertmanager', alertmanagerConfig({}), 'storage.path');
    write(
      'prometheus/rules.yml',
      JSON.stringify({ groups: [{ name: 'a', rules: [{ alert: 'Always', expr: 'vector(1)' }] }] }),
    );
    const configuration = prometheusConfig({
      ...{ clusterName: 'chat', scrapeIntervalSeconds: 5, targets: [] },
      alertmanagers: [`localhost:${alertmanager}`],
      alertmanagerClient: clientConfig(SECURITY),
    });
    const prometheus = await start('prometheus', here(configuration), 'storage.tsdb.path');
    for (const [port, at] of [
      [prometheus, '/api/v1/query?query=1'],
      [alertmanager, '/api/v2/alerts'],
    ] as const) {
      expect(await ask(port, at, PASSWORD)).toBe(200);
      expect(await ask(port, at)).toBe(401);
      expect(await ask(port, at, 'another')).toBe(401);
      expect(await ask(port, '/-/ready')).toBe(401);
      expect(await ask(port, at, PASSWORD, false)).toBeUndefined();
      const plain = await new Promise((resolve) => {
        http.get({ host: '127.0.0.1', port, path: at, agent: false }, (answer) => resolve(answer.resume().statusCode));
      });
      expect(plain).toBe(400);
    }
    // The command of the pod.
    const probe = (client: string) => {
      const [program, ...args] = containerOf('alertmanager').readiness_probe.exec.command;
      expect(program).toBe('amtool');
      const changed = args.map((arg) => arg.replace(/=\/etc\/.*/, `=${client}`).replace(':9093', `:${alertmanager}`));
      return execFileSync(tools().monitoring!.amtool, changed, { encoding: 'utf8', stdio: 'pipe' });
    };
    expect(probe(path.join(FOLDER, 'alertmanager', 'client.yml'))).toContain('disabled');
    write('web/other/password', 'another');
    const wrong = readFileSync(path.join(FOLDER, 'alertmanager', 'client.yml'), 'utf8').replace(
      'monitoring-web/password',
      'other/password',
    );
    write('wrong.yml', wrong);
    expect(() => probe(path.join(FOLDER, 'wrong.yml'))).toThrow(/401/);

    const told = () =>
      new Promise<string>((resolve, reject) => {
        const ca = readFileSync(path.join(FOLDER, 'tls', 'ca.crt'));
        const options = {
          host: 'localhost',
          family: 4,
          port: alertmanager,
          path: '/api/v2/alerts',
          ca,
          auth: `monitoring:${PASSWORD}`,
        };
        https
          .get({ ...options, agent: false }, (answer) => {
            let text = '';
            answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
            answer.on('end', () => resolve(text));
          })
          .on('error', reject);
      });
    await until(async () => (await told()).includes('Always'), 60, 'an alert of Prometheus at Alertmanager');
  });
});
