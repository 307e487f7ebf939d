import { onnxBounds } from '../../catalog/onnx-runtime-releases';
import { TritonRelease } from '../../catalog/serving-engine';
import { checkArguments, throwOfFactory } from '../../units/argument-faults';
import { StepFacts, StepKind, StepSettings } from './step-facts';
import { stepFaults } from './step-faults';
import {
  CalibrationOptions,
  ExportOnnxOptions,
  OnnxOptimization,
  SkipLayersOptions,
  TritonRepositoryOptions,
  W8A8Method,
  W8A8Options,
} from './step-options';
import { StoredFiles, StoredText } from './stored-text';
import { WeightGroup, groupSetting, groupShort } from './weight-groups';

/** Highest opset that PyTorch's exporter writes without converting (torch.onnx, 2.11: 18). */
const EXPORTED_OPSET = 18;

/**
 * A step of a `ModelPipeline`: what is made of a model. Its settings are checked by the pipeline, which knows the model and the steps before it.
 */
export class ModelStep {
  /**
   * INT8 weights of linear layers, with activations quantized as they come: PyTorch's dynamic quantization, or after `exportOnnx` that of ONNX Runtime.
   * For processors.
   */
  public static int8Dynamic(): ModelStep {
    return new ModelStep({ kind: StepKind.INT8_DYNAMIC, short: 'int8', settings: {} });
  }

  /**
   * INT8 weights and activations, which GPUs from Turing on compute in 8 bits; written as compressed-tensors.
   *
   * @param options method and text
   */
  public static w8a8(options: W8A8Options = {}): ModelStep {
    const { calibration, method = calibration ? W8A8Method.SMOOTH_QUANT : W8A8Method.ROUND } = options;
    return compress('W8A8', method, 'w8a8', calibration);
  }

  /**
   * Weights alone in 4 or 8 bits, rounded without a text; written as compressed-tensors.
   *
   * @param bits 4 or 8
   * @param group how many weights share a scale @default WeightGroup.OF_128
   */
  public static weightOnly(bits: number, group: WeightGroup = WeightGroup.OF_128): ModelStep {
    return compress(`W${bits}A16`, 'rtn', `w${bits}a16`, undefined, group);
  }

  /**
   * FP8 with a scale for each row of the weights and each token; nothing is calibrated.
   */
  public static fp8(): ModelStep {
    return compress('FP8_DYNAMIC', 'rtn', 'fp8');
  }

  /**
   * FP8 with one scale for each tensor, of activations too, which a text calibrates.
   *
   * @param calibration the text
   */
  public static fp8PerTensor(calibration: CalibrationOptions): ModelStep {
    return compress('FP8', 'rtn', 'fp8-tensor', calibration);
  }

  /**
   * FP8 with one scale for each block of 128 × 128 weights, as DeepSeek publishes its models; nothing is calibrated.
   */
  public static fp8PerBlock(): ModelStep {
    return compress('FP8_BLOCK', 'rtn', 'fp8-block');
  }

  /**
   * Weights in 4 bits, of which those that meet large activations keep more (AWQ); written as compressed-tensors.
   *
   * @param calibration the text
   * @param group how many weights share a scale @default WeightGroup.OF_128
   */
  public static awq(calibration: CalibrationOptions, group: WeightGroup = WeightGroup.OF_128): ModelStep {
    return compress('W4A16', 'awq', 'awq', calibration, group);
  }

  /**
   * Weights in 4 or 8 bits whose rounding makes up for its own error layer by layer (GPTQ); written as compressed-tensors.
   *
   * @param calibration the text
   * @param bits 4 or 8 @default 4
   * @param group how many weights share a scale @default WeightGroup.OF_128
   */
  public static gptq(calibration: CalibrationOptions, bits = 4, group: WeightGroup = WeightGroup.OF_128): ModelStep {
    return compress(`W${bits}A16`, 'gptq', bits === 4 ? 'gptq' : `gptq${bits}`, calibration, group);
  }

  /**
   * Weights in 4 or 8 bits whose rounding makes up for its own error layer by layer, by GPTQModel and in its own form (`quant_method: gptq`), which vLLM and other
   * engines read without compressed-tensors. Its image is of `PipelineEnvironment.GPTQMODEL`.
   *
   * @param calibration the text
   * @param bits 4 or 8 @default 4
   * @param group how many weights share a scale @default WeightGroup.OF_128
   */
  public static gptqModel(
    calibration: CalibrationOptions,
    bits = 4,
    group: WeightGroup = WeightGroup.OF_128,
  ): ModelStep {
    const short = `gptqmodel${bits === 4 ? '' : bits}${groupShort(group)}`;
    const settings = { bits, ...groupSetting(group), ...sampleSettings(calibration) };
    return new ModelStep({ kind: StepKind.GPTQ_MODEL, short, settings, text: calibration.text });
  }

  /**
   * FP8 with one scale for each tensor, of activations too, by NVIDIA's ModelOpt and in its own form (`quant_method: modelopt`): for vLLM on GPUs that compute
   * in FP8. Its image is of `PipelineEnvironment.CORE`.
   *
   * @param calibration the text
   */
  public static modeloptFp8(calibration: CalibrationOptions): ModelStep {
    return modelopt('FP8', calibration);
  }

  /**
   * NVFP4 of weights and activations, by NVIDIA's ModelOpt and in its own form: 4.5 bits for each weight, which GPUs from Blackwell on compute in and others
   * hold weights in. Its image is of `PipelineEnvironment.CORE`.
   *
   * @param calibration the text
   */
  public static modeloptNvfp4(calibration: CalibrationOptions): ModelStep {
    return modelopt('NVFP4', calibration);
  }

  /**
   * Heads of a layer share low-rank bases, so that its attention has fewer parameters. What comes out is read by `exportOnnx` and by programs, not by vLLM.
   *
   * @param saved share of the attention's parameters that is saved, above 0 and below 1 @default 0.3
   * @param text text on whose activations the bases are fitted @default - on the weights alone
   */
  public static shareAttentionHeads(saved = 0.3, text?: StoredText): ModelStep {
    const keep = Math.round((1 - saved) * 1e6) / 1e6;
    return new ModelStep({ kind: StepKind.SHARE_ATTENTION, short: 'shared', settings: { keep }, text });
  }

  /**
   * Layers are left out.
   *
   * @param options which, or how many
   */
  public static skipLayers(options: SkipLayersOptions): ModelStep {
    const { layers, count, text } = options;
    const settings = { ...(layers ? { layers: [...layers] } : {}), ...(count === undefined ? {} : { count }) };
    return new ModelStep({ kind: StepKind.SKIP_LAYERS, short: `skip${layers?.length ?? count}`, settings, text });
  }

  /**
   * An adapter of PEFT is added to the weights.
   *
   * @param adapter the adapter in the store
   */
  public static mergeLora(adapter: StoredFiles): ModelStep {
    return new ModelStep({ kind: StepKind.MERGE_LORA, short: 'lora', settings: {}, files: { adapter } });
  }

  /**
   * A graph of ONNX in 32 bits: token ids in, logits out, without a cache of keys and values.
   *
   * @param options opset, and what is to read it
   */
  public static exportOnnx(options: ExportOnnxOptions = {}): ModelStep {
    const { triton = TritonRelease.DEFAULT } = options;
    const readable = onnxBounds(triton.onnxRuntimeVersion).least?.opset ?? EXPORTED_OPSET;
    const opset = options.opset ?? Math.min(readable, EXPORTED_OPSET);
    return new ModelStep({ kind: StepKind.EXPORT_ONNX, short: 'onnx', settings: { opset }, triton });
  }

  /**
   * The graph is written as ONNX Runtime optimizes it, so that servers start sooner.
   *
   * @param level how much @default OnnxOptimization.EXTENDED
   */
  public static optimizeOnnx(level: OnnxOptimization = OnnxOptimization.EXTENDED): ModelStep {
    return new ModelStep({ kind: StepKind.OPTIMIZE_ONNX, short: 'optimized', settings: { level } });
  }

  /** The tokenizer is put beside the weights as one file that every engine reads. */
  public static packageTokenizer(): ModelStep {
    return new ModelStep({ kind: StepKind.PACKAGE_TOKENIZER, short: 'tokenizer', settings: {} });
  }

  /**
   * The files are laid out as Triton's model repository, for servers that read one as it is. A `TritonDeployment` makes its own and needs none.
   *
   * @param options its `config.pbtxt`
   */
  public static tritonRepository(options: TritonRepositoryOptions): ModelStep {
    const { modelName, config, version = 1 } = options;
    const settings = { model: modelName, version };
    return new ModelStep({ kind: StepKind.TRITON_REPOSITORY, short: 'triton', settings, config });
  }

  /** @internal */
  public readonly _facts: StepFacts;

  private constructor(facts: StepFacts) {
    this._facts = facts;
  }

  /** What it is, e.g. `gptq`. */
  public toString(): string {
    return this._facts.short;
  }

  /** Makes a step. @internal */
  public static _of(facts: StepFacts): ModelStep {
    return new ModelStep(facts);
  }
}

checkArguments(
  'ModelStep',
  ModelStep,
  throwOfFactory((made: ModelStep) => stepFaults(made._facts)),
);

function compress(
  scheme: string,
  method: string,
  short: string,
  calibration?: CalibrationOptions,
  group: WeightGroup = WeightGroup.OF_128,
): ModelStep {
  const settings: StepSettings = { scheme, method, ...groupSetting(group), ...sampleSettings(calibration) };
  const text = calibration?.text;
  return ModelStep._of({ kind: StepKind.COMPRESS, short: `${short}${groupShort(group)}`, settings, text });
}

function modelopt(scheme: string, calibration: CalibrationOptions): ModelStep {
  const settings = { scheme, ...sampleSettings(calibration) };
  const short = `modelopt-${scheme.toLowerCase()}`;
  return ModelStep._of({ kind: StepKind.MODELOPT, short, settings, text: calibration.text });
}

function sampleSettings({ samples, length }: Partial<CalibrationOptions> = {}): StepSettings {
  return { ...(samples === undefined ? {} : { samples }), ...(length === undefined ? {} : { length }) };
}
