import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Fn, TerraformStack, TerraformVariable } from 'cdktf';
import { validationFaults } from '../../lib/core/validation';
import { ModelStore } from '../../lib/storage/model-store';
import { ModelStoreAttributes } from '../../lib/storage/model-store-attributes';
import { faultsThrown, idsOf } from '../support/faults';
import { synthStack, testApp } from '../support/synth';
import { readingCluster } from './reading-cluster';

/** A stack with AWS providers of these regions, the first without an alias; `undefined` is the environment's. */
function stackIn(...regions: (string | undefined)[]): TerraformStack {
  const stack = new TerraformStack(testApp(), 'store');
  regions.forEach(
    (region, index) => new AwsProvider(stack, `Aws${index}`, { region, alias: index > 0 ? `a${index}` : undefined }),
  );
  return stack;
}
const existing = (stack: TerraformStack, attributes?: ModelStoreAttributes) =>
  ModelStore.fromBucketName(stack, 'Models', 'models', attributes);

test.each<[string, TerraformStack, ModelStoreAttributes | undefined, string]>([
  ['that of the provider', stackIn('cn-north-1'), undefined, 'aws-cn'],
  ['that of the provider, GovCloud', stackIn('us-gov-west-1'), undefined, 'aws-us-gov'],
  ['that of all providers', stackIn('cn-north-1', 'cn-northwest-1'), undefined, 'aws-cn'],
  ['that of the region that is said', stackIn('us-west-2'), { region: 'us-gov-east-1' }, 'aws-us-gov'],
  ['what is said', stackIn(undefined), { partition: 'aws-eusc' }, 'aws-eusc'],
  ['aws without a provider', stackIn(), undefined, 'aws'],
])('the partition of an existing bucket is %s', (_, stack, attributes, partition) => {
  const store = existing(stack, attributes);
  expect(store.bucketArn).toBe(`arn:${partition}:s3:::models`);
  expect(store.node.children).toEqual([]);
});

test.each<[string, (stack: TerraformStack) => string | undefined]>([
  ['the environment', () => undefined],
  ['a variable', (stack) => new TerraformVariable(stack, 'region', { type: 'string' }).stringValue],
])('where the region of the provider is that of %s, Terraform is asked for the partition', (_, region) => {
  const stack = new TerraformStack(testApp(), 'store');
  new AwsProvider(stack, 'Aws', { region: region(stack) });
  existing(stack).grantRead(readingCluster(stack).serviceAccountRole('inference', 'chat'), 'chat');
  const { policy } = synthStack(stack).only('aws_iam_role_policy');
  expect(policy).toMatch(/"arn:\$\{data\.aws_partition\.\w+\.partition\}:s3:::models\/chat\/\*"/);
});

describe('roles of another partition', () => {
  const china = (stack: TerraformStack) => new AwsProvider(stack, 'China', { region: 'cn-north-1', alias: 'china' });

  test.each<[string, (stack: TerraformStack) => ModelStoreAttributes | undefined]>([
    ['whose partition is said', () => ({ partition: 'aws' })],
    ['whose region is said', () => ({ region: 'eu-west-1' })],
  ])('are let in by no existing bucket %s', (_, attributes) => {
    const stack = stackIn('us-west-2');
    const store = existing(stack, attributes(stack));
    store.grantReadWrite(readingCluster(stack, china(stack)).serviceAccountRole('inference', 'import'));
    expect(idsOf(validationFaults(store))).toEqual(['STORE_OF_OTHER_PARTITION']);
  });

  test('are let in by no new bucket, whoever reads it', () => {
    const stack = stackIn('us-west-2');
    const store = new ModelStore(stack, 'Models', { readers: ['222222222222'] });
    store.grantRead(readingCluster(stack, china(stack)).serviceAccountRole('inference', 'chat'));
    expect(idsOf(validationFaults(store))).toEqual(['STORE_OF_OTHER_PARTITION']);
  });

  test('of the same partition, of another region, are', () => {
    const stack = stackIn('us-west-2');
    const other = new AwsProvider(stack, 'Other', { region: 'eu-west-1', alias: 'other' });
    const role = readingCluster(stack, other).serviceAccountRole('inference', 'chat');
    for (const store of [new ModelStore(stack, 'New'), existing(stack)]) {
      store.grantRead(role);
      expect(validationFaults(store)).toEqual([]);
    }
  });

  test.each(['readers', 'writers'])('are no %s', (property) => {
    const arns = ['arn:aws:iam::111122223333:role/a', 'arn:aws-cn:iam::111122223333:role/b'];
    const make = () => new ModelStore(stackIn('us-west-2'), 'Models', { [property]: arns });
    expect(idsOf(faultsThrown(make))).toEqual([`ARN_OF_OTHER_PARTITION ${property}[1]`]);
  });
});

test.each<[string, ModelStoreAttributes, string]>([
  ['a name that is none', { partition: 'china' }, 'UNKNOWN_VALUE partition'],
  ['another one than its region', { partition: 'aws-cn', region: 'us-west-2' }, 'CONFLICTING_PROPERTIES partition'],
  [
    'another one than its key',
    { partition: 'aws-us-gov', kmsKeyArn: 'arn:aws:kms:us-west-2:123456789012:key/1' },
    'CONFLICTING_PROPERTIES partition',
  ],
])('an existing bucket is in no partition by %s', (_, attributes, id) => {
  expect(idsOf(faultsThrown(() => existing(stackIn('us-west-2'), attributes)))).toEqual([id]);
});

describe('the region of a new bucket', () => {
  const store = (region: string, provider?: string) => () => {
    const stack = stackIn('us-west-2');
    const given = provider ? new AwsProvider(stack, 'Other', { region: provider, alias: 'other' }) : undefined;
    return new ModelStore(stack, 'Models', { region, provider: given });
  };
  test.each([
    ['eu-west-1', undefined],
    ['us-west-2', 'eu-west-1'],
  ])('is not %s by a provider for another one', (region, provider) => {
    expect(idsOf(faultsThrown(store(region, provider)))).toEqual(['STORE_IN_OTHER_REGION region']);
  });

  test('is that of its provider, or known only to Terraform', () => {
    expect(store('us-west-2')).not.toThrow();
    expect(store('eu-west-1', 'eu-west-1')).not.toThrow();
    expect(store('eu-west-1', Fn.lower('EU-WEST-1'))).not.toThrow();
    expect(store(Fn.lower('EU-WEST-1'))).not.toThrow();
  });
});
