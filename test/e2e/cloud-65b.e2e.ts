import { App } from 'cdktf';
import { Cloud65b, Cloud65bProps } from '../../examples/cloud-65b/stack';
import { GpuInstanceType, ModelSpec } from '../../lib';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { plainName } from './harness/nodes';
import { monitoringRuns, pending, podLike, poolsOf, running } from './harness/pods';
import { Site } from './harness/site';
import { Change } from './harness/workloads';

const REGION = 'us-east-1';
const of = (props: Cloud65bProps) => (app: App) => new Cloud65b(app, props);

const MORE_POOLS = [
  { name: 'spare', instanceType: GpuInstanceType.G5_XLARGE, minNodes: 1, maxNodes: 1 },
  { name: 'small', instanceType: GpuInstanceType.G6_XLARGE, minNodes: 1, maxNodes: 1 },
];
const MORE_MODELS = [{ name: 'tiny', model: ModelSpec.TINY_LLAMA_1_1B, nodePool: 'small' }];

const EXAMPLE: Cloud65bProps = {};
const MORE: Cloud65bProps = { morePools: MORE_POOLS, moreModels: MORE_MODELS };
const WITHOUT_MODEL: Cloud65bProps = { morePools: MORE_POOLS };
const WITHOUT_POOL: Cloud65bProps = { morePools: MORE_POOLS.slice(0, 1) };
const WITHOUT_MONITORING: Cloud65bProps = { ...WITHOUT_POOL, monitoring: false };

describeWith(['terraform', 'emulator', 'controlPlane'], 'examples/cloud-65b', () => {
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.start('cloud-65b');
    before = await site.inventory(REGION);
  });

  afterAll(() => site?.stop());

  const deployment = async (name: string) => {
    const metadata = { name, namespace: 'inference' };
    return (await site.kube.find({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })) as KubeObject;
  };

  test('applies from nothing', async () => {
    console.log(`the Kubernetes half went by ${await site.apply(of(EXAMPLE))}`);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(of(EXAMPLE))).toEqual([]);
  });

  test('sent what the stand-in does not keep', () => {
    // p4de: four network cards with one EFA device each; the first also carries the node's own traffic.
    // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
    const efaOnly = ['efa-only', 'efa-only', 'efa-only', 'efa-only'];
    expect(site.proxy.sentOf('launch template: interface types')).toEqual([['interface', ...efaOnly]]);
    expect(site.proxy.sentOf('launch template: network cards')).toEqual([['0', '0', '1', '2', '3']]);
    expect(site.proxy.sentOf('launch template: interfaces deleted with the instance')).toEqual([Array(5).fill('true')]);
    const [groups] = site.proxy.sentOf('launch template: security groups of interfaces') as string[][][];
    expect(groups.map((ids) => ids.length)).toEqual([2, 1, 1, 1, 1]);
    expect(groups.every((ids) => ids.includes(groups[1][0]))).toBe(true);
    const [placementGroup] = site.proxy.requests('CreatePlacementGroup');
    expect(placementGroup).toMatchObject({ Strategy: 'cluster' });
    expect(site.proxy.sentOf('launch template: placement')).toEqual([{ GroupName: placementGroup.GroupName }]);

    const templates = site.proxy.sentOf('node group: launch template') as { id: string; version: string }[];
    expect(templates).toEqual([1, 2].map(() => ({ id: expect.stringMatching(/^lt-/), version: '1' })));
    expect(new Set(templates.map(({ id }) => id)).size).toBe(2);
    expect(site.proxy.sentOf('node group: update configuration')).toEqual([
      { maxUnavailable: 1 },
      { maxUnavailable: 1 },
    ]);

    expect(site.proxy.sentOf('VPC endpoint: security groups')).toEqual(
      [1, 2, 3, 4].map(() => [expect.stringMatching(/^sg-/)]),
    );
    // The gateway endpoint of S3 sends none.
    expect(site.proxy.sentOf('VPC endpoint: private DNS')).toEqual(expect.arrayContaining(Array(4).fill('true')));

    // Those of S3, of the registry's two and of STS: what they let through first, then what they refuse.
    const policies = site.proxy
      .sentOf('VPC endpoint: policy')
      .map((it) => JSON.parse(it as string) as { Statement: { Effect: string; Action: string | string[] }[] });
    expect(policies.map(({ Statement }) => Statement[0].Action).sort()).toEqual(['ecr:*', 'ecr:*', 's3:*', 'sts:*']);
    expect(policies.map(({ Statement }) => Statement[1].Effect)).toEqual(Array(4).fill('Deny'));

    expect(site.proxy.sentOf('flow log: role')).toEqual([expect.stringMatching(/^arn:aws:iam::\d{12}:role\//)]);
    expect(site.proxy.sentOf('flow log: aggregation interval')).toEqual(['600']);
    expect(site.proxy.sentOf('flow log: tags')).toEqual([
      expect.arrayContaining([expect.objectContaining({ Key: 'Name' })]),
    ]);
  });

  test('runs one replica on each node of its own pool, and none elsewhere', async () => {
    const pods = await running(site.kube, 'inference', 2);
    expect(await poolsOf(site.kube, pods)).toEqual(['p4de', 'p4de']);
    expect(new Set(pods.map(({ spec }) => spec.nodeName as string)).size).toBe(2);
    const watching = await monitoringRuns(site.kube, ['grafana-']);
    expect(await poolsOf(site.kube, watching)).toEqual(watching.map(() => 'system'));
  });

  test('leaves a pod pending when its pool is full', async () => {
    const pod = await podLike(site.kube, await deployment('deepseek'), 'one-too-many');
    expect(await pending(site.kube, pod)).toContain('2 Insufficient nvidia.com/gpu');
    await site.kube.remove(pod);
  });

  test('takes further pools and a further model on one of them', async () => {
    const uid = (await deployment('deepseek')).metadata.uid as string;
    await site.apply(of(MORE));
    expect((await deployment('deepseek')).metadata.uid).toBe(uid);
    const pods = await running(site.kube, 'inference', 3);
    expect((await poolsOf(site.kube, pods)).sort()).toEqual(['p4de', 'p4de', 'small']);
  });

  /** Applies what is left of a description, and returns what that did to things of other names. */
  const remove = async (rest: Cloud65bProps, gone: RegExp): Promise<Change[]> => {
    const changes = await site.plan(of(rest));
    const isGone = ({ action, subject }: Change) => action === 'delete' && gone.test(subject);
    expect(changes.filter(isGone)).not.toEqual([]);
    await site.apply(of(rest));
    expect(await site.plan(of(rest))).toEqual([]);
    return changes.filter((change) => !isGone(change));
  };

  test('removes a model and touches nothing else, but what watched it', async () => {
    const others = await remove(WITHOUT_MODEL, /tiny/i);
    // Its scrape job and rules are gone from the configuration of Prometheus, which rolls because of it; so does Grafana where a panel differs.
    const watches = ({ action, subject }: Change) => action === 'update' && /prometheus|grafana/i.test(subject);
    expect(others.filter((change) => !watches(change))).toEqual([]);
    expect(await poolsOf(site.kube, await running(site.kube, 'inference', 2))).toEqual(['p4de', 'p4de']);
  });

  test('removes a pool and touches nothing else', async () => {
    expect(await remove(WITHOUT_POOL, /small/i)).toEqual([]);
    expect((await site.kube.list('v1', 'Node')).map(({ metadata }) => plainName(metadata.name)).sort()).toEqual([
      'p4de-0',
      'p4de-1',
      'spare-0',
      'system-0',
      'system-1',
    ]);
  });

  test('removes the monitoring and touches nothing else', async () => {
    expect(await remove(WITHOUT_MONITORING, /monitoring|prometheus|alertmanager|grafana/i)).toEqual([]);
    expect(await running(site.kube, 'inference', 2)).toHaveLength(2);
  });

  test('asked nothing of AWS that it would refuse, or that went unanswered', () => {
    expect(site.proxy.unanswered).toEqual([]);
    expect(site.proxy.refused).toEqual([]);
  });

  test('leaves nothing behind', async () => {
    await site.destroy(of(WITHOUT_MONITORING));
    expect(await site.inventory(REGION)).toEqual(before);
    expect(await site.kube.list('apps/v1', 'Deployment')).toEqual([]);
    expect(await site.kube.list('apps/v1', 'StatefulSet')).toEqual([]);
    expect(await site.kube.list('v1', 'PersistentVolumeClaim')).toEqual([]);
  });
});
