import { compareVersions } from '../catalog/metric';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { SpeculativeDecoding } from '../catalog/speculative-decoding';
import { architectureDropped, architectureSupport } from '../catalog/vllm-architectures';
import { VllmOfImages } from '../catalog/vllm-images';
import { pipelinedSince, speculationSince } from '../catalog/vllm-speculation';
import { Fault, fault } from '../units/fault';
import { allOf } from '../units/unreadable';
import { CapacityPlan } from './capacity-plan';
import { nameFaults, namedCache } from './vllm-name-faults';
import { nvfp4Faults } from './weight-only-nvfp4';

/** First vLLM with `enable_expert_parallel`: 0.7.3 has no such argument. */
const EXPERT_PARALLEL_SINCE = '0.8.0';

/** First vLLM whose attention was read to take its window from `hf_overrides`, see `whyNoWindow`. */
const WINDOW_SINCE = '0.15.0';

/** First vLLM that runs experts in FP8 on GPUs that do not compute in FP8. */
const EXPERT_FORMAT_SINCE = '0.9.0';

/**
 * What a version of vLLM cannot run of a plan, although the hardware could: the architecture, what drafts, experts, the format of the cache.
 *
 * @param plan the plan of the model
 * @param vllm the version, and the images that sentences advise instead of it
 *
 * @internal
 */
export function planVersionFaults(plan: CapacityPlan, vllm: VllmOfImages): Fault[] {
  const cache = cacheFormat(plan);
  return allOf(
    () => architectureFaults(plan, vllm),
    () => speculationNeeds(plan, vllm),
    () => windowFaults(plan, vllm),
    () => expertFaults(plan, vllm),
    () => expertFormatFaults(plan, vllm),
    () => nvfp4Faults(InferenceEngine.vllm(`${vllm}`), plan.instanceType, plan.precision),
    () => (cache === undefined ? [] : nameFaults(namedCache(cache, plan.kvCachePrecision), vllm)),
  );
}

/**
 * `kv_cache_dtype`; undefined for the type of the weights.
 *
 * @internal
 */
export function cacheFormat({ kvCachePrecision }: CapacityPlan): string | undefined {
  return kvCachePrecision.bits === 8 ? 'fp8' : undefined;
}

function windowFaults({ attentionWindow }: CapacityPlan, vllm: VllmOfImages): Fault[] {
  if (attentionWindow === undefined || compareVersions(`${vllm}`, WINDOW_SINCE) >= 0) return [];
  const reason =
    `attentionWindow ${attentionWindow} needs vLLM ${WINDOW_SINCE}, the first of which it is known that every layer heeds it, but this release has ` +
    `${vllm}; use ${vllm.images.with(WINDOW_SINCE)}, or leave it out`;
  return [fault('ENGINE_ARGUMENT_NOT_IN_VLLM', 'attentionWindow', reason)];
}

function expertFaults({ parallelism }: CapacityPlan, vllm: VllmOfImages): Fault[] {
  if (parallelism.expert <= 1 || compareVersions(`${vllm}`, EXPERT_PARALLEL_SINCE) >= 0) return [];
  const reason =
    `expert parallelism ${parallelism.expert} needs vLLM ${EXPERT_PARALLEL_SINCE}, but this release has ${vllm}; use ` +
    `${vllm.images.with(EXPERT_PARALLEL_SINCE)}, or expert parallelism 1`;
  return [fault('ENGINE_ARGUMENT_NOT_IN_VLLM', 'parallelism', reason)];
}

function architectureFaults({ model }: CapacityPlan, vllm: VllmOfImages): Fault[] {
  const dropped = architectureDropped(model.shape);
  if (dropped && compareVersions(`${vllm}`, dropped.vllm) >= 0) {
    const reason =
      `${model.name} has the architecture of ${dropped.architecture}, which vLLM ${dropped.vllm} dropped, and this release has ${vllm}; use ` +
      `${vllm.images.before(dropped.vllm)}, or another model`;
    return [fault('MODEL_NEEDS_OLDER_VLLM', 'model', reason)];
  }
  const needed = architectureSupport(model.shape);
  if (!needed || compareVersions(`${vllm}`, needed.vllm) >= 0) return [];
  return [
    fault(
      'MODEL_NEEDS_NEWER_VLLM',
      'model',
      `${model.name} has the architecture of ${needed.architecture}, which vLLM knows since ${needed.vllm}, but this release has ${vllm}; use ` +
        `${vllm.images.with(needed.vllm)}, or another model`,
    ),
  ];
}

/** What drafts, and where. */
interface Drafted {
  readonly model: ModelSpec;
  readonly speculativeDecoding?: SpeculativeDecoding;
  readonly parallelism?: Parallelism;
}

/**
 * That a newer vLLM has what drafts, in a pipeline or not; none where no version has it.
 *
 * @internal
 */
export function speculationNeeds(
  { model, speculativeDecoding: of, parallelism }: Drafted,
  vllm: VllmOfImages,
): Fault[] {
  if (!of) return [];
  const verified = {
    method: of.method,
    modelType: model.shape.modelType,
    hasStates: model._layers.kinds.some(({ state }) => state !== undefined),
  };
  const needs = (since: string | undefined, what: string): Fault[] => {
    if (since === undefined || since === 'never' || compareVersions(`${vllm}`, since) >= 0) return [];
    const reason =
      `speculative decoding by ${of.method} ${what} needs vLLM ${since}, but this release has ${vllm}; use ${vllm.images.with(since)}, or leave ` +
      'speculativeDecoding out';
    return [fault('SPECULATION_NEEDS_NEWER_VLLM', 'speculativeDecoding', reason)];
  };
  const pipelined = parallelism !== undefined && parallelism.pipeline > 1;
  return [
    ...needs(speculationSince(verified), `for ${model.name}`),
    ...(pipelined ? needs(pipelinedSince(verified), 'in a pipeline') : []),
  ];
}

/**
 * Experts in FP8 on GPUs that do not compute in FP8, which vLLM runs from 0.9 on; earlier versions stop when the model is loaded.
 *
 * @see https://github.com/vllm-project/vllm/pull/16850 and https://github.com/vllm-project/vllm/issues/17579
 */
function expertFormatFaults({ model, precision, instanceType: { gpu } }: CapacityPlan, vllm: VllmOfImages): Fault[] {
  const eight = [Precision.FP8.name, Precision.FP8_BLOCK.name].includes(precision.name);
  if (!model.experts || !eight || gpu.computeCapability >= 8.9 || compareVersions(`${vllm}`, EXPERT_FORMAT_SINCE) >= 0)
    return [];
  return [
    fault(
      'EXPERTS_NEED_NEWER_VLLM',
      'precision',
      `experts in ${precision.name} on ${gpu.name} need vLLM ${EXPERT_FORMAT_SINCE}, but this release has ${vllm}; use ${vllm.images.with(EXPERT_FORMAT_SINCE)}, or a ` +
        'precision of 16 bits',
    ),
  ];
}
