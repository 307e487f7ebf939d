import { DataAwsEksCluster } from '@cdktf/provider-aws/lib/data-aws-eks-cluster';
import { Fn, ITerraformDependable, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { throwIfInvalid } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ClusterConnection } from '../../core/kubernetes-cluster';
import { awsTags } from '../../core/tags';
import { listElement } from '../../core/tokens';
import { IEksCluster } from './eks-cluster';
import { explainImportedCluster } from './eks-gpu-cluster-explain';
import { eksAttributesFaults } from './eks-gpu-cluster-faults';
import { EksClusterAttributes } from './eks-gpu-cluster-props';
import { importedRegionFaults } from './provider-region';
import { serviceAccountRole } from './service-account-role';
import { optionalTextList, textList } from '../../core/text-list';

/**
 * An existing EKS cluster.
 *
 * @internal
 */
export class ImportedEksCluster extends Construct implements IEksCluster {
  public readonly clusterName: string;
  public readonly connection: ClusterConnection;
  public readonly vpcId: string;
  public readonly subnetIds: string[];
  public readonly availabilityZones?: string[];
  public readonly subnetCidrs?: string[];
  public readonly nodeMonitoring?: boolean;
  public readonly clusterSecurityGroupId: string;
  public readonly securityGroupIds: string[];
  public readonly kubernetesVersion?: string;
  public readonly provider?: TerraformProvider;
  public readonly tags: { [key: string]: string };
  /** Its add-ons and access are managed elsewhere. */
  public readonly ready: ITerraformDependable[] = [];
  public readonly nodeReady: ITerraformDependable[] = [];

  private readonly attributes: EksClusterAttributes;

  public constructor(scope: Construct, id: string, attributes: EksClusterAttributes) {
    super(scope, id);
    throwIfInvalid(this, [...eksAttributesFaults(attributes), ...importedRegionFaults(this, attributes)]);
    const { clusterName, provider } = attributes;
    this.attributes = attributes;
    this.clusterName = clusterName;
    this.provider = provider;
    this.subnetIds = textList(attributes.subnetIds);
    this.availabilityZones = optionalTextList(attributes.availabilityZones);
    this.subnetCidrs = optionalTextList(attributes.subnetCidrs);
    this.nodeMonitoring = attributes.nodeMonitoring ?? false;
    this.securityGroupIds = textList(attributes.securityGroupIds);
    this.clusterSecurityGroupId = listElement(this.securityGroupIds, 0);
    this.kubernetesVersion = attributes.kubernetesVersion;
    this.tags = { ...attributes.tags };

    const { vpcId, endpoint, certificateAuthorityData, region } = attributes;
    const complete = vpcId && endpoint && certificateAuthorityData && region;
    const asked = complete ? undefined : new DataAwsEksCluster(this, 'Resource', { provider, name: clusterName });
    this.vpcId = vpcId ?? asked?.vpcConfig.get(0).vpcId ?? '';
    this.connection = {
      host: endpoint ?? asked?.endpoint,
      certificateAuthorityData: certificateAuthorityData ?? asked?.certificateAuthority.get(0).data,
      eksClusterName: clusterName,
      region: region ?? (asked && Token.asString(Fn.element(Fn.split(':', asked.arn), 3))),
    };
    ClusterChecks.of(this);
  }

  public get nodePools(): IGpuNodePool[] {
    return ClusterNodePools.of(this);
  }

  public explain(): string {
    return `${explainImportedCluster(this.clusterName, this.kubernetesVersion)}\n\n${ClusterChecks.of(this).explain()}`;
  }

  public serviceAccountRole(namespace: string, serviceAccountName: string): IServiceAccountRole {
    return serviceAccountRole(this, namespace, serviceAccountName, {
      clusterName: this.clusterName,
      clusterReference: this.clusterName,
      podIdentity: this.attributes.podIdentity ?? false,
      oidcProviderArn: this.attributes.oidcProviderArn,
      tags: awsTags({}, this.tags),
      provider: this.provider,
    });
  }
}
