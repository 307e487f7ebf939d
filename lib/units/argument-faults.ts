import { throwIfFaulty } from './errors';
import { Fault, fault } from './fault';
import { ARGUMENTS } from './public-arguments';
import { STRUCTS } from './public-kinds';
import { otherFaults } from './other-faults';
import { isOfClass, nameClass } from './own-class';
import { numericFaults, StructName, structFaults, TypedName, typedNames, valueFaults } from './struct-faults';
import { allOf, isUnreadable } from './unreadable';

/** Name of a public class or interface with methods that take arguments. @internal */
export type MethodOwner = keyof typeof ARGUMENTS;

/**
 * Throws the faults of a call, if there are any.
 *
 * @internal
 */
export type ThrowFaults = (
  faults: readonly Fault[],
  self: unknown,
  given: readonly unknown[],
  beside: FaultsBeside,
) => void;

/**
 * The faults of a call beside those of its kinds. The call is made by `around`, with what can be used of its arguments.
 *
 * @internal
 */
export type FaultsBeside = (around: (call: () => unknown, values: readonly unknown[]) => void) => Fault[];

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
  throwFaults: ThrowFaults = throwOfPureCall,
): void {
  nameClass(name, owner);
  for (const [method, row] of Object.entries(ARGUMENTS[name])) {
    const [holder, key] = method.startsWith('static ') ? [owner, method.slice(7)] : [owner.prototype, method];
    const unchecked = Reflect.get(holder, key) as Method;
    const parameters = typedNames(row);
    const checked: Method = function (...given) {
      if (!parameters.every((parameter, index) => isPlainly(parameter, given[index]))) {
        const faults = argumentFaults(parameters, given);
        if (faults.length > 0) {
          const beside: FaultsBeside = (around) =>
            faultsBeside(parameters, given, (values) => around(() => unchecked.apply(this, [...values]), values));
          throwFaults(faults, this, given, beside);
        }
      }
      return unchecked.apply(this, given);
    };
    Object.defineProperty(checked, 'name', { value: key });
    Object.defineProperty(holder, key, { value: checked, writable: true, configurable: true, enumerable: false });
  }
}

/**
 * How the factories of a value throw that is checked where it is used: what else is wrong with the value is said too, so that one error has
 * all faults.
 *
 * @param faultsOf finds what is wrong with a value
 * @param prefix what its properties and sentences begin with, before the properties of the factory @default - nothing
 *
 * @internal
 */
export function throwOfFactory<T>(faultsOf: (made: T) => readonly Fault[], prefix = ''): ThrowFaults {
  const without = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : text);
  const own = ({ id, property, reason }: Fault) => fault(id, property && without(property), without(reason));
  return (faults, _, __, beside) => {
    const others = beside((call) => {
      const made = call() as T;
      throwIfFaulty(allOf(() => faultsOf(made)).map(own));
    });
    throwIfFaulty([...faults, ...others]);
  };
}

function throwOfPureCall(faults: readonly Fault[], _: unknown, __: readonly unknown[], beside: FaultsBeside): void {
  throwIfFaulty([...faults, ...beside((call) => void call())]);
}

/**
 * The faults of arguments of another kind than their parameters.
 *
 * @internal
 */
export function argumentFaults(parameters: readonly TypedName[], given: readonly unknown[]): Fault[] {
  return parameters.flatMap((parameter, index) => parameterFaults(parameter, given[index]));
}

/**
 * The faults of a call beside those of arguments of another kind, where there is anything beside them.
 *
 * @param parameters its parameters
 * @param given its arguments
 * @param attempt the call
 *
 * @internal
 */
export function faultsBeside(
  parameters: readonly TypedName[],
  given: readonly unknown[],
  attempt: (values: readonly unknown[]) => void,
): Fault[] {
  if (parameters.length < 2 && !parameters.some(({ type }) => type in STRUCTS)) return [];
  const each = parameters.map((parameter, index) => {
    const faults = parameterFaults(parameter, given[index]);
    const isWhole = faults.some(({ property }) => property === parameter.name);
    const list = !isWhole && parameter.type.endsWith('[]') ? parameter.name : undefined;
    return { value: given[index], faults, optional: isWhole ? undefined : optionalOf(parameter.type), list };
  });
  return otherFaults(each, attempt);
}

function optionalOf(type: string): string[] | undefined {
  if (!(type in STRUCTS)) return undefined;
  const properties = typedNames(STRUCTS[type as StructName]);
  return properties.filter(({ optional }) => optional).map(({ name }) => name);
}

function parameterFaults({ name, optional, type }: TypedName, value: unknown): Fault[] {
  if (optional && value === undefined) return [];
  if (type === 'number') return numericFaults(name, value);
  // Whole documents are passed as arguments, never as properties.
  if (type === 'string' && typeof value === 'string') return [];
  // Properties of a struct are known by their own names, as those of a construct.
  return type in STRUCTS ? structFaults(type as StructName, value, '', name) : valueFaults(name, value, type);
}

/** Whether an argument is of its kind at first sight: arithmetic calls these methods often. */
function isPlainly({ type }: TypedName, value: unknown): boolean {
  if (isUnreadable(value)) return true;
  if (typeof value === 'object') return isOfClass(value, type);
  return typeof value === type && !Number.isNaN(value);
}
