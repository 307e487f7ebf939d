import { Fault, untitled } from '../../../units/fault';
import { Token } from 'cdktf';
import { NodeTaint } from '../../../core/gpu-node-pool';
import { GpuSharingKind } from '../../../core/gpu-sharing-kind';
import { AutoscalingKind } from '../options/autoscaling';
import { CapacityKind } from '../options/capacity';
import { EfaLayout } from '../options/efa-layout';
import { GpuNodePoolSpec, imageRelease, layoutOf } from '../shared/gpu-node-pool-spec';
import { needsOneSubnet } from '../shared/gpu-node-pool-subnets';
import { efaHugePages } from '../shared/huge-pages';
import { keyPrefix } from '../shared/label-syntax';
import { maxPodsBeside } from '../shared/launch-template-interfaces';
import { NodeImageFamily } from '../options/node-image';
import { containerLimits } from '../shared/node-user-data';

/** What AWS has made for the nodes. */
interface KarpenterSurroundings {
  readonly roleName: string;
  readonly subnetIds: string[];
  readonly securityGroupIds: string[];
  readonly placementGroupName?: string;
  readonly labels: { [key: string]: string };
  readonly taints: readonly NodeTaint[];
  readonly tags: { [key: string]: string };
}

/** Domains of labels that a NodePool must not set. */
const RESERVED = /(^|\.)karpenter(\.k8s\.aws|\.sh)$/;

/**
 * What Karpenter cannot do for a pool that a managed node group can.
 *
 * @internal
 */
export function karpenterFaults(spec: GpuNodePoolSpec): Fault[] {
  const { minNodes, maxNodes } = spec;
  const faults: Fault[] = [];
  if (minNodes !== 0 && minNodes !== maxNodes) {
    faults.push(
      untitled(
        `Karpenter keeps no minimum: minNodes must be 0, or maxNodes (${maxNodes}) for a fixed number of nodes; got ${minNodes}`,
      ),
    );
  }
  if (spec.efa && spec.efaLayout === EfaLayout.COMBINED) {
    faults.push(untitled(`Karpenter takes no interfaces that are EFA and ENA in one; use EfaLayout.EFA_ONLY`));
  }
  if (spec.sharing.kind !== GpuSharingKind.NONE) {
    faults.push(
      untitled(
        `Karpenter counts whole GPUs and would make a node for each share; got gpuSharing '${spec.sharing}'; use GpuNodePool`,
      ),
    );
  }
  if (spec.autoscaling.kind === AutoscalingKind.CLUSTER_AUTOSCALER) {
    faults.push(
      untitled('the cluster autoscaler scales no nodes of Karpenter; leave autoscaling out, or use GpuNodePool'),
    );
  }
  for (const key of Object.keys(spec.labels).filter((label) => RESERVED.test(keyPrefix(label)))) {
    faults.push(
      untitled(
        `label '${key}' must not be under '${keyPrefix(key)}', which Karpenter reserves; use a prefix of your own`,
      ),
    );
  }
  faults.push(...listFaults(spec));
  if (spec.repair.isEnabled) {
    faults.push(
      untitled("nodeRepair is EKS's own for managed node groups; Karpenter has its feature gate NodeRepair instead"),
    );
  }
  return faults;
}

/** Karpenter's objects name every subnet and every security group. */
function listFaults(spec: GpuNodePoolSpec): Fault[] {
  const { cluster, subnetId, subnetIds } = spec;
  const several = subnetId === undefined && !needsOneSubnet(spec);
  const fix = 'pass them one by one, e.g. Fn.element(list, 0)';
  return [
    ...(several && Token.isUnresolved(subnetIds ?? cluster.subnetIds)
      ? [
          untitled(
            `Karpenter's objects name each subnet, but how many subnetIds there are is not known at synthesis; ${fix}, as subnetIds of the pool`,
          ),
        ]
      : []),
    ...(Token.isUnresolved(cluster.securityGroupIds)
      ? [
          untitled(
            `Karpenter's objects name each security group, but how many securityGroupIds cluster '${cluster.clusterName}' has is not known at ` +
              `synthesis; ${fix}`,
          ),
        ]
      : []),
  ];
}

/**
 * A pool as Karpenter has it.
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

function nodePool(spec: GpuNodePoolSpec, { labels, taints }: KarpenterSurroundings) {
  const { poolName: name, instanceType, minNodes, maxNodes, capacity } = spec;
  const fixed = minNodes === maxNodes;
  const only = (key: string, value: string) => ({ key, operator: 'In', values: [value] });
  return {
    apiVersion: 'karpenter.sh/v1',
    kind: 'NodePool',
    metadata: { name },
    spec: {
      ...(fixed ? { replicas: minNodes, limits: { nodes: String(maxNodes) } } : {}),
      ...(fixed ? {} : { limits: { 'nvidia.com/gpu': String(maxNodes * instanceType.gpuCount) } }),
      // Model servers start slowly: only nodes without any are taken away, one at a time.
      disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: '10m', budgets: [{ nodes: '1' }] },
      template: {
        metadata: { labels },
        spec: {
          nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name },
          requirements: [
            only('node.kubernetes.io/instance-type', instanceType.name),
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
 * Capacity type as Karpenter writes it.
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
  const [first, second] = imageRelease(spec).version?.split('-') ?? [];
  const release = bottlerocket ? first : second;
  return `${bottlerocket ? 'bottlerocket' : 'al2023'}@${release ? `v${release}` : 'latest'}`;
}

function volumes({ image, diskSize }: GpuNodePoolSpec) {
  const volume = (deviceName: string, gib: number) => ({
    deviceName,
    ebs: { volumeSize: `${gib}Gi`, volumeType: 'gp3', encrypted: true, deleteOnTermination: true },
  });
  return image.family === NodeImageFamily.BOTTLEROCKET
    ? [volume('/dev/xvda', 4), volume('/dev/xvdb', diskSize.gib)]
    : [volume('/dev/xvda', diskSize.gib)];
}

/** Karpenter knows of EFA and GPUs by itself, but not of huge pages, and never makes a node for a pod that asks for them. */
function nodeOverlay({ poolName, instanceType, image }: GpuNodePoolSpec) {
  return {
    apiVersion: 'karpenter.sh/v1alpha1',
    kind: 'NodeOverlay',
    metadata: { name: poolName },
    spec: {
      requirements: [
        { key: 'karpenter.sh/nodepool', operator: 'In', values: [poolName] },
        { key: 'node.kubernetes.io/instance-type', operator: 'In', values: [instanceType.name] },
      ],
      capacity: { 'hugepages-2Mi': efaHugePages(image, instanceType) },
    },
  };
}
