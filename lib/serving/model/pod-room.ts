import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { choiceText } from './choice-text';

/**
 * What the pods of a plan find on its nodes.
 *
 * @internal
 */
export interface PodRoom {
  /** Why a node has no room for one, by resources. */
  readonly faults: readonly Fault[];
  /** Pods that a node has room for. */
  readonly podsPerNode: number;
}

/**
 * Whether the nodes of a plan have room for the pods of all its replicas.
 *
 * @internal
 */
export function hasRoom({ nodes, replicas }: CapacityPlan, { faults, podsPerNode }: PodRoom): boolean {
  return faults.length === 0 && podsPerNode * nodes >= replicas;
}

/**
 * That the planner has nothing left to choose, although some hardware has GPUs enough.
 *
 * @param choices what has them, none of which has room; where there is none, nothing is at fault here
 * @param room what the pods of a plan find
 *
 * @internal
 */
export function noRoomFaults(choices: readonly CapacityPlan[], room: (plan: CapacityPlan) => PodRoom): Fault[] {
  if (choices.length === 0) return [];
  const lacking = (plan: CapacityPlan) => room(plan).faults.length;
  const roomiest = choices.reduce((best, plan) => {
    const fewer = lacking(best) - lacking(plan);
    return fewer > 0 || (fewer === 0 && plan.instanceType.memory.exceeds(best.instanceType.memory)) ? plan : best;
  });
  const { faults, podsPerNode } = room(roomiest);
  const { replicas, nodes, instanceType } = roomiest;
  const why =
    faults.length > 0
      ? faults.map(({ reason }) => reason).join('; ')
      : `a ${instanceType.name} has room for ${podsPerNode} pod(s), but ${replicas} are planned on ${nodes} node(s); ask for less`;
  return [
    fault(
      'NO_NODE_WITH_ROOM',
      undefined,
      `the planner finds no hardware whose nodes have room for the pods; of what has enough GPU memory, the roomiest is ${choiceText(roomiest)}: ` +
        `${why}; or name nodePools with nodes that have room`,
    ),
  ];
}
