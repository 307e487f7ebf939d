import { GpuInstanceType, ModelSpec, Parallelism, TritonRelease, VllmRelease } from '../../../lib/catalog';
import {
  KServeInferenceService,
  KServeRuntime,
  ModelCache,
  ServerAutoscaling,
  UpdateStrategy,
  VllmDeployment,
} from '../../../lib/serving';
import { IModelStore } from '../../../lib/core';
import { ModelStore } from '../../../lib/storage';
import { DataSize } from '../../../lib/units';
import { faultsThrown } from '../../support/faults';
import { Block } from '../../support/synth';
import { Site, withSite } from '../support/fixtures';
import { KServeOverrides, resourcesOf, serveByKServe } from '../support/kserve-fixtures';
import { deployVllm } from '../support/vllm-fixtures';

const KEY = { name: 'callers', key: 'key' };
const predictorOf = (overrides?: KServeOverrides): Block =>
  resourcesOf(serveByKServe(overrides).json).InferenceService.spec.predictor as Block;
const modelOf = (overrides?: KServeOverrides): Block => predictorOf(overrides).model as Block;
const TRITON = { runtime: KServeRuntime.triton() };

describe('what KServe would fill in is said', () => {
  test.each([
    ['vLLM', {}, ['vLLM', 'v0.24.0', 'docker.io/vllm/vllm-openai']],
    ['Triton', TRITON, ['triton', '26.07-vllm-python-py3', 'nvcr.io/nvidia/tritonserver']],
  ])(
    'of %s: the URI, the runtime, its version, the protocol and the resources',
    (_, overrides, [format, version, image]) => {
      const model = modelOf(overrides);
      expect(model).toMatchObject({
        modelFormat: { name: format },
        runtime: 'chat',
        runtimeVersion: version,
        protocolVersion: 'v2',
        storageUri: 's3://models/llama/8b',
        resources: { limits: { 'nvidia.com/gpu': '1' }, requests: { 'nvidia.com/gpu': '1' } },
      });
      expect((model.image as string).replace('docker.io/', '')).toContain(image.replace('docker.io/', ''));
      for (const kind of ['limits', 'requests']) {
        expect(Object.keys(model.resources[kind] as Block).sort()).toEqual([
          'cpu',
          'ephemeral-storage',
          'memory',
          'nvidia.com/gpu',
        ]);
      }
      expect(model.name).toBeUndefined();
    },
  );

  test('the runtime is its own, and nothing else chooses it', () => {
    const { ServingRuntime: runtime } = resourcesOf(serveByKServe(TRITON).json);
    expect(runtime).toMatchObject({
      metadata: { name: 'chat', annotations: { 'serving.kserve.io/server-type': 'tritonserver' } },
      spec: { supportedModelFormats: [{ name: 'triton', autoSelect: false }], protocolVersions: ['v2'] },
    });
    expect(runtime.spec.containers).toEqual([{ name: 'kserve-container', image: expect.stringContaining(':26.07-') }]);
  });

  test.each([
    ['a fixed number', { replicas: 2 }, ['none', 2, 2]],
    ['a number that a scaler sets', { maxReplicas: 2 }, ['external', 1, 2]],
  ])('the autoscaler: %s', (_, overrides, [scaler, least, most]) => {
    const { metadata, spec } = resourcesOf(serveByKServe(overrides).json).InferenceService;
    expect(metadata.annotations).toMatchObject({
      'serving.kserve.io/deploymentMode': 'Standard',
      'serving.kserve.io/autoscalerClass': scaler,
      'serving.kserve.io/disable-localmodel': 'true',
    });
    expect(spec.predictor).toMatchObject({ minReplicas: least, maxReplicas: most });
  });

  test.each([
    ['on a full pool', { maxNodes: 1 }, { maxSurge: 0, maxUnavailable: 1 }],
    ['where there is room', { maxNodes: 2 }, { maxSurge: 1, maxUnavailable: 0 }],
  ])('how a rollout goes %s', (_, overrides, rollingUpdate) => {
    expect(predictorOf(overrides).deploymentStrategy).toEqual({ type: 'RollingUpdate', rollingUpdate });
  });

  test('how a rollout that stops all goes', () => {
    expect(predictorOf({ updateStrategy: UpdateStrategy.RECREATE }).deploymentStrategy).toEqual({ type: 'Recreate' });
  });
});

describe('the pods', () => {
  test('are those of a deployment of vLLM but for the names that KServe knows', () => {
    const overrides = { apiKey: KEY };
    const model = { name: 'llama', version: '8b', model: ModelSpec.LLAMA_3_1_8B };
    const { json } = deployVllm({ ...overrides, models: [model] });
    const [own] = json.only('kubernetes_deployment_v1').spec.template.spec.container as Block[];
    const kserve = modelOf({ runtime: KServeRuntime.vllm(overrides) });
    expect(kserve.args).toEqual(own.args);
    // KServe refuses the variable, so that the command sets it.
    const path = (own.env as Block[]).find(({ name }) => name === 'PYTHONPATH');
    expect(kserve.command).toEqual([
      '/usr/bin/env',
      `PYTHONPATH=${path?.value as string}`,
      ...(own.command as string[]),
    ]);
    const names = (container: Block) => (container.env as Block[]).map(({ name }) => name as string);
    expect(names(kserve)).toEqual(names(own).filter((name) => name !== 'PYTHONPATH'));
    expect(kserve.startupProbe.failureThreshold).toBe(own.startup_probe.failure_threshold);
    expect(kserve.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });

  test('fetch what KServe matches by the whole URI, also of a bucket that only Terraform knows', () => {
    const regexOf = (storeOf: (site: Site) => IModelStore) => {
      const json = withSite((site) => {
        const { scope, cluster } = site;
        const made = { cluster, nodePool: site.pool(GpuInstanceType.G5_XLARGE), modelStore: storeOf(site) };
        new KServeInferenceService(scope, 'Chat', { ...made, modelPath: 'llama/8b', model: ModelSpec.LLAMA_3_1_8B });
      });
      const { ClusterStorageContainer: container } = resourcesOf(json);
      return [container.metadata.name, (container.spec.supportedUriFormats as Block[])[0].regex];
    };
    expect(regexOf(({ store }) => store)).toEqual(['inference.chat', '^s3://models/llama/8b$']);
    const dotted = ({ scope }: Site) => ModelStore.fromBucketName(scope, 'Dotted', 'my.models');
    expect(regexOf(dotted)[1]).toBe('^s3://my[.]models/llama/8b$');
    const made = ({ scope }: Site) => new ModelStore(scope, 'Made', {});
    expect(regexOf(made)[1]).toMatch(/^\^s3:\/\/\$\{aws_s3_bucket\.\w+\.bucket\}\/llama\/8b\$$/);
  });

  test('share the volume of the models with the container that fetches them, and bound it', () => {
    const { ClusterStorageContainer: storage, InferenceService: service } = resourcesOf(serveByKServe().json);
    const { predictor } = service.spec;
    expect(predictor.storageContainerName).toBe(storage.metadata.name);
    const name = 'kserve-provision-location';
    const [volume] = (predictor.volumes as Block[]).filter((each) => each.name === name);
    expect(volume.emptyDir.sizeLimit).toMatch(/^\d+Mi$/);
    for (const container of [storage.spec.container, predictor.model]) {
      expect(container.volumeMounts).toContainEqual(expect.objectContaining({ name, mountPath: '/models' }));
      expect(JSON.stringify(container.volumeMounts)).not.toContain('"models"');
    }
    expect(predictor.initContainers).toBeUndefined();
  });

  test('fetch their weights by a container of this service alone, in memory of its own, as a restricted user', () => {
    const { spec } = resourcesOf(serveByKServe().json).ClusterStorageContainer;
    expect(spec).toMatchObject({
      supportedUriFormats: [{ regex: '^s3://models/llama/8b$' }],
      workloadType: 'initContainer',
      container: {
        name: 'storage-initializer',
        resources: { limits: { memory: '2Gi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, runAsNonRoot: true },
      },
    });
    const plan = (spec.container.env as Block[]).find(({ name }) => name === 'MODEL_PLAN')?.value as string;
    expect(plan).toMatch(/^s3:\/\/models\/llama\/8b weights\/llama\/8b /);
  });

  test('act with a role for their folder, or with the credentials of the store', () => {
    expect(serveByKServe().site.store.grants).toEqual([expect.stringMatching(/^read .* llama\/8b$/)]);
    const reach = { credentials: { name: 'store' }, endpoint: 'https://objects.example.com' };
    const { json, site } = serveByKServe({ reach });
    expect(site.store.grants).toEqual([]);
    const { container } = resourcesOf(json).ClusterStorageContainer.spec;
    const mounts = (container.volumeMounts as Block[]).map((mount) => mount.name as string);
    expect(mounts).toContain('model-store-credentials');
    expect(container.env).toContainEqual({ name: 'AWS_ENDPOINT_URL_S3', value: 'https://objects.example.com' });
  });

  test('are counted by the proof that pods find a node', () => {
    const both = () =>
      withSite(({ scope, cluster, store: modelStore, pool }) => {
        const shared = { cluster, modelStore, nodePool: pool(GpuInstanceType.G5_XLARGE, 1) };
        for (const id of ['A', 'B']) {
          new KServeInferenceService(scope, id, { ...shared, modelPath: `${id}/1`, model: ModelSpec.LLAMA_3_1_8B });
        }
      });
    expect(both).toThrow(/'inference\/a' 1 x 1, 'inference\/b' 1 x 1/);
  });

  test.each([
    [
      'chat-predictor',
      'inference',
      'deployment inference/chat-predictor (by KServe), service inference/chat-predictor (by KServe)',
    ],
    ['predictor', 'inference', undefined],
    ['chat-predictor', 'others', undefined],
  ])(
    'come of a Deployment and a Service beside which there is no model %s in namespace %s',
    (name, namespace, what) => {
      const both = () =>
        withSite(({ scope, cluster, store: modelStore, pool }) => {
          const shared = { cluster, modelStore, nodePool: pool(GpuInstanceType.G5_XLARGE, 4) };
          const model = ModelSpec.LLAMA_3_1_8B;
          new KServeInferenceService(scope, 'Chat', { ...shared, modelPath: 'llama/8b', model });
          new VllmDeployment(scope, 'Talk', { ...shared, namespace, models: [{ name, model }] });
        });
      if (what === undefined) expect(both).not.toThrow();
      else expect(both).toThrow(`'test/Talk' and 'test/Chat' both create ${what}, but a cluster has only one object`);
    },
  );

  test('are watched by their own labels', () => {
    const { service, json } = serveByKServe();
    const { labels } = resourcesOf(json).InferenceService.spec.predictor as Block;
    expect(labels).toMatchObject(service.metricsTarget.podSelector);
    expect(service.metricsTarget).toMatchObject({ port: 8000, models: ['llama'], version: '0.24.0', replicas: 1 });
  });
});

describe('a service says', () => {
  test('where it is, what it needs and how it fits', () => {
    const { service } = serveByKServe();
    expect(service).toMatchObject({
      endpoint: 'http://chat-predictor.inference.svc/v1',
      storageUri: 's3://models/llama/8b',
      modelName: 'llama',
      gpusPerPod: 1,
      replicas: 1,
      apiKeySecret: { name: 'chat-api-key', key: 'api-key' },
    });
    expect(service.plan.fits).toBe(true);
    expect(serveByKServe(TRITON).service).toMatchObject({
      endpoint: 'http://chat-predictor.inference.svc',
      apiKeySecret: undefined,
    });
  });

  test.each([
    [KServeRuntime.vllm({ vllmRelease: VllmRelease.V0_33_0 }), 'v0.33.0'],
    [KServeRuntime.triton({ tritonRelease: TritonRelease.of('26.06') }), '26.06-vllm-python-py3'],
  ])('the release of %s', (runtime, version) => {
    expect(modelOf({ runtime }).runtimeVersion).toBe(version);
  });
});

describe('bad input', () => {
  const faults = (overrides: KServeOverrides) =>
    faultsThrown(() => serveByKServe(overrides)).map(({ id, property }) => [id, property]);

  test.each([
    ['s3://models/llama/8b', "; write 'llama/8b'"],
    ['/llama/8b/', "; write 'llama/8b'"],
    ['s3://others/llama/8b', "got 's3://others/llama/8b'"],
    ['llama', "got 'llama'"],
    ['a/b/c', "got 'a/b/c'"],
  ])('the path %s', (modelPath, text) => {
    const [{ id, property, reason }] = faultsThrown(() => serveByKServe({ modelPath }));
    expect([id, property]).toEqual(['INVALID_FORMAT', 'modelPath']);
    expect(reason.endsWith(text)).toBe(true);
  });

  test.each<[string, KServeOverrides, [string, string | undefined][]]>([
    ['another version than the path', { version: '1' }, [['CONFLICTING_PROPERTIES', 'version']]],
    ['a name that is a label no more', { name: 'a'.repeat(49) }, [['INVALID_NAME', 'name']]],
    [
      'what KServe makes by itself',
      { serviceAnnotations: { a: 'b' }, initContainers: [{ name: 'warm', image: 'registry.example.com/warm:1' }] },
      [
        ['NOT_WITH_KSERVE', 'initContainers'],
        ['NOT_WITH_KSERVE', 'serviceAnnotations'],
      ],
    ],
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
      'the name of a container of KServe',
      { sidecars: [{ name: 'transformer-container', image: 'registry.example.com/proxy:1' }] },
      [['RESERVED', 'sidecars[0].name']],
    ],
    [
      'what KServe would read as a template',
      { engineArguments: { override_generation_config: { stop: ['{{'] } } },
      [['NOT_WITH_KSERVE', 'engineArguments']],
    ],
    [
      'a variable that KServe refuses',
      { runtime: KServeRuntime.triton(), environment: { PYTHONPATH: '/opt' } },
      [['NOT_WITH_KSERVE', 'environment.PYTHONPATH']],
    ],
    [
      'names that Triton does not have',
      { runtime: KServeRuntime.triton(), servedModelNames: ['chat'] },
      [['CONFLICTING_PROPERTIES', 'servedModelNames']],
    ],
    [
      'a server of several nodes',
      {
        instanceType: GpuInstanceType.P5_48XLARGE,
        model: ModelSpec.LLAMA_3_1_70B,
        parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }),
      },
      [['KSERVE_SPANS_NODES', 'parallelism']],
    ],
    [
      'a model that does not fit',
      { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.NONE },
      [['MODEL_DOES_NOT_FIT', undefined]],
    ],
    [
      'pods larger than a node',
      { resources: { memory: DataSize.gib(100) } },
      [['POD_EXCEEDS_NODE', 'resources.memory']],
    ],
  ])('%s', (_, overrides, expected) => {
    expect(faults(overrides)).toEqual(expected);
  });

  test('is refused as a whole', () => {
    const found = faults({ serviceAnnotations: { a: 'b' }, environment: { VLLM_SERVER_DEV_MODE: '1' }, version: '2' });
    expect(found.map(([id]) => id).sort()).toEqual(['CONFLICTING_PROPERTIES', 'NOT_WITH_KSERVE', 'RESERVED']);
  });
});
