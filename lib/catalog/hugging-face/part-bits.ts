import { Precision } from '../precision';
import { WeightBits } from '../weight-bits';
import { Config, isConfig } from './parse';
import { LayersByPart, Part, partOf, partsIn } from './parts';

/** Lists of modules that a file leaves in 16 bits. */
const LISTS = ['ignore', 'modules_to_not_convert', 'exclude_modules', 'ignored_layers'] as const;
const PARTS: readonly Part[] = ['attention', 'states', 'feedForward', 'sharedExperts', 'experts'];

/** Bits per weight of the algorithms that Model Optimizer states for each module, scales included. */
const BITS: { readonly [algorithm: string]: number } = {
  FP8: 8,
  FP8_PB_WO: Precision.FP8_BLOCK.bitsPerWeight,
  NVFP4: Precision.NVFP4.bitsPerWeight,
  W4A16_NVFP4: Precision.NVFP4.bitsPerWeight,
  W4A8_NVFP4_FP8: Precision.NVFP4.bitsPerWeight,
  W4A16_AWQ: Precision.INT4.bitsPerWeight,
  MXFP4: Precision.MXFP4.bitsPerWeight,
  // A scale of 8 bits for each 32 values.
  MXFP8: 8 + 8 / 32,
};

/**
 * Bits of the parts that are not in the format of the file: those that a list leaves out, and all if groups are of another size than
 * usual. Undefined if every part is in that format.
 *
 * @param experts bits of routed experts, if the file states them
 *
 * @internal
 */
export function bitsOf(
  quantization: Config,
  precision: Precision,
  layers: LayersByPart,
  experts: number | undefined,
): WeightBits | undefined {
  const listed = LISTS.flatMap((key) => {
    const list = quantization[key];
    return Array.isArray(list) ? partsIn(list as unknown[], layers) : [];
  });
  // Formats that hold experts alone leave the others out anyway.
  const expertsOnly = precision.name === Precision.MXFP4.name && layers.experts > 0;
  const own = groupBits(quantization, precision);
  const bits: { [part in Part]?: number } = {};
  for (const part of PARTS.filter((each) => layers[each] > 0)) {
    if (expertsOnly && part !== 'experts') continue;
    if (listed.includes(part)) bits[part] = 16;
    else if (part === 'experts' && experts !== undefined) bits[part] = experts;
    else if (own !== undefined) bits[part] = own;
  }
  // GPTQ's own key; other formats leave the head in 16 bits.
  if (quantization.lm_head === true && layers.outputHead > 0) bits.outputHead = own ?? precision.bitsPerWeight;
  if (listed.includes('predictionLayers')) bits.predictionLayers = 16;
  return Object.keys(bits).length > 0 ? bits : undefined;
}

/** Bits of 4-bit integers in groups of another size than 128, or without zero points; undefined where they are as usual. */
function groupBits(quantization: Config, precision: Precision): number | undefined {
  if (precision.name !== Precision.INT4.name) return undefined;
  const [group] = isConfig(quantization.config_groups) ? Object.values(quantization.config_groups) : [];
  const weights = isConfig(group) && isConfig(group.weights) ? group.weights : undefined;
  const size = weights?.group_size ?? quantization.group_size ?? quantization.q_group_size;
  if (typeof size !== 'number' || !Number.isInteger(size) || size === 0 || size < -1 || size > 65536) return undefined;
  const symmetric = weights?.symmetric === true;
  if (size === 128 && !symmetric) return undefined;
  return size === -1 ? 4 : 4 + (symmetric ? 16 : 20) / size;
}

/**
 * The format of a file of Model Optimizer that states one for each module (`MIXED_PRECISION`): that of the experts, or of the dense blocks,
 * and the bits of every part. What is not listed has the blocks of the original checkpoint, or 16 bits.
 *
 * @internal
 */
export function mixedFormat(
  quantization: Config,
  layers: LayersByPart,
): { publishedPrecision: Precision; publishedBits: WeightBits } | undefined {
  const modules = quantization.quantized_layers;
  if (quantization.quant_algo !== 'MIXED_PRECISION' || !isConfig(modules)) return undefined;
  const rest = quantization.quant_method === 'fp8' ? Precision.FP8_BLOCK.bitsPerWeight : 16;
  const bits: { [part in Part]?: number } = {};
  for (const [module, format] of Object.entries(modules)) {
    const algorithm: unknown = isConfig(format) ? format.quant_algo : undefined;
    const part = typeof algorithm === 'string' && Object.hasOwn(BITS, algorithm) ? partOf(module) : undefined;
    if (part !== undefined) bits[part] ??= BITS[algorithm as string];
  }
  if (layers.outputHead === 0) delete bits.outputHead;
  for (const part of [...PARTS, 'predictionLayers'] as const) if (layers[part] > 0) bits[part] ??= rest;
  const largest = (layers.experts > 0 ? bits.experts : bits.feedForward) ?? rest;
  const known = [Precision.NVFP4, Precision.MXFP4, Precision.INT4, Precision.FP8, Precision.FP8_BLOCK];
  const publishedPrecision = known.find(({ bitsPerWeight }) => bitsPerWeight === largest);
  return publishedPrecision && { publishedPrecision, publishedBits: bits };
}
