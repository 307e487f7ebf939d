/** What reading a member gave: its value, or why it cannot be read. */
export interface Read {
  readonly value?: unknown;
  readonly failure?: string;
}

/**
 * Reads a member of an object of a user's own class: its getter may throw, or a proxy was revoked.
 *
 * @internal
 */
export function readMember(owner: object, name: string): Read {
  try {
    return { value: Reflect.get(owner, name) as unknown };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : 'it threw no error' };
  }
}

/**
 * The member of an object, or nothing where it cannot be read.
 *
 * @internal
 */
export function memberOf(owner: object, name: string): unknown {
  return readMember(owner, name).value;
}

/**
 * The names of the members that an object has of its own; nothing where they cannot be listed, as of a proxy that refuses.
 *
 * @internal
 */
export function ownKeys(owner: object): string[] | undefined {
  try {
    return Object.keys(owner);
  } catch {
    return undefined;
  }
}

/**
 * Whether an object has a member, as far as that can be asked.
 *
 * @internal
 */
export function hasMember(owner: object, name: PropertyKey): boolean {
  try {
    return Reflect.has(owner, name);
  } catch {
    return false;
  }
}
