import { Fault, untitled } from '../units/fault';
/**
 * Faults of numbers that must be whole and positive; an unresolved Terraform value is told apart by its looks.
 *
 * @internal
 */
export function positiveIntegerFaults(values: { readonly [name: string]: number | undefined }): Fault[] {
  return numberFaults(values, (value) => Number.isSafeInteger(value) && value > 0, 'a whole number above zero');
}

/**
 * Faults of numbers that must be finite and above zero.
 *
 * @internal
 */
export function positiveFaults(values: { readonly [name: string]: number | undefined }): Fault[] {
  return numberFaults(values, (value) => Number.isFinite(value) && value > 0, 'a finite number above zero');
}

/**
 * Faults of numbers that must be finite and not negative.
 *
 * @internal
 */
export function notNegativeFaults(values: { readonly [name: string]: number | undefined }): Fault[] {
  return numberFaults(values, (value) => Number.isFinite(value) && value >= 0, 'a finite number, zero or more');
}

function numberFaults(
  values: { readonly [name: string]: number | undefined },
  accepts: (value: number) => boolean,
  what: string,
): Fault[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || (typeof value === 'number' && accepts(value))) return [];
    return [untitled(`${name} must be ${what}; got ${givenText(value)}`)];
  });
}

/**
 * A number as it was given, for messages; a text is quoted, so that '8' is told from 8.
 *
 * @internal
 */
export function givenText(value: unknown): string {
  if (typeof value === 'number' && value < -1e200)
    return 'a token (a value Terraform only knows later); pass a literal value';
  return typeof value === 'string' ? `'${value}', a text` : String(value);
}
