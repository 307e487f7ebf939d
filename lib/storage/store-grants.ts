import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { Lazy, TerraformProvider } from 'cdktf';
import { Construct, IConstruct } from 'constructs';
import { providerIdentity } from '../core/aws-provider';
import { IAwsRole } from '../core/aws-role';
import { enter, entered, isInTree } from '../core/cluster-ledger';
import { throwIfInvalid } from '../core/errors';
import { enterWrittenBucket } from '../core/written-buckets';
import { isSynthesized, synthesizeWhile } from '../core/omission';
import { policyJson } from '../core/policy-json';
import { providerOf } from '../core/role-policies';
import { pathFaults } from './model-uri';

/** The store that a grant is for. */
interface GrantedStore {
  readonly construct: IConstruct;
  readonly bucketArn: string;
  readonly kmsKeyArn?: string;
  readonly provider?: TerraformProvider;
  /** 12 digits of the account of a bucket that exists. @default - that of the provider, as far as it is known */
  readonly account?: string;
}

/** What is granted: on the bucket as such, on lists of its objects, on objects, and on the key. */
interface Granted {
  readonly kind: string;
  readonly bucket: string[];
  readonly list: string[];
  readonly objects: string[];
  readonly key: string[];
}

const READ: Granted = {
  kind: 'Read',
  bucket: ['s3:GetBucketLocation'],
  list: ['s3:ListBucket'],
  objects: ['s3:GetObject'],
  key: ['kms:Decrypt'],
};
/** @internal */
export const READ_WRITE: Granted = {
  kind: 'ReadWrite',
  bucket: ['s3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
  list: ['s3:ListBucket'],
  objects: [
    's3:GetObject',
    's3:PutObject',
    's3:DeleteObject',
    's3:AbortMultipartUpload',
    's3:ListMultipartUploadParts',
  ],
  // A multipart upload decrypts too: S3 reads the parts to put them together.
  key: ['kms:Decrypt', 'kms:GenerateDataKey'],
};
const PREFIX = 'granted prefix';
const ROLE = 'granted role';

/**
 * Lets a role read the store or a folder of it, by an inline policy beside the role, which is left out once the store is out of the tree.
 *
 * @internal
 */
export function grantRead(role: IAwsRole, store: GrantedStore, prefix?: string): void {
  grant(role, READ, store, prefix);
}

/**
 * Lets a role read and write the store. Deleting an object leaves its versions; deleting a version is not granted.
 *
 * @internal
 */
export function grantReadWrite(role: IAwsRole, store: GrantedStore, prefix?: string): void {
  grant(role, READ_WRITE, store, prefix);
}

/** A role that a store granted access to. */
interface GrantedRole {
  readonly role: IAwsRole;
  readonly mayWrite: boolean;
}

/**
 * The roles that a store granted access to and that are in the tree, once for each kind of access.
 *
 * @internal
 */
export function grantedRoles(store: IConstruct): GrantedRole[] {
  const granted = entered<GrantedRole>(store, ROLE).map(({ value }) => value);
  return granted.filter(
    (each, index) =>
      granted.findIndex(({ role, mayWrite }) => role === each.role && mayWrite === each.mayWrite) === index,
  );
}

function grant(role: IAwsRole, granted: Granted, store: GrantedStore, prefix?: string): void {
  // An empty folder would be the whole bucket, and one that ends with a slash none of it.
  if (prefix !== undefined) throwIfInvalid(store.construct, pathFaults('prefix', prefix));
  const mayWrite = granted === READ_WRITE;
  enter(store.construct, ROLE, role.node.path, role, { role, mayWrite });
  if (mayWrite) enterWrittenBucket(role, { bucketArn: store.bucketArn, isElsewhere: () => isElsewhere(store, role) });
  // The id is the same for the same store, so that a second grant of the same changes nothing, and one of another folder adds to the first.
  const id = `${granted.kind}-${store.construct.node.id}-${store.construct.node.addr.slice(-8)}`;
  const known = role.node.tryFindChild(id);
  if (known && isSynthesized(known as IamRolePolicy)) return enterPrefix(known, store, prefix);
  // A store that was made anew under the same path need not be the same bucket.
  role.node.tryRemoveChild(id);
  const policy: IamRolePolicy = new IamRolePolicy(role as unknown as Construct, id, {
    provider: providerOf(role) ?? store.provider,
    name: id.replace(/[^\w+=,.@-]/g, '-'),
    role: role.roleName,
    policy: Lazy.stringValue({ produce: () => policyJson(grantedPolicy(granted, store, prefixesOf(policy))) }),
  });
  enterPrefix(policy, store, prefix);
  synthesizeWhile(policy, () => isInTree(store.construct));
}

/** Whether the bucket may be of another account than the role. */
function isElsewhere({ construct, provider, account }: GrantedStore, role: IAwsRole): boolean {
  const [own, other] = [providerIdentity(construct, provider), providerIdentity(role, providerOf(role))];
  const accounts = [account ?? own.account, other.account];
  if (accounts.every((each) => each !== undefined)) return accounts[0] !== accounts[1];
  return account !== undefined || own.credentials !== other.credentials;
}

/** The policy of a store, limited to folders where all grants are. */
function grantedPolicy({ bucket, list, objects, key }: Granted, store: GrantedStore, prefixes: readonly string[]) {
  const { bucketArn, kmsKeyArn } = store;
  const limited = !prefixes.includes('');
  return {
    Version: '2012-10-17',
    Statement: [
      { Sid: 'Bucket', Effect: 'Allow', Action: limited ? bucket : [...list, ...bucket], Resource: [bucketArn] },
      ...(limited
        ? [
            {
              Sid: 'List',
              Effect: 'Allow',
              Action: list,
              Resource: [bucketArn],
              Condition: { StringLike: { 's3:prefix': prefixes.map((prefix) => `${prefix}/*`) } },
            },
          ]
        : []),
      {
        Sid: 'Objects',
        Effect: 'Allow',
        Action: objects,
        Resource: limited ? prefixes.map((prefix) => `${bucketArn}/${prefix}/*`) : [`${bucketArn}/*`],
      },
      ...(kmsKeyArn ? [{ Sid: 'Key', Effect: 'Allow', Action: key, Resource: [kmsKeyArn] }] : []),
    ],
  };
}

function enterPrefix(policy: IConstruct, store: GrantedStore, prefix = ''): void {
  enter(policy, PREFIX, prefix, store.construct, prefix);
}

function prefixesOf(policy: IConstruct): string[] {
  return [...new Set(entered<string>(policy, PREFIX).map(({ value }) => value))].sort();
}
