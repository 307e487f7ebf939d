import { UnscopedValidationError } from '../../units/errors';
import { fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { Config, isConfig, parseConfig } from './parse';

/**
 * The file in which Model Optimizer states the format of a checkpoint beside `config.json`.
 *
 * @internal
 */
export const BESIDE = 'hf_quant_config.json';

/**
 * A `config.json` with what an `hf_quant_config.json` beside it says, under that name.
 *
 * @param name what the model is called
 * @param config the file
 * @param beside the other file, parsed or as text; nothing where there is none
 * @throws UnscopedValidationError for what is no such file
 *
 * @internal
 */
export function withQuantization(name: string, config: Config, beside: unknown): Config {
  if (beside === undefined || beside === null) return config;
  const file = parseConfig(name, beside, BESIDE);
  const stated = file.quantization ?? file;
  if (!isConfig(stated) || (stated.quant_algo === undefined && stated.quant_method === undefined)) {
    const reason = `model '${name}': ${BESIDE} must have a section 'quantization' with a quant_algo; got ${givenValue(stated)}`;
    throw new UnscopedValidationError([fault('CONFIG_LACKS_VALUE', BESIDE, reason)]);
  }
  // Without an algorithm the weights are as they were, and the key-value cache alone is quantized.
  const { quant_algo: algorithm } = stated;
  if (algorithm === null || algorithm === 'NO_QUANT') return config;
  return { ...config, [BESIDE]: { quant_method: 'modelopt', ...stated } };
}
