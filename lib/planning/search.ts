import { Fault, fault } from '../units/fault';
import { lazily } from '../units/lazily';
import { positiveFault, wholeNumberFaults } from '../units/number-faults';
import { GpuInstanceType } from '../catalog/gpu-instance-type';
import { GpuNodeType } from '../catalog/gpu-node-type';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { CapacityPlan } from './capacity-plan';
import { CapacityCandidate, CapacitySearchRequest, CapacityTargets } from './capacity-request';
import { compareCosts } from './alternative-cost';
import { dataParallelAttention, parallelismCandidates, tensorOverPcie } from './choose-parallelism';
import { defaultPrecision } from './default-precision';
import { planOf } from './evaluate';
import { noEngineGpuFaults } from './engine-capability';
import { hardwareToJson } from './hardware-json';
import { fitOf } from './memory-fit';
import { Configuration, Load, resolveLoad } from './configuration';
import { parallelismFaults } from './parallelism-faults';
import { busyFaults, choiceFaults, hardwareFaults, priceFaults } from './request-faults';
import { busiest, calmest, within } from './reach-throughput';
import { draftParallelismFaults, drafts } from './speculation-faults';
import { powerFaults } from './power-model';
import { settledConfiguration } from './scheduled-sequences';
import { ServingEstimate, estimate } from './serving-estimate';
import { targetsOf } from './targets';
import { allOf, isUnreadable } from '../units/unreadable';

const DEFAULT_LIMIT = 20;

/** A configuration that fits. */
interface Found {
  /** With the fewest replicas that it may take. */
  readonly configuration: Configuration;
  /** With the replicas that it takes, and how far it is from the targets: 0 where it reaches them. */
  readonly evaluated: () => Evaluated;
}

interface Evaluated {
  readonly configuration: Configuration;
  readonly overshoot: number;
}

/** One that may be taken. */
interface Admitted {
  readonly configuration: Configuration;
  readonly plan: () => CapacityPlan;
}

/**
 * All plans that fit: those that meet the targets first, then by cost.
 *
 * @param request the model, its load, the targets and the candidates
 * @param admits whether a plan may be taken; asked of as few as the answer takes @default - each
 *
 * @internal
 */
export function searchPlans(request: CapacitySearchRequest, admits?: (plan: CapacityPlan) => boolean): CapacityPlan[] {
  const load = resolveLoad(request, searchFaults(request));
  const found: Found[] = [];
  for (const candidate of candidatesOf(request)) {
    for (const precision of precisionsOf(request, candidate.instanceType)) {
      for (const parallelism of parallelismsOf(request, load, candidate.instanceType, precision)) {
        const { utilization, powerBudget } = request;
        const hardware = { ...candidate, precision, utilization, powerBudget };
        const best = foundWith(load, hardware, parallelism, request);
        if (best) found.push(best);
      }
    }
  }
  const cost = found.every((f) => f.configuration.pricePerHour !== undefined) ? givenCost : listCost;
  const { maxTimePerOutputTokenMs, maxTimeToFirstTokenMs } = targetsOf(request);
  const waited = maxTimePerOutputTokenMs !== undefined || maxTimeToFirstTokenMs !== undefined;
  const cheaper = (a: Pick<Found, 'configuration'>, b: Pick<Found, 'configuration'>) =>
    compareConfigurations(a.configuration, b.configuration, cost, waited);
  found.sort(cheaper);
  const wanted = choosesConcurrency(request) ? request.targets?.minOutputTokensPerSecond : undefined;
  const admitted = ({ configuration }: Evaluated): Admitted[] => {
    const chosen = () => (wanted === undefined ? configuration : calmest(configuration, wanted));
    const plan = lazily(() => planOf(withReplicas(chosen(), request.replicas), () => []));
    return admits === undefined || admits(plan()) ? [{ configuration, plan }] : [];
  };
  return nearest(found, request.limit ?? DEFAULT_LIMIT, cheaper, admitted).map(({ plan }) => plan());
}

/** Whether the sequences at once follow from the throughput that is wanted. */
function choosesConcurrency({ targets, concurrency }: CapacitySearchRequest): boolean {
  return targets?.minOutputTokensPerSecond !== undefined && concurrency === undefined;
}

/**
 * The cheapest of those that reach the targets; then the nearest of the others. Times are estimated for as few as that takes: they are the
 * larger part of a search.
 *
 * @param found in the order of the least that they may cost
 * @param admitted it with its plan, or none where it may not be taken
 */
function nearest(
  found: readonly Found[],
  limit: number,
  cheaper: (a: Pick<Found, 'configuration'>, b: Pick<Found, 'configuration'>) => number,
  admitted: (each: Evaluated) => Admitted[],
): Admitted[] {
  const reaching: Admitted[] = [];
  const others: Evaluated[] = [];
  for (const each of found) {
    if (reaching.length >= limit && cheaper(reaching[limit - 1], each) <= 0) break;
    const evaluated = each.evaluated();
    if (evaluated.overshoot > 0) {
      others.push(evaluated);
      continue;
    }
    let place = reaching.length;
    while (place > 0 && cheaper(evaluated, reaching[place - 1]) < 0) place--;
    if (place < limit) reaching.splice(place, 0, ...admitted(evaluated));
  }
  others.sort((a, b) => a.overshoot - b.overshoot);
  for (const each of others) {
    if (reaching.length >= limit) break;
    reaching.push(...admitted(each));
  }
  return reaching.slice(0, limit);
}

/**
 * The cheaper first, by what `cost` counts; then what is smaller and simpler. Where somebody waits for the answer, tensor comes before pipeline
 * parallelism, because a token passes stages one after another; where nobody does, over PCI Express pipelines come first, which let more through.
 */
function compareConfigurations(
  a: Configuration,
  b: Configuration,
  cost: (each: Configuration) => number,
  waited: boolean,
): number {
  return (
    compareCosts(cost(a), cost(b)) ||
    memoryCost(a) - memoryCost(b) ||
    (waited ? 0 : a.parallelism.gpus - b.parallelism.gpus || Number(isOverPcie(a)) - Number(isOverPcie(b))) ||
    // More than one scheduler only where it is needed.
    a.parallelism.attentionRanks - b.parallelism.attentionRanks ||
    a.parallelism.pipeline - b.parallelism.pipeline ||
    a.parallelism.gpus - b.parallelism.gpus ||
    a.parallelism.expert - b.parallelism.expert ||
    b.precision.bits - a.precision.bits ||
    a.instanceType.memory.bytes - b.instanceType.memory.bytes ||
    a.instanceType.vcpus - b.instanceType.vcpus ||
    compare(a.instanceType.name, b.instanceType.name) ||
    compare(a.precision.name, b.precision.name)
  );
}

/** Hardware is chosen for as few replicas as the targets need: a given number of replicas changes the number of nodes, not their type. */
function withReplicas(
  configuration: Configuration,
  replicas: number = configuration.parallelism.replicas,
): Configuration {
  if (replicas === configuration.parallelism.replicas) return configuration;
  return settledConfiguration(configuration, configuration, configuration.parallelism.withReplicas(replicas));
}

/**
 * How many combinations of hardware, precision and parallelism a search evaluates.
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
  const { maxNodes, maxReplicas, limit, candidates, precisions, parallelism } = request;
  return allOf(
    () => wholeNumberFaults({ maxNodes, maxReplicas, replicas: request.replicas, limit }, 1),
    () => targetFaults(request.targets ?? {}),
    () => busyFaults(request.utilization),
    () =>
      (candidates ?? []).flatMap((candidate, i) =>
        isUnreadable(candidate) ? [] : priceFaults(`candidates[${i}].pricePerHour`, candidate.pricePerHour),
      ),
    () => cacheFaults(request),
    () => (candidates?.length === 0 ? [emptyFault('candidates')] : []),
    () => (precisions?.length === 0 ? [emptyFault('precisions')] : []),
    () => lackingFaults(request),
    () => oldFaults(request),
    () => powerlessFaults(request),
    () => (parallelism ? parallelismFaults(request.model, parallelism, Precision.FP16) : []),
    () => (parallelism ? draftParallelismFaults(request, parallelism) : []),
  );
}

function targetFaults(targets: CapacityTargets): Fault[] {
  return allOf(
    () => positiveFault('targets.maxTimePerOutputTokenMs', targets.maxTimePerOutputTokenMs),
    () => positiveFault('targets.maxTimeToFirstTokenMs', targets.maxTimeToFirstTokenMs),
    () => positiveFault('targets.minOutputTokensPerSecond', targets.minOutputTokensPerSecond),
  );
}

function emptyFault(list: 'candidates' | 'precisions'): Fault {
  const [what, all] = {
    candidates: ['type of node', 'all instance types of the catalog'],
    precisions: ['format', 'the one that the model is published in'],
  }[list];
  return fault('EMPTY_LIST', list, `${list} must list at least one ${what}; leave it out for ${all}`);
}

function cacheFaults({ kvCachePrecision, precisions }: CapacitySearchRequest): Fault[] {
  if (kvCachePrecision?.name !== Precision.FP32.name) return [];
  if (precisions?.some(({ name }) => name === Precision.FP32.name)) return [];
  const cure = 'put fp32 into precisions, or leave kvCachePrecision out';
  const reason = `an fp32 key-value cache needs fp32 weights; ${cure}`;
  return [fault('CACHE_NEEDS_FP32_WEIGHTS', 'kvCachePrecision', reason)];
}

/** Candidates are skipped for formats that they lack; it is a mistake if no candidate supports any of the formats. */
function lackingFaults(request: CapacitySearchRequest): Fault[] {
  const types = request.candidates?.map((candidate) => candidate.instanceType) ?? [];
  const lacking = (request.precisions ?? []).flatMap((precision) =>
    types.map((type) => hardwareFaults(request, type, precision)),
  );
  return lacking.length > 0 && lacking.every((own) => own.length > 0) ? [...new Set(lacking.flat())] : [];
}

/** The same for GPUs that the engine does not run on. */
function oldFaults({ engine, candidates = [] }: CapacitySearchRequest): Fault[] {
  if (candidates.length === 0) return [];
  return noEngineGpuFaults(
    engine,
    candidates.map(({ instanceType }) => instanceType),
  );
}

/** The same for a budget of power that none can be held within. */
function powerlessFaults({ candidates = [], powerBudget }: CapacitySearchRequest): Fault[] {
  const faults = candidates.map(({ instanceType }) => powerFaults(instanceType, powerBudget));
  return faults.every((own) => own.length > 0) ? faults.flat() : [];
}

/** The candidates, each type once, at the lowest price that it is listed with. */
function candidatesOf({ candidates, region }: CapacitySearchRequest): CapacityCandidate[] {
  if (!candidates) {
    const all = GpuInstanceType.ALL.filter((type) => type._isChosenUnasked && type._isSoldIn(region));
    return all.map((instanceType) => ({ instanceType }));
  }
  const found = new Map<string, CapacityCandidate>();
  for (const candidate of candidates) {
    const key = JSON.stringify(hardwareToJson(candidate.instanceType));
    const known = found.get(key);
    if (!known || (candidate.pricePerHour ?? Infinity) < (known.pricePerHour ?? Infinity)) found.set(key, candidate);
  }
  return [...found.values()];
}

function distinct(precisions: readonly Precision[]): Precision[] {
  return [...new Map(precisions.map((precision) => [precision.name, precision])).values()];
}

function precisionsOf(request: CapacitySearchRequest, type: GpuNodeType): Precision[] {
  const wanted = (request.precisions && distinct(request.precisions)) ?? [
    defaultPrecision(request.model, type, request.engine),
  ];
  if (powerFaults(type, request.powerBudget).length > 0) return [];
  return wanted.filter((precision) => choiceFaults(request, type, precision).length === 0);
}

function parallelismsOf(
  request: CapacitySearchRequest,
  load: Load,
  type: GpuNodeType,
  precision: Precision,
): Parallelism[] {
  if (!request.parallelism) {
    const within = parallelismCandidates(load.model, type, precision, request.maxNodes ?? 1);
    const spread =
      (request.dataParallelAttention ?? true)
        ? dataParallelAttention(load.model, type, precision, request.maxNodes ?? 1)
        : [];
    const all = [...within, ...tensorOverPcie(load.model, type, precision), ...spread];
    return all.filter((parallelism) => drafts(load, parallelism));
  }
  const nodes = Math.ceil(request.parallelism.gpusPerReplica / type.gpuCount);
  if (nodes > (request.maxNodes ?? nodes)) return [];
  const refused = parallelismFaults(load.model, request.parallelism, precision).length > 0;
  return refused || !drafts(load, request.parallelism) ? [] : [request.parallelism];
}

/** The configuration with as many replicas as the throughput target needs, or undefined if it does not fit. */
function foundWith(
  load: Load,
  hardware: Parameters<typeof settledConfiguration>[1],
  parallelism: Parallelism,
  request: CapacitySearchRequest,
): Found | undefined {
  const chooses = choosesConcurrency(request);
  const configuration = (chooses ? busiest : settledConfiguration)(load, hardware, parallelism);
  if (!fitOf(configuration).fits) return undefined;
  const targets = targetsOf(request);
  const { minOutputTokensPerSecond: wanted, maxTimePerOutputTokenMs: ceiling } = targets;
  const asked = lazily(() => estimate(configuration, configuration.concurrency));
  const least = wanted === undefined ? configuration : withThroughput(configuration, asked(), wanted, request);
  const evaluated = (): Evaluated => {
    const chosen = chooses ? within(configuration, ceiling) : configuration;
    const times = chosen === configuration ? asked() : estimate(chosen, chosen.concurrency);
    const replicated =
      wanted === undefined || chosen === configuration ? least : withThroughput(chosen, times, wanted, request);
    const overshoot = Math.max(
      over(times.timePerOutputToken * 1e3, ceiling),
      over(times.timeToFirstToken * 1e3, targets.maxTimeToFirstTokenMs),
      wanted === undefined ? 0 : over(wanted, times.outputTokensPerSecond * replicated.parallelism.replicas),
    );
    return { configuration: replicated, overshoot };
  };
  return { configuration: least, evaluated };
}

/** A configuration with the replicas that a throughput takes. A stated number is the most that hardware is chosen for. */
function withThroughput(
  configuration: Configuration,
  { outputTokensPerSecond }: ServingEstimate,
  wanted: number,
  { replicas: stated, maxReplicas = stated ?? 1 }: CapacitySearchRequest,
): Configuration {
  const most = Math.min(stated ?? maxReplicas, maxReplicas, Math.ceil(wanted / outputTokensPerSecond));
  return withReplicas(configuration, Math.max(configuration.parallelism.replicas, most));
}

function over(value: number, limit: number | undefined): number {
  return limit === undefined ? 0 : Math.max(0, value / limit - 1);
}

/** Cost by the prices that are given. */
function givenCost({ pricePerHour, nodes }: Configuration): number {
  return (pricePerHour ?? 0) * nodes;
}

/** Cost where prices are not given: list prices, in dollars. What has none comes last. */
function listCost({ instanceType, nodes }: Configuration): number {
  return (instanceType.listPricePerHour ?? Infinity) * nodes;
}

function isOverPcie({ instanceType, parallelism }: Configuration): boolean {
  return parallelism.tensor > 1 && instanceType.nvlinkDomainSize === 1;
}

/** Cost without any price: GPU memory of all nodes. */
function memoryCost({ nodes, gpu, instanceType }: Configuration): number {
  return nodes * gpu.memory.bytes * instanceType.gpuCount;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
