import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { KubeObject } from './kube-client';
import { PROJECT } from './tools';

interface RecordedKind {
  readonly apiVersion: string;
  readonly scope: string;
  /** OpenAPI schema of `spec`. */
  readonly spec: any;
}

/**
 * The definitions that NVIDIA's network operator brings, of the schemas recorded from its release. Where the operator itself is not
 * installed, the API server judges our resources by these.
 */
export function networkOperatorDefinitions(): KubeObject[] {
  const file = path.join(PROJECT, 'test', 'network', 'fixtures', 'network-operator-crds.json');
  const { kinds } = JSON.parse(readFileSync(file, 'utf8')) as { kinds: { [kind: string]: RecordedKind } };
  return Object.entries(kinds).map(([kind, recorded]) => definition(kind, recorded));
}

function definition(kind: string, { apiVersion, scope, spec }: RecordedKind): KubeObject {
  const [group, name] = apiVersion.split('/');
  const singular = kind.toLowerCase();
  const plural = `${singular.replace(/y$/, 'ie')}s`;
  const properties = {
    spec: structural(spec),
    status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
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
}

/** What the recording cut off is anything; the API server has a word of its own for that. */
function structural(schema: any): any {
  if (Array.isArray(schema)) return schema.map(structural);
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Object.keys(schema as object).length === 0) return { 'x-kubernetes-preserve-unknown-fields': true };
  const entries = Object.entries(schema).map(([key, value]) =>
    key === 'additionalProperties' && value === true
      ? ['x-kubernetes-preserve-unknown-fields', true]
      : [key, structural(value)],
  );
  return Object.fromEntries(entries) as object;
}
