import { IConstruct } from 'constructs';
import { Fault, UnscopedValidationError } from '../../lib/units';
import { validationFaults } from '../../lib/core/validation';

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

/** What the validations of a construct and of everything below it find, with ids. */
export function faultsAtSynth(scope: IConstruct): Fault[] {
  return scope.node.findAll().flatMap(validationFaults);
}

/** The warnings of a construct and of everything below it, with ids. */
export function warningsOf(scope: IConstruct): Fault[] {
  return scope.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === '@cdktf/warn')
    .map(({ data }) => {
      const [, id, reason] = /^\[gpu-inference-constructs:([A-Z0-9_]+)\] (.*)$/s.exec(String(data)) ?? [];
      return { id: id ?? 'WITHOUT_ID', reason: reason ?? String(data) };
    });
}
