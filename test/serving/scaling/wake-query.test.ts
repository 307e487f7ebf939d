import { GpuInstanceType } from '../../../lib/catalog';
import {
  EnvoyAiInferenceGateway,
  GatewayBackend,
  InferenceGateway,
  ServerAutoscaling,
  VllmDeployment,
} from '../../../lib/serving';
import { neverWakesFaults } from '../../../lib/serving/scaling/wake-query';
import { faultsAtSynth, faultsThrown, idsOf, warningsOf } from '../../support/faults';
import { deploy, llama8b, withSite } from '../support/fixtures';
import { CHAT, deployVllm } from '../support/vllm-fixtures';

const refusedOf = (body: () => unknown) => idsOf(faultsThrown(body));
const wakes = (wakeQuery: string) => ServerAutoscaling.keda({ minReplicas: 0, maxReplicas: 2, wakeQuery });

describe('what a query by itself must be', () => {
  test.each<[string, string, string]>([
    ['no PromQL', 'sum(rate(asked[1m])', 'PROMQL_SYNTAX wakeQuery'],
    ['no function', 'summe(asked)', 'PROMQL_SYNTAX wakeQuery'],
    ['a rate without a window', 'sum(rate(asked))', 'RANGE_SELECTOR_MISSING wakeQuery'],
    ['a sum of a range', 'sum(asked[1m])', 'PROMQL_TYPE wakeQuery'],
    ['a range', 'asked[1m]', 'PROMQL_TYPE wakeQuery'],
    ['a range of queries', 'sum(asked)[5m:1m]', 'PROMQL_TYPE wakeQuery'],
    ['text', '"asked"', 'PROMQL_TYPE wakeQuery'],
  ])('not %s', (_, query, fault) => {
    expect(refusedOf(() => wakes(query))).toEqual([fault]);
  });

  test.each([
    'sum(rate(asked[1m]))',
    'sum(asked) or vector(0)',
    'scalar(sum(asked))',
    '  sum(increase(asked{model="a"}[1m])) > bool 0 # who asks',
    'sum(rate(envoy_cluster_upstream_cx_none_healthy{envoy_cluster_name="inference/chat"}[1m]))',
  ])('%s', (query) => {
    expect(wakes(query).wakeQuery).toBe(query);
  });
});

describe('a query of the servers that it wakes', () => {
  const woken = { job: 'vllm-talk', namespace: 'inference', services: ['chat'], models: ['chat', 'talk'] };
  const refused = (query: string) => neverWakesFaults(query, woken).map(({ id, property }) => `${id} ${property}`);

  test.each([
    'sum(vllm:num_requests_waiting)',
    'sum(vllm:num_requests_waiting{model_name="chat"}) + sum(vllm:num_requests_running{job="vllm-talk"})',
    'sum(rate(vllm:request_success_total{finished_reason="stop",model="talk"}[1m]))',
    'sum(nv_inference_pending_request_count{namespace=~"inf.*"})',
    'sum(inference_requests_in_flight{service="chat",namespace!="other"})',
    'sum(up{job="vllm-talk"}) or vector(0)',
    'max_over_time(sum(vllm:num_requests_waiting)[5m:1m] offset 1m)',
    '-sum(vllm:num_requests_waiting)',
    '{__name__="vllm:num_requests_waiting"}',
  ])('never wakes them: %s', (query) => {
    expect(refused(query)).toEqual(['NOTHING_WAKES autoscaling.wakeQuery']);
  });

  test.each([
    'sum(rate(gateway_requests[1m]))',
    'sum(vllm:num_requests_waiting) + sum(gateway_requests)',
    'sum(vllm:num_requests_waiting{model_name="other"})',
    'sum(vllm:num_requests_waiting{job!="vllm-talk"})',
    'sum(vllm:num_requests_waiting{job=~"vllm-(talker|other)"})',
    'sum(inference_requests_in_flight{service="other"})',
    'sum(vllm:num_requests_waiting{pod=~"other-.*"})',
    'sum(up{job="gateway-door"})',
    'sum(up)',
    'vector(1)',
  ])('may be of others: %s', (query) => {
    expect(refused(query)).toEqual([]);
  });

  test('is refused with the other faults of a deployment, of vLLM and of Triton', () => {
    const autoscaling = wakes('sum(vllm:num_requests_waiting{job="vllm-talk"})');
    expect(refusedOf(() => deployVllm({ autoscaling }))).toEqual(['NOTHING_WAKES autoscaling.wakeQuery']);
    deployVllm({ autoscaling, name: 'other' });
    const tensor = { instanceType: GpuInstanceType.G6E_XLARGE, maxNodes: 2, models: [llama8b] };
    const sums = ['triton-chat', 'triton-other'].map((job) => `sum(nv_inference_count{job="${job}"})`);
    expect(refusedOf(() => deploy({ ...tensor, autoscaling: wakes(sums[0]) }))).toEqual([
      'NOTHING_WAKES autoscaling.wakeQuery',
    ]);
    deploy({ ...tensor, autoscaling: wakes(sums[1]) });
  });
});

describe('a gateway of the program before a model without servers', () => {
  /** What the deployment is warned of, whose model the gateways offer. */
  function missed(wakeQuery: string, gateways: 'own' | 'ai' | 'other' | 'none'): string[] {
    let found: string[] = [];
    withSite(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G5_XLARGE, 4);
      const serve = (name: string, autoscaling?: ServerAutoscaling) =>
        new VllmDeployment(scope, name, {
          ...{ cluster, nodePool, modelStore: store, models: [{ ...CHAT, name }], autoscaling, networkPolicy: false },
        });
      const chat = serve('chat', wakes(wakeQuery));
      const backends = [GatewayBackend.of(gateways === 'other' ? serve('other') : chat)];
      if (gateways === 'own' || gateways === 'other') new InferenceGateway(scope, 'Door', { cluster, backends });
      if (gateways === 'ai') {
        const installed = { gatewayClassName: 'eg' };
        new EnvoyAiInferenceGateway(scope, 'Door', { cluster, backends, installed });
      }
      faultsAtSynth(chat);
      found = warningsOf(chat)
        .filter(({ id }) => id === 'WAKE_QUERY_MISSES_GATEWAY')
        .map(({ reason }) => (/name it there: (.*)$/.exec(reason) as RegExpExecArray)[1]);
    });
    return found;
  }
  const of = (matchers: string) => `sum(rate(envoy_cluster_upstream_cx_none_healthy{${matchers}}[1m]))`;
  const [OWN, AI] = ['inference/chat', 'httproute/inference/door-chat/rule/0'];

  test.each<[string, string, Parameters<typeof missed>[1], string[]]>([
    ['the cluster of the gateway', of(`envoy_cluster_name="${OWN}"`), 'own', []],
    ['a pattern of it', of('envoy_cluster_name=~".+/chat"'), 'own', []],
    ['one of two', `${of(`envoy_cluster_name="${OWN}"`)} + ${of('envoy_cluster_name="x"')}`, 'own', []],
    ['another cluster', of('envoy_cluster_name="chat"'), 'own', [OWN]],
    ['all but it', of(`envoy_cluster_name=~".+/.+",envoy_cluster_name!="${OWN}"`), 'own', [OWN]],
    ['all clusters', of(''), 'own', []],
    ['something else too', `${of('envoy_cluster_name="chat"')} + sum(asked)`, 'own', []],
    ['the cluster of Envoy Gateway', of(`envoy_cluster_name="${AI}"`), 'ai', []],
    ['the name that another gateway has for it', of(`envoy_cluster_name="${OWN}"`), 'ai', [AI]],
    ['another cluster, before another model', of('envoy_cluster_name="chat"'), 'other', []],
    ['another cluster, of no gateway that is known', of('envoy_cluster_name="chat"'), 'none', []],
  ])('is asked for %s', (_, query, gateways, clusters) => {
    expect(missed(query, gateways)).toEqual(clusters.map((each) => `envoy_cluster_name="${each}"`));
  });
});
