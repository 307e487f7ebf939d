import { GpuType } from '../../catalog/gpu-type';
import { CapacityPlan } from '../../planning/capacity-plan';
import { Fault, fault } from '../../units/fault';
import { VllmOptions } from './vllm-options';
import { VllmVersion } from './vllm-version';

/**
 * Compute capability of Turing. Before it, on Volta, vLLM has neither prefix caching nor chunked prefill: the kernel that reads a cache while it
 * computes a prompt does not compile there, and the process ends at the first such prompt ("mma -> mma layout conversion is only supported on
 * Ampere"; vllm-project/vllm#2729, #3687, #8024 with 0.5.5, #13738). "Feature x Hardware" of docs/features in vLLM says no to both for
 * Volta, in 0.10.0 as in October 2026.
 */
const TURING = 7.5;

function isVolta({ computeCapability }: GpuType): boolean {
  return computeCapability < TURING;
}

/**
 * Whether equal prefixes share their cache where nothing else is said.
 *
 * @internal
 */
export function cachesPrefixes(gpu: GpuType): boolean {
  return !isVolta(gpu);
}

/**
 * What is said of prompts in pieces where nothing else is said: no on Volta for vLLM's first engine, which otherwise splits them by itself where
 * the context is above 32,768; the second one, the only one from 0.11 on, warns against a no.
 *
 * @internal
 */
export function splitsPrompts(gpu: GpuType, vllm: VllmVersion): boolean | undefined {
  return isVolta(gpu) && !vllm.isAtLeast(0, 11) ? false : undefined;
}

/**
 * What is asked for on a GPU that lacks it.
 *
 * @internal
 */
export function voltaFaults(
  { instanceType: { gpu } }: CapacityPlan,
  { prefixCaching, chunkedPrefill, kvOffload }: VllmOptions,
): Fault[] {
  if (!isVolta(gpu)) return [];
  const asked: readonly [string, boolean][] = [
    ['prefixCaching', prefixCaching === true],
    ['chunkedPrefill', chunkedPrefill === true],
    // It keeps prefixes.
    ['kvOffload', kvOffload !== undefined],
  ];
  return asked
    .filter(([, isAsked]) => isAsked)
    .map(([property]) =>
      fault(
        'GPU_WITHOUT_FEATURE',
        property,
        `${property} does not work on ${gpu.name}, whose compute capability is ${gpu.computeCapability.toFixed(1)}: vLLM has it from ` +
          `${TURING.toFixed(1)} on, and would end with the first prompt that needs it; remove it, or use a newer GPU`,
      ),
    );
}
