import { Fault, fault } from './fault';
import { givenValue } from './number-faults';
import { hasMember, memberOf } from './read-member';

/** What tells an object of a class of constructs or of cdktf from others. */
interface ExternalKind {
  readonly what: string;
  accepts(value: object): boolean;
}

/** Key on the elements of every copy of cdktf, each of which can be depended on. */
const ELEMENT = Symbol.for('cdktf/TerraformElement');

const CONSTRUCT: ExternalKind = { what: 'a construct', accepts: hasNode };

/** Classes of other packages in the public API. Programs may have several copies of those packages, so they are told by their members. */
const KINDS: { readonly [type: string]: ExternalKind } = {
  Construct: CONSTRUCT,
  IConstruct: CONSTRUCT,
  Node: { what: "a construct's node", accepts: isNode },
  TerraformProvider: {
    what: 'a provider of cdktf',
    accepts: (value) => hasNode(value) && typeof memberOf(value, 'fqn') === 'string',
  },
  TerraformStack: {
    what: 'a stack of cdktf',
    accepts: (value) => hasNode(value) && typeof memberOf(value, 'toTerraform') === 'function',
  },
  ITerraformDependable: {
    what: 'a resource, data source or module of cdktf',
    // The name of an element is not asked for: it cannot be overridden after that, and that of a namespace takes a look at the whole tree.
    accepts: (value) => hasMember(value, ELEMENT) || /^\S+$/.test(textOf(memberOf(value, 'fqn'))),
  },
};

/**
 * Whether a type is of another package.
 *
 * @internal
 */
export function isExternal(type: string): boolean {
  return type in KINDS;
}

/**
 * The fault of a value that is no object of a class of another package; none when it is.
 *
 * @param property path of the property
 * @param value what was given
 * @param type name of the class
 *
 * @internal
 */
export function externalFaults(property: string, value: unknown, type: string): Fault[] {
  const { what, accepts } = KINDS[type];
  if (typeof value === 'object' && value !== null && accepts(value)) return [];
  const id = value === undefined ? 'MISSING_PROPERTY' : 'WRONG_KIND';
  return [fault(id, property, `${property} must be ${what}; got ${givenValue(value)}`)];
}

function hasNode(value: object): boolean {
  const node = memberOf(value, 'node');
  return typeof node === 'object' && node !== null && isNode(node);
}

function isNode(node: object): boolean {
  return typeof memberOf(node, 'path') === 'string' && typeof memberOf(node, 'findAll') === 'function';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
