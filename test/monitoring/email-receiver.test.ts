import { AlertReceiver, EmailReceiverProps } from '../../lib/monitoring';
import { faultsThrown, idsOf } from '../support/faults';
import { Block } from '../support/synth';
import { monitor } from './support';

const password = { name: 'mail', key: 'password' };
const email = (props: Partial<EmailReceiverProps> = {}) =>
  AlertReceiver.email('mail', {
    smarthost: 'smtp.example.com:587',
    from: 'alerts@example.com',
    to: ['ops@example.com'],
    ...props,
  });
const configOf = (props: Partial<EmailReceiverProps>): Block => {
  const { monitoring } = monitor([{}], { alertReceivers: [email(props)] });
  return (JSON.parse(monitoring.alertmanagerConfiguration) as Block).receivers[1].email_configs[0] as Block;
};

test('mail goes to all addresses by TLS, also when an alert is over', () => {
  expect(configOf({ to: ['a@example.com', 'b@example.com'] })).toEqual({
    smarthost: 'smtp.example.com:587',
    from: 'alerts@example.com',
    to: 'a@example.com, b@example.com',
    require_tls: true,
    send_resolved: true,
  });
});

test('the password and the authority are files of secrets, which are mounted, and nowhere in the program', () => {
  const given = { username: 'alerts', password, certificateAuthority: { name: 'authority', key: 'ca.crt' } };
  expect(configOf(given)).toMatchObject({
    auth_username: 'alerts',
    auth_password_file: '/etc/alertmanager-secrets/mail/password',
    tls_config: { ca_file: '/etc/alertmanager-secrets/authority/ca.crt' },
  });
  const { result } = monitor([{}], { alertReceivers: [email(given)] });
  const { volume } = result.byName('kubernetes_stateful_set_v1', 'alertmanager').spec.template.spec;
  const mounted = volume.flatMap(({ secret }: Block) => secret?.secret_name ?? []);
  expect(mounted).toEqual(['mail', 'authority']);
});

test('TLS may be given up', () => expect(configOf({ requireTls: false }).require_tls).toBe(false));

test.each(['smtp.example.com:465', 'localhost:1', '10.0.0.1:65535', '[2001:db8::1]:25'])(
  '%s is a server',
  (smarthost) => expect(configOf({ smarthost }).smarthost).toBe(smarthost),
);

test.each<[Partial<EmailReceiverProps>, string[]]>([
  [{ smarthost: 'smtp.example.com' }, ['INVALID_FORMAT smarthost']],
  [{ smarthost: 'smtp.example.com:0' }, ['INVALID_FORMAT smarthost']],
  [{ smarthost: 'smtp.example.com:65536' }, ['INVALID_FORMAT smarthost']],
  [{ smarthost: 'smtp://smtp.example.com:587' }, ['INVALID_FORMAT smarthost']],
  [{ smarthost: '2001:db8::1:25' }, ['INVALID_FORMAT smarthost']],
  [{ smarthost: '' }, ['INVALID_FORMAT smarthost']],
  [{ from: 'alerts' }, ['INVALID_FORMAT from']],
  [{ from: 'Alerts <alerts@example.com>' }, ['INVALID_FORMAT from']],
  [{ from: '{{x}}@example.com' }, ['INVALID_FORMAT from']],
  [{ to: [] }, ['EMPTY_LIST to']],
  [{ to: ['a@example.com, b@example.com'] }, ['INVALID_FORMAT to[0]']],
  [{ to: ['a@example.com', 'a@example.com'] }, ['DUPLICATE to']],
  [{ username: 'alerts' }, ['MISSING_PROPERTY password']],
  [{ password }, ['MISSING_PROPERTY username']],
  [{ username: '', password }, ['INVALID_NAME username']],
  [{ username: 'alerts', password, requireTls: false }, ['CONFLICTING_PROPERTIES password']],
  [{ certificateAuthority: password, requireTls: false }, ['CONFLICTING_PROPERTIES certificateAuthority']],
  [{ username: 'alerts', password: { name: 'mail', key: '../x' } }, ['INVALID_NAME password.key']],
  [
    { smarthost: 'a', from: 'b', to: ['c'] },
    ['INVALID_FORMAT smarthost', 'INVALID_FORMAT from', 'INVALID_FORMAT to[0]'],
  ],
])('%j is refused', (props, ids) => {
  const faults = faultsThrown(() => monitor([{}], { alertReceivers: [email(props)] }));
  expect(idsOf(faults)).toEqual(ids.map((id) => id.replace(' ', ' alertReceivers[0].')));
});
