import { ImagePrePuller } from '../../../lib/compute/agents/image-pre-puller';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { NodeAgentsProps } from '../../../lib/compute/agents/node-agents-props';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuType } from '../../../lib/catalog/gpu-type';
import { GpuNodeType } from '../../../lib/catalog/gpu-node-type';
import {
  ExistingGpuNodePool,
  ExistingGpuNodePoolProps,
} from '../../../lib/compute/pools/existing/existing-gpu-node-pool';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { servingHardware } from '../../../lib/serving/model/serving-hardware';
import { sizePod } from '../../../lib/serving/pod/pod-sizing';
import { DataSize } from '../../../lib/units/data-size';
import { demand, runPods } from '../../scheduling/checks-support';
import { faultsAtSynth, idsOf, warningsOf } from '../../support/faults';
import { Block, synthesize, testStack } from '../../support/synth';
import { TestEksCluster, testEksCluster } from '../test-eks-cluster';

const GROUP = { 'eks.amazonaws.com/nodegroup': 'gpu-old' };
const MARK = [{ key: 'nvidia.com/gpu.present', operator: 'In', values: ['true'] }];
const OLD = [{ key: 'eks.amazonaws.com/nodegroup', operator: 'In', values: ['gpu-old'] }];

const adopt = (cluster: TestEksCluster, props: Partial<ExistingGpuNodePoolProps> = {}, id = 'Old') =>
  new ExistingGpuNodePool(cluster, id, {
    ...{ cluster, hardware: GpuInstanceType.G6E_XLARGE, nodes: 2, nodeSelector: GROUP, driverInImage: true },
    ...props,
  });

/** Selector and terms of the nodes of each agent, by its name. */
function agents(fill: (cluster: TestEksCluster) => void, props: Partial<NodeAgentsProps> = {}) {
  const made = synthesize((stack) => {
    const cluster = testEksCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster, ...props });
    fill(cluster);
  });
  return Object.fromEntries(
    made
      .resources('kubernetes_daemon_set_v1')
      .map(({ metadata, spec }) => [(metadata as Block).name, nodesOf(spec as Block)]),
  );
}

function nodesOf({ template: { spec } }: Block) {
  const required = spec.affinity?.node_affinity.required_during_scheduling_ignored_during_execution as
    Block | undefined;
  const terms = required?.node_selector_term as { match_expressions: unknown }[] | undefined;
  return { selector: spec.node_selector as unknown, terms: terms?.map(({ match_expressions }) => match_expressions) };
}

describe('a plain node group', () => {
  test('gets every agent by its own selector, beside the nodes that pools mark', () => {
    const all = { gpuFeatureDiscovery: true, dcgmExporter: true, nodeFeatureDiscovery: false };
    const nodes = { selector: undefined, terms: [MARK, OLD] };
    expect(agents((cluster) => void adopt(cluster), all)).toEqual({
      'nvidia-device-plugin': nodes,
      'gpu-feature-discovery': nodes,
      'dcgm-exporter': nodes,
    });
  });

  test('that has the mark needs no term', () => {
    const labels = { 'nvidia.com/gpu.present': 'true' };
    expect(agents((cluster) => void adopt(cluster, { labels }))).toEqual({
      'nvidia-device-plugin': { selector: labels, terms: undefined },
    });
  });

  test('has a term beside those of other groups, which all exclude nodes with a plugin of their own', () => {
    const own = { key: 'nvidia.com/device-plugin.config', operator: 'DoesNotExist' };
    const found = agents((cluster) => {
      adopt(cluster);
      adopt(cluster, { nodeSelector: { rack: '1', row: 'a' }, gpuSharing: GpuSharing.timeSlicing(2) }, 'Rack');
    });
    const rack = [
      { key: 'rack', operator: 'In', values: ['1'] },
      { key: 'row', operator: 'In', values: ['a'] },
    ];
    expect(found['nvidia-device-plugin'].terms).toEqual([
      [...MARK, own],
      [...OLD, own],
      [...rack, own],
    ]);
    expect(found['nvidia-device-plugin-time-slicing-2']).toEqual({
      selector: { 'nvidia.com/device-plugin.config': 'time-slicing-2' },
      terms: [MARK, OLD, rack],
    });
  });

  test('with EFA gets the plugin of EFA, and one without does not', () => {
    const efa = { hardware: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa(), nodeSelector: { rack: 'efa' } };
    const found = agents((cluster) => {
      adopt(cluster);
      adopt(cluster, efa, 'Efa');
    });
    expect(found['efa-device-plugin'].terms).toEqual([
      [{ key: 'gpu-inference-constructs/efa', operator: 'In', values: ['true'] }],
      [{ key: 'rack', operator: 'In', values: ['efa'] }],
    ]);
  });

  test.each([true, false])('gets images before their servers start: %s', (named) => {
    const made = synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const pool = adopt(cluster);
      const images = ['a:1'];
      new ImagePrePuller(stack, 'Images', { cluster, images, nodePools: named ? [pool] : undefined });
    });
    const { spec } = made.only('kubernetes_daemon_set_v1');
    expect(nodesOf(spec as Block)).toEqual({ selector: undefined, terms: named ? [OLD] : [MARK, OLD] });
  });

  test('has its agents in the proof, and the nodes beside it too', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      adopt(cluster);
      new GpuNodePool(stack, 'New', { cluster, instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 });
      new NodeAgents(stack, 'Agents', { cluster });
      expect(ClusterChecks.of(cluster).explain()).toMatch(
        /each node +gpu-node-agents\/nvidia-device-plugin +new, old /,
      );
    });
  });

  test('is asked for no label, and for none that EKS sets', () => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const text = adopt(cluster).explain();
      expect(text).toContain('Its nodes have by themselves: eks.amazonaws.com/nodegroup=gpu-old.');
      expect(text).toContain('The nodes are left as they are. They need nothing else.');
      expect(text).not.toContain('kubectl');
      const more = adopt(cluster, { nodeSelector: { 'kubernetes.io/arch': 'amd64', team: 'ml' } }, 'Team').explain();
      expect(more).toContain('kubectl label node <name> team=ml');
      expect(more).not.toContain('label node <name> kubernetes.io');
      const taints = [{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }];
      const tainted = adopt(cluster, { nodeSelector: { 'karpenter.sh/nodepool': 'gpu' }, taints }, 'Tainted').explain();
      expect(tainted).toContain(
        'Each must have these labels and taints:\n  kubectl taint node <name> team=ml:NoSchedule',
      );
    });
  });

  test('is not labeled with what EKS sets, where the pool sets labels', () => {
    const made = synthesize((stack) => void adopt(testEksCluster(stack), { nodes: 1, nodeNames: ['gpu-0'] }));
    const { labels } = made.only('kubernetes_labels');
    expect(labels).toMatchObject({ 'gpu-inference-constructs/pool': 'old', 'nvidia.com/gpu.present': 'true' });
    expect(labels).not.toHaveProperty(['eks.amazonaws.com/nodegroup']);
  });

  describe.each(['g6e.xlarge', 'p3.8xlarge'])('of %s', (name) => {
    const hardware = GpuInstanceType.of(name);
    const served = (props: Partial<ExistingGpuNodePoolProps>, gib: number, requests = {}) => {
      const stack = testStack();
      const cluster = testEksCluster(stack);
      const pool = adopt(cluster, { hardware, ...props });
      const disk = { 'ephemeral-storage': `${gib}Gi` };
      runPods(cluster, cluster, 'Chat', demand({ requests: { ...disk, ...requests }, nodeSelector: GROUP }));
      const faults = faultsAtSynth(stack);
      faultsAtSynth(stack);
      return [...idsOf(faults), ...idsOf(warningsOf(pool))];
    };

    test('has no disk that is known, and pods that need more than nodes have by default are warned of once', () => {
      expect(served({}, 17)).toEqual([]);
      expect(served({}, 18)).toEqual(['NODE_DISK_NOT_KNOWN']);
      expect(served({}, 160)).toEqual(['NODE_DISK_NOT_KNOWN']);
    });

    test('has the disk that is stated', () => {
      const ephemeralStorage = DataSize.gib(89);
      expect(served({ ephemeralStorage }, 89)).toEqual([]);
      expect(served({ ephemeralStorage }, 90)).toEqual(['POD_DOES_NOT_FIT_NODE']);
    });

    test('says so in the table of the proof', () => {
      const cluster = testEksCluster(testStack());
      adopt(cluster, { hardware });
      expect(ClusterChecks.of(cluster).explain()).not.toMatch(/ephemeral/);
      adopt(cluster, { hardware, nodeSelector: { a: 'b' }, ephemeralStorage: DataSize.gib(89) }, 'Stated');
      expect(ClusterChecks.of(cluster).explain()).toMatch(/ephemeral-storage +178/);
    });

    test('holds the pods of a server by the same disk', () => {
      const servers = (ephemeralStorage?: DataSize) => {
        const pool = adopt(testEksCluster(testStack()), { hardware, ephemeralStorage });
        const { disk, instanceType } = servingHardware(pool);
        return idsOf(sizePod([], instanceType, { ephemeralStorage: DataSize.gib(160), disk }).faults);
      };
      expect(servers()).toEqual([]);
      expect(servers(DataSize.gib(161))).toEqual([]);
      expect(servers(DataSize.gib(159))).toEqual(['POD_EXCEEDS_NODE resources.ephemeralStorage']);
    });
  });

  test('that is own hardware has the disks of its nodes', () => {
    const hardware = GpuNodeType.custom({
      ...{ name: 'rack', gpu: GpuType.L40S, gpuCount: 1, vcpus: 16, memory: DataSize.gib(128) },
      localStorage: DataSize.gib(1000),
    });
    const cluster = testEksCluster(testStack());
    adopt(cluster, { hardware });
    expect(ClusterChecks.of(cluster).explain()).toMatch(/ephemeral-storage +/);
  });

  test('with agents that ask for disk is not refused for disk that is not known', () => {
    const stack = testStack();
    const cluster = testEksCluster(stack);
    adopt(cluster);
    const requests = { 'ephemeral-storage': '1Gi' };
    runPods(cluster, cluster, 'Logs', demand({ requests, nodeSelector: GROUP, onEveryNode: true }));
    expect(idsOf(faultsAtSynth(stack))).toEqual([]);
  });

  test.each<[GpuNodeType, Partial<ExistingGpuNodePoolProps>]>([
    [GpuInstanceType.G6E_XLARGE, {}],
    [GpuInstanceType.G6E_4XLARGE, {}],
    [GpuInstanceType.G6E_48XLARGE, {}],
    [GpuInstanceType.P5_48XLARGE, {}],
  ])('holds as many pods as a pool of %s', (hardware, props) => {
    synthesize((stack) => {
      const cluster = testEksCluster(stack);
      const old = adopt(cluster, { hardware, ...props });
      const instanceType = hardware as GpuInstanceType;
      const made = new GpuNodePool(stack, 'New', { cluster, instanceType, minNodes: 1, maxNodes: 1 });
      expect(old.allocatable?.pods).toBe(made.allocatable?.pods);
      expect(adopt(cluster, { hardware, maxPods: 20, nodeSelector: { own: 'a' } }, 'Own').allocatable?.pods).toBe('20');
    });
  });
});
