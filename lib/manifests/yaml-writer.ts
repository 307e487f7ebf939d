/**
 * Plain data as a YAML document in block style, which every YAML 1.1 and 1.2 reader reads in the same way: keys and texts that could be
 * read as something else are quoted as in JSON, multi-line texts are literal blocks where YAML allows it.
 *
 * @internal
 */
export function toYaml(value: unknown): string {
  return `${node(value, 0).replace(/^\n/, '')}\n`;
}

/** Text that no reader reads as a number, a date, a truth value, null or syntax. */
const PLAIN = /^[A-Za-z_/][\w./-]*(?:[ :=][\w./-]+)*$/;
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf|~)$/i;

function node(value: unknown, depth: number): string {
  if (Array.isArray(value)) return value.length > 0 ? sequence(value, depth) : ' []';
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return members.length > 0 ? mapping(members, depth) : ' {}';
  }
  return ` ${scalar(value, depth)}`;
}

function mapping(members: [string, unknown][], depth: number): string {
  const indent = '  '.repeat(depth);
  return members.map(([key, member]) => `\n${indent}${text(key)}:${node(member, depth + 1)}`).join('');
}

function sequence(items: unknown[], depth: number): string {
  const indent = '  '.repeat(depth);
  return items.map((item) => `\n${indent}-${node(item, depth + 1).replace(/^\n\s*/, ' ')}`).join('');
}

function scalar(value: unknown, depth: number): string {
  if (typeof value !== 'string') return value === undefined ? 'null' : JSON.stringify(value);
  return isBlock(value) ? block(value, depth) : text(value);
}

function text(value: string): string {
  return PLAIN.test(value) && !RESERVED.test(value) ? value : quoted(value);
}

/** JSON does not escape some characters that YAML reads as line breaks or does not allow. */
function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether a literal block can represent a text unchanged: printable lines, none of which begins or ends with a blank. */
function isBlock(value: string): boolean {
  return /^[\x21-\x7e][\t\x20-\x7e]*(?:\n[\t\x20-\x7e]*)+$/.test(value) && !/[ \t](?:\n|$)|\n\n$/.test(value);
}

function block(value: string, depth: number): string {
  const indent = '  '.repeat(Math.max(depth, 1));
  const lines = value.replace(/\n$/, '').split('\n');
  return `|${value.endsWith('\n') ? '' : '-'}\n${lines.map((line) => line && indent + line).join('\n')}`;
}
