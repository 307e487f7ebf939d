import { FAULTS_OF_ACCOUNTS } from './faults-of-accounts';
import { FAULTS_OF_FORM } from './faults-of-form';
import { FAULTS_OF_LIMITS } from './faults-of-limits';
import { FAULTS_OF_NODES } from './faults-of-nodes';
import { AUTHORITY, FAULTS_OF_SITES, activation, anchor, profile, remote } from './faults-of-sites';
import {
  KEY_ARN,
  REGION,
  ROOT_STATEMENT,
  cluster,
  eks,
  interfaces,
  json,
  judgeOfAWorld,
  nodeGroup,
  policy,
  query,
  template,
  trust,
  addOn,
  subnet,
  rolePolicy,
  role,
  endpoint,
  tagOf,
  updateVersion,
  keyPolicy,
  long,
  many,
  rule,
  s3,
  tagged,
} from './requests-support';
import { Request } from './shapes';

const judge = judgeOfAWorld();

/** Right requests of the same kinds, which a judge that refused everything would refuse. */
const RIGHT: [what: string, request: Request][] = [
  ['a node group with EFA', nodeGroup()],
  ['a second cluster', cluster()],
  ['a cluster with remote networks', remote(['10.80.0.0/24', '100.64.0.0/16'])],
  ['an authority', anchor(AUTHORITY)],
  ['a profile of a site', profile({ durationSeconds: 43_200 })],
  ['an activation', activation()],
  ['a subnet beside the others', subnet({ CidrBlock: '10.0.64.0/19' })],
  [
    'interfaces of p5.48xlarge',
    template({ InstanceType: 'p5.48xlarge', NetworkInterface: interfaces('0/0=efa', '31/1=efa-only') }),
  ],
  [
    'an add-on with a configuration',
    addOn({ addonVersion: 'v1.22.4-eksbuild.3', configurationValues: '{"enableNetworkPolicy":"true"}' }),
  ],
  ['an endpoint', endpoint(`com.amazonaws.${REGION}.ecr.api`)],
  ['a policy with wildcards', rolePolicy(policy({ Action: ['ec2:Describe*', 's3:GetObject'], Resource: '*' }))],
  ['a role for pods', role(trust('pods.eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession']))],
  ['an update of the image', updateVersion({ releaseVersion: '1.35.7-20260801' })],
  ['an update to another version of the template', updateVersion({ launchTemplate: { id: 'lt-efa', version: '1' } })],
  ['a tag of the Auto Scaling group that EKS made', tagOf('eks-system-1')],
  ['a key', json('kms', 'CreateKey', { Policy: keyPolicy(ROOT_STATEMENT) })],
  ['a log group with that key', json('logs', 'CreateLogGroup', { logGroupName: '/g', kmsKeyId: KEY_ARN })],
  [
    'tags as long as they may be',
    tagged({ Key: long(128), Value: long(256) }, { Key: 'K', Value: '' }, { Key: 'k', Value: '' }),
  ],
  ['as many tags as there may be', nodeGroup({ tags: many(50) })],
  [
    'an entry of the root of the account',
    eks('/clusters/c/access-entries', { principalArn: 'arn:aws:iam::000000000000:root', type: 'STANDARD' }),
  ],
  ['a rule of all ports', rule({ IpProtocol: '-1', Groups: [{ GroupId: 'sg-1' }] })],
  [
    'a rule of many ports',
    rule({
      IpProtocol: 'tcp',
      FromPort: '0',
      ToPort: '65535',
      IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'any (IPv4)' }],
    }),
  ],
  [
    'a rule of IPv6',
    rule({ IpProtocol: 'icmpv6', FromPort: '-1', ToPort: '-1', Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }] }),
  ],
  ['a name of 63 characters', nodeGroup({ nodegroupName: long(63) })],
  ['a name of 128 characters', template({}, long(128))],
  [
    'addresses of services beside the network',
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: '172.20.0.0/16' } }),
  ],
  ['a public API for some', cluster({}, { endpointPublicAccess: true, publicAccessCidrs: ['203.0.113.0/24'] })],
  [
    'an encrypted volume',
    template({
      BlockDeviceMapping: [
        {
          DeviceName: '/dev/xvda',
          Ebs: {
            VolumeSize: '500',
            VolumeType: 'gp3',
            Iops: '16000',
            Throughput: '1000',
            Encrypted: 'true',
            KmsKeyId: KEY_ARN,
          },
        },
      ],
    }),
  ],
  [
    'a policy with patterns of resources',
    rolePolicy(
      policy({
        Action: 'ec2:RunInstances',
        Resource: [`arn:aws:ec2:${REGION}:*:fleet/*`, `arn:aws:ec2:${REGION}::image/*`, 'arn:*:ec2:*:*:subnet/*'],
      }),
    ),
  ],
  [
    'a queue',
    json('sqs', 'CreateQueue', {
      QueueName: 'q',
      Attributes: { MessageRetentionPeriod: '300', SqsManagedSseEnabled: 'true' },
    }),
  ],
  [
    'a policy of a bucket',
    s3(
      'PUT',
      '/store',
      'policy=',
      policy({ Principal: '*', Action: 's3:GetObject', Resource: ['arn:aws:s3:::store', 'arn:aws:s3:::store/*'] }),
    ),
  ],
  [
    'tags of a bucket',
    s3(
      'PUT',
      '/store',
      'tagging=',
      '<Tagging><TagSet><Tag><Key>team</Key><Value>search</Value></Tag></TagSet></Tagging>',
    ),
  ],
];

test.each(RIGHT)('%s is taken', (_what, request) => {
  expect(judge.refusalsOf(request)).toEqual([]);
});

test.each([...FAULTS_OF_NODES, ...FAULTS_OF_SITES, ...FAULTS_OF_ACCOUNTS, ...FAULTS_OF_LIMITS, ...FAULTS_OF_FORM])(
  '%s is refused',
  (_what, request, code, reason) => {
    expect(judge.refusalsOf(request)).toEqual(
      expect.arrayContaining([expect.objectContaining({ code, reason: expect.stringMatching(reason) })]),
    );
  },
);

test('a log group is refused where its key does not let the service of this region use it', () => {
  const other = judgeOfAWorld();
  const policyOfOther = keyPolicy(ROOT_STATEMENT);
  other.learn({
    ...json('kms', 'PutKeyPolicy', { KeyId: KEY_ARN, PolicyName: 'default', Policy: policyOfOther }),
    answer: '',
  });
  const [refused] = other.refusalsOf(json('logs', 'CreateLogGroup', { logGroupName: '/g', kmsKeyId: KEY_ARN }));
  expect(refused.reason).toContain('logs.us-west-2.amazonaws.com');
});

test('a bucket with a key or a policy that cannot be is refused', () => {
  const put = (part: string, sent: string) => s3('PUT', '/store', part, sent);
  const statement = { Action: 's3:GetThing', Resource: 'arn:aws:s3:::store/*', Principal: '*' };
  expect(judge.refusalsOf(put('policy=', policy(statement)))[0].reason).toContain("no action 'GetThing'");
  const defaultKey = (key: string) => {
    const fields = `<KMSMasterKeyID>${key}</KMSMasterKeyID><SSEAlgorithm>aws:kms</SSEAlgorithm>`;
    return `<Rule><ApplyServerSideEncryptionByDefault>${fields}</ApplyServerSideEncryptionByDefault></Rule>`;
  };
  const encryption = (key: string) => put('encryption=', `<S>${defaultKey(key)}</S>`);
  expect(judge.refusalsOf(encryption('none')).map(({ code }) => code)).toContain('InvalidArgument');
  expect(judge.refusalsOf(encryption(KEY_ARN))).toEqual([]);
});

test('a document about a bucket is what S3 takes', () => {
  const put = (part: string, sent: string) => s3('PUT', '/store', part, sent);
  const versioning = (status: string) => put('versioning=', `<V xmlns="x"><Status>${status}</Status></V>`);
  expect(judge.refusalsOf(versioning('Enabled'))).toEqual([]);
  expect(judge.refusalsOf(versioning('On'))[0].reason).toContain("Status is 'On'");
  const rule = (rest: string) => put('lifecycle=', `<L><Rule><ID>all</ID><Filter/>${rest}</Rule></L>`);
  expect(judge.refusalsOf(rule('<Status>Enabled</Status>'))).toEqual([]);
  expect(judge.refusalsOf(rule(''))[0].reason).toContain('Status is required');
  expect(judge.refusalsOf(rule('<Status>Enabled</Status><Until/>'))[0].reason).toContain('Until is not a parameter');
});

test('what reads is never refused', () => {
  expect(judge.refusalsOf(query('ec2', 'DescribeVpcs', {}))).toEqual([]);
  expect(judge.refusalsOf(eks('/clusters/none', undefined, 'GET'))).toEqual([]);
});
