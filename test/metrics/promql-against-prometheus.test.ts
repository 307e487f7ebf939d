import { execFileSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import * as fc from 'fast-check';
import { PROMQL_FUNCTIONS } from '../../lib/metrics/promql/functions';
import { parsePromql } from '../../lib/metrics/promql/parse';
import { valueType } from '../../lib/metrics/promql/value-types';
import { onPath, testWith } from '../monitoring/support';

const promtool = onPath('promtool');
const withPromtool = testWith('promtool');

/** Functions of Prometheus 3 that Debian's 2.42 does not have yet. */
const NEWER = ['histogram_avg', 'histogram_stddev', 'histogram_stdvar'];
const FUNCTIONS = [...PROMQL_FUNCTIONS.keys()].filter(
  (name) => !PROMQL_FUNCTIONS.get(name)?.experimental && !NEWER.includes(name),
);

const LABELS = ['job', 'model', 'le', 'pod'];
const names = fc.constantFrom('a', 'b_total', 'vllm:c_seconds_bucket', 'nv_d', 'sum', 'by', 'on', 'rate');
const labels = fc.array(fc.constantFrom(...LABELS), { maxLength: 3 }).map((list) => `(${list.join(', ')})`);
const strings = fc.constantFrom(
  '"x"',
  "'y|z'",
  '``',
  '""',
  '".*"',
  '"\\\\d+"',
  '"\\n"',
  '".+"',
  '"("',
  '"(?!y).*"',
  '"a{2,1}"',
  '"(?i)a|b"',
  '"[[:alpha:]]+"',
  '"[x-a]"',
);
const numbers = fc.constantFrom('0', '1', '-1', '0.99', '1e3', 'Inf', 'NaN', '0x1f', '+2', '.5');
const durations = fc.constantFrom('5m', '30s', '1h30m', '1d', '250ms', '1w', '2y');
const matcher = fc
  .tuple(fc.constantFrom(...LABELS, '__name__'), fc.constantFrom('=', '!=', '=~', '!~'), strings)
  .map((parts) => parts.join(''));
const selectors = fc
  .tuple(fc.option(names, { nil: '', freq: 8 }), fc.option(fc.array(matcher, { maxLength: 2 }), { nil: undefined }))
  .map(([name, matchers]) => `${name}${matchers ? `{${matchers.join(',')}}` : name === '' ? '{}' : ''}`);
const matchings = fc
  .tuple(
    fc.constantFrom('', 'bool '),
    fc.option(fc.tuple(fc.constantFrom('on', 'ignoring'), labels), { nil: undefined }),
    fc.option(fc.tuple(fc.constantFrom('group_left', 'group_right'), fc.option(labels, { nil: '' })), {
      nil: undefined,
    }),
  )
  .map(
    ([bool, pairs, group]) =>
      bool + [...(pairs ? [pairs.join(' ')] : []), ...(group ? [group.join(' ')] : [])].join(' '),
  );
const OPERATORS = ['+', '-', '*', '/', '%', '^', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', 'unless', 'atan2'];
const AGGREGATIONS = ['sum', 'avg', 'max', 'count', 'group', 'stddev', 'topk', 'bottomk', 'quantile', 'count_values'];

/** PromQL, and what nearly is. */
const expressions = fc.letrec<{ expression: string; ranges: string }>((tie) => {
  const inner = tie('expression');
  const args = fc.array(fc.oneof(inner, tie('ranges'), strings, numbers), { maxLength: 5 });
  const call = fc
    .tuple(fc.constantFrom(...FUNCTIONS, 'nosuch'), args)
    .map(([name, given]) => `${name}(${given.join(', ')})`);
  // Arguments that fit, so that much of it is right.
  const fitting = fc.constantFrom(...FUNCTIONS).chain((name) => {
    const { takes } = PROMQL_FUNCTIONS.get(name) as NonNullable<ReturnType<typeof PROMQL_FUNCTIONS.get>>;
    const of = { scalar: numbers, string: strings, vector: inner, matrix: tie('ranges') };
    return fc.tuple(...takes.map((type) => of[type])).map((given) => `${name}(${given.join(', ')})`);
  });
  const grouping = fc.tuple(fc.constantFrom('by ', 'without '), labels).map((parts) => parts.join(''));
  const aggregation = fc
    .tuple(
      fc.constantFrom(...AGGREGATIONS),
      grouping,
      fc.option(fc.oneof(numbers, strings), { nil: '' }),
      inner,
      fc.nat(2),
    )
    .map(([operator, by, parameter, of, place]) => {
      const given = `(${parameter === '' ? '' : `${parameter}, `}${of})`;
      return [`${operator} ${by} ${given}`, `${operator}${given} ${by}`, `${operator}${given}`][place];
    });
  return {
    ranges: fc.oneof(
      fc.tuple(selectors, durations).map(([of, window]) => `${of}[${window}]`),
      fc
        .tuple(inner, durations, fc.option(durations, { nil: '' }))
        .map(([of, window, step]) => `(${of})[${window}:${step}]`),
    ),
    expression: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      selectors,
      numbers,
      strings,
      fitting,
      call,
      aggregation,
      fc
        .tuple(inner, fc.constantFrom(...OPERATORS), fc.option(matchings, { nil: '' }), inner)
        .map((parts) => parts.join(' ')),
      inner.map((of) => `(${of})`),
      inner.map((of) => `-${of}`),
      fc.tuple(fc.oneof(selectors, tie('ranges'), inner), durations).map((parts) => parts.join(' offset ')),
      fc.tuple(fc.oneof(selectors, inner), fc.constantFrom('end()', '1', 'start()')).map((parts) => parts.join(' @ ')),
      tie('ranges'),
    ),
  };
}).expression;

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'promql-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Which of a list Prometheus refuses, by its own parser. */
function refusedByPrometheus(list: readonly string[]): boolean[] {
  const file = path.join(folder, 'rules.json');
  writeFileSync(
    file,
    JSON.stringify({ groups: [{ name: 'g', rules: list.map((expr, i) => ({ record: `r${i}`, expr })) }] }),
  );
  let output = '';
  try {
    execFileSync(promtool as string, ['check', 'rules', '--lint=none', file], { stdio: 'pipe' });
  } catch (error) {
    output = String((error as { stderr: Buffer }).stderr);
  }
  return list.map((_, i) => output.includes(`"r${i}": could not parse`));
}

function refusedHere(text: string): string[] {
  const reasons: string[] = [];
  try {
    valueType(parsePromql(text), text, (reason) => reasons.push(reason));
  } catch (error) {
    reasons.push((error as Error).message);
  }
  return reasons;
}

withPromtool('what Prometheus refuses is refused, and what it takes is taken', () => {
  let refused = 0;
  let taken = 0;
  fc.assert(
    fc.property(fc.array(expressions, { minLength: 60, maxLength: 60 }), (list) => {
      const theirs = refusedByPrometheus(list);
      const ours = list.map(refusedHere);
      refused += theirs.filter(Boolean).length;
      taken += theirs.filter((one) => !one).length;
      expect(list.filter((_, i) => !theirs[i] && ours[i].length > 0)).toEqual([]);
      expect(list.filter((_, i) => theirs[i] && ours[i].length === 0)).toEqual([]);
    }),
    { numRuns: 25 },
  );
  // Neither side of the comparison is empty.
  expect(Math.min(refused, taken)).toBeGreaterThan(100);
});
