import { DataSize } from '../units/data-size';
import { CapacityPlan } from './capacity-plan';
import { figuresOf } from './figures';
import { Fit, fitOf } from './memory-fit';
import { MemoryModel } from './memory-model';
import { PlanFacts } from './plan-fields';
import { Alternative } from './plan-parts';
import { ServingEstimate, estimate, microBatchesOf, pipelineEfficiency } from './serving-estimate';
import { Configuration, largerDefaultSequences, nodesFor } from './configuration';
import { isLowered } from './scheduled-sequences';
import { settingOf } from './power-model';
import { stageLayers } from './stages';
import { warningText, warningsOf } from './warnings';

/** Maximum number of concurrent sequences if no limit is requested (`max_num_seqs` of vLLM on large GPUs). */
const MAX_SEQUENCES = 1024;

/**
 * Sequences of typical length that are in flight when the cache is full: on average, half of their answer is generated.
 *
 * @internal
 */
export function fullConcurrency(configuration: Configuration, memory: MemoryModel): number {
  const expected = memory.kvCapacityTokens / (configuration.inputTokens + 0.65 * configuration.outputTokens);
  const unlimited = configuration.requestedMaxSequences === undefined && !isLowered(configuration);
  const most = configuration.parallelism.attentionRanks * (unlimited ? MAX_SEQUENCES : configuration.maxSequences);
  return Math.max(1, Math.min(most, Math.floor(expected)));
}

/**
 * Times at the requested concurrency and with a full cache.
 *
 * @internal
 */
export function estimates(
  configuration: Configuration,
  memory: MemoryModel,
): { asked: ServingEstimate; full: ServingEstimate } {
  const asked = estimate(configuration, configuration.concurrency);
  return {
    asked,
    full: estimate(configuration, Math.max(configuration.concurrency, fullConcurrency(configuration, memory))),
  };
}

/** Whether it would still fit with the default number of sequences of the engine. */
function fitsByDefault(configuration: Configuration, fit: Fit): boolean {
  const own = largerDefaultSequences(configuration);
  return !fit.fits || own === undefined || fitOf({ ...configuration, maxSequences: own }).fits;
}

/**
 * The whole plan of a configuration.
 *
 * @internal
 */
export function planOf(configuration: Configuration, alternatives: (fit: Fit) => Alternative[]): CapacityPlan {
  const fit = fitOf(configuration);
  const { memory } = fit;
  const { asked, full } = estimates(configuration, memory);
  const { parallelism, model, instanceType } = configuration;
  const m =
    parallelism.pipeline === 1
      ? 1
      : (configuration.microBatches ?? Math.max(parallelism.pipeline, configuration.concurrency));
  const { replicas } = parallelism;
  const cost = (nodes: number) =>
    configuration.pricePerHour === undefined
      ? undefined
      : (1e6 * nodes * configuration.pricePerHour) /
        (3600 * full.outputTokensPerSecond * replicas * configuration.utilization);
  const spare = parallelism.withReplicas(replicas + 1);
  const size = (bytes: number) => DataSize.bytes(bytes);
  const gpuBytes = configuration.gpu.memory.bytes * parallelism.gpusPerReplica;
  const bare: Omit<PlanFacts, 'figures' | 'warnings'> = {
    model: configuration.givenModel,
    instanceType,
    precision: configuration.precision,
    kvCachePrecision: configuration.kvCachePrecision,
    engine: configuration.engine,
    parallelism,
    network: configuration.nodeNetwork,
    contextLength: configuration.contextLength,
    concurrency: configuration.concurrency,
    inputTokens: configuration.inputTokens,
    outputTokens: configuration.outputTokens,
    gpuMemoryUtilization: configuration.gpuMemoryUtilization,
    maxBatchedTokens: configuration.maxBatchedTokens,
    maxSequences: configuration.maxSequences,
    attentionWindow: configuration.attentionWindow,
    mediaInput: model.shape.encoders?.length ? configuration.mediaInput : undefined,
    speculativeDecoding: configuration.speculativeDecoding,
    lora: configuration.lora,
    cudaGraphs: configuration.cudaGraphs,
    warmCompileCache: configuration.warmCompileCache || undefined,
    power: configuration.power && settingOf(configuration.power),
    cpuOffload: size(memory.offloaded),
    checkpointSize: configuration.checkpointBytes === undefined ? undefined : size(configuration.checkpointBytes),
    fits: fit.fits,
    nodes: configuration.nodes,
    memoryPerGpu: {
      weights: size(memory.weights),
      kvCache: size(memory.kvNeeded),
      activations: size(memory.activations),
      runtime: size(memory.runtime),
      total: size(fit.totalBytes),
      available: size(memory.available),
    },
    hostMemoryPerNode: size(fit.hostBytes),
    kvBytesPerTokenPerGpu: memory.kvPerToken,
    stateBytesPerSequencePerGpu: memory.statePerSequence > 0 ? memory.statePerSequence : undefined,
    kvCapacityTokens: memory.kvCapacityTokens,
    maxConcurrency: memory.maxSequences,
    ruleOfThumbBatch: Math.floor(gpuBytes / (model.parameters * 2)),
    decodeLatencyMs: asked.timePerOutputToken * 1e3,
    timeToFirstTokenMs: asked.timeToFirstToken * 1e3,
    outputTokensPerSecond: asked.outputTokensPerSecond * replicas,
    maxOutputTokensPerSecond: full.outputTokensPerSecond * replicas,
    microBatches: m,
    pipelineEfficiency: pipelineEfficiency(m, parallelism.pipeline),
    layersPerStage: stageLayers(model.layers, parallelism.pipeline),
    pricePerHour: configuration.pricePerHour,
    utilization: configuration.utilization,
    costPerMillionTokens: cost(configuration.nodes),
    costPerMillionTokensWithSpare: cost(nodesFor(instanceType, spare)),
    shortfallPerGpu: fit.shortfallBytes > 0 ? size(fit.shortfallBytes) : undefined,
    alternatives: fit.fits ? [] : alternatives(fit),
  };
  const facts = {
    ...bare,
    warnings: warningsOf(configuration, { ...fit, fitsByDefault: fitsByDefault(configuration, fit) }, asked).map(
      warningText,
    ),
  };
  return CapacityPlan._of({
    ...facts,
    figures: figuresOf(configuration, facts, asked, full, microBatchesOf(configuration, configuration.concurrency)),
  });
}
