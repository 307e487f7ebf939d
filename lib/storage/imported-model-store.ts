import { Construct } from 'constructs';
import { keyArnFaults } from '../core/aws-arn';
import { IAwsRole } from '../core/aws-role';
import { throwIfRefused, throwIfOfOtherKinds, throwOfCall } from '../core/errors';
import { IModelStore } from '../core/model-store';
import { ModelStoreCredentials } from '../core/model-store-credentials';
import { credentialFaults, regionFaults } from '../core/model-store-reach';
import { hasToken } from '../core/tokens';
import { bucketNameFaults } from './bucket-name';
import { ModelStoreAttributes } from './model-store-attributes';
import { fault, Fault } from '../units/fault';
import { givenValue } from '../units/number-faults';
import { modelUri } from './model-uri';
import { grantRead, grantReadWrite } from './store-grants';
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
      ),
    );
    this.bucketName = bucketName;
    this.bucketArn = `arn:${attributes.partition ?? 'aws'}:s3:::${bucketName}`;
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
