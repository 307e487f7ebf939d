import { kubernetesNameFault } from '../../core/naming';
import { secretFaults, secretNameFaults } from '../../core/secret-reference';
import { knownListFaults } from '../../core/text-list';
import { concreteFault, hasToken } from '../../core/tokens';
import { plainUrlFaults } from '../../core/url-faults';
import { imageFaults } from '../../kubernetes/container-image';
import { accessFaults } from '../../kubernetes/network-access';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { givenValue, positiveFault, wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { serviceNameFaults } from '../pod/server-faults';
import { DoorKind, OWN_ENVOY, backendFaults, ownBackendFaults } from './backend-faults';
import { Upstream } from './upstreams';
import { GatewayLimits, InferenceGatewayProps } from './inference-gateway-props';
import { longestAnswerSeconds, memoryOf, replicasOf, requestSizeOf } from './resolve-gateway';

/** Names of callers: in file names, logs and limits. */
const CLIENT = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/** Most pods, and tries; more is a slip of the pen. */
const MOST_REPLICAS = 100;
const MOST_RETRIES = 10;

/** Longest time that Envoy takes without a surprise: a week. */
const LONGEST_SECONDS = 7 * 86_400;

/** Part of the memory that requests which are held whole may take. */
const REQUESTS_OF_MEMORY = 16;

/**
 * What is wrong with a gateway.
 *
 * @param props what the user says
 * @param name its name
 * @param namespace its namespace
 * @param behind what is behind its backends
 * @param kind its kind
 *
 * @internal
 */
export function gatewayFaults(
  props: InferenceGatewayProps,
  name: string,
  namespace: string,
  behind: () => readonly Upstream[],
  kind: DoorKind = OWN_ENVOY,
): Fault[] {
  const own = allOf(() => ownBackendFaults(props));
  // What they have is read only where they can be.
  const upstreams = () => (own.length > 0 ? [] : behind());
  return allOf(
    () => serviceNameFaults('name', name),
    () => kubernetesNameFault('namespace', namespace),
    () => (own.length > 0 ? own : backendFaults(upstreams(), namespace, kind)),
    () => authenticationFaults(props),
    () => tlsFaults(props),
    () => exposureFaults(props),
    () => limitFaults('limits', props.limits, leastOf(props, kind)),
    () => (own.length > 0 ? [] : modelLimitFaults(props, upstreams(), leastOf(props, kind))),
    () => timeFaults(props, upstreams),
    () => wholeNumberFault('retries', props.retries, 0, MOST_RETRIES),
    () => wholeNumberFault('replicas', props.replicas, 1, MOST_REPLICAS),
    () => concreteFault('replicas', props.replicas, 'limits are shared among the pods'),
    () => sizeFaults(props),
    () => accessFaults({ accessibleFrom: props.accessibleFrom, metricsFrom: props.metricsFrom }),
    () => imageFaults('envoyImage', props.envoyImage),
  );
}

function authenticationFaults({ authentication }: InferenceGatewayProps): Fault[] {
  const { keys, jwtOptions } = authentication ?? {};
  if (jwtOptions) {
    const { issuer, audiences, keysUrl, clientClaim } = jwtOptions;
    const at = 'authentication.jwtOptions';
    return allOf(
      () => concreteFault(`${at}.keysUrl`, keysUrl, 'the host that the gateway connects to is taken from it'),
      () => plainUrlFaults(`${at}.keysUrl`, keysUrl, 'public keys need no secret'),
      () => httpsFaults(`${at}.keysUrl`, keysUrl),
      () => textFaults(`${at}.issuer`, issuer),
      () => knownTexts(`${at}.audiences`, audiences, 'who tokens are for: any of the issuer would do'),
      () => (clientClaim === undefined ? [] : textFaults(`${at}.clientClaim`, clientClaim)),
    );
  }
  if (keys === undefined) return [];
  if (Object.keys(keys).length === 0) {
    const reason =
      'a gateway without callers lets nobody in; name at least one with the secret of its key, ' +
      "e.g. { chat: { name: 'callers', key: 'chat' } }, or leave authentication out";
    return [fault('EMPTY_LIST', 'authentication.keys', reason)];
  }
  return Object.entries(keys).flatMap(([client, secret]) =>
    allOf(
      () => (CLIENT.test(client) ? [] : [clientFault(client)]),
      () => secretFaults(`authentication.keys.${client}`, secret),
      () => concreteFault(`authentication.keys.${client}`, secret, 'volumes are made from it'),
    ),
  );
}

function clientFault(client: string): Fault {
  const reason = `the name of a caller must have 1 to 63 letters, digits, '-', '_' or '.'; got ${givenValue(client)}`;
  return fault('INVALID_NAME', 'authentication.keys', reason);
}

function httpsFaults(property: string, url: string): Fault[] {
  if (hasToken(url) || typeof url !== 'string' || !/^http:/i.test(url)) return [];
  const reason = `${property} must begin with https://: whoever changes the keys on their way lets himself in; got ${givenValue(url)}`;
  return [fault('INVALID_FORMAT', property, reason)];
}

function textFaults(property: string, text: string): Fault[] {
  if (hasToken(text)) return concreteFault(property, text, "Envoy's configuration is made from it");
  if (typeof text === 'string' && text.trim() !== '') return [];
  return [fault('INVALID_FORMAT', property, `${property} must be a text; got ${givenValue(text)}`)];
}

function knownTexts(property: string, list: string[], why: string): Fault[] {
  const unknown = knownListFaults(property, list, "Envoy's configuration, or a certificate, is made from it");
  if (unknown.length > 0) return unknown;
  if (list.length === 0) return [fault('EMPTY_LIST', property, `${property} must not be empty; name ${why}`)];
  return concreteFault(property, list, "Envoy's configuration, or a certificate, is made from it");
}

function tlsFaults({ tls }: InferenceGatewayProps): Fault[] {
  if (tls === undefined) return [];
  const { secretName, requested } = tls;
  if (requested === undefined) return secretName === undefined ? [] : secretNameFaults('tls.secretName', secretName);
  const { dnsNames, issuer } = requested;
  return allOf(
    () => secretNameFaults('tls.requested.issuer', issuer),
    () => knownTexts('tls.requested.dnsNames', dnsNames, 'what callers call the gateway'),
    () =>
      hasToken(dnsNames)
        ? []
        : dnsNames.flatMap((name, i) => {
            if (hasToken(name) || /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
              return [];
            const at = `tls.requested.dnsNames[${i}]`;
            return [fault('INVALID_NAME', at, `${at} must be a DNS name in lower case; got ${givenValue(name)}`)];
          }),
  );
}

function exposureFaults({ exposure, tls }: InferenceGatewayProps): Fault[] {
  if (!exposure?.isPublic) return [];
  const at = 'exposure.loadBalancer.sourceRanges';
  const { sourceRanges = [] } = exposure.loadBalancer ?? {};
  return allOf(
    () => (tls ? [] : [PUBLIC_WITHOUT_TLS]),
    () => {
      const unknown = knownListFaults(at, sourceRanges, 'each of them is checked');
      if (unknown.length > 0) return unknown;
      const faults = accessFaults({ [at]: sourceRanges });
      return faults.length > 0 ? faults : sourceRanges.flatMap((each, i) => rangeFaults(`${at}[${i}]`, each));
    },
  );
}

function rangeFaults(at: string, range: string): Fault[] {
  if (range.includes('/')) return [];
  const reason = `${at} must be a range of addresses, e.g. '203.0.113.0/24'; got ${givenValue(range)}`;
  return [fault('INVALID_FORMAT', at, reason)];
}

const PUBLIC_WITHOUT_TLS = fault(
  'PUBLIC_WITHOUT_TLS',
  'tls',
  'a public gateway needs a certificate: keys and prompts would cross networks of others in the clear; give tls: GatewayTls.secret or ' +
    'GatewayTls.certificate, or keep exposure internal',
);

/** Smallest limits. */
function leastOf(props: InferenceGatewayProps, { countsPerPod }: DoorKind): number {
  return countsPerPod ? replicasOf(props) : 1;
}

function limitFaults(at: string, limits: GatewayLimits | undefined, least: number): Fault[] {
  if (limits === undefined) return [];
  const values = { requestsPerMinute: limits.requestsPerMinute, tokensPerMinute: limits.tokensPerMinute };
  return Object.entries(values).flatMap(([property, value]) => {
    const unknown = concreteFault(`${at}.${property}`, value, "Envoy's configuration is made from it");
    if (unknown.length > 0) return unknown;
    const faults = wholeNumberFault(`${at}.${property}`, value, 1);
    if (faults.length > 0 || value === undefined || value >= least) return faults;
    const reason = `${at}.${property} must be at least ${least}, one for each pod of the gateway, which share it; got ${value}; raise it, or lower replicas`;
    return [fault('OUT_OF_RANGE', `${at}.${property}`, reason)];
  });
}

function modelLimitFaults(props: InferenceGatewayProps, upstreams: readonly Upstream[], least: number): Fault[] {
  const known = [...new Set(upstreams.flatMap(({ models }) => models))].sort();
  return Object.entries(props.modelLimits ?? {}).flatMap(([model, limits]) => {
    const at = `modelLimits.${model}`;
    if (known.includes(model)) return limitFaults(at, limits, least);
    const reason = `modelLimits names ${givenValue(model)}, which no backend has; the models are ${known.map((each) => `'${each}'`).join(', ')}`;
    return [fault('UNKNOWN_VALUE', 'modelLimits', reason)];
  });
}

function timeFaults(props: InferenceGatewayProps, upstreams: () => readonly Upstream[]): Fault[] {
  const { idleTimeout, exitTimeout } = props;
  return allOf(
    () => secondsFaults('idleTimeout', idleTimeout),
    () => secondsFaults('exitTimeout', exitTimeout),
    () => {
      const longest = longestAnswerSeconds(upstreams());
      if (idleTimeout === undefined || idleTimeout.toSeconds() >= longest) return [];
      const reason =
        `idleTimeout must be at least ${longest} s, the longest answer that the backends plan for: one that does not stream is silent for as ` +
        `long and would be cut off; got ${idleTimeout}`;
      return [fault('TIMEOUT_BELOW_ANSWER', 'idleTimeout', reason)];
    },
  );
}

function secondsFaults(property: string, given: Duration | undefined): Fault[] {
  if (given === undefined) return [];
  return wholeAmountFault(property, given.toSeconds(), 'seconds', `${given}`, 1, LONGEST_SECONDS);
}

function sizeFaults(props: InferenceGatewayProps): Fault[] {
  const memory = memoryOf(props);
  const request = requestSizeOf(props);
  return allOf(
    () => positiveFault('memory', memory.mib),
    () => positiveFault('maxRequestSize', request.mib),
    () => {
      if (request.bytes * REQUESTS_OF_MEMORY <= memory.bytes) return [];
      const reason =
        `maxRequestSize must be at most a ${REQUESTS_OF_MEMORY}th of memory, since each request is held whole; got ${request} with ${memory}; ` +
        'raise memory, or lower maxRequestSize';
      return [fault('OUT_OF_RANGE', 'maxRequestSize', reason)];
    },
  );
}
