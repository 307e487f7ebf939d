import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { LocalBackend, TerraformStack } from 'cdktf';
import { GpuType } from '../../../lib/catalog/gpu-type';
import { GpuNodeType } from '../../../lib/catalog/gpu-node-type';
import { HybridCredentials } from '../../../lib/compute/pools/hybrid/hybrid-credentials';
import { HybridGpuNodePool } from '../../../lib/compute/pools/hybrid/hybrid-gpu-node-pool';
import { HybridGpuNodePoolProps } from '../../../lib/compute/pools/hybrid/hybrid-gpu-node-pool-props';
import { DataSize, Duration } from '../../../lib/units';
import { testApp, testStack } from '../../support/synth';
import { TestEksClusterProps, testEksCluster } from '../test-eks-cluster';

/** A server of the shop with four L4, with no adapters of a fabric. */
export const SERVER = GpuNodeType.custom({
  name: 'server-4xl4',
  gpu: GpuType.L4,
  gpuCount: 4,
  vcpus: 64,
  memory: DataSize.gib(512),
});

export const REMOTE = { nodeCidrs: ['10.80.0.0/24'], podCidrs: ['10.81.0.0/16'] };

/** A certificate in form: nobody has its key, and nothing reads it. */
export const AUTHORITY = '-----BEGIN CERTIFICATE-----\nTm9ib2R5IHJlYWRzIHRoaXM=\n-----END CERTIFICATE-----\n';
export const CERTIFICATES = HybridCredentials.rolesAnywhere({ certificateAuthority: AUTHORITY });
export const ACTIVATION = HybridCredentials.ssmActivation({ expiresAt: '2027-01-31T00:00:00Z' });

/** A pool of two servers at a shop, in a stack with a cluster. */
export function hybridPool(
  stack: TerraformStack,
  props: Partial<HybridGpuNodePoolProps> = {},
  cluster: TestEksClusterProps = {},
  id = 'Shop',
): HybridGpuNodePool {
  return new HybridGpuNodePool(stack, id, {
    cluster: props.cluster ?? testEksCluster(stack, { remoteNetworks: REMOTE, kubernetesVersion: '1.35', ...cluster }),
    hardware: SERVER,
    nodes: 2,
    site: 'shop-1',
    maxUplinkOutage: Duration.hours(8),
    credentials: CERTIFICATES,
    ...props,
  });
}

/** The same as a program of its own. */
export const hybrid =
  (props: Partial<HybridGpuNodePoolProps> = {}, cluster: TestEksClusterProps = {}) =>
  (): HybridGpuNodePool =>
    hybridPool(testStack(), props, cluster);

/** A stack that acts in a region. */
export function stackIn(region: string): TerraformStack {
  const stack = new TerraformStack(testApp(), 'elsewhere');
  new LocalBackend(stack, {});
  new AwsProvider(stack, 'Aws', { region });
  return stack;
}
