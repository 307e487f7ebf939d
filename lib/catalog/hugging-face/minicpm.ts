import { DecoderShape } from '../model-architecture';
import { ConfigReader } from './config-reader';
import { Family } from './family';
import { PLAIN_FAMILIES } from './plain';

/** Language models of MiniCPM-V and MiniCPM-o by `version`; without one it is 2.5 (vLLM's `minicpmv.py`, `minicpmo.py`). */
const LANGUAGE_MODELS: { readonly [version: string]: string } = {
  '2.5': 'llama',
  '2.6': 'qwen2',
  '4.0': 'llama',
  '4.5': 'qwen3',
};

/** Values that the configuration class has where a file states none, of the language models by their type. */
const DEFAULTS: { readonly [type: string]: { readonly num_key_value_heads?: number; readonly head_dim?: number } } = {
  qwen3: { head_dim: 128 },
};

function versionOf({ config }: ConfigReader): string {
  const { version } = config;
  if (version === undefined) return config.hidden_size === 2304 && config.query_num === 64 ? '2.0' : '2.5';
  return typeof version === 'number' && Number.isInteger(version) ? `${version}.0` : String(version).slice(0, 20);
}

/** MiniCPM-V and MiniCPM-o: the numbers of a language model of another family, whose name the file does not state. */
function minicpmWithImages(reader: ConfigReader): DecoderShape {
  const version = versionOf(reader);
  if (!Object.hasOwn(LANGUAGE_MODELS, version)) {
    const known = Object.keys(LANGUAGE_MODELS).join(', ');
    reader.refuse(
      'UNSUPPORTED_MODEL_PART',
      'version',
      `version ${version} of MiniCPM-V is not supported; known: ${known}`,
    );
    return PLAIN_FAMILIES.llama(reader);
  }
  const type = LANGUAGE_MODELS[version];
  return PLAIN_FAMILIES[type](reader.withDefaults(DEFAULTS[type] ?? {}));
}

/**
 * MiniCPM-V before 4.6 and MiniCPM-o.
 *
 * @internal
 */
export const MINICPM_FAMILIES: { readonly [type: string]: Family } = {
  minicpmv: minicpmWithImages,
  minicpmo: minicpmWithImages,
};
