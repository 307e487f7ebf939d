/**
 * What chooses the pod for each request by what the pods say of themselves: queues, free cache, adapters and prefixes that they have. It is installed
 * apart, e.g. as llm-d's router, and sees the pods that the InferencePool of its backend selects.
 *
 * @see https://gateway-api-inference-extension.sigs.k8s.io/
 */
export interface EndpointPicker {
  /** Name of its Service, in the namespace of the servers. */
  readonly serviceName: string;
  /** Port of the Service, which speaks Envoy's protocol of external processors. @default 9002 */
  readonly port?: number;
  /** Whether requests go to any pod while it does not answer, and are not refused. @default false */
  readonly failOpen?: boolean;
}
