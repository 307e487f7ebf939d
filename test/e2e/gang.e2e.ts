import { GANG, SELECTOR, TAINT, gang } from './gang-stack';
import { efaNode } from './harness/efa-nodes';
import { GroupPods } from './harness/group-pods';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { until } from './harness/process';

const { namespace, name, queue, size, nodes } = GANG;
const [IMAGE, NEXT] = [1, 2].map((tag) => `registry.example.com/vllm-efa:0.24.0-${tag}`);
const TEAM = 'team';

describeWith(['terraform', 'controlPlane', 'leaderWorkerSet', 'kueue'], 'groups that wait in a queue', () => {
  let site: OwnCluster;
  let pods: GroupPods;

  beforeAll(async () => {
    site = await OwnCluster.start('gang', 'hall-8', { leaderWorkerSets: true, kueue: true });
    pods = new GroupPods(site.kube, namespace, name);
    for (let index = 0; index < nodes; index += 1)
      await site.kube.create(
        efaNode(`rack-${index}`, SELECTOR, [{ key: TAINT.key, value: TAINT.value, effect: 'NoSchedule' }]),
      );
  });

  afterAll(() => site?.stop());

  const apply = async (replicas: number, image = IMAGE) => (await site.workloads(gang(replicas, image), [])).apply();
  const placed = async () =>
    (await site.kube.list('v1', 'Pod'))
      .filter(({ spec }) => spec.nodeName)
      .map(({ metadata }) => metadata.name)
      .sort();
  const gated = async () =>
    (await pods.all()).filter(({ pod }) => pod.spec.schedulingGates !== undefined).map(({ group }) => group);

  test('start where all of their nodes are free', async () => {
    await apply(1);
    await pods.settled(size, [IMAGE]);
    expect(await placed()).toEqual([`${name}-0`, `${name}-0-1`]);
  });

  test('hold no GPU of another while they wait for theirs', async () => {
    await site.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: TEAM } });
    await site.kube.create(teamQueue());
    await site.kube.create(teamPod('first'));
    await until(async () => (await placed()).includes('first'), 60, 'the first pod of the team');
    await apply(2);
    await until(async () => (await gated()).includes(1), 60, 'the second group to wait');
    await site.kube.create(teamPod('second'));
    await until(async () => (await placed()).includes('second'), 60, 'the second pod of the team');
    expect(await placed()).toEqual(['first', `${name}-0`, `${name}-0-1`, 'second'].sort());
    expect(new Set(await gated())).toEqual(new Set([1]));
  });

  test('start once all of their nodes are free', async () => {
    await site.kube.remove(teamPod('first'));
    await until(async () => !(await placed()).includes('first'), 60, 'the end of the first pod');
    expect(new Set(await gated())).toEqual(new Set([1]));
    await site.kube.remove(teamPod('second'));
    await pods.settled(size, [IMAGE, IMAGE]);
    expect((await pods.all()).map(({ pod }) => pod.spec.nodeName as string).sort()).toHaveLength(nodes);
  });

  test('plan nothing after that', async () => {
    expect(await site.plan(gang(2, IMAGE), [])).toEqual([]);
  });

  test('take another image on a full pool', async () => {
    await apply(2, NEXT);
    await pods.settled(size, [NEXT, NEXT]);
  });

  test('leave nothing behind', async () => {
    await (await site.workloads(gang(2, NEXT), [])).destroy();
    await until(async () => (await pods.all()).length === 0, 60, 'no pod');
    expect(await site.kube.list('kueue.x-k8s.io/v1beta2', 'ResourceFlavor')).toEqual([]);
  });
});

/** Another team's way into the queue. */
function teamQueue(): KubeObject {
  return {
    apiVersion: 'kueue.x-k8s.io/v1beta2',
    kind: 'LocalQueue',
    metadata: { name: TEAM, namespace: TEAM },
    spec: { clusterQueue: queue },
  };
}

/** A pod of another team that takes a whole node. */
function teamPod(pod: string): KubeObject {
  const resources = { requests: { cpu: '1', 'nvidia.com/gpu': '8' }, limits: { 'nvidia.com/gpu': '8' } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod, namespace: TEAM, labels: { 'kueue.x-k8s.io/queue-name': TEAM } },
    spec: {
      nodeSelector: SELECTOR,
      tolerations: [{ key: TAINT.key, operator: 'Exists' }],
      containers: [{ name: 'work', image: 'registry.example.com/work:1', resources }],
    },
  };
}
