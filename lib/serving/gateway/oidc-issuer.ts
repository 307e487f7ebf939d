import { checkArguments } from '../../units/argument-faults';

/**
 * An identity provider of OpenID Connect, with the URL of its public keys, `jwks_uri` of its discovery document: synthesis reads nothing from networks,
 * so that the rule by which the provider makes the one from the other is written here.
 */
export class OidcIssuer {
  /**
   * Any provider.
   *
   * @param issuer as tokens name it in `iss`, to the letter
   * @param keysUrl what `<issuer>/.well-known/openid-configuration` calls `jwks_uri`, `https`
   */
  public static of(issuer: string, keysUrl: string): OidcIssuer {
    return new OidcIssuer(issuer, keysUrl);
  }

  /**
   * A realm of Keycloak.
   *
   * @param realmUrl e.g. `https://id.example.com/realms/models`
   * @see https://www.keycloak.org/securing-apps/oidc-layers
   */
  public static keycloak(realmUrl: string): OidcIssuer {
    const issuer = withoutSlash(realmUrl);
    return new OidcIssuer(issuer, `${issuer}/protocol/openid-connect/certs`);
  }

  /**
   * A tenant of Microsoft Entra ID, whose tokens are of version 2.0.
   *
   * @param tenantId id of the tenant in lower case, never `common`, `organizations`, `consumers` or a domain: no token is issued by these, so that a
   *   gateway refuses them
   * @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
   */
  public static entraId(tenantId: string): OidcIssuer {
    const host = `https://login.microsoftonline.com/${tenantId}`;
    return new OidcIssuer(`${host}/v2.0`, `${host}/discovery/v2.0/keys`);
  }

  /**
   * A user pool of Amazon Cognito. Its ID tokens are for an app client, which is in `aud`; its access tokens have no `aud` and are refused.
   *
   * @param region e.g. `eu-central-1`
   * @param userPoolId e.g. `eu-central-1_EXAMPLE`, which begins with the region
   * @see https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
   */
  public static cognito(region: string, userPoolId: string): OidcIssuer {
    const issuer = `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
    return new OidcIssuer(issuer, `${issuer}/.well-known/jwks.json`);
  }

  /**
   * An EKS cluster, whose pods then show tokens of their service accounts (projected, with an audience of their own).
   *
   * @param issuer e.g. `https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE`
   * @see https://docs.aws.amazon.com/eks/latest/userguide/irsa-fetch-keys.html
   */
  public static eks(issuer: string): OidcIssuer {
    return new OidcIssuer(withoutSlash(issuer), `${withoutSlash(issuer)}/keys`);
  }

  /** The issuer, as tokens name it in `iss`. */
  public readonly issuer: string;
  /** URL of its public keys. */
  public readonly keysUrl: string;

  private constructor(issuer: string, keysUrl: string) {
    this.issuer = issuer;
    this.keysUrl = keysUrl;
  }
}

checkArguments('OidcIssuer', OidcIssuer);

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
