import * as path from 'path';
import {
  CapacityPlan,
  CapacityPlanner,
  DataSize,
  GpuInterconnect,
  GpuNodeType,
  GpuType,
  InferenceEngine,
  MediaInput,
  ModelSpec,
  Parallelism,
  Precision,
  SpeculativeDecoding,
} from '../../lib/planning';
import { cacheLayout, poolOf } from '../../lib/planning/cache-pool';
import { configurationOf, resolveLoad } from '../../lib/planning/configuration';
import { stagesOf } from '../../lib/planning/stages';
import { judgedModel } from './judged-models';
import { readTable } from './points';

/** Layers of the model, and what it reads besides text. */
export type Kind = 'text' | 'hybrid' | 'vision';

/** What an engine's log states of its cache. */
export interface Capacity {
  readonly unit: 'tokens' | 'GiB' | 'blocks';
  readonly engine: number;
  readonly plan: number;
}

/** A published start of an engine, and what the planner says of it. */
export interface Judged {
  readonly id: string;
  readonly source: string;
  readonly date: string;
  readonly quote: string;
  readonly model: ModelSpec;
  readonly kinds: readonly Kind[];
  readonly seen: boolean;
  readonly plan: CapacityPlan;
  readonly capacity?: Capacity;
  /** Whether the engine started; undefined where the source does not say. */
  readonly started?: boolean;
  /** What the source leaves open, and what was taken for it. */
  readonly assumed: string;
  /** Whether its log says that it runs in WSL2: Windows has the GPU, and what its programs take while the engine starts counts as the engine's. */
  readonly onWindows: boolean;
}

type Row = { readonly [column: string]: string };

/** CRC-32 (IEEE 802.3). */
function crc32(text: string): number {
  let crc = ~0;
  for (const byte of Buffer.from(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/**
 * Whether a source may be looked at while the planner is changed: half of them by their address, and those whose figures other tests have
 * (`used`). Decided before any row was judged.
 */
function isSeen(row: Row): boolean {
  return row.used === 'yes' || crc32(row.source) % 2 === 0;
}

const PCIE = /^(T4|A10|A10G|A30|A40|L4|L20|L40|L40S|RTX|GB10|H100-PCIE|H100-NVL|H200-NVL|A100-80GB-PCIE)/;
const NODES = new Map<string, GpuNodeType>();

/** A node with eight of the GPUs of a row. */
function nodeOf(name: string): GpuNodeType {
  const gpu = GpuType.of(name);
  const known = NODES.get(gpu.name);
  if (known) return known;
  const node = GpuNodeType.custom({
    name: `judged-${gpu.name.toLowerCase()}`,
    gpu,
    // One to a machine.
    gpuCount: gpu.name === 'GB10' ? 1 : 8,
    interconnect: PCIE.test(gpu.name) ? GpuInterconnect.PCIE : GpuInterconnect.NVSWITCH,
    vcpus: 192,
    memory: DataSize.gib(2048),
    networkBandwidthGbps: 3200,
    rdma: true,
  });
  NODES.set(gpu.name, node);
  return node;
}

/** The engine of a version, e.g. `vllm 0.24.0`. */
function engineOf(row: Row): InferenceEngine {
  const [name, version = ''] = row.engine.split(' ');
  if (name === 'sglang') return InferenceEngine.SGLANG;
  if (name !== 'vllm') throw new Error(`${row.id}: which engine is '${row.engine}'?`);
  const engine = InferenceEngine.vllm(version);
  // Asked for, prefixes of models with states are cached by earlier versions too.
  return row.prefix_caching === 'yes' ? engine._cachingPrefixes() : engine;
}

function number(row: Row, column: string): number | undefined {
  if ((row[column] ?? '') === '') return undefined;
  const value = Number(row[column]);
  if (!Number.isFinite(value)) throw new Error(`${row.id}: ${column} is '${row[column]}'`);
  return value;
}

/** The plan of a row; where its log states the weights as loaded (`loaded_gib`, of all ranks), with files of the size that gives them. */
function planOf(row: Row, model: ModelSpec): CapacityPlan {
  const loaded = number(row, 'loaded_gib');
  const stated = number(row, 'checkpoint_gib');
  if (loaded === undefined) return planWith(row, model, stated);
  if (stated !== undefined) throw new Error(`${row.id}: checkpoint_gib or loaded_gib, not both`);
  // Files have prediction layers besides, which only a drafter loads. What is loaded grows evenly with their size.
  const loads = (size: number) => planWith(row, model, size).memoryPerGpu.weights.gib * (number(row, 'tp') ?? 1);
  const step = loaded / 20;
  const less = loads(loaded);
  return planWith(row, model, loaded + ((loaded - less) * step) / (loads(loaded + step) - less));
}

function planWith(row: Row, model: ModelSpec, checkpoint: number | undefined): CapacityPlan {
  return CapacityPlanner.plan({
    model,
    instanceType: nodeOf(row.gpu),
    precision: row.precision === '' ? undefined : Precision.of(row.precision),
    kvCachePrecision: row.kv === '' ? undefined : Precision.of(row.kv),
    checkpointSize: checkpoint === undefined ? undefined : DataSize.gib(checkpoint),
    parallelism: Parallelism.of({
      tensor: number(row, 'tp') ?? 1,
      pipeline: number(row, 'pp'),
      data: number(row, 'dp'),
      expert: number(row, 'ep'),
    }),
    engine: engineOf(row),
    contextLength: number(row, 'context'),
    concurrency: 1,
    gpuMemoryUtilization: number(row, 'utilization'),
    maxSequences: number(row, 'sequences'),
    maxBatchedTokens: number(row, 'step_tokens'),
    cudaGraphs: row.eager !== 'yes',
    warmCompileCache: row.warm === 'yes',
    mediaInput: MEDIA[row.media],
    speculativeDecoding: speculationOf(row),
  });
}

/** Method and tokens of a step, e.g. `mtp 3`, `ngram 5`, or `eagle3 3 of 32000`, whose head drafts so many tokens of the vocabulary. */
function speculationOf(row: Row): SpeculativeDecoding | undefined {
  if (!row.speculation) return undefined;
  const [, method, tokens, drafted] = /^(mtp|ngram|eagle3) (\d+)(?: of (\d+))?$/.exec(row.speculation) ?? [];
  if (method === 'mtp') return SpeculativeDecoding.mtp({ tokens: Number(tokens) });
  if (method === 'ngram') return SpeculativeDecoding.nGram({ tokens: Number(tokens) });
  if (method === 'eagle3') {
    const draftVocabularySize = drafted === undefined ? undefined : Number(drafted);
    return SpeculativeDecoding.eagle3({ tokens: Number(tokens), draftVocabularySize });
  }
  throw new Error(`${row.id}: which speculation is '${row.speculation}'?`);
}

const MEDIA: { readonly [media: string]: MediaInput } = {
  '': MediaInput.ALL,
  images: MediaInput.IMAGES,
  none: MediaInput.NONE,
};

/** What the row states of the cache, and the same of the plan. */
function capacityOf(row: Row, plan: CapacityPlan): Capacity | undefined {
  const tokens = number(row, 'tokens');
  if (tokens !== undefined) return { unit: 'tokens', engine: tokens, plan: plan.kvCapacityTokens };
  const gib = number(row, 'cache_gib');
  const { available, weights, activations, runtime } = plan.memoryPerGpu;
  const room = Math.max(0, available.gib - weights.gib - activations.gib - runtime.gib);
  if (gib !== undefined) return { unit: 'GiB', engine: gib, plan: room };
  const blocks = number(row, 'blocks');
  if (blocks !== undefined) return { unit: 'blocks', engine: blocks, plan: Math.floor(room / stateBlock(plan)) };
  return undefined;
}

/** Bytes of a block of the cache in GiB, which is what a sequence keeps as its state. */
function stateBlock(plan: CapacityPlan): number {
  const { model, contextLength, engine, kvCachePrecision, precision, parallelism, instanceType } = plan;
  const load = resolveLoad({ model, contextLength, engine, kvCachePrecision });
  const configuration = configurationOf(load, { instanceType, precision }, parallelism);
  return poolOf(cacheLayout(configuration), stagesOf(configuration)[0]).blockBytes / 2 ** 30;
}

function kindsOf(model: ModelSpec): Kind[] {
  const kinds: Kind[] = [];
  if (model._layers.kinds.some((kind) => kind.state !== undefined)) kinds.push('hybrid');
  if (model.shape.encoders?.length) kinds.push('vision');
  return kinds.length > 0 ? kinds : ['text'];
}

/** Judges the planner on every row of a file. */
export function judge(file = path.join(__dirname, 'judged.csv')): Judged[] {
  return readTable(file).map(({ row }) => {
    const model = judgedModel(row.shape);
    const plan = planOf(row, model);
    return {
      id: row.id,
      source: row.source,
      date: row.date,
      quote: row.quote,
      model,
      kinds: kindsOf(model),
      seen: isSeen(row),
      plan,
      capacity: capacityOf(row, plan),
      started: row.started === '' ? undefined : row.started === 'yes',
      assumed: row.assumed,
      onWindows: row.wsl === 'yes',
    };
  });
}
