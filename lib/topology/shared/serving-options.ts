import { TRITON_IMAGES, TritonRelease } from '../../catalog/serving-engine';
import { TritonServingOptions } from '../../serving/triton/triton-serving-options';
import { VllmVersion } from '../../serving/vllm/vllm-version';
import { Fault, fault } from '../../units/fault';

/**
 * What a topology says of serving.
 *
 * @internal
 */
export interface GivenServing {
  readonly serving?: TritonServingOptions;
  readonly servingByModel?: { readonly [model: string]: TritonServingOptions };
}

/**
 * The options of one model: those of its own before those of all.
 *
 * @internal
 */
export function servingOf({ serving, servingByModel = {} }: GivenServing, model: string): TritonServingOptions {
  return { ...given(serving), ...given(servingByModel[model]) };
}

/**
 * Version of vLLM in the image that will serve a model.
 *
 * @internal
 */
export function vllmOf(all: GivenServing, model: string): VllmVersion {
  const { vllmVersion } = servingOf(all, model).tritonRelease ?? TritonRelease.DEFAULT;
  return new VllmVersion(vllmVersion, TRITON_IMAGES);
}

/**
 * The faults of options for models that do not exist.
 *
 * @internal
 */
export function unknownServingFaults({ servingByModel = {} }: GivenServing, models: readonly string[]): Fault[] {
  return Object.keys(servingByModel)
    .filter((name) => !models.includes(name))
    .map((name) =>
      fault(
        'UNKNOWN_VALUE',
        `servingByModel.${name}`,
        `servingByModel has options for '${name}', but no model has that name; the models are: ${models.join(', ')}`,
      ),
    );
}

/**
 * Where the topology says what a deployment finds at fault; undefined for what the options do not say.
 *
 * @internal
 */
export function servingPath(
  { serving, servingByModel = {} }: GivenServing,
  model: string,
  property = '',
): string | undefined {
  const [head] = property.split(/[.[]/);
  if (head in given(servingByModel[model])) return `servingByModel.${model}.${property}`;
  return head in given(serving) ? `serving.${property}` : undefined;
}

function given(options: TritonServingOptions = {}): TritonServingOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
