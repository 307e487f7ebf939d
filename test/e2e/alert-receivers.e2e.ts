import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { AlertReceiver, EmailReceiverProps } from '../../lib/monitoring';
import { alertmanagerConfig } from '../../lib/monitoring/alerting/alertmanager-config';
import { snsEnvironment } from '../../lib/monitoring/alerting/sns-publisher';
import { Certificates } from './harness/certificates';
import { Alertmanager } from './harness/monitoring/alertmanager';
import { MailServer } from './harness/monitoring/mail-server';
import { Topics } from './harness/monitoring/topics';
import { describeWith } from './harness/needs';
import { Stoppable, stopAll, until } from './harness/process';
import { E2E_CACHE, tools } from './harness/tools';

const FOLDER = path.join(E2E_CACHE, 'runs', 'alert-receivers');
/** Where the secrets are mounted in the pod. */
const MOUNTED = '/etc/alertmanager-secrets';
const LOGIN = { username: 'alerts', password: 'not to be written down' };
const KEY = { id: 'AKIAIOSFODNN7EXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const ALERT = {
  alertname: 'HighLatency',
  severity: 'critical',
  namespace: 'inference',
  job: 'vllm',
  model: 'm'.repeat(120),
};
const SECONDS = 90;

describeWith(['monitoring'], 'Receivers of alerts, by a real Alertmanager', () => {
  const started: Stoppable[] = [];
  const certificates = () => new Certificates(path.join(FOLDER, 'certificates'));
  const password = { name: 'mail', key: 'password' };

  /** Tells at once, with secrets where this machine has them. */
  const start = async (name: string, receiver: AlertReceiver, further: (text: string) => string = (text) => text) => {
    const secrets = path.join(FOLDER, 'secrets');
    const text = alertmanagerConfig({ alertReceivers: [receiver] }).replace(
      '"group_wait": "30s"',
      '"group_wait": "0s"',
    );
    // As soon as something changes, instead of after five minutes.
    const soon = (config: string) => config.replace('"group_interval": "5m"', '"group_interval": "1s"');
    const here = (path: string) => path.replaceAll(MOUNTED, secrets);
    const env = Object.entries(snsEnvironment([receiver])).map(([variable, file]) => [variable, here(file)]);
    const { alertmanager } = tools().monitoring!;
    const made = await Alertmanager.start(
      alertmanager,
      path.join(FOLDER, name),
      further(soon(here(text))),
      Object.fromEntries(env) as { [name: string]: string },
    );
    started.push(made);
    return made;
  };
  const log = (name: string) => readFileSync(path.join(FOLDER, name, 'alertmanager.log'), 'utf8');

  beforeAll(() => {
    rmSync(FOLDER, { recursive: true, force: true });
    for (const [secret, key, text] of [
      ['mail', 'password', LOGIN.password],
      ['mail', 'wrong', 'another'],
      ['aws', 'credentials', `[default]\naws_access_key_id = ${KEY.id}\naws_secret_access_key = ${KEY.secret}\n`],
    ]) {
      mkdirSync(path.join(FOLDER, 'secrets', secret), { recursive: true });
      writeFileSync(path.join(FOLDER, 'secrets', secret, key), text);
    }
  });
  afterAll(() => stopAll(started));

  const mailServer = async (secured: boolean) => {
    const made = certificates();
    mkdirSync(path.join(FOLDER, 'secrets', 'authority'), { recursive: true });
    writeFileSync(path.join(FOLDER, 'secrets', 'authority', 'ca.crt'), readFileSync(made.authority));
    const server = await MailServer.start(secured ? { certificate: made.make('mail'), login: LOGIN } : {});
    started.push(server);
    return server;
  };
  const email = (server: MailServer, props: Partial<EmailReceiverProps>) =>
    AlertReceiver.email('mail', {
      smarthost: server.address,
      from: 'alerts@example.com',
      to: ['a@example.com', 'b@example.com'],
      ...props,
    });
  const certificateAuthority = { name: 'authority', key: 'ca.crt' };

  test('mail goes by TLS, with the password of a secret, to every address', async () => {
    const server = await mailServer(true);
    const alertmanager = await start(
      'mail',
      email(server, { username: LOGIN.username, password, certificateAuthority }),
    );
    await alertmanager.raise([ALERT]);
    await until(() => server.mails.length === 1, SECONDS, 'a mail');
    expect(server.mails[0]).toMatchObject({
      from: 'alerts@example.com',
      to: ['a@example.com', 'b@example.com'],
      secured: true,
      text: expect.stringContaining('HighLatency') as string,
    });
  });

  test.each<[string, boolean, Partial<EmailReceiverProps>, RegExp]>([
    ['no TLS', false, {}, /require_tls/],
    [
      'another password',
      true,
      { username: LOGIN.username, password: { name: 'mail', key: 'wrong' }, certificateAuthority },
      /535/,
    ],
    ['a certificate that nobody signed whom it knows', true, { username: LOGIN.username, password }, /x509/],
  ])('no mail goes with %s', async (name, secured, props, reason) => {
    const server = await mailServer(secured);
    const alertmanager = await start(name, email(server, props));
    await alertmanager.raise([ALERT]);
    await until(() => reason.test(log(name)), SECONDS, 'a refusal');
    expect(server.mails).toEqual([]);
  });

  test.each(['alerts', 'alerts.fifo'])('%s of SNS is told, signed by the credentials of a secret', async (name) => {
    const topics = await Topics.start(KEY);
    started.push(topics);
    const topicArn = `arn:aws:sns:eu-central-1:123456789012:${name}`;
    const receiver = AlertReceiver.sns('topic', { topicArn, credentials: { name: 'aws', key: 'credentials' } });
    const elsewhere = (text: string) => text.replace('"topic_arn"', `"api_url": "${topics.url}", "topic_arn"`);
    const alertmanager = await start(name, receiver, elsewhere);
    await alertmanager.raise([ALERT]);
    await until(() => topics.published.length + topics.refused.length > 0, SECONDS, 'a message');
    expect(topics.refused).toEqual([]);
    expect(topics.published).toEqual([
      expect.objectContaining({
        topicArn,
        subject: '[FIRING:1] HighLatency',
        message: expect.stringContaining('HighLatency') as string,
      }),
    ]);
    await alertmanager.raise([ALERT], new Date());
    await until(() => topics.published.length + topics.refused.length > 1, SECONDS, 'a message that it is over');
    const [fired, resolved] = topics.published;
    expect(resolved.subject).toBe('[RESOLVED] HighLatency');
    // SNS would drop the second one within five minutes.
    expect(fired.deduplicationId !== undefined).toBe(name.endsWith('.fifo'));
    expect(resolved.deduplicationId).toBe(fired.deduplicationId);
  });
});
