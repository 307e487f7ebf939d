import { ModelStoreCredentials } from '../core/model-store-credentials';

/**
 * A bucket in an S3-compatible store outside AWS, e.g. MinIO or Ceph.
 */
export interface S3CompatibleStoreProps {
  /** Name of the bucket. */
  readonly bucketName: string;
  /**
   * URL of the store: `https` or `http` (with a warning: weights then cross the network in plain text), host and port only, e.g.
   * `https://objects.example:9000`. Never a user name or password: they would be in the state.
   */
  readonly endpoint: string;
  /**
   * Namespace whose pods serve the store, if it runs in the cluster and its host does not say so: the address of a Service, or a name of your own for
   * one. Network policies let pods connect to it; they are applied behind a Service, to the addresses and ports of its pods.
   * @default - that in a host such as `minio.storage.svc`; else the store is outside the cluster
   */
  readonly endpointNamespace?: string;
  /** Secret that pods take their credentials from. */
  readonly credentials: ModelStoreCredentials;
  /** Region that requests are signed for: letters, digits and hyphens. @default - the AWS CLI's own */
  readonly region?: string;
}
