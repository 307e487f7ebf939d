import { Fault, untitled, faultsUnder } from '../../units/fault';
import { GpuNodeType } from '../../catalog/gpu-node-type';
import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { faultsOf } from '../../core/errors';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityPlanner } from '../../planning/capacity-planner';
import { ServingLoad } from '../../planning/capacity-request';
import { largestPart, alternativeText } from '../../planning/explain';
import { Alternative } from '../../planning/plan-parts';

/** Ways out that a message names; the plan has more. */
const NAMED_WAYS = 5;

/**
 * A model on a pool, as an engine is going to run it.
 *
 * @internal
 */
export interface ServingPlanRequest {
  /** How messages name it, e.g. `model 'chat'`. */
  readonly where: string;
  readonly load: ServingLoad;
  /** Hardware of the pool. */
  readonly instanceType: GpuNodeType;
  readonly precision: Precision;
  /** Parallelism of all replicas together. */
  readonly parallelism: Parallelism;
  /** Plan to keep to. Nothing of it is computed again. */
  readonly locked?: CapacityPlan;
  /** Whether one replica may use several nodes. */
  readonly spansNodes: boolean;
}

/**
 * What came of planning: a plan that fits, or faults.
 *
 * @internal
 */
export interface ServingPlan {
  readonly plan?: CapacityPlan;
  readonly faults: Fault[];
  /** Advice, each with a stable id. */
  readonly warnings: string[];
}

/**
 * The one way in which a serving construct plans a model on its pool: what does not fit is a fault that says how much is missing on
 * each GPU, where the memory goes, and what would fit.
 *
 * Without `load.concurrency` four sequences of full length are planned for, or as many as fit: an engine starts when there is room for
 * one, and queues the others.
 *
 * @internal
 */
export function planServing(request: ServingPlanRequest): ServingPlan {
  const { where, locked } = request;
  let plan: CapacityPlan | undefined;
  const faults = faultsUnder(
    faultsOf(() => (plan = planned(request))),
    '',
    where,
  );
  if (locked) return kept(request, locked, plan);
  if (!plan || faults.length > 0) return { faults, warnings: [] };
  return plan.fits
    ? { plan, faults, warnings: [] }
    : { faults: [untitled(`${where}: ${unfitText(plan, request.spansNodes)}`)], warnings: [] };
}

function planned({ load, instanceType, precision, parallelism }: ServingPlanRequest): CapacityPlan {
  const hardware = { instanceType, precision, parallelism };
  const most = load.maxSequences !== undefined && load.maxSequences < 4 ? load.maxSequences : undefined;
  const first = CapacityPlanner.plan({ ...load, ...hardware, concurrency: load.concurrency ?? most });
  if (first.fits || load.concurrency !== undefined) return first;
  return CapacityPlanner.plan({ ...load, ...hardware, concurrency: Math.max(1, first.maxConcurrency) });
}

/** A locked plan holds whatever the planner says today; it must only be for this model and this hardware. */
function kept(
  { where, load, instanceType }: ServingPlanRequest,
  locked: CapacityPlan,
  today?: CapacityPlan,
): ServingPlan {
  const faults: Fault[] = [];
  if (locked.model.name !== load.model.name) {
    faults.push(
      untitled(`${where}: its plan is for ${locked.model.name}, but the model is ${load.model.name}; plan it anew`),
    );
  }
  if (locked.instanceType.name !== instanceType.name) {
    faults.push(
      untitled(
        `${where}: its plan is for ${locked.instanceType.name}, but the pool has ${instanceType.name}; plan it anew or change the pool`,
      ),
    );
  }
  if (!locked.fits) faults.push(untitled(`${where}: its plan is one that does not fit: ${unfitText(locked, true)}`));
  const warnings =
    faults.length === 0 && !today?.fits
      ? [
          `[gpu-inference-constructs:PLAN_NO_LONGER_FITS] ${where} keeps its plan, ${locked.summary}; planned anew it would not fit; ` +
            'nothing changes until the plan is left out or replaced',
        ]
      : [];
  return { plan: faults.length === 0 ? locked : undefined, faults, warnings };
}

/**
 * Why a plan does not fit, and what would.
 *
 * @param plan a plan that does not fit
 * @param spansNodes whether one replica may use several nodes
 *
 * @internal
 */
export function unfitText(plan: CapacityPlan, spansNodes: boolean): string {
  const { model, precision, instanceType, parallelism, memoryPerGpu, shortfallPerGpu } = plan;
  const missing = shortfallPerGpu
    ? `${shortfallPerGpu.gib.toFixed(1)} GiB short on each GPU, which would hold ${memoryPerGpu.total.gib.toFixed(1)} GiB where ` +
      `${memoryPerGpu.available.gib.toFixed(1)} GiB of a ${instanceType.gpu.name} may be used (gpuMemoryUtilization ` +
      `${plan.gpuMemoryUtilization}), most of it ${largestPart(memoryPerGpu)}`
    : `the host has ${instanceType.memory.gib} GiB of memory, offloading needs ${plan.hostMemoryPerNode.gib.toFixed(1)} GiB`;
  // A replica spans nodes when there are more nodes than replicas. What needs no other hardware is named first: the pool is there.
  const own = (way: Alternative) => Number(way.instanceType === instanceType.name);
  const ways = plan.alternatives
    .filter((way) => spansNodes || way.nodes <= way.parallelism.data)
    .sort((a, b) => own(b) - own(a))
    .slice(0, NAMED_WAYS);
  const out =
    ways.length > 0 ? `ways out, each checked to fit: ${ways.map(alternativeText).join('; ')}` : 'no way out was found';
  return (
    `${model.name} does not fit ${instanceType.name} in ${precision.name} with ${parallelism} and ${plan.concurrency} sequence(s) of ` +
    `${plan.contextLength} tokens: ${missing}; ${out}`
  );
}
