import { Fault } from '../units/fault';
import { IConstruct } from 'constructs';
import { StructName, structFaults } from '../units/struct-faults';
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
 * Throws one `ValidationError` with what is of another kind than a struct declares. Constructors begin with it.
 *
 * @param scope the construct
 * @param struct name of the struct
 * @param props what was given for it
 * @param id id of the construct, where `scope` is its parent because it could not be made
 *
 * @internal
 */
export function throwIfOfOtherKinds(scope: IConstruct, struct: StructName, props: unknown, id?: string): void {
  const faults = structFaults(struct, props);
  if (faults.length > 0) throw new ValidationError(scope, faults, id);
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
