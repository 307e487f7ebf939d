import { checkArguments } from '../../units/argument-faults';

/**
 * A certificate that cert-manager gets and renews.
 */
export interface GatewayCertificate {
  /** Names that callers use, e.g. `models.example.com`. */
  readonly dnsNames: string[];
  /** Name of the issuer. */
  readonly issuer: string;
  /** Whether the issuer is one of the cluster, `ClusterIssuer`, and not of the namespace. @default true */
  readonly clusterIssuer?: boolean;
}

/**
 * The certificate of a front door. A renewed one is taken up without a restart.
 */
export class GatewayTls {
  /**
   * A secret of type `kubernetes.io/tls` in the namespace of the gateway.
   *
   * @param secretName its name
   */
  public static secret(secretName: string): GatewayTls {
    return new GatewayTls(secretName);
  }

  /**
   * A certificate of cert-manager, which the cluster must have. The secret is named after the gateway.
   *
   * @param certificate what is asked for
   * @see https://cert-manager.io/docs/usage/certificate/
   */
  public static certificate(certificate: GatewayCertificate): GatewayTls {
    return new GatewayTls(undefined, certificate);
  }

  /** Name of the secret. @default - that of the certificate */
  public readonly secretName?: string;
  /** What cert-manager is asked for. @default - nothing, the secret is there */
  public readonly requested?: GatewayCertificate;

  private constructor(secretName?: string, requested?: GatewayCertificate) {
    this.secretName = secretName;
    this.requested = requested;
  }
}

checkArguments('GatewayTls', GatewayTls);
