import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { EksAddon } from '@cdktf/provider-aws/lib/eks-addon';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { ITerraformDependable, TerraformProvider } from 'cdktf';
import { Construct } from 'constructs';
import { EksRelease } from '../../catalog/eks-release';
import { IServiceAccountRole } from '../../core/aws-role';

/** Properties of `EksAddOns`. */
interface EksAddOnsProps {
  /** Reference to the name of the cluster. */
  readonly clusterName: string;
  readonly release: EksRelease;
  /** Whether there may be nodes outside AWS. */
  readonly hybridNodes: boolean;
  /** Makes the role of a service account in `kube-system`. */
  readonly roleOf: (serviceAccountName: string) => IServiceAccountRole;
  readonly tags: { [key: string]: string };
  readonly provider?: TerraformProvider;
}

/**
 * The host engine of the monitoring agent tolerates nothing by default, so that it would land on no tainted GPU node and broken
 * GPUs would never be seen; the agent itself tolerates everything.
 *
 * @see https://github.com/aws/containers-roadmap/issues/2567
 * @see https://github.com/aws/eks-node-monitoring-agent/blob/main/charts/configuration.schema.json
 */
const MONITORING_CONFIGURATION = { dcgmAgent: { tolerations: [{ operator: 'Exists' }] } };

/**
 * The agent asks the metadata service of EC2 for the credentials of its node. A DaemonSet of its own, off by default, has them from the node's file outside AWS.
 * The add-ons that do not run there, such as the VPC CNI and the drivers of EBS, EFS and Mountpoint, keep away by themselves: AWS gave them an affinity that
 * excludes `eks.amazonaws.com/compute-type: hybrid`.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-add-ons.html
 */
const HYBRID_AGENT_CONFIGURATION = { daemonsets: { hybrid: { create: true } } };

/**
 * The add-ons of a cluster, in two groups between which the first nodes start: a node never becomes ready without the network add-ons, and
 * the others never do without nodes.
 *
 * @internal
 */
export class EksAddOns extends Construct {
  /** What nodes must wait for. */
  public readonly beforeNodes: ITerraformDependable[];

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: EksAddOnsProps,
  ) {
    super(scope, id);
    const { release } = props;
    const agent = this.addOn(
      'eks-pod-identity-agent',
      release.podIdentityAgent,
      [],
      props.hybridNodes ? HYBRID_AGENT_CONFIGURATION : undefined,
    );
    // Network policies are off by default; the add-on takes this setting as a string.
    // https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
    const network = this.addOn('vpc-cni', release.vpcCni, this.credentials('aws-node', 'AmazonEKS_CNI_Policy'), {
      enableNetworkPolicy: 'true',
    });
    this.beforeNodes = [network, this.addOn('kube-proxy', release.kubeProxy, []), agent];
  }

  /** Installs what needs nodes to run on. */
  public installAfter(nodes: ITerraformDependable[], monitoring: boolean): ITerraformDependable[] {
    const { release } = this.props;
    // https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEBSCSIDriverPolicyV2.html
    const volumes = this.credentials('ebs-csi-controller-sa', 'AmazonEBSCSIDriverPolicyV2');
    return [
      this.addOn('coredns', release.coreDns, nodes),
      this.addOn('aws-ebs-csi-driver', release.ebsCsiDriver, [...nodes, ...volumes]),
      ...(monitoring
        ? [this.addOn('eks-node-monitoring-agent', release.nodeMonitoringAgent, nodes, MONITORING_CONFIGURATION)]
        : []),
    ];
  }

  private addOn(name: string, version: string, dependsOn: ITerraformDependable[], configuration?: object): EksAddon {
    const { provider, clusterName, tags } = this.props;
    return new EksAddon(this, name, {
      provider,
      clusterName,
      addonName: name,
      addonVersion: version,
      configurationValues: configuration && JSON.stringify(configuration),
      resolveConflictsOnCreate: 'OVERWRITE',
      resolveConflictsOnUpdate: 'OVERWRITE',
      tags,
      dependsOn: dependsOn.length > 0 ? dependsOn : undefined,
    });
  }

  /** The role of an add-on's service account with one of AWS's own policies, before its pods start. */
  private credentials(serviceAccountName: string, policy: string): ITerraformDependable[] {
    const { provider, roleOf } = this.props;
    const role = roleOf(serviceAccountName);
    const partition = new DataAwsPartition(this, `Partition-${serviceAccountName}`, { provider }).partition;
    const attachment = new IamRolePolicyAttachment(this, `Policy-${serviceAccountName}`, {
      provider,
      role: role.roleName,
      policyArn: `arn:${partition}:iam::aws:policy/${policy}`,
    });
    return [...role.ready, attachment];
  }
}
