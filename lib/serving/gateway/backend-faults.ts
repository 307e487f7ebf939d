import { kubernetesNameFault } from '../../core/naming';
import { IOpenAiServer, OpenAiTarget } from '../../core/openai-server';
import { secretFaults } from '../../core/secret-reference';
import { knownListFaults } from '../../core/text-list';
import { concreteFault, hasToken } from '../../core/tokens';
import { Fault, fault } from '../../units/fault';
import { givenValue, wholeNumberFault } from '../../units/number-faults';
import { structFaults } from '../../units/struct-faults';
import { allOf } from '../../units/unreadable';
import { canaryFaults } from './canary-faults';
import { EndpointPicker } from './endpoint-picker';
import { GatewayBackend } from './gateway-backend';
import { Upstream } from './upstreams';
import { InferenceGatewayProps } from './inference-gateway-props';
import { upstreamName } from './resolve-gateway';

const MOST_WEIGHT = 1000;
const LONGEST_NAME = 256;
const PATH = /^\/[\w./~-]*$/;

/**
 * What is wrong with each of a gateway's backends by itself.
 *
 * @internal
 */
export function ownBackendFaults(props: InferenceGatewayProps): Fault[] {
  const { backends } = props;
  if (backends.length === 0) {
    const reason = 'backends must not be empty; name what answers, e.g. GatewayBackend.of(chat)';
    return [fault('EMPTY_LIST', 'backends', reason)];
  }
  return backends.flatMap((backend, i) => ownFaults(backend, `backends[${i}]`, props));
}

/**
 * In what kinds of front doors differ as far as faults go.
 *
 * @internal
 */
export interface DoorKind {
  /** Whether each pod counts for itself and has its part of the limits. */
  readonly countsPerPod: boolean;
  /** What is wrong with what is behind the backends of a gateway in a namespace, for this kind alone. */
  readonly upstreamFaults: (upstreams: readonly Upstream[], namespace: string) => Fault[];
}

/** A front door that is Envoy alone. @internal */
export const OWN_ENVOY: DoorKind = {
  countsPerPod: true,
  upstreamFaults: (upstreams, namespace) =>
    allOf(
      () => keyFaults(upstreams, namespace),
      () => pickerFaults(upstreams),
    ),
};

/**
 * What is wrong with them together, and with where they are.
 *
 * @param upstreams what is behind them
 * @param namespace namespace of the gateway
 * @param kind kind of the gateway
 *
 * @internal
 */
export function backendFaults(upstreams: readonly Upstream[], namespace: string, kind: DoorKind): Fault[] {
  return allOf(
    () => twiceFaults(upstreams),
    () => kind.upstreamFaults(upstreams, namespace),
    () => sharedFaults(upstreams),
  );
}

function ownFaults(backend: GatewayBackend, at: string, props: InferenceGatewayProps): Fault[] {
  const weight = () =>
    allOf(
      () => concreteFault(`${at}.weight`, backend.weight, 'routes are made from it'),
      () => wholeNumberFault(`${at}.weight`, backend.weight, 0, MOST_WEIGHT),
    );
  return backend.service
    ? allOf(weight, () => serviceFaults(backend, `${at}.service`))
    : allOf(
        weight,
        () => serverFaults(backend.server, `${at}.server`, props),
        () => serverFaults(backend.options.canary?.server, `${at}.options.canary.server`, props),
        () => canaryFaults(backend, `${at}.options.canary`),
        () => modelFaults(backend, at),
        () => secretFaults(`${at}.options.apiKey`, backend.options.apiKey),
        () => ownPickerFaults(`${at}.options.endpointPicker`, backend.options.endpointPicker),
      );
}

function serverFaults(server: IOpenAiServer | undefined, at: string, { cluster }: InferenceGatewayProps): Fault[] {
  if (server === undefined) return [];
  if (server.openAiTargets.length === 0) {
    const reason = `'${server.node.path}' has no API of OpenAI; give a TritonDeployment openAi: {}, or use a VllmDeployment`;
    return [fault('NO_OPENAI_API', at, reason)];
  }
  const targets = server.openAiTargets.flatMap((target, i) => targetFaults(target, `${at}.openAiTargets[${i}]`));
  if (targets.length > 0) return targets;
  if (server.cluster === cluster) return [];
  const { clusterName, node } = server.cluster;
  const reason =
    `'${server.node.path}' runs on cluster '${clusterName}' at '${node.path}', which the gateway on '${cluster.clusterName}' at ` +
    `'${cluster.node.path}' cannot reach by names of its cluster; use GatewayBackend.ofService with a Service here that leads there`;
  return [fault('WRONG_CLUSTER', at, reason)];
}

/** Also those of classes of users. */
function targetFaults(target: OpenAiTarget, at: string): Fault[] {
  const wrong = structFaults('OpenAiTarget', target, at);
  if (wrong.length > 0) return wrong;
  const { apiKeySecret, aiGatewayKeySecret, paths, podSelector, ...rest } = target;
  const unknown = concreteFault(at, { ...rest, paths, podSelector }, 'routes and rules are made from it');
  if (unknown.length > 0) return unknown;
  return allOf(
    () => kubernetesNameFault(`${at}.serviceName`, rest.serviceName),
    () => kubernetesNameFault(`${at}.namespace`, rest.namespace),
    () => wholeNumberFault(`${at}.port`, rest.port, 1, 65535),
    () => pathFaults(`${at}.healthPath`, rest.healthPath),
    () => paths.flatMap((path, i) => pathFaults(`${at}.paths[${i}]`, `/${path}`)),
    () => rest.models.flatMap((model, i) => nameFaults(`${at}.models[${i}]`, model)),
    () => secretFaults(`${at}.apiKeySecret`, apiKeySecret),
    () => secretFaults(`${at}.aiGatewayKeySecret`, aiGatewayKeySecret),
    () => selectorFaults(`${at}.podSelector`, podSelector),
  );
}

/** Of all pods of a namespace. */
function selectorFaults(at: string, podSelector: { readonly [key: string]: string } | undefined): Fault[] {
  if (podSelector === undefined || Object.keys(podSelector).length > 0) return [];
  return [fault('EMPTY_LIST', at, 'podSelector must not be empty: it would be all pods of the namespace')];
}

function pathFaults(at: string, path: string): Fault[] {
  if (!hasToken(path) && PATH.test(path)) return [];
  return [fault('INVALID_FORMAT', at, `${at} must be a path, e.g. '/openai/v1'; got ${givenValue(path)}`)];
}

function modelFaults({ server, options }: GatewayBackend, at: string): Fault[] {
  const { models } = options;
  if (server === undefined || models === undefined) return [];
  const unknown = knownListFaults(`${at}.options.models`, models, 'routes are made from it');
  if (unknown.length > 0) return unknown;
  const known = server.openAiTargets.flatMap((target) => target.models);
  if (models.length === 0) {
    return [
      fault(
        'EMPTY_LIST',
        `${at}.options.models`,
        `models must not be empty; leave it out for all of ${textList(known)}`,
      ),
    ];
  }
  return models.flatMap((model, i) =>
    known.includes(model)
      ? []
      : [
          fault(
            'UNKNOWN_VALUE',
            `${at}.options.models[${i}]`,
            `'${server.node.path}' serves ${textList(known)}; got ${givenValue(model)}`,
          ),
        ],
  );
}

function serviceFaults({ service }: GatewayBackend, at: string): Fault[] {
  if (service === undefined) return [];
  const { name, namespace, port, models, podSelector, apiKey, endpointPicker } = service;
  const { basePath = '/v1', healthPath = '/health' } = service;
  return allOf(
    () => kubernetesNameFault(`${at}.name`, name),
    () => kubernetesNameFault(`${at}.namespace`, namespace),
    () => concreteFault(`${at}.port`, port, "Envoy's configuration is made from it"),
    () => wholeNumberFault(`${at}.port`, port, 1, 65535),
    () => secretFaults(`${at}.apiKey`, apiKey),
    () => ownPickerFaults(`${at}.endpointPicker`, endpointPicker),
    () => pathFaults(`${at}.basePath`, basePath),
    () => pathFaults(`${at}.healthPath`, healthPath),
    () => concreteFault(`${at}.podSelector`, podSelector, 'rules are made from it'),
    () => selectorFaults(`${at}.podSelector`, podSelector),
    () => concreteFault(`${at}.models`, models, 'routes are made from it'),
    () =>
      hasToken(models)
        ? []
        : models.length === 0
          ? [fault('EMPTY_LIST', `${at}.models`, 'models must not be empty; name those that requests call')]
          : models.flatMap((model, i) => nameFaults(`${at}.models[${i}]`, model)),
  );
}

function ownPickerFaults(at: string, picker: EndpointPicker | undefined): Fault[] {
  if (picker === undefined) return [];
  return allOf(
    () => kubernetesNameFault(`${at}.serviceName`, picker.serviceName),
    () => concreteFault(`${at}.port`, picker.port, 'objects of the gateway are made from it'),
    () => wholeNumberFault(`${at}.port`, picker.port, 1, 65535),
  );
}

/** Of the name of a model. @internal */
export function nameFaults(at: string, model: string): Fault[] {
  const ends = model !== model.trim() || model === '' || model.length > LONGEST_NAME;
  if (!ends && !/[\u0000-\u001f\u007f]/.test(model)) return [];
  const reason = `${at} must be a name of 1 to ${LONGEST_NAME} characters without spaces around it; got ${givenValue(model)}`;
  return [fault('INVALID_NAME', at, reason)];
}

function twiceFaults(upstreams: readonly Upstream[]): Fault[] {
  return upstreams.flatMap((each, i) => {
    const first = upstreams.findIndex((other) => upstreamName(other) === upstreamName(each));
    if (first === i) return [];
    const reason = `${each.at} and ${upstreams[first].at} are both the Service '${upstreamName(each)}'; name its models in one of them`;
    return [fault('DUPLICATE', each.at, reason)];
  });
}

function keyFaults(upstreams: readonly Upstream[], namespace: string): Fault[] {
  return upstreams.flatMap((each) => {
    if (each.apiKeySecret === undefined || each.namespace === namespace || each.hasOwnKey) return [];
    const reason =
      `the key of ${textList(each.models)} is in secret '${each.apiKeySecret.name}' of namespace '${each.namespace}', which pods in ` +
      `'${namespace}' cannot read; put the gateway into '${each.namespace}', or name a copy of it in '${namespace}' as apiKey of the backend`;
    return [fault('KEY_IN_OTHER_NAMESPACE', each.at, reason)];
  });
}

function pickerFaults(upstreams: readonly Upstream[]): Fault[] {
  return upstreams.flatMap(({ picker, models, at }) => {
    if (picker === undefined) return [];
    const reason =
      `${textList(models)} has the endpoint picker '${picker.serviceName}', which an InferenceGateway does not ask; use an EnvoyAiInferenceGateway, or leave ` +
      'out endpointPicker, so that the pod with the fewest requests is chosen';
    return [fault('PICKER_NEEDS_AI_GATEWAY', at, reason)];
  });
}

/** Of models that several have. */
function sharedFaults(upstreams: readonly Upstream[]): Fault[] {
  const models = [...new Set(upstreams.flatMap((each) => each.models))].sort();
  return models.flatMap((model) => {
    const having = upstreams.filter((each) => each.models.includes(model));
    if (having.length < 2) {
      const [{ at, weight }] = having;
      if (weight !== 0) return [];
      const reason =
        `model '${model}' is in ${at} alone, of weight 0, so that nobody would answer; leave weight out, or offer the model in another backend too ` +
        '(what a backend does not offer, its models leave out)';
      return [fault('MODEL_WITHOUT_WEIGHTS', at, reason)];
    }
    const where = having.map(({ at }) => at).join(' and ');
    const without = having.filter(({ weight }) => weight === undefined);
    if (without.length > 0) {
      const reason =
        `model '${model}' is in ${where}: give each of them a weight, e.g. 90 and 10 for a canary, or offer it in one of them (models); ` +
        `got none in ${without.map(({ at }) => at).join(' and ')}`;
      return [fault('MODEL_WITHOUT_WEIGHTS', without[0].at, reason)];
    }
    if (having.every(({ weight }) => weight === 0)) {
      const reason = `model '${model}' is in ${where}, all of weight 0, so that nobody would answer; give one of them more`;
      return [fault('MODEL_WITHOUT_WEIGHTS', having[0].at, reason)];
    }
    if (new Set(having.map(({ basePath }) => basePath)).size > 1) {
      const paths = having.map(({ at, basePath }) => `'${basePath}' in ${at}`).join(', ');
      const reason = `model '${model}' has several base paths: ${paths}; requests are split after their path is decided; use servers with one`;
      return [fault('CONFLICTING_PROPERTIES', having[1].at, reason)];
    }
    return [];
  });
}

/** Names, for a message. @internal */
export function textList(names: readonly string[]): string {
  return names.map((each) => `'${each}'`).join(', ');
}
