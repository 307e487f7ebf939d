import { Parallelism } from '../../catalog/parallelism';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { ServingHardware } from '../model/serving-hardware';

/**
 * How one server of vLLM lies on nodes.
 *
 * @internal
 */
export interface ServerNodes {
  /** Nodes of one server. */
  readonly nodes: number;
  /** GPUs that it has of each. */
  readonly gpusPerNode: number;
  /** Data-parallel ranks of each. @default - the server is one rank, with stages on each */
  readonly ranksPerNode?: number;
}

/**
 * How a server lies on nodes: as many as its GPUs need.
 *
 * @param parallelism parallelism of one server
 * @param gpuCount GPUs of a node
 *
 * @internal
 */
export function serverNodes({ gpusPerReplica, attentionRanks }: Parallelism, gpuCount: number): ServerNodes {
  const nodes = Math.ceil(gpusPerReplica / gpuCount);
  return {
    nodes,
    gpusPerNode: gpusPerReplica / nodes,
    ranksPerNode: attentionRanks > 1 ? attentionRanks / nodes : undefined,
  };
}

/**
 * Parallelism over nodes that vLLM cannot have: each node is one pod with all its GPUs, whose tensor-parallel group stays within it.
 *
 * @see https://github.com/vllm-project/vllm (vllm/engine/arg_utils.py of 0.13 to 0.32: `nnodes` must divide the GPUs; vllm/config/parallel.py)
 *
 * @internal
 */
export function groupFaults(parallelism: Parallelism, { instanceType, poolName }: ServingHardware): Fault[] {
  const { tensor, pipeline, expert, data, replicas, attentionRanks, gpusPerReplica } = parallelism;
  const { gpuCount, name } = instanceType;
  const spans = gpusPerReplica > gpuCount;
  const server = `a server of ${parallelism.withReplicas(1)}`;
  return allOf(
    () =>
      replicas > 1
        ? [
            fault(
              'REPLICAS_AS_PARALLELISM',
              'parallelism',
              `data parallelism ${data} is ${replicas} servers of ${attentionRanks} rank(s); use data ${attentionRanks}, and set replicas to ${replicas}`,
            ),
          ]
        : [],
    () =>
      expert > 1 && expert !== tensor * attentionRanks
        ? [
            fault(
              'EXPERTS_DIFFER_FROM_TENSOR',
              'parallelism',
              `vLLM spreads experts over exactly the tensor-parallel GPUs of all ranks, so expert parallelism must be 1 or ${tensor * attentionRanks}; got ${expert}`,
            ),
          ]
        : [],
    () =>
      tensor > gpuCount
        ? [
            fault(
              'TENSOR_EXCEEDS_NODE',
              'parallelism',
              `tensor parallelism ${tensor} is more than the ${gpuCount} GPUs of a ${name}, and every layer would wait for the network; use tensor ` +
                `${gpuCount}, and pipeline parallelism for the rest`,
            ),
          ]
        : [],
    () =>
      tensor <= gpuCount && spans && gpusPerReplica % gpuCount !== 0
        ? [
            fault(
              'GROUP_DOES_NOT_DIVIDE',
              'parallelism',
              `${server} has ${gpusPerReplica} GPUs, which are no whole number of nodes of ${gpuCount} (${name}, pool '${poolName}'); use degrees whose ` +
                `product is a multiple of ${gpuCount}`,
            ),
          ]
        : [],
    () =>
      tensor <= gpuCount && attentionRanks > 1 && tensor * pipeline > gpuCount
        ? [
            fault(
              'RANK_EXCEEDS_NODE',
              'parallelism',
              `each of the ${attentionRanks} data-parallel ranks has tensor × pipeline = ${tensor * pipeline} GPUs, but a ${name} has ${gpuCount} and vLLM ` +
                'starts whole ranks on each node; use data-parallel ranks within nodes, or pipeline stages over nodes',
            ),
          ]
        : [],
    () =>
      spans && attentionRanks > 1 && gpuCount % (tensor * pipeline) !== 0 && tensor * pipeline <= gpuCount
        ? [
            fault(
              'GROUP_DOES_NOT_DIVIDE',
              'parallelism',
              `ranks of ${tensor * pipeline} GPUs do not divide a ${name} of ${gpuCount}; use ranks whose GPUs divide ${gpuCount}`,
            ),
          ]
        : [],
  );
}
