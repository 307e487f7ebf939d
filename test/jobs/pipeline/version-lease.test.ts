import { appendFileSync } from 'fs';
import { setTimeout as pause } from 'timers/promises';
import { manifest, put, textOf } from '../../serving/support/run-script';
import { randomNumbers } from '../../support/random-numbers';
import { ScriptPod, ScriptSite } from './support/script-pods';

let site: ScriptSite;

beforeEach(() => (site = new ScriptSite()));
afterEach(() => site.stop());

const SLOW = { COMPUTE_SECONDS: '1.5' };
const WHOLE = manifest({ 'model.safetensors': 'small\n' });
const LEASE = 'store/bucket/chat/1-int8/.lease';
const DONE = { begin: { status: 0 }, run: { status: 0 }, publish: { status: 0 } };

/** Several pods at once, which all must end well. */
async function atOnce(count: number): Promise<ScriptPod[]> {
  const pods = Array.from({ length: count }, () => site.pod(SLOW));
  for (const ends of await Promise.all(pods.map((each) => each.whole()))) expect(ends).toMatchObject(DONE);
  expect(site.published('SHA256SUMS')).toBe(WHOLE);
  return pods;
}

/** The one that holds the lease, until which is asked. */
async function holder(): Promise<string> {
  for (;;) {
    const found = textOf(site.path('metadata/bucket/chat/1-int8/.lease'));
    if (found) return found.trim();
    await pause(20);
  }
}

describe('pods of one version at the same time', () => {
  test('compute once: the others wait, and find what is published', async () => {
    await atOnce(4);
    expect(site.computed).toHaveLength(1);
    expect(site.published('.lease')).toBeUndefined();
  });

  test('say whom they wait for, and that nothing is computed', async () => {
    const first = site.pod(SLOW);
    const made = first.whole();
    await holder();
    const { begin } = await site.pod().whole();
    expect(begin.stderr).toContain('waiting for pod-1, which makes s3://bucket/chat/1-int8');
    expect(begin.stderr).toContain('is complete; nothing is computed');
    expect(await made).toMatchObject(DONE);
    expect(site.computed).toEqual(['pod-1']);
  });

  test('compute as often as there are of them without the lease: this is seen', async () => {
    appendFileSync(
      site.path('config/lease.sh'),
      [
        'acquire() { ! "$1"; }',
        'renew() { note renewed "$(date +%s)"; }',
        'release() { stop_keeping; }',
        'is_held() { :; }',
        '',
      ].join('\n'),
    );
    await atOnce(2);
    expect(site.computed).toHaveLength(2);
  });

  test.each([
    ['does not look at conditions', 'any-condition'],
    ['refuses them', 'no-conditions'],
  ])('a store that %s is found out: the one that writes last computes, while all wait a moment', async (_, mode) => {
    site.mark(mode);
    const first = site.pod(SLOW);
    const second = site.pod(SLOW);
    const [one, other] = await Promise.all([first.whole(), pause(200).then(() => second.whole())]);
    expect([one, other]).toMatchObject([DONE, DONE]);
    expect(site.computed).toHaveLength(1);
    expect(`${one.begin.stderr}${other.begin.stderr}`).toContain(
      'the store knows no conditions of writes: two pods that begin at once may both compute',
    );
  });
});

describe('a pod that holds the lease', () => {
  test('and fails gives it back: another begins at once', async () => {
    const begun = Date.now();
    expect((await site.pod().whole('exit 3')).run).toMatchObject({ status: 3 });
    expect(textOf(site.path(LEASE))).toBeUndefined();
    expect(await site.pod().whole()).toMatchObject(DONE);
    expect(Date.now() - begun).toBeLessThan(30_000);
  });

  test('and is told to end gives it back', async () => {
    const pod = site.pod(SLOW);
    expect(await pod.begin()).toMatchObject({ status: 0 });
    const publish = pod.start('publish');
    await pause(1000);
    expect(textOf(site.path(LEASE))).toContain('pod-1');
    publish.terminate();
    expect(await publish.ended).toMatchObject({ status: 143 });
    expect(textOf(site.path(LEASE))).toBeUndefined();
  });

  test('and is killed is followed when it has said nothing for long enough, and not before', async () => {
    expect(await site.pod().begin()).toMatchObject({ status: 0 });
    const begun = Date.now();
    const { begin, ...rest } = await site.pod({ LEASE_STALE_SECONDS: '4' }).whole();
    expect({ begin, ...rest }).toMatchObject(DONE);
    expect(begin.stderr).toContain('pod-1 has said nothing for 4 s; its work is begun anew');
    expect(Date.now() - begun).toBeGreaterThan(3000);
  });

  test('and works longer than that keeps it', async () => {
    const first = site.pod({ COMPUTE_SECONDS: '9', LEASE_STALE_SECONDS: '6' });
    const made = first.whole();
    await holder();
    expect(await site.pod({ LEASE_STALE_SECONDS: '6' }).whole()).toMatchObject(DONE);
    expect(await made).toMatchObject(DONE);
    expect(site.computed).toEqual(['pod-1']);
  }, 30_000);

  test('and loses it stops what it computes, and publishes nothing', async () => {
    const pod = site.pod({ COMPUTE_SECONDS: '60' });
    await pod.begin();
    const publish = pod.start('publish');
    const run = pod.compute();
    await pause(500);
    put(site.path(LEASE), 'of another\n');
    put(site.path('metadata/bucket/chat/1-int8/.lease'), 'holder=another\n');
    const [ran, published] = await Promise.all([run.ended, publish.ended]);
    expect([ran.status, ran.stderr]).toEqual([75, expect.stringContaining('the lease is lost')]);
    expect(published.status).toBe(75);
    expect([textOf(site.path(LEASE)), site.published('SHA256SUMS')]).toEqual(['of another\n', undefined]);
  }, 30_000);

  test('and cannot renew it gives up before another may take it', async () => {
    const pod = site.pod({ COMPUTE_SECONDS: '60', LEASE_STALE_SECONDS: '6' });
    await pod.begin();
    const publish = pod.start('publish');
    const run = pod.compute();
    await pause(500);
    const broken = Date.now();
    site.mark('broken', 'bucket/chat/1-int8/.lease\n');
    const ends = await Promise.all([run.ended, publish.ended]);
    expect(ends.map(({ status }) => status)).toEqual([75, 75]);
    expect(ends[1].stderr).toContain('the lease cannot be renewed: An error occurred (503)');
    expect(Date.now() - broken).toBeLessThan(6000);
  }, 30_000);

  test('stops computing where the container that renews it is killed', async () => {
    const pod = site.pod({ COMPUTE_SECONDS: '60', LEASE_STALE_SECONDS: '3' });
    await pod.begin();
    const publish = pod.start('publish');
    const run = pod.compute();
    await pause(500);
    publish.kill();
    expect(await run.ended).toMatchObject({ status: 75 });
  }, 30_000);

  test('gives it back where the container that computes is killed', async () => {
    const pod = site.pod({ COMPUTE_SECONDS: '60', DEAD_SECONDS: '2' });
    await pod.begin();
    const publish = pod.start('publish');
    const run = pod.compute();
    await pause(1000);
    run.kill();
    const { status, stderr } = await publish.ended;
    expect([status, stderr]).toEqual([75, expect.stringContaining('the program has said nothing for 2 s')]);
    expect(textOf(site.path(LEASE))).toBeUndefined();
  }, 30_000);

  test('runs nothing that the container without credentials has written where a number is read', async () => {
    const pod = site.pod();
    await pod.begin();
    put(`${pod.env.STATE_DIR}/beat`, `a[$(touch ${site.path('harm')})]\n`);
    put(`${pod.env.STATE_DIR}/ended`, `a[$(touch ${site.path('harm')})]\n`);
    await pod.publish();
    expect(textOf(site.path('harm'))).toBeUndefined();
  });
});

test('a store that does not answer is asked again by the next pod', async () => {
  site.mark('broken', 'bucket/chat/1-int8/.lease\n');
  const { begin } = await site.pod().whole();
  expect([begin.status, begin.stderr]).toEqual([75, expect.stringContaining('cannot ask for the lease')]);
});

test('pods that begin and are killed at random never compute at the same time, and one publishes', async () => {
  const seed = Number(process.env.KILL_SEED ?? 0) || 4711;
  const random = randomNumbers(seed);
  const stale = { ...SLOW, LEASE_STALE_SECONDS: '6', DEAD_SECONDS: '3' };
  const one = async (isKilled: boolean) => {
    await pause(random() * 3000);
    const pod = site.pod(stale);
    if (!isKilled) return pod.whole();
    const begin = pod.start('begin');
    const after = random() * 2000;
    const ended = await Promise.race([begin.ended, pause(after)]);
    if (ended === undefined) return begin.kill();
    const rest = [pod.start('publish'), pod.compute()];
    await pause(random() * 1500);
    rest.forEach((each) => each.kill());
    return undefined;
  };
  await Promise.all([true, true, false, false, true].map(one));
  expect([seed, site.published('SHA256SUMS')]).toEqual([seed, WHOLE]);
  const lines = textOf(site.path('computed'))!.trim().split('\n');
  // A killed one has no end; whoever ends was alone since it began.
  lines.forEach((line, index) => {
    if (line.startsWith('end')) expect([seed, lines[index - 1]]).toEqual([seed, line.replace('end', 'begin')]);
  });
  expect(lines.filter((line) => line.startsWith('end'))).toHaveLength(1);
}, 120_000);
