import { ModelSpec } from '../catalog/model-spec';
import { Parallelism } from '../catalog/parallelism';

/**
 * What one pipeline stage holds.
 *
 * @internal
 */
export interface Stage {
  readonly layers: number;
  /** Layers of each kind of the model. */
  readonly kinds: readonly number[];
  readonly denseLayers: number;
  readonly expertLayers: number;
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Layers of each stage, as vLLM cuts them (`get_pp_indices`): evenly, and the remainder goes to the stages before the last, which has
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
 * The stages of a configuration, each with its layers of each kind.
 *
 * @internal
 */
export function stagesOf({ model, parallelism }: { model: ModelSpec; parallelism: Parallelism }): Stage[] {
  const { kinds } = model._layers;
  const before = model._layers.before;
  let start = 0;
  return stageLayers(model.layers, parallelism.pipeline).map((layers, i) => {
    const end = start + layers;
    const own = before.map((counts) => counts[end] - counts[start]);
    const expertLayers = own.reduce((sum, count, kind) => sum + (kinds[kind].experts ? count : 0), 0);
    start = end;
    return {
      layers,
      kinds: own,
      denseLayers: layers - expertLayers,
      expertLayers,
      first: i === 0,
      last: i === parallelism.pipeline - 1,
    };
  });
}
