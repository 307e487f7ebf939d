import { faultsThrown, idsOf } from '../../support/faults';
import { ApiAccess } from '../../../lib/compute/cluster/api-access';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes, EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { NodeRepair } from '../../../lib/compute/pools/options/node-repair';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { synthesize, testStack } from '../../support/synth';

const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };
const cluster = (props: Partial<EksGpuClusterProps> = {}) =>
  synthesize((stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', ...ZONES, ...props }));
const vpc = (privateSubnetCidrs: string[]) => ({
  availabilityZones: undefined,
  vpc: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-a', 'subnet-b'], privateSubnetCidrs },
});
const imported = (attributes: Partial<EksClusterAttributes>) =>
  synthesize(
    (stack) =>
      void EksGpuCluster.fromAttributes(stack, 'Cluster', {
        clusterName: 'c',
        subnetIds: ['subnet-a', 'subnet-b'],
        securityGroupIds: ['sg-1'],
        ...attributes,
      }),
  );

describe('the node monitoring agent', () => {
  test('is there when asked for, and sees tainted GPU nodes', () => {
    const addOn = cluster({ nodeMonitoring: true }).where('aws_eks_addon', { addon_name: 'eks-node-monitoring-agent' });
    expect(addOn.addon_version).toMatch(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
    expect(JSON.parse(addOn.configuration_values)).toEqual({ dcgmAgent: { tolerations: [{ operator: 'Exists' }] } });
    const names = cluster()
      .resources('aws_eks_addon')
      .map((each) => each.addon_name);
    expect(names).not.toContain('eks-node-monitoring-agent');
  });

  test('lets a pool of a real cluster have its nodes repaired', () => {
    const result = synthesize((stack) => {
      const made = new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', ...ZONES, nodeMonitoring: true });
      new GpuNodePool(stack, 'Pool', {
        cluster: made,
        instanceType: GpuInstanceType.G5_XLARGE,
        minNodes: 1,
        maxNodes: 1,
        nodeRepair: NodeRepair.auto(),
      });
    });
    expect(result.byName('aws_eks_node_group', 'pool').node_repair_config).toEqual({
      enabled: true,
    });
  });
});

describe('ranges', () => {
  test('of the own subnets are known to the pools', () => {
    const build = (maxNodes: number) =>
      synthesize((stack) => {
        const made = new EksGpuCluster(stack, 'Cluster', { clusterName: 'c', ...ZONES, vpcCidr: '10.0.0.0/20' });
        expect(made.subnetCidrs).toEqual(['10.0.0.0/23', '10.0.2.0/23']);
        const instanceType = GpuInstanceType.P5_48XLARGE;
        new GpuNodePool(stack, 'Pool', {
          cluster: made,
          instanceType,
          minNodes: 1,
          maxNodes,
          fabric: RdmaFabric.efa(),
        });
      });
    expect(() => build(10)).not.toThrow();
    expect(() => build(11)).toThrow(
      /11 nodes \(maxNodes\) need 550 addresses.*10.0.0.0\/23 has 507; lower maxNodes to 10/,
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      'a connected network over the own VPC',
      () => cluster({ vpcCidr: '10.20.0.0/16', apiAccess: ApiAccess.privateFrom(['10.20.128.0/17']) }),
      'RANGES_OVERLAP apiAccess',
    ],
    [
      'a connected network over given subnets',
      () => cluster({ ...vpc(['10.1.0.0/24', '10.1.1.0/24']), apiAccess: ApiAccess.privateFrom(['10.1.1.0/25']) }),
      'RANGES_OVERLAP apiAccess',
    ],
    [
      'given subnets over each other',
      () => cluster(vpc(['10.1.0.0/23', '10.1.1.0/24'])),
      'RANGES_OVERLAP vpc.privateSubnetCidrs',
    ],
    ['one range for two subnets', () => cluster(vpc(['10.1.0.0/24'])), 'LENGTHS_DIFFER vpc.privateSubnetCidrs'],
    ['no range', () => cluster(vpc(['10.1.0.0/24', 'x'])), 'INVALID_FORMAT vpc.privateSubnetCidrs'],
    [
      'imported subnets over each other',
      () => imported({ subnetCidrs: ['10.1.0.0/24', '10.1.0.0/24'] }),
      'RANGES_OVERLAP subnetCidrs',
    ],
  ])('are refused: %s', (_, build, id) => expect(idsOf(faultsThrown(build))).toEqual([id]));

  test('apart from each other are fine', () => {
    expect(() => cluster({ apiAccess: ApiAccess.privateFrom(['10.1.0.0/16', '192.168.0.0/16']) })).not.toThrow();
    expect(() => imported({ subnetCidrs: ['10.1.0.0/24', '10.1.1.0/24'] })).not.toThrow();
  });
});

test('a cluster that was imported explains itself and where pods go, as one that was made does', () => {
  const stack = testStack();
  const made: IEksCluster = new EksGpuCluster(stack, 'Made', { clusterName: 'made' });
  const imported = EksGpuCluster.fromAttributes(stack, 'Imported', {
    clusterName: 'shared',
    kubernetesVersion: '1.35',
    subnetIds: ['subnet-a'],
    securityGroupIds: ['sg-1'],
  });
  for (const cluster of [made, imported]) {
    new GpuNodePool(stack, `Pool-${cluster.clusterName}`, {
      cluster,
      instanceType: GpuInstanceType.G5_XLARGE,
      poolName: 'chat',
      minNodes: 1,
      maxNodes: 1,
    });
  }
  const pods = (text: string) => text.slice(text.indexOf('Pods, and where they go:'));
  expect(imported.explain()).toMatch(/^EKS cluster shared, which exists, Kubernetes 1\.35\./);
  // Of a cluster that was imported the system nodes are not known.
  const rows = (text: string) =>
    pods(text)
      .split(/^ {2}system nodes/m)[0]
      .replace(/ +/g, ' ')
      .trim();
  expect(rows(imported.explain())).toBe(rows(made.explain()));
  expect(pods(imported.explain())).not.toContain('system nodes');
  expect(pods(made.explain())).toContain('system nodes');
  expect(pods(made.explain())).toContain('chat');
});
