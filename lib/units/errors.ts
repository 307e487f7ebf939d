import { Fault } from './fault';
const MARKER = Symbol.for('gpu-inference-constructs/ValidationError');

/**
 * Bad input found by the pure layers (units, catalog, planning), where there is no construct to report.
 *
 * Constructs catch it and throw a `ValidationError` that carries their path.
 *
 * TypeScript only, because jsii does not support error classes.
 *
 * @jsii ignore
 */
export class UnscopedValidationError extends Error {
  /**
   * Whether the given value is a validation error of this library, scoped or not, even if another loaded copy threw it.
   *
   * @param value anything that was caught
   */
  public static isValidationError(value: unknown): boolean {
    return typeof value === 'object' && value !== null && MARKER in value;
  }

  /** Every fault found, one sentence each: what, the value given, what is allowed, how to fix it. */
  public readonly faults: Fault[];

  /**
   * @param faults every fault that was found, at least one
   * @param message the whole message @default - the reason, or several as a list
   */
  public constructor(faults: readonly Fault[], message?: string) {
    super(message ?? faultsText(faults));
    this.name = 'UnscopedValidationError';
    this.faults = [...faults];
    Object.defineProperty(this, MARKER, { value: true });
  }
}

/** Most sentences in the message of an error; `faults` has all of them. */
const MOST_REASONS = 100;

/**
 * The sentences of an error's message, one a line.
 *
 * @internal
 */
export function reasonsText(reasons: readonly string[]): string {
  const more = reasons.length - MOST_REASONS;
  return more <= 0 ? reasons.join('\n') : [...reasons.slice(0, MOST_REASONS), `and ${more} more`].join('\n');
}

/**
 * The only reason of faults, or a list of them as every error has it.
 *
 * @internal
 */
export function faultsText(faults: readonly Fault[]): string {
  return faults.length === 1 ? faults[0].reason : reasonsText(faults.map(({ reason }) => `- ${reason}`));
}

/**
 * Throws one error with all faults, or nothing when there are none.
 *
 * @internal
 */
export function throwIfFaulty(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new UnscopedValidationError([...faults]);
}
