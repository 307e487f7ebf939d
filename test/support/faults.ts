import { Fault, UnscopedValidationError } from '../../lib/units';

/** The sentences of faults. */
export function reasonsOf(faults: readonly Fault[]): string[] {
  return faults.map(({ reason }) => reason);
}

/** What a program is refused for; fails when it is not, or when it fails by anything but a validation error. */
export function faultsThrown(body: () => unknown): Fault[] {
  try {
    body();
  } catch (error) {
    if (UnscopedValidationError.isValidationError(error)) return (error as UnscopedValidationError).faults;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The ids of faults with the properties at fault, `ID property`, or `ID` where no single property is: what tests assert. */
export function idsOf(faults: readonly Fault[]): string[] {
  return faults.map(({ id, property }) => (property === undefined ? id : `${id} ${property}`));
}
