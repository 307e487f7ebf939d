import { Fn } from 'cdktf';
import { ApiAccess } from '../../../lib/compute/cluster/api-access';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksGpuClusterProps } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { ExistingVpc } from '../../../lib/compute/cluster/cluster-vpc';
import { isIpv6Range } from '../../../lib/units/reserved-ranges';
import { faultsThrown, idsOf } from '../../support/faults';
import { testStack } from '../../support/synth';

const make = (props: Partial<EksGpuClusterProps>) => () =>
  new EksGpuCluster(testStack(), 'Cluster', { clusterName: 'chat', ...props });
const ids = (count: number) => Array.from({ length: count }, (_, index) => `subnet-${index}`);
const vpc = (given: Partial<ExistingVpc>) =>
  make({ vpc: { vpcId: 'vpc-1', privateSubnetIds: ['subnet-0', 'subnet-1'], ...given } });

test.each<[string, () => unknown, string[]]>([
  ['one zone', vpc({ availabilityZones: ['us-west-2a', 'us-west-2a'] }), ['TOO_FEW_ZONES vpc.privateSubnetIds']],
  [
    'a control plane in one zone',
    vpc({
      privateSubnetIds: ids(3),
      availabilityZones: ['us-west-2a', 'us-west-2a', 'us-west-2b'],
      controlPlaneSubnetIds: ['subnet-0', 'subnet-1'],
    }),
    ['TOO_FEW_ZONES vpc.controlPlaneSubnetIds'],
  ],
])('EKS refuses %s', (_, program, found) => expect(idsOf(faultsThrown(program))).toEqual(found));

test.each<[string, () => unknown]>([
  ['two zones', vpc({ availabilityZones: ['us-west-2a', 'us-west-2b'] })],
  [
    'nodes in one zone, and a control plane in two',
    vpc({ availabilityZones: ['us-west-2a', 'us-west-2a'], controlPlaneSubnetIds: ['subnet-8', 'subnet-9'] }),
  ],
  // No page of AWS says how many a control plane may have.
  ['20 subnets', vpc({ privateSubnetIds: ids(20), controlPlaneSubnetIds: ids(20) })],
  ['zones known later', vpc({ availabilityZones: Fn.concat([['us-west-2a'], ['us-west-2a']]) })],
  ['half of the internet', make({ apiAccess: ApiAccess.publicFrom(['0.0.0.0/1', '203.0.113.0/24']) })],
  ['a carrier range for a VPC', make({ vpcCidr: '100.64.0.0/16' })],
  ['the smallest type with room', make({ systemNodes: { instanceType: 't3.small' } })],
  ['Graviton', make({ systemNodes: { instanceType: 'm7g.large' } })],
  ['a family that begins like one with accelerators', make({ systemNodes: { instanceType: 'i4g.large' } })],
])('EKS takes %s', (_, program) => expect(program).not.toThrow());

test.each([
  '10.0.0.0/8',
  '10.1.2.0/24',
  '172.31.0.0/16',
  '192.168.1.1/32',
  '100.64.0.0/10',
  '127.0.0.1/32',
  '169.254.169.254/32',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '0.0.0.0/8',
])('no request from the internet comes from %s', (cidr) => {
  const refused = make({ apiAccess: ApiAccess.publicFrom(['203.0.113.0/24', cidr]) });
  expect(idsOf(faultsThrown(refused))).toEqual(['RESERVED_RANGE apiAccess']);
});

test.each(['127.0.0.0/16', '169.254.0.0/16', '0.0.0.0/16', '224.0.0.0/16', '240.0.0.0/16'])(
  'no VPC has %s',
  (vpcCidr) => expect(idsOf(faultsThrown(make({ vpcCidr })))).toEqual(['RESERVED_RANGE vpcCidr']),
);

test.each([
  'mac2.metal',
  'mac1.metal',
  'g5.xlarge',
  'p5.48xlarge',
  'gr6.4xlarge',
  'g5g.xlarge',
  'inf2.xlarge',
  'trn1.2xlarge',
  'dl1.24xlarge',
  't3.nano',
  'a1.large',
  't4g.micro',
])('no system pod runs on %s', (instanceType) =>
  expect(idsOf(faultsThrown(make({ systemNodes: { instanceType } })))).toEqual([
    'SYSTEM_TYPE_NOT_SUITABLE systemNodes.instanceType',
  ]),
);

test.each(['::/0', '2001:db8::/32', 'fd00:ec2::23/128', '::ffff:10.0.0.0/104'])('%s is a range of IPv6', (range) =>
  expect(isIpv6Range(range)).toBe(true),
);

test.each([
  '::/129',
  ':::/64',
  '::/064',
  '::',
  '1::2::3/64',
  'fd00::g/64',
  '12345::/16',
  '1:2:3:4:5:6:7:8:9/64',
  '10.0.0.0/8',
  '::/-1',
  ' ::/0',
])('%s is none', (range) => expect(isIpv6Range(range)).toBe(false));
