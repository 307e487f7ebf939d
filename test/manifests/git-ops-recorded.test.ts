import { App } from 'cdktf';
import { parse } from 'yaml';
import { EdgeT4 } from '../../examples/edge-t4/stack';
import { synthesizedJson } from '../../lib/core/synthesized-json';
import { ApiObject } from '../../lib/kubernetes/rendering/attribute-rules';
import { GitOpsSecrets, GitOpsTree } from '../../lib/manifests';
import { PROVIDER_VERSION } from '../../lib/manifests/kinds';
import * as requests from './fixtures/edge-t4-requests.json';
import { blockHash, shortened } from './record/block-hash';
import { normalize } from './recorded';

interface Recorded {
  readonly type: string;
  readonly id: string;
  readonly hash: string;
  readonly request: ApiObject;
}

const { stack } = new EdgeT4(new App());
const resources = synthesizedJson(stack).resource as { [type: string]: { [id: string]: object } };
const tree = new GitOpsTree({ sites: [{ name: 'till-1', stack }], secrets: GitOpsSecrets.externalSecrets({}) });
const objects = Object.entries(tree.files)
  .filter(([file]) => !file.endsWith('/kustomization.yaml'))
  .map(([, text]) => parse(text) as ApiObject);
const identity = ({ apiVersion, kind, metadata }: ApiObject) =>
  `${apiVersion} ${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** Resources of the example that are as they were recorded; others have changed since, and are left to the test of the whole below. */
const recorded = (requests as { resources: Recorded[] }).resources;
const same = recorded.filter(({ type, id, hash }) => {
  const block = resources[type]?.[id];
  return block !== undefined && blockHash(block) === hash;
});

describe('the files of examples/edge-t4', () => {
  test.each(same.map((sample): [string, Recorded] => [identity(sample.request), sample]))(
    'have %s as the real provider sent it',
    (name, { request }) => {
      const found = objects.filter((object) => identity(object) === name);
      expect(found.map((object) => normalize(shortened(object)))).toEqual([normalize(request)]);
    },
  );

  test('have an object for each resource of the provider, and what makes up the key in the place of its release', () => {
    const made = Object.entries(resources)
      .filter(([type]) => type.startsWith('kubernetes_'))
      .flatMap(([, blocks]) => Object.keys(blocks));
    const own = objects.filter(({ apiVersion }) => !String(apiVersion).includes('external-secrets.io/'));
    expect(own).toHaveLength(made.length);
    expect(Object.keys(resources.helm_release)).toHaveLength(objects.length - own.length - 1);
  });

  test('are recorded from the version the rules are for, and not of another example by now', () => {
    expect(requests.provider).toBe(`hashicorp/kubernetes ${PROVIDER_VERSION}`);
    // Where fewer are left, record anew: test/manifests/record/record.mjs --stack.
    expect(same.length).toBeGreaterThanOrEqual(0.6 * recorded.length);
  });

  test('would be told apart by one field', () => {
    const [{ request }] = same.filter(({ type }) => type === 'kubernetes_deployment_v1');
    const other = { ...request, spec: { ...(request.spec as ApiObject), paused: true } };
    expect(normalize(other)).not.toEqual(normalize(request));
    expect(shortened('a'.repeat(1001))).not.toEqual(shortened('b'.repeat(1001)));
  });
});
