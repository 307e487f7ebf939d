import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, textOf } from '../../serving/support/run-script';
import { installStubAws } from '../../serving/support/stub-aws';

const RECIPE = 'a'.repeat(64);
const SOURCE = { 'model.safetensors': 'weights', 'config.json': '{}' };

let root: string;
let env: { [name: string]: string };

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'pipeline-'));
  mkdirSync(path.join(root, 'config'));
  mkdirSync(path.join(root, 'tmp'));
  writeFileSync(path.join(root, 'config/assemble.sh'), scriptAsset('assemble-repository.sh'));
  writeFileSync(path.join(root, 'config/import.sh'), scriptAsset('import-model.sh'));
  const work = path.join(root, 'work');
  env = {
    ...installStubAws(root),
    WORK_DIR: work,
    RECIPE,
    OUTPUT_URI: 's3://bucket/chat/1-int8',
    MODEL_URI: 's3://bucket/chat/1-int8',
    CONFIG_DIR: path.join(root, 'config'),
    MODELS_DIR: work,
    MODELS_MIB: '100',
    MODEL_PLAN: 's3://bucket/chat/1 inputs/chat/1',
    SCRATCH_DIR: path.join(root, 'tmp'),
    TMPDIR: root,
  };
  for (const [name, content] of Object.entries(SOURCE)) put(path.join(root, 'store/bucket/chat/1', name), content);
  put(path.join(root, 'store/bucket/chat/1/SHA256SUMS'), manifest(SOURCE));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const published = (name: string) => textOf(path.join(root, 'store/bucket/chat/1-int8', name));
const work = (name: string) => textOf(path.join(root, 'work', name));

/** The script as a container of the pod runs it, from the folder of the config map. */
function run(...words: string[]): Promise<Run> {
  const file = path.join(root, 'config/pipeline.sh');
  writeFileSync(file, scriptAsset('model-pipeline.sh'));
  const quoted = [file, ...words].map((word) => `'${word}'`).join(' ');
  return runScript(`exec /bin/sh ${quoted}`, root, env);
}

/** What the program of the pod leaves. */
const compute = () =>
  run('run', '/bin/sh', '-c', 'mkdir -p "$WORK_DIR/output" && echo small > "$WORK_DIR/output/model.safetensors"');

test('fetches, computes and publishes, its manifest last and with what it was made of', async () => {
  expect(await run('begin')).toMatchObject({ status: 0 });
  expect(work('inputs/chat/1/model.safetensors')).toBe('weights');
  expect(await compute()).toMatchObject({ status: 0 });
  expect(await run('publish')).toMatchObject({ status: 0 });
  expect(published('model.safetensors')).toBe('small\n');
  expect(published('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'small\n' }));
  expect(textOf(path.join(root, 'metadata/bucket/chat/1-int8/SHA256SUMS'))).toBe(`recipe=${RECIPE}\n`);
});

test('computes nothing where the version is complete', async () => {
  for (const words of [['begin']]) await run(...words);
  await compute();
  await run('publish');
  rmSync(path.join(root, 'work'), { recursive: true });
  const before = textOf(path.join(root, 'sent'));
  const again = await run('begin');
  expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('is complete; nothing is computed')]);
  expect(textOf(path.join(root, 'sent'))).toBe(before);
  expect(await run('run', '/bin/sh', '-c', 'exit 9')).toMatchObject({ status: 0 });
  expect(await run('publish')).toMatchObject({ status: 0 });
});

test('a version of something else is refused', async () => {
  await run('begin');
  await compute();
  await run('publish');
  env.RECIPE = 'b'.repeat(64);
  const other = await run('begin');
  expect(other.status).toBe(73);
  expect(other.stderr).toContain(
    `was made of something else (${RECIPE}, not ${env.RECIPE}); give another outputVersion`,
  );
  // The one that a person has put there says nothing of what it was made of.
  put(path.join(root, 'store/bucket/chat/by-hand/SHA256SUMS'), manifest(SOURCE));
  env.OUTPUT_URI = 's3://bucket/chat/by-hand';
  expect(await run('begin')).toMatchObject({ status: 73 });
});

test('what failed publishes nothing, and its status is that of the program', async () => {
  await run('begin');
  expect(await run('run', '/bin/sh', '-c', 'exit 3')).toMatchObject({ status: 3 });
  expect(published('SHA256SUMS')).toBeUndefined();
  const empty = await run('publish');
  expect([empty.status, empty.stderr]).toEqual([1, expect.stringContaining('there is no folder')]);
});

test('goes on for another try where the version is not published whole', async () => {
  await run('begin');
  await compute();
  writeFileSync(path.join(root, 'broken'), 'bucket/chat/1-int8/SHA256SUMS\n');
  expect(await run('publish')).toMatchObject({ status: 75 });
  expect(published('SHA256SUMS')).toBeUndefined();
  rmSync(path.join(root, 'broken'));
  expect(await run('publish')).toMatchObject({ status: 0 });
  expect(published('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'small\n' }));
});

test('what another one has published meanwhile is left alone', async () => {
  await run('begin');
  await compute();
  await run('publish');
  put(path.join(root, 'work/output/model.safetensors'), 'not the same bytes');
  const late = await run('publish');
  expect([late.status, late.stderr]).toEqual([0, expect.stringContaining('is complete')]);
  expect(published('model.safetensors')).toBe('small\n');
});

test('clears a volume that others use after it', async () => {
  env.CLEAR_WORK = '1';
  await run('begin');
  await compute();
  expect(await run('publish')).toMatchObject({ status: 0 });
  expect(existsSync(path.join(root, 'work'))).toBe(false);
});

test('clears it too where the pod before was killed when all was published', async () => {
  await run('begin');
  await compute();
  await run('publish');
  env.CLEAR_WORK = '1';
  for (const word of ['begin', 'run', 'publish']) expect(await run(word)).toMatchObject({ status: 0 });
  expect(existsSync(path.join(root, 'work'))).toBe(false);
});

test('another word is refused', async () => {
  expect(await run('deploy')).toMatchObject({ status: 1, stderr: expect.stringContaining("got 'deploy'") });
});

/** Every call of the CLI is counted; the container whose call is the one of this number is killed before it, as a node that is lost kills it. */
function killAt(call: number): void {
  const bin = path.join(root, 'bin');
  renameSync(path.join(bin, 'aws'), path.join(bin, 'real-aws'));
  const wrapper = [
    '#!/bin/sh',
    `echo call >> '${root}/counted'`,
    `[ "$(wc -l < '${root}/counted')" -ne ${call} ] || { kill -9 "$PPID"; exit 137; }`,
    `exec '${bin}/real-aws' "$@"`,
  ];
  writeFileSync(path.join(bin, 'aws'), `${wrapper.join('\n')}\n`, { mode: 0o755 });
}

/** A pod whose disk is its own, from its beginning until it ends or is killed. */
async function pod(): Promise<boolean> {
  rmSync(path.join(root, 'work'), { recursive: true, force: true });
  for (const container of [() => run('begin'), compute, () => run('publish')]) {
    if ((await container()).status !== 0) return false;
  }
  return true;
}

test('killed at any call to the store it is never half-published, and the next pod publishes it', async () => {
  killAt(0);
  expect(await pod()).toBe(true);
  const calls = textOf(path.join(root, 'counted'))!.trim().split('\n').length;
  expect(calls).toBeGreaterThanOrEqual(6);
  for (let call = 1; call <= calls; call++) {
    rmSync(path.join(root, 'store/bucket/chat/1-int8'), { recursive: true, force: true });
    rmSync(path.join(root, 'metadata/bucket/chat/1-int8'), { recursive: true, force: true });
    rmSync(path.join(root, 'counted'));
    renameSync(path.join(root, 'bin/real-aws'), path.join(root, 'bin/aws'));
    killAt(call);
    const isDone = await pod();
    const sums = published('SHA256SUMS');
    if (sums !== undefined) expect(sums).toBe(manifest({ 'model.safetensors': published('model.safetensors')! }));
    expect([call, isDone, await pod()]).toEqual([call, isDone, true]);
    expect(published('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'small\n' }));
  }
}, 60_000);
