import { readFileSync } from 'fs';
import { Block } from './synth';

/** The part of an OpenAPI schema that our fixtures keep. */
export interface Schema {
  readonly type?: string;
  readonly intOrString?: boolean;
  readonly enum?: unknown[];
  readonly required?: string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: { [name: string]: Schema };
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

/** The kinds of custom resources in a fixture, each with its source. */
export interface Definitions {
  readonly source: string;
  readonly kinds: { [kind: string]: { apiVersion: string; scope: string; spec: Schema } };
}

/** Reads a fixture of definitions. */
export function readDefinitions(file: string): Definitions {
  return JSON.parse(readFileSync(file, 'utf8')) as Definitions;
}

/** What the definition of a custom resource refuses of it. */
export function definitionFaults({ kinds }: Definitions, { apiVersion, kind, metadata, spec }: Block): string[] {
  const known = kinds[kind as string];
  if (!known) return [`${kind} is no kind of the fixture`];
  const namespaced = metadata?.namespace !== undefined;
  return [
    ...(apiVersion === known.apiVersion ? [] : [`${kind} is of ${apiVersion} instead of ${known.apiVersion}`]),
    ...(namespaced === (known.scope === 'Namespaced') ? [] : [`${kind} belongs to the ${known.scope.toLowerCase()}`]),
    ...schemaFaults(spec, known.spec, kind as string),
  ];
}

/** What a schema of a custom resource refuses; unlike the API server, which drops unknown members silently, those too. */
export function schemaFaults(value: unknown, schema: Schema, at: string): string[] {
  const { type, pattern, additionalProperties } = schema;
  const faults = [...kindFaults(value, schema, at)];
  if (faults.length > 0 || (type === undefined && !schema.intOrString)) return faults;
  if (schema.enum && !schema.enum.includes(value)) faults.push(`${at} is none of ${schema.enum.join(', ')}`);
  // What is known only when the stack is applied has no form yet.
  if (pattern && !String(value).includes('${') && !new RegExp(pattern).test(String(value))) {
    faults.push(`${at} is not written as ${pattern}`);
  }
  faults.push(...boundFaults(value, schema, at));
  if (type === 'array')
    faults.push(...(value as unknown[]).flatMap((v, i) => schemaFaults(v, schema.items ?? {}, `${at}[${i}]`)));
  if (type !== 'object' || additionalProperties === true) return faults;
  const members = Object.entries(value as Block).filter(([, member]) => member !== undefined);
  const names = members.map(([name]) => name);
  faults.push(
    ...(schema.required ?? []).filter((name) => !names.includes(name)).map((name) => `${at}.${name} is missing`),
  );
  for (const [name, member] of members) {
    const known = schema.properties?.[name] ?? additionalProperties;
    faults.push(...(known ? schemaFaults(member, known as Schema, `${at}.${name}`) : [`${at}.${name} is unknown`]));
  }
  return faults;
}

function kindFaults(value: unknown, { type, intOrString }: Schema, at: string): string[] {
  const kinds: { [type: string]: boolean } = {
    object: typeof value === 'object' && value !== null && !Array.isArray(value),
    array: Array.isArray(value),
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    integer: Number.isInteger(value),
    number: typeof value === 'number',
  };
  if (intOrString) return kinds.string || kinds.integer ? [] : [`${at} is no integer or string`];
  return type === undefined || kinds[type] ? [] : [`${at} is no ${type}`];
}

function boundFaults(value: unknown, schema: Schema, at: string): string[] {
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : Number(value);
  const least = schema.minimum ?? schema.minItems ?? schema.minLength;
  const most = schema.maximum ?? schema.maxItems ?? schema.maxLength;
  const sized = schema.type === 'string' || schema.type === 'array' || typeof value === 'number';
  return [
    ...(sized && least !== undefined && size < least ? [`${at} is too small`] : []),
    ...(sized && most !== undefined && size > most ? [`${at} is too large`] : []),
  ];
}
