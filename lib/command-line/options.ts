import { unknownNameFault } from '../catalog/near-names';
import { Fault } from '../units/fault';
import { InferenceEngine } from '../catalog/inference-engine';
import { LIST_PRICES } from '../catalog/instance-prices';
import { Precision } from '../catalog/precision';
import { DEFAULT_MAX_SEQUENCES } from '../planning/configuration';

/**
 * An option of a command; one without `value` takes none.
 *
 * @internal
 */
export interface Option {
  readonly value?: string;
  readonly help: string;
  /** What holds where it is not given; `--help` prints it. */
  readonly byDefault?: string;
  /** Whether it may be given several times, or with several values behind it. @default false */
  readonly repeats?: boolean;
}

const FITTING = 'the least that fits';

const LOAD_OPTIONS: { readonly [name: string]: Option } = {
  model: { value: 'NAME', help: 'a model of the catalog (list: gpu-inference models), or a size such as 13B' },
  config: {
    value: 'FILE',
    help: 'a config.json of Hugging Face, or its folder, instead of a model of the catalog, and the hf_quant_config.json beside it',
  },
  context: {
    value: 'TOKENS',
    help: 'longest context, prompt and answer together (input + output where both are given)',
    byDefault: '8192, or what the model allows',
  },
  concurrency: { value: 'N', help: 'sequences of that length at once, per replica', byDefault: '4' },
  input: { value: 'TOKENS', help: 'tokens of a typical prompt', byDefault: 'half the context, at most 1024' },
  output: { value: 'TOKENS', help: 'tokens of a typical answer', byDefault: 'half the context, at most 256' },
  'kv-precision': { value: 'NAME', help: 'format of the key-value cache', byDefault: 'fp16, fp32 with fp32 weights' },
  engine: {
    value: 'NAME',
    help: `one of ${InferenceEngine.ALL.map((engine) => engine.name).join(', ')}, or a version of vLLM, e.g. vllm-0.27.1`,
    byDefault: InferenceEngine.DEFAULT.name,
  },
  utilization: {
    value: 'SHARE',
    help: "share of each GPU's memory that the engine takes",
    byDefault: `of the engine, ${InferenceEngine.DEFAULT.defaultUtilization} for ${InferenceEngine.DEFAULT.name}`,
  },
  'max-batched-tokens': {
    value: 'TOKENS',
    help: 'most tokens in one step (max_num_batched_tokens)',
    byDefault: '8192 from 70 GiB on, but on A100 and below 2048',
  },
  'max-sequences': {
    value: 'N',
    help: 'most sequences in the scheduler (max_num_seqs)',
    byDefault: String(DEFAULT_MAX_SEQUENCES),
  },
  'checkpoint-size': { value: 'GIB', help: "size of the checkpoint's files, where it is known", byDefault: 'counted' },
  'attention-window': {
    value: 'TOKENS',
    help: 'tokens that every layer sees at most (sliding_window of hf_overrides)',
    byDefault: "what the model's own layers see",
  },
  'media-input': {
    value: 'KIND',
    help: 'all, images (no videos, no sound) or none: what a model that reads more than text is started for',
    byDefault: 'all',
  },
  'speculative-config': {
    value: 'JSON',
    help: 'speculative decoding as vLLM has it: {"method":"mtp","num_speculative_tokens":1}',
    byDefault: 'none',
  },
  'spec-method': { value: 'NAME', help: 'the same shorter: mtp, eagle3, draft_model or ngram', byDefault: 'none' },
  'spec-tokens': { value: 'N', help: 'tokens that are drafted for each step', byDefault: 'none' },
  'spec-model': {
    value: 'NAME',
    help: 'the draft model: of the catalog, a size, or its config.json',
    byDefault: 'none',
  },
  'acceptance-rate': {
    value: 'SHARE',
    help: 'share of the drafted tokens that is accepted',
    byDefault: 'of mtp 0.68 for one token; of others none',
  },
  'enable-lora': { help: 'room for LoRA adapters' },
  'max-loras': { value: 'N', help: 'LoRA adapters that may run in one step', byDefault: '1 with --enable-lora' },
  'max-lora-rank': { value: 'N', help: 'highest rank of an adapter', byDefault: '16 with --enable-lora' },
  'cpu-offload': { value: 'GIB', help: 'weights per GPU that stay in host memory', byDefault: 'none' },
  network: { value: 'KIND', help: 'rdma or tcp, between nodes', byDefault: 'rdma where the nodes have it' },
  'max-nodes': { value: 'N', help: 'most nodes of one replica', byDefault: '1' },
  tensor: { value: 'N', help: 'tensor parallelism', byDefault: FITTING },
  pipeline: { value: 'N', help: 'pipeline parallelism', byDefault: FITTING },
  expert: { value: 'N', help: 'expert parallelism', byDefault: '1' },
  'enable-expert-parallel': { help: 'expert parallelism over all ranks, tensor × data' },
  'enforce-eager': { help: 'no CUDA graphs' },
  'warm-compile-cache': { help: 'plan later starts, which find compiled kernels in a cache that is kept' },
  data: { value: 'N', help: 'replicas', byDefault: '1' },
  json: { help: 'print JSON' },
};

const REGION: Option = {
  value: 'NAME',
  help: 'region of AWS, which must sell the instance type on demand',
  byDefault: 'any',
};

/** Options of the hardware of a plan: an instance type of EC2, or own nodes. */
const HARDWARE_OPTIONS: { readonly [name: string]: Option } = {
  instance: { value: 'TYPE', help: 'EC2 instance type (list: gpu-inference instances)' },
  gpu: { value: 'NAME', help: 'GPU of own hardware instead, e.g. RTX-4090 (list: gpu-inference gpus)' },
  gpus: { value: 'N', help: 'GPUs of one node, with --gpu', byDefault: '1' },
  interconnect: {
    value: 'KIND',
    help: 'how its GPUs reach each other: nvswitch, nvlink_mesh, pcie_peer or pcie',
    byDefault: 'nvswitch where the GPU has NVLink, else pcie',
  },
  'nvlink-domain': {
    value: 'N',
    help: 'GPUs that NVLink joins, with --gpu',
    byDefault: 'all of the node; 2 for cards with bridges',
  },
  'network-gbps': { value: 'GBPS', help: 'network of one node, with --gpu, Gb/s', byDefault: '10' },
  'host-memory': { value: 'GIB', help: 'host memory of one node, with --gpu', byDefault: 'not known' },
};

/**
 * Every command with its options.
 *
 * @internal
 */
export const COMMANDS: {
  readonly [name: string]: {
    readonly help: string;
    /** Option that words before all options are values of. */
    readonly operands?: string;
    readonly options: { readonly [name: string]: Option };
  };
} = {
  plan: {
    help: 'judge one choice of hardware; exit status 1 when it does not fit',
    options: {
      ...LOAD_OPTIONS,
      ...HARDWARE_OPTIONS,
      precision: {
        value: 'NAME',
        help: `one of ${Precision.ALL.map((precision) => precision.name).join(', ')}; awq and gptq are int4`,
        byDefault: 'as the model is published where the GPU runs it, else 16 bits',
      },
      'micro-batches': {
        value: 'N',
        help: 'micro-batches in flight with a pipeline',
        byDefault: 'the sequences, at least the stages',
      },
      region: REGION,
      price: {
        value: 'PER_HOUR',
        help: 'price of one node for an hour, in any currency',
        byDefault: `of EC2 the list price: ${LIST_PRICES.what}, ${LIST_PRICES.date}`,
      },
      explain: { help: 'every number with formula, inputs, evidence and error band' },
      markdown: { help: 'the same as Markdown' },
    },
  },
  search: {
    help: 'rank the instance types that fit; exit status 1 when none does, or none reaches the targets',
    options: {
      ...LOAD_OPTIONS,
      instances: {
        value: 'TYPE[=PRICE],...',
        help: 'candidates, with their price per hour where known',
        byDefault: 'all of the catalog that pools buy on demand',
      },
      region: REGION,
      precisions: { value: 'NAME,...', help: 'formats to try', byDefault: 'as the model is published, else 16 bits' },
      'max-ms-per-token': { value: 'MS', help: 'longest time between two tokens', byDefault: 'no limit' },
      'max-ms-to-first-token': { value: 'MS', help: 'longest time to the first token', byDefault: 'no limit' },
      'min-tokens-per-second': {
        value: 'RATE',
        help: 'fewest tokens per second of all replicas',
        byDefault: 'no limit',
      },
      'max-replicas': { value: 'N', help: 'most replicas', byDefault: '1' },
      limit: { value: 'N', help: 'rows to print', byDefault: '10' },
    },
  },
  upgrade: {
    help: 'what another release of the server changes, and which models it would no longer load; exit status 1 when there are any',
    options: {
      from: { value: 'RELEASE', help: 'release in use: 26.07 (Triton) or 0.24.0 (vLLM)' },
      to: { value: 'RELEASE', help: 'release to compare it with' },
      plan: {
        value: 'FILE...',
        help: 'locked plans (plan --json, or several by name), or the model.json of an engine, to be judged; may be given several times',
        byDefault: 'no models',
        repeats: true,
      },
      vllm: { value: 'VERSION', help: 'vLLM in the image of --to, where it is not known', byDefault: 'as listed' },
      driver: { value: 'BRANCH', help: "branch of NVIDIA's driver on the nodes, e.g. 580", byDefault: 'not checked' },
      json: { help: 'everything as JSON' },
    },
  },
  'check-rules': {
    help: 'whether rules of Prometheus can be right: names, labels, units and windows against what is scraped; exit status 1 when one cannot',
    operands: 'rules',
    options: {
      rules: {
        value: 'FILE...',
        help: "files of rules, Prometheus' own or PrometheusRule objects; the option may be left out before the first",
        repeats: true,
      },
      targets: {
        value: 'LIST',
        help: 'what is scraped: JOB=EXPORTER@VERSION, several exporters with +, features behind the version, separated by commas',
        repeats: true,
      },
      labels: {
        value: 'LIST',
        help: 'labels that the scrape adds beside job, instance, namespace and pod, such as cluster, endpoint or node',
        repeats: true,
        byDefault: 'none',
      },
      'scraped-by-monitoring-stack': {
        help: 'a MonitoringStack scrapes: it adds node, model to the series of vllm and gpu_uuid to those of dcgm-exporter',
      },
      interval: { value: 'SECONDS', help: 'seconds between scrapes', byDefault: '15' },
      json: { help: 'the faults as JSON' },
    },
  },
  models: { help: 'the models of the catalog', options: {} },
  instances: { help: 'the instance types of the catalog', options: {} },
  gpus: { help: 'the GPU types that --gpu takes', options: {} },
};

/** Words for what `search` does. */
const SEARCHES = ['choose', 'find', 'recommend', 'select'];

/**
 * The fault of a command that is not known.
 *
 * @internal
 */
export function unknownCommand(name: string): Fault {
  const cure = 'see --help';
  return SEARCHES.includes(name.toLowerCase())
    ? unknownNameFault('command', name, [], `use 'search', or ${cure}`, name)
    : unknownNameFault('command', name, Object.keys(COMMANDS), cure, name);
}
