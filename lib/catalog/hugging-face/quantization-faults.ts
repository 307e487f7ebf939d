import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { Config, isConfig } from './parse';
import { allOf } from '../../units/unreadable';

/** Most entries of a list of modules: one for each matrix of 384 experts in each of 93 layers are about half of it. */
const MOST_MODULES = 200_000;
const LISTS = ['ignore', 'modules_to_not_convert', 'exclude_modules', 'ignored_layers'] as const;
/** Values that share a scale, as files have them: -1 stands for a whole row. */
const GROUP_SIZES: readonly unknown[] = [-1, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Values of the keys that say how numbers are stored; what a file leaves out is as its method has it. */
const CHOICES: { readonly [key: string]: readonly unknown[] } = {
  activation_scheme: ['dynamic', 'static'],
  bnb_4bit_quant_type: ['nf4', 'fp4'],
  desc_act: [true, false],
  group_size: GROUP_SIZES,
  q_group_size: GROUP_SIZES,
  sym: [true, false],
  zero_point: [true, false],
};
const CHOICES_OF_WEIGHTS: { readonly [key: string]: readonly unknown[] } = {
  group_size: GROUP_SIZES,
  strategy: ['tensor', 'channel', 'group', 'block', 'token', 'tensor_group', 'attn_head'],
  symmetric: [true, false],
};

/**
 * What no quantization says, whatever its method: values that share a scale which cannot be, flags that are none, lists that are none.
 *
 * @internal
 */
export function quantizationFaults(quantization: Config): Fault[] {
  const groups = isConfig(quantization.config_groups) ? Object.entries(quantization.config_groups).slice(0, 100) : [];
  return allOf(
    () => choiceFaults('quantization_config', quantization, CHOICES),
    () =>
      groups.flatMap(([name, group]) =>
        isConfig(group) && isConfig(group.weights)
          ? choiceFaults(`quantization_config.config_groups.${name}.weights`, group.weights, CHOICES_OF_WEIGHTS)
          : [],
      ),
    () => LISTS.flatMap((key) => listFaults(`quantization_config.${key}`, quantization[key])),
    () => sizeFaults('quantization_config.quantized_layers', quantization.quantized_layers),
  );
}

function choiceFaults(path: string, given: Config, choices: { readonly [key: string]: readonly unknown[] }): Fault[] {
  return Object.entries(choices).flatMap(([key, allowed]) => {
    const value = given[key];
    if (value === undefined || value === null || allowed.includes(value)) return [];
    const known = allowed.map(String).join(', ');
    const reason = `${path}.${key} must be one of ${known}; got ${givenValue(value)}`;
    return [fault('UNSUPPORTED_QUANTIZATION', `${path}.${key}`, reason)];
  });
}

function listFaults(path: string, value: unknown): Fault[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.length <= MOST_MODULES) return [];
  const reason = `${path} must be a list of at most ${MOST_MODULES} modules; got ${givenValue(value)}`;
  return [fault('UNSUPPORTED_QUANTIZATION', path, reason)];
}

function sizeFaults(path: string, value: unknown): Fault[] {
  if (!isConfig(value) || Object.keys(value).length <= MOST_MODULES) return [];
  const reason = `${path} must name at most ${MOST_MODULES} modules; got ${Object.keys(value).length}`;
  return [fault('UNSUPPORTED_QUANTIZATION', path, reason)];
}
