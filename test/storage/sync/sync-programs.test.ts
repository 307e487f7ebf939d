import { execFileSync } from 'child_process';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../../lib/kubernetes/script-asset';
import { manifest, put, runScript, sha256, textOf } from '../../serving/support/run-script';
import { installStubAws } from '../../serving/support/stub-aws';

const ASSETS = path.join(__dirname, '..', '..', '..', 'assets');

/** What a program of the pod answers to JSON. */
function python(code: string, input: unknown): unknown {
  const args = ['-c', `import json, sys\nsys.path.insert(0, sys.argv[1])\n${code}`, ASSETS];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  return JSON.parse(execFileSync('python3', args, { input: JSON.stringify(input), encoding: 'utf8', env }));
}

describe('windows in the time of a place', () => {
  const EVERY = [0, 1, 2, 3, 4, 5, 6];
  const berlin = { days: EVERY, start: '22:00', minutes: 360, timeZone: 'Europe/Berlin' };
  const code =
    'from sync_window import open_until\n' +
    'print(json.dumps([open_until(each["windows"], each["now"]) for each in json.load(sys.stdin)]))';
  const rows: [string, object[], string, string | null][] = [
    ['before it', [berlin], '2026-11-30T20:59:59Z', null],
    ['its first second, in winter', [berlin], '2026-11-30T21:00:00Z', '2026-12-01T03:00:00Z'],
    ['after midnight', [berlin], '2026-12-01T02:59:59Z', '2026-12-01T03:00:00Z'],
    ['its end', [berlin], '2026-12-01T03:00:00Z', null],
    ['in summer', [berlin], '2026-07-01T20:00:00Z', '2026-07-02T02:00:00Z'],
    // 2:30 comes at 3:30, when clocks go from 2 to 3 on 2026-03-29.
    [
      'at a time that is left out',
      [{ ...berlin, start: '02:30', minutes: 60 }],
      '2026-03-29T01:45:00Z',
      '2026-03-29T02:30:00Z',
    ],
    // 2:30 comes twice on 2026-10-25; the first time counts, and the window is as long as ever.
    [
      'at a time that comes twice',
      [{ ...berlin, start: '02:30', minutes: 60 }],
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
    ],
    ['on another day', [{ ...berlin, days: [6] }], '2026-11-30T21:30:00Z', null],
    [
      'which began days ago',
      [{ ...berlin, days: [0], minutes: 4 * 1440 }],
      '2026-12-03T12:00:00Z',
      '2026-12-04T21:00:00Z',
    ],
    ['the later end of two', [berlin, { ...berlin, minutes: 60 }], '2026-11-30T21:30:00Z', '2026-12-01T03:00:00Z'],
  ];

  const seconds = (time: string) => Date.parse(time) / 1000;
  let answers: unknown;
  beforeAll(() => {
    answers = python(
      code,
      rows.map(([, windows, now]) => ({ windows, now: seconds(now) })),
    );
  });

  test.each(rows.map(([title, , , end], index) => [title, end, index] as const))('%s', (_, end, index) => {
    expect((answers as unknown[])[index]).toEqual(end === null ? null : seconds(end));
  });
});

describe('what a release may state', () => {
  const code =
    'from release_envelope import RefusedError, read_release\n' +
    'def said(each):\n' +
    '    try:\n' +
    '        return read_release(json.dumps(each).encode()).number\n' +
    '    except RefusedError as error:\n' +
    '        return error.reason\n' +
    'print(json.dumps([said(each) for each in json.load(sys.stdin)]))';
  const file = (name: string, size: unknown = 1, digest = 'a'.repeat(64)) => ({
    name,
    digest: { sha256: digest },
    annotations: { size },
  });
  const statement = (subject: unknown, more: object = {}) => ({
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType:
      'https://github.com/gpu-inference-constructs/gpu-inference-constructs/blob/main/docs/model-sync.md#release-v1',
    predicate: { model: 'chat', version: '1', variant: '', channel: 'stable', number: 7, sites: ['*'], ...more },
  });
  const good = statement([file('config.json'), file('sub/model.safetensors', 2, 'b'.repeat(64))]);

  const rows: [string, unknown, unknown][] = [
    ['what it should', good, 7],
    ['a path that leads out of its folder', statement([file('../x')]), 'malformed'],
    ['an absolute path', statement([file('/etc/passwd')]), 'malformed'],
    ['a path with a space', statement([file('a b')]), 'malformed'],
    ['the manifest as a file', statement([file('SHA256SUMS')]), 'malformed'],
    ['no files', statement([]), 'malformed'],
    ['a file twice', statement([file('a'), file('a', 1, 'b'.repeat(64))]), 'malformed'],
    ['two sizes for one checksum', statement([file('a', 1), file('b', 2)]), 'malformed'],
    ['a size below 0', statement([file('a', -1)]), 'malformed'],
    ['a size that is no number', statement([file('a', true)]), 'malformed'],
    ['a number that is none', statement([file('a')], { number: '8' }), 'malformed'],
    ['number 0', statement([file('a')], { number: 0 }), 'malformed'],
    ['a model with a folder above', statement([file('a')], { model: '../x' }), 'malformed'],
    ['another kind of predicate', { ...good, predicateType: 'https://slsa.dev/provenance/v1' }, 'malformed'],
    ['a list', [], 'malformed'],
  ];
  let answers: unknown;
  beforeAll(() => {
    answers = python(
      code,
      rows.map(([, payload]) => payload),
    );
  });

  test.each(rows.map(([title, , expected], index) => [title, expected, index] as const))('%s', (_, expected, index) => {
    expect((answers as unknown[])[index]).toEqual(expected);
  });
});

describe('a server of a site', () => {
  const FILES = { 'config.json': '{}', 'model.safetensors': 'weights', 'original/model.bin': 'old' };
  let root: string;
  let env: { [name: string]: string };
  const cache = (...parts: string[]) => path.join(root, 'cache', ...parts);

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'synced-'));
    for (const content of Object.values(FILES)) put(cache('blobs', sha256(content)), content);
    put(cache('synced/chat/stable/releases/7/SHA256SUMS'), manifest(FILES));
    mkdirSync(path.join(root, 'config'));
    for (const each of ['model-cache.sh', 'fill-cache.sh']) put(path.join(root, 'config', each), scriptAsset(each));
    env = {
      ...installStubAws(root),
      ...{ CONFIG_DIR: path.join(root, 'config'), MODELS_DIR: path.join(root, 'models'), TMPDIR: root },
      ...{ MODEL_PLAN: '', CACHE_PLAN: 's3://models/chat/stable weights/chat/stable original/*', CACHE_SYNCED: '1' },
      ...{ CACHE_DIR: cache(), CACHE_MIB: '100', POD_UID: 'pod-1', ENGINE_DIR: root, SYNC_WAIT_SECONDS: '1' },
    };
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const run = () => runScript(scriptAsset('assemble-repository.sh'), root, env);
  const show = () => symlinkSync('releases/7', cache('synced/chat/stable/current'));
  const served = (name: string) => path.join(root, 'models/weights/chat/stable', name);

  test('has links to what is visible, without what it leaves out, and asks no store', async () => {
    show();
    expect(await run()).toMatchObject({ status: 0 });
    expect(readlinkSync(served('config.json'))).toBe(cache('blobs', sha256('{}')));
    expect(readFileSync(served('model.safetensors'), 'utf8')).toBe('weights');
    expect(textOf(served('original/model.bin'))).toBeUndefined();
    expect(textOf(path.join(root, 'calls'))).toBeUndefined();
  });

  test('waits for the first release', async () => {
    const ran = run();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(textOf(served('config.json'))).toBeUndefined();
    show();
    const { status, stderr } = await ran;
    expect([status, stderr]).toEqual([0, expect.stringContaining('waits for the first release of chat/stable')]);
  });

  test('does not start where a file has gone', async () => {
    show();
    rmSync(cache('blobs', sha256('weights')));
    writeFileSync(cache('blobs', 'other'), '');
    const { status, stderr } = await run();
    expect([status, stderr]).toEqual([1, expect.stringContaining('is not in the cache')]);
  });
});
