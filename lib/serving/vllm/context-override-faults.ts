import { hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';

/**
 * Settings of a model that say how long its context is: vLLM refuses a longer `max_model_len` than the least of them.
 *
 * @see https://github.com/vllm-project/vllm (`derive_max_model_len_and_key` of vllm/transformers_utils/model_arch_config_convertor.py;
 * before, `_get_and_verify_max_len` of vllm/config)
 */
const LENGTHS: readonly string[] = [
  'max_position_embeddings',
  'n_positions',
  'max_seq_len',
  'seq_length',
  'model_max_length',
  'max_target_positions',
  'max_sequence_length',
  'max_seq_length',
  'seq_len',
];

/** Settings that lengthen the context beside them, by a factor. */
const SCALINGS: readonly string[] = ['rope_scaling', 'rope_parameters'];

/** Parts of a model that read something else than its context. */
const OTHER_PARTS = /vision|image|video|audio|speech|encoder/;

/**
 * Settings within `hf_overrides` by which the model has a shorter context than is planned.
 *
 * @param given `hf_overrides`
 * @param contextLength the planned context, tokens
 *
 * @internal
 */
export function contextOverrideFaults(given: unknown, contextLength: number): Fault[] {
  if (!isSettings(given)) return [];
  const parts = Object.entries(given).filter(([name, part]) => isSettings(part) && !OTHER_PARTS.test(name));
  return [['', given] as const, ...parts.map(([name, part]) => [`.${name}`, part] as const)].flatMap(([path, part]) =>
    lengthFaults(`engineArguments.hf_overrides${path}`, part, contextLength),
  );
}

function lengthFaults(path: string, part: unknown, contextLength: number): Fault[] {
  if (!isSettings(part) || SCALINGS.some((name) => Object.hasOwn(part, name))) return [];
  return LENGTHS.flatMap((name) => {
    const value = Object.hasOwn(part, name) ? part[name] : undefined;
    if (typeof value !== 'number' || hasToken(value) || value >= contextLength) return [];
    const property = `${path}.${name}`;
    const reason =
      `${property} must be at least the planned context of ${contextLength} tokens, without which vLLM does not start; got ${value}; remove it, or ` +
      'lower contextLength';
    return [fault('OUT_OF_RANGE', property, reason)];
  });
}

function isSettings(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
