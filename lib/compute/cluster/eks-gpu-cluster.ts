import { EksCluster } from '@cdktf/provider-aws/lib/eks-cluster';
import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Fn, ITerraformDependable, TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { EksRelease } from '../../catalog/eks-release';
import { placeAt } from '../../core/aws-provider';
import { IServiceAccountRole } from '../../core/aws-role';
import { ClusterLedger } from '../../core/cluster-ledger';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { throwIfRefused, throwIfOfOtherKinds, throwOfCall } from '../../core/errors';
import { addWarning } from '../../core/validation';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ClusterConnection } from '../../core/kubernetes-cluster';
import { awsTags } from '../../core/tags';
import { ApiAccess, coversInternet } from './api-access';
import { ClusterAccess } from './cluster-access';
import { ClusterKey, controlPlaneLogs } from './cluster-encryption';
import { ClusterNetwork } from './cluster-network';
import { usedRole } from './cluster-role';
import { controlPlaneRoleFaults, enterControlPlaneRole, enterNodeRole, takenByNodesFaults } from './cluster-roles';
import { NatGateways } from './cluster-vpc';
import { EksAddOns } from './eks-add-ons';
import { IEksCluster } from './eks-cluster';
import { explainCluster } from './eks-gpu-cluster-explain';
import { eksGpuClusterFaults } from './eks-gpu-cluster-faults';
import { EksClusterAttributes, EksGpuClusterProps } from './eks-gpu-cluster-props';
import { ImportedEksCluster } from './imported-eks-cluster';
import { zoneRegionFaults } from './provider-region';
import { RemoteNetworks, ownNetworks, remoteNetworkConfig } from './remote-networks';
import { serviceAccountRole } from './service-account-role';
import { SystemNodeGroup } from './system-node-group';
import { clusterNameTakenFaults, claimClusterName } from './taken-cluster-names';
import { RemovalPolicy } from '../../core/removal-policy';
import { RoleOptions } from '../../core/role-options';
import { escapeTemplate, escapeTemplates } from '../../core/template-escape';
import { optionalTextList, textList } from '../../core/text-list';
import { checkArguments } from '../../units/argument-faults';
import { allOf } from '../../units/unreadable';

/** Every log that a control plane writes. */
const CONTROL_PLANE_LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

/**
 * An EKS cluster for GPU pools: private API, secrets encrypted by a key of its own, every control-plane log kept for a year,
 * access by named identities only, network policies, EKS Pod Identity, a small pool of CPU nodes.
 *
 * Nodes and pods are in private subnets. All versions are pinned. `explain()` describes how to reach a private API. There is no default
 * StorageClass: the volume driver's add-on can only create one without encryption; create an `EncryptedStorageClass` in the workload stack.
 *
 * Throws a `ValidationError` with every fault of the name, version, zones, ranges, administrators, system nodes and tags.
 *
 * @see https://docs.aws.amazon.com/eks/latest/best-practices/security.html
 */
export class EksGpuCluster extends Construct implements IEksCluster {
  /**
   * An existing EKS cluster, for pools and roles. Nothing about the cluster itself is changed. Attributes that are not given are looked up
   * in AWS when Terraform plans. Throws a `ValidationError` for a name no cluster can have, and without a security group.
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param attributes what is known of it
   */
  public static fromAttributes(scope: Construct, id: string, attributes: EksClusterAttributes): IEksCluster {
    return new ImportedEksCluster(scope, id, attributes);
  }

  /** Name of the cluster, known at synthesis. */
  public readonly clusterName: string;
  /** ARN of the cluster. */
  public readonly clusterArn: string;
  /** How a Kubernetes client reaches it. */
  public readonly connection: ClusterConnection;
  /** VPC of the cluster. */
  public readonly vpcId: string;
  /** Private subnets for nodes, one per zone, in the order of `availabilityZones`. */
  public readonly subnetIds: string[];
  /** Zones of `subnetIds`, in the same order. @default - not known, in a VPC given without them */
  public readonly availabilityZones?: string[];
  /** IPv4 ranges of `subnetIds`, in the same order. @default - not known, in a VPC given without them */
  public readonly subnetCidrs?: string[];
  /** Whether the node monitoring agent runs, which node repair needs. */
  public readonly nodeMonitoring?: boolean;
  /** Networks outside AWS whose machines may be nodes. @default - none */
  public readonly remoteNetworks?: RemoteNetworks;
  /** Security group that EKS made for the cluster. */
  public readonly clusterSecurityGroupId: string;
  /** Every security group that a node must be a member of. */
  public readonly securityGroupIds: string[];
  /** Kubernetes minor, e.g. `1.35`. */
  public readonly kubernetesVersion?: string;
  /** Pinned versions of add-ons and node images. */
  public readonly release?: EksRelease;
  /** What node groups must wait for. */
  public readonly nodeReady: ITerraformDependable[];
  /** ARN of the cluster's OpenID Connect provider in IAM. */
  public readonly oidcProviderArn: string;
  /** ARN of the KMS key for secrets and logs. */
  public readonly encryptionKeyArn: string;
  /** ARN of the KMS key for the volumes of nodes. @default - the key of the account for EBS */
  public readonly volumeKeyArn?: string;
  /** ARN of the IAM role of the control plane, which no node may have. */
  public readonly clusterRoleArn?: string;
  /** What all IAM roles of the cluster have. @default - no boundary, path '/' */
  public readonly roleOptions?: RoleOptions;
  /** The AWS provider of the cluster. @default - the stack's default AWS provider */
  public readonly provider?: TerraformProvider;
  /** Tags of the cluster's AWS resources, as the user gave them. */
  public readonly tags: { [key: string]: string };

  readonly #clusterAccess: ClusterAccess;
  readonly #addOnsReady: ITerraformDependable[];
  readonly #clusterExplanation: string;

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: EksGpuClusterProps) {
    throwIfOfOtherKinds(scope, 'EksGpuClusterProps', props, id, (given) => new EksGpuCluster(scope, id, given));
    super(scope, id);
    const place = placeAt(this, props.provider);
    const { region } = place;
    throwIfRefused(
      this,
      allOf(
        () => eksGpuClusterFaults(props, place),
        () => zoneRegionFaults('availabilityZones', props.availabilityZones, region),
        () => zoneRegionFaults('vpc.availabilityZones', props.vpc?.availabilityZones, region),
      ),
    );
    const { clusterName, provider } = props;
    throwIfRefused(
      this,
      allOf(
        () => clusterNameTakenFaults(this, clusterName, provider),
        () => takenByNodesFaults(this, props.clusterRoleArn),
        () => controlPlaneRoleFaults(this, 'systemNodes.nodeRoleArn', props.systemNodes?.nodeRoleArn),
      ),
    );
    const release =
      props.release ?? (props.kubernetesVersion ? EksRelease.of(props.kubernetesVersion) : EksRelease.DEFAULT);
    const apiAccess = props.apiAccess ?? ApiAccess.private();
    const tags = awsTags({}, props.tags);
    this.clusterName = clusterName;
    this.provider = provider;
    this.tags = { ...props.tags };
    this.release = release;
    this.kubernetesVersion = release.kubernetesVersion;

    const logGroupName = `/aws/eks/${clusterName}/cluster`;
    const flowLogGroupName = `/aws/vpc/${clusterName}/flow-logs`;
    const logGroupNames = props.vpc ? [logGroupName] : [logGroupName, flowLogGroupName];
    this.encryptionKeyArn =
      props.encryptionKeyArn ??
      new ClusterKey(this, 'Key', { provider, clusterName, logGroupNames, tags: this.tags }).keyArn;
    this.volumeKeyArn = props.volumeKeyArn;
    this.roleOptions = props.roleOptions;
    const keepsLogs = props.logRemovalPolicy === RemovalPolicy.RETAIN;
    const network = props.vpc ? undefined : this.#makeNetwork(props, flowLogGroupName);
    this.vpcId = network?.vpcId ?? props.vpc?.vpcId ?? '';
    this.subnetIds = network?.subnetIds ?? textList(props.vpc?.privateSubnetIds ?? []);
    this.availabilityZones = network?.availabilityZones ?? optionalTextList(props.vpc?.availabilityZones);
    this.subnetCidrs = network?.subnetCidrs ?? optionalTextList(props.vpc?.privateSubnetCidrs);
    this.nodeMonitoring = props.nodeMonitoring ?? false;
    this.remoteNetworks = ownNetworks(props.remoteNetworks);

    const role = usedRole(this, 'Role', props.clusterRoleArn, {
      provider,
      name: `${clusterName}-cluster`,
      description: `Control plane of EKS cluster ${clusterName}`,
      service: 'eks',
      managedPolicies: ['AmazonEKSClusterPolicy'],
      options: this.roleOptions,
      tags,
    });
    this.clusterRoleArn = role.roleArn;
    const logs = controlPlaneLogs(this, {
      name: logGroupName,
      keyArn: this.encryptionKeyArn,
      keepsLogs,
      tags: this.tags,
      provider,
    });
    const cluster = new EksCluster(this, 'Resource', {
      provider,
      name: clusterName,
      version: release.kubernetesVersion,
      roleArn: role.roleArn,
      // Network add-ons are installed as managed add-ons, with pinned versions.
      bootstrapSelfManagedAddons: false,
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      enabledClusterLogTypes: CONTROL_PLANE_LOGS,
      encryptionConfig: { resources: ['secrets'], provider: { keyArn: escapeTemplate(this.encryptionKeyArn) } },
      vpcConfig: {
        subnetIds: escapeTemplates(optionalTextList(props.vpc?.controlPlaneSubnetIds) ?? this.subnetIds),
        endpointPrivateAccess: true,
        endpointPublicAccess: apiAccess.isPublic,
        publicAccessCidrs: apiAccess.isPublic ? apiAccess.publicCidrs : undefined,
      },
      remoteNetworkConfig: remoteNetworkConfig(props.remoteNetworks),
      deletionProtection: props.deletionProtection,
      tags,
      dependsOn: [...role.ready, logs],
      lifecycle: {
        preventDestroy: props.deletionProtection,
        // EKS refuses subnets outside the zones that it was made with: a zone that comes later is for nodes only.
        ignoreChanges: props.vpc?.controlPlaneSubnetIds ? undefined : ['vpc_config[0].subnet_ids'],
        // EKS refuses to move a cluster into another VPC, which the provider takes for a change in place.
        replaceTriggeredBy: network && [network.vpcRangeAddress],
      },
    });
    this.clusterArn = cluster.arn;
    this.clusterSecurityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.securityGroupIds = [this.clusterSecurityGroupId];
    this.connection = {
      host: cluster.endpoint,
      certificateAuthorityData: cluster.certificateAuthority.get(0).data,
      eksClusterName: cluster.name,
      region: Token.asString(Fn.element(Fn.split(':', cluster.arn), 3)),
    };
    this.#openApiTo(apiAccess, tags, this.remoteNetworks);
    this.#clusterAccess = new ClusterAccess(this, 'Access', {
      provider,
      clusterName: cluster.name,
      admins: props.admins,
      tags,
    });
    this.oidcProviderArn = new IamOpenidConnectProvider(this, 'OidcProvider', {
      provider,
      url: issuerUrl(cluster),
      clientIdList: ['sts.amazonaws.com'],
      tags,
    }).arn;

    const addOns = new EksAddOns(this, 'AddOns', {
      provider,
      clusterName: cluster.name,
      release,
      hybridNodes: this.remoteNetworks !== undefined,
      roleOf: (account) => this.#makeServiceAccountRole('kube-system', account, cluster.name),
      tags,
    });
    this.nodeReady = [...(network?.ready ?? []), ...addOns.beforeNodes];
    const system = new SystemNodeGroup(this, 'SystemNodes', {
      provider,
      clusterName,
      clusterReference: cluster.name,
      subnetIds: this.subnetIds,
      availabilityZones: this.availabilityZones,
      release,
      nodes: props.systemNodes ?? {},
      roleOptions: this.roleOptions,
      volumeKeyArn: this.volumeKeyArn,
      dependsOn: this.nodeReady,
      tags: this.tags,
    });
    this.#addOnsReady = addOns.installAfter(system.ready, this.nodeMonitoring);
    this.#clusterExplanation = explainCluster(clusterName, apiAccess, release, network !== undefined);
    claimClusterName(this, clusterName, provider);
    enterControlPlaneRole(this, this.clusterRoleArn);
    const nodes = { cluster: this, whose: `the system nodes of cluster '${clusterName}'`, entryBy: 'EKS' as const };
    enterNodeRole(this, props.systemNodes?.nodeRoleArn, nodes);
    ClusterLedger.of(this).declareOwn();
    ClusterChecks.of(this);
  }

  /** The GPU pools known on it, in the order of their names. Returns a copy. */
  public get nodePools(): IGpuNodePool[] {
    return ClusterNodePools.of(this);
  }

  /** What Kubernetes objects of the same stack must wait for, and be destroyed before. */
  public get ready(): ITerraformDependable[] {
    return [...this.#clusterAccess.ready, ...this.#addOnsReady];
  }

  /**
   * The IAM role of one service account, by EKS Pod Identity; created in the cluster's scope on the first call.
   *
   * @param namespace namespace of the service account
   * @param serviceAccountName name of the service account
   */
  public serviceAccountRole(namespace: string, serviceAccountName: string): IServiceAccountRole {
    return this.#makeServiceAccountRole(
      namespace,
      serviceAccountName,
      this.connection.eksClusterName ?? this.clusterName,
    );
  }

  /**
   * Makes a further principal an administrator, e.g. a role of the same stack. Throws a `ValidationError` for an ARN of anything but a role or a user,
   * of another partition than the cluster's, or of one that is an administrator already.
   *
   * @param id name for the principal, unique within the cluster
   * @param principalArn ARN of the IAM role or user
   */
  public grantAdmin(id: string, principalArn: string): void {
    this.#clusterAccess.grantAdmin(id, principalArn);
  }

  /** How the cluster is reached, what it runs, and where the pods of this program go, as human-readable text. */
  public explain(): string {
    return `${this.#clusterExplanation}\n\n${ClusterChecks.of(this).explain()}`;
  }

  #makeNetwork(props: EksGpuClusterProps, flowLogGroupName: string): ClusterNetwork {
    return new ClusterNetwork(this, 'Network', {
      provider: this.provider,
      clusterName: this.clusterName,
      cidr: props.vpcCidr ?? '10.0.0.0/16',
      availabilityZones: props.availabilityZones,
      natGateways: props.natGateways ?? NatGateways.ONE_PER_ZONE,
      flowLogGroupName,
      logKeyArn: this.encryptionKeyArn,
      keepsLogs: props.logRemovalPolicy === RemovalPolicy.RETAIN,
      endpointPolicies: props.endpointPolicies ?? true,
      roleOptions: this.roleOptions,
      tags: this.tags,
    });
  }

  #openApiTo(access: ApiAccess, tags: { [key: string]: string }, remote?: RemoteNetworks): void {
    for (const cidr of new Set([...access.privateCidrs, ...(remote?.nodeCidrs ?? []), ...(remote?.podCidrs ?? [])])) {
      new VpcSecurityGroupIngressRule(this, `ApiFrom-${cidr.replace('/', '-')}`, {
        provider: this.provider,
        securityGroupId: this.clusterSecurityGroupId,
        description: 'Kubernetes API from a connected network',
        cidrIpv4: cidr,
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        tags,
      });
    }
    if (coversInternet(access.publicCidrs)) {
      addWarning(this, {
        id: 'PUBLIC_API',
        reason: 'the Kubernetes API is open to the whole internet; name the ranges that need it',
      });
    }
  }

  #makeServiceAccountRole(namespace: string, account: string, clusterReference: string): IServiceAccountRole {
    return serviceAccountRole(this, namespace, account, {
      clusterName: this.clusterName,
      clusterReference,
      podIdentity: true,
      options: this.roleOptions,
      tags: awsTags({}, this.tags),
      provider: this.provider,
    });
  }
}

checkArguments('EksGpuCluster', EksGpuCluster, throwOfCall);

/** IAM accepts only https; some emulators of EKS have an http issuer. */
function issuerUrl(cluster: EksCluster): string {
  return `https://${Token.asString(Fn.element(Fn.split('://', cluster.identity.get(0).oidc.get(0).issuer), 1))}`;
}
