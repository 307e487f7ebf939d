import { Construct } from 'constructs';
import {
  ClusterAutoscaler,
  hasClusterAutoscaler,
  needsClusterAutoscaler,
} from '../../compute/agents/cluster-autoscaler';
import { Karpenter, hasKarpenter, isOwnCluster } from '../../compute/agents/karpenter';
import { NodeAgents, hasNodeAgents } from '../../compute/agents/node-agents';
import { IEksCluster } from '../../compute/cluster/eks-cluster';
import { Warnings } from '../../core/warnings';
import { Keda, kedaNamespace } from '../../monitoring/scaling/keda';
import {
  LeaderWorkerSetController,
  hasLeaderWorkerSetController,
} from '../../serving/leader-worker-set/leader-worker-set-controller';
import { Fault } from '../../units/fault';
import { makePart } from '../shared/parts';
import { CloudTopologyProps } from './cloud-topology-props';

/**
 * What a topology says of the parts that a cluster has once.
 *
 * @internal
 */
export interface GivenClusterParts extends Pick<
  CloudTopologyProps,
  | 'nodeAgents'
  | 'clusterAutoscaler'
  | 'karpenter'
  | 'karpenterPools'
  | 'leaderWorkerSetController'
  | 'keda'
  | 'imageRegistry'
> {
  readonly cluster: IEksCluster;
  /** Whether a server has several nodes. */
  readonly spansNodes: boolean;
  /** Whether KEDA sets the number of servers of a model. */
  readonly scaledByKeda: boolean;
}

/**
 * Makes what makes nodes and GPUs appear, what runs groups of pods and what scales servers, each unless the cluster has it: pools and deployments need their
 * definitions.
 *
 * @param workloads scope of what runs on the cluster
 * @param given what the topology says of them
 * @param faults faults so far
 *
 * @internal
 */
export function makeClusterParts(workloads: Construct, given: GivenClusterParts, faults: Fault[]): void {
  const { cluster, imageRegistry, karpenterPools = [] } = given;
  const isOwn = isOwnCluster(cluster);
  const { nodeAgents, clusterAutoscaler, karpenter, leaderWorkerSetController: groups, keda } = given;
  const accept = (id: string, property: string) => Warnings.accept(cluster, id, `${property} of a topology is false`);

  if (nodeAgents === false) accept('NO_NODE_AGENTS', 'nodeAgents');
  else if (!hasNodeAgents(cluster))
    makePart(faults, () => new NodeAgents(workloads, 'NodeAgents', { cluster, imageRegistry }));

  if (clusterAutoscaler === false) accept('NO_CLUSTER_AUTOSCALER', 'clusterAutoscaler');
  else if (!hasClusterAutoscaler(cluster) && (clusterAutoscaler ?? needsClusterAutoscaler(cluster)))
    makePart(faults, () => new ClusterAutoscaler(workloads, 'ClusterAutoscaler', { cluster, imageRegistry }));

  if (karpenter === false) accept('NO_KARPENTER', 'karpenter');
  else if (!hasKarpenter(cluster) && (karpenter ?? (karpenterPools.length > 0 && isOwn)))
    makePart(faults, () => new Karpenter(workloads, 'Karpenter', { cluster, imageRegistry }));

  if (groups === false) accept('NO_LEADER_WORKER_SETS', 'leaderWorkerSetController');
  else if (!hasLeaderWorkerSetController(cluster) && (groups ?? (given.spansNodes && isOwn)))
    makePart(faults, () => new LeaderWorkerSetController(workloads, 'Groups', { cluster, imageRegistry }));

  if (keda === false) accept('NO_KEDA', 'keda');
  else if (kedaNamespace(cluster) === undefined && (keda ?? (given.scaledByKeda && isOwn)))
    makePart(faults, () => new Keda(workloads, 'Keda', { cluster, imageRegistry }));
}
