import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import { SynthesizedStack } from '../../lib/testing';
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
