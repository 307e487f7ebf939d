import { ModelStoreCredentials } from '../core/model-store-credentials';

/**
 * A bucket in an S3-compatible store outside AWS, e.g. MinIO or Ceph.
 */
export interface S3CompatibleStoreProps {
  /** Name of the bucket. */
  readonly bucketName: string;
  /** URL of the store, `http` or `https`, without a path, e.g. `https://objects.example:9000`. */
  readonly endpoint: string;
  /** Secret that pods take their credentials from. */
  readonly credentials: ModelStoreCredentials;
  /** Region that requests are signed for. @default - the AWS CLI's own */
  readonly region?: string;
}
