import type { SyntaxNode } from '@lezer/common';
import { promqlParser } from './grammar';
import { numberOf, unquoted } from './literals';
import { LabelMatcher, PromqlExpression, VectorMatching } from './expression';

/** Nodes of the grammar that hold one expression, whose value is another moment's. */
const SHIFTS = ['OffsetExpr', 'StepInvariantExpr'];
const POSTFIXES = [...SHIFTS, 'MatrixSelector', 'SubqueryExpr'];
/** What the servers that we deploy have switched off. */
const EXPERIMENTAL: { readonly [node: string]: string } = {
  FillModifier: 'fill()',
  SmoothedExpr: 'smoothed',
  AnchoredExpr: 'anchored',
  TrimUpper: '</',
  TrimLower: '>/',
};

/** What was parsed last: monitoring asks for each rule several times, and every site of a fleet has the same ones. */
const PARSED = new Map<string, PromqlExpression>();
const MOST_PARSED = 4096;

/**
 * Parses PromQL by the grammar that Prometheus' own editor has. Throws an `Error` that says where parsing stopped.
 *
 * @internal
 */
export function parsePromql(text: string): PromqlExpression {
  const known = PARSED.get(text);
  if (known) return known;
  const parsed = new Reader(text).read();
  if (PARSED.size >= MOST_PARSED) PARSED.clear();
  PARSED.set(text, parsed);
  return parsed;
}

class Reader {
  public constructor(private readonly text: string) {}

  public read(): PromqlExpression {
    const tree = promqlParser().parse(this.text);
    const cursor = tree.cursor();
    do {
      if (cursor.type.isError) throw this.#syntax(cursor.node);
      if (cursor.name in EXPERIMENTAL)
        throw new Error(`'${EXPERIMENTAL[cursor.name]}' is experimental and switched off`);
    } while (cursor.next());
    const root = this.#children(tree.topNode);
    return this.#expression(root[0]);
  }

  #syntax(node: SyntaxNode): Error {
    const rest = this.text.slice(node.from).trimStart();
    const template = /\$\{?__?\w+|\$\w+|\{\{.*?\}\}|\[\[\w+\]\]/.exec(this.text);
    if (template && template.index + template[0].length >= node.from) {
      return new Error(`'${template[0]}' of a template stands in '${this.text}'; put a value in its place`);
    }
    if (rest === '') return new Error(`'${this.text}' ends too early`);
    // The grammar knows the names of functions; that of another one reads as a metric, and then '(' is one too many.
    const name = /([a-zA-Z_]\w*)\s*$/.exec(this.text.slice(0, node.from));
    if (name && rest.startsWith('(')) return new Error(`there is no function '${name[1]}' in '${this.text}'`);
    const [token] = /^(?:[\w:]+|"[^"]*"?|'[^']*'?|.)/.exec(rest) as RegExpExecArray;
    // The grammar reads a duration as far as its units are in order.
    const unit = /[0-9]+(?:ms|[smhdwy])$/.exec(this.text.slice(0, this.text.length - rest.length));
    if (unit && /^[0-9]+(?:ms|[smhdwy])/.test(token))
      return new Error(
        `the units of the duration '${unit[0]}${token}' in '${this.text}' must be in the order y w d h m s ms, each once, e.g. 1h30m`,
      );
    return new Error(`unexpected '${token}' at character ${this.text.length - rest.length + 1} of '${this.text}'`);
  }

  /** Without comments. */
  #children(node: SyntaxNode): SyntaxNode[] {
    const all: SyntaxNode[] = [];
    for (let child = node.firstChild; child; child = child.nextSibling)
      if (child.name !== 'LineComment') all.push(child);
    return all;
  }

  #text(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  #expression(node: SyntaxNode): PromqlExpression {
    const place = { from: node.from, to: node.to };
    const children = this.#children(node);
    if (POSTFIXES.includes(node.name)) return this.#postfix(node, children[0], node.to);
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: numberOf(this.#text(node)), ...place };
      case 'StringLiteral':
        return { kind: 'string', text: unquoted(this.#text(node)), ...place };
      case 'ParenExpr':
        return this.#expression(children[0]);
      case 'UnaryExpr':
        return { kind: 'unary', of: this.#expression(children[1]), ...place };
      case 'VectorSelector':
        return { ...this.#selector(node), ...place };
      case 'FunctionCall':
        return { kind: 'call', name: this.#text(children[0]), args: this.#args(node), ...place };
      case 'AggregateExpr':
        return { ...this.#aggregation(node), ...place };
      case 'BinaryExpr':
        return { ...this.#binary(node), ...place };
      default:
        throw new Error(`'${this.#text(node)}' cannot be checked in '${this.text}'`);
    }
  }

  #args(node: SyntaxNode): PromqlExpression[] {
    const body = node.getChild('FunctionCallBody');
    return body ? this.#children(body).map((child) => this.#expression(child)) : [];
  }

  #names(node: SyntaxNode): string[] {
    return this.#children(node).map((child) => {
      const text = this.#text(child);
      return child.name === 'QuotedLabelName' ? unquoted(text) : text;
    });
  }

  #selector(node: SyntaxNode) {
    const identifier = node.getChild('Identifier');
    const list = node.getChild('LabelMatchers');
    let name = identifier ? this.#text(identifier) : '';
    const matchers: LabelMatcher[] = [];
    for (const child of list ? this.#children(list) : []) {
      if (child.name === 'QuotedLabelName') {
        if (name !== '') throw new Error(`the metric is named twice in '${this.#text(node)}'`);
        name = unquoted(this.#text(child));
        continue;
      }
      const [label, operator, value] = this.#children(child).map((part) => this.#text(part));
      matchers.push({
        label: child.name === 'QuotedLabelMatcher' ? unquoted(label) : label,
        operator: operator as LabelMatcher['operator'],
        value: unquoted(value),
      });
    }
    const names = matchers.filter(({ label }) => label === '__name__');
    const named = names.find(({ operator }) => operator === '=');
    if (names.length > 0 && name !== '') throw new Error(`the metric is named twice in '${this.#text(node)}'`);
    return { kind: 'selector' as const, name: named?.value ?? name, matchers: matchers.filter((one) => one !== named) };
  }

  /**
   * A window, `offset` or `@` after an operand. In Prometheus' own parser they belong to that operand alone, in the grammar of its editor to all
   * before them: `a + b[5m:]` and `-a[5m]`.
   */
  #postfix(node: SyntaxNode, on: SyntaxNode, to: number): PromqlExpression {
    const shift = SHIFTS.includes(node.name);
    const by = node.name === 'OffsetExpr' ? ('offset' as const) : ('@' as const);
    const wrap = (of: PromqlExpression): PromqlExpression => {
      const inner = { of, from: of.from, to };
      if (shift) return { kind: 'shift', by, ...inner };
      const text = this.#text(this.#children(node)[1]);
      const known = /^[0-9a-zA-Z_.]+$/.test(text);
      const kind = node.name === 'SubqueryExpr' ? ('subquery' as const) : ('range' as const);
      return { kind, ...inner, window: known ? numberOf(text) : undefined };
    };
    const within = (of: PromqlExpression): PromqlExpression => {
      if (of.kind === 'unary') return { ...of, of: within(of.of), to };
      return of.kind === 'binary' ? { ...of, right: within(of.right), to } : wrap(of);
    };
    const attach = (operand: SyntaxNode): PromqlExpression => {
      const children = this.#children(operand);
      const place = { from: operand.from, to };
      if (operand.name === 'UnaryExpr') return { kind: 'unary', of: attach(children[1]), ...place };
      if (operand.name === 'BinaryExpr') {
        return { ...this.#binary(operand), right: attach(children[children.length - 1]), ...place };
      }
      if (POSTFIXES.includes(operand.name)) return within(this.#expression(operand));
      if (shift && operand.name === 'ParenExpr') {
        throw new Error(`'${by}' belongs to a selector or a range; write it within '${this.#text(operand)}'`);
      }
      // What stands in parentheses is one operand, whatever it is.
      return wrap(this.#expression(operand));
    };
    return attach(on);
  }

  #aggregation(node: SyntaxNode) {
    const operator = this.#text(node.getChild('AggregateOp') as SyntaxNode);
    const modifier = node.getChild('AggregateModifier');
    const labels = modifier?.getChild('GroupingLabels');
    const names = labels ? this.#names(labels) : [];
    const args = this.#args(node);
    const most = PARAMETERS.includes(operator) ? 2 : 1;
    if (args.length !== most) {
      throw new Error(
        `${operator} takes ${most === 1 ? 'one argument' : 'a parameter and a vector'}; got ${args.length}`,
      );
    }
    return {
      kind: 'aggregation' as const,
      operator: operator.toLowerCase(),
      ...(modifier ? (modifier.getChild('By') ? { by: names } : { without: names }) : {}),
      ...(most === 2 ? { parameter: args[0] } : {}),
      of: args[most - 1],
    };
  }

  #binary(node: SyntaxNode) {
    const children = this.#children(node);
    const [left, right] = [children[0], children[children.length - 1]];
    const clause = node.getChild('MatchingModifierClause');
    return {
      kind: 'binary' as const,
      operator: this.#text(children[1]).toLowerCase(),
      bool: node.getChild('BoolModifier') !== null,
      ...(clause ? { matching: this.#matching(clause) } : {}),
      left: this.#expression(left),
      right: this.#expression(right),
    };
  }

  #matching(clause: SyntaxNode): VectorMatching {
    const lists = clause.getChildren('GroupingLabels').map((list) => this.#names(list));
    const pairs = lists[0] ?? [];
    const many = clause.getChild('GroupLeft') ? 'left' : clause.getChild('GroupRight') ? 'right' : undefined;
    return {
      ...(clause.getChild('On') ? { on: pairs } : clause.getChild('Ignoring') ? { ignoring: pairs } : {}),
      many,
      include: lists[1] ?? [],
    };
  }
}

/** Aggregations with a parameter before the vector. */
const PARAMETERS = ['topk', 'bottomk', 'quantile', 'count_values', 'limitk', 'limit_ratio'];
