import {
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  Precision,
  SpeculativeDecoding,
  VllmRelease,
} from '../../../lib/catalog';
import { ModelCache, Sidecar, WeightLoading } from '../../../lib/serving';
import { DataSize } from '../../../lib/units/data-size';
import { faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { Block } from '../../support/synth';
import { VllmOverrides, deployVllm, serverOf } from '../support/vllm-fixtures';

const streamed = (overrides: VllmOverrides = {}) =>
  deployVllm({ weightLoading: WeightLoading.streamed(), ...overrides });
const podOf = (made: ReturnType<typeof deployVllm>) =>
  made.json.only('kubernetes_deployment_v1').spec.template as Block;
const environment = (made: ReturnType<typeof deployVllm>) =>
  Object.fromEntries(serverOf(made.json).env.map(({ name, value }: { name: string; value?: string }) => [name, value]));
const loader = (made: ReturnType<typeof deployVllm>) => {
  const [given] = (serverOf(made.json).args as string[]).filter((each) =>
    each.startsWith('--model-loader-extra-config='),
  );
  return JSON.parse(given.slice(given.indexOf('=') + 1)) as { [name: string]: unknown };
};
const mib = (made: ReturnType<typeof deployVllm>, resource: string) =>
  Number.parseInt(String(serverOf(made.json).resources.requests[resource]), 10);

const ON_FOUR: VllmOverrides = {
  instanceType: GpuInstanceType.G5_12XLARGE,
  model: { parallelism: Parallelism.of({ tensor: 4 }) },
};
const CREDENTIALS = { name: 'store' };

test('nothing copies weights, and no volume is there for them', () => {
  const { spec } = podOf(streamed());
  expect(spec.volume.map(({ name }: Block) => name).sort()).toEqual(['cache', 'config', 'probes', 'shm', 'tmp']);
  expect(serverOf(streamed().json).volume_mount.map(({ name }: Block) => name)).not.toContain('models');
});

test('an init container looks whether the folder is complete', () => {
  const made = streamed();
  const [look, ...others] = podOf(made).spec.init_container as Block[];
  expect(others).toEqual([]);
  expect(look.command).toEqual(['/bin/sh', '/etc/vllm/check-streamed.sh']);
  expect(look.env).toContainEqual({ name: 'STREAMED_URI', value: (serverOf(made.json).args as string[])[0] });
  expect(Object.keys(made.json.only('kubernetes_config_map_v1').data as Block).sort()).toEqual([
    'check-streamed.sh',
    'models.json',
    'probe_vllm.py',
    'vllm_guard.py',
  ]);
});

test('COPIED is the default', () => {
  expect(podOf(deployVllm({ weightLoading: WeightLoading.COPIED }))).toEqual(podOf(deployVllm()));
  expect(idsOf(warningsOf(deployVllm().deployment))).not.toContain('WEIGHTS_NOT_VERIFIED');
});

test('the engine reads the folder of the version in the store', () => {
  const args = serverOf(streamed().json).args as string[];
  expect(args[0]).toMatch(/^s3:\/\/.+\/chat\/1$/);
  expect(args.slice(1, 3)).toEqual(['--served-model-name', 'chat']);
  expect(args).toContain('--load-format=runai_streamer');
});

test('threads follow what each process reads, the buffer what is read', () => {
  expect(loader(streamed())).toEqual({ concurrency: 8, memory_limit: 4 * 1024 ** 3, distributed: false });
  const large = { instanceType: GpuInstanceType.P5_48XLARGE };
  const model = { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8 }) };
  const big = streamed({ ...large, model: { ...model, parallelism: Parallelism.of({ tensor: 4 }) } });
  expect(loader(big)).toMatchObject({ concurrency: 9, distributed: true });
  const own = WeightLoading.streamed({ concurrency: 24, memoryLimit: DataSize.gib(2) });
  expect(loader(streamed({ weightLoading: own }))).toMatchObject({ concurrency: 24, memory_limit: 2 * 1024 ** 3 });
});

test('a limit above the files takes no more than the files', () => {
  const weightLoading = WeightLoading.streamed({ memoryLimit: DataSize.gib(500) });
  const { memory_limit: limit } = loader(streamed({ weightLoading, instanceType: GpuInstanceType.G6E_4XLARGE }));
  expect(Number(limit) / 1e9).toBeCloseTo(16.06, 1);
});

test.each([
  ['one GPU', {}, 1],
  ['four GPUs', ON_FOUR, 4],
])('the memory of buffers and clones is requested, for %s', (_, overrides: VllmOverrides, gpus) => {
  const limited = (gib: number) =>
    mib(
      streamed({ weightLoading: WeightLoading.streamed({ memoryLimit: DataSize.gib(gib) }), ...overrides }),
      'memory',
    );
  // The table of 128,256 tokens in 16 bits.
  const clone = (128256 * 4096 * 2) / 1024 ** 2;
  expect(limited(2) - mib(deployVllm(overrides), 'memory')).toBeCloseTo(gpus * (2048 + clone), -1);
  expect(limited(3) - limited(2)).toBe(gpus * 1024);
});

test('disk is requested for what compiles, not for weights', () => {
  const [with_, without] = [streamed(), deployVllm()].map((made) => mib(made, 'ephemeral-storage'));
  expect(with_).toBe(12 * 1024);
  expect(without - with_).toBeGreaterThan(15 * 1024);
});

test('all experts of a layer may be one tensor', () => {
  const model = { model: ModelSpec.LLAMA_4_MAVERICK, precision: Precision.FP8, contextLength: 8192 };
  const made = streamed({ instanceType: GpuInstanceType.P5_48XLARGE, model });
  expect(Number(loader(made).memory_limit)).toBe(2 * 5120 * 128 * 8192);
});

test('the budget is that of the network, as often as files are read', () => {
  const budget = (overrides: VllmOverrides = {}) => streamed(overrides).deployment.startupBudget.toSeconds();
  // 300 s for the engine, and 16.06 GB at 200 MB/s.
  expect(budget()).toBe(420);
  expect(loader(streamed(ON_FOUR)).distributed).toBe(true);
  expect(budget(ON_FOUR)).toBe(420);
});

test('its own container has the role that reads the folder, and others of the pod have not', () => {
  const annotations = (overrides?: VllmOverrides) => podOf(streamed(overrides)).metadata.annotations as Block;
  const skipped = 'eks.amazonaws.com/skip-containers';
  expect(annotations()).not.toHaveProperty([skipped]);
  const sidecars: Sidecar[] = [{ name: 'proxy', image: 'registry.example.com/proxy:1' }];
  expect(annotations({ sidecars })[skipped]).toBe('proxy');
  const { grants } = streamed().site.store;
  expect(grants).toEqual([expect.stringMatching(/^read .+ chat\/1$/)]);
});

test('another store than AWS has its endpoint, its paths and its credentials', () => {
  const reach = { credentials: CREDENTIALS, endpoint: 'https://objects.example.test' };
  const made = streamed({ reach });
  expect(environment(made)).toMatchObject({
    AWS_ENDPOINT_URL: 'https://objects.example.test',
    AWS_EC2_METADATA_DISABLED: 'true',
    RUNAI_STREAMER_S3_USE_VIRTUAL_ADDRESSING: '0',
    AWS_SHARED_CREDENTIALS_FILE: '/var/run/secrets/model-store/credentials',
  });
  expect(serverOf(made.json).volume_mount.map(({ name }: Block) => name)).toContain('model-store-credentials');
  expect(environment(streamed())).not.toHaveProperty('AWS_ENDPOINT_URL');
  expect(environment(deployVllm({ reach }))).not.toHaveProperty('AWS_SHARED_CREDENTIALS_FILE');
});

test('explain says how weights come', () => {
  const explained = (overrides: VllmOverrides = {}) => streamed(overrides).deployment.explain().split('\n')[2];
  expect(explained()).toBe(
    'weights: streamed from the model store at every start, by 8 threads into 4096 MiB of host memory; not checked by SHA256SUMS',
  );
  expect(explained(ON_FOUR)).toContain('4096 MiB of host memory for each of 4 GPUs, each reads its part and sends');
  expect(deployVllm().deployment.explain()).not.toContain('streamed');
});

test('that nothing checks them is a warning', () => {
  expect(idsOf(warningsOf(streamed().deployment))).toContain('WEIGHTS_NOT_VERIFIED');
});

const DRAFT = SpeculativeDecoding.nGram({ tokens: 3 });

test('tokens that followed earlier are drafted without files', () => {
  expect(() => streamed({ model: { speculativeDecoding: DRAFT } })).not.toThrow();
});

test.each<[string, VllmOverrides, string]>([
  [
    'a cache',
    { modelCache: ModelCache.claim({ claimName: 'w', size: DataSize.gib(50) }) },
    'CONFLICTING_PROPERTIES modelCache',
  ],
  ['an earlier release', { vllmRelease: VllmRelease.of('0.22.1') }, 'STREAMING_UNSUPPORTED weightLoading'],
  [
    'adapters',
    { model: { loraAdapters: [{ name: 'legal', rank: 8 }] } },
    'STREAMING_UNSUPPORTED models[0].loraAdapters',
  ],
  [
    'a draft model',
    {
      instanceType: GpuInstanceType.G6E_2XLARGE,
      model: {
        speculativeDecoding: SpeculativeDecoding.draftModel({
          tokens: 3,
          model: ModelSpec.LLAMA_3_2_1B,
          name: 'small',
        }),
      },
    },
    'STREAMING_UNSUPPORTED models[0].speculativeDecoding',
  ],
  [
    'a server of several nodes',
    {
      instanceType: GpuInstanceType.G5_XLARGE,
      maxNodes: 2,
      model: { parallelism: Parallelism.of({ tensor: 1, pipeline: 2 }) },
    },
    'STREAMING_UNSUPPORTED models[0].parallelism',
  ],
  [
    'another loader',
    { model: { engineArguments: { load_format: 'safetensors' } } },
    'STREAMING_UNSUPPORTED models[0].engineArguments.load_format',
  ],
  ['another loader by flag', { extraArguments: ['--load-format=dummy'] }, 'RESERVED extraArguments[0]'],
  ['other settings by flag', { extraArguments: ['--model-loader-extra-config={}'] }, 'RESERVED extraArguments[0]'],
  [
    'another buffer by variable',
    { environment: { RUNAI_STREAMER_MEMORY_LIMIT: '-1' } },
    "RESERVED environment['RUNAI_STREAMER_MEMORY_LIMIT']",
  ],
  [
    'another store by variable',
    { environment: { AWS_ENDPOINT_URL: 'https://x.test' } },
    "RESERVED environment['AWS_ENDPOINT_URL']",
  ],
  [
    'an endpoint without credentials',
    { reach: { endpoint: 'https://objects.example.test' } as VllmOverrides['reach'] },
    'STREAMING_UNSUPPORTED weightLoading',
  ],
  [
    'no threads',
    { weightLoading: WeightLoading.streamed({ concurrency: 0 }) },
    'NOT_A_WHOLE_NUMBER weightLoading.concurrency',
  ],
  [
    'half a thread',
    { weightLoading: WeightLoading.streamed({ concurrency: 8.5 }) },
    'NOT_A_WHOLE_NUMBER weightLoading.concurrency',
  ],
  [
    'no memory',
    { weightLoading: WeightLoading.streamed({ memoryLimit: DataSize.ZERO }) },
    'OUT_OF_RANGE weightLoading.memoryLimit',
  ],
  [
    'less than a tensor',
    { weightLoading: WeightLoading.streamed({ memoryLimit: DataSize.gib(0.5) }) },
    'STREAM_BUFFER_TOO_SMALL weightLoading.memoryLimit',
  ],
  ['less memory than buffers', { resources: { memory: DataSize.gib(4) } }, 'RESOURCES_TOO_SMALL resources.memory'],
  [
    'a container that looks at the weights before',
    {
      initContainers: [
        { name: 'look', image: 'registry.example.com/x:1', volumeMounts: [{ volume: 'models', path: '/m' }] },
      ],
    },
    'UNKNOWN_VALUE initContainers[0].volumeMounts[0].volume',
  ],
  [
    'bitsandbytes',
    { model: { quantization: 'bitsandbytes', precision: Precision.INT4 } },
    'STREAMING_UNSUPPORTED models[0].quantization',
  ],
])('refused beside streamed weights: %s', (_, overrides, expected) => {
  const found = idsOf(faultsThrown(() => streamed(overrides)));
  expect(found).toContain(expected);
});
