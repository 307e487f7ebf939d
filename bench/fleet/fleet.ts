import { App, TerraformStack } from 'cdktf';
import {
  ClusterChecks,
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
  /** Deployments of four servers each; by turns of the pools, one GPU each or a node each. */
  readonly deployments: number;
  /** Groups of two nodes each. */
  readonly groups: number;
}

/** A fleet as it is described. */
export interface Fleet {
  readonly stack: TerraformStack;
  readonly checks: ClusterChecks;
}

export const LARGEST: FleetSize = { pools: 20, nodes: 1000, deployments: 200, groups: 20 };
export const NAMESPACE = 'inference';
const SERVERS = 4;
const GROUP_SIZE = 2;

/** A fleet of a share of the largest. */
export const shareOf = (share: number): FleetSize => ({
  pools: Math.max(1, LARGEST.pools * share),
  nodes: LARGEST.nodes * share,
  deployments: LARGEST.deployments * share,
  groups: LARGEST.groups * share,
});

/** Name of a pool. */
export const poolName = (pool: number): string => `rack-${pool}`;

/** Labels of the nodes of a pool. */
export const RACK = 'example.com/rack';

/** A cluster with many pools, deployments and groups, in one stack. */
export function fleet(app: App, { pools, nodes, deployments, groups }: FleetSize): Fleet {
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
    return new ExistingGpuNodePool(stack, poolName(index), {
      ...{ cluster, hardware: GpuInstanceType.P5_48XLARGE, nodes: nodes / pools, fabric: RdmaFabric.efa() },
      ephemeralStorage: DataSize.gib(1000),
      nodeSelector: { [RACK]: poolName(index) },
    });
  });
  const shared = {
    cluster,
    modelStore,
    namespace: NAMESPACE,
    maxSurge: 0,
    vllmImage: 'registry.example.com/vllm-efa:1',
  };
  const serve = (name: string, pool: number, replicas: number, model: ModelSpec, parallelism: Parallelism) =>
    new VllmDeployment(stack, name, {
      ...{ ...shared, nodePool: made[pool], replicas, models: [{ name, model, parallelism }] },
    });
  for (let index = 0; index < deployments; index++) {
    const [name, pool] = [`chat-${index}`, index % pools];
    const isOfNode = Math.floor(index / pools) % 2 === 1;
    if (isOfNode) serve(name, pool, SERVERS, ModelSpec.LLAMA_3_1_70B, Parallelism.of({ tensor: 8 }));
    else serve(name, pool, SERVERS, ModelSpec.LLAMA_3_1_8B, Parallelism.of({ tensor: 1 }));
  }
  for (let index = 0; index < groups; index++) {
    const parallelism = Parallelism.of({ tensor: 8, pipeline: GROUP_SIZE });
    serve(`large-${index}`, index % pools, 1, ModelSpec.LLAMA_3_1_70B, parallelism);
  }
  return { stack, checks: ClusterChecks.of(cluster) };
}
