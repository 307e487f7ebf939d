import { faultsThrown, idsOf } from '../../support/faults';
import { NatGateways } from '../../../lib/compute/cluster/cluster-vpc';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { Synthesized, synthesize } from '../../support/synth';

const chat = (props: Partial<EksGpuClusterProps> = {}) =>
  synthesize((stack) => void new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', ...props }));

const ZONES = ['us-west-2a', 'us-west-2c'];
const subnetsByZone = (result: Synthesized, kind: string) =>
  Object.fromEntries(
    result
      .resources('aws_subnet')
      .filter((subnet) => subnet.tags.Name.startsWith(`chat-${kind}-`))
      .map((subnet) => [subnet.availability_zone, subnet.cidr_block]),
  );

describe("a cluster's own VPC", () => {
  const result = chat({ availabilityZones: ZONES });

  test('has a private and a public subnet in each zone', () => {
    expect(subnetsByZone(result, 'private')).toEqual({
      'us-west-2a': '10.0.0.0/19',
      'us-west-2c': '10.0.64.0/19',
    });
    expect(subnetsByZone(result, 'public')).toEqual({
      'us-west-2a': '10.0.192.0/24',
      'us-west-2c': '10.0.194.0/24',
    });
    const publicIp = result.resources('aws_subnet').filter((subnet) => subnet.map_public_ip_on_launch);
    expect(publicIp).toEqual([]);
  });

  test('keeps its subnets when a zone is added, in any order', () => {
    const before = result.json.resource.aws_subnet;
    const after = chat({ availabilityZones: ['us-west-2b', ...ZONES] }).json.resource.aws_subnet;
    expect(Object.keys(after)).toHaveLength(6);
    for (const [id, subnet] of Object.entries(before)) expect(after[id]).toEqual(subnet);
  });

  test('holds the cluster and its nodes in the private ones', () => {
    const ids = Object.keys(result.json.resource.aws_subnet).filter((id) => id.includes('Private'));
    const references = ids.map((id) => `\${aws_subnet.${id}.id}`).sort();
    expect([...result.only('aws_eks_cluster').vpc_config.subnet_ids].sort()).toEqual(references);
    expect([...result.only('aws_eks_node_group').subnet_ids].sort()).toEqual(references);
  });

  test('has egress through NAT in each zone, and nodes wait for it', () => {
    expect(result.resources('aws_nat_gateway')).toHaveLength(2);
    const out = result
      .resources('aws_route_table')
      .map((table) => table.route[0].nat_gateway_id)
      .filter(Boolean);
    expect(new Set(out).size).toBe(2);
    expect(result.only('aws_eks_node_group').depends_on.join()).toMatch(/aws_route_table_association.*PrivateRoutes/);
  });

  test('may have one NAT gateway for all zones', () => {
    const one = chat({ availabilityZones: ZONES, natGateways: NatGateways.ONE });
    expect(one.resources('aws_nat_gateway')).toHaveLength(1);
    const out = one
      .resources('aws_route_table')
      .map((table) => table.route[0].nat_gateway_id)
      .filter(Boolean);
    expect(out).toHaveLength(2);
    expect(new Set(out).size).toBe(1);
  });

  test('has endpoints for S3, the registries and credentials', () => {
    const endpoints = result.resources('aws_vpc_endpoint').map((one) => [one.service_name.split('}.').at(-1), one]);
    expect(endpoints.map(([name]) => name).sort()).toEqual(['ecr.api', 'ecr.dkr', 'eks-auth', 's3', 'sts']);
    const byName = Object.fromEntries(endpoints);
    expect(byName.s3).toMatchObject({ vpc_endpoint_type: 'Gateway' });
    expect(byName.s3.route_table_ids).toHaveLength(2);
    expect(byName['ecr.dkr']).toMatchObject({ vpc_endpoint_type: 'Interface', private_dns_enabled: true });
    expect(byName['ecr.dkr'].subnet_ids).toHaveLength(2);
    const rule = result.only('aws_vpc_security_group_ingress_rule');
    expect(rule).toMatchObject({ from_port: 443, to_port: 443, cidr_ipv4: '10.0.0.0/16' });
  });

  test('has flow logs of all traffic, and a default group that allows nothing', () => {
    expect(result.only('aws_flow_log').traffic_type).toBe('ALL');
    const group = result.only('aws_default_security_group');
    expect(group).not.toHaveProperty('ingress');
    expect(group).not.toHaveProperty('egress');
  });

  test('asks for zones when none are named', () => {
    const asked = chat();
    expect(asked.onlyData('aws_availability_zones')).toMatchObject({
      state: 'available',
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    expect(Object.keys(subnetsByZone(asked, 'private'))).toEqual([
      expect.stringMatching(/^\$\{element\(data\.aws_availability_zones\.\w+\.names, 0\)\}$/),
      expect.stringMatching(/^\$\{element\(data\.aws_availability_zones\.\w+\.names, 1\)\}$/),
    ]);
    expect(result.json.data).not.toHaveProperty('aws_availability_zones');
  });
});

describe('a given VPC', () => {
  const vpc = { vpcId: 'vpc-1', privateSubnetIds: ['subnet-1', 'subnet-2'], availabilityZones: ZONES };
  const result = chat({ vpc });

  test('is used, and nothing is made in it', () => {
    expect(result.only('aws_eks_cluster').vpc_config.subnet_ids).toEqual(['subnet-1', 'subnet-2']);
    for (const type of ['aws_vpc', 'aws_subnet', 'aws_nat_gateway', 'aws_vpc_endpoint', 'aws_flow_log']) {
      expect(result.types).not.toContain(type);
    }
    expect(result.only('aws_kms_key').policy).not.toContain('flow-logs');
  });

  test('is told to pools', () => {
    synthesize((stack) => {
      const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat', vpc });
      expect(cluster).toMatchObject({ vpcId: 'vpc-1', subnetIds: vpc.privateSubnetIds, availabilityZones: ZONES });
    });
  });

  test('fails unless there is one zone per subnet', () => {
    const build = () => chat({ vpc: { ...vpc, availabilityZones: ['us-west-2a'] } });
    expect(idsOf(faultsThrown(build))).toEqual(['LENGTHS_DIFFER vpc.availabilityZones']);
  });
});
