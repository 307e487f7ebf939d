import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack } from 'cdktf';
import {
  AlertReceiver,
  Autoscaling,
  CapacityPlan,
  CapacityPlanner,
  CloudTopology,
  CloudTopologyProps,
  EfaInstaller,
  EksGpuCluster,
  GpuInstanceType,
  ImageRegistry,
  InferenceServer,
  KubernetesAccess,
  ModelSpec,
  Parallelism,
  Precision,
  RdmaFabric,
  ServingImage,
} from '../../../lib';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { synthesize, synthStack, testStack } from '../../support/synth';

const MODELS = [{ model: ModelSpec.LLAMA_3_1_8B }];
const GROWING = {
  name: 'l40s',
  instanceType: GpuInstanceType.G6E_XLARGE,
  minNodes: 0,
  maxNodes: 2,
  autoscaling: Autoscaling.clusterAutoscaler(),
};
/** What a topology warns of whose own store nothing fills. */
const EMPTY = ['MODEL_NOT_IMPORTED'];
const ROLE = 'arn:aws:iam::123456789012:role/deploy';
const THERE = { clusterName: 'chat', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], podIdentity: true };

const make = (scope: TerraformStack, props: Partial<CloudTopologyProps> = {}) =>
  new CloudTopology(scope, 'Cloud', { clusterName: 'chat', models: MODELS, monitoring: false, ...props });

describe('the cluster autoscaler', () => {
  const charts = (
    props: Partial<CloudTopologyProps>,
    cluster?: (stack: TerraformStack) => CloudTopologyProps['cluster'],
  ) => {
    const stack = testStack();
    make(stack, { nodePools: [GROWING], ...props, cluster: cluster?.(stack) });
    const releases = synthStack(stack).resources('helm_release');
    return { charts: releases.map(({ chart }) => chart as string), warnings: warningsOf(stack).map(({ id }) => id) };
  };

  test('is installed where a pool of a new cluster relies on it', () => {
    expect(charts({})).toEqual({ charts: ['cluster-autoscaler'], warnings: EMPTY });
    expect(
      charts({ nodePools: [{ ...GROWING, minNodes: 1, autoscaling: Autoscaling.none(), maxNodes: 1 }] }).charts,
    ).toEqual([]);
  });

  test('is not installed where the user says that something else does, which is not warned of', () => {
    expect(charts({ clusterAutoscaler: false })).toEqual({ charts: [], warnings: EMPTY });
    expect(charts({ nodeAgents: false })).toEqual({ charts: ['cluster-autoscaler'], warnings: EMPTY });
  });

  test('is installed on a cluster that exists only on request', () => {
    const there = (stack: TerraformStack) => EksGpuCluster.fromAttributes(stack, 'Cluster', THERE);
    expect(charts({}, there).charts).toEqual([]);
    expect(charts({ clusterAutoscaler: true }, there).charts).toEqual(['cluster-autoscaler']);
  });
});

describe('pools of Karpenter', () => {
  const SPOT = { name: 'spot', instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 0, maxNodes: 2 };
  const releases = (props: Partial<CloudTopologyProps>) => {
    const stack = testStack();
    const { karpenterPools } = make(stack, { karpenterPools: [SPOT], ...props });
    const names = synthStack(stack)
      .resources('helm_release')
      .map(({ name }) => name as string);
    return { names: names.sort(), pools: Object.keys(karpenterPools), warnings: warningsOf(stack).map(({ id }) => id) };
  };

  test('come with Karpenter on a new cluster, and serve models', () => {
    expect(releases({})).toEqual({
      names: ['karpenter', 'karpenter-crd', 'karpenter-spot'],
      pools: ['spot'],
      warnings: EMPTY,
    });
    const synthesized = synthesize((stack) => void make(stack, { karpenterPools: [SPOT] }));
    const { spec } = synthesized.only('kubernetes_deployment_v1').spec.template;
    expect(spec.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'spot' });
    expect(synthesized.resources('aws_eks_node_group')).toHaveLength(1);
  });

  test('leave Karpenter out where the user says that something else installs it', () => {
    expect(releases({ karpenter: false })).toMatchObject({ names: ['karpenter-spot'], warnings: EMPTY });
  });

  test('stand beside managed node groups, under names of their own', () => {
    const nodePools = [{ ...GROWING, name: 'steady', minNodes: 1 }];
    const models = [
      { ...MODELS[0], nodePool: 'steady' },
      { ...MODELS[0], name: 'burst', nodePool: 'spot' },
    ];
    const selectors = synthesize((stack) => void make(stack, { nodePools, karpenterPools: [SPOT], models }))
      .resources('kubernetes_deployment_v1')
      .map(({ spec }) => spec.template.spec.node_selector['gpu-inference-constructs/pool'] as string);
    expect(selectors.sort()).toEqual(['spot', 'steady']);
    const twice = () => releases({ nodePools: [{ ...GROWING, name: 'spot' }] });
    expect(idsOf(faultsThrown(twice))).toEqual(['DUPLICATE nodePools']);
    expect(idsOf(faultsThrown(() => releases({ karpenterPools: [{ ...SPOT, minNodes: 1 }] })))).toEqual([
      'KARPENTER_KEEPS_NO_MINIMUM karpenterPools[0].minNodes',
    ]);
  });
});

describe('access to the cluster', () => {
  const argsOf = (stack: TerraformStack) => synthStack(stack).json.provider.kubernetes[0].exec[0].args as string[];

  test('has the profile and the role of the AWS provider', () => {
    const stack = testStack();
    Object.assign(stack.node.findChild('Aws'), { profile: 'prod', assumeRole: [{ roleArn: ROLE }] });
    make(stack);
    expect(argsOf(stack).slice(-4)).toEqual(['--role-arn', ROLE, '--profile', 'prod']);
  });

  test('is as the user says, and a later KubernetesAccess.of with the same options is the same', () => {
    const stack = testStack();
    const kubernetesAccess = { profile: 'ops', proxyUrl: 'socks5://localhost:1080' };
    const { cluster } = make(stack, { kubernetesAccess });
    expect(KubernetesAccess.of(stack, cluster, kubernetesAccess)).toBe(KubernetesAccess.find(stack, cluster));
    expect(argsOf(stack).slice(-2)).toEqual(['--profile', 'ops']);
  });

  test('other options than those of providers that exist are refused', () => {
    const build = () => {
      const stack = testStack();
      const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', THERE);
      KubernetesAccess.of(stack, cluster, { profile: 'prod' });
      make(stack, { cluster, kubernetesAccess: { profile: 'ops' } });
    };
    expect(idsOf(faultsThrown(build))).toEqual(['PROVIDERS_EXIST kubernetesAccess']);
  });

  test('options make a provider even beside a default one', () => {
    const made = synthesize((stack) => {
      new KubernetesProvider(stack, 'Kubernetes', { configPath: '~/.kube/config' });
      make(stack, { kubernetesAccess: { profile: 'ops' } });
    });
    expect(made.json.provider.kubernetes).toHaveLength(2);
  });
});

describe('monitoring', () => {
  const watched = (props: Partial<CloudTopologyProps>) => {
    const stack = testStack();
    const { monitoring } = make(stack, { monitoring: true, serving: { maxSurge: 0 }, ...props });
    const synthesized = synthStack(stack);
    return { monitoring, synthesized, ids: warningsOf(stack).map(({ id }) => id) };
  };
  const receiver = AlertReceiver.slack('team', { webhookUrl: { name: 'alerting', key: 'slack' } });

  test('sends alerts where the user says, and fires above what a model is planned for', () => {
    const { monitoring, ids } = watched({ monitoringOptions: { alertReceivers: [receiver], retentionDays: 3 } });
    expect(monitoring?.alertmanagerConfiguration).toContain('team');
    const threshold = Number(/latency_p99 > (\d+)/.exec(monitoring?.rules ?? '')?.[1]);
    const planned = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE });
    expect(threshold).toBeGreaterThan(planned.timeToFirstTokenMs);
    expect(ids).toEqual(EMPTY);
  });

  test('pulls from the mirror of the topology, unless its options have another', () => {
    const images = (props: Partial<CloudTopologyProps>) =>
      watched(props)
        .synthesized.resources('kubernetes_stateful_set_v1')
        .map(({ spec }) => (spec.template.spec.container[0].image as string).split('/')[0]);
    const imageRegistry = ImageRegistry.mirror('mirror.example');
    expect(images({ imageRegistry })).toEqual(['mirror.example', 'mirror.example']);
    const monitoringOptions = { imageRegistry: ImageRegistry.mirror('other.example') };
    expect(images({ imageRegistry, monitoringOptions })).toEqual(['other.example', 'other.example']);
  });

  test('every pod of the topology is pulled with the secrets of its registry, from where its image is', () => {
    const imageRegistry = ImageRegistry.withPullSecrets(['team']);
    const { synthesized } = watched({ imageRegistry });
    const kinds = ['deployment_v1', 'stateful_set_v1', 'daemon_set_v1', 'job_v1', 'daemonset', 'deployment', 'job'];
    const pods = kinds.flatMap((kind) => synthesized.resources(`kubernetes_${kind}`));
    const pulled = pods.map(({ spec }) => (spec.template.spec as { image_pull_secrets?: unknown }).image_pull_secrets);
    expect(pulled.length).toBeGreaterThanOrEqual(3);
    expect(pulled).toEqual(pulled.map(() => [{ name: 'team' }]));
    const images = pods.flatMap(({ spec }) =>
      spec.template.spec.container.map(({ image }: { image: string }) => image),
    );
    expect(images).toContainEqual(expect.stringMatching(/^(nvcr\.io|vllm)\//));
  });

  test('reports its faults among those of the topology', () => {
    const models = [{ ...MODELS[0], name: '8b' }];
    const build = () => watched({ models, monitoringOptions: { retentionDays: 0 } });
    expect(idsOf(faultsThrown(build))).toEqual([
      'INVALID_NAME models[0].name',
      expect.stringMatching(/ monitoringOptions\.retentionDays$/),
    ]);
  });
});

describe('a locked plan is kept or refused, never bent', () => {
  const lock = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.G6E_XLARGE });
  const refusals = (props: Partial<CloudTopologyProps>) =>
    idsOf(faultsThrown(() => synthesize((stack) => void make(stack, props))));

  test('of another model', () => {
    const small = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_2_1B, instanceType: GpuInstanceType.G4DN_XLARGE });
    const models = [{ model: ModelSpec.LLAMA_3_1_70B }];
    expect(refusals({ models, plan: small })).toEqual(['PLAN_OF_OTHER_MODEL models[0].model']);
    expect(refusals({ models, plans: { 'llama-3.1-70b': small } })).toEqual(['PLAN_OF_OTHER_MODEL models[0].model']);
  });

  test('with properties that contradict it, each by its path', () => {
    const model = { ...MODELS[0], contextLength: 32768, concurrency: 64, precision: Precision.FP8 };
    expect(refusals({ plan: lock, models: [model] })).toEqual([
      'PROPERTY_CONTRADICTS_PLAN models[0].precision',
      'PROPERTY_CONTRADICTS_PLAN models[0].contextLength',
      'PROPERTY_CONTRADICTS_PLAN models[0].concurrency',
    ]);
  });

  test('that misses its targets', () => {
    const models = [{ ...MODELS[0], targets: { maxTimePerOutputTokenMs: 1 } }];
    expect(refusals({ plan: lock, models })).toEqual([
      'PROPERTY_CONTRADICTS_PLAN models[0].targets.maxTimePerOutputTokenMs',
    ]);
  });

  test('with the same properties', () => {
    const { contextLength, concurrency, precision } = lock;
    expect(() =>
      synthesize(
        (stack) => void make(stack, { plan: lock, models: [{ ...MODELS[0], contextLength, concurrency, precision }] }),
      ),
    ).not.toThrow();
  });
});

describe('servers of several nodes', () => {
  const POOL = {
    name: 'p4d',
    instanceType: GpuInstanceType.P4D_24XLARGE,
    minNodes: 2,
    maxNodes: 2,
    fabric: RdmaFabric.efa(),
  };
  const spanning: Partial<CloudTopologyProps> = {
    server: InferenceServer.VLLM,
    nodePools: [POOL],
    models: [
      {
        model: ModelSpec.LLAMA_3_1_70B,
        precision: Precision.FP16,
        parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
      },
    ],
    vllmServing: {
      servingImage: ServingImage.vllm({ repository: 'registry.example.com/vllm', efa: EfaInstaller.DEFAULT }),
      maxSurge: 0,
    },
  };
  const serve = (
    props: Partial<CloudTopologyProps>,
    cluster?: (stack: TerraformStack) => CloudTopologyProps['cluster'],
  ) => {
    const stack = testStack();
    const topology = make(stack, { ...spanning, ...props, cluster: cluster?.(stack) });
    const charts = synthStack(stack)
      .resources('helm_release')
      .map(({ chart }) => chart as string);
    return { topology, charts, warnings: warningsOf(stack).map(({ id }) => id) };
  };

  test('are groups on a given pool, whose controller is installed with them', () => {
    const { topology, charts, warnings } = serve({});
    expect(topology.vllmDeployments['llama-3.1-70b'].leaderWorkerSets).toHaveProperty(['llama-3.1-70b']);
    expect(charts.filter((chart) => chart === 'lws')).toHaveLength(1);
    expect(warnings).toEqual(EMPTY);
    expect(topology.explain()).toContain('2 × p4d.24xlarge');
  });

  test('keep their locked plan', () => {
    const { plans } = serve({}).topology;
    const locked = Object.fromEntries(
      Object.entries(plans).map(([name, plan]) => [name, CapacityPlan.fromJson(plan.toJson())]),
    );
    expect(serve({ plans: locked }).warnings).toEqual(EMPTY);
  });

  test('need no controller where one node is enough, nor where something else installs it', () => {
    const small = serve({ models: MODELS, nodePools: [{ ...POOL, fabric: undefined, maxNodes: 1, minNodes: 1 }] });
    expect(small.charts).not.toContain('lws');
    expect(serve({ leaderWorkerSetController: false })).toMatchObject({ warnings: EMPTY });
    expect(serve({ leaderWorkerSetController: false }).charts).not.toContain('lws');
  });

  test('have their controller on a cluster that exists only on request', () => {
    const there = (stack: TerraformStack) => EksGpuCluster.fromAttributes(stack, 'Cluster', THERE);
    expect(serve({}, there).charts).not.toContain('lws');
    expect(serve({ leaderWorkerSetController: true }, there).charts).toContain('lws');
  });

  test.each<[string, Partial<CloudTopologyProps>, string[]]>([
    [
      'by Triton',
      { server: InferenceServer.TRITON, vllmServing: undefined },
      ['SERVER_EXCEEDS_NODE models[0].parallelism'],
    ],
    ['on a pool that the topology makes', { nodePools: undefined }, ['SERVER_EXCEEDS_NODE models[0].parallelism']],
    [
      'of GPUs that are no whole number of nodes',
      { models: [{ ...spanning.models![0], parallelism: Parallelism.of({ tensor: 4, pipeline: 3 }) }] },
      ['GROUP_DOES_NOT_DIVIDE models[0].parallelism'],
    ],
    [
      'by an image without the fabric',
      { vllmServing: { maxSurge: 0 } },
      ['IMAGE_WITHOUT_FABRIC vllmServing.servingImage'],
    ],
  ])('are refused %s', (_, props, expected) => {
    expect(idsOf(faultsThrown(() => make(testStack(), { ...spanning, ...props })))).toEqual(expected);
  });
});
