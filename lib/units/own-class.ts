import { types } from 'util';

/** Key on the prototypes of classes of this library, shared by all its loaded copies: the name of the class. */
const NAME = Symbol.for('gpu-inference-constructs/class');

/**
 * Names a class of this library on its prototype: other loaded copies have classes of their own, and bundlers rename classes. It stands
 * after each public class, and after each class whose objects users are given as an interface; `checkArguments` does it too.
 *
 * @param name name in the public API; of an internal class that of the interface
 * @param owner the class
 *
 * @internal
 */
export function nameClass(name: string, owner: { readonly prototype: object }): void {
  Object.defineProperty(owner.prototype, NAME, { value: name });
}

/**
 * Whether a value is an object of a class of this library, or of one that extends it, in this copy of the package or another. What has
 * the members of such an object but is none would lack what its factories check.
 *
 * @internal
 */
export function isOfClass(value: unknown, name: string): boolean {
  // Private members cannot be read through a proxy.
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  for (let each: unknown = Object.getPrototypeOf(value); each; each = Object.getPrototypeOf(each)) {
    if (Object.getOwnPropertyDescriptor(each, NAME)?.value === name) return true;
  }
  return false;
}

/**
 * Whether an object was made by a class of this library itself, and not by a class that a user derived from it.
 *
 * @internal
 */
export function isOfOwnClass(value: object): boolean {
  const prototype: unknown = types.isProxy(value) ? undefined : Object.getPrototypeOf(value);
  return prototype !== undefined && prototype !== null && Object.hasOwn(prototype, NAME);
}

/**
 * Name of the class of this library that an object is of; undefined for any other.
 *
 * @internal
 */
export function classNameOf(value: object): string | undefined {
  return isOfAnyClass(value) ? String((value as { readonly [NAME]: unknown })[NAME]) : undefined;
}

/**
 * Whether a value is an object of any class of this library.
 *
 * @internal
 */
export function isOfAnyClass(value: object): boolean {
  return !types.isProxy(value) && NAME in value;
}
