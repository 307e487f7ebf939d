import type { BalancedService } from '../expose-gateway';
import type { JwtOptions } from '../gateway-authentication';
import type { GatewayLimits } from '../inference-gateway-options';

/** Header by which Envoy AI Gateway tells routes and limits the model of a request: `AIModelHeaderKey`. @internal */
export const MODEL_HEADER = 'x-ai-eg-model';

/** Header by which limits know the caller; what a caller sends in it is removed. @internal */
export const CALLER_HEADER = 'x-gateway-caller';

/** Where an endpoint picker answers. @internal */
export interface PlannedPicker {
  /** Labels of the pods that it picks from. */
  readonly selector: { readonly [key: string]: string };
  readonly serviceName: string;
  readonly port: number;
  /** Whether requests go to any pod while it does not answer. */
  readonly failsOpen: boolean;
}

/**
 * Servers behind some models, with everything decided.
 *
 * @internal
 */
export interface PlannedServer {
  /** Name of its objects. */
  readonly name: string;
  /** Namespace of its objects: that of its key. */
  readonly namespace: string;
  /** Host that has the addresses of its pods, or of its Service. */
  readonly host: string;
  readonly port: number;
  /** Path before those of the API. */
  readonly basePath: string;
  /** Secret with its key, in `namespace`. @default - it asks for none */
  readonly keySecret?: string;
  /** What chooses the pod for each request. @default - Envoy does */
  readonly picker?: PlannedPicker;
}

/**
 * Models that the same servers have.
 *
 * @internal
 */
export interface PlannedRoute {
  readonly name: string;
  readonly models: readonly string[];
  readonly servers: readonly { readonly server: PlannedServer; readonly weight?: number }[];
}

/**
 * A gateway of the Gateway API, with everything decided.
 *
 * @internal
 */
export interface AiGatewayPlan {
  readonly name: string;
  readonly namespace: string;
  readonly labels: { readonly [key: string]: string };
  /** Name of the class by which Envoy Gateway knows that it is its own. */
  readonly className: string;
  /** Name of the Service before Envoy, in the namespace of Envoy Gateway. */
  readonly serviceName: string;
  /** Secret with the certificate. @default - requests are not encrypted */
  readonly certificate?: string;
  /** The load balancer before it. @default - none, it is reached within the cluster */
  readonly balanced?: BalancedService;
  /** Secrets whose keys are callers, and whose values are theirs. @default - tokens are asked for */
  readonly callerSecrets?: readonly string[];
  readonly jwt?: JwtOptions;
  readonly servers: readonly PlannedServer[];
  readonly routes: readonly PlannedRoute[];
  /** Limits of all pods together; those without a model are of all models. */
  readonly limits: readonly (GatewayLimits & { readonly model?: string })[];
  /** Path at which all servers say whether they answer. @default - they have several, or something else picks them */
  readonly healthPath?: string;
  /** Whether something else than Envoy picks some pods. */
  readonly hasPickers: boolean;
  readonly idleSeconds: number;
  readonly exitSeconds: number;
  readonly retries: number;
  readonly maxRequestBytes: number;
  /** Memory of Envoy, and of what reads requests beside it, as quantity. */
  readonly memory: string;
  readonly replicas: number;
  readonly image?: string;
  readonly pullSecrets: readonly string[];
  readonly nodeSelector?: { readonly [key: string]: string };
  readonly priorityClassName?: string;
}
