import { luaLiteral } from './lua';
import { httpFilter } from './typed';

/** A script of the gateway, after the values that it is given. @internal */
export function luaFilter(
  name: string,
  globals: readonly (readonly [string, Parameters<typeof luaLiteral>[0]])[],
  script: string,
): object {
  const values = globals.map(([global, value]) => `local ${global} = ${luaLiteral(value)}\n`).join('');
  return httpFilter('lua', 'Lua', { default_source_code: { inline_string: `${values}${script}` } }, `lua.${name}`);
}
