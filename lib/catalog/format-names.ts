import { Fault, fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { unknownNameFault } from './near-names';

/** Names that engines, checkpoints and PyTorch have for the same formats. */
const ALIASES: { readonly [alias: string]: string } = {
  float32: 'fp32',
  float: 'fp32',
  f32: 'fp32',
  bfloat16: 'bf16',
  float16: 'fp16',
  half: 'fp16',
  f16: 'fp16',
  float8: 'fp8',
  'float8-e4m3': 'fp8',
  'float8-e4m3fn': 'fp8',
  'float8-e5m2': 'fp8',
  e4m3: 'fp8',
  e5m2: 'fp8',
  fp8e4m3: 'fp8',
  fp8e5m2: 'fp8',
  'fp8-e4m3': 'fp8',
  'fp8-e4m3fn': 'fp8',
  'fp8-e5m2': 'fp8',
  'fp8-inc': 'fp8',
  'fp8-per-tensor': 'fp8',
  'fp8-per-channel': 'fp8',
  'fbgemm-fp8': 'fp8',
  'ptpc-fp8': 'fp8',
  'w8a8-fp8': 'fp8',
  modelopt: 'fp8',
  'modelopt-fp8': 'fp8',
  'fp8-per-block': 'fp8-block',
  'fp8-blockwise': 'fp8-block',
  w8a8: 'int8',
  w8a16: 'int8',
  'w8a8-int8': 'int8',
  'gptq-int8': 'int8',
  'int8-weight-only': 'int8',
  'int8-per-channel-weight-only': 'int8',
  awq: 'int4',
  'auto-awq': 'int4',
  'awq-int4': 'int4',
  'awq-marlin': 'int4',
  'int4-awq': 'int4',
  'w4a16-awq': 'int4',
  gptq: 'int4',
  'auto-gptq': 'int4',
  'gptq-int4': 'int4',
  'gptq-marlin': 'int4',
  'int4-gptq': 'int4',
  'w4a16-gptq': 'int4',
  w4a16: 'int4',
  'int4-weight-only': 'int4',
  'modelopt-fp4': 'nvfp4',
  'modelopt-nvfp4': 'nvfp4',
  'gpt-oss-mxfp4': 'mxfp4',
};

/** What is given as a format and is none, each with what to do. */
const NO_FORMATS: readonly (readonly [RegExp, string])[] = [
  [
    /^(gguf|(ud-)?(i?q|tq)[1-8](-\w+)*)$/,
    'is a format of GGUF, which is not planned; plan int4 or int8 with the size of the file as that of the checkpoint (checkpointSize)',
  ],
  [
    /^(bitsandbytes|bnb(-.*)?|nf4|fp4-bnb|(load-in-)?[48]-?bit)$/,
    'is a format of bitsandbytes, which is not planned; plan int4 or int8 with the size of the checkpoint (checkpointSize)',
  ],
  [
    /^(compressed-tensors|quark|torchao|inc|auto-?round|moe-wna16|humming|modelopt-mixed|llm-?compressor)$/,
    'holds several formats: name the one of the checkpoint, or give its config.json, which says so',
  ],
  [/^fp4$/, 'may be nvfp4 or mxfp4: name one of them'],
];

/**
 * The name of a format: in any case, with `_` or `-`, or one that engines, checkpoints and PyTorch have for it.
 *
 * @internal
 */
export function formatName(text: string): string {
  const name = plainName(text);
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
}

/**
 * The fault of a name that is no format.
 *
 * @internal
 */
export function unknownFormat(given: string, known: readonly string[]): Fault {
  const all = `known: ${known.join(', ')}`;
  const name = typeof given === 'string' ? plainName(given) : '';
  const found = NO_FORMATS.find(([pattern]) => pattern.test(name));
  if (!found) return unknownNameFault('precision', given, known, all);
  return fault('UNKNOWN_VALUE', undefined, `precision ${givenValue(given)} ${found[1]}; ${all}`);
}

function plainName(text: string): string {
  // No name is longer; what is compared need not be either.
  const name = text.slice(0, 64).trim().toLowerCase().replace(/_/g, '-');
  return name.replace(/^torch\./, '');
}
