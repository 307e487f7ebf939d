/** What Go writes for a structure of which nothing is set, and what means the same as none to the API server. */
const EMPTY_MEANS_NONE = new Set(['metadata', 'resources', 'spec', 'status', 'strategy', 'updateStrategy']);

/**
 * The normalization of recorded requests, and all of it: null, empty lists, the empty structures above and the empty target port
 * are no fields; the status of a new object says nothing; lists of plain values are compared without their order, because those
 * that are sets to the provider come in the order of their hashes.
 */
export function normalize(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => normalize(item));
    return items.every((item) => typeof item !== 'object') ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value)
    .filter(([name]) => !(key === '' && name === 'status' && 'kind' in value))
    .map(([name, member]): [string, unknown] => [name, normalize(member, name)])
    .filter(([name, member]) => !isNone(name, member));
  return Object.fromEntries(members);
}

function isNone(name: string, member: unknown): boolean {
  if (member === null || (Array.isArray(member) && member.length === 0)) return true;
  if (name === 'targetPort' && member === '') return true;
  return typeof member === 'object' && EMPTY_MEANS_NONE.has(name) && Object.keys(member as object).length === 0;
}
