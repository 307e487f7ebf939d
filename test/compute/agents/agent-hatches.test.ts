import { readFileSync } from 'fs';
import * as path from 'path';
import { OPERATOR_PART_NAMES, OPERATOR_VALUE_NAMES } from '../../../lib/compute/agents/operator-value-names';
import { GpuInstanceType } from '../../../lib/catalog';
import { GpuNodePool, GpuOperator, GpuSharing, NodeAgents, NodeAgentsProps } from '../../../lib/compute';
import { TaintEffect } from '../../../lib/core';
import { faultsAtSynth, faultsThrown, idsOf } from '../../support/faults';
import { Block, synthStack, testStack } from '../../support/synth';
import { testEksCluster } from '../test-eks-cluster';

/** What pods tolerate then: a value where one is named, else any. */
const TOLERATED = [
  { key: 'example.com/maintenance', operator: 'Exists', effect: 'NoExecute' },
  { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'team', operator: 'Equal', value: 'ml', effect: 'NoExecute' },
];
const ADDED: Partial<NodeAgentsProps> = {
  podLabels: { team: 'platform' },
  podAnnotations: { 'example.com/note': 'seen' },
  tolerations: [
    { key: 'example.com/maintenance', effect: TaintEffect.NO_EXECUTE },
    { key: 'team', value: 'ml', effect: TaintEffect.NO_EXECUTE },
  ],
};

function agents(props: Partial<NodeAgentsProps>, gpuSharing?: GpuSharing) {
  const stack = testStack();
  const cluster = testEksCluster(stack);
  const size = { instanceType: GpuInstanceType.P5_48XLARGE, minNodes: 1, maxNodes: 1 };
  new GpuNodePool(stack, 'gpu', { cluster, ...size, gpuSharing });
  new NodeAgents(stack, 'Agents', { cluster, ...props });
  return stack;
}

const { podAnnotations } = ADDED;
const DISCOVERY = {
  master: { annotations: podAnnotations },
  gc: { annotations: podAnnotations },
  worker: { annotations: podAnnotations, tolerations: TOLERATED },
};

describe('what users add to the pods of agents', () => {
  test('is on every DaemonSet, beside what selects and tolerates', () => {
    const sets = synthStack(agents({ ...ADDED, gpuFeatureDiscovery: true, dcgmExporter: true })).resources(
      'kubernetes_daemon_set_v1',
    );
    expect(sets.length).toBeGreaterThan(2);
    for (const { spec } of sets) {
      const { metadata, spec: pod } = spec.template;
      expect(metadata.labels).toMatchObject({ team: 'platform', ...spec.selector.match_labels });
      expect(metadata.annotations).toEqual(ADDED.podAnnotations);
      expect(pod.toleration).toEqual(TOLERATED);
    }
  });

  test('is in the values of the operator', () => {
    const json = synthStack(agents({ ...ADDED, gpuOperator: GpuOperator.version() }));
    const values = JSON.parse(json.only('helm_release').values[0] as string) as Block;
    const { podLabels: labels, podAnnotations: annotations } = ADDED;
    expect(values.daemonsets).toEqual({ labels, annotations, tolerations: TOLERATED });
    expect(values.operator).toEqual({ annotations });
    expect(values['node-feature-discovery']).toMatchObject(DISCOVERY);
  });

  test('is in the values of node feature discovery by itself', () => {
    const json = synthStack(agents({ ...ADDED, gpuFeatureDiscovery: true }));
    const { values } = json.where('helm_release', { chart: 'node-feature-discovery' });
    expect(JSON.parse((values as string[])[0])).toMatchObject(DISCOVERY);
  });

  test.each<[Partial<NodeAgentsProps>, string[]]>([
    [{ podLabels: { 'app.kubernetes.io/name': 'x' } }, ["RESERVED podLabels['app.kubernetes.io/name']"]],
    [{ podLabels: { 'a b': 'x' } }, ["INVALID_FORMAT podLabels['a b']"]],
    [{ podAnnotations: { 'a b': 'x' } }, ["INVALID_FORMAT podAnnotations['a b']"]],
    [
      { tolerations: [{ key: 'a b', value: 'c d', effect: TaintEffect.NO_EXECUTE }] },
      ['INVALID_FORMAT tolerations[0].key', 'INVALID_FORMAT tolerations[0].value'],
    ],
  ])('%j is refused', (props, ids) => {
    expect(idsOf(faultsThrown(() => agents(props)))).toEqual(ids);
  });
});

const WHOLE = GpuSharing.none();

describe('values of the operator', () => {
  const found = (values: object, more: Partial<NodeAgentsProps> = {}, sharing?: GpuSharing) => {
    const gpuOperator = GpuOperator.version(undefined, { values: values as { [key: string]: unknown } });
    return idsOf(faultsAtSynth(agents({ gpuOperator, ...more }, sharing))).filter((id) => id.startsWith('VALUE_'));
  };
  const contradicts = (path: string) => [`VALUE_CONTRADICTS_PROOF gpuOperator.values.${path}`];

  test.each<[string, object, Partial<NodeAgentsProps>, GpuSharing]>([
    ['devicePlugin.enabled', { devicePlugin: { enabled: false } }, {}, WHOLE],
    ['devicePlugin.config', { devicePlugin: { config: { name: 'own' } } }, {}, GpuSharing.timeSlicing(4)],
    ['mig.strategy', { mig: { strategy: 'mixed' } }, {}, WHOLE],
    ['daemonsets.tolerations', { daemonsets: { tolerations: [] } }, {}, WHOLE],
    ['daemonsets', { daemonsets: null }, {}, WHOLE],
    ['devicePlugin', { devicePlugin: null }, {}, WHOLE],
    ['toolkit.enabled', { toolkit: { enabled: null } }, {}, WHOLE],
    ['node-feature-discovery.worker', { 'node-feature-discovery': { worker: null } }, {}, WHOLE],
    [
      'node-feature-discovery.worker.tolerations',
      { 'node-feature-discovery': { worker: { tolerations: [] } } },
      {},
      WHOLE,
    ],
    ['devicePlugin.config.default', { devicePlugin: { config: { name: 'own', default: 'any' } } }, {}, WHOLE],
    ['nfd.enabled', { nfd: { enabled: false } }, {}, WHOLE],
    ['nfd.enabled', { nfd: { enabled: true } }, { nodeFeatureDiscovery: false }, WHOLE],
    ['dcgmExporter.enabled', { dcgmExporter: { enabled: true } }, { dcgmExporter: true }, WHOLE],
  ])('%s is refused where it contradicts: %j', (path, values, more, sharing) => {
    expect(found(values, more, sharing)).toEqual(contradicts(path));
  });

  test.each<[object, string]>([
    [{ devicePlugin: { enabled: 'false' } }, 'WRONG_KIND gpuOperator.values.devicePlugin.enabled'],
    [{ devicePlugn: {} }, 'UNKNOWN_VALUE gpuOperator.values.devicePlugn'],
    [{ toolkit: { enabld: true } }, 'UNKNOWN_VALUE gpuOperator.values.toolkit.enabld'],
    [
      { driver: { licensingConfig: { token: 'plain-text' } } },
      'LITERAL_SECRET gpuOperator.values.driver.licensingConfig.token',
    ],
    [
      { devicePlugin: { env: [{ name: 'API_TOKEN', value: `hf_${'a'.repeat(34)}` }] } },
      "LITERAL_SECRET gpuOperator.values.devicePlugin.env['API_TOKEN']",
    ],
  ])('%j is refused', (values, id) => {
    const gpuOperator = GpuOperator.version(undefined, { values: values as { [key: string]: unknown } });
    expect(idsOf(faultsThrown(() => agents({ gpuOperator })))).toEqual([id]);
  });

  test('names are those of the chart', () => {
    const { charts } = JSON.parse(readFileSync(path.join(__dirname, 'fixtures/chart-values.json'), 'utf8')) as {
      charts: { 'gpu-operator': { paths: string[] } };
    };
    const keys = charts['gpu-operator'].paths.map((each) => each.split('.'));
    const within = (part: string) => new Set(keys.filter(([first]) => first === part).map(([, second]) => second));
    expect([...OPERATOR_VALUE_NAMES].sort()).toEqual([...new Set(keys.map(([first]) => first))].sort());
    for (const [part, names] of Object.entries(OPERATOR_PART_NAMES)) {
      expect([part, ...[...names].sort()]).toEqual([part, ...[...within(part)].sort()]);
    }
  });

  test.each<[object]>([
    [{ operator: { tolerations: [{ key: 'team/secret', operator: 'Exists' }] }, quite: { new: true } }],
    [{ driver: { licensingConfig: { secretName: 'licence' } }, dra: { enabled: true } }],
    [{ dcgmExporter: { enabled: true } }],
    [{ devicePlugin: { enabled: true, config: { name: 'own' } } }],
    [{ mig: { strategy: 'single' }, nfd: { enabled: true } }],
    [{ daemonsets: { updateStrategy: 'OnDelete' }, operator: { resources: {} } }],
  ])('all others pass: %j', (values) => {
    expect(found(values)).toEqual([]);
  });
});
