import { LaunchTemplate, LaunchTemplateNetworkInterfaces } from '@cdktf/provider-aws/lib/launch-template';
import { TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { concatLists } from '../../../core/tokens';
import { DataSize } from '../../../units/data-size';
import { Capacity } from '../options/capacity';
import { InterfacePlacement } from '../shared/launch-template-interfaces';
import { GpuSharing } from '../options/gpu-sharing';
import { NodeImage, NodeImageFamily } from '../options/node-image';
import { nodeUserData } from '../shared/node-user-data';
import { escapeTemplate, escapeTemplates } from '../../../core/template-escape';

/** Root device of both images. */
const ROOT_DEVICE = '/dev/xvda';

/** Where Bottlerocket keeps images, logs and pod data. */
const BOTTLEROCKET_DATA_DEVICE = '/dev/xvdb';

/** Size of Bottlerocket's root volume: Karpenter's default. */
const BOTTLEROCKET_ROOT_GIB = 4;

/** Properties of `gpuLaunchTemplate`. */
interface GpuLaunchTemplateProps {
  readonly name: string;
  readonly instanceType: GpuInstanceType;
  readonly image: NodeImage;
  readonly sharing: GpuSharing;
  readonly capacity: Capacity;
  /** Network interfaces with EFA. Empty without it. */
  readonly layout: readonly InterfacePlacement[];
  readonly diskSize: DataSize;
  /** ARN of the key that encrypts the volumes. @default - the key of the account for EBS */
  readonly volumeKeyArn?: string;
  /** Security groups that every node must be a member of, the cluster's own first. */
  readonly nodeSecurityGroupIds: string[];
  /** Security group for EFA. */
  readonly efaSecurityGroupId?: string;
  readonly placementGroupName?: string;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The launch template of a managed node group of GPU nodes.
 *
 * It leaves out what EKS forbids here: an image (the node group pins its release), an instance profile, a subnet.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
 *
 * @internal
 */
export function gpuLaunchTemplate(scope: Construct, props: GpuLaunchTemplateProps): LaunchTemplate {
  const { layout, capacity } = props;
  return new LaunchTemplate(scope, 'LaunchTemplate', {
    provider: props.provider,
    namePrefix: `${props.name.slice(0, 90)}-`,
    description: `GPU nodes ${props.name}`,
    updateDefaultVersion: true,
    // Tokens keep a stolen request from reading the node's credentials; with one hop pods cannot reach them at all, and need not: theirs
    // come from the Pod Identity agent or IRSA.
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: volumes(props),
    ...market(capacity, props.instanceType),
    // Without interfaces of ours EKS puts the nodes into the cluster's security group by itself. With them the groups belong on each
    // interface, must not be set on the template as well, and EKS adds none.
    vpcSecurityGroupIds: props.efaSecurityGroupId ? undefined : extraSecurityGroups(props.nodeSecurityGroupIds),
    networkInterfaces: layout.length > 0 ? layout.map((placement) => networkInterface(placement, props)) : undefined,
    placement: props.placementGroupName ? { groupName: escapeTemplate(props.placementGroupName) } : undefined,
    userData: nodeUserData({ ...props, efa: layout.length > 0 }),
    tags: props.tags,
    // Tags of a node group do not reach what is launched for it.
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
      resourceType,
      tags: { Name: props.name, ...props.tags },
    })),
    // A tag of what is launched would make a new version of the template, and EKS would replace every node for it; one of the template itself
    // makes the provider plan as if it did. Later tags reach new instances by the Auto Scaling group.
    lifecycle: { ignoreChanges: ['tag_specifications', 'tags', 'tags_all'] },
  });
}

/**
 * Where the instances come from. The launch template of a capacity block names the market, the reservation and the instance type,
 * which the node group then must not name; a managed node group refuses every other market.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html
 */
function market({ reserved, block }: Capacity, instanceType: GpuInstanceType) {
  if (!reserved) return {};
  return {
    capacityReservationSpecification: {
      capacityReservationTarget: { capacityReservationId: escapeTemplate(reserved.reservationId) },
    },
    ...(block ? { instanceMarketOptions: { marketType: 'capacity-block' }, instanceType: instanceType.name } : {}),
  };
}

/** Images and pod data are on the root volume of AL2023, and on the second one of Bottlerocket, whose first holds the system. */
function volumes({ image, diskSize, volumeKeyArn }: GpuLaunchTemplateProps) {
  const kmsKeyId = volumeKeyArn && escapeTemplate(volumeKeyArn);
  const volume = (deviceName: string, volumeSize: number) => ({
    deviceName,
    ebs: { volumeType: 'gp3', volumeSize, encrypted: 'true', kmsKeyId, deleteOnTermination: 'true' },
  });
  if (image.family !== NodeImageFamily.BOTTLEROCKET) return [volume(ROOT_DEVICE, diskSize.gib)];
  return [volume(ROOT_DEVICE, BOTTLEROCKET_ROOT_GIB), volume(BOTTLEROCKET_DATA_DEVICE, diskSize.gib)];
}

function networkInterface(
  placement: InterfacePlacement,
  props: GpuLaunchTemplateProps,
): LaunchTemplateNetworkInterfaces {
  const efaGroup = props.efaSecurityGroupId ? [props.efaSecurityGroupId] : [];
  return {
    networkCardIndex: placement.networkCardIndex,
    deviceIndex: placement.deviceIndex,
    interfaceType: placement.interfaceType,
    deleteOnTermination: 'true',
    securityGroups:
      placement.interfaceType === 'efa-only'
        ? efaGroup
        : escapeTemplates(concatLists(props.nodeSecurityGroupIds, efaGroup)),
  };
}

function extraSecurityGroups(groups: string[]): string[] | undefined {
  return groups.length > 1 || Token.isUnresolved(groups) ? escapeTemplates(groups) : undefined;
}
