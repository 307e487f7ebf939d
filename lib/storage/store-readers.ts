import { TerraformProvider, Token } from 'cdktf';
import { IConstruct } from 'constructs';
import { hasToken } from '../core/tokens';
import { listFaults } from '../core/text-list';
import { escapeTemplate } from '../core/template-escape';
import { Fault, fault } from '../units/fault';
import { duplicateFaults } from '../units/duplicate-faults';
import { givenValue } from '../units/number-faults';
import { foreignRoleArnFaults } from '../core/aws-arn';
import { accountOfArn, AwsPlace, partitionOf, providerIdentity, regionAt } from '../core/aws-provider';
import { providerOf } from '../core/role-policies';
import { grantedRoles, READ_WRITE } from './store-grants';
import { allOf } from '../units/unreadable';

const ACCOUNT = /^\d{12}$/;
const ROLE = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * The faults of a list of readers or writers.
 *
 * @param place where the store is
 *
 * @internal
 */
export function readerFaults(property: 'readers' | 'writers', readers: string[] = [], place?: AwsPlace): Fault[] {
  const faults = listFaults(property, readers);
  if (faults.length > 0 || Token.isUnresolved(readers)) return faults;
  const ofOtherPartition = (path: string, reader: string) =>
    ROLE.test(reader) ? foreignRoleArnFaults(path, reader, { region: place?.region }) : [];
  const wrong = readers.flatMap((reader, index) =>
    Token.isUnresolved(reader) || ACCOUNT.test(reader) || ROLE.test(reader)
      ? ofOtherPartition(`${property}[${index}]`, reader)
      : [
          fault(
            'INVALID_FORMAT',
            `${property}[${index}]`,
            `${property}[${index}] must be the 12 digits of an account or the ARN of a role, e.g. '111122223333' or ` +
              `'arn:aws:iam::111122223333:role/reader'; got ${givenValue(reader)}`,
          ),
        ],
  );
  return allOf(
    () => wrong,
    () => duplicateFaults(property, readers),
  );
}

/** The statements by which the bucket and its key let others in. */
interface ReaderStatements {
  readonly bucket: object[];
  readonly key: object[];
}

/**
 * What the policies of the bucket and the key must say beside the policies of the readers: across accounts, both sides have to allow.
 *
 * @param readers the readers
 * @param partition partition of the accounts
 * @param bucketArn ARN of the bucket
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
 *
 * @internal
 */
export function readerStatements(readers: string[], partition: string, bucketArn: string): ReaderStatements {
  if (!Token.isUnresolved(readers) && readers.length === 0) return { bucket: [], key: [] };
  const allow = allowed(readers, partition);
  return {
    bucket: [
      { Sid: 'ReadersBucket', ...allow, Action: ['s3:GetBucketLocation', 's3:ListBucket'], Resource: [bucketArn] },
      { Sid: 'ReadersObjects', ...allow, Action: ['s3:GetObject'], Resource: [`${bucketArn}/*`] },
    ],
    key: [{ Sid: 'Readers', ...allow, Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: '*' }],
  };
}

/**
 * The same for those who write, too. What they write belongs to the bucket's account, since lists of access are off.
 *
 * @internal
 */
export function writerStatements(writers: string[], partition: string, bucketArn: string): ReaderStatements {
  if (!Token.isUnresolved(writers) && writers.length === 0) return { bucket: [], key: [] };
  const allow = allowed(writers, partition);
  const { bucket, objects, list, key } = READ_WRITE;
  return {
    bucket: [
      { Sid: 'WritersBucket', ...allow, Action: [...bucket, ...list], Resource: [bucketArn] },
      { Sid: 'WritersObjects', ...allow, Action: objects, Resource: [`${bucketArn}/*`] },
    ],
    key: [{ Sid: 'Writers', ...allow, Action: [...key, 'kms:DescribeKey'], Resource: '*' }],
  };
}

function allowed(principals: string[], partition: string) {
  const principal = (each: string) =>
    ACCOUNT.test(each) ? `arn:${partition}:iam::${each}:root` : escapeTemplate(each);
  return {
    Effect: 'Allow',
    Principal: { AWS: Token.isUnresolved(principals) ? principals : principals.map(principal) },
  };
}

/** The faults and the warnings of a store about readers that live elsewhere. */
interface ReaderFaults {
  /** The accounts are known to differ. */
  readonly faults: Fault[];
  /** The providers act with different credentials, and not both accounts are known. */
  readonly warnings: Fault[];
}

/**
 * Roles that were granted access, are made by another identity than the store, and are let in by no reader.
 *
 * @param store the store
 * @param provider provider of the store @default - the default one of its stack
 * @param readers the readers of the store
 * @param writers its writers, who read too
 *
 * @internal
 */
export function unreadableFaults(
  store: IConstruct,
  provider: TerraformProvider | undefined,
  readers: string[],
  writers: string[],
): ReaderFaults {
  const own = providerIdentity(store, provider);
  const found: { faults: Fault[]; warnings: Fault[] } = { faults: [], warnings: [] };
  for (const { role, mayWrite } of grantedRoles(store)) {
    const other = providerIdentity(role, providerOf(role));
    const property = mayWrite ? 'writers' : 'readers';
    if (isLetIn(other.account, writers) || (!mayWrite && isLetIn(other.account, readers))) continue;
    if (other.account && own.account) {
      if (other.account === own.account) continue;
      found.faults.push(
        fault(
          'STORE_OF_OTHER_ACCOUNT',
          property,
          `role '${role.node.path}' is made in account ${other.account} and the store in account ${own.account}, so that S3 and KMS refuse ` +
            `it unless the store lets it in; add '${other.account}' to ${property} of the store`,
        ),
      );
    } else if (other.credentials !== own.credentials) {
      found.warnings.push(
        fault(
          'STORE_OF_OTHER_IDENTITY',
          property,
          `role '${role.node.path}' is made with other credentials than the store; if they are of another account, S3 and KMS refuse it ` +
            `unless the store lets it in: add the 12 digits of the role's account to ${property} of the store, or say that it is one account by ` +
            "Warnings.accept(store, 'STORE_OF_OTHER_IDENTITY', '<reason>')",
        ),
      );
    }
  }
  return found;
}

/**
 * The faults of roles of another partition than that of a store, in which nobody can let them in.
 *
 * @param store the store
 * @param partition its partition; nothing is known of a token
 * @param isImported whether the partition may have been said wrongly
 *
 * @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
 *
 * @internal
 */
export function otherPartitionFaults(store: IConstruct, partition: string | undefined, isImported = false): Fault[] {
  if (partition === undefined || hasToken(partition)) return [];
  return grantedRoles(store).flatMap(({ role }) => {
    const other = partitionOf(regionAt(role, providerOf(role)));
    if (other === undefined || other === partition) return [];
    const reason =
      `role '${role.node.path}' is made in partition ${other} of AWS and the store is in ${partition}, into which no role of another partition is ` +
      `let; ${isImported ? `if the bucket is in ${other}, say so by its partition; if not, ` : ''}keep the models in a bucket of ${other}`;
    return [fault('STORE_OF_OTHER_PARTITION', undefined, reason)];
  });
}

function isLetIn(account: string | undefined, readers: string[]): boolean {
  if (Token.isUnresolved(readers)) return true;
  return readers.some(
    (reader) =>
      Token.isUnresolved(reader) || account === undefined || reader === account || accountOfArn(reader) === account,
  );
}
