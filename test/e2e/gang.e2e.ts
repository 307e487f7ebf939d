import { ALONE, GANG, SELECTOR, TAINT, TRAINING, gang, queuedTraining } from './gang-stack';
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

  describe('a training in the same queue', () => {
    const job = async ({ name, namespace: of } = TRAINING as { name: string; namespace: string }) =>
      (await site.kube.list('batch/v1', 'Job', of)).find(({ metadata }) => metadata.name === name);
    const applyBoth = async () => (await site.workloads(gang(1, NEXT, true), [])).apply();
    const team = ['third', 'fourth'];

    test('is suspended while others of the queue have all nodes', async () => {
      await apply(1, NEXT);
      for (const name of team) await site.kube.create(teamPod(name));
      const allPlaced = async () => {
        const names = await placed();
        return team.every((name) => names.includes(name));
      };
      await until(allPlaced, 60, 'the pods of the team');
      await site.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: TRAINING.namespace } });
      for (const object of checkpoints()) await site.kube.create(object);
      await applyBoth();
      expect((await job())?.spec.suspend).toBe(true);
      expect(await site.plan(gang(1, NEXT, true), [])).toEqual([]);
    });

    test('starts once a node is free', async () => {
      await site.kube.remove(teamPod(team[0]));
      await until(async () => (await job())?.spec.suspend === false, 60, 'its admission');
      const ran = async () => (await job())?.status;
      await until(async () => ((await ran())?.active ?? 0) + ((await ran())?.succeeded ?? 0) === 1, 60, 'its pod');
      expect(Object.keys((await job())?.spec.template.metadata.labels ?? {})).toContain('kueue.x-k8s.io/podset');
      expect(await site.plan(gang(1, NEXT, true), [])).toEqual([]);
      await site.kube.remove(teamPod(team[1]));
    });

    test('is no change for Terraform once Kueue has written into it', async () => {
      const workloads = await site.workloads(queuedTraining, []);
      console.log(`a training in a queue: ${workloads.way}`);
      await workloads.apply();
      await until(async () => (await job(ALONE))?.spec.suspend === false, 60, 'its admission');
      expect((await job(ALONE))?.spec.template.metadata.labels).toHaveProperty(['kueue.x-k8s.io/podset']);
      expect(await site.plan(queuedTraining, [])).toEqual([]);
      await (await site.workloads(queuedTraining, [])).destroy();
    });
  });

  test('leave nothing behind', async () => {
    await (await site.workloads(gang(1, NEXT, true), [])).destroy();
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

/** The claim with its checkpoints, and its volume. */
function checkpoints(): KubeObject[] {
  const size = { storage: '100Gi' };
  const common = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  const name = TRAINING.claim;
  return [
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } },
      spec: { ...common, capacity: size, hostPath: { path: '/checkpoints' } },
    },
    {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: TRAINING.namespace } },
      spec: { ...common, resources: { requests: size }, volumeName: name },
    },
  ];
}
