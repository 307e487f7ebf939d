import { faultsThrown, idsOf } from '../../support/faults';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack, Token } from 'cdktf';
import { Construct } from 'constructs';
import {
  CapacityPlan,
  CapacityPlanner,
  CloudTopology,
  CloudTopologyProps,
  DataSize,
  GpuInstanceType,
  GpuSharing,
  ModelSpec,
  ModelStore,
  Parallelism,
  Precision,
  RdmaFabric,
} from '../../../lib';
import { synthesize, synthesizePair, testStack } from '../../support/synth';

const MODELS = [{ model: ModelSpec.LLAMA_3_1_8B }];
const ZONES = { availabilityZones: ['us-west-2a', 'us-west-2b'] };
const L40S = { name: 'l40s', instanceType: GpuInstanceType.G6E_XLARGE, minNodes: 1, maxNodes: 1 };
const A100 = {
  name: 'a100',
  instanceType: GpuInstanceType.P4DE_24XLARGE,
  minNodes: 2,
  maxNodes: 2,
  fabric: RdmaFabric.efa(),
};

const make = (scope: TerraformStack, props: Partial<CloudTopologyProps> = {}) =>
  new CloudTopology(scope, 'Cloud', { clusterName: 'chat', models: MODELS, ...ZONES, ...props });

/** What is said of a store of the topology that no import fills. */
const NOT_IMPORTED = expect.stringContaining(':MODEL_NOT_IMPORTED]');

/** What keeps a topology from warning that nobody is told of alerts, and that a rollout of its only server is an outage. */
const TOLD = { monitoringOptions: { alertReceivers: [] }, serving: { maxSurge: 0 } };

describe('one statement', () => {
  test('chooses a pool that fits the model, and serves it there and nowhere else', () => {
    const synthesized = synthesize((stack) => void make(stack));
    const pool = synthesized.byName('aws_eks_node_group', 'llama-3-1-8b');
    expect(pool.instance_types).toEqual(['g6e.xlarge']);
    expect(pool.scaling_config).toMatchObject({ min_size: 1, max_size: 1 });
    const { spec } = synthesized.byName('kubernetes_deployment_v1', 'llama-3-1-8b').spec.template;
    expect(spec.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'llama-3-1-8b' });
  });

  test('has its pools and deployments by the same keys: the names that the program gave', () => {
    const stack = testStack();
    const models = [{ model: ModelSpec.LLAMA_3_1_8B }, { model: ModelSpec.LLAMA_3_2_1B, name: 'small.one' }];
    const own = make(stack, { models });
    expect(Object.keys(own.deployments)).toEqual(['llama-3.1-8b', 'small.one']);
    expect(Object.keys(own.nodePools)).toEqual(Object.keys(own.deployments));
    expect(Object.keys(own.plans)).toEqual(Object.keys(own.deployments));
    expect(own.nodePools['small.one'].poolName).toBe('small-one');
    const given = make(testStack(), { nodePools: [L40S], models: [{ model: ModelSpec.LLAMA_3_1_8B }] });
    expect(Object.keys(given.nodePools)).toEqual(['l40s']);
    expect(Object.keys(given.deployments)).toEqual(['llama-3.1-8b']);
  });

  test('a checkpoint larger than counted gets the larger pool it needs', () => {
    const types = (checkpointSize?: DataSize) => {
      const models = [{ model: ModelSpec.QWEN_2_5_14B, concurrency: 2, checkpointSize }];
      const made = synthesize((stack) => void make(stack, { models }));
      return made.byName('aws_eks_node_group', 'qwen2-5-14b').instance_types;
    };
    expect(types(DataSize.gib(45))).not.toEqual(types());
  });

  test('makes the Kubernetes provider, and none where the stack has a default one', () => {
    const own = synthesize((stack) => void make(stack));
    expect(own.json.provider.kubernetes).toMatchObject([{ alias: 'chat' }]);
    const given = synthesize((stack) => {
      new KubernetesProvider(stack, 'Kubernetes', { configPath: '~/.kube/config' });
      make(stack);
    });
    expect(given.json.provider.kubernetes).toHaveLength(1);
    expect(given.byName('kubernetes_deployment_v1', 'llama-3-1-8b').provider).toBeUndefined();
  });

  test('warns in a default synthesis that nobody is told of alerts, and explains itself on request', () => {
    let text = '';
    const synthesized = synthesize((stack) => (text = make(stack).explain()));
    expect(synthesized.annotations('warn').sort()).toEqual([
      NOT_IMPORTED,
      expect.stringContaining(':NO_ALERT_RECEIVERS]'),
      expect.stringContaining(':ROLLOUT_IS_AN_OUTAGE]'),
    ]);
    expect(text).toContain("llama-3.1-8b: 1 replica(s) on pool 'llama-3-1-8b'");
    expect(text).toContain('weights per GPU');
    expect(text).toContain('aws eks update-kubeconfig --name chat');
    expect(text).toMatch(/inference\/llama-3-1-8b/);
  });
});

describe('two stacks', () => {
  const pair = synthesizePair((infrastructure, workloads) => void make(infrastructure, { workloads }));

  test('Kubernetes objects go to the workloads, AWS resources and roles to the infrastructure', () => {
    expect(pair.workload.types.every((type) => type.startsWith('kubernetes_'))).toBe(true);
    expect(pair.infra.types.every((type) => type.startsWith('aws_'))).toBe(true);
    expect(pair.infra.resources('aws_eks_pod_identity_association').map(({ namespace }) => namespace)).toContain(
      'inference',
    );
  });

  test('monitoring watches every model, and can be left out', () => {
    const config = pair.workload.resources('kubernetes_config_map_v1').map(({ data }) => JSON.stringify(data));
    expect(config.some((data) => data.includes('HighLatency') && data.includes('llama'))).toBe(true);
    const without = synthesizePair(
      (infrastructure, workloads) => void make(infrastructure, { workloads, monitoring: false }),
    );
    expect(without.workload.resources('kubernetes_stateful_set_v1')).toEqual([]);
  });

  test('removing one model leaves every other resource unchanged', () => {
    const build = (models: CloudTopologyProps['models']) =>
      synthesizePair(
        (infrastructure, workloads) => void make(infrastructure, { workloads, models, monitoring: false }),
      );
    const one = build(MODELS);
    const two = build([{ model: ModelSpec.QWEN_2_5_0_5B }, ...MODELS]);
    for (const [before, after] of [
      [two.infra, one.infra],
      [two.workload, one.workload],
    ]) {
      for (const type of after.types) {
        for (const [id, resource] of Object.entries(after.json.resource[type])) {
          expect(before.json.resource[type][id]).toEqual(resource);
        }
      }
    }
  });
});

const planOf = (model: ModelSpec) => CapacityPlanner.plan({ model, instanceType: GpuInstanceType.G6E_XLARGE });

describe('plans', () => {
  const locked = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P4DE_24XLARGE });

  test('a locked plan is kept, with a warning that the planner would choose otherwise', () => {
    const plan = CapacityPlan.fromJson(locked.toJson());
    const synthesized = synthesize((stack) => void make(stack, { plans: { 'llama-3.1-8b': plan }, ...TOLD }));
    expect(synthesized.byName('aws_eks_node_group', 'llama-3-1-8b').instance_types).toEqual(['p4de.24xlarge']);
    expect(synthesized.annotations('warn').sort()).toEqual([
      NOT_IMPORTED,
      expect.stringContaining('[gpu-inference-constructs:PLAN_DIFFERS]'),
    ]);
  });

  test('the plan of the only model can be given as plan', () => {
    const lock = CapacityPlanner.plan({ model: ModelSpec.LLAMA_3_1_8B, instanceType: GpuInstanceType.P5_48XLARGE });
    const kept: CapacityPlan[] = [];
    synthesize((stack) => void kept.push(make(stack, { plan: lock }).plans['llama-3.1-8b']));
    expect(kept[0].instanceType.name).toBe('p5.48xlarge');
  });

  test('what topology.plans says can be given back, without a change or a warning', () => {
    const plans: CapacityPlan[] = [];
    const first = synthesize((stack) => void plans.push(make(stack, TOLD).plans['llama-3.1-8b']));
    const second = synthesize(
      (stack) => void make(stack, { plans: { 'llama-3.1-8b': CapacityPlan.fromJson(plans[0].toJson()) }, ...TOLD }),
    );
    expect(second.json).toEqual(first.json);
    expect(second.annotations('warn')).toEqual([NOT_IMPORTED]);
  });
});

describe('targets', () => {
  const fast = { minOutputTokensPerSecond: 3000 };

  test('are reached by replicas, for which the pool is sized', () => {
    let cloud: CloudTopology | undefined;
    const synthesized = synthesize(
      (stack) => void (cloud = make(stack, { models: [{ ...MODELS[0], concurrency: 16, targets: fast }] })),
    );
    const plan = cloud!.plan;
    expect(plan.replicas).toBeGreaterThan(1);
    expect(plan.outputTokensPerSecond).toBeGreaterThanOrEqual(3000);
    expect(synthesized.byName('kubernetes_deployment_v1', 'llama-3-1-8b').spec.replicas).toBe(String(plan.replicas));
    const pool = synthesized.byName('aws_eks_node_group', 'llama-3-1-8b');
    expect(pool.scaling_config).toMatchObject({ min_size: plan.nodes, max_size: plan.nodes });
    expect(cloud!.deployments['llama-3.1-8b'].plan!.toJson()).toEqual(plan.toJson());
  });

  test('choose faster hardware', () => {
    const chosen = (targets?: { maxTimePerOutputTokenMs: number }) => {
      const plans: CapacityPlan[] = [];
      synthesize((stack) => void plans.push(make(stack, { models: [{ ...MODELS[0], targets }] }).plan));
      return plans[0];
    };
    expect(chosen({ maxTimePerOutputTokenMs: 12 }).decodeLatencyMs).toBeLessThanOrEqual(12);
    expect(chosen().decodeLatencyMs).toBeGreaterThan(12);
  });

  test('choose the parallelism on a given pool', () => {
    const plans: CapacityPlan[] = [];
    const models = [{ ...MODELS[0], targets: { maxTimePerOutputTokenMs: 6 } }];
    synthesize((stack) => void plans.push(make(stack, { nodePools: [A100], models }).plan));
    expect(plans[0].parallelism.tensor).toBeGreaterThan(1);
    expect(plans[0].decodeLatencyMs).toBeLessThanOrEqual(6);
  });

  test('replicas that are stated are planned with', () => {
    const plans: CapacityPlan[] = [];
    const synthesized = synthesize(
      (stack) => void plans.push(make(stack, { models: [{ ...MODELS[0], replicas: 3 }] }).plan),
    );
    expect(plans[0]).toMatchObject({ replicas: 3, nodes: 3 });
    const pool = synthesized.byName('aws_eks_node_group', 'llama-3-1-8b');
    expect(pool.scaling_config).toMatchObject({ min_size: 3, max_size: 3 });
  });
});

describe('a store outside AWS', () => {
  test('is read by the credentials it says, and no role is made for its readers', () => {
    const synthesized = synthesize((stack) => {
      const modelStore = ModelStore.s3Compatible(stack, 'Store', {
        bucketName: 'models',
        endpoint: 'https://objects.example',
        credentials: { name: 'store' },
      });
      make(stack, { modelStore, monitoring: false });
    });
    const { spec } = synthesized.only('kubernetes_deployment_v1').spec.template;
    expect(spec.init_container[0].env).toContainEqual({
      name: 'AWS_ENDPOINT_URL_S3',
      value: 'https://objects.example',
    });
    expect(JSON.stringify(spec.volume)).toContain('"secret_name":"store"');
    expect(synthesized.resources('aws_eks_pod_identity_association').map(({ namespace }) => namespace)).not.toContain(
      'inference',
    );
  });
});

describe('given pools', () => {
  test('a 65B in 16 bits on 8 x A100 80 GB, two replicas', () => {
    const synthesized = synthesize((stack) =>
      make(stack, {
        nodePools: [L40S, A100],
        models: [
          {
            name: 'deepseek',
            version: '65b',
            model: ModelSpec.LLAMA_65B,
            precision: Precision.FP16,
            contextLength: 2048,
            parallelism: Parallelism.of({ tensor: 8 }),
            replicas: 2,
            nodePool: 'a100',
          },
        ],
      }),
    );
    const { spec } = synthesized.byName('kubernetes_deployment_v1', 'deepseek');
    expect(spec.replicas).toBe('2');
    expect(spec.template.spec.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'a100' });
    expect(spec.template.spec.container[0].resources.limits['nvidia.com/gpu']).toBe('8');
  });
});

describe('workloads', () => {
  test('may be the scope of the topology', () => {
    const build = (same: boolean) =>
      synthesize((stack) => void make(stack, { workloads: same ? stack : undefined, monitoring: false }));
    expect(build(true).json).toEqual(build(false).json);
  });

  test('must not have the id of the topology', () => {
    expect(() =>
      synthesizePair((infrastructure, workloads) => {
        new Construct(workloads, 'Cloud');
        make(infrastructure, { workloads });
      }),
    ).toThrow(/workloads already contains a construct 'Cloud', at 'workload\/Cloud'/);
  });
});

describe('faults of the cluster, of pools and of models are one error', () => {
  const refusedFor = (props: Partial<CloudTopologyProps>): string[] => {
    const build = () => synthesize((stack) => void make(stack, props));
    expect(build).toThrow(expect.objectContaining({ name: 'ValidationError', constructPath: 'test/Cloud' }));
    return idsOf(faultsThrown(build));
  };
  const later = Token.asString({ resolve: () => 'later' });

  test('of lists', () => {
    expect(refusedFor({ models: [...MODELS, ...MODELS], nodePools: [L40S, L40S] })).toEqual([
      'DUPLICATE models',
      'DUPLICATE nodePools',
    ]);
  });

  test('of pools and models', () => {
    const ids = refusedFor({
      nodePools: [
        { ...L40S, maxNodes: 0 },
        { ...A100, instanceType: GpuInstanceType.G5_XLARGE, gpuSharing: GpuSharing.mig('1g.10gb') },
      ],
      models: [{ model: ModelSpec.LLAMA_65B }, { model: ModelSpec.LLAMA_3_1_8B, nodePool: 'h100' }],
    });
    expect(ids.slice(0, 2)).toEqual(['MODEL_DOES_NOT_FIT models[0]', 'UNKNOWN_VALUE models[1].nodePool']);
    const ofPools = ids.slice(2).map((id) => id.split(' ')[1].split('.')[0]);
    expect(new Set(ofPools)).toEqual(new Set(['nodePools[0]', 'nodePools[1]']));
  });

  test('of what only a deployment can see', () => {
    expect(refusedFor({ models: [{ ...MODELS[0], name: '8b' }] })).toEqual(['INVALID_NAME models[0].name']);
  });

  test('of pools that share their GPUs', () => {
    const ids = refusedFor({
      nodePools: [
        { ...L40S, gpuSharing: GpuSharing.timeSlicing(2) },
        { ...A100, maxNodes: 1 },
      ],
      models: [
        { ...MODELS[0], name: 'a' },
        { ...MODELS[0], name: '8b', nodePool: 'l40s' },
      ],
    });
    expect(ids.slice(0, 2)).toEqual(['PLAN_NEEDS_WHOLE_GPUS models[0]', 'PLAN_NEEDS_WHOLE_GPUS models[1]']);
    expect(ids[2]).toMatch(/ nodePools\[1\]/);
  });

  test('of the cluster and models', () => {
    const ids = refusedFor({ clusterName: 'a b', models: [{ ...MODELS[0], replicas: 0 }], tags: { 'aws:x': 'y' } });
    expect(ids[0]).toBe('NOT_A_WHOLE_NUMBER models[0].replicas');
    expect(ids).toHaveLength(3);
  });

  test.each<[string, Partial<CloudTopologyProps>, string]>([
    [
      'names of pools that are not known',
      { nodePools: [{ ...L40S, name: later }] },
      'VALUE_NOT_CONCRETE nodePools[0].name',
    ],
    [
      'names of models that are not known',
      { models: [{ ...MODELS[0], name: later }] },
      'VALUE_NOT_CONCRETE models[0].name',
    ],
    ['an empty list of pools', { nodePools: [] }, 'EMPTY_LIST nodePools'],
    [
      'a lock for another model',
      { plans: { 'llama-3.1-8b': planOf(ModelSpec.LLAMA_3_2_1B) } },
      'PLAN_OF_OTHER_MODEL models[0].model',
    ],
  ])('of %s', (_, props, id) => expect(refusedFor(props)).toEqual([id]));
});
