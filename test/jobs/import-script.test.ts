import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'fs';
import { Server, createServer } from 'http';
import { AddressInfo } from 'net';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, sha256, textOf } from '../serving/support/run-script';
import { installStubAws } from '../serving/support/stub-aws';

const FILES: { [name: string]: string } = { 'b.safetensors': 'weights of b', 'a.json': '{"a":1}' };

let root: string;
let env: { [name: string]: string };

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'import-'));
  env = {
    ...installStubAws(root),
    MODEL_URI: 's3://bucket/chat/1',
    SCRATCH_DIR: path.join(root, 'scratch'),
    TMPDIR: root,
  };
  mkdirSync(path.join(root, 'scratch'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const stored = (name: string) => textOf(path.join(root, 'store/bucket/chat/1', name));
const calls = () => (textOf(path.join(root, 'calls')) ?? '').trim().split('\n').filter(Boolean);
const uploads = () => calls().filter((call) => /^s3 cp .* s3:\/\/bucket\/chat\/1\/\S+$/.test(call));
const run = (): Promise<Run> => runScript(scriptAsset('import-model.sh'), root, env);

describe('from a volume', () => {
  beforeEach(() => {
    env.SOURCE_DIR = path.join(root, 'source');
    for (const [name, content] of Object.entries(FILES)) put(path.join(root, 'source', name), content);
    put(path.join(root, 'source/sub/dir/c.txt'), 'c');
    put(path.join(root, 'source/.git/config'), 'hidden');
  });

  test('stores every file and writes the manifest last', async () => {
    const { status, stderr } = await run();
    expect(stderr).toContain('is complete: 3 files');
    expect(status).toBe(0);
    expect(stored('sub/dir/c.txt')).toBe('c');
    expect(stored('.git/config')).toBeUndefined();
    expect(stored('SHA256SUMS')).toBe(
      manifest({ 'a.json': FILES['a.json'], 'b.safetensors': FILES['b.safetensors'], 'sub/dir/c.txt': 'c' }),
    );
    expect(uploads().pop()).toMatch(/SHA256SUMS$/);
  });

  describe('whose role may write the manifest once', () => {
    beforeEach(() => (env.MANIFEST_ONCE = '1'));

    test('writes it under that condition, and knows it again', async () => {
      expect((await run()).status).toBe(0);
      expect(calls().pop()).toMatch(/^s3api put-object .*--key chat\/1\/SHA256SUMS .*--if-none-match \*$/);
      expect(uploads().some((call) => call.includes('SHA256SUMS'))).toBe(false);
      const again = await run();
      expect([again.status, again.stderr]).toEqual([0, expect.stringContaining('s3://bucket/chat/1 is complete')]);
    });

    test('ends for another try where it cannot write it', async () => {
      writeFileSync(path.join(root, 'broken'), 'bucket/chat/1/SHA256SUMS\n');
      const { status, stderr } = await run();
      expect([status, stderr]).toEqual([75, expect.stringContaining('cannot write s3://bucket/chat/1/SHA256SUMS')]);
    });
  });

  test('goes on after a failure without sending anything twice', async () => {
    writeFileSync(path.join(root, 'broken'), 'bucket/chat/1/b.safetensors\n');
    const first = await run();
    expect(first.status).toBe(75);
    expect(first.stderr).toContain('ERROR: cannot write s3://bucket/chat/1/b.safetensors');
    expect(stored('SHA256SUMS')).toBeUndefined();
    unlinkSync(path.join(root, 'broken'));
    const before = uploads().length;
    const second = await run();
    expect(second.status).toBe(0);
    expect(second.stderr).toContain('kept a.json');
    expect(
      uploads()
        .slice(before)
        .map((call) => call.split('/').pop()),
    ).toEqual(['b.safetensors', 'c.txt', 'SHA256SUMS']);
  });

  test('a complete version is left alone, and another content is refused', async () => {
    await run();
    const before = uploads().length;
    expect(await run()).toMatchObject({ status: 0 });
    put(path.join(root, 'source/a.json'), '{"a":2}');
    const changed = await run();
    expect(changed.status).toBe(1);
    expect(changed.stderr).toContain('is complete with another a.json; import it as another version');
    put(path.join(root, 'source/a.json'), FILES['a.json']);
    put(path.join(root, 'source/new'), 'new');
    expect((await run()).stderr).toContain('does not hold new');
    unlinkSync(path.join(root, 'source/new'));
    unlinkSync(path.join(root, 'source/b.safetensors'));
    expect((await run()).stderr).toContain('is complete and holds other files');
    expect(uploads()).toHaveLength(before);
  });

  test('checks the files against a manifest that lies beside them', async () => {
    put(path.join(root, 'source/SHA256SUMS'), manifest(FILES));
    expect(await run()).toMatchObject({ status: 0 });
    rmSync(path.join(root, 'store'), { recursive: true });
    put(path.join(root, 'source/a.json'), 'damaged');
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain('the files do not match the SHA256SUMS beside them');
    expect(stored('b.safetensors')).toBeUndefined();
  });

  test('refuses a name that a reader would refuse', async () => {
    put(path.join(root, 'source/a b'), 'x');
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining("the path 'a b' is not allowed") });
  });
});

describe('from URLs', () => {
  let server: Server;
  let base: string;
  let ranges: string[];

  beforeEach(async () => {
    ranges = [];
    server = createServer((request, response) => {
      const content = Buffer.from(FILES[(request.url ?? '').slice(1)] ?? '');
      if (content.length === 0) return response.writeHead(404).end();
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      ranges.push(`${request.url} ${start}`);
      if (start >= content.length)
        return response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      const rest = content.subarray(start);
      const headers = {
        'content-length': rest.length,
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      };
      return response.writeHead(start > 0 ? 206 : 200, headers).end(rest);
      return undefined;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    env.FILE_LIST = path.join(root, 'files');
  });
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const list = (...lines: string[]) =>
    writeFileSync(path.join(root, 'files'), lines.map((line) => `${line}\n`).join(''));

  test('stores what has the right checksum, under the path asked for', async () => {
    list(`${sha256(FILES['a.json'])} config/a.json ${base}/a.json`, `- b.safetensors ${base}/b.safetensors`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('config/a.json')).toBe(FILES['a.json']);
    expect(stored('SHA256SUMS')).toBe(
      manifest({ 'b.safetensors': FILES['b.safetensors'], 'config/a.json': FILES['a.json'] }),
    );
    expect(await run()).toMatchObject({ status: 0, stderr: expect.stringContaining('is complete') });
  });

  test('refuses what has another checksum', async () => {
    list(`${sha256('else')} a.json ${base}/a.json`);
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain('is not what was asked for');
    expect(stored('a.json')).toBeUndefined();
    expect(stored('SHA256SUMS')).toBeUndefined();
  });

  test('fails on a URL that is not there', async () => {
    list(`- x ${base}/missing`);
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot download ${base}/missing`);
  });

  test('a download that broke off goes on where it stopped, in the next run', async () => {
    put(path.join(root, 'scratch/file.part'), FILES['b.safetensors'].slice(0, 5));
    put(path.join(root, 'scratch/file.of'), `${base}/b.safetensors\n`);
    list(`${sha256(FILES['b.safetensors'])} b.safetensors ${base}/b.safetensors`);
    expect(await run()).toMatchObject({ status: 0, stderr: expect.stringContaining('going on with') });
    expect(ranges).toEqual(['/b.safetensors 5']);
    expect(stored('b.safetensors')).toBe(FILES['b.safetensors']);
  });

  test('does not go on with the beginning of another file', async () => {
    list(`- a.json ${base}/a.json`);
    put(path.join(root, 'scratch/file.part'), 'something else');
    put(path.join(root, 'scratch/file.of'), `${base}/b.safetensors\n`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(ranges).toEqual(['/a.json 0']);
  });
});

test('fails when there is nothing to import', async () => {
  env.SOURCE_DIR = path.join(root, 'empty');
  mkdirSync(env.SOURCE_DIR);
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('there are no files to import') });
});
