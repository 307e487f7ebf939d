import { GpuInstanceType } from '../../lib/catalog';
import { WhenUnsatisfiable } from '../../lib/kubernetes';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../support/faults';
import { Block, Synthesized } from '../support/synth';
import { DeploymentOverrides, Site, deploy } from './support/fixtures';
import { deployVllm } from './support/vllm-fixtures';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const POOL = 'gpu-inference-constructs/pool';
/** As `kubectl get nodes --show-labels` has them on EKS. */
const EKS_LABELS = [
  'topology.k8s.aws/network-node-layer-3',
  'topology.k8s.aws/zone-id',
  'topology.ebs.csi.aws.com/zone',
  'vpc.amazonaws.com/has-trunk-attached',
  'eks.amazonaws.com/nodegroup',
  'eks.amazonaws.com/sourceLaunchTemplateVersion',
  'k8s.io/cloud-provider-aws',
];
const preferred = (topologyKey: string) => ({ topologyKey, weight: 50 });
const { DO_NOT_SCHEDULE } = WhenUnsatisfiable;

const SERVERS: readonly [
  string,
  (options: DeploymentOverrides) => { readonly json: Synthesized; readonly site: Site },
][] = [
  ['Triton', (options) => deploy(options)],
  ["vLLM's own server", ({ models: _, ...options }) => deployVllm(options)],
];

describe.each(SERVERS)('where pods of %s are', (_, make) => {
  const podOf = (options: DeploymentOverrides): Block =>
    make(options).json.only('kubernetes_deployment_v1').spec.template.spec as Block;

  test('follows rules about other pods and about their own', () => {
    const options = { podAffinity: [{ topologyKey: ZONE, matchLabels: { app: 'cache' }, namespaces: ['data'] }] };
    const pod = podOf({ ...options, podAntiAffinity: [{ topologyKey: HOST }, { topologyKey: ZONE, weight: 50 }] });
    const own = make({}).json.only('kubernetes_deployment_v1').spec.selector.match_labels as object;
    expect(pod.affinity).toEqual({
      pod_affinity: {
        required_during_scheduling_ignored_during_execution: [
          { topology_key: ZONE, label_selector: [{ match_labels: { app: 'cache' } }], namespaces: ['data'] },
        ],
      },
      pod_anti_affinity: {
        required_during_scheduling_ignored_during_execution: [
          { topology_key: HOST, label_selector: [{ match_labels: own }] },
        ],
        preferred_during_scheduling_ignored_during_execution: [
          { weight: 50, pod_affinity_term: { topology_key: ZONE, label_selector: [{ match_labels: own }] } },
        ],
      },
    });
  });

  test('is spread as is said, instead of by default', () => {
    const constraints = [{ topologyKey: ZONE, maxSkew: 2, whenUnsatisfiable: DO_NOT_SCHEDULE, minDomains: 2 }];
    expect(podOf({}).topology_spread_constraint).toHaveLength(2);
    const [spread, ...others] = podOf({ topologySpreadConstraints: constraints }).topology_spread_constraint as Block[];
    expect(others).toEqual([]);
    expect(spread).toMatchObject({
      topology_key: ZONE,
      max_skew: 2,
      when_unsatisfiable: 'DoNotSchedule',
      min_domains: 2,
    });
    expect(spread.match_label_keys).toEqual(['pod-template-hash']);
  });

  test.each<[string, DeploymentOverrides, string[]]>([
    [
      'labels that no node of the pool has',
      {
        podAffinity: [{ topologyKey: 'example.com/rack' }],
        podAntiAffinity: [{ topologyKey: 'example.com/rack' }],
        topologySpreadConstraints: [{ topologyKey: 'example.com/rack' }],
      },
      ['podAffinity', 'podAntiAffinity', 'topologySpreadConstraints'].map((p) => `UNKNOWN_VALUE ${p}[0].topologyKey`),
    ],
    [
      'labels that are misspelt, and those that nobody sets',
      {
        podAffinity: ['kubernetes.io/hostnme', 'topology.kubernetes.io/rack'].map((topologyKey) => ({ topologyKey })),
        podAntiAffinity: [{ topologyKey: 'topology.kubernetes.io/zones', weight: 1 }],
        topologySpreadConstraints: [{ topologyKey: 'topology.k8s.aws/network-node-layer' }],
      },
      [
        ...[0, 1].map((i) => `UNKNOWN_VALUE podAffinity[${i}].topologyKey`),
        ...['podAntiAffinity', 'topologySpreadConstraints'].map((p) => `UNKNOWN_VALUE ${p}[0].topologyKey`),
      ],
    ],
    [
      'what the API server refuses',
      {
        podAffinity: [{ topologyKey: 'a b', weight: 101, matchLabels: { 'x y': '1' }, namespaces: ['Data'] }],
        podAntiAffinity: [{ topologyKey: HOST, matchLabels: {} }],
        topologySpreadConstraints: [{ topologyKey: ZONE, maxSkew: 0, minDomains: 2 }, { topologyKey: ZONE }],
      },
      [
        'INVALID_FORMAT podAffinity[0].topologyKey',
        "INVALID_FORMAT podAffinity[0].matchLabels['x y']",
        'INVALID_NAME podAffinity[0].namespaces[0]',
        'NOT_A_WHOLE_NUMBER podAffinity[0].weight',
        'EMPTY_LIST podAntiAffinity[0].matchLabels',
        'DUPLICATE topologySpreadConstraints',
        'NOT_A_WHOLE_NUMBER topologySpreadConstraints[0].maxSkew',
        'CONFLICTING_PROPERTIES topologySpreadConstraints[0].minDomains',
      ],
    ],
    [
      'one server on each node, of more than there are nodes',
      { podAntiAffinity: [{ topologyKey: HOST }], replicas: 3, maxNodes: 2, instanceType: GpuInstanceType.G5_12XLARGE },
      ['PLACEMENT_RULE_EXCEEDS_POOL podAntiAffinity[0]'],
    ],
    [
      'and one more in a rollout',
      {
        podAntiAffinity: [{ topologyKey: HOST }],
        replicas: 2,
        maxSurge: 1,
        maxNodes: 2,
        instanceType: GpuInstanceType.G5_12XLARGE,
      },
      ['PLACEMENT_RULE_EXCEEDS_POOL podAntiAffinity[0]'],
    ],
    [
      'one server on each pool',
      { podAntiAffinity: [{ topologyKey: POOL }], replicas: 2, maxNodes: 2 },
      ['PLACEMENT_RULE_EXCEEDS_POOL podAntiAffinity[0]'],
    ],
    [
      'all servers on one node that has not room for them',
      { podAffinity: [{ topologyKey: HOST }], replicas: 2, maxNodes: 2 },
      ['PLACEMENT_RULE_EXCEEDS_POOL podAffinity[0]'],
    ],
    [
      'more domains than the pool can have',
      {
        topologySpreadConstraints: [{ topologyKey: HOST, whenUnsatisfiable: DO_NOT_SCHEDULE, minDomains: 3 }],
        replicas: 3,
        maxNodes: 2,
        instanceType: GpuInstanceType.G5_12XLARGE,
      },
      ['PLACEMENT_RULE_EXCEEDS_POOL topologySpreadConstraints[0]'],
    ],
  ])('refused: %s', (_what, options, ids) => {
    expect(idsOf(faultsThrown(() => make(options)))).toEqual(ids);
  });

  test.each<[string, DeploymentOverrides]>([
    ['a preference', { podAntiAffinity: [{ topologyKey: HOST, weight: 1 }], replicas: 2, maxNodes: 1 }],
    ['other pods', { podAntiAffinity: [{ topologyKey: HOST, matchLabels: { app: 'x' } }], replicas: 2, maxNodes: 1 }],
    ['labels of EKS, its cloud controller and its drivers', { podAffinity: EKS_LABELS.map(preferred) }],
    [
      'labels of feature discovery',
      { podAffinity: ['feature.node.kubernetes.io/network-sriov.capable'].map(preferred) },
    ],
    ['a node that EKS labels', { nodeSelector: Object.fromEntries(EKS_LABELS.map((key) => [key, 'x'])) }],
    ['another namespace', { podAntiAffinity: [{ topologyKey: HOST, namespaces: ['x'] }], replicas: 2, maxNodes: 1 }],
    ['zones, whose number is not known', { podAntiAffinity: [{ topologyKey: ZONE }], replicas: 2, maxNodes: 1 }],
    [
      'as many domains as there are',
      {
        topologySpreadConstraints: [{ topologyKey: HOST, whenUnsatisfiable: DO_NOT_SCHEDULE, minDomains: 1 }],
        replicas: 2,
        maxNodes: 1,
      },
    ],
  ])('taken: %s', (_what, options) => {
    const { site } = make({ instanceType: GpuInstanceType.G5_12XLARGE, ...options });
    expect(faultsAtSynth(site.cluster)).toEqual([]);
  });

  test('a single server with a node for itself is not replaced on that node first, though it has GPUs left', () => {
    const options = { instanceType: GpuInstanceType.G5_12XLARGE, maxNodes: 1 };
    const surges = (more: DeploymentOverrides) => {
      const { json, site } = make({ ...options, ...more });
      const { rolling_update: steps } = json.only('kubernetes_deployment_v1').spec.strategy;
      return [steps.max_surge, idsOf(warningsOf(site.scope))];
    };
    expect(surges({})).toEqual(['1', []]);
    expect(surges({ podAntiAffinity: [{ topologyKey: HOST }] })).toEqual(['0', ['ROLLOUT_IS_AN_OUTAGE']]);
    expect(surges({ podAntiAffinity: [{ topologyKey: HOST }], maxNodes: 2 })).toEqual(['1', []]);
    const { site } = make({ ...options, podAntiAffinity: [{ topologyKey: HOST }] });
    expect(warningsOf(site.scope)[0].reason).toContain(
      "podAntiAffinity[0] lets one of them run on pool 'gpu'; make it a",
    );
  });
});
