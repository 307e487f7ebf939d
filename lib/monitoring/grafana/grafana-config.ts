import { AUTHORITY_KEY, usernameOf, WebSecurity } from '../servers/web-security';
import { SecretReference } from '../../core/secret-reference';
import { GrafanaAuth } from './grafana-auth';

/** Folder of a secret in the container. @internal */
export const secretFolder = (secret: SecretReference) => `/etc/grafana-secrets/${secret.name}`;

const fileOf = (secret: SecretReference) => `$__file{${secretFolder(secret)}/${secret.key}}`;

/** @internal */
export interface GrafanaConfigProps {
  readonly url: string;
  readonly auth: GrafanaAuth;
  /** Password of the user `admin`; none with an issuer. */
  readonly password?: SecretReference;
  /** Key that Grafana encrypts its own data with. */
  readonly secretKey: SecretReference;
}

interface Sections {
  readonly [section: string]: { readonly [key: string]: string | number | boolean };
}

/**
 * The text of `grafana.ini`. Secrets are read from files, by Grafana's own `$__file`.
 *
 * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
 *
 * @internal
 */
export function grafanaIni({ url, auth, password, secretKey }: GrafanaConfigProps): string {
  const sections: Sections = {
    server: { http_port: 3000, root_url: url },
    security: {
      secret_key: fileOf(secretKey),
      // With an issuer there is no such user, so that no password is left that nobody has set.
      ...(password
        ? { admin_user: 'admin', admin_password: fileOf(password) }
        : { disable_initial_admin_creation: true }),
      disable_gravatar: true,
      cookie_secure: url.startsWith('https:'),
      cookie_samesite: 'lax',
    },
    users: { allow_sign_up: false, allow_org_create: false, auto_assign_org_role: 'Viewer', viewers_can_edit: false },
    auth: { disable_login_form: auth.usesIssuer },
    'auth.anonymous': { enabled: false },
    'auth.basic': { enabled: !auth.usesIssuer },
    ...issuerSection(auth),
    // Nothing is fetched from, or told to, the internet.
    analytics: { reporting_enabled: false, check_for_updates: false, check_for_plugin_updates: false },
    plugins: { preinstall_disabled: true, plugin_admin_enabled: false },
    news: { news_feed_enabled: false },
    snapshots: { external_enabled: false },
    log: { mode: 'console' },
  };
  return Object.entries(sections)
    .map(([name, values]) => {
      const lines = Object.entries(values).map(([key, value]) => `${key} = ${value}`);
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

function issuerSection({ _issuer: issuer }: GrafanaAuth): Sections {
  if (!issuer) return {};
  const { scopes = ['openid', 'profile', 'email', 'groups'], adminGroup } = issuer;
  return {
    'auth.generic_oauth': {
      enabled: true,
      name: issuer.displayName ?? 'single sign-on',
      client_id: issuer.clientId,
      client_secret: fileOf(issuer.clientSecret),
      scopes: scopes.join(' '),
      auth_url: issuer.authorizationUrl,
      token_url: issuer.tokenUrl,
      api_url: issuer.userInfoUrl,
      use_pkce: true,
      // The account is made when somebody whom the issuer knows comes for the first time.
      allow_sign_up: true,
      role_attribute_strict: false,
      ...(adminGroup === undefined
        ? {}
        : { role_attribute_path: `contains(groups[*], '${adminGroup}') && 'Admin' || 'Viewer'` }),
    },
  };
}

const PASSWORD_VARIABLE = 'MONITORING_PASSWORD';
const AUTHORITY_VARIABLE = 'MONITORING_AUTHORITY';

/**
 * Variables of the environment of Grafana by which it asks the servers.
 *
 * @internal
 */
export function dataSourceEnvironment(security: WebSecurity | undefined) {
  if (!security) return undefined;
  const authority = { name: security.tlsSecret, key: AUTHORITY_KEY };
  return Object.entries({ [PASSWORD_VARIABLE]: security.password, [AUTHORITY_VARIABLE]: authority }).map(
    ([name, { name: secret, key }]) => ({ name, valueFrom: { secretKeyRef: { name: secret, key } } }),
  );
}

/**
 * The text of `datasources.yaml`. It is JSON, which is also YAML.
 *
 * @internal
 */
export function dataSources(
  prometheusUrl: string,
  alertmanagerUrl: string,
  scrapeIntervalSeconds: number,
  security?: WebSecurity,
): string {
  const credentials = security && {
    basicAuth: true,
    basicAuthUser: usernameOf(security),
    // Grafana puts in variables of its environment: https://grafana.com/docs/grafana/latest/administration/provisioning/#use-environment-variables
    secureJsonData: { basicAuthPassword: `$${PASSWORD_VARIABLE}`, tlsCACert: `$${AUTHORITY_VARIABLE}` },
  };
  const trust = security ? { tlsAuthWithCACert: true } : {};
  return text({
    apiVersion: 1,
    datasources: [
      {
        name: 'Prometheus',
        uid: 'prometheus',
        type: 'prometheus',
        access: 'proxy',
        url: prometheusUrl,
        isDefault: true,
        editable: false,
        ...credentials,
        jsonData: {
          httpMethod: 'POST',
          timeInterval: `${scrapeIntervalSeconds}s`,
          prometheusType: 'Prometheus',
          ...trust,
        },
      },
      {
        name: 'Alertmanager',
        uid: 'alertmanager',
        type: 'alertmanager',
        access: 'proxy',
        url: alertmanagerUrl,
        editable: false,
        ...credentials,
        jsonData: { implementation: 'prometheus', ...trust },
      },
    ],
  });
}

/**
 * The text of `dashboards.yaml`.
 *
 * @param path folder of the dashboards
 *
 * @internal
 */
export function dashboardProvider(path: string): string {
  return text({
    apiVersion: 1,
    providers: [
      {
        name: 'gpu-inference-constructs',
        folder: 'GPU inference',
        type: 'file',
        disableDeletion: true,
        allowUiUpdates: false,
        options: { path },
      },
    ],
  });
}

const text = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
