import { Sidecar } from '../../lib/serving';
import { faultsThrown, idsOf, warningsOf } from '../support/faults';
import { Block, Synthesized } from '../support/synth';
import { DeploymentOverrides, Site, deploy } from './support/fixtures';
import { deployVllm } from './support/vllm-fixtures';

const WARM: Sidecar = {
  name: 'warm',
  image: 'registry.example.com/warm:1',
  secretEnvironment: { KEY: { name: 'k', key: 'v' } },
};
const OPTIONS: DeploymentOverrides = {
  initContainers: [WARM],
  sidecars: [{ name: 'logs', image: 'registry.example.com/logs:1' }],
  serviceAccountAnnotations: { 'iam.gke.io/gcp-service-account': 'x@y' },
  maxSurge: 0,
  maxUnavailable: 2,
  maxDisruptions: 3,
  replicas: 4,
  maxNodes: 4,
};

const MANAGED = ['arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy'];
const ROLE: DeploymentOverrides = {
  rolePolicyStatements: [
    {
      actions: ['sqs:SendMessage'],
      resources: ['arn:aws:sqs:eu-central-1:123456789012:answers'],
      conditions: [{ operator: 'StringEquals', key: 'aws:SourceAccount', values: ['123456789012'] }],
    },
  ],
  roleManagedPolicyArns: MANAGED,
};
const ALLOWED = {
  Effect: 'Allow',
  Action: ['sqs:SendMessage'],
  Resource: ['arn:aws:sqs:eu-central-1:123456789012:answers'],
  Condition: { StringEquals: { 'aws:SourceAccount': ['123456789012'] } },
};

interface Made {
  readonly json: Synthesized;
  readonly site: Site;
}

const SERVERS: readonly [string, (options: DeploymentOverrides) => Made][] = [
  ['Triton', (options) => deploy(options)],
  ["vLLM's own server", ({ models: _, ...options }) => deployVllm(options)],
];

describe.each(SERVERS)('what users add to %s', (_, make) => {
  const { json } = make(OPTIONS);
  const { spec } = json.only('kubernetes_deployment_v1');
  const pod = spec.template.spec as Block;

  test('runs after the weights are there, as hardened as all others, and without the role', () => {
    const names = (pod.init_container as Block[]).map(({ name }) => name);
    expect(names).toEqual([expect.stringMatching(/^(assemble|fetch)-/), 'warm']);
    const warm = pod.init_container[1] as Block;
    expect(warm.security_context).toMatchObject({ allow_privilege_escalation: false, read_only_root_filesystem: true });
    expect(warm.env).toEqual([{ name: 'KEY', value_from: { secret_key_ref: { name: 'k', key: 'v' } } }]);
    const skipped = spec.template.metadata.annotations['eks.amazonaws.com/skip-containers'].split(',');
    expect(skipped).toEqual(expect.arrayContaining(['warm', 'logs']));
  });

  test('sees the weights and the cache of the pod where they are wanted, and nothing else of it', () => {
    const volumeMounts = [
      { volume: 'models', path: '/models' },
      { volume: 'cache', path: '/var/cache/warm', readOnly: false },
    ];
    const made = make({ initContainers: [{ ...WARM, volumeMounts }] }).json.only('kubernetes_deployment_v1');
    expect(made.spec.template.spec.init_container[1].volume_mount).toEqual([
      { name: 'models', mount_path: '/models', read_only: true },
      { name: 'cache', mount_path: '/var/cache/warm', read_only: false },
    ]);
    const refused = (options: DeploymentOverrides) => idsOf(faultsThrown(() => make(options)));
    const mount = (volume: string, readOnly?: boolean) => [
      { ...WARM, volumeMounts: [{ volume, path: '/x', readOnly }] },
    ];
    expect(refused({ initContainers: mount('models', false) })).toEqual([
      'RESERVED initContainers[0].volumeMounts[0].readOnly',
    ]);
    for (const volume of ['config', 'probes', 'tmp', 'shm', 'model-store-credentials', 'x'])
      expect(refused({ initContainers: mount(volume) })).toEqual([
        'UNKNOWN_VALUE initContainers[0].volumeMounts[0].volume',
      ]);
    expect(refused({ sidecars: mount('models') })).toEqual(['UNKNOWN_VALUE sidecars[0].volumeMounts[0].volume']);
    expect(refused({ volumeMounts: mount('cache')[0].volumeMounts })).toEqual(['UNKNOWN_VALUE volumeMounts[0].volume']);
  });

  test('decides how many go at once, in a rollout and when nodes are drained', () => {
    expect(spec.strategy.rolling_update).toEqual({ max_surge: '0', max_unavailable: '2' });
    expect(json.only('kubernetes_pod_disruption_budget_v1').spec.max_unavailable).toBe('3');
  });

  test('is at the service account, beside its role', () => {
    const { annotations } = json.only('kubernetes_service_account_v1').metadata;
    expect(annotations).toMatchObject({ 'iam.gke.io/gcp-service-account': 'x@y' });
  });

  test.each<[DeploymentOverrides, string[]]>([
    [{ initContainers: [{ ...WARM, ports: { http: 80 } }] }, ['CONFLICTING_PROPERTIES initContainers[0].ports']],
    [{ initContainers: [{ ...WARM, name: 'logs' }], sidecars: OPTIONS.sidecars }, ['DUPLICATE initContainers']],
    [{ initContainers: [{ ...WARM, image: 'x' }] }, ['INVALID_FORMAT initContainers[0].image']],
    [{ maxUnavailable: 0 }, ['NOT_A_WHOLE_NUMBER maxUnavailable']],
    [{ maxDisruptions: 0 }, ['NOT_A_WHOLE_NUMBER maxDisruptions']],
    [
      { serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/x' } },
      ["RESERVED serviceAccountAnnotations['eks.amazonaws.com/role-arn']"],
    ],
    [{ serviceAccountAnnotations: { 'a b': '1' } }, ["INVALID_FORMAT serviceAccountAnnotations['a b']"]],
  ])('%j is refused', (options, ids) => {
    expect(idsOf(faultsThrown(() => make(options)))).toEqual(ids);
  });

  test('what is not given stays as it was', () => {
    const plain = make({ maxSurge: 0 });
    expect(plain.json.only('kubernetes_deployment_v1').spec.strategy.rolling_update.max_unavailable).toBe('1');
    expect(plain.json.only('kubernetes_pod_disruption_budget_v1').spec.max_unavailable).toBe('1');
  });

  test('acts as an account of the user, for which nothing is made', () => {
    const own = make({ maxSurge: 0, serviceAccountName: 'own' });
    expect(own.json.resources('kubernetes_service_account_v1')).toEqual([]);
    const { metadata, spec: acting } = own.json.only('kubernetes_deployment_v1').spec.template;
    expect(acting.service_account_name).toBe('own');
    expect(Object.keys(metadata.annotations as object)).not.toContain('eks.amazonaws.com/skip-containers');
    expect(own.site.cluster.askedRoles).toEqual([]);
    expect(idsOf(warningsOf(own.site.cluster.node.root))).toEqual(['STORE_NOT_GRANTED']);
  });

  test('needs no word where the store has credentials of its own', () => {
    const own = make({ maxSurge: 0, serviceAccountName: 'own', reach: { credentials: { name: 'store' } } });
    expect(idsOf(warningsOf(own.site.cluster.node.root))).toEqual([]);
  });

  test('may do more with its role, in all containers', () => {
    const more = make({ maxSurge: 0, ...ROLE });
    const [policy] = more.json.resources('aws_iam_role_policy');
    expect(JSON.parse(String(policy.policy))).toEqual({ Version: '2012-10-17', Statement: [ALLOWED] });
    expect(more.json.resources('aws_iam_role_policy_attachment').map(({ policy_arn: arn }) => arn)).toEqual(MANAGED);
    const { annotations } = more.json.only('kubernetes_deployment_v1').spec.template.metadata;
    expect(Object.keys(annotations as object)).not.toContain('eks.amazonaws.com/skip-containers');
  });

  test('has a role for that beside the credentials of its store, and reaches what hands it out', () => {
    const more = make({ maxSurge: 0, ...ROLE, reach: { credentials: { name: 'store' } } });
    expect(more.site.cluster.askedRoles).toHaveLength(1);
    expect(more.site.store.grants).toEqual([]);
    const { egress } = more.json.only('kubernetes_network_policy_v1').spec;
    expect(JSON.stringify(egress)).toContain('169.254.170.23/32');
  });

  test.each<[DeploymentOverrides, string[]]>([
    [{ serviceAccountName: 'Own' }, ['INVALID_NAME serviceAccountName']],
    [
      { serviceAccountName: 'own', serviceAccountAnnotations: {}, ...ROLE },
      ['serviceAccountAnnotations', 'rolePolicyStatements', 'roleManagedPolicyArns'].map(
        (property) => `CONFLICTING_PROPERTIES ${property}`,
      ),
    ],
    [
      { roleManagedPolicyArns: ['arn:aws:iam::111122223333:role/x', MANAGED[0], MANAGED[0]] },
      ['DUPLICATE roleManagedPolicyArns', 'INVALID_FORMAT roleManagedPolicyArns[0]'],
    ],
    [
      { rolePolicyStatements: [{ actions: [], resources: ['queue'], sid: 'a b' }] },
      ['sid', 'actions', 'resources[0]'].map(
        (at) => `${at === 'actions' ? 'EMPTY_LIST' : 'INVALID_FORMAT'} rolePolicyStatements[0].${at}`,
      ),
    ],
    [
      {
        rolePolicyStatements: [
          {
            actions: ['SendMessage'],
            resources: ['*'],
            conditions: [{ operator: 'Equals', key: 'account', values: [] }],
          },
        ],
      },
      [
        'INVALID_FORMAT rolePolicyStatements[0].actions[0]',
        'INVALID_FORMAT rolePolicyStatements[0].conditions[0].operator',
        'INVALID_FORMAT rolePolicyStatements[0].conditions[0].key',
        'EMPTY_LIST rolePolicyStatements[0].conditions[0].values',
      ],
    ],
  ])('whom it acts as: %j is refused', (options, ids) => {
    expect(idsOf(faultsThrown(() => make(options)))).toEqual(ids);
  });
});
