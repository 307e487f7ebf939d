import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  Autoscaling,
  Capacity,
  ClusterAutoscaler,
  EksGpuCluster,
  EksGpuClusterProps,
  GpuInstanceType,
  GpuNodePool,
  GpuNodePoolOptions,
  KarpenterGpuNodePool,
  KarpenterGpuNodePoolProps,
  KubernetesAccess,
  NodeAgents,
  Placement,
  RdmaFabric,
} from '../../lib';

export const REGION = 'us-east-1';
export const CLUSTER = 'pools';

/** What of the program changes. */
export interface Pools {
  readonly cluster: Partial<EksGpuClusterProps>;
  /** The managed pools, by name, in order. */
  readonly managed: readonly (readonly [name: string, pool: GpuNodePoolOptions])[];
  readonly karpenter: Partial<KarpenterGpuNodePoolProps>;
}

const EFA: GpuNodePoolOptions = {
  instanceType: GpuInstanceType.P4DE_24XLARGE,
  fabric: RdmaFabric.efa(),
  placement: Placement.clusterGroup(),
  minNodes: 2,
  maxNodes: 2,
};
const RESERVED: GpuNodePoolOptions = {
  instanceType: GpuInstanceType.P5_48XLARGE,
  fabric: RdmaFabric.efa(),
  capacity: Capacity.reservation({ reservationId: 'cr-0a1b2c3d4e5f60718', availabilityZone: 'us-east-1b' }),
  minNodes: 2,
  maxNodes: 2,
};
const BURST: GpuNodePoolOptions = {
  instanceType: GpuInstanceType.G6_12XLARGE,
  autoscaling: Autoscaling.clusterAutoscaler(),
  minNodes: 0,
  maxNodes: 3,
};

export const BASE: Pools = {
  cluster: { availabilityZones: ['us-east-1a', 'us-east-1b'], kubernetesVersion: '1.35' },
  managed: [
    ['efa', EFA],
    ['reserved', RESERVED],
    ['burst', BURST],
  ],
  karpenter: {},
};

/** The base with another form of one managed pool. */
export function withPool(name: string, changed: Partial<GpuNodePoolOptions>): Pools {
  return { ...BASE, managed: BASE.managed.map(([it, pool]) => [it, it === name ? { ...pool, ...changed } : pool]) };
}

/** Managed pools with EFA, with a reservation and from zero, one of Karpenter, and the agents of their nodes. */
export class PoolsProgram {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;

  public constructor(app: App, pools: Pools = BASE) {
    this.infrastructure = new TerraformStack(app, 'pools-infrastructure');
    this.workloads = new TerraformStack(app, 'pools-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    const { infrastructure, workloads } = this;
    new AwsProvider(infrastructure, 'Aws', { region: REGION });
    const cluster = new EksGpuCluster(infrastructure, 'Cluster', { clusterName: CLUSTER, ...pools.cluster });
    KubernetesAccess.of(workloads, cluster);
    for (const [name, pool] of pools.managed) new GpuNodePool(infrastructure, name, { cluster, ...pool });
    new KarpenterGpuNodePool(infrastructure, 'elastic', {
      cluster,
      workloads,
      instanceType: GpuInstanceType.G6E_12XLARGE,
      minNodes: 0,
      maxNodes: 4,
      ...pools.karpenter,
    });
    new NodeAgents(workloads, 'NodeAgents', { cluster });
    new ClusterAutoscaler(workloads, 'Autoscaler', { cluster });
  }
}
