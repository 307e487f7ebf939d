import { Sidecar } from '../../lib/serving';
import { faultsThrown, idsOf } from '../support/faults';
import { Block, Synthesized } from '../support/synth';
import { DeploymentOverrides, deploy } from './support/fixtures';
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

const SERVERS: readonly [string, (options: DeploymentOverrides) => { readonly json: Synthesized }][] = [
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
});
