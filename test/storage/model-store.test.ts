import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { IAwsRole } from '../../lib/core/aws-role';
import { ModelStore } from '../../lib/storage/model-store';
import { ModelStoreProps } from '../../lib/storage/model-store-props';
import { RemovalPolicy } from '../../lib/core/removal-policy';
import { faultsThrown, idsOf } from '../support/faults';
import { synthesize, testApp, testStack } from '../support/synth';

class Role extends Construct implements IAwsRole {
  public readonly roleName = 'reader';
  public readonly roleArn = 'arn:aws:iam::123456789012:role/reader';
}

const store = (props?: ModelStoreProps) => synthesize((stack) => void new ModelStore(stack, 'Models', props));

describe('a model store by default', () => {
  const result = store();

  test('keeps every version', () => {
    expect(result.only('aws_s3_bucket_versioning').versioning_configuration).toEqual({ status: 'Enabled' });
  });

  test('is encrypted by a key of its own that is rotated', () => {
    const [rule] = result.only('aws_s3_bucket_server_side_encryption_configuration').rule;
    expect(rule.apply_server_side_encryption_by_default.sse_algorithm).toBe('aws:kms');
    expect(rule.apply_server_side_encryption_by_default.kms_master_key_id).toMatch(/^\$\{aws_kms_key\.\w+\.arn\}$/);
    expect(rule.bucket_key_enabled).toBe(true);
    expect(result.only('aws_kms_key')).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 30 });
  });

  test('is destroyed before its key', () => {
    expect(result.only('aws_s3_bucket').depends_on).toEqual([expect.stringMatching(/^aws_kms_key\./)]);
  });

  test('is private, and its owner owns every object', () => {
    expect(result.only('aws_s3_bucket_public_access_block')).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(result.only('aws_s3_bucket_ownership_controls').rule.object_ownership).toBe('BucketOwnerEnforced');
  });

  test('clears away old versions and unfinished uploads', () => {
    const rules = result.only('aws_s3_bucket_lifecycle_configuration').rule;
    expect(rules[0].noncurrent_version_expiration).toEqual([{ noncurrent_days: 90 }]);
    expect(rules[1].abort_incomplete_multipart_upload).toEqual([{ days_after_initiation: 7 }]);
    expect(rules.map((rule: { status: string }) => rule.status)).toEqual(['Enabled', 'Enabled']);
  });

  test('keeps its data on destroy, has a name by Terraform and no access log', () => {
    expect(result.only('aws_s3_bucket')).toMatchObject({ force_destroy: false, bucket_prefix: 'models-' });
    for (const type of ['aws_s3_bucket', 'aws_kms_key']) {
      expect(result.only(type).lifecycle).toEqual({ prevent_destroy: true });
    }
    // Also when the store left the program, and with it what Terraform knows of prevent_destroy.
    expect(result.only('aws_s3_bucket_public_access_block').skip_destroy).toBe(true);
    expect(result.resources('aws_s3_bucket_logging')).toEqual([]);
  });

  test('is the same on a second synthesis', () => {
    expect(store().text).toBe(result.text);
  });
});

describe('options of a model store', () => {
  test('the name, days, log and removal', () => {
    const result = store({
      bucketName: 'my-models',
      noncurrentVersionDays: 5,
      incompleteUploadDays: 2,
      accessLogs: { bucketName: 'logs' },
      removalPolicy: RemovalPolicy.DESTROY,
      tags: { team: 'ml' },
    });
    expect(result.byName('aws_s3_bucket', 'my-models')).toMatchObject({
      force_destroy: true,
      lifecycle: { prevent_destroy: false },
      tags: { team: 'ml', 'managed-by': 'gpu-inference-constructs' },
    });
    expect(result.only('aws_s3_bucket')).not.toHaveProperty('bucket_prefix');
    const rules = result.only('aws_s3_bucket_lifecycle_configuration').rule;
    expect(rules[0].noncurrent_version_expiration).toEqual([{ noncurrent_days: 5 }]);
    expect(rules[1].abort_incomplete_multipart_upload).toEqual([{ days_after_initiation: 2 }]);
    expect(result.only('aws_s3_bucket_logging')).toMatchObject({
      target_bucket: 'logs',
      target_prefix: 'model-store/',
    });
  });

  test('a given key: none of its own', () => {
    const encryptionKeyArn = 'arn:aws:kms:us-west-2:123456789012:key/1';
    const result = store({ encryptionKeyArn });
    expect(result.types).not.toContain('aws_kms_key');
    const [rule] = result.only('aws_s3_bucket_server_side_encryption_configuration').rule;
    expect(rule.apply_server_side_encryption_by_default.kms_master_key_id).toBe(encryptionKeyArn);
  });

  test('the provider reaches every resource and data source', () => {
    const result = synthesize((stack) => {
      const provider = new AwsProvider(stack, 'Other', { alias: 'other', region: 'eu-west-1' });
      const made = new ModelStore(stack, 'Models', { provider, accessLogs: { bucketName: 'logs' } });
      made.grantRead(new Role(stack, 'Role'));
    });
    const blocks = [
      ...result.types.flatMap((type) => result.resources(type)),
      ...Object.keys(result.json.data).flatMap((type) => result.dataSources(type)),
    ];
    expect(blocks.length).toBeGreaterThan(10);
    expect(blocks.filter((block) => block.provider !== 'aws.other')).toEqual([]);
  });
});

describe('URIs of models', () => {
  const fromName = (stack: TerraformStack) => ModelStore.fromBucketName(stack, 'Models', 'models');

  test('bucket, model and version', () => {
    expect(fromName(testStack()).uriFor('deepseek', '65b')).toBe('s3://models/deepseek/65b');
    expect(fromName(testStack()).uriFor('deepseek')).toBe('s3://models/deepseek');
    expect(fromName(testStack()).uriFor('meta-llama/Llama-3.1-8B', 'v1')).toBe(
      's3://models/meta-llama/Llama-3.1-8B/v1',
    );
  });

  test('a bucket that Terraform names is a reference', () => {
    const result = synthesize((stack) => {
      const role = new Role(stack, 'Role');
      const made = new ModelStore(stack, 'Models');
      made.grantRead(role);
      stack.addOverride('locals', { uri: made.uriFor('deepseek', '65b') });
    });
    expect(result.json.locals.uri).toMatch(/^s3:\/\/\$\{aws_s3_bucket\.\w+\.bucket\}\/deepseek\/65b$/);
  });

  test.each([
    ['', '1'],
    ['/a', '1'],
    ['a/', '1'],
    ['a//b', '1'],
    ['a b', '1'],
    ['..', '1'],
    ['a', ''],
    ['a', '../b'],
    ['a', '1?'],
  ])('fails for model %p, version %p', (model, version) => {
    const property = model === 'a' ? 'version' : 'model';
    expect(idsOf(faultsThrown(() => fromName(testStack()).uriFor(model, version)))).toEqual([
      `INVALID_NAME ${property}`,
    ]);
  });
});

describe('a store that speaks S3 but is not AWS', () => {
  const given = {
    bucketName: 'models',
    endpoint: 'https://objects.example:9000',
    credentials: { name: 'store', key: 'aws' },
  };

  test('says how pods reach it', () => {
    const made = ModelStore.s3Compatible(testStack(), 'Models', { ...given, region: 'hall-1' });
    expect(made).toMatchObject({ ...given, region: 'hall-1' });
    expect(made.uriFor('deepseek', '65b')).toBe('s3://models/deepseek/65b');
  });

  test('makes nothing', () => {
    const result = synthesize((stack) => void ModelStore.s3Compatible(stack, 'Models', given));
    expect(result.types).toEqual([]);
  });

  test('is granted to no IAM role', () => {
    const stack = testStack();
    const made = ModelStore.s3Compatible(stack, 'Models', given);
    for (const grant of ['grantRead', 'grantReadWrite'] as const)
      expect(idsOf(faultsThrown(() => made[grant](new Role(stack, grant))))).toEqual(['STORE_WITHOUT_IAM role']);
  });

  test('every fault comes at once', () => {
    const wrong = { bucketName: 'A', endpoint: 's3.example.com', credentials: { name: 'No' } };
    expect(idsOf(faultsThrown(() => ModelStore.s3Compatible(testStack(), 'Models', wrong)))).toEqual([
      'INVALID_NAME bucketName',
      'INVALID_NAME bucketName',
      'INVALID_FORMAT endpoint',
      'INVALID_NAME credentials.name',
    ]);
  });
});

test('a bucket of AWS may be read by a secret too', () => {
  const credentials = { name: 'store' };
  expect(ModelStore.fromBucketName(testStack(), 'Models', 'models', { credentials }).credentials).toEqual(credentials);
  expect(new ModelStore(testStack(), 'Models', { credentials }).credentials).toEqual(credentials);
});

describe('bad input', () => {
  test.each<[string, ModelStoreProps, string[]]>([
    ['a short name', { bucketName: 'ab' }, ['INVALID_NAME bucketName']],
    ['a long name', { bucketName: 'a'.repeat(64) }, ['INVALID_NAME bucketName']],
    ['capitals', { bucketName: 'mOdels' }, ['INVALID_NAME bucketName']],
    ['an underscore', { bucketName: 'my_models' }, ['INVALID_NAME bucketName']],
    ['a hyphen at the end', { bucketName: 'models-' }, ['INVALID_NAME bucketName']],
    ['a dot', { bucketName: 'my.models' }, ['INVALID_NAME bucketName']],
    ['a reserved prefix', { bucketName: 'xn--models' }, ['RESERVED bucketName']],
    ['a reserved suffix', { bucketName: 'models-s3alias' }, ['RESERVED bucketName']],
    ['no days', { noncurrentVersionDays: 0 }, ['NOT_A_WHOLE_NUMBER noncurrentVersionDays']],
    ['half a day', { incompleteUploadDays: 1.5 }, ['NOT_A_WHOLE_NUMBER incompleteUploadDays']],
    ['a secret of no such name', { credentials: { name: 'No' } }, ['INVALID_NAME credentials.name']],
  ])('%s', (_, props, ids) => {
    expect(idsOf(faultsThrown(() => store(props)))).toEqual(ids);
  });

  test('a reserved tag', () => {
    expect(() => store({ tags: { 'aws:x': 'y' } })).toThrow(
      expect.objectContaining({ name: 'ValidationError', constructPath: 'test/Models' }),
    );
  });

  test('every fault of a name at once', () => {
    const build = () => store({ bucketName: '-A', noncurrentVersionDays: -1 });
    expect(idsOf(faultsThrown(build))).toEqual([
      'INVALID_NAME bucketName',
      'INVALID_NAME bucketName',
      'INVALID_NAME bucketName',
      'NOT_A_WHOLE_NUMBER noncurrentVersionDays',
    ]);
  });

  test.each(['192.168.0.1', 'a..b'])('an existing bucket cannot be named %s', (name) => {
    const build = () => ModelStore.fromBucketName(testStack(), 'Models', name);
    expect(idsOf(faultsThrown(build))).toEqual(['INVALID_NAME bucketName']);
  });

  test('an existing bucket may have dots', () => {
    expect(ModelStore.fromBucketName(testStack(), 'Models', 'my.models').bucketArn).toBe('arn:aws:s3:::my.models');
  });
});

describe('a bucket of which the name is given', () => {
  const named = (scope: TerraformStack, id: string, bucketName = 'models') => new ModelStore(scope, id, { bucketName });

  test.each([false, true])('is made once, in stacks of one app: %p', (inOther) => {
    const app = testApp();
    const first = new TerraformStack(app, 'first');
    named(first, 'First');
    const scope = inOther ? new TerraformStack(app, 'second') : first;
    expect(idsOf(faultsThrown(() => named(scope, 'Second')))).toEqual(['DUPLICATE bucketName']);
    expect(scope.node.tryFindChild('Second')).toBeUndefined();
  });

  test('may be there in each partition', () => {
    const app = testApp();
    for (const region of ['us-west-2', 'cn-north-1', 'us-gov-west-1']) {
      const stack = new TerraformStack(app, region);
      new AwsProvider(stack, 'Aws', { region });
      expect(() => named(stack, 'Models')).not.toThrow();
    }
  });

  test('may be read by another store, made beside others, or again when its store is gone', () => {
    const stack = new TerraformStack(testApp(), 'stack');
    named(stack, 'First');
    expect(() => ModelStore.fromBucketName(stack, 'Same', 'models')).not.toThrow();
    expect(() => named(stack, 'Other', 'others')).not.toThrow();
    for (const id of ['A', 'B']) expect(() => new ModelStore(stack, id)).not.toThrow();
    stack.node.tryRemoveChild('First');
    expect(() => named(stack, 'First')).not.toThrow();
  });
});
