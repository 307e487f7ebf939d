import { textList } from '../../core/text-list';

/**
 * Networks from which the Kubernetes API of a cluster is reached. It is always reached from within the cluster's own VPC.
 */
export class ApiAccess {
  /** From within the VPC only. */
  public static private(): ApiAccess {
    return new ApiAccess([], []);
  }

  /**
   * From within the VPC, and privately from networks that are connected to it by peering, VPN or transit gateway.
   *
   * @param cidrs their IPv4 ranges, e.g. `10.20.0.0/16`
   */
  public static privateFrom(cidrs: string[]): ApiAccess {
    return new ApiAccess(cidrs, []);
  }

  /**
   * From within the VPC, and from the given ranges of the internet.
   *
   * @param cidrs their IPv4 ranges, e.g. `203.0.113.0/24`; at least one
   */
  public static publicFrom(cidrs: string[]): ApiAccess {
    return new ApiAccess([], cidrs, true);
  }

  /** Connected networks that reach the API privately. */
  public readonly privateCidrs: string[];
  /** Ranges of the internet that reach the API. */
  public readonly publicCidrs: string[];
  /** Whether the API has a public address. */
  public readonly isPublic: boolean;

  private constructor(privateCidrs: string[], publicCidrs: string[], isPublic = false) {
    this.privateCidrs = textList(privateCidrs);
    this.publicCidrs = textList(publicCidrs);
    this.isPublic = isPublic;
  }
}
