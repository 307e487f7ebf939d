import { DataSize } from '../units/data-size';
import { Fault, fault } from '../units/fault';
import { Load, configurationOf, nodesFor } from './configuration';
import { MediaInput } from './capacity-request';
import { windowed } from './attention-window';
import { drafterOf } from './drafter';
import { fitOf } from './memory-fit';
import { PlanFacts } from './plan-fields';
import { hardwareFaults } from './request-faults';

/** Two versions of the planner find memory that differs by less than this factor. */
const VERSIONS_DIFFER = 1.5;

/** Parts of a sum are rounded to bytes. */
const ROUNDING = 1.001;

/**
 * What contradicts the hardware, the precision or the settings of a plan in what it says of memory. The memory is computed again, but only
 * a difference that no version of the planner would find is a fault: the memory of an edited plan is that of other settings.
 *
 * @internal
 */
export function memoryContradictions(facts: PlanFacts): Fault[] {
  const { instanceType, precision, memoryPerGpu: memory, parallelism } = facts;
  const load = loadOf(facts);
  const faults = hardwareFaults({ ...facts, checkpointSize: undefined }, instanceType, precision);
  if (facts.nodes > nodesFor(instanceType, parallelism)) {
    const needed = `${parallelism} needs ${nodesFor(instanceType, parallelism)} of ${instanceType.name}`;
    faults.push(fault('PLAN_CHANGED', 'nodes', `nodes is ${facts.nodes}, but ${needed}`));
  }
  if (facts.inputTokens + facts.outputTokens > facts.contextLength) {
    const tokens = `inputTokens ${facts.inputTokens} and outputTokens ${facts.outputTokens}`;
    faults.push(fault('PLAN_CHANGED', 'inputTokens', `${tokens} exceed contextLength ${facts.contextLength}`));
  }
  const sum = memory.weights.bytes + memory.kvCache.bytes + memory.activations.bytes + memory.runtime.bytes;
  if (differ(sum, memory.total.bytes, ROUNDING)) {
    const parts = `weights ${memory.weights}, kvCache ${memory.kvCache}, activations ${memory.activations} and runtime ${memory.runtime}`;
    faults.push(
      fault('PLAN_CHANGED', 'memoryPerGpu.total', `memoryPerGpu.total is ${memory.total}, not the sum of ${parts}`),
    );
  }
  if (faults.length > 0) return faults;
  const fit = fitOf(configurationOf(load, { instanceType, precision }, parallelism));
  if (differ(fit.memory.available, memory.available.bytes, VERSIONS_DIFFER)) {
    const share = `gpuMemoryUtilization ${facts.gpuMemoryUtilization} of ${instanceType.gpu.memory}`;
    const reason = `memoryPerGpu.available is ${memory.available}, but that is not ${share}`;
    faults.push(fault('PLAN_CHANGED', 'memoryPerGpu.available', reason));
  }
  if (fit.totalBytes > VERSIONS_DIFFER * memory.total.bytes) {
    const needed = `${(fit.totalBytes / 2 ** 30).toFixed(2)} GiB`;
    const settings = `contextLength ${facts.contextLength}, concurrency ${facts.concurrency}, maxSequences ${facts.maxSequences} and maxBatchedTokens ${facts.maxBatchedTokens}`;
    const reason = `memoryPerGpu.total is ${memory.total}, but ${settings} need ${needed}`;
    faults.push(fault('PLAN_CHANGED', 'memoryPerGpu.total', reason));
  }
  return faults;
}

/**
 * Whether a plan has so much in host memory as was asked for: that, or all of its weights where they are less.
 *
 * @internal
 */
export function offloads(facts: PlanFacts, wanted: DataSize): boolean {
  const { instanceType, precision, parallelism, cpuOffload } = facts;
  if (wanted.bytes === cpuOffload.bytes) return true;
  if (wanted.bytes < cpuOffload.bytes) return false;
  const load = { ...loadOf(facts), cpuOffloadBytes: wanted.bytes };
  const { offloaded } = fitOf(configurationOf(load, { instanceType, precision }, parallelism)).memory;
  return !differ(offloaded, cpuOffload.bytes, ROUNDING);
}

function differ(one: number, other: number, factor: number): boolean {
  return one > other * factor || other > one * factor;
}

function loadOf(facts: PlanFacts): Load {
  return {
    ...facts,
    model: windowed(facts.model, facts.attentionWindow),
    givenModel: facts.model,
    requestedKvCachePrecision: facts.kvCachePrecision,
    requestedMaxBatchedTokens: facts.maxBatchedTokens,
    requestedMaxSequences: facts.maxSequences,
    mediaInput: facts.mediaInput ?? MediaInput.ALL,
    drafter: drafterOf(facts.model, facts.speculativeDecoding),
    warmCompileCache: facts.warmCompileCache ?? false,
    fusedKernels: true,
    cpuOffloadBytes: facts.cpuOffload.bytes,
    checkpointBytes: facts.checkpointSize?.bytes,
  };
}
