import { GpuNodeType } from '../catalog/gpu-node-type';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { Precision } from '../catalog/precision';
import { DataSize } from '../units/data-size';
import { NodeNetwork } from './capacity-request';
import { MemoryPerGpu, PlanFigure, Alternative } from './plan-parts';

/**
 * Everything a plan states.
 *
 * @internal
 */
export interface PlanFacts {
  readonly model: ModelSpec;
  readonly instanceType: GpuNodeType;
  readonly precision: Precision;
  readonly kvCachePrecision: Precision;
  readonly engine: InferenceEngine;
  readonly parallelism: Parallelism;
  readonly network: NodeNetwork;
  readonly contextLength: number;
  readonly concurrency: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly gpuMemoryUtilization: number;
  readonly maxBatchedTokens: number;
  readonly maxSequences: number;
  readonly cudaGraphs: boolean;
  readonly cpuOffload: DataSize;
  readonly checkpointSize?: DataSize;
  readonly fits: boolean;
  readonly nodes: number;
  readonly memoryPerGpu: MemoryPerGpu;
  readonly hostMemoryPerNode: DataSize;
  readonly kvBytesPerTokenPerGpu: number;
  readonly kvCapacityTokens: number;
  readonly maxConcurrency: number;
  readonly ruleOfThumbBatch: number;
  readonly decodeLatencyMs: number;
  readonly timeToFirstTokenMs: number;
  readonly outputTokensPerSecond: number;
  readonly maxOutputTokensPerSecond: number;
  readonly microBatches: number;
  readonly pipelineEfficiency: number;
  readonly layersPerStage: number[];
  readonly pricePerHour?: number;
  readonly utilization: number;
  readonly costPerMillionTokens?: number;
  readonly costPerMillionTokensWithSpare?: number;
  readonly shortfallPerGpu?: DataSize;
  readonly alternatives: Alternative[];
  readonly warnings: string[];
  readonly figures: PlanFigure[];
}

/**
 * The choice in one line.
 *
 * @internal
 */
export function summaryOf(facts: PlanFacts): string {
  const gpus = `${facts.parallelism.gpus} × ${facts.instanceType.gpu.name}`;
  return (
    `${facts.model.name} in ${facts.precision.name} on ${facts.nodes} × ${facts.instanceType.name} (${gpus}, ${facts.parallelism}), ` +
    `context ${facts.contextLength}, ${facts.concurrency} sequences: ${facts.fits ? 'fits' : 'does not fit'}`
  );
}
