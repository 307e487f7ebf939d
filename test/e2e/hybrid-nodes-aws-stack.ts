import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  EksGpuCluster,
  GpuNodeType,
  GpuType,
  HybridCredentials,
  HybridGpuNodePool,
} from '../../lib';

export const REGION = 'us-west-2';
export const CLUSTER = 'sites';
export const REMOTE = { nodeCidrs: ['10.80.0.0/24', '10.80.1.0/24'], podCidrs: ['10.81.0.0/16'] };
export const UNIT = 'plant-1';

const HARDWARE = GpuNodeType.custom({
  name: 'server-4xl40s',
  gpu: GpuType.L40S,
  gpuCount: 4,
  vcpus: 64,
  memory: DataSize.gib(512),
});

/** A cluster with a site whose nodes have certificates, and one whose nodes have an activation. */
export class Sites {
  public readonly infrastructure: TerraformStack;
  public readonly workloads: TerraformStack;

  public constructor(app: App, certificateAuthority: string, expiresAt: string) {
    this.infrastructure = new TerraformStack(app, 'sites-infrastructure');
    // Nothing of this runs in the cluster.
    this.workloads = new TerraformStack(app, 'sites-workloads');
    for (const stack of [this.infrastructure, this.workloads])
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    new AwsProvider(this.infrastructure, 'Aws', { region: REGION });
    const cluster = new EksGpuCluster(this.infrastructure, 'Cluster', { clusterName: CLUSTER, remoteNetworks: REMOTE });
    const shared = { cluster, hardware: HARDWARE, nodes: 2 };
    new HybridGpuNodePool(this.infrastructure, 'Plant', {
      ...shared,
      site: 'plant-1',
      maxUplinkOutage: Duration.hours(8),
      credentials: HybridCredentials.rolesAnywhere({ certificateAuthority, organizationalUnit: UNIT }),
      tags: { team: 'search' },
    });
    new HybridGpuNodePool(this.infrastructure, 'Shop', {
      ...shared,
      site: 'shop-1',
      maxUplinkOutage: Duration.minutes(30),
      credentials: HybridCredentials.ssmActivation({ expiresAt }),
    });
  }
}
