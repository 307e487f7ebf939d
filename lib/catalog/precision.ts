import { UnscopedValidationError } from '../units/errors';
import { formatName, unknownFormat } from './format-names';
import { nameText } from './near-names';
import { checkArguments } from '../units/argument-faults';

/**
 * How values are stored, and which scale factors come with them.
 */
interface PrecisionFacts {
  readonly name: string;
  /** Bits of one value. */
  readonly bits: number;
  /** Bits of scale factors and zero points per value. */
  readonly scaleBits: number;
  /** Bits of one scale factor per output row, where there is one. */
  readonly rowScaleBits?: number;
  readonly groupSize?: number;
  readonly minimumComputeCapability: number;
}

/**
 * Number format of weights or of the key-value cache.
 *
 * Quantized formats hold the matrices of the layers; embeddings, output head and norms stay in 16 bits, as published checkpoints
 * have them, so a whole model is larger than parameters × bits (Qwen3-8B in AWQ is 0.372 of its 16-bit size, not 0.25).
 */
export class Precision {
  /** IEEE single precision, 32 bits. */
  public static readonly FP32 = new Precision({ name: 'fp32', bits: 32, scaleBits: 0, minimumComputeCapability: 0 });
  /** IEEE half precision, 16 bits. */
  public static readonly FP16 = new Precision({ name: 'fp16', bits: 16, scaleBits: 0, minimumComputeCapability: 0 });
  /** Brain floating point, 16 bits; needs compute capability 8.0 (vLLM refuses it on V100 and T4). */
  public static readonly BF16 = new Precision({ name: 'bf16', bits: 16, scaleBits: 0, minimumComputeCapability: 8 });
  /**
   * 8-bit floating point with one scale per tensor. Computed in 8 bits from compute capability 8.9 on (L4, L40S, H100 and later); on
   * Ampere (8.0) vLLM and, without experts, SGLang keep the weights in 8 bits and multiply in 16 (Marlin kernels), TensorRT-LLM refuses it.
   */
  public static readonly FP8 = new Precision({ name: 'fp8', bits: 8, scaleBits: 0, minimumComputeCapability: 8 });
  /**
   * 8-bit floating point with one 32-bit scale per block of 128 × 128 values, the format of DeepSeek-V3's own checkpoint
   * (its README_WEIGHTS.md); GPUs as for `FP8`.
   */
  public static readonly FP8_BLOCK = new Precision({
    name: 'fp8-block',
    bits: 8,
    scaleBits: 32 / (128 * 128),
    groupSize: 128,
    minimumComputeCapability: 8,
  });
  /** 8-bit integers with one 32-bit scale per output row (W8A8, or bitsandbytes LLM.int8). */
  public static readonly INT8 = new Precision({
    name: 'int8',
    bits: 8,
    scaleBits: 0,
    rowScaleBits: 32,
    minimumComputeCapability: 7,
  });
  /**
   * 4-bit integers in groups of 128 with a 16-bit scale and a 4-bit zero point each (AWQ, GPTQ): 4.156 bits per weight.
   */
  public static readonly INT4 = new Precision({
    name: 'int4',
    bits: 4,
    scaleBits: 20 / 128,
    groupSize: 128,
    minimumComputeCapability: 7,
  });
  /**
   * 4-bit floating point in blocks of 16 with an 8-bit scale each: 4.5 bits. From compute capability 10.0 (B200) on it is computed in 4 bits; below, vLLM keeps
   * weights alone in it and computes in 16 (Marlin): from 7.5 on since 0.16, from 8.0 on since 0.9.
   */
  public static readonly NVFP4 = new Precision({
    name: 'nvfp4',
    bits: 4,
    scaleBits: 8 / 16,
    groupSize: 16,
    minimumComputeCapability: 7.5,
  });
  /**
   * 4-bit microscaling floating point in blocks of 32 with an 8-bit shared exponent: 4.25 bits (OCP MX specification). Only the
   * experts of a mixture-of-experts model are held in it (gpt-oss). GPUs before B200 compute it in 16 bits.
   */
  public static readonly MXFP4 = new Precision({
    name: 'mxfp4',
    bits: 4,
    scaleBits: 8 / 32,
    groupSize: 32,
    minimumComputeCapability: 8,
  });

  /** Every precision, widest first. */
  public static readonly ALL: Precision[] = Object.freeze([
    Precision.FP32,
    Precision.BF16,
    Precision.FP16,
    Precision.FP8,
    Precision.FP8_BLOCK,
    Precision.INT8,
    Precision.NVFP4,
    Precision.MXFP4,
    Precision.INT4,
  ]) as Precision[];

  /**
   * A precision by its name, in any case, or by one that engines have for it: `awq` and `gptq` are int4, `fp8_e4m3` is fp8.
   *
   * @param name for example `fp16`
   * @throws UnscopedValidationError for an unknown name, with the nearest known names
   */
  public static of(name: string): Precision {
    const wanted = formatName(nameText(name));
    const found = Precision.ALL.find((precision) => precision.name === wanted);
    if (found) return found;
    const known = Precision.ALL.map((precision) => precision.name);
    throw new UnscopedValidationError([unknownFormat(name, known)]);
  }

  /** Name as engines write it, e.g. `bf16`. */
  public readonly name: string;
  /** Bits of one value, without scale factors. */
  public readonly bits: number;
  /** Bits per weight, scale factors and zero points of groups and blocks included. */
  public readonly bitsPerWeight: number;
  /** Bytes per weight, scale factors included. */
  public readonly bytesPerWeight: number;
  /** Bits of the scale factor of each output row; zero where the format has none. */
  public readonly rowScaleBits: number;
  /** Values that share a scale factor along a row. @default - the format has no groups */
  public readonly groupSize?: number;
  /** Lowest CUDA compute capability that serving engines run it on. */
  public readonly minimumComputeCapability: number;
  /** Whether weights are quantized, so that embeddings, output head and norms stay in 16 bits. */
  public readonly quantized: boolean;

  private constructor(facts: PrecisionFacts) {
    this.name = facts.name;
    this.bits = facts.bits;
    this.bitsPerWeight = facts.bits + facts.scaleBits;
    this.bytesPerWeight = this.bitsPerWeight / 8;
    this.rowScaleBits = facts.rowScaleBits ?? 0;
    this.groupSize = facts.groupSize;
    this.minimumComputeCapability = facts.minimumComputeCapability;
    this.quantized = facts.bits < 16;
  }

  /** The name. */
  public toString(): string {
    return this.name;
  }
}

checkArguments('Precision', Precision);
