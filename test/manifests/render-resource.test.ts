import { Fault } from '../../lib/units';
import { idsOf, reasonsOf } from '../support/faults';
import { ApiObject, Fields } from '../../lib/kubernetes/rendering/attribute-rules';
import { KINDS, PROVIDER_VERSION } from '../../lib/manifests/kinds';
import { renderResource } from '../../lib/manifests/render-resource';
import { normalize } from './recorded';
import * as requests from './fixtures/provider-requests.json';
import * as schema from './fixtures/provider-schema.json';

interface Recorded {
  readonly type: string;
  readonly id: string;
  readonly block: ApiObject;
  readonly request: ApiObject;
}

const recorded = (requests as { resources: Recorded[] }).resources;

describe('the object is the one the provider sends', () => {
  test.each(recorded.map((sample): [string, string, Recorded] => [sample.type, sample.id, sample]))(
    '%s %s',
    (_, __, sample) => {
      const faults: Fault[] = [];
      const object = renderResource(sample.type, sample.block, faults);
      expect(reasonsOf(faults)).toEqual([]);
      expect(normalize(object)).toEqual(normalize(sample.request));
    },
  );

  test('every type is recorded, from the version the rules are for', () => {
    expect([...new Set(recorded.map(({ type }) => type))].sort()).toEqual(Object.keys(KINDS).sort());
    expect(requests.provider).toBe(`hashicorp/kubernetes ${PROVIDER_VERSION}`);
  });

  test('a missing or different field would be detected', () => {
    const sample = recorded.find(({ type, id }) => type === 'kubernetes_deployment_v1' && id === 'all_1') as Recorded;
    const { paused: _, ...spec } = sample.request.spec as ApiObject;
    expect(normalize({ ...sample.request, spec })).not.toEqual(normalize(sample.request));
    expect(normalize({ ...sample.request, spec: { ...spec, paused: false } })).not.toEqual(normalize(sample.request));
  });
});

describe('the rules', () => {
  type Names = { [name: string]: string };
  const block = (reference: string): Names => (schema.blocks as unknown as Names[])[Number(reference.slice(1))];
  const types = Object.entries(schema.resources as Names);

  function compare(fields: Fields, names: Names, path: string, differences: string[]): void {
    for (const [name, kind] of Object.entries(names)) {
      const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!rule) differences.push(`${path}.${name} has no rule`);
      else if (rule.sort === 'block' && kind.startsWith('#'))
        compare(rule.fields, block(kind), `${path}.${name}`, differences);
      else if (rule.sort === 'block' || (rule.sort === 'value' && kind.startsWith('#')))
        differences.push(`${path}.${name} is no ${rule.sort}`);
    }
    for (const name of Object.keys(fields)) {
      if (!Object.hasOwn(names, name) && fields[name].sort !== 'dropped')
        differences.push(`${path}.${name} is not the provider's`);
    }
  }

  test.each(types)('of %s know every attribute of the provider, and no other', (type, reference) => {
    const differences: string[] = [];
    compare(KINDS[type].fields, block(reference), type, differences);
    expect(differences).toEqual([]);
  });

  test('are for the version and the types of the schema', () => {
    expect(schema.provider).toBe(`hashicorp/kubernetes ${PROVIDER_VERSION}`);
    expect(types.map(([type]) => type).sort()).toEqual(Object.keys(KINDS).sort());
  });

  test('would be found short of an attribute', () => {
    const differences: string[] = [];
    const names = block((schema.resources as Names).kubernetes_config_map_v1);
    compare(
      { ...KINDS.kubernetes_config_map_v1.fields, odd: KINDS.kubernetes_config_map_v1.fields.data },
      { ...names, extra: 's' },
      'x',
      differences,
    );
    expect(differences).toEqual(['x.extra has no rule', "x.odd is not the provider's"]);
  });
});

describe('faults', () => {
  const metadata = { name: 'a' };
  const pod = (spec: ApiObject) => ({ metadata, spec: { template: { metadata, spec } } });

  test.each<[string, string, ApiObject, string]>([
    ['an unknown attribute', 'kubernetes_config_map_v1', { metadata, dta: {} }, 'ATTRIBUTE_UNKNOWN dta'],
    [
      'an unknown attribute of a container',
      'kubernetes_deployment_v1',
      pod({ container: [{ name: 'a', gpu: 1 }] }),
      'ATTRIBUTE_UNKNOWN spec.template.spec.container[0].gpu',
    ],
    ['count', 'kubernetes_config_map_v1', { metadata, count: 2 }, 'ATTRIBUTE_UNKNOWN count'],
    ['a dynamic block', 'kubernetes_config_map_v1', { metadata, dynamic: {} }, 'ATTRIBUTE_UNKNOWN dynamic'],
    ['text for a block', 'kubernetes_config_map_v1', { metadata: 'a' }, 'ATTRIBUTE_INVALID metadata'],
    [
      'text for a number',
      'kubernetes_deployment_v1',
      { metadata, spec: { replicas: 'two' } },
      'ATTRIBUTE_INVALID spec.replicas',
    ],
    ['text for a boolean', 'kubernetes_config_map_v1', { metadata, immutable: 'yes' }, 'ATTRIBUTE_INVALID immutable'],
    ['a list for a map', 'kubernetes_config_map_v1', { metadata, data: [] }, 'ATTRIBUTE_INVALID data'],
    ['a map for text', 'kubernetes_priority_class_v1', { metadata, description: {} }, 'ATTRIBUTE_INVALID description'],
    [
      'text for a list',
      'kubernetes_storage_class_v1',
      { metadata, mount_options: 'ro' },
      'ATTRIBUTE_INVALID mount_options',
    ],
    [
      'decimal permissions',
      'kubernetes_deployment_v1',
      pod({ volume: [{ config_map: { default_mode: '0999' } }] }),
      'ATTRIBUTE_INVALID spec.template.spec.volume[0].config_map.default_mode',
    ],
    [
      'what the provider ignores',
      'kubernetes_deployment_v1',
      pod({ volume: [{ ceph_fs: {} }] }),
      'ATTRIBUTE_NOT_RENDERED spec.template.spec.volume[0].ceph_fs',
    ],
    ['write-only data', 'kubernetes_secret_v1', { metadata, data_wo: { a: 'b' } }, 'ATTRIBUTE_NOT_RENDERED data_wo'],
  ])('%s', (_, type, block, wanted) => {
    const faults: Fault[] = [];
    renderResource(type, block, faults);
    expect(idsOf(faults)).toEqual([wanted]);
  });

  test("Terraform's own arguments are none", () => {
    const faults: Fault[] = [];
    const block = { metadata, depends_on: ['a'], lifecycle: {}, provider: 'kubernetes.a', timeouts: {}, id: 'x' };
    expect(renderResource('kubernetes_namespace_v1', block, faults)).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata,
    });
    expect(reasonsOf(faults)).toEqual([]);
  });
});

test('values that Terraform would convert are converted', () => {
  const faults: Fault[] = [];
  const block = {
    metadata: [{ name: 'a' }],
    spec: [
      {
        replicas: 2,
        paused: 'true',
        min_ready_seconds: '5',
        template: [{ metadata: [{ labels: { n: 1 } }], spec: [{}] }],
      },
    ],
  };
  expect(renderResource('kubernetes_deployment_v1', block, faults)).toMatchObject({
    metadata: { name: 'a', namespace: 'default' },
    spec: { replicas: 2, paused: true, minReadySeconds: 5, template: { metadata: { labels: { n: '1' } } } },
  });
  expect(reasonsOf(faults)).toEqual([]);
});
