import { Fault, fault } from '../units/fault';
import { InferenceEngine } from '../catalog/inference-engine';
import { DecoderShape } from '../catalog/model-architecture';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism, ParallelismProps } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { DataSize } from '../units/data-size';
import { UnscopedValidationError, throwIfFaulty } from '../units/errors';
import { NodeNetwork } from './capacity-request';
import { hardwareFromJson, hardwareToJson } from './hardware-json';
import { PlanFacts } from './plan-facts';
import { contradictions, fieldFaults } from './plan-json-faults';
import { PlanFigure, Alternative } from './plan-parts';

const FORMAT = 'gpu-inference-constructs/capacity-plan';
const VERSION = 2;

/** Plain data of a JSON object. */
interface Json {
  readonly [key: string]: unknown;
}

/** Fields of a plan that are numbers, texts or lists of them, and go into the JSON as they are. */
const PLAIN = [
  'network',
  'contextLength',
  'concurrency',
  'inputTokens',
  'outputTokens',
  'gpuMemoryUtilization',
  'maxBatchedTokens',
  'maxSequences',
  'cudaGraphs',
  'fits',
  'nodes',
  'kvBytesPerTokenPerGpu',
  'kvCapacityTokens',
  'maxConcurrency',
  'ruleOfThumbBatch',
  'decodeLatencyMs',
  'timeToFirstTokenMs',
  'outputTokensPerSecond',
  'maxOutputTokensPerSecond',
  'microBatches',
  'pipelineEfficiency',
  'layersPerStage',
  'utilization',
  'warnings',
  'figures',
] as const;
const OPTIONAL = ['pricePerHour', 'costPerMillionTokens', 'costPerMillionTokensWithSpare'] as const;
const MEMORY_PARTS = ['weights', 'kvCache', 'activations', 'runtime', 'total', 'available'] as const;

/**
 * A plan as plain data. Sizes are bytes; models and instance types that are not in the catalog are written out.
 *
 * @internal
 */
export function planToJson(facts: PlanFacts): Json {
  const memory = facts.memoryPerGpu;
  return {
    format: FORMAT,
    version: VERSION,
    model: modelToJson(facts.model),
    instanceType: hardwareToJson(facts.instanceType),
    precision: facts.precision.name,
    kvCachePrecision: facts.kvCachePrecision.name,
    engine: facts.engine.name,
    parallelism: parallelismToJson(facts.parallelism),
    cpuOffload: facts.cpuOffload.bytes,
    ...(facts.checkpointSize ? { checkpointSize: facts.checkpointSize.bytes } : {}),
    memoryPerGpu: Object.fromEntries(MEMORY_PARTS.map((part) => [part, memory[part].bytes])),
    hostMemoryPerNode: facts.hostMemoryPerNode.bytes,
    ...(facts.shortfallPerGpu ? { shortfallPerGpu: facts.shortfallPerGpu.bytes } : {}),
    alternatives: facts.alternatives.map((way) => ({ ...way, parallelism: parallelismToJson(way.parallelism) })),
    ...Object.fromEntries(PLAIN.map((key) => [key, facts[key]])),
    ...Object.fromEntries(OPTIONAL.flatMap((key) => (facts[key] === undefined ? [] : [[key, facts[key]]]))),
  };
}

/**
 * The facts of a plan's JSON.
 *
 * @internal
 */
export function planFromJson(json: unknown): PlanFacts {
  const data = parsed(json);
  if (data.format !== FORMAT || data.version !== VERSION) {
    throw new UnscopedValidationError([
      fault(
        'PLAN_OF_OTHER_VERSION',
        'version',
        `a capacity plan must have format '${FORMAT}' and version ${VERSION}; got format '${data.format}' and version '${data.version}'; ` +
          'make it again with CapacityPlan.toJson()',
      ),
    ]);
  }
  const missing = PLAIN.filter((key) => data[key] === undefined);
  const memory = record(data.memoryPerGpu);
  missing.push(...(MEMORY_PARTS.filter((part) => typeof memory[part] !== 'number') as never[]));
  if (missing.length > 0) {
    throw new UnscopedValidationError([
      fault(
        'PLAN_CHANGED',
        undefined,
        `the capacity plan lacks ${missing.join(', ')}; make it again with CapacityPlan.toJson()`,
      ),
    ]);
  }
  refuse(fieldFaults(data));
  const size = (value: unknown) => DataSize.bytes(value as number);
  const plain = Object.fromEntries([...PLAIN, ...OPTIONAL].map((key) => [key, data[key]]));
  const facts: PlanFacts = {
    ...(plain as unknown as PlanFacts),
    model: modelFromJson(data.model),
    instanceType: hardwareFromJson(
      typeof data.instanceType === 'string' ? data.instanceType : record(data.instanceType),
    ),
    precision: Precision.of(String(data.precision)),
    kvCachePrecision: Precision.of(String(data.kvCachePrecision)),
    engine: InferenceEngine.of(String(data.engine)),
    network: data.network as NodeNetwork,
    parallelism: Parallelism.of(record(data.parallelism) as unknown as ParallelismProps),
    cpuOffload: size(data.cpuOffload),
    checkpointSize: data.checkpointSize === undefined ? undefined : size(data.checkpointSize),
    memoryPerGpu: {
      weights: size(memory.weights),
      kvCache: size(memory.kvCache),
      activations: size(memory.activations),
      runtime: size(memory.runtime),
      total: size(memory.total),
      available: size(memory.available),
    },
    hostMemoryPerNode: size(data.hostMemoryPerNode),
    shortfallPerGpu: data.shortfallPerGpu === undefined ? undefined : size(data.shortfallPerGpu),
    alternatives: (data.alternatives as Json[]).map((way) => ({
      ...(way as unknown as Alternative),
      parallelism: Parallelism.of(way.parallelism as ParallelismProps),
    })),
    figures: data.figures as PlanFigure[],
  };
  refuse(contradictions(facts));
  return facts;
}

function refuse(faults: Fault[]): void {
  throwIfFaulty(
    faults.map(({ id, property, reason }) =>
      fault(id, property, `the capacity plan was changed: ${reason}; make it again with CapacityPlan.toJson()`),
    ),
  );
}

function parsed(json: unknown): Json {
  if (typeof json !== 'string') return record(json);
  try {
    return record(JSON.parse(json));
  } catch (error) {
    if (UnscopedValidationError.isValidationError(error)) throw error;
    throw new UnscopedValidationError([
      fault('INVALID_FORMAT', undefined, `a capacity plan must be JSON; ${(error as Error).message}`),
    ]);
  }
}

function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UnscopedValidationError([
      fault(
        'INVALID_FORMAT',
        undefined,
        `a capacity plan must be a JSON object as CapacityPlan.toJson() makes it; got ${JSON.stringify(value)}`,
      ),
    ]);
  }
  return value as Json;
}

function parallelismToJson(parallelism: Parallelism): ParallelismProps {
  const { tensor, pipeline, data, expert } = parallelism;
  return { tensor, pipeline, data, expert };
}

function modelToJson(model: ModelSpec): unknown {
  const plain = model.sharedParameterFraction === 0 && model.skippedLayerFraction === 0;
  if (plain && ModelSpec.ALL.includes(model)) return model.name;
  return {
    name: model.name,
    ...(model.approximate ? { parameters: model._givenParameters } : {}),
    shape: model.shape,
    sharedParameterFraction: model.sharedParameterFraction,
    skippedLayerFraction: model.skippedLayerFraction,
    ...(model.publishedPrecision ? { publishedPrecision: model.publishedPrecision.name } : {}),
  };
}

function modelFromJson(json: unknown): ModelSpec {
  if (typeof json === 'string') return ModelSpec.of(json);
  const data = record(json);
  const name = String(data.name);
  const shape = record(data.shape) as unknown as DecoderShape;
  const publishedPrecision =
    data.publishedPrecision === undefined ? undefined : Precision.of(String(data.publishedPrecision));
  let model: ModelSpec;
  if (data.parameters !== undefined) {
    model = ModelSpec.dense({
      name,
      parameters: data.parameters as number,
      maxContextLength: shape.maxContextLength,
      publishedPrecision,
    });
  } else {
    model = shape.experts
      ? ModelSpec.mixtureOfExperts({ name, shape, publishedPrecision })
      : ModelSpec.dense({ name, shape, publishedPrecision });
  }
  const shared = data.sharedParameterFraction as number;
  const skipped = data.skippedLayerFraction as number;
  if (shared > 0) model = model.withSharedParameters(shared);
  return skipped > 0 ? model.withSkippedLayers(skipped) : model;
}
