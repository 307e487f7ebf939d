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
import { AGENT, EFA, PoolOptions, checks, demand, fill, gpus } from './checks-support';
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

  test.each<[string, { [name: string]: PoolOptions }, PodDemand[], RegExp]>([
    [
      'failure 9: a taint that is not tolerated',
      { p5: { taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_EXECUTE }] } },
      [demand()],
      /do not tolerate the taints team=ml:NoExecute of pool 'p5'/,
    ],
    [
      'failure 9: an agent that misses one pool',
      { p5: {}, p4: { taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] } },
      [AGENT],
      /'agents\/plugin' do not tolerate the taints team:NoSchedule of pool 'p4'/,
    ],
    [
      'failure 9: a label that no pool stamps',
      { p5: {} },
      [demand({ nodeSelector: { 'gpu-inference-constructs/pool': 'p4' } })],
      /pool=p4, which no pool of the cluster stamps/,
    ],
    [
      'failure 5: an agent keyed on a label that no pool stamps',
      { p5: {} },
      [{ ...AGENT, nodeSelector: { 'gpu-inference-constructs/efa': 'true' } }],
      /efa=true, which no pool/,
    ],
    [
      'labels that no pool has together',
      { p5: ml, p4: { labels: { row: 'a' } } },
      [demand({ nodeSelector: { team: 'ml', row: 'a' } })],
      /stamped, but by no pool together/,
    ],
    [
      'more GPUs than a node has',
      { p5: {} },
      [demand(gpus(9))],
      /requests 9 of nvidia.com\/gpu, but a node of pool 'p5' \(p5.48xlarge\) has 8/,
    ],
    [
      'failure 6: EFA of a pool without',
      { p5: {} },
      [demand(gpus(8, { 'vpc.amazonaws.com/efa': '32' }))],
      /32 of vpc.amazonaws.com\/efa, but no node of pool 'p5' advertises it/,
    ],
    [
      'failure 6: more EFA than the pool has',
      { p5: EFA },
      [demand(gpus(8, { 'vpc.amazonaws.com/efa': '33' }))],
      /requests 33 of vpc.amazonaws.com\/efa.*has 32/,
    ],
    [
      'huge pages of all pods of a node',
      { p5: EFA },
      [demand({ ...gpus(2, { 'hugepages-2Mi': '5120Mi' }), pods: 8 })],
      /8 pods .* hugepages-2Mi lets 2 of them onto each of at most 2 nodes; raise maxNodes to 4/,
    ],
    [
      'memory beside huge pages',
      { p5: { ...EFA, type: GpuInstanceType.G5_8XLARGE } },
      [demand(gpus(1, { memory: '112Gi' }))],
      /requests 112 GiB of memory, but a node .* has 10\d/,
    ],
    [
      'failure 7: pods beside those of agents, the 51-pod trap',
      { p5: { ...EFA, nodes: 1 } },
      [AGENT, demand({ requests: { 'vpc.amazonaws.com/efa': '0', cpu: '100m' }, pods: 47 })],
      /47 pods .*pods lets 46 of them/,
    ],
    [
      'CPU that agents take',
      { p5: { type: GpuInstanceType.G5_XLARGE } },
      [AGENT, demand(gpus(1, { cpu: '3' }))],
      /requests 3 of cpu, but .* has 2.67 for pods/,
    ],
    [
      'agents that fill a node',
      { p5: { type: GpuInstanceType.G5_XLARGE } },
      [{ ...AGENT, requests: { memory: '20Gi' } }],
      /what runs on every node of pool 'p5' \('agents\/plugin'\) asks for more memory/,
    ],
    [
      'two workloads together',
      { p5: {} },
      [demand({ ...gpus(8), pods: 1 }), demand({ ...gpus(8), pods: 2 })],
      /request 24 of nvidia.com\/gpu together \('inference\/chat' 1 x 8, 'inference\/chat' 2 x 8\), but its 2 nodes have 16/,
    ],
    [
      'GPUs that cannot be divided',
      { p5: {} },
      [demand({ ...gpus(4), pods: 3 }), demand({ ...gpus(8), pods: 1 })],
      /request 20 of/,
    ],
    [
      'GPUs in the wrong pieces',
      { p5: { allocatable: { 'nvidia.com/gpu': '6' } } },
      [demand({ ...gpus(4), pods: 2 }), demand({ ...gpus(4), pods: 1 })],
      /cannot share its 2 nodes of 6 GPUs: 1 pods of 4 GPUs are left over/,
    ],
    [
      'a quantity that is none',
      { p5: {} },
      [demand(gpus(1, { cpu: 'many' }))],
      /request quantities that are none: cpu/,
    ],
    [
      'tensor parallelism out of an NVLink domain',
      { p5: { type: v100 } },
      [demand({ ...gpus(8), tensorParallelism: 8 })],
      /tensor parallelism 8 of 'inference\/chat' leaves the 4 GPUs that an NVLink domain of pool 'p5'/,
    ],
    [
      'tensor parallelism across nodes',
      { p5: { type: GpuInstanceType.G5_12XLARGE } },
      [demand({ tensorParallelism: 8 })],
      /leaves the 4 GPUs that a node of pool 'p5'/,
    ],
    [
      'failure 3: a group over two subnets',
      { a: { ...EFA, ...ml, subnets: [{ subnetId: 's-1' }] }, b: { ...EFA, ...ml, subnets: [{ subnetId: 's-2' }] } },
      [demand({ ...both, podsPerGroup: 2 })],
      /'a', 'b', which are in different subnets/,
    ],
    [
      'a group over two fabrics',
      { a: { ...EFA, ...ml }, b: { ...ml, ...ib('hall-1') } },
      [demand({ ...both, podsPerGroup: 2 })],
      /different fabrics \(efa 'efa', infiniband 'hall-1'\)/,
    ],
    [
      'a group over two halls',
      { a: { ...ml, ...ib('hall-2') }, b: { ...ml, ...ib('hall-1') } },
      [demand({ ...both, podsPerGroup: 2 })],
      /different fabrics/,
    ],
    [
      'RDMA of TCP-only nodes',
      { p5: {} },
      [demand({ podsPerGroup: 2, rdmaRequired: true })],
      /needs RDMA between its pods, but 'p5' reach each other by TCP only/,
    ],
    [
      'a subnet that is too small',
      {
        p5: { nodes: 6, subnets: [{ subnetId: 's', usableAddresses: 11 }] },
        p4: { nodes: 6, subnets: [{ subnetId: 's', usableAddresses: 11 }] },
      },
      [demand()],
      /a subnet has 11 addresses, but .* at least 13 at their largest \('p4' 6, 'p5' 7\)/,
    ],
  ])('%s', (_, pools, demands, message) => {
    const faults = checks(pools, ...demands);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
  });

  test('everything at once', () => {
    const faults = checks(
      { p5: { taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] }, p4: {} },
      demand({ name: 'a' }),
      demand({ name: 'b', nodeSelector: { 'gpu-inference-constructs/pool': 'p4' }, ...gpus(9) }),
      demand({ name: 'c', nodeSelector: { 'gpu-inference-constructs/pool': 'p3' } }),
    );
    expect(faults.map((fault) => /'([abc])'/.exec(fault)?.[1]).sort()).toEqual(['a', 'b', 'c']);
  });
});

test('a workload that is taken out of the tree is not looked at', () => {
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

test('the table says where pods go and how full the pools are', () => {
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

test('200 pools with 400 workloads take a moment, and ten times as many about ten times as long', () => {
  const time = (count: number) => {
    let elapsed = 0;
    synthesize((stack) => {
      const cluster = testCluster(stack);
      const pools = Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, EFA as PoolOptions]));
      const demands = Array.from({ length: 2 * count }, (_, i) =>
        demand({ nodeSelector: { 'gpu-inference-constructs/pool': `p${Math.floor(i / 2)}` }, ...gpus(8) }),
      );
      fill(cluster, pools, [AGENT, ...demands]);
      const start = performance.now();
      expect(ClusterChecks.of(cluster).faults).toEqual([]);
      elapsed = performance.now() - start;
    });
    return elapsed;
  };
  const [small, large] = [time(20), time(200)];
  // Quadratic would be a hundred times.
  expect(large).toBeLessThan(Math.max(40 * small, 400));
});
