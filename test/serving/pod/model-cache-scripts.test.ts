import { existsSync, mkdtempSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'fs';
import { AddressInfo, createServer } from 'net';
import { tmpdir } from 'os';
import * as path from 'path';
import { put, sha256, textOf } from '../support/run-script';
import { TestNode } from './node-scripts';

const FILES = {
  'config.json': '{}',
  'model-1.safetensors': 'one one',
  'model-2.safetensors': 'two two',
  'sub/x.json': '3',
};
/** As much of it as fits into a cache of 1 MiB once. */
const LARGE = 700_000;

let node: TestNode;
beforeEach(() => {
  node = new TestNode(mkdtempSync(path.join(tmpdir(), 'model-cache-')));
  node.store('chat/1', FILES);
});
afterEach(() => node.remove());

const serves = (pod: string, model = 'chat/1', files: { [name: string]: string } = FILES) => {
  for (const [name, content] of Object.entries(files)) expect(node.read(pod, `${model}/${name}`)).toBe(content);
};
const large = (letter: string) => ({ 'model.safetensors': letter.repeat(LARGE) });
const blob = (content: string) => path.join(node.cache, 'blobs', sha256(content));
const age = (file: string, seconds: number) =>
  utimesSync(file, Date.now() / 1000 - seconds, Date.now() / 1000 - seconds);
/** The pod is gone, and nobody has said so. */
const forget = (pod: string) => age(path.join(node.cache, 'leases', pod), 10);

test('a second pod copies nothing, and both read the same files', async () => {
  expect(await node.fetch('a', 'chat/1').ended).toMatchObject({ status: 0 });
  serves('a');
  const before = node.sent;
  expect(before).toEqual(Object.keys(FILES).map((name) => `bucket/chat/1/${name}`));
  const second = await node.fetch('b', 'chat/1').ended;
  expect(second).toMatchObject({ status: 0, stderr: expect.stringContaining('all files are in the cache') });
  serves('b');
  expect(node.sent).toEqual(before);
});

test('what versions have in common is copied once', async () => {
  node.store('chat/2', { ...FILES, 'config.json': '{"new":1}' });
  await node.fetch('a', 'chat/1').ended;
  await node.fetch('b', 'chat/2').ended;
  serves('b', 'chat/2', { ...FILES, 'config.json': '{"new":1}' });
  expect(node.sent.filter((object) => object.startsWith('bucket/chat/2'))).toEqual(['bucket/chat/2/config.json']);
});

test('two pods that start at once copy each file once', async () => {
  node.pause(0.5);
  const both = [node.fetch('a', 'chat/1'), node.fetch('b', 'chat/1')];
  const ended = await Promise.all(both.map((each) => each.ended));
  expect(ended.map(({ status }) => status)).toEqual([0, 0]);
  expect(ended.map(({ stderr }) => stderr).join()).toContain('waits for another pod');
  serves('a');
  serves('b');
  expect(node.sent).toEqual(Object.keys(FILES).map((name) => `bucket/chat/1/${name}`));
  expect(node.entries('locks')).toEqual([]);
});

test('a pod takes over what one that was killed was copying', async () => {
  node.pause(5);
  const first = node.fetch('a', 'chat/1');
  while (node.sent.length < 4) await wait(0.05);
  first.kill();
  await first.ended;
  expect(node.entries('blobs')).toEqual([]);
  node.pause(0);
  // As long as its locks are young, another pod waits; it does not wait for its own.
  const other = node.fetch('b', 'chat/1', { LOCK_SECONDS: '2' });
  expect(await node.fetch('a', 'chat/1', { WORKERS: '1' }).ended).toMatchObject({ status: 0 });
  expect(await other.ended).toMatchObject({ status: 0 });
  serves('a');
  serves('b');
});

test('killed at 20 moments it goes on, keeps what it has, and never has a file under its name that is not whole', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 24 }, (_, i) => [`part-${i}.safetensors`, `part ${i}`.repeat(50)]),
  );
  const whole = new Map(Object.values(files).map((content) => [sha256(content), content]));
  node.store('many/1', files);
  node.pause(0.1);
  let kept: string[] = [];
  for (let kill = 0; kill < 20; kill += 1) {
    // The moments lie all over the copy, on slow machines too: so long after some object has been sent.
    const before = node.sent.length;
    const running = node.fetch(`pod-${kill % 3}`, 'many/1', { WORKERS: '2', LOCK_SECONDS: '1' });
    let over = false;
    void running.ended.then(() => (over = true));
    while (!over && node.sent.length < before + (kill % 3)) await wait(0.01);
    await wait(((kill * 7) % 20) * 0.02);
    running.kill();
    await running.ended;
    // A pod that was killed at once has made no folder yet.
    const found = existsSync(path.join(node.cache, 'blobs')) ? node.entries('blobs') : [];
    for (const name of found) expect(readFileSync(path.join(node.cache, 'blobs', name), 'utf8')).toBe(whole.get(name));
    expect(found).toEqual(expect.arrayContaining(kept));
    kept = found;
  }
  expect(kept.length).toBeGreaterThan(5);
  expect(await node.fetch('last', 'many/1', { LOCK_SECONDS: '1' }).ended).toMatchObject({ status: 0 });
  serves('last', 'many/1', files);
  // A kill costs what was on its way, two files each.
  expect(node.sent.length).toBeLessThanOrEqual(24 + 2 * 20);
}, 120_000);

test('a corrupt object is refused by name, and nothing of it stays', async () => {
  put(path.join(node.root, 'store/bucket/chat/1/model-2.safetensors'), 'bad');
  const { status, stderr } = await node.fetch('a', 'chat/1').ended;
  expect(status).toBe(1);
  expect(stderr).toContain('ERROR: s3://bucket/chat/1/model-2.safetensors is corrupt');
  expect(existsSync(blob('bad'))).toBe(false);
  expect(existsSync(blob('two two'))).toBe(false);
  expect(node.entries('leases')).toEqual([]);
});

test('a file that a crash of the node cut short is copied again', async () => {
  await node.fetch('a', 'chat/1').ended;
  unlinkSync(blob('one one'));
  writeFileSync(blob('one one'), 'one');
  const { stderr } = await node.fetch('b', 'chat/1').ended;
  expect(stderr).toContain('is damaged');
  serves('b');
});

describe('when the cache is full', () => {
  beforeEach(async () => {
    for (const letter of ['x', 'y', 'z']) node.store(`${letter}/1`, large(letter));
    await node.fetch('x', 'x/1').ended;
  });

  test('what no pod needs goes', async () => {
    forget('x');
    const { status, stderr } = await node.fetch('y', 'y/1').ended;
    expect(`${status} ${stderr}`).toContain(`0 assemble: evicted blobs/${sha256('x'.repeat(LARGE))}`);
    serves('y', 'y/1', large('y'));
    expect(existsSync(blob('x'.repeat(LARGE)))).toBe(false);
  });

  test('what a pod needs stays, and the other one is told why it waits', async () => {
    const { status, stderr } = await node.fetch('y', 'y/1').ended;
    expect(status).toBe(1);
    expect(stderr).toContain(
      'the cache may hold 1 MiB, but the pods of this node need 2 MiB of it; raise the size of modelCache',
    );
    serves('x', 'x/1', large('x'));
  });

  test('a pod holds its files as long as it lives, and gives them back when it ends', async () => {
    const holder = node.hold('x', { HOLD_SECONDS: '2' });
    await wait(3);
    expect(await node.fetch('y', 'y/1').ended).toMatchObject({ status: 1 });
    holder.kill('SIGTERM');
    expect(await holder.ended).toMatchObject({ status: 0 });
    expect(await node.fetch('y', 'y/1').ended).toMatchObject({ status: 0 });
  });

  test('the least recently used goes first, and no more than must', async () => {
    node.store('s/1', { 'model.safetensors': 's'.repeat(200_000) });
    node.store('t/1', { 'model.safetensors': 't'.repeat(300_000) });
    await node.fetch('s', 's/1').ended;
    ['x', 's'].forEach(forget);
    age(blob('x'.repeat(LARGE)), 100);
    age(blob('s'.repeat(200_000)), 50);
    expect(await node.fetch('t', 't/1').ended).toMatchObject({ status: 0 });
    expect([blob('x'.repeat(LARGE)), blob('s'.repeat(200_000))].map(existsSync)).toEqual([false, true]);
  });

  test('what a pod that was killed was about to evict is counted and can be used', async () => {
    const file = blob('x'.repeat(LARGE));
    renameSync(file, file.replace('/blobs/', '/evicted/'));
    forget('x');
    node.store('s/1', { 'model.safetensors': 's' });
    await node.fetch('s', 's/1').ended;
    expect(statSync(file).size).toBe(LARGE);
  });
});

test('a node that has the files starts its pods while the store cannot be reached, and only then', async () => {
  await node.fetch('a', 'chat/1').ended;
  writeFileSync(path.join(node.root, 'broken'), 'bucket/chat/1/SHA256SUMS\n');
  const { status, stderr } = await node.fetch('b', 'chat/1').ended;
  expect(`${status} ${stderr}`).toContain(
    'WARNING: the store cannot be reached; s3://bucket/chat/1 is taken as it was',
  );
  expect(status).toBe(0);
  serves('b');
  unlinkSync(path.join(node.root, 'broken'));
  unlinkSync(path.join(node.root, 'store/bucket/chat/1/SHA256SUMS'));
  expect(await node.fetch('c', 'chat/1').ended).toMatchObject({ status: 1 });
});

test('a node that has the files starts no pod that may not read them', async () => {
  await node.fetch('a', 'chat/1').ended;
  writeFileSync(path.join(node.root, 'refused'), '');
  const { status, stderr } = await node.fetch('b', 'chat/1').ended;
  expect(stderr).toContain('cannot read s3://bucket/chat/1/SHA256SUMS: access is refused');
  expect(status).toBe(1);
  expect(node.read('b', 'chat/1/config.json')).toBeUndefined();
  // What runs keeps its files.
  serves('a');
});

describe('what an engine has compiled', () => {
  const env = { COMPILED_KEY: 'key', COMPILED_PARTS: 'vllm .cache/flashinfer' };
  const engine = (pod: string, file: string) => path.join(node.root, 'pods', pod, 'engine', file);

  test('is there for the next pod once the server was ready, and not before', async () => {
    await node.fetch('a', 'chat/1', env).ended;
    put(engine('a', 'vllm/torch_compile_cache/x/rank_0_0/graph'), 'compiled');
    put(engine('a', '.cache/flashinfer/y'), 'kernel');
    put(engine('a', 'huggingface/z'), 'other');
    const holder = node.hold('a', env);
    await wait(1);
    expect(node.entries('compiled')).toEqual([]);
    put(engine('a', 'probe-readiness/work'), '1');
    while (node.entries('compiled').length === 0) await wait(0.1);
    holder.kill('SIGTERM');
    await node.fetch('b', 'chat/1', env).ended;
    expect(textOf(engine('b', 'vllm/torch_compile_cache/x/rank_0_0/graph'))).toBe('compiled');
    expect(textOf(engine('b', '.cache/flashinfer/y'))).toBe('kernel');
    expect(existsSync(engine('b', 'huggingface'))).toBe(false);
    await node.fetch('c', 'chat/1', { ...env, COMPILED_KEY: 'another' }).ended;
    expect(existsSync(engine('c', 'vllm'))).toBe(false);
    expect(node.entries('tmp')).toEqual([]);
  });

  test('on several nodes is there for the same place, once the first node takes requests', async () => {
    const place = (index: number) => ({ ...env, COMPILED_KEY: `key-${index}`, LWS_WORKER_INDEX: String(index) });
    const leader = createServer((connection) => connection.destroy());
    const listen = (port: number) => new Promise<void>((resolve) => leader.listen(port, '127.0.0.1', resolve));
    const close = () => new Promise((resolve) => leader.close(resolve));
    await listen(0);
    const { port } = leader.address() as AddressInfo;
    await close();
    const group = { ...place(1), LWS_LEADER_ADDRESS: '127.0.0.1', LEADER_PORT: String(port) };
    await node.fetch('a', 'chat/1', place(1)).ended;
    put(engine('a', 'vllm/torch_compile_cache/x/rank_1_0/graph'), 'compiled');
    const holder = node.hold('a', group);
    await wait(2);
    expect(node.entries('compiled')).toEqual([]);
    await listen(port);
    while (node.entries('compiled').length === 0) await wait(0.1);
    holder.kill('SIGTERM');
    await close();
    await node.fetch('b', 'chat/1', place(1)).ended;
    expect(textOf(engine('b', 'vllm/torch_compile_cache/x/rank_1_0/graph'))).toBe('compiled');
    await node.fetch('c', 'chat/1', place(0)).ended;
    expect(existsSync(engine('c', 'vllm'))).toBe(false);
  });

  test('goes before weights that a pod needs, and is not published where there is no room', async () => {
    put(path.join(node.cache, 'compiled/old/vllm/graph'), 'g'.repeat(200_000));
    node.store('x/1', large('x'));
    node.store('y/1', { 'model.safetensors': 'y'.repeat(200_000) });
    await node.fetch('x', 'x/1').ended;
    await node.fetch('y', 'y/1').ended;
    expect(node.entries('compiled')).toEqual([]);
    put(engine('x', 'vllm/graph'), 'g'.repeat(200_000));
    put(engine('x', 'probe-readiness/work'), '1');
    const holder = node.hold('x', env);
    await wait(1.5);
    holder.kill('SIGTERM');
    expect((await holder.ended).stderr).toContain('there is no room for what the engine has compiled');
    expect(node.entries('compiled')).toEqual([]);
  });
});

function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
