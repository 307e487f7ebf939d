import { SecondRunner } from './engine-facts';
import { InferenceEngine } from './inference-engine';
import { SpeculativeMethod } from './speculative-decoding';

/**
 * What decides which of its model runners vLLM runs a model in.
 *
 * @internal
 */
export interface RunnerChoice {
  /** Name of the model, by which its type is known where it has none. */
  readonly name: string;
  /** `model_type` of the model, where it is known. */
  readonly modelType?: string;
  readonly hasExperts: boolean;
  readonly hasStates: boolean;
  readonly hasEncoders: boolean;
  readonly quantized: boolean;
  /** Whether its layers are spread over stages. */
  readonly pipelined: boolean;
  /** How tokens are drafted, if they are. */
  readonly method?: SpeculativeMethod;
}

/**
 * Whether a model runs in vLLM's second model runner (`use_v2_model_runner`, `config/vllm.py` of 0.19.0 to 0.32.0: all models in 0.29.0, dense ones in 0.25.1, a
 * few architectures in 0.24.0, none up to 0.21). A model whose type is not known has none of these.
 *
 * @internal
 */
export function runsIn(second: SecondRunner | undefined, of: RunnerChoice): boolean {
  if (!second || (of.method !== undefined && !second.methods.includes(of.method))) return false;
  if (of.method === SpeculativeMethod.EAGLE3 && of.pipelined && !second.pipelinedHeads) return false;
  if (second.everyModel) return true;
  if (of.hasStates) return false;
  if (second.everyDense && !of.hasExperts) return true;
  // The class of a model that also reads images is another.
  const known = !of.hasEncoders && second.listed.includes(of.modelType ?? typeByName(of.name));
  return known && (second.expertsAndQuantized || (!of.hasExperts && !of.quantized));
}

/** `model_type` of the models of the catalog that have none, of those that any version lists. */
function typeByName(name: string): string {
  const [, type] = TYPES_BY_NAME.find(([pattern]) => pattern.test(name)) ?? [];
  return type ?? '';
}

const TYPES_BY_NAME: readonly (readonly [RegExp, string])[] = [
  [/^qwen3-\d+b$/, 'qwen3'],
  [/^(tiny)?llama-[123]|^llama-65b|^deepseek-(llm|r1-distill-llama)-/, 'llama'],
  [/^mistral-/, 'mistral'],
  [/^deepseek-v2/, 'deepseek_v2'],
];

/**
 * Whether vLLM prepares a step while the one before it runs: EAGLE and prediction layers, draft models from 0.28 on; never for tokens that are
 * looked up (`async_scheduling` in `config/vllm.py` of 0.15.1 to 0.32.0).
 *
 * @internal
 */
export function schedulesAhead(engine: InferenceEngine, method: SpeculativeMethod): boolean {
  if (method === SpeculativeMethod.N_GRAM) return false;
  return method !== SpeculativeMethod.DRAFT_MODEL || engine._start?.draftsAhead === true;
}
