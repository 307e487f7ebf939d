import { TerraformProvider, Token } from 'cdktf';
import { IConstruct } from 'constructs';
import { listFaults } from '../core/text-list';
import { escapeTemplate } from '../core/template-escape';
import { Fault, fault } from '../units/fault';
import { duplicateFaults } from '../units/duplicate-faults';
import { givenValue } from '../units/number-faults';
import { accountOfArn, providerIdentity } from '../core/aws-provider';
import { grantedRoles, providerOf } from './store-grants';

const ACCOUNT = /^\d{12}$/;
const ROLE = /^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/**
 * The faults of a list of readers.
 *
 * @internal
 */
export function readerFaults(readers: string[] = []): Fault[] {
  const faults = listFaults('readers', readers);
  if (faults.length > 0 || Token.isUnresolved(readers)) return faults;
  const wrong = readers.flatMap((reader, index) =>
    Token.isUnresolved(reader) || ACCOUNT.test(reader) || ROLE.test(reader)
      ? []
      : [
          fault(
            'INVALID_FORMAT',
            `readers[${index}]`,
            `readers[${index}] must be the 12 digits of an account or the ARN of a role, e.g. '111122223333' or ` +
              `'arn:aws:iam::111122223333:role/reader'; got ${givenValue(reader)}`,
          ),
        ],
  );
  return [...wrong, ...duplicateFaults('readers', readers)];
}

/** The statements by which the bucket and its key let readers of other accounts in. */
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
  const principal = (reader: string) =>
    ACCOUNT.test(reader) ? `arn:${partition}:iam::${reader}:root` : escapeTemplate(reader);
  const allow = {
    Effect: 'Allow',
    Principal: { AWS: Token.isUnresolved(readers) ? readers : readers.map(principal) },
  };
  return {
    bucket: [
      { Sid: 'ReadersBucket', ...allow, Action: ['s3:GetBucketLocation', 's3:ListBucket'], Resource: [bucketArn] },
      { Sid: 'ReadersObjects', ...allow, Action: ['s3:GetObject'], Resource: [`${bucketArn}/*`] },
    ],
    key: [{ Sid: 'Readers', ...allow, Action: ['kms:Decrypt', 'kms:DescribeKey'], Resource: '*' }],
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
 *
 * @internal
 */
export function unreadableFaults(
  store: IConstruct,
  provider: TerraformProvider | undefined,
  readers: string[],
): ReaderFaults {
  const own = providerIdentity(store, provider);
  const found: { faults: Fault[]; warnings: Fault[] } = { faults: [], warnings: [] };
  for (const role of grantedRoles(store)) {
    const other = providerIdentity(role, providerOf(role));
    if (isLetIn(other.account, readers)) continue;
    if (other.account && own.account) {
      if (other.account === own.account) continue;
      found.faults.push(
        fault(
          'STORE_OF_OTHER_ACCOUNT',
          'readers',
          `role '${role.node.path}' is made in account ${other.account} and the store in account ${own.account}, so that S3 and KMS refuse ` +
            `it unless the store lets it in; add '${other.account}' to readers of the store`,
        ),
      );
    } else if (other.credentials !== own.credentials) {
      found.warnings.push(
        fault(
          'STORE_OF_OTHER_IDENTITY',
          'readers',
          `role '${role.node.path}' is made with other credentials than the store; if they are of another account, S3 and KMS refuse it ` +
            "unless the store lets it in: add the 12 digits of the role's account to readers of the store, or say that it is one account by " +
            "Warnings.accept(store, 'STORE_OF_OTHER_IDENTITY', '<reason>')",
        ),
      );
    }
  }
  return found;
}

function isLetIn(account: string | undefined, readers: string[]): boolean {
  if (Token.isUnresolved(readers)) return true;
  return readers.some(
    (reader) =>
      Token.isUnresolved(reader) || account === undefined || reader === account || accountOfArn(reader) === account,
  );
}
