import { TerraformStack } from 'cdktf';
import { CloudTopology, CloudTopologyProps, InferenceServer, ModelSpec, ServerAutoscaling } from '../../../lib';
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

test('a fixed number too is refused', () => {
  const refused: string[] = [];
  const props = { models: [{ ...models[0], replicas: 2 }], vllmServing: { autoscaling } };
  synthesize((stack) => void refused.push(...idsOf(faultsThrown(() => make(stack, props)))));
  expect(refused).toEqual(['CONFLICTING_PROPERTIES models[0].replicas']);
});
