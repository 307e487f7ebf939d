import { GpuInstanceType, ModelSpec, Parallelism } from '../../lib/catalog';
import { ServingImage } from '../../lib/images';
import { JobSetController, TrainingJob, TrainingJobProps } from '../../lib/jobs';
import { DeepSpeedConfig } from '../../lib/planning';
import { RdmaFabric } from '../../lib/network';
import { GpuQueue } from '../../lib/scheduling';
import { VllmDeployment } from '../../lib/serving';
import { Fault } from '../../lib/units';
import { TestPool, TestStore, withSite } from '../serving/support/fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';
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

/** What is found at synthesis of a training of two nodes beside three servers of one, on four. */
function besideServers(): Fault[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const modelStore = new TestStore(stack, 'Store');
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, 4);
  const model = { name: 'chat', model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8 }) };
  const servers = { cluster, nodePool, modelStore, maxSurge: 0, models: [{ ...model, replicas: 3 }] };
  new VllmDeployment(stack, 'Chat', servers);
  new TrainingJob(stack, 'Tune', {
    ...{ cluster, nodePool, modelStore, modelName: 'llama', dataName: 'talks', nodes: 2, sequenceLength: 4096 },
    ...{ model: ModelSpec.LLAMA_3_1_8B, steps: 10, checkpointClaim: 'checkpoints', image: 'registry.example.com/t:1' },
  });
  return faultsAtSynth(cluster);
}

/** A training of three nodes in a queue of a pool that has two, and to which nothing adds any. */
const queued = () => {
  const stack = testStack();
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, 4);
  Object.assign(nodePool, { minNodes: 2 });
  const queue = new GpuQueue(stack, 'gpus', { cluster, nodePools: [nodePool] });
  return new TrainingJob(stack, 'Tune', {
    ...{ cluster, nodePool, queue, modelStore: new TestStore(stack, 'Store'), modelName: 'llama', dataName: 'talks' },
    ...{ model: ModelSpec.LLAMA_3_1_8B, sequenceLength: 4096, steps: 10, checkpointClaim: 'checkpoints', nodes: 3 },
    image: 'registry.example.com/t:1',
  });
};

/** A training of two nodes in a queue of two, one of which another training may hold. */
function besideUnqueued(): Fault[] {
  const stack = testStack();
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.P5_48XLARGE, 2);
  const queue = new GpuQueue(stack, 'gpus', { cluster, nodePools: [nodePool] });
  const given = {
    ...{ cluster, nodePool, modelStore: new TestStore(stack, 'Store'), modelName: 'llama', dataName: 'talks' },
    ...{ model: ModelSpec.LLAMA_3_1_8B, sequenceLength: 4096, steps: 10, checkpointClaim: 'checkpoints' },
    image: 'registry.example.com/t:1',
  };
  new TrainingJob(stack, 'Tune', { ...given, queue, nodes: 2 });
  new TrainingJob(stack, 'Other', given);
  return faultsAtSynth(queue);
}

const unmade = (trainingImage: ServingImage) => train({ image: undefined, trainingImage });

export const TEXTS: FaultText[] = [
  {
    id: 'TRAINING_HAS_NO_ROOM',
    text:
      "test/Tune/Set: 'training/tune' asks for 16 of nvidia.com/gpu (2 pods), but beside what stays on pool 'gpu' ('inference/chat' 3 x 8) 8 of the 32 of " +
      'its 4 nodes are left; raise maxNodes to 5, give it a pool of its own, or let it wait in a queue (GpuQueue) where scalers or other trainings give ' +
      'nodes back',
    faults: besideServers,
  },
  {
    id: 'QUEUE_TOO_SMALL',
    property: 'queue',
    text:
      "queue 'gpus' hands out 2 node(s) of pool 'gpu', those that there are, and the training takes 3, so that it would never be admitted; raise minNodes " +
      'to 3, or let an autoscaler add nodes',
    refuse: queued,
  },
  {
    id: 'QUEUE_TOO_SMALL',
    property: 'queue',
    text:
      "queue 'gpus' hands out 8 of the 16 GPUs of pool 'gpu' (2 nodes), since 'training/other' (1 x 8) may hold the others, on as many nodes as that can be, " +
      "without waiting in it, and 'training/tune' would never be admitted, which needs 16 with all that stays in the queue; raise maxNodes to 3, let " +
      "'training/other' wait in the queue too, or give one of them a pool of its own",
    faults: besideUnqueued,
  },
  {
    id: 'IMAGE_WITHOUT_PACKAGES',
    property: 'trainingImage',
    text: "this trainingImage lacks accelerate and deepspeed, which the package's own program imports, so that it would end at once; add them to packages of ServingImage.pyTorch, e.g. packages: ['deepspeed==0.19.8', 'accelerate==1.15.0'], or give a program of yours",
    refuse: unmade(ServingImage.pyTorch({ repository: 'registry.example.com/t', tag: '1' })),
  },
  {
    id: 'IMAGE_WITHOUT_FABRIC',
    property: 'image',
    text:
      "'pytorch/pytorch:2.9.0' has neither libfabric nor the plugin by which NCCL uses EFA, so that the nodes of pool 'gpu' would send by TCP; pass a " +
      'trainingImage of ServingImage.pyTorch({ efa: EfaInstaller.DEFAULT }), or an image of yours that has both, or give the pool RdmaFabric.none() and ' +
      'accept TCP',
    refuse: () =>
      withSite(({ scope, cluster, store, pool }) => {
        const nodePool = pool(GpuInstanceType.P5_48XLARGE, 2, 'gpu', RdmaFabric.efa());
        return new TrainingJob(scope, 'Tune', {
          ...{ cluster, nodePool, modelStore: store, modelName: 'llama', dataName: 'talks', nodes: 2, steps: 10 },
          ...{
            model: ModelSpec.LLAMA_3_1_8B,
            sequenceLength: 4096,
            checkpointClaim: 'c',
            image: 'pytorch/pytorch:2.9.0',
          },
        });
      }),
  },
  {
    id: 'MISSING_PROPERTY',
    property: 'image',
    text: 'image is needed: a reference with PyTorch, transformers, accelerate and DeepSpeed, or trainingImage',
    refuse: train({ image: undefined }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'image',
    text: 'image and trainingImage both name the image; keep one of them',
    refuse: train({ trainingImage: ServingImage.pyTorch({ repository: 'registry.example.com/t', tag: '1' }) }),
  },
  {
    id: 'SERVING_IMAGE_WITHOUT_REPOSITORY',
    property: 'trainingImage',
    text: 'trainingImage must say where it is pulled from: give repository and digest, or repository and tag, when it is made',
    refuse: unmade(ServingImage.pyTorch()),
  },
  {
    id: 'SERVING_IMAGE_OF_OTHER_KIND',
    property: 'trainingImage',
    text: 'trainingImage must be an image with PyTorch; got one with triton; make it by ServingImage.pyTorch',
    refuse: unmade(ServingImage.triton({ repository: 'registry.example.com/t', tag: '1' })),
  },
  {
    id: 'NODES_OVER_TCP',
    text:
      "2 nodes of pool 'gpu' (p5.48xlarge) exchange gradients and weights over TCP, 3200 Gb/s each; no measurement of that is known; give the pool a fabric, " +
      'or train on one node',
    faults: () => {
      let job: TrainingJob | undefined;
      train({ nodes: 2 }, undefined, false, (made) => (job = made))();
      return warningsOf(job as TrainingJob);
    },
  },
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
