import { existsSync, readdirSync, readFileSync } from 'fs';
import * as path from 'path';

const ROOT = path.join(__dirname, '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const lock = JSON.parse(read('package-lock.json'));

test('the package has peers and, bundled, the grammars of PromQL, of CSV and of YAML and the types of Grafana at run time', () => {
  const promql = ['@lezer/common', '@lezer/highlight', '@lezer/lr', '@prometheus-io/lezer-promql'];
  // tslib is what the files of Grafana's package load.
  const bundled = ['@grafana/grafana-foundation-sdk', ...promql, 'papaparse', 'tslib', 'yaml'];
  expect(Object.keys(manifest.dependencies)).toEqual(bundled);
  expect(manifest.bundledDependencies).toEqual(bundled);
  expect(manifest.peerDependencies).toEqual({
    '@cdktf/provider-aws': '^21.22.1',
    '@cdktf/provider-helm': '^12.1.2',
    '@cdktf/provider-kubernetes': '^12.1.1',
    cdktf: '^0.21.0',
    constructs: '^10.4.2',
  });
});

test("it is developed against exact versions of its peers, below the fork's limit for constructs", () => {
  for (const peer of Object.keys(manifest.peerDependencies))
    expect(manifest.devDependencies[peer]).toMatch(/^\d+\.\d+\.\d+$/);
  expect(manifest.devDependencies.constructs).toMatch(/^10\.[67]\./);
});

test('it offers the root and the planning entry, with types for both module resolutions', () => {
  expect(Object.keys(manifest.exports)).toEqual(['.', './planning', './.jsii', './package.json']);
  for (const entry of ['.', './planning']) {
    const { types, default: main } = manifest.exports[entry];
    const source = main.replace('./dist/', 'lib/').replace(/\.js$/, '.ts');
    expect(types).toBe(main.replace(/\.js$/, '.d.ts'));
    expect(existsSync(path.join(ROOT, source))).toBe(true);
  }
  expect(manifest.main).toBe('dist/index.js');
});

test('nothing is compiled or downloaded when a user installs it', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];
  expect(Object.keys(manifest.scripts).filter((script) => hooks.includes(script))).toEqual([]);
});

test('the lockfile pins every package by version and checksum, and names no registry', () => {
  expect(lock.version).toBe(manifest.version);
  const locked = Object.entries<{ version?: string; integrity?: string; resolved?: string; inBundle?: boolean }>(
    lock.packages,
  );
  const loose = locked.filter(
    ([name, entry]) => name !== '' && !(entry.version && (entry.integrity || entry.inBundle)),
  );
  expect(loose.map(([name]) => name)).toEqual([]);
  expect(locked.filter(([, entry]) => entry.resolved).map(([name]) => name)).toEqual([]);
});

test('the lockfile holds the binaries of every platform, without which npm ci refuses it', () => {
  const packages: { [name: string]: { optionalDependencies?: { [name: string]: string } } } = lock.packages;
  const wanted = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
  const held = new Set(Object.keys(packages).map((name) => name.split('node_modules/').at(-1)));
  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.filter((name) => !held.has(name))).toEqual([]);
});

test('the changelog tells of this version', () => {
  expect(read('CHANGELOG.md')).toContain(`\n## [${manifest.version}]`);
});

test('cdktf runs the quickstart from the root folder', () => {
  const { app } = JSON.parse(read('cdktf.json'));
  const main = /^npx tsx (\S+)$/.exec(app)?.[1];
  expect(main).toBe('examples/quickstart/main.ts');
  expect(existsSync(path.join(ROOT, main as string))).toBe(true);
});

describe('links of the documents that are packed', () => {
  /** Relative links that lead to nothing in the package, with their documents. */
  const dead = (document: string, text: string): string[] =>
    [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)]*)?\)/g)]
      .map(([, link]) => path.posix.join(path.posix.dirname(document), link))
      .filter((target) => !isPacked(target) || !existsSync(path.join(ROOT, target)))
      .map((target) => `${document}: ${target}`);
  const isPacked = (target: string) =>
    (manifest.files as string[]).some((each) => target === each || target.startsWith(`${each}/`));
  const pages = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.posix.join('docs', file));

  test('lead to files of the package, or to its repository', () => {
    expect(pages).toContain('docs/faults/README.md');
    const documents = ['README.md', 'CHANGELOG.md', ...pages];
    expect(documents.flatMap((document) => dead(document, read(document)))).toEqual([]);
    expect(read('README.md')).toContain(manifest.repository.url.replace(/\.git$/, '/tree/main/examples/'));
  });

  test('that lead elsewhere are detected', () => {
    const text = '[a](docs/faults/README.md) [b](examples/quickstart) [c](docs/none.md#x) [d](https://x.example)';
    expect(dead('README.md', text)).toEqual(['README.md: examples/quickstart', 'README.md: docs/none.md']);
  });
});
