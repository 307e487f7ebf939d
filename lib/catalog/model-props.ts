import { DecoderShape, ExpertLayers } from './model-architecture';
import { Precision } from './precision';
import { WeightBits } from './weight-bits';

/**
 * A dense model: by its shape, or, where only its size is known, by its number of parameters.
 */
export interface DenseModelProps {
  /** Name, e.g. `acme-13b`. */
  readonly name: string;
  /**
   * Number of parameters, for a model of which only the size is known. The shape is then that of the LLaMA model of nearest size, with
   * full multi-head attention (the largest key-value cache), and the model counts as approximate.
   * @default - counted from the shape
   */
  readonly parameters?: number;
  /** Shape of the model. @default - chosen by `parameters` */
  readonly shape?: DecoderShape;
  /** Longest context in tokens, where `parameters` is given. @default 131072 */
  readonly maxContextLength?: number;
  /** Number format that the checkpoint is published in, which is the default to serve it in. @default - not known */
  readonly publishedPrecision?: Precision;
  /** Bits per weight of the parts of that checkpoint, where they are in several formats. @default - all in the published one */
  readonly publishedBits?: WeightBits;
  /** Where that format is stated, as plans say it, e.g. `hf_quant_config.json`. @default - not known */
  readonly publishedFrom?: string;
}

/**
 * A mixture-of-experts model by its shape.
 */
export interface MixtureOfExpertsProps {
  /** Name, e.g. `acme-8x7b`. */
  readonly name: string;
  /** Shape of the model. */
  readonly shape: DecoderShape;
  /** Experts. @default - those of the shape */
  readonly experts?: ExpertLayers;
  /** Number format that the checkpoint is published in, which is the default to serve it in. @default - not known */
  readonly publishedPrecision?: Precision;
  /** Bits per weight of the parts of that checkpoint, where they are in several formats. @default - all in the published one */
  readonly publishedBits?: WeightBits;
  /** Where that format is stated, as plans say it, e.g. `hf_quant_config.json`. @default - not known */
  readonly publishedFrom?: string;
}
