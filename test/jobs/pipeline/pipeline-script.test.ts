import { existsSync, renameSync, rmSync, writeFileSync } from 'fs';
import { manifest, put, textOf } from '../../serving/support/run-script';
import { RECIPE, SOURCE, ScriptPod, ScriptSite } from './support/script-pods';

let site: ScriptSite;
let pod: ScriptPod;

beforeEach(() => {
  site = new ScriptSite();
  pod = site.pod();
});
afterEach(() => site.stop());

const published = (name: string) => site.published(name);
const DONE = { begin: { status: 0 }, run: { status: 0 }, publish: { status: 0 } };

test('fetches, computes and publishes, its manifest last and with what it was made of', async () => {
  expect(await pod.begin()).toMatchObject({ status: 0 });
  expect(pod.work('inputs/chat/1/model.safetensors')).toBe('weights');
  expect(await pod.compute().ended).toMatchObject({ status: 0 });
  expect(await pod.publish()).toMatchObject({ status: 0 });
  expect(published('model.safetensors')).toBe('small\n');
  expect(published('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'small\n' }));
  expect(textOf(site.path('metadata/bucket/chat/1-int8/SHA256SUMS'))).toBe(`recipe=${RECIPE}\n`);
  expect(published('.lease')).toBeUndefined();
});

test('computes nothing where the version is complete', async () => {
  await pod.whole();
  const before = textOf(site.path('sent'));
  const again = site.pod();
  const begin = await again.begin();
  expect([begin.status, begin.stderr]).toEqual([0, expect.stringContaining('is complete; nothing is computed')]);
  expect(textOf(site.path('sent'))).toBe(before);
  expect(await again.compute('exit 9').ended).toMatchObject({ status: 0 });
  expect(await again.publish()).toMatchObject({ status: 0 });
});

test('a version of something else is refused', async () => {
  await pod.whole();
  const recipe = 'b'.repeat(64);
  const other = await site.pod({ RECIPE: recipe }).begin();
  expect(other.status).toBe(73);
  expect(other.stderr).toContain(`was made of something else (${RECIPE}, not ${recipe}); give another outputVersion`);
  // The one that a person has put there says nothing of what it was made of.
  put(site.path('store/bucket/chat/by-hand/SHA256SUMS'), manifest(SOURCE));
  expect(await site.pod({ OUTPUT_URI: 's3://bucket/chat/by-hand' }).begin()).toMatchObject({ status: 73 });
});

test('what failed publishes nothing, and its status is that of the program', async () => {
  const { run, publish } = await pod.whole('exit 3');
  expect(run).toMatchObject({ status: 3 });
  expect([publish!.status, publish!.stderr]).toEqual([75, expect.stringContaining('the program ended with 3')]);
  expect(published('SHA256SUMS')).toBeUndefined();
  const empty = await site.pod().whole('true');
  expect([empty.publish!.status, empty.publish!.stderr]).toEqual([1, expect.stringContaining('there is no folder')]);
});

test('goes on for another try where the version is not published whole', async () => {
  site.mark('broken', 'bucket/chat/1-int8/SHA256SUMS\n');
  const first = await pod.begin();
  expect([first.status, first.stderr]).toEqual([75, expect.stringContaining('cannot ask for')]);
  rmSync(site.path('broken'));
  await pod.begin();
  await pod.compute().ended;
  site.mark('broken', 'bucket/chat/1-int8/SHA256SUMS\n');
  expect(await pod.publish()).toMatchObject({ status: 75 });
  expect(published('SHA256SUMS')).toBeUndefined();
  rmSync(site.path('broken'));
  expect(await site.pod().whole()).toMatchObject(DONE);
  expect(published('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'small\n' }));
});

test('what another one has published meanwhile is left alone', async () => {
  await pod.begin();
  await pod.compute().ended;
  put(site.path('store/bucket/chat/1-int8/model.safetensors'), 'of another');
  put(site.path('store/bucket/chat/1-int8/SHA256SUMS'), manifest({ 'model.safetensors': 'of another' }));
  put(site.path('metadata/bucket/chat/1-int8/SHA256SUMS'), `recipe=${RECIPE}\n`);
  const late = await pod.publish();
  expect([late.status, late.stderr]).toEqual([0, expect.stringContaining('is complete')]);
  expect(published('model.safetensors')).toBe('of another');
});

test('clears a volume that others use after it', async () => {
  pod.env.CLEAR_WORK = '1';
  expect(await pod.whole()).toMatchObject(DONE);
  expect(existsSync(pod.env.WORK_DIR)).toBe(false);
});

test('clears it too where the pod before was killed when all was published', async () => {
  await pod.whole();
  const after = site.pod({ WORK_DIR: pod.env.WORK_DIR, MODELS_DIR: pod.env.WORK_DIR, CLEAR_WORK: '1' });
  expect(existsSync(pod.env.WORK_DIR)).toBe(true);
  expect(await after.whole()).toMatchObject(DONE);
  expect(existsSync(pod.env.WORK_DIR)).toBe(false);
});

test('another word is refused', async () => {
  expect(await pod.start('deploy').ended).toMatchObject({ status: 1, stderr: expect.stringContaining("got 'deploy'") });
});

/** Every call of the CLI is counted; the container whose call is the one of this number is killed before it, as a node that is lost kills it. */
function killAt(at: ScriptSite, call: number): void {
  const bin = at.path('bin');
  const wrapper = [
    '#!/bin/sh',
    `echo call >> '${at.path('counted')}'`,
    `[ "$(wc -l < '${at.path('counted')}')" -ne ${call} ] || kill -9 0`,
    `exec '${bin}/real-aws' "$@"`,
  ];
  renameSync(`${bin}/aws`, `${bin}/real-aws`);
  writeFileSync(`${bin}/aws`, `${wrapper.join('\n')}\n`, { mode: 0o755 });
}

const isDone = ({ run, publish }: Awaited<ReturnType<ScriptPod['whole']>>) =>
  run?.status === 0 && publish?.status === 0;
/** It renews its lease no more often than it must, so that its calls are the same every time. */
const COUNTED = { LEASE_RENEW_SECONDS: '600', DEAD_SECONDS: '2' };

test('killed at any call to the store it is never half-published, and the next pod publishes it', async () => {
  const counted = site.pod(COUNTED);
  killAt(site, 0);
  expect(isDone(await counted.whole())).toBe(true);
  const calls = textOf(site.path('counted'))!.trim().split('\n').length;
  expect(calls).toBeGreaterThanOrEqual(12);
  const killed = async (call: number) => {
    const own = new ScriptSite();
    try {
      const first = own.pod(COUNTED);
      killAt(own, call);
      await first.whole();
      const sums = own.published('SHA256SUMS');
      if (sums !== undefined) expect(sums).toBe(manifest({ 'model.safetensors': own.published('model.safetensors')! }));
      expect([call, isDone(await own.pod({ LEASE_STALE_SECONDS: '6' }).whole())]).toEqual([call, true]);
      expect(own.published('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'small\n' }));
    } finally {
      own.stop();
    }
  };
  const left = Array.from({ length: calls }, (_, index) => index + 1);
  const worker = async () => {
    for (let call = left.shift(); call !== undefined; call = left.shift()) await killed(call);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}, 120_000);
