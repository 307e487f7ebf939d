import * as path from 'node:path';
import { Schema, readDefinitions } from '../../support/schema';
import { KubeClient, KubeObject } from './kube-client';
import { until } from './process';
import { PROJECT } from './tools';

/**
 * The definitions that an operator brings, of the schemas recorded from its release. Where the operator itself is not installed, the
 * API server judges our resources by these.
 *
 * @param fixture file below `test`
 */
export function definitionsOf(fixture: string): KubeObject[] {
  const { kinds } = readDefinitions(path.join(PROJECT, 'test', fixture));
  return Object.entries(kinds).map(([kind, { apiVersion, scope, spec }]) => {
    const [group, name] = apiVersion.split('/');
    const singular = kind.toLowerCase();
    const plural = singular.endsWith('class') ? `${singular}es` : `${singular.replace(/y$/, 'ie')}s`;
    const properties = { spec: structural(spec), status: ANYTHING };
    return {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope,
        names: { kind, plural, singular, listKind: `${kind}List` },
        versions: [{ name, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties } } }],
      },
    };
  });
}

/** Makes kinds known to an API server, as an operator does. */
export async function define(client: KubeClient, definitions: readonly KubeObject[]): Promise<void> {
  for (const definition of definitions) await client.apply(definition, 'e2e');
  for (const { spec } of definitions) {
    const { group, names, versions } = spec;
    // The API server serves a kind some time after it has taken the definition.
    const served = () =>
      client.list(`${group as string}/${versions[0].name as string}`, names.kind as string).then(
        () => true,
        () => false,
      );
    await until(served, 30, `the kind ${names.kind as string}`);
  }
}

/** A definition without its descriptions: with them it is nearly as large as an object may be. */
export function withoutProse(definition: KubeObject): KubeObject {
  const strip = (value: any): any => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(
      ([name, member]) => name !== 'description' || typeof member !== 'string',
    );
    return Object.fromEntries(members.map(([name, member]) => [name, strip(member)]));
  };
  return strip(definition) as KubeObject;
}

const ANYTHING = { 'x-kubernetes-preserve-unknown-fields': true };

/** A schema as the API server takes it; what the recording left out is anything. */
function structural(schema: Schema & { readonly rules?: unknown }): object {
  const { rules: _messages, intOrString, properties, items, additionalProperties, ...rest } = schema;
  const isOpen = additionalProperties === true || (Object.keys(rest).length === 0 && !properties && !intOrString);
  const members = Object.entries(properties ?? {}).map(([name, member]) => [name, structural(member)]);
  return {
    ...rest,
    ...(intOrString ? { 'x-kubernetes-int-or-string': true } : {}),
    ...(isOpen ? ANYTHING : {}),
    ...(properties ? { properties: Object.fromEntries(members) as object } : {}),
    ...(items ? { items: structural(items) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: structural(additionalProperties) } : {}),
  };
}
