import {
  DeepSpeedConfig,
  DeepSpeedConfigProps,
  GpuInstanceType,
  ModelSpec,
  Precision,
  TrainingPlanner,
  TrainingRequest,
  ZeroInference,
} from '../../lib/planning';
import { FaultText } from './fault-text';

const config = (props: DeepSpeedConfigProps) => () => DeepSpeedConfig.of(props);
const plan =
  (props: DeepSpeedConfigProps, more: Partial<TrainingRequest> = {}) =>
  () =>
    TrainingPlanner.plan({
      model: ModelSpec.LLAMA_3_1_8B,
      hardware: GpuInstanceType.P5_48XLARGE,
      sequenceLength: 4096,
      deepSpeed: DeepSpeedConfig.of(props),
      ...more,
    });

export const TEXTS: FaultText[] = [
  {
    id: 'BATCH_DOES_NOT_DIVIDE',
    property: 'deepSpeed.trainBatchSize',
    text: 'trainBatchSize must be a multiple of microBatchSize 3 × 8 data-parallel rank(s) = 24; got 40; use 24 or 48',
    refuse: plan({ trainBatchSize: 40, microBatchSize: 3 }),
  },
  {
    id: 'BATCH_DOES_NOT_DIVIDE',
    property: 'deepSpeed.trainBatchSize',
    text:
      'trainBatchSize must be microBatchSize 1 × gradientAccumulation 2 × 8 data-parallel rank(s) = 16; got 64; use 16, or leave ' +
      'gradientAccumulation out',
    refuse: plan({ trainBatchSize: 64, gradientAccumulation: 2 }),
  },
  {
    id: 'CONTEXT_EXCEEDS_MODEL',
    property: 'sequenceLength',
    text: 'sequenceLength must be at most the 131072 tokens of llama-3.1-8b; got 200000',
    refuse: plan({}, { sequenceLength: 200_000 }),
  },
  {
    id: 'INFERENCE_EXCEEDS_GPU',
    property: 'batchSize',
    text: 'two layers of llama-3.1-70b and the cache need 557.6 GiB of GPU memory, but L40S has 42.17 GiB; lower batchSize or contextLength',
    refuse: () =>
      ZeroInference.of({
        model: ModelSpec.LLAMA_3_1_70B,
        hardware: GpuInstanceType.G6E_8XLARGE,
        contextLength: 8192,
        batchSize: 128,
      }),
  },
  {
    id: 'MODEL_OVERFLOWS_IN_FP16',
    property: 'deepSpeed.precision',
    text: 'the activations of gemma-2-9b leave the range of fp16; use bf16, or fp32 on GPUs without it',
    refuse: plan({ precision: Precision.FP16 }, { model: ModelSpec.GEMMA_2_9B }),
  },
  {
    id: 'OFFLOAD_NEEDS_ZERO_STAGE',
    property: 'offloadOptimizer',
    text:
      'offloadOptimizer needs ZeRO stage 1 or more, but the stage is 0, at which DeepSpeed keeps everything on the GPU without a word; set ' +
      'zeroStage to 1, or leave offloadOptimizer out',
    refuse: config({ zeroStage: 0, offloadOptimizer: true }),
  },
  {
    id: 'OFFLOAD_NEEDS_ZERO_STAGE',
    property: 'offloadParameters',
    text:
      'offloadParameters needs ZeRO stage 3, but the stage is 2, at which DeepSpeed keeps everything on the GPU without a word; set zeroStage ' +
      'to 3, or leave offloadParameters out',
    refuse: config({ zeroStage: 2, offloadParameters: true }),
  },
  {
    id: 'OFFLOAD_EXCEEDS_HOST',
    property: 'hardware',
    text:
      'the weights of llama-3.1-70b need 135.42 GiB of host memory, but g6e.xlarge has 28.8 GiB for them; use a node with more memory, or a ' +
      'smaller model',
    refuse: () =>
      ZeroInference.of({ model: ModelSpec.LLAMA_3_1_70B, hardware: GpuInstanceType.G6E_XLARGE, contextLength: 4096 }),
  },
  {
    id: 'PRECISION_NOT_SUPPORTED',
    property: 'deepSpeed.precision',
    text: 'V100-16GB does not compute in bf16, which needs compute capability 8.0, and DeepSpeed refuses it there; use fp16, or another GPU',
    refuse: plan({ precision: Precision.BF16 }, { hardware: GpuInstanceType.P3_16XLARGE }),
  },
  {
    id: 'SETTING_DECIDED',
    property: 'moreSettings.fp16',
    text:
      `moreSettings must not have 'fp16' (got {"enabled":true}), which follows from the other properties, so that the plan would be of ` +
      'something else; use those',
    refuse: config({ precision: Precision.BF16, moreSettings: { fp16: { enabled: true } } }),
  },
  {
    id: 'SETTING_DECIDED',
    property: 'moreSettings.amp',
    text:
      `moreSettings must not have 'amp' (got {"enabled":true}), ` +
      'which DeepSpeed 0.19 removed, and ZeRO never took; use precision',
    refuse: config({ moreSettings: { amp: { enabled: true } } }),
  },
  {
    id: 'SETTING_DECIDED',
    property: 'moreSettings.elasticity',
    text:
      `moreSettings must not have 'elasticity' (got {"enabled":true}), ` +
      'which DeepSpeed 0.19 removed, and with which it chose batches itself; use trainBatchSize',
    refuse: config({ moreSettings: { elasticity: { enabled: true } } }),
  },
  {
    id: 'SETTING_DECIDED',
    property: 'moreSettings.sequence_parallel_size',
    text:
      `moreSettings must not have 'sequence_parallel_size' (got 2), ` +
      'by which ranks share sequences, which is not planned: there would be fewer data-parallel ranks; leave it out',
    refuse: config({ moreSettings: { sequence_parallel_size: 2 } }),
  },
  {
    id: 'SETTING_DECIDED',
    property: 'moreSettings.tensor_parallel',
    text:
      `moreSettings must not have 'tensor_parallel' (got {"autotp_size":2}), ` +
      'by which ranks share layers, which is not planned: there would be fewer data-parallel ranks; leave it out',
    refuse: config({ moreSettings: { tensor_parallel: { autotp_size: 2 } } }),
  },
  {
    id: 'STAGES_DO_NOT_DIVIDE_GPUS',
    property: 'deepSpeed.pipelineStages',
    text: 'pipelineStages must divide the 6 GPU(s), which DeepSpeed requires; got 4; use other degrees, or other nodes',
    refuse: plan({ pipelineStages: 4 }, { gpusPerNode: 6 }),
  },
  {
    id: 'STAGES_DO_NOT_DIVIDE_LAYERS',
    property: 'deepSpeed.pipelineStages',
    text:
      'pipelineStages must divide the 28 layers of qwen2.5-7b, or the largest stage sets pace and memory of all; got 8; use one of 1, 2, 4, ' +
      '7, 14, 28',
    refuse: plan({ pipelineStages: 8 }, { model: ModelSpec.QWEN_2_5_7B }),
  },
  {
    id: 'TRAINING_PRECISION_NOT_SUPPORTED',
    property: 'precision',
    text: 'precision must be one that DeepSpeed trains in, bf16, fp16, fp32; got fp8',
    refuse: config({ precision: Precision.FP8 }),
  },
  {
    id: 'ZERO_STAGE_WITH_PIPELINE',
    property: 'zeroStage',
    text:
      'DeepSpeed refuses ZeRO stage 3 with pipeline stages (got 4), because gradients that are shared out would have to be gathered for every ' +
      'micro-batch; use zeroStage 1 with pipelineStages, or zeroStage 3 without',
    refuse: config({ zeroStage: 3, pipelineStages: 4 }),
  },
];
