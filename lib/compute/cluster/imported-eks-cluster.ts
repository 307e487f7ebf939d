import { DataAwsEksCluster } from '@cdktf/provider-aws/lib/data-aws-eks-cluster';
import { Fn, ITerraformDependable, TerraformProvider, TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { placeAt } from '../../core/aws-provider';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { throwIfInvalid, throwIfRefused, throwIfOfOtherKinds, throwOfCall } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ClusterConnection } from '../../core/kubernetes-cluster';
import { RoleOptions } from '../../core/role-options';
import { awsTags } from '../../core/tags';
import { hasToken, listElement } from '../../core/tokens';
import { enterControlPlaneRole } from './cluster-roles';
import { IEksCluster } from './eks-cluster';
import { explainImportedCluster } from './eks-gpu-cluster-explain';
import { eksAttributesFaults } from './eks-gpu-cluster-faults';
import { EksClusterAttributes } from './eks-gpu-cluster-props';
import { importedRegionFaults, madeElsewhereFaults } from './provider-region';
import { RemoteNetworks, ownNetworks } from './remote-networks';
import { serviceAccountRole } from './service-account-role';
import { optionalTextList, textList } from '../../core/text-list';
import { checkArguments } from '../../units/argument-faults';
import { allOf } from '../../units/unreadable';

/**
 * An existing EKS cluster.
 *
 * @internal
 */
export class ImportedEksCluster extends Construct implements IEksCluster {
  public readonly clusterName: string;
  public readonly subnetIds: string[];
  public readonly availabilityZones?: string[];
  public readonly subnetCidrs?: string[];
  public readonly nodeMonitoring?: boolean;
  public readonly remoteNetworks?: RemoteNetworks;
  public readonly clusterSecurityGroupId: string;
  public readonly securityGroupIds: string[];
  public readonly kubernetesVersion?: string;
  public readonly provider?: TerraformProvider;
  public readonly volumeKeyArn?: string;
  public readonly clusterRoleArn?: string;
  public readonly roleOptions?: RoleOptions;
  public readonly tags: { [key: string]: string };
  /** Its add-ons and access are managed elsewhere. */
  public readonly ready: ITerraformDependable[] = [];
  public readonly nodeReady: ITerraformDependable[] = [];

  private readonly attributes: EksClusterAttributes;

  public constructor(scope: Construct, id: string, attributes: EksClusterAttributes) {
    throwIfOfOtherKinds(
      scope,
      'EksClusterAttributes',
      attributes,
      id,
      (given) => new ImportedEksCluster(scope, id, given),
    );
    super(scope, id);
    throwIfRefused(
      this,
      allOf(
        () => eksAttributesFaults(attributes, placeAt(this, attributes.provider)),
        () => importedRegionFaults(this, attributes),
      ),
    );
    const { clusterName, provider } = attributes;
    this.attributes = attributes;
    this.clusterName = clusterName;
    this.provider = provider;
    this.subnetIds = textList(attributes.subnetIds);
    this.availabilityZones = optionalTextList(attributes.availabilityZones);
    this.subnetCidrs = optionalTextList(attributes.subnetCidrs);
    this.nodeMonitoring = attributes.nodeMonitoring ?? false;
    this.remoteNetworks = ownNetworks(attributes.remoteNetworks);
    this.securityGroupIds = textList(attributes.securityGroupIds);
    this.clusterSecurityGroupId = listElement(this.securityGroupIds, 0);
    this.kubernetesVersion = attributes.kubernetesVersion;
    this.tags = { ...attributes.tags };

    this.volumeKeyArn = attributes.volumeKeyArn;
    this.clusterRoleArn = attributes.clusterRoleArn;
    this.roleOptions = attributes.roleOptions;
    enterControlPlaneRole(this, this.clusterRoleArn);
    ClusterChecks.of(this);
  }

  public get vpcId(): string {
    return this.attributes.vpcId ?? this.asked().vpcConfig.get(0).vpcId;
  }

  public get connection(): ClusterConnection {
    const { endpoint, certificateAuthorityData, region, clusterName } = this.attributes;
    const asked = () => this.asked();
    return {
      get host() {
        return endpoint ?? asked().endpoint;
      },
      get certificateAuthorityData() {
        return certificateAuthorityData ?? asked().certificateAuthority.get(0).data;
      },
      eksClusterName: clusterName,
      region: region ?? this.providerRegion() ?? Token.asString(Fn.element(Fn.split(':', asked().arn), 3)),
    };
  }

  public get nodePools(): IGpuNodePool[] {
    return ClusterNodePools.of(this);
  }

  public explain(): string {
    return `${explainImportedCluster(this.clusterName, this.kubernetesVersion)}\n\n${ClusterChecks.of(this).explain()}`;
  }

  public serviceAccountRole(namespace: string, serviceAccountName: string): IServiceAccountRole {
    if (this.attributes.podIdentity) throwIfInvalid(this, madeElsewhereFaults(this, 'the association of a role'));
    return serviceAccountRole(this, namespace, serviceAccountName, {
      clusterName: this.clusterName,
      clusterReference: this.clusterName,
      podIdentity: this.attributes.podIdentity ?? false,
      options: this.roleOptions,
      oidcProviderArn: this.attributes.oidcProviderArn,
      tags: awsTags({}, this.tags),
      provider: this.provider,
    });
  }

  /** The region that the provider asks in, where it is written in the program: the cluster is found in no other. */
  private providerRegion(): string | undefined {
    const providers = TerraformStack.of(this)
      .node.findAll()
      .filter((child) => TerraformProvider.isTerraformProvider(child))
      .filter(({ terraformResourceType, alias }) => terraformResourceType === 'aws' && alias === undefined);
    const acting = (this.provider ?? providers[0]) as { readonly region?: string } | undefined;
    const region = acting?.region;
    return region === undefined || hasToken(region) || region.includes('${') ? undefined : region;
  }

  /** What AWS says of the cluster: asked for only once something is needed that was not given. */
  private asked(): DataAwsEksCluster {
    const known = this.node.tryFindChild('Resource') as DataAwsEksCluster | undefined;
    return known ?? new DataAwsEksCluster(this, 'Resource', { provider: this.provider, name: this.clusterName });
  }
}

checkArguments('IKubernetesCluster', ImportedEksCluster, throwOfCall);
