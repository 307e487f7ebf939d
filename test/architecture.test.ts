import { readdirSync, readFileSync } from 'fs';
import * as path from 'path';
import * as ts from 'typescript';
import * as architecture from './architecture.json';
import {
  contractFaults,
  cycles,
  identityFaults,
  parse,
  publicClasses,
  registryFaults,
  Source,
  specifiers,
  visit,
} from './support/source-rules';

const ROOT = path.join(__dirname, '..');
const LIB = path.join(ROOT, 'lib');
const LAYERS: { [layer: string]: string[] } = architecture.layers;
const ALLOWED = architecture.allowedSpecifiers.lib.map((pattern) => new RegExp(pattern));
/** What single layers may import beside that. */
const ALLOWED_TO: { readonly [layer: string]: RegExp[] | undefined } = {
  monitoring: architecture.allowedSpecifiers.monitoring.map((pattern) => new RegExp(pattern)),
  topology: architecture.allowedSpecifiers.topology.map((pattern) => new RegExp(pattern)),
};
/** What pure layers may import all the same. */
const PURE_ALLOWED: { readonly [layer: string]: RegExp[] | undefined } = {
  units: architecture.allowedSpecifiers.units.map((pattern) => new RegExp(pattern)),
  metrics: architecture.allowedSpecifiers.metrics.map((pattern) => new RegExp(pattern)),
  'command-line': architecture.allowedSpecifiers['command-line'].map((pattern) => new RegExp(pattern)),
};

function sources(): Source[] {
  return readdirSync(LIB, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) =>
      parse(path.posix.join('lib', file.split(path.sep).join('/')), readFileSync(path.join(LIB, file), 'utf8')),
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
      const allowed = [...ALLOWED, ...(ALLOWED_TO[layer ?? ''] ?? [])];
      return allowed.some((pattern) => pattern.test(specifier)) ? [] : fault('not an allowed specifier');
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

  test('has no import cycles, not even of types', () => {
    expect(cycles(all)).toEqual([]);
  });

  const classes = publicClasses(all);

  test('uses only the members of a contract', () => {
    expect(all.flatMap((source) => contractFaults(source, classes))).toEqual([]);
  });

  test('compares values by what they are, not by identity', () => {
    expect(all.flatMap((source) => identityFaults(source, classes))).toEqual([]);
  });

  test('keeps what it knows about a construct in its ledger', () => {
    const others = all.filter(({ file }) => file !== 'lib/core/cluster-ledger.ts');
    expect(others.flatMap((source) => registryFaults(source, classes))).toEqual([]);
  });

  test(`has no file above ${architecture.maxLines} lines`, () => {
    const lines = (source: Source) => source.text.trimEnd().split('\n').length;
    const written = all.filter(({ file }) => !/^lib\/units\/public-\w+\.ts$/.test(file));
    const long = written.filter((source) => lines(source) > architecture.maxLines);
    expect(long.map((source) => `${source.file}: ${lines(source)}`)).toEqual([]);
  });
});

describe('the rules detect what they forbid', () => {
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
    ['lib/serving/vllm/x.ts', `import { x } from '../triton/y';`, 'may not know serving/triton'],
    ['lib/topology/shared/x.ts', `import { x } from '../cloud/y';`, 'may not know topology/cloud'],
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

  test('a cycle, even of types', () => {
    const a = parse('lib/core/a.ts', `import { b } from './b';\nexport const a = () => b;`);
    const b = parse('lib/core/b.ts', `import { a } from './a';\nexport const b = () => a;`);
    expect(cycles([a, b])).toEqual(['lib/core/a.ts -> lib/core/b.ts -> lib/core/a.ts']);
    const c = parse('lib/core/b.ts', `import type { a } from './a';\nexport interface B { x: typeof a }`);
    expect(cycles([a, c])).toHaveLength(1);
    const d = parse('lib/core/b.ts', `export type A = import('./a').A;`);
    expect(cycles([a, d])).toHaveLength(1);
    expect(cycles([a, parse('lib/core/b.ts', `export const b = 1;`)])).toEqual([]);
  });

  const classes = publicClasses([
    parse(
      'lib/core/y.ts',
      `export class Pool extends Base {}\nexport class Base extends Construct {}\nexport class Size {}`,
    ),
    parse('lib/core/z.ts', `/** @internal */\nexport class Part {}\nclass Own {}`),
  ]);

  test.each([
    `if (pool.fabric instanceof Size) return;`,
    `const all = pools.filter((pool) => pool instanceof Pool);`,
    `return 'image' in pool;`,
    `const vpc = (cluster as Partial<IEksCluster>).vpcId;`,
  ])('a way around a contract: %s', (text) => {
    expect(contractFaults(parse('lib/core/x.ts', text), classes)).toHaveLength(1);
  });

  test.each([
    `if (value instanceof Part || value instanceof Own || error instanceof Error) return;`,
    `for (const name in names) use(name);`,
    `const keys = KEY in keeper;`,
    `const props: Partial<PoolProps> = {};`,
  ])('no way around a contract: %s', (text) => {
    expect(contractFaults(parse('lib/core/x.ts', text), classes)).toEqual([]);
  });

  test.each([
    `const known = new WeakMap<object, string>();`,
    `export const pools = new Map<IKubernetesCluster, IGpuNodePool[]>();`,
    `const pools = new Map<Pool, string>();`,
    `const all = new Map();`,
    `const seen = new Set<IConstruct>();`,
    `class A { private static readonly all = new WeakSet<Pool>(); }`,
  ])('a registry of the module: %s', (text) => {
    expect(registryFaults(parse('lib/core/x.ts', text), classes)).toHaveLength(1);
  });

  test.each([
    `const KINDS = new Set(['a', 'b']);`,
    `const BY_NAME = new Map<string, Size>();`,
    `function f() { const seen = new Map(); }`,
    `class A { private readonly own = new Map<string, Pool>(); }`,
  ])('no registry of the module: %s', (text) => {
    expect(registryFaults(parse('lib/core/x.ts', text), classes)).toEqual([]);
  });

  test.each([
    `if (size === Size.LARGE) return;`,
    `if (Size.LARGE !== size) return;`,
    `switch (size) { case Size.LARGE: return; }`,
    `return Size.ALL.includes(size);`,
    `return sizes.indexOf(Size.LARGE) >= 0;`,
    `return sizes.has(Size.LARGE);`,
  ])('a comparison by identity: %s', (text) => {
    expect(identityFaults(parse('lib/core/x.ts', text), classes)).toHaveLength(1);
  });

  test.each([
    `if (size.name === Size.LARGE.name) return;`,
    `if (kind === Kind.LARGE) return;`,
    `return Size.ALL.some(({ name }) => name === size.name);`,
    `switch (size.name) { case Size.LARGE.name: return; }`,
  ])('no comparison by identity: %s', (text) => {
    expect(identityFaults(parse('lib/core/x.ts', text), classes)).toEqual([]);
  });
});
