import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import {
  DataSize,
  Duration,
  EksGpuCluster,
  ExistingGpuNodePool,
  GpuNodeType,
  GpuType,
  HybridCredentials,
  HybridGpuNodePool,
  IGpuNodePool,
  KubernetesAccess,
  ModelSpec,
  ModelStore,
  VllmDeployment,
} from '../../lib';

/** How long the link is cut, at most. */
export const OUTAGE = Duration.seconds(30);
export const SITE = 'shop-1';
export const NAMESPACE = 'inference';
/** Label of nodes of a pool that says nothing of outages. */
export const PLAIN = { 'example.com/rack': 'plain' };

const HARDWARE = GpuNodeType.custom({
  name: 'server-8xl4',
  gpu: GpuType.L4,
  gpuCount: 8,
  vcpus: 224,
  memory: DataSize.gib(2048),
});

/** One server on a pool that bears the outage, and the same one on a pool that says nothing of it. */
export class HybridNodes {
  public readonly workloads: TerraformStack;
  public readonly pool: HybridGpuNodePool;

  public constructor(app: App) {
    const infrastructure = new TerraformStack(app, 'hybrid-infrastructure');
    this.workloads = new TerraformStack(app, 'hybrid-workloads');
    for (const stack of [infrastructure, this.workloads])
      new LocalBackend(stack, { path: `../../../terraform.${stack.node.id}.tfstate` });
    new AwsProvider(infrastructure, 'Aws', { region: 'us-west-2' });
    const cluster = new EksGpuCluster(infrastructure, 'Cluster', {
      clusterName: 'hybrid',
      remoteNetworks: { nodeCidrs: ['10.80.0.0/24'], podCidrs: ['10.81.0.0/16'] },
    });
    KubernetesAccess.of(this.workloads, cluster);
    this.pool = new HybridGpuNodePool(infrastructure, 'Shop', {
      cluster,
      hardware: HARDWARE,
      nodes: 2,
      site: SITE,
      maxUplinkOutage: OUTAGE,
      credentials: HybridCredentials.rolesAnywhere({
        trustAnchorArn: 'arn:aws:rolesanywhere:us-west-2:123456789012:trust-anchor/0f0f',
      }),
    });
    const plain = new ExistingGpuNodePool(this.workloads, 'Plain', {
      cluster,
      hardware: HARDWARE,
      nodes: 2,
      nodeSelector: PLAIN,
      driverInImage: true,
    });
    const modelStore = ModelStore.fromBucketName(infrastructure, 'Models', 'weights');
    const serve = (name: string, nodePool: IGpuNodePool) =>
      new VllmDeployment(this.workloads, name, {
        cluster,
        nodePool,
        modelStore,
        namespace: NAMESPACE,
        models: [{ model: ModelSpec.LLAMA_3_1_8B, name }],
        replicas: 1,
      });
    serve('stays', this.pool);
    serve('leaves', plain);
  }
}
