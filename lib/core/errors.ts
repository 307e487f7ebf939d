import { Fault } from '../units/fault';
import { IConstruct } from 'constructs';
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
   */
  public constructor(scope: IConstruct, faults: readonly Fault[]) {
    const path = scope.node.path || '<root>';
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
