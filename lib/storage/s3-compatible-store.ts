import { Construct } from 'constructs';
import { IAwsRole } from '../core/aws-role';
import { throwIfRefused, throwIfOfOtherKinds, ValidationError, throwOfCall } from '../core/errors';
import { IModelStore } from '../core/model-store';
import { ModelStoreCredentials } from '../core/model-store-credentials';
import {
  endpointFaults,
  endpointNamespaceFaults,
  regionFaults,
  requiredCredentialFaults,
  warnOfEndpoint,
} from '../core/model-store-reach';
import { Fault, fault } from '../units/fault';
import { bucketNameFaults } from './bucket-name';
import { modelUri } from './model-uri';
import { S3CompatibleStoreProps } from './s3-compatible-store-props';
import { checkArguments } from '../units/argument-faults';
import { allOf } from '../units/unreadable';

/**
 * A bucket outside AWS. Nothing in it is created or changed.
 *
 * @internal
 */
export class S3CompatibleStore extends Construct implements IModelStore {
  public readonly bucketName: string;
  public readonly bucketArn: string;
  public readonly region?: string;
  public readonly endpoint: string;
  public readonly endpointNamespace?: string;
  public readonly credentials: ModelStoreCredentials;

  public constructor(scope: Construct, id: string, props: S3CompatibleStoreProps) {
    throwIfOfOtherKinds(scope, 'S3CompatibleStoreProps', props, id, (given) => new S3CompatibleStore(scope, id, given));
    super(scope, id);
    throwIfRefused(
      this,
      allOf(
        () => bucketNameFaults(props.bucketName, true),
        () => endpointFaults(props.endpoint),
        () => endpointNamespaceFaults(props.endpointNamespace),
        () => regionFaults(props.region),
        () => requiredCredentialFaults(props.credentials),
        () => awsOnlyFaults(props.credentials),
      ),
    );
    this.bucketName = props.bucketName;
    // The form used in policies of such stores.
    this.bucketArn = `arn:aws:s3:::${props.bucketName}`;
    this.region = props.region;
    this.endpoint = props.endpoint;
    this.endpointNamespace = props.endpointNamespace;
    this.credentials = props.credentials;
    warnOfEndpoint(this);
  }

  public grantRead(role: IAwsRole, _prefix?: string): void {
    this.refuse(role);
  }

  public grantReadWrite(role: IAwsRole, _prefix?: string): void {
    this.refuse(role);
  }

  public uriFor(model: string, version?: string): string {
    return modelUri(this, this.bucketName, model, version);
  }

  private refuse(role: IAwsRole): never {
    throw new ValidationError(this, [
      fault(
        'STORE_WITHOUT_IAM',
        'role',
        `role '${role.node.path}' cannot be granted access, because the store at ${this.endpoint} does not know IAM roles; ` +
          'give its readers the credentials secret instead',
      ),
    ]);
  }
}

checkArguments('IModelStore', S3CompatibleStore, throwOfCall);

function awsOnlyFaults(credentials: ModelStoreCredentials | undefined): Fault[] {
  if (!credentials?.rolesAnywhere) return [];
  const reason =
    'credentials.rolesAnywhere gives credentials of an IAM role, which the store does not know; give the secret with the keys of the store';
  return [fault('CONFLICTING_PROPERTIES', 'credentials.rolesAnywhere', reason)];
}
