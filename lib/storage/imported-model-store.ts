import { DataAwsPartition } from '@cdktf/provider-aws/lib/data-aws-partition';
import { Construct } from 'constructs';
import { awsArn, keyArnFaults } from '../core/aws-arn';
import { defaultProvider, KNOWN_PARTITIONS, partitionAt, partitionOf } from '../core/aws-provider';
import { IAwsRole } from '../core/aws-role';
import { throwIfRefused, throwIfOfOtherKinds, throwOfCall } from '../core/errors';
import { IModelStore } from '../core/model-store';
import { ModelStoreCredentials } from '../core/model-store-credentials';
import { credentialFaults, regionFaults } from '../core/model-store-reach';
import { hasToken } from '../core/tokens';
import { addValidation } from '../core/validation';
import { bucketNameFaults } from './bucket-name';
import { ModelStoreAttributes } from './model-store-attributes';
import { fault, Fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { modelUri } from './model-uri';
import { grantRead, grantReadWrite } from './store-grants';
import { otherPartitionFaults } from './store-readers';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/**
 * An existing bucket. Nothing in it is created or changed.
 *
 * @internal
 */
export class ImportedModelStore extends Construct implements IModelStore {
  public readonly bucketName: string;
  public readonly bucketArn: string;
  public readonly kmsKeyArn?: string;
  public readonly region?: string;
  public readonly credentials?: ModelStoreCredentials;

  readonly #account?: string;
  readonly #partition: string;

  public constructor(scope: Construct, id: string, bucketName: string, attributes: ModelStoreAttributes = {}) {
    throwIfOfOtherKinds(
      scope,
      'ModelStoreAttributes',
      attributes,
      id,
      (given) => new ImportedModelStore(scope, id, bucketName, given),
    );
    super(scope, id);
    throwIfRefused(
      this,
      allOf(
        () => bucketNameFaults(bucketName, true),
        () => regionFaults(attributes.region),
        () =>
          keyArnFaults('kmsKeyArn', attributes.kmsKeyArn, {
            region: hasToken(attributes.region) ? undefined : attributes.region,
          }),
        () => credentialFaults(attributes.credentials),
        () => accountFaults(attributes.accountId),
        () => partitionFaults(attributes),
      ),
    );
    this.bucketName = bucketName;
    this.#partition = attributes.partition ?? this.#knownPartition(attributes.region);
    this.bucketArn = `arn:${this.#partition}:s3:::${bucketName}`;
    addValidation(this, () => otherPartitionFaults(this, this.#partition, true));
    this.kmsKeyArn = attributes.kmsKeyArn;
    this.region = attributes.region;
    this.#account = attributes.accountId;
    this.credentials = attributes.credentials;
  }

  public grantRead(role: IAwsRole, prefix?: string): void {
    grantRead(role, this.#granted, prefix);
  }

  public grantReadWrite(role: IAwsRole, prefix?: string): void {
    grantReadWrite(role, this.#granted, prefix);
  }

  public uriFor(model: string, version?: string): string {
    return modelUri(this, this.bucketName, model, version);
  }

  #knownPartition(region?: string): string {
    const known = partitionOf(hasToken(region) ? undefined : region) ?? partitionAt(this);
    if (known !== undefined) return known;
    return defaultProvider(this) ? new DataAwsPartition(this, 'Partition').partition : 'aws';
  }

  get #granted() {
    const { bucketArn, kmsKeyArn } = this;
    return { construct: this, bucketArn, kmsKeyArn, account: this.#account };
  }
}

checkArguments('IModelStore', ImportedModelStore, throwOfCall);

function accountFaults(account: string | undefined): Fault[] {
  if (account === undefined || hasToken(account) || /^\d{12}$/.test(account)) return [];
  const reason = `accountId must be the 12 digits of an account, e.g. '111122223333'; got ${givenValue(account)}`;
  return [fault('INVALID_FORMAT', 'accountId', reason)];
}

function partitionFaults({ partition, region, kmsKeyArn }: ModelStoreAttributes): Fault[] {
  if (partition === undefined || hasToken(partition)) return [];
  if (!KNOWN_PARTITIONS.includes(partition)) {
    const reason = `partition must be one of ${KNOWN_PARTITIONS.join(', ')}; got ${givenValue(partition)}`;
    return [fault('UNKNOWN_VALUE', 'partition', reason)];
  }
  const others = [
    { what: `region '${region}'`, partition: hasToken(region) ? undefined : partitionOf(region) },
    { what: `kmsKeyArn '${kmsKeyArn}'`, partition: kmsKeyArn === undefined ? undefined : awsArn(kmsKeyArn)?.partition },
  ];
  const other = others.find((each) => each.partition !== undefined && each.partition !== partition);
  if (!other) return [];
  const reason = `partition is '${partition}', but ${other.what} is of '${other.partition}'; give those of one partition`;
  return [fault('CONFLICTING_PROPERTIES', 'partition', reason)];
}
