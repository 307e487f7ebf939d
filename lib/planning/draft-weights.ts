import { predictionBytes } from '../catalog/prediction-layers';
import { Precision } from '../catalog/precision';
import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Parallelism } from '../catalog/parallelism';
import { wideBytes } from '../catalog/weight-bytes';
import { MediaInput } from './capacity-request';
import { Configuration } from './configuration';
import { layerBytes, stageWeights } from './stage-weights';
import { stagesOf } from './stages';

/**
 * Bytes of what drafts tokens on one GPU of the last stage, which has the drafter. Its embedding is the model's unless that lies on another stage, and
 * the head of prediction layers is the model's always (`_maybe_share_embeddings` and `_maybe_share_lm_head` of vLLM 0.24.0's `llm_base_proposer.py`,
 * whatever the files have).
 *
 * @internal
 */
export function draftWeights(configuration: Configuration): number {
  const { drafter, model, parallelism, precision } = configuration;
  if (!drafter || drafter.layers.length === 0) return 0;
  if (drafter.method === SpeculativeMethod.DRAFT_MODEL) {
    const alone = draftConfiguration(configuration);
    return stageWeights(alone, stagesOf(alone)[0]);
  }
  const isHead = drafter.method === SpeculativeMethod.EAGLE3;
  const own = isHead ? (configuration.speculativeDecoding?.precision ?? Precision.BF16) : precision;
  const bytes = isHead ? (drafter.model ?? model)._partBytes(own) : predictionBytes(model, own, true);
  const wide = wideBytes(own);
  let sum = (drafter.joining + drafter.tables / parallelism.tensor) * wide;
  for (const { count, layer, parameters } of drafter.layers)
    sum += count * layerBytes(configuration, parameters, layer, bytes);
  if (parallelism.pipeline > 1) sum += (model.vocabularySize * model.hiddenSize * wide) / parallelism.tensor;
  return sum;
}

/**
 * The draft model on the ranks of the model, all of it on the last stage.
 *
 * @internal
 */
export function draftConfiguration(configuration: Configuration): Configuration {
  const { drafter, model, speculativeDecoding, parallelism } = configuration;
  return {
    ...configuration,
    model: drafter?.model ?? model,
    precision: speculativeDecoding?.precision ?? Precision.BF16,
    parallelism: Parallelism.of({ tensor: parallelism.tensor }),
    speculativeDecoding: undefined,
    drafter: undefined,
    checkpointBytes: undefined,
    cpuOffloadBytes: 0,
    lora: undefined,
    mediaInput: MediaInput.NONE,
  };
}
