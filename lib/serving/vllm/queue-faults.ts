import { Fault, fault } from '../../units/fault';
import { VllmDeploymentProps } from './vllm-deployment-props';
import { VllmServer } from './vllm-server';

/**
 * What keeps the pods of a server from waiting in a queue: it admits groups of pods, on its own pools.
 *
 * @internal
 */
export function queueMemberFaults({ queue, nodePool, cluster }: VllmDeploymentProps, { nodes }: VllmServer): Fault[] {
  if (queue === undefined) return [];
  if (nodes.nodes === 1) {
    const reason =
      'queue starts groups of pods whole, but each server of this model is one pod, which takes GPUs beside it; leave queue out, or make a deployment of ' +
      'its own for models over several nodes';
    return [fault('QUEUE_NOT_OF_GROUPS', 'queue', reason)];
  }
  if (queue.cluster !== cluster) {
    const reason = `queue '${queue.clusterQueueName}' is on the cluster at '${queue.cluster.node.path}', not on the one at '${cluster.node.path}'; use a queue of that cluster`;
    return [fault('WRONG_CLUSTER', 'queue', reason)];
  }
  if (queue.nodePools === undefined || queue.nodePools.includes(nodePool)) return [];
  const pools = queue.nodePools.map(({ poolName }) => `'${poolName}'`).join(', ');
  const reason = `queue '${queue.clusterQueueName}' hands out nodes of ${pools}, not of pool '${nodePool.poolName}', so that the group would never be admitted; add the pool to nodePools of the queue`;
  return [fault('POOL_NOT_IN_QUEUE', 'queue', reason)];
}
