import { ImageRegistry } from '../../kubernetes/image-registry';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { GatewayAuthentication } from './gateway-authentication';
import { GatewayExposure } from './gateway-exposure';
import { GatewayTls } from './gateway-tls';

/**
 * What each caller may take. Pods of the gateway do not know of each other: each has its part of the limits.
 */
export interface GatewayLimits {
  /** Most requests a minute. @default - no limit */
  readonly requestsPerMinute?: number;
  /**
   * Most tokens a minute, of prompts and answers. A request is let in while any are left, so that what runs may exceed them; the debt is paid
   * before the next one. Tokens are what the server says they were; of a stream whose caller did not ask for its usage, its events, and a quarter
   * of the bytes of the request.
   * @default - no limit
   */
  readonly tokensPerMinute?: number;
}

/**
 * Everything of a front door but its cluster and what is behind it: what a topology passes on to the one that it makes.
 */
export interface InferenceGatewayOptions {
  /**
   * How callers show who they are.
   * @default - one key, made in the cluster, in a secret `<name>-api-key`
   */
  readonly authentication?: GatewayAuthentication;
  /** Its certificate. @default - none, requests are not encrypted; not allowed where it is public */
  readonly tls?: GatewayTls;
  /** Who can reach it. @default GatewayExposure.INTERNAL */
  readonly exposure?: GatewayExposure;
  /** What each caller may take, of all models together. @default - no limits */
  readonly limits?: GatewayLimits;
  /** What each caller may take of single models, by the names of requests. @default - no limits */
  readonly modelLimits?: { [model: string]: GatewayLimits };
  /**
   * How long a request may be silent, before its first token or between two; an answer that does not stream is silent until it is whole. There is no
   * limit to a stream that goes on.
   * @default - twice the longest answer that the backends plan for, at least 10 minutes
   */
  readonly idleTimeout?: Duration;
  /**
   * How long running answers may take to end when a pod of the gateway is replaced.
   * @default - as long as the longest answer that the backends plan for, at least 1 minute, at most 1 hour
   */
  readonly exitTimeout?: Duration;
  /**
   * How often a request is sent to another pod of its model where one refuses the connection, breaks it off or answers 503. It happens only before
   * the first token. Each may cost a server what the first one died of.
   * @default 1
   */
  readonly retries?: number;
  /** Most bytes of a request. It is held in memory whole. @default 10 MiB */
  readonly maxRequestSize?: DataSize;
  /** Pods of the gateway. @default 2 */
  readonly replicas?: number;
  /** Namespace; that of the servers, whose keys it reads. @default 'inference' */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /**
   * Who may send requests: names of namespaces, and ranges of addresses. Where it is public, `sourceRanges` of its load balancer are let in besides.
   * @default - pods of its own namespace
   */
  readonly accessibleFrom?: string[];
  /** Further namespaces and ranges of addresses that may read the metrics. @default - none */
  readonly metricsFrom?: string[];
  /** Whether network policies hold its pods to that, and let it in to pods that are isolated. @default true */
  readonly networkPolicy?: boolean;
  /** Memory of each pod. @default 1 GiB */
  readonly memory?: DataSize;
  /** Image of Envoy, with its registry and a tag or a digest; 1.40 or later, with a shell. @default - Envoy 1.40.0 of the Envoy project */
  readonly envoyImage?: string;
  /** Labels of the nodes it may run on. @default - any node without a taint */
  readonly nodeSelector?: { [key: string]: string };
  /** Priority class of the pods. @default - none */
  readonly priorityClassName?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}
