import { BASE_PATH } from '../api-paths';

const JSON_TYPE = [
  {
    header: { key: 'content-type', value: 'application/json' },
    append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
  },
];

/** Whether a filter found something, or found it to be something. @internal */
export function found(key: string, value: object, invert = false): object {
  return { filter: 'gateway', path: [{ key }], value, ...(invert ? { invert } : {}) };
}

/** Requests for a model, on paths that its servers have. @internal */
export function modelMatch(model: string, paths: readonly string[], ...more: readonly object[]): object {
  return {
    ...pathsBelow(paths),
    headers: [{ name: ':method', string_match: { exact: 'POST' } }],
    dynamic_metadata: [found('model', { string_match: { exact: model } }), ...more],
  };
}

/** Clusters with their parts of the requests. @internal */
export function shareAmong(shares: readonly { readonly name: string; readonly weight: number }[]): object {
  const [only] = shares;
  return shares.length === 1
    ? { cluster: only.name }
    : { weighted_clusters: { clusters: shares.map(({ name, weight }) => ({ name, weight })) } };
}

/** Another base path than that of the gateway. @internal */
export function rewriteTo(basePath: string): object {
  if (basePath === BASE_PATH) return {};
  return { regex_rewrite: { pattern: { regex: `^${BASE_PATH}/` }, substitution: `${basePath}/` } };
}

/** @internal */
export function pathsBelow(paths: readonly string[]): object {
  return { safe_regex: { regex: `${BASE_PATH}/(${paths.join('|')})` } };
}

/** An answer of Envoy itself; `fills` where what Envoy knows is put in. @internal */
export function answer(status: number, body: object, fills = false): object {
  return {
    direct_response: {
      status,
      ...(fills ? { body_format: { json_format: body } } : { body: { inline_string: JSON.stringify(body) } }),
    },
    response_headers_to_add: JSON_TYPE,
  };
}
