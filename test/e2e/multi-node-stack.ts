import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  ExistingGpuNodePool,
  GpuInstanceType,
  KubernetesAccess,
  KubernetesCluster,
  LeaderWorkerSetController,
  ModelSpec,
  ModelStore,
  Parallelism,
  RdmaFabric,
  TaintEffect,
  VllmDeployment,
} from '../../lib';

/** Two groups of two nodes, which fill the pool. */
export const GROUPS = { namespace: 'inference', name: 'large-group', service: 'large', replicas: 2, size: 2 };
/** Labels and taint of the nodes of the pool. */
export const SELECTOR = { 'example.com/rack': 'groups' };
export const TAINT = { key: 'example.com/team', value: 'groups', effect: TaintEffect.NO_SCHEDULE };

/** What is changed of the groups. */
export interface GroupsChange {
  /** Image of their containers. */
  readonly image: string;
  /** The groups from this one on get it. */
  readonly partition: number;
}

/** Groups of nodes, and the Service of their leaders. */
export const groups =
  ({ image, partition }: GroupsChange) =>
  (app: App): TerraformStack => {
    const { replicas, size } = GROUPS;
    const stack = new TerraformStack(app, 'multi-node');
    new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    const configPath = '~/.kube/config';
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath, context: 'hall-7' });
    KubernetesAccess.of(stack, cluster);
    const nodePool = new ExistingGpuNodePool(stack, 'Pool', {
      cluster,
      hardware: GpuInstanceType.P5_48XLARGE,
      nodes: replicas * size,
      fabric: RdmaFabric.efa(),
      ephemeralStorage: DataSize.gib(1000),
      nodeSelector: SELECTOR,
      taints: [TAINT],
    });
    new LeaderWorkerSetController(stack, 'Groups', { cluster });
    const modelStore = ModelStore.s3Compatible(stack, 'Models', {
      bucketName: 'models',
      endpoint: 'https://objects.example.com',
      credentials: { name: 'model-store' },
    });
    new VllmDeployment(stack, 'Large', {
      cluster,
      nodePool,
      modelStore,
      vllmImage: image,
      replicas,
      maxSurge: 0,
      models: [
        {
          name: 'large',
          model: ModelSpec.LLAMA_3_1_70B,
          parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
          rolloutPartition: partition,
        },
      ],
    });
    return stack;
  };
