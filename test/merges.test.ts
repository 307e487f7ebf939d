import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

const ROOT = path.join(__dirname, '..');
/** What Git writes where it cannot merge: formatters take it in prose. */
const MARKS = ['^<{7} ', '^={7}$', '^>{7} '].map((mark) => ['-e', mark]).flat();

/** Lines with a mark, in what Git knows, or in a folder. */
function marksIn(folder: string, options: readonly string[] = []): string {
  try {
    return execFileSync('git', ['grep', '-nIE', ...options, ...MARKS], { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    if ((error as { status?: number }).status === 1) return '';
    throw error;
  }
}

test('no file has marks of a merge', () => {
  expect(marksIn(ROOT)).toBe('');
});

test('a page with marks of a merge is found', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'merges-'));
  try {
    writeFileSync(path.join(folder, 'page.md'), `${'<'.repeat(7)} HEAD\nleft\n${'='.repeat(7)}\nright\n`);
    expect(marksIn(folder, ['--no-index'])).toMatch(/^page\.md:1:<+ HEAD\npage\.md:3:=+\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
