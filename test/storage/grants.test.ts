import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformProvider, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { IAwsRole } from '../../lib/core/aws-role';
import { IModelStore } from '../../lib/core/model-store';
import { ModelStore } from '../../lib/storage/model-store';
import { isAllowed, isDenied } from '../support/iam-policy';
import { faultsThrown, idsOf } from '../support/faults';
import { Synthesized, synthesize, testStack } from '../support/synth';

class Role extends Construct implements IAwsRole {
  public readonly roleName: string;
  public readonly roleArn: string;

  public constructor(scope: Construct, id: string, provider?: TerraformProvider) {
    super(scope, id);
    const role = new IamRole(this, 'Resource', { name: `role-${id}`, assumeRolePolicy: '{}', provider });
    this.roleName = role.name;
    this.roleArn = role.arn;
  }
}

const BUCKET = 'arn:aws:s3:::models';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/models';
const OBJECT = `${BUCKET}/deepseek/65b/model-00001.safetensors`;
const OTHER = 'arn:aws:s3:::models-of-others';

const READ: [string, string][] = [
  ['s3:ListBucket', BUCKET],
  ['s3:GetBucketLocation', BUCKET],
  ['s3:GetObject', OBJECT],
  ['kms:Decrypt', KEY],
];
const WRITE: [string, string][] = [
  ['s3:PutObject', OBJECT],
  ['s3:DeleteObject', OBJECT],
  ['s3:AbortMultipartUpload', OBJECT],
  ['s3:ListMultipartUploadParts', OBJECT],
  ['s3:ListBucketMultipartUploads', BUCKET],
  ['kms:GenerateDataKey', KEY],
];
const NEVER: [string, string][] = [
  ['s3:GetObject', `${OTHER}/x`],
  ['s3:PutObject', `${OTHER}/x`],
  ['s3:ListBucket', OTHER],
  ['s3:ListAllMyBuckets', '*'],
  ['s3:DeleteObjectVersion', OBJECT],
  ['s3:PutObjectAcl', OBJECT],
  ['s3:DeleteBucket', BUCKET],
  ['s3:PutBucketPolicy', BUCKET],
  ['s3:PutLifecycleConfiguration', BUCKET],
  ['kms:Decrypt', 'arn:aws:kms:eu-central-1:123456789012:key/other'],
  ['kms:GenerateDataKey', 'arn:aws:kms:eu-central-1:123456789012:key/other'],
  ['kms:ScheduleKeyDeletion', KEY],
  ['kms:CreateGrant', KEY],
  ['kms:Encrypt', KEY],
  ['iam:PassRole', '*'],
];

function policies(grant: (store: IModelStore, role: IAwsRole) => void): string[] {
  const result = synthesize((stack) => {
    const store = ModelStore.fromBucketName(stack, 'Models', 'models', { kmsKeyArn: KEY });
    grant(store, new Role(stack, 'Role'));
  });
  return result.resources('aws_iam_role_policy').map((block) => block.policy as string);
}

describe('grantRead', () => {
  const documents = policies((store, role) => store.grantRead(role));
  test.each(READ)('allows %s on %s', (action, resource) =>
    expect(isAllowed(documents, { action, resource })).toBe(true),
  );
  test.each([...WRITE, ...NEVER])('denies %s on %s', (action, resource) =>
    expect(isAllowed(documents, { action, resource })).toBe(false),
  );
});

describe('grantReadWrite', () => {
  const documents = policies((store, role) => store.grantReadWrite(role));
  test.each([...READ, ...WRITE])('allows %s on %s', (action, resource) =>
    expect(isAllowed(documents, { action, resource })).toBe(true),
  );
  test.each(NEVER)('denies %s on %s', (action, resource) =>
    expect(isAllowed(documents, { action, resource })).toBe(false),
  );
});

describe('grants of a folder', () => {
  const FOLDERS = ['deepseek/65b', 'chat/1'];
  const reads = policies((store, role) => FOLDERS.forEach((folder) => store.grantRead(role, folder)));
  const writes = policies((store, role) => store.grantReadWrite(role, 'deepseek/65b'));
  const list = (prefix?: string) => ({
    action: 's3:ListBucket',
    resource: BUCKET,
    context: prefix === undefined ? undefined : { 's3:prefix': prefix },
  });
  const object = (action: string, key: string) => ({ action, resource: `${BUCKET}/${key}` });

  test('are of one policy', () => {
    expect(reads).toHaveLength(1);
    expect(writes).toHaveLength(1);
  });

  test.each(['deepseek/65b/', 'deepseek/65b/sub/', 'chat/1/'])('list %s', (prefix) => {
    expect(isAllowed(reads, list(prefix))).toBe(true);
  });
  test.each([undefined, '', 'deepseek/', 'deepseek/65', 'deepseek/65b-2/', 'other/1/'])('do not list %s', (prefix) => {
    expect(isAllowed(reads, list(prefix))).toBe(false);
  });

  test.each(['deepseek/65b/SHA256SUMS', 'chat/1/sub/x'])('read %s', (key) => {
    expect(isAllowed(reads, object('s3:GetObject', key))).toBe(true);
    expect(isAllowed(reads, object('s3:PutObject', key))).toBe(false);
  });
  test.each(['deepseek/65b-2/x', 'deepseek/66b/x', 'deepseek/65b', 'other/1/SHA256SUMS', 'SHA256SUMS'])(
    'neither read nor write %s',
    (key) => {
      for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
        expect(isAllowed([...reads, ...writes], object(action, key))).toBe(false);
      }
    },
  );
  test('write their own', () => {
    for (const [action] of WRITE.filter(([, resource]) => resource === OBJECT)) {
      expect(isAllowed(writes, object(action, 'deepseek/65b/SHA256SUMS'))).toBe(true);
    }
    expect(isAllowed(writes, { action: 's3:ListBucketMultipartUploads', resource: BUCKET })).toBe(true);
  });

  test('go up in one of the whole bucket, whichever comes first', () => {
    for (const order of [
      [undefined, 'chat/1'],
      ['chat/1', undefined],
    ]) {
      const documents = policies((store, role) => order.forEach((folder) => store.grantRead(role, folder)));
      expect(isAllowed(documents, list())).toBe(true);
      expect(isAllowed(documents, object('s3:GetObject', 'any/1/x'))).toBe(true);
    }
  });
});

describe('grants', () => {
  const withStore = (build: (stack: TerraformStack, store: ModelStore) => void): Synthesized =>
    synthesize((stack) => build(stack, new ModelStore(stack, 'Models')));

  test("use the store's own key and bucket", () => {
    const result = withStore((stack, store) => store.grantRead(new Role(stack, 'Role')));
    const documents = [result.only('aws_iam_role_policy').policy as string];
    const reference = (type: string) => `\${${type}.${Object.keys(result.json.resource[type])[0]}.arn}`;
    expect(isAllowed(documents, { action: 'kms:Decrypt', resource: reference('aws_kms_key') })).toBe(true);
    expect(isAllowed(documents, { action: 's3:GetObject', resource: `${reference('aws_s3_bucket')}/x` })).toBe(true);
    expect(isAllowed(documents, { action: 's3:GetObject', resource: reference('aws_s3_bucket') })).toBe(false);
    expect(result.only('aws_iam_role_policy').role).toMatch(/^\$\{aws_iam_role\.\w+\.name\}$/);
  });

  test('without a key name no key', () => {
    const result = synthesize((stack) =>
      ModelStore.fromBucketName(stack, 'Models', 'models').grantReadWrite(new Role(stack, 'Role')),
    );
    expect(result.only('aws_iam_role_policy').policy).not.toContain('kms');
  });

  test('are made once for one role and store, and apart for two', () => {
    const once = withStore((stack, store) => {
      const role = new Role(stack, 'Role');
      store.grantRead(role);
      store.grantRead(role);
    });
    expect(once.resources('aws_iam_role_policy')).toHaveLength(1);
    const apart = withStore((stack, store) => {
      const role = new Role(stack, 'Role');
      store.grantRead(role);
      ModelStore.fromBucketName(new Construct(stack, 'Other'), 'Models', 'models').grantRead(role);
      store.grantRead(new Role(stack, 'Role2'));
    });
    const names = apart.resources('aws_iam_role_policy').map((block) => `${block.role} ${block.name}`);
    expect(new Set(names).size).toBe(3);
  });

  test('go where the role is', () => {
    const result = withStore((stack, store) => {
      const provider = new AwsProvider(stack, 'Other', { alias: 'other' });
      store.grantRead(new Role(stack, 'Role', provider));
    });
    expect(result.only('aws_iam_role_policy').provider).toBe('aws.other');
  });
});

describe('the bucket policy', () => {
  const result = synthesize((stack) => void new ModelStore(stack, 'Models'));
  const document = result.only('aws_s3_bucket_policy').policy as string;
  const bucket = `\${aws_s3_bucket.${Object.keys(result.json.resource.aws_s3_bucket)[0]}.arn}`;
  const denied = (resource: string, context: { [key: string]: string }) =>
    isDenied([document], { action: 's3:GetObject', resource, context, principal: 'aws:anyone' });

  test('denies plain text and old TLS, on the bucket and on its objects', () => {
    for (const resource of [bucket, `${bucket}/deepseek/65b/x`]) {
      expect(denied(resource, { 'aws:SecureTransport': 'false' })).toBe(true);
      expect(denied(resource, { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.1' })).toBe(true);
      expect(denied(resource, { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.2' })).toBe(false);
      expect(denied(resource, { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' })).toBe(false);
    }
  });

  test('allows nothing by itself', () => {
    const request = {
      action: 's3:GetObject',
      resource: `${bucket}/x`,
      context: { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' },
    };
    expect(isAllowed([document], request)).toBe(false);
  });
});

test.each(['', '/deepseek', 'deepseek/', 'a//b', '../x', '*', 'a?b'])(
  'a folder %j is refused, since it is another or none',
  (prefix) => {
    const stack = testStack();
    const store = new ModelStore(stack, 'Store');
    const role = new Role(stack, 'Reader');
    for (const grant of [() => store.grantRead(role, prefix), () => store.grantReadWrite(role, prefix)])
      expect(idsOf(faultsThrown(grant))).toEqual(['INVALID_NAME prefix']);
  },
);
