import { Fault, fault } from './fault';
import { enumFault, flagFault, requiredKindFault } from './kind-faults';
import { givenValue } from './number-faults';
import { CLASSES, ENUMS, INTERFACES, STRUCTS } from './public-kinds';

/** Name of a public struct. @internal */
export type StructName = keyof typeof STRUCTS;

type Table = { readonly [name: string]: string | undefined };
type Classes = { readonly [name: string]: readonly [example: string, members: string] | undefined };

/** A property or a parameter with its type. @internal */
export interface TypedName {
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
}

/** Key on the prototypes of classes of this library whose objects users are given as an interface, shared by all its loaded copies. @internal */
export const OURS = Symbol.for('gpu-inference-constructs/own-class');

/** The rows of the table that were read already. */
const READ = new Map<StructName, readonly TypedName[]>();

const ANYTHING = new Set(['any', 'unknown']);

/**
 * The faults of values of another kind than the struct declares, as programs without types bring them: a text for a `DataSize`, a constant
 * of a catalog that does not exist, a list that is none. What holds values is checked before anything reads it, so that the rest of the
 * library can trust its types.
 *
 * @param struct name of the struct
 * @param value what was given for it
 * @param path path of the struct; empty for that of a construct
 * @param where what messages call a value that is no object at all
 *
 * @internal
 */
export function structFaults(struct: StructName, value: unknown, path = '', where = path || 'props'): Fault[] {
  const properties = propertiesOf(struct);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const required = properties.filter(({ optional }) => !optional).map(({ name }) => name);
    const needed = required.length > 0 ? `: ${required.join(', ')}` : '';
    // A secret in the place of its name is not repeated.
    const given = /Secret|Credentials/.test(struct) && typeof value === 'string' ? 'a text' : givenValue(value);
    const reason = `${where} must be an object with the properties of ${struct}${needed}; got ${given}`;
    return [fault(value === undefined ? 'MISSING_PROPERTY' : 'WRONG_KIND', where, reason)];
  }
  return properties.flatMap(({ name, optional, type }) => {
    const given: unknown = (value as { readonly [property: string]: unknown })[name];
    const property = path === '' ? name : `${path}.${name}`;
    return optional && given === undefined ? [] : valueFaults(property, given, type);
  });
}

/**
 * The faults of a value that is not of a type, as the table of structs writes it: `DataSize`, `ModelFile[]`, `SecretKey{}` for a map.
 *
 * @internal
 */
export function valueFaults(property: string, value: unknown, type: string): Fault[] {
  if (value !== undefined && isToken(value) && /^(string|any)/.test(type)) return [];
  const element = type.replace(/(\[\]|\{\})$/, '');
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) {
      return type === 'string[]' && value !== undefined
        ? [fault('INVALID_FORMAT', property, `${property} must be a list of texts; got ${givenValue(value)}`)]
        : wrongKind(property, value, `a list of ${pluralOf(element)}`);
    }
    return value.flatMap((each, index) => valueFaults(`${property}[${index}]`, each, element));
  }
  if (type.endsWith('{}')) {
    if (!isObject(value)) return wrongKind(property, value, `an object with values of type ${element}`);
    return Object.entries(value).flatMap(([key, each]) =>
      each === undefined ? [] : valueFaults(`${property}['${key}']`, each, element),
    );
  }
  if (ANYTHING.has(type)) return [];
  if (type === 'number') return typeof value === 'number' ? [] : wrongKind(property, value, 'a number');
  if (type === 'string') return typeof value === 'string' ? [] : noText(property, value);
  if (type in STRUCTS) return structFaults(type as StructName, value, property);
  if (value === undefined) return wrongKind(property, value, exampleOf(type));
  if (type === 'boolean') return flagFault(property, value);
  const values = (ENUMS as Table)[type]?.split(' ');
  if (values) return enumFault(property, value, Object.fromEntries(values.map((each) => [each, each])));
  const kind = (CLASSES as Classes)[type];
  if (kind) {
    const wrong = requiredKindFault(property, value, { name: type, members: kind[1].split(' ') }, kind[0]);
    return wrong.length > 0 ? wrong : implementationFaults(property, value as object, type);
  }
  // Of another package: constructs have a node, other objects are for cdktf to check.
  const isConstruct = /^(Construct|IConstruct|TerraformProvider|TerraformStack)$/.test(type);
  return isObject(value) && (!isConstruct || Reflect.has(value, 'node'))
    ? []
    : wrongKind(property, value, exampleOf(type));
}

/**
 * The faults of what an object of a user's own class has for the properties of an interface of ours. The library trusts its own classes, and
 * other objects that such an object refers to are checked where they are given.
 */
function implementationFaults(property: string, value: object, type: string): Fault[] {
  const row = (INTERFACES as Table)[type];
  if (row === undefined || value.constructor?.name in CLASSES || OURS in value) return [];
  return typedNames(row)
    .filter(({ type: each }) => !((each as string) in INTERFACES))
    .flatMap(({ name, optional, type: each }) => {
      const given: unknown = Reflect.get(value, name);
      if (optional && given === undefined) return [];
      const path = `${property}.${name}`;
      return each === 'number' ? numericFaults(path, given) : valueFaults(path, given, each);
    });
}

/**
 * The faults of a number that no rule of its own follows.
 *
 * @internal
 */
export function numericFaults(property: string, value: unknown): Fault[] {
  return typeof value === 'number' && !Number.isNaN(value) ? [] : wrongKind(property, value, 'a number');
}

/** A value that only Terraform knows, in the place of text: what the functions of cdktf return. */
function isToken(value: unknown): boolean {
  return typeof value === 'string'
    ? value.includes('${TfToken[')
    : isObject(value) && typeof Reflect.get(value, 'resolve') === 'function';
}

function noText(property: string, value: unknown): Fault[] {
  const id = value === undefined ? 'MISSING_PROPERTY' : property.endsWith(']') ? 'INVALID_FORMAT' : 'WRONG_KIND';
  return [fault(id, property, `${property} must be a text; got ${givenValue(value)}`)];
}

function pluralOf(type: string): string {
  return type === 'number' ? 'numbers' : `values of type ${type}`;
}

function exampleOf(type: string): string {
  const example = (CLASSES as Classes)[type]?.[0];
  return example ? `a value such as ${example}` : `of type ${type}`;
}

function wrongKind(property: string, value: unknown, allowed: string): Fault[] {
  const id = value === undefined ? 'MISSING_PROPERTY' : 'WRONG_KIND';
  return [fault(id, property, `${property} must be ${allowed}; got ${givenValue(value)}`)];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function propertiesOf(struct: StructName): readonly TypedName[] {
  let properties = READ.get(struct);
  if (!properties) READ.set(struct, (properties = typedNames(STRUCTS[struct])));
  return properties;
}

/**
 * The properties or parameters of a row of the tables: `name: string; size?: DataSize`.
 *
 * @internal
 */
export function typedNames(row: string): readonly TypedName[] {
  return row.split('; ').map((each) => {
    const [, name, mark, type] = /^(\w+)(\??): (.+)$/.exec(each) ?? [];
    return { name, optional: mark === '?', type };
  });
}
