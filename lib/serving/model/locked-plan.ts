import { hardwareDifference, modelDifference } from '../../catalog/differences';
import { ModelSpec } from '../../catalog/model-spec';
import { Parallelism } from '../../catalog/parallelism';
import { Precision } from '../../catalog/precision';
import { SpeculativeDecoding } from '../../catalog/speculative-decoding';
import { CapacityPlan } from '../../planning/capacity-plan';
import { CapacityTargets, LoraCapacity, MediaInput, ServingLoad } from '../../planning/capacity-request';
import { offloads } from '../../planning/plan-memory-check';
import { missedTargets } from '../../planning/targets';
import { DataSize } from '../../units/data-size';
import { Fault, fault } from '../../units/fault';
import { LanguageModelOptions } from './language-model-options';
import { ServingHardware } from './serving-hardware';
import { unfitText } from './unfit-text';
import { allOf } from '../../units/unreadable';

/**
 * Properties that may be given beside a locked plan, as long as they agree with it.
 *
 * @internal
 */
export interface PropertiesBesideLock extends LanguageModelOptions {
  readonly parallelism?: Parallelism;
  readonly targets?: CapacityTargets;
  readonly replicas?: number;
  readonly maxSequences?: number;
  readonly maxBatchedTokens?: number;
  readonly gpuMemoryUtilization?: number;
  readonly kvCachePrecision?: Precision;
  readonly cudaGraphs?: boolean;
  readonly cpuOffload?: DataSize;
  readonly attentionWindow?: number;
  readonly mediaInput?: MediaInput;
  readonly speculativeDecoding?: SpeculativeDecoding;
  /** Room for LoRA adapters. */
  readonly lora?: LoraCapacity;
}

/**
 * All reasons why a locked plan cannot be kept: it is for another model or other hardware, does not fit, or is contradicted.
 *
 * @internal
 */
export function lockFaults(
  plan: CapacityPlan,
  beside: PropertiesBesideLock,
  hardware?: ServingHardware,
  spansNodes = false,
): Fault[] {
  const otherModel = modelFaults(plan, beside);
  // All other differences are then due to the model.
  if (otherModel.length > 0) return otherModel;
  const faults = hardware ? hardwareFaults(plan, hardware) : [];
  if (!plan.fits)
    faults.push(fault('MODEL_DOES_NOT_FIT', undefined, `the locked plan does not fit: ${unfitText(plan, spansNodes)}`));
  return allOf(
    () => faults,
    () => contradictions(plan, beside),
    () => targetFaults(plan, beside),
  );
}

function modelFaults(plan: CapacityPlan, { model, precision }: PropertiesBesideLock): Fault[] {
  const { name } = plan.model;
  const other = (reason: string) => [fault('PLAN_OF_OTHER_MODEL', 'model', reason)];
  const cure = 'replan this model, or give its own plan';
  if (name !== model.name) return other(`the locked plan is for ${name}, but the model is ${model.name}; ${cure}`);
  const difference = modelDifference(plan.model, model);
  if (difference) {
    const [planned, given] = difference;
    return other(`the locked plan is for a ${name} with ${planned}, but the model has ${given}; ${cure}`);
  }
  if (precision !== undefined || !isPublishedOtherwise(plan, model)) return [];
  return other(
    `the locked plan counts the weights of ${name} in ${plan.precision}, but the model is published in ` +
      `${model.publishedPrecision ?? '16 bits'}; replan the model, or set precision to ${plan.precision} if that is what is served`,
  );
}

/**
 * Whether the format of the weights is of another checkpoint than the model's. A plan may be in another format than its own model is
 * published in, because the user wanted it so. Formats of 16 bits have the same size.
 */
function isPublishedOtherwise({ model: planned, precision }: CapacityPlan, model: ModelSpec): boolean {
  const [was, is] = [planned.publishedPrecision, model.publishedPrecision];
  if (was?.name === is?.name) return false;
  return is?.quantized ? is.name !== precision.name : was?.quantized === true && was.name === precision.name;
}

function hardwareFaults(plan: CapacityPlan, { instanceType: given, poolName }: ServingHardware): Fault[] {
  const planned = plan.instanceType;
  const other = (wanted: string, has: string) => {
    const reason = `the locked plan is for ${wanted}, but pool '${poolName}' has ${has}; replan the model or change the pool`;
    return [fault('PLAN_OF_OTHER_HARDWARE', undefined, reason)];
  };
  if (planned.name !== given.name) return other(planned.name, given.name);
  const difference = hardwareDifference(planned, given, {
    hostMemory: plan.cpuOffload.bytes > 0,
    network: plan.parallelism.gpusPerReplica > planned.gpuCount,
  });
  return difference ? other(`a ${planned.name} with ${difference[0]}`, `one with ${difference[1]}`) : [];
}

/** A property, what messages call it, and its two values. */
type Pair = readonly [property: string, what: string, wanted: unknown, planned: unknown];

function contradictions(plan: CapacityPlan, beside: PropertiesBesideLock): Fault[] {
  const { tensor, pipeline, expert } = plan.parallelism;
  const given = beside.parallelism;
  // The planner counts only the width of the cache, so fp16 and bf16 are equal.
  const sameCache = beside.kvCachePrecision?.bits === plan.kvCachePrecision.bits;
  const wholly = beside.cpuOffload !== undefined && offloads(plan, beside.cpuOffload);
  const pairs: Pair[] = [
    ['precision', 'precision', beside.precision, plan.precision],
    ['checkpointSize', 'checkpointSize', beside.checkpointSize, plan.checkpointSize],
    ['parallelism', 'tensor parallelism', given?.tensor, tensor],
    ['parallelism', 'pipeline parallelism', given?.pipeline, pipeline],
    ['parallelism', 'expert parallelism', given?.expert, expert],
    ['contextLength', 'contextLength', beside.contextLength, plan.contextLength],
    ['concurrency', 'concurrency', beside.concurrency, plan.concurrency],
    ['inputTokens', 'inputTokens', beside.inputTokens, plan.inputTokens],
    ['outputTokens', 'outputTokens', beside.outputTokens, plan.outputTokens],
    ['maxSequences', 'maxSequences', beside.maxSequences, plan.maxSequences],
    ['maxBatchedTokens', 'maxBatchedTokens', beside.maxBatchedTokens, plan.maxBatchedTokens],
    ['gpuMemoryUtilization', 'gpuMemoryUtilization', beside.gpuMemoryUtilization, plan.gpuMemoryUtilization],
    ['kvCachePrecision', 'kvCachePrecision', sameCache ? undefined : beside.kvCachePrecision, plan.kvCachePrecision],
    ['cudaGraphs', 'cudaGraphs', beside.cudaGraphs, plan.cudaGraphs],
    ['cpuOffload', 'cpuOffload', wholly ? undefined : beside.cpuOffload, plan.cpuOffload],
    ['attentionWindow', 'attentionWindow', beside.attentionWindow, plan.attentionWindow],
    ['mediaInput', 'mediaInput', beside.mediaInput, plan.mediaInput],
    ['speculativeDecoding', 'speculativeDecoding', speculated(beside), speculated(plan)],
    ['loraAdapters', 'the room for adapters', adapters(beside), adapters(plan)],
  ];
  return pairs
    .filter(([, , wanted, planned]) => wanted !== undefined && !same(wanted, planned))
    .map(([property, what, wanted, planned]) =>
      fault(
        'PROPERTY_CONTRADICTS_PLAN',
        property,
        `${what} is ${String(wanted)}, but the locked plan was made ` +
          `${planned === undefined ? 'without one' : `with ${String(planned)}`}; leave ${property} out or replan the model`,
      ),
    );
}

/** What the engine is told of speculative decoding, and what drafts. */
function speculated({ speculativeDecoding: of }: { readonly speculativeDecoding?: SpeculativeDecoding }) {
  return of === undefined ? undefined : `${of}`;
}

/** The room for LoRA adapters, in words. */
function adapters({ lora }: { readonly lora?: LoraCapacity }) {
  return lora && `${lora.maxAdapters} of rank ${lora.maxRank}`;
}

/** Formats and sizes may come from another loaded copy of the package, so they are compared by name and by bytes. */
function same(wanted: unknown, planned: unknown): boolean {
  const plain = (value: unknown) => {
    const { name, bytes } = Object(value) as { name?: string; bytes?: number };
    return name ?? bytes ?? value;
  };
  return plain(wanted) === plain(planned);
}

function targetFaults(plan: CapacityPlan, { targets, replicas }: PropertiesBesideLock): Fault[] {
  return missedTargets(plan, targets ?? {}, replicas).map(({ target, text }) =>
    fault(
      'PROPERTY_CONTRADICTS_PLAN',
      `targets.${target}`,
      `the locked plan does not reach targets.${target}: ${text}; relax the target or replan the model`,
    ),
  );
}

/**
 * The load that a locked plan was made for. On which GPUs its engine runs, the image says.
 *
 * @internal
 */
export function loadOf(plan: CapacityPlan): ServingLoad {
  const { model, contextLength, concurrency, inputTokens, outputTokens, kvCachePrecision, engine } = plan;
  const { gpuMemoryUtilization, maxBatchedTokens, maxSequences, cudaGraphs, checkpointSize, cpuOffload, network } =
    plan;
  return {
    ...{ model, contextLength, concurrency, inputTokens, outputTokens, kvCachePrecision },
    engine: engine._anyGpu(),
    ...{ gpuMemoryUtilization, maxBatchedTokens, maxSequences, cudaGraphs, checkpointSize, cpuOffload, network },
    attentionWindow: plan.attentionWindow,
    mediaInput: plan.mediaInput,
    speculativeDecoding: plan.speculativeDecoding,
    warmCompileCache: plan.warmCompileCache,
    lora: plan.lora,
  };
}
