import type { GatewayLimits } from '../inference-gateway-options';
import type { JwtOptions } from '../gateway-authentication';
import type { PlannedEdge } from './edge-plan';
import type { ServerKey } from './server-key';

/**
 * Ports of a pod of the gateway. The administration is on the loopback interface: whoever reaches it can end Envoy.
 *
 * @internal
 */
export const GATEWAY_PORTS = { requests: 8080, metrics: 9902, admin: 9901 };

/** Where a pod of the gateway finds its files. @internal */
export const MOUNTS = {
  config: '/etc/envoy',
  keys: '/etc/gateway-keys',
  tls: '/etc/gateway-tls',
  issuer: '/etc/gateway-issuer',
  cloudAuthority: '/etc/gateway-cloud-authority',
  cloudCertificate: '/etc/gateway-cloud-certificate',
};

/** Keys of the files in the config map. @internal */
export const FILES = {
  envoy: 'envoy.json',
  tls: 'tls.json',
  issuer: 'issuer.json',
  cloudAuthority: 'cloud-authority.json',
  cloudCertificate: 'cloud-certificate.json',
  drain: 'drain-envoy.bash',
};

/** Key of a secret's volume, by which a file of it is mounted. @internal */
export const KEY_FILE = 'key';

/** Key of the volume with the authority of an issuer. @internal */
export const AUTHORITY_FILE = 'ca.crt';

/**
 * Pods behind some models, with everything decided.
 *
 * @internal
 */
export interface PlannedUpstream {
  /** Name of the cluster in Envoy. */
  readonly name: string;
  /** Host that has the addresses of its pods, or of its Service. */
  readonly host: string;
  readonly port: number;
  readonly healthPath: string;
  /** The key that it asks for. @default - it asks for none */
  readonly key?: ServerKey;
  /** Most requests at once. @default - they wait in the servers */
  readonly maxRequests?: number;
}

/**
 * Where requests for a model go.
 *
 * @internal
 */
export interface PlannedModel {
  readonly model: string;
  readonly paths: readonly string[];
  readonly basePath: string;
  readonly upstreams: readonly { readonly name: string; readonly weight: number }[];
}

/**
 * A gateway, with everything decided.
 *
 * @internal
 */
export interface GatewayPlan {
  /** Callers' keys: folders, by the names of callers. @default - tokens are asked for */
  readonly clients?: { readonly [client: string]: string };
  readonly jwt?: JwtOptions;
  readonly tls: boolean;
  readonly upstreams: readonly PlannedUpstream[];
  readonly models: readonly PlannedModel[];
  /** Limits of a single pod; those without a model are of all together. */
  readonly limits: readonly (GatewayLimits & { readonly model?: string })[];
  readonly idleSeconds: number;
  readonly retries: number;
  readonly maxRequestBytes: number;
  readonly memoryBytes: number;
  /** How requests are divided with a cloud. @default - there is none */
  readonly edge?: PlannedEdge;
}
