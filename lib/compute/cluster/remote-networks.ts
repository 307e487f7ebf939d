import { EksClusterRemoteNetworkConfig } from '@cdktf/provider-aws/lib/eks-cluster';
import { Fault, fault } from '../../units/fault';
import { duplicateFaults } from '../../units/duplicate-faults';
import { ipv4Range, ipv4RangeFaults, ipv4RangesOverlap } from '../../units/ipv4-range';
import { reservedKind } from '../../units/reserved-ranges';
import { allOf } from '../../units/unreadable';
import { AwsPlace, partitionOf } from '../../core/aws-provider';
import { knownListFaults, optionalTextList, textList } from '../../core/text-list';
import { concreteFault } from '../../core/tokens';
import { ApiAccess } from './api-access';

/**
 * Networks outside AWS whose machines may be nodes of a cluster (EKS Hybrid Nodes). They may be added to a cluster that exists, and taken away again.
 *
 * Routes between them and the VPC, by Direct Connect, a VPN or a transit gateway, are not made here: AWS advises at least 100 Mbps and at most
 * 200 ms there and back.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-networking.html
 */
export interface RemoteNetworks {
  /**
   * IPv4 ranges of the nodes, e.g. `10.80.0.0/16`: private ones (RFC 1918) or those of carriers (RFC 6598), that overlap neither each other nor anything of the
   * cluster.
   */
  readonly nodeCidrs: string[];
  /**
   * IPv4 ranges of the pods on those nodes, as Cilium or Calico there has them. Without them nothing of the cluster reaches a pod there: no webhook, and no
   * Prometheus.
   * @default - none: pods leave their nodes with the address of the node
   */
  readonly podCidrs?: string[];
}

/**
 * Range from which EKS gives addresses to Services where none is asked for: 172.20.0.0/16, in a VPC that has addresses of 10.0.0.0/8 (or another range of it),
 * 10.100.0.0/16 in others. Which of the two is chosen is not said exactly, so neither may be used.
 *
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
 */
const SERVICE_CIDRS = ['10.100.0.0/16', '172.20.0.0/16'];

/** Largest and smallest range: https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteNodeNetwork.html. */
const LARGEST = 8;

/** RFC 1918 and RFC 6598: https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-networking.html. */
const ALLOWED_KINDS = ['private', 'shared by customers of a carrier'];

/**
 * A copy of remote networks, which the user's own lists may change after.
 *
 * @internal
 */
export function ownNetworks(networks: RemoteNetworks | undefined): RemoteNetworks | undefined {
  if (networks === undefined) return undefined;
  return { nodeCidrs: textList(networks.nodeCidrs), podCidrs: optionalTextList(networks.podCidrs) };
}

/**
 * Remote networks as the AWS provider takes them.
 *
 * @internal
 */
export function remoteNetworkConfig(networks: RemoteNetworks | undefined): EksClusterRemoteNetworkConfig | undefined {
  if (networks === undefined) return undefined;
  const pods = networks.podCidrs ?? [];
  return {
    remoteNodeNetworks: { cidrs: [...networks.nodeCidrs] },
    remotePodNetworks: pods.length > 0 ? { cidrs: [...pods] } : undefined,
  };
}

/**
 * The faults of a cluster whose nodes outside AWS would not find it.
 *
 * @param networks its remote networks
 * @param access how its API is reached
 * @param place where it is made
 *
 * @internal
 */
export function remoteAccessFaults(
  networks: RemoteNetworks | undefined,
  access: ApiAccess | undefined,
  place: AwsPlace,
): Fault[] {
  if (networks === undefined) return [];
  const partition = partitionOf(place.region);
  return allOf(
    () => {
      if (!access?.isPublic) return [];
      const reason =
        'apiAccess must be private with remoteNetworks: where the API has both kinds of addresses, its name has the public one outside the VPC, by which nodes do not join; ' +
        'use ApiAccess.privateFrom([...])';
      return [fault('CONFLICTING_PROPERTIES', 'apiAccess', reason)];
    },
    () => {
      if (partition === undefined || partition === 'aws') return [];
      const reason = `remoteNetworks must be left out in ${place.region}: EKS takes nodes outside AWS in all regions but those of China and GovCloud`;
      return [fault('HYBRID_NODES_UNAVAILABLE', 'remoteNetworks', reason)];
    },
  );
}

/**
 * The faults of remote networks.
 *
 * @param property path of the property that has them
 * @param networks the networks
 * @param own ranges of the cluster's VPC, as far as known
 *
 * @internal
 */
export function remoteNetworkFaults(
  property: string,
  networks: RemoteNetworks | undefined,
  own: readonly string[],
): Fault[] {
  if (networks === undefined) return [];
  const lists = { nodeCidrs: networks.nodeCidrs, podCidrs: networks.podCidrs ?? [] };
  const why = 'whether they overlap anything is checked';
  const unknown = allOf(
    ...Object.entries(lists).map(
      ([name, list]) =>
        () =>
          knownListFaults(`${property}.${name}`, list, why),
    ),
  );
  if (unknown.length > 0) return unknown;
  const named = Object.entries(lists).flatMap(([name, list]) =>
    list.map((cidr, index) => ({ path: `${property}.${name}[${index}]`, cidr })),
  );
  const each = allOf(
    () =>
      networks.nodeCidrs.length > 0
        ? []
        : [
            fault(
              'EMPTY_LIST',
              `${property}.nodeCidrs`,
              `${property}.nodeCidrs must name at least one range; give that of the nodes`,
            ),
          ],
    ...named.map(
      ({ path, cidr }) =>
        () =>
          rangeFaults(path, cidr, why),
    ),
    ...Object.entries(lists).map(
      ([name, list]) =>
        () =>
          duplicateFaults(`${property}.${name}`, list),
    ),
  );
  return each.length > 0 ? each : overlapFaults(named, own);
}

function rangeFaults(path: string, cidr: string, why: string): Fault[] {
  const unknown = concreteFault(path, cidr, why);
  if (unknown.length > 0) return unknown;
  const wrong = ipv4RangeFaults(path, cidr, LARGEST);
  if (wrong.length > 0 || ALLOWED_KINDS.includes(reservedKind(cidr) ?? '')) return wrong;
  const reason = `${path} must be a private range (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16) or one of 100.64.0.0/10, which is all that EKS routes to; got '${cidr}'`;
  return [fault('RESERVED_RANGE', path, reason)];
}

function overlapFaults(named: readonly { path: string; cidr: string }[], own: readonly string[]): Fault[] {
  return named.flatMap(({ path, cidr }, index) => {
    const tell = (other: string, what: string) =>
      overlaps(cidr, other)
        ? [
            fault(
              'RANGES_OVERLAP',
              path,
              `${path} '${cidr}' overlaps ${what} '${other}', so no route can lead to both; give it another range`,
            ),
          ]
        : [];
    return [
      ...own.flatMap((range) => tell(range, "the cluster's VPC")),
      ...SERVICE_CIDRS.flatMap((range) => tell(range, 'what EKS may give to Services,')),
      ...named.slice(0, index).flatMap((other) => tell(other.cidr, other.path)),
    ];
  });
}

function overlaps(one: string, other: string): boolean {
  const [a, b] = [ipv4Range(one), ipv4Range(other)];
  return a !== undefined && b !== undefined && ipv4RangesOverlap(a, b);
}
