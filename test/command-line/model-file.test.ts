import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { gzipSync } from 'zlib';
import { runCommandLine } from '../../lib/command-line/command-line';
import { realConfig } from '../catalog/real-configs';

const TEXT = realConfig('Qwen/Qwen3-32B');

/** Files as they lie on disk, read as the command reads them. */
describe('--config', () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'model-file-'))));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (path: string) =>
    runCommandLine(['plan', '--instance', 'p5.48xlarge', '--config', path], (each) => readFileSync(each, 'utf8'));
  const written = (content: string | Buffer, name = 'config.json') => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  test('a folder of a model is its config.json', () => {
    const model = join(folder, 'qwen3-32b');
    mkdirSync(model);
    written(TEXT, 'qwen3-32b/config.json');
    const [file, directory, slash] = [join(model, 'config.json'), model, `${model}/`].map(run);
    expect(file.output).toMatch(/^qwen3-32b in bf16 on 1 × p5.48xlarge .*: fits/);
    expect(directory).toEqual(file);
    expect(slash).toEqual(file);
  });

  test('a byte order mark means nothing', () => {
    expect(run(written(`\ufeff${TEXT}`)).output).toEqual(run(written(TEXT)).output);
  });

  test.each<[string, string | Buffer, RegExp]>([
    ['UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le'), /must be JSON: it is not UTF-8; save it as UTF-8/],
    ['UTF-16 without a mark', Buffer.from(TEXT, 'utf16le'), /it is not UTF-8/],
    ['gzip', gzipSync(TEXT), /it is compressed \(gzip\); unpack it/],
    ['nothing', '', /it is empty/],
    ['blanks', ' \n\n', /it is empty/],
    ['a pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n', /a pointer of Git LFS/],
    ['a page', '<!DOCTYPE html>\n<html></html>', /it is a page; download the file itself/],
    ['half a file', TEXT.slice(0, TEXT.length / 2), /must be JSON: /],
    ['text of others', 'root:secret:20123\nme:secret:20123', /must be JSON: Unexpected token 'r'$/],
    ['a list', '[]', /must be a JSON object; got \[\]/],
    ['null', 'null', /must be a JSON object; got null/],
  ])('%s is refused in one line, which quotes nothing of it', (_, content, reason) => {
    const { output, status } = run(written(content));
    expect([status, output]).toEqual([2, expect.stringMatching(reason) as string]);
    expect(output.split('\n')).toHaveLength(1);
    expect(output).not.toMatch(/secret/);
  });

  test('what cannot be read', () => {
    expect(run(join(folder, 'nowhere'))).toMatchObject({ status: 2 });
    mkdirSync(join(folder, 'bare'));
    expect(run(join(folder, 'bare')).output).toMatch(/^error: --config \S+bare\/config\.json cannot be read: ENOENT/);
    expect(run('https://huggingface.co/Qwen/Qwen3-32B/raw/main/config.json').output).toMatch(
      /cannot be read: it is an address; download the file, and give its path$/,
    );
  });

  test('a value that is used twice is refused once', () => {
    const { output } = run(written(TEXT.replace(/"hidden_size":\s*\d+/, '"hidden_size": 1e309')));
    const lines = output.split('\n');
    expect(lines.filter((line) => line.includes('hidden_size must be'))).toHaveLength(1);
  });
});
