import { ClusterChecks } from '../../../lib/scheduling';
import { ServedModel, VllmDeployment } from '../../../lib/serving';
import { GpuInstanceType, ModelSpec, ReasoningParser, ToolCallParser, VllmRelease } from '../../../lib/catalog';
import { DataSize } from '../../../lib/units/data-size';
import { Duration } from '../../../lib/units/duration';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { deploy } from '../support/fixtures';
import { CHAT, VllmOverrides, deployVllm, serverOf } from '../support/vllm-fixtures';

const adapter = (rank: number) => ({ name: 'legal', rank });

test.each<[string, VllmOverrides, string]>([
  ['no models', { models: [] }, 'EMPTY_LIST models'],
  ['two of one name', { models: [CHAT, CHAT] }, 'DUPLICATE models'],
  [
    'two of one served name',
    { models: [CHAT, { ...CHAT, name: 'other', servedModelNames: ['chat'] }] },
    'DUPLICATE models',
  ],
  ['an adapter of a served name', { model: { loraAdapters: [{ name: 'chat', rank: 8 }] } }, 'DUPLICATE models'],
  ['two of one Kubernetes name', { models: [CHAT, { ...CHAT, name: 'Chat' }] }, 'DUPLICATE models'],
  ['a name that no Service can have', { model: { name: '8b' } }, 'INVALID_NAME models'],
  ['no served names', { model: { servedModelNames: [] } }, 'EMPTY_LIST models[0].servedModelNames'],
  [
    'a served name with a space',
    { model: { servedModelNames: ['a b'] } },
    'INVALID_NAME models[0].servedModelNames[0]',
  ],
  [
    'a rank above that of the server',
    { model: { maxLoraRank: 16, loraAdapters: [adapter(32)] } },
    'LORA_RANK_TOO_HIGH models[0].loraAdapters[0].rank',
  ],
  [
    'a rank above all',
    { model: { loraAdapters: [adapter(600)] } },
    'LORA_RANK_TOO_HIGH models[0].loraAdapters[0].rank',
  ],
  [
    'a rank that vLLM does not take',
    { model: { maxLoraRank: 24, loraAdapters: [adapter(16)] } },
    'OUT_OF_RANGE models[0].maxLoraRank',
  ],
  ['a rank without adapters', { model: { maxLoraRank: 16 } }, 'CONFLICTING_PROPERTIES models[0].maxLoraRank'],
  ['a rank of zero', { model: { loraAdapters: [adapter(0)] } }, 'NOT_A_WHOLE_NUMBER models[0].loraAdapters[0].rank'],
  [
    'a parser that came later',
    { vllmRelease: VllmRelease.of('0.15.1'), model: { toolCallParser: ToolCallParser.of('kimi_k3') } },
    'PARSER_NOT_IN_VLLM models[0].toolCallParser',
  ],
  [
    'a parser that is gone',
    { vllmRelease: VllmRelease.of('0.24.0'), model: { toolCallParser: ToolCallParser.of('minimax') } },
    'PARSER_NOT_IN_VLLM models[0].toolCallParser',
  ],
  [
    'a parser of reasoning that came later',
    { vllmRelease: VllmRelease.of('0.20.0'), model: { reasoningParser: ReasoningParser.of('glm47') } },
    'PARSER_NOT_IN_VLLM models[0].reasoningParser',
  ],
  [
    'a bound of the queue before there was one',
    { maxQueuedRequests: 4 },
    'ENGINE_ARGUMENT_NOT_IN_VLLM maxQueuedRequests',
  ],
  [
    'a bound below zero',
    { vllmRelease: VllmRelease.of('0.31.0'), maxQueuedRequests: -1 },
    'NOT_A_WHOLE_NUMBER maxQueuedRequests',
  ],
  [
    'an argument that is gone',
    { model: { engineArguments: { swap_space: 4 } } },
    'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.swap_space',
  ],
  ...Object.entries({
    ...{ scheduling_policy: 'bogus', load_format: 'nonsense', config_format: 'bogus', logprobs_mode: 'raw' },
    ...{ optimization_level: 9, performance_mode: 'fast', load_format_gone: 'gguf', load_format_new: 'ipc_cache' },
  }).map(([name, value]): [string, VllmOverrides, string] => [
    `no choice: ${name} ${value}`,
    { model: { engineArguments: { [name.replace(/_(gone|new)$/, '')]: value } } },
    `ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM models[0].engineArguments.${name.replace(/_(gone|new)$/, '')}`,
  ]),
  ...['--scheduling-policy=bogus', '--load-format=gguf', '--scheduling-pol=bogus'].map(
    (flag): [string, VllmOverrides, string] => [
      `no choice: ${flag}`,
      { extraArguments: [flag] },
      'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM extraArguments[0]',
    ],
  ),
  [
    'no choice, as the next word',
    { extraArguments: ['--scheduling-policy', 'bogus'] },
    'ENGINE_ARGUMENT_CHOICE_NOT_IN_VLLM extraArguments[0]',
  ],
  ...Object.entries({ stream_interval: 0, watermark: 1, block_size: -16, max_loras: 0 }).map(
    ([name, value]): [string, VllmOverrides, string] => [
      `out of bounds: ${name} ${value}`,
      { model: { engineArguments: { [name]: value } } },
      `OUT_OF_RANGE models[0].engineArguments.${name}`,
    ],
  ),
  ...Object.entries({
    ...{ enable_sleep_mode: 'true', use_tqdm_on_load: 1, master_port: 'x', watermark: 'much', download_dir: 3 },
    ...{ eplb_config: 3, kv_events_config: [], optimization_level: 'x', ubatch_size: 1.5 },
  }).map(([name, value]): [string, VllmOverrides, string] => [
    `another kind: ${name} ${String(value)}`,
    { model: { engineArguments: { [name]: value } } },
    `WRONG_KIND models[0].engineArguments.${name}`,
  ]),
  [
    'an argument of a property',
    { model: { engineArguments: { served_model_name: 'x' } } },
    'RESERVED models[0].engineArguments.served_model_name',
  ],
  ['a flag of a property', { extraArguments: ['--api-key'] }, 'RESERVED extraArguments[0]'],
  ['a flag of the plan', { extraArguments: ['--max_model_len', '4096'] }, 'RESERVED extraArguments[0]'],
  ['a flag begun', { extraArguments: ['--served-model=x'] }, 'RESERVED extraArguments[0]'],
  [
    'a flag of the plan, nested',
    { extraArguments: ['--speculative-config.method=ngram'] },
    'RESERVED extraArguments[0]',
  ],
  ['a flag of the plan begun', { extraArguments: ['--max-model-l=4096'] }, 'RESERVED extraArguments[0]'],
  [
    'another name of a flag of the plan',
    { vllmRelease: VllmRelease.of('0.32.0'), extraArguments: ['--device-memory-utilization=0.5'] },
    'RESERVED extraArguments[0]',
  ],
  [
    'a server beside the guard',
    { vllmRelease: VllmRelease.of('0.28.0'), extraArguments: ['--grpc'] },
    'RESERVED extraArguments[0]',
  ],
  ['files for every request', { extraArguments: ['--allowed-local-media-path=/'] }, 'RESERVED extraArguments[0]'],
  ['a secret', { extraArguments: ['--max-logprobs=5', '--hf-token'] }, 'RESERVED extraArguments[1]'],
  ['a short form', { extraArguments: ['-tp', '2'] }, 'INVALID_FORMAT extraArguments[0]'],
  ...[
    'prefill_context_parallel_size',
    'decode_context_parallel_size',
    'nnodes',
    'data_parallel_rank',
    'data_parallel_address',
  ].map((each): [string, VllmOverrides, string] => [
    each,
    { model: { engineArguments: { [each]: 2 } } },
    `RESERVED models[0].engineArguments.${each}`,
  ]),
  ...['kv-cache-memory-bytes', 'num-gpu-blocks-override', 'node-rank', 'max-loras', 'max-cpu-loras', 'enable-lora'].map(
    (each): [string, VllmOverrides, string] => [
      `--${each}`,
      { extraArguments: [`--${each}`, '2'] },
      'RESERVED extraArguments[0]',
    ],
  ),
  [
    'prefixes on the host beside the plan',
    { model: { engineArguments: { kv_transfer_config: { kv_connector: 'OffloadingConnector' } } } },
    'RESERVED models[0].engineArguments.kv_transfer_config',
  ],
  [
    'prefixes on the host by another connector, within several',
    {
      model: {
        engineArguments: { kv_transfer_config: { connectors: [{ kv_connector: 'SimpleCPUOffloadConnector' }] } },
      },
    },
    'RESERVED models[0].engineArguments.kv_transfer_config',
  ],
  [
    'a switch of the connector',
    { environment: { VLLM_USE_SIMPLE_KV_OFFLOAD: '1' } },
    "RESERVED environment['VLLM_USE_SIMPLE_KV_OFFLOAD']",
  ],
  ...['hf_overrides', 'limit_mm_per_prompt'].map((name): [string, VllmOverrides, string] => [
    `${name} as a text`,
    { model: { engineArguments: { [name]: '{"sliding_window":128}' } } },
    `WRONG_KIND models[0].engineArguments.${name}`,
  ]),
  [
    'the same as a flag',
    { extraArguments: ['--kv-transfer-config', '{"kv_connector":"OffloadingConnector"}'] },
    'RESERVED extraArguments[0]',
  ],
  [
    'a step of fewer tokens than sequences',
    { model: { maxBatchedTokens: 64, maxSequences: 65 } },
    'CONFLICTING_PROPERTIES models[0].maxSequences',
  ],
  ...Object.entries({
    ...{ seed: 'abc', max_logprobs: 'x', hf_overrides: 3, limit_mm_per_prompt: 3, revision: 5, tokenizer: 5 },
    ...{
      long_prefill_token_threshold: NaN,
      max_num_partial_prefills: Infinity,
      load_format: true,
      scheduling_policy: 1,
    },
  }).map(([name, value]): [string, VllmOverrides, string] => [
    `${name} ${value}`,
    { model: { engineArguments: { [name]: value } } },
    `WRONG_KIND models[0].engineArguments.${name}`,
  ]),
  [
    'a number that JSON lacks, within',
    { model: { engineArguments: { compilation_config: { level: [NaN] } } } },
    "WRONG_KIND models[0].engineArguments.compilation_config['level']['0']",
  ],
  ['another model', { extraArguments: ['other-model'] }, 'INVALID_FORMAT extraArguments[0]'],
  ['a word after a whole flag', { extraArguments: ['--seed=1', '2'] }, 'INVALID_FORMAT extraArguments[1]'],
  ['a word after a switch', { extraArguments: ['--no-enable-log-deltas', 'x'] }, 'INVALID_FORMAT extraArguments[1]'],
  ['a flag misspelt', { extraArguments: ['--max-logprob-s=5'] }, 'FLAG_NOT_IN_VLLM extraArguments[0]'],
  ['a flag that was never there', { extraArguments: ['--quux'] }, 'FLAG_NOT_IN_VLLM extraArguments[0]'],
  ['a flag that is off and never there', { extraArguments: ['--no-quux'] }, 'FLAG_NOT_IN_VLLM extraArguments[0]'],
  ['a flag of an argument that is gone', { extraArguments: ['--swap-space=4'] }, 'FLAG_NOT_IN_VLLM extraArguments[0]'],
  [
    'a flag of the server that is gone',
    { vllmRelease: VllmRelease.of('0.32.0'), extraArguments: ['--disable-frontend-multiprocessing'] },
    'FLAG_NOT_IN_VLLM extraArguments[0]',
  ],
  [
    'a flag of the server that came later',
    { vllmRelease: VllmRelease.of('0.24.0'), extraArguments: ['--sse-keep-alive-interval=5'] },
    'FLAG_NOT_IN_VLLM extraArguments[0]',
  ],
  [
    'the beginning of two flags',
    { extraArguments: ['--allowed-h=x', '--max-log=5'] },
    'AMBIGUOUS_FLAG extraArguments[1]',
  ],
  [
    'a variable that opens the server',
    { environment: { VLLM_SERVER_DEV_MODE: '1' } },
    "RESERVED environment['VLLM_SERVER_DEV_MODE']",
  ],
  ['the key as a variable', { environment: { VLLM_API_KEY: 'x' } }, "RESERVED environment['VLLM_API_KEY']"],
  [
    'a port of the server in a sidecar',
    { sidecars: [{ name: 'log', image: 'example.test/log:1', ports: { http2: 8000 } }] },
    "RESERVED sidecars[0].ports['http2']",
  ],
  ['another pool', { model: { nodePool: 'elsewhere' } }, 'CONFLICTING_PROPERTIES models[0].nodePool'],
  ['a plan of nobody', { plans: { other: deployVllm().deployment.plan } }, 'PLAN_OF_UNKNOWN_MODEL plans.other'],
  ['a model that does not fit', { model: { model: ModelSpec.LLAMA_3_1_70B } }, 'MODEL_DOES_NOT_FIT models[0]'],
  ['replicas that the pool lacks', { replicas: 5 }, 'REPLICAS_EXCEED_POOL replicas'],
  ['replicas that a scaler sets', { replicas: 1, maxReplicas: 2 }, 'CONFLICTING_PROPERTIES replicas'],
  [
    'shared memory above the node',
    { resources: { sharedMemory: DataSize.gib(64) } },
    'POD_EXCEEDS_NODE resources.memory',
  ],
  [
    'shared memory above the memory',
    { resources: { memory: DataSize.gib(4), sharedMemory: DataSize.gib(8) } },
    'SHARED_MEMORY_EXCEEDS_MEMORY resources.sharedMemory',
  ],
  [
    'dynamic batching',
    { model: { dynamicBatching: { maxQueueDelay: Duration.ZERO } } as object },
    'UNKNOWN_PROPERTY models[0].dynamicBatching',
  ],
  ['a budget that is too short', { startupBudget: Duration.seconds(30) }, 'STARTUP_BUDGET_TOO_SHORT startupBudget'],
  ['half a second to end', { exitTimeout: Duration.milliseconds(1500) }, 'NOT_A_WHOLE_NUMBER exitTimeout'],
])('refuses %s', (_, overrides, wanted) => {
  expect(idsOf(faultsThrown(() => deployVllm(overrides)))).toEqual([wanted]);
});

test.each<[Partial<ServedModel>, number, number]>([
  [{ maxSequences: 4096, contextLength: 256 }, 4096, 4096],
  [{ maxBatchedTokens: 64 }, 64, 64],
  [{ maxBatchedTokens: 64, maxSequences: 64 }, 64, 64],
])('a step of %j has a token for each sequence, in the plan and for the engine', (model, tokens, sequences) => {
  const { json, deployment } = deployVllm({ instanceType: GpuInstanceType.G6E_2XLARGE, model });
  expect(deployment.plan).toMatchObject({ maxBatchedTokens: tokens, maxSequences: sequences });
  expect(serverOf(json).args).toEqual(
    expect.arrayContaining([`--max-num-batched-tokens=${tokens}`, `--max-num-seqs=${sequences}`]),
  );
});

test('values that the parser reads pass', () => {
  const engineArguments = {
    seed: '7',
    max_logprobs: -1,
    hf_overrides: { rope_theta: 1 },
    limit_mm_per_prompt: { image: 1 },
    revision: null,
  };
  expect(() => deployVllm({ model: { engineArguments } })).not.toThrow();
});

test('takes values as the parser reads them', () => {
  const engineArguments = {
    ...{ scheduling_policy: 'priority', load_format: 'SafeTensors', stream_interval: '4', watermark: '0.05' },
    ...{ safetensors_prefetch_block_size: '1k', kv_events_config: '{"enable_kv_cache_events":true}' },
    ...{ optimization_level: 1, async_scheduling: undefined },
  };
  const extraArguments = ['--logprobs-mode', 'raw_logits', '--load-format=dummy'];
  expect(() => deployVllm({ model: { engineArguments }, extraArguments })).not.toThrow();
});

test('lists the names that a version lacks beside a load that cannot be planned', () => {
  const model = { contextLength: 1e9, engineArguments: { swap_space: 4 }, quantization: 'nope' };
  const wanted = [
    'CONTEXT_EXCEEDS_MODEL models[0].contextLength',
    'ENGINE_ARGUMENT_NOT_IN_VLLM models[0].engineArguments.swap_space',
    'QUANTIZATION_NOT_IN_VLLM models[0].quantization',
  ];
  expect(idsOf(faultsThrown(() => deployVllm({ model }))).sort()).toEqual(wanted);
});

test('adapters are planned: they are refused where they do not fit, and their room is in the plan', () => {
  const with512 = () =>
    deployVllm({ maxSurge: 0, model: { loraAdapters: [adapter(512)], engineArguments: { max_loras: 2 } } });
  expect(idsOf(faultsThrown(with512))).toEqual(['MODEL_DOES_NOT_FIT models[0]']);
  const { deployment } = deployVllm({
    instanceType: GpuInstanceType.G6E_XLARGE,
    model: { loraAdapters: [adapter(12)], engineArguments: { max_loras: 2 } },
  });
  expect(deployment.plan.lora).toEqual({ maxAdapters: 2, maxRank: 16 });
});

test('a locked plan without their room is contradicted', () => {
  const instanceType = GpuInstanceType.G6E_XLARGE;
  const plans = { chat: deployVllm({ instanceType }).deployment.plan };
  expect(idsOf(faultsThrown(() => deployVllm({ instanceType, plans, model: { loraAdapters: [adapter(8)] } })))).toEqual(
    ['PROPERTY_CONTRADICTS_PLAN models[0].loraAdapters'],
  );
});

test.each([
  [['--max-logprobs=5']],
  [['--max_logprobs', '5', '--seed', '-1']],
  [['--no-enable-log-deltas']],
  [['--max-logp=5']],
  [['--compilation-config.mode=0']],
  [['--enable-prompt-tokens-details', '--uvicorn-log-level', 'warning']],
])('flags that the version has pass: %j', (extraArguments) => {
  const { json, deployment } = deployVllm({ extraArguments });
  expect((serverOf(json).args as string[]).slice(-extraArguments.length)).toEqual(extraArguments);
  expect(idsOf(warningsOf(deployment))).toEqual([]);
});

test('a flag of a version that was not read is warned of, unless its neighbors have it', () => {
  const vllmRelease = VllmRelease.custom({ vllmVersion: '0.24.1', cudaVersion: '13.0.2' });
  const warned = (extraArguments: string[]) => warningsOf(deployVllm({ vllmRelease, extraArguments }).deployment);
  expect(warned(['--quux']).map(({ reason }) => reason)).toEqual([
    'whether vLLM 0.24.1 has --quux is not known, and a server with one that it lacks does not start: no version from 0.15.0 to 0.33.0 has it; ' +
      "nearest: 'uds', 'grpc', 'host'; try it, or use a release whose names are known",
  ]);
  expect(warned(['--max-logprobs=5'])).toEqual([]);
});

test.each([
  ['one', ['DUPLICATE_OBJECT']],
  ['another', []],
])('two deployments in one namespace with the name of the first and %s', (name, expected) => {
  const { site } = deployVllm({ name: 'one' });
  new VllmDeployment(site.scope, 'Other', {
    cluster: site.cluster,
    nodePool: site.pool(GpuInstanceType.G5_XLARGE, undefined, 'second'),
    modelStore: site.store,
    name,
    models: [{ name: 'other', model: ModelSpec.LLAMA_3_1_8B }],
  });
  expect(idsOf(ClusterChecks.of(site.cluster).faults)).toEqual(expected);
});

describe.each([
  ['nodePool', 'gpu'],
  ['modelStore', 'Store'],
])('a %s that was removed from the tree', (property, id) => {
  test.each([
    ['vLLM', () => deployVllm()],
    ['Triton', () => deploy()],
  ])('is refused at synthesis by a deployment of %s', (_, made) => {
    const { site, deployment } = made();
    expect(faultsAtSynth(deployment)).toEqual([]);
    site.scope.node.tryRemoveChild(id);
    expect(idsOf(faultsAtSynth(deployment))).toEqual([`REMOVED_PART ${property}`]);
  });

  test('is refused where it was removed before', () => {
    const { site } = deployVllm();
    const parts = { nodePool: site.pool(GpuInstanceType.G5_XLARGE, undefined, 'second'), modelStore: site.store };
    site.scope.node.tryRemoveChild(property === 'nodePool' ? 'second' : id);
    const models = [{ ...CHAT, name: 'other' }];
    const later = new VllmDeployment(site.scope, 'Later', { cluster: site.cluster, ...parts, models });
    expect(idsOf(faultsAtSynth(later))).toEqual([`REMOVED_PART ${property}`]);
  });
});
