import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  Autoscaling,
  ClusterAutoscaler,
  EksGpuCluster,
  GpuInstanceType,
  GpuNodePool,
  KarpenterGpuNodePool,
  KubernetesAccess,
  NodeAgents,
  Placement,
  RdmaFabric,
} from '../../lib';

export const REGION = 'us-west-2';
export const CLUSTER = 'autoscaled';

/** Pools that grow by themselves: one of a managed node group, two by Karpenter. */
export class AutoscaledPools {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;

  public constructor(app: App) {
    this.infrastructure = new TerraformStack(app, 'autoscaled-infrastructure');
    this.workloads = new TerraformStack(app, 'autoscaled-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    const { infrastructure, workloads } = this;
    new AwsProvider(infrastructure, 'Aws', { region: REGION });
    const availabilityZones = ['us-west-2a', 'us-west-2b'];
    const cluster = new EksGpuCluster(infrastructure, 'Cluster', { clusterName: CLUSTER, availabilityZones });
    new GpuNodePool(infrastructure, 'burst', {
      cluster,
      instanceType: GpuInstanceType.G5_2XLARGE,
      autoscaling: Autoscaling.clusterAutoscaler(),
      minNodes: 0,
      maxNodes: 3,
    });
    const fixed = new KarpenterGpuNodePool(infrastructure, 'fixed', {
      cluster,
      instanceType: GpuInstanceType.P5_48XLARGE,
      fabric: RdmaFabric.efa(),
      placement: Placement.clusterGroup(),
      minNodes: 2,
      maxNodes: 2,
    });
    const elastic = new KarpenterGpuNodePool(infrastructure, 'elastic', {
      cluster,
      instanceType: GpuInstanceType.G6E_12XLARGE,
      taints: [{ key: 'team', value: 'chat', effect: 'NoSchedule' }],
      minNodes: 0,
      maxNodes: 4,
    });

    KubernetesAccess.of(workloads, cluster);
    new NodeAgents(workloads, 'NodeAgents', { cluster });
    new ClusterAutoscaler(workloads, 'Autoscaler', { cluster });
    for (const pool of [fixed, elastic]) pool.install(workloads);
  }
}
