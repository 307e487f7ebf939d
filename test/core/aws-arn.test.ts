import {
  boundaryArnFaults,
  foreignRoleArnFaults,
  keyArnFaults,
  oidcProviderArnFaults,
  principalArnFaults,
  roleArnFaults,
  topicArnFaults,
} from '../../lib/core/aws-arn';
import { partitionOf } from '../../lib/core/aws-provider';

const HERE = { region: 'us-west-2', account: '123456789012' };
const KEY = 'key/11111111-2222-3333-4444-555555555555';
const TOKEN = '${TfToken[TOKEN.1]}';
const CHECKS = {
  key: keyArnFaults,
  role: roleArnFaults,
  foreignRole: foreignRoleArnFaults,
  principal: principalArnFaults,
  boundary: boundaryArnFaults,
  topic: topicArnFaults,
  oidc: oidcProviderArnFaults,
};
const ids = (kind: keyof typeof CHECKS, arn: string, place: object = HERE) =>
  CHECKS[kind]('arn', arn, place).map(({ id }) => id);

test.each<[keyof typeof CHECKS, string]>([
  ['key', `arn:aws:kms:us-west-2:123456789012:${KEY}`],
  ['key', 'arn:aws:kms:us-west-2:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab'],
  ['key', `arn:aws:kms:us-west-2:999999999999:${KEY}`],
  ['key', `arn:aws:kms:eu-west-1:123456789012:${TOKEN}`],
  ['role', 'arn:aws:iam::123456789012:role/nodes'],
  ['role', 'arn:aws:iam::123456789012:role/gpu/a/nodes'],
  ['foreignRole', 'arn:aws:iam::999999999999:role/Platform'],
  ['principal', 'arn:aws:iam::999999999999:role/Platform'],
  ['principal', 'arn:aws:iam::123456789012:user/me'],
  ['boundary', 'arn:aws:iam::aws:policy/PowerUserAccess'],
  ['boundary', 'arn:aws:iam::123456789012:policy/gpu/boundary'],
  ['topic', 'arn:aws:sns:us-west-2:999999999999:gpu'],
  ['oidc', 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/ABC123'],
  ['oidc', 'arn:aws:iam::123456789012:oidc-provider/oidc-eks.us-west-2.api.aws/id/ABC123'],
  ['oidc', 'arn:aws:iam::123456789012:oidc-provider/issuer.example/id/ABC123'],
])('the ARN of a %s: %s', (kind, arn) => expect(ids(kind, arn)).toEqual([]));

test.each<[keyof typeof CHECKS, string, string]>([
  ['key', 'alias/models', 'INVALID_FORMAT'],
  ['key', 'arn:aws:kms:us-west-2:123456789012:alias/models', 'INVALID_FORMAT'],
  ['key', '11111111-2222-3333-4444-555555555555', 'INVALID_FORMAT'],
  ['key', 'mrk-1234abcd12ab34cd56ef1234567890ab', 'INVALID_FORMAT'],
  ['key', 'arn:aws:kms:us-west-2:123456789012:key/', 'INVALID_FORMAT'],
  ['key', `arn:aws:kms::123456789012:${KEY}`, 'INVALID_FORMAT'],
  ['key', `arn:aws:kms:us-west-2:1234:${KEY}`, 'INVALID_FORMAT'],
  ['key', 'arn:aws:s3:::models', 'INVALID_FORMAT'],
  ['key', '', 'INVALID_FORMAT'],
  ['key', `arn:aws:kms:eu-central-1:123456789012:${KEY}`, 'ARN_OF_OTHER_REGION'],
  ['key', `arn:aws-cn:kms:us-west-2:123456789012:${KEY}`, 'ARN_OF_OTHER_PARTITION'],
  ['key', `arn:aws-cn:kms:cn-north-1:123456789012:${KEY}`, 'ARN_OF_OTHER_PARTITION'],
  ['role', 'nodes', 'INVALID_FORMAT'],
  ['role', 'arn:aws:iam::123456789012:instance-profile/nodes', 'INVALID_FORMAT'],
  ['role', 'arn:aws:sts::123456789012:assumed-role/nodes/me', 'INVALID_FORMAT'],
  ['role', 'arn:aws:iam::123456789012:user/me', 'INVALID_FORMAT'],
  ['role', 'arn:aws:iam::999999999999:role/nodes', 'ARN_OF_OTHER_ACCOUNT'],
  ['role', 'arn:aws-us-gov:iam::123456789012:role/nodes', 'ARN_OF_OTHER_PARTITION'],
  ['foreignRole', 'arn:aws-cn:iam::999999999999:role/Platform', 'ARN_OF_OTHER_PARTITION'],
  ['principal', 'arn:aws:sts::999999999999:assumed-role/Platform/me', 'INVALID_FORMAT'],
  ['boundary', 'arn:aws:iam::999999999999:policy/boundary', 'ARN_OF_OTHER_ACCOUNT'],
  ['boundary', 'arn:aws-cn:iam::aws:policy/PowerUserAccess', 'ARN_OF_OTHER_PARTITION'],
  ['boundary', 'arn:aws:iam::123456789012:role/boundary', 'INVALID_FORMAT'],
  ['topic', 'foo', 'INVALID_FORMAT'],
  ['topic', 'arn:aws:sns:us-west-2:123456789012:gpu.fifo', 'INVALID_FORMAT'],
  ['topic', 'arn:aws:sns:us-west-2:123456789012:gpu:1234-5678', 'INVALID_FORMAT'],
  ['topic', 'arn:aws:sqs:us-west-2:123456789012:gpu', 'INVALID_FORMAT'],
  ['topic', 'arn:aws:sns:eu-central-1:123456789012:gpu', 'ARN_OF_OTHER_REGION'],
  ['oidc', 'https://oidc.eks.us-west-2.amazonaws.com/id/ABC123', 'INVALID_FORMAT'],
  ['oidc', 'oidc.eks.us-west-2.amazonaws.com/id/ABC123', 'INVALID_FORMAT'],
  ['oidc', 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com', 'INVALID_FORMAT'],
  ['oidc', 'arn:aws:iam::123456789012:oidc-provider/https://oidc.eks.us-west-2.amazonaws.com/id/A', 'INVALID_FORMAT'],
  ['oidc', 'arn:aws:iam::123456789012:role/oidc', 'INVALID_FORMAT'],
  ['oidc', 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A', 'ARN_OF_OTHER_REGION'],
  ['oidc', 'arn:aws:iam::999999999999:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/A', 'ARN_OF_OTHER_ACCOUNT'],
])('not the ARN of a %s: %s', (kind, arn, id) => expect(ids(kind, arn)).toEqual([id]));

test('where nothing is known of the place only the form is checked, and an ARN that contradicts itself', () => {
  expect(ids('key', `arn:aws:kms:eu-central-1:123456789012:${KEY}`, {})).toEqual([]);
  expect(ids('key', `arn:aws:kms:cn-north-1:123456789012:${KEY}`, {})).toEqual(['ARN_OF_OTHER_PARTITION']);
});

test.each([
  ['eu-central-1', 'aws'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['us-iso-east-1', 'aws-iso'],
  ['eusc-de-east-1', 'aws-eusc'],
])('%s is in partition %s', (region, partition) => expect(partitionOf(region)).toBe(partition));
