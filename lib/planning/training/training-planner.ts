import { checkArguments } from '../../units/argument-faults';
import { DataSize } from '../../units/data-size';
import { throwIfFaulty } from '../../units/errors';
import { trainingAlternatives } from './training-alternatives';
import { MemoryBytes, trainingMemory } from './training-memory';
import { TrainingMemory, TrainingPlan } from './training-plan';
import { TrainingRequest } from './training-request';
import { deepSpeedSettings } from './training-settings';
import { TrainingSetup, trainingFaults, trainingSetup } from './training-setup';

/**
 * Determines, before anything is paid for, whether a model can be trained on some GPUs with DeepSpeed, and writes the file that DeepSpeed reads.
 */
export class TrainingPlanner {
  /**
   * Plans the training of all parameters of a model with AdamW. What does not fit returns a plan too, with `fits` false, the shortfall and ways out.
   *
   * @param request the model, the GPUs and how DeepSpeed trains it
   * @throws UnscopedValidationError with all faults: a batch that does not divide, stages that do not divide layers or GPUs, a format that the
   * GPU lacks, sequences that are too long
   */
  public static plan(request: TrainingRequest): TrainingPlan {
    throwIfFaulty(trainingFaults(request));
    return planOf(trainingSetup(request));
  }
}

checkArguments('TrainingPlanner', TrainingPlanner);

function planOf(setup: TrainingSetup): TrainingPlan {
  const memory = trainingMemory(setup);
  const { config, accumulation } = setup;
  const missing = Math.max(0, memory.total - memory.available);
  const hostMissing = Math.max(0, memory.host - memory.hostAvailable);
  const fits = missing === 0 && hostMissing === 0;
  const { model, hardware, nodes, gpusPerNode, sequenceLength, dataParallelRanks, trainBatchSize, precision } = setup;
  return TrainingPlan._of({
    ...{ model, hardware, nodes, gpusPerNode, sequenceLength, dataParallelRanks, trainBatchSize, precision, fits },
    deepSpeed: config,
    gradientAccumulation: accumulation,
    pipelineEfficiency: accumulation / (accumulation + config.pipelineStages - 1),
    memoryPerGpu: sizes(memory),
    hostMemory: DataSize.bytes(Math.ceil(memory.host)),
    hostAvailable: DataSize.bytes(Math.floor(memory.hostAvailable)),
    shortfallPerGpu: missing > 0 ? DataSize.bytes(Math.ceil(missing)) : undefined,
    hostShortfall: hostMissing > 0 ? DataSize.bytes(Math.ceil(hostMissing)) : undefined,
    largestMicroBatch: largestMicroBatch(setup, memory),
    activationsWithCheckpointing: activations(setup, true),
    activationsWithoutCheckpointing: activations(setup, false),
    alternatives: fits ? [] : trainingAlternatives(setup),
    deepSpeedJson: `${JSON.stringify(deepSpeedSettings(setup), null, 2)}\n`,
    warnings: warningsOf(setup),
  });
}

function sizes(memory: MemoryBytes): TrainingMemory {
  const size = (bytes: number) => DataSize.bytes(Math.ceil(bytes));
  return {
    parameters: size(memory.parameters),
    gradients: size(memory.gradients),
    optimizer: size(memory.optimizer),
    buffers: size(memory.buffers),
    activations: size(memory.activations),
    runtime: size(memory.runtime),
    total: size(memory.total),
    available: DataSize.bytes(Math.floor(memory.available)),
  };
}

/** Activations are proportional to the micro-batch, all else does not depend on it. */
function largestMicroBatch({ config }: TrainingSetup, memory: MemoryBytes): number {
  const room = memory.available - (memory.total - memory.activations);
  return Math.max(0, Math.floor((room * config.microBatchSize) / memory.activations));
}

function activations(setup: TrainingSetup, activationCheckpointing: boolean): DataSize {
  const config = setup.config._changed({ activationCheckpointing }) ?? setup.config;
  return DataSize.bytes(Math.ceil(trainingMemory({ ...setup, config }).activations));
}

function warningsOf({ model, config }: TrainingSetup): string[] {
  return [
    ...(model.approximate
      ? [`only the number of parameters of ${model.name} is known, so that its activations are a guess`]
      : []),
    ...(model._layers.kinds.some(({ attention, experts }) => !attention || attention.latent || experts)
      ? [`the activations of ${model.name} are computed, but were measured of dense models with plain attention alone`]
      : []),
    ...(config.offloadOptimizer && !config._props.compiledOptimizer
      ? [
          "PyTorch's AdamW on the processor takes seconds a step for each billion parameters of a rank; compiledOptimizer is faster, and needs a compiler " +
            'in the image',
        ]
      : []),
  ];
}
