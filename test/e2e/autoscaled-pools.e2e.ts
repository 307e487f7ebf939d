import { App } from 'cdktf';
import { AutoscaledPools, BLOCK, CLUSTER, REGION, ZONES } from './autoscaled-pools-stack';
import { definitionsOf } from './harness/definitions';
import { KubeObject } from './harness/kube-client';
import { karpenterNodes } from './harness/karpenter';
import { describeWith } from './harness/needs';
import { poolRequests } from './harness/pool-requests';
import { poolsOf, running } from './harness/pods';
import { until } from './harness/process';
import { Site } from './harness/site';

const describePools = (app: App) => new AutoscaledPools(app);

describeWith(['terraform', 'emulator', 'controlPlane'], 'pools that grow by themselves', () => {
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.start('autoscaled-pools');
    before = await site.inventory(REGION);
    await site.define(definitionsOf('compute/pools/fixtures/karpenter-crds.json'));
    console.log(`the Kubernetes half went by ${await site.apply(describePools)}`);
  });

  afterAll(() => site?.stop());

  const found = (apiVersion: string, kind: string, name: string) =>
    site.kube.find({ apiVersion, kind, metadata: { name } }) as Promise<KubeObject>;

  test('plan nothing after that', async () => {
    expect(await site.plan(describePools)).toEqual([]);
  });

  test('by Karpenter have what is AWS’s: role, access, security group of EFA, placement group', async () => {
    const { spec } = await found('karpenter.k8s.aws/v1', 'EC2NodeClass', 'fixed');
    const roles = site.proxy.requests('CreateRole').map(({ RoleName }) => RoleName as string);
    expect(roles).toContain(spec.role);
    const entries = site.proxy.requests(/^POST \/clusters\/[^/]+\/access-entries$/);
    expect(entries.filter(({ type }) => type === 'EC2_LINUX').map((it) => it.principalArn.split('/').pop())).toEqual(
      expect.arrayContaining([spec.role]),
    );
    const [group] = site.proxy.requests('CreatePlacementGroup');
    expect(group).toMatchObject({ Strategy: 'cluster' });
    expect(spec.placementGroupSelector).toEqual({ name: group.GroupName });
    const ids = (spec.securityGroupSelectorTerms as { id: string }[]).map(({ id }) => id);
    // The cluster's, and the pool's own, whose members may all talk to each other, both ways.
    expect(ids).toHaveLength(2);
    for (const direction of ['AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress']) {
      const own = site.proxy.requests(direction).filter(({ GroupId, IpPermissions: [rule] }) => {
        return ids.includes(GroupId as string) && rule.IpProtocol === '-1' && rule.Groups?.[0].GroupId === GroupId;
      });
      expect(own.length).toBeGreaterThan(0);
    }
    expect(spec.subnetSelectorTerms).toHaveLength(1);
  });

  test('by Karpenter say what a node of them has', async () => {
    const { spec } = await found('karpenter.k8s.aws/v1', 'EC2NodeClass', 'fixed');
    const types = (spec.networkInterfaces as { interfaceType: string }[]).map(({ interfaceType }) => interfaceType);
    expect(types).toEqual(['interface', ...Array<string>(32).fill('efa-only')]);
    expect((await found('karpenter.sh/v1', 'NodePool', 'fixed.static')).spec.replicas).toBe(2);
    expect((await found('karpenter.sh/v1', 'NodePool', 'elastic')).spec.limits).toEqual({ 'nvidia.com/gpu': '16' });
    const overlay = await found('karpenter.sh/v1alpha1', 'NodeOverlay', 'fixed');
    expect(overlay.spec.capacity).toEqual({ 'hugepages-2Mi': '10256Mi' });
  });

  test('by Karpenter take the block that was bought, and tell of its end', async () => {
    const { spec } = await found('karpenter.k8s.aws/v1', 'EC2NodeClass', 'block');
    expect(spec.capacityReservationSelectorTerms).toEqual([{ id: BLOCK.reservationId }]);
    const pool = await found('karpenter.sh/v1', 'NodePool', 'block');
    const reserved = { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['reserved'] };
    expect(pool.spec.template.spec.requirements).toContainEqual(reserved);
    const targets = site.proxy.requests('PutTargets').flatMap((it) => it.Targets as { Arn: string }[]);
    expect(targets.map(({ Arn }) => Arn)).toEqual([BLOCK.alarmTopicArn]);
  });

  test('of imported clusters are in the zone of their reservation, which is asked of AWS', () => {
    const { nodeGroup } = poolRequests(site.proxy).get('guest')!;
    const asked = site.proxy.requests('DescribeSubnets').flatMap((it) => (it.SubnetId ?? []) as string[]);
    expect(nodeGroup.subnets).toHaveLength(1);
    expect(asked).toContain(nodeGroup.subnets[0]);
  });

  test('of imported clusters are not planned in another zone than their reservation', async () => {
    await expect(site.plan((app) => new AutoscaledPools(app, [...ZONES].reverse()))).rejects.toThrow(
      /pool 'guest' is in us-west-2b/,
    );
  });

  test('are refused where the definitions do not know a field', async () => {
    const pool = await found('karpenter.sh/v1', 'NodePool', 'elastic');
    const { name } = pool.metadata;
    const wrong = { ...pool, metadata: { name }, spec: { ...pool.spec, replica: 2 } };
    await expect(site.kube.apply(wrong, 'test', true)).rejects.toThrow('replica');
  });

  test('get their agents when Karpenter makes their nodes', async () => {
    await site.addNodes(await karpenterNodes(site.kube, { 'fixed.static': 2, elastic: 1 }));
    const pods = await running(site.kube, 'gpu-node-agents', 7);
    const agents = pods.map(({ metadata }) => metadata.ownerReferences[0].name as string);
    const placed = (await poolsOf(site.kube, pods)).map((pool, index) => `${agents[index]} on ${pool}`);
    expect(placed.sort()).toEqual([
      'efa-device-plugin on fixed',
      'efa-device-plugin on fixed',
      'efa-device-plugin on guest',
      'nvidia-device-plugin on elastic',
      'nvidia-device-plugin on fixed',
      'nvidia-device-plugin on fixed',
      'nvidia-device-plugin on guest',
    ]);
    const offered = async () =>
      (await site.kube.list('v1', 'Node'))
        .filter(({ metadata }) => /^(fixed|elastic)/.test(metadata.name))
        .map(({ status: { allocatable } }) => [
          allocatable['nvidia.com/gpu'],
          allocatable['vpc.amazonaws.com/efa'],
          allocatable['hugepages-2Mi'],
        ])
        .sort();
    const expected = [
      ['4', undefined, undefined],
      ['8', '32', '10256Mi'],
      ['8', '32', '10256Mi'],
    ];
    await until(async () => JSON.stringify(await offered()) === JSON.stringify(expected), 60, 'the devices');
  });

  test('by the cluster autoscaler begin with no node, and tell it what one would have', async () => {
    const nodes = await site.kube.list('v1', 'Node');
    expect(nodes.filter(({ metadata }) => metadata.name.startsWith('burst'))).toEqual([]);
    const tags = site.proxy.requests('CreateOrUpdateTags').flatMap((it) => (it.Tags.member ?? it.Tags) as any[]);
    const prefix = 'k8s.io/cluster-autoscaler/node-template';
    expect(Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
      [`${prefix}/resources/nvidia.com/gpu`]: '1',
      [`${prefix}/label/gpu-inference-constructs/pool`]: 'burst',
    });
    const [policy] = site.proxy.requests('PutRolePolicy').filter((it) => it.PolicyName === 'cluster-autoscaler');
    expect(JSON.parse(policy.PolicyDocument as string).Statement[1].Condition).toEqual({
      StringEquals: { [`aws:ResourceTag/k8s.io/cluster-autoscaler/${CLUSTER}`]: 'owned' },
    });
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(site.proxy.unanswered).toEqual([]);
    expect(site.proxy.refused).toEqual([]);
  });

  test('leave nothing behind', async () => {
    await site.destroy(describePools);
    expect(await site.inventory(REGION)).toEqual(before);
    for (const [apiVersion, kind] of [
      ['karpenter.sh/v1', 'NodePool'],
      ['karpenter.k8s.aws/v1', 'EC2NodeClass'],
      ['karpenter.sh/v1alpha1', 'NodeOverlay'],
      ['apps/v1', 'DaemonSet'],
    ]) {
      expect(await site.kube.list(apiVersion, kind)).toEqual([]);
    }
  });
});
