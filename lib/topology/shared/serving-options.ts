import { TRITON_IMAGES, TritonRelease } from '../../catalog/serving-engine';
import { UPSTREAM_IMAGES, VllmRelease } from '../../catalog/vllm-release';
import { TritonServingOptions } from '../../serving/triton/triton-serving-options';
import { ServerAutoscaling } from '../../serving/scaling/server-autoscaling';
import { OpenAiOptions } from '../../serving/vllm/openai-options';
import { servedName } from '../../serving/vllm/served-name';
import { ServedModel } from '../../serving/vllm/served-model';
import { VllmServingOptions } from '../../serving/vllm/vllm-serving-options';
import { VllmVersion } from '../../serving/vllm/vllm-version';
import { Fault, fault } from '../../units/fault';
import { allOf } from '../../units/unreadable';
import { InferenceServer } from './inference-server';
import { ownValue } from '../../units/own-value';
import { narrowed } from '../../units/struct-faults';

/**
 * What a topology says of serving.
 *
 * @internal
 */
export interface GivenServing {
  readonly server?: InferenceServer;
  readonly serving?: TritonServingOptions;
  readonly servingByModel?: { readonly [model: string]: TritonServingOptions };
  readonly vllmServing?: VllmServingOptions;
  readonly vllmServingByModel?: { readonly [model: string]: VllmServingOptions };
}

/** The two properties that say how a server serves: for all models, and for single ones. */
const PROPERTIES = {
  [InferenceServer.TRITON]: { all: 'serving', byModel: 'servingByModel', struct: 'TritonServingOptions' },
  [InferenceServer.VLLM]: { all: 'vllmServing', byModel: 'vllmServingByModel', struct: 'VllmServingOptions' },
} as const;

/** @internal */
export function isVllm({ server }: GivenServing): boolean {
  return server === InferenceServer.VLLM;
}

function propertiesOf(given: GivenServing) {
  return PROPERTIES[isVllm(given) ? InferenceServer.VLLM : InferenceServer.TRITON];
}

/**
 * Triton's options of one model: those of its own before those of all.
 *
 * @internal
 */
export function servingOf({ serving, servingByModel = {} }: GivenServing, model: string): TritonServingOptions {
  return { ...given(serving), ...given(ownValue(servingByModel, model)) };
}

/**
 * The same of vLLM's own server.
 *
 * @internal
 */
export function vllmServingOf(
  { vllmServing, vllmServingByModel = {} }: GivenServing,
  model: string,
): VllmServingOptions {
  return { ...given(vllmServing), ...given(ownValue(vllmServingByModel, model)) };
}

/**
 * What sets the number of servers of a model.
 *
 * @internal
 */
export function autoscalingOf(all: GivenServing, model: string): ServerAutoscaling | undefined {
  return (isVllm(all) ? vllmServingOf(all, model) : servingOf(all, model)).autoscaling;
}

/**
 * Version of vLLM in the image that will serve a model.
 *
 * @internal
 */
export function vllmOf(all: GivenServing, model: string): VllmVersion {
  if (isVllm(all)) {
    const { servingImage: image, vllmRelease } = vllmServingOf(all, model);
    const release = image?.vllmRelease ?? vllmRelease ?? VllmRelease.DEFAULT;
    return new VllmVersion(release.vllmVersion, UPSTREAM_IMAGES, image?._pluggedNames);
  }
  const { servingImage: image, tritonRelease } = servingOf(all, model);
  const { vllmVersion } = image?.tritonRelease ?? tritonRelease ?? TritonRelease.DEFAULT;
  return new VllmVersion(vllmVersion, TRITON_IMAGES, image?._pluggedNames);
}

/**
 * The faults of options for models that do not exist, for another server than the one that serves, and of what Triton does not offer.
 *
 * @internal
 */
export function servingFaults(all: GivenServing, models: readonly ServedModel[]): Fault[] {
  const names = models.map(servedName);
  const { byModel } = propertiesOf(all);
  return allOf(
    () => otherServerFaults(all),
    () =>
      Object.keys(all[byModel] ?? {})
        .filter((name) => !names.includes(name))
        .map((name) =>
          fault(
            'UNKNOWN_VALUE',
            `${byModel}.${name}`,
            `${byModel} has options for '${name}', but no model has that name; the models are: ${names.join(', ')}`,
          ),
        ),
    () => (isVllm(all) ? [] : models.flatMap((model, i) => openAiFaults(model, `models[${i}]`, names[i]))),
  );
}

function otherServerFaults(all: GivenServing): Fault[] {
  const own = propertiesOf(all);
  const [other, named] = isVllm(all)
    ? [PROPERTIES[InferenceServer.TRITON], 'InferenceServer.VLLM']
    : [PROPERTIES[InferenceServer.VLLM], 'InferenceServer.TRITON'];
  return [
    { property: other.all, cure: own.all },
    { property: other.byModel, cure: own.byModel },
  ].flatMap(({ property, cure }) =>
    all[property] === undefined
      ? []
      : [
          fault(
            'CONFLICTING_PROPERTIES',
            property,
            `${property} is for another server than the one that serves (${named}); use ${cure}, or another server`,
          ),
        ],
  );
}

const OPEN_AI = [
  'servedModelNames',
  'toolCallParser',
  'reasoningParser',
] as const satisfies readonly (keyof OpenAiOptions)[];

/**
 * What vLLM's own server offers and Triton does not.
 */
function openAiFaults(model: ServedModel, at: string, name: string): Fault[] {
  return OPEN_AI.filter((property) => model[property] !== undefined).map((property) =>
    fault(
      'SERVER_LACKS_OPTION',
      `${at}.${property}`,
      `model '${name}': Triton does not offer ${property}; pass server: InferenceServer.VLLM, or remove it`,
    ),
  );
}

/**
 * Where the topology says what a deployment finds at fault; undefined for what is no option of the server.
 *
 * @internal
 */
export function servingPath(all: GivenServing, model: string, property = ''): string | undefined {
  const { all: ofAll, byModel, struct } = propertiesOf(all);
  const [head] = property.split(/[.[]/);
  if (Object.hasOwn(given(ownValue(all[byModel] ?? {}, model)), head)) return `${byModel}.${model}.${property}`;
  return Object.hasOwn(narrowed(struct, { [head]: true }), head) ? `${ofAll}.${property}` : undefined;
}

function given(options: object = {}) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
