import { Judge } from './judge';
import { Request } from './shapes';

export const REGION = 'us-west-2';
export const ROLE = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
const KEY = '1e531881-0471-43a3-8bfd-df9f22c1bd9e';
export const KEY_ARN = `arn:aws:kms:${REGION}:000000000000:key/${KEY}`;

type Body = any;

/** A request of the query protocol, as a tree. */
export function query(service: string, action: string, sent: Body): Request {
  return { method: 'POST', path: '/', query: '', service, region: REGION, action, sent: { Action: action, ...sent } };
}

/** A request of the JSON protocol. */
export function json(service: string, action: string, sent: Body): Request {
  return { method: 'POST', path: '/', query: '', service, region: REGION, action, sent };
}

/** A request of EKS. */
export function eks(path: string, sent: Body, method = 'POST'): Request {
  return { method, path, query: '', service: 'eks', region: REGION, action: `${method} ${path}`, sent };
}

/** A request of a service with paths. */
export function rest(service: string, path: string, sent: Body): Request {
  return { ...eks(path, sent), service };
}

/** A policy document of one statement. */
export function policy(statement: Body): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
}

export function trust(service: string, action: string | string[] = 'sts:AssumeRole'): string {
  return policy({ Action: action, Principal: { Service: service } });
}

export const ROOT_STATEMENT = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::000000000000:root' },
  Action: 'kms:*',
  Resource: '*',
};

/** Network interfaces as `card/device=type` words, each in the one security group. */
export function interfaces(...words: string[]): Body[] {
  return words.map((word) => {
    const [, card, device, type] = /^(\d+)\/(\d+)=(.+)$/.exec(word) ?? [];
    return { NetworkCardIndex: card, DeviceIndex: device, InterfaceType: type, SecurityGroupId: ['sg-1'] };
  });
}

export const MIME = Buffer.from(
  'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: application/node.eks.aws\n\n---\n\n--B--\n',
).toString('base64');

/** CreateLaunchTemplate. */
export function template(data: Body, name = 'new'): Request {
  return query('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: name, LaunchTemplateData: data });
}

/** CreateNodegroup of cluster `c`, right but for what is said. */
export function nodeGroup(changed: Body = {}): Request {
  return eks('/clusters/c/node-groups', {
    nodegroupName: 'gpu',
    nodeRole: ROLE('node'),
    subnets: ['subnet-1'],
    instanceTypes: ['p4de.24xlarge'],
    amiType: 'AL2023_x86_64_NVIDIA',
    releaseVersion: '1.35.6-20260714',
    version: '1.35',
    capacityType: 'ON_DEMAND',
    launchTemplate: { id: 'lt-efa', version: '1' },
    scalingConfig: { minSize: 1, maxSize: 2, desiredSize: 1 },
    labels: { pool: 'gpu', 'nvidia.com/gpu.present': 'true' },
    taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }],
    ...changed,
  });
}

/** CreateCluster, right but for what is said. */
export function cluster(changed: Body = {}, network: Body = {}): Request {
  return eks('/clusters', {
    name: 'second',
    version: '1.35',
    roleArn: ROLE('cluster'),
    resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: [], ...network },
    encryptionConfig: [{ provider: { keyArn: KEY_ARN }, resources: ['secrets'] }],
    logging: { clusterLogging: [{ enabled: true, types: ['api', 'audit'] }] },
    ...changed,
  });
}

export const LAYOUT = ['0/0=interface', '0/1=efa-only', '1/0=efa-only', '2/0=efa-only', '3/0=efa-only'];

export const PODS = '/clusters/c/pod-identity-associations';
export const addOn = (sent: object) => eks('/clusters/c/addons', { addonName: 'vpc-cni', ...sent });
export const subnet = (sent: object) =>
  query('ec2', 'CreateSubnet', { VpcId: 'vpc-1', AvailabilityZone: 'us-west-2a', ...sent });
export const rolePolicy = (document: string) =>
  query('iam', 'PutRolePolicy', { RoleName: 'node', PolicyName: 'p', PolicyDocument: document });
export const role = (document: string) =>
  query('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: document });
export const endpoint = (ServiceName: string) => query('ec2', 'CreateVpcEndpoint', { VpcId: 'vpc-1', ServiceName });
export const scaling = (minSize: number, desiredSize: number, maxSize: number) =>
  nodeGroup({ scalingConfig: { minSize, desiredSize, maxSize } });
export const tagOf = (ResourceId: string) =>
  query('autoscaling', 'CreateOrUpdateTags', {
    Tags: {
      member: [{ ResourceId, ResourceType: 'auto-scaling-group', Key: 'k', Value: 'v', PropagateAtLaunch: 'false' }],
    },
  });
export const updateVersion = (sent: object) => eks('/clusters/c/node-groups/system/update-version', sent);
export const base64 = (text: string) => Buffer.from(text).toString('base64');
export const keyPolicy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

export const long = (length: number) => 'x'.repeat(length);
export const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));
/** A rule of the one security group. */
export const rule = (permission: object) =>
  query('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: 'sg-1', IpPermissions: [permission] });
/** A subnet with tags. */
export const tagged = (...Tag: { Key: string; Value: string }[]) =>
  subnet({ CidrBlock: '10.0.64.0/19', TagSpecification: [{ ResourceType: 'subnet', Tag }] });
/** A request about a bucket. */
export const s3 = (method: string, path: string, part: string, sent = ''): Request => {
  return { method, path, query: part, service: 's3', region: REGION, action: `${method} ${path}?${part}`, sent };
};

/** One fault each: what is wrong, the request, the code, and the reason, which AWS documents on the page that the judge names. */
export type Fault = [what: string, request: Request, code: string, reason: RegExp];

/** A judge that has seen a network, roles, a key, a cluster, three launch templates and a node group being made. */
export function judgeOfAWorld(): Judge {
  const judge = new Judge();
  const made = (request: Request, answer: string) => {
    const refusals = judge.refusalsOf(request);
    if (refusals.length > 0) throw new Error(`${request.action}: ${JSON.stringify(refusals)}`);
    judge.learn({ ...request, answer });
  };
  const subnet = (id: string, zone: string, cidr: string, vpcId = 'vpc-1') => {
    const sent = { VpcId: vpcId, CidrBlock: cidr, AvailabilityZone: zone };
    const fields = `<vpcId>${vpcId}</vpcId><cidrBlock>${cidr}</cidrBlock><availabilityZone>${zone}</availabilityZone>`;
    made(query('ec2', 'CreateSubnet', sent), `<R><subnet><subnetId>${id}</subnetId>${fields}</subnet></R>`);
  };
  const role = (name: string, document: string) => {
    const sent = { RoleName: name, AssumeRolePolicyDocument: document };
    made(
      query('iam', 'CreateRole', sent),
      `<R><CreateRoleResult><Role><Arn>${ROLE(name)}</Arn></Role></CreateRoleResult></R>`,
    );
  };
  const launchTemplate = (id: string, data: Body) => {
    const fields = `<launchTemplateId>${id}</launchTemplateId><latestVersionNumber>1</latestVersionNumber>`;
    made(template(data, id), `<R><launchTemplate>${fields}</launchTemplate></R>`);
  };
  const vpc = '<R><vpc><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></vpc></R>';
  made(query('ec2', 'CreateVpc', { CidrBlock: '10.0.0.0/16' }), vpc);
  subnet('subnet-1', 'us-west-2a', '10.0.0.0/19');
  subnet('subnet-2', 'us-west-2b', '10.0.32.0/19');
  const other = '<R><vpc><vpcId>vpc-2</vpcId><cidrBlock>10.8.0.0/16</cidrBlock></vpc></R>';
  made(query('ec2', 'CreateVpc', { CidrBlock: '10.8.0.0/16' }), other);
  const group = { GroupName: 'efa', GroupDescription: 'EFA', VpcId: 'vpc-1' };
  made(query('ec2', 'CreateSecurityGroup', group), '<R><groupId>sg-1</groupId></R>');
  subnet('subnet-3', 'us-west-2c', '10.0.96.0/19');
  subnet('subnet-4', 'us-west-2a', '10.8.0.0/19', 'vpc-2');
  role('cluster', trust('eks.amazonaws.com'));
  role('node', trust('ec2.amazonaws.com'));
  role('flow', trust('vpc-flow-logs.amazonaws.com'));
  role('site', trust('rolesanywhere.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']));
  role('shop', trust('ssm.amazonaws.com'));
  role('pod', trust('pods.eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession']));
  const keyPolicy = {
    Version: '2012-10-17',
    Statement: [
      ROOT_STATEMENT,
      {
        Effect: 'Allow',
        Principal: { Service: 'logs.us-west-2.amazonaws.com' },
        Action: ['kms:Encrypt*', 'kms:GenerateDataKey*'],
        Resource: '*',
      },
    ],
  };
  const key = { KeyMetadata: { KeyId: KEY, Arn: KEY_ARN } };
  made(json('kms', 'CreateKey', { Policy: JSON.stringify(keyPolicy) }), JSON.stringify(key));
  made(query('ec2', 'CreatePlacementGroup', { GroupName: 'together', Strategy: 'cluster' }), '<R/>');
  launchTemplate('lt-efa', {
    NetworkInterface: interfaces(...LAYOUT),
    Placement: { GroupName: 'together' },
    UserData: MIME,
  });
  launchTemplate('lt-typed', { InstanceType: 'p4de.24xlarge' });
  launchTemplate('lt-plain', { UserData: Buffer.from('echo hello').toString('base64') });
  const described = { name: 'c', version: '1.35', resourcesVpcConfig: { subnetIds: ['subnet-1', 'subnet-2'] } };
  made(cluster({ name: 'c' }), JSON.stringify({ cluster: described }));
  const nodegroup = {
    clusterName: 'c',
    nodegroupName: 'system',
    launchTemplate: { id: 'lt-efa' },
    resources: { autoScalingGroups: [{ name: 'eks-system-1' }] },
  };
  made(nodeGroup({ nodegroupName: 'system' }), JSON.stringify({ nodegroup }));
  const identity = { namespace: 'inference', serviceAccount: 'triton', roleArn: ROLE('pod') };
  const association = { clusterName: 'c', ...identity, associationId: 'a-1' };
  made(eks('/clusters/c/pod-identity-associations', identity), JSON.stringify({ association }));
  return judge;
}
