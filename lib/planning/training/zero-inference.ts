import { GpuNodeType } from '../../catalog/gpu-node-type';
import { ModelSpec } from '../../catalog/model-spec';
import { parametersOf } from '../../catalog/parameter-count';
import { Precision } from '../../catalog/precision';
import { checkArguments } from '../../units/argument-faults';
import { DataSize } from '../../units/data-size';
import { throwIfFaulty } from '../../units/errors';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';

/**
 * What ZeRO-Inference is asked to answer with.
 */
export interface ZeroInferenceProps {
  /** The model. */
  readonly model: ModelSpec;
  /** Hardware of the node. */
  readonly hardware: GpuNodeType;
  /** GPUs of the node, each with sequences of its own. @default 1 */
  readonly gpus?: number;
  /** Format of the weights: bf16, fp16 or fp32. @default - bf16, or fp16 on GPUs before compute capability 8.0 */
  readonly precision?: Precision;
  /** Sequences that each GPU computes at once. @default 1 */
  readonly batchSize?: number;
  /** Tokens of a sequence, prompt and answer together. */
  readonly contextLength: number;
}

const GIB = 2 ** 30;
/** CUDA's context and the workspaces of matrix products. */
const RUNTIME_BYTES = 1.5 * GIB;
const USABLE = 0.95;
const HOST_USABLE = 0.9;
const PROCESS_BYTES = 4 * GIB;
/** Parameters that are fetched ahead. */
const PREFETCH = 5e7;
/**
 * What of PCI Express 3 x16 its 16 GB/s became when DeepSpeed read OPT-30B's 60 GB for 4 sequences on a T4: 0.6 tokens/s, 9 GB/s
 * (FlexGen, benchmark/batch_size_table.md).
 */
const READ_BYTES_PER_SECOND = 9e9;

/**
 * Answers from a model that is larger than the GPU's memory: the weights are in host memory and pass through the GPU layer by layer, once for each token
 * of all sequences together (ZeRO-Inference, stage 3 with `offload_param`).
 *
 * It is good for batches without deadlines, evaluations and synthetic data: each step reads all weights over PCI Express, so that a model of 130 GB gives
 * a token each 14 s, of as many sequences as fit at once. It is not for users who wait: no server of this package starts it, and `cpuOffload` of a
 * planned model, or fewer bits, serve them better.
 *
 * @see https://www.deepspeed.ai/2022/09/09/zero-inference.html
 */
export class ZeroInference {
  /**
   * A plan, and the file that DeepSpeed reads.
   *
   * @param props the model, the node and the load
   * @throws UnscopedValidationError with all faults, also where GPU or host have no room for it
   */
  public static of(props: ZeroInferenceProps): ZeroInference {
    throwIfFaulty(propsFaults(props));
    return new ZeroInference(props);
  }

  /** Memory of the host with the weights and the processes. */
  public readonly hostMemory: DataSize;
  /** Memory of a GPU: two layers, the cache of keys and values, and the runtime. */
  public readonly gpuMemory: DataSize;
  /** Seconds of a step, in which each sequence gets a token: those in which the weights are read. */
  public readonly secondsPerStep: number;
  /** Tokens a second of all sequences of the node, at most. */
  public readonly tokensPerSecond: number;
  /** Text of the file that DeepSpeed reads. */
  public readonly deepSpeedJson: string;

  private constructor(props: ZeroInferenceProps) {
    const { host, gpu } = memoryOf(props);
    const { batchSize = 1, gpus = 1 } = props;
    this.hostMemory = DataSize.bytes(Math.ceil(host));
    this.gpuMemory = DataSize.bytes(Math.ceil(gpu));
    this.secondsPerStep = weightBytes(props) / READ_BYTES_PER_SECOND;
    this.tokensPerSecond = (batchSize * gpus) / this.secondsPerStep;
    this.deepSpeedJson = `${JSON.stringify(settingsOf(props), null, 2)}\n`;
  }
}

checkArguments('ZeroInference', ZeroInference);

function precisionOf({ precision, hardware }: ZeroInferenceProps): Precision {
  return precision ?? hardware.gpu.sixteenBitPrecision;
}

function weightBytes(props: ZeroInferenceProps): number {
  return (props.model.parameters * precisionOf(props).bits) / 8;
}

/** Parameters of the largest layer, or of the table of tokens. */
function unitOf({ model }: ZeroInferenceProps): number {
  const { kinds, embedding, head } = model._parameterCount;
  return Math.max(embedding - head, head, ...kinds.map(parametersOf));
}

function memoryOf(props: ZeroInferenceProps) {
  const { model, batchSize = 1, contextLength } = props;
  const precision = precisionOf(props);
  const element = precision.bits / 8;
  const cache = batchSize * contextLength * model.keyValueBytesPerToken(precision);
  // The logits of the prompt's last token, in the format and in 32 bits.
  const logits = batchSize * model.vocabularySize * (element + 4);
  const prompt = batchSize * contextLength * element * (4 * model.hiddenSize + 3 * model.intermediateSize);
  const live = element * (2 * unitOf(props) + PREFETCH);
  return {
    gpu: live + cache + logits + prompt + RUNTIME_BYTES,
    host: weightBytes(props) + (props.gpus ?? 1) * PROCESS_BYTES,
  };
}

function settingsOf(props: ZeroInferenceProps): { [name: string]: unknown } {
  const { batchSize = 1, gpus = 1, model } = props;
  const precision = precisionOf(props);
  return {
    train_micro_batch_size_per_gpu: batchSize,
    train_batch_size: batchSize * gpus,
    bf16: { enabled: precision.name === Precision.BF16.name },
    fp16: { enabled: precision.name === Precision.FP16.name },
    zero_optimization: {
      stage: 3,
      stage3_prefetch_bucket_size: PREFETCH,
      stage3_param_persistence_threshold: 10 * model.hiddenSize,
      stage3_max_live_parameters: Math.ceil(2 * unitOf(props)),
      stage3_max_reuse_distance: Math.ceil(2 * unitOf(props)),
      offload_param: { device: 'cpu', pin_memory: true },
    },
    wall_clock_breakdown: false,
  };
}

function propsFaults(props: ZeroInferenceProps): Fault[] {
  const { model, hardware, contextLength } = props;
  const precision = precisionOf(props);
  const formats = [Precision.BF16, Precision.FP16, Precision.FP32].map(({ name }) => name);
  const faults = allOf(
    () => wholeNumberFault('gpus', props.gpus, 1, hardware.gpuCount),
    () => wholeNumberFault('batchSize', props.batchSize, 1),
    () => wholeNumberFault('contextLength', contextLength ?? NaN, 1, model.maxContextLength),
    () =>
      formats.includes(precision.name) && hardware.gpu.supports(precision)
        ? []
        : [
            fault(
              'PRECISION_NOT_SUPPORTED',
              'precision',
              `ZeRO-Inference computes in one of ${formats.join(', ')} that ${hardware.gpu.name} has; got ${precision.name}; use ` +
                hardware.gpu.sixteenBitPrecision.name,
            ),
          ],
  );
  return faults.length > 0 ? faults : roomFaults(props);
}

function roomFaults(props: ZeroInferenceProps): Fault[] {
  const { model, hardware } = props;
  const { gpu, host } = memoryOf(props);
  const size = (bytes: number) => DataSize.bytes(Math.ceil(bytes));
  const usable = { gpu: USABLE * hardware.gpu.memory.bytes, host: HOST_USABLE * hardware.memory.bytes };
  return [
    ...(host > usable.host
      ? [
          fault(
            'OFFLOAD_EXCEEDS_HOST',
            'hardware',
            `the weights of ${model.name} need ${size(host)} of host memory, but ${hardware.name} has ${size(usable.host)} for them; use a node with more ` +
              'memory, or a smaller model',
          ),
        ]
      : []),
    ...(gpu > usable.gpu
      ? [
          fault(
            'INFERENCE_EXCEEDS_GPU',
            'batchSize',
            `two layers of ${model.name} and the cache need ${size(gpu)} of GPU memory, but ${hardware.gpu.name} has ${size(usable.gpu)}; lower batchSize or ` +
              'contextLength',
          ),
        ]
      : []),
  ];
}
