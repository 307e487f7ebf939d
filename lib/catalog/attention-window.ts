import { Layer } from './layers';
import { DecoderShape } from './model-architecture';

/** What an attention window is asked of: the shape of a model, and its layers by kind. */
interface Windowed {
  readonly shape: DecoderShape;
  readonly kinds: readonly Layer[];
}

/**
 * Why vLLM cannot limit what all layers of a model see to the last tokens; undefined where it can.
 *
 * `sliding_window` of the model's configuration becomes that of the cache (`create_engine_config` of `engine/arg_utils.py`), and the window of every
 * `Attention` layer that has none of its own (`model_executor/layers/attention/attention.py`), so that it holds for Llama as it does for
 * Mistral; not where the layers listed in the configuration are of several kinds (`layer_types`), and not in latent attention
 * (`mla_attention.py`). What a checkpoint says of its language model in a part of its own (`text_config`) is read from there. Read in
 * 0.15.1, 0.19.0, 0.24.0, 0.28.0 and 0.32.0; `npm run test:engine` compares.
 *
 * @internal
 */
export function whyNoWindow({ shape, kinds }: Windowed): string | undefined {
  const { modelType = '', encoders } = shape;
  const attentions = kinds.flatMap(({ attention }) => (attention ? [attention] : []));
  const windows = new Set(attentions.map(({ window }) => window));
  if (kinds.some(({ state }) => state !== undefined)) return 'some of its layers keep a state instead of tokens';
  if (attentions.some(({ latent }) => latent !== undefined)) return 'its latent attention has no window';
  if (attentions.some(({ index, compression }) => index !== undefined || compression > 1))
    return 'its sparse attention picks tokens of the whole context';
  if (attentions.some(({ chunked }) => chunked)) return 'its layers see chunks of the context';
  if (windows.size > 1) return 'its layers with windows of their own alternate with layers that see the whole context';
  if (encoders?.length || modelType.endsWith('_text'))
    return 'its language model is a part of a configuration that reads images or sound';
  return undefined;
}

/**
 * The window that all layers of a model have of their own; undefined if they see the whole context.
 *
 * @internal
 */
export function ownWindow({ kinds }: Pick<Windowed, 'kinds'>): number | undefined {
  return kinds.find(({ attention }) => attention !== undefined)?.attention?.window;
}

/**
 * The shape with a window in every layer that has attention.
 *
 * @param shape a shape that `whyNoWindow` has nothing against
 * @param tokens tokens that each layer sees
 *
 * @internal
 */
export function withWindow(shape: DecoderShape, tokens: number): DecoderShape {
  const { layerKinds, layers } = shape;
  if (!layerKinds) return { ...shape, slidingWindow: { tokens, layers } };
  return {
    ...shape,
    layerKinds: layerKinds.map((kind) =>
      kind.attention ? { ...kind, attention: { ...kind.attention, window: tokens } } : kind,
    ),
  };
}
