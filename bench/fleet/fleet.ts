import { App, TerraformStack } from 'cdktf';
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
  VllmDeployment,
} from '../../lib';

/** How large a fleet is. Everything is shared out evenly over the pools. */
export interface FleetSize {
  readonly pools: number;
  readonly nodes: number;
  /** Deployments of two servers of one GPU each. */
  readonly deployments: number;
  /** Groups of two nodes each. */
  readonly groups: number;
}

export const LARGEST: FleetSize = { pools: 20, nodes: 1000, deployments: 200, groups: 20 };
export const INSTANCE_TYPE = GpuInstanceType.P5_48XLARGE;
export const NAMESPACE = 'inference';
export const SERVERS = 2;
export const GROUP_SIZE = 2;

/** Labels of the nodes of a pool. */
export const selectorOf = (pool: number): { [key: string]: string } => ({ 'example.com/rack': `rack-${pool}` });

/** A cluster with many pools, deployments and groups, in one stack. */
export function fleet(app: App, { pools, nodes, deployments, groups }: FleetSize): TerraformStack {
  const stack = new TerraformStack(app, 'fleet');
  const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: '~/.kube/config', context: 'fleet' });
  KubernetesAccess.of(stack, cluster);
  new LeaderWorkerSetController(stack, 'Groups', { cluster });
  const modelStore = ModelStore.s3Compatible(stack, 'Models', {
    bucketName: 'models',
    endpoint: 'https://objects.example.com',
    credentials: { name: 'model-store' },
  });
  const made = Array.from({ length: pools }, (_, index) => {
    return new ExistingGpuNodePool(stack, `rack-${index}`, {
      ...{ cluster, hardware: INSTANCE_TYPE, nodes: nodes / pools, fabric: RdmaFabric.efa() },
      ephemeralStorage: DataSize.gib(1000),
      nodeSelector: selectorOf(index),
    });
  });
  const shared = {
    cluster,
    modelStore,
    namespace: NAMESPACE,
    maxSurge: 0,
    vllmImage: 'registry.example.com/vllm-efa:1',
  };
  for (let index = 0; index < deployments; index++) {
    const models = [
      { name: `chat-${index}`, model: ModelSpec.LLAMA_3_1_8B, parallelism: Parallelism.of({ tensor: 1 }) },
    ];
    new VllmDeployment(stack, `chat-${index}`, { ...shared, nodePool: made[index % pools], replicas: SERVERS, models });
  }
  for (let index = 0; index < groups; index++) {
    const parallelism = Parallelism.of({ tensor: 8, pipeline: GROUP_SIZE });
    const models = [{ name: `large-${index}`, model: ModelSpec.LLAMA_3_1_70B, parallelism }];
    new VllmDeployment(stack, `large-${index}`, { ...shared, nodePool: made[index % pools], replicas: 1, models });
  }
  return stack;
}

/** Pods that each pool has by the proof, which refuses at synthesis what does not fit. */
export function podsByPool({ pools, deployments, groups }: FleetSize): number[] {
  const shareOf = (count: number, pool: number) => Math.floor(count / pools) + (pool < count % pools ? 1 : 0);
  return Array.from(
    { length: pools },
    (_, pool) => SERVERS * shareOf(deployments, pool) + GROUP_SIZE * shareOf(groups, pool),
  );
}
