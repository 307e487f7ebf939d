import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInstanceType,
  GpuQueue,
  KubernetesAccess,
  KubernetesCluster,
  Kueue,
  LeaderWorkerSetController,
  ModelSpec,
  ModelStore,
  Parallelism,
  RdmaFabric,
  TaintEffect,
  TrainingJob,
  TrainingJobProps,
  VllmDeployment,
} from '../../lib';

/** Groups of two nodes on a pool of four. */
export const GANG = { namespace: 'inference', name: 'large-group', queue: 'gpus', size: 2, nodes: 4 };
/** Labels and taint of the nodes of the pool. */
export const SELECTOR = { 'example.com/rack': 'queued' };
export const TAINT = { key: 'example.com/team', value: 'queued', effect: TaintEffect.NO_SCHEDULE };

/** A training in the same queue, on one of the nodes, and the claim with its checkpoints. */
export const TRAINING = { namespace: 'training', name: 'tune', claim: 'checkpoints' };
/** Another one, in a stack of its own. */
export const ALONE = { namespace: 'tuning', name: 'alone' };

/** The pool, in a stack of its own. */
function rack(app: App, name: string) {
  const stack = new TerraformStack(app, name);
  new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', {
    configPath: '~/.kube/config',
    context: 'hall-8',
  });
  KubernetesAccess.of(stack, cluster);
  const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
    cluster,
    hardware: GpuInstanceType.P5_48XLARGE,
    nodes: GANG.nodes,
    fabric: RdmaFabric.efa(),
    ephemeralStorage: DataSize.gib(1000),
    nodeSelector: SELECTOR,
    taints: [TAINT],
  });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.example.com',
    credentials: { name: 'model-store' },
  });
  return { stack, cluster, nodePool, modelStore };
}

type OfTraining = Pick<TrainingJobProps, 'cluster' | 'nodePool' | 'modelStore' | 'queue'>;

function training(stack: TerraformStack, of: { name: string; namespace: string }, given: OfTraining): void {
  new TrainingJob(stack, 'Tune', {
    ...{ ...given, name: of.name, namespace: of.namespace, nodes: 1, image: 'registry.example.com/training:1' },
    ...{ modelName: 'llama', model: ModelSpec.LLAMA_3_1_8B, dataName: 'talks', sequenceLength: 4096, steps: 10 },
    ...{ checkpointClaim: TRAINING.claim },
  });
}

/** A training in a queue, by a stack that installs no chart of others, so that Terraform itself can apply it. */
export const queuedTraining = (app: App): TerraformStack => {
  const { stack, cluster, nodePool, modelStore } = rack(app, 'queued-training');
  const queue = new GpuQueue(stack, 'Queue', { cluster, nodePools: [nodePool], name: 'trainings' });
  training(stack, ALONE, { cluster, nodePool, modelStore, queue });
  return stack;
};

/** Groups, and where it is said a training, that wait in a queue until all of their nodes are free. */
export const gang =
  (replicas: number, image: string, withTraining = false) =>
  (app: App): TerraformStack => {
    const { stack, cluster, nodePool, modelStore } = rack(app, 'gang');
    new LeaderWorkerSetController(stack, 'Groups', { cluster });
    new Kueue(stack, 'Kueue', { cluster });
    const queue = new GpuQueue(stack, 'Queue', { cluster, nodePools: [nodePool], name: GANG.queue });
    const models = [
      { name: 'large', model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
    ];
    new VllmDeployment(stack, 'Large', {
      ...{ cluster, nodePool, modelStore, models, queue, replicas, maxSurge: 0, vllmImage: image },
    });
    if (withTraining) training(stack, TRAINING, { cluster, nodePool, modelStore, queue });
    return stack;
  };
