import type { ServerKey } from './server-key';

/** Names of Envoy's clusters of a site's gateway: that of the cloud, and that of the way to it. @internal */
export const CLOUD = 'cloud';
/** @internal */
export const TO_CLOUD = 'to_cloud';

/** Header by which an answer says who gave it, `site` or `cloud`. @internal */
export const SERVED_BY = 'x-gateway-served-by';

/** A part of the requests of a model, by the name of the servers' cluster. @internal */
export interface PlannedShare {
  readonly name: string;
  readonly weight: number;
}

/**
 * A model of which requests may leave the site.
 *
 * @internal
 */
export interface PlannedEdgeModel {
  readonly model: string;
  readonly cloudModel: string;
  readonly paths: readonly string[];
  /** Servers of the site that have it; none where only the cloud has. */
  readonly site: readonly PlannedShare[];
  /** What answers in place of the cloud: the model's own servers, or those of another model. Empty where the cloud alone does. */
  readonly instead: readonly PlannedShare[];
  /** Name of the model that these call it, where it is another. */
  readonly insteadModel?: string;
}

/** Servers of the site on the way to which requests can go on to the cloud. @internal */
export interface PlannedSiteServers {
  readonly name: string;
  readonly basePath: string;
}

/** The cloud, with everything decided; limits are those of a single pod. @internal */
export interface PlannedCloud {
  readonly host: string;
  readonly port: number;
  readonly basePath: string;
  readonly key?: ServerKey;
  readonly hasAuthority: boolean;
  readonly hasCertificate: boolean;
  readonly maxRequests: number;
  readonly maxWaiting: number;
  readonly retries: number;
  readonly retryBudgetPercent: number;
  readonly trySeconds: number;
  readonly failures: number;
  readonly openSeconds: number;
}

/**
 * How a gateway divides requests between its site and a cloud, with everything decided.
 *
 * @internal
 */
export interface PlannedEdge {
  readonly cloud: PlannedCloud;
  readonly models: readonly PlannedEdgeModel[];
  readonly servers: readonly PlannedSiteServers[];
  readonly siteSeconds: number;
  readonly retryAfterSeconds: number;
  readonly most: { readonly prompt?: number; readonly answer?: number; readonly total?: number };
  readonly confidence?: { readonly kind: string; readonly path: readonly string[]; readonly least: number };
  readonly callers: readonly string[];
  /** Values in small letters, by names of headers in small letters. */
  readonly headers: { readonly [name: string]: readonly string[] };
}

/**
 * Names of clusters on the way to servers of the site: `site` leads there alone, `first` to the cloud where they fail, and `last` to the cloud and only then
 * there. Names of Kubernetes have no underscore, and none of these has a slash, by which clusters of servers are told from others.
 *
 * @internal
 */
export function wayTo(kind: 'site' | 'first' | 'last', servers: string): string {
  return `${kind}_${servers.replace('/', '_')}`;
}
