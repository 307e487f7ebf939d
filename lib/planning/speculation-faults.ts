import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';
import { SpeculativeDecoding, SpeculativeMethod } from '../catalog/speculative-decoding';
import { lacks, pipelinedSince, speculationSince } from '../catalog/vllm-speculation';
import { Fault, fault } from '../units/fault';
import { ServingLoad } from './capacity-request';

/** How engines are asked for what they verify. */
interface Speculating {
  readonly model: ModelSpec;
  readonly engine?: InferenceEngine;
  readonly speculativeDecoding?: SpeculativeDecoding;
}

/**
 * Speculative decoding that a model or an engine does not have, on any hardware.
 *
 * @internal
 */
export function speculationFaults(request: ServingLoad): Fault[] {
  const { model, speculativeDecoding: of, maxBatchedTokens, maxSequences } = request;
  if (!of) return [];
  const engine = request.engine ?? InferenceEngine.DEFAULT;
  const faults: Fault[] = [];
  const asked = verified({ model, speculativeDecoding: of });
  const layers = model._prediction()?.count;
  if (of.method === SpeculativeMethod.MTP && layers === undefined) {
    faults.push(
      fault(
        'MODEL_HAS_NO_PREDICTION_LAYERS',
        'speculativeDecoding',
        `${model.name} has no multi-token prediction layers that could draft tokens (predictionLayers of its shape); use a draft model, an EAGLE-3 ` +
          'head or n-grams',
      ),
    );
  } else if (engine.name === InferenceEngine.TENSORRT_LLM_0_6.name || lacks(engine, speculationSince(asked))) {
    const since = speculationSince(asked);
    const cure = since === undefined || since === 'never' ? 'leave it out' : `vLLM has it since ${since}`;
    faults.push(
      fault(
        'SPECULATION_NOT_IN_ENGINE',
        'speculativeDecoding',
        `${engine.name} has no speculative decoding by ${of.method} for ${model.name}; ${cure}`,
      ),
    );
  } else if (
    layers !== undefined &&
    of.method === SpeculativeMethod.MTP &&
    of.tokens > layers &&
    of.tokens % layers > 0
  ) {
    faults.push(
      fault(
        'SPECULATIVE_TOKENS_NOT_MULTIPLE',
        'speculativeDecoding',
        `tokens ${of.tokens} must be a multiple of the ${layers} prediction layers of ${model.name} where it is more, because all of them are run again; ` +
          `use ${layers * Math.floor(of.tokens / layers)} or ${layers * Math.ceil(of.tokens / layers)}`,
      ),
    );
  }
  if (of.method === SpeculativeMethod.DRAFT_MODEL && of.model) {
    const [own, drafted] = [model.vocabularySize, of.model.vocabularySize];
    if (own !== drafted)
      faults.push(
        fault(
          'DRAFT_VOCABULARY_DIFFERS',
          'speculativeDecoding',
          `the draft model ${of.model.name} has ${drafted} tokens in its vocabulary and ${model.name} has ${own}; its tokens would be others, so use one of ` +
            'the same family',
        ),
      );
    if (
      engine._isVllm &&
      maxBatchedTokens !== undefined &&
      maxSequences !== undefined &&
      maxBatchedTokens <= maxSequences
    )
      faults.push(
        fault(
          'STEP_TOO_SMALL_FOR_DRAFTS',
          'maxBatchedTokens',
          `maxBatchedTokens ${maxBatchedTokens} must be more than maxSequences ${maxSequences}, because a draft model takes one token of a step for each ` +
            'sequence; raise it, or lower maxSequences',
        ),
      );
  }
  return faults;
}

/**
 * Degrees of parallelism with which what drafts does not run.
 *
 * @internal
 */
export function draftParallelismFaults(request: Speculating, { tensor, pipeline }: Parallelism): Fault[] {
  const { model, engine = InferenceEngine.DEFAULT, speculativeDecoding: of } = request;
  if (!of) return [];
  const since = pipelinedSince(verified({ model, speculativeDecoding: of }));
  const faults: Fault[] = [];
  if (pipeline > 1 && lacks(engine, since)) {
    const cure = since === 'never' ? '' : ` (vLLM ${since} does)`;
    const reason =
      `pipeline parallelism ${pipeline} is not supported by the prediction layers of ${model.name} in ${engine.name}${cure}; use tensor parallelism ` +
      'alone, or leave speculativeDecoding out';
    faults.push(fault('SPECULATION_NOT_PIPELINED', 'parallelism', reason));
  }
  const heads = of.model?.attentionHeads;
  if (heads !== undefined && heads % tensor !== 0) {
    const reason =
      `tensor parallelism ${tensor} does not divide the ${heads} attention heads of ${of.model?.name}, which runs on the same ranks; use a degree ` +
      'that divides the heads of both';
    faults.push(fault('TENSOR_DOES_NOT_DIVIDE_DRAFT_HEADS', 'parallelism', reason));
  }
  return faults;
}

/**
 * Whether what drafts runs with a parallelism.
 *
 * @internal
 */
export function drafts(request: Speculating, parallelism: Parallelism): boolean {
  return request.speculativeDecoding === undefined || draftParallelismFaults(request, parallelism).length === 0;
}

function verified({ model, speculativeDecoding: of }: Pick<Speculating, 'model' | 'speculativeDecoding'>) {
  return {
    method: of?.method ?? SpeculativeMethod.N_GRAM,
    modelType: model.shape.modelType,
    hasStates: model._layers.kinds.some(({ state }) => state !== undefined),
  };
}
