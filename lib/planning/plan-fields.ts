import { LoraCapacity, MediaInput, NodeNetwork } from './capacity-request';
import {
  COUNT,
  ENGINE,
  FLAG,
  FieldKind,
  HARDWARE,
  MODEL,
  NUMBER,
  OptionalKind,
  PARALLELISM,
  PRECISION,
  PRICE,
  SHARE,
  SIZE,
  SPECULATION,
  TEXT,
  listOf,
  objectOf,
  oneOf,
  optional,
} from './plan-field-kinds';
import { Alternative, EvidenceClass, MemoryPerGpu, PlanFigure, PowerSetting } from './plan-parts';

const MEMORY = objectOf<MemoryPerGpu>({
  weights: SIZE,
  kvCache: SIZE,
  activations: SIZE,
  runtime: SIZE,
  total: SIZE,
  available: SIZE,
});

const LORA = objectOf<LoraCapacity>({ maxAdapters: COUNT, maxRank: COUNT });

const POWER = objectOf<PowerSetting>({
  wattsPerGpu: PRICE,
  modeId: optional(NUMBER),
  modeName: optional(TEXT),
  gpuClockMhz: optional(COUNT),
});

const ALTERNATIVE = objectOf<Alternative>({
  change: TEXT,
  instanceType: HARDWARE,
  nodes: COUNT,
  precision: PRECISION,
  kvCachePrecision: PRECISION,
  contextLength: COUNT,
  concurrency: COUNT,
  parallelism: PARALLELISM,
  gpuMemoryUtilization: SHARE,
  maxSequences: COUNT,
  maxBatchedTokens: COUNT,
  mediaInput: optional(oneOf(MediaInput)),
  speculativeDecoding: optional(SPECULATION),
  pricePerHour: optional(PRICE),
});

const FIGURE = objectOf<PlanFigure>({
  name: TEXT,
  value: TEXT,
  formula: TEXT,
  inputs: TEXT,
  evidence: oneOf(EvidenceClass),
  errorBand: TEXT,
});

/**
 * Every field of a plan with its kind, in the order of the JSON. The facts that a plan is made of, its members, its JSON and the checks
 * of a JSON that is read back all follow from this table.
 *
 * @internal
 */
export const PLAN_FIELDS = {
  model: MODEL,
  instanceType: HARDWARE,
  precision: PRECISION,
  kvCachePrecision: PRECISION,
  engine: ENGINE,
  parallelism: PARALLELISM,
  cpuOffload: SIZE,
  checkpointSize: optional(SIZE),
  memoryPerGpu: MEMORY,
  hostMemoryPerNode: SIZE,
  shortfallPerGpu: optional(SIZE),
  alternatives: listOf(ALTERNATIVE),
  network: oneOf(NodeNetwork),
  contextLength: COUNT,
  concurrency: COUNT,
  inputTokens: COUNT,
  outputTokens: COUNT,
  gpuMemoryUtilization: SHARE,
  maxBatchedTokens: COUNT,
  maxSequences: COUNT,
  attentionWindow: optional(COUNT),
  mediaInput: optional(oneOf(MediaInput)),
  speculativeDecoding: optional(SPECULATION),
  lora: optional(LORA),
  cudaGraphs: FLAG,
  warmCompileCache: optional(FLAG),
  power: optional(POWER),
  fits: FLAG,
  nodes: COUNT,
  kvBytesPerTokenPerGpu: NUMBER,
  stateBytesPerSequencePerGpu: optional(NUMBER),
  kvCapacityTokens: NUMBER,
  maxConcurrency: NUMBER,
  ruleOfThumbBatch: NUMBER,
  decodeLatencyMs: NUMBER,
  timeToFirstTokenMs: NUMBER,
  outputTokensPerSecond: NUMBER,
  maxOutputTokensPerSecond: NUMBER,
  microBatches: COUNT,
  pipelineEfficiency: SHARE,
  layersPerStage: listOf(COUNT),
  utilization: SHARE,
  warnings: listOf(TEXT),
  figures: listOf(FIGURE),
  pricePerHour: optional(PRICE),
  costPerMillionTokens: optional(PRICE),
  costPerMillionTokensWithSpare: optional(PRICE),
};

type Fields = typeof PLAN_FIELDS;
type Value<K extends keyof Fields> = Fields[K] extends FieldKind<infer T> ? T : never;
type Optional = { [K in keyof Fields]: Fields[K] extends OptionalKind<infer _> ? K : never }[keyof Fields];

/**
 * Everything a plan states.
 *
 * @internal
 */
export type PlanFacts = { readonly [K in Exclude<keyof Fields, Optional>]: Value<K> } & {
  readonly [K in Optional]?: Value<K>;
};

/**
 * A plan's facts as JSON, all fields but its format and version.
 *
 * @internal
 */
export const PLAN_KIND = objectOf<PlanFacts>(PLAN_FIELDS);

/**
 * Facts of their own lists, so that a list that is changed changes nothing else.
 *
 * @internal
 */
export function copyOfFacts(facts: PlanFacts): PlanFacts {
  return {
    ...facts,
    layersPerStage: [...facts.layersPerStage],
    alternatives: [...facts.alternatives],
    warnings: [...facts.warnings],
    figures: [...facts.figures],
  };
}
