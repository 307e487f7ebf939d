import { DecoderShape } from '../catalog/model-architecture';
import { ModelSpec } from '../catalog/model-spec';
import { Precision } from '../catalog/precision';
import { fractionFaults } from '../catalog/model-shape';
import { throwIfFaulty } from '../units/errors';
import { givenValue } from '../units/number-faults';
import { WeightBits } from '../catalog/weight-bits';

/** Plain data of a JSON object. */
interface Json {
  readonly [key: string]: unknown;
}

/**
 * A model as plain data: one of the catalog by its name, any other by what it has.
 *
 * @internal
 */
export function modelToJson(model: ModelSpec): unknown {
  if (isListed(model)) return model.name;
  return {
    name: model.name,
    ...(model.approximate ? { parameters: model._givenParameters } : {}),
    shape: model.shape,
    sharedParameterFraction: model.sharedParameterFraction,
    skippedLayerFraction: model.skippedLayerFraction,
    ...(model.publishedPrecision ? { publishedPrecision: model.publishedPrecision.name } : {}),
    ...(model.publishedBits ? { publishedBits: model.publishedBits } : {}),
    ...(model.publishedFrom === undefined ? {} : { publishedFrom: model.publishedFrom }),
  };
}

/** Whether a model is one of the catalog's, also of the catalog of another loaded copy of the package. */
function isListed(model: ModelSpec): boolean {
  const listed = ModelSpec.ALL.find(({ name }) => name === model.name);
  const same = (of: (each: ModelSpec) => unknown) => listed !== undefined && of(listed) === of(model);
  return (
    same((each) => JSON.stringify(each.shape)) &&
    same((each) => each.publishedPrecision?.name) &&
    same((each) => JSON.stringify(each.publishedBits)) &&
    same((each) => each.publishedFrom) &&
    same((each) => each._givenParameters) &&
    same((each) => each.sharedParameterFraction) &&
    same((each) => each.skippedLayerFraction)
  );
}

/**
 * The model of plain data.
 *
 * @throws UnscopedValidationError for a model that the catalog does not have, and for an impossible shape
 *
 * @internal
 */
export function modelFromJson(json: unknown): ModelSpec {
  if (typeof json === 'string') return ModelSpec.of(json);
  const data = json as Json;
  const name = data.name as string;
  const shape = data.shape as DecoderShape;
  const { publishedPrecision: precision } = data;
  const publishedPrecision =
    precision === undefined
      ? undefined
      : Precision.of(typeof precision === 'string' ? precision : givenValue(precision));
  const published = {
    publishedPrecision,
    publishedBits: data.publishedBits as WeightBits | undefined,
    publishedFrom: data.publishedFrom as string | undefined,
  };
  let model: ModelSpec;
  if (data.parameters !== undefined) {
    model = ModelSpec.dense({
      name,
      parameters: data.parameters as number,
      maxContextLength: shape.maxContextLength,
      ...published,
    });
  } else {
    model = shape.experts
      ? ModelSpec.mixtureOfExperts({ name, shape, ...published })
      : ModelSpec.dense({ name, shape, ...published });
  }
  const shared = fractionOf('sharedParameterFraction', data.sharedParameterFraction);
  const skipped = fractionOf('skippedLayerFraction', data.skippedLayerFraction);
  if (shared > 0) model = model.withSharedParameters(shared);
  return skipped > 0 ? model.withSkippedLayers(skipped) : model;
}

function fractionOf(property: string, value: unknown): number {
  if (value === undefined) return 0;
  throwIfFaulty(fractionFaults(property, value as number));
  return value as number;
}
