import { App, Fn, TerraformStack, TerraformVariable } from 'cdktf';
import {
  CloudTopology,
  KubernetesAccess,
  KubernetesCluster,
  KubernetesLabels,
  KubernetesLabelsOptions,
  KubernetesManifests,
  ModelSpec,
  MonitoringStack,
  MonitoringStorage,
} from '../../lib';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, synthesize, testStack } from '../support/synth';

const TEAM = { 'company.example/team': 'search' };
const OWNER = { 'company.example/owner': 'search@company.example' };

function topology(stack: TerraformStack): void {
  new CloudTopology(stack, 'Cloud', {
    ...{ clusterName: 'chat', availabilityZones: ['us-west-2a', 'us-west-2b'] },
    models: [{ model: ModelSpec.LLAMA_3_1_8B }],
    serving: { podLabels: { 'company.example/team': 'chat' }, maxSurge: 0 },
    monitoringOptions: { alertReceivers: [] },
  });
}

function objectsOf(json: Block): { type: string; object: Block }[] {
  return Object.entries(json.resource as { [type: string]: Block })
    .filter(([type]) => type.startsWith('kubernetes_'))
    .flatMap(([type, all]) => Object.values(all).map((object) => ({ type, object: object as Block })));
}

const labelled = (build: (stack: TerraformStack) => void) => objectsOf(synthesize(build).json);

describe('labels for everything', () => {
  test('are on every object of a stack and on its pods: namespaces, monitoring, agents, servers', () => {
    const objects = labelled((stack) => {
      KubernetesLabels.add(stack, { labels: TEAM, annotations: OWNER });
      topology(stack);
    });
    expect(new Set(objects.map(({ type }) => type))).toEqual(new Set(labelled(topology).map(({ type }) => type)));
    expect(objects.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['kubernetes_namespace_v1', 'kubernetes_stateful_set_v1', 'kubernetes_daemon_set_v1']),
    );
    for (const { object } of objects) {
      const { template, selector, pod_selector: podSelector } = object.spec ?? {};
      for (const metadata of [object.metadata, ...(template ? [template.metadata] : [])]) {
        expect(metadata.labels).toMatchObject({ 'company.example/team': expect.any(String) });
        expect(metadata.annotations).toMatchObject(OWNER);
      }
      expect(JSON.stringify([selector, podSelector])).not.toContain('company.example');
    }
  });

  test('leave what an object has, and add nothing else', () => {
    const before = labelled(topology);
    const after = labelled((stack) => {
      KubernetesLabels.add(stack, { labels: TEAM });
      topology(stack);
    });
    expect(after).toHaveLength(before.length);
    after.forEach(({ object }, index) => {
      const known = before[index].object;
      expect(object.metadata.labels).toEqual({ ...TEAM, ...known.metadata.labels });
      expect({ ...object.metadata, labels: 0 }).toEqual({ ...known.metadata, labels: 0 });
      const [pods, own] = [object, known].map(({ spec }) => spec?.template?.metadata as Block | undefined);
      if (pods) expect(pods.labels).toEqual({ ...TEAM, ...own?.labels });
    });
    const server = after.find(({ type }) => type === 'kubernetes_deployment_v1');
    expect(server?.object.spec.template.metadata.labels).toMatchObject({ 'company.example/team': 'chat' });
  });

  test('of several calls add up, and are text', () => {
    const [{ object }] = labelled((stack) => {
      KubernetesLabels.add(stack, { labels: TEAM });
      KubernetesLabels.add(stack, { labels: { a: 'b' }, annotations: { note: '${x}' } });
      topology(stack);
    });
    expect(object.metadata.labels).toMatchObject({ ...TEAM, a: 'b' });
    expect(object.metadata.annotations).toMatchObject({ note: '$${x}' });
  });

  test('are those of one construct where that is the scope', () => {
    const objects = labelled((stack) => {
      topology(stack);
      KubernetesLabels.add(stack.node.findChild('Cloud').node.findChild('Monitoring'), { labels: TEAM });
    });
    const of = (name: string) => objects.filter(({ object }) => object.metadata.namespace === name);
    expect(of('monitoring').every(({ object }) => object.metadata.labels['company.example/team'] === 'search')).toBe(
      true,
    );
    expect(of('gpu-node-agents').some(({ object }) => object.metadata.labels?.['company.example/team'])).toBe(false);
  });

  test('are rendered for GitOps too', () => {
    const stack = new TerraformStack(new App(), 'rack');
    const cluster = KubernetesCluster.fromKubeconfig(stack, 'Cluster', { configPath: 'kubeconfig' });
    KubernetesAccess.of(stack, cluster);
    new MonitoringStack(stack, 'Monitoring', { cluster, storage: MonitoringStorage.emptyDir(), alertReceivers: [] });
    KubernetesLabels.add(stack, { labels: TEAM });
    const { objects } = KubernetesManifests.of(stack);
    expect(objects.map(({ kind }) => kind as string)).toEqual(expect.arrayContaining(['Namespace', 'StatefulSet']));
    for (const { metadata } of objects) expect(metadata.labels).toMatchObject(TEAM);
  });
});

test.each<[string, KubernetesLabelsOptions, string[]]>([
  ['a key', { labels: { 'a b': 'c' } }, ["INVALID_FORMAT labels['a b']"]],
  ['a value', { labels: { a: 'b c' } }, ["INVALID_FORMAT labels['a']"]],
  ['the key of an annotation', { annotations: { '-': 'any text' } }, ["INVALID_FORMAT annotations['-']"]],
  [
    'a label of the library',
    { labels: { 'app.kubernetes.io/name': 'a' } },
    ["RESERVED labels['app.kubernetes.io/name']"],
  ],
  [
    'the level of a namespace',
    { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
    ["RESERVED labels['pod-security.kubernetes.io/enforce']"],
  ],
  [
    'an annotation of the library, and a key',
    { annotations: { 'gpu-inference-constructs/config-checksum': '0' }, labels: { '': 'a' } },
    ["INVALID_FORMAT labels['']", "RESERVED annotations['gpu-inference-constructs/config-checksum']"],
  ],
])('%s is refused', (_, options, ids) => {
  expect(idsOf(faultsThrown(() => KubernetesLabels.add(testStack(), options)))).toEqual(ids);
});

test('values may be known to Terraform alone, keys may not', () => {
  const stack = testStack();
  const given = new TerraformVariable(stack, 'team', { type: 'string' }).stringValue;
  KubernetesLabels.add(stack, { labels: { team: given } });
  expect(idsOf(faultsThrown(() => KubernetesLabels.add(stack, { labels: { [Fn.lower(given)]: 'a' } })))).toEqual([
    'VALUE_NOT_CONCRETE labels',
  ]);
});
