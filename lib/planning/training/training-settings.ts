import { Precision } from '../../catalog/precision';
import { BUCKETS, largestUnit } from './training-memory';
import { TrainingSetup } from './training-setup';

/**
 * What DeepSpeed reads as its file: every setting that the plan counts with is in it, so that no default of another version changes it.
 *
 * @see https://www.deepspeed.ai/docs/config-json/
 *
 * @internal
 */
export function deepSpeedSettings(setup: TrainingSetup): { [name: string]: unknown } {
  const { config, precision, accumulation, trainBatchSize } = setup;
  const { zeroStage, microBatchSize, activationCheckpointing, pipelineStages } = config;
  const given = config._props;
  return {
    train_batch_size: trainBatchSize,
    train_micro_batch_size_per_gpu: microBatchSize,
    gradient_accumulation_steps: accumulation,
    gradient_clipping: given.gradientClipping ?? 1,
    bf16: { enabled: precision.name === Precision.BF16.name },
    fp16: { enabled: precision.name === Precision.FP16.name },
    zero_optimization: zeroSettings(setup),
    optimizer: optimizerSettings(setup),
    ...schedulerSettings(setup),
    // What the program checkpoints, it does by itself or by deepspeed.checkpointing, which reads these.
    ...(activationCheckpointing
      ? { activation_checkpointing: { partition_activations: false, cpu_checkpointing: false } }
      : {}),
    ...(pipelineStages > 1
      ? { pipeline: { stages: pipelineStages, activation_checkpoint_interval: activationCheckpointing ? 1 : 0 } }
      : {}),
    wall_clock_breakdown: given.wallClockBreakdown ?? false,
    steps_per_print: given.stepsPerPrint ?? 10,
    // Stages share out the states of optimizers that are not DeepSpeed's own only where they may.
    ...(zeroStage > 0 && !given.compiledOptimizer ? { zero_allow_untested_optimizer: true } : {}),
    ...given.moreSettings,
  };
}

function zeroSettings(setup: TrainingSetup): { [name: string]: unknown } {
  const { zeroStage, offloadOptimizer, offloadParameters } = setup.config;
  if (zeroStage === 0) return { stage: 0 };
  const unit = largestUnit(setup);
  return {
    stage: zeroStage,
    contiguous_gradients: true,
    overlap_comm: zeroStage === 3,
    reduce_scatter: true,
    reduce_bucket_size: BUCKETS.reduce,
    allgather_bucket_size: BUCKETS.reduce,
    ...(zeroStage < 3
      ? {}
      : {
          stage3_max_live_parameters: 2 * unit,
          stage3_max_reuse_distance: 2 * unit,
          stage3_prefetch_bucket_size: BUCKETS.prefetch,
          stage3_param_persistence_threshold: 10 * setup.model.hiddenSize,
          stage3_gather_16bit_weights_on_model_save: true,
        }),
    ...(offloadOptimizer ? { offload_optimizer: { device: 'cpu', pin_memory: true } } : {}),
    ...(offloadParameters ? { offload_param: { device: 'cpu', pin_memory: true } } : {}),
  };
}

function optimizerSettings({ config }: TrainingSetup): { [name: string]: unknown } {
  const { learningRate = 1e-5, weightDecay = 0, compiledOptimizer = false } = config._props;
  const params = { lr: learningRate, weight_decay: weightDecay };
  // Not one list of operations for all tensors, which takes as much memory again as they have.
  return { type: 'AdamW', params: compiledOptimizer ? params : { ...params, torch_adam: true, foreach: false } };
}

function schedulerSettings({ config }: TrainingSetup): { [name: string]: unknown } {
  const { warmUpSteps = 0, learningRate = 1e-5 } = config._props;
  if (warmUpSteps === 0) return {};
  const params = { warmup_min_lr: 0, warmup_max_lr: learningRate, warmup_num_steps: warmUpSteps };
  return { scheduler: { type: 'WarmupLR', params } };
}
