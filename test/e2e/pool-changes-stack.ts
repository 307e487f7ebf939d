import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  Capacity,
  EksGpuCluster,
  EksGpuClusterProps,
  GpuInstanceType,
  GpuNodePool,
  GpuNodePoolOptions,
  RdmaFabric,
} from '../../lib';

export const REGION = 'us-west-2';
export const CLUSTER = 'changes';

/** What differs from the base. */
export interface PoolChanges {
  readonly cluster?: Partial<EksGpuClusterProps>;
  readonly train?: Partial<GpuNodePoolOptions>;
  readonly chat?: Partial<GpuNodePoolOptions>;
}

/** The names of zones of the region. */
export const zones = (...letters: string[]) => letters.map((letter) => `${REGION}${letter}`);

/** A cluster with a pool of each kind: with EFA, in whichever zones there are, in a zone of its own, on a reservation. */
export class ChangingPools {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;

  public constructor(app: App, changes: PoolChanges = {}) {
    this.infrastructure = new TerraformStack(app, 'changes-infrastructure');
    this.workloads = new TerraformStack(app, 'changes-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    const { infrastructure } = this;
    new AwsProvider(infrastructure, 'Aws', { region: REGION });
    const cluster = new EksGpuCluster(infrastructure, 'Cluster', {
      clusterName: CLUSTER,
      availabilityZones: zones('a', 'b', 'c'),
      ...changes.cluster,
    });
    const nodes = { cluster, minNodes: 2, maxNodes: 2 };
    new GpuNodePool(infrastructure, 'train', {
      ...nodes,
      instanceType: GpuInstanceType.P5_48XLARGE,
      fabric: RdmaFabric.efa(),
      ...changes.train,
    });
    new GpuNodePool(infrastructure, 'chat', { ...nodes, instanceType: GpuInstanceType.G6E_8XLARGE, ...changes.chat });
    new GpuNodePool(infrastructure, 'named', {
      ...nodes,
      instanceType: GpuInstanceType.G6E_XLARGE,
      availabilityZone: zones('b')[0],
    });
    new GpuNodePool(infrastructure, 'reserved', {
      ...nodes,
      instanceType: GpuInstanceType.P4D_24XLARGE,
      capacity: Capacity.reservation({ reservationId: 'cr-0a1b2c3d4e5f60718', availabilityZone: zones('b')[0] }),
    });
  }
}
