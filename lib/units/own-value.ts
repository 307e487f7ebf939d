/**
 * The value of a table or map under a name that users give: none under names that every object inherits, such as `constructor`.
 *
 * @internal
 */
export function ownValue<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
