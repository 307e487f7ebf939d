import { textList } from '../../core/text-list';
import { ipv4Range } from '../../units/ipv4-range';
import { checkArguments } from '../../units/argument-faults';

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

checkArguments('ApiAccess', ApiAccess);

/** Half of all addresses, which no organization has: whoever names that much means everybody, in however many pieces. */
const INTERNET = 2 ** 31;

/**
 * Whether ranges together are the internet.
 *
 * @param cidrs ranges in CIDR notation
 *
 * @internal
 */
export function coversInternet(cidrs: string[]): boolean {
  const ranges = cidrs.flatMap((cidr) => ipv4Range(cidr) ?? []).sort((a, b) => a.first - b.first);
  let covered = 0;
  let next = 0;
  for (const { first, size } of ranges) {
    const end = first + size;
    covered += Math.max(0, end - Math.max(first, next));
    next = Math.max(next, end);
  }
  return covered >= INTERNET;
}
