import { SecretReference } from '../../core/secret-reference';
import { knownListFaults } from '../../core/text-list';
import { hasToken } from '../../core/tokens';
import { duplicateFaults } from '../../units/duplicate-faults';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { secretPath } from './alert-secrets';

/**
 * Mailboxes to send alerts to.
 */
export interface EmailReceiverProps {
  /**
   * Server that takes the mail, as `HOST:PORT`, e.g. `email-smtp.eu-central-1.amazonaws.com:587`. Port 465 is TLS from the beginning, on others
   * the connection is upgraded by STARTTLS. EC2 blocks port 25 outwards unless AWS was asked to open it.
   */
  readonly smarthost: string;
  /** Address that the mail is from. */
  readonly from: string;
  /** Addresses that it is sent to. */
  readonly to: string[];
  /** Name of the user at the server, which is part of the configuration; it needs `password`. @default - the server asks for none */
  readonly username?: string;
  /** Secret that holds the password of the user. @default - the server asks for none */
  readonly password?: SecretReference;
  /** Whether mail is sent by TLS alone; without, alerts may be read and changed on their way. @default true */
  readonly requireTls?: boolean;
  /** Secret that holds the certificate of the authority which signed that of the server, in PEM. @default - authorities that the image knows */
  readonly certificateAuthority?: SecretReference;
}

/**
 * Entry of `email_configs` in Alertmanager's configuration.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#email_config
 *
 * @internal
 */
export function emailConfig(props: EmailReceiverProps): object {
  const { smarthost, from, to, username, password, requireTls = true, certificateAuthority } = props;
  return {
    smarthost,
    from,
    to: to.join(', '),
    require_tls: requireTls,
    send_resolved: true,
    ...(username !== undefined && { auth_username: username }),
    ...(password && { auth_password_file: secretPath(password) }),
    ...(certificateAuthority && { tls_config: { ca_file: secretPath(certificateAuthority) } }),
  };
}

/**
 * What is wrong with it, beside its secrets.
 *
 * @param at path of the receiver
 * @param props what was given
 *
 * @internal
 */
export function emailFaults(at: string, props: EmailReceiverProps): Fault[] {
  const { smarthost, from, to } = props;
  return allOf(
    () => smarthostFaults(`${at}.smarthost`, smarthost),
    () => addressFaults(`${at}.from`, from),
    () => recipientFaults(`${at}.to`, to),
    () => loginFaults(at, props),
  );
}

/** A name or an IPv4 address, or an IPv6 address in brackets, and a port. */
const SMARTHOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\]):([1-9]\d{0,4})$/;
/** A plain address: without a display name, quotes or braces, which Alertmanager would take for a template. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`|~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/;

function smarthostFaults(property: string, smarthost: string): Fault[] {
  if (hasToken(smarthost)) return [];
  const port = Number(SMARTHOST.exec(smarthost)?.[1] ?? 0);
  if (port >= 1 && port <= 65535) return [];
  const reason = `${property} must be the host of a mail server and its port, e.g. 'smtp.example.com:587'; got ${givenValue(smarthost)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

function addressFaults(property: string, address: string): Fault[] {
  if (hasToken(address) || ADDRESS.test(address)) return [];
  const reason = `${property} must be an e-mail address alone, e.g. 'alerts@example.com'; got ${givenValue(address)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

function recipientFaults(property: string, to: readonly string[]): Fault[] {
  const unknown = knownListFaults(property, to, 'the configuration of Alertmanager is made from it');
  if (unknown.length > 0) return unknown;
  if (to.length === 0)
    return [fault('EMPTY_LIST', property, `${property} must name at least one address; got []: nobody would be told`)];
  return [...to.flatMap((address, i) => addressFaults(`${property}[${i}]`, address)), ...duplicateFaults(property, to)];
}

function loginFaults(
  at: string,
  { username, password, requireTls, certificateAuthority }: EmailReceiverProps,
): Fault[] {
  const missing = (property: string, other: string) =>
    fault('MISSING_PROPERTY', `${at}.${property}`, `${at} has ${other} without ${property}; give both, or neither`);
  const conflicting = (property: string, why: string) =>
    fault('CONFLICTING_PROPERTIES', `${at}.${property}`, `${at}.${property} ${why}; leave one of the two out`);
  return [
    ...(username !== undefined && !password ? [missing('password', 'username')] : []),
    ...(password && username === undefined ? [missing('username', 'password')] : []),
    ...(username === '' ? [fault('INVALID_NAME', `${at}.username`, `${at}.username must not be empty; got ''`)] : []),
    ...(password && requireTls === false
      ? [conflicting('password', 'could be read on its way with requireTls: false')]
      : []),
    ...(certificateAuthority && requireTls === false
      ? [
          conflicting(
            'certificateAuthority',
            'protects nothing with requireTls: false, by which mail may go without TLS',
          ),
        ]
      : []),
  ];
}
