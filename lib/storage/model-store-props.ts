import { TerraformProvider } from 'cdktf';
import { ModelStoreCredentials } from '../core/model-store-credentials';
import { RemovalPolicy } from '../core/removal-policy';

/**
 * Where the access log of a store is written.
 */
export interface ModelStoreAccessLogs {
  /** Name of the bucket that receives the log; its policy must let `logging.s3.amazonaws.com` write. */
  readonly bucketName: string;
  /** Prefix of the log's objects. @default 'model-store/' */
  readonly prefix?: string;
}

/**
 * Properties of `ModelStore`.
 */
export interface ModelStoreProps {
  /** Name of the bucket, unique in all of AWS. @default - made by Terraform from the construct's id */
  readonly bucketName?: string;
  /**
   * ARN of an existing KMS key of the bucket's region, not of an alias; its policy must let granted roles use it through their own policies.
   * @default - a new key for the store, rotated every year
   */
  readonly encryptionKeyArn?: string;
  /** Region of the bucket, which is that of the AWS provider, for pods in another region. @default - the region of the pods that read it */
  readonly region?: string;
  /** Secret that pods take their credentials from, for clusters that give no IAM roles to pods. @default - an IAM role for each workload */
  readonly credentials?: ModelStoreCredentials;
  /** Days after which a version that was overwritten or deleted is removed; whole, at least 1. @default 90 */
  readonly noncurrentVersionDays?: number;
  /** Days after which the parts of an unfinished upload are removed; whole, at least 1. @default 7 */
  readonly incompleteUploadDays?: number;
  /** Where accesses are logged. @default - not logged */
  readonly accessLogs?: ModelStoreAccessLogs;
  /**
   * Roles of other accounts that read the models, by their ARN, or whole accounts, by their 12 digits. The policies of the bucket and of
   * the store's key let them in; their own policies must allow it too, which `grantRead` of the store writes for roles of the same program. S3 and KMS
   * refuse the ARN of a role that does not exist yet. The policy of an `encryptionKeyArn` is yours to extend by `kms:Decrypt`.
   * @default - roles of the store's own account only
   */
  readonly readers?: string[];
  /**
   * Roles of other accounts that write models, and read them, in the same form as `readers`, such as that of a `ModelImport` on a cluster elsewhere. The
   * endpoints of a cluster's own VPC let its pods write there. The policy of an `encryptionKeyArn` is yours to extend by `kms:Decrypt` and
   * `kms:GenerateDataKey`.
   * @default - roles of the store's own account only
   */
  readonly writers?: string[];
  /**
   * What happens to the models when the store is destroyed or replaced.
   *
   * `RETAIN` has Terraform refuse any plan that destroys or replaces the bucket or its key, so that nothing around them is undone either. Terraform
   * knows this only as long as the store is in the program: before you remove it from the program, let go of its resources by `terraform state rm`,
   * or by `removed` blocks with `destroy = false`. To destroy it all, apply it with `DESTROY` first.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /** Tags of the AWS resources. @default - the library's own */
  readonly tags?: { [key: string]: string };
  /** AWS provider. @default - the stack's default AWS provider */
  readonly provider?: TerraformProvider;
}
