import { refusal } from '../test-pool';
import { reasonsOf } from '../../support/faults';
import { TerraformStack } from 'cdktf';
import { GpuNodeType, GpuType } from '../../../lib';
import { GpuOperator } from '../../../lib/compute/agents/gpu-operator';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { ExistingGpuNodePoolProps } from '../../../lib/compute/pools/existing/existing-gpu-node-pool';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { ClusterChecks } from '../../../lib/scheduling/cluster-checks';
import { GpuSharingKind } from '../../../lib/core/gpu-sharing-kind';
import { IKubernetesCluster } from '../../../lib/core/kubernetes-cluster';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { DataSize } from '../../../lib/units/data-size';
import { runPods, demand, gpus } from '../../scheduling/checks-support';
import { RACK, rack } from '../../network/support';
import { Block, synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';

const SLICED = GpuSharing.timeSlicing(4);
const DIVIDED = GpuSharing.mig('1g.10gb');
const node = (gpu: GpuType) =>
  GpuNodeType.custom({ name: 'own', gpu, gpuCount: 2, vcpus: 64, memory: DataSize.gib(256) });

const shared = (stack: TerraformStack, cluster: IKubernetesCluster, props: Partial<ExistingGpuNodePoolProps>) =>
  rack(stack, cluster, { fabric: RdmaFabric.none(), ...props });

/** A pool that was made in a stack of its own. */
function poolWith(props: Partial<ExistingGpuNodePoolProps>) {
  let made: ReturnType<typeof rack> | undefined;
  const result = synthesize((stack) => {
    made = shared(stack, testCluster(stack), props);
  });
  return { result, pool: made! };
}

describe('existing nodes that share their GPUs', () => {
  test.each<[GpuSharing, GpuSharingKind, string, number, number, { [label: string]: string }]>([
    [
      SLICED,
      GpuSharingKind.TIME_SLICING,
      'nvidia.com/gpu',
      32,
      19.9,
      { 'nvidia.com/device-plugin.config': 'time-slicing-4' },
    ],
    [
      SLICED.renamed(),
      GpuSharingKind.TIME_SLICING,
      'nvidia.com/gpu.shared',
      32,
      19.9,
      { 'nvidia.com/device-plugin.config': 'time-slicing-4-renamed' },
    ],
    [DIVIDED, GpuSharingKind.MIG, 'nvidia.com/gpu', 56, 9.5, { 'nvidia.com/mig.config': 'all-1g.10gb' }],
    [
      DIVIDED.renamed(),
      GpuSharingKind.MIG,
      'nvidia.com/mig-1g.10gb',
      56,
      9.5,
      { 'nvidia.com/mig.config': 'all-1g.10gb' },
    ],
    [GpuSharing.none(), GpuSharingKind.NONE, 'nvidia.com/gpu', 8, 79.6, {}],
  ])('by %s', (gpuSharing, kind, resource, count, gib, labels) => {
    const { pool } = poolWith({ gpuSharing });
    expect(pool.gpuSharing).toBe(gpuSharing);
    expect(pool.gpuSharingKind).toBe(kind);
    expect(pool.gpuResourceName).toBe(resource);
    expect(pool.allocatable).toEqual({ pods: '110', [resource]: String(count) });
    expect(Math.abs((pool.gpuShareMemory?.gib ?? 0) - gib)).toBeLessThan(0.6);
    const sharing = Object.entries(pool.nodeLabels).filter(([key]) => /config$/.test(key));
    expect(Object.fromEntries(sharing)).toEqual(labels);
    for (const [key, value] of Object.entries(labels)) expect(pool.explain()).toContain(`<name> ${key}=${value}`);
  });

  test('are whole by default', () => {
    const { pool } = poolWith({});
    expect(pool.gpuSharingKind).toBeUndefined();
    expect(pool.allocatable).toEqual({ pods: '110' });
  });

  test('get the labels that their agents need', () => {
    const { result } = poolWith({ nodes: 1, nodeNames: ['gpu-0'], gpuSharing: SLICED });
    expect(result.byName('kubernetes_labels', 'gpu-0').labels).toMatchObject({
      'nvidia.com/device-plugin.config': 'time-slicing-4',
    });
  });

  test.each<[string, GpuType, string, number]>([
    ['A30', GpuType.A30, '1g.6gb', 8],
    ['H100 PCIe', GpuType.H100_PCIE, '3g.40gb', 4],
    ['RTX PRO 6000', GpuType.RTX_PRO_6000, '2g.48gb', 4],
    ['GB200', GpuType.GB200, '7g.189gb', 2],
  ])('have the profiles of %s', (_, gpu, profile, count) => {
    const { pool } = poolWith({ hardware: node(gpu), gpuSharing: GpuSharing.mig(profile) });
    expect(pool.allocatable?.['nvidia.com/gpu']).toBe(String(count));
    expect(pool.gpuShareMemory?.exceeds(gpu.memory.times(2 / count))).toBe(false);
  });

  test.each<[string, Partial<ExistingGpuNodePoolProps>, string]>([
    ['MIG of a GPU without it', { hardware: node(GpuType.L40S), gpuSharing: DIVIDED }, 'MIG_NOT_SUPPORTED gpuSharing'],
    ['a profile of another GPU', { gpuSharing: GpuSharing.mig('1g.5gb') }, 'UNKNOWN_MIG_PROFILE gpuSharing'],
    [
      'a fabric between slices',
      { gpuSharing: DIVIDED, fabric: RdmaFabric.infiniband({ adaptersPerNode: 8, gbpsPerAdapter: 400 }) },
      'SHARED_GPUS_WITH_FABRIC gpuSharing',
    ],
    [
      'labels that share GPUs and nothing said of it',
      { labels: { 'nvidia.com/device-plugin.config': 'time-slicing-8-renamed' } },
      'GPU_SHARING_NOT_DECLARED gpuSharing',
    ],
    [
      'labels that divide GPUs and nothing said of it',
      { labels: { 'nvidia.com/mig.config': 'all-3g.40gb' } },
      'GPU_SHARING_NOT_DECLARED gpuSharing',
    ],
    [
      'labels that say otherwise',
      { labels: { 'nvidia.com/device-plugin.config': 'time-slicing-8' }, gpuSharing: SLICED },
      'CONFLICTING_PROPERTIES gpuSharing',
    ],
    [
      'a label of its own',
      { nodes: 1, nodeNames: ['a'], labels: { 'nvidia.com/mig.config': 'all-1g.10gb' }, gpuSharing: DIVIDED },
      "RESERVED labels['nvidia.com/mig.config']",
    ],
  ])('fails for %s', (_, props, message) => expect(refusal(() => poolWith(props))).toBe(message));

  test('may have a configuration of other agents', () => {
    const labels = { 'nvidia.com/device-plugin.config': 'rack-a', 'nvidia.com/mig.config': 'all-disabled' };
    expect(poolWith({ labels, gpuSharing: SLICED }).pool.nodeLabels).toMatchObject(labels);
    expect(() => poolWith({ labels })).not.toThrow();
  });

  test('may have a label of MIG whose profile is not known, of which gpuSharing could say nothing', () => {
    const labels = { 'nvidia.com/mig.config': 'all-1g.12gb' };
    expect(() => poolWith({ labels })).not.toThrow();
    expect(refusal(() => poolWith({ labels, gpuSharing: DIVIDED }))).toBe('CONFLICTING_PROPERTIES gpuSharing');
  });

  test('GPUs that are not shared have no other name', () => {
    expect(refusal(() => GpuSharing.none().renamed())).toBe('GPUS_NOT_SHARED');
  });
});

describe('the checks of what is scheduled on shared GPUs of own nodes', () => {
  const faults = (gpuSharing: GpuSharing | undefined, requests: { [resource: string]: string }, pods = 1) => {
    let found: string[] = [];
    const build = () =>
      synthesize((stack) => {
        const cluster = testCluster(stack);
        const pool = shared(stack, cluster, { nodes: 1, gpuSharing });
        const { nodeSelector } = pool;
        runPods(stack, cluster, 'W', demand({ pods, requests, nodeSelector }));
        found = reasonsOf(ClusterChecks.of(cluster).faults);
      });
    try {
      build();
    } catch (error) {
      if (found.length === 0) throw error;
    }
    return found;
  };

  test.each<[string, GpuSharing | undefined, { [resource: string]: string }, number]>([
    ['slices', SLICED, { 'nvidia.com/gpu': '1' }, 32],
    ['renamed slices', SLICED.renamed(), { 'nvidia.com/gpu.shared': '1' }, 32],
    ['instances', DIVIDED, { 'nvidia.com/gpu': '1' }, 56],
    ['renamed instances', DIVIDED.renamed(), { 'nvidia.com/mig-1g.10gb': '1' }, 56],
    ['instances that were made by hand', undefined, { 'nvidia.com/mig-1g.10gb': '1' }, 106],
  ])('%s fit', (_, sharing, requests, pods) => expect(faults(sharing, requests, pods)).toEqual([]));

  test.each<[string, GpuSharing, { [resource: string]: string }, number, RegExp]>([
    ['too many slices', SLICED, { 'nvidia.com/gpu': '1' }, 33, /do not fit pool 'rack'/],
    ['too many instances', DIVIDED.renamed(), { 'nvidia.com/mig-1g.10gb': '1' }, 57, /do not fit pool 'rack'/],
    [
      'two slices for a pod',
      SLICED.renamed(),
      { 'nvidia.com/gpu.shared': '2' },
      1,
      /requests 2 of nvidia.com\/gpu.shared.*take turns/,
    ],
    [
      'whole GPUs by the old name',
      SLICED.renamed(),
      { 'nvidia.com/gpu': '1' },
      1,
      /no node of pool 'rack' advertises it; request nvidia.com\/gpu.shared/,
    ],
    [
      'another profile',
      DIVIDED.renamed(),
      { 'nvidia.com/mig-3g.40gb': '1' },
      1,
      /no node of pool 'rack' advertises it; request nvidia.com\/mig-1g.10gb/,
    ],
    [
      'instances where GPUs are whole',
      GpuSharing.none(),
      { 'nvidia.com/mig-1g.10gb': '1' },
      1,
      /request nvidia.com\/gpu/,
    ],
  ])('%s do not', (_, sharing, requests, pods, message) => {
    expect(faults(sharing, requests, pods).join('\n')).toMatch(message);
  });

  test('tensor parallelism needs whole GPUs', () => {
    let found: string[] = [];
    expect(() =>
      synthesize((stack) => {
        const cluster = testCluster(stack);
        const { nodeSelector } = shared(stack, cluster, { gpuSharing: DIVIDED });
        const asked = demand({ ...gpus(2), tensorParallelism: 2, nodeSelector });
        runPods(stack, cluster, 'W', asked);
        found = reasonsOf(ClusterChecks.of(cluster).faults);
      }),
    ).toThrow(/needs whole GPUs, but pool 'rack' shares them/);
    expect(found).toHaveLength(1);
  });
});

describe('agents of existing nodes that share their GPUs', () => {
  const agents = (pools: { [name: string]: GpuSharing }, gpuOperator?: GpuOperator) =>
    synthesize((stack) => {
      const cluster = testCluster(stack);
      new NodeAgents(stack, 'Agents', { cluster, gpuOperator });
      for (const [name, gpuSharing] of Object.entries(pools))
        rack(stack, cluster, { fabric: RdmaFabric.none(), gpuSharing, hardware: RACK }, name);
    });
  const values = (pools: { [name: string]: GpuSharing }): Block =>
    JSON.parse(agents(pools, GpuOperator.version()).byName('helm_release', 'gpu-operator').values[0]);

  test('have a device plugin of that configuration', () => {
    const result = agents({ a: SLICED, b: GpuSharing.timeSlicing(2).renamed() });
    const config = (name: string) => result.byName('kubernetes_config_map_v1', name).data['config.yaml'] as string;
    expect(config('nvidia-device-plugin-time-slicing-4')).not.toContain('renameByDefault');
    expect(config('nvidia-device-plugin-time-slicing-2-renamed')).toMatch(/ {4}renameByDefault: true\n[^]*replicas: 2/);
    const [general] = result
      .resources('kubernetes_daemon_set_v1')
      .filter(({ metadata }) => metadata.name === 'nvidia-device-plugin');
    expect(JSON.stringify(general.spec.template.spec.affinity)).toContain('DoesNotExist');
  });

  test('take the strategy of MIG from the names of its resources', () => {
    expect(values({ a: DIVIDED, b: SLICED.renamed() }).mig).toEqual({ strategy: 'single' });
    expect(values({ a: DIVIDED.renamed(), b: SLICED }).mig).toEqual({ strategy: 'mixed' });
    expect(values({ a: SLICED.renamed() }).devicePlugin.config.data['time-slicing-4-renamed']).toContain(
      'renameByDefault: true',
    );
  });

  test('cannot have two strategies, nor divide GPUs without the operator', () => {
    expect(() => values({ a: DIVIDED, b: GpuSharing.mig('3g.40gb').renamed() })).toThrow(
      /MIG instances of pool\(s\) 'b' have resource names of their own, while those of 'a'/,
    );
    expect(() => agents({ a: DIVIDED })).toThrow(/'a' divide their GPUs by MIG.*GpuOperator.version/);
  });
});
