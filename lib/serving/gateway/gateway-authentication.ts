import { SecretReference } from '../../core/secret-reference';
import { checkArguments } from '../../units/argument-faults';
import { CertificateAuthority } from './certificate-authority';
import { OidcIssuer } from './oidc-issuer';

/**
 * Tokens of an identity provider, e.g. of OpenID Connect, that callers send as `Authorization: Bearer`.
 */
export interface JwtOptions {
  /** The issuer, as tokens name it in `iss`. */
  readonly issuer: string;
  /** Who tokens must be for: one of these is in `aud`. */
  readonly audiences: string[];
  /**
   * URL of the issuer's public keys: what its `/.well-known/openid-configuration` calls `jwks_uri`. The gateway reads them at start and every five
   * minutes. It begins with `https`, or is that of a Service of the cluster, by `<service>.<namespace>.svc`: its network policy lets the gateway connect to
   * the port of the URL, or to that namespace.
   */
  readonly keysUrl: string;
  /**
   * Who has signed the certificate of `keysUrl`.
   * @default - an authority that the public knows
   */
  readonly keysAuthority?: CertificateAuthority;
  /**
   * Claim that names the caller, for limits and logs; text, at the top of the token. Callers whose tokens do not have it, or have something else than
   * text there, have no name in the logs, and share the limits of a single caller.
   * @default 'sub'
   */
  readonly clientClaim?: string;
}

/**
 * How callers of a front door show who they are. There is none without.
 */
export class GatewayAuthentication {
  /**
   * A key for each caller, from secrets in the namespace of the gateway, sent as `Authorization: Bearer`. A changed secret counts within a minute or
   * two, without a restart.
   *
   * @param keys a secret for each caller, by the caller's name, which logs and limits use
   */
  public static apiKeys(keys: { [client: string]: SecretReference }): GatewayAuthentication {
    return new GatewayAuthentication(keys);
  }

  /**
   * Tokens that an identity provider has signed.
   *
   * @param options the provider
   */
  public static jwt(options: JwtOptions): GatewayAuthentication {
    return new GatewayAuthentication(undefined, options);
  }

  /**
   * Tokens of a provider of OpenID Connect, sent as `Authorization: Bearer`. Callers get them from the provider by themselves: nobody is sent to a page
   * to log in.
   *
   * @param issuer the provider
   * @param audiences who tokens must be for: one of these is in `aud`
   * @param clientClaim claim that names the caller, for limits and logs @default 'sub'
   */
  public static oidc(issuer: OidcIssuer, audiences: string[], clientClaim?: string): GatewayAuthentication {
    return GatewayAuthentication.jwt({ issuer: issuer.issuer, keysUrl: issuer.keysUrl, audiences, clientClaim });
  }

  /** Secrets of callers' keys, by the names of callers. @default - tokens are asked for */
  public readonly keys?: { [client: string]: SecretReference };
  /** The provider of tokens. @default - keys are asked for */
  public readonly jwtOptions?: JwtOptions;

  private constructor(keys?: { [client: string]: SecretReference }, jwtOptions?: JwtOptions) {
    this.keys = keys;
    this.jwtOptions = jwtOptions;
  }
}

checkArguments('GatewayAuthentication', GatewayAuthentication);
