import {
  DeepSpeedConfig,
  DeepSpeedConfigProps,
  GpuInstanceType,
  ModelSpec,
  Precision,
  TrainingPlan,
  TrainingPlanner,
  UnscopedValidationError,
} from '../../lib';
import { Answer, Question, askDeepSpeed } from './deepspeed/judge';
import { describeWith } from './harness/needs';
import { tools } from './harness/tools';

const planOf = (props: DeepSpeedConfigProps, hardware: GpuInstanceType = GpuInstanceType.P5_48XLARGE): TrainingPlan =>
  TrainingPlanner.plan({
    model: ModelSpec.LLAMA_3_1_8B,
    hardware,
    nodes: 2,
    sequenceLength: 2048,
    deepSpeed: DeepSpeedConfig.of(props),
  });

const PRECISIONS = [Precision.BF16, Precision.FP16, Precision.FP32];

/** Every stage in every format with all that can be offloaded at it, and pipelines. */
const MATRIX: DeepSpeedConfigProps[] = PRECISIONS.flatMap((precision): DeepSpeedConfigProps[] => [
  ...[0, 1, 2, 3].flatMap((zeroStage) => [
    { precision, zeroStage },
    ...(zeroStage > 0 ? [{ precision, zeroStage, offloadOptimizer: true, compiledOptimizer: true }] : []),
    ...(zeroStage === 3 ? [{ precision, zeroStage, offloadOptimizer: true, offloadParameters: true }] : []),
  ]),
  { precision, pipelineStages: 4, gradientAccumulation: 8, activationCheckpointing: false },
  { precision, trainBatchSize: 96, microBatchSize: 2, wallClockBreakdown: true, stepsPerPrint: 3, warmUpSteps: 7 },
  { precision, gradientClipping: 0, weightDecay: 0.1, moreSettings: { memory_breakdown: true } },
]);

const ADAM = { type: 'AdamW', params: { torch_adam: true, foreach: false } };

/** What this library refuses, and the same said to DeepSpeed. */
const REFUSED: readonly [string, string, () => unknown, Question, RegExp][] = [
  [
    'a batch that does not divide',
    'BATCH_DOES_NOT_DIVIDE',
    () => planOf({ trainBatchSize: 40, microBatchSize: 3 }),
    { asks: 'config', ranks: 16, settings: { train_batch_size: 40, train_micro_batch_size_per_gpu: 3 } },
    /Train batch size: 0|Gradient accumulation steps: 0|train_batch_size is not equal/,
  ],
  [
    'a batch that is another than its parts',
    'BATCH_DOES_NOT_DIVIDE',
    () => planOf({ trainBatchSize: 64, microBatchSize: 1, gradientAccumulation: 2 }),
    {
      asks: 'config',
      ranks: 16,
      settings: { train_batch_size: 64, train_micro_batch_size_per_gpu: 1, gradient_accumulation_steps: 2 },
    },
    /train_batch_size is not equal/,
  ],
  ...[2, 3].map((zeroStage): (typeof REFUSED)[number] => [
    `stage ${zeroStage} with a pipeline`,
    'ZERO_STAGE_WITH_PIPELINE',
    () => DeepSpeedConfig.of({ zeroStage, pipelineStages: 4 }),
    {
      asks: 'engine',
      stages: 1,
      settings: {
        train_batch_size: 1,
        bf16: { enabled: true },
        zero_optimization: { stage: zeroStage },
        optimizer: ADAM,
      },
    },
    /ZeRO-2 and ZeRO-3 are incompatible with pipeline parallelism/,
  ]),
  [
    'stages that do not divide the processes',
    'STAGES_DO_NOT_DIVIDE_GPUS',
    () =>
      TrainingPlanner.plan({
        model: ModelSpec.LLAMA_3_1_8B,
        hardware: GpuInstanceType.P5_48XLARGE,
        gpusPerNode: 6,
        sequenceLength: 2048,
        deepSpeed: DeepSpeedConfig.of({ pipelineStages: 4 }),
      }),
    {
      asks: 'engine',
      stages: 2,
      settings: { train_batch_size: 1, bf16: { enabled: true }, zero_optimization: { stage: 1 }, optimizer: ADAM },
    },
    /num_stages \(2\) must divide distributed world size \(1\)/,
  ],
  [
    'bf16 on GPUs that lack it',
    'PRECISION_NOT_SUPPORTED',
    () => planOf({ precision: Precision.BF16 }, GpuInstanceType.P3_16XLARGE),
    { asks: 'engine', lacks: 'bf16', settings: { train_batch_size: 1, bf16: { enabled: true }, optimizer: ADAM } },
    /Type bf16 is not supported on your device/,
  ],
  [
    'bf16 and fp16 together',
    'SETTING_DECIDED',
    () => DeepSpeedConfig.of({ precision: Precision.BF16, moreSettings: { fp16: { enabled: true } } }),
    { asks: 'config', settings: { train_batch_size: 1, bf16: { enabled: true }, fp16: { enabled: true } } },
    /bfloat16 and fp16 modes cannot be simultaneously enabled/,
  ],
  [
    'a stage that there is not',
    'NOT_A_WHOLE_NUMBER',
    () => DeepSpeedConfig.of({ zeroStage: 4 }),
    { asks: 'config', settings: { train_batch_size: 1, zero_optimization: { stage: 4 } } },
    /Input should be 0, 1, 2, 3/,
  ],
];

/** What this library refuses because DeepSpeed takes it and does something else. */
const IGNORED: readonly [string, DeepSpeedConfigProps, unknown][] = [
  [
    'the optimizer at stage 0',
    { zeroStage: 0, offloadOptimizer: true },
    { stage: 0, offload_optimizer: { device: 'cpu' } },
  ],
  [
    'the parameters at stage 2',
    { zeroStage: 2, offloadParameters: true },
    { stage: 2, offload_param: { device: 'cpu' } },
  ],
];

const STATES: readonly DeepSpeedConfigProps[] = [
  { zeroStage: 1 },
  { zeroStage: 2, offloadOptimizer: true },
  { zeroStage: 3 },
  { zeroStage: 3, offloadOptimizer: true, offloadParameters: true },
  { zeroStage: 1, precision: Precision.FP32 },
];

describeWith(['deepSpeed'], 'configurations for DeepSpeed', () => {
  const { python } = tools().deepSpeed!;
  const plans = MATRIX.map((props) => planOf(props));
  let accepted: Answer[];
  let refused: Answer[];
  let ignored: Answer[];
  let states: Answer[];

  beforeAll(async () => {
    const ask: Question[] = [
      ...plans.map(({ deepSpeedJson, dataParallelRanks }): Question => ({
        asks: 'config',
        settings: JSON.parse(deepSpeedJson),
        ranks: dataParallelRanks,
      })),
      ...REFUSED.map(([, , , question]) => question),
      ...IGNORED.map(([, , zero]): Question => ({
        asks: 'engine',
        settings: { train_batch_size: 1, bf16: { enabled: true }, zero_optimization: zero, optimizer: ADAM },
      })),
      ...STATES.map((props): Question => {
        const settings = JSON.parse(planOf(props).deepSpeedJson) as { [name: string]: unknown };
        return { asks: 'step', settings: { ...settings, train_batch_size: 1 } };
      }),
    ];
    const answers = await askDeepSpeed(python, ask);
    const take = (count: number) => answers.splice(0, count);
    [accepted, refused, ignored, states] = [plans, REFUSED, IGNORED, STATES].map(({ length }) => take(length));
  });

  test.each(MATRIX.map((props, i) => [JSON.stringify({ ...props, precision: String(props.precision) }), i] as const))(
    'are taken as they are meant: %s',
    (_, i) => {
      const { deepSpeed, precision, trainBatchSize, gradientAccumulation, deepSpeedJson } = plans[i];
      const given = MATRIX[i];
      const settings = JSON.parse(deepSpeedJson);
      const zero = settings.zero_optimization;
      expect(accepted[i]).toEqual({
        accepted: {
          batch: [trainBatchSize, deepSpeed.microBatchSize, gradientAccumulation],
          stage: deepSpeed.zeroStage,
          bf16: precision === Precision.BF16,
          fp16: precision === Precision.FP16,
          offload: [deepSpeed.offloadOptimizer && 'cpu', deepSpeed.offloadParameters && 'cpu'],
          // The defaults of DeepSpeed where the stage does not use them.
          live: zero.stage3_max_live_parameters ?? 1e9,
          buckets: [zero.reduce_bucket_size ?? 5e8, 5e7],
          clock: given.wallClockBreakdown ?? false,
          steps: given.stepsPerPrint ?? 10,
          optimizer: 'adamw',
          scheduler: given.warmUpSteps ? 'WarmupLR' : null,
        },
      });
    },
  );

  test.each(REFUSED.map(([title, id, refuse, , sentence], i) => [title, { id, refuse, sentence, i }] as const))(
    'that are refused here are refused there: %s',
    (_, { id, refuse, sentence, i }) => {
      expect(faultIds(refuse)).toEqual([id]);
      expect(refused[i].refused).toMatch(sentence);
    },
  );

  test.each(IGNORED.map(([title, props], i) => [title, { props, i }] as const))(
    'that offload what DeepSpeed leaves on the GPU are refused here alone: %s',
    (_, { props, i }) => {
      expect(faultIds(() => DeepSpeedConfig.of(props))).toEqual(['OFFLOAD_NEEDS_ZERO_STAGE']);
      expect(ignored[i].accepted).toBeDefined();
    },
  );

  test('have the optimizer hold 12 bytes of each parameter after a step, as the plan counts', () => {
    expect(states.map(({ accepted: found, refused: reason }) => found?.bytesPerParameter ?? reason)).toEqual(
      STATES.map(() => 12),
    );
  });
});

function faultIds(refuse: () => unknown): string[] {
  try {
    refuse();
  } catch (error) {
    return (error as UnscopedValidationError).faults.map(({ id }) => id);
  }
  return [];
}
