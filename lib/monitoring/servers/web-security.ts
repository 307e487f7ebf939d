import { SecretReference, secretNameFaults } from '../../core/secret-reference';
import { concreteFault } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { mountedSecretFaults } from '../alerting/alert-secrets';

/**
 * TLS and authentication of Prometheus and Alertmanager. What it names is in secrets in the namespace of the monitoring stack, which must be there
 * before the pods start.
 */
export interface WebSecurity {
  /**
   * Secret of the type `kubernetes.io/tls` with `tls.crt`, `tls.key` and `ca.crt`, the authority that signed it, as cert-manager makes it, for the names
   * `prometheus.<namespace>.svc` and `alertmanager.<namespace>.svc`, and with `highAvailability` `*.alertmanager-peers.<namespace>.svc` too. The servers
   * read a renewed certificate by themselves.
   */
  readonly tlsSecret: string;
  /**
   * Secret that holds the web configuration of both servers: the certificate under `/etc/monitoring-tls`, and users with their passwords hashed by
   * bcrypt, `username` among them.
   */
  readonly webConfig: SecretReference;
  /** Secret that holds the password of `username`, by which Prometheus reaches Alertmanager, Grafana both, and their probes them. */
  readonly password: SecretReference;
  /** User whose password that is: letters, digits, `.`, `_` and `-`. @default 'monitoring' */
  readonly username?: string;
}

const TLS_FOLDER = '/etc/monitoring-tls';
const WEB_FOLDER = '/etc/monitoring-web';
/** Key of the authority in the secret of the certificate. @internal */
export const AUTHORITY_KEY = 'ca.crt';
/** File with the credentials of the probes, among those of the configuration. @internal */
export const CLIENT_FILE = 'client.yml';
const USERNAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Whom the monitoring's own clients are. @internal */
export function usernameOf({ username = 'monitoring' }: WebSecurity): string {
  return username;
}

function pathOf({ name, key }: SecretReference): string {
  return `${WEB_FOLDER}/${name}/${key}`;
}

/**
 * What is wrong with it.
 *
 * @internal
 */
export function webSecurityFaults(security: WebSecurity | undefined): Fault[] {
  if (security === undefined) return [];
  const { tlsSecret, webConfig, password } = security;
  const at = 'webSecurity';
  return allOf(
    () => {
      const unknown = concreteFault(`${at}.tlsSecret`, tlsSecret, 'names of volumes are made from it');
      return unknown.length > 0 ? unknown : secretNameFaults(`${at}.tlsSecret`, tlsSecret);
    },
    () => mountedSecretFaults(`${at}.webConfig`, webConfig),
    () => mountedSecretFaults(`${at}.password`, password),
    () => usernameFaults(`${at}.username`, usernameOf(security)),
  );
}

function usernameFaults(property: string, username: string): Fault[] {
  const unknown = concreteFault(property, username, 'the configurations of clients are made from it');
  if (unknown.length > 0) return unknown;
  if (USERNAME.test(username)) return [];
  const reason = `${property} must be 1 to 64 letters, digits, '.', '_' and '-'; got ${givenValue(username)}`;
  return [fault('INVALID_NAME', property, reason)];
}

/**
 * Secrets that a server mounts, and where.
 *
 * @internal
 */
export function webSecrets(security: WebSecurity | undefined): { readonly name: string; readonly folder: string }[] {
  if (!security) return [];
  const { tlsSecret, webConfig, password } = security;
  const others = [...new Set([webConfig.name, password.name])];
  return [
    { name: tlsSecret, folder: TLS_FOLDER },
    ...others.map((name) => ({ name, folder: `${WEB_FOLDER}/${name}` })),
  ];
}

/** Arguments of a server. @internal */
export function webArguments(security: WebSecurity | undefined): string[] {
  return security ? [`--web.config.file=${pathOf(security.webConfig)}`] : [];
}

/**
 * How a client of a server trusts it, and says who it is, in the form of Prometheus' HTTP clients.
 *
 * @param security of the server
 * @param serverName name in its certificate, where it is called by another @default - that of the URL
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/#http_config
 *
 * @internal
 */
export function clientConfig(security: WebSecurity, serverName?: string): object {
  return {
    basic_auth: { username: usernameOf(security), password_file: pathOf(security.password) },
    tls_config: { ca_file: `${TLS_FOLDER}/${AUTHORITY_KEY}`, ...(serverName && { server_name: serverName }) },
  };
}

/**
 * The file by which the probes of a server ask it; none where they may ask without.
 *
 * @param host name of the server in its certificate
 *
 * @internal
 */
export function probeFiles(security: WebSecurity | undefined, host: string): { name: string; text: () => string }[] {
  if (!security) return [];
  return [{ name: CLIENT_FILE, text: () => `${JSON.stringify(clientConfig(security, host), null, 2)}\n` }];
}
