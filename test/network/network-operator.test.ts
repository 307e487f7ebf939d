import * as path from 'path';
import { TerraformStack } from 'cdktf';
import { ExistingGpuNodePoolProps } from '../../lib/compute/pools/existing/existing-gpu-node-pool';
import { ImageRegistry } from '../../lib/kubernetes/image-registry';
import { NetworkName } from '../../lib/network/network-name';
import { NicDriver } from '../../lib/network/nic-driver';
import { NvidiaNetworkOperator, NvidiaNetworkOperatorProps } from '../../lib/network/network-operator';
import { NvIpamPool, NvIpamPoolProps } from '../../lib/network/nv-ipam-pool';
import { RdmaAttachment } from '../../lib/network/rdma-attachment';
import { RdmaFabric } from '../../lib/network/rdma-fabric';
import {
  HostDeviceNetwork,
  IpoibNetwork,
  MacvlanMode,
  MacvlanNetwork,
  SecondaryNetworkProps,
  SriovIbNetwork,
  SriovNetwork,
} from '../../lib/network/secondary-networks';
import { TestPool } from '../serving/support/fixtures';
import { GpuInstanceType } from '../../lib/catalog/gpu-instance-type';
import { definitionFaults, readDefinitions, schemaFaults } from '../support/schema';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized, synthesize } from '../support/synth';
import { testCluster } from '../support/test-cluster';
import { NDR, rack } from './support';
import { TaintEffect } from '../../lib/core/gpu-node-pool';

type PoolProps = Partial<ExistingGpuNodePoolProps>;
const CRDS = readDefinitions(path.join(__dirname, 'fixtures/network-operator-crds.json'));

/** The custom resources of a synthesis by kind, each held against the schema of the operator's release. */
function customResources(result: Synthesized): Block[] {
  const releases = result.resources('helm_release').filter(({ chart }) => chart !== 'network-operator');
  const objects = releases.flatMap(({ values }) => (JSON.parse(values[0]) as { resources: Block[] }).resources);
  expect(objects.flatMap((object) => definitionFaults(CRDS, object))).toEqual([]);
  return objects;
}

const ofKind = (result: Synthesized, kind: string) => customResources(result).filter((object) => object.kind === kind);

interface Site {
  readonly operator: NvidiaNetworkOperator;
  readonly stack: TerraformStack;
}

function site(pool: PoolProps, props: Partial<NvidiaNetworkOperatorProps> = {}, more: (s: Site) => void = () => {}) {
  return synthesize((stack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster, pool);
    more({ stack, operator: new NvidiaNetworkOperator(stack, 'Operator', { cluster, ...props }) });
  });
}

const release = (result: Synthesized) =>
  result.resources('helm_release').find(({ chart }) => chart === 'network-operator') as Block;
const FAST = NetworkName.of('fast');
const hostdev = RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.hostDevices({ network: FAST }) });
const roce = RdmaFabric.roce({
  ...NDR,
  attachment: RdmaAttachment.sharedDevices({ networks: [NetworkName.of('rail-0')] }),
});
const rails = Array.from({ length: 8 }, (_, i) => ({
  resourceName: `rail_${i}`,
  network: NetworkName.of(`rail-${i}`),
  physicalFunctions: [`ibs${i}f0`],
}));
const sriov = RdmaFabric.infiniband({ ...NDR, attachment: RdmaAttachment.virtualFunctions({ rails }) });

describe('the network operator', () => {
  test('is a pinned release in a privileged namespace, its policies after it', () => {
    const result = site({});
    expect(release(result)).toMatchObject({
      repository: 'https://helm.ngc.nvidia.com/nvidia',
      version: '26.4.1',
      namespace: 'nvidia-network-operator',
    });
    expect(result.only('kubernetes_namespace_v1').metadata.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'privileged',
    });
    const policies = result.resources('helm_release').find(({ name }) => name === 'network-operator-policies') as Block;
    expect(policies.depends_on).toEqual([expect.stringMatching(/^helm_release\.Operator/)]);
  });

  test('has one cluster policy by the only name that counts, and a policy for each pool', () => {
    const result = site({ taints: [{ key: 'team', value: 'ml', effect: TaintEffect.NO_SCHEDULE }] });
    expect(ofKind(result, 'NicClusterPolicy').map(({ metadata }) => metadata.name)).toEqual(['nic-cluster-policy']);
    const [policy] = ofKind(result, 'NicNodePolicy');
    expect(policy.metadata.name).toBe('rack');
    expect(policy.spec.nodeSelector).toEqual({ 'gpu-inference-constructs/pool': 'rack' });
    expect(policy.spec.tolerations).toEqual([{ key: 'team', operator: 'Exists', effect: 'NoSchedule' }]);
    expect(policy.spec.rdmaSharedDevicePlugin).toMatchObject({
      image: 'k8s-rdma-shared-dev-plugin',
      repository: 'nvcr.io/nvidia/mellanox',
      version: 'network-operator-v26.4.1',
    });
    expect(JSON.parse(policy.spec.rdmaSharedDevicePlugin.config)).toEqual({
      configList: [
        {
          resourceName: 'rdma_shared_device_a',
          rdmaHcaMax: 63,
          selectors: { vendors: ['15b3'], linkTypes: ['infiniband'] },
        },
      ],
    });
    expect(policy.spec).not.toHaveProperty('ofedDriver');
  });

  test('its feature discovery tolerates the taints of the pools, and may be left to another installation', () => {
    const values = (props: Partial<NvidiaNetworkOperatorProps>) =>
      JSON.parse(
        release(site({ taints: [{ key: 'team', effect: TaintEffect.NO_SCHEDULE }] }, props)).values[0],
      ) as Block;
    expect(values({}).nfd.enabled).toBe(true);
    expect(values({})['node-feature-discovery'].worker.tolerations).toContainEqual({
      key: 'team',
      operator: 'Exists',
      effect: TaintEffect.NO_SCHEDULE,
    });
    expect(values({ nodeFeatureDiscovery: false }).nfd.enabled).toBe(false);
  });

  test('installs no Multus where no fabric names a network', () => {
    const [policy] = ofKind(site({}), 'NicClusterPolicy');
    expect(policy.spec).not.toHaveProperty('secondaryNetwork');
    const [other] = ofKind(site({}, { secondaryNetworks: true }), 'NicClusterPolicy');
    expect(Object.keys(other.spec.secondaryNetwork)).toEqual(['cniPlugins', 'ipoib', 'multus']);
  });

  test('brings the driver when asked', () => {
    const [policy] = ofKind(site({}, { driver: NicDriver.container() }), 'NicNodePolicy');
    expect(policy.spec.ofedDriver).toMatchObject({ image: 'doca-driver', version: 'doca3.4.1-26.04-1.1.0.0-1' });
    expect(policy.spec.ofedDriver.upgradePolicy.drain.force).toBe(false);
  });

  test('pulls every image with secrets, without a mirror', () => {
    const imageRegistry = ImageRegistry.withPullSecrets(['pull']);
    const result = site({ fabric: sriov }, { imageRegistry, existingNetworks: rails.map((rail) => rail.network) });
    expect(JSON.parse(release(result).values[0])).toMatchObject({
      imagePullSecrets: ['pull'],
      'sriov-network-operator': { imagePullSecrets: ['pull'] },
      'node-feature-discovery': { imagePullSecrets: [{ name: 'pull' }] },
    });
    expect(release(result).values[0]).not.toContain('repository');
  });

  test('takes every image from a mirror', () => {
    const imageRegistry = ImageRegistry.mirror('mirror.example', ['pull']);
    const network = { existingNetworks: rails.map((rail) => rail.network) };
    const result = site({ fabric: sriov }, { imageRegistry, ...network, driver: NicDriver.container() });
    const text = JSON.stringify([release(result).values, customResources(result)]);
    expect(text).not.toContain('nvcr.io');
    expect(JSON.parse(release(result).values[0])).toMatchObject({
      imagePullSecrets: ['pull'],
      operator: { repository: 'mirror.example/nvidia/cloud-native' },
      'sriov-network-operator': { imagePullSecrets: ['pull'] },
      'node-feature-discovery': { imagePullSecrets: [{ name: 'pull' }] },
      sriovNetworkOperator: { enabled: true },
    });
  });

  test('host devices: the device plugin advertises what the fabric requests', () => {
    const result = site({ fabric: hostdev }, {}, ({ stack, operator }) => {
      new HostDeviceNetwork(stack, 'Fast', { operator, network: FAST });
    });
    const [policy] = ofKind(result, 'NicNodePolicy');
    const [resource] = JSON.parse(policy.spec.sriovDevicePlugin.config).resourceList;
    expect(`${resource.resourcePrefix}/${resource.resourceName}`).toBe(hostdev.resourceName);
    const [network] = ofKind(result, 'HostDeviceNetwork');
    expect(network).toMatchObject({
      metadata: { name: 'fast' },
      spec: { networkNamespace: 'default', resourceName: resource.resourceName },
    });
  });

  test('virtual functions: a policy and a network for each rail', () => {
    const result = site({ fabric: sriov }, {}, ({ stack, operator }) => {
      for (const { network } of rails) new SriovIbNetwork(stack, network.name, { operator, network });
    });
    const policies = ofKind(result, 'SriovNetworkNodePolicy');
    expect(policies).toHaveLength(8);
    expect(policies[3]).toMatchObject({
      metadata: { name: 'rack-rail-3', namespace: 'nvidia-network-operator' },
      spec: {
        resourceName: 'rail_3',
        numVfs: 8,
        nicSelector: { vendor: '15b3', pfNames: ['ibs3f0'] },
        linkType: 'ib',
        isRdma: true,
      },
    });
    const names = ofKind(result, 'SriovIBNetwork').map(({ metadata, spec }) => [metadata.name, spec.resourceName]);
    expect(names).toEqual(rails.map(({ network, resourceName }) => [network.name, resourceName]));
    expect(ofKind(result, 'NicNodePolicy')).toEqual([]);
  });
});

describe('networks and their addresses', () => {
  const build = (props: Partial<NvIpamPoolProps> = {}, pool: PoolProps = {}) =>
    site({ fabric: roce, ...pool }, {}, ({ stack, operator }) => {
      const ipPool = new NvIpamPool(stack, 'Rail', {
        operator,
        subnet: '192.168.0.0/24',
        perNodeBlockSize: 63,
        ...props,
      });
      new MacvlanNetwork(stack, 'Rail0', {
        operator,
        network: NetworkName.of('rail-0'),
        master: 'ens2f0',
        mtu: 9000,
        ipPool,
        mode: MacvlanMode.BRIDGE,
      });
    });

  test('RoCE: a macvlan network for the rail, with addresses by block', () => {
    const result = build({ gateway: '192.168.0.1' });
    const [pool] = ofKind(result, 'IPPool');
    expect(pool.metadata.namespace).toBe('nvidia-network-operator');
    expect(pool.spec).toEqual({
      subnet: '192.168.0.0/24',
      perNodeBlockSize: 63,
      gateway: '192.168.0.1',
      nodeSelector: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['rack'] }] },
        ],
      },
    });
    const [network] = ofKind(result, 'MacvlanNetwork');
    expect(network.spec).toEqual({
      networkNamespace: 'default',
      master: 'ens2f0',
      mode: 'bridge',
      mtu: 9000,
      ipam: '{"type":"nv-ipam","poolName":"rail"}',
    });
  });

  test('address pools wait until the operator has defined their kind', () => {
    const result = build();
    const job = result.only('kubernetes_job_v1');
    expect(job.wait_for_completion).toBe(true);
    const { init_container, container } = job.spec.template.spec;
    expect(init_container[0].args).toEqual(['wait', '--for=create', 'crd/ippools.nv-ipam.nvidia.com', '--timeout=15m']);
    expect(container[0].args[1]).toBe('--for=condition=Established');
    expect(result.only('kubernetes_cluster_role_v1').rule).toEqual([
      {
        api_groups: ['apiextensions.k8s.io'],
        resources: ['customresourcedefinitions'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
    const pool = result.resources('helm_release').find(({ name }) => name === 'ip-pool-rail') as Block;
    expect(pool.depends_on).toEqual([expect.stringMatching(/^kubernetes_job_v1\./)]);
  });

  test.each<[string, Partial<NvIpamPoolProps>, string]>([
    ["the operator's own sample: blocks of 100 of a /24", { perNodeBlockSize: 100 }, 'ADDRESS_RANGE_TOO_SMALL subnet'],
    ['one address too many', { perNodeBlockSize: 64 }, 'ADDRESS_RANGE_TOO_SMALL subnet'],
    ['an address without a length', { subnet: '192.168.0.0' }, 'INVALID_FORMAT subnet'],
    ['a range that begins in the middle', { subnet: '192.168.0.4/24' }, 'INVALID_FORMAT subnet'],
    ['a gateway elsewhere', { gateway: '192.168.1.1' }, 'OUT_OF_RANGE gateway'],
    ['an empty block', { perNodeBlockSize: 0 }, 'NOT_A_WHOLE_NUMBER perNodeBlockSize'],
    ['no pools', { nodePools: [] }, 'EMPTY_LIST nodePools'],
    ['a name that Kubernetes refuses', { poolName: 'Rail_0' }, 'INVALID_NAME poolName'],
  ])('fails for %s', (_, props, id) => {
    expect(idsOf(faultsThrown(() => build(props)))).toContain(id);
  });

  const make = (more: Partial<SecondaryNetworkProps>, Kind: 'ipoib' | 'sriov' = 'ipoib') =>
    site({ fabric: hostdev }, { existingNetworks: [FAST] }, ({ stack, operator }) => {
      if (Kind === 'ipoib') new IpoibNetwork(stack, 'Ip', { operator, master: 'ibs3f0', ...more });
      else new SriovNetwork(stack, 'Vf', { operator, resourceName: 'rail_0', ...more });
    });

  test('IP over InfiniBand and SR-IOV take the configuration of any IPAM', () => {
    const ipam = { type: 'whereabouts', range: '192.168.2.0/24' };
    expect(ofKind(make({ ipam }), 'IPoIBNetwork')[0].spec.ipam).toBe('{"type":"whereabouts","range":"192.168.2.0/24"}');
    expect(ofKind(make({}, 'sriov'), 'SriovNetwork')[0].spec).toEqual({
      networkNamespace: 'default',
      resourceName: 'rail_0',
    });
  });

  const ipam = { type: 'x' };
  test.each<[string, Partial<SecondaryNetworkProps> & { [name: string]: unknown }, string]>([
    ['IPAM without a type', { ipam: {} }, 'MISSING_PROPERTY ipam.type'],
    ['no addresses', {}, 'MISSING_PROPERTY ipPool'],
    ['a long interface', { ipam, master: 'a-very-long-name' }, 'INVALID_NAME master'],
  ])('fails for %s', (_, props, id) => {
    expect(idsOf(faultsThrown(() => make(props as Partial<SecondaryNetworkProps>)))).toEqual([id]);
  });

  test('fails without Multus, and without a fabric that says which adapters', () => {
    const build = () =>
      site({}, {}, ({ stack, operator }) => {
        new HostDeviceNetwork(stack, 'Fast', { operator });
      });
    expect(idsOf(faultsThrown(build))).toEqual(['MISSING_PROPERTY resourceName', 'MULTUS_NOT_INSTALLED operator']);
  });
});

describe('the operator refuses', () => {
  test('a network that a fabric attaches and that does not exist', () => {
    expect(() => site({ fabric: hostdev })).toThrow(/attaches 'default\/fast', but no such network is made/);
    expect(() => site({ fabric: hostdev }, { existingNetworks: [FAST] })).not.toThrow();
  });

  test('a cluster without such pools', () => {
    expect(idsOf(faultsThrown(() => site({ fabric: RdmaFabric.none() })))).toEqual(['NO_POOL_WITH_ADAPTERS nodePools']);
  });

  test('a second operator, whose policies would be ignored', () => {
    const build = () =>
      site({}, {}, ({ stack, operator: { cluster } }) => void new NvidiaNetworkOperator(stack, 'Second', { cluster }));
    expect(idsOf(faultsThrown(build))).toEqual(['NETWORK_OPERATOR_EXISTS cluster']);
  });

  test('pools of another fabric, and charts that lack pool policies', () => {
    const build = () =>
      synthesize((stack) => {
        const cluster = testCluster(stack);
        const pool = new TestPool(stack, 'g5', cluster, GpuInstanceType.G5_XLARGE);
        new NvidiaNetworkOperator(stack, 'Operator', { cluster, nodePools: [pool], chartVersion: '26.1.1' });
      });
    expect(idsOf(faultsThrown(build))).toEqual(['OUT_OF_RANGE chartVersion', 'POOL_WITHOUT_ADAPTERS nodePools']);
  });
});

test('the schema check detects violations', () => {
  const { spec } = CRDS.kinds.MacvlanNetwork;
  expect(schemaFaults({ mode: 'bridge', mtu: 9000 }, spec, 'x')).toEqual([]);
  expect(schemaFaults({ mode: 'Bridge', mtu: '9000', metaPlugins: '' }, spec, 'x')).toHaveLength(3);
  expect(schemaFaults({ numVfs: 1 }, CRDS.kinds.SriovNetworkNodePolicy.spec, 'x')).toHaveLength(3);
});

describe('pools that are made after the operator', () => {
  const build = (named: boolean) =>
    synthesize((stack) => {
      const cluster = testCluster(stack);
      const first = rack(stack, cluster);
      new NvidiaNetworkOperator(stack, 'Operator', { cluster, nodePools: named ? [first] : undefined });
      rack(stack, cluster, {}, 'Late');
    });

  test('are refused, for it would not serve them', () => {
    expect(() => build(false)).toThrow(/pool 'late' was made after the network operator/);
  });

  test('are ignored if its pools are named', () => expect(() => build(true)).not.toThrow());
});
