import { FACTS, INSTANCE_TYPES } from './facts';
import { Refusal, refusal, unless } from './refusal';
import { Request } from './shapes';
import { World } from './world';

const TEMPLATES = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-templates.html';
const INTERFACES =
  'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceNetworkInterfaceSpecificationRequest.html';
const EFA = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html';
const QUOTAS = 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html';

/** Most network cards that any instance type has, where the type is not known. */
const MOST_CARDS = Math.max(...Object.values(FACTS.instances).map(({ interfacesByCard }) => interfacesByCard.length));
/** @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html */
const VOLUMES: { readonly [type: string]: readonly [min: number, max: number] } = {
  gp2: [1, 16_384],
  gp3: [1, 65_536],
  io1: [4, 16_384],
  io2: [4, 65_536],
};

/** Operations each second, and MiB each second, that may be asked for; none where neither may. */
const SPEEDS: {
  readonly [type: string]: {
    readonly iops: readonly [number, number];
    readonly throughput?: readonly [number, number];
  };
} = {
  gp3: { iops: [3000, 80_000], throughput: [125, 2000] },
  io1: { iops: [100, 64_000] },
  io2: { iops: [100, 256_000] },
};
const VOLUME_TYPES = 'https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html';
const VALUE = 'InvalidParameterValue';

/** What EC2 says to the data of a launch template. */
export function templateRefusals(data: any, { region }: Request, world: World): Refusal[] {
  const interfaces: any[] = data.NetworkInterfaces ?? [];
  const groups = [...(data.SecurityGroupIds ?? []), ...interfaces.flatMap((it) => it.Groups ?? [])] as string[];
  const { GroupName } = data.Placement ?? {};
  const devices = ((data.BlockDeviceMappings ?? []) as { readonly DeviceName: string }[]).map(
    ({ DeviceName }) => DeviceName,
  );
  const hops = data.MetadataOptions?.HttpPutResponseHopLimit as number | undefined;
  const reservation = data.CapacityReservationSpecification?.CapacityReservationTarget?.CapacityReservationId as
    string | undefined;
  return [
    ...groups
      .filter((group) => !world.securityGroups.has(group))
      .map((group) => refusal('InvalidGroup.NotFound', `the security group '${group}' does not exist`)),
    ...unless(
      interfaces.length === 0 || (data.SecurityGroupIds ?? []).length === 0,
      'InvalidParameterCombination',
      'network interfaces and an instance-level security groups may not be specified on the same request',
      TEMPLATES,
    ),
    ...unless(
      !GroupName || world.placementGroups.has(GroupName as string),
      'InvalidPlacementGroup.Unknown',
      `the placement group '${GroupName as string}' is unknown`,
    ),
    ...interfaceRefusals(interfaces),
    ...cardRefusals(interfaces, data.InstanceType as string | undefined),
    ...userDataRefusals(data.UserData as string | undefined),
    ...devices
      .filter((name, at) => devices.indexOf(name) !== at)
      .map((name) => refusal(VALUE, `device name ${name} twice`)),
    ...(data.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }: any) => [
      ...volumeRefusals(DeviceName as string, Ebs),
      ...volumeKeyRefusals(DeviceName as string, Ebs, region, world),
    ]),
    ...unless(
      data.ImageId === undefined || /^(ami-([0-9a-f]{8}|[0-9a-f]{17})$|resolve:ssm:)/.test(data.ImageId as string),
      'InvalidAMIID.Malformed',
      `invalid id: '${data.ImageId}'`,
    ),
    ...unless(
      hops === undefined || (hops >= 1 && hops <= 64),
      VALUE,
      `hop limit ${hops}; 1 to 64`,
      'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceMetadataOptionsRequest.html',
    ),
    ...unless(
      reservation === undefined || /^cr-([0-9a-f]{8}|[0-9a-f]{17})$/.test(reservation),
      'InvalidCapacityReservationId.Malformed',
      `invalid id: '${reservation}'`,
    ),
  ];
}

/** What EC2 says to the name of a launch template, or to the template that gets a version. */
export function templateNameRefusals(operation: string, input: any, world: World): Refusal[] {
  const { LaunchTemplateName: name, LaunchTemplateId: id } = input as { [name: string]: string | undefined };
  const source = 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html';
  if (operation === 'CreateLaunchTemplateVersion')
    return unless(
      id === undefined || world.templates.has(id),
      'InvalidLaunchTemplateId.NotFound',
      `the launch template '${id}' does not exist`,
    );
  return [
    ...unless(
      /^[a-zA-Z0-9()./_-]{3,128}$/.test(name ?? ''),
      'InvalidLaunchTemplateName.MalformedException',
      `invalid launch template name '${name?.slice(0, 40)}'; 3 to 128 letters, digits and ( ) . / _ -`,
      source,
    ),
    ...unless(
      ![...world.templateNames.values()].includes(name ?? ''),
      'InvalidLaunchTemplateName.AlreadyExistsException',
      `launch template name '${name}' is in use already`,
      source,
    ),
  ];
}

function interfaceRefusals(interfaces: readonly any[]): Refusal[] {
  const places = interfaces.map(({ NetworkCardIndex = 0, DeviceIndex }) => `${NetworkCardIndex}/${DeviceIndex}`);
  const code = 'InvalidParameterValue';
  return [
    ...places
      .filter((place, at) => places.indexOf(place) !== at)
      .map((place) =>
        refusal(code, `each network interface requires a unique device index on its card: ${place} twice`, INTERFACES),
      ),
    ...unless(
      interfaces.length === 0 || places.includes('0/0'),
      code,
      'there is no primary network interface: device 0 of card 0',
      INTERFACES,
    ),
    ...interfaces.flatMap(({ InterfaceType = 'interface', DeviceIndex, NetworkCardIndex = 0, Groups = [] }, at) => [
      ...unless(
        ['interface', 'efa', 'efa-only'].includes(InterfaceType as string),
        code,
        `interface type '${InterfaceType}'; interface, efa or efa-only`,
        INTERFACES,
      ),
      ...unless(
        DeviceIndex !== undefined,
        'MissingParameter',
        `network interface ${at} has no device index`,
        INTERFACES,
      ),
      ...unless(
        InterfaceType !== 'efa-only' || NetworkCardIndex !== 0 || DeviceIndex !== 0,
        code,
        'the primary network interface cannot be efa-only: it has no IP address',
        INTERFACES,
      ),
      ...unless(
        Groups.length <= 5,
        'SecurityGroupsPerInterfaceLimitExceeded',
        `network interface ${at} has ${Groups.length} security groups; the quota is 5 unless raised`,
        QUOTAS,
      ),
    ]),
  ];
}

/** What an instance type says to network interfaces: its cards, and how many EFA devices it takes. */
export function cardRefusals(interfaces: readonly any[], instanceType: string | undefined): Refusal[] {
  const facts = instanceType === undefined ? undefined : FACTS.instances[instanceType];
  const cards = facts?.interfacesByCard ?? Array<number>(MOST_CARDS).fill(Infinity);
  const of = instanceType ?? 'any instance type';
  const efa = interfaces.filter(({ InterfaceType }) => String(InterfaceType).startsWith('efa')).length;
  const byCard = new Map<number, number>();
  for (const { NetworkCardIndex = 0 } of interfaces) {
    byCard.set(NetworkCardIndex as number, (byCard.get(NetworkCardIndex as number) ?? 0) + 1);
  }
  return [
    ...[...byCard].flatMap(([card, count]) => {
      if (card >= cards.length) {
        return [refusal('InvalidNetworkCardIndex', `network card ${card}; ${of} has ${cards.length}`, EFA)];
      }
      return unless(
        count <= cards[card],
        'AttachmentLimitExceeded',
        `${count} interfaces on network card ${card}; ${of} takes ${cards[card]}`,
        EFA,
      );
    }),
    ...unless(
      instanceType === undefined || efa === 0 || (facts !== undefined && efa <= facts.efa),
      'InvalidParameterCombination',
      `${efa} EFA interfaces; ${of} takes ${facts?.efa ?? 0}`,
      EFA,
    ),
  ];
}

function userDataRefusals(userData: string | undefined): Refusal[] {
  if (!userData) return [];
  const source = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html';
  const bytes = Buffer.from(userData, 'base64');
  return [
    ...unless(
      bytes.toString('base64').replace(/=+$/, '') === userData.replace(/\s|=+$/g, ''),
      'InvalidUserData.Malformed',
      'user data must be in base64',
      source,
    ),
    ...unless(
      bytes.length <= 16_384,
      'InvalidParameterValue',
      `user data of ${bytes.length} bytes; at most 16384`,
      source,
    ),
  ];
}

function volumeRefusals(device: string, ebs: any): Refusal[] {
  const bounds = VOLUMES[ebs?.VolumeType as string];
  const size = ebs?.VolumeSize as number | undefined;
  const speeds = SPEEDS[ebs?.VolumeType as string];
  const within = (what: string, value: number | undefined, range: readonly [number, number] | undefined) =>
    unless(
      value === undefined || (range !== undefined && value >= range[0] && value <= range[1]),
      VALUE,
      `volume ${device} of ${value} ${what}; ${ebs?.VolumeType} takes ${range ? range.join(' to ') : 'none'}`,
      VOLUME_TYPES,
    );
  return [
    ...(bounds ? within('GiB', size, bounds) : []),
    ...within('IOPS', ebs?.Iops as number | undefined, speeds?.iops),
    ...within('MiB/s', ebs?.Throughput as number | undefined, speeds?.throughput),
  ];
}

function volumeKeyRefusals(device: string, ebs: any, region: string, world: World): Refusal[] {
  const key = ebs?.KmsKeyId as string | undefined;
  if (key === undefined) return [];
  // A key of another account is not known in the run.
  const isOwn = key.startsWith(`arn:aws:kms:${region}:000000000000:key/`) || !key.startsWith('arn:');
  return [
    ...unless(ebs.Encrypted === true, 'InvalidParameterDependency', `volume ${device} has a key and is not encrypted`),
    ...unless(
      !isOwn || key.startsWith('alias/') || world.keyOf(key) !== undefined,
      'InvalidKmsKey.NotFound',
      `the key ${key} of volume ${device} does not exist`,
    ),
  ];
}

/** Whether EC2 has an instance type. */
export function isInstanceType(name: string): boolean {
  return INSTANCE_TYPES.has(name);
}
