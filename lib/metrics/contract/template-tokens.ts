import { unquoted } from '../promql/literals';

/**
 * A part of what stands between `{{` and `}}`.
 *
 * @internal
 */
export interface TemplateToken {
  readonly kind: 'space' | 'word' | 'variable' | 'field' | 'dot' | 'string' | 'number' | 'sign';
  readonly text: string;
}

/** What is wrong with a template. @internal */
export class TemplateError extends Error {}

const PATTERNS: readonly (readonly [kind: TemplateToken['kind'], pattern: RegExp])[] = [
  ['space', /[ \t\r\n]+?(?=[ \t\r\n]-\}\}|[^ \t\r\n]|$)/y],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ['number', /'(?:[^'\\\n]|\\[^\n])*'/y],
  ['number', /[+-]?(?:0[xX][\da-fA-F_]+|0[bBoO][\d_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)i?/y],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['field', /\.[\p{L}\p{Nd}_]+/uy],
  ['dot', /\./y],
  ['word', /[\p{L}\p{Nd}_]+/uy],
  ['sign', /:=|[^"`']/uy],
];
/** After a word, a variable or a field nothing else may follow. */
const MAY_FOLLOW = /[\s.,|:)(]|\}\}|$/y;

/**
 * The actions of a template, as Go's text/template finds them: what stands between `{{` and `}}`.
 *
 * @throws TemplateError for what it refuses to read
 *
 * @internal
 */
export function templateActions(text: string): TemplateToken[][] {
  const actions: TemplateToken[][] = [];
  let at = 0;
  for (;;) {
    const open = text.indexOf('{{', at);
    if (open < 0) return actions;
    at = open + 2;
    if (/-[ \t\r\n]/y.test(text.slice(at, at + 2))) at += 2;
    const comment = sticky(/\/\*/y, text, at);
    if (comment) {
      const end = sticky(/[^]*?\*\/(?:[ \t\r\n]-)?\}\}/y, text, at + comment.length);
      if (!end) throw new TemplateError(`a comment must end with '*/}}'`);
      at += comment.length + end.length;
      continue;
    }
    const tokens: TemplateToken[] = [];
    for (;;) {
      const close = sticky(/(?:[ \t\r\n]-)?\}\}/y, text, at);
      if (close) {
        at += close.length;
        break;
      }
      if (at >= text.length) throw new TemplateError(`'${excerpt(text, open)}' has no '}}' behind it`);
      const token = tokenAt(text, at);
      tokens.push(token);
      at += token.text.length;
    }
    actions.push(tokens);
  }
}

function tokenAt(text: string, at: number): TemplateToken {
  for (const [kind, pattern] of PATTERNS) {
    const found = sticky(pattern, text, at);
    if (found === undefined) continue;
    if (kind === 'string' && found.startsWith('"')) checkEscapes(found);
    if (
      found.startsWith("'") &&
      !/^'(?:[^\\]|\\(?:[abfnrtv\\']|x[\da-f]{2}|u[\da-f]{4}|U[\da-f]{8}|[0-7]{3}))'$/iu.test(found)
    )
      throw new TemplateError(`${found} is not text; write it in double quotes or backquotes`);
    if (['word', 'variable', 'field'].includes(kind) && sticky(MAY_FOLLOW, text, at + found.length) === undefined) {
      const character = text[at + found.length];
      const cure = kind === 'field' ? `; a label with it is read by index, such as index $labels "a${character}b"` : '';
      throw new TemplateError(`'${character}' may not follow '${found}'${cure}`);
    }
    return { kind, text: found };
  }
  throw new TemplateError(`the text that begins with ${excerpt(text, at)} has no end`);
}

function checkEscapes(text: string): void {
  try {
    unquoted(text);
  } catch (error) {
    throw new TemplateError((error as Error).message);
  }
}

function sticky(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function excerpt(text: string, at: number): string {
  return text.length - at > 30 ? `${text.slice(at, at + 30)}…` : text.slice(at);
}
