/**
 * A name of an enum, which the text format writes without quotes. It is told from a message by its property, because another loaded
 * copy of the package may have made it: no field of a message is called so, for fields are in snake case.
 *
 * @internal
 */
export class EnumName {
  public constructor(public readonly enumName: string) {}
}

/** Largest number of the types int32 and uint32 that all of them hold. */
export const MAX_INT32 = 2 ** 31 - 1;

/** @internal */
export type TextValue = string | number | boolean | EnumName | TextMessage | readonly TextValue[];

/**
 * Fields of a message in the order they are written; an undefined one is left out, an array is a repeated field (an empty one is no field).
 *
 * @internal
 */
export interface TextMessage {
  readonly [field: string]: TextValue | undefined;
}

/**
 * Renders a message in the protobuf text format, as `config.pbtxt` wants it.
 *
 * @internal
 */
export function renderTextFormat(message: TextMessage, indent = ''): string {
  return Object.entries(message)
    .map(([field, value]) => (value === undefined ? '' : renderField(field, value, indent)))
    .join('');
}

function renderField(field: string, value: TextValue, indent: string): string {
  if (isList(value)) {
    if (value.length === 0) return '';
    if (value.every(isScalar)) return `${indent}${field}: [ ${value.map(renderScalar).join(', ')} ]\n`;
    return value.map((item) => renderField(field, item, indent)).join('');
  }
  if (isScalar(value)) return `${indent}${field}: ${renderScalar(value)}\n`;
  return `${indent}${field} {\n${renderTextFormat(value, `${indent}  `)}${indent}}\n`;
}

function isList(value: TextValue): value is readonly TextValue[] {
  return Array.isArray(value);
}

function isScalar(value: TextValue): value is string | number | boolean | EnumName {
  return typeof value !== 'object' || isEnumName(value);
}

function isEnumName(value: TextValue): value is EnumName {
  return typeof value === 'object' && !isList(value) && typeof value.enumName === 'string';
}

function renderScalar(value: string | number | boolean | EnumName): string {
  if (isEnumName(value)) return value.enumName;
  return typeof value === 'string' ? quote(value) : String(value);
}

/** Everything but printable ASCII goes in as octal bytes of its UTF-8 form. */
function quote(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')].map((byte) => {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') return `\\${character}`;
    return byte >= 0x20 && byte < 0x7f ? character : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${bytes.join('')}"`;
}
