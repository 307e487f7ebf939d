import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { Annotations, TerraformStack } from 'cdktf';
import { addValidation, addWarning } from '../../lib/core/validation';
import { AnnotationLevel, SynthesizedStack } from '../../lib/testing';
import { faultsThrown, idsOf } from '../support/faults';
import { testApp, testStack } from '../support/synth';

test('a stack is looked up by type', () => {
  const stack = testStack();
  new S3Bucket(stack, 'B', { bucket: 'second' });
  new S3Bucket(stack, 'A', { bucket: 'first' });
  new DataAwsRegion(stack, 'Here', {});
  const synthesized = SynthesizedStack.of(stack);
  expect(synthesized.resourceTypes).toEqual(['aws_s3_bucket']);
  expect(synthesized.resources('aws_s3_bucket')).toEqual([{ bucket: 'first' }, { bucket: 'second' }]);
  expect(synthesized.dataSources('aws_region')).toEqual([{}]);
  expect(synthesized.resources('aws_vpc')).toEqual([]);
  expect(synthesized.dataSources('aws_vpc')).toEqual([]);
  expect(SynthesizedStack.of(testStack()).resourceTypes).toEqual([]);
});

test('the text is the same each time and has no metadata', () => {
  const texts = [0, 1].map(() => {
    const stack = testStack();
    new S3Bucket(stack, 'A', { bucket: 'first' });
    return SynthesizedStack.of(stack).toJson();
  });
  expect(texts[0]).toBe(texts[1]);
  expect(texts[0]).toContain('"bucket": "first"');
  expect(texts[0]).not.toContain('//');
});

test('references from a stack that comes later are there', () => {
  const app = testApp();
  const [infra, workload] = [testStack(app, 'infra'), testStack(app, 'workload')];
  const role = new IamRole(infra, 'Role', { assumeRolePolicy: '{}' });
  new S3Bucket(workload, 'Bucket', { bucket: role.name });
  expect(SynthesizedStack.of(infra).toJson()).toContain('cross-stack-output');
});

test('validations run', () => {
  const stack = testStack();
  stack.node.addValidation({ validate: () => ['no model'] });
  expect(() => SynthesizedStack.of(stack)).toThrow('no model');
});

describe('one resource', () => {
  const buckets = () => {
    const stack = testStack();
    new S3Bucket(stack, 'A', { bucket: 'first', tags: { team: 'ml' } });
    new S3Bucket(stack, 'B', { bucket: 'second', forceDestroy: true });
    new DataAwsRegion(stack, 'Here', { region: 'eu-west-1' });
    return SynthesizedStack.of(stack);
  };

  test('is found by type, by name and by attributes', () => {
    const stack = buckets();
    expect(stack.onlyData('aws_region')).toEqual({ region: 'eu-west-1' });
    expect(stack.byName('aws_s3_bucket', 'second').force_destroy).toBe(true);
    expect(stack.where('aws_s3_bucket', { force_destroy: true }).bucket).toBe('second');
    expect(stack.where('aws_s3_bucket', { tags: { team: 'ml' } }).bucket).toBe('first');
    expect(stack.where('aws_s3_bucket', { bucket: expect.stringMatching(/^f/) }).bucket).toBe('first');
  });

  test.each<[string, (stack: SynthesizedStack) => unknown, string]>([
    ['two of a type', (stack) => stack.only('aws_s3_bucket'), 'found 2; there are: first, second'],
    ['no type', (stack) => stack.only('aws_vpc'), 'found 0; there are: aws_s3_bucket; nearest: aws_s3_bucket'],
    ['no data source', (stack) => stack.onlyData('aws_vpc'), 'found 0; there are: aws_region'],
    ['no name', (stack) => stack.byName('aws_s3_bucket', 'third'), 'found 0; there are: first, second'],
    ['part of a map', (stack) => stack.where('aws_s3_bucket', { tags: {} }), 'found 0'],
    ['more than a map', (stack) => stack.where('aws_s3_bucket', { tags: { team: 'ml', a: 'b' } }), 'found 0'],
    ['another value', (stack) => stack.where('aws_s3_bucket', { bucket: 'x' }), 'found 0'],
    ['a misspelt type', (stack) => stack.only('aws_s3_buket'), 'there are: aws_s3_bucket; nearest: aws_s3_bucket'],
    ['a misspelt name', (stack) => stack.byName('aws_s3_bucket', 'frist'), 'there are: first, second; nearest: first'],
    [
      'a name of a misspelt type',
      (stack) => stack.byName('aws_s3_buket', 'first'),
      "one aws_s3_buket named 'first', found 0; there are: aws_s3_bucket; nearest: aws_s3_bucket",
    ],
    [
      'a misspelt attribute',
      (stack) => stack.where('aws_s3_bucket', { forceDestroy: true, bucket: 'second' }),
      'there are: second: forceDestroy missing, bucket "second", first: forceDestroy missing, bucket "first"; none has forceDestroy; ' +
        'nearest: force_destroy',
    ],
    [
      'an attribute of a misspelt type',
      (stack) => stack.where('aws_s3_buket', { bucket: 'first' }),
      'there are: aws_s3_bucket; nearest: aws_s3_bucket',
    ],
  ])('is not found by %s', (_, find, message) => {
    const [found] = faultsThrown(() => find(buckets()));
    expect(found.id).toBe('NOT_ONE_RESOURCE');
    expect(found.reason).toContain(message);
  });
});

test('annotations have their level, id and construct', () => {
  const stack = testStack();
  const bucket = new S3Bucket(stack, 'A', {});
  addWarning(bucket, { id: 'PUBLIC_API', reason: 'look' });
  Annotations.of(stack).addInfo('hello');
  expect(SynthesizedStack.of(stack).annotations).toEqual([
    { level: AnnotationLevel.INFO, message: 'hello', constructPath: 'test' },
    { level: AnnotationLevel.WARNING, id: 'PUBLIC_API', message: 'look', constructPath: 'test/A' },
  ]);
});

describe('faults of a stack', () => {
  const faultsOf = (build: (stack: TerraformStack) => void) => {
    const stack = testStack();
    build(stack);
    return idsOf(SynthesizedStack.faultsOf(stack));
  };

  test('are none when it can be synthesized', () => expect(faultsOf(() => {})).toEqual([]));

  test('are those of every validation, with ids; those of other libraries too', () => {
    const found = faultsOf((stack) => {
      addValidation(new S3Bucket(stack, 'A', {}), () => [{ id: 'DUPLICATE', property: 'bucket', reason: 'taken' }]);
      stack.node.addValidation({ validate: () => ['no model'] });
    });
    expect(found).toEqual(['OTHER_VALIDATION', 'DUPLICATE bucket']);
  });

  test('are not what else goes wrong', () => {
    const broken = (stack: TerraformStack) => {
      const bucket = new S3Bucket(stack, 'A', {});
      bucket.toTerraform = () => {
        throw new Error('broken');
      };
    };
    expect(() => faultsOf(broken)).toThrow('broken');
  });
});
