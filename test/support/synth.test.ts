import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Annotations } from 'cdktf';
import { synthesize, synthesizePair } from './synth';

describe('the synth helper', () => {
  const two = () =>
    synthesize((stack) => {
      new S3Bucket(stack, 'A', { bucket: 'first' });
      new S3Bucket(stack, 'B', { bucket: 'second', forceDestroy: true });
      Annotations.of(stack).addWarning('[x:Y] look');
    });

  test('finds resources by type, name and property', () => {
    const result = two();
    expect(result.types).toEqual(['aws_s3_bucket']);
    expect(result.resources('aws_s3_bucket')).toHaveLength(2);
    expect(result.byName('aws_s3_bucket', 'second').force_destroy).toBe(true);
    expect(result.where('aws_s3_bucket', { force_destroy: true }).bucket).toBe('second');
    expect(result.annotations()).toEqual(['[x:Y] look']);
    expect(result.annotations('error')).toEqual([]);
  });

  test('fails when one resource is expected and there are none or two', () => {
    const result = two();
    expect(() => result.only('aws_s3_bucket')).toThrow('expected one resource of type aws_s3_bucket, found 2');
    expect(() => result.only('aws_vpc')).toThrow('found 0; there are: aws_s3_bucket');
    expect(() => result.byName('aws_s3_bucket', 'third')).toThrow('there are: first, second');
  });

  test('runs validations', () => {
    const build = () => synthesize((stack) => stack.node.addValidation({ validate: () => ['the model is missing'] }));
    expect(build).toThrow('the model is missing');
  });

  test('resolves references between stacks', () => {
    const { infra, workload } = synthesizePair((a, b) => {
      const bucket = new S3Bucket(a, 'Bucket', { bucketPrefix: 'x' });
      new S3BucketVersioningA(b, 'Versioning', { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } });
    });
    expect(Object.keys(infra.json.output)).toHaveLength(1);
    expect(workload.only('aws_s3_bucket_versioning').bucket).toMatch(/^\$\{data\.terraform_remote_state\./);
  });
});
