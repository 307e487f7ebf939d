import { App, TerraformStack } from 'cdktf';
import { EksGpuCluster, GpuInstanceType, GpuNodePool, KubernetesAccess, ModelStore, NodeAgents } from '../../lib';

/**
 * What the code blocks of the documents use without showing how it was made. Each is made when first asked for, in the block's
 * own stack. A block gets one by naming it: `cluster`, `nodePool`, `modelStore`, `stack`, `app`.
 */
export class ReadmeFixtures {
  public readonly stack: TerraformStack;
  private eks?: EksGpuCluster;
  private pool?: GpuNodePool;
  private store?: ModelStore;

  public constructor(stack: TerraformStack) {
    this.stack = stack;
  }

  public get app(): App {
    return this.stack.node.root as App;
  }

  public get cluster(): EksGpuCluster {
    if (!this.eks) {
      this.eks = new EksGpuCluster(this.stack, 'FixtureCluster', {
        clusterName: 'fixture',
        availabilityZones: ['us-west-2a', 'us-west-2b'],
      });
      KubernetesAccess.of(this.stack, this.eks);
    }
    return this.eks;
  }

  public get nodePool(): GpuNodePool {
    if (!this.pool) {
      this.pool = new GpuNodePool(this.stack, 'FixturePool', {
        cluster: this.cluster,
        poolName: 'fixture',
        instanceType: GpuInstanceType.G6E_XLARGE,
        minNodes: 1,
        maxNodes: 1,
      });
      new NodeAgents(this.stack, 'FixtureAgents', { cluster: this.cluster });
    }
    return this.pool;
  }

  public get modelStore(): ModelStore {
    this.store ??= new ModelStore(this.stack, 'FixtureStore', { writers: ['111122223333'] });
    return this.store;
  }
}

/** Names of the fixtures. */
export const FIXTURE_NAMES = ['stack', 'app', 'cluster', 'nodePool', 'modelStore'] as const;
