import { LaunchTemplate, LaunchTemplateNetworkInterfaces } from '@cdktf/provider-aws/lib/launch-template';
import { TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { DataSize } from '../units/data-size';
import { InterfacePlacement, efaInterfaceLayout } from './launch-template-interfaces';
import { nodeUserData } from './launch-template-user-data';

/** Root device of the AL2023 images. */
const ROOT_DEVICE = '/dev/xvda';

/** What the launch template of a pool is made from. */
interface GpuLaunchTemplateProps {
  readonly name: string;
  readonly instanceType: GpuInstanceType;
  readonly diskSize: DataSize;
  /** Security groups that every node must be a member of, the cluster's own first. */
  readonly nodeSecurityGroupIds: string[];
  /** Security group for EFA; with it every EFA interface of the instance type is attached. */
  readonly efaSecurityGroupId?: string;
  readonly placementGroupName?: string;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The launch template of a managed node group of GPU nodes.
 *
 * What EKS forbids here is left out: an image (the node group pins its release), an instance profile, a subnet.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
 *
 * @internal
 */
export function gpuLaunchTemplate(scope: Construct, props: GpuLaunchTemplateProps): LaunchTemplate {
  const layout = props.efaSecurityGroupId ? efaInterfaceLayout(props.instanceType) : [];
  return new LaunchTemplate(scope, 'LaunchTemplate', {
    provider: props.provider,
    namePrefix: `${props.name.slice(0, 90)}-`,
    description: `GPU nodes ${props.name}`,
    updateDefaultVersion: true,
    // Tokens keep a stolen request from reading the node's credentials; with one hop pods cannot reach them at all, and have no
    // need to: their own come from the Pod Identity agent or IRSA.
    metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
    blockDeviceMappings: [
      {
        deviceName: ROOT_DEVICE,
        ebs: { volumeType: 'gp3', volumeSize: props.diskSize.gib, encrypted: 'true', deleteOnTermination: 'true' },
      },
    ],
    // Without interfaces of ours EKS puts the nodes into the cluster's security group by itself. With them the groups belong on
    // each interface and must not be said on the template as well, and EKS adds none.
    vpcSecurityGroupIds: props.efaSecurityGroupId ? undefined : extraSecurityGroups(props.nodeSecurityGroupIds),
    networkInterfaces: layout.length > 0 ? layout.map((placement) => networkInterface(placement, props)) : undefined,
    placement: props.placementGroupName ? { groupName: props.placementGroupName } : undefined,
    userData: nodeUserData(props.instanceType, layout),
    tags: props.tags,
    // Tags of a node group do not reach what is launched for it.
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
      resourceType,
      tags: { ...props.tags, Name: props.name },
    })),
  });
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
    securityGroups: placement.interfaceType === 'interface' ? [...props.nodeSecurityGroupIds, ...efaGroup] : efaGroup,
  };
}

function extraSecurityGroups(groups: string[]): string[] | undefined {
  return groups.length > 1 ? groups : undefined;
}
