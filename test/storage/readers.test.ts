import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { IAwsRole } from '../../lib/core/aws-role';
import { ModelStore } from '../../lib/storage/model-store';
import { ModelStoreProps } from '../../lib/storage/model-store-props';
import { validationFaults } from '../../lib/core/validation';
import { idsOf, faultsThrown, warningsOf } from '../support/faults';
import { isAllowed } from '../support/iam-policy';
import { testApp } from '../support/synth';

const STORE_ACCOUNT = '111111111111';
const READER_ACCOUNT = '222222222222';
const roleIn = (account: string) => `arn:aws:iam::${account}:role/deploy`;

interface Sides {
  readonly store?: object;
  readonly cluster?: object;
  readonly props?: ModelStoreProps;
}

/** A store made by one provider, and a role of a cluster made by another one. */
function twoAccounts({ store: storeSide = {}, cluster: clusterSide = {}, props }: Sides) {
  const stack = new TerraformStack(testApp(), 'two-accounts');
  const first = new AwsProvider(stack, 'Store-Account', { region: 'us-west-2', ...storeSide });
  const second = new AwsProvider(stack, 'Cluster-Account', { region: 'us-west-2', alias: 'reader', ...clusterSide });
  const store = new ModelStore(stack, 'Models', { ...props, provider: first });
  const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', {
    clusterName: 'chat',
    subnetIds: ['subnet-1'],
    securityGroupIds: ['sg-1'],
    vpcId: 'vpc-1',
    podIdentity: true,
    provider: second,
  });
  const role = cluster.serviceAccountRole('inference', 'chat') as IAwsRole;
  store.grantRead(role, 'chat/1');
  return { stack, store };
}

const assuming = (account: string) => ({ assumeRole: [{ roleArn: roleIn(account) }] });

function policies(stack: TerraformStack): { bucket: string; key: string } {
  const { resource } = JSON.parse(JSON.stringify(stack.toTerraform()));
  const [bucket] = Object.values<any>(resource.aws_s3_bucket_policy);
  const [key] = Object.values<any>(resource.aws_kms_key);
  return { bucket: bucket.policy, key: key.policy };
}

describe('readers of other accounts', () => {
  const { stack } = twoAccounts({
    store: assuming(STORE_ACCOUNT),
    cluster: assuming(READER_ACCOUNT),
    props: { bucketName: 'models', readers: [READER_ACCOUNT, 'arn:aws:iam::333333333333:role/reader'] },
  });
  const { bucket, key } = policies(stack);
  const [bucketArn] = JSON.parse(bucket).Statement[0].Resource as string[];
  const objects = `${bucketArn}/chat/1/config.json`;
  const [, root, role] = [0, 0, 1].map((each) => JSON.parse(key).Statement[1].Principal.AWS[each] as string);
  const encrypted = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

  test.each([
    ['a role of it', role, 's3:GetObject', objects, true],
    ['a role of it', role, 's3:ListBucket', bucketArn, true],
    ['the account', root, 's3:GetObject', objects, true],
    ['the account', root, 's3:PutObject', objects, false],
    ['the account', root, 's3:DeleteObject', objects, false],
    ['another account', 'arn:aws:iam::444444444444:root', 's3:GetObject', objects, false],
  ])('the bucket lets %s (%s) do %s: %#', (_, principal, action, resource, allowed) => {
    expect(isAllowed([bucket], { principal: `aws:${principal}`, action, resource, context: encrypted })).toBe(allowed);
    expect(
      isAllowed([bucket], {
        principal: `aws:${principal}`,
        action,
        resource,
        context: { 'aws:SecureTransport': 'false' },
      }),
    ).toBe(false);
  });

  test.each([
    ['kms:Decrypt', true],
    ['kms:DescribeKey', true],
    ['kms:GenerateDataKey', false],
    ['kms:ScheduleKeyDeletion', false],
  ])('the key lets them do %s: %s', (action, allowed) => {
    for (const principal of [root, role]) {
      expect(isAllowed([key], { principal: `aws:${principal}`, action, resource: '*' })).toBe(allowed);
    }
  });

  test('are the whole account by its digits, in the partition of the store', () => {
    expect(root).toMatch(/^arn:\$\{data\.aws_partition\.[^}]+\}:iam::222222222222:root$/);
    expect(role).toBe('arn:aws:iam::333333333333:role/reader');
  });

  test('may be known only to Terraform', () => {
    const app = new TerraformStack(testApp(), 'tokens');
    const readers = new TerraformVariable(app, 'readers', { type: 'list(string)' });
    new ModelStore(app, 'Models', { readers: Fn.slice(readers.listValue, 0, 2) as string[] });
    expect(policies(app).bucket).toContain('"Principal":{"AWS":${jsonencode(slice(var.readers, 0, 2))}}');
  });

  test.each([
    ['a user', ['arn:aws:iam::222222222222:user/me'], ['INVALID_FORMAT readers[0]']],
    ['eleven digits', ['22222222222'], ['INVALID_FORMAT readers[0]']],
    ['everybody', ['*'], ['INVALID_FORMAT readers[0]']],
    ['the same twice', [READER_ACCOUNT, READER_ACCOUNT], ['DUPLICATE readers']],
  ])('are not %s', (_, readers, ids) => {
    expect(
      idsOf(faultsThrown(() => new ModelStore(new TerraformStack(testApp(), 's'), 'Models', { readers }))),
    ).toEqual(ids);
  });
});

describe('a role of another account that the store lets in', () => {
  const faults = (sides: Sides) => {
    const { store } = twoAccounts(sides);
    return { faults: idsOf(validationFaults(store)), warnings: idsOf(warningsOf(store)) };
  };
  const none = { faults: [], warnings: [] };

  test('by nobody is a fault', () => {
    const found = faults({ store: assuming(STORE_ACCOUNT), cluster: assuming(READER_ACCOUNT) });
    expect(found.faults).toEqual(['STORE_OF_OTHER_ACCOUNT readers']);
  });

  test('by another account is a fault', () => {
    const props = { readers: ['333333333333'] };
    const found = faults({ store: { allowedAccountIds: [STORE_ACCOUNT] }, cluster: assuming(READER_ACCOUNT), props });
    expect(found.faults).toEqual(['STORE_OF_OTHER_ACCOUNT readers']);
  });

  test.each([[[READER_ACCOUNT]], [[`arn:aws:iam::${READER_ACCOUNT}:role/reader`]]])('by %j is none', (readers) => {
    expect(faults({ store: assuming(STORE_ACCOUNT), cluster: assuming(READER_ACCOUNT), props: { readers } })).toEqual(
      none,
    );
  });

  test('in the same account, by two roles, is none', () => {
    const cluster = { assumeRole: [{ roleArn: `arn:aws:iam::${STORE_ACCOUNT}:role/other` }] };
    expect(faults({ store: assuming(STORE_ACCOUNT), cluster })).toEqual(none);
  });

  test('in another region of the same credentials is none', () => {
    expect(faults({ cluster: { region: 'eu-west-1' } })).toEqual(none);
  });

  test('whose account is not known is a warning', () => {
    const found = faults({ store: { profile: 'us' }, cluster: { profile: 'eu' } });
    expect(found).toEqual({ faults: [], warnings: [expect.stringMatching(/^STORE_OF_OTHER_IDENTITY/)] });
    expect(
      faults({ store: { profile: 'us' }, cluster: { profile: 'eu' }, props: { readers: [READER_ACCOUNT] } }),
    ).toEqual(none);
  });
});
