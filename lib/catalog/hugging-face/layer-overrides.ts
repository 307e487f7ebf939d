import { AttentionLayer } from '../layer-kinds';
import { fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { ConfigReader } from './config-reader';
import { Config, isConfig } from './parse';

const KEY = 'per_layer_config';

/**
 * What single layers have in place of the numbers of the whole model, by the number of the layer: `per_layer_config` of transformers from 5.15 on. It
 * lists layers that differ alone, by their number as a text, padded with zeros. Undefined where a file has none; files of earlier versions have
 * names of each family for the same (`global_head_dim`).
 *
 * Source: `integrations/heterogeneity/configuration_utils.py` of transformers 5.24.0.
 *
 * @param layers how many layers there are
 * @param known what the caller counts; a layer that has something else otherwise is refused
 */
function layerOverrides<Key extends string>(
  reader: ConfigReader,
  layers: number,
  known: readonly Key[],
): ((layer: number) => { readonly [K in Key]?: number }) | undefined {
  const given = reader.config[KEY];
  if (given === undefined) return undefined;
  if (!isConfig(given)) {
    reader.refuse('INVALID_FORMAT', KEY, `${KEY} must be an object by numbers of layers; got ${givenValue(given)}`);
    return undefined;
  }
  const byLayer = new Map<number, { [K in Key]?: number }>();
  for (const [number, entry] of Object.entries(given)) {
    const layer = /^\d{1,4}$/.test(number) ? Number(number) : layers;
    if (layer >= layers || !isConfig(entry)) {
      const reason = `${KEY} must have objects by numbers of layers below ${layers}; got ${givenValue(entry)} for '${number.slice(0, 40)}'`;
      reader.refuse('INVALID_FORMAT', KEY, reason);
      continue;
    }
    byLayer.set(layer, overridesOf(reader, entry, known));
  }
  return (layer) => byLayer.get(layer) ?? {};
}

function overridesOf<Key extends string>(
  reader: ConfigReader,
  entry: Config,
  known: readonly Key[],
): { [K in Key]?: number } {
  const own: { [K in Key]?: number } = {};
  for (const [name, value] of Object.entries(entry)) {
    const key = known.find((each) => each === name);
    // What is as in the whole model is said for nothing.
    if (key === undefined && value !== reader.config[name]) {
      const reason = `single layers have another ${name.slice(0, 40)} (${KEY}), which is not supported; known: ${known.join(', ')}`;
      reader.refuse('UNSUPPORTED_MODEL_PART', KEY, reason);
    }
    if (key === undefined) continue;
    const [wrong] = wholeNumberFault(key, value, 1);
    if (wrong) reader.note(fault(wrong.id, KEY, `${wrong.reason} (${KEY})`));
    else own[key] = value as number;
  }
  return own;
}

/** Names of heads in files. */
const HEADS = ['num_attention_heads', 'num_key_value_heads', 'head_dim'] as const;

/**
 * The heads that single layers have in place of those of the whole model; undefined where a file does not list layers.
 *
 * @internal
 */
export function headOverrides(reader: ConfigReader, layers: number): ((layer: number) => AttentionLayer) | undefined {
  const overrides = layerOverrides(reader, layers, HEADS);
  return (
    overrides &&
    ((layer) => {
      const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headSize } = overrides(layer);
      const own = Object.entries({ heads, keyValueHeads, headSize }).filter(([, value]) => value !== undefined);
      return Object.fromEntries(own);
    })
  );
}

/**
 * Notes that layers differ where the reader of a family does not look at it.
 *
 * @internal
 */
export function refuseLayerOverrides(reader: ConfigReader): void {
  const given = reader.config[KEY];
  if (given === undefined || (isConfig(given) && Object.keys(given).length === 0)) return;
  const reason =
    `single layers differ from the others (${KEY}), which is not supported for model_type '${reader.type}'; give a shape with layerKinds ` +
    '(ModelSpec.dense or .mixtureOfExperts)';
  reader.refuse('UNSUPPORTED_MODEL_PART', KEY, reason);
}
