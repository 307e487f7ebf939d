import { StructName, structFaults, typedNames } from '../../lib/units/struct-faults';
import { publicKinds } from './public-kinds';
import { WRONG_VALUES, WrongValue } from './wrong-values';

const STRUCTS = Object.entries(publicKinds().structs).map(([struct, row]) => [struct, typedNames(row)] as const);

/** Whether a value cannot be of a type, whatever the property: what is left may be, or is checked by what reads it. */
function isOther(type: string, value: unknown): boolean {
  if (/^(any|unknown)/.test(type)) return false;
  if (type.endsWith('[]')) return value === null || ['number', 'boolean', 'symbol', 'function'].includes(typeof value);
  if (type.endsWith('{}')) return typeof value !== 'object' || value === null;
  if (type === 'number' || type === 'boolean') return typeof value !== type;
  if (type === 'string') return typeof value !== 'object' && typeof value !== 'string';
  return typeof value !== 'object' || value === null;
}

/** A value as it is, within a list and within a map. */
function placed({ what, value }: WrongValue, type: string): WrongValue[] {
  const inList = { what: `a list of ${what}`, value: [value] };
  const inMap = { what: `a map of ${what}`, value: { k: value } };
  return [{ what, value }, ...(type.endsWith('[]') ? [inList] : []), ...(type.endsWith('{}') ? [inMap] : [])];
}

function isOf(property: string | undefined, name: string): boolean {
  return property !== undefined && property.split(/[.[]/)[0] === name;
}

describe('every property of a public struct refuses what is of another kind, by its name', () => {
  test.each(STRUCTS)('%s', (struct, properties) => {
    const wrong = properties.flatMap(({ name, type }) =>
      WRONG_VALUES.flatMap((each) =>
        placed(each, type).flatMap(({ what, value }) => {
          const faults = structFaults(struct as StructName, { [name]: value });
          const own = faults.filter(({ property }) => isOf(property, name));
          const others = faults.filter(({ id, property }) => !isOf(property, name) && id !== 'MISSING_PROPERTY');
          const isRight = others.length === 0 && (own.length > 0 || !isOther(type, value));
          return isRight ? [] : [`${name}: ${type} = ${what}: ${faults.map(({ reason }) => reason).join('; ')}`];
        }),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test.each(STRUCTS)('all those of %s at once', (struct, properties) => {
    const refused = properties.filter(({ type }) => type !== 'unknown');
    const given = Object.fromEntries(refused.map(({ name }) => [name, Symbol('x')]));
    const faults = structFaults(struct as StructName, given);
    expect(refused.filter(({ name }) => !faults.some(({ property }) => isOf(property, name)))).toEqual([]);
  });

  test.each(STRUCTS.filter(([, properties]) => properties.some(({ optional }) => !optional)))(
    'what %s lacks',
    (struct, properties) => {
      const required = properties.filter(({ optional, type }) => !optional && type !== 'unknown');
      const faults = structFaults(struct as StructName, {});
      expect(faults.map(({ property }) => property)).toEqual(required.map(({ name }) => name));
    },
  );
});
