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
  /** Secret that pods take their credentials from. */
  readonly credentials: ModelStoreCredentials;
  /** Region that requests are signed for: letters, digits and hyphens. @default - the AWS CLI's own */
  readonly region?: string;
}
