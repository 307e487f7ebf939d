import { GpuInstanceType } from '../../catalog/gpu-instance-type';
import { DeepSpeedConfigProps } from './deep-speed-config';
import { trainingMemory } from './training-memory';
import { TrainingAlternative } from './training-plan';
import { TrainingSetup, trainingFaults, trainingSetup } from './training-setup';
import { DataSize } from '../../units/data-size';

/** Most alternatives of a plan. */
const MOST = 4;
/** Most nodes that are tried, as multiples of those given. */
const MULTIPLES = [2, 4, 8, 16];

interface Step {
  readonly change: string;
  readonly props: DeepSpeedConfigProps;
}

/**
 * Ways out, each checked to fit: first those that cost the least time on the same nodes, alone and together, then more nodes, then larger GPUs.
 *
 * @internal
 */
export function trainingAlternatives(setup: TrainingSetup): TrainingAlternative[] {
  const steps = stepsOf(setup);
  const together = steps.map((_, i) => joined(steps.slice(0, i + 1)));
  const own = [...steps, ...together.slice(1)].map((step) => alternative(setup, step));
  const nodes = MULTIPLES.map((multiple) =>
    alternative(setup, { change: '', props: {} }, { nodes: setup.nodes * multiple }),
  );
  const fitting = own.filter((each) => each !== undefined).slice(0, MOST - 1);
  const more = nodes.find((each) => each !== undefined) ?? nodesWith(setup, together);
  return [
    ...fitting,
    ...[more, fitting.length < MOST - 1 ? larger(setup) : undefined].filter((each) => each !== undefined),
  ];
}

/** Changes on the same nodes, that which costs the least time first. */
function stepsOf({ config, accumulation }: TrainingSetup): Step[] {
  const { microBatchSize, zeroStage, pipelineStages, activationCheckpointing, offloadOptimizer } = config;
  const given = config._props;
  const atOnce = { microBatchSize: 1, gradientAccumulation: accumulation * microBatchSize };
  return [
    ...(microBatchSize > 1
      ? [
          {
            change: `micro-batches of 1, with ${atOnce.gradientAccumulation} of them for the same batch`,
            props: atOnce,
          },
        ]
      : []),
    ...(activationCheckpointing
      ? []
      : [
          {
            change: 'activation checkpointing, about a quarter more time',
            props: { activationCheckpointing: true },
          },
        ]),
    ...(zeroStage < 3 && pipelineStages === 1
      ? [{ change: 'ZeRO stage 3, half as much again to send between the GPUs', props: { zeroStage: 3 } }]
      : []),
    ...(offloadOptimizer || (pipelineStages > 1 && (given.zeroStage ?? 1) < 1)
      ? []
      : [{ change: 'the optimizer in host memory, its step on the processor', props: { offloadOptimizer: true } }]),
    ...(config.offloadParameters || pipelineStages > 1
      ? []
      : [
          {
            change: 'the parameters in host memory, each read over PCI Express in every pass',
            props: { zeroStage: 3, offloadParameters: true },
          },
        ]),
  ];
}

function joined(steps: readonly Step[]): Step {
  const props = steps.reduce<DeepSpeedConfigProps>((all, step) => ({ ...all, ...step.props }), {});
  return { change: steps.map(({ change }) => change).join('; and '), props };
}

/** The fewest nodes on which all that costs little time is enough. */
function nodesWith(setup: TrainingSetup, together: readonly Step[]): TrainingAlternative | undefined {
  const cheap = together.filter(({ props }) => !props.offloadOptimizer && !props.offloadParameters).pop();
  if (cheap === undefined) return undefined;
  const found = MULTIPLES.map((multiple) => alternative(setup, cheap, { nodes: setup.nodes * multiple }));
  return found.find((each) => each !== undefined);
}

function priceOf({ listPricePerHour = Infinity }: GpuInstanceType): number {
  return listPricePerHour;
}

/** As many GPUs of the cheapest instance type on which it fits as it is. */
function larger(setup: TrainingSetup): TrainingAlternative | undefined {
  const { hardware, gpusPerNode, nodes } = setup;
  return GpuInstanceType.ALL.filter(
    ({ gpu, gpuCount }) => gpuCount >= gpusPerNode && gpu.memory.bytes > hardware.gpu.memory.bytes,
  )
    .filter((type) => priceOf(type) < Infinity)
    .sort((a, b) => priceOf(a) - priceOf(b))
    .map((type) => alternative(setup, { change: '', props: {} }, { nodes, type }))
    .find((each) => each !== undefined);
}

function alternative(
  setup: TrainingSetup,
  { change, props }: Step,
  { nodes = setup.nodes, type = setup.hardware }: { nodes?: number; type?: TrainingSetup['hardware'] } = {},
): TrainingAlternative | undefined {
  const deepSpeed = setup.config._changed(props);
  if (deepSpeed === undefined) return undefined;
  const { model, gpusPerNode, sequenceLength } = setup;
  const request = { model, hardware: type, nodes, gpusPerNode, sequenceLength, deepSpeed };
  if (trainingFaults(request).length > 0) return undefined;
  const { total, available, host, hostAvailable } = trainingMemory(trainingSetup(request));
  if (total > available || host > hostAvailable) return undefined;
  const where = nodes === setup.nodes && type === setup.hardware ? [] : [`${nodes} × ${type.name}`];
  return {
    change: [...where, ...(change === '' ? [] : [change])].join(', with '),
    ...{ deepSpeed, nodes, hardware: type },
    memory: DataSize.bytes(Math.ceil(total)),
  };
}
