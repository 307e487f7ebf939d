import { KubeObject } from './harness/kube-client';
import { cordon, evict } from './harness/lost-nodes';
import { describeWith } from './harness/needs';
import { until } from './harness/process';
import { ALL, Fleet, Workload } from './reliability-fleet';

const NEEDS = ['terraform', 'controlPlane', 'leaderWorkerSet', 'jobSet', 'kueue', 'kserve'] as const;
const SERVERS = ['vllm', 'triton', 'kserve'] as const;
/** What is only made anew when the pod that was lost is known to be gone. */
const SOUTHERN = ['groups', 'queued', 'set'] as const;

const nodeOf = ({ spec }: KubeObject) => spec.nodeName as string;
const namesOf = (pods: readonly KubeObject[]) => pods.map(({ metadata }) => metadata.name).sort();
const uidsOf = (pods: readonly KubeObject[]) => pods.map(({ metadata }) => metadata.uid as string).sort();
const isEnding = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined;
const claimOf = ({ spec }: KubeObject) =>
  (spec.volumes as { persistentVolumeClaim?: { claimName: string } }[]).flatMap(
    ({ persistentVolumeClaim: claim }) => claim?.claimName ?? [],
  );

// Its tests are the rows of docs/reliability.md, in an order in which one waits while others run.
describeWith(NEEDS, 'reliability', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start();
  });

  afterAll(() => fleet?.stop());

  const jobSet = () =>
    fleet.kube.find({
      ...{ apiVersion: 'jobset.x-k8s.io/v1alpha2', kind: 'JobSet', metadata: { name: 'set', namespace: 'training' } },
    });
  const job = (name: string, namespace: string) =>
    fleet.kube.find({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace } });
  const reservations = async () =>
    (await fleet.kube.list('v1', 'Pod', 'model-cache')).map((pod) => `${nodeOf(pod)} ${pod.status.phase as string}`);
  const restartsOf = async () => {
    const { restarts = 0, restartsCountTowardsMax = 0 } = (await jobSet())?.status ?? {};
    return { restarts, counted: restartsCountTowardsMax };
  };

  describe('a lost node', () => {
    const before = {} as { [workload in Workload]: KubeObject[] };
    let lost: KubeObject[];
    let nodes: string[];

    beforeAll(async () => {
      for (const workload of ALL) before[workload] = await fleet.running(workload);
      const { vllm, door, prometheus, groups, queued, set, ...others } = before;
      const isWithPrometheus = (pod: KubeObject) => nodeOf(pod) === nodeOf(prometheus[0]);
      // Of what has several pods, one: of a group the worker, whose leader then has to go too.
      const several = [vllm[0], door.find(isWithPrometheus) ?? door[0], groups[1], queued[1], set[1]];
      lost = [...several, ...prometheus, ...Object.values(others).flat()];
      nodes = [...new Set(lost.map(nodeOf))];
      await fleet.lose(nodes);
    });

    test('lost node: servers', async () => {
      for (const server of SERVERS) {
        const gone = before[server].filter((pod) => lost.includes(pod));
        const kept = before[server].filter((pod) => !lost.includes(pod));
        const after = await fleet.whole(server, gone);
        expect(uidsOf(after)).toEqual(expect.arrayContaining(uidsOf(kept)));
      }
    });

    test('lost node: InferenceGateway', async () => {
      const kept = before.door.filter((pod) => !lost.includes(pod));
      expect(kept).toHaveLength(1);
      const after = await fleet.whole(
        'door',
        before.door.filter((pod) => lost.includes(pod)),
      );
      expect(uidsOf(after)).toEqual(expect.arrayContaining(uidsOf(kept)));
    });

    test('lost node: ModelCache', async () => {
      const pods = await fleet.running('vllm');
      expect(new Set(pods.map(claimOf).flat()).size).toBe(1);
      const [name] = claimOf(pods[0]);
      const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'inference' } };
      expect((await fleet.kube.find(claim))?.status.phase).toBe('Bound');
      // The disk of the node that takes over was reserved before.
      const reserved = await reservations();
      for (const pod of pods) expect(reserved).toContain(`${nodeOf(pod)} Running`);
    });

    test('what may run only once waits for the end of its lost pod', async () => {
      const alone = ['alone', 'import', 'prometheus', 'set'] as const;
      const ends = async () => {
        const pods = (await Promise.all(alone.map((each) => fleet.all(each)))).flat();
        return pods.filter((pod) => uidsOf(lost).includes(pod.metadata.uid as string)).every(isEnding);
      };
      await until(ends, 30, 'the end of what was lost');
      for (const each of alone) expect(uidsOf(await fleet.all(each))).toEqual(uidsOf(before[each]));
      await fleet.replace(nodes);
    });

    // Until the pods of nodes that were taken out are collected, a minute, other nodes are drained.
    describe('and meanwhile a drained pool', () => {
      test('drained pool: servers', async () => {
        for (const server of SERVERS) {
          const pods = await fleet.running(server);
          const { least, left } = await fleet.drain(pods.map(nodeOf), server);
          expect([namesOf(left), least]).toEqual([[], expect.anything()]);
          expect(least).toBeGreaterThanOrEqual(pods.length - 1);
          await fleet.whole(server, pods);
          await cordon(fleet.kube, pods.map(nodeOf), false);
        }
      });

      test('drained pool: ModelCache', async () => {
        const nodesOf = (await fleet.running('vllm')).map(nodeOf);
        await fleet.drain(nodesOf, 'vllm');
        const reserved = await reservations();
        for (const node of nodesOf) expect(reserved).toContain(`${node} Running`);
        await cordon(fleet.kube, nodesOf, false);
        await fleet.whole('vllm');
      });

      test('drained pool: InferenceGateway', async () => {
        const pods = await fleet.running('door');
        const { least, left } = await fleet.drain(pods.map(nodeOf), 'door');
        expect([namesOf(left), least]).toEqual([[], 1]);
        await fleet.whole('door', pods);
        await cordon(fleet.kube, pods.map(nodeOf), false);
      });
    });

    const SLOW_SECONDS = 120;

    test('lost node: groups of nodes', async () => {
      // Whichever of its pods was lost, the group is made anew as a whole.
      await fleet.whole('groups', before.groups, SLOW_SECONDS);
    });

    test('lost node: groups in a queue', async () => {
      await fleet.whole('queued', before.queued, SLOW_SECONDS);
    });

    test('lost node: TrainingJob on one node', async () => {
      await fleet.whole('alone', before.alone, SLOW_SECONDS);
      expect((await job('alone', 'training'))?.status.failed).toBeUndefined();
    });

    test('lost node: TrainingJob on several nodes', async () => {
      await fleet.whole('set', before.set, SLOW_SECONDS);
      expect(await restartsOf()).toEqual({ restarts: 1, counted: 0 });
    });

    test('lost node: ModelImport', async () => {
      await fleet.whole('import', before.import, SLOW_SECONDS);
      expect((await job('import', 'inference'))?.status.failed).toBeUndefined();
    });

    test('lost node: MonitoringStack', async () => {
      await fleet.whole('prometheus', before.prometheus, SLOW_SECONDS);
    });
  });

  describe('a drained pool', () => {
    const jobs = {} as { [workload in 'alone' | 'import']: Promise<void> };

    // A Job pauses before its next pod, while the others are drained.
    beforeAll(() => {
      for (const each of ['alone', 'import'] as const) {
        jobs[each] = drainAway(each);
        // Whoever awaits it is told.
        jobs[each].catch(() => undefined);
      }
    });

    async function drainAway(workload: Workload): Promise<void> {
      const before = await fleet.running(workload);
      expect(await fleet.drain(before.map(nodeOf), workload)).toMatchObject({ left: [] });
      await fleet.whole(workload, before);
      await cordon(fleet.kube, before.map(nodeOf), false);
    }

    test('drained pool: groups of nodes', async () => {
      await drainWithoutRoom('groups');
    });

    test('drained pool: groups in a queue', async () => {
      await drainWithoutRoom('queued');
    });

    /** The pool has no node to spare, and its nodes are drained one after the other. */
    async function drainWithoutRoom(workload: 'groups' | 'queued'): Promise<void> {
      const before = await fleet.running(workload);
      const [leader] = before;
      const all = await fleet.nodes(`${workload}-`);
      const spare = all.filter((node) => !before.map(nodeOf).includes(node));
      await cordon(fleet.kube, spare);
      // The group is made anew as a whole, and the node that is left has room for a part of it.
      expect(await fleet.drain([nodeOf(leader)], workload)).toMatchObject({ left: [] });
      await until(async () => (await fleet.running(workload)).length === 1, 30, `the rest of ${workload}`);
      // A server that waits for its other nodes is not ready, which kwok does not know.
      for (const pod of await fleet.running(workload)) await unready(pod);
      expect(await fleet.drain(all, workload)).toMatchObject({ left: [] });
      await cordon(fleet.kube, all, false);
      await fleet.whole(workload, before);
    }

    async function unready(pod: KubeObject): Promise<void> {
      const conditions = (pod.status.conditions as { type: string }[]).map((condition) =>
        condition.type === 'Ready' ? { ...condition, status: 'False' } : condition,
      );
      await fleet.kube.merge(pod, { status: { conditions } }, 'status');
    }

    test('drained pool: TrainingJob on one node', async () => {
      await jobs.alone;
      // It may fail as often as before.
      expect((await job('alone', 'training'))?.status.failed).toBeUndefined();
    });

    test('drained pool: TrainingJob on several nodes', async () => {
      const before = await fleet.running('set');
      const { restarts } = await restartsOf();
      await evict(fleet.kube, before[0]);
      await fleet.whole('set', before);
      expect(await restartsOf()).toEqual({ restarts: restarts + 1, counted: 0 });
    });

    test('drained pool: ModelImport', async () => {
      await jobs.import;
      expect((await job('import', 'inference'))?.status.failed).toBeUndefined();
    });

    test('drained pool: MonitoringStack', async () => {
      await drainAway('prometheus');
    });
  });

  describe("a capacity block's end", () => {
    let nodes: string[];
    const pools = ['single-', 'groups-', 'queued-', 'train-'];
    const before = {} as { [workload in Workload]: KubeObject[] };
    let left: readonly KubeObject[];

    beforeAll(async () => {
      for (const workload of ALL) before[workload] = await fleet.running(workload);
      nodes = (await Promise.all(pools.map((begins) => fleet.nodes(begins)))).flat();
      // What EKS does before the end: there is no other node to go to.
      ({ left } = await fleet.drain(nodes, 'vllm', 20));
    });

    const waits = async (workload: Workload) => {
      const isWaiting = ({ spec, status }: KubeObject) => spec.nodeName === undefined && status.phase === 'Pending';
      await until(async () => (await fleet.all(workload)).every(isWaiting), 30, `${workload} to wait`);
    };

    test("capacity block's end: servers", async () => {
      // The last of several serves until its machine is stopped: its budget lets it go only once another one serves.
      const serves = await fleet.running('vllm');
      expect(serves).toHaveLength(1);
      expect(uidsOf(left)).toContain(serves[0].metadata.uid);
      expect(uidsOf(before.vllm)).toContain(serves[0].metadata.uid);
      for (const alone of ['triton', 'kserve'] as const) await waits(alone);
    });

    test.each([
      ["capacity block's end: groups of nodes", 'groups'],
      ["capacity block's end: TrainingJob on one node", 'alone'],
      ["capacity block's end: TrainingJob on several nodes", 'set'],
    ] as const)('%s', async (_, workload) => {
      await waits(workload);
    });

    test("capacity block's end: groups in a queue", async () => {
      expect(await fleet.running('queued')).toEqual([]);
    });

    test("capacity block's end: ModelCache", async () => {
      const reserved = await reservations();
      for (const node of nodes.filter((each) => each.startsWith('single-')))
        expect(reserved).toContain(`${node} Running`);
    });

    test.each([
      ["capacity block's end: InferenceGateway", 'door'],
      ["capacity block's end: ModelImport", 'import'],
      ["capacity block's end: MonitoringStack", 'prometheus'],
    ] as const)('%s', async (_, workload) => {
      expect(uidsOf(await fleet.running(workload))).toEqual(uidsOf(before[workload]));
    });

    afterAll(async () => {
      await cordon(fleet.kube, nodes, false);
      for (const workload of ALL) await fleet.whole(workload);
    });
  });

  describe('a lost zone', () => {
    let nodes: string[];
    const before = {} as { [workload in Workload]: KubeObject[] };
    const inZone = (pod: KubeObject) => nodes.includes(nodeOf(pod));

    beforeAll(async () => {
      await fleet.spread('door');
      nodes = await fleet.nodesIn('south');
      for (const workload of ALL) before[workload] = await fleet.running(workload);
      await fleet.lose(nodes);
    });

    const comesBack = async (workload: Workload) => {
      const gone = before[workload].filter(inZone);
      const after = await fleet.whole(workload, gone);
      expect(after.filter(inZone)).toEqual([]);
    };

    test('lost zone: servers', async () => {
      for (const server of SERVERS) await comesBack(server);
    });

    test('lost zone: InferenceGateway', async () => {
      expect(before.door.filter(inZone)).toHaveLength(1);
      await comesBack('door');
    });

    test('lost zone: ModelCache', async () => {
      const reserved = await reservations();
      for (const pod of await fleet.running('vllm')) expect(reserved).toContain(`${nodeOf(pod)} Running`);
    });

    const awaitsZone = async (workload: Workload) => {
      const pods = await fleet.running(workload);
      // Nothing of it runs elsewhere, and it holds no other node.
      expect(pods.filter((pod) => !inZone(pod))).toEqual([]);
      await until(async () => (await fleet.all(workload)).some(isEnding), 30, `the end of ${workload}`);
    };

    test.each([
      ['lost zone: groups of nodes', 'groups'],
      ['lost zone: groups in a queue', 'queued'],
      ['lost zone: TrainingJob on one node', 'alone'],
      ['lost zone: TrainingJob on several nodes', 'set'],
    ] as const)('%s', async (_, workload) => {
      await awaitsZone(workload);
    });

    test.each([
      ['lost zone: ModelImport', 'import'],
      ['lost zone: MonitoringStack', 'prometheus'],
    ] as const)('%s', async (_, workload) => {
      const [pod] = before[workload];
      if (inZone(pod)) await awaitsZone(workload);
      else expect(uidsOf(await fleet.running(workload))).toEqual([pod.metadata.uid]);
    });

    test('what waits for a zone comes back with it', async () => {
      await fleet.bringBack(nodes);
      for (const workload of SOUTHERN) await fleet.whole(workload, before[workload], 90);
      await fleet.whole('prometheus');
    });
  });
});
