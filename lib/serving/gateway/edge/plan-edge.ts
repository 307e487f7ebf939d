import { MOUNTS } from '../envoy/gateway-plan';
import { PlannedCloud, PlannedEdge, PlannedEdgeModel, PlannedShare } from '../envoy/edge-plan';
import { ROUTED_PATHS } from '../api-paths';
import { Upstream } from '../upstreams';
import { CloudUpstream } from './cloud-upstream';
import { EdgeFirstProps } from './edge-routing';

/** Volume with the key of the site. @internal */
export const CLOUD_KEY = 'cloud-key';
/** File by which Envoy discovers it. @internal */
export const CLOUD_KEY_FILE = 'cloud-key.json';

/** Most requests in the cloud at once where nothing else is said. @internal */
export const DEFAULT_CLOUD_REQUESTS = 100;
const DEFAULTS = {
  requests: DEFAULT_CLOUD_REQUESTS,
  waiting: 100,
  retries: 1,
  budget: 20,
  failures: 5,
  openSeconds: 30,
  retryAfter: 5,
};

/** What the gateway is otherwise, as far as its edge needs to know. @internal */
export interface EdgeSurroundings {
  readonly replicas: number;
  readonly idleSeconds: number;
  readonly nameOf: (upstream: Upstream) => string;
}

/**
 * What Envoy is told of a site and its cloud.
 *
 * @param props what the user says, without faults
 * @param upstreams what is behind the backends
 * @param around what the gateway is otherwise
 *
 * @internal
 */
export function plannedEdge(
  props: EdgeFirstProps,
  upstreams: readonly Upstream[],
  around: EdgeSurroundings,
): PlannedEdge {
  const { mustStayLocal: stays = {}, atMost: most = {}, confidence } = props;
  const models = Object.keys(props.models)
    .sort()
    .map((model) => plannedModel(model, props, upstreams, around));
  const used = new Set(models.flatMap(({ site, instead }) => [...site, ...instead]).map(({ name }) => name));
  return {
    cloud: plannedCloud(props.cloud, around),
    models,
    servers: upstreams
      .filter((each) => used.has(around.nameOf(each)))
      .map((each) => ({ name: around.nameOf(each), basePath: each.basePath })),
    siteSeconds: props.siteTimeout?.toSeconds() ?? around.idleSeconds,
    retryAfterSeconds: props.retryAfter?.toSeconds() ?? DEFAULTS.retryAfter,
    most: { prompt: most.promptTokens, answer: most.answerTokens, total: most.totalTokens },
    confidence: confidence && {
      kind: confidence._kind,
      path: confidence._path.map(small(confidence._kind)),
      least: confidence.atLeast,
    },
    callers: [...(stays.callers ?? [])].sort(),
    headers: Object.fromEntries(
      Object.entries(stays.headers ?? {})
        .map(([name, values]) => [name.toLowerCase(), values.map((each) => each.trim().toLowerCase()).sort()] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

/** Envoy has the names of headers in small letters. */
function small(kind: string): (text: string) => string {
  return (text) => (kind === 'header' ? text.toLowerCase() : text);
}

/**
 * Most requests at once of servers of the site, of one pod of the gateway.
 *
 * @internal
 */
export function siteRequests(
  { maxSiteRequests, models }: EdgeFirstProps,
  upstream: Upstream,
  replicas: number,
): number | undefined {
  if (maxSiteRequests === undefined) return undefined;
  const offered = Object.entries(models).flatMap(([model, { fallbackModel }]) => [model, fallbackModel]);
  return upstream.models.some((each) => offered.includes(each)) ? Math.floor(maxSiteRequests / replicas) : undefined;
}

function plannedModel(
  model: string,
  { models, fallback }: EdgeFirstProps,
  upstreams: readonly Upstream[],
  { nameOf }: EdgeSurroundings,
): PlannedEdgeModel {
  const { cloudModel, fallbackModel } = models[model];
  const having = (name: string) => upstreams.filter((each) => each.models.includes(name));
  const shares = (of: readonly Upstream[]): PlannedShare[] =>
    of.map((each) => ({ name: nameOf(each), weight: each.weight ?? 1 }));
  const own = having(model);
  const other = own.length === 0 && fallbackModel !== undefined ? having(fallbackModel) : [];
  const answering = own.length > 0 ? own : other;
  return {
    model,
    cloudModel,
    paths: answering
      .map(({ paths }) => paths)
      .reduce((all, each) => all.filter((path) => each.includes(path)), ROUTED_PATHS),
    site: shares(own),
    instead: fallback.siteAnswers ? shares(answering) : [],
    insteadModel: other.length > 0 ? fallbackModel : undefined,
  };
}

function plannedCloud(cloud: CloudUpstream, { replicas, idleSeconds }: EdgeSurroundings): PlannedCloud {
  const { hostname, port, pathname } = new URL(cloud.url);
  const { failures = DEFAULTS.failures, openFor } = cloud.breaker ?? {};
  const share = (all: number) => Math.floor(all / replicas);
  return {
    // IPv6 addresses are in brackets in a URL alone.
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 443 : Number(port),
    basePath: pathname.replace(/\/+$/, ''),
    key: cloud.apiKey && { folder: `${MOUNTS.keys}/${CLOUD_KEY}`, file: CLOUD_KEY_FILE },
    hasAuthority: cloud.authority !== undefined,
    hasCertificate: cloud.clientCertificate !== undefined,
    maxRequests: share(cloud.maxRequests ?? DEFAULTS.requests),
    maxWaiting: share(cloud.maxWaiting ?? DEFAULTS.waiting),
    retries: cloud.retries ?? DEFAULTS.retries,
    retryBudgetPercent: cloud.retryBudgetPercent ?? DEFAULTS.budget,
    trySeconds: cloud.tryTimeout?.toSeconds() ?? idleSeconds,
    failures,
    openSeconds: openFor?.toSeconds() ?? DEFAULTS.openSeconds,
  };
}

/** Names that only the cloud has. @internal */
export function cloudOnlyModels(props: EdgeFirstProps, upstreams: readonly Upstream[]): string[] {
  const atSite = new Set(upstreams.flatMap(({ models }) => models));
  return Object.keys(props.models)
    .filter((model) => !atSite.has(model))
    .sort();
}
