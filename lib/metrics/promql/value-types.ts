import { COMPARISONS, PromqlExpression, SET_OPERATORS, ValueType } from './expression';
import { PROMQL_FUNCTIONS } from './functions';
import { regexFault, wholeRegex } from './regular-expressions';

/** Takes what does not fit, and whether it is a window that is missing. @internal */
export type TypeReport = (reason: string, needsRange?: boolean) => void;

/** Aggregations that the server has switched off. */
const EXPERIMENTAL_AGGREGATIONS = ['limitk', 'limit_ratio'];

/**
 * Checks the types of an expression as Prometheus does when it reads a rule, and returns that of its value. What does not fit is said to `report`.
 *
 * @internal
 */
export function valueType(expression: PromqlExpression, text: string, report: TypeReport): ValueType {
  const of = (node: PromqlExpression) => text.slice(node.from, node.to);
  const check = (node: PromqlExpression): ValueType => valueType(node, text, report);
  const expect = (node: PromqlExpression, type: ValueType, where: string) => {
    const given = check(node);
    if (given === type) return;
    const reason = `${where} needs ${NAMES[type]}, but '${of(node)}' is ${NAMES[given]}${hint(type, given)}`;
    report(reason, type === 'matrix' && given === 'vector');
  };
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector': {
      const { name, matchers } = expression;
      for (const { operator, value } of matchers) {
        const wrong = operator.endsWith('~') ? regexFault(value) : undefined;
        if (wrong) report(`'${value}' in '${of(expression)}' is no regular expression of Prometheus: ${wrong}`);
      }
      const selects = matchers.some(({ operator, value }) => SELECTS[operator](value));
      if (name === '' && !selects) report(`'${of(expression)}' selects every series; name the metric or a label`);
      return 'vector';
    }
    case 'range':
      if (expression.window === 0) report(`the window of '${of(expression)}' must be longer than 0 s`);
      if (expression.of.kind !== 'selector') {
        report(`a window belongs to a selector, but '${of(expression.of)}' is none; write '[5m:]' for a subquery`);
      }
      check(expression.of);
      return 'matrix';
    case 'subquery':
      expect(expression.of, 'vector', 'a subquery');
      return 'matrix';
    case 'shift': {
      const inner = expression.of.kind === 'shift' ? expression.of.of : expression.of;
      if (expression.of.kind === 'shift' && expression.of.by === expression.by) {
        report(`'${expression.by}' stands twice in '${of(expression)}'`);
      }
      if (inner.kind !== 'selector' && inner.kind !== 'range' && inner.kind !== 'subquery') {
        report(`'${expression.by}' belongs to a selector or a range, but '${of(inner)}' is none; write it within`);
      }
      return check(expression.of);
    }
    case 'unary': {
      const type = check(expression.of);
      if (type === 'string' || type === 'matrix')
        report(`a sign needs a number or a vector, but '${of(expression.of)}' is ${NAMES[type]}`);
      return type;
    }
    case 'call': {
      const { name, args } = expression;
      const signature = PROMQL_FUNCTIONS.get(name);
      if (!signature) {
        report(`there is no function '${name}'`);
        return 'vector';
      }
      if (signature.experimental) report(`${name}() is experimental, and switched off in the server`);
      const { takes, optional = 0, repeats = false } = signature;
      const [least, most] = [takes.length - optional, repeats ? Infinity : takes.length];
      if (args.length < least || args.length > most) {
        const allowed = most === Infinity ? `at least ${least}` : least === most ? `${least}` : `${least} to ${most}`;
        report(`${name}() takes ${allowed} argument${allowed === '1' ? '' : 's'}; got ${args.length}`);
      }
      args.forEach((arg, i) => {
        const type = takes[Math.min(i, takes.length - 1)];
        if (type) expect(arg, type, `${name}()`);
      });
      return signature.gives;
    }
    case 'aggregation': {
      const { operator, parameter, of: vector } = expression;
      if (EXPERIMENTAL_AGGREGATIONS.includes(operator)) report(`${operator} is experimental, and switched off`);
      if (parameter) expect(parameter, operator === 'count_values' ? 'string' : 'scalar', operator);
      expect(vector, 'vector', operator);
      return 'vector';
    }
    case 'binary':
      return binaryType(expression, check(expression.left), check(expression.right), report);
  }
}

const NAMES: { readonly [type in ValueType]: string } = {
  scalar: 'a number',
  string: 'text',
  vector: 'an instant vector',
  matrix: 'a range',
};

/** Matchers that an empty label does not satisfy. */
const SELECTS: { readonly [operator: string]: (value: string) => boolean } = {
  '=': (value) => value !== '',
  '!=': (value) => value === '',
  '=~': (value) => !matchesEmpty(value),
  '!~': (value) => matchesEmpty(value),
};

function matchesEmpty(pattern: string): boolean {
  return wholeRegex(pattern)?.test('') ?? false;
}

function hint(needed: ValueType, given: ValueType): string {
  if (needed === 'matrix' && given === 'vector') return '; add a window such as [5m]';
  if (needed === 'vector' && given === 'matrix')
    return '; take the window away, or put it into rate() or avg_over_time()';
  return '';
}

function binaryType(
  { operator, bool, matching }: Extract<PromqlExpression, { kind: 'binary' }>,
  left: ValueType,
  right: ValueType,
  report: TypeReport,
): ValueType {
  const types = [left, right];
  for (const [side, type] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (type === 'string' || type === 'matrix')
      report(`'${operator}' needs numbers or vectors, but its ${side} side is ${NAMES[type]}`);
  }
  const numbers = left === 'scalar' && right === 'scalar';
  const comparison = COMPARISONS.includes(operator);
  if (bool && !comparison) report(`'bool' belongs to comparisons, not to '${operator}'`);
  if (comparison && numbers && !bool) report(`a comparison of two numbers needs 'bool': '${operator} bool'`);
  if (SET_OPERATORS.includes(operator) && types.includes('scalar')) {
    report(`'${operator}' needs vectors on both sides, but one is a number; write vector(...)`);
  }
  const labels = [...(matching?.on ?? []), ...(matching?.ignoring ?? [])];
  if (labels.length > 0 && types.includes('scalar'))
    report(`labels cannot be matched where one side of '${operator}' is a number`);
  if (matching?.many && SET_OPERATORS.includes(operator)) report(`'${operator}' takes no group_left or group_right`);
  const shared = matching?.on?.filter((label) => matching.include.includes(label)) ?? [];
  for (const label of shared)
    report(`label '${label}' stands in on() and in the list of the group; leave it out there`);
  return numbers ? 'scalar' : 'vector';
}
