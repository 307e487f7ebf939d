import { Fault } from '../units/fault';
import { Construct, IConstruct } from 'constructs';
import { argumentFaults, FaultsBeside, faultsBeside } from '../units/argument-faults';
import { InterfaceName, returnedFaults, StructName } from '../units/struct-faults';
import { faultsText, UnscopedValidationError } from '../units/errors';
import { isUnreadable } from '../units/unreadable';
import { withdraw, withdrawal } from './withdraw';

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
    super(faults, `${path}:${faults.length === 1 ? ' ' : '\n'}${faultsText(faults)}`);
    this.name = 'ValidationError';
    this.constructPath = path;
  }
}

/** Key on a construct, shared by all loaded copies of the package: the id of a child that is only tried, to find what is wrong with it. */
const TRIED = Symbol.for('gpu-inference-constructs/tried');

/** Key on a construct, shared likewise: a method of it is only tried. */
const CALLED = Symbol.for('gpu-inference-constructs/called');

interface Trying extends IConstruct {
  [TRIED]?: string;
  [CALLED]?: boolean;
}

/** Why the constructor of a construct that is only tried ended: nothing else is wrong. */
class TrialOver extends Error {}

/**
 * As `throwIfInvalid`, in the constructor of a construct: one that is refused leaves the tree, so that nothing half-made counts and its id is
 * free again. A constructor makes nothing before it.
 *
 * @internal
 */
export function throwIfRefused(made: IConstruct, faults: readonly Fault[]): void {
  if (faults.length > 0) withdraw(made);
  throwIfInvalid(made, faults);
}

/**
 * Throws one `ValidationError` with all faults, or nothing when there are none. A construct makes nothing before its first call of this.
 *
 * @internal
 */
export function throwIfInvalid(scope: IConstruct, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new ValidationError(scope, [...faults]);
  const parent = scope.node.scope as Trying | undefined;
  const tried = parent?.[TRIED];
  if (tried !== undefined && parent?.node.tryFindChild(tried) === scope) throw new TrialOver();
  if (scope.node.scopes.some((each: Trying) => each[CALLED])) throw new TrialOver();
}

/**
 * Ends a trial with what was found so far, where the rest would read what cannot be read.
 *
 * @param faults what was found
 * @param next what is read next
 *
 * @internal
 */
export function endTrial(faults: readonly Fault[], ...next: readonly unknown[]): void {
  if (!next.some(isUnreadable)) return;
  throw faults.length > 0 ? new UnscopedValidationError(faults) : new TrialOver();
}

/**
 * Throws one `ValidationError` with what is of another kind than the constructor of a construct declares, and with what is wrong with the
 * rest of its properties. Constructors begin with it, so that nothing half-made is left in the tree.
 *
 * @param scope the first argument
 * @param struct name of the struct that the third must be
 * @param props the third argument
 * @param id the second argument
 * @param make makes the construct with other properties @default - only the kinds are reported
 *
 * @internal
 */
export function throwIfOfOtherKinds(
  scope: unknown,
  struct: StructName,
  props: unknown,
  id: unknown,
  make?: (props: never) => IConstruct,
): void {
  const parameters = [
    { name: 'scope', optional: false, type: 'Construct' },
    { name: 'id', optional: false, type: 'string' },
    { name: 'props', optional: false, type: struct },
  ];
  const given = [scope, id, props];
  const faults = argumentFaults(parameters, given);
  if (faults.length === 0) return;
  const others = make
    ? faultsBeside(parameters, given, (values) => tryToMake(() => make(values[2] as never), values))
    : [];
  throwOfCall([...faults, ...others], undefined, given);
}

function tryToMake(make: () => unknown, [scope, id]: readonly unknown[]): void {
  if (!Construct.isConstruct(scope) || typeof id !== 'string' || scope.node.tryFindChild(id)) return;
  const trying = scope as Trying;
  const before = trying[TRIED];
  trying[TRIED] = id;
  const withdrawAll = withdrawal(scope);
  try {
    make();
  } catch (error) {
    if (!(error instanceof TrialOver)) throw error;
  } finally {
    trying[TRIED] = before;
    withdrawAll();
  }
}

/** Calls a method of a construct until its arguments are checked. */
function tryToCall(call: () => unknown, self: Trying): void {
  const withdrawAll = withdrawal(self);
  self[CALLED] = true;
  try {
    call();
  } catch (error) {
    if (!(error instanceof TrialOver)) throw error;
  } finally {
    delete self[CALLED];
    withdrawAll();
  }
}

/**
 * Throws the faults of the arguments of a method, with the path of the construct: its own, or of that which a static method was to make.
 *
 * @param faults what is wrong
 * @param self what the method was called on
 * @param given its arguments
 * @param beside finds the other faults of what it was to make @default - only these are thrown
 *
 * @internal
 */
export function throwOfCall(
  faults: readonly Fault[],
  self: unknown,
  [scope, id]: readonly unknown[],
  beside?: FaultsBeside,
): void {
  if (faults.length === 0) return;
  if (Construct.isConstruct(self)) {
    const others = beside?.((call) => tryToCall(call, self)) ?? [];
    throw new ValidationError(self, [...faults, ...others]);
  }
  if (!Construct.isConstruct(scope)) throw new UnscopedValidationError(faults);
  if (typeof id !== 'string') throw new ValidationError(scope, faults);
  throw new ValidationError(scope, [...faults, ...(beside?.(tryToMake) ?? [])], id);
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
