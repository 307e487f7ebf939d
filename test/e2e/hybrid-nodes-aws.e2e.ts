import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { App } from 'cdktf';
import { isLeftOut, leftOut } from './harness/adapt';
import { Certificates } from './harness/certificates';
import { Value } from './harness/exchange';
import { describeWith } from './harness/needs';
import { Site } from './harness/site';
import { tools } from './harness/tools';
import { CLUSTER, REGION, REMOTE, Sites, UNIT } from './hybrid-nodes-aws-stack';

const ACCOUNT = '000000000000';
const NAMED = 'Roles Anywhere profile: sessions named by their nodes';
const DAY = 86_400_000;

describeWith(['terraform', 'emulator', 'controlPlane'], 'sites of a cluster', () => {
  let site: Site;
  let before: string[];
  let folder: string;
  let authority: string;
  // Systems Manager takes no more than thirty days, so it is a date of today's.
  const expiresAt = new Date(Math.floor(Date.now() / DAY + 7) * DAY).toISOString().replace('.000Z', 'Z');
  const describeSites = (app: App) => new Sites(app, authority, expiresAt);

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'authority-'));
    authority = readFileSync(new Certificates(folder).authority, 'utf8');
    site = await Site.start('hybrid-nodes-aws');
    before = await site.inventory(REGION);
    await site.apply(describeSites);
  });

  afterAll(async () => {
    await site?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const sentBy = (action: string | RegExp): Value[] => site.proxy.requests(action);
  const roleOf = (pool: string) =>
    sentBy('CreateRole').find(({ RoleName }) => (RoleName as string).startsWith(`${CLUSTER}-${pool}-`)) as Value;
  const arnOf = (pool: string) => `arn:aws:iam::${ACCOUNT}:role/${roleOf(pool).RoleName as string}`;
  const trustOf = (pool: string) => JSON.parse(roleOf(pool).AssumeRolePolicyDocument as string).Statement as Value[];
  const policyOf = (pool: string) => {
    const [sent] = sentBy('PutRolePolicy').filter(({ RoleName }) => RoleName === roleOf(pool).RoleName);
    return JSON.parse(sent.PolicyDocument as string).Statement as Value[];
  };
  const attachedTo = (pool: string) =>
    sentBy('AttachRolePolicy')
      .filter(({ RoleName }) => RoleName === roleOf(pool).RoleName)
      .map(({ PolicyArn }) => (PolicyArn as string).replace(/^.*\//, ''))
      .sort();

  test('plan nothing after they are applied', async () => {
    expect(await site.plan(describeSites)).toEqual([]);
  });

  test('notice where the emulator is taken at its word', async () => {
    site.proxy.restoring = false;
    const changes = await site.plan(describeSites);
    site.proxy.restoring = true;
    expect(changes.find(({ subject }) => subject.startsWith('aws_eks_cluster.'))?.attributes).toContain(
      'remote_network_config',
    );
  });

  test('sent their networks with the cluster, which is reached from them by private addresses', () => {
    const [cluster] = sentBy('POST /clusters');
    const networks = {
      remoteNodeNetworks: [{ cidrs: REMOTE.nodeCidrs }],
      remotePodNetworks: [{ cidrs: REMOTE.podCidrs }],
    };
    expect(cluster.remoteNetworkConfig).toEqual(networks);
    expect(site.proxy.sentOf('cluster: remote networks')).toEqual([networks]);
    expect(cluster.accessConfig.authenticationMode).toMatch(/^API/);
    expect(cluster.resourcesVpcConfig).toMatchObject({ endpointPublicAccess: false, endpointPrivateAccess: true });
    const rules = sentBy('AuthorizeSecurityGroupIngress').flatMap(({ IpPermissions }) => IpPermissions as Value[]);
    const reached = rules.filter(({ FromPort, ToPort }) => FromPort === '443' && ToPort === '443');
    const ranges = reached.flatMap(({ IpRanges }) =>
      ((IpRanges ?? []) as Value[]).map(({ CidrIp }) => CidrIp as string),
    );
    expect(ranges).toEqual(expect.arrayContaining([...REMOTE.nodeCidrs, ...REMOTE.podCidrs]));
  });

  test('sent the authority of the certificates, and a profile that names sessions after their nodes', () => {
    const tags = expect.arrayContaining([{ key: 'team', value: 'search' }]);
    expect(site.proxy.sentOf('Roles Anywhere: trust anchors')).toEqual([
      {
        name: `${CLUSTER}-plant`,
        enabled: true,
        source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: authority } },
        tags,
      },
    ]);
    expect(site.proxy.sentOf('Roles Anywhere: profiles')).toEqual([
      expect.objectContaining({
        name: `${CLUSTER}-plant`,
        enabled: true,
        durationSeconds: 28_800,
        roleArns: [arnOf('plant')],
        tags,
      }),
    ]);
    if (isLeftOut(NAMED, tools().providers)) expect(leftOut(NAMED)).toEqual([true]);
    else expect(site.proxy.sentOf('Roles Anywhere: profiles')[0].acceptRoleSessionName).toBe(true);
  });

  test('trust that authority alone, for the unit of the site, and each certificate for its own node', () => {
    const [{ answer }] = site.proxy.exchanges.filter(({ action }) => action === 'POST /trustanchors');
    const anchor = JSON.parse(answer).trustAnchor.trustAnchorArn as string;
    const [session, assume, ...others] = trustOf('plant');
    expect(others).toEqual([]);
    for (const statement of [session, assume]) {
      expect(statement.Principal).toEqual({ Service: 'rolesanywhere.amazonaws.com' });
      expect(statement.Condition.ArnEquals).toEqual({ 'aws:SourceArn': anchor });
    }
    expect(session.Action).toEqual(['sts:TagSession', 'sts:SetSourceIdentity']);
    expect(assume.Action).toBe('sts:AssumeRole');
    expect(assume.Condition.StringEquals).toEqual({
      'sts:RoleSessionName': '${aws:PrincipalTag/x509Subject/CN}',
      'aws:PrincipalTag/x509Subject/OU': UNIT,
    });
    expect(roleOf('plant').MaxSessionDuration).toBe('32400');
    expect(attachedTo('plant')).toEqual(['AmazonEC2ContainerRegistryPullOnly']);
    expect(policyOf('plant').map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [
        ['eks:DescribeCluster', 'eks-auth:AssumeRoleForPodIdentity'],
        `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${CLUSTER}`,
      ],
    ]);
  });

  test('sent an activation for as many nodes as there are, of a role that Systems Manager takes on', () => {
    expect(site.proxy.sentOf('Systems Manager: activations')).toEqual([
      expect.objectContaining({
        DefaultInstanceName: `${CLUSTER}-shop`,
        IamRole: roleOf('shop').RoleName,
        RegistrationLimit: 2,
        ExpirationDate: Date.parse(expiresAt) / 1000,
        Tags: expect.arrayContaining([
          { Key: 'EKSClusterARN', Value: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${CLUSTER}` },
        ]),
      }),
    ]);
    const [trust, ...others] = trustOf('shop');
    expect(others).toEqual([]);
    expect(trust).toMatchObject({ Principal: { Service: 'ssm.amazonaws.com' }, Action: 'sts:AssumeRole' });
    expect(trust.Condition).toEqual({ StringEquals: { 'aws:SourceAccount': ACCOUNT } });
    expect(attachedTo('shop')).toEqual(['AmazonEC2ContainerRegistryPullOnly', 'AmazonSSMManagedInstanceCore']);
    const [ending] = policyOf('shop').filter(({ Action }) => Action === 'ssm:DeregisterManagedInstance');
    expect(ending.Condition.StringEquals).toEqual({
      'ssm:resourceTag/EKSClusterARN': `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/${CLUSTER}`,
    });
  });

  test('sent an entry of nodes outside AWS for each role', () => {
    const entries = site.proxy.sentOf('access entry: of nodes outside AWS');
    expect(entries.map(({ principalArn }) => principalArn as string).sort()).toEqual([arnOf('plant'), arnOf('shop')]);
    // Groups and user name are those that EKS gives to such nodes.
    for (const { type, kubernetesGroups = [], username } of entries)
      expect([type, kubernetesGroups, username]).toEqual(['HYBRID_LINUX', [], undefined]);
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(site.proxy.unanswered).toEqual([]);
    expect(site.proxy.refused).toEqual([]);
  });

  test('leave nothing behind', async () => {
    expect(await site.inventory(REGION)).not.toEqual(before);
    await site.destroy(describeSites);
    expect(await site.inventory(REGION)).toEqual(before);
    for (const gap of ['Roles Anywhere: trust anchors', 'Roles Anywhere: profiles', 'Systems Manager: activations'])
      expect([gap, site.proxy.sentOf(gap)]).toEqual([gap, []]);
  });
});
