import { efaNode } from './harness/efa-nodes';
import { GroupPod, GroupPods } from './harness/group-pods';
import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { OwnCluster } from './harness/own-cluster';
import { endSlowly, restartContainers } from './harness/pods';
import { until } from './harness/process';
import { GROUPS, GroupsChange, SELECTOR, TAINT, groups } from './multi-node-stack';

const { namespace, name, service, replicas, size } = GROUPS;
const [FIRST, NEXT, LAST] = [1, 2, 3].map((tag) => `registry.example.com/vllm-efa:0.24.0-${tag}`);
const RACK = Array.from({ length: replicas * size }, (_, index) => `rack-${index}`);

describeWith(['terraform', 'controlPlane', 'leaderWorkerSet'], 'groups of nodes', () => {
  let site: OwnCluster;
  let pods: GroupPods;

  beforeAll(async () => {
    site = await OwnCluster.start('multi-node', 'hall-7', { leaderWorkerSets: true });
    pods = new GroupPods(site.kube, namespace, name);
    // The scheduler prefers the others, so that a pod that does not ask for its pool goes there.
    const rack = RACK.map((node) => gpuNode(node, SELECTOR, [{ key: 'e2e/last', effect: 'PreferNoSchedule' }]));
    for (const node of [...RACK.map((_, index) => gpuNode(`other-${index}`)), ...rack]) await site.kube.create(node);
    const taints = async () => (await site.kube.list('v1', 'Node')).flatMap(({ spec }) => spec.taints as Taint[]);
    await until(async () => !(await taints()).some(({ key }) => key === 'node.kubernetes.io/not-ready'), 60, 'nodes');
  });

  afterAll(() => site?.stop());

  const apply = async (change: GroupsChange) => {
    const workloads = await site.workloads(groups(change), []);
    await workloads.apply();
    return workloads.way;
  };
  const set = () => site.kube.find({ apiVersion, kind: 'LeaderWorkerSet', metadata: { name, namespace } });
  const hasCondition = async (type: string) =>
    ((await set())?.status.conditions as { type: string; status: string }[]).some(
      (condition) => condition.type === type && condition.status === 'True',
    );

  test('apply to an existing cluster', async () => {
    console.log(`they went by ${await apply({ image: FIRST, partition: 0 })}`);
    expect(await pods.settled(size, [FIRST, FIRST])).toHaveLength(replicas * size);
    await until(() => hasCondition('Available'), 30, 'the condition Available');
  });

  test('fill the nodes of their pool, one pod each, and leave the others alone', async () => {
    expect((await pods.all()).map(({ pod }) => pod.spec.nodeName as string).sort()).toEqual(RACK);
  });

  test('tell each pod its leader, the size of its group and its place', async () => {
    const told = (await pods.all()).map(({ role, pod }) => [role, ...toldTo(pod)]);
    expect(told).toEqual([
      ['0/0', `LWS_LEADER_ADDRESS=${name}-0.${name}.${namespace}`, 'LWS_GROUP_SIZE=2', 'LWS_WORKER_INDEX=0'],
      ['0/1', `LWS_LEADER_ADDRESS=${name}-0.${name}.${namespace}`, 'LWS_GROUP_SIZE=2', 'LWS_WORKER_INDEX=1'],
      ['1/0', `LWS_LEADER_ADDRESS=${name}-1.${name}.${namespace}`, 'LWS_GROUP_SIZE=2', 'LWS_WORKER_INDEX=0'],
      ['1/1', `LWS_LEADER_ADDRESS=${name}-1.${name}.${namespace}`, 'LWS_GROUP_SIZE=2', 'LWS_WORKER_INDEX=1'],
    ]);
  });

  test('are reached at their leaders, and at nobody else', async () => {
    const endpoints = async () =>
      (await site.kube.list('discovery.k8s.io/v1', 'EndpointSlice', namespace))
        .filter(({ metadata }) => metadata.labels['kubernetes.io/service-name'] === service)
        .flatMap((slice) => (slice.endpoints as Endpoint[]).filter(({ conditions }) => conditions.ready))
        .map(({ targetRef }) => targetRef.name)
        .sort();
    await until(async () => (await endpoints()).length > 0, 30, 'endpoints');
    expect(await endpoints()).toEqual([`${name}-0`, `${name}-1`]);
  });

  test('plan nothing after that', async () => {
    expect(await site.plan(groups({ image: FIRST, partition: 0 }), [])).toEqual([]);
  });

  test('are made anew as a whole when a worker is lost, one without the other', async () => {
    const before = await pods.all();
    // 0.9.0 of the controller misses a worker that goes at once: https://github.com/kubernetes-sigs/lws/issues/998.
    const leader = podOf(before, '1/0');
    await endSlowly(site.kube, podOf(before, '1/1'), async () => {
      const found = await site.kube.find(leader);
      return found?.metadata.uid !== leader.metadata.uid || found?.metadata.deletionTimestamp !== undefined;
    });
    const after = await pods.settled(size, [FIRST, FIRST], uidsOf(before, 1));
    expect(uidsOf(after, 0)).toEqual(uidsOf(before, 0));
  });

  test.each(['0/0', '0/1'])('are made anew as a whole when a container of %s starts again', async (role) => {
    const before = await pods.all();
    await restartContainers(site.kube, podOf(before, role));
    const after = await pods.settled(size, [FIRST, FIRST], uidsOf(before, 0));
    expect(uidsOf(after, 1)).toEqual(uidsOf(before, 1));
  });

  test('take a change on a full pool, from the partition on', async () => {
    const before = await pods.all();
    await apply({ image: NEXT, partition: 1 });
    const after = await pods.settled(size, [FIRST, NEXT]);
    expect(uidsOf(after, 0)).toEqual(uidsOf(before, 0));
    await until(() => hasCondition('Available'), 30, 'the condition Available');
    expect((await set())?.status).toMatchObject({ replicas, readyReplicas: replicas, updatedReplicas: 1 });
  });

  test('take the rest of the change once there is no partition, and leave what has it alone', async () => {
    const before = await pods.all();
    await apply({ image: NEXT, partition: 0 });
    const after = await pods.settled(size, [NEXT, NEXT]);
    expect(uidsOf(after, 1)).toEqual(uidsOf(before, 1));
  });

  test('take a change of all of them on a full pool', async () => {
    await apply({ image: LAST, partition: 0 });
    await pods.settled(size, [LAST, LAST]);
    expect((await pods.all()).map(({ pod }) => pod.spec.nodeName as string).sort()).toEqual(RACK);
  });

  test('leave nothing behind', async () => {
    await (await site.workloads(groups({ image: LAST, partition: 0 }), [])).destroy();
    await until(async () => (await pods.all()).length === 0, 60, 'no pod');
    expect(await site.kube.list('apps/v1', 'StatefulSet')).toEqual([]);
  });
});

const apiVersion = 'leaderworkerset.x-k8s.io/v1';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface Endpoint {
  readonly conditions: { readonly ready?: boolean };
  readonly targetRef: { readonly name: string };
}

/** A node of the pool's hardware, with the taint of the pool. */
const gpuNode = (node: string, labels: { [key: string]: string } = {}, taints: object[] = []): KubeObject =>
  efaNode(node, labels, [{ key: TAINT.key, value: TAINT.value, effect: 'NoSchedule' }, ...taints]);

/** What the controller has told a container, in the order in which it stands. */
function toldTo({ spec }: KubeObject): string[] {
  const variables = spec.containers[0].env as { name: string; value: string }[];
  return variables.filter((it) => it.name.startsWith('LWS_')).map((variable) => `${variable.name}=${variable.value}`);
}

function podOf(pods: readonly GroupPod[], role: string): KubeObject {
  return pods.find((it) => it.role === role)!.pod;
}

function uidsOf(pods: readonly GroupPod[], group: number): string[] {
  return pods.filter((it) => it.group === group).map(({ pod }) => pod.metadata.uid as string);
}
