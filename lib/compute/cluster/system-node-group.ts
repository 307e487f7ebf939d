import { Fault, fault } from '../../units/fault';
import { wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { EksNodeGroup } from '@cdktf/provider-aws/lib/eks-node-group';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { ITerraformDependable, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { EksRelease } from '../../catalog/eks-release';
import { roleArnFaults } from '../../core/aws-arn';
import { AwsPlace } from '../../core/aws-provider';
import { RoleOptions } from '../../core/role-options';
import { awsTags } from '../../core/tags';
import { concreteFault, hasToken } from '../../core/tokens';
import { usedRole } from './cluster-role';
import { SystemNodes } from './system-nodes';
import { CpuArchitecture } from '../../catalog/cpu-architecture';
import { SYSTEM_GROUP_PREFIX, enterSystemNodes } from '../../core/system-nodes';
import { escapeTemplate, escapeTemplates } from '../../core/template-escape';
import { allOf } from '../../units/unreadable';

/** What the nodes may do: join and pull images. */
const NODE_POLICIES = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** Session Manager is the way to a private API server that needs no open port. */
const SESSION_MANAGER_POLICY = 'AmazonSSMManagedInstanceCore';

/**
 * Families of EC2 with Arm processors: a `g` behind the number of the generation, e.g. `m7g`, `c8gn`, `g5g`.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
const ARM_FAMILY = /^[a-z]+\d+g[a-z]*\./;

/** Properties of `SystemNodeGroup`. */
interface SystemNodeGroupProps {
  /** Name of the cluster, known at synthesis. */
  readonly clusterName: string;
  /** Reference to the name of the cluster. */
  readonly clusterReference: string;
  readonly subnetIds: string[];
  /** Zones of the subnets. @default - not known */
  readonly availabilityZones?: string[];
  readonly release: EksRelease;
  readonly nodes: SystemNodes;
  readonly roleOptions?: RoleOptions;
  /** ARN of the key that encrypts the volumes. @default - the key of the account for EBS */
  readonly volumeKeyArn?: string;
  readonly dependsOn: ITerraformDependable[];
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The nodes that run what every cluster needs.
 *
 * @internal
 */
export class SystemNodeGroup extends Construct {
  public readonly ready: ITerraformDependable[];

  public constructor(scope: Construct, id: string, props: SystemNodeGroupProps) {
    super(scope, id);
    const { provider, clusterName, nodes } = props;
    const instanceType = nodes.instanceType ?? 'm7i.large';
    const diskGib = nodes.diskSize?.gib ?? 50;
    const tags = awsTags({ Name: `${clusterName}-system` }, props.tags);
    const role = usedRole(this, 'NodeRole', nodes.nodeRoleArn, {
      provider,
      name: `${clusterName}-system`,
      description: `System nodes of cluster ${clusterName}`,
      service: 'ec2',
      managedPolicies: [...NODE_POLICIES, ...(nodes.sessionManager === false ? [] : [SESSION_MANAGER_POLICY])],
      options: props.roleOptions,
      tags,
    });
    const template = new LaunchTemplate(this, 'LaunchTemplate', {
      provider,
      namePrefix: `${clusterName}-system-`,
      description: `System nodes of cluster ${clusterName}`,
      updateDefaultVersion: true,
      // Set here and not in the node group, where a change would replace the group.
      instanceType: escapeTemplate(instanceType),
      blockDeviceMappings: [
        {
          deviceName: '/dev/xvda',
          ebs: {
            volumeType: 'gp3',
            volumeSize: diskGib,
            encrypted: 'true',
            kmsKeyId: props.volumeKeyArn && escapeTemplate(props.volumeKeyArn),
            deleteOnTermination: 'true',
          },
        },
      ],
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags })),
      tags,
      // A tag would make a new version of the template, and EKS would replace every node for it.
      lifecycle: { ignoreChanges: ['tag_specifications'] },
    });
    const minNodes = nodes.minNodes ?? 2;
    const maxNodes = nodes.maxNodes ?? Math.max(4, minNodes);
    const architecture = ARM_FAMILY.test(instanceType) ? CpuArchitecture.ARM64 : CpuArchitecture.X86_64;
    const labels = { 'gpu-inference-constructs/system': 'true' };
    const { availabilityZones } = props;
    enterSystemNodes(scope, this, {
      ...{ instanceType, architecture, minNodes, maxNodes, labels, diskGib, availabilityZones },
    });
    const group = new EksNodeGroup(this, 'Resource', {
      provider,
      clusterName: props.clusterReference,
      // Made anew where it must be replaced, e.g. for a further zone, before the old one goes: cluster DNS and monitoring run on it.
      nodeGroupNamePrefix: SYSTEM_GROUP_PREFIX,
      nodeRoleArn: role.roleArn,
      subnetIds: escapeTemplates(props.subnetIds),
      amiType: architecture === CpuArchitecture.ARM64 ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
      version: props.release.kubernetesVersion,
      releaseVersion: props.release.nodeImageVersion,
      capacityType: 'ON_DEMAND',
      scalingConfig: { minSize: minNodes, maxSize: maxNodes, desiredSize: minNodes },
      updateConfig: { maxUnavailable: 1 },
      labels,
      launchTemplate: { id: template.id, version: Token.asString(template.latestVersion) },
      tags,
      // The number is left to whatever scales the group.
      lifecycle: { ignoreChanges: ['scaling_config[0].desired_size'], createBeforeDestroy: true },
      dependsOn: [...role.ready, ...props.dependsOn],
    });
    this.ready = [group];
  }
}

/**
 * The faults of the system nodes that a user describes.
 *
 * @internal
 */
export function systemNodeFaults(nodes: SystemNodes = {}, place?: AwsPlace): Fault[] {
  const { instanceType, minNodes, maxNodes, diskSize } = nodes;
  const why = 'it is checked against the other';
  const numbers = allOf(
    () => concreteFault('systemNodes.minNodes', minNodes, why),
    () => concreteFault('systemNodes.maxNodes', maxNodes, why),
  );
  const fewest = minNodes ?? 2;
  return allOf(
    () =>
      instanceType === undefined ||
      concreteFault('', instanceType, '').length > 0 ||
      /^[a-z0-9-]+\.[a-z0-9-]+$/.test(instanceType)
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'systemNodes.instanceType',
              `systemNodes.instanceType must be an instance type such as 'm7i.large'; got '${instanceType}'`,
            ),
          ],
    () => unsuitableTypeFaults(instanceType),
    () => roleArnFaults('systemNodes.nodeRoleArn', nodes.nodeRoleArn, place),
    () => numbers,
    () =>
      numbers.length > 0
        ? []
        : allOf(
            () => wholeNumberFault('systemNodes.minNodes', minNodes, 1),
            () => wholeNumberFault('systemNodes.maxNodes', maxNodes, 1),
            () =>
              maxNodes !== undefined && fewest > maxNodes
                ? [
                    fault(
                      'CONFLICTING_PROPERTIES',
                      'systemNodes.minNodes',
                      `systemNodes.minNodes must not be above maxNodes; got ${fewest} above ${maxNodes}`,
                    ),
                  ]
                : [],
          ),
    () =>
      diskSize === undefined
        ? []
        : wholeAmountFault('systemNodes.diskSize', diskSize.gib, 'GiB', `${diskSize.gib} GiB`, 20),
  );
}

/** Families with GPUs or other accelerators: the system nodes' image has no driver, and nothing on them uses it. */
const ACCELERATED = /^(p|g|gr|inf|trn|dl|vt|f)\d/;

/**
 * The fault of a type on which no system pod runs. A `nano` or `micro` has addresses for 4 pods, which the network, proxy, credentials and volume
 * agents of the node take by themselves.
 *
 * @see https://github.com/awslabs/amazon-eks-ami/blob/main/nodeadm/internal/kubelet/eni-max-pods.txt
 * @see https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html
 */
function unsuitableTypeFaults(instanceType: string | undefined): Fault[] {
  if (instanceType === undefined || hasToken(instanceType)) return [];
  const why = [
    { is: /^a1\./, reason: 'of the first Graviton processors, on which Amazon Linux 2023 does not run' },
    { is: /^mac/, reason: 'a Mac, on which EKS has no nodes' },
    {
      is: ACCELERATED,
      reason: 'a type with GPUs or other accelerators, for which the image of system nodes has no driver',
    },
    { is: /\.(nano|micro)$/, reason: 'so small that the agents of each node leave no room for DNS and monitoring' },
  ].find(({ is }) => is.test(instanceType))?.reason;
  if (why === undefined) return [];
  const property = 'systemNodes.instanceType';
  return [
    fault('SYSTEM_TYPE_NOT_SUITABLE', property, `${property} '${instanceType}' is ${why}; use one such as 'm7i.large'`),
  ];
}
