import { ServerNodes } from './server-group';

/** Address of the first node, as the controller of LeaderWorkerSets tells every pod of a group. */
const LEADER = '$(LWS_LEADER_ADDRESS)';

/** Number of a node within its group, from zero, as that controller tells it. @internal */
export const NODE = 'LWS_WORKER_INDEX';

/**
 * The variable that vLLM reads its own address from: without it, a pod on several networks may tell others one that they do not reach.
 *
 * @internal
 */
export const OWN_ADDRESS = 'VLLM_HOST_IP';

/** Port at which the processes of all nodes meet: vLLM's own default. */
const MEETING_PORT = 29501;

/**
 * Flags of the first node of a server, by which the others meet it; none on one node.
 *
 * Its address is that of its own pod, since its name may not be known yet when it starts.
 *
 * @see https://github.com/vllm-project/vllm (vllm/entrypoints/cli/serve.py and vllm/engine/arg_utils.py of 0.13 to 0.32)
 *
 * @internal
 */
export function leaderFlags({ nodes, ranksPerNode }: ServerNodes): string[] {
  if (nodes === 1) return [];
  if (ranksPerNode === undefined) return stageFlags(nodes, '0', `$(${OWN_ADDRESS})`);
  return rankFlags(ranksPerNode, `$(${OWN_ADDRESS})`);
}

/**
 * Flags of the other nodes of a server.
 *
 * @internal
 */
export function workerFlags({ nodes, ranksPerNode }: ServerNodes): string[] {
  const flags = ranksPerNode === undefined ? stageFlags(nodes, `$(${NODE})`, LEADER) : rankFlags(ranksPerNode, LEADER);
  return [...flags, '--headless'];
}

/**
 * How a worker is started. vLLM counts ranks, not nodes, so that a shell multiplies; it becomes vLLM, which the kubelet then signals.
 *
 * @internal
 */
export function workerCommand({ ranksPerNode }: ServerNodes): string[] {
  if (ranksPerNode === undefined) return ['vllm', 'serve'];
  const first = `--data-parallel-start-rank=$((${NODE} * ${ranksPerNode}))`;
  return ['/bin/sh', '-c', `exec vllm serve "$@" ${first}`, 'vllm'];
}

function stageFlags(nodes: number, node: string, leader: string): string[] {
  return [`--nnodes=${nodes}`, `--node-rank=${node}`, `--master-addr=${leader}`, `--master-port=${MEETING_PORT}`];
}

function rankFlags(ranksPerNode: number, leader: string): string[] {
  return [`--data-parallel-size-local=${ranksPerNode}`, `--data-parallel-address=${leader}`];
}
