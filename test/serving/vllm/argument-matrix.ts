import {
  GpuInstanceType,
  GpuNodeType,
  ModelSpec,
  Parallelism,
  Precision,
  ReasoningParser,
  SpeculativeDecoding,
  ToolCallParser,
  VllmRelease,
} from '../../../lib/catalog';
import { MediaInput, NodeNetwork } from '../../../lib/planning';
import { PodVolume, ServedModel } from '../../../lib/serving';
import { engineArguments } from '../../../lib/serving/vllm/engine-arguments';
import { resolveVllmModel } from '../../../lib/serving/vllm/resolve-vllm-model';
import { VllmVersion } from '../../../lib/serving/vllm/vllm-version';
import { DataSize } from '../../../lib/units/data-size';
import { UnscopedValidationError } from '../../../lib/units/errors';
import { Fault } from '../../../lib/units/fault';
import { idsOf } from '../../support/faults';
import { VllmOverrides, deployVllm, serverOf } from '../support/vllm-fixtures';

/** What is written for one case by one version of vLLM; nothing is, where it is refused. */
export interface Written {
  /** Ids of the faults it is refused for. */
  readonly refused?: string[];
  /** Arguments of `vllm serve`. */
  readonly serve?: string[];
  /** Arguments of the engine, as Triton's backend reads them from model.json. */
  readonly engine?: { readonly [name: string]: unknown };
}

type Case = VllmOverrides & { readonly instanceType?: GpuNodeType };

const P5 = GpuInstanceType.P5_48XLARGE;
const of = (model: Partial<ServedModel>, more: Case = {}): Case => ({ ...more, model });
const onP5 = (model: Partial<ServedModel>) => of(model, { instanceType: P5 });
const mountedAt = (path: string): Case => ({
  ...{ instanceType: P5, volumes: [PodVolume.claim('drafts', 'drafts')], volumeMounts: [{ volume: 'drafts', path }] },
});
const withArguments = (values: { readonly [name: string]: unknown }) => onP5({ engineArguments: values });

const L8 = ModelSpec.LLAMA_3_1_8B;

/** Options of every kind, alone and together. */
const OPTIONS: { readonly [name: string]: Case } = {
  'nothing said': {},
  'tensor parallel': of({ parallelism: Parallelism.of({ tensor: 4 }) }, { instanceType: GpuInstanceType.G5_12XLARGE }),
  'pipeline parallel': onP5({ parallelism: Parallelism.of({ tensor: 2, pipeline: 2 }) }),
  'experts parallel': onP5({ model: ModelSpec.QWEN_3_30B_A3B, parallelism: Parallelism.of({ tensor: 2, expert: 2 }) }),
  'half precision': onP5({ precision: Precision.FP16 }),
  '32 bits': onP5({ precision: Precision.FP32 }),
  'weights of 4 bits': of({ precision: Precision.INT4, quantization: 'awq' }),
  'weights of 8 bits': onP5({ precision: Precision.FP8, quantization: 'fp8' }),
  'a cache of 8 bits': onP5({ kvCachePrecision: Precision.FP8 }),
  'no prefix caching': onP5({ prefixCaching: false }),
  'no graphs': onP5({ cudaGraphs: false }),
  'limits of the scheduler': onP5({ maxSequences: 32, maxBatchedTokens: 4096, contextLength: 16384 }),
  'less memory': onP5({ gpuMemoryUtilization: 0.8 }),
  'weights on the host': of({ cpuOffload: DataSize.gib(2) }),
  'code of the checkpoint': onP5({ trustRemoteCode: true }),
  images: onP5({ model: ModelSpec.LLAMA_4_SCOUT, parallelism: Parallelism.of({ tensor: 8 }) }),
  'no videos': onP5({
    model: ModelSpec.LLAMA_4_SCOUT,
    parallelism: Parallelism.of({ tensor: 8 }),
    mediaInput: MediaInput.IMAGES,
  }),
  'text alone': onP5({
    model: ModelSpec.LLAMA_4_SCOUT,
    parallelism: Parallelism.of({ tensor: 8 }),
    mediaInput: MediaInput.NONE,
  }),
  'n-grams': onP5({ speculativeDecoding: SpeculativeDecoding.nGram({ tokens: 4 }) }),
  'a head': of({ speculativeDecoding: SpeculativeDecoding.eagle3({ tokens: 3, path: '/head' }) }, mountedAt('/head')),
  'a draft model': of(
    {
      speculativeDecoding: SpeculativeDecoding.draftModel({ model: ModelSpec.LLAMA_3_2_1B, tokens: 2, path: '/draft' }),
    },
    mountedAt('/draft'),
  ),
  names: onP5({ servedModelNames: ['meta-llama/Llama-3.1-8B-Instruct', 'chat'] }),
  parsers: onP5({ toolCallParser: ToolCallParser.LLAMA3_JSON, reasoningParser: ReasoningParser.QWEN3 }),
  adapters: onP5({
    loraAdapters: [
      { name: 'legal', rank: 12 },
      { name: 'medical', version: '3', rank: 8 },
    ],
  }),
  'adapters of a higher rank': onP5({ loraAdapters: [{ name: 'legal', rank: 8 }], maxLoraRank: 64 }),
  'a bound of the queue': { maxQueuedRequests: 10, instanceType: P5 },
  flags: { extraArguments: ['--max-logprobs=5', '--uvicorn-log-level=warning'], instanceType: P5 },
  'sizes of graphs': withArguments({ cudagraph_capture_sizes: [1, 2, 4] }),
  overrides: withArguments({ hf_overrides: { rope_theta: 1 }, seed: 3, disable_custom_all_reduce: true }),
  'an attention window': onP5({ attentionWindow: 4096 }),
  'an attention window of layers with names': onP5({ model: ModelSpec.QWEN_3_8B, attentionWindow: 4096 }),
  'an attention window beside overrides': onP5({
    attentionWindow: 512,
    engineArguments: { hf_overrides: { rope_theta: 1 } },
  }),
  'structured outputs': withArguments({ structured_outputs_config: { backend: 'xgrammar' } }),
  'no chunked prefill': onP5({ chunkedPrefill: false }),
  'a block size': withArguments({ block_size: 32 }),
  'a cache on the host': onP5({ kvOffload: DataSize.gib(4), engineArguments: { kv_offloading_backend: 'native' } }),
  compilation: withArguments({ compilation_config: { mode: 0 } }),
  media: withArguments({ allowed_media_domains: ['example.com'] }),
  'much together': onP5({
    ...{ parallelism: Parallelism.of({ tensor: 2 }), precision: Precision.FP8, quantization: 'fp8' },
    ...{ kvCachePrecision: Precision.FP8, prefixCaching: false, cudaGraphs: false, trustRemoteCode: true },
    ...{ loraAdapters: [{ name: 'legal', rank: 8 }], toolCallParser: ToolCallParser.HERMES, maxSequences: 16 },
  }),
};

/** Names that some versions have and others do not, and nonsense, with a value each. */
const NAMES: { readonly [name: string]: Case } = Object.fromEntries([
  ...Object.entries({
    swap_space: 4,
    max_lora_rnk: 8,
    disable_log_requests: true,
    guided_decoding_backend: 'xgrammar',
    max_num_partial_prefills: 1,
    calculate_kv_scales: true,
    watermark: 0.01,
    max_num_active_seqs: 8,
    custom_histogram_buckets: {},
    kv_cache_dtype_skip_layers: ['0'],
    max_num_scheduled_tokens: 64,
    quux: 1,
  }).map(([name, value]): [string, Case] => [`engineArguments.${name}`, withArguments({ [name]: value })]),
  ...['gguf', 'bitsandbytes', 'hqq', 'ipex', 'quux', 'fbgemm_fp8', 'compressed-tensors', 'modelopt', 'torchao'].map(
    (method): [string, Case] => [
      `quantization '${method}'`,
      onP5({ quantization: method, precision: method === 'bitsandbytes' ? Precision.INT4 : Precision.FP8 }),
    ],
  ),
]);

/** Values of every kind, also such as are refused by some versions alone. */
const VALUES: { readonly [argument: string]: readonly unknown[] } = {
  scheduling_policy: ['priority', 'bogus', 'FCFS', 1],
  load_format: ['safetensors', 'SafeTensors', 'dummy', 'nonsense', 'gguf', 'ipc_cache', 3],
  config_format: ['hf', 'bogus'],
  logprobs_mode: ['raw_logits', 'bogus'],
  kv_offloading_backend: ['native', 'bogus'],
  prefix_caching_hash_algo: ['xxhash', 'bogus'],
  expert_placement_strategy: ['linear', 'bogus'],
  runner: ['generate', 'bogus'],
  convert: ['none', 'bogus', 'reward'],
  performance_mode: ['throughput', 'bogus'],
  optimization_level: [1, 9],
  mamba_cache_dtype: ['float32', 'bfloat16', 'bogus'],
  safetensors_load_strategy: ['eager', 'bogus'],
  seed: ['3', 'abc', -1, 1.5],
  max_logprobs: [-1, -5, 'x'],
  stream_interval: [4, '4', 0, -1],
  ubatch_size: [-1, 1.5],
  max_parallel_loading_workers: [0],
  watermark: [0.5, 2, -0.1],
  mm_processor_cache_gb: ['2.5', 'x'],
  async_scheduling: [false, 'maybe'],
  use_tqdm_on_load: [false, 'x'],
  disable_chunked_mm_input: [2],
  master_port: [2, 'x'],
  generation_config: ['auto', 3],
  override_generation_config: [{ temperature: 0.5 }],
  eplb_config: [3],
};

/** Cases of which the whole configuration of the engine is made, and its loader: what the model alone would not show. */
export const VALUE_CASES: { readonly [name: string]: Case } = Object.fromEntries(
  Object.entries(VALUES).flatMap(([name, values]) =>
    values.map((value): [string, Case] => [`${name} ${JSON.stringify(value)}`, withArguments({ [name]: value })]),
  ),
);

/** Every case by its name. */
export const CASES: { readonly [name: string]: Case } = { ...OPTIONS, ...NAMES, ...VALUE_CASES };

/** What the engine would get for a case, were it not refused. */
export function forced(
  { model = {}, maxQueuedRequests }: Case,
  base: { readonly [name: string]: unknown },
): { readonly [name: string]: unknown } {
  const { engineArguments: own, quantization } = model;
  return {
    ...base,
    ...own,
    ...(quantization === undefined ? {} : { quantization }),
    ...(maxQueuedRequests === undefined ? {} : { max_num_queued_reqs: maxQueuedRequests }),
  };
}

/** What is written for a case by a version of vLLM. */
export function written(given: Case, version: string): Written {
  const vllm = new VllmVersion(version);
  try {
    const { json, deployment } = deployVllm({ ...given, vllmRelease: VllmRelease.of(version) });
    const options: ServedModel = { name: 'chat', model: L8, ...given.model };
    const { resolved } = resolveVllmModel({
      ...{ name: 'chat', options, vllm, network: NodeNetwork.TCP, compares: false },
      locked: deployment.plan,
    });
    const engine = engineArguments(resolved!, options, '/models/weights/chat/1', true, vllm);
    return { serve: serverOf(json).args as string[], engine: JSON.parse(JSON.stringify(engine)) };
  } catch (error) {
    if (!UnscopedValidationError.isValidationError(error)) throw error;
    return { refused: idsOf((error as UnscopedValidationError).faults as Fault[]) };
  }
}
