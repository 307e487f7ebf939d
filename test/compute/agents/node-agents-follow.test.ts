import { TerraformStack, Testing } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block, testStack } from '../../support/synth';

/** Agents, and after them pools that need further ones. */
function build(): { stack: TerraformStack; cluster: ReturnType<typeof EksGpuCluster.fromAttributes> } {
  const stack = testStack();
  const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'test',
    subnetIds: ['subnet-a', 'subnet-b'],
    securityGroupIds: ['sg-1'],
  });
  KubernetesAccess.of(stack, cluster);
  new NodeAgents(stack, 'Agents', { cluster });
  const size = { cluster, minNodes: 1, maxNodes: 1 };
  const gpuSharing = GpuSharing.timeSlicing(4);
  new GpuNodePool(stack, 'a', { ...size, instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() });
  new GpuNodePool(stack, 'b', { ...size, instanceType: GpuInstanceType.G5_XLARGE, gpuSharing });
  return { stack, cluster };
}

describe('agents follow the pools that are made after them', () => {
  test('also in cdktf’s own Testing.synth, which prepares no stack', () => {
    const { stack } = build();
    const text = Testing.synth(stack);
    const sets = Object.values(JSON.parse(text).resource.kubernetes_daemon_set_v1 as Block) as Block[];
    expect(sets.map(({ metadata }) => metadata.name).sort()).toEqual([
      'efa-device-plugin',
      'nvidia-device-plugin',
      'nvidia-device-plugin-time-slicing-4',
    ]);
    expect(Testing.synth(stack)).toBe(text);
  });

  test('in the table of the checks, each where it lands', () => {
    const table = ClusterChecks.of(build().cluster).explain();
    expect(table).toMatch(/each node +gpu-node-agents\/efa-device-plugin +a /);
    expect(table).toMatch(/each node +gpu-node-agents\/nvidia-device-plugin +a +1/);
    expect(table).toMatch(/each node +gpu-node-agents\/nvidia-device-plugin-time-slicing-4 +b +1/);
  });
});
