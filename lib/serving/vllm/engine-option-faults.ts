import { CapacityPlan } from '../../planning/capacity-plan';
import { NamedOption } from '../../planning/vllm-name-faults';
import { VllmNameKind } from '../../catalog/vllm-names';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { AttentionBackend } from './attention-backend';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';
import { voltaFaults } from './volta';

/**
 * GPUs that the kernels have code for, by compute capability, and whether they read 8-bit caches there (`supports_compute_capability` and
 * `supports_kv_cache_dtype` of `v1/attention/backends` in vLLM 0.20 and 0.24).
 */
const KERNELS: {
  readonly [backend in AttentionBackend]: {
    readonly from: number;
    readonly reads8Bits: (capability: number) => boolean;
  };
} = {
  [AttentionBackend.FLASH_ATTN]: { from: 8, reads8Bits: (capability) => Math.floor(capability) === 9 },
  [AttentionBackend.FLASHINFER]: { from: 7.5, reads8Bits: () => true },
  [AttentionBackend.TRITON_ATTN]: { from: 0, reads8Bits: (capability) => capability >= 8.9 },
  [AttentionBackend.FLEX_ATTENTION]: { from: 0, reads8Bits: () => false },
};

/** FlashInfer was broken on Turing, and 0.24 refuses it there (flashinfer-ai/flashinfer#3620); 0.20 does not. */
const FLASHINFER_WITHOUT_TURING = 24;

/** The oldest compute capability that a backend of a version takes. */
function oldest(backend: AttentionBackend, vllm: VllmVersion): number {
  const withoutTuring = backend === AttentionBackend.FLASHINFER && vllm.isAtLeast(0, FLASHINFER_WITHOUT_TURING);
  return withoutTuring ? 8 : KERNELS[backend].from;
}

/**
 * Options that the plan does not include against the model, the GPU and the plan.
 *
 * @internal
 */
export function engineOptionFaults(plan: CapacityPlan, options: VllmOptions, vllm: VllmVersion): Fault[] {
  return allOf(
    () => backendFaults(plan, vllm, options.attentionBackend),
    () => wholePromptFaults(plan, options),
    () => voltaFaults(plan, options),
  );
}

function backendFaults(
  { model, instanceType, kvCachePrecision }: CapacityPlan,
  vllm: VllmVersion,
  backend?: AttentionBackend,
): Fault[] {
  if (backend === undefined) return [];
  const { gpu } = instanceType;
  const from = oldest(backend, vllm);
  const { reads8Bits } = KERNELS[backend];
  const refused = (reason: string) => [fault('ATTENTION_BACKEND_UNSUPPORTED', 'attentionBackend', reason)];
  if (model.latentAttention)
    return refused(
      `${model.name} has latent attention, for which vLLM has kernels of its own; leave out attentionBackend`,
    );
  if (gpu.computeCapability < from)
    return refused(
      `attentionBackend ${backend} has no code for ${gpu.name}, whose compute capability is ${gpu.computeCapability.toFixed(1)}; ` +
        `it needs ${from.toFixed(1)}: use ${AttentionBackend.TRITON_ATTN}, or leave it out`,
    );
  if (kvCachePrecision.bits === 8 && !reads8Bits(gpu.computeCapability)) {
    const able = Object.values(AttentionBackend).filter(
      (each) => gpu.computeCapability >= oldest(each, vllm) && KERNELS[each].reads8Bits(gpu.computeCapability),
    );
    return refused(
      `attentionBackend ${backend} does not read a cache in ${kvCachePrecision.name} on ${gpu.name}; ` +
        (able.length > 0 ? `use ${able.join(' or ')}, or leave it out` : 'leave out kvCachePrecision'),
    );
  }
  return [];
}

/** Prompts in one piece need a step that holds the longest. */
function wholePromptFaults(plan: CapacityPlan, { chunkedPrefill }: VllmOptions): Fault[] {
  if (chunkedPrefill !== false) return [];
  const { maxBatchedTokens, contextLength } = plan;
  if (maxBatchedTokens >= contextLength) return [];
  const reason =
    `with chunkedPrefill false a step must hold the longest prompt, but maxBatchedTokens ${maxBatchedTokens} is below ` +
    `contextLength ${contextLength}; raise maxBatchedTokens, lower contextLength, or leave out chunkedPrefill`;
  return [fault('CONFLICTING_PROPERTIES', 'chunkedPrefill', reason)];
}

/** Prefixes that are kept, and are not. @internal */
export function offloadFaults({ kvOffload, prefixCaching }: VllmOptions): Fault[] {
  if (kvOffload === undefined || prefixCaching !== false) return [];
  const reason =
    'kvOffload keeps prefixes that the GPU has no room for, and prefixCaching false keeps none; leave out one of them';
  return [fault('CONFLICTING_PROPERTIES', 'kvOffload', reason)];
}

/**
 * Options whose argument a version of vLLM may lack.
 *
 * @internal
 */
export function namedEngineOptions({ attentionBackend, kvOffload, chunkedPrefill }: VllmOptions): NamedOption[] {
  const named = (name: string, property: string): NamedOption => ({
    ...{ kind: VllmNameKind.ARGUMENT, name, property },
    text: `${name}, which ${property} sets,`,
  });
  return [
    ...(attentionBackend === undefined ? [] : [named('attention_backend', 'attentionBackend')]),
    ...(kvOffload === undefined ? [] : [named('kv_offloading_size', 'kvOffload')]),
    ...(chunkedPrefill === undefined ? [] : [named('enable_chunked_prefill', 'chunkedPrefill')]),
  ];
}
