import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, sha256, textOf } from '../serving/support/run-script';
import { installStubAws } from '../serving/support/stub-aws';
import { SourceServer } from './support/source-server';

const LATER = 75;
const WEIGHTS = Array.from({ length: 60 }, (_, index) => `line ${index} of the weights\n`).join('');
const SIZE = WEIGHTS.length;

let root: string;
let env: { [name: string]: string };
let source: SourceServer;

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'download-'));
  mkdirSync(path.join(root, 'scratch'));
  env = {
    ...installStubAws(root),
    MODEL_URI: 's3://bucket/chat/1',
    SCRATCH_DIR: path.join(root, 'scratch'),
    FILE_LIST: path.join(root, 'files'),
    RETRY_SECONDS: '0',
    STALL_SECONDS: '1',
    TMPDIR: root,
  };
  source = await SourceServer.start();
});
afterEach(async () => {
  await source.stop();
  rmSync(root, { recursive: true, force: true });
});

const stored = (name: string) => textOf(path.join(root, 'store/bucket/chat/1', name));
const run = (): Promise<Run> => runScript(scriptAsset('import-model.sh'), root, env);
const list = (...lines: string[]) => writeFileSync(env.FILE_LIST, lines.map((line) => `${line}\n`).join(''));
/** What an earlier start of the container has left. */
function begun(url: string, content: string, etag?: string): void {
  put(path.join(env.SCRATCH_DIR, 'file.part'), content);
  put(path.join(env.SCRATCH_DIR, 'file.of'), `${url}\n`);
  if (etag) put(path.join(env.SCRATCH_DIR, 'file.etag'), etag);
}

describe('a source that cuts every connection', () => {
  test.each([
    ['a checksum', sha256(WEIGHTS), undefined],
    ['an ETag', '-', '"v1"'],
  ])('is read to the end in one run, however often it cuts, by %s', async (_what, check, etag) => {
    source.set('/w', { content: WEIGHTS, cutAfter: 100, etag });
    list(`${check} w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('w')).toBe(WEIGHTS);
    expect(source.starts('/w')).toEqual(Array.from({ length: Math.ceil(SIZE / 100) }, (_, index) => index * 100));
  });

  test('is not joined where nothing proves that the parts belong together', async () => {
    source.set('/w', { content: WEIGHTS, cutAfter: 1000 });
    list(`- w ${source.base}/w`);
    const { status, stderr } = await run();
    expect(status).toBe(LATER);
    expect(stderr).toContain(`cannot download ${source.base}/w: 5 tries in a row brought nothing`);
    expect(stderr).toContain('give its sha256');
    expect(source.starts('/w')).toEqual([0, 0, 0, 0, 0]);
    expect(stored('w')).toBeUndefined();
  });

  test('a weak ETag proves nothing', async () => {
    source.set('/w', { content: WEIGHTS, cutAfter: 1000, etag: 'W/"v1"' });
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: LATER });
    expect(source.starts('/w')).toEqual([0, 0, 0, 0, 0]);
  });

  test('and that knows no ranges is given up', async () => {
    source.set('/w', { content: WEIGHTS, cutAfter: 1000, ignoresRanges: true });
    list(`${sha256(WEIGHTS)} w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: LATER });
    expect(stored('SHA256SUMS')).toBeUndefined();
  });
});

describe('a source that changes', () => {
  const [OLD, NEW] = ['A'.repeat(1000), 'B'.repeat(1000)];

  test('between two starts is never joined, and only the new file is certified', async () => {
    begun(`${source.base}/w`, OLD.slice(0, 400), '"old"');
    source.set('/w', { content: NEW, etag: '"new"' });
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('w')).toBe(NEW);
    expect(stored('SHA256SUMS')).toBe(manifest({ w: NEW }));
  });

  test('without an ETag is read anew', async () => {
    begun(`${source.base}/w`, OLD.slice(0, 400));
    source.set('/w', { content: NEW });
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(source.starts('/w')).toEqual([0]);
    expect(stored('w')).toBe(NEW);
  });

  test('to a shorter file is read anew', async () => {
    begun(`${source.base}/w`, OLD, '"v1"');
    source.set('/w', { content: NEW.slice(0, 10), etag: '"v1"' });
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('w')).toBe(NEW.slice(0, 10));
  });

  test('in the middle of a run is read anew', async () => {
    source.set('/w', { content: OLD, cutAfter: 400, etag: '"old"' });
    source.before = ({ from }) => {
      if (from > 0) source.set('/w', { content: NEW, etag: '"new"' });
    };
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('w')).toBe(NEW);
  });

  test('where the parts do not make what was asked for, it is read whole once more', async () => {
    begun(`${source.base}/w`, OLD.slice(0, 400));
    source.set('/w', { content: NEW });
    list(`${sha256(NEW)} w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(source.starts('/w')).toEqual([400, 0]);
    expect(stored('w')).toBe(NEW);
  });

  test('after a file was stored, that file is stored again', async () => {
    source.set('/a', { content: OLD, etag: '"old"' });
    source.set('/b', { status: 503 });
    list(`- a ${source.base}/a`, `- b ${source.base}/b`);
    expect(await run()).toMatchObject({ status: LATER });
    expect(stored('a')).toBe(OLD);
    source.set('/a', { content: NEW, etag: '"new"' });
    source.set('/b', { content: 'b', etag: '"b"' });
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('SHA256SUMS')).toBe(manifest({ a: NEW, b: 'b' }));
  });

  test('not, after a file was stored: it is kept', async () => {
    source.set('/a', { content: OLD, etag: '"old"' });
    source.set('/b', { status: 503 });
    list(`- a ${source.base}/a`, `- b ${source.base}/b`);
    await run();
    source.set('/b', { content: 'b' });
    expect(await run()).toMatchObject({ status: 0, stderr: expect.stringContaining('kept a') });
    expect(source.starts('/a')).toEqual([0]);
  });
});

test('a file that is whole already is not read again', async () => {
  begun(`${source.base}/w`, WEIGHTS);
  source.set('/w', { content: WEIGHTS });
  list(`${sha256(WEIGHTS)} w ${source.base}/w`);
  expect(await run()).toMatchObject({ status: 0 });
  expect(source.starts('/w')).toEqual([SIZE]);
});

test('a source that falls silent is given up, and goes on in the next run', async () => {
  env.RETRIES = '1';
  source.set('/w', { content: WEIGHTS, stallAfter: 0, etag: '"v1"' });
  list(`- w ${source.base}/w`);
  expect(await run()).toMatchObject({ status: LATER, stderr: expect.stringContaining('brought nothing (curl 28') });
  source.set('/w', { content: WEIGHTS, etag: '"v1"' });
  expect(await run()).toMatchObject({ status: 0 });
});

test.each([
  [401, 'it may not be read (401); name the secret of a token that may read it'],
  [403, 'it may not be read (403); name the secret'],
  [404, 'it is not there (404); correct the URL'],
  [410, 'it is not there (410)'],
  [400, 'it is refused (400)'],
])('HTTP %s fails at once', async (status, sentence) => {
  source.set('/w', { status });
  list(`- w ${source.base}/w`);
  const ended = await run();
  expect(ended.status).toBe(1);
  expect(ended.stderr).toContain(`cannot download ${source.base}/w: ${sentence}`);
  expect(source.starts('/w')).toEqual([0]);
});

test.each([429, 500, 503])('HTTP %s is tried again', async (status) => {
  source.set('/w', { status, headers: { 'retry-after': '0' } });
  source.before = () => {
    if (source.asked.length === 3) source.set('/w', { content: WEIGHTS });
  };
  list(`- w ${source.base}/w`);
  expect(await run()).toMatchObject({ status: 0 });
  expect(source.starts('/w')).toEqual([0, 0, 0, 0]);
});

test('a URL is one URL, whatever brackets it has', async () => {
  for (const part of [1, 2, 3]) source.set(`/part${part}.bin`, { content: `part ${part}` });
  list(`- w ${source.base}/part[1-3].bin`);
  expect(await run()).toMatchObject({ status: 1 });
  expect(source.asked.map(({ url }) => url)).toEqual(['/part[1-3].bin']);
});

test('a file that is larger than its volume is refused before its first byte, with both numbers', async () => {
  env.SCRATCH_MIB = '1';
  source.set('/w', { content: Buffer.alloc(3 * 1024 ** 2), stallAfter: 0 });
  list(`- w ${source.base}/w`);
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toContain('it has 3 MiB, but there is room for 1 MiB; set largestFile of the import');
});

describe('a source that answers a range', () => {
  const [OLD, NEW] = ['A'.repeat(1000), 'B'.repeat(1000)];

  test.each([
    ['of another file, although it was asked for the old one only', '"new"'],
    ['without saying of which file', undefined],
  ])('%s, is read anew', async (_what, etag) => {
    begun(`${source.base}/w`, OLD.slice(0, 400), '"old"');
    source.set('/w', { content: NEW, etag, ignoresConditions: true });
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(source.starts('/w')).toEqual([400, 0]);
    expect(stored('w')).toBe(NEW);
    expect(stored('SHA256SUMS')).toBe(manifest({ w: NEW }));
  });

  test.each(['-', sha256(WEIGHTS)])('in pieces of its own length, is read to the end: %s', async (check) => {
    begun(`${source.base}/w`, WEIGHTS.slice(0, 10), '"v1"');
    source.set('/w', { content: WEIGHTS, etag: '"v1"', mostOfRange: 500 });
    list(`${check} w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(source.starts('/w')).toEqual([10, 510, 1010]);
    expect(stored('w')).toBe(WEIGHTS);
  });

  test.each(['bytes 0-1319/1320', 'bytes 400-499/*', 'bytes 400-999/99999', ''])(
    "as '%s', which proves nothing, is never certified",
    async (contentRange) => {
      begun(`${source.base}/w`, OLD.slice(0, 400), '"v1"');
      source.set('/w', { content: OLD.slice(0, 900) + NEW.slice(900), etag: '"v1"', contentRange, mostOfRange: 100 });
      source.before = ({ from }) => {
        if (from === 0) source.set('/w', { content: NEW, etag: '"v2"' });
      };
      env.RETRIES = '3';
      list(`- w ${source.base}/w`);
      const { status } = await run();
      expect([status, stored('w')]).toEqual(status === 0 ? [0, NEW] : [LATER, undefined]);
    },
  );
});

describe('an answer that is no file, or not all of it', () => {
  const PAGE = '\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n';

  test.each([
    ['HTTP 202', { status: 202, content: 'soon' }, 'its answer is no file (HTTP 202)'],
    ['HTTP 203', { status: 203, content: 'changed by a proxy' }, 'its answer is no file (HTTP 203)'],
    ['HTTP 204', { status: 204 }, 'its answer is no file (HTTP 204)'],
    ['HTTP 304', { status: 304 }, 'its answer is no file (HTTP 304)'],
    ['HTTP 300 without a place', { status: 300 }, 'its answer is no file (HTTP 300)'],
  ])('of %s is refused', async (_what, answer, sentence) => {
    source.set('/w', answer);
    for (const check of ['-', sha256('')]) {
      list(`${check} w ${source.base}/w`);
      expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining(sentence) });
      expect(stored('w')).toBeUndefined();
    }
  });

  test.each([
    ['in another encoding', { headers: { 'content-encoding': 'gzip' } }, WEIGHTS, 'it comes in the encoding gzip'],
    ['without a length', { saysNoLength: true }, WEIGHTS, 'it does not say how long it is'],
    ['of a page', {}, PAGE, 'its answer is a web page'],
    ['of a page in capitals', {}, PAGE.toUpperCase(), 'its answer is a web page'],
  ])('%s is refused, and taken by its checksum', async (_what, answer, content, sentence) => {
    source.set('/w', { content, ...answer });
    list(`- w ${source.base}/w`);
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot download ${source.base}/w: ${sentence}`);
    expect(stored('w')).toBeUndefined();
    list(`${sha256(content)} w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('w')).toBe(content);
  });

  test('says that it was encoded, where it does not match', async () => {
    source.set('/w', { content: 'packed', headers: { 'content-encoding': 'gzip' } });
    list(`${sha256(WEIGHTS)} w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('it came in the encoding gzip') });
  });

  test('in chunks is whole', async () => {
    source.set('/w', { content: WEIGHTS, headers: { 'transfer-encoding': 'chunked' }, saysNoLength: true });
    list(`- w ${source.base}/w`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('w')).toBe(WEIGHTS);
  });

  test('of a page that is asked for is the file', async () => {
    source.set('/model.html', { content: PAGE });
    list(`- model.html ${source.base}/model.html`);
    expect(await run()).toMatchObject({ status: 0 });
  });
});

describe('https', () => {
  let secure: SourceServer;
  beforeEach(async () => {
    secure = await SourceServer.startSecure(root);
    env.CURL_CA_BUNDLE = secure.certificate;
  });
  afterEach(() => secure.stop());

  test('that leads to http is refused', async () => {
    source.set('/w', { content: 'anything' });
    secure.set('/w', { status: 302, headers: { location: `${source.base}/w` } });
    list(`- w ${secure.base}/w`);
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot download ${secure.base}/w: it leads to another protocol than https`);
    expect(source.asked).toEqual([]);
    expect(stored('w')).toBeUndefined();
  });

  test('that leads to https is followed, without the secret at another host', async () => {
    put(path.join(root, 'token'), 'Bearer hf_secret\n');
    env.TOKEN_FILE = path.join(root, 'token');
    const elsewhere = secure.base.replace('localhost', '127.0.0.1');
    secure.set('/here', { status: 302, headers: { location: `${elsewhere}/w` } });
    secure.set('/w', { content: WEIGHTS });
    list(`- w ${secure.base}/here`);
    const { status, stderr } = await run();
    expect(stderr).not.toContain('hf_secret');
    expect(status).toBe(0);
    expect(secure.asked.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/here', 'Bearer hf_secret'],
      ['/w', undefined],
    ]);
  });

  test('of an unknown certificate is refused', async () => {
    delete env.CURL_CA_BUNDLE;
    list(`- w ${secure.base}/w`);
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('its certificate is not trusted') });
  });
});

test.each([
  ['an empty secret', '\n', 'is empty'],
  ['a secret that is no token', 'a"b', 'it is no token'],
])('refuses %s', async (_what, content, sentence) => {
  put(path.join(root, 'token'), content);
  list(`- w ${source.base}/w`);
  env.TOKEN_FILE = path.join(root, 'token');
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining(sentence) });
  expect(source.asked).toEqual([]);
});
