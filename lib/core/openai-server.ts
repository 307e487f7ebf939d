import { IConstruct } from 'constructs';
import { IKubernetesCluster } from './kubernetes-cluster';
import { SecretReference } from './secret-reference';

/**
 * What a front door must know to send requests of OpenAI's API to the pods of one model.
 */
export interface OpenAiTarget {
  /** Names that requests call the model by, and its adapters. */
  readonly models: string[];
  /** Name of the Service before its pods. */
  readonly serviceName: string;
  /** Namespace of the Service and its pods. */
  readonly namespace: string;
  /** Labels that select exactly the pods that answer. */
  readonly podSelector: { [key: string]: string };
  /** Port of the pods. */
  readonly port: number;
  /** Paths below `/v1/` that it answers, e.g. `chat/completions`. */
  readonly paths: string[];
  /** Path that answers 200 without a key while the server can answer requests. */
  readonly healthPath: string;
  /** The key that requests must have, in `namespace`. @default - it asks for none */
  readonly apiKeySecret?: SecretReference;
  /** The same key in a secret of `namespace` under the name `apiKey`, which Envoy AI Gateway reads. @default - there is none */
  readonly aiGatewayKeySecret?: SecretReference;
  /**
   * Whether each of its pods says at `/metrics` of `port` what endpoint pickers go by: vLLM's own metrics.
   * @default false
   */
  readonly answersPickers?: boolean;
  /** Whether a network policy keeps others from its pods, so that a front door must let itself in. @default false */
  readonly isolated?: boolean;
  /** Seconds that the longest answer takes which the model is planned for, from its request to its end. @default - not planned */
  readonly answerSeconds?: number;
  /** Tokens of the longest request together with its answer. @default - not known */
  readonly contextLength?: number;
  /** Number of servers; the most of them where a scaler sets it. @default - not known */
  readonly servers?: number;
  /** Whether a scaler may leave no server at all, which is then no outage. @default false */
  readonly scalesToZero?: boolean;
}

/**
 * Servers with OpenAI's API.
 */
export interface IOpenAiServer extends IConstruct {
  /** The cluster that they run on. */
  readonly cluster: IKubernetesCluster;
  /** What requests are sent to, for each model. */
  readonly openAiTargets: OpenAiTarget[];
}
