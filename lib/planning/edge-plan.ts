import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { Precision } from '../catalog/precision';
import { throwIfFaulty } from '../units/errors';
import { Fault, fault } from '../units/fault';
import { DataSize } from '../units/data-size';
import { allOf } from '../units/unreadable';
import { CapacityPlan } from './capacity-plan';
import { CapacitySearchRequest, ServingLoad } from './capacity-request';
import { smallestFit } from './choose-parallelism';
import { resolveLoad } from './configuration';
import { EdgeCapacityRequest } from './edge-request';
import { HOST_RESERVE_GIB } from './memory-fit';
import { powerFaults } from './power-model';
import { choiceFaults } from './request-faults';
import { searchPlans } from './search';
import { missedTargets, targetsOf } from './targets';

/**
 * Most of a memory that is shared with the host that the engine takes: NVIDIA's own value for all Jetsons (NVIDIA/skills at 7149a88,
 * skills/jetson-llm-serve/SKILL.md). Less where the host would not keep what it needs.
 */
const MOST_OF_SHARED = 0.85;

/** From here on a GPU has units for 4-bit floating point; before, INT4 is smaller. */
const NVFP4_CAPABILITY = 10;

/**
 * A request of which more than the format may be given.
 *
 * @internal
 */
export interface EdgeSearch
  extends
    EdgeCapacityRequest,
    Pick<CapacitySearchRequest, 'parallelism' | 'replicas' | 'maxReplicas' | 'dataParallelAttention'> {}

/**
 * The widest format in which a machine serves a model within its memory, its watts and the targets.
 *
 * @internal
 */
export function planForEdge(request: EdgeSearch): CapacityPlan {
  throwIfFaulty(hardwareFaults(request));
  const type = request.hardware.nodeType as GpuNodeType;
  const { hardware: _, precisions, targets, powerBudget, ...given } = request;
  const load = { ...given, gpuMemoryUtilization: given.gpuMemoryUtilization ?? sharedShare(request, type) };
  const asked = precisions ?? formatsOf(type);
  const faultsOf = (precision: Precision) => choiceFaults(load, type, precision);
  const usable = asked.filter((precision) => faultsOf(precision).length === 0);
  throwIfFaulty(usable.length === 0 ? asked.flatMap(faultsOf) : []);
  const slow: CapacityPlan[] = [];
  for (const precision of usable) {
    const candidates = [{ instanceType: type }];
    const [plan] = searchPlans({ ...load, candidates, precisions: [precision], targets, powerBudget, limit: 1 });
    if (plan === undefined) continue;
    if (missedTargets(plan, targetsOf(request)).length === 0) return plan;
    slow.push(plan);
  }
  throwIfFaulty(slow.length > 0 ? [] : [doesNotFit(request, load, type, usable)]);
  slow.sort((a, b) => a.decodeLatencyMs - b.decodeLatencyMs);
  throwIfFaulty(
    missedTargets(slow[0], targets ?? {}).map(({ target, text }) => {
      const within = powerBudget === undefined ? '' : ` within ${powerBudget}`;
      const reason = `${type.name} does not reach the target for ${request.model}${within}; the nearest, in ${slow[0].precision}, has ${text}; relax the target, give more watts, or use other hardware`;
      return fault('TARGET_NOT_REACHED', `targets.${target}`, reason);
    }),
  );
  return slow[0];
}

function formatsOf({ gpu }: GpuNodeType): Precision[] {
  const four = gpu.computeCapability >= NVFP4_CAPABILITY ? [Precision.NVFP4, Precision.INT4] : [Precision.INT4];
  const eight = gpu.computeCapability >= 8.9 ? [Precision.FP8, Precision.INT8] : [Precision.INT8];
  return [gpu.sixteenBitPrecision, ...eight, ...four];
}

/** What the engine takes of a memory that is the host's too, in whole hundredths; undefined for cards: the engine's default. */
function sharedShare({ engine = InferenceEngine.DEFAULT }: ServingLoad, { gpu }: GpuNodeType): number | undefined {
  if (!gpu.sharedMemory) return undefined;
  const beside = 1 - HOST_RESERVE_GIB / gpu.memory.gib;
  return Math.floor(100 * Math.min(MOST_OF_SHARED, engine.defaultUtilization, beside)) / 100;
}

function hardwareFaults(request: EdgeCapacityRequest): Fault[] {
  const { hardware, powerBudget, gpuMemoryUtilization: share, precisions } = request;
  const type = hardware.nodeType;
  if (type === undefined) {
    const reason = `${hardware} has no GPU, and what runs without CUDA is not planned; measure it there, or use hardware with CUDA`;
    return [fault('EDGE_HARDWARE_LACKS_FEATURE', 'hardware', reason)];
  }
  return allOf(
    () => powerFaults(type, powerBudget),
    () => {
      if (precisions?.length !== 0) return [];
      const reason = 'precisions must list at least one format; leave it out for all that the GPU computes in';
      return [fault('EMPTY_LIST', 'precisions', reason)];
    },
    () => sharedFaults(type, share),
  );
}

function sharedFaults({ gpu }: GpuNodeType, share: number | undefined): Fault[] {
  if (!gpu.sharedMemory || share === undefined) return [];
  const left = gpu.memory.gib * (1 - share);
  if (!(left < HOST_RESERVE_GIB)) return [];
  const most = Math.max(0.01, Math.floor(100 * (1 - HOST_RESERVE_GIB / gpu.memory.gib)) / 100);
  const reason =
    `the memory of ${gpu} is the host's too: gpuMemoryUtilization ${share} of ${gpu.memory} leaves ${DataSize.gib(left)} to it, and the system, the kubelet and ` +
    `the engine's processes need ${HOST_RESERVE_GIB} GiB; use at most ${most}, or leave it out`;
  return [fault('SHARED_MEMORY_EXCEEDED', 'gpuMemoryUtilization', reason)];
}

function doesNotFit(
  request: EdgeCapacityRequest,
  load: ServingLoad,
  instanceType: GpuNodeType,
  precisions: readonly Precision[],
): Fault {
  const resolved = resolveLoad(load);
  const tried = precisions.map((precision) => {
    const { fit } = smallestFit(resolved, { instanceType, precision }, 1);
    return `${precision} by ${DataSize.bytes(Math.max(0, fit.shortfallBytes))}`;
  });
  const { contextLength, concurrency } = resolved;
  const reason =
    `${request.model} with ${concurrency} sequences of ${contextLength} tokens does not fit on ${instanceType.name} (${instanceType.gpuCount} × ` +
    `${instanceType.gpu}, ${instanceType.gpu.memory} each); short per GPU in ${tried.join(', ')}; use a smaller model, a shorter context or more GPUs`;
  return fault('MODEL_FITS_NOWHERE', 'hardware', reason);
}
