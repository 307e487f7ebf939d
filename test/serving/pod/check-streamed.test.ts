import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { scriptAsset } from '../../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, textOf } from '../support/run-script';
import { installStubAws } from '../support/stub-aws';

const FILES = {
  'config.json': '{}',
  'model-1.safetensors': 'one',
  'model-2.safetensors': 'two',
  'sub/tokenizer.json': 'x',
};

let root: string;
let env: { [name: string]: string };

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'check-streamed-'));
  env = { ...installStubAws(root), STREAMED_URI: 's3://bucket/chat/1', TMPDIR: root };
  imported(FILES);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string) => path.join(root, 'store/bucket/chat/1', name);
const imported = (files: { [name: string]: string }) => {
  for (const [name, content] of Object.entries(files)) put(at(name), content);
  put(at('SHA256SUMS'), manifest(files));
};
const run = (): Promise<Run> => runScript(scriptAsset('check-streamed.sh'), root, env);

test('a folder that is complete is found so without any of its weights being read', async () => {
  const { status, stderr } = await run();
  expect(stderr).toBe('check: all files are in the store\n');
  expect(status).toBe(0);
  const calls = (textOf(path.join(root, 'calls')) ?? '').trim().split('\n');
  expect(calls).toEqual([expect.stringContaining('SHA256SUMS'), expect.stringContaining('list-objects')]);
  expect(readdirSync(root).filter((name) => name.startsWith('tmp'))).toEqual([]);
});

test.each<[string, () => void, string]>([
  ['an import that has not ended', () => unlinkSync(at('SHA256SUMS')), 'is the import finished'],
  ['an empty manifest', () => writeFileSync(at('SHA256SUMS'), ''), 'is empty; import the model again'],
  [
    'a file that is gone',
    () => unlinkSync(at('model-2.safetensors')),
    'there is no s3://bucket/chat/1/model-2.safetensors, which',
  ],
  [
    'weights of another import',
    () => put(at('model-3.safetensors'), 'three'),
    's3://bucket/chat/1/model-3.safetensors is not in s3://bucket/chat/1/SHA256SUMS, but would be loaded',
  ],
  [
    'weights twice',
    () => imported({ ...FILES, 'consolidated.safetensors': 'all' }),
    'has its weights twice, also as consolidated*.safetensors',
  ],
  ['a store that may not be listed', () => put(path.join(root, 'unlisted'), ''), 'cannot be listed'],
  [
    'a file outside the folder',
    () => writeFileSync(at('SHA256SUMS'), `${'0'.repeat(64)}  ../x.safetensors\n`),
    'names a file that is not allowed: ../x.safetensors',
  ],
])('refused: %s', async (_, change, said) => {
  change();
  const { status, stderr } = await run();
  expect(stderr).toContain(said);
  expect(status).toBe(1);
});

test('refused: other weights than safetensors', async () => {
  rmSync(path.join(root, 'store'), { recursive: true });
  imported({ 'config.json': '{}', 'pytorch_model.bin': 'one' });
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('has no safetensors') });
});

test('other files beside those that were imported are none of its business', async () => {
  put(at('notes.txt'), 'x');
  put(at('sub/more.safetensors'), 'not read by the engine');
  expect(await run()).toMatchObject({ status: 0 });
});
