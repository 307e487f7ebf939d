import { GpuNodeType } from '../../catalog/gpu-node-type';
import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { DeepSpeedConfig } from './deep-speed-config';
import { TrainingRequest } from './training-request';

/**
 * A request with everything decided that arithmetic needs.
 *
 * @internal
 */
export interface TrainingSetup {
  readonly model: ModelSpec;
  readonly hardware: GpuNodeType;
  readonly config: DeepSpeedConfig;
  readonly precision: Precision;
  readonly nodes: number;
  readonly gpusPerNode: number;
  readonly sequenceLength: number;
  /** Ranks with the same part of the model, each with batches of its own. */
  readonly dataParallelRanks: number;
  readonly accumulation: number;
  /** Sequences of one step. */
  readonly trainBatchSize: number;
}

/** Most nodes: far above every cluster. */
const MOST_NODES = 10_000;

/** The precision of a request. @internal */
export function trainingPrecision({ hardware, deepSpeed }: TrainingRequest): Precision {
  return deepSpeed?.precision ?? hardware.gpu.sixteenBitPrecision;
}

/**
 * The request with everything decided; to be asked only where it has no faults.
 *
 * @internal
 */
export function trainingSetup(request: TrainingRequest): TrainingSetup {
  const { model, hardware, nodes = 1, sequenceLength } = request;
  const config = request.deepSpeed ?? DeepSpeedConfig.of();
  const gpusPerNode = request.gpusPerNode ?? hardware.gpuCount;
  const dataParallelRanks = (nodes * gpusPerNode) / config.pipelineStages;
  const { gradientAccumulation, trainBatchSize } = config._props;
  const together = config.microBatchSize * dataParallelRanks;
  const accumulation = gradientAccumulation ?? (trainBatchSize === undefined ? 1 : trainBatchSize / together);
  return {
    ...{ model, hardware, config, nodes, gpusPerNode, sequenceLength, dataParallelRanks, accumulation },
    precision: trainingPrecision(request),
    trainBatchSize: together * accumulation,
  };
}

/**
 * What is wrong with a request: what DeepSpeed refuses for this model on these GPUs, and what does not go together.
 *
 * @internal
 */
export function trainingFaults(request: TrainingRequest): Fault[] {
  const { model, hardware, nodes, gpusPerNode, sequenceLength } = request;
  const numbers = allOf(
    () => wholeNumberFault('nodes', nodes, 1, MOST_NODES),
    () => wholeNumberFault('gpusPerNode', gpusPerNode, 1, hardware.gpuCount),
    () => wholeNumberFault('sequenceLength', sequenceLength ?? NaN, 1),
  );
  return allOf(
    () => numbers,
    () => precisionFaults(request),
    () => (numbers.length > 0 || sequenceLength <= model.maxContextLength ? [] : [contextFault(request)]),
    () => (numbers.length > 0 ? [] : stageFaults(request)),
  );
}

function contextFault({ model, sequenceLength }: TrainingRequest): Fault {
  const reason = `sequenceLength must be at most the ${model.maxContextLength} tokens of ${model.name}; got ${sequenceLength}`;
  return fault('CONTEXT_EXCEEDS_MODEL', 'sequenceLength', reason);
}

/** `DeepSpeedEngine._do_sanity_check`: "Type bf16 is not supported on your device". */
function precisionFaults(request: TrainingRequest): Fault[] {
  const { hardware, model } = request;
  const precision = trainingPrecision(request);
  const { gpu } = hardware;
  if (!gpu.supports(precision)) {
    const reason =
      `${gpu.name} does not compute in ${precision.name}, which needs compute capability ${precision.minimumComputeCapability.toFixed(1)}, and DeepSpeed refuses ` +
      `it there; use ${gpu.sixteenBitPrecision.name}, or another GPU`;
    return [fault('PRECISION_NOT_SUPPORTED', 'deepSpeed.precision', reason)];
  }
  if (precision.name !== Precision.FP16.name || !model.shape.needsBfloat16) return [];
  const reason = `the activations of ${model.name} leave the range of fp16; use bf16, or fp32 on GPUs without it`;
  return [fault('MODEL_OVERFLOWS_IN_FP16', 'deepSpeed.precision', reason)];
}

function stageFaults(request: TrainingRequest): Fault[] {
  const { model, hardware, nodes = 1, deepSpeed: config = DeepSpeedConfig.of() } = request;
  const { pipelineStages: stages } = config;
  const gpus = nodes * (request.gpusPerNode ?? hardware.gpuCount);
  const faults = allOf(
    () => (model.layers % stages === 0 ? [] : [layersFault(model, stages)]),
    () => (gpus % stages === 0 ? [] : [gpusFault(gpus, stages)]),
  );
  return faults.length > 0 ? faults : batchFaults(config, gpus / stages);
}

/** DeepSpeed itself would make stages of different sizes, of which the largest sets the pace and the memory. */
function layersFault({ name, layers }: ModelSpec, stages: number): Fault {
  const allowed = Array.from({ length: layers }, (_, i) => i + 1).filter((each) => layers % each === 0);
  const reason =
    `pipelineStages must divide the ${layers} layers of ${name}, or the largest stage sets pace and memory of all; got ${stages}; ` +
    `use one of ${allowed.join(', ')}`;
  return fault('STAGES_DO_NOT_DIVIDE_LAYERS', 'deepSpeed.pipelineStages', reason);
}

/** `PipelineModule`: "num_stages must divide distributed world size". */
function gpusFault(gpus: number, stages: number): Fault {
  const reason = `pipelineStages must divide the ${gpus} GPU(s), which DeepSpeed requires; got ${stages}; use other degrees, or other nodes`;
  return fault('STAGES_DO_NOT_DIVIDE_GPUS', 'deepSpeed.pipelineStages', reason);
}

/** `DeepSpeedConfig._batch_assertion`: "train_batch_size is not equal to micro_batch_per_gpu * gradient_acc_step * world_size". */
function batchFaults({ microBatchSize, _props }: DeepSpeedConfig, ranks: number): Fault[] {
  const { trainBatchSize: batch, gradientAccumulation } = _props;
  if (batch === undefined) return [];
  const together = microBatchSize * (gradientAccumulation ?? 1) * ranks;
  if (gradientAccumulation === undefined ? batch % together === 0 : batch === together) return [];
  const [lower, upper] = [Math.floor(batch / together) * together, Math.ceil(batch / together) * together];
  const product = `microBatchSize ${microBatchSize} × ${gradientAccumulation === undefined ? '' : `gradientAccumulation ${gradientAccumulation} × `}${ranks} data-parallel rank(s) = ${together}`;
  const cure =
    gradientAccumulation === undefined
      ? `use ${[...(lower > 0 ? [lower] : []), upper].join(' or ')}`
      : `use ${together}, or leave gradientAccumulation out`;
  const verb = gradientAccumulation === undefined ? 'be a multiple of' : 'be';
  const reason = `trainBatchSize must ${verb} ${product}; got ${batch}; ${cure}`;
  return [fault('BATCH_DOES_NOT_DIVIDE', 'deepSpeed.trainBatchSize', reason)];
}
