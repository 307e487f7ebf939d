import {
  GpuInstanceType,
  ModelSpec,
  Parallelism,
  Precision,
  ReasoningParser,
  SpeculativeDecoding,
  ToolCallParser,
  VllmRelease,
} from '../../lib/catalog';
import { AttentionBackend, PodVolume, Sidecar } from '../../lib/serving';
import { DataSize } from '../../lib/units';
import { CHAT, VllmOverrides, deployVllm } from '../serving/support/vllm-fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { FaultText } from './fault-text';

const refuse = (overrides: VllmOverrides) => () => deployVllm(overrides);

const mounting = (volume: string): Sidecar => ({
  name: 'warm',
  image: 'registry.example.com/warm:1',
  volumeMounts: [{ volume, path: '/x', readOnly: false }],
});

const ON_V100: VllmOverrides = {
  instanceType: GpuInstanceType.P3_16XLARGE,
  vllmRelease: VllmRelease.of('0.19.1'),
  model: { precision: Precision.FP16, contextLength: 4096, parallelism: Parallelism.of({ tensor: 4 }) },
};

/** What vLLM's own server would refuse, or would be open by. */
export const TEXTS: FaultText[] = [
  {
    id: 'IMAGE_TAG_MOVES',
    text:
      "vllmImage 'vllm/vllm-openai:latest' has a tag that moves, so that what is pulled may be another version than 0.24.0, which its models are " +
      'planned for (vllmRelease), and differ between nodes; give the tag of a release, or a digest',
    faults: () => warningsOf(deployVllm({ vllmImage: 'vllm/vllm-openai:latest' }).deployment),
  },
  {
    id: 'ATTENTION_BACKEND_UNSUPPORTED',
    property: 'models[0].attentionBackend',
    text: "model 'chat': attentionBackend FLASH_ATTN does not read a cache in fp8 on L40S; use FLASHINFER or TRITON_ATTN, or leave it out",
    refuse: refuse({
      instanceType: GpuInstanceType.G6E_2XLARGE,
      model: { attentionBackend: AttentionBackend.FLASH_ATTN, kvCachePrecision: Precision.FP8 },
    }),
  },
  {
    id: 'ATTENTION_BACKEND_UNSUPPORTED',
    property: 'models[0].attentionBackend',
    text: "model 'chat': attentionBackend FLASH_ATTN has no code for T4, whose compute capability is 7.5; it needs 8.0: use TRITON_ATTN, or leave it out",
    refuse: refuse({
      instanceType: GpuInstanceType.G4DN_12XLARGE,
      model: { attentionBackend: AttentionBackend.FLASH_ATTN, parallelism: Parallelism.of({ tensor: 4 }) },
    }),
  },
  {
    id: 'ATTENTION_BACKEND_UNSUPPORTED',
    property: 'models[0].attentionBackend',
    text: "model 'chat': deepseek-v2-lite has latent attention, for which vLLM has kernels of its own; leave out attentionBackend",
    refuse: refuse({
      instanceType: GpuInstanceType.G6E_2XLARGE,
      model: { model: ModelSpec.DEEPSEEK_V2_LITE, attentionBackend: AttentionBackend.FLASHINFER },
    }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].chunkedPrefill',
    text: "model 'chat': with chunkedPrefill false a step must hold the longest prompt, but maxBatchedTokens 2048 is below contextLength 4096; raise maxBatchedTokens, lower contextLength, or leave out chunkedPrefill",
    refuse: refuse({ model: { chunkedPrefill: false, maxBatchedTokens: 2048, contextLength: 4096 } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].kvOffload',
    text: "model 'chat': kvOffload keeps prefixes that the GPU has no room for, and prefixCaching false keeps none; leave out one of them",
    refuse: refuse({ model: { kvOffload: DataSize.gib(4), prefixCaching: false } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].maxLoraRank',
    text: "model 'chat': maxLoraRank reserves memory for loraAdapters, but there are none; add them, or remove it",
    refuse: refuse({ model: { maxLoraRank: 8 } }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].nodePool',
    text: "model 'chat': nodePool 'other' is another pool than that of the deployment, 'gpu'; remove it, or make a deployment on that pool",
    refuse: refuse({ model: { nodePool: 'other' } }),
  },
  {
    id: 'DUPLICATE',
    property: 'models',
    text: "models repeats 'chat'; each value may appear only once",
    refuse: refuse({ models: [CHAT, { ...CHAT, name: 'b', servedModelNames: ['b', 'chat'] }] }),
  },
  {
    id: 'DRIVER_TOO_OLD_FOR_RELEASE',
    property: 'vllmRelease',
    text: "vLLM 0.24.0 has CUDA 13.0.2, which needs driver 580 or later, but the nodes of pool 'gpu' have 550; use nodes with a newer driver or vllmRelease 0.19.1",
    refuse: refuse({ driverMajor: 550 }),
  },
  {
    id: 'GPU_TOO_OLD_FOR_RELEASE',
    property: 'vllmRelease',
    text: 'vLLM 0.24.0 supports compute capability 7.5 and later, but V100-16GB (p3.16xlarge) has 7.0; use vllmRelease 0.19.1 or a newer GPU',
    refuse: refuse({ instanceType: GpuInstanceType.P3_16XLARGE }),
  },
  {
    id: 'EMPTY_LIST',
    property: 'models',
    text: 'models must not be empty; name at least one, e.g. { model: ModelSpec.LLAMA_3_1_8B }',
    refuse: refuse({ models: [] }),
  },
  {
    id: 'ENGINE_ARGUMENT_NOT_IN_VLLM',
    property: 'maxQueuedRequests',
    text: 'maxQueuedRequests needs vLLM 0.29.0 or later, but vllmRelease is 0.24.0, whose queue has no bound; use a later release, or remove it',
    refuse: refuse({ maxQueuedRequests: 8 }),
  },
  {
    id: 'INVALID_NAME',
    property: 'models',
    text: "the Kubernetes name of model '8b' must start with a letter, because a Service is named after it; got '8b'",
    refuse: refuse({ model: { name: '8b' } }),
  },
  {
    id: 'INVALID_NAME',
    property: 'models[0].servedModelNames[0]',
    text: "model 'chat': servedModelNames[0] must be letters, digits and . _ : / -, starting with a letter or digit, at most 200 characters; got 'a b'",
    refuse: refuse({ model: { servedModelNames: ['a b'] } }),
  },
  {
    id: 'AMBIGUOUS_FLAG',
    property: 'extraArguments[0]',
    text: '--allowed is the beginning of several flags of vLLM 0.24.0, which would not start: --allowed-headers, --allowed-local-media-path, --allowed-media-domains, --allowed-methods, --allowed-origins; write one of them out',
    refuse: refuse({ extraArguments: ['--allowed=x'] }),
  },
  {
    id: 'FLAG_NOT_IN_VLLM',
    property: 'extraArguments[0]',
    text: "--max-logprob-s does not exist in vLLM 0.24.0, which would not start: no version from 0.15.0 to 0.33.0 has it; nearest: 'max-logprobs', 'max-loras', 'max-log-len'",
    refuse: refuse({ extraArguments: ['--max-logprob-s=5'] }),
  },
  {
    id: 'FLAG_NOT_IN_VLLM',
    property: 'extraArguments[0]',
    text: '--sse-keep-alive-interval does not exist in vLLM 0.24.0, which would not start: it came with 0.29.0; use vLLM 0.29.0 or later, or remove it',
    refuse: refuse({ extraArguments: ['--sse-keep-alive-interval=5'] }),
  },
  {
    id: 'FLAG_NOT_IN_VLLM',
    property: 'extraArguments[0]',
    text: '--disable-frontend-multiprocessing does not exist in vLLM 0.32.0, which would not start: it was gone after 0.18.1; remove it',
    refuse: refuse({ vllmRelease: VllmRelease.of('0.32.0'), extraArguments: ['--disable-frontend-multiprocessing'] }),
  },
  {
    id: 'FLAG_NOT_IN_VLLM',
    property: 'models[0].engineArguments.model_weights',
    text: "model 'chat': engineArguments.model_weights has no flag in vLLM 0.24.0, whose server would not start; remove it, or serve the model by Triton",
    refuse: refuse({ model: { engineArguments: { model_weights: 's3://x' } } }),
  },
  {
    id: 'INVALID_FORMAT',
    property: 'extraArguments[0]',
    text: "extraArguments[0] must be the long form of a flag, which can be compared with what the plan sets, e.g. '--tensor-parallel-size'; got '-tp'",
    refuse: refuse({ extraArguments: ['-tp', '2'] }),
  },
  {
    id: 'LORA_RANK_TOO_HIGH',
    property: 'models[0].loraAdapters[0].rank',
    text: "model 'chat': adapter 'legal' has rank 32, above maxLoraRank 16, and would not load; raise maxLoraRank, or use another adapter",
    refuse: refuse({ model: { maxLoraRank: 16, loraAdapters: [{ name: 'legal', rank: 32 }] } }),
  },
  {
    id: 'LORA_RANK_TOO_HIGH',
    property: 'models[0].loraAdapters[0].rank',
    text: "model 'chat': adapter 'legal' has rank 1024, above the highest rank that vLLM takes, 512, and would not load; use an adapter of a lower rank",
    refuse: refuse({ model: { loraAdapters: [{ name: 'legal', rank: 1024 }] } }),
  },
  {
    id: 'OUT_OF_RANGE',
    property: 'models[0].maxLoraRank',
    text: "model 'chat': maxLoraRank must be one of 1, 8, 16, 32, 64, 128, 256, 320, 512, which are all that vLLM takes; got 24",
    refuse: refuse({ model: { maxLoraRank: 24, loraAdapters: [{ name: 'legal', rank: 16 }] } }),
  },
  {
    id: 'PARSER_NOT_IN_VLLM',
    property: 'models[0].toolCallParser',
    text: "model 'chat': toolCallParser 'deepseek_v4' does not exist in vLLM 0.15.1, which would not start; it is in releases from 0.20.0 to 0.33.0; use another release or parser",
    refuse: refuse({
      vllmRelease: VllmRelease.of('0.15.1'),
      model: { toolCallParser: ToolCallParser.of('deepseek_v4') },
    }),
  },
  {
    id: 'PARSER_NOT_IN_VLLM',
    property: 'models[0].reasoningParser',
    text: "model 'chat': reasoningParser 'glm47' does not exist in vLLM 0.20.0, which would not start; it is in releases from 0.24.0 to 0.33.0; use another release or parser",
    refuse: refuse({ vllmRelease: VllmRelease.of('0.20.0'), model: { reasoningParser: ReasoningParser.of('glm47') } }),
  },
  {
    id: 'PARSER_UNLIKE_TOKENIZER',
    text: "model 'chat': toolCallParser 'mistral' looks up '[TOOL_CALLS]', which the tokenizer of llama-3.1-8b is not known to have, and without it chat requests fail; use the parser of the model, or a checkpoint whose tokenizer has the token",
    faults: () => warningsOf(deployVllm({ model: { toolCallParser: ToolCallParser.MISTRAL } }).deployment),
  },
  {
    id: 'PARSER_UNLIKE_TOKENIZER',
    text: "model 'chat': toolCallParser 'llama3_json' looks up '<|python_tag|>', which the tokenizer of 32000 tokens of llama-2-7b is not known to have, and without it chat requests fail; use the parser of the model, or a checkpoint whose tokenizer has the token",
    faults: () =>
      warningsOf(
        deployVllm({ model: { model: ModelSpec.LLAMA_2_7B, toolCallParser: ToolCallParser.LLAMA3_JSON } }).deployment,
      ),
  },
  {
    id: 'PLAN_OF_UNKNOWN_MODEL',
    property: 'plans.other',
    text: "plans has a plan for 'other', but no model has that name; the models are: chat",
    refuse: () => deployVllm({ plans: { other: deployVllm().deployment.plan } }),
  },
  {
    id: 'POD_EXCEEDS_NODE',
    property: 'resources.cpu',
    text: "model 'chat': a pod needs 64000m of CPU, but a g5.xlarge has 3320m for pods; lower resources.cpu, or cpu of the sidecars",
    refuse: refuse({ resources: { cpu: 64 } }),
  },
  {
    id: 'POD_EXCEEDS_NODE',
    property: 'volumes',
    text: "model 'chat': a pod needs 1053395 MiB of local disk, 1024000 MiB of it for emptyFolder volumes, but a g5.xlarge has 171935 MiB for pods; make those smaller, or use nodes with more local disk",
    refuse: refuse({ volumes: [PodVolume.emptyFolder('d', DataSize.gib(1000))] }),
  },
  {
    id: 'RESERVED',
    property: 'initContainers[0].volumeMounts[0].readOnly',
    text: "initContainers[0].volumeMounts[0].readOnly must be left out: 'models' has the weights, which were checked and are served as they are; write to 'cache'",
    refuse: refuse({ initContainers: [mounting('models')] }),
  },
  {
    id: 'CONFLICTING_PROPERTIES',
    property: 'models[0].speculativeDecoding.name',
    text: "model 'chat': speculativeDecoding.name 'chat', version '1', has the files of the model itself in the model store, not those of what drafts; import those under another name by a ModelImport, and give it",
    refuse: refuse({
      instanceType: GpuInstanceType.G6E_XLARGE,
      model: { speculativeDecoding: SpeculativeDecoding.eagle3({ tokens: 3, name: 'chat' }) },
    }),
  },
  {
    id: 'LITERAL_SECRET',
    property: 'initContainers[0].args[0]',
    text: "initContainers[0].args[0] must not hold a secret, because it becomes part of the state and of the cluster; got the text of one; put it into a Kubernetes secret, name that in initContainers[0].secretEnvironment: { TOKEN: { name: 'keys', key: 'value' } }, and write $(TOKEN)",
    refuse: refuse({
      initContainers: [{ name: 'warm', image: 'registry.example.com/warm:1', args: ['--password=hunter2'] }],
    }),
  },
  {
    id: 'LITERAL_SECRET',
    property: "podAnnotations['token']",
    text: "podAnnotations['token'] must not hold a secret, because it becomes part of the state and of the cluster; got the text of one; put it into a Kubernetes secret; everybody who may list pods reads this",
    refuse: refuse({ podAnnotations: { token: 'hunter2' } }),
  },
  {
    id: 'UNKNOWN_VALUE',
    property: 'initContainers[0].volumeMounts[0].volume',
    text: "initContainers[0].volumeMounts[0].volume must be one of volumes (none), or of those of the pod, 'models', 'cache'; got 'weights'",
    refuse: refuse({ initContainers: [mounting('weights')] }),
  },
  {
    id: 'RESERVED',
    property: 'models[0].engineArguments.max_lora_rank',
    text: "model 'chat': engineArguments must not set max_lora_rank, which is derived from other properties; use maxLoraRank",
    refuse: refuse({ model: { engineArguments: { max_lora_rank: 8 } } }),
  },
  {
    id: 'RESERVED',
    property: 'extraArguments[0]',
    text: 'extraArguments must not contain --ho (vLLM reads it as --host), which the rest of the pod relies on; remove it',
    refuse: refuse({ extraArguments: ['--ho=0.0.0.0'] }),
  },
  {
    id: 'RESERVED',
    property: "environment['VLLM_SERVER_DEV_MODE']",
    text: 'environment must not contain VLLM_SERVER_DEV_MODE, which opens requests that run code in the engine; remove it',
    refuse: refuse({ environment: { VLLM_SERVER_DEV_MODE: '1' } }),
  },
  {
    id: 'RESERVED',
    property: "environment['VLLM_USE_SIMPLE_KV_OFFLOAD']",
    text: 'environment must not contain VLLM_USE_SIMPLE_KV_OFFLOAD, which switches the connector by which kvOffload keeps prefixes in host memory; remove it',
    refuse: refuse({ environment: { VLLM_USE_SIMPLE_KV_OFFLOAD: '1' } }),
  },
  {
    id: 'WRONG_KIND',
    property: 'models[0].engineArguments.hf_overrides',
    text: "model 'chat': engineArguments.hf_overrides must be an object of settings; got '{}'; give it as an object",
    refuse: refuse({ model: { engineArguments: { hf_overrides: '{}' } } }),
  },
  {
    id: 'GPU_WITHOUT_FEATURE',
    property: 'models[0].prefixCaching',
    text: "model 'chat': prefixCaching does not work on V100-16GB, whose compute capability is 7.0: vLLM has it from 7.5 on, and would end with the first prompt that needs it; remove it, or use a newer GPU",
    refuse: refuse({ ...ON_V100, model: { ...ON_V100.model, prefixCaching: true } }),
  },
  {
    id: 'REMOVED_PART',
    property: 'nodePool',
    text: "nodePool 'test/gpu' was removed from the construct tree, but 'test/Talk' uses it; keep it, or remove both",
    faults: () => {
      const { site, deployment } = deployVllm();
      site.scope.node.tryRemoveChild('gpu');
      return faultsAtSynth(deployment);
    },
  },
  {
    id: 'RESOURCES_TOO_SMALL',
    property: 'resources.memory',
    text: "model 'chat': resources.memory must be at least 513024 MiB, what kvOffload and cpuOffload keep on the host, and the shared memory; got 13312 MiB",
    refuse: refuse({ model: { kvOffload: DataSize.gib(500) }, resources: { memory: DataSize.gib(13) } }),
  },
  {
    id: 'RESOURCES_TOO_SMALL',
    property: 'resources.ephemeralStorage',
    text: "model 'chat': resources.ephemeralStorage must be at least 15317 MiB, the files of the models; got 1024 MiB; set checkpointSize if they are smaller",
    refuse: refuse({ resources: { ephemeralStorage: DataSize.gib(1) } }),
  },
  {
    id: 'RESOURCES_TOO_SMALL',
    property: 'resources.sharedMemory',
    text: "model 'chat': resources.sharedMemory must be at least 4096 MiB, the prefixes that kvOffload keeps there; got 1024 MiB",
    refuse: refuse({
      vllmRelease: VllmRelease.of('0.28.0'),
      model: { kvOffload: DataSize.gib(4) },
      resources: { sharedMemory: DataSize.gib(1) },
    }),
  },
  {
    id: 'SHARED_MEMORY_EXCEEDS_MEMORY',
    property: 'resources.sharedMemory',
    text: "model 'chat': resources.sharedMemory, 8192 MiB, is a part of resources.memory, which is 4096 MiB, so that pods would be killed for it; raise resources.memory, or lower resources.sharedMemory",
    refuse: refuse({ resources: { memory: DataSize.gib(4), sharedMemory: DataSize.gib(8) } }),
  },
  {
    id: 'SHARED_MEMORY_EXCEEDS_MEMORY',
    property: 'resources.memory',
    text: "model 'chat': the shared memory of the engines, 1024 MiB, is a part of resources.memory, which is 512 MiB, so that pods would be killed for it; raise resources.memory",
    refuse: refuse({ resources: { memory: DataSize.mib(512) } }),
  },
];
