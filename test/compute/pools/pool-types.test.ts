import * as path from 'path';
import * as ts from 'typescript';

const ROOT = path.join(__dirname, '../../..');
const FILE = path.join(__dirname, 'a-users-program.ts');
const { config } = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), (file) => ts.sys.readFile(file)) as {
  config: object;
};
const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);

/** What the compiler says of a user's program with the strictest options. */
function complaints(text: string): string[] {
  const strict = { ...options, exactOptionalPropertyTypes: true, noEmit: true };
  const host = ts.createCompilerHost(strict);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === FILE || fileExists(file);
  host.getSourceFile = (file, ...more) =>
    file === FILE ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022) : getSourceFile(file, ...more);
  const program = ts.createProgram([FILE], strict, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(FILE))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const IMPORTS = `
import { ExistingGpuNodePool } from '../../../lib/compute/pools/existing/existing-gpu-node-pool';
import { KarpenterGpuNodePool } from '../../../lib/compute/pools/karpenter/karpenter-gpu-node-pool';
import { GpuNodePool } from '../../../lib/compute/pools/managed/gpu-node-pool';
import { IGpuNodePool } from '../../../lib/core/gpu-node-pool';
`;

test('pools are IGpuNodePool under exactOptionalPropertyTypes, and subclasses of users may have private members of any name', () => {
  const pools = ['GpuNodePool', 'KarpenterGpuNodePool', 'ExistingGpuNodePool'];
  const program = [
    IMPORTS,
    ...pools.map((name) => `export const as${name} = (pool: ${name}): IGpuNodePool => pool;`),
    ...pools.map(
      (name) => `export class My${name} extends ${name} {
        private readonly spec = 1;
        private readonly props = 'x';
        private readonly facts = 2;
        private readonly labels = [this.spec, this.props, this.facts];
        private readonly allTaints = this.labels;
        private nodeGroup() { return this.allTaints; }
        public use() { return this.nodeGroup(); }
      }`,
    ),
  ];
  expect(complaints(program.join('\n'))).toEqual([]);
});

test('the compiler sees members that clash, and what is undefined where it must not be', () => {
  const program = `
    export class Base { private readonly spec = 1; public use() { return this.spec; } }
    export class Mine extends Base { private readonly spec = 2; public more() { return this.spec; } }
    interface Exact { readonly label?: string }
    export const exact: Exact = { label: undefined };
  `;
  const found = complaints(program).join('\n');
  expect(found).toContain("Property 'spec' in type 'Mine' is not assignable to the same property in base type 'Base'");
  expect(found).toContain("with 'exactOptionalPropertyTypes: true'");
});
