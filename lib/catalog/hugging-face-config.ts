import { fault, faultsUnder } from '../units/fault';
import { UnscopedValidationError } from '../units/errors';
import { givenValue } from '../units/number-faults';
import { ConfigReader } from './hugging-face/config-reader';
import { encodersOf } from './hugging-face/encoders';
import { FAMILIES, MISSING_PARTS, OTHER_NAMES } from './hugging-face/families';
import { withQuantization } from './hugging-face/hf-quant-config';
import { fromMistralParams } from './hugging-face/mistral-params';
import { Config, isConfig, parseConfig } from './hugging-face/parse';
import { TYPES_WITH_LAYER_OVERRIDES } from './hugging-face/gemma';
import { refuseLayerOverrides } from './hugging-face/layer-overrides';
import { layersByPart } from './hugging-face/parts';
import { formatFromConfig } from './hugging-face/quantization';
import { DecoderShape } from './model-architecture';
import { PublishedFormat } from './model-shape';
import { unknownNameFault } from './near-names';
import { allOf } from '../units/unreadable';

/**
 * The shape that a `config.json` of Hugging Face describes, and the format that its checkpoint is in.
 *
 * @param name what to call the model
 * @param json the file
 * @param beside the `hf_quant_config.json` beside it, if there is one
 *
 * @throws UnscopedValidationError naming what is missing or not known; nothing is guessed
 *
 * @internal
 */
export function modelFromConfig(
  name: string,
  json: unknown,
  beside?: unknown,
): { shape: DecoderShape; published: PublishedFormat } {
  if (typeof name !== 'string') {
    const reason = `name must be a text, e.g. 'my-model'; got ${givenValue(name)}`;
    throw new UnscopedValidationError([fault('INVALID_NAME', 'name', reason)]);
  }
  const outer = withQuantization(name, fromMistralParams(parseConfig(name, json)), beside);
  const own = languagePart(outer);
  refuseBlockDrafts(name, outer);
  const type = typeOf(name, own, outer);
  const stated = Object.entries(own).filter(([, value]) => value !== null);
  // Null means as many key-value heads as query heads, where the class would default to fewer.
  const everyHead = own.num_key_value_heads === null ? { num_key_value_heads: own.num_attention_heads } : {};
  const reader = new ConfigReader(name, type, { ...everyHead, ...Object.fromEntries(stated) }, outer);
  const sharesTables =
    ['mimo', 'qwen3_next', 'nemotron_h'].includes(type) || own.mtp_use_dedicated_embeddings === false;
  if (!TYPES_WITH_LAYER_OVERRIDES.includes(type)) refuseLayerOverrides(reader);
  const decoder = FAMILIES[type](reader);
  const sections = encodersOf(reader, own, decoder.hiddenSize);
  // What every model of a family has is counted by its sections where the file has them.
  const encoders = sections.length > 0 ? sections : (decoder.encoders ?? []);
  const shape = {
    ...decoder,
    modelType: type,
    ...(sharesTables ? { predictionTables: false } : {}),
    ...(encoders.length > 0 ? { encoders } : {}),
  };
  const quantization: ReturnType<typeof fault>[] = [];
  const published = formatFromConfig([own, outer], quantization, layersByPart(shape));
  const faults = allOf(
    () => reader.faults,
    () => faultsUnder(quantization, '', `model '${name}'`),
  );
  if (faults.length > 0) throw new UnscopedValidationError(faults);
  const known = Object.entries(shape).filter(([, value]) => value !== undefined);
  return { shape: Object.fromEntries(known) as unknown as DecoderShape, published };
}

/** Sections that models which also read images or sound keep the language model's numbers in. */
const SECTIONS = ['text_config', 'llm_config', 'language_config', 'thinker_config'] as const;

/** The part of a file that describes the language model, in up to three sections within each other. */
function languagePart(file: Config): Config {
  let part = file;
  for (let depth = 0; depth < 3; depth++) {
    const section = SECTIONS.map((key) => part[key]).find(isConfig);
    if (section === undefined) return part;
    part = section;
  }
  return part;
}

/** Draft models whose file has the type of the model that they are made like, and which are none by themselves (vLLM's `registry.py`). */
const BLOCK_DRAFTS = /DFlash|DSpark|LiLiCorr/;

function refuseBlockDrafts(name: string, { architectures }: Config): void {
  const named: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof named !== 'string' || !BLOCK_DRAFTS.test(named)) return;
  const reason =
    `model '${name}': ${named} drafts a block of tokens at once from hidden states of the model, which is not supported; plan EAGLE-3, prediction layers ` +
    'or a draft model (SpeculativeDecoding) in its place';
  throw new UnscopedValidationError([fault('UNSUPPORTED_MODEL_PART', 'architectures', reason)]);
}

/** The family of a file, by its `model_type`. */
function typeOf(name: string, own: Config, outer: Config): string {
  const given = own.model_type ?? outer.model_type ?? '';
  if (typeof given !== 'string') {
    const reason = `model '${name}': model_type must be a text, e.g. 'llama'; got ${givenValue(given)}`;
    throw new UnscopedValidationError([fault('INVALID_FORMAT', 'model_type', reason)]);
  }
  if (given === '') {
    const reason = `model '${name}': config.json has no 'model_type'`;
    throw new UnscopedValidationError([fault('CONFIG_LACKS_VALUE', 'model_type', reason)]);
  }
  const type = Object.hasOwn(OTHER_NAMES, given) ? OTHER_NAMES[given] : given;
  if (Object.hasOwn(FAMILIES, type)) return type;
  if (Object.hasOwn(MISSING_PARTS, type)) {
    const reason =
      `model '${name}': model_type '${type}' is not supported: it has ${MISSING_PARTS[type]}, which a shape cannot describe; ` +
      'plan it by its number of parameters (ModelSpec.dense), and give its checkpointSize';
    throw new UnscopedValidationError([fault('UNSUPPORTED_MODEL_PART', 'model_type', reason)]);
  }
  const otherwise = 'ModelSpec.dense and .mixtureOfExperts take a shape, with layerKinds where layers differ';
  const unknown = unknownNameFault('model_type', type, Object.keys(FAMILIES), otherwise, 'model_type');
  throw new UnscopedValidationError(faultsUnder([unknown], '', `model '${name}'`));
}
