import { nearNames } from '../../units/near-names';
import { TEMPLATE_FUNCTIONS, TEMPLATE_VARIABLES } from './template-functions';
import { templateActions, TemplateError, TemplateToken } from './template-tokens';

/** Words that begin a block, which `end` closes. */
const BLOCKS = ['if', 'with', 'range', 'define', 'block'];
const KEYWORDS = [...BLOCKS, 'else', 'end', 'template', 'break', 'continue'];
/** Words that are values. */
const CONSTANTS = ['true', 'false', 'nil'];

interface Block {
  readonly word: string;
  /** Variables known before it. */
  readonly before: readonly string[];
  readonly hasElse?: boolean;
}

/**
 * Why Prometheus refuses a template of a label or an annotation of an alert, or undefined: it parses each while it loads a file of
 * rules, and with one that Go's text/template cannot parse it refuses the file.
 *
 * @param text the template
 *
 * @internal
 */
export function templateFault(text: string): string | undefined {
  try {
    new Template().read(templateActions(text));
    return undefined;
  } catch (error) {
    if (error instanceof TemplateError) return error.message;
    throw error;
  }
}

class Template {
  private readonly blocks: Block[] = [];
  private variables: readonly string[] = TEMPLATE_VARIABLES;

  public read(actions: readonly (readonly TemplateToken[])[]): void {
    actions.forEach((tokens) => this.action(withoutSpaces(tokens)));
    const open = this.blocks.pop();
    if (open) throw new TemplateError(`{{ ${open.word} }} has no {{ end }}`);
  }

  private action(tokens: readonly TemplateToken[]): void {
    const [first] = tokens;
    const word = first?.kind === 'word' ? first.text : '';
    if (!KEYWORDS.includes(word)) return this.pipeline(tokens, '{{ }}');
    const rest = withoutSpaces(tokens.slice(1));
    if (word === 'end') return this.end(rest);
    if (word === 'else') return this.otherwise(rest);
    if (word === 'break' || word === 'continue') {
      if (!this.blocks.some((block) => block.word === 'range')) {
        throw new TemplateError(`{{ ${word} }} stands outside {{ range }}`);
      }
      return nothingIn(rest, word);
    }
    if (word === 'define' && this.blocks.length > 0)
      throw new TemplateError('{{ define }} stands inside another block');
    if (BLOCKS.includes(word)) this.blocks.push({ word, before: this.variables });
    if (word !== 'define' && word !== 'block' && word !== 'template') return this.pipeline(rest, word);
    if (rest[0]?.kind !== 'string') throw new TemplateError(`{{ ${word} }} needs a name in quotes`);
    const argument = withoutSpaces(rest.slice(1));
    if (word === 'define') nothingIn(argument, word);
    else if (argument.length > 0 || word === 'block') this.pipeline(argument, word);
    if (word !== 'template') this.variables = ['$'];
  }

  private end(rest: readonly TemplateToken[]): void {
    nothingIn(rest, 'end');
    const block = this.blocks.pop();
    if (!block) throw new TemplateError('{{ end }} closes nothing');
    this.variables = block.before;
  }

  private otherwise(rest: readonly TemplateToken[]): void {
    const block = this.blocks.pop();
    if (!block || block.hasElse || !['if', 'with', 'range'].includes(block.word)) {
      throw new TemplateError('{{ else }} stands outside {{ if }}, {{ with }} and {{ range }}, or is their second');
    }
    const chained = rest[0]?.kind === 'word' && rest[0].text === block.word && block.word !== 'range';
    this.blocks.push({ ...block, hasElse: !chained });
    if (chained) this.pipeline(withoutSpaces(rest.slice(1)), block.word);
    else nothingIn(rest, 'else');
  }

  /** Commands with `|` between them; of a `range` with one or two variables before it. */
  private pipeline(all: readonly TemplateToken[], where: string): void {
    let tokens = all;
    const assigned = tokens.findIndex(({ kind, text }) => kind === 'sign' && (text === ':=' || text === '='));
    if (assigned >= 0) {
      const names = tokens.slice(0, assigned).filter(({ kind }) => kind !== 'space');
      const list = names.map(({ kind, text }) => (kind === 'variable' ? '$' : text)).join('');
      if (list !== '$' && !(where === 'range' && list === '$,$')) {
        throw new TemplateError(`'${tokens[assigned].text}' needs a variable before it`);
      }
      const own = names.filter(({ kind }) => kind === 'variable').map(({ text }) => text);
      this.variables = [...this.variables, ...own];
      tokens = withoutSpaces(tokens.slice(assigned + 1));
    }
    const rest = this.commands(tokens, 0, where);
    if (rest < tokens.length) throw new TemplateError(`')' has no '(' before it`);
  }

  /** Reads to the end, or to the parenthesis that closes; returns where it stopped. */
  private commands(tokens: readonly TemplateToken[], from: number, where: string): number {
    let at = from;
    let commands = 0;
    for (;;) {
      const start = at;
      at = this.command(tokens, at);
      const operands = withoutSpaces(tokens.slice(start, at));
      // Go takes a '|' with nothing behind it.
      if (operands.length === 0 && commands > 0 && tokens[at]?.text !== '|') return at;
      if (operands.length === 0) throw new TemplateError(`a value is missing in ${where}`);
      const [{ kind, text }] = operands;
      const fixed = ['string', 'number', 'dot'].includes(kind) || (kind === 'word' && CONSTANTS.includes(text));
      if (commands > 0 && fixed) throw new TemplateError(`a function must follow '|'; got ${text}`);
      commands++;
      if (tokens[at]?.text !== '|') return at;
      at++;
    }
  }

  private command(tokens: readonly TemplateToken[], from: number): number {
    let at = from;
    let last: TemplateToken | undefined;
    while (at < tokens.length && !(tokens[at].kind === 'sign' && ['|', ')'].includes(tokens[at].text))) {
      const token = tokens[at++];
      const after = last && last.kind !== 'space' ? last : undefined;
      last = token;
      if (token.kind === 'space') continue;
      const chains = after && (['variable', 'field', 'word'].includes(after.kind) || after.text === ')');
      if (after && !(token.kind === 'field' && chains)) {
        const cure = token.text === '(' ? ', since arguments stand behind a space: humanize $value' : '';
        throw new TemplateError(`'${token.text}' may not follow '${after.text}'${cure}`);
      }
      if (token.text === '(' && token.kind === 'sign') {
        at = this.commands(tokens, at, '( )');
        if (at >= tokens.length) throw new TemplateError(`'(' has no ')' behind it`);
        last = tokens[at++];
      } else this.operand(token);
    }
    return at;
  }

  private operand({ kind, text }: TemplateToken): void {
    if (kind === 'sign') {
      throw new TemplateError(`'${text}' is no operator of templates; compute in expr, or call a function`);
    }
    if (kind === 'variable' && !this.variables.includes(text)) {
      throw new TemplateError(`the variable ${text} is not known; known are ${this.variables.join(', ')}`);
    }
    if (kind !== 'word' || CONSTANTS.includes(text) || TEMPLATE_FUNCTIONS.includes(text)) return;
    const nearest = nearNames(text, TEMPLATE_FUNCTIONS).join(', ');
    throw new TemplateError(`templates of Prometheus have no function '${text}'; nearest: ${nearest}`);
  }
}

function nothingIn(rest: readonly TemplateToken[], word: string): void {
  if (rest.length > 0) throw new TemplateError(`nothing may follow '${word}'; got '${rest[0].text}'`);
}

function withoutSpaces(tokens: readonly TemplateToken[]): readonly TemplateToken[] {
  const isSpace = (token: TemplateToken | undefined) => token?.kind === 'space';
  const from = tokens.findIndex((token) => !isSpace(token));
  if (from < 0) return [];
  return tokens.slice(from, isSpace(tokens[tokens.length - 1]) ? -1 : undefined);
}
