import { EdgeHardware } from '../../catalog/edge-hardware';
import { faultsOf } from '../../core/errors';
import { CapacityPlan } from '../../planning/capacity-plan';
import { planForEdge } from '../../planning/edge-plan';
import { PowerBudget } from '../../planning/power-budget';
import { PlanRequest } from '../../serving/model/plan-model';
import { throwIfFaulty } from '../../units/errors';
import { Fault, fault } from '../../units/fault';

/**
 * Plans models on the machines of a site, each in the widest format that memory and watts allow.
 *
 * @internal
 */
export function edgePlanner(hardware: EdgeHardware, powerBudget: PowerBudget | undefined) {
  return (request: PlanRequest): CapacityPlan => {
    const { load, precision, parallelism, targets, replicas, maxNodes = 1 } = request;
    const free = {
      ...load,
      ...{ hardware, powerBudget, targets, replicas },
      precisions: precision && [precision],
      maxReplicas: replicas ?? maxNodes * hardware.gpuCount,
      dataParallelAttention: false,
    };
    let plan: CapacityPlan | undefined;
    const refused = faultsOf(() => (plan = planForEdge({ ...free, parallelism })));
    if (plan === undefined) throwIfFaulty(parallelism === undefined ? refused : byParallelism(refused, free, request));
    return plan as CapacityPlan;
  };
}

/** A parallelism that was given is at fault where the planner finds another one that will do. */
function byParallelism(
  refused: Fault[],
  free: Parameters<typeof planForEdge>[0],
  { parallelism }: PlanRequest,
): Fault[] {
  let other: CapacityPlan | undefined;
  faultsOf(() => (other = planForEdge(free)));
  if (other === undefined) return refused;
  const { hardware, model } = free;
  const reason = `${model} does not fit on ${hardware} with ${parallelism}, but in ${other.precision} with ${other.parallelism}; leave parallelism out, or give that`;
  return [fault('MODEL_FITS_NOWHERE', 'parallelism', reason)];
}
