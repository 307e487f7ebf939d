import { PromqlExpression, SelectorExpression } from './expression';

/** The selectors of an expression, in their order. @internal */
export function selectorsIn(expression: PromqlExpression): SelectorExpression[] {
  switch (expression.kind) {
    case 'number':
    case 'string':
      return [];
    case 'selector':
      return [expression];
    case 'call':
      return expression.args.flatMap(selectorsIn);
    case 'binary':
      return [...selectorsIn(expression.left), ...selectorsIn(expression.right)];
    case 'aggregation':
      return [...(expression.parameter ? selectorsIn(expression.parameter) : []), ...selectorsIn(expression.of)];
    default:
      return selectorsIn(expression.of);
  }
}
