import { BASE_PATH, ROUTED_PATHS } from '../api-paths';
import { servedBy } from './edge-listeners';
import { edgeRoutes } from './edge-routes';
import { ERRORS } from './openai-errors';
import { GatewayPlan, PlannedModel } from './gateway-plan';
import { answer, found, modelMatch, pathsBelow, rewriteTo, shareAmong } from './route-parts';
import { typed } from './typed';

/** Most bytes of the list of models, and of a whole answer that Envoy has at hand. */
const MOST_ANSWER_BYTES = 1 << 20;

/**
 * The routes of the gateway: by what filters found in a request, and never by a header that a caller could send.
 *
 * @internal
 */
export function routeConfiguration(plan: GatewayPlan): object {
  return {
    name: 'models',
    max_direct_response_body_size_bytes: MOST_ANSWER_BYTES,
    validate_clusters: true,
    virtual_hosts: [
      {
        name: 'models',
        domains: ['*'],
        routes: [
          ...(plan.clients ? [noCaller()] : []),
          ...modelList(plan),
          ...(plan.edge ? edgeRoutes(plan.edge, plan.idleSeconds) : []),
          ...plan.models.map((model) => modelRoute(model, plan)),

          ...unrouted(),
        ],
      },
    ],
  };
}

/** Also what a filter let through because it failed. */
function noCaller(): object {
  return {
    name: 'no-caller',
    match: { prefix: '/', dynamic_metadata: [found('client', { present_match: true }, true)] },
    ...answer(401, ERRORS.key),
  };
}

function modelList({ models, edge }: GatewayPlan): object[] {
  const names = [...new Set([...models, ...(edge?.models ?? [])].map(({ model }) => model))].sort();
  const cards = names.map((model) => ({ id: model, object: 'model', created: 0, owned_by: 'gateway' }));
  const isGet = [{ name: ':method', string_match: { exact: 'GET' } }];
  return [
    {
      name: 'list-of-models',
      match: { path: `${BASE_PATH}/models`, headers: isGet },
      ...answer(200, { object: 'list', data: cards }),
    },
    ...cards.map((card) => ({
      name: `card-of-${card.id}`,
      match: { path: `${BASE_PATH}/models/${card.id}`, headers: isGet },
      ...answer(200, card),
    })),
  ];
}

function modelRoute({ model, paths, basePath, upstreams }: PlannedModel, plan: GatewayPlan): object {
  return {
    name: model,
    match: modelMatch(model, paths),
    route: {
      ...shareAmong(upstreams),
      ...rewriteTo(basePath),
      // A stream goes on for as long as it says something.
      timeout: '0s',
      idle_timeout: `${plan.idleSeconds}s`,
      ...(plan.retries > 0 ? { retry_policy: retryPolicy(plan.retries) } : {}),
    },
    ...(plan.edge ? { response_headers_to_add: servedBy('site') } : {}),
  };
}

/** Nothing is sent again once a response has begun: Envoy passes on its headers before the first token. */
function retryPolicy(retries: number): object {
  return {
    retry_on: 'connect-failure,refused-stream,reset,retriable-status-codes',
    retriable_status_codes: [503],
    num_retries: retries,
    retry_host_predicate: [
      {
        name: 'envoy.retry_host_predicates.previous_hosts',
        typed_config: typed('envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'),
      },
    ],
    // A server that refuses has the fewest requests, and so is chosen more often than others.
    host_selection_retry_max_attempts: 30,
    retry_back_off: { base_interval: '0.025s', max_interval: '0.25s' },
  };
}

function unrouted(): object[] {
  const routed = pathsBelow(ROUTED_PATHS);
  const isPost = [{ name: ':method', string_match: { exact: 'POST' } }];
  return [
    {
      name: 'no-model',
      match: { ...routed, headers: isPost, dynamic_metadata: [found('model', { present_match: true }, true)] },
      ...answer(400, ERRORS.noModel),
    },
    { name: 'unknown-model', match: { ...routed, headers: isPost }, ...answer(404, ERRORS.unknownModel, true) },
    { name: 'no-path', match: { prefix: '/' }, ...answer(404, ERRORS.path) },
  ];
}
