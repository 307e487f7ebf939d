import { IConstruct } from 'constructs';
import { IAwsRole } from './aws-role';
import { ModelStoreCredentials } from './model-store-credentials';

/**
 * Where model weights are kept, an S3 bucket or one in an S3-compatible store, and how pods reach it. Workloads check the endpoint, the
 * region and the credentials of the store that they are given, and warn of an endpoint by `http`.
 */
export interface IModelStore extends IConstruct {
  /** Name of the bucket. */
  readonly bucketName: string;
  /** ARN of the bucket. */
  readonly bucketArn: string;
  /** ARN of the KMS key that encrypts the objects. @default - not encrypted by a customer key, or the key is not known */
  readonly kmsKeyArn?: string;
  /** Region of the bucket. @default - the region of the pods that read it */
  readonly region?: string;
  /** URL of an S3-compatible store outside AWS: host and port only, without a user name or password. @default - AWS */
  readonly endpoint?: string;
  /**
   * Namespace of the cluster whose pods serve the endpoint, where its host does not say so: the address of a Service, or a name of your own for one.
   * @default - that in a host such as `minio.storage.svc`; else the endpoint is outside the cluster
   */
  readonly endpointNamespace?: string;
  /** Secret that pods take their credentials from. @default - each workload has its own IAM role, which access is granted to */
  readonly credentials?: ModelStoreCredentials;
  /**
   * Whether this program makes it and lets nobody write to it, so that it stays empty until somebody fills it by hand. Servers of a model from it
   * warn of it (`MODEL_NOT_IMPORTED`). Asked at synthesis.
   * @default false: it may have been filled elsewhere
   */
  readonly startsEmpty?: boolean;
  /**
   * Lets a role list the bucket, read its objects and decrypt them; nothing else. Workloads do not call it where `credentials` are set.
   *
   * @param role the role to grant it to
   * @param prefix folder that it is limited to, e.g. `deepseek/65b` @default - the whole bucket
   */
  grantRead(role: IAwsRole, prefix?: string): void;
  /**
   * Lets a role list the bucket, read, write and delete its objects (versions stay) and use the key for both; nothing else. Workloads
   * do not call it where `credentials` are set.
   *
   * @param role the role to grant it to
   * @param prefix folder that it is limited to, e.g. `deepseek/65b` @default - the whole bucket
   */
  grantReadWrite(role: IAwsRole, prefix?: string): void;
  /**
   * URI of a model: `s3://<bucket>/<model>/<version>`.
   *
   * @param model name of the model, e.g. `deepseek`
   * @param version version of it, e.g. `65b` @default - the folder of all its versions
   */
  uriFor(model: string, version?: string): string;
}
