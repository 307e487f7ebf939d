import { IGpuNodePool } from '../../core/gpu-node-pool';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { Fault, fault } from '../../units/fault';
import { IGpuQueue } from './gpu-queue';
import { queuedNodes } from './queued-nodes';

/**
 * What waits in a queue for nodes.
 *
 * @internal
 */
export interface Queued {
  readonly queue: IGpuQueue;
  readonly cluster: IKubernetesCluster;
  readonly nodePool: IGpuNodePool;
  /** Nodes that it takes whole or none of. */
  readonly nodes: number;
  /** What it is called in messages, e.g. `the group`. */
  readonly what: string;
}

/**
 * What keeps a queue from ever admitting something: it is on another cluster, hands out other pools, or fewer nodes.
 *
 * @internal
 */
export function queuedFaults({ queue, cluster, nodePool, nodes, what }: Queued): Fault[] {
  const { clusterQueueName: name, nodePools } = queue;
  if (queue.cluster !== cluster) {
    const reason = `queue '${name}' is on the cluster at '${queue.cluster.node.path}', not on the one at '${cluster.node.path}'; use a queue of that cluster`;
    return [fault('WRONG_CLUSTER', 'queue', reason)];
  }
  if (nodePools === undefined) return [];
  if (!nodePools.includes(nodePool)) {
    const pools = nodePools.map(({ poolName }) => `'${poolName}'`).join(', ');
    const reason =
      `queue '${name}' hands out nodes of ${pools}, not of pool '${nodePool.poolName}', so that ${what} would never be admitted; add the pool to ` +
      'nodePools of the queue';
    return [fault('POOL_NOT_IN_QUEUE', 'queue', reason)];
  }
  const most = queuedNodes(nodePool);
  if (nodes <= most) return [];
  const reason =
    `queue '${name}' hands out ${most} node(s) of pool '${nodePool.poolName}', those that there are, and ${what} takes ${nodes}, so that it would never ` +
    `be admitted; raise minNodes to ${nodes}, or let an autoscaler add nodes`;
  return [fault('QUEUE_TOO_SMALL', 'queue', reason)];
}
