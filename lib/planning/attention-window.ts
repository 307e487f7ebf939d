import { ownWindow, whyNoWindow, withWindow } from '../catalog/attention-window';
import { InferenceEngine } from '../catalog/inference-engine';
import { ModelSpec } from '../catalog/model-spec';
import { SpeculativeMethod } from '../catalog/speculative-decoding';
import { Fault, fault } from '../units/fault';
import { ServingLoad } from './capacity-request';

/**
 * The model as the engine runs it.
 *
 * @param tokens tokens that every layer sees at most @default - what its own layers see
 *
 * @internal
 */
export function windowed(model: ModelSpec, tokens?: number): ModelSpec {
  return tokens === undefined ? model : model._changed({}, withWindow(model.shape, tokens));
}

/**
 * What keeps all layers of a model from seeing the last tokens alone.
 *
 * @internal
 */
export function attentionWindowFaults(request: ServingLoad, contextLength: number): Fault[] {
  const { model, engine = InferenceEngine.DEFAULT, attentionWindow: tokens, speculativeDecoding: of } = request;
  if (tokens === undefined) return [];
  const refused = (reason: string) => [fault('ATTENTION_WINDOW_NOT_SUPPORTED', 'attentionWindow', reason)];
  if (!engine._isVllm)
    return refused(
      `attentionWindow ${tokens} is an option of vLLM, and the plan is for ${engine}; leave it out, or plan the model for vLLM`,
    );
  const layers = { shape: model.shape, kinds: model._layers.kinds };
  const why = whyNoWindow(layers);
  if (why !== undefined) return refused(`vLLM cannot limit the attention of ${model.name}: ${why}; leave it out`);
  // The layers that draft take their settings from the same cache (`CacheConfig.sliding_window`).
  if (of !== undefined && of.method !== SpeculativeMethod.N_GRAM)
    return refused(
      `attentionWindow ${tokens} would limit what drafts by ${of.method} too, which was not trained so; leave one of them out, or draft by n-grams`,
    );
  const own = Math.min(ownWindow(layers) ?? Infinity, contextLength);
  if (tokens < own) return [];
  const what =
    own === contextLength ? `contextLength ${contextLength}` : `the window of ${own} that ${model.name} has anyway`;
  const reason = `attentionWindow ${tokens} limits nothing: it must be below ${what}; lower it, or leave it out`;
  return [fault('OUT_OF_RANGE', 'attentionWindow', reason)];
}

/**
 * The settings of the model that limit what all its layers see (`hf_overrides`). Where a model says what each layer is, as Qwen 3 does, vLLM from 0.28
 * on takes the window only if all are `sliding_attention`; where it does not, the list changes nothing.
 *
 * @internal
 */
export function windowOverrides(model: ModelSpec, tokens: number): { [setting: string]: unknown } {
  return { sliding_window: tokens, layer_types: Array.from({ length: model.layers }, () => 'sliding_attention') };
}
