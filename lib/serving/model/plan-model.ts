import { GpuInstanceType } from '../../catalog/gpu-instance-type';
import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityPlanner } from '../../planning/capacity-planner';
import { CapacityTargets, ServingLoad } from '../../planning/capacity-request';
import { searchPlans } from '../../planning/search';
import { missedTargets } from '../../planning/targets';
import { throwIfFaulty } from '../../units/errors';
import { Fault, fault } from '../../units/fault';
import { choiceText } from './choice-text';
import { PodRoom, hasRoom, noRoomFaults } from './pod-room';
import { ServingHardware } from './serving-hardware';
import { unfitText } from './unfit-text';

/** Number of replicas beyond which a target is considered a mistake, if neither `replicas` nor a pool limits them. */
const MAX_REPLICAS = 64;

/** Choices without room for the pods among which the roomiest is named. */
const COMPARED = 1000;

/**
 * A request to plan a model.
 *
 * @internal
 */
export interface PlanRequest {
  readonly load: ServingLoad;
  /** @default - as `defaultPrecision` */
  readonly precision?: Precision;
  /** Parallelism within one server. @default - the smallest that fits and reaches the targets */
  readonly parallelism?: Parallelism;
  /** Region in which the planner chooses hardware. @default - any */
  readonly region?: string;
  /** @default - those of a search */
  readonly targets?: CapacityTargets;
  /** @default - as many as the targets need, at least 1 */
  readonly replicas?: number;
  /** @default - the smallest of the catalog that fits and reaches the targets */
  readonly hardware?: ServingHardware;
  /** Maximum number of nodes of the pool. @default - as many as the replicas need */
  readonly maxNodes?: number;
  /** What the pods of a plan ask of its nodes, where the planner chooses those. @default - nothing but GPUs */
  readonly room?: (plan: CapacityPlan) => PodRoom;
}

/**
 * The only way in which a model is planned: on the hardware given or, without, on the smallest that fits and reaches the targets. If
 * nothing fits, the plan says so and lists alternatives: on the hardware given, or on the node with the most GPU memory.
 *
 * Without `load.concurrency` given hardware is planned for four sequences of full length, or as many as fit: an engine starts if there is
 * room for one, and queues the others.
 *
 * Of hardware that the planner chooses its nodes have room for the pods.
 *
 * @throws UnscopedValidationError with all faults of the request, or where only nodes without room for the pods fit
 *
 * @internal
 */
export function planModel(request: PlanRequest): CapacityPlan {
  const { precision, targets, hardware, region } = request;
  if (hardware && !targets) return planOn(hardware.instanceType, request);
  const [best] = choicesOf(request, 1);
  if (!best && request.room)
    throwIfFaulty(noRoomFaults(choicesOf({ ...request, room: undefined }, COMPARED), request.room));
  return best ?? planOn(hardware?.instanceType ?? largest(precision, region), request);
}

/**
 * What the planner chooses from, cheapest first.
 *
 * @internal
 */
export function choicesOf(request: PlanRequest, limit: number): CapacityPlan[] {
  const { load, precision, parallelism, targets, replicas, hardware, region, room } = request;
  const search = {
    ...load,
    parallelism,
    // A server is one data-parallel rank, unless it is told otherwise.
    dataParallelAttention: parallelism !== undefined && parallelism.attentionRanks > 1 ? undefined : false,
    targets,
    replicas,
    region,
    candidates: hardware && [{ instanceType: hardware.instanceType }],
    precisions: precision && [precision],
    maxReplicas: replicas ?? (request.maxNodes ?? MAX_REPLICAS) * (hardware?.gpusPerNode ?? 1),
    limit,
  };
  return room ? searchPlans(search, (plan) => hasRoom(plan, room(plan))) : CapacityPlanner.search(search);
}

function planOn(instanceType: ServingHardware['instanceType'], request: PlanRequest): CapacityPlan {
  const { load, precision, parallelism, replicas } = request;
  const whole = { ...load, instanceType, precision, parallelism, replicas };
  const first = CapacityPlanner.plan(whole);
  if (first.fits || load.concurrency !== undefined) return first;
  return CapacityPlanner.plan({ ...whole, concurrency: Math.max(1, first.maxConcurrency) });
}

/**
 * The instance types that the planner chooses from.
 *
 * @internal
 */
export function choosableTypes(region?: string): GpuInstanceType[] {
  return GpuInstanceType.ALL.filter((type) => type._isChosenUnasked && type._isSoldIn(region));
}

/** The node with the most GPU memory among those that a region has and that compute in a precision. */
function largest(precision?: Precision, region?: string): GpuInstanceType {
  const usable = choosableTypes(region).filter(({ gpu }) => !precision || gpu.supports(precision));
  return usable.reduce((most, type) => (type.totalGpuMemory.bytes > most.totalGpuMemory.bytes ? type : most));
}

/**
 * The faults of a plan that does not fit or misses a target.
 *
 * @param spansNodes whether a server may have several nodes
 *
 * @internal
 */
export function planFaults(plan: CapacityPlan, targets: CapacityTargets = {}, spansNodes = false): Fault[] {
  if (!plan.fits) return [fault('MODEL_DOES_NOT_FIT', undefined, unfitText(plan, spansNodes))];
  return missedTargets(plan, targets).map(({ target, text }) =>
    fault(
      'TARGET_NOT_REACHED',
      `targets.${target}`,
      `targets.${target} is out of reach; the nearest is ${choiceText(plan)}, with ${text}; allow more replicas, other hardware or a ` +
        'smaller precision, or relax the target',
    ),
  );
}
