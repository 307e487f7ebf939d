import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import { scriptAsset } from '../../lib/kubernetes/script-asset';

const ROOT = path.join(__dirname, '..', '..');
const SCRIPTS = readdirSync(path.join(ROOT, 'assets')).filter((file) => file !== 'README.md');

test.each(SCRIPTS)('%s is read as it is, described, and names no parameter of a template', (file) => {
  const text = scriptAsset(file);
  expect(text).toBe(readFileSync(path.join(ROOT, 'assets', file), 'utf8'));
  expect(text).not.toMatch(/\$\{\{|%\(|@@/);
  expect(readFileSync(path.join(ROOT, 'assets', 'README.md'), 'utf8')).toContain(`## ${file}\n`);
});

test('the scripts are in the package', () => {
  expect(JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).files).toContain('assets');
});
