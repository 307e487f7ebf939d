import { SpeculativeMethod } from '../../catalog/speculative-decoding';
import { Fault, fault } from '../../units/fault';
import { VllmOptions } from './vllm-options';

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
