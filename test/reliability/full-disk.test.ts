import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { Server, createServer } from 'http';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../lib/kubernetes/script-asset';
import { manifest, put, sha256, textOf } from '../serving/support/run-script';
import { installStubAws } from '../serving/support/stub-aws';
import { onSmallDisk, withoutDisks } from './small-disk';

const onDisks = withoutDisks === undefined ? test : test.skip;
if (withoutDisks !== undefined) console.info(`skipped: ${withoutDisks}`);

const MIB = 1024 ** 2;
/** A model of 4 MiB and some bytes, on disks of 3 and of 5 MiB. */
const FILES = { 'config.json': '{}', 'model.safetensors': 'x'.repeat(4 * MIB) };

let root: string;
let env: { [name: string]: string };
let disk: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'full-disk-'));
  disk = path.join(root, 'disk');
  mkdirSync(disk);
  env = { ...installStubAws(root), TMPDIR: root };
  for (const [key, asset] of Object.entries({
    ...{ 'assemble.sh': 'assemble-repository.sh', 'fill-cache.sh': 'fill-cache.sh' },
    ...{ 'model-cache.sh': 'model-cache.sh', 'import.sh': 'import-model.sh' },
  }))
    put(path.join(root, 'config', key), scriptAsset(asset));
  for (const [name, content] of Object.entries(FILES)) put(path.join(root, 'store/bucket/chat/1', name), content);
  put(path.join(root, 'store/bucket/chat/1/SHA256SUMS'), manifest(FILES));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const script = (key: string) => path.join(root, 'config', key);
const sent = () => (textOf(path.join(root, 'sent')) ?? '').split('\n').filter((line) => line.endsWith('.safetensors'));
/** Without the right to list, sizes are not known, and the disk is full in the middle of a file. */
const hideSizes = () => writeFileSync(path.join(root, 'unlisted'), '');

describe('full disk: servers', () => {
  const fetch = (mib: number) =>
    onSmallDisk(disk, mib, script('assemble.sh'), {
      ...env,
      CONFIG_DIR: path.join(root, 'config'),
      MODELS_DIR: disk,
      MODEL_PLAN: 's3://bucket/chat/1 weights/chat/1',
    });

  onDisks('nothing is begun, and both numbers are said', async () => {
    const { status, stderr, files } = await fetch(3);
    expect(stderr).toContain('the files of the models take 5 MiB more, but the disk of the node has 3 MiB left');
    expect([status, files, sent()]).toEqual([1, [], []]);
  });

  onDisks('what did not fit is under no name, where its size was not known', async () => {
    hideSizes();
    const { status, stderr, files } = await fetch(3);
    expect(stderr).toContain('No space left on device');
    expect(stderr).toContain('ERROR: the copy of s3://bucket/chat/1 is not complete');
    expect(status).toBe(1);
    expect(files.filter((file) => !file.endsWith('config.json'))).toEqual([]);
  });

  onDisks('with room for it all is well', async () => {
    const { status, files } = await fetch(5);
    expect([status, files]).toEqual([
      0,
      ['2 weights/chat/1/config.json', `${4 * MIB} weights/chat/1/model.safetensors`],
    ]);
  });
});

describe('full disk: ModelCache', () => {
  const models = () => path.join(root, 'models');
  const fill = (mib: number) => {
    for (const each of ['models', 'engine']) mkdirSync(path.join(root, each));
    return onSmallDisk(disk, mib, script('assemble.sh'), {
      ...env,
      ...{ CONFIG_DIR: path.join(root, 'config'), MODELS_DIR: models(), MODEL_PLAN: '' },
      ...{ CACHE_PLAN: 's3://bucket/chat/1 weights/chat/1', CACHE_DIR: disk, CACHE_MIB: '100', POD_UID: 'a' },
      ENGINE_DIR: path.join(root, 'engine'),
    });
  };
  const blobs = (files: string[]) => files.filter((file) => file.includes(' blobs/'));

  onDisks('nothing is begun, both numbers are said, and its lease is given back', async () => {
    const { status, stderr, files } = await fill(3);
    expect(stderr).toContain('take 5 MiB more, but the disk of the cache has 3 MiB left, and nothing else may go');
    expect([status, blobs(files), sent()]).toEqual([1, [], []]);
    expect(files.filter((file) => file.includes(' leases/'))).toEqual([]);
  });

  onDisks('what did not fit is under no name, where its size was not known', async () => {
    hideSizes();
    const { status, stderr, files } = await fill(3);
    expect(stderr).toContain('No space left on device');
    expect(stderr).toContain('ERROR: the copy into the cache is not complete');
    expect(status).toBe(1);
    const whole = Object.values(FILES).map((content) => `${content.length} blobs/${sha256(content)}`);
    expect(whole).toEqual(expect.arrayContaining(blobs(files)));
    expect(blobs(files)).not.toContain(whole[1]);
  });
});

describe('full disk: ModelImport', () => {
  let server: Server;

  beforeEach(async () => {
    server = createServer((request, response) => {
      const content = FILES[(request.url ?? '').slice(1) as keyof typeof FILES];
      response.writeHead(200, { 'content-length': content.length }).end(request.method === 'HEAD' ? '' : content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  onDisks('what has no room is refused with both numbers, and the version stays absent', async () => {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    put(path.join(root, 'files'), `- model.safetensors ${base}/model.safetensors\n`);
    const own = { MODEL_URI: 's3://bucket/new/1', SCRATCH_DIR: disk, FILE_LIST: path.join(root, 'files') };
    const { status, stderr } = await onSmallDisk(disk, 3, script('import.sh'), { ...env, ...own, SCRATCH_MIB: '100' });
    expect(stderr).toMatch(/has 4 MiB, but there is room for \d MiB/);
    expect(status).toBe(1);
    expect(textOf(path.join(root, 'store/bucket/new/1/SHA256SUMS'))).toBeUndefined();
  });
});
