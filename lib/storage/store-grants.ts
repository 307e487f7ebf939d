import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { TerraformProvider, TerraformResource } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { IAwsRole } from '../core/aws-role';
import { isInTree } from '../core/cluster-ledger';
import { isSynthesized, synthesizeWhile } from '../core/omission';
import { policyJson } from '../core/policy-json';

/** The store that a grant is for. */
interface GrantedStore {
  readonly construct: IConstruct;
  readonly bucketArn: string;
  readonly kmsKeyArn?: string;
  readonly provider?: TerraformProvider;
}

/**
 * Lets a role read the store, by an inline policy beside the role, which is left out once the store is out of the tree.
 *
 * @internal
 */
export function grantRead(role: IAwsRole, store: GrantedStore): void {
  grant(role, 'Read', store, ['s3:ListBucket', 's3:GetBucketLocation'], ['s3:GetObject'], ['kms:Decrypt']);
}

/**
 * Lets a role read and write the store. Deleting an object leaves its versions; deleting a version is not granted.
 *
 * @internal
 */
export function grantReadWrite(role: IAwsRole, store: GrantedStore): void {
  grant(
    role,
    'ReadWrite',
    store,
    ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
    ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
    // A multipart upload decrypts too: S3 reads the parts to put them together.
    ['kms:Decrypt', 'kms:GenerateDataKey'],
  );
}

function grant(
  role: IAwsRole,
  kind: string,
  store: GrantedStore,
  bucketActions: string[],
  objectActions: string[],
  keyActions: string[],
): void {
  // The id is the same for the same store, so that a second grant changes nothing.
  const id = `${kind}-${store.construct.node.id}-${store.construct.node.addr.slice(-8)}`;
  const known = role.node.tryFindChild(id);
  if (known && isSynthesized(known as IamRolePolicy)) return;
  // A store that was made anew under the same path need not be the same bucket.
  role.node.tryRemoveChild(id);
  const { bucketArn, kmsKeyArn } = store;
  const policy = new IamRolePolicy(role as unknown as Construct, id, {
    provider: providerOf(role) ?? store.provider,
    name: id.replace(/[^\w+=,.@-]/g, '-'),
    role: role.roleName,
    policy: policyJson({
      Version: '2012-10-17',
      Statement: [
        { Sid: 'Bucket', Effect: 'Allow', Action: bucketActions, Resource: [bucketArn] },
        { Sid: 'Objects', Effect: 'Allow', Action: objectActions, Resource: [`${bucketArn}/*`] },
        ...(kmsKeyArn ? [{ Sid: 'Key', Effect: 'Allow', Action: keyActions, Resource: [kmsKeyArn] }] : []),
      ],
    }),
  });
  synthesizeWhile(policy, () => isInTree(store.construct));
}

/** A role may be in another account than the bucket: its policies belong to its own account. */
function providerOf(role: IAwsRole): TerraformProvider | undefined {
  const made = role.node
    .findAll()
    .filter((child) => TerraformResource.isTerraformResource(child))
    .find((child) => child.terraformResourceType === IamRole.tfResourceType);
  return made?.provider;
}
