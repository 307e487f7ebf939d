import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, textOf } from '../support/run-script';
import { installStubAws } from '../support/stub-aws';

const WEIGHTS = {
  'config.json': '{}',
  'model-1.safetensors': 'one',
  'model-2.safetensors': 'two',
  'sub/tokenizer.json': 'three',
};

let root: string;
let env: { [name: string]: string };

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'assemble-'));
  env = {
    ...installStubAws(root),
    CONFIG_DIR: path.join(root, 'config'),
    MODELS_DIR: path.join(root, 'models'),
    MODEL_PLAN: 's3://bucket/chat/1 weights/chat/1',
    TMPDIR: root,
  };
  put(path.join(root, 'config/repository/chat/config.pbtxt'), 'name: "chat"\n');
  put(path.join(root, 'config/repository/chat/1/model.json'), '{}\n');
  for (const [name, content] of Object.entries(WEIGHTS)) store(name, content);
  store('SHA256SUMS', manifest(WEIGHTS));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const store = (name: string, content: string) => put(path.join(root, 'store/bucket/chat/1', name), content);
const local = (name: string) => textOf(path.join(root, 'models', name));
const calls = () => (textOf(path.join(root, 'calls')) ?? '').trim().split('\n').filter(Boolean);
const run = (): Promise<Run> => runScript(scriptAsset('assemble-repository.sh'), root, env);

test('assembles weights and configuration', async () => {
  const { status, stderr } = await run();
  expect(stderr).toContain('the models are complete');
  expect(status).toBe(0);
  for (const [name, content] of Object.entries(WEIGHTS)) expect(local(`weights/chat/1/${name}`)).toBe(content);
  expect(local('repository/chat/config.pbtxt')).toBe('name: "chat"\n');
  expect(local('repository/chat/1/model.json')).toBe('{}\n');
  expect(readdirSync(root).filter((name) => name.startsWith('tmp'))).toEqual([]);
});

test('copies only what the manifest lists, and a second run copies nothing again', async () => {
  store('unlisted', 'x');
  await run();
  expect(local('weights/chat/1/unlisted')).toBeUndefined();
  const before = calls().length;
  const { status, stderr } = await run();
  expect(status).toBe(0);
  expect(stderr).toContain('kept model-1.safetensors');
  expect(calls().slice(before)).toEqual([
    expect.stringContaining('SHA256SUMS'),
    expect.stringContaining('list-objects'),
  ]);
});

test('a run after a broken one copies what is missing or damaged, and nothing else', async () => {
  writeFileSync(path.join(root, 'broken'), 'bucket/chat/1/model-2.safetensors\n');
  const first = await run();
  expect(first.status).toBe(1);
  expect(first.stderr).toContain('ERROR: cannot copy s3://bucket/chat/1/model-2.safetensors');
  expect(existsSync(path.join(root, 'models/repository/chat/config.pbtxt'))).toBe(false);

  unlinkSync(path.join(root, 'broken'));
  put(path.join(root, 'models/weights/chat/1/model-1.safetensors'), 'half');
  const before = calls().length;
  expect((await run()).status).toBe(0);
  const copied = calls()
    .slice(before)
    .flatMap((call) => [...call.matchAll(/--include (\S+)/g)].map(([, name]) => name));
  expect(copied).toEqual(['model-1.safetensors', 'model-2.safetensors']);
  expect(local('weights/chat/1/model-1.safetensors')).toBe('one');
});

test('refuses weights that are not what the manifest says, and leaves none of them', async () => {
  store('model-2.safetensors', 'twO');
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /ERROR: s3:\/\/bucket\/chat\/1\/model-2\.safetensors is corrupt: SHA256SUMS says [0-9a-f]{64}, the object has [0-9a-f]{64}/,
  );
  expect(local('weights/chat/1/model-2.safetensors')).toBeUndefined();
  expect(local('weights/chat/1/model-2.safetensors.part')).toBeUndefined();
  expect(local('repository/chat/config.pbtxt')).toBeUndefined();
});

test('files with the names of copies that are under way are files like others', async () => {
  const files = { ...WEIGHTS, 'config.json.part': 'a part', '.incoming/0': 'first', '.incoming/sub/1': 'second' };
  for (const [name, content] of Object.entries(files)) store(name, content);
  store('SHA256SUMS', manifest(files));
  for (const bytes of ['0', '64']) {
    env.SMALL_BYTES = bytes;
    expect(await run()).toMatchObject({ status: 0 });
    for (const [name, content] of Object.entries(files)) expect(local(`weights/chat/1/${name}`)).toBe(content);
    expect(readdirSync(path.join(root, 'models')).sort()).toEqual(['repository', 'weights']);
    rmSync(path.join(root, 'models'), { recursive: true });
  }
});

test('what an earlier start left half copied takes no room', async () => {
  put(path.join(root, 'models/.incoming/0'), 'half');
  unlinkSync(path.join(root, 'store/bucket/chat/1/SHA256SUMS'));
  expect(await run()).toMatchObject({ status: 1 });
  expect(existsSync(path.join(root, 'models/.incoming'))).toBe(false);
});

test('refuses a model without a manifest', async () => {
  unlinkSync(path.join(root, 'store/bucket/chat/1/SHA256SUMS'));
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toContain('cannot read s3://bucket/chat/1/SHA256SUMS');
  expect(existsSync(path.join(root, 'models/weights/chat/1'))).toBe(false);
});

test.each([
  ['an empty manifest', '', /is empty/],
  ['a manifest of empty lines', '\n\r\n', /is empty/],
  ['a manifest of itself only', `${'a'.repeat(64)}  SHA256SUMS\n`, /is empty/],
  ['a path out of the folder', `${'a'.repeat(64)}  ../../etc/passwd\n`, /not allowed: \.\.\/\.\.\/etc\/passwd/],
  ['an absolute path', `${'a'.repeat(64)}  /etc/passwd\n`, /not allowed: \/etc\/passwd/],
  ['a path with a space', `${'a'.repeat(64)}  a b\n`, /not allowed: a b/],
  ['a short checksum', 'abc  file\n', /no SHA-256 checksum/],
  ['something else', '<html></html>\n', /no checksum/],
  ['an escaped name', `\\${'a'.repeat(64)}  a\\nb\n`, /no checksum/],
  ['a path that is a pattern', `${'a'.repeat(64)}  *.safetensors?\n`, /not allowed: \.safetensors\?/],
  ['the line ends of old Macs', manifest(WEIGHTS).replace(/\n/g, '\r'), /not allowed: config\.json\r/],
  ['a comment', `# weights\n${'a'.repeat(64)}  a\n`, /no checksum: # weights/],
  ['the notation of BSD', `SHA256 (a) = ${'a'.repeat(64)}\n`, /no checksum/],
  [
    'two checksums of one file',
    `${'a'.repeat(64)}  config.json\n${'b'.repeat(64)}  ./config.json\n`,
    /two checksums for config\.json/,
  ],
  [
    'a file that is not there',
    `${'a'.repeat(64)}  gone.safetensors\n`,
    /there is no s3:\/\/bucket\/chat\/1\/gone\.safetensors/,
  ],
])('refuses %s', async (_what, content, message) => {
  store('SHA256SUMS', content);
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(local('repository/chat/config.pbtxt')).toBeUndefined();
  expect(calls().filter((call) => !/SHA256SUMS|list-objects/.test(call))).toEqual([]);
});

describe('manifests made by hand', () => {
  const lines = manifest(WEIGHTS);
  test.each([
    ['without a last line end', lines.trimEnd()],
    ['with the line ends of Windows', lines.replace(/\n/g, '\r\n')],
    ['with the line ends of Windows but for the last', lines.trimEnd().replace(/\n/g, '\r\n')],
    ['by find, with themselves in it', lines.replace(/ {2}/g, '  ./') + `${'e'.repeat(64)}  ./SHA256SUMS\n`],
    ['in capitals', lines.replace(/^\w+/gm, (hash) => hash.toUpperCase())],
    ['with the mark that Windows puts first', `\uFEFF${lines}`],
    ['of binary files', lines.replace(/ {2}/g, ' *')],
    ['of binary files by find', lines.replace(/ {2}/g, ' *./')],
    ['with empty lines', `\n${lines}\n\n`],
    ['with a line twice', lines + lines],
  ])('%s are read to the last file', async (_what, text) => {
    store('SHA256SUMS', text);
    expect(await run()).toMatchObject({ status: 0 });
    for (const [name, content] of Object.entries(WEIGHTS)) expect(local(`weights/chat/1/${name}`)).toBe(content);
  });

  test('of one file without a line end', async () => {
    store('SHA256SUMS', manifest({ 'config.json': WEIGHTS['config.json'] }).trimEnd());
    expect(await run()).toMatchObject({ status: 0 });
    expect(local('weights/chat/1/config.json')).toBe(WEIGHTS['config.json']);
  });
});

describe('room', () => {
  test('is asked for before the first byte, for all models together, with both numbers', async () => {
    env.MODELS_MIB = '3';
    env.MODEL_PLAN = `${env.MODEL_PLAN}\ns3://bucket/other/1 weights/other/1`;
    for (const [model, name] of [
      ['chat', 'model-1.safetensors'],
      ['other', 'weights.bin'],
    ]) {
      put(path.join(root, `store/bucket/${model}/1`, name), Buffer.alloc(2 * 1024 ** 2));
      put(path.join(root, `store/bucket/${model}/1/SHA256SUMS`), manifest({ [name]: '' }));
    }
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain('the files of the models take 4 MiB, but their volume may hold 3 MiB');
    expect(calls().filter((call) => !/SHA256SUMS|list-objects/.test(call))).toEqual([]);
  });

  test('is not needed for what is left out', async () => {
    env.MODELS_MIB = '1';
    env.MODEL_PLAN += ' original/* | *.pth consolidated*';
    const whole = { ...WEIGHTS, 'original/consolidated.00.pth': 'x', 'consolidated.safetensors': 'x' };
    for (const name of ['original/consolidated.00.pth', 'consolidated.safetensors']) {
      put(path.join(root, 'store/bucket/chat/1', name), Buffer.alloc(2 * 1024 ** 2));
    }
    store('SHA256SUMS', manifest(whole));
    const { status, stderr } = await run();
    expect(stderr).toContain('left out original/consolidated.00.pth');
    expect(status).toBe(0);
    expect(local('weights/chat/1/consolidated.safetensors')).toBeUndefined();
    expect(local('weights/chat/1/model-1.safetensors')).toBe('one');
  });

  test('is needed for what would be left out beside safetensors where there are none', async () => {
    env.MODEL_PLAN += ' original/* | *.pth consolidated*';
    const files = { 'config.json': '{}', 'consolidated.safetensors': 'x', 'original/params.json': '{}' };
    for (const [name, content] of Object.entries(files)) store(name, content);
    store('SHA256SUMS', manifest(files));
    expect(await run()).toMatchObject({ status: 0 });
    expect(local('weights/chat/1/consolidated.safetensors')).toBe('x');
    expect(local('weights/chat/1/original/params.json')).toBeUndefined();
  });

  test('of the disk is looked at too', async () => {
    put(path.join(root, 'bin/df'), '#!/bin/sh\nprintf "Avail\\n 12\\n"\n');
    chmodSync(path.join(root, 'bin/df'), 0o755);
    const { status, stderr } = await run();
    expect(status).toBe(1);
    expect(stderr).toContain('take 1 MiB more, but the disk of the node has 1 MiB left');
  });

  test('is not known where the store may not be listed', async () => {
    writeFileSync(path.join(root, 'unlisted'), '');
    const { status, stderr } = await run();
    expect(stderr).toContain('WARNING: s3://bucket/chat/1 cannot be listed');
    expect(status).toBe(0);
    expect(local('weights/chat/1/sub/tokenizer.json')).toBe('three');
  });
});

test('many small files come in few processes, large ones each in one', async () => {
  Object.assign(env, { SMALL_BYTES: '10', SMALL_FILES: '20' });
  const files: { [name: string]: string } = { 'large.safetensors': 'x'.repeat(11) };
  for (let index = 0; index < 25; index++) files[`graph/part-${index}`] = String(index);
  for (const [name, content] of Object.entries(files)) store(name, content);
  store('SHA256SUMS', manifest(files));
  expect(await run()).toMatchObject({ status: 0 });
  for (const [name, content] of Object.entries(files)) expect(local(`weights/chat/1/${name}`)).toBe(content);
  expect(readdirSync(path.join(root, 'models/weights/chat/1')).sort()).toEqual(['graph', 'large.safetensors']);
  const copies = calls().filter((call) => /^s3 cp/.test(call) && !call.includes('SHA256SUMS'));
  expect(copies.map((call) => call.includes('--recursive'))).toEqual([true, true, false]);
});

test('the client of the AWS CLI is chosen, not left to the type of the node', async () => {
  await run();
  expect(textOf(path.join(root, 'aws-config'))).toMatch(/^s3 =\n {2}preferred_transfer_client = classic\n/m);
});

test('assembles several models, with files in binary notation too', async () => {
  const onnx = { 'model.onnx': 'graph' };
  put(path.join(root, 'store/bucket/fraud/2/model.onnx'), 'graph');
  put(path.join(root, 'store/bucket/fraud/2/SHA256SUMS'), manifest(onnx).replace('  ', ' *'));
  put(path.join(root, 'config/repository/fraud/config.pbtxt'), 'name: "fraud"\n');
  env = { ...env, MODEL_PLAN: `${env.MODEL_PLAN}\ns3://bucket/fraud/2 repository/fraud/2` };
  expect(await run()).toMatchObject({ status: 0 });
  expect(local('repository/fraud/2/model.onnx')).toBe('graph');
  expect(local('repository/fraud/config.pbtxt')).toBe('name: "fraud"\n');
  expect(local('weights/chat/1/config.json')).toBe('{}');
});

test.each(['CONFIG_DIR', 'MODELS_DIR', 'MODEL_PLAN'])('fails without %s', async (name) => {
  delete env[name];
  const { status, stderr } = await run();
  expect(status).not.toBe(0);
  expect(stderr).toContain(name);
});
