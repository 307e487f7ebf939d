import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { JobSetController, TrainingJob, TrainingJobProps } from '../../lib/jobs';
import { DeepSpeedConfig } from '../../lib/planning';
import { withSite } from '../serving/support/fixtures';
import { warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const train =
  (
    given: Partial<TrainingJobProps>,
    hardware = GpuInstanceType.P5_48XLARGE,
    before = false,
    made: (job: TrainingJob) => void = () => undefined,
  ) =>
  () =>
    withSite(({ scope, cluster, store, pool }) => {
      const job = new TrainingJob(scope, 'Tune', {
        ...{ cluster, nodePool: pool(hardware), modelStore: store, modelName: 'llama', dataName: 'talks' },
        ...{ model: ModelSpec.LLAMA_3_1_8B, sequenceLength: 4096, steps: 10, checkpointClaim: 'checkpoints' },
        image: 'registry.example.com/training:1',
        ...given,
      });
      made(job);
      if (before) new JobSetController(scope, 'Sets', { cluster });
    });

const controllers =
  (...versions: (string | undefined)[]) =>
  () =>
    withSite(({ scope, cluster }) =>
      versions.forEach((chartVersion, i) => new JobSetController(scope, `Sets${i}`, { cluster, chartVersion })),
    );

export const TEXTS: FaultText[] = [
  {
    id: 'CHART_TOO_OLD',
    property: 'chartVersion',
    text: 'chartVersion must be 0.8.0 or later, whose chart is published with it; got 0.7.0',
    refuse: controllers('0.7.0'),
  },
  {
    id: 'CONTROLLER_AFTER_JOB_SETS',
    property: 'cluster',
    text: "'test/Tune' trains on several nodes and was made before the controller that runs it, so that it does not wait for it; make the JobSetController first",
    refuse: train({ nodes: 2 }, undefined, true),
  },
  {
    id: 'EMPTY_LIST',
    property: 'program',
    text: 'program must have at least one word, the Python file; got none; leave it out for the own one',
    refuse: train({ program: [] }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'program[0]',
    text:
      "program must begin with the Python file that torchrun starts, e.g. ['/app/train.py', '--epochs', '3']; got 'python3', which torchrun would take for " +
      'that file; leave it out, and give the file of a module instead of -m',
    refuse: train({ program: ['python3', '-m', 'train'] }),
  },
  {
    id: 'INVALID_NAME',
    property: "environment['a b']",
    text: "names of environment must be names of environment variables, e.g. 'NCCL_DEBUG'; got 'a b'",
    refuse: train({ environment: { 'a b': 'c' } }),
  },
  {
    id: 'JOB_SETS_EXIST',
    property: 'cluster',
    text: "cluster 'test' already has a controller of JobSets, at 'test/Sets0', which serves all its namespaces; remove one of the two",
    refuse: controllers(undefined, undefined),
  },
  {
    id: 'PIPELINE_NEEDS_PROGRAM',
    property: 'program',
    text:
      "the package's own program builds no pipeline (pipelineStages 4): give a program that makes its model a PipelineModule, or leave " +
      'pipelineStages out',
    refuse: train({ deepSpeed: DeepSpeedConfig.of({ pipelineStages: 4 }) }),
  },
  {
    id: 'RESERVED',
    property: "environment['MASTER_ADDR']",
    text: "environment must not contain 'MASTER_ADDR', which is set here; remove it",
    refuse: train({ environment: { MASTER_ADDR: 'elsewhere' } }),
  },
  {
    id: 'TRAINING_DOES_NOT_FIT',
    property: 'deepSpeed',
    text:
      "llama-3.1-70b with ZeRO 3, micro-batches of 1, with activation checkpointing does not fit pool 'gpu': each GPU is short by 108.46 GiB " +
      '(183.6 GiB of 75.14 GiB; most of it optimizer, 131.42 GiB); use one of: the optimizer in host memory, its step on the processor | 4 × ' +
      'p5.48xlarge | 1 × p6-b300.48xlarge',
    refuse: train({ model: ModelSpec.LLAMA_3_1_70B }),
  },
  {
    id: 'TRAINING_PLAN',
    text:
      "PyTorch's AdamW on the processor takes seconds a step for each billion parameters of a rank; compiledOptimizer is faster, and needs a " +
      'compiler in the image',
    faults: () => {
      let made: TrainingJob | undefined;
      train({ deepSpeed: DeepSpeedConfig.of({ offloadOptimizer: true }) }, undefined, false, (job) => (made = job))();
      return warningsOf(made!);
    },
  },
  {
    id: 'TRAINING_EXCEEDS_POOL',
    property: 'nodes',
    text: "nodes must be at most the 2 that pool 'gpu' may have; got 4; raise maxNodes",
    refuse: train({ nodes: 4 }),
  },
];
