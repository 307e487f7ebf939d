import { COMPARISONS, PromqlExpression, SelectorExpression } from '../../../../lib/metrics/promql/expression';
import { parsePromql } from '../../../../lib/metrics/promql/parse';

/** The selectors of an expression as they stand in it, each once, with the names of their metrics. */
export function selectorsOf(expr: string): { readonly metric: string; readonly text: string }[] {
  const found = new Map<string, string>();
  for (const { from, to, name } of within(parsePromql(expr))) found.set(expr.slice(from, to), name);
  return [...found].map(([text, metric]) => ({ text, metric }));
}

/** What an alert compares with its threshold: the whole, where it compares nothing. */
export function comparedBy(expr: string): string {
  const root = parsePromql(expr);
  if (root.kind !== 'binary' || !COMPARISONS.includes(root.operator)) return expr;
  return expr.slice(0, root.right.from).replace(/\s*(?:[=!<>]=|[<>])\s*(?:bool\s*)?\(*$/, '');
}

function within(expr: PromqlExpression): SelectorExpression[] {
  switch (expr.kind) {
    case 'selector':
      return [expr];
    case 'binary':
      return [expr.left, expr.right].flatMap(within);
    case 'call':
      return expr.args.flatMap(within);
    case 'aggregation':
      return [expr.of, ...(expr.parameter ? [expr.parameter] : [])].flatMap(within);
    case 'number':
    case 'string':
      return [];
    default:
      return within(expr.of);
  }
}
