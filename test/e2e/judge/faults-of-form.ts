import {
  Fault,
  KEY_ARN,
  REGION,
  ROLE,
  addOn,
  cluster,
  eks,
  json,
  nodeGroup,
  policy,
  query,
  rolePolicy,
  rule,
  s3,
  subnet,
  template,
  trust,
} from './requests-support';

/** Addresses, ARNs and rules that cannot be, and what they name and does not exist. */
export const FAULTS_OF_FORM: readonly Fault[] = [
  [
    'Kubernetes 9.99',
    cluster({ version: '9.99' }),
    'InvalidParameterException',
    /unsupported Kubernetes version 9\.99; 1\.30,/,
  ],
  [
    'a range of callers that is none',
    cluster({}, { publicAccessCidrs: ['10.0.0.0/33'] }),
    'InvalidParameterException',
    /the following CIDRs are invalid in/,
  ],
  [
    'a private range of callers',
    cluster({}, { publicAccessCidrs: ['10.0.0.0/8'] }),
    'InvalidParameterException',
    /the following CIDRs are invalid in/,
  ],
  [
    'a cluster that nobody can reach',
    cluster({}, { endpointPublicAccess: false, endpointPrivateAccess: false }),
    'InvalidParameterException',
    /private and public endpoint access cannot both/,
  ],
  [
    'public addresses of services',
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: '8.8.0.0/16' } }),
    'InvalidParameterException',
    /service range 8\.8\.0\.0\/16; a private block of/,
  ],
  [
    'addresses of services that the network has',
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: '10.0.0.0/16' } }),
    'InvalidParameterException',
    /service range 10\.0\.0\.0\/16 overlaps that of the/,
  ],
  [
    'too many addresses of services',
    cluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: '10.0.0.0/8' } }),
    'InvalidParameterException',
    /service range 10\.0\.0\.0\/8; a private block of/,
  ],
  [
    'encryption of what is not encrypted',
    cluster({ encryptionConfig: [{ provider: { keyArn: KEY_ARN }, resources: ['configmaps'] }] }),
    'InvalidParameterException',
    /encryption of configmaps; the only resource is/,
  ],
  [
    'a key of another region',
    cluster({
      encryptionConfig: [{ provider: { keyArn: KEY_ARN.replace(REGION, 'eu-west-1') }, resources: ['secrets'] }],
    }),
    'InvalidParameterValue',
    /keyArn/,
  ],
  ['a bucket as a role', cluster({ roleArn: 'arn:aws:s3:::x' }), 'InvalidParameterValue', /is no role/],
  [
    'an ARN of no account',
    cluster({ roleArn: 'arn:aws:iam::12:role/cluster' }),
    'InvalidParameterValue',
    /is of no account: '12'/,
  ],
  [
    'an ARN of no partition',
    cluster({ roleArn: 'arn:aws-xx:iam::000000000000:role/cluster' }),
    'InvalidParameterValue',
    /is of no partition: 'aws-xx'/,
  ],
  [
    'a node role of no account',
    nodeGroup({ nodeRole: 'arn:aws:iam::0:role/node' }),
    'InvalidParameterValue',
    /is of no account: '0'/,
  ],
  [
    'an access entry of no type',
    eks('/clusters/c/access-entries', { principalArn: ROLE('pod'), type: 'ADMIN' }),
    'InvalidParameterException',
    /type ADMIN of an access entry; STANDARD,/,
  ],
  [
    'an access entry of no ARN',
    eks('/clusters/c/access-entries', { principalArn: 'not-an-arn', type: 'STANDARD' }),
    'InvalidParameterValue',
    /is no ARN/,
  ],
  [
    'a boundary that does not exist',
    query('iam', 'CreateRole', {
      RoleName: 'r',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/None',
      AssumeRolePolicyDocument: trust('ec2.amazonaws.com'),
    }),
    'NoSuchEntity',
    /scope ARN: arn:aws:iam::aws:policy\/None does/,
  ],
  [
    'a boundary that is no ARN',
    query('iam', 'CreateRole', {
      RoleName: 'r',
      PermissionsBoundary: 'arn:aws:iam::1:boundary',
      AssumeRolePolicyDocument: trust('ec2.amazonaws.com'),
    }),
    'InvalidParameterValue',
    /is of no account: '1'/,
  ],
  [
    'a managed policy of another partition',
    query('iam', 'AttachRolePolicy', {
      RoleName: 'node',
      PolicyArn: 'arn:aws-cn:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    }),
    'InvalidParameterValue',
    /PolicyArn/,
  ],
  [
    'a resource of no partition',
    rolePolicy(policy({ Action: 's3:GetObject', Resource: 'arn:was:s3:::b/*' })),
    'MalformedPolicyDocument',
    /is of no partition: 'was'/,
  ],
  [
    'a resource of no service',
    rolePolicy(policy({ Action: 's3:GetObject', Resource: 'arn:aws:s4:::b/*' })),
    'MalformedPolicyDocument',
    /is of no service: 's4'/,
  ],
  [
    'a bucket with a region',
    rolePolicy(policy({ Action: 's3:GetObject', Resource: 'arn:aws:s3:us-west-2::b/*' })),
    'MalformedPolicyDocument',
    /of a bucket has a region/,
  ],
  [
    'a statement id twice',
    rolePolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Sid: 'A', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
          { Sid: 'A', Effect: 'Allow', Action: 's3:PutObject', Resource: '*' },
        ],
      }),
    ),
    'MalformedPolicyDocument',
    /statement IDs \(SID\) in a single policy must be/,
  ],
  [
    'a policy of a role that does not exist',
    query('iam', 'PutRolePolicy', {
      RoleName: 'nobody',
      PolicyName: 'p',
      PolicyDocument: policy({ Action: 's3:GetObject', Resource: '*' }),
    }),
    'NoSuchEntity',
    /the role with name nobody cannot be found/,
  ],
  [
    'an attachment to a role that does not exist',
    query('iam', 'AttachRolePolicy', {
      RoleName: 'nobody',
      PolicyArn: 'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    }),
    'NoSuchEntity',
    /the role with name nobody cannot be found/,
  ],
  [
    'an add-on with a role that does not exist',
    addOn({ serviceAccountRoleArn: ROLE('nobody') }),
    'InvalidParameterException',
    /the role arn:aws:iam::000000000000:role\/nobody/,
  ],
  [
    'a policy of another bucket',
    s3(
      'PUT',
      '/bucket',
      'policy=',
      policy({ Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::other/*' }),
    ),
    'MalformedPolicy',
    /policy has invalid resource:/,
  ],
  [
    'a taint twice',
    nodeGroup({
      taints: [
        { key: 'k', effect: 'NO_SCHEDULE' },
        { key: 'k', effect: 'NO_SCHEDULE' },
      ],
    }),
    'InvalidParameterException',
    /taint k:NO_SCHEDULE is given twice/,
  ],
  ['an image that is no id', template({ ImageId: 'image-1' }), 'InvalidAMIID.Malformed', /invalid id: 'image-1'/],
  [
    'a reservation that is no id',
    template({
      CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: 'reservation' } },
    }),
    'InvalidCapacityReservationId.Malformed',
    /invalid id: 'reservation'/,
  ],
  [
    'a volume with a key that does not exist',
    template({
      BlockDeviceMapping: [
        {
          DeviceName: '/dev/xvda',
          Ebs: { VolumeSize: '10', VolumeType: 'gp3', Encrypted: 'true', KmsKeyId: KEY_ARN.replace(/\/.*/, '/none') },
        },
      ],
    }),
    'InvalidKmsKey.NotFound',
    /the key/,
  ],
  [
    'a key of a volume that is not encrypted',
    template({
      BlockDeviceMapping: [
        {
          DeviceName: '/dev/xvda',
          Ebs: { VolumeSize: '10', VolumeType: 'gp3', Encrypted: 'false', KmsKeyId: KEY_ARN },
        },
      ],
    }),
    'InvalidParameterDependency',
    /volume \/dev\/xvda has a key and is not encrypted/,
  ],
  [
    'a device twice',
    template({
      BlockDeviceMapping: [
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: '10', VolumeType: 'gp3' } },
        { DeviceName: '/dev/xvda', Ebs: { VolumeSize: '10', VolumeType: 'gp3' } },
      ],
    }),
    'InvalidParameterValue',
    /device name \/dev\/xvda twice/,
  ],
  [
    'a version of a launch template that does not exist',
    query('ec2', 'CreateLaunchTemplateVersion', { LaunchTemplateId: 'lt-9', LaunchTemplateData: {} }),
    'InvalidLaunchTemplateId.NotFound',
    /the launch template 'lt-9' does not exist/,
  ],
  [
    'a zone that no region has',
    subnet({ CidrBlock: '10.0.64.0/19', AvailabilityZone: 'us-west-2z' }),
    'InvalidParameterValue',
    /zone 'us-west-2z' is not of region us-west-2/,
  ],
  [
    'port 70000',
    rule({ IpProtocol: 'tcp', FromPort: '70000', ToPort: '70000', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }),
    'InvalidParameterValue',
    /invalid ports of tcp: from 70000 to 70000/,
  ],
  [
    'ports the wrong way round',
    rule({ IpProtocol: 'tcp', FromPort: '443', ToPort: '80', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }),
    'InvalidParameterValue',
    /invalid ports of tcp: from 443 to 80/,
  ],
  [
    'TCP without ports',
    rule({ IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }),
    'InvalidParameterValue',
    /invalid ports of tcp: from undefined to/,
  ],
  [
    'a protocol of no name',
    rule({ IpProtocol: 'http', FromPort: '80', ToPort: '80', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }),
    'InvalidParameterValue',
    /invalid value 'http' for IP protocol\. Unknown/,
  ],
  [
    'a range of too many bits',
    rule({ IpProtocol: 'tcp', FromPort: '80', ToPort: '80', IpRanges: [{ CidrIp: '10.0.0.0/64' }] }),
    'InvalidParameterValue',
    /CIDR block 10\.0\.0\.0\/64 is malformed/,
  ],
  [
    'a gateway that does not exist',
    query('ec2', 'AttachInternetGateway', { InternetGatewayId: 'igw-9', VpcId: 'vpc-1' }),
    'InvalidInternetGatewayID.NotFound',
    /the InternetGatewayId 'igw-9' does not exist/,
  ],
  [
    'a gateway endpoint of STS',
    query('ec2', 'CreateVpcEndpoint', {
      VpcId: 'vpc-1',
      VpcEndpointType: 'Gateway',
      ServiceName: `com.amazonaws.${REGION}.sts`,
    }),
    'InvalidParameter',
    /endpoint type Gateway is not there for/,
  ],
  [
    'a route table that does not exist',
    query('ec2', 'CreateVpcEndpoint', {
      VpcId: 'vpc-1',
      VpcEndpointType: 'Gateway',
      ServiceName: `com.amazonaws.${REGION}.s3`,
      RouteTableId: ['rtb-9'],
    }),
    'InvalidRouteTableId.NotFound',
    /the route table ID 'rtb-9' does not exist/,
  ],
  [
    'an attribute that queues lack',
    json('sqs', 'CreateQueue', { QueueName: 'q', Attributes: { Foo: '5' } }),
    'InvalidParameterValue',
    /Attributes \(key\) is 'Foo', which is none of its/,
  ],
  [
    'an action that queues lack',
    json('sqs', 'SetQueueAttributes', {
      QueueUrl: 'http://x/000000000000/q',
      Attributes: { Policy: policy({ Principal: '*', Action: 'sqs:Push', Resource: '*' }) },
    }),
    'MalformedPolicyDocument',
    /service sqs has no action 'Push'/,
  ],
  [
    'a schedule in words',
    json('events', 'PutRule', { Name: 'r', ScheduleExpression: 'every day' }),
    'ValidationException',
    /parameter ScheduleExpression is not valid:/,
  ],
];
