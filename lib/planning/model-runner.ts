import { RunnerChoice, runsIn } from '../catalog/vllm-model-runner';
import { Configuration } from './configuration';

/**
 * Whether vLLM runs the model in its second runner; known of exact versions alone (`InferenceEngine.vllm`).
 *
 * @internal
 */
export function runsSecondRunner(configuration: Configuration): boolean {
  return runsIn(configuration.engine._start?.secondRunner, choiceOf(configuration));
}

/**
 * Whether vLLM drafts by its second runner, which captures the verification, the passes that draft and the choice of tokens whole.
 *
 * @internal
 */
export function draftsInSecondRunner(configuration: Configuration): boolean {
  return runsIn(configuration.engine._start?.draftsIn, choiceOf(configuration));
}

function choiceOf({ model, precision, parallelism, drafter }: Configuration): RunnerChoice {
  return {
    name: model.name,
    modelType: model.shape.modelType,
    hasExperts: model.experts !== undefined,
    hasStates: model._layers.kinds.some(({ state }) => state !== undefined),
    hasEncoders: (model.shape.encoders ?? []).length > 0,
    quantized: precision.bits < 16,
    pipelined: parallelism.pipeline > 1,
    method: drafter?.method,
  };
}
