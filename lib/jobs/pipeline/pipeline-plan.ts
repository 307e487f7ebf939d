import { ModelSpec } from '../../catalog/model-spec';
import { Precision } from '../../catalog/precision';
import { EvidenceClass } from '../../planning/plan-parts';
import { DataSize } from '../../units/data-size';
import { ModelState, after, sourceState } from './model-state';
import { PipelineNode } from './pipeline-node';
import { StepCost, checkCost, stepCost } from './step-cost';
import { GPU_STEPS, StepFacts } from './step-facts';

/** Longest input that is checked unless the gate says another. */
const CHECKED_CONTEXT = 4096;
const MIB = 1024 ** 2;
/** What texts, lists and results take on the disk beside weights. */
const REST_MIB = 2048;
/** Times are of a guide's typical ones, carried over to other GPUs, and of rates that are assumed. */
const TIME_BAND = 'factor 3 either way';

/**
 * A step, or the checks, with what it takes.
 *
 * @internal
 */
export interface PlannedStep {
  readonly name: string;
  /** Whether it computes on a GPU where there is one. */
  readonly usesGpu: boolean;
  readonly cost: StepCost;
  readonly before: ModelState;
  readonly next: ModelState;
}

/**
 * What a pipeline takes.
 *
 * @internal
 */
export interface PipelinePlan {
  readonly node: PipelineNode;
  readonly source: ModelState;
  readonly result: ModelState;
  /** The steps, and the checks as the last. */
  readonly steps: readonly PlannedStep[];
  /** Volume for source, results and texts, MiB. */
  readonly diskMib: number;
  /** Memory of the host, MiB. */
  readonly memoryMib: number;
  readonly seconds: number;
}

/**
 * Plans steps that read what comes before them.
 *
 * @param model the source
 * @param precision its format in the store
 * @param steps the steps
 * @param node where they run
 * @param longContext longest input that is checked @default - 4096, or the model's own limit where that is less
 *
 * @internal
 */
export function planPipeline(
  model: ModelSpec,
  precision: Precision,
  steps: readonly StepFacts[],
  node: PipelineNode,
  longContext?: number,
): PipelinePlan {
  const source = sourceState(model, precision);
  const states = steps.reduce((all, step) => [...all, after(all[all.length - 1], step)], [source]);
  const result = states[states.length - 1];
  const planned: PlannedStep[] = steps.map((step, index) => {
    const [before, next] = [states[index], states[index + 1]];
    return {
      name: step.short,
      usesGpu: GPU_STEPS[step.kind] !== undefined,
      before,
      next,
      cost: stepCost(step, before, next, node),
    };
  });
  const longest = longContext ?? Math.min(CHECKED_CONTEXT, model.maxContextLength);
  const checks = {
    name: 'checks',
    usesGpu: false,
    before: source,
    next: result,
    cost: checkCost(source, result, longest, node),
  };
  const all = [...planned, checks];
  // A step's result is there with what it read; the source stays, because the checks compare with it.
  const pairs = planned.map(({ before, next }) => (before === source ? 0 : before.bytes) + next.bytes);
  const held = source.bytes + Math.max(result.bytes, ...pairs);
  return {
    node,
    source,
    result,
    steps: all,
    diskMib: Math.ceil((1.05 * held) / MIB + REST_MIB),
    memoryMib: Math.ceil(Math.max(...all.map(({ cost }) => cost.hostBytes)) / MIB),
    seconds: all.reduce((sum, { cost }) => sum + cost.seconds, 0),
  };
}

/**
 * A plan in words: what each step takes, how that is computed, and how sure it is.
 *
 * @internal
 */
export function pipelineText({ node, source, result, steps, diskMib, memoryMib, seconds }: PipelinePlan): string[] {
  const size = (bytes: number) => String(DataSize.bytes(Math.ceil(bytes)));
  const share = ((100 * result.bytes) / source.bytes).toFixed(0);
  return [
    `on ${node.name}: ${size(source.bytes)} of ${source.precision} become ${size(result.bytes)} of ${result.format.name} (${share} %)`,
    ...steps.flatMap(({ name, cost }) => [
      `${name}: ${size(cost.hostBytes)} of the host` +
        (cost.gpuBytes > 0 ? `, ${size(cost.gpuBytes)} of a GPU` : '') +
        `; reads ${size(cost.readBytes)}, writes ${size(cost.writtenBytes)}; about ${pipelineTime(cost.seconds)}`,
      `  = ${cost.formula}`,
      `  evidence: ${cost.evidence}; error of the time: ${TIME_BAND}`,
    ]),
    `together: ${size(memoryMib * MIB)} of memory, ${size(diskMib * MIB)} of disk, about ${pipelineTime(seconds)}`,
    `  = the most of any step; source + what a step reads and writes + 5 % + 2 GiB; the sum of the times`,
    `  evidence: ${EvidenceClass.ASSUMED}`,
  ];
}

/** A time in words. @internal */
export function pipelineTime(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
