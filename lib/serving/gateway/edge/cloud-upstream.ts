import { SecretReference } from '../../../core/secret-reference';
import { Duration } from '../../../units/duration';
import { CertificateAuthority } from '../certificate-authority';

/**
 * When the cloud is no longer asked. Each pod of the gateway counts for itself.
 */
export interface CloudBreaker {
  /**
   * Failures one after the other at which it opens: answers of 500 and above, refused or broken connections, tries that took too long.
   * @default 5
   */
  readonly failures?: number;
  /** How long it stays open, whole seconds. After that the next request tries the cloud, and again that many failures open it. @default 30 seconds */
  readonly openFor?: Duration;
}

/**
 * How much is asked of a cloud at once, and when it is asked again or no longer.
 */
export interface CloudCallOptions {
  /** Most requests that run there at once, of all pods of the gateway. @default 100 */
  readonly maxRequests?: number;
  /** Most requests that wait for a connection, also while one is made, of all pods of the gateway. @default 100 */
  readonly maxWaiting?: number;
  /**
   * How often a request is sent again where the cloud refuses the connection, breaks it off or answers 503, before its answer has begun.
   * @default 1
   */
  readonly retries?: number;
  /**
   * Most requests at once that are sent again, in percent of those that run, but at least 3: a cloud that begins to fail is not asked twice by everybody.
   * @default 20
   */
  readonly retryBudgetPercent?: number;
  /**
   * How long a try may take until its answer begins, whole seconds; an answer that does not stream begins when it is whole.
   * @default - `idleTimeout` of the gateway
   */
  readonly tryTimeout?: Duration;
  /** When it is no longer asked. @default - after 5 failures, for 30 seconds */
  readonly breaker?: CloudBreaker;
}

/**
 * The gateway of a cloud, as a site reaches it: OpenAI's API behind TLS, e.g. an `InferenceGateway` there.
 */
export interface CloudUpstream extends CloudCallOptions {
  /**
   * Its base URL, as clients of OpenAI take it: `https://models.example.com/v1`.
   */
  readonly url: string;
  /** Names of the models that it serves, e.g. `InferenceGateway.models` of the one there. */
  readonly models: string[];
  /** Who has signed its certificate. @default - an authority that the public knows */
  readonly authority?: CertificateAuthority;
  /**
   * The key of this site, in the namespace of the gateway: it is sent as `Authorization: Bearer`, and no key of a caller ever is. A changed one counts
   * without a restart. At least one of `apiKey` and `clientCertificate` is needed.
   * @default - none
   */
  readonly apiKey?: SecretReference;
  /**
   * A secret of type `kubernetes.io/tls` in the namespace of the gateway: the certificate by which this site shows who it is. A renewed one is taken up
   * without a restart.
   * @default - none
   */
  readonly clientCertificate?: string;
}
