import { SecretReference, secretFaults } from '../../core/secret-reference';
import { knownListFaults } from '../../core/text-list';
import { concreteFault } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { checkArguments } from '../../units/argument-faults';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';

/**
 * An issuer of OpenID Connect, e.g. Dex, Keycloak, Okta or Entra ID. Grafana does not look up its endpoints: they are in
 * `<issuer>/.well-known/openid-configuration`.
 */
export interface GrafanaOidcProps {
  /** Client that is registered with the issuer, with the redirect URL `<url of Grafana>/login/generic_oauth`. */
  readonly clientId: string;
  /** Secret of the client, in the namespace of the monitoring stack. */
  readonly clientSecret: SecretReference;
  /** Its `authorization_endpoint`, where browsers are sent to. */
  readonly authorizationUrl: string;
  /** Its `token_endpoint`. */
  readonly tokenUrl: string;
  /** Its `userinfo_endpoint`. */
  readonly userInfoUrl: string;
  /**
   * What is asked for.
   * @default ['openid', 'profile', 'email', 'groups']
   */
  readonly scopes?: string[];
  /** Group in the claim `groups` whose members may change what is not provisioned. @default - everyone may only look */
  readonly adminGroup?: string;
  /** Name on the button. @default 'single sign-on' */
  readonly displayName?: string;
}

/**
 * How people sign in to Grafana. Nobody gets in without, and nobody can register.
 */
export class GrafanaAuth {
  /**
   * One user, `admin`, with a password that is made in the cluster: `kubectl get secret grafana-admin -n monitoring -o
   * jsonpath='{.data.admin-password}' | base64 -d` shows it. It is in no state and in no plan.
   */
  public static generatedPassword(): GrafanaAuth {
    return new GrafanaAuth(undefined);
  }

  /**
   * One user, `admin`, with a password that is in a secret of the namespace already.
   *
   * @param secret the secret
   */
  public static password(secret: SecretReference): GrafanaAuth {
    return new GrafanaAuth(undefined, secret);
  }

  /**
   * Accounts of an issuer of OpenID Connect, and no other. `url` of the Grafana options must be set.
   *
   * @param props the issuer and the client
   */
  public static oidc(props: GrafanaOidcProps): GrafanaAuth {
    return new GrafanaAuth(props);
  }

  /** @internal */
  public readonly _issuer?: GrafanaOidcProps;
  /** @internal */
  public readonly _passwordSecret?: SecretReference;

  private constructor(issuer?: GrafanaOidcProps, passwordSecret?: SecretReference) {
    this._issuer = issuer;
    this._passwordSecret = passwordSecret;
  }

  /** Whether accounts are those of an issuer. */
  public get usesIssuer(): boolean {
    return this._issuer !== undefined;
  }
}

checkArguments('GrafanaAuth', GrafanaAuth);

/** Secret that the stack makes: a volume of its name is there already, and a key of its own is all that it holds. @internal */
export const GRAFANA_KEY_SECRET = 'grafana-secret-key';

function reservedFault(property: string): Fault {
  const reason = `${property}.name must not be '${GRAFANA_KEY_SECRET}', the secret of the key that this stack makes for Grafana; put yours into a secret of another name`;
  return fault('RESERVED', `${property}.name`, reason);
}

/** @internal */
export function authFaults(at: string, auth: GrafanaAuth | undefined): Fault[] {
  const { _issuer: issuer, _passwordSecret: secret } = auth ?? {};
  const why = 'the configuration of Grafana is made from it';
  const concreteSecret = (property: string, { name, key }: SecretReference): Fault[] => {
    const unknown = Object.entries({ name, key }).flatMap(([part, value]) =>
      concreteFault(`${property}.${part}`, value, why),
    );
    if (unknown.length > 0) return unknown;
    const reserved = name === GRAFANA_KEY_SECRET ? [reservedFault(property)] : [];
    return [...reserved, ...secretFaults(property, { name, key })];
  };
  if (secret) return concreteSecret(`${at}.password`, secret);
  if (!issuer) return [];
  const { clientId, clientSecret, adminGroup, displayName, scopes = [] } = issuer;
  const urls = {
    authorizationUrl: issuer.authorizationUrl,
    tokenUrl: issuer.tokenUrl,
    userInfoUrl: issuer.userInfoUrl,
  };
  return allOf(
    () => concreteSecret(`${at}.clientSecret`, clientSecret),
    () => lineFaults(`${at}.clientId`, clientId),
    () => (adminGroup === undefined ? [] : lineFaults(`${at}.adminGroup`, adminGroup)),
    () => (displayName === undefined ? [] : lineFaults(`${at}.displayName`, displayName)),
    () => {
      const unknownScopes = knownListFaults(`${at}.scopes`, scopes, why);
      return unknownScopes.length > 0
        ? unknownScopes
        : scopes.flatMap((scope, index) => lineFaults(`${at}.scopes[${index}]`, scope));
    },
    () =>
      Object.entries(urls).flatMap(([name, url]) => {
        const unknown = concreteFault(`${at}.${name}`, url, why);
        const instead = 'its secret is clientSecret';
        if (unknown.length > 0) return unknown;
        const wrong = plainUrlFaults(`${at}.${name}`, url, instead);
        return wrong.length > 0 ? wrong : lineFaults(`${at}.${name}`, url);
      }),
  );
}

/** The fault of a text that Grafana's configuration would read as something else. @internal */
export function lineFaults(property: string, text: string): Fault[] {
  const unknown = concreteFault(property, text, 'the configuration of Grafana is made from it');
  if (unknown.length > 0) return unknown;
  if (/^[^\s"'`;#$%\\][^"'`;#$%\\\n\r]*$/.test(text)) return [];
  const reason = `${property} must be one line without quotes, backslashes and the characters ; # $ %; got ${JSON.stringify(text)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}
