/** What a Lua script of the gateway may be given. */
type LuaValue = string | number | undefined | readonly LuaValue[] | { readonly [key: string]: LuaValue };

/**
 * A value as Lua 5.1 reads it. Every byte of a text but letters, digits and a few signs is a number, so that no text ends it.
 *
 * @internal
 */
export function luaLiteral(value: LuaValue): string {
  if (value === undefined) return 'nil';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return luaText(value);
  if (Array.isArray(value)) return `{ ${value.map(luaLiteral).join(', ')} }`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{ ${members.map(([key, member]) => `[${luaText(key)}] = ${luaLiteral(member)}`).join(', ')} }`;
}

function luaText(text: string): string {
  const bytes = [...Buffer.from(text, 'utf8')].map((byte) =>
    /[\w ./:-]/.test(String.fromCharCode(byte)) && byte < 128
      ? String.fromCharCode(byte)
      : `\\${String(byte).padStart(3, '0')}`,
  );
  return `'${bytes.join('')}'`;
}
