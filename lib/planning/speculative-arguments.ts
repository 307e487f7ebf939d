import { SpeculativeDecoding, SpeculativeMethod } from '../catalog/speculative-decoding';

/** Tokens that n-grams are looked up by; vLLM's own default from 0.11 on. */
const LOOKUP = 5;

/**
 * `speculative_config` of vLLM (`SpeculativeConfig`, 0.13 to 0.32). A draft model or a head whose place is not stated is left to be filled in.
 *
 * @param path folder that it is in where that is another than stated
 *
 * @internal
 */
export function speculativeArguments(
  { method, tokens, path: given }: SpeculativeDecoding,
  path: string | undefined = given,
): { [key: string]: string | number } {
  const drafted = method === SpeculativeMethod.DRAFT_MODEL || method === SpeculativeMethod.EAGLE3;
  return {
    method,
    num_speculative_tokens: tokens,
    ...(drafted ? { model: path ?? 'DRAFT_MODEL' } : {}),
    ...(method === SpeculativeMethod.N_GRAM ? { prompt_lookup_min: LOOKUP, prompt_lookup_max: LOOKUP } : {}),
  };
}
