import { readFileSync } from 'fs';
import * as path from 'path';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType } from '../../../lib/catalog/gpu-instance-type';
import { ClusterAutoscaler } from '../../../lib/compute/agents/cluster-autoscaler';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { GpuOperator } from '../../../lib/compute/agents/gpu-operator';
import { Karpenter } from '../../../lib/compute/agents/karpenter';
import { GpuSharing } from '../../../lib/compute/pools/options/gpu-sharing';
import { NodeAgents } from '../../../lib/compute/agents/node-agents';
import { NodeAgentsProps } from '../../../lib/compute/agents/node-agents-props';
import { ImageRegistry } from '../../../lib/kubernetes/image-registry';
import { NetworkName } from '../../../lib/network/network-name';
import { NvidiaNetworkOperator } from '../../../lib/network/network-operator';
import { RdmaAttachment } from '../../../lib/network/rdma-attachment';
import { RdmaFabric } from '../../../lib/network/rdma-fabric';
import { NDR, rack } from '../../network/support';
import { Block, synthesize } from '../../support/synth';
import { testCluster } from '../../support/test-cluster';
import { testEksCluster } from '../test-eks-cluster';

interface Chart {
  readonly version: string;
  readonly paths: string[];
}

const FIXTURE = path.join(__dirname, 'fixtures/chart-values.json');
const { charts } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as { charts: { [name: string]: Chart } };
const MIRROR = ImageRegistry.mirror('mirror.example', ['pull']);

/** Maps whose keys are the user's or the engine's own, although the chart's file has some of them. */
const FREE = [
  /^(cluster-autoscaler) extraArgs\./,
  /^gpu-operator operator\.annotations\./,
  /^karpenter controller\.env\[0\]\.(name|value)$/,
  /^(gpu-operator|network-operator|node-feature-discovery) .*worker\.config\./,
];

/** The paths of values, down to what is no map. */
function pathsOf(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [at];
  const entries = Object.entries(value as Block);
  return entries.flatMap(([key, member]) => pathsOf(member, at ? `${at}.${key}` : key));
}

/** The values of a release that its chart does not have, and would pass over without a word. */
function unknownValues({ chart, version, values, set }: Block): string[] {
  const known = charts[chart as string];
  if (known.version !== version) return [`${chart} ${version} is not the release of the fixture, ${known.version}`];
  const open = known.paths.filter((each) => each.endsWith('.*')).map((each) => each.slice(0, -1));
  const texts = values as string[];
  const paths = texts.flatMap((text) => pathsOf(JSON.parse(text)));
  return [...paths, ...((set ?? []) as Block[]).map(({ name }) => name as string)]
    .filter((each) => !known.paths.includes(each) && !open.some((map) => `${each}.`.startsWith(map)))
    .map((each) => `${chart} ${each}`)
    .filter((each) => !FREE.some((free) => free.test(each)));
}

const releaseOf = (chart: string, build: (stack: TerraformStack) => void): Block =>
  synthesize(build).where('helm_release', { chart });

function agents(props: Partial<NodeAgentsProps>, pools = true) {
  return (stack: TerraformStack) => {
    const cluster = testEksCluster(stack);
    new NodeAgents(stack, 'Agents', { cluster, ...props });
    const options = { cluster, instanceType: GpuInstanceType.G5_12XLARGE, minNodes: 1, maxNodes: 1 };
    if (!pools) return;
    new GpuNodePool(stack, 'plain', options);
    new GpuNodePool(stack, 'sliced', { ...options, gpuSharing: GpuSharing.timeSlicing(2) });
  };
}

const gpuOperator = GpuOperator.version();

function networkOperator(imageRegistry?: ImageRegistry) {
  const rails = [{ resourceName: 'rail_0', network: NetworkName.of('rail-0'), physicalFunctions: ['ibs0f0'] }];
  const attachment = RdmaAttachment.virtualFunctions({ rails });
  return (stack: TerraformStack) => {
    const cluster = testCluster(stack);
    rack(stack, cluster, { fabric: RdmaFabric.infiniband({ ...NDR, adaptersPerNode: 1, attachment }) });
    new NvidiaNetworkOperator(stack, 'Operator', {
      cluster,
      imageRegistry,
      existingNetworks: [NetworkName.of('rail-0')],
    });
  };
}

function autoscaler(imageRegistry?: ImageRegistry) {
  return (stack: TerraformStack) =>
    void new ClusterAutoscaler(stack, 'Autoscaler', {
      cluster: testEksCluster(stack),
      imageRegistry,
      image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.2',
    });
}

function karpenter(imageRegistry?: ImageRegistry) {
  return (stack: TerraformStack) =>
    void new Karpenter(stack, 'Karpenter', { cluster: testEksCluster(stack), imageRegistry });
}

describe('values of charts', () => {
  test.each<[string, string, (stack: TerraformStack) => void]>([
    ['the GPU operator', 'gpu-operator', agents({ gpuOperator })],
    ['the GPU operator from a mirror', 'gpu-operator', agents({ gpuOperator, imageRegistry: MIRROR })],
    [
      'the GPU operator with its driver from a mirror',
      'gpu-operator',
      agents({ gpuOperator, imageRegistry: MIRROR }, false),
    ],
    [
      'the GPU operator with annotations',
      'gpu-operator',
      agents({ gpuOperator, podAnnotations: { 'a.example/b': 'c' } }),
    ],
    [
      'node feature discovery with annotations',
      'node-feature-discovery',
      agents({ gpuFeatureDiscovery: true, podAnnotations: { 'a.example/b': 'c' } }),
    ],
    ['node feature discovery', 'node-feature-discovery', agents({ gpuFeatureDiscovery: true })],
    [
      'node feature discovery from a mirror',
      'node-feature-discovery',
      agents({ gpuFeatureDiscovery: true, imageRegistry: MIRROR }),
    ],
    ['the network operator', 'network-operator', networkOperator()],
    ['the network operator from a mirror', 'network-operator', networkOperator(MIRROR)],
    ['the cluster autoscaler', 'cluster-autoscaler', autoscaler()],
    ['the cluster autoscaler from a mirror', 'cluster-autoscaler', autoscaler(MIRROR)],
    ['Karpenter', 'karpenter', karpenter()],
    ['Karpenter from a mirror', 'karpenter', karpenter(MIRROR)],
  ])('%s has all of them', (_, chart, build) => expect(unknownValues(releaseOf(chart, build))).toEqual([]));

  test('one that a chart does not have is detected', () => {
    const values = [JSON.stringify({ driver: { enabled: true, mirror: 'x' }, node: { tolerations: [] } })];
    expect(unknownValues({ chart: 'gpu-operator', version: 'v26.3.3', values })).toEqual([
      'gpu-operator driver.mirror',
      'gpu-operator node.tolerations',
    ]);
    expect(unknownValues({ chart: 'gpu-operator', version: 'v0.0.1', values })).toHaveLength(1);
  });
});

describe('charts', () => {
  const CHARTS = ImageRegistry.mirror('mirror.example', [], 'oci://mirror.example/charts/');
  const of = (registry?: ImageRegistry): { [chart: string]: (stack: TerraformStack) => void } => ({
    'gpu-operator': agents({ gpuOperator, imageRegistry: registry }),
    'node-feature-discovery': agents({ gpuFeatureDiscovery: true, imageRegistry: registry }),
    'network-operator': networkOperator(registry),
    'cluster-autoscaler': autoscaler(registry),
    karpenter: karpenter(registry),
    'karpenter-crd': karpenter(registry),
  });
  const repositories = (registry?: ImageRegistry) =>
    Object.fromEntries(
      Object.entries(of(registry)).map(([chart, build]) => [chart, releaseOf(chart, build).repository as string]),
    );

  test('come from the repository of a mirror, every one', () => {
    expect(new Set(Object.values(repositories(CHARTS)))).toEqual(new Set(['oci://mirror.example/charts']));
  });

  test('come from where they are published, unless the mirror names a repository', () => {
    const published = repositories();
    expect(repositories(MIRROR)).toEqual(published);
    expect(published).toMatchObject({
      karpenter: 'oci://public.ecr.aws/karpenter',
      'karpenter-crd': 'oci://public.ecr.aws/karpenter',
    });
    expect(new Set(Object.values(published)).size).toBe(4);
  });
});

describe('a mirror', () => {
  /** Images of the operator that run on nodes of ours; the others belong to virtual machines, and to what we switch off. */
  const PARTS = ['operator', 'validator', 'devicePlugin', 'gfd', 'migManager'];
  const values = (pools: boolean) =>
    JSON.parse(
      releaseOf('gpu-operator', agents({ gpuOperator, imageRegistry: MIRROR }, pools)).values[0] as string,
    ) as Block;

  test('serves every image that the GPU operator runs', () => {
    const all = values(true);
    for (const part of PARTS) {
      expect(all[part]).toMatchObject({
        repository: expect.stringMatching(/^mirror\.example\/nvidia/),
        imagePullSecrets: ['pull'],
      });
    }
    expect(all['node-feature-discovery']).toMatchObject({
      image: { repository: 'mirror.example/nfd/node-feature-discovery' },
      imagePullSecrets: [{ name: 'pull' }],
    });
    expect(all.devicePlugin.config.name).toBe('device-plugin-configs');
  });

  test('is not needed for secrets: every component of the operator pulls with them from where it is published', () => {
    const imageRegistry = ImageRegistry.withPullSecrets(['pull']);
    const given = releaseOf('gpu-operator', agents({ gpuOperator, imageRegistry }, false)).values[0] as string;
    const all = JSON.parse(given) as Block;
    for (const part of [...PARTS, 'driver', 'toolkit']) {
      expect([part, all[part].imagePullSecrets]).toEqual([part, ['pull']]);
      expect(all[part]).not.toHaveProperty('repository');
    }
    expect(all.driver).not.toHaveProperty('manager.repository');
    expect(all['node-feature-discovery'].imagePullSecrets).toEqual([{ name: 'pull' }]);
    expect(all['node-feature-discovery']).not.toHaveProperty('image');
  });

  test('serves the driver and its toolkit where the operator installs them', () => {
    const { driver, toolkit } = values(false);
    expect(driver).toMatchObject({
      enabled: true,
      repository: 'mirror.example/nvidia',
      manager: { repository: 'mirror.example/nvidia/cloud-native' },
    });
    expect(toolkit).toMatchObject({ enabled: true, repository: 'mirror.example/nvidia/k8s' });
  });
});
