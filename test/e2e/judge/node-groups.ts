import { FACTS } from './facts';
import { cardRefusals, isInstanceType } from './launch-templates';
import { allowsService } from './policies';
import { Refusal, refusal, unless } from './refusal';
import { World } from './world';

const INVALID = 'InvalidParameterException';
const GROUPS = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html';
const TEMPLATES = 'https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html';
const EFA = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html';
const BLOCKS = 'https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html';
const LABELS = 'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set';

/** What EKS says to CreateNodegroup, or what leaves its nodes unusable. */
export function nodeGroupRefusals(input: any, world: World): Refusal[] {
  const cluster = world.clusters.get(input.clusterName as string);
  if (!cluster) return [refusal('ResourceNotFoundException', `no cluster found for name: ${input.clusterName}`)];
  const data = templateData(input, world);
  const types: string[] = input.instanceTypes ?? (data?.InstanceType ? [data.InstanceType] : []);
  return [
    ...unless(
      !world.nodeGroups.has(`${input.clusterName}/${input.nodegroupName}`),
      'ResourceInUseException',
      `node group ${input.nodegroupName} exists already`,
    ),
    ...unless(
      input.version === undefined || input.version === cluster.version,
      INVALID,
      `version ${input.version}; the only accepted one is that of the cluster, ${cluster.version}`,
      GROUPS,
    ),
    ...unless(
      /^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$/.test(input.nodegroupName as string),
      INVALID,
      `node group name '${input.nodegroupName}'; at most 63 letters, digits, hyphens and underscores`,
      'https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html',
    ),
    ...roleRefusals(input.nodeRole as string, world),
    ...subnetRefusals(input, cluster.vpc, data, world),
    ...templateOfGroupRefusals(input, data, world),
    ...types.flatMap((type) => typeRefusals(type, input.amiType as string | undefined)),
    ...(types.length === 1 ? cardRefusals(data?.NetworkInterfaces ?? [], types[0]) : []),
    ...releaseRefusals(input.releaseVersion, input.amiType, cluster.version),
    ...scalingRefusals(input.scalingConfig),
    ...labelRefusals(input.labels ?? {}),
    ...taintRefusals(input.taints ?? []),
    ...unless(
      !input.updateConfig ||
        input.updateConfig.maxUnavailable === undefined ||
        input.updateConfig.maxUnavailablePercentage === undefined,
      INVALID,
      'maxUnavailable and maxUnavailablePercentage exclude each other',
      'https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupUpdateConfig.html',
    ),
  ];
}

/** What EKS says to UpdateNodegroupVersion and UpdateNodegroupConfig. */
export function nodeGroupUpdateRefusals(operation: string, input: any, world: World): Refusal[] {
  const key = `${input.clusterName}/${input.nodegroupName}`;
  const group = world.nodeGroups.get(key);
  if (!group) return [refusal('ResourceNotFoundException', `no node group found for name: ${input.nodegroupName}`)];
  if (operation === 'UpdateNodegroupConfig') {
    return [
      ...scalingRefusals(input.scalingConfig),
      ...labelRefusals(input.labels?.addOrUpdateLabels ?? {}),
      ...taintRefusals(input.taints?.addOrUpdateTaints ?? []),
    ];
  }
  const source = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html';
  const version = world.clusters.get(input.clusterName as string)?.version;
  const { launchTemplate } = input;
  return [
    ...unless(
      input.version === undefined || input.version === version,
      INVALID,
      `version ${input.version}; a node group is updated to that of its cluster, ${version}`,
      source,
    ),
    ...unless(
      !launchTemplate || !group.templateId || (launchTemplate.id ?? group.templateId) === group.templateId,
      INVALID,
      `launch template ${launchTemplate?.id}; the group was made with ${group.templateId}, which cannot change`,
      source,
    ),
    ...(launchTemplate?.id ? versionRefusals(launchTemplate, world) : []),
    ...(version ? releaseRefusals(input.releaseVersion, undefined, version) : []),
  ];
}

function templateData(input: any, world: World): any {
  const { id, version } = input.launchTemplate ?? {};
  return id && world.templates.get(id as string)?.get(String(version));
}

function versionRefusals({ id, version }: any, world: World): Refusal[] {
  const known = world.templates.get(id as string);
  if (!known) return [refusal('InvalidRequestException', `the launch template with ID ${id} does not exist`, GROUPS)];
  return unless(
    version === undefined || /^\$(Latest|Default)$/.test(version as string) || known.has(String(version)),
    'InvalidRequestException',
    `launch template ${id} has no version ${version}`,
    GROUPS,
  );
}

function templateOfGroupRefusals(input: any, data: any, world: World): Refusal[] {
  const isBlock = input.capacityType === 'CAPACITY_BLOCK';
  const none = (holds: boolean, reason: string) => unless(holds, INVALID, reason, TEMPLATES);
  return [
    ...(input.launchTemplate?.id ? versionRefusals(input.launchTemplate, world) : []),
    ...none(!input.launchTemplate || input.diskSize === undefined, 'diskSize beside a launch template'),
    ...none(!input.launchTemplate || input.remoteAccess === undefined, 'remoteAccess beside a launch template'),
    ...none(
      !(data?.InstanceType && input.instanceTypes?.length),
      'instance type in the launch template and in the request',
    ),
    ...none(!data?.IamInstanceProfile, 'IamInstanceProfile in the launch template'),
    ...none(!(data?.NetworkInterfaces ?? []).some((it: any) => it.SubnetId), 'SubnetId in the launch template'),
    ...none(!data?.InstanceMarketOptions || isBlock, 'instance market options in the launch template'),
    ...(isBlock && data
      ? unless(
          data.InstanceMarketOptions?.MarketType === 'capacity-block' &&
            data.CapacityReservationSpecification?.CapacityReservationTarget !== undefined,
          INVALID,
          'a capacity block needs the market type and the reservation in the launch template',
          BLOCKS,
        )
      : unless(!isBlock, INVALID, 'a capacity block needs a launch template', BLOCKS)),
    ...userDataRefusals(data?.UserData as string | undefined, input.amiType as string | undefined),
  ];
}

/** EKS merges its own user data with MIME parts, or with the settings of Bottlerocket, which are TOML. */
function userDataRefusals(userData: string | undefined, amiType: string | undefined): Refusal[] {
  if (!userData || amiType === undefined || amiType === 'CUSTOM') return [];
  const text = Buffer.from(userData, 'base64').toString('utf8');
  const source = `${TEMPLATES}#launch-template-user-data`;
  if (amiType.startsWith('BOTTLEROCKET')) {
    return unless(
      /^\s*(#.*\n|\s)*\[?["\w.-]+/.test(text) && !/^MIME-Version/m.test(text),
      INVALID,
      'user data of Bottlerocket is TOML',
      source,
    );
  }
  const boundary = /^content-type:\s*multipart\/mixed;\s*boundary="?([^"\n]+?)"?\s*$/im.exec(text)?.[1];
  return unless(
    /^MIME-Version: 1\.0/im.test(text) &&
      boundary !== undefined &&
      text.includes(`\n--${boundary}`) &&
      text.includes(`--${boundary}--`),
    INVALID,
    'Ec2LaunchTemplateInvalidConfiguration: User data was not in the MIME multipart format',
    source,
  );
}

function roleRefusals(arn: string, world: World): Refusal[] {
  const trust = world.roles.get(arn);
  return [
    ...unless(world.roles.has(arn), INVALID, `the provided role does not exist: ${arn}`, GROUPS),
    ...unless(
      trust === undefined || allowsService(trust, 'ec2.amazonaws.com', 'sts:AssumeRole'),
      INVALID,
      `the node role ${arn} does not trust ec2.amazonaws.com`,
      'https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html',
    ),
  ];
}

function subnetRefusals({ subnets = [] }: any, vpc: string | undefined, data: any, world: World): Refusal[] {
  const ids = subnets as string[];
  const found = ids.map((id) => world.subnets.get(id));
  const hasEfa = (data?.NetworkInterfaces ?? []).some((it: any) => String(it.InterfaceType).startsWith('efa'));
  return [
    ...unless(ids.length > 0, INVALID, 'subnets are required', GROUPS),
    ...ids.flatMap((id, at) =>
      found[at]
        ? unless(!vpc || found[at].vpc === vpc, INVALID, `subnet ${id} is not of the VPC of the cluster`, GROUPS)
        : [refusal(INVALID, `the subnet ID '${id}' does not exist`, GROUPS)],
    ),
    ...unless(
      !hasEfa || ids.length <= 1,
      INVALID,
      `EFA in ${ids.length} subnets; its traffic cannot cross Availability Zones`,
      EFA,
    ),
  ];
}

function typeRefusals(type: string, amiType: string | undefined): Refusal[] {
  if (!isInstanceType(type)) return [refusal(INVALID, `Ec2InstanceTypeDoesNotExist: ${type}`, GROUPS)];
  const facts = FACTS.instances[type];
  const arch = facts?.arch ?? (/^[a-z]+\d+g/.test(type) ? 'arm64' : 'amd64');
  const wanted = amiType && /ARM_64/.test(amiType) ? 'arm64' : 'amd64';
  return [
    ...unless(
      !amiType || amiType === 'CUSTOM' || arch === wanted,
      INVALID,
      `${amiType} is not a valid AMI type for ${type}`,
      GROUPS,
    ),
    ...unless(
      !amiType || amiType === 'CUSTOM' || !facts || /NVIDIA|GPU/.test(amiType),
      INVALID,
      `${type} has GPUs, and ${amiType} has no driver for them`,
      GROUPS,
    ),
  ];
}

function releaseRefusals(release: string | undefined, amiType: string | undefined, minor: string): Refusal[] {
  if (release === undefined) return [];
  const [, ofMinor] = /^(\d+\.\d+)\.\d+-20\d{6}$/.exec(release) ?? [];
  const isBottlerocket = /^\d+\.\d+\.\d+-[0-9a-f]{8}$/.test(release) && ofMinor === undefined;
  if (isBottlerocket && (amiType === undefined || amiType.startsWith('BOTTLEROCKET'))) return [];
  return unless(
    ofMinor === minor,
    INVALID,
    `requested Nodegroup release version ${release} is invalid for Kubernetes ${minor}`,
    'https://docs.aws.amazon.com/eks/latest/userguide/eks-linux-ami-versions.html',
  );
}

function scalingRefusals(scaling: any): Refusal[] {
  if (!scaling) return [];
  const { minSize, maxSize, desiredSize } = scaling as { [name: string]: number | undefined };
  const source = 'https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html';
  const above = (a: number | undefined, b: number | undefined) => a !== undefined && b !== undefined && a > b;
  return [
    ...unless(!above(minSize, maxSize), INVALID, `minimum size ${minSize} is above the maximum, ${maxSize}`, source),
    ...unless(
      !above(minSize, desiredSize),
      INVALID,
      `minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`,
      source,
    ),
    ...unless(
      !above(desiredSize, maxSize),
      INVALID,
      `desired capacity ${desiredSize} can't be greater than max size ${maxSize}`,
      source,
    ),
  ];
}

const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const DOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

function isKey(key: string): boolean {
  const parts = key.split('/');
  const [name, prefix] = [parts[parts.length - 1], parts.length === 2 ? parts[0] : undefined];
  return parts.length <= 2 && name.length <= 63 && NAME.test(name) && (prefix === undefined || DOMAIN.test(prefix));
}

function labelRefusals(labels: { readonly [key: string]: string }): Refusal[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...unless(isKey(key), INVALID, `label key '${key}'`, LABELS),
    ...unless(
      value === '' || (value.length <= 63 && NAME.test(value)),
      INVALID,
      `value '${value}' of label ${key}`,
      LABELS,
    ),
    ...unless(
      !/^(eks\.amazonaws\.com|kubernetes\.io|k8s\.io)\//.test(key),
      INVALID,
      `label prefix of '${key}' is reserved`,
      GROUPS,
    ),
  ]);
}

function taintRefusals(taints: readonly any[]): Refusal[] {
  const source = 'https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html';
  return [
    ...taints
      .map(({ key, effect }) => `${key}:${effect}`)
      .filter((taint, at, all) => all.indexOf(taint) !== at)
      .map((taint) => refusal(INVALID, `taint ${taint} is given twice`, source)),
    ...unless(taints.length <= 50, INVALID, `${taints.length} taints; at most 50`, source),
    ...taints.flatMap(({ key, value = '' }) => [
      ...unless(isKey(key as string), INVALID, `taint key '${key}'`, source),
      ...unless(value === '' || NAME.test(value as string), INVALID, `value '${value}' of taint ${key}`, source),
    ]),
  ];
}
