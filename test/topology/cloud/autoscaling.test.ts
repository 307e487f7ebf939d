import { TerraformStack } from 'cdktf';
import {
  CloudTopology,
  CloudTopologyProps,
  EksGpuCluster,
  InferenceServer,
  Keda,
  KubernetesAccess,
  ModelSpec,
  ServerAutoscaling,
} from '../../../lib';
import { faultsThrown, idsOf } from '../../support/faults';
import { Synthesized, synthesize } from '../../support/synth';

const HPA = 'kubernetes_horizontal_pod_autoscaler_v2';
const models = [{ model: ModelSpec.QWEN_2_5_0_5B, name: 'chat' }];
const autoscaling = ServerAutoscaling.hpa({ maxReplicas: 3 });

const make = (stack: TerraformStack, props: Partial<CloudTopologyProps>) =>
  new CloudTopology(stack, 'Cloud', { clusterName: 'c', models, server: InferenceServer.VLLM, ...props });
const made = (props: Partial<CloudTopologyProps>): { json: Synthesized; text: string } => {
  let text = '';
  const json = synthesize((stack) => {
    const topology = make(stack, props);
    text = topology.explain();
  });
  return { json, text };
};

test.each([
  ['vLLM', { vllmServing: { autoscaling } }],
  ['Triton', { server: InferenceServer.TRITON, serving: { autoscaling } }],
  ['a single model', { vllmServingByModel: { chat: { autoscaling } } }],
])('%s is scaled, on a pool that grows to the most', (_, props) => {
  const { json, text } = made(props);
  expect(json.only(HPA).spec).toMatchObject({ min_replicas: 1, max_replicas: 3 });
  expect(json.byName('kubernetes_deployment_v1', 'chat').spec.replicas).toBeUndefined();
  const [{ scaling_config: size }] = json
    .resources('aws_eks_node_group')
    .filter(({ scaling_config: own }) => own.max_size === 3);
  expect(size).toMatchObject({ min_size: 1, max_size: 3 });
  expect(json.byName('helm_release', 'cluster-autoscaler')).toBeDefined();
  expect(text).toContain("on pool 'chat', 1 to 3 servers by a HorizontalPodAutoscaler");
});

test('the monitoring of the topology records the requests', () => {
  const { json } = made({ vllmServing: { autoscaling } });
  expect(JSON.stringify(json.resources('kubernetes_config_map_v1'))).toContain('inference_requests_in_flight');
  expect(json.annotations().join()).not.toContain('LOAD_NOT_RECORDED');
});

describe('KEDA', () => {
  const scaled = { vllmServing: { autoscaling: ServerAutoscaling.keda({ maxReplicas: 3 }) } };
  const charts = (json: Synthesized) => json.resources('helm_release').map(({ chart }) => chart as string);
  const opened = (json: Synthesized) => JSON.stringify(json.byName('kubernetes_network_policy_v1', 'monitoring'));

  test('is installed once before what it scales, and may ask Prometheus', () => {
    const { json, text } = made(scaled);
    expect(charts(json).filter((chart) => chart === 'keda')).toHaveLength(1);
    expect(text).toContain('1 to 3 servers by KEDA');
    expect(opened(json)).toContain('"kubernetes.io/metadata.name":"keda"');
    expect(json.annotations().join()).not.toMatch(/NO_KEDA|LOAD_NOT_RECORDED/);
  });

  test('is let in beside others', () => {
    const { json } = made({ ...scaled, monitoringOptions: { accessibleFrom: ['dashboards', 'keda'] } });
    expect(
      opened(json)
        .match(/"kubernetes.io.metadata.name":"(keda|dashboards)"/g)
        ?.sort(),
    ).toEqual(['"kubernetes.io/metadata.name":"dashboards"', '"kubernetes.io/metadata.name":"keda"']);
  });

  test('is left out where nothing needs it, or something else installs it', () => {
    expect(charts(made({ vllmServing: { autoscaling } }).json)).not.toContain('keda');
    expect(opened(made({ vllmServing: { autoscaling } }).json)).not.toContain('"keda"');
    const { json } = made({ ...scaled, keda: false });
    expect(charts(json)).not.toContain('keda');
    expect(json.annotations().join()).not.toContain('NO_KEDA');
    expect(charts(made({ keda: true }).json)).toContain('keda');
  });

  test('is installed in a cluster that exists only on request, and not where the program has it', () => {
    const attributes = { clusterName: 'c', subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'], podIdentity: true };
    const there = (props: Partial<CloudTopologyProps>, has = false) => {
      const json = synthesize((stack) => {
        const cluster = EksGpuCluster.fromAttributes(stack, 'Cluster', attributes);
        KubernetesAccess.of(stack, cluster);
        if (has) new Keda(stack, 'Keda', { cluster, namespace: 'scaling' });
        make(stack, { ...scaled, ...props, cluster });
      });
      return { keda: charts(json).filter((chart) => chart === 'keda').length, opened: opened(json) };
    };
    expect(there({}).keda).toBe(0);
    expect(there({ keda: true }).keda).toBe(1);
    const own = there({}, true);
    expect(own.keda).toBe(1);
    expect(own.opened).toContain('"kubernetes.io/metadata.name":"scaling"');
  });
});

test('a fixed number too is refused', () => {
  const refused: string[] = [];
  const props = { models: [{ ...models[0], replicas: 2 }], vllmServing: { autoscaling } };
  synthesize((stack) => void refused.push(...idsOf(faultsThrown(() => make(stack, props)))));
  expect(refused).toEqual(['CONFLICTING_PROPERTIES models[0].replicas']);
});
