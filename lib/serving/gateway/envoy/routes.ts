import { BASE_PATH, ROUTED_PATHS } from '../api-paths';
import { ERRORS } from './openai-errors';
import { GatewayPlan, PlannedModel } from './gateway-plan';
import { typed } from './typed';

const JSON_TYPE = [
  {
    header: { key: 'content-type', value: 'application/json' },
    append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
  },
];

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
          ...plan.models.map((model) => modelRoute(model, plan)),
          ...unrouted(),
        ],
      },
    ],
  };
}

/** Whether a filter found something, or found it to be something. */
function found(key: string, value: object, invert = false): object {
  return { filter: 'gateway', path: [{ key }], value, ...(invert ? { invert } : {}) };
}

/** Also what a filter let through because it failed. */
function noCaller(): object {
  return {
    name: 'no-caller',
    match: { prefix: '/', dynamic_metadata: [found('client', { present_match: true }, true)] },
    ...answer(401, ERRORS.key),
  };
}

function modelList({ models }: GatewayPlan): object[] {
  const cards = models.map(({ model }) => ({ id: model, object: 'model', created: 0, owned_by: 'gateway' }));
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
  const [only] = upstreams;
  const target =
    upstreams.length === 1
      ? { cluster: only.name }
      : { weighted_clusters: { clusters: upstreams.map(({ name, weight }) => ({ name, weight })) } };
  return {
    name: model,
    match: {
      ...pathsBelow(paths),
      headers: [{ name: ':method', string_match: { exact: 'POST' } }],
      dynamic_metadata: [found('model', { string_match: { exact: model } })],
    },
    route: {
      ...target,
      ...(basePath === BASE_PATH
        ? {}
        : { regex_rewrite: { pattern: { regex: `^${BASE_PATH}/` }, substitution: `${basePath}/` } }),
      // A stream goes on for as long as it says something.
      timeout: '0s',
      idle_timeout: `${plan.idleSeconds}s`,
      ...(plan.retries > 0 ? { retry_policy: retryPolicy(plan.retries) } : {}),
    },
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

function pathsBelow(paths: readonly string[]): object {
  return { safe_regex: { regex: `${BASE_PATH}/(${paths.join('|')})` } };
}

function answer(status: number, body: object, fills = false): object {
  return {
    direct_response: {
      status,
      ...(fills ? { body_format: { json_format: body } } : { body: { inline_string: JSON.stringify(body) } }),
    },
    response_headers_to_add: JSON_TYPE,
  };
}
