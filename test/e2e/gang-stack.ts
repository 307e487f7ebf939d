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
  VllmDeployment,
} from '../../lib';

/** Groups of two nodes on a pool of four. */
export const GANG = { namespace: 'inference', name: 'large-group', queue: 'gpus', size: 2, nodes: 4 };
/** Labels and taint of the nodes of the pool. */
export const SELECTOR = { 'example.com/rack': 'queued' };
export const TAINT = { key: 'example.com/team', value: 'queued', effect: TaintEffect.NO_SCHEDULE };

/** Groups that wait in a queue until all of their nodes are free. */
export const gang =
  (replicas: number, image: string) =>
  (app: App): TerraformStack => {
    const stack = new TerraformStack(app, 'gang');
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
    new LeaderWorkerSetController(stack, 'Groups', { cluster });
    new Kueue(stack, 'Kueue', { cluster });
    const queue = new GpuQueue(stack, 'Queue', { cluster, nodePools: [nodePool], name: GANG.queue });
    const modelStore = ModelStore.s3Compatible(stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.example.com',
      credentials: { name: 'model-store' },
    });
    const models = [
      { name: 'large', model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
    ];
    new VllmDeployment(stack, 'Large', {
      ...{ cluster, nodePool, modelStore, models, queue, replicas, maxSurge: 0, vllmImage: image },
    });
    return stack;
  };
