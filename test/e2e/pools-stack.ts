import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  Autoscaling,
  Capacity,
  DataSize,
  EfaLayout,
  EksGpuCluster,
  GpuInstanceType,
  GpuNodePool,
  GpuNodePoolOptions,
  KubernetesAccess,
  NodeAgents,
  NodeImage,
  NodeRepair,
  Placement,
  RdmaFabric,
  TaintEffect,
} from '../../lib';

export const REGION = 'us-west-2';
export const CLUSTER = 'pools';

/** A pool by its name, where it is not that of its instance type. */
const SPECIAL: { readonly [pool: string]: GpuNodePoolOptions } = {
  block: {
    instanceType: GpuInstanceType.P5EN_48XLARGE,
    fabric: RdmaFabric.efa(),
    capacity: Capacity.capacityBlock({
      reservationId: 'cr-02168da1478b509e0',
      availabilityZone: 'us-west-2b',
      start: '2031-12-01T11:30:00Z',
      end: '2031-12-08T11:30:00Z',
      alarmTopicArn: 'arn:aws:sns:us-west-2:000000000000:gpu',
    }),
    minNodes: 2,
    maxNodes: 2,
  },
  reserved: {
    instanceType: GpuInstanceType.P5_48XLARGE,
    fabric: RdmaFabric.efa(),
    capacity: Capacity.reservation({ reservationId: 'cr-0a1b2c3d4e5f60718', availabilityZone: 'us-west-2a' }),
    nodeRepair: NodeRepair.auto(),
    minNodes: 2,
    maxNodes: 2,
  },
  spot: { instanceType: GpuInstanceType.G5_2XLARGE, capacity: Capacity.spot(), minNodes: 1, maxNodes: 2 },
  'from-zero': {
    instanceType: GpuInstanceType.G6E_48XLARGE,
    fabric: RdmaFabric.efa(),
    autoscaling: Autoscaling.clusterAutoscaler(),
    minNodes: 0,
    maxNodes: 4,
  },
  combined: {
    instanceType: GpuInstanceType.P5_48XLARGE,
    fabric: RdmaFabric.efa(),
    efaLayout: EfaLayout.COMBINED,
    minNodes: 1,
    maxNodes: 2,
  },
  bandwidth: {
    instanceType: GpuInstanceType.P5_48XLARGE,
    fabric: RdmaFabric.efa(),
    efaLayout: EfaLayout.BANDWIDTH_OPTIMIZED,
    minNodes: 1,
    maxNodes: 2,
  },
  bottlerocket: {
    instanceType: GpuInstanceType.G6_XLARGE,
    image: NodeImage.BOTTLEROCKET_NVIDIA,
    minNodes: 1,
    maxNodes: 2,
  },
};

/** Types whose pools need no reservation: all but those that AWS sells as Capacity Blocks alone. */
export const ON_DEMAND: readonly GpuInstanceType[] = GpuInstanceType.ALL.filter(({ blocksOnly }) => !blocksOnly);

/** The first release of the images with driver 595, for G7 (awslabs/amazon-eks-ami#2768). */
const NEWER_DRIVER = NodeImage.al2023({ releaseVersion: '1.35.7-20260917', driverMajor: 595 });

/** The pool of an instance type: with EFA where it has any, one node, and two of p5.48xlarge. */
function onDemand(instanceType: GpuInstanceType): GpuNodePoolOptions {
  return {
    // AWS sells p5e in another region.
    instanceType: instanceType.offeredIn(REGION),
    fabric: instanceType.efaInterfaces > 0 ? RdmaFabric.efa() : undefined,
    image: instanceType.name.startsWith('g7.') ? NEWER_DRIVER : undefined,
    minNodes: instanceType === GpuInstanceType.P5_48XLARGE ? 2 : 1,
    maxNodes: 2,
  };
}

/** Name of the pool of an instance type. */
export const nameOf = (type: string) => type.replace(/\./g, '-');

/** Every pool: one of each instance type of the catalog, and those for the other options. */
export const POOLS: { readonly [pool: string]: GpuNodePoolOptions } = {
  ...Object.fromEntries(ON_DEMAND.map((type) => [nameOf(type.name), onDemand(type)])),
  ...SPECIAL,
};

/** A change of a pool, the attribute of the node group that it is, and what EKS is asked for. */
type PoolChange = readonly [
  attribute: string,
  change: (pool: GpuNodePoolOptions) => Partial<GpuNodePoolOptions>,
  sent: (pool: GpuNodePoolOptions) => object,
];

const SECOND_TEMPLATE = { launchTemplate: { version: '2' } };

/** Pools whose nodes are rolled: another release of the image, or another version of the launch template. */
export const ROLLED: { readonly [pool: string]: PoolChange } = {
  'g5-48xlarge': [
    'release_version',
    () => ({ image: NodeImage.al2023({ releaseVersion: '1.35.7-20260801', driverMajor: 580 }) }),
    () => ({ releaseVersion: '1.35.7-20260801', launchTemplate: { version: '1' } }),
  ],
  bottlerocket: [
    'release_version',
    () => ({ image: NodeImage.bottlerocket({ releaseVersion: '1.62.0-1d7b2d2f' }) }),
    () => ({ releaseVersion: '1.62.0-1d7b2d2f', launchTemplate: { version: '1' } }),
  ],
  'g6e-48xlarge': ['launch_template', () => ({ diskSize: DataSize.gib(320) }), () => SECOND_TEMPLATE],
  'p4d-24xlarge': ['launch_template', () => ({ placement: Placement.none() }), () => SECOND_TEMPLATE],
  'p5en-48xlarge': ['launch_template', () => ({ efaLayout: EfaLayout.COMBINED }), () => SECOND_TEMPLATE],
};

/** What is changed of the other pools, which take turns. */
const IN_PLACE: readonly PoolChange[] = [
  ['labels', () => ({ labels: { team: 'research' } }), () => ({ labels: { addOrUpdateLabels: { team: 'research' } } })],
  ['scaling_config', ({ maxNodes }) => ({ maxNodes: maxNodes + 1 }), ({ maxNodes }) => ({ maxSize: maxNodes + 1 })],
  [
    'taint',
    () => ({ taints: [{ key: 'team', value: 'research', effect: TaintEffect.NO_SCHEDULE }] }),
    () => ({ taints: { addOrUpdateTaints: [{ key: 'team', value: 'research', effect: 'NO_SCHEDULE' }] } }),
  ],
];

/** The one change that each pool sees. */
export const CHANGES: { readonly [pool: string]: PoolChange } = Object.fromEntries(
  Object.keys(POOLS).map((pool, index) => [pool, ROLLED[pool] ?? IN_PLACE[index % IN_PLACE.length]]),
);

/** A cluster with all of the pools, and the agents of their nodes. */
export class AllPools {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly pools: ReadonlyMap<string, GpuNodePool>;

  /**
   * @param app the app
   * @param changed whether one of the changes is made to each pool
   */
  public constructor(app: App, changed = false) {
    this.infrastructure = new TerraformStack(app, 'pools-infrastructure');
    this.workloads = new TerraformStack(app, 'pools-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: REGION });
    const cluster = new EksGpuCluster(this.infrastructure, 'Cluster', {
      clusterName: CLUSTER,
      availabilityZones: ['us-west-2a', 'us-west-2b'],
      nodeMonitoring: true,
    });
    this.pools = new Map(
      Object.entries(POOLS).map(([poolName, pool]) => {
        const [, change] = CHANGES[poolName];
        const options = { ...pool, ...(changed ? change(pool) : {}) };
        return [poolName, new GpuNodePool(this.infrastructure, poolName, { cluster, poolName, ...options })];
      }),
    );
    KubernetesAccess.of(this.workloads, cluster);
    new NodeAgents(this.workloads, 'NodeAgents', {
      cluster,
      dcgmExporter: true,
      gpuFeatureDiscovery: true,
      nodeFeatureDiscovery: false,
    });
  }
}
