import { idsOf } from '../support/faults';
import { TerraformStack } from 'cdktf';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { GpuType } from '../../lib/catalog/gpu-type';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { DataSize } from '../../lib/units/data-size';
import { synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { AGENT, PoolOptions, TOLERATE, checks, demand, fill, gpus } from './checks-support';
import { TaintEffect } from '../../lib/core/gpu-node-pool';

const EKS = { connection: { eksClusterName: 'test', host: 'https://eks.example' } };
const ALL = [{ operator: 'Exists' }];
const own = GpuNodeType.custom({
  name: 'own',
  gpu: GpuType.H100,
  gpuCount: 8,
  vcpus: 64,
  memory: DataSize.gib(512),
  networkBandwidthGbps: 100,
});

/** What the checks say of pods on an EKS cluster. */
function onEks(pools: { [name: string]: PoolOptions }, ...demands: PodDemand[]): { faults: string[]; table: string } {
  let result = { faults: [] as string[], table: '' };
  const build = (stack: TerraformStack) => {
    const cluster = testCluster(stack, EKS);
    fill(cluster, pools, demands);
    const all = ClusterChecks.of(cluster);
    result = { faults: idsOf(all.faults), table: all.explain() };
  };
  try {
    synthesize(build);
  } catch {
    expect(result.faults).not.toEqual([]);
  }
  return result;
}

describe('EKS lets pods tolerate the taints of what they request', () => {
  const without = demand({ tolerations: [] });

  test('so that a pod with GPUs needs no toleration there, and elsewhere does', () => {
    expect(onEks({ p5: {} }, without).faults).toEqual([]);
    expect(checks({ p5: {} }, without)).toEqual(['TAINT_NOT_TOLERATED']);
  });

  test.each<[string, PoolOptions, PodDemand]>([
    ['without a GPU', {}, demand({ tolerations: [], requests: { cpu: '1' } })],
    ['of a DaemonSet', {}, { ...AGENT, tolerations: [], requests: { 'nvidia.com/gpu': '1' } }],
    ['for another taint', { taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] }, without],
    ['for another effect', { taints: [{ key: 'nvidia.com/gpu', effect: TaintEffect.NO_EXECUTE }] }, without],
  ])('but not pods %s', (_, pool, pods) => {
    expect(onEks({ p5: pool }, pods).faults).toEqual(['TAINT_NOT_TOLERATED']);
  });
});

describe('labels that EKS and Karpenter set', () => {
  const managed = (name: string, more = {}) => ({
    platformLabels: { 'eks.amazonaws.com/nodegroup': name, 'eks.amazonaws.com/capacityType': 'SPOT' },
    ...more,
  });
  const karpenter = { platformLabels: { 'karpenter.sh/nodepool': 'k', 'karpenter.sh/capacity-type': 'spot' } };
  const pools = { a: managed('a'), b: managed('b'), k: karpenter };
  const term = (key: string, operator: string, ...values: string[]) => ({
    nodeSelector: {},
    nodeTerms: [{ requirements: [{ key, operator, values }] }],
  });

  test.each<[string, Partial<PodDemand>, string]>([
    ['a node group', { nodeSelector: { 'eks.amazonaws.com/nodegroup': 'b' } }, 'b'],
    ['any node group', term('eks.amazonaws.com/nodegroup', 'Exists'), 'a, b'],
    ['no node group', term('eks.amazonaws.com/nodegroup', 'DoesNotExist'), 'k'],
    ['a way to buy', { nodeSelector: { 'eks.amazonaws.com/capacityType': 'SPOT' } }, 'a, b'],
    ['a NodePool', { nodeSelector: { 'karpenter.sh/nodepool': 'k' } }, 'k'],
    ['another way to buy', term('karpenter.sh/capacity-type', 'In', 'spot', 'on-demand'), 'k'],
    ['what is not known', { nodeSelector: { 'topology.kubernetes.io/zone': 'z' } }, 'a, b, k'],
  ])('lead to the pools that have them: %s', (_, selection, expected) => {
    const { faults, table } = onEks(pools, demand(selection));
    expect(faults).toEqual([]);
    expect(table).toMatch(new RegExp(`inference/chat +${expected}  `));
  });

  test('exclude pools with an unknown provisioner', () => {
    const chosen = demand({ nodeSelector: { 'eks.amazonaws.com/nodegroup': 'c' } });
    expect(onEks({ ...pools, own: {} }, chosen).table).toMatch(/inference\/chat +own {2}/);
    expect(onEks(pools, chosen).faults).toEqual(['NODE_SELECTOR_MATCHES_NO_POOL']);
  });

  test('keep a DaemonSet for other nodes out of the sums', () => {
    const cache = { ...AGENT, nodeSelector: { 'eks.amazonaws.com/nodegroup': 'system' }, tolerations: ALL };
    expect(onEks(pools, { ...cache, requests: { memory: '4000Gi' } }).faults).toEqual([]);
  });
});

describe('possible matches are not faults', () => {
  const device = { 'smarter-devices/fuse': '1' };

  test.each<[string, PoolOptions, PodDemand]>([
    ['a resource of a device plugin of others', {}, demand(gpus(1, device))],
    ['the same of several workloads', {}, demand({ ...gpus(1, device), pods: 2 })],
    ['huge pages of own hardware', { type: own }, demand(gpus(1, { 'hugepages-1Gi': '4Gi' }))],
    ['instances of a GPU of own hardware', { type: own }, demand({ requests: { 'nvidia.com/mig-1g.10gb': '1' } })],
    [
      'pods without GPUs by a label that other nodes may have too',
      { labels: { env: 'prod' } },
      demand({ requests: { cpu: '2' }, pods: 1000, nodeSelector: { env: 'prod' }, tolerations: ALL }),
    ],
  ])('%s', (_, pool, pods) => {
    expect(checks({ p5: pool }, pods, demand(gpus(1)))).toEqual([]);
  });

  test.each<[string, PoolOptions, PodDemand, string]>([
    ['huge pages of EC2', {}, demand(gpus(1, { 'hugepages-1Gi': '4Gi' })), 'POD_DOES_NOT_FIT_NODE'],
    ['instances of a whole GPU', {}, demand({ requests: { 'nvidia.com/mig-1g.10gb': '1' } }), 'POD_DOES_NOT_FIT_NODE'],
    ['RDMA of a pool without', { type: own }, demand(gpus(1, { 'rdma/rail_0': '1' })), 'POD_DOES_NOT_FIT_NODE'],
    [
      'pods without GPUs by the label of the pool',
      { nodeSelector: { rack: 'a' }, labels: { rack: 'a' } },
      demand({ requests: { cpu: '2' }, pods: 1000, nodeSelector: { rack: 'a' }, tolerations: TOLERATE }),
      'PODS_DO_NOT_FIT_POOL',
    ],
  ])('but: %s', (_, pool, pods, id) => {
    expect(checks({ p5: pool }, pods)).toEqual([id]);
  });
});
