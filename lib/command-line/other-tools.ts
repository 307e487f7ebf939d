import { InferenceEngine } from '../catalog/inference-engine';
import { Fault, fault } from '../units/fault';

/**
 * Names that vLLM, SGLang and TensorRT-LLM have for the options here, or for an option with its value.
 *
 * @see https://docs.vllm.ai/en/latest/cli/serve/
 * @see https://docs.sglang.io/docs/advanced_features/server_arguments
 * @see https://nvidia.github.io/TensorRT-LLM/commands/trtllm-serve.html
 *
 * @internal
 */
export const ALIASES: { readonly [alias: string]: string } = {
  'max-model-len': 'context',
  'context-length': 'context',
  'max-seq-len': 'context',
  'tensor-parallel-size': 'tensor',
  'tp-size': 'tensor',
  tp: 'tensor',
  'pipeline-parallel-size': 'pipeline',
  'pp-size': 'pipeline',
  pp: 'pipeline',
  'data-parallel-size': 'data',
  'dp-size': 'data',
  dp: 'data',
  'expert-parallel-size': 'expert',
  'ep-size': 'expert',
  nnodes: 'max-nodes',
  'max-num-seqs': 'max-sequences',
  'max-running-requests': 'max-sequences',
  'max-batch-size': 'max-sequences',
  'max-num-batched-tokens': 'max-batched-tokens',
  'chunked-prefill-size': 'max-batched-tokens',
  'max-num-tokens': 'max-batched-tokens',
  'gpu-memory-utilization': 'utilization',
  'mem-fraction-static': 'utilization',
  'kv-cache-free-gpu-memory-fraction': 'utilization',
  'free-gpu-memory-fraction': 'utilization',
  'kv-cache-dtype': 'kv-precision',
  quantization: 'precision',
  dtype: 'precision',
  'cpu-offload-gb': 'cpu-offload',
  'language-model-only': 'media-input=none',
  'disable-cuda-graph': 'enforce-eager',
  'instance-type': 'instance',
};

/**
 * Short names of vLLM.
 *
 * @internal
 */
export const SHORT_NAMES: { readonly [name: string]: string } = {
  tp: 'tensor',
  pp: 'pipeline',
  dp: 'data',
  ep: 'enable-expert-parallel',
  q: 'precision',
  n: 'max-nodes',
};

/** Shares of the memory that other engines than vLLM mean, each with how the name of such an engine begins. */
const SHARES_OF: { readonly [alias: string]: string } = {
  'mem-fraction-static': 'sglang',
  'kv-cache-free-gpu-memory-fraction': 'tensorrt-llm',
  'free-gpu-memory-fraction': 'tensorrt-llm',
};

/**
 * Faults of shares of the memory that the engine does not have: each engine's is of something else.
 *
 * @param isGiven whether an option is given by that name
 * @param engine the engine that is planned
 *
 * @internal
 */
export function sharesOfOtherEngines(isGiven: (alias: string) => boolean, engine: InferenceEngine): Fault[] {
  return Object.entries(SHARES_OF)
    .filter(([alias, name]) => isGiven(alias) && !engine.name.startsWith(name))
    .map(([alias, name]) => {
      const what = `--${alias} is a share of other memory than that of ${engine.name}`;
      return fault(
        'CONFLICTING_PROPERTIES',
        '--utilization',
        `${what}; give --engine ${name} with it, or --utilization`,
      );
    });
}

/** Options of `vllm serve` that change nothing of what is planned. */
const WITHOUT_EFFECT = [
  ...['trust-remote-code', 'served-model-name', 'host', 'port', 'api-key', 'seed', 'revision', 'download-dir'],
  ...['tokenizer', 'tokenizer-mode', 'tokenizer-revision', 'load-format', 'config-format', 'generation-config'],
  ...['chat-template', 'tool-call-parser', 'enable-auto-tool-choice', 'reasoning-parser', 'enable-reasoning'],
  ...['enable-prefix-caching', 'no-enable-prefix-caching', 'enable-chunked-prefill', 'distributed-executor-backend'],
  ...['disable-log-stats', 'disable-log-requests', 'enable-log-requests', 'uvicorn-log-level', 'model-impl', 'runner'],
  ...['node-rank', 'master-addr', 'master-port', 'headless', 'api-server-count', 'async-scheduling'],
  ...['data-parallel-size-local', 'data-parallel-address', 'data-parallel-rpc-port', 'data-parallel-start-rank'],
];

/** Options of `vllm serve` that change what a start takes, and that no plan knows. */
const NOT_PLANNED = [
  ...['block-size', 'num-gpu-blocks-override', 'kv-cache-memory-bytes'],
  ...['limit-mm-per-prompt', 'mm-processor-kwargs', 'hf-overrides'],
  ...['speculative-config', 'compilation-config', 'max-cudagraph-capture-size', 'cudagraph-capture-sizes'],
  ...['decode-context-parallel-size', 'prefill-context-parallel-size', 'enable-eplb', 'all2all-backend', 'enable-dbo'],
  ...['kv-transfer-config', 'max-logprobs', 'mamba-cache-dtype', 'mamba-ssm-cache-dtype', 'cpu-offload-params'],
];

/** Options of `vllm serve` that take memory of the host: GiB for each GPU, and GiB of all ranks together. */
const ON_THE_HOST = ['swap-space', 'kv-offloading-size'];

/**
 * What is said of an option that is known, but has no place here.
 *
 * @param name its name, in small letters, with hyphens
 * @param given as it is written
 *
 * @internal
 */
export function otherOptionText(name: string, given: string): string | undefined {
  if (WITHOUT_EFFECT.includes(name)) return `${given} changes nothing of what is planned; leave it out`;
  if (ON_THE_HOST.includes(name))
    return `${given} takes memory of the host, none of the GPU, and is not planned: leave it out, and keep that memory free on the node`;
  if (!NOT_PLANNED.includes(name)) return undefined;
  return `${given} is not planned: leave it out, and keep what it takes free by a lower --utilization`;
}
