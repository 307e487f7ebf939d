import { ModelStoreCredentials } from '../core/model-store-credentials';

/**
 * What is known of an existing bucket.
 */
export interface ModelStoreAttributes {
  /** ARN of the KMS key that encrypts the objects; grants need it. @default - not encrypted by a customer's key */
  readonly kmsKeyArn?: string;
  /**
   * 12 digits of the account of the bucket, if it is of another one than the roles that write it: the endpoints of a cluster's own VPC then let its pods
   * write there. The policies of the bucket and its key must let the roles in.
   * @default - that of the AWS provider of the stack
   */
  readonly accountId?: string;
  /** Region of the bucket. @default - the region of the pods that read it */
  readonly region?: string;
  /**
   * Partition of the bucket: `aws`, `aws-cn`, `aws-us-gov` ... Roles of another one cannot be let in.
   * @default - that of `region`, else that of the AWS provider of the stack, else `aws`
   */
  readonly partition?: string;
  /** Secret that pods take their credentials from, for clusters that give no IAM roles to pods. @default - an IAM role for each workload */
  readonly credentials?: ModelStoreCredentials;
}
