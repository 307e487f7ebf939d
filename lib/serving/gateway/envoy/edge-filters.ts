import { scriptAsset } from '../../../kubernetes/script-asset';
import { PlannedEdge, TO_CLOUD } from './edge-plan';
import { luaFilter } from './lua-filter';

/** What a filter looks for in requests, beside the model. @internal */
export const SIZE_MEMBERS = ['stream', 'max_tokens', 'max_completion_tokens', 'max_output_tokens'];

/** Headers that leave a site: what the request is, and by what both sides find it in their logs. Nothing of who has sent it. */
const LEAVING = ['accept', 'content-length', 'content-type', 'traceparent', 'tracestate', 'x-request-id'];

/** Without which Envoy finds no route; the route takes it off. @internal */
export const FORWARDED_PROTO = 'x-forwarded-proto';

const YES = 'yes';

/**
 * The script that decides where a request goes, and what becomes of answers.
 *
 * @param answerSeconds how long an answer of the cloud may take
 *
 * @internal
 */
export function edgeFilter(edge: PlannedEdge, answerSeconds: number): object {
  const models = edge.models.map(({ model, site }) => [model, { only_cloud: site.length === 0 ? YES : undefined }]);
  const { confidence, callers, headers } = edge;
  return luaFilter(
    'edge',
    [
      ['MODELS', Object.fromEntries(models)],
      ['CALLERS', callers.length > 0 ? setOf(callers) : undefined],
      ['HEADERS', Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, setOf(values)]))],
      ['MOST', edge.most],
      ['CONFIDENCE', confidence && { kind: confidence.kind, path: confidence.path, least: confidence.least }],
      ['CLOUD', TO_CLOUD],
      ['CLOUD_MS', answerSeconds * 1000],
      ['RETRY_AFTER', edge.retryAfterSeconds],
    ],
    scriptAsset('envoy_json.lua') + scriptAsset('envoy_edge.lua'),
  );
}

/** The last script before a request leaves the site. @internal */
export function leaveFilter({ models }: PlannedEdge): object {
  const names = models.map(({ model, cloudModel }) => [model, cloudModel] as const);
  return renameFilter('leave', names, [...LEAVING, FORWARDED_PROTO]);
}

/** The script by which a request for a model of the cloud becomes one of the site's. @internal */
export function insteadFilter({ models }: PlannedEdge): object[] {
  const names = models.flatMap(({ model, insteadModel }) => (insteadModel ? [[model, insteadModel] as const] : []));
  return names.length > 0 ? [renameFilter('instead', names)] : [];
}

function renameFilter(
  name: string,
  names: readonly (readonly [string, string])[],
  allowed?: readonly string[],
): object {
  return luaFilter(
    name,
    [
      ['NAMES', Object.fromEntries(names.map(([from, to]) => [from, JSON.stringify(to)]))],
      ['ALLOWED', allowed && setOf(allowed)],
      ['EXACT', allowed && YES],
    ],
    scriptAsset('envoy_json.lua') + scriptAsset('envoy_rename.lua'),
  );
}

function setOf(names: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(names.map((each) => [each, YES]));
}
