import { ENVOY_GATEWAY_SERVICES } from '../../../catalog/envoy-ai-gateway-release';
import { isSubdomain, kubernetesNameFault } from '../../../core/naming';
import { SecretReference } from '../../../core/secret-reference';
import { hasToken } from '../../../core/tokens';
import { Fault, fault } from '../../../units/fault';
import { givenValue } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { AI_GATEWAY_KEY } from '../../pod/caller-key';
import { DoorKind, textList } from '../backend-faults';
import { InferenceGatewayProps } from '../inference-gateway-props';
import { Upstream } from '../upstreams';
import { EnvoyAiInferenceGatewayProps } from './envoy-ai-inference-gateway-props';
import { InstalledAiGateway } from './installed-ai-gateway';
import { pickerFaults } from './picker-faults';
import { envoyServiceName, readableKey } from './resolve-ai-gateway';

/**
 * Paths that name a model in a JSON body and that Envoy AI Gateway routes.
 *
 * @see https://github.com/envoyproxy/ai-gateway/blob/v1.0.0/cmd/extproc/mainlib/main.go: `server.Register`
 */
const ROUTED = ['chat/completions', 'completions', 'embeddings', 'responses'];

/**
 * Most names of models that the same servers have: matches of one rule of an HTTPRoute, which the controller makes of an AIGatewayRoute.
 *
 * @see https://github.com/kubernetes-sigs/gateway-api/blob/v1.5.1/apis/v1/httproute_types.go
 */
const MOST_MODELS = 64;

/** Most rules of a policy, each of one limit: api/v1alpha1/ratelimit_types.go of Envoy Gateway 1.8.1. */
const MOST_RULES = 256;
const MOST_PER_MINUTE = 2 ** 32 - 1;

/** Longest texts, and most audiences, of an issuer: api/v1alpha1/jwt_types.go of Envoy Gateway 1.8.1. */
const LONGEST_TEXT = 253;
const MOST_AUDIENCES = 8;

/**
 * A front door that Envoy AI Gateway runs.
 *
 * @param installed what is there of it; undefined if nobody says that it is
 *
 * @internal
 */
export function aiGatewayKind(installed: InstalledAiGateway | undefined): DoorKind {
  return {
    countsPerPod: false,
    upstreamFaults: (upstreams, namespace) =>
      allOf(
        () => keyFaults(upstreams),
        () => pathFaults(upstreams),
        () => nameFaults(upstreams),
        () => pickerFaults(upstreams, namespace, installed),
      ),
  };
}

/**
 * What is wrong with a gateway for Envoy AI Gateway, beside what is wrong with any.
 *
 * @internal
 */
export function aiGatewayFaults(
  props: EnvoyAiInferenceGatewayProps,
  installed: InstalledAiGateway | undefined,
): Fault[] {
  return allOf(
    () => (installed === undefined ? [NOT_INSTALLED] : limitFaults(props, installed)),
    () => (props.installed === undefined ? [] : installedFaults(props.installed)),
    () => callerFaults(props.authentication?.keys ?? {}),
    () => jwtFaults(props),
    () => (props.edgeRouting === undefined ? [] : [NO_EDGE_ROUTING]),
  );
}

const NO_EDGE_ROUTING = fault(
  'EDGE_ROUTING_NEEDS_OWN_ENVOY',
  'edgeRouting',
  'an EnvoyAiInferenceGateway does not divide requests between a site and a cloud; use an InferenceGateway, which takes the same properties, or leave out edgeRouting',
);

/**
 * Whether the Service before Envoy would be one that Envoy Gateway has for itself.
 *
 * @internal
 */
export function ownServiceFaults(name: string, namespace: string): Fault[] {
  const service = envoyServiceName(name, namespace);
  if (!ENVOY_GATEWAY_SERVICES.includes(service)) return [];
  const reason =
    `a gateway '${name}' in '${namespace}' has the Service '${service}' in the namespace of Envoy Gateway, which is that of Envoy Gateway itself; give it ` +
    'another name or namespace';
  return [fault('DUPLICATE', 'name', reason)];
}

const NOT_INSTALLED = fault(
  'NO_AI_GATEWAY',
  'installed',
  'nothing says that Envoy AI Gateway runs on the cluster, so that no gateway would be made; create an EnvoyAiGatewayController before it, or say by ' +
    "installed: { gatewayClassName: '...' } what the cluster has; an InferenceGateway needs neither",
);

function installedFaults({ gatewayClassName, namespace }: InstalledAiGateway): Fault[] {
  return allOf(
    () => {
      if (hasToken(gatewayClassName) || isSubdomain(gatewayClassName)) return [];
      const at = 'installed.gatewayClassName';
      const reason = `${at} must be the name of a GatewayClass (lower-case letters, digits, hyphens and dots); got ${givenValue(gatewayClassName)}`;
      return [fault('INVALID_NAME', at, reason)];
    },
    () => (namespace === undefined ? [] : kubernetesNameFault('installed.namespace', namespace)),
  );
}

function limitFaults(props: InferenceGatewayProps, { rateLimits = false }: InstalledAiGateway): Fault[] {
  const { limits, modelLimits = {}, authentication } = props;
  const all = [
    ...(limits ? [{ at: 'limits', ...limits }] : []),
    ...Object.entries(modelLimits).map(([model, each]) => ({ at: `modelLimits.${model}`, ...each })),
  ];
  const given = all.flatMap(({ at, requestsPerMinute, tokensPerMinute }) =>
    Object.entries({ requestsPerMinute, tokensPerMinute }).flatMap(([name, value]) =>
      value === undefined ? [] : [{ at: `${at}.${name}`, value }],
    ),
  );
  if (given.length === 0) return [];
  if (!rateLimits) {
    const reason =
      `${given.map(({ at }) => at).join(' and ')} would limit nobody: Envoy Gateway counts in a Redis, which it has not been told of; give the ` +
      "EnvoyAiGatewayController rateLimitRedis: '<host>:<port>', or say installed.rateLimits: true where it has one; an InferenceGateway counts by itself";
    return [fault('LIMITS_WITHOUT_REDIS', given[0].at, reason)];
  }
  const rules = given.length * (authentication?.jwtOptions ? 2 : 1);
  return [
    ...given.flatMap(({ at, value }) =>
      value <= MOST_PER_MINUTE
        ? []
        : [
            fault(
              'OUT_OF_RANGE',
              at,
              `${at} must be at most ${MOST_PER_MINUTE}, Envoy Gateway's own limit; got ${value}`,
            ),
          ],
    ),
    ...(rules <= MOST_RULES
      ? []
      : [
          fault(
            'OUT_OF_RANGE',
            'modelLimits',
            `limits and modelLimits make ${rules} rules, of which a policy of Envoy Gateway has at most ${MOST_RULES}; limit fewer models by themselves`,
          ),
        ]),
  ];
}

/** Envoy Gateway calls a caller by the key in its secret. */
function callerFaults(keys: { readonly [client: string]: SecretReference }): Fault[] {
  return Object.entries(keys).flatMap(([client, secret]) => {
    if (hasToken(secret) || typeof secret !== 'object' || secret === null || secret.key === client) return [];
    const at = `authentication.keys.${client}`;
    const reason =
      `${at} is the key ${givenValue(secret.key)} of secret ${givenValue(secret.name)}, but Envoy Gateway names callers by the keys of their secrets, and lets ` +
      `all of them in; call the caller ${givenValue(secret.key)} here, or put its value under the key '${client}'`;
    return [fault('CALLER_IS_NOT_KEY', at, reason)];
  });
}

function jwtFaults({ authentication }: InferenceGatewayProps): Fault[] {
  const { jwtOptions } = authentication ?? {};
  if (jwtOptions === undefined) return [];
  const at = 'authentication.jwtOptions';
  const { issuer, keysUrl, keysAuthority, audiences } = jwtOptions;
  if (keysAuthority !== undefined) {
    const reason =
      'keysAuthority is of an InferenceGateway alone: Envoy Gateway takes the authorities that the public knows; use an InferenceGateway, or a certificate of one of these';
    return [fault('CONFLICTING_PROPERTIES', `${at}.keysAuthority`, reason)];
  }
  if (typeof keysUrl === 'string' && /^http:/i.test(keysUrl)) {
    const reason = `${at}.keysUrl must begin with https:// for an EnvoyAiInferenceGateway; got ${givenValue(keysUrl)}; an InferenceGateway reads keys of the cluster without TLS too`;
    return [fault('INVALID_FORMAT', `${at}.keysUrl`, reason)];
  }
  const long = Object.entries({ issuer, keysUrl }).flatMap(([name, text]) => {
    if (hasToken(text) || typeof text !== 'string' || text.length <= LONGEST_TEXT) return [];
    const reason = `${at}.${name} must have at most ${LONGEST_TEXT} characters, Envoy Gateway's own limit; got ${text.length}`;
    return [fault('OUT_OF_RANGE', `${at}.${name}`, reason)];
  });
  if (hasToken(audiences) || !Array.isArray(audiences) || audiences.length <= MOST_AUDIENCES) return long;
  const reason = `${at}.audiences must be at most ${MOST_AUDIENCES}, Envoy Gateway's own limit; got ${audiences.length}`;
  return [...long, fault('OUT_OF_RANGE', `${at}.audiences`, reason)];
}

function keyFaults(upstreams: readonly Upstream[]): Fault[] {
  return upstreams.flatMap((upstream) => {
    const { apiKeySecret, models, at, namespace } = upstream;
    if (apiKeySecret === undefined || readableKey(upstream) !== undefined) return [];
    const reason =
      `the key of ${textList(models)} is under '${apiKeySecret.key}' in secret '${apiKeySecret.name}', but Envoy AI Gateway reads the key '${AI_GATEWAY_KEY}' ` +
      `of a secret alone; put the value there too and name it as apiKey ({ name: '${apiKeySecret.name}', key: '${AI_GATEWAY_KEY}' }), ` +
      `or leave out the apiKey of the deployment in '${namespace}': a key that is made has both`;
    return [fault('SERVER_KEY_NAME', at, reason)];
  });
}

function pathFaults(upstreams: readonly Upstream[]): Fault[] {
  return upstreams.flatMap(({ models, paths, at }) => {
    if (paths.some((path) => ROUTED.includes(path))) return [];
    const reason = `${textList(models)} answers ${textList(paths)} alone, of which Envoy AI Gateway routes none; it routes ${textList(ROUTED)}; use an InferenceGateway`;
    return [fault('PATHS_NOT_ROUTED', at, reason)];
  });
}

/** Of models that the same servers have: there is one rule for them. */
function nameFaults(upstreams: readonly Upstream[]): Fault[] {
  return upstreams.flatMap(({ models, at }) => {
    if (models.length <= MOST_MODELS) return [];
    const reason =
      `${at} has ${models.length} names of models and adapters, of which one rule of a route has at most ${MOST_MODELS}; offer fewer of them ` +
      'by models of the backend, or use an InferenceGateway';
    return [fault('OUT_OF_RANGE', at, reason)];
  });
}
