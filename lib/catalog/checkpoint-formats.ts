import { VllmNameKind, VllmNameState, vllmName } from './vllm-names';

/**
 * What reads a stored model.
 *
 * @internal
 */
export interface ModelReader {
  /** What messages call it, e.g. `vLLM 0.33.0`. */
  readonly name: string;
  /** Version of vLLM. @default - another engine reads it */
  readonly vllmVersion?: string;
  /** Version of ONNX Runtime. @default - another engine reads it */
  readonly onnxRuntimeVersion?: string;
  /** Compute capability of the GPU it runs on. @default - it runs on processors */
  readonly computeCapability?: number;
  /** Name of the GPU, for messages. @default - it runs on processors */
  readonly gpu?: string;
  /** Name of the precision that its plan counts. @default - it has no plan */
  readonly precision?: string;
  /** Opset that the program says its file has. @default - it says none */
  readonly opset?: number;
  /** Methods of quantization that plugins of its image add. @default - none */
  readonly plugged?: readonly string[];
}

/**
 * How the weights of a stored model are written.
 *
 * @internal
 */
export interface CheckpointFormat {
  /** Name, e.g. `compressed-tensors w4a16`. */
  readonly name: string;
  /** Method of vLLM that reads it. @default - none is needed: plain weights of transformers */
  readonly method?: string;
  /** Lowest compute capability on which vLLM reads it. */
  readonly minimumComputeCapability: number;
  /** What to write in its place; given where nothing has shown that what the package writes is loaded by a vLLM. @default - it was seen to load */
  readonly seenInstead?: string;
  /** Which engine reads it. */
  readonly reader: 'vllm' | 'onnxruntime' | 'program';
}

/** Weights of transformers in 16 or 32 bits: no method. @internal */
export const PLAIN: CheckpointFormat = { name: 'safetensors', minimumComputeCapability: 0, reader: 'vllm' };

const COMPRESSED = { method: 'compressed-tensors', reader: 'vllm' } as const;

/** INT8 weights and activations: Turing and later (vLLM docs/features/quantization/int8.md @061fb0e). @internal */
export const W8A8: CheckpointFormat = { ...COMPRESSED, name: 'compressed-tensors w8a8', minimumComputeCapability: 7.5 };

/**
 * Integer weights with 16-bit activations. vLLM reads them by Marlin kernels: Ampere and later (docs/features/quantization/int4.md @08fbd35, and the
 * row Marlin in docs/features/quantization/README.md @0328802).
 *
 * @internal
 */
export const W4A16: CheckpointFormat = { ...COMPRESSED, name: 'compressed-tensors w4a16', minimumComputeCapability: 8 };
/** @internal */
export const W8A16: CheckpointFormat = { ...COMPRESSED, name: 'compressed-tensors w8a16', minimumComputeCapability: 8 };

/**
 * FP8: computed from compute capability 8.9 on; on Ampere weights alone, by Marlin kernels (docs/features/quantization/fp8.md @0244607, which says
 * Turing too; `Precision.FP8` of this catalog begins at 8.0).
 *
 * @internal
 */
export const FP8: CheckpointFormat = { ...COMPRESSED, name: 'compressed-tensors fp8', minimumComputeCapability: 8 };
/** @internal */
export const FP8_BLOCKS: CheckpointFormat = {
  ...COMPRESSED,
  name: 'compressed-tensors fp8 in blocks',
  minimumComputeCapability: 8,
};

/**
 * GPTQ's own form, as GPTQModel writes it: 4 bits in groups of 32, 64, 128 and whole rows were seen to load and to answer in vLLM 0.24.0 on a processor, 8 bits have no
 * kernel there (jobs/README.md). On GPUs the kernels
 * are those of `W4A16` (`choose_mp_linear_kernel` in auto_gptq.py of 0.24.0).
 *
 * @internal
 */
export const GPTQ_W4: CheckpointFormat = {
  ...{ name: 'gptq w4a16', method: 'gptq', minimumComputeCapability: 8, reader: 'vllm' },
};
/** @internal */
export const GPTQ_W8: CheckpointFormat = {
  ...{ name: 'gptq w8a16', method: 'gptq', minimumComputeCapability: 8, reader: 'vllm' },
  seenInstead: 'ModelStep.gptq(..., 8)',
};

/**
 * ModelOpt's own form. vLLM chooses the method by `quant_algo` of `config.json` (`override_quantization_method`), and reads FP8 from compute capability 8.9 on, NVFP4
 * from 7.5 (`get_min_capability` in modelopt.py of 0.24.0; earlier releases: `SINCE` of lib/planning/weight-only-nvfp4.ts). INT4 by AWQ and INT8 are exported
 * too, and `QUANT_ALGOS` there has neither.
 *
 * @internal
 */
export const MODELOPT_FP8: CheckpointFormat = {
  ...{ name: 'modelopt fp8', method: 'modelopt', minimumComputeCapability: 8.9, reader: 'vllm' },
  seenInstead: 'ModelStep.fp8()',
};
/** @internal */
export const MODELOPT_NVFP4: CheckpointFormat = {
  ...{ name: 'modelopt nvfp4', method: 'modelopt_fp4', minimumComputeCapability: 7.5, reader: 'vllm' },
  seenInstead: 'ModelStep.weightOnly(4)',
};

/** INT8 of PyTorch's dynamic quantization, which no server loads by itself. @internal */
export const PYTORCH_INT8: CheckpointFormat = {
  name: "PyTorch's dynamic INT8",
  minimumComputeCapability: 0,
  reader: 'program',
};

/** Weights of attention as products with bases that heads share, which no server of ours knows. @internal */
export const SHARED_ATTENTION: CheckpointFormat = {
  name: 'attention with shared bases',
  minimumComputeCapability: 0,
  reader: 'program',
};

/** @internal */
export const ONNX: CheckpointFormat = { name: 'ONNX', minimumComputeCapability: 0, reader: 'onnxruntime' };
/** @internal */
export const ONNX_INT8: CheckpointFormat = { name: 'ONNX INT8', minimumComputeCapability: 0, reader: 'onnxruntime' };

/**
 * Why a reader does not load a format, with what would; nothing where it does, or where nothing says that it does not.
 *
 * @param format the format
 * @param reader what is to read it
 *
 * @internal
 */
export function whyNotLoaded(format: CheckpointFormat, reader: ModelReader): string | undefined {
  if (format.reader === 'program') {
    return `${format.name} is loaded by a program of your own and by no server; end with exportOnnx for ONNX Runtime, or with weightOnly, w8a8, fp8, awq or gptq for vLLM`;
  }
  const engine = format.reader === 'vllm' ? reader.vllmVersion : reader.onnxRuntimeVersion;
  if (engine === undefined) {
    const wanted =
      format.reader === 'vllm' ? 'vLLM (VllmDeployment or TritonModel.vllm)' : 'ONNX Runtime (TritonModel.onnxRuntime)';
    return `${format.name} is read by ${wanted}, not by ${reader.name}; serve it there, or leave out the step that makes it`;
  }
  const { method, minimumComputeCapability } = format;
  const isPlugged = method !== undefined && reader.plugged?.includes(method);
  if (method !== undefined && !isPlugged && reader.vllmVersion !== undefined) {
    const { state, since, until } = vllmName(VllmNameKind.QUANTIZATION, method, reader.vllmVersion);
    if (state === VllmNameState.MISSING) {
      const range = since === undefined ? '' : `; versions from ${since} to ${until} read it`;
      return `${reader.name} has no method '${method}', which reads ${format.name}${range}`;
    }
  }
  const capability = reader.computeCapability;
  if (capability === undefined || capability >= minimumComputeCapability) return undefined;
  const others = WEIGHT_FORMATS.filter((each) => each.minimumComputeCapability <= capability).map(({ name }) => name);
  return (
    `${format.name} needs compute capability ${minimumComputeCapability.toFixed(1)}, and ${reader.gpu} has ${capability.toFixed(1)}; it loads ` +
    others.join(', ')
  );
}

/** Formats that vLLM reads, that which runs on the oldest GPUs first. */
const WEIGHT_FORMATS: readonly CheckpointFormat[] = [PLAIN, W8A8, W8A16, W4A16, GPTQ_W4, FP8, FP8_BLOCKS];
