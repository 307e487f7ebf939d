import { createHash } from 'crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { DUPLICATE_WEIGHTS } from '../../lib/core/weight-files';
import { scriptAsset } from '../../lib/kubernetes/script-asset';
import { Run, manifest, put, runScript, sha256, textOf } from '../serving/support/run-script';
import { installStubAws } from '../serving/support/stub-aws';
import { SourceServer } from './support/source-server';

const COMMIT = '0e9e39f249a16976918f6564b8830bc894c89659';
const REPOSITORY = 'meta-llama/Llama-3.1-8B-Instruct';
/** Small files are in git, weights in its large file storage. */
const FILES: { [name: string]: string } = {
  '.gitattributes': '*.safetensors filter=lfs',
  'config.json': '{"model_type":"llama"}',
  'model-00001-of-00002.safetensors': 'w'.repeat(900),
  'model-00002-of-00002.safetensors': 'v'.repeat(800),
  'original/consolidated.00.pth': 'w'.repeat(1700),
};
const KEPT = ['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

let root: string;
let env: { [name: string]: string };
let hub: SourceServer;

beforeEach(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'hub-'));
  mkdirSync(path.join(root, 'scratch'));
  hub = await SourceServer.start();
  env = {
    ...installStubAws(root),
    MODEL_URI: 's3://bucket/chat/1',
    SCRATCH_DIR: path.join(root, 'scratch'),
    HUB_ENDPOINT: hub.base,
    HUB_REPOSITORY: REPOSITORY,
    HUB_REVISION: 'main',
    EXCLUDE: DUPLICATE_WEIGHTS.always.join(' '),
    EXCLUDE_BESIDE_SAFETENSORS: DUPLICATE_WEIGHTS.besideSafetensors.join(' '),
    RETRY_SECONDS: '0',
    STALL_SECONDS: '1',
    TMPDIR: root,
  };
  serve(FILES);
});
afterEach(async () => {
  await hub.stop();
  rmSync(root, { recursive: true, force: true });
});

/** An entry as `GET /api/models/<repository>/tree/<revision>` answers it: huggingface_hub, `RepoFile` of src/huggingface_hub/hf_api.py. */
function entry(name: string, content: string): object {
  const blob = (text: string) => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
  if (!/\.(safetensors|pth)$/.test(name)) return { type: 'file', oid: blob(content), size: content.length, path: name };
  const lfs = { oid: sha256(content), size: content.length, pointerSize: 135 };
  return { type: 'file', oid: blob('pointer'), size: content.length, path: name, lfs, xetHash: 'f'.repeat(64) };
}

const tree = (commit = COMMIT) => `/api/models/${REPOSITORY}/tree/${commit}?recursive=true`;
const resolve = (name: string, commit = COMMIT) => `/${REPOSITORY}/resolve/${commit}/${name}`;
function serve(files: { [name: string]: string }, commit = COMMIT, card: object = {}): void {
  hub.set(`/api/models/${REPOSITORY}/revision/${env.HUB_REVISION.replace(/\//g, '%2F')}`, {
    content: JSON.stringify({ id: REPOSITORY, sha: commit, ...card }),
  });
  const entries = [{ type: 'directory', oid: 'd', size: 0, path: 'original' }];
  const listed = [...entries, ...Object.entries(files).map(([name, content]) => entry(name, content))];
  hub.set(tree(commit), { content: JSON.stringify(listed) });
  for (const [name, content] of Object.entries(files)) hub.set(resolve(name, commit), { content });
}
const kept = (names: string[]) => Object.fromEntries(names.map((name) => [name, FILES[name]]));
const stored = (name: string) => textOf(path.join(root, 'store/bucket/chat/1', name));
const run = (): Promise<Run> => runScript(scriptAsset('import-model.sh'), root, env);

test('a repository by its name: what is served, nothing twice, by the checksums of the hub', async () => {
  const { status, stderr } = await run();
  expect(stderr).toContain(`${REPOSITORY} at ${COMMIT}`);
  expect(stderr).toContain('left out original/consolidated.00.pth');
  expect(stderr).toContain('3 files of 1 MiB to import');
  expect(status).toBe(0);
  expect(stored('SHA256SUMS')).toBe(manifest(kept(KEPT)));
});

/** As `GET /api/models/<repository>` answers of repositories: huggingface_hub, `ModelInfo` of src/huggingface_hub/hf_api.py. */
const GATED = { gated: 'manual', tags: ['transformers', 'license:llama3.1'], cardData: { license: 'llama3.1' } };
const OTHER = { gated: 'auto', cardData: { license: 'other', license_name: 'acme-research' } };

test.each<[string, object, string | undefined, string | undefined]>([
  ['a gated one without a license', GATED, undefined, 'gated by the license llama3.1: read it at'],
  ['a gated one with its license', GATED, 'llama3.1', undefined],
  ['a gated one with another license', GATED, 'llama3', 'is licensed by llama3.1, and llama3 was accepted'],
  ['a gated one whose license only a tag says', { ...GATED, cardData: undefined }, 'llama3', 'is licensed by llama3.1'],
  ['a license with a name of its own', OTHER, 'acme-research', undefined],
  ['a license by the word for all others', OTHER, 'other', 'is licensed by acme-research, and other was accepted'],
  ['a gated one that does not say its license', { gated: 'auto' }, undefined, 'is gated by the license at'],
  ['a gated one that does not say it, by name', { gated: 'auto' }, 'acme', undefined],
  ['an open one', { gated: false, cardData: { license: 'apache-2.0' } }, undefined, undefined],
  [
    'an open one whose license has changed',
    { gated: false, cardData: { license: 'llama4' } },
    'apache-2.0',
    'is licensed by llama4',
  ],
  ['one of two licenses', { gated: false, cardData: { license: ['mit', 'apache-2.0'] } }, 'mit', undefined],
])('%s is downloaded only by the name of its license', async (_what, card, accepted, sentence) => {
  serve(FILES, COMMIT, card);
  if (accepted !== undefined) env.ACCEPTED_LICENSE = accepted;
  const { status, stderr } = await run();
  expect(status).toBe(sentence === undefined ? 0 : 1);
  if (sentence !== undefined) expect(stderr).toContain(sentence);
  const downloaded = hub.asked.filter(({ url }) => url.includes('/resolve/'));
  expect(downloaded.length > 0).toBe(sentence === undefined);
});

test('what is complete is complete without the hub, until it is asked for otherwise', async () => {
  await run();
  const before = hub.asked.length;
  hub.set(`/api/models/${REPOSITORY}/revision/main`, { status: 401 });
  expect(await run()).toMatchObject({ status: 0, stderr: 'import: s3://bucket/chat/1 is complete\n' });
  expect(hub.asked).toHaveLength(before);
  env.EXCLUDE = 'original/*';
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('is private or gated') });
});

test('the same files asked for otherwise are complete too', async () => {
  await run();
  env.HUB_REVISION = COMMIT;
  serve(FILES);
  expect(await run()).toMatchObject({ status: 0, stderr: expect.stringContaining('s3://bucket/chat/1 is complete\n') });
});

test('a revision with a slash, in several pages, at a mirror that passes on the links of the hub', async () => {
  env.HUB_REVISION = 'refs/pr/1';
  serve(FILES);
  const [first, ...others] = KEPT.map((name) => entry(name, FILES[name]));
  const next = `https://huggingface.co${tree()}&cursor=abc`;
  hub.set(tree(), { content: JSON.stringify([first]), headers: { link: `<${next}>; rel="next"` } });
  hub.set(`${tree()}&cursor=abc`, { content: JSON.stringify(others) });
  expect(await run()).toMatchObject({ status: 0 });
  expect(stored('SHA256SUMS')).toBe(manifest(kept(KEPT)));
});

test('a next page elsewhere is not asked, with the token least of all', async () => {
  hub.set(tree(), { content: '[]', headers: { link: '<https://evil.example/x>; rel="next"' } });
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('which is elsewhere') });
});

test.each([
  ['an empty page', { content: '' }, 'is no list of files'],
  ['no page', { status: 204 }, 'its answer is no file (HTTP 204)'],
  ['another page', { content: '{"error":"busy"}' }, 'is no list of files'],
  ['a link of another form', { headers: { link: '</elsewhere>; rel=next' }, content: '[]' }, 'is not understood'],
])('a list that goes on with %s is no list', async (_what, answer, sentence) => {
  const next = `${hub.base}${tree()}&cursor=abc`;
  hub.set(tree(), {
    content: JSON.stringify([entry('config.json', FILES['config.json'])]),
    headers: { link: `<${next}>; rel="next"` },
  });
  hub.set(`${tree()}&cursor=abc`, answer);
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining(sentence) });
  expect(stored('SHA256SUMS')).toBeUndefined();
});

test('the token goes with every request, and into no message', async () => {
  env.TOKEN_FILE = path.join(root, 'token');
  put(env.TOKEN_FILE, 'hf_secret\n');
  const { status, stderr } = await run();
  expect(status).toBe(0);
  expect(new Set(hub.asked.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer hf_secret']));
  expect(stderr).not.toContain('hf_secret');
});

test.each([
  [
    'a gated repository without a token',
    401,
    'GatedRepo',
    /401 GatedRepo\); .* is private or gated.*accept its terms at .*\(token\)/,
  ],
  ['a token without access', 403, 'GatedRepo', /403 GatedRepo\); .*accept its terms/],
  [
    'a revision that is not there',
    404,
    'RevisionNotFound',
    /404 RevisionNotFound\); there is no .* with the revision main/,
  ],
])('%s fails at once', async (_what, status, code, sentence) => {
  hub.set(`/api/models/${REPOSITORY}/revision/main`, { status, headers: { 'x-error-code': code } });
  const ended = await run();
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(sentence);
  expect(hub.asked).toHaveLength(1);
});

test('a gated repository whose list is public fails at its first file', async () => {
  hub.set(resolve('config.json'), { status: 401, headers: { 'x-error-code': 'GatedRepo' } });
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('is private or gated') });
});

test.each(['config.json', 'model-00002-of-00002.safetensors'])('%s with another content is refused', async (name) => {
  hub.set(resolve(name), { content: `${FILES[name]} changed` });
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('is not what was asked for') });
  expect(stored('SHA256SUMS')).toBeUndefined();
});

test('room for the largest file is asked for before anything is downloaded, with both numbers', async () => {
  const large = {
    ...(entry('model.safetensors', '') as { lfs: object }),
    lfs: { oid: sha256(''), size: 5 * 1024 ** 3, pointerSize: 1 },
  };
  hub.set(tree(), { content: JSON.stringify([entry('config.json', FILES['config.json']), large]) });
  env.SCRATCH_MIB = '2048';
  const { status, stderr } = await run();
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /model\.safetensors has 5120 MiB, but there is room for \d+ MiB; set largestFile of the import/,
  );
  expect(hub.asked.filter(({ url }) => url.includes('/resolve/'))).toEqual([]);
});

test('a broken download goes on, and a later start keeps what is stored', async () => {
  hub.set(resolve(KEPT[1]), { content: FILES[KEPT[1]], cutAfter: 250 });
  hub.set(resolve(KEPT[2]), { status: 503 });
  expect(await run()).toMatchObject({ status: 75 });
  expect(hub.starts(resolve(KEPT[1]))).toEqual([0, 250, 500, 750]);
  serve(FILES);
  const { status, stderr } = await run();
  expect(status).toBe(0);
  for (const name of KEPT.slice(0, 2)) expect(stderr).toContain(`kept ${name}`);
  expect(stored('SHA256SUMS')).toBe(manifest(kept(KEPT)));
});

test('a branch that moved: its unchanged files are kept before the version is complete; another revision is refused after it', async () => {
  hub.set(resolve(KEPT[2]), { status: 503 });
  await run();
  const moved = { ...FILES, 'config.json': '{"model_type":"llama","moved":true}' };
  const commit = 'b'.repeat(40);
  serve(moved, commit);
  const second = await run();
  expect(second.status).toBe(0);
  expect(second.stderr).toContain(`kept ${KEPT[1]}`);
  expect(second.stderr).toContain('stored config.json');
  expect(stored('config.json')).toBe(moved['config.json']);
  env.HUB_REVISION = 'v1';
  serve(FILES);
  const back = await run();
  expect(back.status).toBe(1);
  expect(back.stderr).toContain('is complete with another config.json; import it as another version');
});

test.each([
  ['a page instead of an answer', '<html></html>'],
  ['an answer without a commit', '{}'],
])('%s is no hub', async (_what, content) => {
  hub.set(`/api/models/${REPOSITORY}/revision/main`, { content });
  expect(await run()).toMatchObject({ status: 1, stderr: expect.stringContaining('does not answer as a hub') });
});
