import { IOpenAiServer } from '../../core/openai-server';
import { SecretReference } from '../../core/secret-reference';
import { checkArguments } from '../../units/argument-faults';
import { Duration } from '../../units/duration';
import { EndpointPicker } from './endpoint-picker';

/**
 * How a front door uses a deployment.
 */
export interface GatewayBackendOptions {
  /**
   * Models of it that are offered, by the names of requests.
   * @default - all of them
   */
  readonly models?: string[];
  /**
   * Part of a model's requests that it gets where several backends have the model: of 90 and 10, one in ten. A backend of weight 0 gets none.
   * @default - the only backend of its models
   */
  readonly weight?: number;
  /**
   * A copy of the key that its requests must have, in the namespace of the gateway.
   * @default - the deployment's own secret, which is in the same namespace
   */
  readonly apiKey?: SecretReference;
  /**
   * What chooses the pod for each request. Only an `EnvoyAiInferenceGateway` asks one, in whose namespace the servers must be, and only vLLM's own server
   * says what it goes by.
   * @default - the gateway, which sends it to the pod with the fewest requests
   */
  readonly endpointPicker?: EndpointPicker;
}

/**
 * A Service with OpenAI's API that is made elsewhere, e.g. by KServe.
 */
export interface GatewayServiceProps {
  /** Name of the Service. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Port of the Service; of the pods with `podSelector`. */
  readonly port: number;
  /** Names of the models that requests call. */
  readonly models: string[];
  /**
   * Labels of its pods: the gateway then knows each of them, and leaves out those that do not answer.
   * @default - not known, the Service is one address
   */
  readonly podSelector?: { [key: string]: string };
  /** Secret with the key that its requests must have, in the namespace of the gateway. @default - it asks for none */
  readonly apiKey?: SecretReference;
  /** Path before the paths of OpenAI's API, e.g. `/openai/v1` for KServe's Hugging Face runtime. @default '/v1' */
  readonly basePath?: string;
  /** Path that answers 200 without a key while it can answer requests. @default '/health' */
  readonly healthPath?: string;
  /** Part of a model's requests that it gets where several backends have the model. @default - the only backend of its models */
  readonly weight?: number;
  /** How long its longest answers take. @default - not known */
  readonly longestAnswer?: Duration;
  /** Whether a scaler may leave no server at all, which is then no outage: the alert `GatewayHasNoServer` leaves it out. @default false */
  readonly scalesToZero?: boolean;
  /**
   * What chooses the pod for each request, of those with `podSelector`: of an `EnvoyAiInferenceGateway`, before servers of vLLM.
   * @default - the gateway
   */
  readonly endpointPicker?: EndpointPicker;
}

/**
 * Something that answers a front door's requests.
 */
export class GatewayBackend {
  /**
   * A deployment of this library: a `VllmDeployment`, or a `TritonDeployment` with an OpenAI front end.
   *
   * @param server the deployment
   * @param options how it is used @default - all its models, for it alone
   */
  public static of(server: IOpenAiServer, options: GatewayBackendOptions = {}): GatewayBackend {
    return new GatewayBackend(options.weight, server, options);
  }

  /**
   * A Service that is made elsewhere.
   *
   * @param service the Service
   */
  public static ofService(service: GatewayServiceProps): GatewayBackend {
    return new GatewayBackend(service.weight, undefined, {}, service);
  }

  /** Part of the requests that it gets where several have a model. @default - the only backend of its models */
  public readonly weight?: number;
  /** The deployment. @default - it is a Service that is made elsewhere */
  public readonly server?: IOpenAiServer;
  /** How the deployment is used. */
  public readonly options: GatewayBackendOptions;
  /** The Service. @default - it is a deployment of this library */
  public readonly service?: GatewayServiceProps;

  private constructor(
    weight: number | undefined,
    server: IOpenAiServer | undefined,
    options: GatewayBackendOptions,
    service?: GatewayServiceProps,
  ) {
    this.weight = weight;
    this.server = server;
    this.options = options;
    this.service = service;
  }
}

checkArguments('GatewayBackend', GatewayBackend);
