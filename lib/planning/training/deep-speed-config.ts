import { Precision } from '../../catalog/precision';
import { checkArguments } from '../../units/argument-faults';
import { throwIfFaulty } from '../../units/errors';
import { Fault, fault } from '../../units/fault';
import { givenValue, notNegativeFault, positiveFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';

/**
 * How DeepSpeed trains a model.
 */
export interface DeepSpeedConfigProps {
  /**
   * What the data-parallel ranks share out instead of each holding all of it (ZeRO): 0 nothing, 1 the optimizer's states, 2 gradients too, 3 the
   * parameters too.
   * @default 3; 1 with several pipeline stages
   */
  readonly zeroStage?: number;
  /** Format that it computes in: bf16, fp16 or fp32. @default - bf16, or fp16 on GPUs before compute capability 8.0 */
  readonly precision?: Precision;
  /** Whether the optimizer's states are in host memory, and its step runs there. For stages 1 to 3. @default false */
  readonly offloadOptimizer?: boolean;
  /** Whether the parameters are in host memory between their uses. For stage 3. @default false */
  readonly offloadParameters?: boolean;
  /**
   * Whether a layer keeps nothing but its input until the backward pass, which computes the rest again: about a quarter more time (23 to 28 % on an
   * H200), activations of a quarter or less.
   * @default true
   */
  readonly activationCheckpointing?: boolean;
  /** Pipeline stages, each with as many of the layers. The program must build a `PipelineModule`. @default 1 */
  readonly pipelineStages?: number;
  /** Sequences that a GPU computes at once. @default 1 */
  readonly microBatchSize?: number;
  /** Micro-batches of a data-parallel rank before the optimizer's step. @default - from `trainBatchSize`, else 1 */
  readonly gradientAccumulation?: number;
  /** Sequences of one step, of all ranks together. @default - micro-batch size × accumulation × data-parallel ranks */
  readonly trainBatchSize?: number;
  /** Learning rate of AdamW. @default 0.00001 */
  readonly learningRate?: number;
  /** Weight decay of AdamW. @default 0 */
  readonly weightDecay?: number;
  /** Steps in which the learning rate grows to its value. @default 0 */
  readonly warmUpSteps?: number;
  /** Norm that gradients are clipped to, 0 for none. @default 1 */
  readonly gradientClipping?: number;
  /**
   * Whether Adam is DeepSpeed's own kernel, fused or for processors, which is compiled on first use: the image needs a compiler and, on GPUs, CUDA's.
   * @default false: PyTorch's AdamW, which needs neither
   */
  readonly compiledOptimizer?: boolean;
  /** Whether times of forward, backward and step are logged. They are measured by waiting for the GPU, which takes time itself. @default false */
  readonly wallClockBreakdown?: boolean;
  /** Steps between two lines of progress, with the time that a step took. @default 10 */
  readonly stepsPerPrint?: number;
  /** Further settings of DeepSpeed by their names, at the top level of its file, of those that nothing else here decides. @default - none */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly moreSettings?: { [name: string]: any };
}

/** Formats that DeepSpeed trains in. */
const PRECISIONS = [Precision.BF16, Precision.FP16, Precision.FP32].map(({ name }) => name);

/** Settings that this class writes, or that would say the same under an older name. */
const OWN_SETTINGS = [
  ...['train_batch_size', 'train_micro_batch_size_per_gpu', 'gradient_accumulation_steps', 'gradient_clipping'],
  ...[
    'bf16',
    'bfloat16',
    'fp16',
    'zero_optimization',
    'optimizer',
    'scheduler',
    'activation_checkpointing',
    'pipeline',
  ],
  ...['wall_clock_breakdown', 'steps_per_print', 'zero_allow_untested_optimizer', 'zero_force_ds_cpu_optimizer'],
];

/**
 * Settings that would change ranks, batches or formats behind the plan, and why not (`_REMOVED_TOP_LEVEL_CONFIG_KEYS` and the `world_size` of runtime/config.py,
 * DeepSpeed 0.19.8).
 */
const UNPLANNED_SETTINGS: { readonly [name: string]: string } = {
  amp: 'which DeepSpeed 0.19 removed, and ZeRO never took; use precision',
  elasticity: 'which DeepSpeed 0.19 removed, and with which it chose batches itself; use trainBatchSize',
  sequence_parallel_size:
    'by which ranks share sequences, which is not planned: there would be fewer data-parallel ranks; leave it out',
  tensor_parallel:
    'by which ranks share layers, which is not planned: there would be fewer data-parallel ranks; leave it out',
};

/**
 * How DeepSpeed trains a model, apart from the model and the GPUs: `TrainingPlanner` says whether it fits, and writes the file that DeepSpeed reads.
 *
 * @see https://www.deepspeed.ai/docs/config-json/
 */
export class DeepSpeedConfig {
  /**
   * A configuration.
   *
   * @param props its properties
   * @throws UnscopedValidationError with all faults: what DeepSpeed refuses whatever the model, or ignores without a word
   */
  public static of(props: DeepSpeedConfigProps = {}): DeepSpeedConfig {
    throwIfFaulty(configFaults(props));
    return new DeepSpeedConfig(props);
  }

  /** What the data-parallel ranks share out: 0 nothing, 1 the optimizer's states, 2 gradients too, 3 the parameters too. */
  public readonly zeroStage: number;
  /** Format that it computes in. @default - bf16, or fp16 on GPUs before compute capability 8.0 */
  public readonly precision?: Precision;
  /** Whether the optimizer's states are in host memory. */
  public readonly offloadOptimizer: boolean;
  /** Whether the parameters are in host memory between their uses. */
  public readonly offloadParameters: boolean;
  /** Whether the backward pass computes activations again. */
  public readonly activationCheckpointing: boolean;
  /** Pipeline stages. */
  public readonly pipelineStages: number;
  /** Sequences that a GPU computes at once. */
  public readonly microBatchSize: number;

  /** As given. @internal */
  public readonly _props: DeepSpeedConfigProps;

  private constructor(props: DeepSpeedConfigProps) {
    this._props = { ...props };
    this.pipelineStages = props.pipelineStages ?? 1;
    this.zeroStage = stageOf(props);
    this.precision = props.precision;
    this.offloadOptimizer = props.offloadOptimizer ?? false;
    this.offloadParameters = props.offloadParameters ?? false;
    this.activationCheckpointing = props.activationCheckpointing ?? true;
    this.microBatchSize = props.microBatchSize ?? 1;
  }

  /** The same with some properties changed; nothing where that is refused. @internal */
  public _changed(changes: DeepSpeedConfigProps): DeepSpeedConfig | undefined {
    const props = { ...this._props, ...changes };
    return configFaults(props).length > 0 ? undefined : new DeepSpeedConfig(props);
  }

  /** What it is, in words. */
  public toString(): string {
    const { zeroStage, pipelineStages, microBatchSize } = this;
    const offloaded = [
      ...(this.offloadOptimizer ? ['optimizer'] : []),
      ...(this.offloadParameters ? ['parameters'] : []),
    ].join(' and ');
    return [
      `ZeRO ${zeroStage}`,
      ...(offloaded === '' ? [] : [`${offloaded} on the host`]),
      ...(pipelineStages > 1 ? [`${pipelineStages} pipeline stages`] : []),
      `micro-batches of ${microBatchSize}`,
      `${this.activationCheckpointing ? 'with' : 'without'} activation checkpointing`,
    ].join(', ');
  }
}

checkArguments('DeepSpeedConfig', DeepSpeedConfig);

function stageOf({ zeroStage, pipelineStages = 1 }: DeepSpeedConfigProps): number {
  return zeroStage ?? (pipelineStages > 1 ? 1 : 3);
}

function configFaults(props: DeepSpeedConfigProps): Fault[] {
  const numbers = allOf(
    () => wholeNumberFault('zeroStage', props.zeroStage, 0, 3),
    () => wholeNumberFault('pipelineStages', props.pipelineStages, 1),
    () => wholeNumberFault('microBatchSize', props.microBatchSize, 1),
    () => wholeNumberFault('gradientAccumulation', props.gradientAccumulation, 1),
    () => wholeNumberFault('trainBatchSize', props.trainBatchSize, 1),
    () => wholeNumberFault('warmUpSteps', props.warmUpSteps, 0),
    () => wholeNumberFault('stepsPerPrint', props.stepsPerPrint, 1),
    () => positiveFault('learningRate', props.learningRate),
    () => notNegativeFault('weightDecay', props.weightDecay),
    () => notNegativeFault('gradientClipping', props.gradientClipping),
  );
  return allOf(
    () => numbers,
    () => precisionFaults(props.precision),
    () => (numbers.length > 0 ? [] : [...pipelineFaults(props), ...offloadFaults(props)]),
    () => settingFaults(props.moreSettings),
  );
}

function precisionFaults(precision: Precision | undefined): Fault[] {
  if (precision === undefined || PRECISIONS.includes(precision.name)) return [];
  const reason = `precision must be one that DeepSpeed trains in, ${PRECISIONS.join(', ')}; got ${precision.name}`;
  return [fault('TRAINING_PRECISION_NOT_SUPPORTED', 'precision', reason)];
}

/** `PipelineEngine.__init__`: "ZeRO-2 and ZeRO-3 are incompatible with pipeline parallelism". */
function pipelineFaults(props: DeepSpeedConfigProps): Fault[] {
  const { pipelineStages = 1 } = props;
  const stage = stageOf(props);
  if (pipelineStages === 1 || stage < 2) return [];
  const reason =
    `DeepSpeed refuses ZeRO stage ${stage} with pipeline stages (got ${pipelineStages}), because gradients that are shared out would have to be gathered ` +
    'for every micro-batch; use zeroStage 1 with pipelineStages, or zeroStage 3 without';
  return [fault('ZERO_STAGE_WITH_PIPELINE', 'zeroStage', reason)];
}

/** `DeepSpeedZeroConfig`: the optimizer is "valid for ZeRO stage 1, 2, 3", parameters "valid only with stage 3"; lower stages ignore both. */
function offloadFaults(props: DeepSpeedConfigProps): Fault[] {
  const stage = stageOf(props);
  const needs = [
    { property: 'offloadOptimizer', given: props.offloadOptimizer, least: 1 },
    { property: 'offloadParameters', given: props.offloadParameters, least: 3 },
  ];
  return needs
    .filter(({ given, least }) => given === true && stage < least)
    .map(({ property, least }) => {
      const reason =
        `${property} needs ZeRO stage ${least}${least < 3 ? ' or more' : ''}, but the stage is ${stage}, at which DeepSpeed keeps everything on the ` +
        `GPU without a word; set zeroStage to ${least}, or leave ${property} out`;
      return fault('OFFLOAD_NEEDS_ZERO_STAGE', property, reason);
    });
}

function settingFaults(settings: { readonly [name: string]: unknown } = {}): Fault[] {
  return Object.keys(settings)
    .filter((name) => OWN_SETTINGS.includes(name) || Object.hasOwn(UNPLANNED_SETTINGS, name))
    .map((name) => {
      const why =
        UNPLANNED_SETTINGS[name] ??
        'which follows from the other properties, so that the plan would be of something else; use those';
      const reason = `moreSettings must not have '${name}' (got ${givenValue(settings[name])}), ${why}`;
      return fault('SETTING_DECIDED', `moreSettings.${name}`, reason);
    });
}
