import { cpuInstanceSize } from '../catalog/cpu-instance-size';
import { eksPodCap } from '../catalog/eks-pod-cap';
import { GpuInterconnect } from '../catalog/gpu-interconnect';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { SYSTEM_GROUP_PREFIX, systemNodesOf } from '../core/system-nodes';
import { hasToken } from '../core/tokens';
import { allocatableMib } from './node-allocatable';
import { isWellKnown } from './node-label-table';
import { mayHave, mayMeet } from './node-labels';
import { PlacedPool, PoolLoad } from './placement';
import { NodeRequirement, PodDemand } from './pod-demand';

/** What messages call the system nodes: no name that a pool can have. */
const SYSTEM_POOL_NAME = 'system nodes';

const ZONE_LABEL = 'topology.kubernetes.io/zone';
const GROUP_LABEL = 'eks.amazonaws.com/nodegroup';

/**
 * The nodes without GPUs that this program makes with a cluster, empty; nothing where they are not known, as on a cluster that exists already,
 * and where their instance type is not.
 *
 * @param cluster the cluster
 * @param nodesOf assumed number of nodes @default - their maximum
 *
 * @internal
 */
export function systemLoad(
  cluster: IKubernetesCluster,
  nodesOf: (pool: PlacedPool) => number = (pool) => pool.maxNodes,
): PoolLoad | undefined {
  const entry = systemNodesOf(cluster);
  if (!entry) return undefined;
  const { instanceType, architecture, minNodes, maxNodes, labels, availabilityZones: zones } = entry.value;
  const size = cpuInstanceSize(instanceType);
  if (!size) return undefined;
  const pool: PlacedPool = {
    node: entry.owner.node,
    poolName: SYSTEM_POOL_NAME,
    minNodes,
    maxNodes,
    nodeLabels: labels,
    nodeSelector: labels,
    // The name of the group is completed by AWS.
    platformLabels: { 'eks.amazonaws.com/capacityType': 'ON_DEMAND' },
    taints: [],
    efaInterfacesPerNode: 0,
    hardware: {
      name: instanceType,
      gpuCount: 0,
      interconnect: GpuInterconnect.PCIE,
      nvlinkDomainSize: 1,
      isEc2: true,
      architecture,
    },
    zones: zones === undefined || hasToken(zones) ? undefined : zones,
  };
  const free = new Map([
    ['cpu', allocatableCores(size.vcpus)],
    ['memory', allocatableMib(size.memoryMib, size.podsByAddresses) * 2 ** 20],
    ['pods', Math.min(size.podsByAddresses, eksPodCap(size.vcpus))],
  ]);
  return { pool, nodes: nodesOf(pool), free, agents: [], demands: [] };
}

/** Whether nodes are the system nodes of a cluster. @internal */
export function isSystemPool({ poolName }: PlacedPool): boolean {
  return poolName === SYSTEM_POOL_NAME;
}

/**
 * Whether the pods of a demand may run on the system nodes, by their labels: those that the group sets, and those of EKS and the kubelet.
 *
 * @internal
 */
export function systemNodesMayRun({ nodeSelector = {}, nodeTerms = [] }: PodDemand, pool: PlacedPool): boolean {
  const isPossible = ({ key, operator, values = [] }: NodeRequirement) =>
    operator !== 'In' || mayHaveOneOf(pool, key, values);
  const terms = nodeTerms.filter(({ requirements }) => requirements.every(isPossible));
  if (nodeTerms.length > 0 && terms.length === 0) return false;
  const selected = Object.entries(nodeSelector).every(([key, value]) => {
    if (!mayHaveOneOf(pool, key, [value])) return false;
    return pool.nodeLabels[key] === value || (isWellKnown(key) && mayHave(pool, key, value));
  });
  return selected && mayMeet(terms, pool, () => false);
}

/** Whether the nodes may have one of some values of a label of which something is known: their zone, and how the name of their group begins. */
function mayHaveOneOf({ zones }: PlacedPool, key: string, values: readonly string[]): boolean {
  if (key === ZONE_LABEL) return zones === undefined || values.some((zone) => zones.includes(zone));
  return key !== GROUP_LABEL || values.some((name) => name.startsWith(SYSTEM_GROUP_PREFIX));
}

/**
 * Cores that pods can get. The kubelet of EKS keeps 6 % of the first, 1 % of the second, 0.5 % of the next two and 0.25 % of the others.
 *
 * @see https://github.com/awslabs/amazon-eks-ami (nodeadm, kubelet defaults)
 */
function allocatableCores(vcpus: number): number {
  const kept = [0.06, 0.01, 0.005, 0.005].slice(0, vcpus).reduce((sum, part) => sum + part, 0);
  return Math.floor((vcpus - kept - Math.max(0, vcpus - 4) * 0.0025) * 1000) / 1000;
}
