import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as ts from 'typescript';

const { instrumented, mutantsOf } = jest.requireActual<{
  instrumented(file: string, code: string): string;
  mutantsOf(file: string, code: string): { kind: string; from: string; to: string }[];
}>('../../scripts/mutation/mutants.cjs');

const LIB = path.join(__dirname, '..', '..', 'lib');
const sources = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

test('a source with its mutants in still parses', () => {
  const broken = sources.filter((file) => {
    const code = instrumented(file, readFileSync(path.join(LIB, file), 'utf8'));
    const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true });
    return diagnostics.length > 0;
  });
  expect(sources.length).toBeGreaterThan(100);
  expect(broken).toEqual([]);
});

test.each([
  ["const at = ['s3:GetObject'];", 'action', "'s3:GetObject'", '"s3:GetObject-mutated"'],
  ["const key = `it's.example.com/name`;", undefined, undefined, undefined],
  ['const a = { resource: "arn:aws:s3:::it\'s" };', 'policy', '"arn:aws:s3:::it\'s"', '"arn:aws:s3:::it\'s-mutated"'],
  ['const text = "an ARN, e.g. \'arn:aws:s3:::models\'";', undefined, undefined, undefined],
  ['const a = { containerPort: 8000 };', 'port', '8000', '8001'],
  ['const a = { readOnly: true };', 'flag', 'true', 'false'],
])('%s', (code, kind, from, to) => {
  const [mutant] = mutantsOf('lib/a.ts', code);
  expect(mutant && [mutant.kind, mutant.from, mutant.to]).toEqual(kind && [kind, from, to]);
});

test('what is accepted is still there, and says why', () => {
  const accepted = JSON.parse(readFileSync(path.join(__dirname, '..', 'mutation-accepted.json'), 'utf8')) as {
    file: string;
    literals: string[];
    reason: string;
  }[];
  for (const { file, literals, reason } of accepted) {
    const known = mutantsOf(file, readFileSync(path.join(LIB, '..', file), 'utf8')).map(({ from }) => from);
    expect(known).toEqual(expect.arrayContaining(literals));
    expect(reason).toMatch(/\w \w.*\.$/);
  }
});
