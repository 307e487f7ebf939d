import { GpuInstanceType, ModelSpec, Parallelism, VllmRelease } from '../../../lib/catalog';
import {
  KServe,
  KServeLlmInferenceService,
  KServeRouter,
  KServeScheduler,
  ModelCache,
  PodVolume,
  ServerAutoscaling,
  UpdateStrategy,
  VllmDeployment,
} from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { faultsThrown } from '../../support/faults';
import { Block, Synthesized } from '../../support/synth';
import { withSite } from '../support/fixtures';
import { KServeLlmOverrides, serveLlm } from '../support/kserve-llm-fixtures';
import { resourcesOf } from '../support/kserve-fixtures';
import { deployVllm } from '../support/vllm-fixtures';

const KEY = { name: 'callers', key: 'key' };
const P5 = GpuInstanceType.P5_48XLARGE;
const specIn = (json: Synthesized): Block => resourcesOf(json, 'chat-llm').LLMInferenceService.spec as Block;
const specOf = (overrides?: KServeLlmOverrides): Block => specIn(serveLlm(overrides).json);
const mainOf = (spec: Block): Block => (spec.template.containers as Block[])[0];
const STAGES: KServeLlmOverrides = {
  instanceType: P5,
  model: ModelSpec.LLAMA_3_1_70B,
  parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
};
const GATEWAY = KServeRouter.gateway({ name: 'door', namespace: 'gateways' });

describe('an LLMInferenceService says', () => {
  test('where the weights are, that KServe fetches none, and the parallelism of the plan', () => {
    expect(specOf({ replicas: 2, maxNodes: 3 })).toMatchObject({
      model: { uri: 's3://models/llama/8b', name: 'llama' },
      storageInitializer: { enabled: false },
      replicas: 2,
      parallelism: { tensor: 1 },
    });
  });

  test('nothing of the number of servers where a scaler sets it', () => {
    expect(specOf({ maxReplicas: 2, maxNodes: 3 })).not.toHaveProperty('replicas');
  });

  test('ranks that share experts by their number', () => {
    const parallelism = Parallelism.of({ tensor: 1, data: 8, expert: 8 });
    const spec = specOf({ instanceType: P5, model: ModelSpec.MIXTRAL_8X7B, parallelism });
    expect(spec.parallelism).toEqual({ tensor: 1, data: 8, dataLocal: 8, expert: true });
  });

  test('nothing of stages within a node, whose number KServe would not let change', () => {
    const parallelism = Parallelism.of({ tensor: 4, pipeline: 2 });
    const spec = specOf({ instanceType: P5, model: ModelSpec.LLAMA_3_1_70B, parallelism });
    expect(spec.parallelism).toEqual({ tensor: 4 });
    expect(mainOf(spec).args).toContain('--pipeline-parallel-size=2');
  });

  test('where it is and what it needs', () => {
    const { service } = serveLlm();
    expect(service).toMatchObject({
      endpoint: 'http://chat-kserve-workload-svc.inference.svc:8000/v1',
      modelUri: 's3://models/llama/8b',
      modelName: 'llama',
      gpusPerPod: 1,
      replicas: 1,
      apiKeySecret: { name: 'chat-api-key', key: 'api-key' },
    });
    expect(service.metricsTarget).toMatchObject({
      port: 8000,
      podSelector: { 'app.kubernetes.io/name': 'chat', 'kserve.io/component': 'workload' },
    });
  });
});

describe('the pods', () => {
  test('are those of a deployment of vLLM but for what KServe’s template would merge into them', () => {
    const model = { name: 'llama', version: '8b', model: ModelSpec.LLAMA_3_1_8B };
    const options = { apiKey: KEY, vllmRelease: VllmRelease.V0_33_0 };
    const { json } = deployVllm({ ...options, models: [model] });
    const [own] = json.only('kubernetes_deployment_v1').spec.template.spec.container as Block[];
    const spec = specOf(options);
    const main = mainOf(spec);
    expect([main.name, main.image, main.command, main.args]).toEqual(['main', own.image, own.command, own.args]);
    const names = (container: Block) => (container.env as Block[]).map(({ name }) => name as string);
    expect(names(main)).toEqual([...names(own), 'HF_HUB_CACHE'].sort());
    const [fetch, ...others] = spec.template.initContainers as Block[];
    expect([fetch.name, others]).toEqual(['fetch-weights', []]);
    expect(spec.template.volumes).toContainEqual(
      expect.objectContaining({ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }),
    );
  });

  test('have probes by HTTP, since KServe’s template has, with the times of the plan and a scheme of their own', () => {
    const main = mainOf(specOf());
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(main[probe].httpGet).toEqual({ path: '/health', port: 'http', scheme: 'HTTP' });
      expect(main[probe].exec).toBeUndefined();
    }
    expect(main.startupProbe.failureThreshold * 10).toBe(serveLlm().service.startupBudget.toSeconds());
  });

  test('have no labels of ours, which KServe would put into its selector', () => {
    expect(specOf()).not.toHaveProperty('labels');
    const { json } = serveLlm();
    const selector = { 'app.kubernetes.io/part-of': 'llminferenceservice', 'kserve.io/component': 'workload' };
    expect(json.only('kubernetes_pod_disruption_budget_v1').spec.selector.match_labels).toMatchObject(selector);
    expect(json.only('kubernetes_network_policy_v1').spec.pod_selector.match_labels).toMatchObject(selector);
  });

  test('are counted by the proof that pods find a node, and have their names alone', () => {
    const both = (model: string) => () =>
      withSite(({ scope, cluster, store: modelStore, pool }) => {
        const shared = { cluster, modelStore, nodePool: pool(GpuInstanceType.G5_XLARGE, 2) };
        new KServeLlmInferenceService(scope, 'A', { ...shared, modelPath: 'a/1', model: ModelSpec.LLAMA_3_1_8B });
        new VllmDeployment(scope, 'B', {
          ...shared,
          replicas: 2,
          models: [{ name: model, model: ModelSpec.LLAMA_3_1_8B }],
        });
      });
    expect(both('b')).toThrow(/'inference\/a-kserve' 1 x 1/);
    expect(both('a-kserve')).toThrow('both create deployment inference/a-kserve (by KServe)');
  });
});

describe('several nodes', () => {
  test('have a pod for each stage, that starts as its own', () => {
    const spec = specOf(STAGES);
    expect(spec.parallelism).toEqual({ tensor: 8, pipeline: 2 });
    const [leader, worker] = [spec.template, spec.worker].map((pod: Block) => (pod.containers as Block[])[0]);
    expect(leader.args).toEqual(expect.arrayContaining(['--nnodes=2', '--node-rank=0']));
    expect(worker.args).toEqual(expect.arrayContaining(['--node-rank=$(LWS_WORKER_INDEX)', '--headless']));
    expect(worker.readinessProbe).toBeUndefined();
    // Nothing is laid under them.
    expect(leader.readinessProbe.exec).toBeDefined();
  });

  test('find a template of their own, which the charts lack, once in a namespace', () => {
    const json = withSite(({ scope, cluster, store: modelStore, pool }) => {
      const shared = { cluster, modelStore, nodePool: pool(P5, 4), model: ModelSpec.LLAMA_3_1_70B };
      const { parallelism } = STAGES;
      for (const id of ['A', 'B']) {
        new KServeLlmInferenceService(scope, id, { ...shared, modelPath: `${id}/1`, parallelism });
      }
    });
    const releases = json.resources('helm_release').map(({ name }) => name as string);
    expect(releases.filter((name) => name === 'kserve-stages')).toHaveLength(1);
    const { metadata, spec } = resourcesOf(json, 'kserve-stages').LLMInferenceServiceConfig;
    expect([metadata.name, spec]).toEqual(['kserve-config-llm-worker-pipeline-parallel', {}]);
  });

  test('may talk among themselves, also those that no caller reaches', () => {
    const { json } = serveLlm(STAGES);
    const members = { 'app.kubernetes.io/instance': 'chat' };
    expect(specIn(json).labels).toEqual(members);
    const { pod_selector: pods, ingress } = json.only('kubernetes_network_policy_v1').spec as Block;
    expect(pods.match_labels).toEqual(members);
    expect(JSON.stringify(ingress)).toContain('"match_labels":{"app.kubernetes.io/instance":"chat"}');
  });
});

describe('a router', () => {
  test.each([
    ['KServe’s own Gateway', KServeRouter.managed(), { gateway: {}, route: { http: {} } }],
    [
      'a Gateway of the cluster',
      KServeRouter.gateway({ name: 'door', namespace: 'gateways', listener: 'https' }),
      {
        gateway: { refs: [{ name: 'door', namespace: 'gateways', sectionName: 'https' }] },
        route: { http: {} },
      },
    ],
    [
      'routes of one’s own, with a scheduler',
      KServeRouter.httpRoutes(['chat'], { scheduler: KServeScheduler.endpointPicker({ replicas: 2 }) }),
      { route: { http: { refs: [{ name: 'chat' }] } }, scheduler: { replicas: 2 } },
    ],
  ])('is by %s', (_, router, expected) => {
    expect(specOf({ router, accessibleFrom: ['gateways'] }).router).toEqual(expected);
  });

  test('leads by a header to a name that the server knows', () => {
    const { json, service } = serveLlm({ router: GATEWAY, accessibleFrom: ['gateways'] });
    const { args } = mainOf(specIn(json));
    expect(args.slice(1, 4)).toEqual(['--served-model-name', 'llama', 'publishers/inference/models/llama']);
    expect(service.metricsTarget.models).toEqual(['llama']);
  });

  test('lets its scheduler read the metrics', () => {
    const ingress = (router: KServeRouter) =>
      JSON.stringify(
        (serveLlm({ router, accessibleFrom: ['gateways'] }).json.only('kubernetes_network_policy_v1').spec as Block)
          .ingress,
      );
    const scheduled = KServeRouter.managed({ scheduler: KServeScheduler.endpointPicker() });
    expect(ingress(GATEWAY)).not.toContain('"inference"');
    expect(ingress(scheduled)).toContain('"inference"');
  });
});

test('KServe installs its controller of LLMInferenceServices on request, and its templates after it', () => {
  const releases = (llmInferenceServices?: boolean) =>
    withSite(({ scope, cluster }) => void new KServe(scope, 'KServe', { cluster, llmInferenceServices }))
      .resources('helm_release')
      .map(({ chart }) => chart as string)
      .sort();
  expect(releases()).toEqual(['kserve-crd', 'kserve-resources']);
  expect(releases(true)).toEqual([
    'kserve-crd',
    'kserve-llmisvc-crd',
    'kserve-llmisvc-resources',
    'kserve-resources',
    'kserve-runtime-configs',
  ]);
});

describe('bad input', () => {
  const faults = (overrides: KServeLlmOverrides) =>
    faultsThrown(() => serveLlm(overrides)).map(({ id, property }) => [id, property]);

  test.each<[string, KServeLlmOverrides, [string, string | undefined][]]>([
    ['a URI', { modelPath: 's3://models/llama/8b' }, [['INVALID_FORMAT', 'modelPath']]],
    ['a name of which KServe makes another', { name: 'a'.repeat(37) }, [['INVALID_NAME', 'name']]],
    ['labels', { podLabels: { team: 'a' } }, [['NOT_WITH_KSERVE', 'podLabels']]],
    [
      'how a rollout goes',
      { maxSurge: 0, maxUnavailable: 1 },
      [
        ['NOT_WITH_KSERVE', 'maxSurge'],
        ['NOT_WITH_KSERVE', 'maxUnavailable'],
      ],
    ],
    ['that all servers go first', { updateStrategy: UpdateStrategy.RECREATE }, [['NOT_WITH_KSERVE', 'updateStrategy']]],
    [
      'a cache of models',
      { modelCache: ModelCache.claim({ claimName: 'weights', size: DataSize.gib(100) }) },
      [['NOT_WITH_KSERVE', 'modelCache']],
    ],
    [
      'a scaler of a Deployment that KServe makes',
      { autoscaling: ServerAutoscaling.hpa({ maxReplicas: 2 }) },
      [['NOT_WITH_KSERVE', 'autoscaling']],
    ],
    [
      'parts of KServe’s template',
      {
        sidecars: [{ name: 'main', image: 'registry.example.com/proxy:1' }],
        volumes: [PodVolume.emptyFolder('dshm', DataSize.gib(1))],
        initContainers: [{ name: 'storage-initializer', image: 'registry.example.com/warm:1' }],
      },
      [
        ['RESERVED', 'sidecars[0].name'],
        ['RESERVED', 'initContainers[0].name'],
        ['RESERVED', 'volumes[0].name'],
      ],
    ],
    [
      'what KServe would read as a template, anywhere',
      { podAnnotations: { note: '{{ .Spec }}' }, extraArguments: ['--chat-template={{ messages }}'] },
      [
        ['NOT_WITH_KSERVE', 'extraArguments'],
        ['NOT_WITH_KSERVE', 'podAnnotations'],
      ],
    ],
    ['a Gateway that is shut out', { router: GATEWAY }, [['ROUTER_SHUT_OUT', 'accessibleFrom']]],
    [
      'no routes, and no pod that chooses',
      {
        router: KServeRouter.httpRoutes([], { scheduler: KServeScheduler.endpointPicker({ replicas: 0 }) }),
        networkPolicy: false,
      },
      [
        ['EMPTY_LIST', 'router.routes'],
        ['NOT_A_WHOLE_NUMBER', 'router.scheduler.replicas'],
      ],
    ],
    [
      'a name that is none',
      { router: KServeRouter.gateway({ name: 'The Door' }), accessibleFrom: ['gateways'] },
      [['INVALID_NAME', 'router.gateway.name']],
    ],
    [
      'ranks on several nodes',
      {
        instanceType: P5,
        model: ModelSpec.DEEPSEEK_V3,
        maxNodes: 2,
        parallelism: Parallelism.of({ tensor: 1, data: 16, expert: 16 }),
      },
      [['KSERVE_SPANS_NODES', 'parallelism']],
    ],
    [
      'more stages than nodes',
      { ...STAGES, parallelism: Parallelism.of({ tensor: 4, pipeline: 4 }) },
      [['KSERVE_SPANS_NODES', 'parallelism']],
    ],
    [
      'a model that does not fit',
      { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.NONE },
      [['MODEL_DOES_NOT_FIT', undefined]],
    ],
  ])('%s', (_, overrides, expected) => {
    expect(faults(overrides)).toEqual(expected);
  });

  test.each([
    ['on a full pool', { maxNodes: 2, replicas: 2 }, 'raise maxNodes, lower replicas, or serve by VllmDeployment'],
    ['of a scaler on a full pool', { maxNodes: 2, maxReplicas: 2 }, 'raise maxNodes, lower maxReplicas'],
  ])('a rollout that would wait forever %s', (_, overrides, text) => {
    expect(() => serveLlm(overrides)).toThrow(`(KServe has it so)`);
    expect(() => serveLlm(overrides)).toThrow(text);
  });

  test.each([
    ['where there is room for one more', { maxNodes: 3, replicas: 2 }],
    ['of so many that a quarter may stop', { maxNodes: 4, replicas: 4 }],
    ['of groups of nodes', { ...STAGES, maxNodes: 2 }],
  ])('but not one %s', (_, overrides) => {
    expect(() => serveLlm(overrides)).not.toThrow();
  });

  test('two services whose models a Gateway cannot tell apart', () => {
    const both = (servedModelNames?: string[]) => () =>
      withSite(({ scope, cluster, store: modelStore, pool }) => {
        const nodePool = pool(GpuInstanceType.G5_XLARGE, 4);
        const shared = { cluster, modelStore, nodePool, modelPath: 'llama/8b', model: ModelSpec.LLAMA_3_1_8B };
        const routed = { ...shared, router: GATEWAY, accessibleFrom: ['gateways'] };
        new KServeLlmInferenceService(scope, 'A', routed);
        new KServeLlmInferenceService(scope, 'B', { ...routed, servedModelNames });
      });
    expect(both(['other'])).not.toThrow();
    expect(both()).toThrow("'test/A' has a router for the model 'llama' in namespace 'inference' already");
  });

  test('KServe of this program without its controller, and that in another namespace', () => {
    const served = (llmInferenceServices: boolean, namespace?: string) => () =>
      withSite(({ scope, cluster, store: modelStore, pool }) => {
        new KServe(scope, 'KServe', { cluster, llmInferenceServices, namespace });
        const shared = { cluster, modelStore, nodePool: pool(GpuInstanceType.G5_XLARGE) };
        new KServeLlmInferenceService(scope, 'A', { ...shared, modelPath: 'a/1', model: ModelSpec.LLAMA_3_1_8B });
      });
    expect(served(true)).not.toThrow();
    expect(served(false)).toThrow('pass it llmInferenceServices: true');
    expect(served(true, 'serving')).toThrow("namespace must be 'kserve' with llmInferenceServices");
  });
});
