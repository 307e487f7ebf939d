import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Release } from '@cdktf/provider-helm/lib/release';
import { TerraformStack } from 'cdktf';
import { GpuInstanceType, ModelSpec } from '../../lib/catalog';
import { EksGpuCluster, GpuNodePool, GpuNodePoolProps } from '../../lib/compute';
import { helmMeta, kubernetesMeta } from '../../lib/kubernetes/kubernetes-access';
import { KubernetesAccess, PodAffinityTerm, WhenUnsatisfiable } from '../../lib/kubernetes';
import { VllmDeployment, VllmDeploymentProps } from '../../lib/serving';
import { ModelStore } from '../../lib/storage';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const { DO_NOT_SCHEDULE } = WhenUnsatisfiable;
const FOUR_GPUS = { instanceType: GpuInstanceType.G6E_12XLARGE };
const CACHE = { 'app.kubernetes.io/name': 'cache' };

/** What a program with a pool in two zones may say. */
interface Program {
  readonly pool?: Partial<GpuNodePoolProps>;
  /** Servers by their names. */
  readonly servers?: { readonly [name: string]: Partial<VllmDeploymentProps> };
  /** A workload of the user, without GPUs. */
  readonly own?: { readonly labels: { [key: string]: string }; readonly replicas?: number; readonly away?: boolean };
  readonly chartIn?: string;
}

/** What is found of it, and what it is warned of. */
function findings({ pool, servers = {}, own, chartIn }: Program): { faults: string[]; warnings: string[] } {
  const stack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', {
    clusterName: 'chat',
    availabilityZones: ['us-west-2a', 'us-west-2b'],
  });
  const nodePool = new GpuNodePool(stack, 'Pool', {
    ...{ cluster, instanceType: GpuInstanceType.G6E_2XLARGE, minNodes: 2, maxNodes: 2 },
    ...pool,
  });
  const modelStore = new ModelStore(stack, 'Models', { writers: ['111122223333'] });
  KubernetesAccess.of(stack, cluster);
  for (const [name, props] of Object.entries(servers)) {
    new VllmDeployment(stack, `Server-${name}`, {
      ...{ name, cluster, nodePool, modelStore, maxSurge: 0 },
      models: [{ name, model: ModelSpec.LLAMA_3_1_8B, contextLength: 8192 }],
      ...props,
    } as VllmDeploymentProps);
  }
  if (own) makeOwn(stack, nodePool, own);
  if (chartIn !== undefined) {
    const chart = { name: 'redis', chart: 'redis', repository: 'https://charts.example' };
    new Release(stack, 'Chart', { ...helmMeta(stack, cluster), ...chart, namespace: chartIn });
  }
  const faults = idsOf(faultsAtSynth(cluster));
  return { faults, warnings: idsOf(warningsOf(cluster)).filter((id) => id.startsWith('AFFINITY')) };
}

function makeOwn(stack: TerraformStack, pool: GpuNodePool, { labels, replicas = 1, away }: Required<Program>['own']) {
  const term = { topologyKey: HOST, labelSelector: [{ matchLabels: labels }] };
  new DeploymentV1(stack, 'Own', {
    ...kubernetesMeta(stack, pool.cluster),
    metadata: { name: 'own', namespace: 'inference' },
    spec: {
      replicas: String(replicas),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          nodeSelector: pool.nodeSelector,
          toleration: [{ key: 'nvidia.com/gpu', operator: 'Exists' }],
          affinity: away ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } : undefined,
          container: [{ name: 'own', image: 'registry.example/own:1' }],
        },
      },
    },
  });
}

const near = (term: Partial<PodAffinityTerm>) => ({ podAffinity: [{ topologyKey: HOST, ...term }] });
const other = (name: string) => ({ matchLabels: { 'app.kubernetes.io/instance': name } });
const ANY_VLLM = { podAntiAffinity: [{ topologyKey: HOST, matchLabels: { 'app.kubernetes.io/name': 'vllm' } }] };

describe('pods near others', () => {
  test.each<[string, Program, string[], string[]]>([
    [
      'of no kind that the program has',
      { servers: { a: near({ matchLabels: { app: 'rediss' } }) } },
      [],
      ['TO_NO_POD'],
    ],
    [
      'in another namespace',
      { servers: { a: near({ matchLabels: CACHE, namespaces: ['x'] }) }, own: { labels: CACHE } },
      [],
      ['TO_NO_POD'],
    ],
    [
      'that may be those of a chart',
      { servers: { a: near({ matchLabels: { app: 'redis' } }) }, chartIn: 'inference' },
      [],
      [],
    ],
    [
      'of no kind, beside a chart elsewhere',
      { servers: { a: near({ matchLabels: { app: 'r' } }) }, chartIn: 'x' },
      [],
      ['TO_NO_POD'],
    ],
    ['as a preference', { servers: { a: near({ matchLabels: { app: 'rediss' }, weight: 1 }) } }, [], []],
    ['of which it is one', { servers: { a: { podAffinity: [{ topologyKey: ZONE }] } } }, [], []],
    ['that have room there', { servers: { a: near({ matchLabels: CACHE }) }, own: { labels: CACHE } }, [], []],
    ['that take the only GPU of a node', { servers: { a: near(other('b')), b: {} } }, ['AFFINITY_HAS_NO_NODE'], []],
    ['on a node of four GPUs', { pool: FOUR_GPUS, servers: { a: near(other('b')), b: {} } }, [], []],
  ])('%s', (_what, program, faults, warnings) => {
    expect(findings(program)).toEqual({ faults, warnings: warnings.map((id) => `AFFINITY_${id}`) });
  });
});

describe('pods away from others', () => {
  const one = { ...FOUR_GPUS, minNodes: 1, maxNodes: 1 };

  test.each<[string, Program, string[]]>([
    ['that all say so', { pool: one, servers: { a: ANY_VLLM, b: ANY_VLLM } }, ['ANTI_AFFINITY_EXCEEDS_POOL']],
    ['where one says so', { pool: one, servers: { a: ANY_VLLM, b: {} } }, ['ANTI_AFFINITY_EXCEEDS_POOL']],
    ['with nodes for both', { pool: FOUR_GPUS, servers: { a: ANY_VLLM, b: {} } }, []],
    ['that nobody says of', { pool: one, servers: { a: {}, b: {} } }, []],
    ['of their own', { own: { labels: CACHE, replicas: 3, away: true } }, ['PODS_DO_NOT_FIT_POOL']],
    ['of their own, with nodes for all', { own: { labels: CACHE, replicas: 2, away: true } }, []],
  ])('%s', (_what, program, faults) => {
    expect(findings(program).faults).toEqual(faults);
  });
});

describe('servers in zones', () => {
  const spread = (minDomains: number) => [{ topologyKey: ZONE, whenUnsatisfiable: DO_NOT_SCHEDULE, minDomains }];
  const oneZone = { availabilityZone: 'us-west-2a' };
  const alone = [{ topologyKey: ZONE }];

  test.each<[string, Partial<GpuNodePoolProps>, Partial<VllmDeploymentProps>, string]>([
    ['one for each zone, in one', oneZone, { replicas: 2, podAntiAffinity: alone }, 'podAntiAffinity'],
    ['one for each zone, in two', { maxNodes: 3 }, { replicas: 3, podAntiAffinity: alone }, 'podAntiAffinity'],
    [
      'one for each zone id',
      oneZone,
      { replicas: 2, podAntiAffinity: [{ topologyKey: 'topology.k8s.aws/zone-id' }] },
      'podAntiAffinity',
    ],
    [
      'one for the region',
      {},
      { replicas: 2, podAntiAffinity: [{ topologyKey: 'topology.kubernetes.io/region' }] },
      'podAntiAffinity',
    ],
    ['two zones, in one', oneZone, { replicas: 2, topologySpreadConstraints: spread(2) }, 'topologySpreadConstraints'],
    [
      'five zones, in two',
      { maxNodes: 3 },
      { replicas: 3, topologySpreadConstraints: spread(5) },
      'topologySpreadConstraints',
    ],
  ])('refused: %s', (_what, pool, props, rule) => {
    expect(idsOf(faultsThrown(() => findings({ pool, servers: { a: props } })))).toEqual([
      `PLACEMENT_RULE_EXCEEDS_POOL ${rule}[0]`,
    ]);
  });

  test.each<[string, Partial<GpuNodePoolProps>, Partial<VllmDeploymentProps>]>([
    ['one for each zone, in two', {}, { replicas: 2, podAntiAffinity: alone }],
    ['two zones, in two', {}, { replicas: 2, topologySpreadConstraints: spread(2) }],
    ['subnets whose zones are not known', { subnetIds: ['subnet-1'] }, { replicas: 2, podAntiAffinity: alone }],
  ])('taken: %s', (_what, pool, props) => {
    expect(findings({ pool, servers: { a: props } }).faults).toEqual([]);
  });
});
