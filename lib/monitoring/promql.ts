/**
 * One matcher of a selector: `job="triton"`.
 *
 * @internal
 */
export interface LabelMatcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/**
 * A PromQL expression as a tree. Parentheses, signs and `offset` are not represented: they change neither metrics nor labels.
 *
 * @internal
 */
export type PromqlExpression =
  | { readonly kind: 'literal' }
  | {
      readonly kind: 'selector';
      readonly name: string;
      readonly matchers: readonly LabelMatcher[];
      /** Window in seconds of a range selector. */
      readonly window?: number;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly PromqlExpression[] }
  | {
      readonly kind: 'aggregation';
      readonly operator: string;
      readonly by?: readonly string[];
      readonly without?: readonly string[];
      readonly arg: PromqlExpression;
    }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: PromqlExpression;
      readonly right: PromqlExpression;
    };

const AGGREGATIONS = [
  ...['sum', 'min', 'max', 'avg', 'group', 'stddev', 'stdvar', 'count'],
  ...['count_values', 'bottomk', 'topk', 'quantile'],
];
const PRECEDENCE: readonly (readonly string[])[] = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%', 'atan2'],
  ['^'],
];
const DURATION = /^(?:[0-9]+(?:ms|[smhdwy]))+/;
const TOKEN = new RegExp(
  [
    '"(?:[^"\\\\]|\\\\.)*"|\'(?:[^\'\\\\]|\\\\.)*\'|`[^`]*`',
    '(?:[0-9]+(?:ms|[smhdwy]))+',
    '(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?',
    '[a-zA-Z_:][a-zA-Z0-9_:]*',
    '=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}\\[\\],@]',
  ].join('|'),
  'y',
);
const SECONDS: { readonly [unit: string]: number } = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
  y: 31536000,
};

/**
 * Parses the PromQL of Prometheus 2.42, without subqueries. Throws an `Error` that says where parsing stopped.
 *
 * @internal
 */
export function parsePromql(text: string): PromqlExpression {
  const parser = new Parser(text);
  const expression = parser.expression();
  parser.end();
  return expression;
}

class Parser {
  private readonly tokens: string[] = [];
  private position = 0;

  public constructor(private readonly text: string) {
    let at = 0;
    while (at < text.length) {
      const space = /\s/.test(text[at]);
      TOKEN.lastIndex = at;
      const match = space ? null : TOKEN.exec(text);
      if (!space && !match) throw new Error(`unexpected '${text[at]}' at character ${at + 1} of '${text}'`);
      if (match) this.tokens.push(match[0]);
      at += match ? match[0].length : 1;
    }
  }

  public end(): void {
    if (this.position < this.tokens.length) throw this.unexpected();
  }

  public expression(level = 0): PromqlExpression {
    if (level === PRECEDENCE.length) return this.unary();
    let left = this.expression(level + 1);
    while (PRECEDENCE[level].includes(this.peek())) {
      const operator = this.next();
      this.accept('bool');
      if (this.accept('on') || this.accept('ignoring')) this.names();
      if ((this.accept('group_left') || this.accept('group_right')) && this.peek() === '(') this.names();
      left = { kind: 'binary', operator, left, right: this.expression(level + 1) };
    }
    return left;
  }

  private unary(): PromqlExpression {
    if (this.accept('-') || this.accept('+')) return this.unary();
    const operand = this.operand();
    if (this.accept('offset')) {
      this.accept('-');
      this.duration();
    }
    return operand;
  }

  private operand(): PromqlExpression {
    if (this.accept('(')) {
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (this.peek() === '{') return this.selector('');
    const token = this.next();
    if (/^["'`0-9.]/.test(token) || /^(inf|nan)$/i.test(token)) return { kind: 'literal' };
    if (!/^[a-zA-Z_:]/.test(token)) throw this.unexpected(-1);
    if (AGGREGATIONS.includes(token) && ['(', 'by', 'without'].includes(this.peek())) return this.aggregation(token);
    if (this.peek() === '(') return { kind: 'call', name: token, args: this.args() };
    return this.selector(token);
  }

  private aggregation(operator: string): PromqlExpression {
    let grouping = this.grouping();
    const args = this.args();
    grouping = grouping ?? this.grouping();
    if (args.length === 0) throw new Error(`${operator} aggregates nothing in '${this.text}'`);
    return { kind: 'aggregation', operator, ...grouping, arg: args[args.length - 1] };
  }

  private grouping(): { by?: string[]; without?: string[] } | undefined {
    if (this.accept('by')) return { by: this.names() };
    if (this.accept('without')) return { without: this.names() };
    return undefined;
  }

  private selector(name: string): PromqlExpression {
    const matchers: LabelMatcher[] = [];
    if (this.accept('{')) {
      while (!this.accept('}')) {
        const label = this.next();
        const operator = this.next();
        if (!['=', '!=', '=~', '!~'].includes(operator)) throw this.unexpected(-1);
        const value = this.next();
        if (!/^["'`]/.test(value)) throw this.unexpected(-1);
        matchers.push({ label, operator, value: value.slice(1, -1) });
        if (this.peek() !== '}') this.expect(',');
      }
    }
    if (!this.accept('[')) return { kind: 'selector', name, matchers };
    const window = this.duration();
    this.expect(']');
    return { kind: 'selector', name, matchers, window };
  }

  private args(): PromqlExpression[] {
    const args: PromqlExpression[] = [];
    this.expect('(');
    while (!this.accept(')')) {
      args.push(this.expression());
      if (this.peek() !== ')') this.expect(',');
    }
    return args;
  }

  private names(): string[] {
    const names: string[] = [];
    this.expect('(');
    while (!this.accept(')')) {
      names.push(this.next());
      if (this.peek() !== ')') this.expect(',');
    }
    return names;
  }

  private duration(): number {
    const token = this.next();
    if (!DURATION.test(token)) throw this.unexpected(-1);
    const parts = token.match(/[0-9]+(?:ms|[smhdwy])/g) ?? [];
    return parts.reduce((sum, part) => sum + parseInt(part, 10) * SECONDS[part.replace(/[0-9]+/, '')], 0);
  }

  private peek(): string {
    return this.tokens[this.position] ?? '';
  }

  private next(): string {
    if (this.position >= this.tokens.length) throw this.unexpected();
    return this.tokens[this.position++];
  }

  private accept(token: string): boolean {
    if (this.peek() !== token) return false;
    this.position++;
    return true;
  }

  private expect(token: string): void {
    if (!this.accept(token)) throw this.unexpected();
  }

  private unexpected(offset = 0): Error {
    const token = this.tokens[this.position + offset];
    return new Error(token ? `unexpected '${token}' in '${this.text}'` : `'${this.text}' ends too early`);
  }
}
