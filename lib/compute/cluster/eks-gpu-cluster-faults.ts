import { Fault, fault, faultsUnder } from '../../units/fault';
import { Token } from 'cdktf';
import { EksRelease } from '../../catalog/eks-release';
import { faultsOf } from '../../core/errors';
import { RemovalPolicy } from '../../core/removal-policy';
import { keyArnFaults, oidcProviderArnFaults, roleArnFaults } from '../../core/aws-arn';
import { AwsPlace } from '../../core/aws-provider';
import { roleOptionFaults } from '../../core/role-options';
import { tagFaults } from '../../core/tags';
import { concreteFault, hasToken } from '../../core/tokens';
import { ApiAccess } from './api-access';
import { givenValue } from '../../units/number-faults';
import { ipv4Range, ipv4RangeFaults, ipv4RangesOverlap } from '../../units/ipv4-range';
import { reservedKind, unroutableKind } from '../../units/reserved-ranges';
import { duplicateFaults } from '../../units/duplicate-faults';
import { adminFaults } from './cluster-access';
import { ExistingVpc } from './cluster-vpc';
import { EksClusterAttributes, EksGpuClusterProps } from './eks-gpu-cluster-props';
import { remoteAccessFaults, remoteNetworkFaults } from './remote-networks';
import { systemNodeFaults } from './system-node-group';
import { zoneFaults } from './zone-slots';
import { listFaults, optionalTextList } from '../../core/text-list';
import { allOf, isUnreadable } from '../../units/unreadable';

/**
 * Every fault of the properties of a new cluster.
 *
 * @param place where it is made
 *
 * @internal
 */
export function eksGpuClusterFaults(props: EksGpuClusterProps, place: AwsPlace): Fault[] {
  return allOf(
    () => clusterNameFaults(props.clusterName),
    () => versionFaults(props),
    () => vpcFaults(props),
    () => apiAccessFaults(props.apiAccess ?? ApiAccess.private()),
    () => overlapFaults(props),
    () => remoteNetworkFaults('remoteNetworks', props.remoteNetworks, ownRanges(props)),
    () => remoteAccessFaults(props.remoteNetworks, props.apiAccess, place),
    () => adminFaults(props.admins, place),
    () => systemNodeFaults(props.systemNodes, place),
    () => clusterRoleFaults(props, place),
    () => roleOptionFaults('roleOptions', props.roleOptions, place),
    () => keyArnFaults('encryptionKeyArn', props.encryptionKeyArn, place),
    () => keyArnFaults('volumeKeyArn', props.volumeKeyArn, place),
    () => keptLogFaults(props),
    () => tagFaults(props.tags),
  );
}

/**
 * Every fault of the attributes of an existing cluster.
 *
 * @param provided where its AWS provider acts
 *
 * @internal
 */
export function eksAttributesFaults(attributes: EksClusterAttributes, provided: AwsPlace): Fault[] {
  const place = hasToken(attributes.region) ? provided : { ...provided, region: attributes.region ?? provided.region };
  const { clusterName, subnetIds, securityGroupIds, availabilityZones, subnetCidrs } = attributes;
  return allOf(
    () => clusterNameFaults(clusterName),
    () =>
      Object.entries({ subnetIds, securityGroupIds, availabilityZones, subnetCidrs }).flatMap(([name, list]) =>
        listFaults(name, list),
      ),
    () =>
      securityGroupIds.length > 0 || Token.isUnresolved(securityGroupIds)
        ? []
        : [
            fault(
              'EMPTY_LIST',
              'securityGroupIds',
              'securityGroupIds must name at least the security group that EKS made for the cluster, or no node could join',
            ),
          ],
    () => zoneCountFaults('availabilityZones', 'subnetIds', subnetIds, availabilityZones),
    () => subnetRangeFaults('subnetCidrs', subnetIds, subnetCidrs),
    () => remoteNetworkFaults('remoteNetworks', attributes.remoteNetworks, subnetCidrs ?? []),
    () => roleOptionFaults('roleOptions', attributes.roleOptions, place),
    () => keyArnFaults('volumeKeyArn', attributes.volumeKeyArn, place),
    () => oidcProviderArnFaults('oidcProviderArn', attributes.oidcProviderArn, place),
    () => roleArnFaults('clusterRoleArn', attributes.clusterRoleArn, place),
    () => tagFaults(attributes.tags),
  );
}

/**
 * @see https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
 */
function clusterNameFaults(name: string): Fault[] {
  const unknown = concreteFault('clusterName', name, 'child ids, role names and provider aliases are derived from it');
  if (unknown.length > 0) return unknown;
  return /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)
    ? []
    : [
        fault(
          'INVALID_NAME',
          'clusterName',
          `clusterName must be 1 to 100 letters, digits, '-' and '_', beginning with a letter or digit; ` +
            `got '${name}' with ${name.length} characters`,
        ),
      ];
}

function versionFaults({ kubernetesVersion, release }: EksGpuClusterProps): Fault[] {
  if (kubernetesVersion === undefined) return [];
  const unknown = concreteFault('kubernetesVersion', kubernetesVersion, 'add-ons and node images are pinned by it');
  if (unknown.length > 0) return unknown;
  // Whether another release has the version is seen with it; without one the version is looked up.
  if (!release || isUnreadable(release))
    return faultsUnder(
      faultsOf(() => EksRelease.of(kubernetesVersion)),
      'kubernetesVersion',
    );
  return release.kubernetesVersion === kubernetesVersion
    ? []
    : [
        fault(
          'CONFLICTING_PROPERTIES',
          'kubernetesVersion',
          `kubernetesVersion and release must be of the same Kubernetes minor; got '${kubernetesVersion}' and a release for ${release}; leave ` +
            'out kubernetesVersion',
        ),
      ];
}

function vpcFaults(props: EksGpuClusterProps): Fault[] {
  const { vpc, availabilityZones, vpcCidr, natGateways } = props;
  // What is wrong with it in any case, where it is not known whether a VPC is made.
  if (isUnreadable(vpc)) return vpcCidr === undefined ? [] : newVpcRangeFaults(vpcCidr);
  if (!vpc) {
    return allOf(
      () => zoneFaults(availabilityZones),
      () => newVpcRangeFaults(vpcCidr ?? '10.0.0.0/16'),
    );
  }
  const own = Object.entries({ availabilityZones, vpcCidr, natGateways }).filter(([, value]) => value !== undefined);
  return allOf(
    () =>
      own.map(([name]) =>
        fault(
          'CONFLICTING_PROPERTIES',
          name,
          `${name} describes a VPC that is made for the cluster, but vpc names an existing one; leave out one of the two`,
        ),
      ),
    () => existingVpcFaults(vpc),
  );
}

function newVpcRangeFaults(cidr: string): Fault[] {
  const unknown = concreteFault('vpcCidr', cidr, 'subnets are cut from it');
  if (unknown.length > 0) return unknown;
  return allOf(
    () => ipv4RangeFaults('vpcCidr', cidr, 16, 20),
    () => unroutableFaults('vpcCidr', cidr),
  );
}

function existingVpcFaults(vpc: ExistingVpc): Fault[] {
  const { privateSubnetIds, availabilityZones, privateSubnetCidrs, controlPlaneSubnetIds } = vpc;
  const lists = { privateSubnetIds, availabilityZones, privateSubnetCidrs, controlPlaneSubnetIds };
  return allOf(
    ...Object.entries(lists).map(
      ([name, list]) =>
        () =>
          listFaults(`vpc.${name}`, list),
    ),
    () => twoSubnetsFaults('vpc.privateSubnetIds', privateSubnetIds),
    () => twoSubnetsFaults('vpc.controlPlaneSubnetIds', controlPlaneSubnetIds),
    () => controlPlaneSubnetFaults(vpc),
    () => zoneCountFaults('vpc.availabilityZones', 'vpc.privateSubnetIds', privateSubnetIds, availabilityZones),
    () => subnetRangeFaults('vpc.privateSubnetCidrs', privateSubnetIds, privateSubnetCidrs),
  );
}

function twoSubnetsFaults(property: string, subnetIds?: string[]): Fault[] {
  if (subnetIds === undefined || Token.isUnresolved(subnetIds)) return [];
  const read = subnetIds.filter((each) => !isUnreadable(each));
  if (hasToken(read) || new Set(subnetIds).size >= 2) return [];
  const reason = `${property} must name subnets of at least 2 zones, which EKS requires; got ${shown(subnetIds)}`;
  return [fault('TOO_FEW_ZONES', property, reason)];
}

/** A list for messages; elements of another kind have messages of their own. */
function shown(list: readonly string[]): string {
  return JSON.stringify(list.map((each) => (isUnreadable(each) ? '...' : each)));
}

/**
 * The faults of the subnets of the control plane, which are the private ones unless others are named: all in one zone, as far as their
 * zones are known.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
 */
function controlPlaneSubnetFaults({
  privateSubnetIds,
  controlPlaneSubnetIds,
  availabilityZones,
}: ExistingVpc): Fault[] {
  const property = controlPlaneSubnetIds === undefined ? 'vpc.privateSubnetIds' : 'vpc.controlPlaneSubnetIds';
  const subnetIds = controlPlaneSubnetIds ?? privateSubnetIds;
  if (!areCounted(subnetIds)) return [];
  const zones = subnetIds.map((id, index) => {
    if (availabilityZones === undefined || !areCounted(availabilityZones, privateSubnetIds)) return undefined;
    return availabilityZones[controlPlaneSubnetIds === undefined ? index : privateSubnetIds.indexOf(id)];
  });
  const [first] = zones;
  const isOneZone = first !== undefined && !hasToken(first) && zones.every((zone) => zone === first);
  if (!isOneZone || subnetIds.length < 2) return [];
  const reason = `${property} must name subnets of at least 2 zones, which EKS requires; got ${subnetIds.length} subnets in ${first}`;
  return [fault('TOO_FEW_ZONES', property, reason)];
}

/** @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
function unroutableFaults(property: string, cidr: string): Fault[] {
  const kind = unroutableKind(cidr);
  if (kind === undefined) return [];
  const reason = `${property} must be a range that can be routed to; got '${cidr}', which is ${kind}; use a private one, e.g. '10.0.0.0/16'`;
  return [fault('RESERVED_RANGE', property, reason)];
}

function zoneCountFaults(property: string, subnets: string, subnetIds: string[], zones?: string[]): Fault[] {
  return zones === undefined || !areCounted(subnetIds, zones) || zones.length === subnetIds.length
    ? []
    : [
        fault(
          'LENGTHS_DIFFER',
          property,
          `${property} must name the zone of each subnet in ${subnets}; got ${zones.length} for ${subnetIds.length}`,
        ),
      ];
}

/** Whether the lengths of lists are known: that of a list which only Terraform knows, e.g. a module's output, is not. */
function areCounted(...lists: string[][]): boolean {
  return !lists.some((list) => Token.isUnresolved(list));
}

function apiAccessFaults({ isPublic, publicCidrs, privateCidrs }: ApiAccess): Fault[] {
  const ranges = [...publicCidrs, ...privateCidrs];
  const unknown = concreteFault(
    'apiAccess',
    ranges,
    'a range that is open to the whole internet must be visible in the code',
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () =>
      isPublic && publicCidrs.length === 0
        ? [
            fault(
              'EMPTY_LIST',
              'apiAccess',
              'ApiAccess.publicFrom must name at least one range, or EKS opens the API to the whole internet; name one, or use ' +
                'ApiAccess.private()',
            ),
          ]
        : [],
    () => ranges.flatMap((cidr) => ipv4RangeFaults('apiAccess', cidr)),
    () => privateCidrs.flatMap((cidr) => unroutableFaults('apiAccess', cidr)),
    () => publicCidrs.flatMap(notOfInternetFaults),
    () => duplicateFaults('apiAccess', ranges),
  );
}

/**
 * EKS refuses such ranges, from which nothing arrives over the internet.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/config-cluster-endpoint.html
 */
function notOfInternetFaults(cidr: string): Fault[] {
  const kind = reservedKind(cidr);
  if (kind === undefined) return [];
  const reason =
    `ApiAccess.publicFrom must name ranges of the internet; got '${cidr}', which is ${kind} and which EKS refuses; name the addresses that requests ` +
    'arrive from, or let a connected network in by ApiAccess.privateFrom';
  return [fault('RESERVED_RANGE', 'apiAccess', reason)];
}

/**
 * Ranges of subnets, one for each, of which no two may have addresses in common. Ranges that are not known at synthesis are not checked.
 */
function subnetRangeFaults(name: string, subnetIds: string[], cidrs?: string[]): Fault[] {
  if (cidrs === undefined) return [];
  const counted = allOf(() => rangeCountFaults(name, subnetIds, cidrs));
  if (counted.length > 0) return counted;
  const known = areCounted(cidrs) ? cidrs.filter((cidr) => !isUnreadable(cidr) && !hasToken(cidr)) : [];
  const faults = known.flatMap((cidr) =>
    allOf(
      () => ipv4RangeFaults(name, cidr, 16, 28),
      () => unroutableFaults(name, cidr),
    ),
  );
  return faults.length > 0
    ? faults
    : overlaps(known).map(([one, other]) =>
        fault('RANGES_OVERLAP', name, `${name} must not overlap; got '${one}' and '${other}'`),
      );
}

function rangeCountFaults(name: string, subnetIds: string[], cidrs: string[]): Fault[] {
  if (!areCounted(subnetIds, cidrs) || cidrs.length === subnetIds.length) return [];
  const reason = `${name} must have one range for each subnet; got ${cidrs.length} for ${subnetIds.length}`;
  return [fault('LENGTHS_DIFFER', name, reason)];
}

/** Ranges of the cluster's own network, as far as known. */
function ownRanges({ vpc, vpcCidr }: Pick<EksGpuClusterProps, 'vpc' | 'vpcCidr'>): string[] {
  const ranges = vpc ? (optionalTextList(vpc.privateSubnetCidrs) ?? []) : [vpcCidr ?? '10.0.0.0/16'];
  return ranges.filter((cidr) => !isUnreadable(cidr));
}

/** A connected network whose range overlaps the cluster's own cannot be routed to. */
function overlapFaults({ vpc, vpcCidr, apiAccess }: EksGpuClusterProps): Fault[] {
  const own = ownRanges({ vpc, vpcCidr });
  const connected = apiAccess?.privateCidrs ?? [];
  const faulty = (cidr: string) => hasToken(cidr) || ipv4RangeFaults('', cidr).length > 0;
  if ([...own, ...connected].some(faulty)) return [];
  return own.flatMap((range) =>
    connected
      .filter((cidr) => rangesOverlap(range, cidr))
      .map((cidr) =>
        fault(
          'RANGES_OVERLAP',
          'apiAccess',
          `apiAccess names the connected network '${cidr}', which overlaps the cluster's own range '${range}', so no route can lead there; ` +
            'give the cluster another vpcCidr',
        ),
      ),
  );
}

function overlaps(cidrs: string[]): [string, string][] {
  return cidrs.flatMap((one, index) =>
    cidrs.slice(index + 1).flatMap((other): [string, string][] => (rangesOverlap(one, other) ? [[one, other]] : [])),
  );
}

/** Whether two ranges in CIDR notation, both without fault, have addresses in common. */
function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [ipv4Range(one), ipv4Range(other)];
  return a !== undefined && b !== undefined && ipv4RangesOverlap(a, b);
}

/**
 * @see https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
 */
function clusterRoleFaults({ clusterRoleArn, systemNodes }: EksGpuClusterProps, place: AwsPlace): Fault[] {
  return allOf(
    () => roleArnFaults('clusterRoleArn', clusterRoleArn, place),
    () =>
      clusterRoleArn === undefined || clusterRoleArn !== systemNodes?.nodeRoleArn
        ? []
        : [
            fault(
              'CONFLICTING_PROPERTIES',
              'systemNodes.nodeRoleArn',
              'systemNodes.nodeRoleArn must not be clusterRoleArn, because EKS takes no role for nodes that a cluster was made with; got ' +
                givenValue(clusterRoleArn),
            ),
          ],
  );
}

function keptLogFaults({ logRemovalPolicy, encryptionKeyArn }: EksGpuClusterProps): Fault[] {
  if (logRemovalPolicy !== RemovalPolicy.RETAIN || encryptionKeyArn !== undefined) return [];
  return [
    fault(
      'LOGS_WITHOUT_KEY',
      'logRemovalPolicy',
      'logRemovalPolicy RETAIN needs encryptionKeyArn, because the key that is made for the cluster is deleted with it, and nobody could read ' +
        'the logs that stay',
    ),
  ];
}
