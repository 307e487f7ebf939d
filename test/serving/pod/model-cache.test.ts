import { GpuInstanceType, GpuInterconnect, GpuNodeType, GpuType, ModelSpec, Parallelism } from '../../../lib/catalog';
import { RdmaFabric } from '../../../lib/network';
import { ModelCache, TritonDeployment, TritonModel, VllmDeployment } from '../../../lib/serving';
import { DataSize } from '../../../lib/units';
import { Fault } from '../../../lib/units/fault';
import { Block, Synthesized } from '../../support/synth';
import { Site, onnxProps, withSite } from '../support/fixtures';
import { CHAT, VllmOverrides, deployVllm } from '../support/vllm-fixtures';

/** Eight GPUs and a disk of 7 TiB. */
const NODE = GpuInstanceType.P4D_24XLARGE;
const modelCache = ModelCache.onNode({ size: DataSize.gib(500) });
const cached = (more: VllmOverrides = {}) => deployVllm({ instanceType: NODE, modelCache, ...more });

const faultsOf = (make: () => unknown): string[] => {
  try {
    make();
    return [];
  } catch (error) {
    return (error as { faults: Fault[] }).faults.map(({ id, property }) => `${id} ${property}`);
  }
};
const podOf = (json: Synthesized, name?: string): Block =>
  (name ? json.byName('kubernetes_deployment_v1', name) : json.only('kubernetes_deployment_v1')).spec.template.spec;
const containerOf = (spec: Block, name: string): Block =>
  [...spec.init_container, ...spec.container].find((each: Block) => each.name === name);
const mountsOf = (spec: Block, name: string): { [path: string]: string } =>
  Object.fromEntries(
    containerOf(spec, name).volume_mount.map((each: Block) => [
      each.mount_path,
      `${each.name}${each.read_only ? ', read-only' : ''}`,
    ]),
  );
const envOf = (spec: Block, name: string): { [name: string]: unknown } =>
  Object.fromEntries(containerOf(spec, name).env.map((each: Block) => [each.name, each.value ?? each.value_from]));

describe('a cache on the nodes of a pool', () => {
  const { json } = cached();
  const spec = podOf(json);

  test('is a claim for the folder of whichever node of the pool a pod is on', () => {
    const volume = json.only('kubernetes_persistent_volume_v1');
    const claim = json.only('kubernetes_persistent_volume_claim_v1');
    expect(volume.spec[0]).toMatchObject({
      persistent_volume_source: { local: { path: '/var/lib/kubelet/model-cache' } },
      node_affinity: {
        required: {
          node_selector_term: [
            { match_expressions: [{ key: 'gpu-inference-constructs/pool', operator: 'In', values: ['gpu'] }] },
          ],
        },
      },
      claim_ref: { name: claim.metadata.name, namespace: 'inference' },
      persistent_volume_reclaim_policy: 'Retain',
    });
    expect(claim.spec.volume_name).toBe(volume.metadata.name);
    expect(claim.spec.storage_class_name).toBe(volume.spec[0].storage_class_name);
    expect(spec.volume).toContainEqual({
      name: 'model-cache',
      persistent_volume_claim: { claim_name: claim.metadata.name },
    });
    expect(JSON.stringify(spec)).not.toContain('host_path');
  });

  test('is reserved on each node, for the scheduler too, by a pod that creates the folder', () => {
    const { metadata, spec: own } = json.only('kubernetes_daemon_set_v1');
    expect(metadata.namespace).toBe('model-cache');
    const pod = own.template.spec;
    expect(pod.node_selector).toEqual({ 'gpu-inference-constructs/pool': 'gpu' });
    expect(pod.volume).toEqual([
      { name: 'model-cache', host_path: { path: '/var/lib/kubelet/model-cache', type: 'DirectoryOrCreate' } },
    ]);
    expect(pod.container[0].resources.requests['ephemeral-storage']).toBe(`${500 * 1024}Mi`);
    expect(pod.toleration).toEqual([expect.objectContaining({ key: 'nvidia.com/gpu' })]);
    const levels = Object.fromEntries(
      json
        .resources('kubernetes_namespace_v1')
        .map(({ metadata: { name, labels } }: Block) => [name, labels['pod-security.kubernetes.io/enforce']]),
    );
    expect(levels).toEqual({ inference: 'restricted', 'model-cache': 'privileged' });
  });

  test('is written by what fills and what holds it, and read by the server', () => {
    expect(mountsOf(spec, 'fetch-weights')).toMatchObject({
      '/model-cache': 'model-cache',
      '/var/cache/vllm': 'cache',
    });
    expect(mountsOf(spec, 'hold-weights')).toMatchObject({
      '/model-cache': 'model-cache',
      '/models': 'models, read-only',
      '/var/cache/vllm': 'cache, read-only',
    });
    expect(mountsOf(spec, 'vllm')).toMatchObject({
      '/model-cache': 'model-cache, read-only',
      '/models': 'models, read-only',
    });
    expect(envOf(spec, 'fetch-weights')).toMatchObject({
      MODEL_PLAN: '',
      CACHE_PLAN: expect.stringContaining('s3://models/chat/1 weights/chat/1 '),
      CACHE_MIB: String(500 * 1024),
      POD_UID: { field_ref: { field_path: 'metadata.uid' } },
    });
    expect(json.only('kubernetes_deployment_v1').spec.template.metadata.annotations).toMatchObject({
      'eks.amazonaws.com/skip-containers': 'vllm,hold-weights',
    });
  });

  test('leaves pods without disk for weights', () => {
    const disk = (pod: Block) => parseInt(containerOf(pod, 'vllm').resources.requests['ephemeral-storage'], 10);
    const without = podOf(deployVllm({ instanceType: NODE }).json);
    expect(disk(without) - disk(spec)).toBeGreaterThan(15 * 1024);
    expect(disk(spec)).toBeLessThan(13 * 1024);
  });

  test('is made once for all servers of the pool, with a claim in each namespace', () => {
    const two = withSite((site) => {
      const nodePool = site.pool(NODE, 2);
      const props = { cluster: site.cluster, nodePool, modelStore: site.store, modelCache };
      new VllmDeployment(site.scope, 'A', { ...props, models: [{ ...CHAT, name: 'a' }] });
      new VllmDeployment(site.scope, 'B', { ...props, models: [{ ...CHAT, name: 'b' }] });
      new VllmDeployment(site.scope, 'C', { ...props, namespace: 'other', models: [{ ...CHAT, name: 'c' }] });
    });
    expect(two.resources('kubernetes_daemon_set_v1')).toHaveLength(1);
    const claims = two
      .resources('kubernetes_persistent_volume_claim_v1')
      .map(({ metadata }: Block) => metadata.namespace);
    expect(claims.sort()).toEqual(['inference', 'other']);
    expect(two.resources('kubernetes_persistent_volume_v1')).toHaveLength(2);
  });

  test('another path is another claim, so that pods move from one to the other', () => {
    const other = cached({ modelCache: ModelCache.onNode({ size: DataSize.gib(500), path: '/data/cache' }) }).json;
    const larger = cached({ modelCache: ModelCache.onNode({ size: DataSize.gib(600) }) }).json;
    const nameOf = (of: Synthesized) => of.only('kubernetes_persistent_volume_claim_v1').metadata.name;
    expect(nameOf(other)).not.toBe(nameOf(json));
    expect(nameOf(larger)).toBe(nameOf(json));
  });
});

describe('what an engine compiles', () => {
  const keyOf = (more: VllmOverrides = {}) => envOf(podOf(cached(more).json), 'hold-weights').COMPILED_KEY;
  const own = keyOf();

  test('is kept for the same image, GPU, model and flags', () => {
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    expect(keyOf({ replicas: 2 })).toBe(own);
    const { json } = cached();
    expect(envOf(podOf(json), 'fetch-weights').COMPILED_KEY).toBe(own);
  });

  test.each<[string, VllmOverrides]>([
    ['image', { vllmImage: 'registry.example.com/vllm:v0.24.0-own' }],
    ['GPU', { instanceType: GpuInstanceType.P5_48XLARGE }],
    ['version of the model', { model: { version: '2' } }],
    ['flag', { model: { maxSequences: 8 } }],
    ['variable', { environment: { VLLM_ATTENTION_BACKEND: 'FLASHINFER' } }],
  ])('and for no other %s', (_, more) => {
    expect(keyOf(more)).not.toBe(own);
  });
});

test('a claim of the user is mounted, and nothing is made', () => {
  const claim = ModelCache.claim({ claimName: 'shared-weights', size: DataSize.gib(100) });
  const { json } = cached({ modelCache: claim });
  expect(podOf(json).volume).toContainEqual({
    name: 'model-cache',
    persistent_volume_claim: { claim_name: 'shared-weights' },
  });
  for (const type of ['daemon_set', 'persistent_volume', 'persistent_volume_claim'])
    expect(json.resources(`kubernetes_${type}_v1`)).toEqual([]);
});

test('the pods of a group all have it', () => {
  const { json } = deployVllm({
    instanceType: GpuInstanceType.P5_48XLARGE,
    maxNodes: 2,
    fabric: RdmaFabric.efa(),
    vllmImage: 'registry.example.com/vllm-efa:0.24.0',
    modelCache,
    model: { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
  });
  const values = JSON.stringify(json.resources('helm_release'));
  expect(values.match(/hold-weights\.sh/g)?.length).toBeGreaterThanOrEqual(2);
  // The first node and the others differ by their flags, and each of the others by its number.
  const keys = [...values.matchAll(/COMPILED_KEY[^A-Z]*?([0-9a-f]{32}-\$\(LWS_WORKER_INDEX\))/g)].map(([, key]) => key);
  expect(keys).toHaveLength(4);
  expect(new Set(keys).size).toBe(2);
  expect(json.resources('kubernetes_persistent_volume_claim_v1')).toHaveLength(1);
});

test("Triton's language models are in it, and what Triton scans is copied", () => {
  const language = TritonModel.vllm({ name: 'llama', model: ModelSpec.LLAMA_3_1_8B });
  const json = withSite((site: Site) => {
    new TritonDeployment(site.scope, 'Talk', {
      cluster: site.cluster,
      nodePool: site.pool(NODE),
      modelStore: site.store,
      models: [language],
      modelCache,
    });
    new TritonDeployment(site.scope, 'Score', {
      cluster: site.cluster,
      nodePool: site.pool(NODE, 2, 'other'),
      modelStore: site.store,
      models: [TritonModel.onnxRuntime({ ...onnxProps, name: 'score' })],
      modelCache,
    });
  });
  expect(envOf(podOf(json, 'talk'), 'assemble-repository')).toMatchObject({
    CACHE_PLAN: expect.stringContaining('weights/llama/1'),
    MODEL_PLAN: '',
  });
  expect(envOf(podOf(json, 'score'), 'assemble-repository')).toMatchObject({
    CACHE_PLAN: '',
    MODEL_PLAN: expect.stringContaining('repository/score/1'),
  });
});

describe('is refused', () => {
  const size = DataSize.gib(500);
  test.each<[string, () => unknown, string[]]>([
    [
      'larger than the disk',
      () => cached({ modelCache: ModelCache.onNode({ size: DataSize.gib(9000) }) }),
      ['CACHE_EXCEEDS_DISK modelCache.size'],
    ],
    [
      'smaller than what runs on a node at the same time',
      () =>
        cached({
          modelCache: ModelCache.onNode({ size: DataSize.gib(20) }),
          models: [
            { ...CHAT, name: 'a' },
            { ...CHAT, name: 'b' },
          ],
        }),
      ['MODELS_EXCEED_CACHE modelCache.size'],
    ],
    [
      'without a size',
      () => cached({ modelCache: ModelCache.onNode({ size: DataSize.ZERO }) }),
      ['OUT_OF_RANGE modelCache.size'],
    ],
    ...['cache', '/', '/var/lib/kubelet', '/a/../b', '/a/', '/with space'].map(
      (path): [string, () => unknown, string[]] => [
        `at ${path}`,
        () => cached({ modelCache: ModelCache.onNode({ size, path }) }),
        ['INVALID_FORMAT modelCache.path'],
      ],
    ),
    [
      'in a namespace of no name',
      () => cached({ modelCache: ModelCache.onNode({ size, namespace: 'No' }) }),
      ['INVALID_NAME modelCache.namespace'],
    ],
    [
      'on a claim of no name',
      () => cached({ modelCache: ModelCache.claim({ size, claimName: 'No!' }) }),
      ['INVALID_NAME modelCache.claimName'],
    ],
    [
      'too small a claim for all models',
      () => cached({ modelCache: ModelCache.claim({ size: DataSize.gib(10), claimName: 'c' }) }),
      ['MODELS_EXCEED_CACHE modelCache.size'],
    ],
  ])('%s', (_, make, faults) => {
    expect(faultsOf(make)).toEqual(faults);
  });

  test('two of different sizes on one pool', () => {
    const both = () =>
      withSite((site) => {
        const props = { cluster: site.cluster, nodePool: site.pool(NODE, 2), modelStore: site.store };
        new VllmDeployment(site.scope, 'A', { ...props, modelCache, models: [{ ...CHAT, name: 'a' }] });
        const other = ModelCache.onNode({ size: DataSize.gib(600) });
        new VllmDeployment(site.scope, 'B', { ...props, modelCache: other, models: [{ ...CHAT, name: 'b' }] });
      });
    expect(faultsOf(both)).toEqual(['MODEL_CACHES_DIFFER modelCache']);
  });

  test('one that holds each deployment, and not both', () => {
    const small = ModelCache.onNode({ size: DataSize.gib(20) });
    const both = () =>
      withSite((site) => {
        const props = {
          cluster: site.cluster,
          nodePool: site.pool(NODE, 2),
          modelStore: site.store,
          modelCache: small,
        };
        new VllmDeployment(site.scope, 'A', { ...props, models: [{ ...CHAT, name: 'a' }] });
        new VllmDeployment(site.scope, 'B', { ...props, models: [{ ...CHAT, name: 'b' }] });
      });
    expect(both).toThrow(
      /modelCache\.size must be at least \d+ MiB, because a p4d\.24xlarge of pool 'gpu' can run 'a' \d+ MiB, 'b' \d+ MiB at the same time/,
    );
  });

  /** What is refused of servers on pools of these names, in that order. */
  const refusedOf = (
    all: { pool?: string; namespace?: string; version?: string; name?: string; cache: ModelCache }[],
  ): string | undefined => {
    try {
      withSite((site) => {
        const { cluster, store: modelStore } = site;
        const names = [...new Set(all.map(({ pool = 'gpu' }) => pool))];
        const pools = Object.fromEntries(names.map((name) => [name, site.pool(NODE, 2, name)]));
        all.forEach(({ pool = 'gpu', namespace, name = 'chat', version = '1', cache }, i) => {
          const props = { cluster, modelStore, namespace, nodePool: pools[pool], modelCache: cache, replicas: 1 };
          const models = [{ ...CHAT, name, version }];
          new VllmDeployment(site.scope, `D${i}`, { ...props, name: `d${i}`, models });
        });
      });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const node = ModelCache.onNode({ size: DataSize.gib(20) });
  const claim = (gib: number, claimName = 'c') => ModelCache.claim({ size: DataSize.gib(gib), claimName });

  test.each<[string, Parameters<typeof refusedOf>[0], RegExp | undefined]>([
    [
      'versions of one name in two namespaces of a pool, which are other files',
      [
        { namespace: 'x', cache: node },
        { namespace: 'y', version: '2', cache: node },
      ],
      /can run 'x\/chat' \d+ MiB, 'y\/chat' \d+ MiB at the same time/,
    ],
    [
      'one version in two namespaces of a pool, which is there once',
      [
        { namespace: 'x', cache: node },
        { namespace: 'y', cache: node },
      ],
      undefined,
    ],
    [
      'a claim that servers of two pools mount',
      [
        { pool: 'p', name: 'a', cache: claim(20) },
        { pool: 'q', name: 'b', cache: claim(20) },
      ],
      /its servers need 'a' \d+ MiB, 'b' \d+ MiB, .*; raise it, or give some of them a claim of their own/,
    ],
    [
      'claims of one name in two namespaces, which are two volumes',
      [
        { namespace: 'x', name: 'a', cache: claim(20) },
        { namespace: 'y', name: 'b', cache: claim(20) },
      ],
      undefined,
    ],
    [
      'a claim of two sizes, also from two pools',
      [
        { pool: 'p', name: 'a', cache: claim(300) },
        { pool: 'q', name: 'b', cache: claim(30) },
      ],
      /with claim 'c' of namespace 'inference', which is one cache: that of '.*' is 307200 MiB; got 30720 MiB/,
    ],
    [
      'two claims of different sizes',
      [
        { name: 'a', cache: claim(300) },
        { name: 'b', cache: claim(30, 'd') },
      ],
      undefined,
    ],
  ])('or takes: %s', (_, all, refused) => {
    if (refused === undefined) expect(refusedOf(all)).toBeUndefined();
    else expect(refusedOf(all)).toMatch(refused);
  });

  test('one that leaves no disk for its pods, by the proof as well', () => {
    const hardware = GpuNodeType.custom({
      name: 'small-disk',
      gpu: GpuType.H100,
      gpuCount: 8,
      vcpus: 192,
      memory: DataSize.gib(2000),
      localStorage: DataSize.gib(100),
      interconnect: GpuInterconnect.NVSWITCH,
      networkBandwidthGbps: 400,
    });
    const on = (gib: number) => () =>
      deployVllm({
        instanceType: hardware,
        modelCache: ModelCache.onNode({ size: DataSize.gib(gib) }),
        model: { replicas: 1 },
      });
    expect(faultsOf(on(30))).toEqual([]);
    expect(faultsOf(on(50))).toEqual(['POD_EXCEEDS_NODE resources.ephemeralStorage']);
    expect(on(50)).toThrow(/local disk beside the 51200 MiB of its modelCache/);
  });
});
