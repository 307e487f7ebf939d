import * as fs from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { writeTree } from '../../lib/manifests/write-tree';
import { faultsThrown, idsOf } from '../support/faults';

const LIST = '.written-files.json';
let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), 'tree-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const at = (file: string) => path.join(folder, file);
const put = (file: string, text: string) => {
  fs.mkdirSync(path.dirname(at(file)), { recursive: true });
  fs.writeFileSync(at(file), text);
};
const all = () =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => fs.lstatSync(at(file)).isFile())
    .sort();

test('writes the files and a list of them', () => {
  const within = path.join(folder, 'not', 'there');
  expect(writeTree(within, { 'b/c.yaml': 'c', 'a.yaml': 'a' }, [])).toEqual([]);
  expect(fs.readFileSync(path.join(within, 'b/c.yaml'), 'utf8')).toBe('c');
  expect(JSON.parse(fs.readFileSync(path.join(within, LIST), 'utf8'))).toEqual({ files: ['a.yaml', 'b/c.yaml'] });
  expect(fs.readdirSync(within).sort()).toEqual([LIST, 'a.yaml', 'b']);
});

test('removes what it wrote and that is no more, with folders that are empty then, and nothing of others', () => {
  writeTree(folder, { 'a/one.yaml': '1', 'b/two.yaml': '2', 'c/d/three.yaml': '3' }, []);
  put('b/mine.yaml', 'mine');
  put('notes.txt', 'mine');
  writeTree(folder, { 'a/one.yaml': '1' }, []);
  expect(all()).toEqual([LIST, 'a/one.yaml', 'b/mine.yaml', 'notes.txt']);
  expect(fs.existsSync(at('c'))).toBe(false);
});

test('replaces what it wrote, and touches nothing that is the same', () => {
  writeTree(folder, { 'a.yaml': '1', 'b.yaml': '1' }, []);
  const old = new Date(0);
  for (const file of ['a.yaml', 'b.yaml', LIST]) fs.utimesSync(at(file), old, old);
  writeTree(folder, { 'a.yaml': '1', 'b.yaml': '2' }, []);
  expect(fs.statSync(at('a.yaml')).mtimeMs).toBe(0);
  expect(fs.statSync(at(LIST)).mtimeMs).toBe(0);
  expect(fs.readFileSync(at('b.yaml'), 'utf8')).toBe('2');
});

test('goes on where a call was interrupted', () => {
  writeTree(folder, { 'a.yaml': '1' }, []);
  // As after the list, and a part of the files.
  put(LIST, JSON.stringify({ files: ['a.yaml', 'b.yaml', 'gone.yaml'] }));
  put('b.yaml', 'half');
  writeTree(folder, { 'b.yaml': 'whole' }, []);
  expect(all()).toEqual([LIST, 'b.yaml']);
  expect(fs.readFileSync(at('b.yaml'), 'utf8')).toBe('whole');
});

describe('before it writes anything, it refuses', () => {
  const nothing = (files: { [file: string]: string }, encrypted: string[] = []) => {
    const before = all();
    const faults = faultsThrown(() => writeTree(folder, { ...files, 'new.yaml': 'new' }, encrypted));
    expect(all()).toEqual(before);
    return faults;
  };

  test('files of others with the names of its own, all at once; one that is the same is taken over', () => {
    put('a.yaml', 'mine');
    put('b/c.yaml', 'mine');
    put('same.yaml', 'same');
    const faults = nothing({ 'a.yaml': '1', 'b/c.yaml': '1', 'same.yaml': 'same' });
    expect(idsOf(faults)).toEqual(['FILE_NOT_OURS directory', 'FILE_NOT_OURS directory']);
    expect(faults[0].reason).toMatch(/^'a.yaml' in '.*' is there and was not written by this; move it, or write into/);
  });

  test('a folder in the place of a file, and links, behind which files of others lie', () => {
    const elsewhere = fs.mkdtempSync(path.join(tmpdir(), 'elsewhere-'));
    fs.mkdirSync(at('a.yaml'));
    fs.symlinkSync(elsewhere, at('linked'));
    fs.symlinkSync(path.join(elsewhere, 'x'), at('b.yaml'));
    const faults = nothing({ 'a.yaml': '1', 'linked/c.yaml': '1', 'b.yaml': '1' });
    expect(faults.map(({ reason }) => reason.replace(/ in '.*?'/, ''))).toEqual([
      "'a.yaml' is no file; move it, or write into another directory",
      "'linked' is a link; move it, or write into another directory",
      "'b.yaml' is no file; move it, or write into another directory",
    ]);
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    fs.rmdirSync(elsewhere);
  });

  test.each([
    'no JSON',
    '{"files":["../a"]}',
    '{"files":["/etc/passwd"]}',
    '{"files":["a/../../b"]}',
    '{"files":[1]}',
    '{}',
  ])('a list %s', (text) => {
    put(LIST, text);
    expect(idsOf(nothing({}))).toEqual(['FILE_LIST_INVALID directory']);
  });

  test('a file that must be encrypted and is not', () => {
    put('secret.sops.yaml', 'kind: Secret\nstringData:\n  key: value\n');
    expect(idsOf(nothing({}, ['secret.sops.yaml']))).toEqual(['SECRET_NOT_ENCRYPTED directory']);
  });
});

test('says which encrypted files are lacking, and keeps those that are there', () => {
  put('a.sops.yaml', 'kind: Secret\nstringData:\n  key: ENC[AES256_GCM,data:x]\nsops:\n  mac: x\n');
  const encrypted = ['a.sops.yaml', 'b.sops.yaml'];
  expect(writeTree(folder, { 'c.yaml': 'c' }, encrypted)).toEqual(['b.sops.yaml']);
  expect(writeTree(folder, {}, [])).toEqual([]);
  expect(all()).toEqual([LIST, 'a.sops.yaml']);
});
