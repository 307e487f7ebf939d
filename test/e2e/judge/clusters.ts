import { FACTS } from './facts';
import { remoteNetworkRefusals } from './hybrid';
import { nodeGroupRefusals, nodeGroupUpdateRefusals } from './node-groups';
import { allowsService } from './policies';
import { PRIVATE, contains, isRange6, overlap, rangeOf } from './ranges';
import { Refusal, refusal, unless } from './refusal';
import { Call } from './shapes';
import { World } from './world';

const INVALID = 'InvalidParameterException';
const NETWORK = 'https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html';
const ADD_ONS = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html';
const PODS = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html';
const ENTRIES = 'https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html';

const ENTRY_TYPES = ['STANDARD', 'EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2', 'HYBRID_LINUX', 'HYPERPOD_LINUX'];

/** What EKS says to a call. */
export function eksRefusals({ operation, input }: Call, world: World): Refusal[] {
  switch (operation) {
    case 'CreateCluster':
      return clusterRefusals(input, world);
    case 'UpdateClusterConfig':
      return networkRefusals(input, world);
    case 'UpdateClusterVersion':
      return versionRefusals(input, world);
    case 'CreateNodegroup':
      return nodeGroupRefusals(input, world);
    case 'UpdateNodegroupConfig':
    case 'UpdateNodegroupVersion':
      return nodeGroupUpdateRefusals(operation, input, world);
    case 'CreateAddon':
    case 'UpdateAddon':
      return addOnRefusals(operation, input, world);
    case 'CreatePodIdentityAssociation':
      return podIdentityRefusals(input, world);
    case 'CreateAccessEntry':
    case 'AssociateAccessPolicy':
      return accessRefusals(operation, input, world);
    default:
      return [];
  }
}

function clusterRefusals(input: any, world: World): Refusal[] {
  const { subnetIds = [], securityGroupIds = [] } = (input.resourcesVpcConfig ?? {}) as { [name: string]: string[] };
  const subnets = subnetIds.map((id) => world.subnets.get(id));
  const networks = [...new Set(subnets.map((it) => world.vpcs.get(it?.vpc ?? '') ?? ''))];
  const zones = new Set(subnets.map((it) => it?.zone));
  const versions = FACTS.eks.kubernetesVersions.values;
  const trust = world.roles.get(input.roleArn as string);
  const keys = ((input.encryptionConfig ?? []) as any[]).map(({ provider }) => provider?.keyArn as string);
  return [
    ...unless(
      !world.clusters.has(input.name as string),
      'ResourceInUseException',
      `cluster ${input.name} exists already`,
    ),
    ...unless(
      input.version === undefined || versions.includes(input.version as string),
      INVALID,
      `unsupported Kubernetes version ${input.version}; ${versions.join(', ')}`,
      'https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html',
    ),
    ...unless(world.roles.has(input.roleArn as string), INVALID, `the role ${input.roleArn} does not exist`),
    ...unless(
      trust === undefined || allowsService(trust, 'eks.amazonaws.com', 'sts:AssumeRole'),
      INVALID,
      `role ${input.roleArn} could not be assumed because it does not trust eks.amazonaws.com`,
      'https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html',
    ),
    ...subnetIds.flatMap((id, at) =>
      unless(subnets[at] !== undefined, INVALID, `the subnet ID '${id}' does not exist`, NETWORK),
    ),
    ...unless(zones.size >= 2, INVALID, 'subnets specified must be in at least two different AZs', NETWORK),
    ...unless(new Set(subnets.map((it) => it?.vpc)).size <= 1, INVALID, 'subnets must all be in the same VPC', NETWORK),
    ...securityGroupIds.flatMap((id) =>
      unless(world.securityGroups.has(id), INVALID, `the security group '${id}' does not exist`),
    ),
    ...((input.encryptionConfig ?? []) as { readonly resources?: string[] }[]).flatMap(({ resources = [] }) =>
      unless(
        String(resources) === 'secrets',
        INVALID,
        `encryption of ${resources.join(', ')}; the only resource is secrets`,
        'https://docs.aws.amazon.com/eks/latest/APIReference/API_EncryptionConfig.html',
      ),
    ),
    ...serviceRangeRefusals(input.kubernetesNetworkConfig?.serviceIpv4Cidr as string | undefined, networks),
    ...remoteNetworkRefusals(input, networks),
    ...reachRefusals(input.resourcesVpcConfig ?? {}),
    ...keys.flatMap((key) => unless(world.keyOf(key) !== undefined, INVALID, `the KMS key ${key} does not exist`)),
  ];
}

/** Addresses of services are private, of /12 to /24, and not those of the network. */
function serviceRangeRefusals(cidr: string | undefined, networks: readonly string[]): Refusal[] {
  if (cidr === undefined) return [];
  const source = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html';
  const bits = rangeOf(cidr)?.bits ?? 0;
  return [
    ...unless(
      PRIVATE.some((block) => contains(block, cidr)) && bits >= 12 && bits <= 24,
      INVALID,
      `service range ${cidr}; a private block of /12 to /24`,
      source,
    ),
    ...unless(
      !networks.some((network) => overlap(network, cidr)),
      INVALID,
      `service range ${cidr} overlaps that of the VPC`,
      source,
    ),
  ];
}

function reachRefusals({ endpointPublicAccess, endpointPrivateAccess, publicAccessCidrs = [] }: any): Refusal[] {
  const source = 'https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html';
  return [
    ...unless(
      endpointPublicAccess !== false || endpointPrivateAccess === true,
      INVALID,
      'private and public endpoint access cannot both be false',
      source,
    ),
    ...(publicAccessCidrs as string[]).flatMap((cidr) =>
      unless(
        isRange6(cidr) || (rangeOf(cidr) !== undefined && !PRIVATE.some((block) => contains(block, cidr))),
        INVALID,
        `the following CIDRs are invalid in publicAccessCidrs: ${cidr}`,
        source,
      ),
    ),
  ];
}

/** Other subnets of a cluster: of the same network, and in zones that it was created with. */
function networkRefusals(input: any, world: World): Refusal[] {
  const cluster = world.clusters.get(input.name as string);
  const { subnetIds = [], securityGroupIds = [] } = (input.resourcesVpcConfig ?? {}) as { [name: string]: string[] };
  const subnets = subnetIds.map((id) => world.subnets.get(id));
  return [
    ...unless(cluster !== undefined, 'ResourceNotFoundException', `no cluster found for name: ${input.name}`),
    ...reachRefusals(input.resourcesVpcConfig ?? {}),
    ...subnetIds.flatMap((id, at) =>
      unless(subnets[at] !== undefined, INVALID, `the subnet ID '${id}' does not exist`, NETWORK),
    ),
    ...unless(
      subnetIds.length === 0 || new Set(subnets.map((it) => it?.zone)).size >= 2,
      INVALID,
      'subnets specified must be in at least two different AZs',
      NETWORK,
    ),
    ...subnets.flatMap((subnet) => [
      ...unless(
        !subnet || !cluster?.vpc || subnet.vpc === cluster.vpc,
        INVALID,
        'subnets must be of the VPC that the cluster was created with',
        NETWORK,
      ),
      ...unless(
        !subnet || !cluster || cluster.zones.length === 0 || cluster.zones.includes(subnet.zone),
        INVALID,
        `zone ${subnet?.zone} is not among those that the cluster was created with: ${cluster?.zones.join(', ')}`,
        NETWORK,
      ),
    ]),
    ...securityGroupIds.flatMap((id) =>
      unless(world.securityGroups.has(id), INVALID, `the security group '${id}' does not exist`),
    ),
  ];
}

function versionRefusals(input: any, world: World): Refusal[] {
  const source = 'https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html';
  const current = Number(world.clusters.get(input.name as string)?.version.split('.')[1]);
  const wanted = Number((input.version as string).split('.')[1]);
  return [
    ...unless(
      FACTS.eks.kubernetesVersions.values.includes(input.version as string),
      INVALID,
      `unsupported Kubernetes version ${input.version}`,
      source,
    ),
    ...unless(
      Number.isNaN(current) || wanted === current + 1,
      INVALID,
      `unsupported Kubernetes minor version update from 1.${current} to ${input.version}`,
      source,
    ),
  ];
}

function addOnRefusals(operation: string, input: any, world: World): Refusal[] {
  const {
    clusterName,
    addonName: name,
    addonVersion: version,
    configurationValues,
  } = input as { [name: string]: string };
  const known = FACTS.eks.addOns.values[name];
  const exists = world.addOns.has(`${clusterName}/${name}`);
  return [
    ...unless(
      world.clusters.has(clusterName),
      'ResourceNotFoundException',
      `no cluster found for name: ${clusterName}`,
    ),
    ...unless(operation === 'UpdateAddon' || !exists, 'ResourceInUseException', `add-on ${name} exists already`),
    ...unless(known !== undefined, INVALID, `add-on ${name} is not supported`, ADD_ONS),
    ...unless(
      version === undefined || (known?.versions ?? [version]).includes(version),
      INVALID,
      `add-on version ${version} of ${name} is not among those recorded: ${known?.versions?.join(', ')}`,
      ADD_ONS,
    ),
    ...configurationRefusals(name, configurationValues),
    ...unless(
      input.serviceAccountRoleArn === undefined || world.roles.has(input.serviceAccountRoleArn as string),
      INVALID,
      `the role ${input.serviceAccountRoleArn} does not exist`,
      ADD_ONS,
    ),
  ];
}

function configurationRefusals(name: string, values: string | undefined): Refusal[] {
  if (values === undefined || values === '') return [];
  const { configuration, strings = [] } = FACTS.eks.addOns.values[name] ?? {};
  const source = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonConfiguration.html';
  let read: any;
  try {
    read = JSON.parse(values);
  } catch {
    return [refusal(INVALID, `ConfigurationValue of ${name} is not JSON`, source)];
  }
  return Object.entries(read as object).flatMap(([key, value]) => [
    ...unless(
      !configuration || configuration.includes(key),
      INVALID,
      `ConfigurationValue provided in request is not supported: ${name} has no '${key}'`,
      source,
    ),
    ...unless(!strings.includes(key) || typeof value === 'string', INVALID, `'${key}' of ${name} is text`, source),
  ]);
}

function podIdentityRefusals(input: any, world: World): Refusal[] {
  const { clusterName, namespace, serviceAccount, roleArn } = input as { [name: string]: string };
  const trust = world.roles.get(roleArn);
  const trusts = (action: string) => trust === undefined || allowsService(trust, 'pods.eks.amazonaws.com', action);
  return [
    ...unless(
      world.clusters.has(clusterName),
      'ResourceNotFoundException',
      `no cluster found for name: ${clusterName}`,
    ),
    ...unless(
      !world.podIdentities.has(`${clusterName}/${namespace}/${serviceAccount}`),
      'ResourceInUseException',
      `association already exists for ${namespace}/${serviceAccount}`,
      PODS,
    ),
    ...unless(world.roles.has(roleArn), INVALID, `the role ${roleArn} does not exist`, PODS),
    ...unless(
      trusts('sts:AssumeRole') && trusts('sts:TagSession'),
      INVALID,
      `trust policy of ${roleArn} does not let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession`,
      'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html',
    ),
  ];
}

function accessRefusals(operation: string, input: any, world: World): Refusal[] {
  const { clusterName, principalArn } = input as { [name: string]: string };
  const isRole = /^arn:[\w-]+:iam::\d{12}:role\//.test(principalArn);
  const key = `${clusterName} ${principalArn}`;
  if (operation === 'AssociateAccessPolicy') {
    const policy = (input.policyArn as string).replace(/^arn:[\w-]+:eks::aws:cluster-access-policy\//, '');
    return [
      ...unless(
        world.accessEntries.has(key),
        'ResourceNotFoundException',
        `no access entry of ${principalArn}`,
        ENTRIES,
      ),
      ...unless(
        FACTS.eks.accessPolicies.values.includes(policy),
        INVALID,
        `there is no access policy ${input.policyArn}`,
        'https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html',
      ),
    ];
  }
  return [
    ...unless(
      world.clusters.has(clusterName),
      'ResourceNotFoundException',
      `no cluster found for name: ${clusterName}`,
    ),
    ...unless(
      !world.accessEntries.has(key),
      'ResourceInUseException',
      `access entry of ${principalArn} exists already`,
      ENTRIES,
    ),
    ...unless(
      !isRole || world.roles.has(principalArn),
      INVALID,
      `the principal ${principalArn} does not exist`,
      ENTRIES,
    ),
    ...unless(
      ENTRY_TYPES.includes((input.type ?? 'STANDARD') as string),
      INVALID,
      `type ${input.type} of an access entry; ${ENTRY_TYPES.join(', ')}`,
      ENTRIES,
    ),
    ...unless(
      (input.type ?? 'STANDARD') === 'STANDARD' || !(input.kubernetesGroups?.length > 0),
      INVALID,
      `an access entry of type ${input.type} takes no Kubernetes groups`,
      ENTRIES,
    ),
  ];
}
