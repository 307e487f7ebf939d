import { Parallelism } from '../catalog/parallelism';
import { DataSize } from '../units/data-size';
import { CapacityPlan } from './capacity-plan';
import { figuresOf } from './figures';
import { Fit, fitOf } from './judge-fit';
import { MemoryModel } from './memory-model';
import { PlanFacts } from './plan-facts';
import { Alternative } from './plan-parts';
import { ServingEstimate, estimate, microBatchesOf, pipelineEfficiency } from './serving-estimate';
import { Setup, largerOwnSequences, nodesFor } from './setup';
import { stageLayers } from './stages';
import { warningsOf } from './warnings';

/** Most sequences at once where no limit is asked for (`max_num_seqs` of vLLM on large GPUs). */
const MOST_SEQUENCES = 1024;

/**
 * Sequences of typical length that are in flight when the cache is full: they are on average half through their answer.
 *
 * @internal
 */
export function fullConcurrency(setup: Setup, memory: MemoryModel): number {
  const expected = memory.kvCapacityTokens / (setup.inputTokens + 0.65 * setup.outputTokens);
  const most = setup.askedMaxSequences === undefined ? MOST_SEQUENCES : setup.maxSequences;
  return Math.max(1, Math.min(most, Math.floor(expected)));
}

/**
 * Times at the asked concurrency and with a full cache.
 *
 * @internal
 */
export function estimates(setup: Setup, memory: MemoryModel): { asked: ServingEstimate; full: ServingEstimate } {
  const asked = estimate(setup, setup.concurrency);
  return { asked, full: estimate(setup, Math.max(setup.concurrency, fullConcurrency(setup, memory))) };
}

/** Whether it would still fit with as many sequences as the engine takes by itself. */
function fitsByDefault(setup: Setup, fit: Fit): boolean {
  const own = largerOwnSequences(setup);
  return !fit.fits || own === undefined || fitOf({ ...setup, maxSequences: own }).fits;
}

/**
 * The whole plan of a setup.
 *
 * @internal
 */
export function planOf(setup: Setup, alternatives: (fit: Fit) => Alternative[]): CapacityPlan {
  const fit = fitOf(setup);
  const { memory } = fit;
  const { asked, full } = estimates(setup, memory);
  const { parallelism, model, instanceType } = setup;
  const m = parallelism.pipeline === 1 ? 1 : (setup.microBatches ?? Math.max(parallelism.pipeline, setup.concurrency));
  const replicas = parallelism.data;
  const cost = (nodes: number) =>
    setup.pricePerHour === undefined
      ? undefined
      : (1e6 * nodes * setup.pricePerHour) / (3600 * full.outputTokensPerSecond * replicas * setup.utilization);
  const spare = Parallelism.of({ tensor: parallelism.tensor, pipeline: parallelism.pipeline, data: replicas + 1 });
  const size = (bytes: number) => DataSize.bytes(bytes);
  const gpuBytes = setup.gpu.memory.bytes * parallelism.gpusPerReplica;
  const bare: Omit<PlanFacts, 'figures' | 'warnings'> = {
    model,
    instanceType,
    precision: setup.precision,
    kvCachePrecision: setup.kvCachePrecision,
    engine: setup.engine,
    parallelism,
    network: setup.nodeNetwork,
    contextLength: setup.contextLength,
    concurrency: setup.concurrency,
    inputTokens: setup.inputTokens,
    outputTokens: setup.outputTokens,
    gpuMemoryUtilization: setup.gpuMemoryUtilization,
    maxBatchedTokens: setup.maxBatchedTokens,
    maxSequences: setup.maxSequences,
    cudaGraphs: setup.cudaGraphs,
    cpuOffload: size(memory.offloaded),
    checkpointSize: setup.checkpointBytes === undefined ? undefined : size(setup.checkpointBytes),
    fits: fit.fits,
    nodes: setup.nodes,
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
    pricePerHour: setup.pricePerHour,
    utilization: setup.utilization,
    costPerMillionTokens: cost(setup.nodes),
    costPerMillionTokensWithSpare: cost(nodesFor(instanceType, spare)),
    shortfallPerGpu: fit.shortfallBytes > 0 ? size(fit.shortfallBytes) : undefined,
    alternatives: fit.fits ? [] : alternatives(fit),
  };
  const facts = { ...bare, warnings: warningsOf(setup, { ...fit, fitsByDefault: fitsByDefault(setup, fit) }, asked) };
  return CapacityPlan._of({
    ...facts,
    figures: figuresOf(setup, facts, asked, full, microBatchesOf(setup, setup.concurrency)),
  });
}
