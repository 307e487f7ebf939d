import { concreteFault } from '../../../core/tokens';
import { knownListFaults } from '../../../core/text-list';
import { Fault, fault } from '../../../units/fault';
import { givenValue } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { textList } from '../backend-faults';
import { InferenceGatewayProps } from '../inference-gateway-props';
import { ONLY_CLIENT } from '../resolve-gateway';
import { Upstream } from '../upstreams';
import { HEADER_NAME } from './confidence-faults';
import { EdgeFirstProps } from './edge-routing';

const WHY = "Envoy's configuration is made from it";

/** Headers that a request has lost, or has under another name, when it is asked for them: a rule by one of them would let everything out. */
const LOST =
  /^(authorization|connection|content-length|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-envoy-.*|x-forwarded-.*)$/i;

/**
 * What is wrong with what must stay at a site: each of these would let out what is meant to stay.
 *
 * @internal
 */
export function stayFaults(
  edge: EdgeFirstProps,
  props: InferenceGatewayProps,
  upstreams: readonly Upstream[],
): Fault[] {
  const { mustStayLocal: stays } = edge;
  if (stays === undefined) return [];
  const { models = [], callers = [], headers = {} } = stays;
  if (
    [models, callers].every((each) => Array.isArray(each) && each.length === 0) &&
    Object.keys(headers).length === 0
  ) {
    const reason =
      'mustStayLocal names no models, callers and headers, so that nothing is kept by it; name what must stay, or leave it out';
    return [fault('EMPTY_LIST', 'mustStayLocal', reason)];
  }
  return allOf(
    () => listed('mustStayLocal.models', stays.models, (model, at) => modelFaults(model, at, edge, upstreams)),
    () => listed('mustStayLocal.callers', stays.callers, (caller, at) => callerFaults(caller, at, props)),
    () => concreteFault('mustStayLocal.headers', stays.headers, WHY),
    () => Object.entries(stays.headers ?? {}).flatMap(([name, values]) => headerFaults(name, values)),
  );
}

function listed(at: string, list: string[] | undefined, each: (value: string, at: string) => Fault[]): Fault[] {
  if (list === undefined) return [];
  const unknown = knownListFaults(at, list, WHY);
  return unknown.length > 0 ? unknown : list.flatMap((value, i) => each(value, `${at}[${i}]`));
}

function modelFaults(model: string, at: string, { models }: EdgeFirstProps, upstreams: readonly Upstream[]): Fault[] {
  const known = [...new Set(upstreams.flatMap((each) => each.models))].sort();
  const leaves = Object.keys(models).includes(model);
  if (leaves && !known.includes(model)) {
    const reason =
      `model '${model}' must stay at the site, but only the cloud has it, so that nobody could ever answer it; serve it at the site, or take it out of ` +
      'mustStayLocal';
    return [fault('MUST_STAY_BUT_ONLY_CLOUD', at, reason)];
  }
  if (leaves) {
    const reason = `model '${model}' must stay at the site, and models routes it to '${models[model].cloudModel}' of the cloud; leave it out of one of them`;
    return [fault('CONFLICTING_PROPERTIES', at, reason)];
  }
  if (known.includes(model)) return [];
  const reason = `no backend has ${givenValue(model)}, so that nothing is kept by it; the models of the site are ${textList(known)}`;
  return [fault('UNKNOWN_VALUE', at, reason)];
}

function callerFaults(caller: string, at: string, { authentication }: InferenceGatewayProps): Fault[] {
  if (authentication?.jwtOptions) return [];
  const known = authentication ? Object.keys(authentication.keys ?? {}).sort() : [ONLY_CLIENT];
  if (known.includes(caller)) return [];
  const reason = `no caller is named ${givenValue(caller)}, so that nothing is kept by it; the callers are ${textList(known)}`;
  return [fault('UNKNOWN_VALUE', at, reason)];
}

function headerFaults(name: string, values: string[]): Fault[] {
  const at = `mustStayLocal.headers.${name}`;
  if (!HEADER_NAME.test(name)) {
    const reason = `${at} must be the name of a header, without an underscore, with which the gateway refuses requests; got ${givenValue(name)}`;
    return [fault('INVALID_NAME', at, reason)];
  }
  if (LOST.test(name)) {
    const reason =
      `${at} is a header that the gateway has taken or changed before it looks, so that nothing would be kept by it; use one of your own, e.g. ` +
      "'x-data-class'";
    return [fault('INVALID_NAME', at, reason)];
  }
  const unknown = knownListFaults(at, values, WHY);
  if (unknown.length > 0) return unknown;
  if (values.length === 0) {
    return [
      fault(
        'EMPTY_LIST',
        at,
        `${at} must not be empty: nothing would be kept by it; name its values, e.g. ['personal']`,
      ),
    ];
  }
  return values.flatMap((value, i) =>
    /^[\x21-\x2b\x2d-\x7e]([\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e])?$/.test(value)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            `${at}[${i}]`,
            `${at}[${i}] must be a value of a header: printable, without a comma and without spaces around it; got ${givenValue(value)}`,
          ),
        ],
  );
}
