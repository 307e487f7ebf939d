import { existsSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'fs';
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
  expect(stderr).toContain('the model repository is complete');
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
  expect(calls().slice(before)).toEqual([expect.stringContaining('SHA256SUMS')]);
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
    .filter((call) => !call.includes('SHA256SUMS'));
  expect(copied.map((call) => /chat\/1\/(\S+)/.exec(call)?.[1]).sort()).toEqual(
    expect.arrayContaining(['model-1.safetensors', 'model-2.safetensors']),
  );
  expect(copied).not.toContainEqual(expect.stringContaining('config.json'));
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

test('refuses a model without a manifest', async () => {
  unlinkSync(path.join(root, 'store/bucket/chat/1/SHA256SUMS'));
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toContain('cannot read s3://bucket/chat/1/SHA256SUMS');
  expect(existsSync(path.join(root, 'models/weights/chat/1'))).toBe(false);
});

test.each([
  ['an empty manifest', '', /is empty/],
  ['a path out of the folder', `${'a'.repeat(64)}  ../../etc/passwd\n`, /not allowed: \.\.\/\.\.\/etc\/passwd/],
  ['an absolute path', `${'a'.repeat(64)}  /etc/passwd\n`, /not allowed: \/etc\/passwd/],
  ['a short checksum', 'abc  file\n', /no SHA-256 checksum/],
  ['something else', '<html></html>\n', /no checksum/],
  ['an escaped name', `\\${'a'.repeat(64)}  a\\nb\n`, /no checksum/],
])('refuses %s', async (_what, content, message) => {
  store('SHA256SUMS', content);
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
  expect(local('repository/chat/config.pbtxt')).toBeUndefined();
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
