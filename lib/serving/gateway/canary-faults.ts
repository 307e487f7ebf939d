import { secretFaults } from '../../core/secret-reference';
import { concreteFault } from '../../core/tokens';
import { IOpenAiServer, OpenAiTarget } from '../../core/openai-server';
import { Fault, fault } from '../../units/fault';
import { wholeNumberFault } from '../../units/number-faults';
import { allOf } from '../../units/unreadable';
import { GatewayBackend } from './gateway-backend';
import { InferenceGatewayProps } from './inference-gateway-props';

/**
 * What is wrong with the canary of a backend, apart from its server by itself.
 *
 * @param at path of the canary in messages
 *
 * @internal
 */
export function canaryFaults({ server, options, weight }: GatewayBackend, at: string): Fault[] {
  const { canary } = options;
  if (server === undefined || canary === undefined) return [];
  return allOf(
    () => concreteFault(`${at}.percent`, canary.percent, 'routes are made from it'),
    () => wholeNumberFault(`${at}.percent`, canary.percent, 0, 100),
    () => secretFaults(`${at}.apiKey`, canary.apiKey),
    () => {
      if (weight === undefined) return [];
      const reason =
        'weight and canary both split the requests of a model; leave weight out: the server gets what the canary does not';
      return [fault('CONFLICTING_PROPERTIES', `${at.replace(/\.options\.canary$/, '')}.weight`, reason)];
    },
    () => {
      if (options.endpointPicker === undefined) return [];
      const reason =
        'endpointPicker chooses among the pods of one deployment, so that there is no canary beside it; leave one of them out';
      return [fault('CONFLICTING_PROPERTIES', `${at.replace(/canary$/, 'endpointPicker')}`, reason)];
    },
    () => {
      if (canary.server !== server) return [];
      const reason = `'${server.node.path}' is the server and its own canary; make a deployment of the new version beside it`;
      return [fault('DUPLICATE', `${at}.server`, reason)];
    },
    () => lackedFaults(server, canary.server, options.models, `${at}.server`),
  );
}

/** Requests for a model must not depend on whom they come to. */
function lackedFaults(
  server: IOpenAiServer,
  canary: IOpenAiServer,
  offered: string[] | undefined,
  at: string,
): Fault[] {
  if (canary === server) return [];
  const known = namesOf(canary);
  const lacked = namesOf(server).filter((model) => (offered?.includes(model) ?? true) && !known.includes(model));
  if (lacked.length === 0) return [];
  const reason =
    `the canary '${canary.node.path}' serves ${listed(known)}, but its part of the requests names ${listed(lacked)} too; give its models the same names ` +
    '(servedModelNames), or name those that have a canary in models of a backend of their own';
  return [fault('CANARY_LACKS_MODEL', at, reason)];
}

/**
 * Canaries that get a larger part of the requests than of the servers.
 *
 * @internal
 */
export function canaryWarnings({ backends }: Pick<InferenceGatewayProps, 'backends'>): Fault[] {
  return backends.flatMap(({ server, options: { canary, models } }, i) => {
    if (server === undefined || canary === undefined) return [];
    const names = namesOf(server).filter((model) => models?.includes(model) ?? true);
    const small = names.find((model) => {
      const [now, next] = [serversOf(server, model), serversOf(canary.server, model)];
      return now !== undefined && next !== undefined && next < Math.ceil((now * canary.percent) / 100);
    });
    if (small === undefined) return [];
    const [now, next] = [serversOf(server, small) as number, serversOf(canary.server, small) as number];
    const reason =
      `the canary of '${small}' gets ${canary.percent} of 100 requests, all of which ${now} server(s) answer now, but has ${next}; raise its replicas to ` +
      `${Math.ceil((now * canary.percent) / 100)} before its part`;
    return [fault('CANARY_TOO_SMALL', `backends[${i}].options.canary.percent`, reason)];
  });
}

function serversOf({ openAiTargets }: IOpenAiServer, model: string): number | undefined {
  return openAiTargets.find(({ models }: OpenAiTarget) => models.includes(model))?.servers;
}

function namesOf({ openAiTargets }: IOpenAiServer): string[] {
  return [...new Set(openAiTargets.flatMap(({ models }) => models))].sort();
}

function listed(names: readonly string[]): string {
  return names.map((each) => `'${each}'`).join(', ');
}
