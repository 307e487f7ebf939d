import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, Fn, LocalBackend, TerraformStack, Token } from 'cdktf';
import {
  Autoscaling,
  Capacity,
  ClusterAutoscaler,
  EksGpuCluster,
  GpuInstanceType,
  GpuNodePool,
  KarpenterGpuNodePool,
  KubernetesAccess,
  NodeAgents,
  Placement,
  RdmaFabric,
  TaintEffect,
} from '../../lib';

export const REGION = 'us-west-2';
export const CLUSTER = 'autoscaled';

/** Zones of the subnets. */
export const ZONES = ['us-west-2a', 'us-west-2b'];

export const BLOCK = {
  reservationId: 'cr-02168da1478b509e0',
  availabilityZone: 'us-west-2b',
  start: '2031-01-11T11:30:00Z',
  end: '2031-01-25T11:30:00Z',
  alarmTopicArn: 'arn:aws:sns:us-west-2:000000000000:gpu',
};

/** Pools that grow by themselves, one of a managed node group and three by Karpenter, and one of somebody else on the same cluster. */
export class AutoscaledPools {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;

  /**
   * @param app the app
   * @param guestZones what the guest takes for the zones of the subnets
   */
  public constructor(app: App, guestZones = ZONES) {
    this.infrastructure = new TerraformStack(app, 'autoscaled-infrastructure');
    this.workloads = new TerraformStack(app, 'autoscaled-workloads');
    for (const stack of [this.infrastructure, this.workloads]) {
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    }
    const { infrastructure, workloads } = this;
    new AwsProvider(infrastructure, 'Aws', { region: REGION });
    const cluster = new EksGpuCluster(infrastructure, 'Cluster', { clusterName: CLUSTER, availabilityZones: ZONES });
    KubernetesAccess.of(workloads, cluster);
    new GpuNodePool(infrastructure, 'burst', {
      cluster,
      instanceType: GpuInstanceType.G5_2XLARGE,
      autoscaling: Autoscaling.clusterAutoscaler(),
      minNodes: 0,
      maxNodes: 3,
    });
    new KarpenterGpuNodePool(infrastructure, 'fixed', {
      cluster,
      workloads,
      instanceType: GpuInstanceType.P5_48XLARGE,
      fabric: RdmaFabric.efa(),
      placement: Placement.clusterGroup(),
      minNodes: 2,
      maxNodes: 2,
    });
    new KarpenterGpuNodePool(infrastructure, 'elastic', {
      cluster,
      workloads,
      instanceType: GpuInstanceType.G6E_12XLARGE,
      taints: [{ key: 'team', value: 'chat', effect: TaintEffect.NO_SCHEDULE }],
      minNodes: 0,
      maxNodes: 4,
    });
    // Bought for a fortnight: its alarm is AWS's too.
    new KarpenterGpuNodePool(infrastructure, 'block', {
      cluster,
      workloads,
      instanceType: GpuInstanceType.P5EN_48XLARGE,
      fabric: RdmaFabric.efa(),
      capacity: Capacity.capacityBlock(BLOCK),
      minNodes: 0,
      maxNodes: 2,
    });
    // The same cluster as somebody else would see it, who has its subnets as a list that only Terraform knows, as of a VPC module.
    new GpuNodePool(infrastructure, 'guest', {
      cluster: EksGpuCluster.fromAttributes(infrastructure, 'Theirs', {
        clusterName: CLUSTER,
        subnetIds: Token.asList(Fn.concat([cluster.subnetIds, []])),
        availabilityZones: guestZones,
        securityGroupIds: cluster.securityGroupIds,
        vpcId: cluster.vpcId,
        endpoint: cluster.connection.host,
        certificateAuthorityData: cluster.connection.certificateAuthorityData,
        region: REGION,
      }),
      instanceType: GpuInstanceType.G6E_48XLARGE,
      fabric: RdmaFabric.efa(),
      capacity: Capacity.reservation({ reservationId: 'cr-0a1b2c3d4e5f60718', availabilityZone: 'us-west-2b' }),
      minNodes: 1,
      maxNodes: 1,
    });

    new NodeAgents(workloads, 'NodeAgents', { cluster });
    new ClusterAutoscaler(workloads, 'Autoscaler', { cluster });
  }
}
