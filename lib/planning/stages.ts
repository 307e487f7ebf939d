import { Setup } from './setup';

/**
 * What one pipeline stage holds.
 *
 * @internal
 */
export interface Stage {
  readonly layers: number;
  readonly denseLayers: number;
  readonly expertLayers: number;
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Layers of each stage, as vLLM cuts them (`get_pp_indices`): evenly, and what is left goes to the stages before the last, which has
 * the output head. 95 layers in 4 stages are 24, 24, 24, 23.
 *
 * @internal
 */
export function stageLayers(layers: number, stages: number): number[] {
  const sizes = Array.from({ length: stages }, () => Math.floor(layers / stages));
  const rest = layers % stages;
  for (let i = 2; i < rest + 2; i++) sizes[(stages * 2 - i) % stages]++;
  return sizes;
}

/**
 * The stages of a setup. Dense layers of a mixture-of-experts model come first.
 *
 * @internal
 */
export function stagesOf(setup: Setup): Stage[] {
  const { model, parallelism } = setup;
  const dense = model._parameterCount().denseLayers;
  let start = 0;
  return stageLayers(model.layers, parallelism.pipeline).map((layers, i) => {
    const denseLayers = Math.max(0, Math.min(dense - start, layers));
    start += layers;
    return {
      layers,
      denseLayers,
      expertLayers: layers - denseLayers,
      first: i === 0,
      last: i === parallelism.pipeline - 1,
    };
  });
}
