import { faultsThrown, idsOf } from '../../support/faults';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { GpuNodePoolProps } from '../../../lib/compute/pools/shared/gpu-node-pool-props';
import { GpuOperator } from '../../../lib/compute/agents/gpu-operator';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { NodeAgentsProps } from '../../../lib/compute/agents/node-agents-props';
import { NodeImage } from '../../../lib/compute/pools/options/node-image';
import { ImageRegistry } from '../../../lib/kubernetes/image-registry';
import { KubernetesManifests } from '../../../lib/manifests';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { Block, Synthesized, synthesize } from '../../support/synth';
import { NDR, rack } from '../../network/support';
import { testCluster } from '../../support/test-cluster';
import { TestEksClusterProps, testEksCluster } from '../test-eks-cluster';
import { TaintEffect } from '../../../lib/core/gpu-node-pool';

type PoolOptions = Partial<GpuNodePoolProps>;
const PLAIN: PoolOptions = {};
const SLICED: PoolOptions = { gpuSharing: GpuSharing.timeSlicing(4) };
const BOTTLEROCKET: PoolOptions = { image: NodeImage.BOTTLEROCKET_NVIDIA };
const MIG: PoolOptions = { instanceType: GpuInstanceType.P4DE_24XLARGE, gpuSharing: GpuSharing.mig('1g.10gb') };
const TAINTED: PoolOptions = { taints: [{ key: 'team', value: 'risk', effect: TaintEffect.NO_EXECUTE }] };

let pools: { [name: string]: GpuNodePool } = {};

function build(
  stack: TerraformStack,
  options: { [pool: string]: PoolOptions },
  props: Omit<NodeAgentsProps, 'cluster'>,
  clusterProps: TestEksClusterProps = {},
): void {
  const cluster = testEksCluster(stack, clusterProps);
  // Pools come last: the agents must follow them all the same.
  new NodeAgents(stack, 'Agents', { cluster, ...props });
  pools = Object.fromEntries(
    Object.entries(options).map(([name, each]) => [
      name,
      new GpuNodePool(stack, name, {
        cluster,
        instanceType: GpuInstanceType.G5_12XLARGE,
        minNodes: 1,
        maxNodes: 2,
        ...each,
      }),
    ]),
  );
}

function synth(...args: Parameters<typeof build> extends [unknown, ...infer Rest] ? Rest : never): Synthesized {
  return synthesize((stack) => build(stack, ...args));
}

const sets = (result: Synthesized) =>
  result
    .resources('kubernetes_daemon_set_v1')
    .map((block): [string, Block] => [block.metadata.name, block.spec.template.spec]);
const spec = (result: Synthesized, name: string) => result.byName('kubernetes_daemon_set_v1', name).spec.template.spec;
const values = (release: Block): Block => JSON.parse(release.values[0]);

/** Whether the scheduler would let a pod onto the nodes of a pool, by selector, required affinity and tolerations. */
function lands(pod: Block, pool: GpuNodePool): boolean {
  const { nodeLabels, taints } = pool;
  const selected = Object.entries(pod.node_selector as Block).every(([key, value]) => nodeLabels[key] === value);
  const terms =
    pod.affinity?.node_affinity.required_during_scheduling_ignored_during_execution.node_selector_term ?? [];
  const required = (terms[0]?.match_expressions ?? []).every((each: Block) => {
    if (each.operator === 'DoesNotExist') return !(each.key in nodeLabels);
    expect(each.operator).toBe('NotIn');
    return !each.values.includes(nodeLabels[each.key]);
  });
  const tolerated = taints.every((taint) =>
    (pod.toleration as Block[]).some((each) => each.key === taint.key && each.effect === taint.effect),
  );
  return selected && required && tolerated;
}

const landing = (result: Synthesized, pool: string) =>
  sets(result)
    .filter(([, pod]) => lands(pod, pools[pool]))
    .map(([name]) => name)
    .sort();

describe('exactly one device plugin runs on every GPU node', () => {
  const result = () => synth({ plain: PLAIN, sliced: SLICED, rocket: BOTTLEROCKET, tainted: TAINTED }, {});

  test.each([
    ['plain', ['nvidia-device-plugin']],
    ['tainted', ['nvidia-device-plugin']],
    ['sliced', ['nvidia-device-plugin-time-slicing-4']],
    ['rocket', []],
  ])('of pool %s: %j', (pool, expected) => {
    expect(landing(result(), pool)).toEqual(expected);
  });

  test('and without such pools it is left out', () => {
    const pod = spec(synth({ plain: PLAIN }, {}), 'nvidia-device-plugin');
    expect(pod).not.toHaveProperty('affinity');
  });

  test('which shares GPUs by the configuration that the pool names', () => {
    const synthesized = result();
    const name = 'nvidia-device-plugin-time-slicing-4';
    const config = synthesized.byName('kubernetes_config_map_v1', name);
    expect(config.data['config.yaml']).toContain('replicas: 4');
    const [container] = spec(synthesized, name).container;
    expect(container.env).toContainEqual({ name: 'CONFIG_FILE', value: '/config/config.yaml' });
    expect(container.volume_mount).toContainEqual({ name: 'config', mount_path: '/config', read_only: true });
    expect(spec(synthesized, name).volume).toContainEqual({ name: 'config', config_map: { name } });
  });

  test('also as plain manifests', () => {
    const stack = synthesize((made) => build(made, { plain: PLAIN, sliced: SLICED }, { dcgmExporter: true })).stack;
    const text = KubernetesManifests.of(stack).toYaml();
    expect(text).toContain('operator: DoesNotExist');
  });
});

describe('the GPU operator', () => {
  const result = (options: { [pool: string]: PoolOptions } = { plain: PLAIN, tainted: TAINTED }, props = {}) =>
    synth(options, { gpuOperator: GpuOperator.version(), ...props });
  const release = (synthesized: Synthesized) => synthesized.byName('helm_release', 'gpu-operator');

  test('installs neither driver nor toolkit on images that have them', () => {
    expect(values(release(result()))).toMatchObject({ driver: { enabled: false }, toolkit: { enabled: false } });
    expect(values(release(result({})))).toMatchObject({ driver: { enabled: true }, toolkit: { enabled: true } });
  });

  test('lets the adapters of own hardware reach GPU memory where it installs the driver', () => {
    const driverOf = (fabric: RdmaFabric, operator = GpuOperator.version()) => {
      const onOwnHardware = synthesize((stack) => {
        const cluster = testCluster(stack);
        rack(stack, cluster, { fabric });
        new NodeAgents(stack, 'Agents', { cluster, gpuOperator: operator });
      });
      return values(release(onOwnHardware)).driver;
    };
    const infiniband = RdmaFabric.infiniband(NDR);
    const rdma = (useHostMofed: boolean) => ({ enabled: true, rdma: { enabled: true, useHostMofed } });
    expect(driverOf(infiniband)).toEqual(rdma(true));
    expect(driverOf(infiniband, GpuOperator.version(undefined, { hostNicDriver: false }))).toEqual(rdma(false));
    expect(driverOf(infiniband, GpuOperator.version(undefined, { driver: false }))).toEqual({ enabled: false });
    expect(driverOf(RdmaFabric.none())).toEqual({ enabled: true });
  });

  test('is refused a driver of its own on such images', () => {
    expect(() => synth({ plain: PLAIN }, { gpuOperator: GpuOperator.version(undefined, { driver: true }) })).toThrow(
      /must not install a driver or toolkit on pool\(s\) 'plain'/,
    );
    for (const part of ['driver', 'toolkit']) {
      const values = { [part]: { enabled: true } };
      expect(() => synth({ plain: PLAIN }, { gpuOperator: GpuOperator.version(undefined, { values }) })).toThrow(
        /must not install a driver or toolkit on pool\(s\) 'plain'.*toolkit\.enabled out of its values/,
      );
    }
  });

  test('replaces our device plugin, but not the EFA plugin', () => {
    const efa: PoolOptions = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
    expect(sets(result({ plain: PLAIN, efa })).map(([name]) => name)).toEqual(['efa-device-plugin']);
  });

  test('tolerates every taint of every pool, with its workers too, and labels PCI devices by vendor', () => {
    const all = values(release(result()));
    const team = { key: 'team', effect: 'NoExecute', operator: 'Exists' };
    expect(all.daemonsets.tolerations).toContainEqual(team);
    expect(all['node-feature-discovery'].worker.tolerations).toContainEqual(team);
    expect(all['node-feature-discovery'].worker.config.sources.pci.deviceLabelFields).toEqual(['vendor']);
  });

  test('installs the only node feature discovery, or none if there is one', () => {
    const own = result({ plain: PLAIN }, { gpuFeatureDiscovery: true });
    expect(own.resources('helm_release')).toHaveLength(1);
    expect(values(release(own)).nfd).toEqual({ enabled: true });
    expect(values(release(result({}, { nodeFeatureDiscovery: false }))).nfd).toEqual({ enabled: false });
  });

  test('runs no DCGM host engine beside the exporter’s', () => {
    const all = values(release(result({ plain: PLAIN }, { dcgmExporter: true })));
    expect(all).toMatchObject({ dcgm: { enabled: false }, dcgmExporter: { enabled: false } });
  });

  test('shares GPUs by time, and divides them', () => {
    const all = values(release(result({ sliced: SLICED, mig: MIG })));
    expect(all.devicePlugin.config.data['time-slicing-4']).toContain('replicas: 4');
    expect(all.mig).toEqual({ strategy: 'single' });
    expect(all.migManager).toEqual({ env: [{ name: 'WITH_REBOOT', value: 'true' }] });
    expect(pools.mig.nodeLabels['nvidia.com/mig.config']).toBe('all-1g.10gb');
    expect(values(release(result({ sliced: SLICED })))).not.toHaveProperty('migManager');
  });

  test('is what MIG on AL2023 needs', () => {
    expect(() => synth({ mig: MIG }, {})).toThrow(/pool\(s\) 'mig' divide their GPUs by MIG.*GpuOperator.version/);
    expect(() => synth({ mig: { ...MIG, ...BOTTLEROCKET } }, {})).not.toThrow();
  });

  test('divides GPUs of EC2 with a warning that its MIG manager may lose nodes of AL2023', () => {
    const warned = (pools: { [name: string]: PoolOptions }) =>
      result(pools)
        .annotations('warn')
        .filter((each) => each.includes('MIG_MANAGER_RESTARTS_KUBELET'));
    expect(warned({ mig: MIG, plain: PLAIN })).toEqual([expect.stringContaining('NodeImage.BOTTLEROCKET_NVIDIA')]);
    expect(warned({ plain: PLAIN })).toEqual([]);
    expect(warned({ mig: { ...MIG, ...BOTTLEROCKET } })).toEqual([]);
  });

  test('keeps off nodes whose image has all that it would install', () => {
    result({ rocket: { ...PLAIN, ...BOTTLEROCKET }, plain: PLAIN });
    expect(pools.rocket.nodeLabels['nvidia.com/gpu.deploy.operands']).toBe('false');
    expect(pools.plain.nodeLabels).not.toHaveProperty(['nvidia.com/gpu.deploy.operands']);
  });

  test('pulls through a mirror, and takes values of the user', () => {
    const synthesized = synth(
      { plain: PLAIN },
      {
        gpuOperator: GpuOperator.version('v26.7.0', { values: { x: '${y}' } }),
        imageRegistry: ImageRegistry.mirror('registry.example.com', ['pull']),
      },
    );
    expect(release(synthesized).version).toBe('v26.7.0');
    expect(release(synthesized).values[1]).toBe('{"x":"$${y}"}');
    expect(values(release(synthesized)).operator).toEqual({
      repository: 'registry.example.com/nvidia',
      imagePullSecrets: ['pull'],
    });
  });

  test('is refused a version that no chart has', () => {
    expect(idsOf(faultsThrown(() => GpuOperator.version('26.3')))).toEqual(['INVALID_FORMAT chartVersion']);
  });
});

describe('GPU feature discovery', () => {
  test('comes with the one node feature discovery that reads what it finds', () => {
    const result = synth({ plain: PLAIN, tainted: TAINTED }, { gpuFeatureDiscovery: true });
    expect(landing(result, 'tainted')).toEqual(['gpu-feature-discovery', 'nvidia-device-plugin']);
    const release = result.only('helm_release');
    expect(release).toMatchObject({ chart: 'node-feature-discovery', repository: 'oci://registry.k8s.io/nfd/charts' });
    expect(values(release).worker.tolerations).toContainEqual({ key: 'team', effect: 'NoExecute', operator: 'Exists' });
  });

  test('uses the existing one', () => {
    const result = synth({ plain: PLAIN }, { gpuFeatureDiscovery: true, nodeFeatureDiscovery: false });
    expect(result.types).not.toContain('helm_release');
  });
});

describe('the exporter of GPU metrics', () => {
  test('runs its own host engine if there is none', () => {
    const [container] = spec(synth({ plain: PLAIN }, { dcgmExporter: true }), 'dcgm-exporter').container;
    expect(container.env.map((each: Block) => each.name)).not.toContain('DCGM_REMOTE_HOSTENGINE_INFO');
    expect(container.security_context.capabilities).toEqual({ drop: ['ALL'], add: ['SYS_ADMIN'] });
    expect(container.port).toEqual([{ name: 'metrics', container_port: 9400 }]);
  });

  test('asks the host engine of the node monitoring agent where that runs', () => {
    const result = synth({ plain: PLAIN }, { dcgmExporter: true }, { nodeMonitoring: true });
    const { env } = spec(result, 'dcgm-exporter').container[0];
    const names: string[] = env.map((each: Block) => each.name);
    expect(env).toContainEqual({ name: 'DCGM_REMOTE_HOSTENGINE_INFO', value: '$(HOST_IP):5555' });
    expect(names.indexOf('HOST_IP')).toBeLessThan(names.indexOf('DCGM_REMOTE_HOSTENGINE_INFO'));
  });

  test('serves fields that its own list leaves out', () => {
    const result = synth({ plain: PLAIN }, { dcgmExporter: true });
    const lines: string[] = result
      .byName('kubernetes_config_map_v1', 'dcgm-exporter')
      .data['metrics.csv'].trim()
      .split('\n');
    for (const line of lines) expect(line).toMatch(/^DCGM_\w+, (gauge|counter|label), [^,]+\.$/);
    expect(lines.map((line) => line.split(',')[0])).toEqual(
      expect.arrayContaining(['DCGM_FI_PROF_NVLINK_TX_BYTES', 'DCGM_EXP_XID_ERRORS_COUNT', 'DCGM_FI_DEV_FB_RESERVED']),
    );
  });
});

describe('an EFA plugin too old for its nodes', () => {
  const b200: PoolOptions = { instanceType: GpuInstanceType.P6_B200_48XLARGE, fabric: RdmaFabric.efa() };
  const p5: PoolOptions = { instanceType: GpuInstanceType.P5_48XLARGE, fabric: RdmaFabric.efa() };
  const image = (tag: string) => ({ efaPluginImage: `registry.example.com/efa:${tag}` });

  test('is refused, whose NVLink devices it would count', () => {
    expect(() => synth({ b200 }, image('v0.5.5'))).toThrow(/too old for p6-b200.48xlarge.*v0.5.6/);
  });

  test.each([['v0.5.6'], ['v0.5.20-eksbuild.1'], ['v1.0.0'], ['latest']])('is not %s', (tag) => {
    expect(() => synth({ b200 }, image(tag))).not.toThrow();
  });

  test('may serve older types', () => {
    expect(() => synth({ p5 }, image('v0.5.4'))).not.toThrow();
  });
});
