import { GpuInstanceType, ModelSpec } from '../../../lib/catalog';
import {
  GatewayBackend,
  InferenceGateway,
  ServerAutoscaling,
  VllmDeployment,
  VllmDeploymentProps,
} from '../../../lib/serving';
import { faultsAtSynth, faultsThrown, idsOf, reasonsOf, warningsOf } from '../../support/faults';
import { Block, Synthesized, synthesize, testStack } from '../../support/synth';
import { unescapeTemplate } from '../../support/template';
import { testCluster } from '../../support/test-cluster';
import { TestPool, TestStore } from '../support/fixtures';

interface Given {
  readonly percent?: number;
  readonly maxNodes?: number;
  readonly stable?: Partial<VllmDeploymentProps>;
  readonly next?: Partial<VllmDeploymentProps>;
  /** Options of the backend beside the canary. */
  readonly options?: object;
}

/** A model in version 1, and in version 2 as its canary, on one pool in one namespace. */
function make(stack: ReturnType<typeof testStack>, { percent = 5, maxNodes = 4, stable, next, options }: Given) {
  const cluster = testCluster(stack);
  const nodePool = new TestPool(stack, 'gpu', cluster, GpuInstanceType.G5_XLARGE, maxNodes);
  const shared = { cluster, nodePool, modelStore: new TestStore(stack, 'Store'), maxSurge: 0 };
  const models = (version: string) => [{ name: 'chat', version, model: ModelSpec.LLAMA_3_1_8B }];
  const server = new VllmDeployment(stack, 'Stable', { ...shared, models: models('1'), ...stable });
  const canary = new VllmDeployment(stack, 'Next', { ...shared, models: models('2'), nameSuffix: '-next', ...next });
  const door = new InferenceGateway(stack, 'Door', {
    cluster,
    backends: [GatewayBackend.of(server, { canary: { server: canary, percent }, ...options })],
  });
  return { cluster, server, canary, door };
}

const synthesized = (given: Given) => synthesize((stack) => void make(stack, given));
const refused = (given: Given) => idsOf(faultsThrown(() => make(testStack(), given)));

function weights(json: Synthesized): Block[] {
  const [config] = json.resources('kubernetes_config_map_v1').filter(({ data }) => data['envoy.json'] !== undefined);
  const envoy = JSON.parse(unescapeTemplate(config.data['envoy.json'] as string)) as Block;
  const { routes } = envoy.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.route_config
    .virtual_hosts[0] as { routes: Block[] };
  return routes.find(({ route }) => route)?.route.weighted_clusters.clusters as Block[];
}

test('a canary of another version has its part of the requests for one name', () => {
  const json = synthesized({ percent: 5 });
  expect(weights(json)).toEqual([
    { name: 'inference/chat', weight: 95 },
    { name: 'inference/chat-next', weight: 5 },
  ]);
  const deployments = json.resources('kubernetes_deployment_v1').map(({ metadata }) => metadata.name as string);
  expect(deployments.sort()).toEqual(['chat', 'chat-next', 'door']);
  const argsOf = (name: string) =>
    (json.byName('kubernetes_deployment_v1', name).spec.template.spec.container[0].args as string[]).filter((each) =>
      each.startsWith('--served-model-name'),
    );
  expect(argsOf('chat-next')).toEqual(argsOf('chat'));
  const weightsOf = (name: string) => JSON.stringify(json.byName('kubernetes_deployment_v1', name).spec.template.spec);
  expect(weightsOf('chat-next')).toContain('s3://models/chat/2');
  expect(weightsOf('chat')).not.toContain('s3://models/chat/2');
});

test.each([0, 100])('it may be at %i of a hundred, with the other one there', (percent) => {
  expect(weights(synthesized({ percent })).map(({ weight }) => weight as number)).toEqual([100 - percent, percent]);
});

test('it is promoted by one value, which changes the configuration of the gateway alone', () => {
  const without = ({ text }: Synthesized) =>
    text
      .replace(/"envoy\.json": ".*"/g, '')
      .replace(/door-[0-9a-f]{8}/g, 'door')
      .replace(/"[^"]*config-checksum": "[^"]*"/g, '');
  const [before, after] = [5, 50].map((percent) => synthesized({ percent }));
  expect(weights(before)).not.toEqual(weights(after));
  expect(without(after)).toBe(without(before));
  const { strategy, template } = after.byName('kubernetes_deployment_v1', 'door').spec;
  expect(strategy.rolling_update).toEqual({ max_surge: '1', max_unavailable: '0' });
  expect(JSON.stringify(template.spec.container[0].lifecycle)).toMatch(/drain-envoy/);
});

test('it has metrics of its own', () => {
  const { server, canary } = make(testStack(), {});
  expect([server, canary].map(({ metricsTarget }) => metricsTarget.jobName)).toEqual(['vllm-stable', 'vllm-next']);
  const [a, b] = [server, canary].map(({ metricsTarget }) => metricsTarget.podSelector);
  expect(a).not.toEqual(b);
});

test('it must fit beside the other one', () => {
  const found = (maxNodes: number) => idsOf(faultsAtSynth(make(testStack(), { maxNodes }).cluster));
  expect(found(2)).toEqual([]);
  expect(new Set(found(1))).toEqual(new Set(['PODS_DO_NOT_FIT_TOGETHER']));
});

test('it is warned of where it is too small for its part', () => {
  const warned = (percent: number, replicas = 1) => {
    const { door } = make(testStack(), { percent, maxNodes: 8, stable: { replicas: 4 }, next: { replicas } });
    return warningsOf(door);
  };
  expect(idsOf(warned(25))).toEqual([]);
  expect(idsOf(warned(26))).toEqual(['CANARY_TOO_SMALL']);
  expect(idsOf(warned(100, 4))).toEqual([]);
  expect(reasonsOf(warned(50))).toEqual([
    "the canary of 'chat' gets 50 of 100 requests, all of which 4 server(s) answer now, but has 1; raise its replicas to 2 before its part",
  ]);
});

test('it is warned of where it may have no server, or refuses requests that the other one takes', () => {
  const warned = (next: Given['next'], percent = 5) => warningsOf(make(testStack(), { percent, next }).door);
  const context = (contextLength: number) => ({
    models: [{ name: 'chat', version: '2', model: ModelSpec.LLAMA_3_1_8B, contextLength }],
  });
  expect(reasonsOf(warned(context(1024)))).toEqual([
    expect.stringMatching(
      /^the canary of 'chat' takes requests of 1024 tokens with their answers, and those beside it \d+: it refuses longer ones by 400/,
    ),
  ]);
  expect(idsOf(warned(context(1024), 0))).toEqual([]);
  const autoscaling = ServerAutoscaling.keda({
    minReplicas: 0,
    maxReplicas: 1,
    wakeQuery: 'sum(rate(gateway_requests[1m]))',
  });
  const sleeps = { autoscaling };
  expect(idsOf(warned(sleeps))).toContain('CANARY_MAY_SLEEP');
  expect(idsOf(warned(sleeps, 0))).not.toContain('CANARY_MAY_SLEEP');
});

describe('is refused', () => {
  const at = 'backends[0].options.canary';
  test.each<[string, Given, string[]]>([
    ['a part of more than all', { percent: 101 }, [`NOT_A_WHOLE_NUMBER ${at}.percent`]],
    ['part of a request', { percent: 2.5 }, [`NOT_A_WHOLE_NUMBER ${at}.percent`]],
    ['beside a weight', { options: { weight: 5 } }, ['CONFLICTING_PROPERTIES backends[0].weight']],
    [
      'another name',
      { next: { models: [{ name: 'talk', model: ModelSpec.LLAMA_3_1_8B }] } },
      [`CANARY_LACKS_MODEL ${at}.server`],
    ],
    [
      'a key in another namespace',
      { next: { namespace: 'other', nameSuffix: undefined } },
      [`KEY_IN_OTHER_NAMESPACE ${at}`],
    ],
  ])('%s', (_, given, ids) => {
    expect(refused(given)).toEqual(ids);
  });

  test('itself', () => {
    const twice = () => {
      const stack = testStack();
      const { cluster, server } = make(stack, {});
      const backends = [GatewayBackend.of(server, { canary: { server, percent: 5 } })];
      return new InferenceGateway(stack, 'Other', { cluster, backends });
    };
    expect(idsOf(faultsThrown(twice))).toContain(`DUPLICATE ${at}.server`);
  });

  test('two deployments of one name without a suffix', () => {
    const { cluster } = make(testStack(), {
      next: { nameSuffix: undefined, namespace: 'other' },
      options: { canary: undefined },
    });
    expect(idsOf(faultsAtSynth(cluster))).toEqual([]);
    const same = make(testStack(), { next: { nameSuffix: undefined }, options: { canary: undefined } });
    expect(idsOf(faultsAtSynth(same.cluster))).toContain('DUPLICATE_OBJECT');
  });
});
