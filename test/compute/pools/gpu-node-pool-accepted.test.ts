import { App, TerraformHclModule, TerraformStack, Token } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { EksGpuCluster } from '../../../lib/compute/cluster/eks-gpu-cluster';
import { EksClusterAttributes } from '../../../lib/compute/cluster/eks-gpu-cluster-props';
import { IEksCluster } from '../../../lib/compute/cluster/eks-cluster';
import { Capacity } from '../../../lib/compute/pools/options/capacity';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { rack } from '../../network/support';
import { synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { testEksCluster } from '../test-eks-cluster';
import { EFA, Options, addPool, refusal } from '../test-pool';

const ZONES = ['us-west-2a', 'us-west-2b'];
const VPC = new TerraformHclModule(new TerraformStack(new App(), 'x'), 'vpc', {
  source: 'terraform-aws-modules/vpc/aws',
});
const later = (output: string) => Token.asList(VPC.get(output));
const block = (start: string, end: string) =>
  Capacity.capacityBlock({ reservationId: 'cr-1', availabilityZone: 'us-west-2b', start, end });
const BLOCK = block('2027-01-11T11:30:00Z', '2027-01-25T11:30:00Z');

/** The node group of a pool on a cluster with subnets that only Terraform knows. */
function groupOn(make: (stack: TerraformStack) => IEksCluster, options: Options) {
  const result = synthesize((stack) => {
    const cluster = make(stack);
    new GpuNodePool(stack, 'Pool', {
      cluster,
      instanceType: GpuInstanceType.G5_XLARGE,
      minNodes: 1,
      maxNodes: 2,
      ...options,
    });
  });
  return { group: result.byName('aws_eks_node_group', 'pool'), subnets: result.dataSources('aws_subnet') };
}

describe('what a module knows of its subnets', () => {
  const imported = (attributes: Partial<EksClusterAttributes>) => (stack: TerraformStack) =>
    EksGpuCluster.fromAttributes(stack, 'Eks', {
      clusterName: 'prod',
      subnetIds: later('private_subnets'),
      securityGroupIds: ['sg-1'],
      ...attributes,
    });
  const own = (stack: TerraformStack) =>
    new EksGpuCluster(stack, 'Eks', {
      clusterName: 'own',
      vpc: {
        vpcId: 'vpc-1',
        privateSubnetIds: later('private_subnets'),
        availabilityZones: ZONES,
        privateSubnetCidrs: ['10.0.0.0/20', '10.0.16.0/20'],
      },
    });

  test.each([
    ['an imported cluster', imported({ availabilityZones: ZONES })],
    ['a cluster in a VPC that is there', own],
  ])('leads reserved capacity of %s to the subnet of its zone, which Terraform checks', (_, make) => {
    const { group, subnets } = groupOn(make, { ...EFA, capacity: BLOCK });
    const second = expect.stringMatching(/^\$\{element\(.*private_subnets, 1\)\}$/) as unknown;
    expect(group.subnet_ids).toEqual([second]);
    expect(subnets).toEqual([expect.objectContaining({ id: second })]);
  });

  test.each<[string, Partial<EksClusterAttributes>]>([
    ['zones', { availabilityZones: ZONES }],
    ['zones of the module', { availabilityZones: later('azs') }],
    ['zones of the module for known subnets', { subnetIds: ['a', 'b', 'c'], availabilityZones: later('azs') }],
    ['ranges of the module for known subnets', { subnetIds: ['a', 'b', 'c'], subnetCidrs: later('cidrs') }],
  ])('are taken with %s', (_, attributes) => {
    const { group } = groupOn(imported(attributes), {});
    expect(group.subnet_ids).toEqual(attributes.subnetIds ?? expect.stringMatching(/private_subnets\}$/));
  });

  test.each<[string, Partial<EksClusterAttributes>, Options]>([
    ['zone', { subnetIds: ['a', 'b'], availabilityZones: later('azs') }, { capacity: BLOCK }],
    ['range', { subnetIds: ['a', 'b'], subnetCidrs: later('cidrs') }, { maxNodes: 200 }],
  ])('are taken for a pool in a subnet whose %s is not known', (_, attributes, options) => {
    const { group, subnets } = groupOn(imported(attributes), { ...EFA, ...options, subnetIds: ['a'] });
    expect(group.subnet_ids).toEqual(['a']);
    expect(subnets).toHaveLength(options.capacity ? 1 : 0);
  });

  test('are counted where all are named', () => {
    expect(refusal(() => groupOn(imported({ subnetIds: ['a'], availabilityZones: ZONES }), {}))).toBe(
      'LENGTHS_DIFFER availabilityZones',
    );
  });
});

test('the times of a block are taken as the AWS CLI prints them', () => {
  const cli = block('2027-01-11T11:30:00+00:00', '2027-01-25T11:30:00+00:00');
  const actions = (capacity: Capacity) =>
    synthesize((stack) => {
      addPool(stack, { ...EFA, capacity, subnetIds: ['subnet-b'] });
    }).resources('aws_autoscaling_schedule');
  expect(actions(cli)).toEqual(actions(BLOCK));
});

describe('labels under domains of Kubernetes', () => {
  const kept = { 'node-restriction.kubernetes.io/tier': 'inference' };
  const karpenter = (labels: { [key: string]: string }) => () =>
    synthesize((stack) => {
      new KarpenterGpuNodePool(stack, 'Pool', {
        cluster: testEksCluster(stack),
        instanceType: GpuInstanceType.G5_XLARGE,
        minNodes: 0,
        maxNodes: 2,
        labels,
      });
    });

  test('that are kept from nodes are set by Karpenter, and refused of a node group', () => {
    expect(karpenter(kept)).not.toThrow();
    expect(refusal(karpenter({ 'node-role.kubernetes.io/gpu': 'x' }))).toBe(
      "LABEL_PREFIX_RESERVED labels['node-role.kubernetes.io/gpu']",
    );
    expect(refusal(() => synthesize((stack) => void addPool(stack, { labels: kept })))).toBe(
      "LABEL_PREFIX_RESERVED labels['node-restriction.kubernetes.io/tier']",
    );
  });

  test('are set on existing nodes by whoever applies the stack', () => {
    const labels = { 'node-role.kubernetes.io/gpu': '', 'topology.kubernetes.io/zone': 'hall-1' };
    const result = synthesize((stack) => {
      rack(stack, testCluster(stack), { nodes: 1, nodeNames: ['gpu-0'], labels });
    });
    expect(result.only('kubernetes_labels').labels).toMatchObject(labels);
  });
});

test('pools know the labels that EKS and Karpenter set on their nodes', () => {
  const seen: unknown[] = [];
  synthesize((stack) => {
    const cluster = testEksCluster(stack, { availabilityZones: ZONES });
    const options = { cluster, instanceType: GpuInstanceType.P5_48XLARGE, minNodes: 2, maxNodes: 2 };
    seen.push(new GpuNodePool(stack, 'Spot', { ...options, capacity: Capacity.spot() }).platformLabels);
    seen.push(new GpuNodePool(stack, 'Block', { ...options, capacity: BLOCK }).platformLabels);
    const byKarpenter = new KarpenterGpuNodePool(stack, 'K', { ...options, capacity: BLOCK });
    seen.push(byKarpenter.platformLabels);
  });
  // The names of node groups are Terraform's.
  const nodegroup = expect.stringContaining('TfToken');
  expect(seen).toEqual([
    { 'eks.amazonaws.com/nodegroup': nodegroup, 'eks.amazonaws.com/capacityType': 'SPOT' },
    { 'eks.amazonaws.com/nodegroup': nodegroup },
    { 'karpenter.sh/nodepool': 'k.static', 'karpenter.sh/capacity-type': 'reserved' },
  ]);
});
