import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { Precision } from './precision';

/** Plain data of a `config.json`. */
interface Config {
  readonly [key: string]: unknown;
}

type Reader = (quantization: Config, faults: Fault[]) => Precision | undefined;

/**
 * Methods of `quantization_config` (`quant_method`), each with the format of the weights that it implies. Sources: huggingface/transformers
 * (utils/quantization_config.py), vllm-project/compressed-tensors (quant_args.py), and the files of ai-dynamo/aiconfigurator 095f58a
 * (src/aiconfigurator/model_configs).
 */
const METHODS: { readonly [method: string]: Reader } = {
  awq: (data, faults) => ofIntegers(data.bits ?? data.w_bit ?? 4, faults),
  bitsandbytes: (data) => (data.load_in_8bit === true || data._load_in_8bit === true ? Precision.INT8 : Precision.INT4),
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
 * The format that the checkpoint of a `config.json` is in: that of its `quantization_config`, else its `torch_dtype`.
 *
 * @param configs the file, and the part of it that describes the language model
 * @param faults list that faults are added to
 *
 * @internal
 */
export function precisionFromConfig(configs: readonly Config[], faults: Fault[]): Precision | undefined {
  const quantization = configs.map((config) => config.quantization_config).find(isConfig);
  if (!quantization) {
    const dtype = configs
      .map((config) => config.dtype ?? config.torch_dtype)
      .find((value) => typeof value === 'string');
    const name = String(dtype).replace(/^torch\./, '');
    return Object.hasOwn(DTYPES, name) ? DTYPES[name] : undefined;
  }
  // Files of Model Optimizer before 0.35 have no method, only an algorithm.
  const fallback = quantization.quant_algo === undefined ? undefined : 'modelopt';
  const method = String(quantization.quant_method ?? fallback).toLowerCase();
  if (Object.hasOwn(METHODS, method)) return METHODS[method](quantization, faults);
  const known = Object.keys(METHODS).join(', ');
  faults.push(
    fault(
      'UNKNOWN_QUANTIZATION_METHOD',
      'quantization_config.quant_method',
      `quantization_config has the unknown method '${method}'; known: ${known}; remove quantization_config to plan the model in 16 bits`,
    ),
  );
  return undefined;
}

function ofIntegers(bits: unknown, faults: Fault[]): Precision | undefined {
  if (bits === 4) return Precision.INT4;
  if (bits === 8) return Precision.INT8;
  return unsupported('bits', `${givenValue(bits)} bits`, '4 or 8 bits', faults);
}

function ofBlocks(size: unknown, faults: Fault[]): Precision | undefined {
  if (size === undefined || size === null) return Precision.FP8;
  if (JSON.stringify(size) === '[128,128]') return Precision.FP8_BLOCK;
  return unsupported('weight_block_size', `blocks of ${JSON.stringify(size)}`, 'blocks of [128, 128]', faults);
}

function ofAlgorithm(data: Config, faults: Fault[]): Precision | undefined {
  const algorithm = String(data.quant_algo);
  if (Object.hasOwn(ALGORITHMS, algorithm)) return ALGORITHMS[algorithm];
  return unsupported('quant_algo', `algorithm ${algorithm}`, Object.keys(ALGORITHMS).join(', '), faults);
}

/** Groups of layers that all have one format; what is not quantized stays in 16 bits. */
function ofGroups(data: Config, faults: Fault[]): Precision | undefined {
  const groups = isConfig(data.config_groups) ? Object.values(data.config_groups).filter(isConfig) : [];
  const formats = groups.map(({ weights }) => (isConfig(weights) ? ofWeights(weights) : undefined));
  const [first] = formats;
  if (first && formats.every((format) => format?.name === first.name)) return first;
  const given = groups.map(({ weights }) => JSON.stringify(weights)).join(' and ');
  return unsupported('config_groups', `weights ${given}`, 'one format of 4 or 8 bits', faults);
}

function ofWeights({ type, num_bits: bits, strategy, group_size: group }: Config): Precision | undefined {
  if (type === 'int') return bits === 4 ? Precision.INT4 : bits === 8 ? Precision.INT8 : undefined;
  if (bits === 8) return strategy === 'block' ? Precision.FP8_BLOCK : Precision.FP8;
  if (bits !== 4) return undefined;
  return group === 32 ? Precision.MXFP4 : group === 16 ? Precision.NVFP4 : undefined;
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

function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
