import { App } from 'cdktf';
import { DeepSeekR1TwoNodes } from '../../examples/deepseek-r1-two-nodes/stack';
import { IMAGE, Multinode70bFp16 } from '../../examples/multinode-70b-fp16/stack';
import { definitionsOf } from './harness/definitions';
import { GroupPods } from './harness/group-pods';
import { describeWith } from './harness/needs';
import { OwnCluster, STORAGE_CLASS } from './harness/own-cluster';
import { ownNode } from './harness/own-nodes';
import { poolsOf } from './harness/pods';
import { Site } from './harness/site';

describeWith(['terraform', 'emulator', 'controlPlane', 'leaderWorkerSet'], 'examples/multinode-70b-fp16', () => {
  const describeSite = (app: App) => new Multinode70bFp16(app);
  const REGION = 'us-east-1';
  let site: Site;
  let before: string[];

  beforeAll(async () => {
    site = await Site.start('multinode-70b-fp16', { leaderWorkerSets: true });
    before = await site.inventory(REGION);
  });

  afterAll(() => site?.stop());

  test('applies from nothing', async () => {
    console.log(`the Kubernetes half went by ${await site.apply(describeSite)}`);
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeSite)).toEqual([]);
  });

  test('runs as a group of two pods, one on each node of its pool', async () => {
    const pods = await new GroupPods(site.kube, 'inference', 'llama-group').settled(2, [IMAGE.reference!]);
    expect(
      await poolsOf(
        site.kube,
        pods.map(({ pod }) => pod),
      ),
    ).toEqual(['p4d', 'p4d']);
    expect(new Set(pods.map(({ pod }) => pod.spec.nodeName)).size).toBe(2);
    const limits = pods.map(({ pod }) => pod.spec.containers[0].resources.limits as object);
    for (const each of limits) expect(each).toMatchObject({ 'nvidia.com/gpu': '8', 'vpc.amazonaws.com/efa': '4' });
  });

  test('leaves nothing behind', async () => {
    await site.destroy(describeSite);
    expect(await site.inventory(REGION)).toEqual(before);
  });
});

describeWith(['terraform', 'controlPlane', 'leaderWorkerSet'], 'examples/deepseek-r1-two-nodes', () => {
  const describeStack = (app: App) => new DeepSeekR1TwoNodes(app).stack;
  const DEFINITIONS = definitionsOf('network/fixtures/network-operator-crds.json');
  const RACK = { 'example.com/rack': 'h200-1', 'nvidia.com/gpu.present': 'true' };
  let site: OwnCluster;

  beforeAll(async () => {
    site = await OwnCluster.start('deepseek-r1-two-nodes', 'hall-2', { leaderWorkerSets: true });
    const nodes = ['rack-0', 'rack-1'].map((name) => ownNode(name, { labels: RACK, gpus: 8, adapters: 8 }));
    for (const made of [STORAGE_CLASS, ownNode('cpu-0'), ...nodes]) await site.kube.create(made);
  });

  afterAll(() => site?.stop());

  test('applies to an existing cluster', async () => {
    const workloads = await site.workloads(describeStack, DEFINITIONS);
    console.log(`it went by ${workloads.way}`);
    await workloads.apply();
  });

  test('runs as a group of two pods, one on each node of the rack, as root in a namespace of its own', async () => {
    const pods = await new GroupPods(site.kube, 'deepseek', 'deepseek-r1-group').settled(2, [
      'docker.io/vllm/vllm-openai:v0.24.0',
    ]);
    expect(pods.map(({ pod }) => pod.spec.nodeName as string).sort()).toEqual(['rack-0', 'rack-1']);
    const contexts = pods.map(({ pod }) => pod.spec.containers[0].securityContext as object);
    for (const each of contexts) expect(each).toMatchObject({ capabilities: { add: ['IPC_LOCK'], drop: ['ALL'] } });
  });

  test('plans nothing after that', async () => {
    expect(await site.plan(describeStack, DEFINITIONS)).toEqual([]);
  });

  test('leaves nothing behind', async () => {
    await (await site.workloads(describeStack, DEFINITIONS)).destroy();
    expect(await site.kube.list('leaderworkerset.x-k8s.io/v1', 'LeaderWorkerSet')).toEqual([]);
    expect(await site.kube.list('apps/v1', 'DaemonSet')).toEqual([]);
  });
});
