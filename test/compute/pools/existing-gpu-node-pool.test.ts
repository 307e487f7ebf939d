import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { ExistingGpuNodePoolProps } from '../../../lib/compute/pools/existing/existing-gpu-node-pool';
import { KubernetesCluster } from '../../../lib/compute/cluster/kubernetes-cluster';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { KubernetesAccess } from '../../../lib/kubernetes/kubernetes-access';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { NDR, RACK, rack } from '../../network/support';
import { synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';
import { refusal } from '../test-pool';

describe('a pool of existing nodes', () => {
  test('changes nothing on the nodes, and says which labels they must have', () => {
    const result = synthesize((stack) => {
      const cluster = KubernetesCluster.fromKubeconfig(stack, 'Site', { configPath: 'site.yaml' });
      KubernetesAccess.of(stack, cluster);
      const pool = rack(stack, cluster, { taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }] });
      expect(cluster.nodePools).toEqual([pool]);
      expect(pool.nodeSelector).toEqual({ 'gpu-inference-constructs/pool': 'rack' });
      expect(pool.nodeLabels).toEqual({ 'gpu-inference-constructs/pool': 'rack' });
      expect(pool.taints).toEqual([{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }]);
      expect([pool.minNodes, pool.maxNodes, pool.efaInterfacesPerNode]).toEqual([4, 4, 0]);
      expect(pool.explain()).toContain('kubectl label node <name> gpu-inference-constructs/pool=rack');
      expect(pool.explain()).toContain('kubectl taint node <name> team=ml:NoSchedule');
      expect(cluster.explain()).toContain('Cluster Site, by the kubeconfig site.yaml.');
      expect(cluster.explain()).toMatch(/rack +4 x dgx-h100 +infiniband/);
    });
    expect(result.types).toEqual([]);
  });

  test('sets labels and taints on nodes with given names', () => {
    const result = synthesize((stack) => {
      rack(stack, testCluster(stack), { nodes: 2, nodeNames: ['gpu-0', 'gpu-1'], labels: { row: 'a' } });
    });
    expect(result.resources('kubernetes_labels')).toHaveLength(2);
    expect(result.byName('kubernetes_labels', 'gpu-0')).toMatchObject({
      api_version: 'v1',
      kind: 'Node',
      labels: {
        row: 'a',
        'gpu-inference-constructs/pool': 'rack',
        'nvidia.com/gpu.present': 'true',
        'k8s.amazonaws.com/accelerator': 'nvidia-h100',
      },
    });
    expect(result.byName('kubernetes_node_taint', 'gpu-1').taint).toEqual([
      { key: 'nvidia.com/gpu', value: 'present', effect: TaintEffect.NO_SCHEDULE },
    ]);
  });

  test('node agents land on its nodes and tolerate its taints', () => {
    const result = synthesize((stack) => {
      const cluster = testCluster(stack);
      new NodeAgents(stack, 'Agents', { cluster });
      rack(stack, cluster, { taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }] });
    });
    const spec = result.only('kubernetes_daemon_set_v1').spec.template.spec;
    expect(spec.node_selector).toBeUndefined();
    expect(spec.affinity.node_affinity.required_during_scheduling_ignored_during_execution).toEqual({
      node_selector_term: [
        { match_expressions: [{ key: 'nvidia.com/gpu.present', operator: 'In', values: ['true'] }] },
        { match_expressions: [{ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['rack'] }] },
      ],
    });
    expect(spec.toleration).toContainEqual({ key: 'team', operator: 'Exists', effect: 'NoSchedule' });
  });

  test.each<[string, Partial<ExistingGpuNodePoolProps>, string]>([
    ['no nodes', { nodes: 0 }, 'NOT_A_WHOLE_NUMBER nodes'],
    ['a broken number of pods', { maxPods: 1.5 }, 'NOT_A_WHOLE_NUMBER maxPods'],
    [
      'half a second on nodes that are not reached',
      { unreachableTolerationSeconds: 0.5 },
      'NOT_A_WHOLE_NUMBER unreachableTolerationSeconds',
    ],
    ['EFA on own hardware', { fabric: RdmaFabric.efa() }, 'FABRIC_NOT_ON_HARDWARE fabric'],
    [
      'InfiniBand on EC2',
      { hardware: GpuInstanceType.P5_48XLARGE, driverInImage: true },
      'FABRIC_NOT_ON_HARDWARE fabric',
    ],
    [
      'faster adapters than the node',
      { fabric: RdmaFabric.infiniband({ ...NDR, gbpsPerAdapter: 800 }) },
      'FABRIC_FASTER_THAN_HARDWARE fabric',
    ],
    ['no selector', { nodeSelector: {} }, 'EMPTY_LIST nodeSelector'],
    ['names that are too few', { nodeNames: ['a'] }, 'NODE_COUNT_MISMATCH nodeNames'],
    ['names that repeat', { nodes: 2, nodeNames: ['a', 'a'] }, 'DUPLICATE nodeNames'],
    ['a name that is none', { nodes: 1, nodeNames: ['A_1'] }, 'INVALID_NAME nodeNames[0]'],
    ['a wrong effect', { taints: [{ key: 'a', effect: 'Never' as TaintEffect }] }, 'UNKNOWN_VALUE taints[0].effect'],
    [
      'a label of its own',
      { nodes: 1, nodeNames: ['a'], labels: { 'nvidia.com/gpu.present': 'no' } },
      "RESERVED labels['nvidia.com/gpu.present']",
    ],
    [
      'a label that is another in the selector',
      { labels: { team: 'a' }, nodeSelector: { team: 'b' } },
      "CONFLICTING_PROPERTIES labels['team']",
    ],
    [
      'a label that agents rely on',
      { labels: { 'nvidia.com/gpu.present': 'false' } },
      "CONFLICTING_PROPERTIES labels['nvidia.com/gpu.present']",
    ],
    [
      'a selector that says other than the pool stamps',
      { nodes: 1, nodeNames: ['a'], nodeSelector: { 'gpu-inference-constructs/pool': 'other' } },
      "CONFLICTING_PROPERTIES nodeSelector['gpu-inference-constructs/pool']",
    ],
    [
      'a name that Kubernetes refuses',
      { poolName: 'Rack 1' },
      "INVALID_NAME poolName, INVALID_FORMAT nodeSelector['gpu-inference-constructs/pool']",
    ],
  ])('fails for %s', (_, props, message) => {
    expect(refusal(() => synthesize((stack) => void rack(stack, testCluster(stack), props)))).toBe(message);
  });

  test('fails when its selector also matches nodes of another pool', () => {
    const build = (selector: { [key: string]: string }) => () =>
      synthesize((stack) => {
        const cluster = testCluster(stack);
        rack(stack, cluster, { nodeSelector: { gpu: 'h100', row: 'a' } }, 'A');
        rack(stack, cluster, { nodeSelector: selector }, 'B');
      });
    expect(refusal(build({ gpu: 'h100' }))).toBe('SELECTOR_AMBIGUOUS nodeSelector');
    expect(build({ gpu: 'h100', row: 'b' })).not.toThrow();
    expect(RACK.isEc2).toBe(false);
  });
});
