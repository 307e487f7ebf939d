import { kubernetesNameFault } from '../../core/naming';
import { concreteFault } from '../../core/tokens';
import { imageFaults } from '../../core/container-image';
import { accessFaults } from '../../kubernetes/network-access';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { givenValue, positiveFault, wholeAmountFault, wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { serviceNameFaults } from '../pod/server-faults';
import { authenticationFaults } from './authentication-faults';
import { DoorKind, OWN_ENVOY, backendFaults, ownBackendFaults } from './backend-faults';
import { edgeFaults } from './edge/edge-faults';
import { exposureFaults, tlsFaults } from './exposure-faults';
import { Upstream } from './upstreams';
import { GatewayLimits } from './inference-gateway-options';
import { InferenceGatewayProps } from './inference-gateway-props';
import { longestAnswerSeconds, memoryOf, replicasOf, requestSizeOf } from './resolve-gateway';

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
    () => (kind === OWN_ENVOY && own.length === 0 ? edgeFaults(props, name, namespace, behind()) : []),
    () => timeFaults(props, upstreams),
    () => wholeNumberFault('retries', props.retries, 0, MOST_RETRIES),
    () => wholeNumberFault('replicas', props.replicas, 1, MOST_REPLICAS),
    () => concreteFault('replicas', props.replicas, 'limits are shared among the pods'),
    () => sizeFaults(props),
    () => accessFaults({ accessibleFrom: props.accessibleFrom, metricsFrom: props.metricsFrom }),
    () => imageFaults('envoyImage', props.envoyImage),
  );
}

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
  const ofCloud = Object.keys(props.edgeRouting?.props.models ?? {});
  const known = [...new Set([...upstreams.flatMap(({ models }) => models), ...ofCloud])].sort();
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
