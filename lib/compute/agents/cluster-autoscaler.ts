import { Fault, fault } from '../../units/fault';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Release } from '@cdktf/provider-helm/lib/release';
import { Fn, ITerraformDependable, Token } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { throwIfRefused, throwIfOfOtherKinds, returned } from '../../core/errors';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { HELM_BOUNDS } from '../../kubernetes/helm-bounds';
import { helmMeta } from '../../kubernetes/kubernetes-access';
import { concreteFault, hasToken, listElement } from '../../core/tokens';
import { IEksCluster } from '../cluster/eks-cluster';
import { policyJson } from '../../core/policy-json';
import { escapeTemplate } from '../../core/template-escape';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';
import { ownValue } from '../../units/own-value';

const NAMESPACE = 'kube-system';
const NAME = 'cluster-autoscaler';

/**
 * The chart of 2026-07-21. Chart 9.52.1 of October 2025 lets the autoscaler read no claims and slices of resources (resource.k8s.io).
 *
 * @see https://github.com/kubernetes/autoscaler/tree/cluster-autoscaler-chart-9.59.0/cluster-autoscaler/charts/cluster-autoscaler
 */
const CHART_VERSION = '9.59.0';

/**
 * Newest release for each Kubernetes minor, which must be that of the cluster; the chart's own image is for 1.35.
 *
 * @see https://github.com/kubernetes/autoscaler/releases (55c37cd, tags of 2026-08-22)
 */
const IMAGE_TAGS: { readonly [kubernetesMinor: string]: string } = {
  '1.34': 'v1.34.5',
  '1.35': 'v1.35.2',
  '1.36': 'v1.36.1',
};

const IMAGE_REPOSITORY = 'registry.k8s.io/autoscaling/cluster-autoscaler';

/**
 * Properties of `ClusterAutoscaler`.
 */
export interface ClusterAutoscalerProps {
  /** The cluster. */
  readonly cluster: IEksCluster;
  /** Where the image is pulled from, and the chart. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Version of the chart. @default '9.59.0' */
  readonly chartVersion?: string;
  /**
   * Image of the autoscaler, with its registry, by tag or by digest. Its minor must be that of the cluster.
   * @default - the newest of the cluster's Kubernetes minor; the chart's where that is not known
   */
  readonly image?: string;
}

/**
 * The Kubernetes cluster autoscaler: grows the node groups of a cluster when pods wait for nodes, and shrinks them when nodes are
 * idle. Create it once per cluster, in the workload stack, and set `autoscaling: Autoscaling.clusterAutoscaler()` on the pools.
 *
 * Its role, created with the cluster, may read what it needs and change only Auto Scaling groups with the cluster's tag, which EKS sets on
 * those of its node groups. Throws a `ValidationError` for a chart version that is not written as one, an image without a tag or digest, and for a second one on a
 * cluster.
 *
 * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 */
export class ClusterAutoscaler extends Construct {
  /** Dependency for pods that rely on it. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: ClusterAutoscalerProps) {
    throwIfOfOtherKinds(scope, 'ClusterAutoscalerProps', props, id, (given) => new ClusterAutoscaler(scope, id, given));
    super(scope, id);
    const { cluster, chartVersion = CHART_VERSION } = props;
    throwIfRefused(
      this,
      allOf(
        () => versionFaults(chartVersion),
        () => imageFaults(props.image),
        () => secondFaults(cluster),
      ),
    );
    const registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    const role = returned(
      this,
      'IKubernetesCluster',
      'cluster.serviceAccountRole()',
      cluster.serviceAccountRole(NAMESPACE, NAME),
    );
    // The role belongs to the cluster, and stays with its policy when an autoscaler is removed from the tree.
    if (!role.node.tryFindChild('ClusterAutoscaler')) {
      new IamRolePolicy(role, 'ClusterAutoscaler', {
        provider: cluster.provider,
        name: NAME,
        role: role.roleName,
        policy: policyJson(policy(cluster.clusterName)),
      });
    }
    const values = {
      cloudProvider: 'aws',
      autoDiscovery: { clusterName: cluster.clusterName },
      fullnameOverride: NAME,
      image: {
        ...imageValues(registry, props.image, ownValue(IMAGE_TAGS, cluster.kubernetesVersion ?? '')),
        ...(registry.pullSecrets.length > 0 ? { pullSecrets: registry.pullSecrets } : {}),
      },
      rbac: { serviceAccount: { create: true, name: NAME, annotations: role.serviceAccountAnnotations } },
      // Similar groups in several zones grow evenly; pods with local volumes do not keep an idle GPU node alive.
      extraArgs: {
        'balance-similar-node-groups': true,
        expander: 'least-waste',
        'skip-nodes-with-local-storage': false,
      },
    };
    const release = new Release(this, 'Resource', {
      ...helmMeta(this, cluster, role.ready),
      name: NAME,
      chart: NAME,
      repository: registry._chartsOf('https://kubernetes.github.io/autoscaler'),
      version: chartVersion,
      namespace: NAMESPACE,
      values: [escapeTemplate(JSON.stringify(values))],
      set: cluster.connection.region
        ? [{ name: 'awsRegion', value: escapeTemplate(cluster.connection.region) }]
        : undefined,
      ...HELM_BOUNDS,
    });
    this.ready = [release];
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.CLUSTER_AUTOSCALER, this);
  }
}

nameClass('ClusterAutoscaler', ClusterAutoscaler);

function secondFaults(cluster: IEksCluster): Fault[] {
  const other = ClusterLedger.of(cluster).singleton(ClusterSingleton.CLUSTER_AUTOSCALER)?.owner;
  if (!other) return [];
  const reason = `cluster '${cluster.clusterName}' already has a cluster autoscaler, at '${other.node.path}', which serves all its pools; remove one of the two`;
  return [fault('CLUSTER_AUTOSCALER_EXISTS', 'cluster', reason)];
}

/** Repository and tag of an image reference. The digest of one without a tag counts as the tag of `<repository>@sha256`. */
const IMAGE_REFERENCE = '^(.*?[^/:@]):([^/]+)$';

/** The chart joins repository and tag by a colon. */
function imageValues(registry: ImageRegistry, image: string | undefined, tag: string | undefined) {
  if (image === undefined) return { repository: registry.resolve(IMAGE_REPOSITORY), ...(tag ? { tag } : {}) };
  const reference = registry.resolve(image);
  const [, repository, version] = new RegExp(IMAGE_REFERENCE).exec(reference) ?? [];
  if (version !== undefined) return { repository, tag: version };
  const parts = Token.asList(Fn.regex(IMAGE_REFERENCE, reference));
  return { repository: listElement(parts, 0), tag: listElement(parts, 1) };
}

function imageFaults(image: string | undefined): Fault[] {
  if (image === undefined || hasToken(image) || new RegExp(IMAGE_REFERENCE).test(image)) return [];
  return [
    fault(
      'INVALID_FORMAT',
      'image',
      `image must have a tag or a digest, so that what is pulled does not change unnoticed; got '${image}'`,
    ),
  ];
}

function versionFaults(version: string): Fault[] {
  const unknown = concreteFault('chartVersion', version, 'the values are those of its chart');
  if (unknown.length > 0) return unknown;
  return /^\d+\.\d+\.\d+$/.test(version)
    ? []
    : [fault('INVALID_FORMAT', 'chartVersion', `chartVersion must be written as '9.59.0'; got '${version}'`)];
}

function policy(clusterName: string) {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Read',
        Effect: 'Allow',
        Action: [
          'autoscaling:DescribeAutoScalingGroups',
          'autoscaling:DescribeAutoScalingInstances',
          'autoscaling:DescribeLaunchConfigurations',
          'autoscaling:DescribeScalingActivities',
          'ec2:DescribeImages',
          'ec2:DescribeInstanceTypes',
          'ec2:DescribeLaunchTemplateVersions',
          'ec2:GetInstanceTypesFromInstanceRequirements',
          'eks:DescribeNodegroup',
        ],
        Resource: '*',
      },
      {
        Sid: 'ScaleOwnGroups',
        Effect: 'Allow',
        Action: ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'],
        Resource: '*',
        Condition: { StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${clusterName}`]: 'owned' } },
      },
    ],
  };
}

/**
 * Whether pools of a cluster that this program creates rely on the cluster autoscaler. On a cluster that exists already it may run already.
 *
 * @internal
 */
export function needsClusterAutoscaler(cluster: IKubernetesCluster): boolean {
  const ledger = ClusterLedger.of(cluster);
  return ledger.isOwn && ledger.needing(ClusterSingleton.CLUSTER_AUTOSCALER).length > 0;
}

/**
 * Whether this program has created a cluster autoscaler for a cluster.
 *
 * @internal
 */
export function hasClusterAutoscaler(cluster: IKubernetesCluster): boolean {
  return ClusterLedger.of(cluster).singleton(ClusterSingleton.CLUSTER_AUTOSCALER) !== undefined;
}
