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
 * Canaries that answer less than what they stand beside: with fewer servers than their part asks for, with none at times, or of shorter requests.
 *
 * @internal
 */
export function canaryWarnings({ backends }: Pick<InferenceGatewayProps, 'backends'>): Fault[] {
  return backends.flatMap(({ server, options: { canary, models } }, i) => {
    if (server === undefined || canary === undefined) return [];
    const pairs = namesOf(server)
      .filter((model) => models?.includes(model) ?? true)
      .flatMap((model) => {
        const [now, next] = [targetOf(server, model), targetOf(canary.server, model)];
        return now && next ? [{ model, now, next, percent: canary.percent }] : [];
      });
    const first = (of: (pair: CanaryPair) => Fault[]) => pairs.map(of).find((found) => found.length > 0) ?? [];
    const at = `backends[${i}].options.canary`;
    return [
      ...first((pair) => tooSmall(pair, at)),
      ...first((pair) => asleep(pair, at)),
      ...first((pair) => shorter(pair, at)),
    ];
  });
}

/** The two servers of a model. */
interface CanaryPair {
  readonly model: string;
  readonly now: OpenAiTarget;
  readonly next: OpenAiTarget;
  readonly percent: number;
}

function tooSmall({ model, now, next, percent }: CanaryPair, at: string): Fault[] {
  if (now.servers === undefined || next.servers === undefined) return [];
  const wanted = Math.ceil((now.servers * percent) / 100);
  if (next.servers >= wanted) return [];
  const reason =
    `the canary of '${model}' gets ${percent} of 100 requests, all of which ${now.servers} server(s) answer now, but has ${next.servers}; raise its replicas to ` +
    `${wanted} before its part`;
  return [fault('CANARY_TOO_SMALL', `${at}.percent`, reason)];
}

function asleep({ model, now, next, percent }: CanaryPair, at: string): Fault[] {
  if (!next.scalesToZero || now.scalesToZero || percent === 0) return [];
  const reason =
    `the canary of '${model}' gets ${percent} of 100 requests, and may have no server at all, so that they fail until one has loaded; give it autoscaling.minReplicas ` +
    'of 1 as long as it gets requests';
  return [fault('CANARY_MAY_SLEEP', `${at}.server`, reason)];
}

function shorter({ model, now, next, percent }: CanaryPair, at: string): Fault[] {
  if (now.contextLength === undefined || next.contextLength === undefined || percent === 0) return [];
  if (next.contextLength >= now.contextLength) return [];
  const reason =
    `the canary of '${model}' takes requests of ${next.contextLength} tokens with their answers, and those beside it ${now.contextLength}: it refuses longer ones by 400, by ` +
    `chance; give both the same contextLength`;
  return [fault('CANARY_SHORTER_CONTEXT', `${at}.server`, reason)];
}

function targetOf({ openAiTargets }: IOpenAiServer, model: string): OpenAiTarget | undefined {
  return openAiTargets.find(({ models }) => models.includes(model));
}

function namesOf({ openAiTargets }: IOpenAiServer): string[] {
  return [...new Set(openAiTargets.flatMap(({ models }) => models))].sort();
}

function listed(names: readonly string[]): string {
  return names.map((each) => `'${each}'`).join(', ');
}
