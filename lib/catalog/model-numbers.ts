import { Layers, layersOf } from './layers';
import { DecoderShape } from './model-architecture';
import { ParameterCount, countParameters, parametersOf, scaleParameters } from './parameter-count';

/** What the numbers of a model are derived from. */
interface Described {
  readonly shape: DecoderShape;
  readonly sharedParameterFraction: number;
  readonly _givenParameters?: number;
}

/**
 * What is derived from the shape of a model.
 *
 * @internal
 */
export interface ModelNumbers {
  readonly layers: Layers;
  readonly count: ParameterCount;
  readonly parameters: number;
  readonly activeParameters: number;
}

/**
 * Layers and parameters of a model.
 *
 * @internal
 */
export function modelNumbers(model: Described): ModelNumbers {
  const { shape } = model;
  const layers = layersOf(shape);
  const counted = countParameters(shape, layers);
  const count = scaleParameters(counted, layers, model._givenParameters, model.sharedParameterFraction);
  const { embedding, finalNorm, encoder } = count;
  const parameters = Math.round(parametersOf(count.layers) + embedding + finalNorm + encoder);
  const { perToken, routed } = shape.experts ?? { perToken: 1, routed: 1 };
  const activeParameters = Math.round(parameters - count.layers.routedExperts * (1 - perToken / routed));
  return { layers, count, parameters, activeParameters };
}
