import { createHash } from 'crypto';

/** Arguments that order resources, say where they go and who made them: what is sent does not depend on them. */
const APART = new Set(['depends_on', 'provider', '//']);

/** What tells whether a resource of a stack is as it was recorded: the SHA-256 of its arguments. */
export function blockHash(block: object): string {
  return sha256(JSON.stringify(Object.entries(block).filter(([argument]) => !APART.has(argument))));
}

/** A value in which long texts are their SHA-256. */
export function shortened(value: unknown): unknown {
  if (typeof value === 'string') return value.length > 1000 ? `sha256:${sha256(value)}` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(shortened);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shortened(member)]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
