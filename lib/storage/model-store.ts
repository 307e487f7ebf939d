import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketLoggingA } from '@cdktf/provider-aws/lib/s3-bucket-logging';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { TerraformProvider, Token } from 'cdktf';
import { Construct } from 'constructs';
import { partitionOf, placeAt } from '../core/aws-provider';
import { IAwsRole } from '../core/aws-role';
import { throwIfRefused, throwIfOfOtherKinds, throwOfCall } from '../core/errors';
import { IModelStore } from '../core/model-store';
import { ModelStoreCredentials } from '../core/model-store-credentials';
import { kubernetesName } from '../core/naming';
import { awsTags } from '../core/tags';
import { textList } from '../core/text-list';
import { addValidation, warnOnce } from '../core/validation';
import { ImportedModelStore } from './imported-model-store';
import { ModelStoreAttributes } from './model-store-attributes';
import { enterMadeBucket, madeBucketFaults } from './made-buckets';
import { modelStorePropsFaults } from './model-store-faults';
import { ModelStoreProps } from './model-store-props';
import { modelUri } from './model-uri';
import { RemovalPolicy } from '../core/removal-policy';
import { S3CompatibleStore } from './s3-compatible-store';
import { S3CompatibleStoreProps } from './s3-compatible-store-props';
import { grantRead, grantReadWrite } from './store-grants';
import { otherPartitionFaults, readerStatements, unreadableFaults, writerStatements } from './store-readers';
import { policyJson } from '../core/policy-json';
import { escapeTemplate } from '../core/template-escape';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/**
 * Where model weights are kept: an S3 bucket, versioned, encrypted by a KMS key, private, reached by TLS 1.2 or later only. Old versions
 * and unfinished uploads are removed; access is granted to individual roles.
 *
 * Throws a `ValidationError` with every fault of the bucket's name, the days and the tags.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
 */
export class ModelStore extends Construct implements IModelStore {
  /**
   * A store in an existing bucket. Throws a `ValidationError` for a name no bucket can have.
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param bucketName name of the bucket
   * @param attributes what else is known of it @default - not encrypted by a customer's key, in the region of its readers
   */
  public static fromBucketName(
    scope: Construct,
    id: string,
    bucketName: string,
    attributes?: ModelStoreAttributes,
  ): IModelStore {
    return new ImportedModelStore(scope, id, bucketName, attributes);
  }

  /**
   * A bucket in an S3-compatible store outside AWS, e.g. MinIO or Ceph. Its pods get credentials from a secret; grants to IAM roles
   * are refused. Throws a `ValidationError` with every fault of the bucket's name, the endpoint, the region and the credentials. Warns of an
   * endpoint by `http` (`ENDPOINT_NOT_ENCRYPTED`).
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props the bucket, and how it is reached
   */
  public static s3Compatible(scope: Construct, id: string, props: S3CompatibleStoreProps): IModelStore {
    return new S3CompatibleStore(scope, id, props);
  }

  /** Name of the bucket. */
  public readonly bucketName: string;
  /** ARN of the bucket. */
  public readonly bucketArn: string;
  /** ARN of the KMS key that encrypts the objects. */
  public readonly kmsKeyArn?: string;
  /** Region of the bucket. @default - the region of the pods that read it */
  public readonly region?: string;
  /** Secret that pods take their credentials from. @default - an IAM role for each workload */
  public readonly credentials?: ModelStoreCredentials;
  readonly #provider?: TerraformProvider;
  readonly #tags: { [key: string]: string };
  readonly #readers: string[];
  readonly #writers: string[];
  readonly #retained: boolean;
  #hasGrantedWrites = false;

  /**
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props its properties @default - a bucket named by Terraform, with a key of its own
   */
  public constructor(scope: Construct, id: string, props: ModelStoreProps = {}) {
    throwIfOfOtherKinds(scope, 'ModelStoreProps', props, id, (given) => new ModelStore(scope, id, given));
    super(scope, id);
    const place = placeAt(this, props.provider);
    throwIfRefused(
      this,
      allOf(
        () => modelStorePropsFaults(props, place),
        () => madeBucketFaults(this, props.bucketName, place.region),
      ),
    );
    enterMadeBucket(this, props.bucketName, place.region);
    this.#provider = props.provider;
    this.#readers = textList(props.readers ?? []);
    this.#writers = textList(props.writers ?? []);
    this.#retained = props.removalPolicy !== RemovalPolicy.DESTROY;
    this.#tags = awsTags({}, props.tags);
    this.region = props.region;
    this.credentials = props.credentials;

    const key = props.encryptionKeyArn === undefined ? this.#ownKey() : undefined;
    const bucket = new S3Bucket(this, 'Resource', {
      provider: this.#provider,
      bucket: props.bucketName && escapeTemplate(props.bucketName),
      // S3 takes at most 37 characters as a prefix.
      bucketPrefix: props.bucketName === undefined ? `${kubernetesName(id, 36)}-` : undefined,
      forceDestroy: !this.#retained,
      lifecycle: { preventDestroy: this.#retained },
      tags: this.#tags,
      // Destroyed before the key: if a bucket cannot be destroyed because it is not empty, the key of its objects must still exist.
      dependsOn: key && [key],
    });
    this.bucketName = bucket.bucket;
    this.bucketArn = bucket.arn;
    this.kmsKeyArn = props.encryptionKeyArn ?? key?.arn;

    this.#protect(bucket);
    this.#keepVersions(bucket, props);
    const unreadable = () => unreadableFaults(this, this.#provider, this.#readers, this.#writers);
    addValidation(this, () => unreadable().faults);
    addValidation(this, () => otherPartitionFaults(this, partitionOf(placeAt(this, props.provider).region)));
    warnOnce(this, () => unreadable().warnings);
    if (props.accessLogs) {
      new S3BucketLoggingA(this, 'AccessLogs', {
        provider: this.#provider,
        bucket: bucket.id,
        targetBucket: escapeTemplate(props.accessLogs.bucketName),
        targetPrefix: escapeTemplate(props.accessLogs.prefix ?? 'model-store/'),
      });
    }
  }

  /** Whether nothing of this program is let write to it: there are no `writers`, and no role was granted it. Asked at synthesis. */
  public get startsEmpty(): boolean | undefined {
    return this.#writers.length === 0 && !this.#hasGrantedWrites;
  }

  /**
   * Lets a role list the bucket, read its objects and decrypt them; nothing else.
   *
   * @param role the role to grant it to
   * @param prefix folder that it is limited to, e.g. `deepseek/65b` @default - the whole bucket
   */
  public grantRead(role: IAwsRole, prefix?: string): void {
    const { bucketArn, kmsKeyArn } = this;
    grantRead(role, { construct: this, bucketArn, kmsKeyArn, provider: this.#provider }, prefix);
  }

  /**
   * Lets a role list the bucket, read, write and delete its objects (versions stay) and use the key for both; nothing else.
   *
   * @param role the role to grant it to
   * @param prefix folder that it is limited to, e.g. `deepseek/65b` @default - the whole bucket
   */
  public grantReadWrite(role: IAwsRole, prefix?: string): void {
    this.#hasGrantedWrites = true;
    const { bucketArn, kmsKeyArn } = this;
    grantReadWrite(role, { construct: this, bucketArn, kmsKeyArn, provider: this.#provider }, prefix);
  }

  /**
   * URI of a model: `s3://<bucket>/<model>/<version>`. Throws a `ValidationError` for a name that is not a plain path.
   *
   * @param model name of the model, e.g. `deepseek`
   * @param version version of it, e.g. `65b` @default - the folder of all its versions
   */
  public uriFor(model: string, version?: string): string {
    return modelUri(this, this.bucketName, model, version);
  }

  #ownKey(): KmsKey {
    const provider = this.#provider;
    const tags = this.#tags;
    const { partition } = this.#partition();
    const { accountId } = new DataAwsCallerIdentity(this, 'Account', { provider });
    const key = new KmsKey(this, 'Key', {
      provider,
      description: escapeTemplate(`Models in store ${this.node.id}`),
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      lifecycle: { preventDestroy: this.#retained },
      // Delegates the decision to IAM policies of this account, such as those of the grants.
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [
          {
            Sid: 'AccountPolicies',
            Effect: 'Allow',
            Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
            Action: 'kms:*',
            Resource: '*',
          },
          ...readerStatements(this.#readers, partition, '').key,
          ...writerStatements(this.#writers, partition, '').key,
        ],
      }),
      tags,
    });
    new KmsAlias(this, 'KeyAlias', {
      provider,
      name: `alias/${kubernetesName(this.node.id, 40)}-${this.node.addr.slice(-8)}`,
      targetKeyId: key.keyId,
    });
    return key;
  }

  #protect(bucket: S3Bucket): void {
    const provider = this.#provider;
    const publicAccess = new S3BucketPublicAccessBlock(this, 'PublicAccessBlock', {
      provider,
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
      // Kept in the state, so that it holds even when the store is no longer in the program.
      skipDestroy: this.#retained,
    });
    new S3BucketOwnershipControls(this, 'OwnershipControls', {
      provider,
      bucket: bucket.id,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'Encryption', {
      provider,
      bucket: bucket.id,
      rule: [
        {
          // One data key for the bucket instead of one for each object: weights are read as hundreds of objects at a time.
          bucketKeyEnabled: true,
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: 'aws:kms',
            kmsMasterKeyId: this.kmsKeyArn && escapeTemplate(this.kmsKeyArn),
          },
        },
      ],
    });
    const resources = [bucket.arn, `${bucket.arn}/*`];
    const deny = { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: resources };
    new S3BucketPolicy(this, 'Policy', {
      provider,
      bucket: bucket.id,
      policy: policyJson({
        Version: '2012-10-17',
        Statement: [
          { Sid: 'DenyPlainText', ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
          { Sid: 'DenyOldTls', ...deny, Condition: { NumericLessThan: { 's3:TlsVersion': '1.2' } } },
          ...this.#letReadersIn(bucket),
        ],
      }),
      // S3 refuses both at the same time.
      dependsOn: [publicAccess],
    });
  }

  #partition(): DataAwsPartition {
    const known = this.node.tryFindChild('Partition') as DataAwsPartition | undefined;
    return known ?? new DataAwsPartition(this, 'Partition', { provider: this.#provider });
  }

  #letReadersIn(bucket: S3Bucket): object[] {
    const lists = [this.#readers, this.#writers];
    if (!lists.some((list) => Token.isUnresolved(list) || list.length > 0)) return [];
    const { partition } = this.#partition();
    return [
      ...readerStatements(this.#readers, partition, bucket.arn).bucket,
      ...writerStatements(this.#writers, partition, bucket.arn).bucket,
    ];
  }

  #keepVersions(bucket: S3Bucket, props: ModelStoreProps): void {
    const provider = this.#provider;
    const versioning = new S3BucketVersioningA(this, 'Versioning', {
      provider,
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketLifecycleConfiguration(this, 'Lifecycle', {
      provider,
      bucket: bucket.id,
      rule: [
        {
          id: 'old-versions',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          noncurrentVersionExpiration: [{ noncurrentDays: props.noncurrentVersionDays ?? 90 }],
          expiration: [{ expiredObjectDeleteMarker: true }],
        },
        {
          id: 'unfinished-uploads',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: props.incompleteUploadDays ?? 7 }],
        },
      ],
      dependsOn: [versioning],
    });
  }
}

checkArguments('ModelStore', ModelStore, throwOfCall);
