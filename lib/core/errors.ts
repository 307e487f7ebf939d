import { Fault } from '../units/fault';
import { Construct, IConstruct } from 'constructs';
import { argumentFaults } from '../units/argument-faults';
import { InterfaceName, returnedFaults, StructName } from '../units/struct-faults';
import { reasonsText, UnscopedValidationError } from '../units/errors';

/**
 * Bad input to a construct. It names the construct by its path and lists every fault at once.
 *
 * TypeScript only, because jsii does not support error classes.
 *
 * @jsii ignore
 */
export class ValidationError extends UnscopedValidationError {
  /** Path of the construct that refused its input. */
  public readonly constructPath: string;

  /**
   * @param scope the construct that refuses its input
   * @param faults every fault that was found, at least one
   * @param id id within `scope`, for a construct that could not be made
   */
  public constructor(scope: IConstruct, faults: readonly Fault[], id?: string) {
    const path = [scope.node.path, id].filter(Boolean).join('/') || '<root>';
    super(
      faults,
      faults.length === 1
        ? `${path}: ${faults[0].reason}`
        : `${path}:\n${reasonsText(faults.map(({ reason }) => `- ${reason}`))}`,
    );
    this.name = 'ValidationError';
    this.constructPath = path;
  }
}

/**
 * Throws one `ValidationError` with all faults, or nothing when there are none.
 *
 * @internal
 */
export function throwIfInvalid(scope: IConstruct, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new ValidationError(scope, [...faults]);
}

/**
 * Throws one `ValidationError` with what is of another kind than the constructor of a construct declares. Constructors begin with it, so
 * that nothing half-made is left in the tree.
 *
 * @param scope the first argument
 * @param struct name of the struct that the third must be
 * @param props the third argument
 * @param id the second argument
 *
 * @internal
 */
export function throwIfOfOtherKinds(scope: unknown, struct: StructName, props: unknown, id: unknown): void {
  const parameters = [
    { name: 'scope', optional: false, type: 'Construct' },
    { name: 'id', optional: false, type: 'string' },
    { name: 'props', optional: false, type: struct },
  ];
  throwOfCall(argumentFaults(parameters, [scope, id, props]), undefined, [scope, id]);
}

/**
 * Throws the faults of the arguments of a method, with the path of the construct: its own, or of that which a static method was to make.
 *
 * @param faults what is wrong
 * @param self what the method was called on
 * @param given its arguments
 *
 * @internal
 */
export function throwOfCall(faults: readonly Fault[], self: unknown, [scope, id]: readonly unknown[]): void {
  if (faults.length === 0) return;
  if (Construct.isConstruct(self)) throw new ValidationError(self, faults);
  if (!Construct.isConstruct(scope)) throw new UnscopedValidationError(faults);
  throw new ValidationError(scope, faults, typeof id === 'string' ? id : undefined);
}

/**
 * What a method of an interface returned, which classes of users implement too, or a `ValidationError` that names the method when it is of
 * another kind than declared or of a value that nothing can be made of. All calls of such methods go through it.
 *
 * @param scope the construct that called it, or the object that it was called on
 * @param type the interface
 * @param call the call as messages write it, e.g. `cluster.serviceAccountRole()`
 * @param value what it returned
 *
 * @internal
 */
export function returned<T>(scope: IConstruct, type: InterfaceName, call: string, value: T): T {
  throwIfInvalid(scope, returnedFaults(type, call, value));
  return value;
}

/**
 * The faults that pure code finds, so that a construct can add them to its own.
 *
 * @internal
 */
export function faultsOf(body: () => unknown): Fault[] {
  try {
    body();
    return [];
  } catch (error) {
    if (UnscopedValidationError.isValidationError(error)) return [...(error as UnscopedValidationError).faults];
    throw error;
  }
}
