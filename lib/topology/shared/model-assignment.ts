import { Fault, fault, untitled, faultsUnder } from '../../units/fault';
import { GpuInstanceType } from '../../catalog/gpu-instance-type';
import { faultsOf } from '../../core/errors';
import { kubernetesName } from '../../core/naming';
import { displayValue } from '../../core/tokens';
import { CapacityPlan } from '../../planning/capacity-plan';
import { unfitText } from '../../serving/model/serving-plan';
import { choiceFaults, choosePlan, sameChoice } from './plan-choice';
import { ServedModel } from '../../serving/model/served-model';

/**
 * What is given of a pool.
 *
 * @internal
 */
export interface GivenPool {
  readonly name: string;
  readonly instanceType: GpuInstanceType;
  readonly maxNodes: number;
}

/**
 * What models are assigned from.
 *
 * @internal
 */
export interface AssignmentRequest {
  readonly models: readonly ServedModel[];
  /** @default - a pool of its own for each model, on hardware the planner chooses */
  readonly pools?: readonly GivenPool[];
  /** Plans to keep to, by the name of the model. */
  readonly locked: { readonly [name: string]: CapacityPlan };
}

/**
 * A model with everything chosen.
 *
 * @internal
 */
export interface AssignedModel {
  readonly name: string;
  readonly version: string;
  readonly replicas: number;
  readonly poolName: string;
  readonly plan: CapacityPlan;
  /** What the planner would choose today, where a locked plan says otherwise. */
  readonly otherChoice?: CapacityPlan;
}

/**
 * Chooses a pool and a plan for every model.
 *
 * @param request the models, and what is given of their hardware
 * @param faults every fault is added here; models with faults are left out of the result
 *
 * @internal
 */
export function assignModels(request: AssignmentRequest, faults: Fault[]): AssignedModel[] {
  if (request.models.length === 0)
    faults.push(untitled('models is empty; name at least one, e.g. { model: ModelSpec.LLAMA_3_1_8B }'));
  const names = request.models.map((served) => served.name ?? served.model.name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  for (const name of repeated) faults.push(untitled(`two models have the name '${name}'; give each a name of its own`));
  faults.push(...objectNameFaults([...new Set(names)]));
  for (const name of Object.keys(request.locked)) {
    if (!names.includes(name))
      faults.push(untitled(`a plan is given for '${name}', which is no model here; there are: ${names.join(', ')}`));
  }
  return request.models.flatMap((served, index) => {
    const own: Fault[] = [];
    const assigned = assign(request, served, names[index], own);
    faults.push(...faultsUnder(own, `models[${index}]`, `model '${names[index]}'`));
    return assigned ? [assigned] : [];
  });
}

/** Kubernetes knows fewer characters than model names have. */
function objectNameFaults(names: readonly string[]): Fault[] {
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((before) => kubernetesName(before) === kubernetesName(name));
    return other
      ? [untitled(`models '${other}' and '${name}' both become '${kubernetesName(name)}' in Kubernetes; rename one`)]
      : [];
  });
}

function assign(
  request: AssignmentRequest,
  served: ServedModel,
  name: string,
  faults: Fault[],
): AssignedModel | undefined {
  if (served.replicas !== undefined && (!Number.isSafeInteger(served.replicas) || served.replicas < 1))
    faults.push(untitled(`replicas must be a whole number of at least 1; got ${displayValue(served.replicas)}`));
  const pool = poolFor(request, served, name, faults);
  if (faults.length > 0 || !pool) return undefined;

  const locked = request.locked[name];
  const today: { plan?: CapacityPlan } = {};
  const planning = faultsOf(() => (today.plan = choosePlan(served, pool)));
  if (!locked) faults.push(...planning, ...(today.plan ? choiceFaults(served, today.plan) : []));
  const plan = locked ?? today.plan;
  if (locked && !locked.fits) faults.push(untitled(unfitText(locked, false)));
  if (locked && !pool.instanceType && !locked.instanceType.isEc2) {
    const cure = 'make the plan on an instance type of EC2, or give the topology nodePools';
    const hardware = locked.instanceType.name;
    faults.push(
      fault('PLAN_NOT_FOR_EC2', undefined, `its plan is for ${hardware}, of which EC2 has no node pools; ${cure}`),
    );
  }
  if (locked && pool.instanceType && locked.instanceType.name !== pool.instanceType.name) {
    faults.push(
      untitled(
        `its plan is for ${locked.instanceType.name}, but pool '${pool.name}' has ${pool.instanceType.name}; plan it anew or change the pool`,
      ),
    );
  }
  if (faults.length > 0 || !plan) return undefined;
  return {
    name,
    version: served.version ?? '1',
    replicas: served.replicas ?? plan.replicas,
    poolName: pool.name,
    plan,
    otherChoice: locked && today.plan && !sameChoice(served, locked, today.plan) ? today.plan : undefined,
  };
}

function poolFor(request: AssignmentRequest, served: ServedModel, name: string, faults: Fault[]) {
  if (!request.pools) {
    if (served.nodePool === undefined)
      return { name: kubernetesName(name), instanceType: undefined, maxNodes: undefined };
    faults.push(
      untitled(
        `nodePool '${served.nodePool}' is named, but the topology has no nodePools; add them or leave nodePool out`,
      ),
    );
    return undefined;
  }
  const pool = served.nodePool === undefined ? request.pools[0] : request.pools.find((p) => p.name === served.nodePool);
  if (!pool) {
    const known = request.pools.map((p) => p.name).join(', ') || 'none';
    faults.push(untitled(`there is no pool '${served.nodePool ?? ''}'; the topology's nodePools are: ${known}`));
  }
  return pool;
}
