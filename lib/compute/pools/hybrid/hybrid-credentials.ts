import { NodeCredentials } from '../../../outage/node-credentials';
import { checkArguments } from '../../../units/argument-faults';

/**
 * Certificates by which nodes show who they are.
 */
export interface RolesAnywhereOptions {
  /**
   * Certificate of the authority that issues the certificates of the nodes, in PEM; several may follow each other. It is public: never a key.
   * @default - `trustAnchorArn` has it
   */
  readonly certificateAuthority?: string;
  /** ARN of a trust anchor that exists, e.g. of AWS Private CA. @default - one is made of `certificateAuthority` */
  readonly trustAnchorArn?: string;
  /**
   * Organizational unit (OU) that the subject of each certificate must have, so that the nodes of this pool alone get its role where several sites share an
   * authority. @default - every certificate of the authority is taken
   */
  readonly organizationalUnit?: string;
}

/**
 * An activation of Systems Manager.
 */
export interface SsmActivationOptions {
  /** Until when nodes may register, e.g. `2027-01-31T00:00:00Z`; at most 30 days from when it is made. */
  readonly expiresAt: string;
}

/**
 * How the nodes of a `HybridGpuNodePool` get credentials of their role.
 */
export class HybridCredentials {
  /**
   * A certificate on each node, whose common name (CN) is the name of the node, which IAM Roles Anywhere takes for credentials. It is in
   * `/etc/iam/pki/server.pem` there, with its key in `server.key` beside it.
   *
   * @param options the authority
   * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html
   */
  public static rolesAnywhere(options: RolesAnywhereOptions): HybridCredentials {
    return new HybridCredentials(NodeCredentials.ROLES_ANYWHERE, options);
  }

  /**
   * A hybrid activation of Systems Manager. Its code, by which any machine can become a node until it expires, is in the state of Terraform: the warning
   * `ACTIVATION_CODE_IN_STATE` says so. Outages may last one hour.
   *
   * @param options the activation
   * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html
   */
  public static ssmActivation(options: SsmActivationOptions): HybridCredentials {
    return new HybridCredentials(NodeCredentials.SSM, undefined, options);
  }

  private constructor(
    /** The service that gives the credentials. */
    public readonly source: NodeCredentials,
    /** Certificates. @default - Systems Manager gives them */
    public readonly certificates?: RolesAnywhereOptions,
    /** The activation. @default - Roles Anywhere gives them */
    public readonly activation?: SsmActivationOptions,
  ) {}

  /** The service that gives the credentials. */
  public toString(): string {
    return this.source.name;
  }
}

checkArguments('HybridCredentials', HybridCredentials);
