import { Fault, fault } from '../../units/fault';
import { givenValue } from '../../units/number-faults';
import { Precision } from '../precision';
import { PublishedFormat } from '../model-shape';
import { BESIDE } from './hf-quant-config';
import { Config, isConfig } from './parse';
import { bitsOf, mixedFormat } from './part-bits';
import { LayersByPart } from './parts';
import { quantizationFaults } from './quantization-faults';

/**
 * Where a file describes how its weights are quantized. `compression_config` is the older key of compressed-tensors; the last stands for the
 * file of its own that Model Optimizer writes.
 */
const KEYS = ['quantization_config', 'compression_config', BESIDE] as const;

type Reader = (quantization: Config, faults: Fault[]) => Precision | undefined;

/**
 * Methods of `quantization_config` (`quant_method`), each with the format of the weights that it implies. Sources: huggingface/transformers
 * (utils/quantization_config.py), vllm-project/compressed-tensors (quant_args.py), and the files of ai-dynamo/aiconfigurator 095f58a
 * (src/aiconfigurator/model_configs).
 */
const METHODS: { readonly [method: string]: Reader } = {
  awq: (data, faults) => ofIntegers(data.bits ?? data.w_bit ?? 4, faults),
  bitsandbytes: ofFlags,
  'compressed-tensors': ofGroups,
  fbgemm_fp8: () => Precision.FP8,
  fp8: (data, faults) => {
    if (data.quant_algo !== undefined || data.moe_quant_algo !== undefined) return ofAlgorithm(data, faults);
    return ofBlocks(data.weight_block_size, faults);
  },
  gptq: (data, faults) => ofIntegers(data.bits, faults),
  modelopt: ofAlgorithm,
  mxfp4: () => Precision.MXFP4,
};

/** Algorithms of NVIDIA's Model Optimizer (`quant_algo`) that result in one format for all matrices. */
const ALGORITHMS: { readonly [algorithm: string]: Precision } = {
  FP8: Precision.FP8,
  FP8_PB_WO: Precision.FP8_BLOCK,
  NVFP4: Precision.NVFP4,
  W4A16_AWQ: Precision.INT4,
};

const DTYPES: { readonly [dtype: string]: Precision } = {
  bfloat16: Precision.BF16,
  float16: Precision.FP16,
  float32: Precision.FP32,
};

/**
 * The format that the checkpoint of a `config.json` is in: that of its `quantization_config`, else its `torch_dtype`; and the bits of
 * parts that are in another: those that the file leaves out, groups of another size, formats by module.
 *
 * @param configs the part of the file that describes the language model, and the file
 * @param faults list that faults are added to
 * @param layers how many layers have each part
 *
 * @internal
 */
export function formatFromConfig(configs: readonly Config[], faults: Fault[], layers: LayersByPart): PublishedFormat {
  const [key, quantization] = statedQuantization(configs);
  const publishedFrom = sourceOf(configs, key);
  if (isConfig(quantization)) {
    const wrong = quantizationFaults(quantization);
    faults.push(...wrong.map((each) => renamed(each, key)));
    if (wrong.length > 0) return {};
    const mixed = mixedFormat(quantization, layers);
    if (mixed) return { ...mixed, publishedFrom };
  }
  const publishedPrecision = precisionFromConfig(configs, faults);
  if (!publishedPrecision || !isConfig(quantization)) return { publishedPrecision, publishedFrom };
  const experts = configs.some((config) => config.expert_dtype === 'fp4') ? Precision.MXFP4.bitsPerWeight : undefined;
  const publishedBits = bitsOf(quantization, publishedPrecision, layers, experts);
  return { publishedPrecision, publishedBits, publishedFrom };
}

function precisionFromConfig(configs: readonly Config[], faults: Fault[]): Precision | undefined {
  const [key, quantization] = statedQuantization(configs);
  if (quantization === undefined) {
    const name = String(statedType(configs)).replace(/^torch\./, '');
    return Object.hasOwn(DTYPES, name) ? DTYPES[name] : undefined;
  }
  if (!isConfig(quantization)) {
    faults.push(fault('INVALID_FORMAT', key, `${key} must be an object; got ${givenValue(quantization)}`));
    return undefined;
  }
  const found: Fault[] = [];
  const precision = ofMethod(quantization, found);
  faults.push(...found.map((each) => renamed(each, key)));
  return precision;
}

/** The readers name the newest key. */
function renamed({ id, property, reason }: Fault, key: string): Fault {
  return fault(id, property?.replace(KEYS[0], key), reason.split(KEYS[0]).join(key));
}

function statedQuantization(configs: readonly Config[]): readonly [key: string, quantization: unknown] {
  const stated = KEYS.flatMap((key) => configs.map((config) => [key, config[key]] as const));
  return stated.find(([, value]) => value !== undefined && value !== null) ?? [KEYS[0], undefined];
}

function statedType(configs: readonly Config[]): unknown {
  return configs.map((config) => config.dtype ?? config.torch_dtype).find((value) => typeof value === 'string');
}

/** Where the format was read. */
function sourceOf(configs: readonly Config[], key: string): string {
  if (configs.some((config) => isConfig(config[key]))) return key === BESIDE ? BESIDE : `${key} of config.json`;
  return statedType(configs) === undefined ? 'no entry of config.json' : 'torch_dtype of config.json';
}

function ofMethod(quantization: Config, faults: Fault[]): Precision | undefined {
  const known = Object.keys(METHODS).join(', ');
  const given = quantization.quant_method ?? impliedMethod(quantization);
  const property = 'quantization_config.quant_method';
  if (given === undefined) {
    const reason = `quantization_config has no quant_method; known: ${known}; remove quantization_config to plan the model in 16 bits`;
    faults.push(fault('CONFIG_LACKS_VALUE', property, reason));
    return undefined;
  }
  const method =
    typeof given === 'string' ? given.toLowerCase().replace('compressed_tensors', 'compressed-tensors') : '';
  if (Object.hasOwn(METHODS, method)) return METHODS[method](quantization, faults);
  const shown = typeof given === 'string' ? `'${method}'` : givenValue(given);
  const reason = `quantization_config has the unknown method ${shown}; known: ${known}; remove quantization_config to plan the model in 16 bits`;
  faults.push(fault('UNKNOWN_QUANTIZATION_METHOD', property, reason));
  return undefined;
}

/** Flags mean bitsandbytes, as transformers reads them; files of Model Optimizer before 0.35 have an algorithm only. */
function impliedMethod({ load_in_4bit: four, load_in_8bit: eight, quant_algo: algorithm }: Config): string | undefined {
  if (four || eight) return 'bitsandbytes';
  return algorithm === undefined || algorithm === null ? undefined : 'modelopt';
}

function ofFlags(data: Config, faults: Fault[]): Precision | undefined {
  const [four, eight] = [data.load_in_4bit ?? data._load_in_4bit, data.load_in_8bit ?? data._load_in_8bit];
  if (four === true && (eight ?? false) === false) return Precision.INT4;
  if (eight === true && (four ?? false) === false) return Precision.INT8;
  const given = `load_in_4bit ${givenValue(four)} and load_in_8bit ${givenValue(eight)}`;
  return unsupported('load_in_4bit', given, 'true for one of the two', faults);
}

function ofIntegers(bits: unknown, faults: Fault[]): Precision | undefined {
  if (bits === 4) return Precision.INT4;
  if (bits === 8) return Precision.INT8;
  return unsupported(
    'bits',
    bits === undefined || bits === null ? 'no bits' : `${givenValue(bits)} bits`,
    '4 or 8 bits',
    faults,
  );
}

function ofBlocks(size: unknown, faults: Fault[]): Precision | undefined {
  if (size === undefined || size === null) return Precision.FP8;
  if (is128(size)) return Precision.FP8_BLOCK;
  return unsupported('weight_block_size', `blocks of ${givenValue(size)}`, 'blocks of [128, 128]', faults);
}

function ofAlgorithm(data: Config, faults: Fault[]): Precision | undefined {
  const { quant_algo: algorithm } = data;
  if (typeof algorithm === 'string' && Object.hasOwn(ALGORITHMS, algorithm)) return ALGORITHMS[algorithm];
  const given = algorithm === undefined || algorithm === null ? 'no algorithm' : `algorithm ${givenValue(algorithm)}`;
  return unsupported('quant_algo', given, Object.keys(ALGORITHMS).join(', '), faults);
}

/** Groups of layers that all have one format; what is not quantized stays in 16 bits. */
function ofGroups(data: Config, faults: Fault[]): Precision | undefined {
  const groups = isConfig(data.config_groups) ? Object.values(data.config_groups) : [];
  const formats = groups.map((group) =>
    isConfig(group) && isConfig(group.weights) ? ofWeights(group.weights) : undefined,
  );
  const [first] = formats;
  if (first && formats.every((format) => format?.name === first.name)) return first;
  const given = groups.map((group) => givenValue(isConfig(group) ? group.weights : group)).join(' and ');
  return unsupported(
    'config_groups',
    groups.length === 0 ? 'no groups of weights' : `weights ${given}`,
    'one format of 4 or 8 bits',
    faults,
  );
}

function ofWeights(weights: Config): Precision | undefined {
  const { type, num_bits: bits, strategy, group_size: group } = weights;
  if (type === 'int') return bits === 4 ? Precision.INT4 : bits === 8 ? Precision.INT8 : undefined;
  if (type !== 'float') return undefined;
  if (bits === 8 && strategy === 'block') return is128(weights.block_structure) ? Precision.FP8_BLOCK : undefined;
  if (bits === 8) return Precision.FP8;
  if (bits !== 4) return undefined;
  return group === 32 ? Precision.MXFP4 : group === 16 ? Precision.NVFP4 : undefined;
}

/** Blocks of 128 × 128, as a list or as compressed-tensors wrote them before. */
function is128(size: unknown): boolean {
  return size === '128x128' || (Array.isArray(size) && size.length === 2 && size.every((side) => side === 128));
}

function unsupported(key: string, given: string, known: string, faults: Fault[]): undefined {
  faults.push(
    fault(
      'UNSUPPORTED_QUANTIZATION',
      `quantization_config.${key}`,
      `quantization_config has ${given}, which are not supported here; supported: ${known}; remove it to plan the model in 16 bits`,
    ),
  );
}
