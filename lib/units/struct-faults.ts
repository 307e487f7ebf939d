import { Fault, fault } from './fault';
import { externalFaults, isExternal } from './external-kinds';
import { implementationRuleFaults } from './implementation-rules';
import { enumFault, flagFault } from './kind-faults';
import { givenValue } from './number-faults';
import { classNameOf, isOfAnyClass, isOfClass, isOfOwnClass } from './own-class';
import { plainValueFaults } from './plain-value-faults';
import { CLASSES, ENUMS, INTERFACES, STRUCTS } from './public-kinds';
import { hasMember, memberOf, ownKeys, readMember } from './read-member';
import { unknownPropertyFaults } from './unknown-properties';
import { isUnreadable } from './unreadable';

/** Name of a public interface that classes of users implement. @internal */
export type InterfaceName = keyof typeof INTERFACES;

/** Name of a public struct. @internal */
export type StructName = keyof typeof STRUCTS;

type Table = { readonly [name: string]: string | undefined };

/** A property or a parameter with its type. @internal */
export interface TypedName {
  readonly name: string;
  readonly optional: boolean;
  /** Whether it is a method: the type is that of what it returns. */
  readonly isMethod?: boolean;
  readonly type: string;
}

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
  if (isUnreadable(value)) return [];
  const properties = propertiesOf(struct);
  if (!isBag(value, properties)) {
    const required = properties.filter(({ optional }) => !optional).map(({ name }) => name);
    const needed = required.length > 0 ? `: ${required.join(', ')}` : '';
    // A secret in the place of its name is not repeated.
    const given = /Secret|Credentials/.test(struct) && typeof value === 'string' ? 'a text' : givenValue(value);
    const reason = `${where} must be an object with the properties of ${struct}${needed}; got ${given}`;
    return [fault(value === undefined ? 'MISSING_PROPERTY' : 'WRONG_KIND', where, reason)];
  }
  const keys = ownKeys(value);
  if (keys === undefined) return unlisted(where);
  const others = keys.filter((key) => !properties.some(({ name }) => name === key));
  return [
    ...properties.flatMap((each) => propertyFaults(struct, value, path, each)),
    ...(others.length > 0 ? otherPropertyFaults(struct, value, path, others) : []),
  ];
}

/** Names that a struct does not have. Classes of users may have members of their own; what they hold must be readable, because copies are made. */
function otherPropertyFaults(struct: StructName, value: object, path: string, others: readonly string[]): Fault[] {
  const unreadable = others.flatMap((key) => memberFaults(path === '' ? key : `${path}.${key}`, value, key, () => []));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (unreadable.length > 0 || (prototype !== Object.prototype && prototype !== null)) return unreadable;
  const given = others.filter((key) => !isMissing(memberOf(value, key)));
  const known = propertiesOf(struct).map(({ name }) => name);
  return unknownPropertyFaults(struct, known, given, path);
}

/** What is left out, or stands for what was refused already. */
function isMissing(value: unknown): boolean {
  return value === undefined || isUnreadable(value);
}

function propertyFaults(struct: StructName, value: object, path: string, { name, optional, type }: TypedName): Fault[] {
  const property = path === '' ? name : `${path}.${name}`;
  return memberFaults(property, value, name, (given) => {
    if (optional && given === undefined) return [];
    const wrong = valueFaults(property, given, type);
    return wrong.length > 0 || isUnreadable(given) ? wrong : implementationRuleFaults(struct, name, property, given);
  });
}

/** Most faults of one list: a list of another kind has one for each entry. */
const MOST_OF_LIST = 1000;

/**
 * The faults of a value that is not of a type, as the table of structs writes it: `DataSize`, `ModelFile[]`, `SecretReference{}` for a map.
 *
 * @internal
 */
export function valueFaults(property: string, value: unknown, type: string): Fault[] {
  if (isUnreadable(value)) return [];
  if (TAKE_TOKENS.has(type) && isToken(value)) return [];
  const element = type.replace(/(\[\]|\{\})$/, '');
  if (type.endsWith('[]')) {
    if (!isList(value)) {
      return type === 'string[]' && value !== undefined
        ? [fault('INVALID_FORMAT', property, `${property} must be a list of texts; got ${givenValue(value)}`)]
        : wrongKind(property, value, `a list of ${pluralOf(element)}`);
    }
    // Not by flatMap, which leaves out what a list has no element for.
    const faults: Fault[] = [];
    for (let index = 0; index < value.length && faults.length < MOST_OF_LIST; index++)
      faults.push(...valueFaults(`${property}[${index}]`, value[index], element));
    return faults;
  }
  if (type.endsWith('{}')) {
    if (!isBag(value) || isToken(value)) return wrongKind(property, value, `an object with values of type ${element}`);
    const keys = ownKeys(value);
    if (keys === undefined) return unlisted(property);
    return keys.flatMap((key) => {
      const path = `${property}['${key}']`;
      const long = lengthFaults(path, key);
      if (long.length > 0) return long;
      return memberFaults(path, value, key, (each) => (each === undefined ? [] : valueFaults(path, each, element)));
    });
  }
  if (type === 'any') return plainValueFaults(property, value);
  if (ANYTHING.has(type)) return [];
  if (type === 'void') return [];
  if (type === 'number') return typeof value === 'number' ? [] : wrongKind(property, value, 'a number');
  if (type === 'string') return typeof value === 'string' ? lengthFaults(property, value) : noText(property, value);
  if (type in STRUCTS) return structFaults(type as StructName, value, property);
  if (isExternal(type)) return externalFaults(property, value, type);
  if (value === undefined) return wrongKind(property, value, exampleOf(type));
  if (type === 'boolean') return flagFault(property, value);
  const values = (ENUMS as Table)[type]?.split(' ');
  if (values) return enumFault(property, value, Object.fromEntries(values.map((each) => [each, each])));
  if (type in INTERFACES) return implementationFaults(property, value, type);
  return isOfClass(value, type) ? [] : wrongKind(property, value, exampleOf(type));
}

/**
 * The faults of an object that is given for an interface of ours. The library trusts its own classes; of a user's own class it checks the
 * members: their kinds, and what the library makes of their values.
 */
function implementationFaults(property: string, value: unknown, type: string): Fault[] {
  if (typeof value !== 'object' || value === null) return wrongKind(property, value, exampleOf(type));
  const members = typedNames((INTERFACES as Table)[type] ?? '');
  const missing = members.filter(({ name, optional }) => !optional && !hasMember(value, name));
  if (missing.length > 0) {
    const lacking = missing.length < members.length ? `, without ${missing.map(({ name }) => name).join(', ')}` : '';
    return [
      fault(
        'WRONG_KIND',
        property,
        `${property} must be ${exampleOf(type)}; got ${givenObject(value)}${lacking}${instead(type, value)}`,
      ),
    ];
  }
  if (isOfOwnClass(value)) return [];
  return members.flatMap(({ name, optional, isMethod, type: each }) => {
    const path = `${property}.${name}`;
    return memberFaults(path, value, name, (given) => {
      if (optional && given === undefined) return [];
      if (isMethod) return typeof given === 'function' ? [] : wrongKind(path, given, 'a method');
      const wrong = each === 'number' ? numericFaults(path, given) : valueFaults(path, given, each);
      return wrong.length > 0 ? wrong : implementationRuleFaults(type, name, path, given);
    });
  });
}

/** An object of a class of this library by its name, since a construct has the whole tree in it. */
function givenObject(value: object): string {
  const name = classNameOf(value);
  return name === undefined ? givenValue(value) : `a ${name}`;
}

/** What else there is for an object that lacks the members of an interface. */
function instead(type: string, value: object): string {
  return type === 'IWatchable' && classNameOf(value) === 'TrainingJob' ? `; ${TRAINING_IS_SEEN}` : '';
}

/** Its program serves no metrics. */
const TRAINING_IS_SEEN =
  'a training serves no metrics: its steps and losses are in the log of its first pod, its restarts and its end in the status of its Job or JobSet, and the work of ' +
  'its GPUs in the metrics of the DCGM exporter of NodeAgents';

/**
 * The faults of what a method of an interface returned.
 *
 * @param type the interface
 * @param call the call as messages write it, e.g. `cluster.serviceAccountRole()`
 * @param value what it returned
 *
 * @internal
 */
export function returnedFaults(type: InterfaceName, call: string, value: unknown): Fault[] {
  const method = /\w+(?=\(\)$)/.exec(call)?.[0] ?? call;
  const returns = typedNames(INTERFACES[type]).find(({ name }) => name === method)?.type ?? 'unknown';
  const wrong = returns === 'number' ? numericFaults(call, value) : valueFaults(call, value, returns);
  return wrong.length > 0 ? wrong : implementationRuleFaults(type, method, call, value);
}

/** The faults of a member of an object that may be of a user's own class: also that it cannot be read. */
function memberFaults(path: string, owner: object, name: string, check: (value: unknown) => Fault[]): Fault[] {
  const { value, failure } = readMember(owner, name);
  if (failure === undefined) return check(value);
  return [fault('WRONG_KIND', path, `${path} must be readable; reading it failed: ${failure}`)];
}

/**
 * The faults of a number that no rule of its own follows.
 *
 * @internal
 */
export function numericFaults(property: string, value: unknown): Fault[] {
  const isNumber = typeof value === 'number' && !Number.isNaN(value);
  return isNumber || isUnreadable(value) ? [] : wrongKind(property, value, 'a number');
}

/** What the functions of cdktf return may be in the place of. Maps that only Terraform knows are objects. */
const TAKE_TOKENS = new Set(['string', 'string[]', 'any']);

/** An object that does not say what it holds, such as a proxy that refuses to. */
function unlisted(property: string): Fault[] {
  return [fault('WRONG_KIND', property, `${property} must be readable; got an object whose names cannot be listed`)];
}

/** A value that only Terraform knows, in the place of text: what the functions of cdktf return. */
function isToken(value: unknown): boolean {
  return typeof value === 'string'
    ? value.includes('${TfToken[')
    : isObject(value) && typeof memberOf(value, 'resolve') === 'function';
}

function noText(property: string, value: unknown): Fault[] {
  const id = value === undefined ? 'MISSING_PROPERTY' : property.endsWith(']') ? 'INVALID_FORMAT' : 'WRONG_KIND';
  return [fault(id, property, `${property} must be a text; got ${givenValue(value)}`)];
}

/** Most characters of a text: those of all annotations of an object of Kubernetes, and more than AWS takes anywhere. */
const MOST_CHARACTERS = 256 * 1024;

/** Patterns that texts are matched with, and what copies them, would take seconds for one of megabytes. */
function lengthFaults(property: string, value: string): Fault[] {
  if (value.length <= MOST_CHARACTERS) return [];
  return [
    fault(
      'INVALID_FORMAT',
      property,
      `${property} must have at most ${MOST_CHARACTERS} characters; got ${givenValue(value)}`,
    ),
  ];
}

function pluralOf(type: string): string {
  return type === 'number' ? 'numbers' : `values of type ${type}`;
}

function exampleOf(type: string): string {
  const example = (CLASSES as Table)[type];
  return example ? `a value such as ${example}` : `of type ${type}`;
}

function wrongKind(property: string, value: unknown, allowed: string): Fault[] {
  const id = value === undefined ? 'MISSING_PROPERTY' : 'WRONG_KIND';
  return [fault(id, property, `${property} must be ${allowed}; got ${givenValue(value)}`)];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    // A revoked proxy.
    return false;
  }
}

/**
 * Whether a value holds named values. One of a built-in class, or of a class of ours that has none of the properties of a struct, would be
 * read as if it had none.
 */
function isBag(value: unknown, properties: readonly TypedName[] = []): value is object {
  try {
    if (!isObject(value)) return false;
    if (isOfAnyClass(value) && !properties.some(({ name }) => hasMember(value, name))) return false;
    return /^\[object (Object|Module)\]$/.test(Object.prototype.toString.call(value));
  } catch {
    return false;
  }
}

/**
 * The properties of a struct alone, of a plain object that has more.
 *
 * @internal
 */
export function narrowed<T extends object>(struct: StructName, value: T): T {
  if (!isObject(value) || isUnreadable(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const names = new Set(propertiesOf(struct).map(({ name }) => name));
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.has(name))) as T;
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
    const [, name, mark, type] = /^(\w+)(\?|\(\))?: (.+)$/.exec(each) ?? [];
    return { name, optional: mark === '?', isMethod: mark === '()', type };
  });
}
