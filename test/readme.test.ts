import { spawnSync } from 'child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import * as cdktf from 'cdktf';
import * as library from 'gpu-inference-constructs';
import * as ts from 'typescript';
import { BlockKind, CodeBlock, codeBlocks, moduleOf } from './support/readme-blocks';
import { FIXTURE_NAMES } from './support/readme-fixtures';

const ROOT = path.join(__dirname, '..');
const FIXTURES = path.join(__dirname, 'support', 'readme-fixtures');

/** Documents whose code is tested: the root's, those beside the sources and examples, and the pages of the manual. */
function documents(): string[] {
  const nested = ['lib', 'examples'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  );
  const pages = readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join('docs', file));
  return ['README.md', ...[...nested.filter((file) => path.basename(file) === 'README.md'), ...pages].sort()];
}

/** Where the names come from that a block uses without importing them. */
const KNOWN = new Map<string, string>([
  ...Object.keys(cdktf).map((name) => [name, `import { ${name} } from 'cdktf';`] as const),
  ['ReadmeFixtures', `import { ReadmeFixtures } from 'readme-fixtures';`],
  ['Construct', `import { Construct } from 'constructs';`],
  ['AwsProvider', `import { AwsProvider } from '@cdktf/provider-aws/lib/provider';`],
  ...Object.keys(library).map((name) => [name, `import { ${name} } from 'gpu-inference-constructs';`] as const),
]);

interface Located extends CodeBlock {
  readonly document: string;
  readonly title: string;
}

function locatedBlocks(document: string): Located[] {
  const file = path.join(ROOT, document);
  if (!existsSync(file)) return [];
  return codeBlocks(readFileSync(file, 'utf8')).map((block) => ({
    ...block,
    document,
    title: `${document}:${block.line}`,
  }));
}

const blocks = documents().flatMap(locatedBlocks);
const ofKind = (kind: BlockKind) => blocks.filter((block) => block.kind === kind);
const isSuite = (block: CodeBlock) => /^(test|it|describe)(\.each)?\(/m.test(block.code);
const moduleText = (block: CodeBlock) => moduleOf(block.code, KNOWN, FIXTURE_NAMES);

/** Runs the module of a block in this process and returns what it exports. */
function evaluate(text: string): { [name: string]: unknown } {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  const module = { exports: {} as { [name: string]: unknown } };
  const load = (name: string) => require(name === 'readme-fixtures' ? FIXTURES : name) as unknown;
  new Function('require', 'module', 'exports', outputText)(load, module, module.exports);
  return module.exports;
}

/** What came out of a block: types of resources, and what the constructs warn of. */
interface Outcome {
  readonly types: string[];
  readonly warnings: string[];
}

/** Makes every stack the module of a block exports, and synthesizes them. */
function synthesize(text: string): Outcome {
  const outdir = mkdtempSync(path.join(tmpdir(), 'readme-'));
  const before = process.env.CDKTF_OUTDIR;
  process.env.CDKTF_OUTDIR = outdir;
  try {
    const app = new cdktf.App({ outdir });
    for (const [name, exported] of Object.entries(evaluate(text))) {
      if (typeof exported !== 'function' || !(exported.prototype instanceof cdktf.TerraformStack)) continue;
      const stack = new (exported as new (scope: cdktf.App, id: string) => cdktf.TerraformStack)(
        app,
        name.toLowerCase(),
      );
      if (!stack.node.findAll().some((child) => child instanceof AwsProvider))
        new AwsProvider(stack, 'BlockAws', { region: 'us-west-2' });
    }
    app.synth();
    const stacks = path.join(outdir, 'stacks');
    const types = readdirSync(stacks).flatMap((stack) => {
      const { resource = {} } = JSON.parse(readFileSync(path.join(stacks, stack, 'cdk.tf.json'), 'utf8')) as {
        resource?: object;
      };
      return Object.keys(resource);
    });
    const metadata = app.node.findAll().flatMap(({ node }) => node.metadata);
    return { types, warnings: metadata.filter(({ type }) => type === '@cdktf/warn').map(({ data }) => String(data)) };
  } finally {
    if (before === undefined) delete process.env.CDKTF_OUTDIR;
    else process.env.CDKTF_OUTDIR = before;
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** Type-checks modules in one run of the compiler, in a process of its own; returns its complaints. */
function typeCheck(folder: string, modules: { [file: string]: string }): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(modules)) writeFileSync(path.join(folder, file), text);
  const root = path.relative(folder, ROOT);
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: `${root}/tsconfig.json`,
      compilerOptions: {
        rootDir: root,
        noUnusedLocals: false,
        noUnusedParameters: false,
        isolatedModules: false,
        paths: {
          'gpu-inference-constructs': [`${root}/lib/index.ts`],
          'gpu-inference-constructs/planning': [`${root}/lib/planning/index.ts`],
          'readme-fixtures': [`${root}/test/support/readme-fixtures.ts`],
        },
      },
      include: ['*.ts'],
      exclude: [],
    }),
  );
  const tsc = require.resolve('typescript/lib/tsc.js');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
  return stdout.trim();
}

test('the root document shows code', () => {
  expect(blocks.filter((block) => block.document === 'README.md').length).toBeGreaterThan(0);
});

test('every block compiles, and one that does not is detected', () => {
  const modules = Object.fromEntries(
    blocks
      .filter((block) => block.kind !== BlockKind.FILE)
      .map((block) => [`${block.title.replace(/[^A-Za-z0-9]+/g, '-')}.ts`, `${moduleText(block)}\nexport {};\n`]),
  );
  const wrong = moduleOf('const size: string = DataSize.gib(2);', KNOWN, FIXTURE_NAMES);
  const complaints = typeCheck(path.join(ROOT, '.cache', 'readme'), { ...modules, 'wrong.ts': wrong }).split('\n');
  expect(complaints).toEqual([expect.stringMatching(/wrong\.ts\(\d+,\d+\): error TS2322/)]);
}, 120_000);

const runnable = ofKind(BlockKind.RUN);
describe('a block runs', () => {
  // A block may print, as its reader would have it.
  beforeEach(() => void jest.spyOn(console, 'log').mockImplementation(() => undefined));
  afterEach(() => jest.restoreAllMocks());

  for (const block of runnable.filter((candidate) => !isSuite(candidate))) {
    test(`without a warning: ${block.title}`, () => {
      expect(synthesize(moduleText(block)).warnings).toEqual([]);
    });
  }
});

for (const block of runnable.filter(isSuite)) {
  describe(`a block of tests runs: ${block.title}`, () => {
    evaluate(moduleText(block));
  });
}

describe('a block is what its file says', () => {
  for (const block of ofKind(BlockKind.FILE)) {
    test(`${block.title} is ${block.argument}`, () => {
      const file = path.join(ROOT, block.argument);
      expect(existsSync(file)).toBe(true);
      expect(block.code.trim()).not.toBe('');
      expect(`\n${unindented(readFileSync(file, 'utf8'))}`).toContain(`\n${unindented(block.code)}`);
    });
  }
});

/** Text without indentation and empty lines, so that an excerpt may stand further left than in its file. */
function unindented(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

describe('the rules detect what they forbid', () => {
  const asModule = (code: string) => moduleOf(code, KNOWN, FIXTURE_NAMES);

  test('finds blocks with their markers', () => {
    const text = [
      '# T',
      '```ts',
      'a();',
      '```',
      '<!-- file: x.ts -->',
      '```ts',
      'b();',
      '```',
      '```sh',
      'c',
      '```',
    ].join('\n');
    expect(codeBlocks(text)).toEqual([
      { line: 2, kind: BlockKind.RUN, argument: '', code: 'a();\n' },
      { line: 6, kind: BlockKind.FILE, argument: 'x.ts', code: 'b();\n' },
    ]);
    expect(() => codeBlocks('<!-- skip: x -->\n```ts\n```')).toThrow("unknown marker 'skip'");
    expect(() => codeBlocks('```ts\n')).toThrow('has no end');
  });

  test('a block that throws, and what a block makes', () => {
    expect(() => synthesize(asModule(`DataSize.gib('x' as never);`))).toThrow();
    expect(synthesize(asModule(`new ModelStore(this, 'Store');`)).types).toContain('aws_s3_bucket');
    expect(synthesize(asModule(`modelStore.uriFor('m');`)).types).toContain('aws_s3_bucket');
    expect(synthesize(asModule('new MonitoringStack(this, "M", { cluster });')).warnings).not.toEqual([]);
  });
});
