import { EksRelease } from '../../../catalog/eks-release';
import { GpuInstanceType } from '../../../catalog/gpu-instance-type';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { CapacityKind } from '../options/capacity';
import { GpuNodePoolSpec, imageRelease, layoutOf } from '../shared/gpu-node-pool-spec';
import { efaHugePages } from '../shared/huge-pages';
import { maxPodsBeside } from '../shared/launch-template-interfaces';
import { NodeImageFamily } from '../options/node-image';
import { containerLimits } from '../shared/node-user-data';

/** The AWS resources of the nodes. */
interface KarpenterSurroundings {
  readonly roleName: string;
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
  readonly placementGroupName?: string;
  /** What Karpenter may launch in the place of the pool's instance type. */
  readonly otherInstanceTypes: readonly GpuInstanceType[];
  readonly labels: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
  readonly tags: { [key: string]: string };
}

/**
 * The objects of a pool as Karpenter reads them.
 *
 * @see https://karpenter.sh/docs/concepts/nodepools/
 * @see https://karpenter.sh/docs/concepts/nodeclasses/
 * @see https://karpenter.sh/docs/concepts/nodeoverlays/
 *
 * @internal
 */
export function karpenterObjects(spec: GpuNodePoolSpec, around: KarpenterSurroundings): object[] {
  return [nodeClass(spec, around), nodePool(spec, around), ...(spec.efa ? [nodeOverlay(spec)] : [])];
}

/**
 * Name of the NodePool, which is the value of its nodes' label `karpenter.sh/nodepool`. Karpenter refuses to change a NodePool between a fixed
 * number of nodes and one that follows the pods, so the two have different names; the dot cannot be part of a pool's own name.
 *
 * @see https://github.com/kubernetes-sigs/karpenter/issues/2345
 *
 * @internal
 */
export function nodePoolName({ poolName, minNodes, maxNodes }: GpuNodePoolSpec): string {
  return minNodes === maxNodes ? `${poolName}${FIXED_SUFFIX}` : poolName;
}

/**
 * Ending of the name of a NodePool with a fixed number of nodes.
 *
 * @internal
 */
export const FIXED_SUFFIX = '.static';

/**
 * Most nodes of a NodePool with a fixed number of nodes. Karpenter starts the replacement of a node before it removes the node, so without
 * one more none would ever get another image; where all of the reserved instances are in use there is no further one.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/auto-static-capacity.html
 * @see https://github.com/aws/karpenter-provider-aws/issues/8873
 */
function mostFixedNodes({ maxNodes, capacity }: GpuNodePoolSpec): number {
  return capacity.reserved?.instances === maxNodes ? maxNodes : maxNodes + 1;
}

/** Model servers start slowly, so only empty nodes are removed, and one node at a time is replaced; none for an image that nobody chose. */
function budgets(spec: GpuNodePoolSpec): object[] {
  return [{ nodes: '1' }, ...(isPinned(spec) ? [] : [{ nodes: '0', reasons: ['Drifted'] }])];
}

function nodePool(spec: GpuNodePoolSpec, { labels, taints, otherInstanceTypes }: KarpenterSurroundings) {
  const { poolName, instanceType, minNodes, maxNodes, capacity } = spec;
  const fixed = minNodes === maxNodes;
  const only = (key: string, ...values: string[]) => ({ key, operator: 'In', values });
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name: nodePoolName(spec) },
    spec: {
      ...(fixed ? { replicas: minNodes, limits: { nodes: String(mostFixedNodes(spec)) } } : {}),
      ...(fixed ? {} : { limits: { 'nvidia.com/gpu': String(maxNodes * instanceType.gpuCount) } }),
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '10m', budgets: budgets(spec) },
      template: {
        metadata: { labels },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: poolName },
          requirements: [
            only('node.kubernetes.io/instance-type', ...[instanceType, ...otherInstanceTypes].map(({ name }) => name)),
            only('karpenter.sh/capacity-type', capacityType(capacity.kind)),
            ...(capacity.reserved
              ? [
                  only(
                    'karpenter.k8s.aws/capacity-reservation-type',
                    capacity.kind === CapacityKind.CAPACITY_BLOCK ? 'capacity-block' : 'default',
                  ),
                ]
              : []),
          ],
          taints: taints.map(({ key, value, effect }) => ({ key, value, effect })),
          expireAfter: 'Never',
        },
      },
    },
  };
}

/**
 * Karpenter's name for a kind of capacity.
 *
 * @internal
 */
export function capacityType(kind: CapacityKind): string {
  if (kind === CapacityKind.SPOT) return 'spot';
  return kind === CapacityKind.ON_DEMAND ? 'on-demand' : 'reserved';
}

function nodeClass(spec: GpuNodePoolSpec, around: KarpenterSurroundings) {
  const { instanceType, capacity, efa, image } = spec;
  const layout = layoutOf(spec);
  const maxPods = maxPodsBeside(instanceType, layout);
  const ids = (list: string[]) => list.map((id) => ({ id }));
  const limits = efa && image.family === NodeImageFamily.AL2023;
  return {
    apiVersion: 'karpenter.k8s.aws/v1',
    kind: 'EC2NodeClass',
    metadata: { name: spec.poolName },
    spec: {
      amiSelectorTerms: [{ alias: imageAlias(spec) }],
      role: around.roleName,
      subnetSelectorTerms: ids(around.subnetIds),
      securityGroupSelectorTerms: ids(around.securityGroupIds),
      ...(capacity.reserved ? { capacityReservationSelectorTerms: ids([capacity.reserved.reservationId]) } : {}),
      ...(around.placementGroupName ? { placementGroupSelector: { name: around.placementGroupName } } : {}),
      ...(layout.length > 0 ? { networkInterfaces: layout.map((each) => ({ ...each })) } : {}),
      ...(maxPods ? { kubelet: { maxPods } } : {}),
      ...(instanceType.localStorage ? { instanceStorePolicy: 'RAID0' } : {}),
      blockDeviceMappings: volumes(spec),
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      ...(limits
        ? {
            userData: JSON.stringify({
              apiVersion: 'node.eks.aws/v1alpha1',
              kind: 'NodeConfig',
              spec: { containerd: containerLimits() },
            }),
          }
        : {}),
      tags: around.tags,
    },
  };
}

/** Releases as Karpenter names them: `al2023@v20260714` of `1.35.6-20260714`, `bottlerocket@v1.62.0` of `1.62.0-1d7b2d2f`. */
function imageAlias(spec: GpuNodePoolSpec): string {
  const bottlerocket = spec.image.family === NodeImageFamily.BOTTLEROCKET;
  const [first, second] = karpenterImageVersion(spec)?.split('-') ?? [];
  const release = bottlerocket ? first : second;
  return `${bottlerocket ? 'bottlerocket' : 'al2023'}@${release ? `v${release}` : 'latest'}`;
}

/**
 * Release of the image of Karpenter's nodes: of AL2023 also the one that the table has for the Kubernetes version of an imported cluster,
 * because Karpenter has no default but the newest.
 */
function karpenterImageVersion(spec: GpuNodePoolSpec): string | undefined {
  const { version } = imageRelease(spec);
  if (version !== undefined || spec.image.family !== NodeImageFamily.AL2023) return version;
  return EksRelease.ALL.find(({ kubernetesVersion }) => kubernetesVersion === spec.cluster.kubernetesVersion)
    ?.nodeImageVersion;
}

/**
 * Whether Karpenter's nodes have an image that was chosen, and not the newest.
 *
 * @internal
 */
export function isPinned(spec: GpuNodePoolSpec): boolean {
  return karpenterImageVersion(spec) !== undefined;
}

function volumes({ image, diskSize, cluster: { volumeKeyArn } }: GpuNodePoolSpec) {
  const key = volumeKeyArn ? { kmsKeyID: volumeKeyArn } : {};
  const volume = (deviceName: string, gib: number) => ({
    deviceName,
    ebs: { volumeSize: `${gib}Gi`, volumeType: 'gp3', encrypted: true, deleteOnTermination: true, ...key },
  });
  return image.family === NodeImageFamily.BOTTLEROCKET
    ? [volume('/dev/xvda', 4), volume('/dev/xvdb', diskSize.gib)]
    : [volume('/dev/xvda', diskSize.gib)];
}

/** Karpenter knows EFA and GPUs by itself, but not huge pages, and would never launch a node for a pod that requests them. */
function nodeOverlay(spec: GpuNodePoolSpec) {
  const { poolName, instanceType, image } = spec;
  return {
    apiVersion: 'karpenter.sh/v1alpha1',
    kind: 'NodeOverlay',
    metadata: { name: poolName },
    spec: {
      requirements: [
        { key: 'karpenter.sh/nodepool', operator: 'In', values: [nodePoolName(spec)] },
        { key: 'node.kubernetes.io/instance-type', operator: 'In', values: [instanceType.name] },
      ],
      capacity: { 'hugepages-2Mi': efaHugePages(image, instanceType) },
    },
  };
}
