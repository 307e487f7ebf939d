import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  Capacity,
  CapacityBlock,
  EksGpuCluster,
  GpuInstanceType,
  GpuNodePool,
  ImagePrePuller,
  KubernetesAccess,
  NodeAgents,
  NodeRepair,
  RdmaFabric,
} from 'gpu-inference-constructs';

export interface RdmaTrainingReadyPoolProps {
  /** The capacity block that was bought. */
  readonly block: CapacityBlock;
  /** Image of the training job, pulled to the nodes before it starts. */
  readonly image: string;
}

/** Two to four p5.48xlarge of a capacity block, with all 32 EFA interfaces each, ready when the block starts. */
export class RdmaTrainingReadyPool {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;
  public readonly cluster: EksGpuCluster;
  public readonly pool: GpuNodePool;

  constructor(app: App, props: RdmaTrainingReadyPoolProps) {
    this.infrastructure = new TerraformStack(app, 'rdma-training-ready-pool-infrastructure');
    this.workloads = new TerraformStack(app, 'rdma-training-ready-pool-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    new AwsProvider(this.infrastructure, 'Aws', { region: 'us-west-2' });

    this.cluster = new EksGpuCluster(this.infrastructure, 'Cluster', {
      clusterName: 'training',
      availabilityZones: ['us-west-2a', 'us-west-2b'],
      nodeMonitoring: true,
    });
    this.pool = new GpuNodePool(this.infrastructure, 'Pool', {
      cluster: this.cluster,
      poolName: 'p5-block',
      instanceType: GpuInstanceType.P5_48XLARGE,
      fabric: RdmaFabric.efa(),
      capacity: Capacity.capacityBlock(props.block),
      nodeRepair: NodeRepair.auto(),
      minNodes: 2,
      maxNodes: 4,
    });

    const { cluster, workloads } = this;
    KubernetesAccess.of(workloads, cluster);
    new NodeAgents(workloads, 'NodeAgents', { cluster, dcgmExporter: true });
    new ImagePrePuller(workloads, 'warm-images', {
      cluster,
      nodePools: [this.pool],
      images: [props.image],
    });
  }
}
