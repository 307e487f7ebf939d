import { concreteFault } from '../../../core/tokens';
import { Fault, fault, faultsUnder } from '../../../units/fault';
import { givenValue, wholeNumberFault } from '../../../units/number-faults';
import { allOf } from '../../../units/unreadable';
import { nameFaults, textList } from '../backend-faults';
import { InferenceGatewayProps } from '../inference-gateway-props';
import { replicasOf } from '../resolve-gateway';
import { knownTexts } from '../text-faults';
import { Upstream } from '../upstreams';
import { cloudFaults, secondsFaults, sharedFaults } from './cloud-faults';
import { confidenceFaults } from './confidence-faults';
import { EdgeFirstProps } from './edge-routing';
import { stayFaults } from './stay-faults';

const AT = 'edgeRouting.props';
const WHY = "Envoy's configuration is made from it";
const MOST_RETRY_AFTER = 3600;

/**
 * What is wrong with how a gateway divides requests between its site and a cloud.
 *
 * @param props what the user says of the gateway
 * @param name its name
 * @param namespace its namespace
 * @param upstreams what is behind its backends
 *
 * @internal
 */
export function edgeFaults(
  props: InferenceGatewayProps,
  name: string,
  namespace: string,
  upstreams: readonly Upstream[],
): Fault[] {
  const edge = props.edgeRouting?.props;
  if (edge === undefined) return [];
  const unknown = allOf(
    () => concreteFault(`${AT}.models`, edge.models, WHY),
    () => knownTexts(`${AT}.cloud.models`, edge.cloud.models, 'the models that the cloud serves'),
  );
  if (unknown.length > 0) return unknown;
  return allOf(
    () => cloudFaults(edge.cloud, props, name, namespace),
    () => modelsFaults(edge, upstreams),
    () => faultsUnder(stayFaults(edge, props, upstreams), AT),
    () => sizeFaults(edge, upstreams),
    () => faultsUnder(confidenceFaults(edge, upstreams), AT),
    () => concreteFault(`${AT}.maxSiteRequests`, edge.maxSiteRequests, 'the pods of the gateway share it'),
    () => sharedFaults(`${AT}.maxSiteRequests`, edge.maxSiteRequests, replicasOf(props)),
    () => siteTimeFaults(edge, props),
    () => secondsFaults(`${AT}.retryAfter`, edge.retryAfter, MOST_RETRY_AFTER),
  );
}

function modelsFaults(edge: EdgeFirstProps, upstreams: readonly Upstream[]): Fault[] {
  const names = Object.keys(edge.models);
  if (names.length > 0) return names.flatMap((model) => modelFaults(model, edge, upstreams));
  const reason =
    `${AT}.models must not be empty: nothing would ever go to the cloud; name what may leave the site, e.g. { chat: { cloudModel: ` +
    `'${edge.cloud.models[0] ?? 'chat-65b'}' } }, or leave out edgeRouting`;
  return [fault('EMPTY_LIST', `${AT}.models`, reason)];
}

function modelFaults(model: string, edge: EdgeFirstProps, upstreams: readonly Upstream[]): Fault[] {
  const at = `${AT}.models.${model}`;
  const { cloudModel, fallbackModel } = edge.models[model];
  const atSite = (name: string) => upstreams.some(({ models }) => models.includes(name));
  return allOf(
    () => nameFaults(at, model),
    () => {
      if (edge.cloud.models.includes(cloudModel)) return [];
      const where = atSite(model) ? 'the site' : 'nobody at the site';
      const reason =
        `'${model}' is routed to ${givenValue(cloudModel)}, which the cloud does not serve (it serves ${textList(edge.cloud.models)}), and ${where} answers ` +
        'it otherwise; name one of these as cloudModel';
      return [fault('CLOUD_LACKS_MODEL', `${at}.cloudModel`, reason)];
    },
    () => (fallbackModel === undefined ? [] : fallbackFaults(model, fallbackModel, edge, upstreams)),
  );
}

function fallbackFaults(
  model: string,
  fallbackModel: string,
  { fallback }: EdgeFirstProps,
  upstreams: readonly Upstream[],
): Fault[] {
  const at = `${AT}.models.${model}.fallbackModel`;
  const known = [...new Set(upstreams.flatMap(({ models }) => models))].sort();
  if (known.includes(model)) {
    const reason = `the site has '${model}' itself, which answers under its own name while the cloud does not; leave out fallbackModel`;
    return [fault('CONFLICTING_PROPERTIES', at, reason)];
  }
  if (!known.includes(fallbackModel)) {
    const reason = `no backend of the site has ${givenValue(fallbackModel)}; fallbackModel must be one of ${textList(known)}`;
    return [fault('UNKNOWN_VALUE', at, reason)];
  }
  if (fallback.siteAnswers) return [];
  const reason = `fallback is REFUSE, so that ${givenValue(fallbackModel)} would never answer for '${model}'; use EdgeFallback.SITE_ANSWERS, or leave it out`;
  return [fault('CONFLICTING_PROPERTIES', at, reason)];
}

function sizeFaults({ atMost = {}, models }: EdgeFirstProps, upstreams: readonly Upstream[]): Fault[] {
  const { promptTokens, answerTokens, totalTokens } = atMost;
  const parts = { promptTokens, answerTokens };
  const wrong = Object.entries({ ...parts, totalTokens }).flatMap(([property, value]) =>
    allOf(
      () => concreteFault(`${AT}.atMost.${property}`, value, WHY),
      () => wholeNumberFault(`${AT}.atMost.${property}`, value, 1),
    ),
  );
  if (wrong.length > 0) return wrong;
  const contradicting = Object.entries(parts).flatMap(([property, value]) => {
    if (value === undefined || totalTokens === undefined || value < totalTokens) return [];
    const reason =
      `atMost.${property} of ${value} decides nothing: what is above it is above totalTokens of ${totalTokens} already; lower it below ${totalTokens}, raise totalTokens, ` +
      'or leave one of them out';
    return [fault('THRESHOLDS_CONTRADICT', `${AT}.atMost.${property}`, reason)];
  });
  return [...contradicting, ...contextFaults(models, upstreams, atMost)];
}

/** The site would refuse what is let through to it. */
function contextFaults(
  models: EdgeFirstProps['models'],
  upstreams: readonly Upstream[],
  atMost: NonNullable<EdgeFirstProps['atMost']>,
): Fault[] {
  return Object.keys(models).flatMap((model) => {
    const contexts = upstreams
      .filter((each) => each.models.includes(model))
      .flatMap(({ contextLength }) => contextLength ?? []);
    if (contexts.length === 0) return [];
    const least = Math.min(...contexts);
    return Object.entries({ ...atMost }).flatMap(([property, value]: [string, number | undefined]) => {
      if (value === undefined || value <= least) return [];
      const reason =
        `atMost.${property} of ${value} is more than the ${least} tokens that the servers of '${model}' at the site take, with their answers: they would refuse what lies ` +
        `between by 400, and the cloud not be asked; lower it to ${least} or less`;
      return [fault('THRESHOLD_ABOVE_CONTEXT', `${AT}.atMost.${property}`, reason)];
    });
  });
}

function siteTimeFaults({ siteTimeout, cloud }: EdgeFirstProps, { idleTimeout }: InferenceGatewayProps): Fault[] {
  const wrong = secondsFaults(`${AT}.siteTimeout`, siteTimeout);
  if (wrong.length > 0 || idleTimeout === undefined) return wrong;
  return Object.entries({ siteTimeout, 'cloud.tryTimeout': cloud.tryTimeout }).flatMap(([property, value]) => {
    if (value === undefined || value.toSeconds() <= idleTimeout.toSeconds()) return [];
    const reason =
      `${property} of ${value} is longer than idleTimeout of ${idleTimeout}, which ends a try before it does; lower it, or raise ` +
      'idleTimeout';
    return [fault('THRESHOLDS_CONTRADICT', `${AT}.${property}`, reason)];
  });
}
