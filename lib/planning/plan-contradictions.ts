import { tokenBytes } from '../catalog/cache-bytes';
import { encoderParameters } from '../catalog/encoders';
import { wideBytes } from '../catalog/weight-bytes';
import { Fault, fault } from '../units/fault';
import { attentionWindowFaults } from './attention-window';
import { settingFault } from './power-model';
import { MediaInput } from './capacity-request';
import { loadedEncoders } from './encoder-memory';
import { parallelismFaults } from './parallelism-faults';
import { PlanFacts } from './plan-fields';
import { memoryContradictions } from './plan-memory-check';
import { stagesOf } from './stages';
import { sequencesPerRank } from './configuration';

/** Without stages no GPU has fewer weights than an even share; versions of the planner differ by less than this. */
const LEAST_SHARE = 0.75;

/**
 * What contradicts itself in the facts of a plan. Numbers are not computed again: a later version of the planner may find others.
 *
 * @internal
 */
export function contradictions(facts: PlanFacts): Fault[] {
  const { model, parallelism, precision, memoryPerGpu: memory, layersPerStage } = facts;
  const mediaInput = facts.mediaInput ?? MediaInput.ALL;
  const faults = parallelismFaults(model, parallelism, precision);
  if (facts.contextLength > model.maxContextLength)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'contextLength',
        `contextLength ${facts.contextLength} exceeds the ${model.maxContextLength} tokens of ${model.name}`,
      ),
    );
  if (facts.maxSequences < sequencesPerRank(facts))
    faults.push(
      fault(
        'PLAN_CHANGED',
        'maxSequences',
        `maxSequences ${facts.maxSequences} is below concurrency ${facts.concurrency}`,
      ),
    );
  if (facts.engine._isVllm && facts.maxSequences > facts.maxBatchedTokens)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'maxSequences',
        `maxSequences ${facts.maxSequences} is more than maxBatchedTokens ${facts.maxBatchedTokens}, but a step of vLLM has a token for each sequence`,
      ),
    );
  for (const { reason } of attentionWindowFaults(facts, facts.contextLength))
    faults.push(fault('PLAN_CHANGED', 'attentionWindow', reason));
  const unset = settingFault(facts.instanceType, facts.power);
  if (unset !== undefined) faults.push(fault('PLAN_CHANGED', 'power', unset));
  const layers = layersPerStage.reduce((sum, stage) => sum + stage, 0);
  if (layersPerStage.length !== parallelism.pipeline || layers !== model.layers)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'layersPerStage',
        `layersPerStage ${layersPerStage.join(', ')} is not ${model.layers} layers in ${parallelism.pipeline} stages`,
      ),
    );
  if (facts.nodes * facts.instanceType.gpuCount < parallelism.gpus)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'nodes',
        `${facts.nodes} nodes of ${facts.instanceType.name} have fewer GPUs than ${parallelism} needs`,
      ),
    );
  const left = encoderParameters(model.shape.encoders) - encoderParameters(loadedEncoders({ ...facts, mediaInput }));
  const whole = (facts.checkpointSize ?? model.weightSize(precision)).bytes - left * wideBytes(precision);
  // Attention of data-parallel ranks is more than this share, never less.
  const share = whole / parallelism.tensor / Math.max(1, parallelism.expert / parallelism.tensor);
  if (parallelism.pipeline === 1 && memory.weights.bytes + facts.cpuOffload.bytes < LEAST_SHARE * share)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'memoryPerGpu',
        `weights of ${memory.weights} per GPU are fewer than ${model.name} has in ${precision.name}`,
      ),
    );
  const least = leastTokenBytes(facts);
  if (facts.kvBytesPerTokenPerGpu < 0.999 * least)
    faults.push(
      fault(
        'PLAN_CHANGED',
        'kvBytesPerTokenPerGpu',
        `kvBytesPerTokenPerGpu ${facts.kvBytesPerTokenPerGpu} is less than ${model.name} needs in ${facts.kvCachePrecision.name}`,
      ),
    );
  const tooMuch = memory.total.bytes > memory.available.bytes || facts.maxConcurrency < facts.concurrency;
  if (facts.fits && (tooMuch || facts.shortfallPerGpu !== undefined))
    faults.push(
      fault(
        'PLAN_CHANGED',
        'fits',
        `fits is true, but ${memory.total} and ${facts.concurrency} sequences are more than it has room for`,
      ),
    );
  return faults.length > 0 ? faults : memoryContradictions(facts);
}

/** Bytes per token of the stage that holds the most, on each GPU; 0 for more stages than layers, a fault of its own. */
function leastTokenBytes(facts: PlanFacts): number {
  const { model, parallelism, kvCachePrecision } = facts;
  if (parallelism.pipeline > model.layers) return 0;
  // The fullest stage need not be the one with most layers.
  const perStage = stagesOf(facts).map(({ kinds }) =>
    tokenBytes(
      model._layers.kinds.map((kind, i) => ({ ...kind, count: kinds[i] })),
      kvCachePrecision,
    ),
  );
  return Math.min(...perStage) / parallelism.tensor;
}
