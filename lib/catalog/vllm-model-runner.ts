import { InferenceEngine } from './inference-engine';
import { SpeculativeMethod } from './speculative-decoding';

/** What is run. */
interface Run {
  readonly engine: InferenceEngine;
  readonly method: SpeculativeMethod;
  /** `model_type` of the model, where it is known. */
  readonly modelType?: string;
  readonly hasExperts: boolean;
  readonly hasStates: boolean;
  readonly hasEncoders: boolean;
}

/** `DEFAULT_V2_MODEL_RUNNER_ARCHITECTURES` of vLLM 0.24.0 (`config/vllm.py`), by `model_type`; 0.22.0 has Qwen 3 alone. */
const SECOND_RUNNER: readonly string[] = ['llama', 'mistral', 'qwen3', 'qwen2_moe', 'deepseek_v2', 'granitemoe'];

/**
 * Whether vLLM drafts by its second model runner (`v1/worker/gpu`), which captures the verification, the passes that draft and the choice of tokens
 * whole: all models and methods in 0.32.0; in 0.24.0 a few architectures with EAGLE and prediction layers; none up to 0.19. Where the type of
 * a model is not known, dense ones count among them, as they are from 0.27.1 on.
 *
 * @internal
 */
export function hasSecondRunner({ engine, method, modelType, hasExperts, hasStates, hasEncoders }: Run): boolean {
  if (engine.name === InferenceEngine.VLLM_0_28.name) return true;
  if (engine.name !== InferenceEngine.VLLM_0_21.name) return false;
  if (method !== SpeculativeMethod.EAGLE3 && method !== SpeculativeMethod.MTP) return false;
  if (hasEncoders || hasStates) return false;
  return modelType === undefined ? !hasExperts : SECOND_RUNNER.includes(modelType);
}

/**
 * Whether vLLM prepares a step while the one before it runs: EAGLE and prediction layers, draft models in 0.32.0 only; never for tokens that are
 * looked up (`async_scheduling` in `config/vllm.py` of 0.15.1, 0.19.0, 0.24.0 and 0.32.0).
 *
 * @internal
 */
export function schedulesAhead(engine: InferenceEngine, method: SpeculativeMethod): boolean {
  if (method === SpeculativeMethod.N_GRAM) return false;
  return method !== SpeculativeMethod.DRAFT_MODEL || engine.name === InferenceEngine.VLLM_0_28.name;
}
