import { TritonRelease } from '../../catalog/serving-engine';
import { StoredText } from './stored-text';

/**
 * What a step calibrates on.
 */
export interface CalibrationOptions {
  /** Text like that which the model will read. */
  readonly text: StoredText;
  /** Samples of it. @default 256 */
  readonly samples?: number;
  /** Tokens of a sample. @default 512 */
  readonly length?: number;
}

/** How INT8 weights and activations are found. */
export enum W8A8Method {
  /** Rounding alone: no text is read. */
  ROUND = 'rtn',
  /** Rounding that makes up for its own error layer by layer (GPTQ). */
  GPTQ = 'gptq',
  /** Outliers of activations are moved into the weights first (SmoothQuant). */
  SMOOTH_QUANT = 'smoothquant',
}

/**
 * Options of `ModelStep.w8a8`.
 */
export interface W8A8Options {
  /** Method. @default W8A8Method.ROUND; with `calibration` W8A8Method.SMOOTH_QUANT */
  readonly method?: W8A8Method;
  /** What it calibrates on; methods other than `ROUND` need it. @default - nothing is read */
  readonly calibration?: CalibrationOptions;
}

/**
 * Options of `ModelStep.exportOnnx`.
 */
export interface ExportOnnxOptions {
  /**
   * Opset of the default domain, from 15 (that of the guide) on.
   * @default - the highest that the ONNX Runtime of `triton` reads, at most 18, which is what PyTorch's exporter writes unasked
   */
  readonly opset?: number;
  /** Release of Triton whose ONNX Runtime is to read it. An opset that it does not read is refused. @default TritonRelease.DEFAULT */
  readonly triton?: TritonRelease;
}

/** How much of a graph ONNX Runtime optimizes before it is written. */
export enum OnnxOptimization {
  /** What keeps the meaning on every device, e.g. constants that are folded. */
  BASIC = 'basic',
  /** Fused nodes too. */
  EXTENDED = 'extended',
  /** Layouts of this machine's processor too: the file is for processors of its kind. */
  ALL = 'all',
}

/**
 * Options of `ModelStep.skipLayers`: which layers are left out, or how many.
 */
export interface SkipLayersOptions {
  /** Layers that are left out, the first is 0. @default - `count` of those that matter least, as measured on `text` */
  readonly layers?: number[];
  /** How many layers are left out. @default - those of `layers` */
  readonly count?: number;
  /** Text on which it is measured which of them matter least; `count` needs it. @default - none */
  readonly text?: StoredText;
}

/**
 * Options of `ModelStep.tritonRepository`.
 */
export interface TritonRepositoryOptions {
  /** Name of the model in the repository. */
  readonly modelName: string;
  /** Text of its `config.pbtxt`. */
  readonly config: string;
  /** Number of its version in the repository. @default 1 */
  readonly version?: number;
}
