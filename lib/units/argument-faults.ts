import { throwIfFaulty } from './errors';
import { Fault } from './fault';
import { ARGUMENTS } from './public-arguments';
import { STRUCTS } from './public-kinds';
import { nameClass } from './own-class';
import { numericFaults, StructName, structFaults, TypedName, typedNames, valueFaults } from './struct-faults';

/** Name of a public class or interface with methods that take arguments. @internal */
export type MethodOwner = keyof typeof ARGUMENTS;

/**
 * Throws the faults of a call, if there are any.
 *
 * @internal
 */
export type ThrowFaults = (faults: readonly Fault[], self: unknown, given: readonly unknown[]) => void;

type Method = (this: unknown, ...given: unknown[]) => unknown;

/**
 * Lets the public methods of a class refuse arguments of another kind than they declare, as programs without types bring them, before
 * anything reads them. It stands after each public class whose methods take arguments.
 *
 * @param name the class in the table of arguments, or the interface of it that a class implements
 * @param owner the class
 * @param throwFaults how its methods throw @default - as pure code does
 *
 * @internal
 */
export function checkArguments(
  name: MethodOwner,
  owner: { readonly prototype: object },
  throwFaults: ThrowFaults = throwIfFaulty,
): void {
  nameClass(name, owner);
  for (const [method, row] of Object.entries(ARGUMENTS[name])) {
    const [holder, key] = method.startsWith('static ') ? [owner, method.slice(7)] : [owner.prototype, method];
    const unchecked = Reflect.get(holder, key) as Method;
    const parameters = typedNames(row);
    const checked: Method = function (...given) {
      if (!parameters.every((parameter, index) => isPlainly(parameter, given[index]))) {
        throwFaults(argumentFaults(parameters, given), this, given);
      }
      return unchecked.apply(this, given);
    };
    Object.defineProperty(checked, 'name', { value: key });
    Object.defineProperty(holder, key, { value: checked, writable: true, configurable: true, enumerable: false });
  }
}

/**
 * The faults of arguments of another kind than their parameters.
 *
 * @internal
 */
export function argumentFaults(parameters: readonly TypedName[], given: readonly unknown[]): Fault[] {
  return parameters.flatMap(({ name, optional, type }, index) => {
    const value = given[index];
    if (optional && value === undefined) return [];
    if (type === 'number') return numericFaults(name, value);
    // Properties of a struct are known by their own names, as those of a construct.
    return type in STRUCTS ? structFaults(type as StructName, value, '', name) : valueFaults(name, value, type);
  });
}

/** Whether an argument is of its kind at first sight: arithmetic calls these methods often. */
function isPlainly({ type }: TypedName, value: unknown): boolean {
  if (typeof value === 'object') return value?.constructor?.name === type;
  return typeof value === type && !Number.isNaN(value);
}
