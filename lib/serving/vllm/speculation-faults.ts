import { compareVersions } from '../../catalog/metric';
import { SpeculativeMethod } from '../../catalog/speculative-decoding';
import { pipelinedSince, speculationSince } from '../../catalog/vllm-speculation';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';

/**
 * What drafts needs a newer vLLM, or a place from which it is loaded.
 *
 * @internal
 */
export function speculationFaults(plan: CapacityPlan, vllm: VllmVersion): Fault[] {
  const { model, speculativeDecoding: of, parallelism } = plan;
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
  const drafted = of.method === SpeculativeMethod.DRAFT_MODEL || of.method === SpeculativeMethod.EAGLE3;
  const pathless = `speculative decoding by ${of.method} needs the folder of what drafts, as the engine sees it; give its path`;
  return [
    ...needs(speculationSince(verified), `for ${model.name}`),
    ...(parallelism.pipeline > 1 ? needs(pipelinedSince(verified), 'in a pipeline') : []),
    ...(drafted && of.path === undefined ? [fault('DRAFT_NEEDS_PATH', 'speculativeDecoding', pathless)] : []),
  ];
}

/** Names of methods that plans know, and those that vLLM has for prediction layers of single models. */
const PLANNED = new RegExp(`^(?:${Object.values(SpeculativeMethod).join('|')}|\\w+_mtp)$`);

/**
 * Whether arguments of the engine ask for speculative decoding by a method that plans do not know, so that it is no property.
 *
 * @internal
 */
export function hasOtherSpeculation({ engineArguments, speculativeDecoding }: VllmOptions): boolean {
  const { speculative_config: given } = (engineArguments ?? {}) as { readonly speculative_config?: unknown };
  if (speculativeDecoding !== undefined || typeof given !== 'object' || given === null) return false;
  const { method } = given as { readonly method?: unknown };
  return typeof method === 'string' && !PLANNED.test(method);
}

/**
 * The warning of speculative decoding that a plan leaves out.
 *
 * @internal
 */
export function unplannedSpeculation(name: string, options: VllmOptions): Fault[] {
  if (!hasOtherSpeculation(options)) return [];
  const reason =
    `model '${name}': the plan leaves out what engineArguments.speculative_config drafts with: its weights and cache come out of the room for the ` +
    'cache, and times are those without; leave room for it (gpuMemoryUtilization, contextLength), or use a method of speculativeDecoding';
  return [fault('SPECULATION_NOT_PLANNED', undefined, reason)];
}
