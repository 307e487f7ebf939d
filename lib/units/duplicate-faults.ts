import { Fault, fault } from './fault';

/**
 * The fault of a list in which values stand more than once; none when each is there once.
 *
 * @param property path of the list
 * @param values its values, or what tells its elements apart, such as their names
 *
 * @internal
 */
export function duplicateFaults(property: string, values: readonly (string | number)[]): Fault[] {
  const repeated = [...new Set(repeatedIndexes(values).map((index) => values[index]))];
  if (repeated.length === 0) return [];
  const listed = repeated.map((value) => `'${value}'`).join(', ');
  return [fault('DUPLICATE', property, `${property} repeats ${listed}; each value may appear only once`)];
}

/**
 * Where values stand that a list already has before.
 *
 * @param values the list, or what tells its elements apart, such as their names
 *
 * @internal
 */
export function repeatedIndexes(values: readonly (string | number)[]): number[] {
  const seen = new Set<string | number>();
  return values.flatMap((value, index) => {
    const isRepeated = seen.has(value);
    seen.add(value);
    return isRepeated ? [index] : [];
  });
}
