import { Fault, untitled } from '../units/fault';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { positiveFaults, positiveIntegerFaults } from '../catalog/numbers';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { CapacityPlan } from './capacity-plan';
import { CapacityCandidate, CapacitySearchRequest } from './capacity-request';
import { parallelismCandidates } from './choose-parallelism';
import { defaultPrecision } from './default-precision';
import { estimates, planOf } from './judge';
import { fitOf } from './judge-fit';
import { Load, Setup, utilizationFaults, hardwareFaults, parallelismFaults, resolveLoad, setupOf } from './setup';

const DEFAULT_LIMIT = 20;

/** A setup that fits, with what it is ranked by. */
interface Found {
  readonly setup: Setup;
  readonly meets: boolean;
  readonly cost: number;
  readonly missBy: number;
}

/**
 * Everything that fits, those that meet the targets first, cheapest first.
 *
 * @internal
 */
export function searchPlans(request: CapacitySearchRequest): CapacityPlan[] {
  const load = resolveLoad(request, searchFaults(request));
  const found: Found[] = [];
  for (const candidate of candidatesOf(request)) {
    for (const precision of precisionsOf(request, candidate.instanceType)) {
      for (const parallelism of parallelismsOf(request, load, candidate.instanceType, precision)) {
        const hardware = { ...candidate, precision, utilization: request.utilization };
        const best = judged(load, hardware, parallelism, request);
        if (best) found.push(best);
      }
    }
  }
  const priced = found.every((f) => f.setup.pricePerHour !== undefined);
  const cost = (f: Found) => (priced ? f.cost : memoryCost(f.setup));
  found.sort(
    (a, b) =>
      Number(b.meets) - Number(a.meets) ||
      a.missBy - b.missBy ||
      cost(a) - cost(b) ||
      a.setup.parallelism.gpus - b.setup.parallelism.gpus ||
      a.setup.parallelism.pipeline - b.setup.parallelism.pipeline ||
      b.setup.precision.bits - a.setup.precision.bits ||
      a.setup.instanceType.memory.bytes - b.setup.instanceType.memory.bytes ||
      a.setup.instanceType.vcpus - b.setup.instanceType.vcpus ||
      compare(a.setup.instanceType.name, b.setup.instanceType.name) ||
      compare(a.setup.precision.name, b.setup.precision.name),
  );
  return found
    .slice(0, request.limit ?? DEFAULT_LIMIT)
    .map((f) => planOf(withReplicas(f.setup, load, request.replicas), () => []));
}

/** Hardware is chosen for as few replicas as the targets need: a stated number of them changes how many nodes there are, not which. */
function withReplicas(setup: Setup, load: Load, replicas: number = setup.parallelism.data): Setup {
  return replicas === setup.parallelism.data ? setup : setupOf(load, setup, setup.parallelism.withReplicas(replicas));
}

/**
 * How many combinations of hardware, precision and parallelism a search judges.
 *
 * @internal
 */
export function candidateCount(request: CapacitySearchRequest): number {
  const load = resolveLoad(request, searchFaults(request));
  let count = 0;
  for (const { instanceType } of candidatesOf(request)) {
    for (const precision of precisionsOf(request, instanceType)) {
      count += parallelismsOf(request, load, instanceType, precision).length;
    }
  }
  return count;
}

function searchFaults(request: CapacitySearchRequest): Fault[] {
  const targets = request.targets ?? {};
  const faults = [
    ...positiveIntegerFaults({
      maxNodes: request.maxNodes,
      maxReplicas: request.maxReplicas,
      replicas: request.replicas,
      limit: request.limit,
    }),
    ...positiveFaults({
      'targets.maxTimePerOutputTokenMs': targets.maxTimePerOutputTokenMs,
      'targets.maxTimeToFirstTokenMs': targets.maxTimeToFirstTokenMs,
      'targets.minOutputTokensPerSecond': targets.minOutputTokensPerSecond,
    }),
    ...utilizationFaults(request.utilization),
    ...(request.candidates ?? []).flatMap((candidate) =>
      positiveFaults({ [`pricePerHour of ${candidate.instanceType.name}`]: candidate.pricePerHour }),
    ),
  ];
  if (request.kvCachePrecision === Precision.FP32 && !request.precisions?.includes(Precision.FP32))
    faults.push(
      untitled('an fp32 key-value cache is kept with fp32 weights only; put fp32 into precisions, or leave it out'),
    );
  if (request.candidates?.length === 0)
    faults.push(untitled('candidates must name at least one instance type; leave it out for all of the catalog'));
  if (request.precisions?.length === 0)
    faults.push(untitled('precisions must name at least one format; leave it out for 16 bits'));
  const types = request.candidates?.map((candidate) => candidate.instanceType) ?? [];
  const lacking = (request.precisions ?? []).flatMap((precision) =>
    types.map((type) => hardwareFaults(request, type, precision)),
  );
  // Formats that some candidate lacks are passed over there; that none has any of them is a mistake.
  if (lacking.length > 0 && lacking.every((own) => own.length > 0)) faults.push(...new Set(lacking.flat()));
  if (request.parallelism) faults.push(...parallelismFaults(request.model, request.parallelism, Precision.FP16));
  return faults;
}

function candidatesOf(request: CapacitySearchRequest): CapacityCandidate[] {
  return (
    request.candidates ?? GpuInstanceType.ALL.filter((type) => !type.legacy).map((instanceType) => ({ instanceType }))
  );
}

function precisionsOf(request: CapacitySearchRequest, type: GpuNodeType): Precision[] {
  const wanted = request.precisions ?? [defaultPrecision(request.model, type, request.engine)];
  return wanted.filter((precision) => hardwareFaults(request, type, precision).length === 0);
}

function parallelismsOf(
  request: CapacitySearchRequest,
  load: Load,
  type: GpuNodeType,
  precision: Precision,
): Parallelism[] {
  if (!request.parallelism) return parallelismCandidates(load.model, type, precision, request.maxNodes ?? 1);
  return parallelismFaults(load.model, request.parallelism, precision).length === 0 ? [request.parallelism] : [];
}

/** The setup with as many replicas as the throughput target needs, or nothing when it does not fit. */
function judged(
  load: Load,
  hardware: Parameters<typeof setupOf>[1],
  parallelism: Parallelism,
  { targets = {}, replicas: stated, maxReplicas = stated ?? 1 }: CapacitySearchRequest,
): Found | undefined {
  let setup = setupOf(load, hardware, parallelism);
  const fit = fitOf(setup);
  if (!fit.fits) return undefined;
  // Times decide nothing without a target for them: the plans that are returned have theirs all the same.
  if (Object.values(targets).every((target) => target === undefined)) {
    return { setup, meets: true, missBy: 0, cost: (setup.pricePerHour ?? 0) * setup.nodes };
  }
  const { asked } = estimates(setup, fit.memory);
  let replicas = parallelism.data;
  const wanted = targets.minOutputTokensPerSecond;
  if (wanted !== undefined) {
    const needed = Math.ceil(wanted / asked.outputTokensPerSecond);
    replicas = Math.max(replicas, Math.min(maxReplicas, needed));
    if (replicas !== parallelism.data) setup = setupOf(load, hardware, parallelism.withReplicas(replicas));
  }
  const misses = [
    over(asked.timePerOutputToken * 1e3, targets.maxTimePerOutputTokenMs),
    over(asked.timeToFirstToken * 1e3, targets.maxTimeToFirstTokenMs),
    wanted === undefined ? 0 : over(wanted, asked.outputTokensPerSecond * replicas),
  ];
  const missBy = Math.max(...misses);
  return { setup, meets: missBy === 0, missBy, cost: (setup.pricePerHour ?? 0) * setup.nodes };
}

function over(value: number, limit: number | undefined): number {
  return limit === undefined ? 0 : Math.max(0, value / limit - 1);
}

/** Without prices: GPU memory of all nodes. */
function memoryCost(setup: Setup): number {
  return setup.nodes * setup.instanceType.totalGpuMemory.bytes;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
