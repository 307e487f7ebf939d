import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';
import * as architecture from './architecture.json';

const ROOT = path.join(__dirname, '..');
const LIB = path.join(ROOT, 'lib');
const LAYERS: { [layer: string]: string[] } = architecture.layers;
const ALLOWED = architecture.allowedSpecifiers.lib.map((pattern) => new RegExp(pattern));
/** What pure layers may import all the same. */
const PURE_ALLOWED: { readonly [layer: string]: RegExp[] | undefined } = {
  'command-line': architecture.allowedSpecifiers['command-line'].map((pattern) => new RegExp(pattern)),
};

/** One source file, reduced to what the rules look at. */
interface Source {
  readonly file: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
}

function parse(file: string, text: string): Source {
  return { file, text, ast: ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) };
}

function sources(): Source[] {
  return readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) =>
      parse(path.posix.join('lib', file.split(path.sep).join('/')), readFileSync(path.join(LIB, file), 'utf8')),
    );
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** Every module a file names, in whatever form. */
function specifiers(source: Source): string[] {
  const found: string[] = [];
  visit(source.ast, (node) => {
    let named: ts.Node | undefined;
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
    else if (ts.isExternalModuleReference(node)) named = node.expression;
    else if (ts.isImportTypeNode(node)) named = node.argument;
    else if (ts.isCallExpression(node) && isLoader(node.expression)) named = node.arguments[0];
    if (!named) return;
    const literal = ts.isLiteralTypeNode(named) ? named.literal : named;
    found.push(ts.isStringLiteralLike(literal) ? literal.text : `<computed: ${literal.getText(source.ast)}>`);
  });
  return found;
}

function isLoader(expression: ts.Expression): boolean {
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

/** The layer of a repository path: `lib/core/x.ts` is of `core`, `lib/index.ts` of none. */
function layerOf(file: string): string | undefined {
  const [, layer, ...rest] = file.split('/');
  return rest.length > 0 ? layer : undefined;
}

/** Folders within a layer that may know only some of their neighbors. What stands beside them is the layer's index. */
const ROOMS: { readonly [layer: string]: { readonly [room: string]: readonly string[] } } = architecture.rooms;

function roomFaults(file: string, target: string): string[] {
  return Object.entries(ROOMS).flatMap(([house, rooms]) => {
    const within = (whole: string) =>
      whole.startsWith(`lib/${house}/`) ? whole.slice(`lib/${house}/`.length) : undefined;
    const room = within(file)?.split('/')[0];
    const other = within(target)?.split('/')[0];
    if (room === undefined || !(room in rooms) || room === other || (other === undefined && `lib/${house}` !== target))
      return [];
    return rooms[room].includes(other ?? '') ? [] : [`${house}/${room} may not know ${house}/${other ?? 'index'}`];
  });
}

function importFaults(source: Source): string[] {
  const layer = layerOf(source.file);
  return specifiers(source).flatMap((specifier) => {
    const fault = (why: string) => [`${source.file} imports '${specifier}': ${why}`];
    if (!specifier.startsWith('.')) {
      if (layer && architecture.pureLayers.includes(layer))
        return PURE_ALLOWED[layer]?.some((pattern) => pattern.test(specifier)) ? [] : fault(`${layer} is pure`);
      return ALLOWED.some((pattern) => pattern.test(specifier)) ? [] : fault('not an allowed specifier');
    }
    const target = path.posix.join(path.posix.dirname(source.file), specifier);
    if (!target.startsWith('lib/')) return fault('leaves lib');
    const other = LAYERS[target.split('/')[1]] ? target.split('/')[1] : undefined;
    if (!layer || other === layer) return roomFaults(source.file, target).flatMap(fault);
    if (!other) return fault('only lib/index.ts stands above the layers');
    return LAYERS[layer].includes(other) ? [] : fault(`${layer} may not know ${other}`);
  });
}

/** What makes a synthesis depend on more than its input. */
const NONDETERMINISTIC = ['performance', 'process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate'];
const NONDETERMINISTIC_MEMBERS = [/^Math\.random$/, /^Date\.now$/, /^crypto\.(random|getRandom|webcrypto)/, /^os\./];

function determinismFaults(source: Source): string[] {
  const faults: string[] = [];
  visit(source.ast, (node) => {
    if (ts.isPropertyAccessExpression(node)) {
      const text = node.getText(source.ast);
      if (NONDETERMINISTIC_MEMBERS.some((pattern) => pattern.test(text))) faults.push(`${source.file} uses ${text}`);
    }
    // A date of an argument is arithmetic; without one it is the clock.
    const isClock = (ts.isNewExpression(node) && (node.arguments ?? []).length === 0) || ts.isCallExpression(node);
    if (isClock && ts.isIdentifier(node.expression) && node.expression.text === 'Date')
      faults.push(`${source.file} uses ${node.getText(source.ast)}`);
    if (!ts.isIdentifier(node) || !NONDETERMINISTIC.includes(node.text)) return;
    const parent = node.parent;
    const isName =
      (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
      ('name' in parent && parent.name === node) ||
      ts.isImportSpecifier(parent);
    if (!isName) faults.push(`${source.file} uses ${node.text}`);
  });
  return faults;
}

/** Files that need each other when they are loaded; imports of types alone are gone by then. */
function loadCycles(all: Source[]): string[] {
  const files = new Set(all.map((source) => source.file));
  const needs = new Map<string, string[]>();
  for (const source of all) {
    const { outputText } = ts.transpileModule(source.text, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    const base = path.posix.dirname(source.file);
    const targets = specifiers(parse(source.file, outputText))
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => path.posix.join(base, specifier))
      .map((target) => [`${target}.ts`, `${target}/index.ts`].find((file) => files.has(file)) ?? target);
    needs.set(source.file, targets);
  }
  const cycles: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file) || trail.includes(file)) return;
    for (const next of needs.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of [...files]) walk(file, []);
  return cycles;
}

describe('the library', () => {
  const all = sources();

  test('has files in known layers only', () => {
    expect(all.length).toBeGreaterThan(10);
    const unknown = all.map((source) => layerOf(source.file)).filter((layer) => layer !== undefined && !LAYERS[layer]);
    expect(unknown).toEqual([]);
    expect(all.filter((source) => !layerOf(source.file)).map((source) => source.file)).toEqual(['lib/index.ts']);
  });

  test('imports along the arrows of the layers, by allowed specifiers', () => {
    expect(all.flatMap(importFaults)).toEqual([]);
  });

  test('reads no clock, randomness, environment or network', () => {
    expect(all.flatMap(determinismFaults)).toEqual([]);
  });

  test('has no two files that need each other to load', () => {
    expect(loadCycles(all)).toEqual([]);
  });

  test(`has no file above ${architecture.maxLines} lines`, () => {
    const lines = (source: Source) => source.text.trimEnd().split('\n').length;
    const long = all.filter((source) => lines(source) > architecture.maxLines);
    expect(long.map((source) => `${source.file}: ${lines(source)}`)).toEqual([]);
  });
});

describe('the rules see what they forbid', () => {
  test.each([
    ['lib/core/x.ts', `import { S3Bucket } from '@cdktf/provider-aws';`, 'not an allowed specifier'],
    ['lib/core/x.ts', `import { S3Bucket } from '@cdktf/provider-aws/lib';`, 'not an allowed specifier'],
    ['lib/core/x.ts', `import { s3Bucket } from "@cdktf/provider-aws/lib/index.js";`, 'not an allowed specifier'],
    ['lib/core/x.ts', `export * from 'cdktf/lib/app';`, 'not an allowed specifier'],
    ['lib/core/x.ts', `const x = require('os');`, 'not an allowed specifier'],
    ['lib/core/x.ts', `const x = import(name);`, 'not an allowed specifier'],
    ['lib/core/x.ts', `type X = import('left-pad').X;`, 'not an allowed specifier'],
    ['lib/core/x.ts', `import { GpuNodePool } from '../compute';`, 'core may not know compute'],
    ['lib/core/x.ts', `import { x } from '../../test/support/synth';`, 'leaves lib'],
    ['lib/compute/pools/x.ts', `import { NodeAgents } from '../agents/node-agents';`, 'may not know compute/agents'],
    ['lib/compute/cluster/x.ts', `import { x } from '..';`, 'cluster may not know compute/index'],
    ['lib/compute/pools/options/x.ts', `import { x } from '../shared/y';`, 'may not know compute/pools/shared'],
    ['lib/compute/pools/managed/x.ts', `import { x } from '../karpenter/y';`, 'may not know compute/pools/karpenter'],
    ['lib/core/x.ts', `import { x } from '..';`, 'leaves lib'],
    ['lib/storage/x.ts', `import { GpuNodePool } from '../compute/gpu-node-pool';`, 'storage may not know compute'],
    ['lib/planning/x.ts', `import { Construct } from 'constructs';`, 'planning is pure'],
    ['lib/catalog/x.ts', `import { readFileSync } from 'fs';`, 'catalog is pure'],
    ['lib/units/x.ts', `import { GpuType } from '../catalog';`, 'units may not know catalog'],
  ])('%s: %s', (file, text, why) => {
    expect(importFaults(parse(file, text))).toEqual([expect.stringContaining(why)]);
  });

  test.each([
    `const t = Date.now();`,
    `const t = new Date();`,
    `const t = new Date;`,
    `const t = Date();`,
    `const r = Math.random();`,
    `const e = process.env.HOME;`,
    `const id = crypto.randomUUID();`,
  ])('%s', (text) => {
    expect(determinismFaults(parse('lib/core/x.ts', text))).toHaveLength(1);
  });

  test.each([`const t = new Date(0);`, `const t = Date.UTC(2026, 0, 1);`, `const t = Date.parse(text);`])(
    'but not %s, which reads no clock',
    (text) => expect(determinismFaults(parse('lib/core/x.ts', text))).toEqual([]),
  );

  test('a cycle, but not one of types alone', () => {
    const a = parse('lib/core/a.ts', `import { b } from './b';\nexport const a = () => b;`);
    const b = parse('lib/core/b.ts', `import { a } from './a';\nexport const b = () => a;`);
    expect(loadCycles([a, b])).toEqual(['lib/core/a.ts -> lib/core/b.ts -> lib/core/a.ts']);
    const c = parse(
      'lib/core/b.ts',
      `import { a } from './a';\nexport interface B { x: typeof a }\nexport const b = 1;`,
    );
    expect(loadCycles([a, c])).toEqual([]);
  });
});
