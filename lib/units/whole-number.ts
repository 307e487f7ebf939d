import { Fault, untitled } from './fault';
/**
 * The fault to report when an optional number is not an integer of at least `minimum`.
 *
 * @internal
 */
export function integerFault(property: string, value: number | undefined, minimum: number): Fault[] {
  if (value === undefined || (Number.isSafeInteger(value) && value >= minimum)) return [];
  return [untitled(`${property} must be an integer of at least ${minimum}; got ${value}`)];
}
