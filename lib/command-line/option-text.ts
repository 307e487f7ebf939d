import { Fault, fault } from '../units/fault';

/** The options by which the command line sets the properties of the planner, as its sentences and faults name them. */
const OPTIONS: { readonly [property: string]: string } = {
  contextLength: '--context',
  concurrency: '--concurrency',
  inputTokens: '--input',
  outputTokens: '--output',
  kvCachePrecision: '--kv-precision',
  engine: '--engine',
  gpuMemoryUtilization: '--utilization',
  maxBatchedTokens: '--max-batched-tokens',
  maxSequences: '--max-sequences',
  checkpointSize: '--checkpoint-size',
  cpuOffload: '--cpu-offload',
  attentionWindow: '--attention-window',
  mediaInput: '--media-input',
  'lora.maxAdapters': '--max-loras',
  'lora.maxRank': '--max-lora-rank',
  speculativeDecoding: '--speculative-config',
  acceptanceRate: '--acceptance-rate',
  network: '--network',
  maxNodes: '--max-nodes',
  parallelism: '--tensor',
  tensor: '--tensor',
  pipeline: '--pipeline',
  expert: '--expert',
  data: '--data',
  instanceType: '--instance',
  gpuCount: '--gpus',
  interconnect: '--interconnect',
  nvlinkDomainSize: '--nvlink-domain',
  networkBandwidthGbps: '--network-gbps',
  memory: '--host-memory',
  precision: '--precision',
  microBatches: '--micro-batches',
  pricePerHour: '--price',
  candidates: '--instances',
  region: '--region',
  precisions: '--precisions',
  'targets.maxTimePerOutputTokenMs': '--max-ms-per-token',
  'targets.maxTimeToFirstTokenMs': '--max-ms-to-first-token',
  'targets.minOutputTokensPerSecond': '--min-tokens-per-second',
  maxReplicas: '--max-replicas',
  limit: '--limit',
};

/** What sentences say of the library, and what the command line has instead. */
const CURES: readonly (readonly [RegExp, string])[] = [
  [/ModelSpec\.fromHuggingFaceConfig, .*$/, '--config takes the config.json of another one'],
  [/ModelSpec\.dense and .*$/, 'a size such as --model 13B is planned approximately'],
  [/GpuType\.custom describes another one; known: .*$/, 'gpu-inference gpus lists them'],
  [/it has 4 × GB300; GpuInstanceType\.unlisted .*$/, '--gpu GB300 --gpus 4 plans its hardware'],
  [/GpuInstanceType\.unlisted .*$/, 'gpu-inference instances lists them'],
];

/**
 * The option of a property; the property itself if there is none.
 *
 * @internal
 */
export function optionOf(property: string): string {
  const candidate = property.replace(/^candidates\[\d+\]\.\w+$/, 'candidates');
  return Object.hasOwn(OPTIONS, candidate) ? OPTIONS[candidate] : property;
}

/**
 * A sentence of the planner in the words of the command line: options instead of properties of the library.
 *
 * @internal
 */
export function optionText(sentence: string): string {
  const properties = Object.keys(OPTIONS).filter((property) => /[A-Z.]/.test(property));
  // The longest name first: `targets.maxTime...` contains no other, but names may begin alike.
  const names = new RegExp(
    `(?<![\\w.-])(${properties.map((each) => each.replace('.', '\\.')).join('|')})(?![\\w])`,
    'g',
  );
  const cured = CURES.reduce((text, [pattern, instead]) => text.replace(pattern, instead), sentence);
  return cured
    .replace(/candidates\[\d+\]\.pricePerHour/g, 'the price in --instances')
    .replace(names, (name) => OPTIONS[name]);
}

/**
 * A fault of the planner as one of an option.
 *
 * @param found the fault
 * @param option the option at fault @default - that of its property
 *
 * @internal
 */
export function optionFault({ id, property, reason }: Fault, option?: string): Fault {
  return fault(id, option ?? (property === undefined ? undefined : optionOf(property)), optionText(reason));
}
