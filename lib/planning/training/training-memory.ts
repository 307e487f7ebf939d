import { parametersOf } from '../../catalog/parameter-count';
import { tokenActivations } from './training-activations';
import { TrainingSetup } from './training-setup';

const GIB = 2 ** 30;

/** Elements that are reduced, and fetched ahead, at once: what the file for DeepSpeed says. @internal */
export const BUCKETS = { reduce: 2e8, prefetch: 5e7 };
/** Elements that stage 0 reduces at once (`elements_per_buffer` of `DeepSpeedEngine.buffered_allreduce_fallback`). */
const FALLBACK_BUCKET = 5e8;
/** CUDA's context, NCCL's channels and the workspaces of matrix products: an assumption, of which the context is 0.6 GiB. */
const RUNTIME_BYTES = 1.5 * GIB;
/** Part of the GPU's memory that is left when PyTorch's allocator holds pieces that are too small to be used: an assumption. */
const USABLE = 0.95;
/** Part of the host's memory that pods can have: the operating system sees 7.5 % less than EC2 states, and the kubelet reserves some. */
const HOST_USABLE = 0.9;
/** Host memory of a process with PyTorch and CUDA. */
const PROCESS_BYTES = 4 * GIB;
/**
 * What DeepSpeed's own estimators multiply host memory by (`additional_buffer_factor` of `estimate_zero3_model_states_mem_needs`): locked memory comes in
 * powers of two.
 */
const HOST_FACTOR = 1.5;

/**
 * Bytes of one GPU, the fullest, and of the host of one node.
 *
 * @internal
 */
export interface MemoryBytes {
  readonly parameters: number;
  readonly gradients: number;
  readonly optimizer: number;
  readonly buffers: number;
  readonly activations: number;
  readonly runtime: number;
  readonly total: number;
  readonly available: number;
  readonly host: number;
  readonly hostAvailable: number;
}

/**
 * Parameters of the largest layer, or of the table of tokens if that is larger: what stage 3 must gather at once.
 *
 * @internal
 */
export function largestUnit({ model }: TrainingSetup): number {
  const { kinds, embedding, head } = model._parameterCount;
  return Math.max(embedding - head, head, ...kinds.map(parametersOf));
}

/**
 * Memory of training by mixed precision with Adam: for each parameter 2 bytes of it and 2 of its gradient, 4 each of the copy and the gradient that
 * the optimizer works on, and 8 of its states (the 18 bytes and 2 of `estimate_zero2_model_states_mem_needs`; Rajbhandari et al. 2020, arXiv
 * 1910.02054), of which the ranks share out what their stage says.
 *
 * @internal
 */
export function trainingMemory(setup: TrainingSetup): MemoryBytes {
  const { config, hardware } = setup;
  const stages = [...new Set([0, config.pipelineStages - 1])].map((stage) => stageMemory(setup, stage));
  const fullest = stages.reduce((most, each) => (each.total > most.total ? each : most));
  return {
    ...fullest,
    available: USABLE * hardware.gpu.memory.bytes,
    host: hostBytes(setup),
    hostAvailable: HOST_USABLE * hardware.memory.bytes,
  };
}

function stageMemory(setup: TrainingSetup, stage: number) {
  const { config, dataParallelRanks: ranks } = setup;
  const { zeroStage, offloadOptimizer, offloadParameters } = config;
  const count = stageParameters(setup, stage);
  const element = setup.precision.bits / 8;
  const share = (least: number) => (zeroStage >= least ? 1 / ranks : 1);
  // In 32 bits and without shares the parameters are the optimizer's own copy.
  const master = element < 4 || zeroStage > 0 ? 8 : 0;
  const parameters = offloadParameters ? 0 : element * count * share(3);
  const gradients = offloadOptimizer && zeroStage >= 2 ? 0 : element * count * share(2);
  const optimizer = offloadOptimizer ? 0 : (master + 8) * count * share(1);
  const buffers = bufferBytes(setup, count) * element;
  const activations = activationBytes(setup, stage);
  const total = parameters + gradients + optimizer + buffers + activations + RUNTIME_BYTES;
  return { parameters, gradients, optimizer, buffers, activations, runtime: RUNTIME_BYTES, total };
}

/** Parameters of the GPUs of a stage; the first has the table of tokens, the last the head. */
function stageParameters({ model, config }: TrainingSetup, stage: number): number {
  const { pipelineStages } = config;
  if (pipelineStages === 1) return model.parameters;
  const { embedding, head, finalNorm, encoder } = model._parameterCount;
  const table = embedding - head;
  const own = stage === 0 ? table + encoder : finalNorm + (head > 0 ? head : table);
  return (model.parameters - embedding - finalNorm - encoder) / pipelineStages + own;
}

/** Elements of what is gathered, fetched and reduced. */
function bufferBytes(setup: TrainingSetup, count: number): number {
  const { zeroStage } = setup.config;
  if (setup.dataParallelRanks === 1 && zeroStage < 3) return 0;
  if (zeroStage === 0) return Math.min(count, FALLBACK_BUCKET);
  if (zeroStage < 3) return Math.min(count, BUCKETS.reduce);
  // Two units are gathered, one of them in use; the gradient of one is whole before it is reduced; reducing overlaps with computing.
  const unit = largestUnit(setup);
  return Math.min(count, 2 * unit + BUCKETS.prefetch) + Math.min(count, unit) + 2 * Math.min(count, BUCKETS.reduce);
}

function activationBytes(setup: TrainingSetup, stage: number): number {
  const { model, config, sequenceLength, accumulation } = setup;
  const { pipelineStages } = config;
  const tokens = config.microBatchSize * sequenceLength;
  const each = tokenActivations(setup, model.layers / pipelineStages);
  const isLast = stage === pipelineStages - 1;
  // `TrainSchedule.num_pipe_buffers`: the first stages are ahead of the last by as many micro-batches.
  const inFlight = pipelineStages === 1 ? 1 : Math.max(2, Math.min(pipelineStages - stage, accumulation));
  const peak = isLast ? Math.max(each.layerPeak, each.headPeak) : each.layerPeak;
  return tokens * (inFlight * each.layers + (isLast ? each.head : 0) + peak);
}

/**
 * Of the pods of one node, the fullest: their processes, what is kept there for their GPUs, and with stage 3 the whole model, which the first rank collects
 * to write it (`save_16bit_model` and `_zero3_consolidated_16bit_state_dict` of runtime/engine.py, DeepSpeed 0.19.8: `param.detach().cpu()` of each).
 */
function hostBytes({ config, model, gpusPerNode, dataParallelRanks, precision }: TrainingSetup): number {
  const element = precision.bits / 8;
  const count = model.parameters / config.pipelineStages / dataParallelRanks;
  const optimizer = config.offloadOptimizer ? 16 : 0;
  const parameters = config.offloadParameters ? element : 0;
  const collected = config.zeroStage === 3 ? element * model.parameters : 0;
  return gpusPerNode * (PROCESS_BYTES + HOST_FACTOR * count * (optimizer + parameters)) + collected;
}
