import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { GpuNodeType } from '../../lib/catalog/gpu-node-type';
import { GpuInterconnect } from '../../lib/catalog/gpu-interconnect';
import { GpuType } from '../../lib/catalog/gpu-type';
import { NodeAgents } from '../../lib/compute/agents/node-agents';
import { ClusterChecks } from '../../lib/scheduling/cluster-checks';
import { PodDemand } from '../../lib/scheduling/pod-demand';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import { DataSize } from '../../lib/units/data-size';
import { synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { AGENT, EFA, PoolOptions, checkFaults, checks, demand, fill, gpus } from './checks-support';
import { TaintEffect } from '../../lib/core/gpu-node-pool';

describe('what fits', () => {
  test.each<[string, { [name: string]: PoolOptions }, PodDemand[]]>([
    [
      'a full pool',
      { p5: EFA },
      [demand({ ...gpus(8, { 'vpc.amazonaws.com/efa': '32', 'hugepages-2Mi': '5120Mi' }), pods: 2 })],
    ],
    ['two halves of the huge pages', { p5: EFA }, [demand({ ...gpus(4, { 'hugepages-2Mi': '5120Mi' }), pods: 4 })]],
    ['pods elsewhere', { p5: {} }, [demand({ requests: { cpu: '1000' }, nodeSelector: undefined, tolerations: [] })]],
    ['a cluster whose pools are not known', {}, [demand(), AGENT]],
    ['agents', { p5: {} }, [AGENT, demand({ ...gpus(8), pods: 2 })]],
    [
      'a Job beside a full pool',
      { p5: {} },
      [demand({ ...gpus(8), pods: 2 }), demand({ ...gpus(8), pods: 2, temporary: true })],
    ],
    [
      'tensor parallelism over PCI Express',
      { p5: { type: GpuInstanceType.G5_12XLARGE } },
      [demand({ ...gpus(4), tensorParallelism: 4 })],
    ],
    ['a selector of a cloud', { p5: {} }, [demand({ nodeSelector: { 'topology.kubernetes.io/zone': 'a' } })]],
    ['time slices', { p5: { allocatable: { 'nvidia.com/gpu': '32' } } }, [demand({ pods: 64 })]],
    [
      'sizes that do not divide each other',
      { p5: {} },
      [demand({ ...gpus(5), pods: 2 }), demand({ ...gpus(3), pods: 2 })],
    ],
    [
      'an agent for nodes of another program',
      { p5: {} },
      [{ ...AGENT, elsewhere: true, nodeSelector: { 'nvidia.com/x': 'y' } }],
    ],
  ])('%s', (_, pools, demands) => {
    expect(checks(pools, ...demands)).toEqual([]);
  });
});

describe('what does not', () => {
  const v100 = GpuNodeType.custom({
    name: 'pairs',
    gpu: GpuType.V100_32GB,
    gpuCount: 8,
    vcpus: 96,
    memory: DataSize.gib(768),
    interconnect: GpuInterconnect.NVLINK_MESH,
    nvlinkDomainSize: 4,
  });
  const ib = (fabricName: string) =>
    ({ fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400, fabricName }) }) as PoolOptions;
  const both = { nodeSelector: { team: 'ml' } };
  const ml = { labels: { team: 'ml' } };

  test.each<[string, { [name: string]: PoolOptions }, PodDemand[], string]>([
    [
      'a taint that is not tolerated',
      { p5: { taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_EXECUTE }] } },
      [demand()],
      'TAINT_NOT_TOLERATED',
    ],
    [
      'an agent that misses one pool',
      { p5: {}, p4: { taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] } },
      [AGENT],
      'TAINT_NOT_TOLERATED',
    ],
    [
      'a label that no pool stamps',
      { p5: {} },
      [demand({ nodeSelector: { 'gpu-inference-constructs/pool': 'p4' } })],
      'NODE_SELECTOR_MATCHES_NO_POOL',
    ],
    [
      'an agent keyed on a label that no pool stamps',
      { p5: {} },
      [{ ...AGENT, nodeSelector: { 'gpu-inference-constructs/efa': 'true' } }],
      'NODE_SELECTOR_MATCHES_NO_POOL',
    ],
    [
      'labels that no pool has together',
      { p5: ml, p4: { labels: { row: 'a' } } },
      [demand({ nodeSelector: { team: 'ml', row: 'a' } })],
      'NODE_SELECTOR_MATCHES_NO_POOL',
    ],
    ['more GPUs than a node has', { p5: {} }, [demand(gpus(9))], 'POD_DOES_NOT_FIT_NODE'],
    [
      'EFA of a pool without',
      { p5: {} },
      [demand(gpus(8, { 'vpc.amazonaws.com/efa': '32' }))],
      'POD_DOES_NOT_FIT_NODE',
    ],
    [
      'more EFA than the pool has',
      { p5: EFA },
      [demand(gpus(8, { 'vpc.amazonaws.com/efa': '33' }))],
      'POD_DOES_NOT_FIT_NODE',
    ],
    [
      'huge pages of all pods of a node',
      { p5: EFA },
      [demand({ ...gpus(2, { 'hugepages-2Mi': '5120Mi' }), pods: 8 })],
      'PODS_DO_NOT_FIT_POOL',
    ],
    [
      'memory beside huge pages',
      { p5: { ...EFA, type: GpuInstanceType.G5_8XLARGE } },
      [demand(gpus(1, { memory: '112Gi' }))],
      'POD_DOES_NOT_FIT_NODE',
    ],
    [
      'pods beside those of agents, the 51-pod trap',
      { p5: { ...EFA, nodes: 1 } },
      [AGENT, demand({ requests: { 'vpc.amazonaws.com/efa': '0', cpu: '100m' }, pods: 47 })],
      'PODS_DO_NOT_FIT_POOL',
    ],
    [
      'CPU that agents take',
      { p5: { type: GpuInstanceType.G5_XLARGE } },
      [AGENT, demand(gpus(1, { cpu: '3' }))],
      'POD_DOES_NOT_FIT_NODE',
    ],
    [
      'agents that fill a node',
      { p5: { type: GpuInstanceType.G5_XLARGE } },
      [{ ...AGENT, requests: { memory: '20Gi' } }],
      'NODE_AGENTS_DO_NOT_FIT',
    ],
    [
      'two workloads together',
      { p5: {} },
      [demand({ ...gpus(8), pods: 1 }), demand({ ...gpus(8), pods: 2 })],
      'PODS_DO_NOT_FIT_TOGETHER',
    ],
    [
      'GPUs that cannot be divided',
      { p5: {} },
      [demand({ ...gpus(4), pods: 3 }), demand({ ...gpus(8), pods: 1 })],
      'PODS_DO_NOT_FIT_TOGETHER',
    ],
    [
      'GPUs in the wrong pieces',
      { p5: { allocatable: { 'nvidia.com/gpu': '6' } } },
      [demand({ ...gpus(4), pods: 2 }), demand({ ...gpus(4), pods: 1 })],
      'GPUS_DO_NOT_PACK',
    ],
    ['a quantity that is none', { p5: {} }, [demand(gpus(1, { cpu: 'many' }))], 'INVALID_QUANTITY'],
    [
      'tensor parallelism out of an NVLink domain',
      { p5: { type: v100 } },
      [demand({ ...gpus(8), tensorParallelism: 8 })],
      'TENSOR_PARALLELISM_EXCEEDS_DOMAIN',
    ],
    [
      'tensor parallelism across nodes',
      { p5: { type: GpuInstanceType.G5_12XLARGE } },
      [demand({ tensorParallelism: 8 })],
      'TENSOR_PARALLELISM_EXCEEDS_DOMAIN',
    ],
    [
      'a group over two subnets',
      { a: { ...EFA, ...ml, subnets: [{ subnetId: 's-1' }] }, b: { ...EFA, ...ml, subnets: [{ subnetId: 's-2' }] } },
      [demand({ ...both, podsPerGroup: 2 })],
      'GROUP_SPANS_SUBNETS',
    ],
    [
      'a group over two fabrics',
      { a: { ...EFA, ...ml }, b: { ...ml, ...ib('hall-1') } },
      [demand({ ...both, podsPerGroup: 2 })],
      'GROUP_SPANS_FABRICS',
    ],
    [
      'a group over two halls',
      { a: { ...ml, ...ib('hall-2') }, b: { ...ml, ...ib('hall-1') } },
      [demand({ ...both, podsPerGroup: 2 })],
      'GROUP_SPANS_FABRICS',
    ],
    ['RDMA of TCP-only nodes', { p5: {} }, [demand({ podsPerGroup: 2, rdmaRequired: true })], 'RDMA_NOT_AVAILABLE'],
    [
      'a subnet that is too small',
      {
        p5: { nodes: 6, subnets: [{ subnetId: 's', usableAddresses: 11 }] },
        p4: { nodes: 6, subnets: [{ subnetId: 's', usableAddresses: 11 }] },
      },
      [demand()],
      'SUBNET_TOO_SMALL',
    ],
  ])('%s', (_, pools, demands, id) => expect(checks(pools, ...demands)).toEqual([id]));

  test('everything at once', () => {
    const faults = checkFaults(
      { p5: { taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] }, p4: {} },
      demand({ name: 'a' }),
      demand({ name: 'b', nodeSelector: { 'gpu-inference-constructs/pool': 'p4' }, ...gpus(9) }),
      demand({ name: 'c', nodeSelector: { 'gpu-inference-constructs/pool': 'p3' } }),
    );
    expect(faults.map(({ reason }) => /'default\/([abc])'/.exec(reason)?.[1]).sort()).toEqual(['a', 'b', 'c']);
  });
});

test('a workload that is removed from the tree is not checked', () => {
  synthesize((stack) => {
    const cluster = testCluster(stack);
    fill(cluster, { p5: {} }, [demand(gpus(9))]);
    expect(ClusterChecks.of(cluster).faults).toHaveLength(1);
    cluster.node.tryRemoveChild('W0');
    expect(ClusterChecks.of(cluster).faults).toEqual([]);
  });
});

test('agents are seen with the pools that were made after them', () => {
  synthesize((stack) => {
    const cluster = testCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster });
    fill(cluster, { p5: { taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] } }, []);
    expect(ClusterChecks.of(cluster).faults).toEqual([]);
    expect(ClusterChecks.of(cluster).explain()).toMatch(/each node +gpu-node-agents\/nvidia-device-plugin +p5/);
  });
});

test('the table shows where pods are placed and the utilization of the pools', () => {
  synthesize((stack) => {
    const cluster = testCluster(stack);
    const slow = {
      name: 'inference/slow',
      nodeSelector: { 'gpu-inference-constructs/pool': 'g5' },
      tensorParallelism: 4,
    };
    const pods = [AGENT, demand({ ...gpus(4), pods: 3 }), demand({ ...slow, ...gpus(4) })];
    fill(cluster, { p5: EFA, g5: { type: GpuInstanceType.G5_12XLARGE } }, pods);
    const table = ClusterChecks.of(cluster).explain();
    expect(table).toMatch(/3 +inference\/chat +p5 +2 +nvidia.com\/gpu 4/);
    expect(table).toMatch(/tensor parallelism 4 over PCI Express/);
    expect(table).toMatch(/p5 +2 x p5.48xlarge +efa +vpc.amazonaws.com\/efa|p5 +2 x p5.48xlarge +efa +cpu/);
    expect(table).toMatch(/nvidia.com\/gpu +16 +12 +75 %/);
  });
});

/** How often the labels and taints of pools are looked at. */
function looksAtPools(count: number, asked: (i: number) => PodDemand): number {
  let looks = 0;
  synthesize((stack) => {
    const cluster = testCluster(stack);
    const pools = Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, EFA as PoolOptions]));
    const demands = Array.from({ length: 2 * count }, (_, i) => ({
      ...asked(Math.floor(i / 2)),
      name: `inference/${i}`,
    }));
    fill(cluster, pools, [AGENT, ...demands]);
    for (const pool of cluster.nodePools) {
      for (const property of ['nodeLabels', 'taints', 'nodeSelector'] as const) {
        const value = pool[property];
        Object.defineProperty(pool, property, { get: () => (looks++, value) });
      }
    }
    expect(ClusterChecks.of(cluster).faults).toEqual([]);
    const once = looks;
    looks = 0;
    ClusterChecks.of(cluster).explain();
    expect(looks).toBeLessThanOrEqual(once);
    looks = once;
  });
  return looks;
}

test.each<[string, (i: number) => PodDemand]>([
  ['a selector', (i) => demand({ nodeSelector: { 'gpu-inference-constructs/pool': `p${i}` }, ...gpus(8) })],
  [
    'an affinity',
    (i) =>
      demand({
        nodeSelector: {},
        nodeTerms: [{ requirements: [{ key: 'gpu-inference-constructs/pool', operator: 'In', values: [`p${i}`] }] }],
        ...gpus(8),
      }),
  ],
])('ten times the pools, with pods led there by %s, are looked at ten times as often', (_, asked) => {
  const [small, large] = [looksAtPools(4, asked), looksAtPools(40, asked)];
  expect(small).toBeGreaterThan(0);
  // Quadratic would be a hundred times.
  expect(large).toBeLessThanOrEqual(10 * small);
});
