import { KubeObject } from './harness/kube-client';
import { describeWith } from './harness/needs';
import { until } from './harness/process';
import { differenceTable } from './harness/server-site';
import { tools } from './harness/tools';
import { Load, Outcome, markOf } from './hybrid-outage-load';
import { BRANCH, HybridRig, NAMES, serverDifferences } from './hybrid-outage-rig';
import { JOBS, Watch } from './hybrid-outage-watch';

/** Samples that may be on their way when both sides are compared. */
const ON_THE_WAY_SECONDS = 10;
const FALLBACK = '200 site cloud-unavailable';
/** The alerts of the branch while it is cut off. */
const ALERTS = ['CloudUnreachable', 'UplinkDown'];
const NEEDS = ['terraform', 'emulator', 'controlPlane', 'envoy', 'vllm', 'monitoring', 'vmagent'] as const;

describeWith(NEEDS, 'examples/fraud-hybrid, whose branch is cut off', () => {
  const found = tools() as Required<ReturnType<typeof tools>>;
  let rig: HybridRig;
  let watch: Watch;
  let load: Load;
  let cutAt: number;

  beforeAll(async () => {
    console.log(`what differs from the pod of the server:\n${differenceTable(serverDifferences(8000))}`);
    rig = await HybridRig.start(found);
    watch = await Watch.start(rig, found);
    load = new Load(rig, 'connected');
  });

  afterAll(async () => {
    await load?.stop();
    await watch?.stop();
    await rig?.stop();
  });

  const uids = (pods: readonly KubeObject[]) => pods.map(({ metadata }) => metadata.uid as string).sort();
  const asked = async (kind: 'short' | 'long' | 'stays', count: number): Promise<string[]> => {
    const outcomes: Outcome[] = [];
    while (outcomes.length < count) outcomes.push(await load.ask(kind));
    return [...new Set(outcomes.map(({ said }) => said))];
  };
  /** The branch answers what it has, and for the cloud. */
  const answersAlone = async () => {
    expect(await asked('short', 10)).toEqual(['200 site site-first']);
    expect(await asked('long', 10)).toEqual([FALLBACK]);
    expect(await asked('stays', 10)).toEqual(['200 site must-stay']);
  };
  const phase = (name: string) => (load.phase = name);

  test('is connected: it answers what is short and what must stay, and the cloud what is long', async () => {
    expect(await asked('short', 10)).toEqual(['200 site site-first']);
    expect(await asked('long', 10)).toEqual(['200 cloud size']);
    expect(await asked('stays', 10)).toEqual(['200 site must-stay']);
    const isSeen = async () => (await watch.atHub.value(`up{job="prometheus",cluster="${BRANCH}"}`)) === 1;
    await until(isSeen, 60, 'the branch at the hub');
    expect([await watch.atBranch.brokenRules(), await watch.atHub.brokenRules()]).toEqual([[], []]);
    expect((await watch.atBranch.firing()).filter((each) => ALERTS.includes(each))).toEqual([]);
  });

  test('goes on answering without the line, for the cloud too, and tells so at both ends', async () => {
    phase('being cut');
    rig.cut();
    cutAt = Date.now();
    await answersAlone();
    const { length } = rig.atCloud;
    phase('cut');
    let firing: string[] = [];
    const isTold = async () => {
      firing = await watch.atBranch.firing();
      return ALERTS.every((alert) => firing.includes(alert));
    };
    await until(isTold, 90, () => `${ALERTS.join(' and ')}, beside ${firing.join()},`);
    await until(async () => (await watch.atHub.firing()).includes('EdgeSiteSilent'), 90, 'EdgeSiteSilent at the hub');
    await until(async () => (await watch.waiting()) > 0, 30, 'a queue');
    await answersAlone();
    expect(rig.atCloud).toHaveLength(length);
    phase('cut, then restarts');
    expect([load.of('short', 'cut'), load.of('long', 'cut'), load.of('stays', 'cut')]).toEqual([
      { '200 site site-first': expect.any(Number) },
      { [FALLBACK]: expect.any(Number) },
      { '200 site must-stay': expect.any(Number) },
    ]);
  });

  test('runs the pod of its server anew without the line', async () => {
    const [before] = await rig.pods(NAMES.edge, 1);
    await rig.restartServer();
    const [after] = await rig.pods(NAMES.edge, 1);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    await until(async () => (await load.ask('short')).said === '200 site site-first', 60, 'the server');
    await answersAlone();
  });

  test('answers without its control plane, which comes back with its pods, and places another', async () => {
    const before = [...(await rig.pods(NAMES.edge, 1)), ...(await rig.pods(NAMES.gateway, 2))];
    await rig.restartControlPlane(async () => {
      expect(await rig.hasNoControlPlane()).toBe(true);
      await answersAlone();
    });
    const after = [...(await rig.pods(NAMES.edge, 1)), ...(await rig.pods(NAMES.gateway, 2))];
    expect(uids(after)).toEqual(uids(before));
    await answersAlone();
    // Its controllers and its scheduler work: a pod that is deleted is made anew, and runs.
    await rig.restartGateway();
    expect(uids(await rig.pods(NAMES.gateway, 2))).not.toEqual(uids(before.slice(1)));
    await answersAlone();
  });

  test('keeps what waits for the hub when vmagent starts anew', async () => {
    const kept = await watch.waiting();
    await watch.restartVmagent();
    expect(await watch.waiting()).toBeGreaterThanOrEqual(kept);
    await new Promise((resolve) => setTimeout(resolve, 1000 * ON_THE_WAY_SECONDS));
  });

  test('is answered by the cloud again when the line is back, and its alerts end', async () => {
    console.log(`the outage lasted ${Math.round((Date.now() - cutAt) / 1000)} s`);
    phase('being mended');
    rig.mend();
    await until(async () => (await load.ask('long')).said === '200 cloud size', 120, 'the cloud');
    phase('connected again');
    expect(await asked('long', 20)).toEqual(['200 cloud size']);
    const ended = async () => !(await watch.atBranch.firing()).some((each) => ALERTS.includes(each));
    await until(ended, 90, 'the end of its alerts');
    await until(async () => !(await watch.atHub.firing()).includes('EdgeSiteSilent'), 90, 'the end of that of the hub');
  });

  test('has brought every sample of the outage to the hub', async () => {
    await until(async () => (await watch.waiting()) === 0, 120, 'an empty queue');
    await new Promise((resolve) => setTimeout(resolve, 1000 * ON_THE_WAY_SECONDS));
    const end = Math.floor(Date.now() / 1000) - ON_THE_WAY_SECONDS;
    for (const job of ['prometheus', 'uplink']) {
      const [here, there] = [await watch.scrapes(watch.atBranch, job, end), await watch.scrapes(watch.atHub, job, end)];
      const lost = here.filter((sample) => !there.includes(sample));
      console.log(`${job}: ${here.length} scrapes in the branch, ${there.length} at the hub, ${lost.length} lost`);
      expect(lost).toEqual([]);
      const during = here.filter((sample) => Number(sample.split(' ')[0]) * 1000 > cutAt);
      expect(during.length).toBeGreaterThan(30);
    }
    for (const job of JOBS) {
      const counted = await watch.samples(watch.atBranch, job, end);
      expect(counted).toBeGreaterThan(100);
      expect([job, await watch.samples(watch.atHub, job, end)]).toEqual([job, counted]);
      console.log(`${job}: ${counted} samples of all its series, at both`);
    }
    expect(await watch.vmagent.metric('vmagent_remotewrite_packets_dropped_total')).toBe(0);
  });

  test('has sent nothing to the cloud that must stay, whatever happened', async () => {
    await load.stop();
    const of = (kind: 'short' | 'long' | 'stays') => load.outcomes.filter((each) => each.kind === kind);
    const arrived = (kind: 'short' | 'long' | 'stays') => rig.atCloud.filter((body) => body.includes(markOf(kind)));
    for (const kind of ['short', 'long', 'stays'] as const)
      console.log(`${kind}: ${of(kind).length} asked, ${arrived(kind).length} at the cloud; ${summary(of(kind))}`);
    expect(of('stays').length).toBeGreaterThan(100);
    expect(arrived('stays')).toEqual([]);
    expect(of('stays').filter(({ said }) => said.includes('cloud'))).toEqual([]);
    // Others went, by the key of the branch.
    expect(arrived('long').length).toBeGreaterThan(30);
    expect([...new Set(rig.cloudLog.map(({ client }) => client))]).toEqual([BRANCH]);
  });

  function summary(outcomes: readonly Outcome[]): string {
    const counts = new Map<string, number>();
    for (const { said } of outcomes) counts.set(said, (counts.get(said) ?? 0) + 1);
    return [...counts].map(([said, count]) => `${count} x ${said}`).join(', ');
  }
});
