import { InferenceEngine } from '../catalog/inference-engine';
import { Precision } from '../catalog/precision';

/**
 * An option of a command; one without `value` takes none.
 *
 * @internal
 */
export interface Option {
  readonly value?: string;
  readonly help: string;
}

const LOAD_OPTIONS: { readonly [name: string]: Option } = {
  model: { value: 'NAME', help: 'a model of the catalog (list: gpu-inference models), or a size such as 13B' },
  config: { value: 'FILE', help: 'a config.json of Hugging Face instead of a model of the catalog' },
  context: {
    value: 'TOKENS',
    help: 'longest context, prompt and answer together (input + output where both are given)',
  },
  concurrency: { value: 'N', help: 'sequences of that length at once, per replica' },
  input: { value: 'TOKENS', help: 'tokens of a typical prompt' },
  output: { value: 'TOKENS', help: 'tokens of a typical answer' },
  'kv-precision': { value: 'NAME', help: 'format of the key-value cache' },
  engine: { value: 'NAME', help: `one of ${InferenceEngine.ALL.map((engine) => engine.name).join(', ')}` },
  utilization: { value: 'SHARE', help: "share of each GPU's memory that the engine takes" },
  'max-batched-tokens': { value: 'TOKENS', help: 'most tokens in one step (max_num_batched_tokens)' },
  'max-sequences': { value: 'N', help: 'most sequences in the scheduler (max_num_seqs)' },
  'checkpoint-size': { value: 'GIB', help: "size of the checkpoint's files, where it is known" },
  'cpu-offload': { value: 'GIB', help: 'weights per GPU that stay in host memory' },
  network: { value: 'KIND', help: 'rdma or tcp, between nodes' },
  'max-nodes': { value: 'N', help: 'most nodes of one replica' },
  tensor: { value: 'N', help: 'tensor parallelism' },
  pipeline: { value: 'N', help: 'pipeline parallelism' },
  expert: { value: 'N', help: 'expert parallelism' },
  data: { value: 'N', help: 'replicas' },
  json: { help: 'print JSON' },
};

/**
 * Every command with its options.
 *
 * @internal
 */
export const COMMANDS: {
  readonly [name: string]: { readonly help: string; readonly options: { readonly [name: string]: Option } };
} = {
  plan: {
    help: 'judge one choice of hardware; exit status 1 when it does not fit',
    options: {
      ...LOAD_OPTIONS,
      instance: { value: 'TYPE', help: 'EC2 instance type (list: gpu-inference instances)' },
      precision: { value: 'NAME', help: `one of ${Precision.ALL.map((precision) => precision.name).join(', ')}` },
      'micro-batches': { value: 'N', help: 'micro-batches in flight with a pipeline' },
      price: { value: 'PER_HOUR', help: 'price of one node for an hour' },
      explain: { help: 'every number with formula, inputs, evidence and error band' },
      markdown: { help: 'the same as Markdown' },
    },
  },
  search: {
    help: 'rank the instance types that fit; exit status 1 when none does, or none reaches the targets',
    options: {
      ...LOAD_OPTIONS,
      instances: { value: 'TYPE[=PRICE],...', help: 'candidates, with their price per hour where known' },
      precisions: { value: 'NAME,...', help: 'formats to try' },
      'max-ms-per-token': { value: 'MS', help: 'longest time between two tokens' },
      'max-ms-to-first-token': { value: 'MS', help: 'longest time to the first token' },
      'min-tokens-per-second': { value: 'RATE', help: 'fewest tokens per second of all replicas' },
      'max-replicas': { value: 'N', help: 'most replicas' },
      limit: { value: 'N', help: 'rows to print' },
    },
  },
  models: { help: 'the models of the catalog', options: {} },
  instances: { help: 'the instance types of the catalog', options: {} },
};
