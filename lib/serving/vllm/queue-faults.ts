import { queuedFaults } from '../../scheduling/kueue/queue-faults';
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
  return queuedFaults({ queue, nodePool, cluster, nodes: nodes.nodes, what: 'the group' });
}
