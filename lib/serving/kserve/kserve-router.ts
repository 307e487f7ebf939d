import { checkArguments } from '../../units/argument-faults';

/**
 * Settings of `KServeScheduler.endpointPicker`.
 */
export interface KServeSchedulerOptions {
  /** Number of its pods, of which one works and the others wait to take over. @default 1 */
  readonly replicas?: number;
}

/**
 * What chooses the server of each request behind a router: by queues, by free cache and by prefixes that a server has seen.
 *
 * It is a pod without GPUs that KServe makes of its own template, so that the proof of scheduling does not know it, and it works only with a Gateway that
 * knows the Gateway API Inference Extension. Its configuration is KServe's: with another one it reads the tokenizer of the model from files that
 * KServe has fetched.
 *
 * @see https://github.com/kserve/kserve (pkg/controller/v1alpha2/llmisvc/scheduler.go of v0.20.0)
 */
export class KServeScheduler {
  /**
   * The endpoint picker of llm-d, as KServe has it.
   *
   * @param options its number of pods @default - one
   */
  public static endpointPicker(options?: KServeSchedulerOptions): KServeScheduler {
    return new KServeScheduler(options?.replicas);
  }

  /** Number of its pods. @default - KServe's own, 1 */
  public readonly replicas?: number;

  private constructor(replicas?: number) {
    this.replicas = replicas;
  }
}

checkArguments('KServeScheduler', KServeScheduler);

/**
 * A Gateway of the Gateway API.
 */
export interface KServeGateway {
  /** Its name. */
  readonly name: string;
  /** Its namespace. @default - that of the service */
  readonly namespace?: string;
  /** Name of the listener that requests come by. @default - all of its listeners */
  readonly listener?: string;
}

/**
 * What a router has beside its Gateway.
 */
export interface KServeRouterOptions {
  /** What chooses the server of each request. @default - none: the Service of the pods spreads connections */
  readonly scheduler?: KServeScheduler;
}

/** What `spec.router` says. */
interface RouterSpec {
  readonly gateways?: readonly KServeGateway[];
  readonly routes?: readonly string[];
  readonly scheduler?: KServeScheduler;
}

/**
 * How a `KServeLlmInferenceService` is reached from a Gateway of the Gateway API, whose definitions the cluster must have. KServe makes an HTTPRoute that
 * sends `/<namespace>/<name>/v1/...` to the service, and requests by the header that names its model.
 *
 * A Gateway and a route belong together, and a route of one's own has its own Gateway: what KServe's validation refuses, or reports only as a condition of the
 * service, cannot be written.
 */
export class KServeRouter {
  /**
   * The Gateway of KServe's own settings, `kserve/kserve-ingress-gateway` unless they say otherwise. It must be there: KServe makes none.
   *
   * @param options what is beside it @default - nothing
   */
  public static managed(options?: KServeRouterOptions): KServeRouter {
    return new KServeRouter('managed', { scheduler: options?.scheduler });
  }

  /**
   * A Gateway of the cluster.
   *
   * @param gateway which one
   * @param options what is beside it @default - nothing
   */
  public static gateway(gateway: KServeGateway, options?: KServeRouterOptions): KServeRouter {
    return new KServeRouter('gateway', { gateways: [gateway], scheduler: options?.scheduler });
  }

  /**
   * HTTPRoutes of one's own in the namespace of the service, which KServe then only checks: their backend is the Service `<name>-kserve-workload-svc`, or the
   * InferencePool `<name>-inference-pool` where there is a scheduler.
   *
   * @param names their names
   * @param options what is beside them @default - nothing
   */
  public static httpRoutes(names: string[], options?: KServeRouterOptions): KServeRouter {
    return new KServeRouter('routes', { routes: names, scheduler: options?.scheduler });
  }

  /** What leads to it: `managed`, `gateway` or `routes`. */
  public readonly kind: string;
  /** @internal */
  public readonly _spec: RouterSpec;

  private constructor(kind: string, spec: RouterSpec) {
    this.kind = kind;
    this._spec = spec;
  }

  /**
   * `spec.router` of an LLMInferenceService.
   *
   * @internal
   */
  public _object(): object {
    const { gateways, routes, scheduler } = this._spec;
    return {
      ...(routes === undefined ? { gateway: gateways === undefined ? {} : { refs: gateways.map(reference) } } : {}),
      route: { http: routes === undefined ? {} : { refs: routes.map((name) => ({ name })) } },
      ...(scheduler === undefined
        ? {}
        : { scheduler: scheduler.replicas === undefined ? {} : { replicas: scheduler.replicas } }),
    };
  }
}

checkArguments('KServeRouter', KServeRouter);

function reference({ name, namespace, listener }: KServeGateway): object {
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(listener === undefined ? {} : { sectionName: listener }),
  };
}
