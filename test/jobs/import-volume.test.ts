import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { DUPLICATE_WEIGHTS } from '../../lib/core/weight-files';
import { scriptAsset } from '../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, sha256, textOf } from '../serving/support/run-script';
import { installStubAws } from '../serving/support/stub-aws';

let root: string;
let env: { [name: string]: string };

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'volume-'));
  for (const folder of ['scratch', 'volume/model']) mkdirSync(path.join(root, folder), { recursive: true });
  env = {
    ...installStubAws(root),
    MODEL_URI: 's3://bucket/chat/1',
    SCRATCH_DIR: path.join(root, 'scratch'),
    SOURCE_ROOT: path.join(root, 'volume'),
    SOURCE_DIR: path.join(root, 'volume/model'),
    TMPDIR: root,
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const stored = (name: string) => textOf(path.join(root, 'store/bucket/chat/1', name));
const file = (name: string, content: string) => put(path.join(root, 'volume/model', name), content);
const run = (uid?: number): Promise<Run> => runScript(scriptAsset('import-model.sh'), root, env, uid);
const refused = async (sentence: string) => {
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining(sentence) });
  expect(stored('SHA256SUMS')).toBeUndefined();
};

describe('links', () => {
  test('within the volume are followed, as in a cache of the hub', async () => {
    put(path.join(root, 'volume/models--a--b/blobs/123'), 'weights');
    const snapshot = path.join(root, 'volume/models--a--b/snapshots/abc');
    mkdirSync(snapshot, { recursive: true });
    symlinkSync('../../blobs/123', path.join(snapshot, 'model.safetensors'));
    env.SOURCE_DIR = snapshot;
    for (const volume of [path.join(root, 'volume'), undefined]) {
      rmSync(path.join(root, 'store'), { recursive: true, force: true });
      if (volume === undefined) delete env.SOURCE_ROOT;
      expect(await run()).toMatchObject({ status: 0 });
      expect(stored('SHA256SUMS')).toBe(manifest({ 'model.safetensors': 'weights' }));
    }
  });

  test.each([
    ['a file', '/etc/hostname'],
    ['a folder', '/etc'],
  ])('to %s outside the volume are refused', async (_what, target) => {
    file('config.json', '{}');
    symlinkSync(target, path.join(root, 'volume/model/link'));
    await refused('leads out of the volume, to /etc');
    expect(stored('config.json')).toBeUndefined();
  });

  test('to a volume whose name only begins alike are refused', async () => {
    put(path.join(root, 'volume-of-others/secret'), 'x');
    symlinkSync(path.join(root, 'volume-of-others/secret'), path.join(root, 'volume/model/link'));
    await refused('leads out of the volume');
  });

  test('to nothing, and in circles, are refused', async () => {
    symlinkSync('missing', path.join(root, 'volume/model/link'));
    await refused('is a link to nothing');
    rmSync(path.join(root, 'volume/model/link'));
    mkdirSync(path.join(root, 'volume/model/sub'));
    symlinkSync('..', path.join(root, 'volume/model/sub/up'));
    await refused('is a link to a folder that it is in');
  });
});

test.each(['config.json', 'sub'])('says that %s cannot be read, and who the import is', async (name) => {
  file('config.json', '{}');
  file('sub/tokenizer.json', '{}');
  chmodSync(path.join(root, 'volume/model', name), 0);
  chmodSync(root, 0o777);
  chmodSync(path.join(root, 'scratch'), 0o777);
  const { status, stderr } = await run(process.getuid?.() === 0 ? 65534 : undefined);
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(`cannot read .*${name}; the import is uid=`));
});

describe('a manifest beside the files', () => {
  beforeEach(() => {
    file('config.json', '{}');
    file('sub/b.safetensors', 'b');
  });
  const sums = `${sha256('{}')}  config.json\n${sha256('b')}  sub/b.safetensors\n`;

  test.each([
    ['without a last line end', sums.trimEnd()],
    ['with the line ends of Windows', sums.replace(/\n/g, '\r\n')],
    ['by find', sums.replace(/ {2}/g, '  ./') + `${sha256('')}  ./SHA256SUMS\n`],
    ['with the mark that Windows puts first', `\uFEFF${sums}`],
    ['in capitals and with empty lines', `\n${sums.replace(/^\w+/gm, (hash) => hash.toUpperCase())}\n\n`],
  ])('%s is checked to its last line', async (_what, text) => {
    file('SHA256SUMS', text);
    expect(await run()).toMatchObject({ status: 0 });
    expect(stored('SHA256SUMS')).toBe(manifest({ 'config.json': '{}', 'sub/b.safetensors': 'b' }));
    rmSync(path.join(root, 'store'), { recursive: true });
    file('sub/b.safetensors', 'damaged');
    await refused('the files do not match the SHA256SUMS beside them');
  });

  test.each(['', '\n\n', '\r\n'])('that lists nothing (%j) is refused', async (text) => {
    put(path.join(env.SOURCE_DIR, 'SHA256SUMS'), text);
    expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('beside the files is empty') });
    expect(stored('SHA256SUMS')).toBeUndefined();
  });

  test('that lists what is not there is refused', async () => {
    file('SHA256SUMS', `${sums}${sha256('c')}  c.safetensors`);
    await refused('there is no c.safetensors, which the SHA256SUMS beside the files lists');
  });
});

describe('a whole checkout of the hub', () => {
  const Llama = [
    'config.json',
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'tokenizer.json',
  ];
  const listed = () =>
    (stored('SHA256SUMS') ?? '')
      .trim()
      .split('\n')
      .map((line) => line.slice(66));
  beforeEach(() => {
    env.EXCLUDE = DUPLICATE_WEIGHTS.always.join(' ');
    env.EXCLUDE_BESIDE_SAFETENSORS = DUPLICATE_WEIGHTS.besideSafetensors.join(' ');
  });

  test.each([
    ['original/consolidated.00.pth', 'original/params.json'],
    ['consolidated.safetensors', 'consolidated-00001-of-00002.safetensors'],
    ['metal/model.bin', 'original/model.safetensors'],
    ['pytorch_model-00001-of-00002.bin', 'tf_model.h5', 'flax_model.msgpack', 'rust_model.ot'],
    ['llama-q4.gguf', 'onnx/model.onnx', 'onnx/model.onnx_data', 'consolidated.00.pth'],
  ])('leaves out %s', async (...duplicates) => {
    for (const name of [...Llama, ...duplicates, '.gitattributes']) file(name, name);
    const { status, stderr } = await run();
    expect(status).toBe(0);
    for (const name of duplicates) expect(stderr).toContain(`left out ${name}`);
    expect(listed()).toEqual(Llama);
  });

  test.each([
    ['consolidated.safetensors', 'params.json', 'tekken.json'],
    ['config.json', 'pytorch_model.bin'],
    ['model.onnx', 'model.onnx.data'],
    ['llama-q4.gguf'],
  ])('keeps %s where these are the only weights', async (...names) => {
    for (const name of names) file(name, name);
    expect(await run()).toMatchObject({ status: 0 });
    expect(listed()).toEqual([...names].sort());
  });

  test('takes what it is told to', async () => {
    for (const name of [...Llama, 'consolidated.safetensors', 'params.json']) file(name, name);
    Object.assign(env, { INCLUDE: 'consolidated* params.json', EXCLUDE: '', EXCLUDE_BESIDE_SAFETENSORS: '' });
    expect(await run()).toMatchObject({ status: 0 });
    expect(listed()).toEqual(['consolidated.safetensors', 'params.json']);
  });

  test('refuses to store a model without weights', async () => {
    for (const name of Llama) file(name, name);
    env.EXCLUDE = '*.safetensors';
    await refused('all weights are left out');
  });

  test('a file with an odd name may be left out', async () => {
    for (const name of [...Llama, 'figures/a plot (1).png']) file(name, name);
    await refused("the path 'figures/a plot (1).png' is not allowed");
    env.EXCLUDE = 'figures/*';
    expect(await run()).toMatchObject({ status: 0 });
  });
});

test('asks only for files that are there already', async () => {
  for (let index = 0; index < 20; index++) file(`part-${index}.bin`, String(index));
  writeFileSync(path.join(root, 'broken'), 'bucket/chat/1/part-19.bin\n');
  await run();
  expect(textOf(path.join(root, 'calls'))).not.toContain('head-object');
  rmSync(path.join(root, 'broken'));
  expect(await run()).toMatchObject({ status: 0, stderr: expect.stringContaining('kept part-0.bin') });
});
