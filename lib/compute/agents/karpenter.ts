import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Release } from '@cdktf/provider-helm/lib/release';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../../core/aws-role';
import { ClusterLedger, ClusterSingleton } from '../../core/cluster-ledger';
import { dependOn } from '../../core/dependencies';
import { throwIfRefused, throwIfOfOtherKinds, returned } from '../../core/errors';
import { policyJson } from '../../core/policy-json';
import { escapeTemplate } from '../../core/template-escape';
import { concreteFault, hasToken } from '../../core/tokens';
import { HELM_BOUNDS } from '../../kubernetes/helm-bounds';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { helmMeta } from '../../kubernetes/kubernetes-access';
import { Fault, fault } from '../../units/fault';
import { madeElsewhereFaults } from '../cluster/provider-region';
import { IEksCluster } from '../cluster/eks-cluster';
import { karpenterPools } from '../pools/karpenter/karpenter-pools';
import { KarpenterInterruptions } from './karpenter-interruptions';
import { karpenterPolicy } from './karpenter-policy';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';

const NAMESPACE = 'kube-system';
const NAME = 'karpenter';
const REPOSITORY = 'oci://public.ecr.aws/karpenter';

/**
 * The release of August 2026, for Kubernetes 1.30 to 1.36.
 *
 * @see https://github.com/aws/karpenter-provider-aws/blob/v1.14.1/website/content/en/preview/upgrading/compatibility.md
 */
const CHART_VERSION = '1.14.1';

/** What the chart of that release pulls. */
const IMAGE =
  'public.ecr.aws/karpenter/controller:1.14.1@sha256:723130949e4cab989461ff07d1be4cd781d63515432494641b33c235f300ae23';

/** Repository, tag and digest of an image reference. */
const IMAGE_REFERENCE = /^(.*?[^/:@])(?::([^/@]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

/**
 * Properties of `Karpenter`.
 */
export interface KarpenterProps {
  /** The cluster. */
  readonly cluster: IEksCluster;
  /** Where the image is pulled from, and the charts. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Version of the charts, 1.11 or later. With another one give the image of that release too. @default '1.14.1' */
  readonly chartVersion?: string;
  /** Image of the controller, with its registry, by tag or by digest. @default - that of the chart 1.14.1, by its digest */
  readonly image?: string;
}

/**
 * Karpenter, which launches the nodes of `KarpenterGpuNodePool`. Create it once per cluster, in the workload stack; pools may be created
 * before or after.
 *
 * Its role, with the permissions of Karpenter's own template, and the queue by which AWS announces that an instance will stop are created
 * with the cluster. The definitions of its resources are a release of their own, so that they are upgraded too. Feature gates follow the
 * pools: StaticCapacity if one has a fixed number of nodes, NodeOverlay if one has EFA. It runs on the system nodes, in two replicas.
 *
 * Throws a `ValidationError` for a chart version that is not written as one, an image that is none, and for a second one on a cluster.
 *
 * @see https://github.com/aws/karpenter-provider-aws/tree/v1.14.1/charts
 */
export class Karpenter extends Construct {
  /** Dependency for what relies on it. */
  public readonly ready: ITerraformDependable[];

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: KarpenterProps) {
    throwIfOfOtherKinds(scope, 'KarpenterProps', props, id, (given) => new Karpenter(scope, id, given));
    super(scope, id);
    const { cluster, chartVersion = CHART_VERSION } = props;
    throwIfRefused(this, karpenterFaults(props, chartVersion));
    const role = returned(
      this,
      'IKubernetesCluster',
      'cluster.serviceAccountRole()',
      cluster.serviceAccountRole(NAMESPACE, NAME),
    );
    const interruptions = interruptionsOf(cluster, role);
    const repository = (props.imageRegistry ?? ImageRegistry.UPSTREAM)._chartsOf(REPOSITORY);
    const chart = { repository, version: chartVersion, namespace: NAMESPACE, ...HELM_BOUNDS };
    const definitions = new Release(this, 'Definitions', {
      ...helmMeta(this, cluster),
      ...chart,
      name: `${NAME}-crd`,
      chart: `${NAME}-crd`,
    });
    const values = () => [escapeTemplate(JSON.stringify(karpenterValues(props, role, interruptions.queueName)))];
    const release = new Release(this, 'Resource', {
      ...helmMeta(this, cluster, [definitions, ...role.ready, ...interruptions.ready]),
      ...chart,
      name: NAME,
      chart: NAME,
      skipCrds: true,
      // The pools, which the feature gates depend on, may be created later.
      values: Lazy.listValue({ produce: values }),
      set: regionVariable(cluster.connection.region),
    });
    this.ready = [release];
    ClusterLedger.of(cluster).addSingleton(ClusterSingleton.KARPENTER, this, this.ready);
    for (const { objects } of karpenterPools(cluster)) {
      for (const each of objects) {
        const own = dependOn(each, this.ready).map(({ fqn }) => fqn);
        each.dependsOn = [...(each.dependsOn ?? []), ...own];
      }
    }
  }
}

nameClass('Karpenter', Karpenter);

/** The role belongs to the cluster: what it needs stays with it when a `Karpenter` is removed from the tree. */
function interruptionsOf(cluster: IEksCluster, role: IServiceAccountRole): KarpenterInterruptions {
  const { clusterName, provider, tags } = cluster;
  const known = role.node.tryFindChild('Interruptions') as KarpenterInterruptions | undefined;
  if (known) return known;
  const interruptions = new KarpenterInterruptions(role as unknown as Construct, 'Interruptions', {
    clusterName,
    tags,
    provider,
  });
  const { partition } = new DataAwsPartition(interruptions, 'Partition', { provider });
  const { accountId } = new DataAwsCallerIdentity(interruptions, 'Account', { provider });
  const region = new DataAwsRegion(interruptions, 'Region', { provider }).id;
  const { queueArn } = interruptions;
  const policy = () => {
    const nodeRoleArns = [...new Set(karpenterPools(cluster).map(({ nodeRoleArn }) => nodeRoleArn))];
    const { volumeKeyArn } = cluster;
    const reach = { clusterName, partition, region, accountId, queueArn, nodeRoleArns, volumeKeyArn };
    return policyJson(karpenterPolicy(reach));
  };
  new IamRolePolicy(role, 'Karpenter', {
    provider,
    name: NAME,
    role: role.roleName,
    policy: Lazy.stringValue({ produce: policy }),
  });
  return interruptions;
}

/** Pods cannot ask the instance for its region: its metadata is one hop away only. */
function regionVariable(region: string | undefined) {
  if (!region) return undefined;
  return [
    { name: 'controller.env[0].name', value: 'AWS_REGION' },
    { name: 'controller.env[0].value', value: escapeTemplate(region) },
  ];
}

function karpenterValues(
  { cluster, imageRegistry = ImageRegistry.UPSTREAM, image = IMAGE }: KarpenterProps,
  role: IServiceAccountRole,
  interruptionQueue: string,
) {
  const { clusterName } = cluster;
  const { pullSecrets } = imageRegistry;
  const [, repository, tag = '', digest = ''] = IMAGE_REFERENCE.exec(imageRegistry.resolve(image)) ?? [];
  const pools = karpenterPools(cluster);
  return {
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
    serviceAccount: { name: NAME, annotations: role.serviceAccountAnnotations },
    controller: {
      // An empty tag is that of the chart.
      image: { repository, tag, digest },
      resources: { requests: { cpu: '250m', memory: '512Mi' }, limits: { memory: '1Gi' } },
    },
    settings: {
      clusterName,
      interruptionQueue,
      eksControlPlane: true,
      featureGates: {
        staticCapacity: pools.some(({ isStatic }) => isStatic),
        nodeOverlay: pools.some(({ hasOverlay }) => hasOverlay),
      },
    },
  };
}

function karpenterFaults({ cluster, image }: KarpenterProps, version: string): Fault[] {
  const token = allOf(
    () => concreteFault('chartVersion', version, 'the values are those of its chart'),
    () =>
      image === undefined ? [] : concreteFault('image', image, 'the chart takes its repository, tag and digest apart'),
  );
  return allOf(
    () => token,
    () => madeElsewhereFaults(cluster, 'the queue of Karpenter'),
    () =>
      hasToken(version) || /^\d+\.\d+\.\d+$/.test(version)
        ? []
        : [fault('INVALID_FORMAT', 'chartVersion', `chartVersion must be written as '1.14.1'; got '${version}'`)],
    () =>
      image === undefined || hasToken(image) || /[:@]/.test(image.split('/').slice(-1)[0])
        ? []
        : [
            fault(
              'INVALID_FORMAT',
              'image',
              `image must have a tag or a digest, so that what is pulled does not change unnoticed; got '${image}'`,
            ),
          ],
    () => {
      const other = ClusterLedger.of(cluster).singleton(ClusterSingleton.KARPENTER)?.owner;
      if (!other) return [];
      const reason = `cluster '${cluster.clusterName}' already has Karpenter, at '${other.node.path}', which serves all its pools; remove one of the two`;
      return [fault('KARPENTER_EXISTS', 'cluster', reason)];
    },
  );
}

/**
 * Whether this program has created Karpenter for a cluster.
 *
 * @internal
 */
export function hasKarpenter(cluster: IEksCluster): boolean {
  return ClusterLedger.of(cluster).singleton(ClusterSingleton.KARPENTER) !== undefined;
}

/**
 * Whether this program creates a cluster, so that nobody else has installed Karpenter on it.
 *
 * @internal
 */
export function isOwnCluster(cluster: IEksCluster): boolean {
  return ClusterLedger.of(cluster).isOwn;
}
