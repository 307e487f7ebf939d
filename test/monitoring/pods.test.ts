import { TaintEffect } from '../../lib/core/gpu-node-pool';
import { MonitoringStack, MonitoringStackProps } from '../../lib/monitoring';
import { faultsThrown } from '../support/faults';
import { Block, synthesize, testStack } from '../support/synth';
import { testCluster } from '../support/test-cluster';

const make = (props: Partial<MonitoringStackProps>) =>
  synthesize((stack) => {
    new MonitoringStack(stack, 'Monitoring', {
      cluster: testCluster(stack),
      alertReceivers: [],
      grafana: {},
      ...props,
    });
  });

/** The pods of a monitoring stack by the names of what makes them. */
function podsOf(props: Partial<MonitoringStackProps>): { [name: string]: Block } {
  const result = make(props);
  const kinds = ['stateful_set', 'deployment', 'daemon_set', 'job'].map((kind) => `kubernetes_${kind}_v1`);
  const all = kinds.flatMap((kind) => result.resources(kind));
  return Object.fromEntries(all.map(({ metadata, spec }) => [metadata.name as string, spec as Block]));
}

const CHOSEN = ['alertmanager', 'grafana', 'kube-state-metrics', 'prometheus'];
const ALL = [...CHOSEN, 'node-exporter'].sort();

test('all pods of a monitoring stack are known here', () => {
  expect(Object.keys(podsOf({})).sort()).toEqual(ALL);
});

test('the servers run on the nodes that they are given, the node exporter on every node', () => {
  const pods = podsOf({
    nodeSelector: { 'example.com/for': 'operations' },
    tolerations: [
      { key: 'example.com/only', value: 'operations', effect: TaintEffect.NO_SCHEDULE },
      { key: 'example.com/any', effect: TaintEffect.NO_EXECUTE },
    ],
  });
  for (const name of CHOSEN) {
    const { spec } = pods[name].template as Block;
    expect([name, spec.node_selector]).toEqual([name, { 'example.com/for': 'operations' }]);
    expect(spec.toleration).toEqual([
      { key: 'example.com/any', operator: 'Exists', effect: 'NoExecute' },
      { key: 'example.com/only', operator: 'Equal', value: 'operations', effect: 'NoSchedule' },
    ]);
  }
  const { spec } = pods['node-exporter'].template as Block;
  expect(spec.node_selector).toEqual({ 'kubernetes.io/os': 'linux' });
  expect(spec.toleration).toEqual([{ operator: 'Exists' }]);
});

test('without them, pods say nothing of nodes, and have no annotations but their own', () => {
  const pods = podsOf({});
  for (const name of CHOSEN) {
    const { spec } = pods[name].template as Block;
    expect([name, spec.node_selector, spec.toleration]).toEqual([name, undefined, undefined]);
  }
  expect(pods['kube-state-metrics'].template.metadata.annotations).toBeUndefined();
  expect(pods['node-exporter'].template.metadata.annotations).toBeUndefined();
});

test('every pod has the labels and annotations, and is selected by its own labels alone', () => {
  const given = { podLabels: { team: 'operations' }, podAnnotations: { 'example.com/note': 'costs ${nothing}' } };
  const [plain, labelled] = [podsOf({}), podsOf(given)];
  expect(Object.keys(labelled).sort()).toEqual(ALL);
  for (const name of ALL) {
    const { metadata } = labelled[name].template as Block;
    expect(metadata.labels).toEqual({ ...plain[name].template.metadata.labels, team: 'operations' });
    // Terraform would read it as a reference.
    expect(metadata.annotations).toMatchObject({ 'example.com/note': 'costs $${nothing}' });
    expect(labelled[name].selector).toEqual(plain[name].selector);
  }
  const { annotations } = labelled.prometheus.template.metadata as Block;
  expect(Object.keys(annotations).sort()).toEqual([
    'example.com/note',
    'gpu-inference-constructs/config-checksum',
    'gpu-inference-constructs/volume',
  ]);
});

test.each<[string, Partial<MonitoringStackProps>, string[]]>([
  [
    'labels that select the pods',
    {
      podLabels: {
        'app.kubernetes.io/name': 'x',
        'app.kubernetes.io/part-of': 'x',
        'app.kubernetes.io/managed-by': 'x',
      },
    },
    [
      "RESERVED podLabels['app.kubernetes.io/name']",
      "RESERVED podLabels['app.kubernetes.io/part-of']",
      "RESERVED podLabels['app.kubernetes.io/managed-by']",
    ],
  ],
  ['a label without syntax', { podLabels: { team: 'a b' } }, ["INVALID_FORMAT podLabels['team']"]],
  [
    'annotations that replace pods',
    { podAnnotations: { 'gpu-inference-constructs/config-checksum': '1', 'gpu-inference-constructs/volume': '2' } },
    [
      "RESERVED podAnnotations['gpu-inference-constructs/config-checksum']",
      "RESERVED podAnnotations['gpu-inference-constructs/volume']",
    ],
  ],
  ['an annotation without syntax', { podAnnotations: { 'a b': 'x' } }, ["INVALID_FORMAT podAnnotations['a b']"]],
  ['a node label without syntax', { nodeSelector: { zone: 'a/b' } }, ["INVALID_FORMAT nodeSelector['zone']"]],
  [
    'a taint without syntax',
    { tolerations: [{ key: 'a b', value: 'c d', effect: TaintEffect.NO_SCHEDULE }] },
    ['INVALID_FORMAT tolerations[0].key', 'INVALID_FORMAT tolerations[0].value'],
  ],
])('refused: %s', (_, props, expected) => {
  const faults = faultsThrown(
    () => new MonitoringStack(testStack(), 'Monitoring', { cluster: testCluster(testStack()), ...props }),
  );
  expect(faults.map(({ id, property }) => `${id} ${property}`)).toEqual(expected);
});
