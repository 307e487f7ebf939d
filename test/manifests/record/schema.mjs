#!/usr/bin/env node
// Writes the names of the attributes and blocks of the Kubernetes provider's resource types, as a fixture.
//
//   terraform providers schema -json > schema.json        (in a folder that requires hashicorp/kubernetes)
//   node schema.mjs schema.json <version> <fixture.json>
//
// An attribute is its type (1 character: s text, n number, b truth value, l list, e set, m map), a block is an object. Blocks that
// are the same are written once, under 'blocks', and referred to by '#<n>'.
import { readFileSync, writeFileSync } from 'node:fs';

const [schemaFile, version, fixtureFile] = process.argv.slice(2);
const types = Object.values(JSON.parse(readFileSync(schemaFile, 'utf8')).provider_schemas)[0].resource_schemas;

const TYPES =
  'namespace service_account config_map secret service deployment stateful_set daemon_set job cron_job pod_disruption_budget ' +
  'role role_binding cluster_role cluster_role_binding network_policy storage_class persistent_volume persistent_volume_claim priority_class ' +
  'ingress ingress_class';
const RESOURCES = [
  ...TYPES.split(' ').map((name) => `kubernetes_${name}_v1`),
  'kubernetes_horizontal_pod_autoscaler_v2',
];
const LETTERS = { string: 's', number: 'n', bool: 'b', list: 'l', set: 'e', map: 'm' };

const blocks = [];
const known = new Map();

function names(block) {
  const attributes = Object.entries(block.attributes ?? {}).map(([name, { type }]) => [
    name,
    LETTERS[[type].flat()[0]],
  ]);
  const nested = Object.entries(block.block_types ?? {}).map(([name, inner]) => [name, names(inner.block)]);
  const text = JSON.stringify(Object.fromEntries([...attributes, ...nested]));
  if (!known.has(text)) {
    known.set(text, `#${blocks.length}`);
    blocks.push(JSON.parse(text));
  }
  return known.get(text);
}

const resources = Object.fromEntries(RESOURCES.map((name) => [name, names(types[name].block)]));
const lines = blocks.map((block) => JSON.stringify(block)).join(',\n');
writeFileSync(
  fixtureFile,
  `{"provider":"hashicorp/kubernetes ${version}","resources":${JSON.stringify(resources)},"blocks":[\n${lines}\n]}\n`,
);
