import * as path from 'path';
import { Token } from 'cdktf';
import { GpuInstanceType, ModelSpec, Parallelism, VllmRelease } from '../../../lib/catalog';
import { RdmaFabric } from '../../../lib/network';
import { KubernetesManifests } from '../../../lib/manifests';
import { Keda, MonitoringStack } from '../../../lib/monitoring';
import { ClusterChecks } from '../../../lib/scheduling';
import { HpaAutoscalingOptions, KedaAutoscalingOptions, ServerAutoscaling, VllmDeployment } from '../../../lib/serving';
import { Duration } from '../../../lib/units';
import { faultsThrown, idsOf } from '../../support/faults';
import { definitionFaults, readDefinitions } from '../../support/schema';
import { Block, Synthesized } from '../../support/synth';
import { withSite } from '../support/fixtures';
import { CHAT, VllmOverrides, deployVllm } from '../support/vllm-fixtures';

const HPA = 'kubernetes_horizontal_pod_autoscaler_v2';
const hpa = (options: Partial<HpaAutoscalingOptions> = {}) => ServerAutoscaling.hpa({ maxReplicas: 2, ...options });
const keda = (options: Partial<KedaAutoscalingOptions> = {}) => ServerAutoscaling.keda({ maxReplicas: 2, ...options });
const V29 = VllmRelease.of('0.29.0');
const NEVER_ASKED: Partial<KedaAutoscalingOptions> = { minReplicas: 0, wakeQuery: 'sum(rate(gateway_requests[1m]))' };

const refused = (overrides: VllmOverrides) => idsOf(faultsThrown(() => deployVllm(overrides)));

/** The ScaledObject of a stack. */
function scaledObject(json: Synthesized): Block {
  const { objects } = KubernetesManifests.of(json.stack, { skipHelmReleases: true });
  return objects.find(({ kind }) => kind === 'ScaledObject') as Block;
}

/** The most requests that a server of the model has room for at once, as a refusal says. */
function roomOf(model: object): number {
  const [{ reason }] = faultsThrown(() => deployVllm({ model, autoscaling: hpa({ requestsPerServer: 100_000 }) }));
  return Number(/must be at most (\d+), /.exec(reason)?.[1]);
}

test.each([
  ['the scheduler', { maxSequences: 7 }, 7],
  ['the scheduler, whatever is planned', { maxSequences: 7, concurrency: 3 }, 7],
  ['the cache', { maxSequences: 4096 }, undefined],
])('a target is refused above what %s has room for, and taken up to that', (_, model, expected) => {
  const room = roomOf(model);
  expect(room).toBeGreaterThan(5);
  if (expected !== undefined) expect(room).toBe(expected);
  const target = (requestsPerServer: number) => () => deployVllm({ model, autoscaling: hpa({ requestsPerServer }) });
  expect(target(room)).not.toThrow();
  expect(target(room + 1)).toThrow(`must be at most ${room}, the requests`);
});

describe('a HorizontalPodAutoscaler', () => {
  test('sets the number of a deployment, by the requests of its Service', () => {
    const { json, deployment } = deployVllm({ autoscaling: hpa({ requestsPerServer: 12 }) });
    const { spec, metadata } = json.only(HPA);
    expect(metadata).toMatchObject({ name: 'chat', namespace: 'inference' });
    expect(spec).toMatchObject({
      scale_target_ref: { api_version: 'apps/v1', kind: 'Deployment', name: 'chat' },
      min_replicas: 1,
      max_replicas: 2,
      metric: [
        {
          type: 'Object',
          object: {
            described_object: { api_version: 'v1', kind: 'Service', name: 'chat' },
            metric: { name: 'inference_requests_in_flight' },
            target: { type: 'AverageValue', average_value: '12' },
          },
        },
      ],
    });
    expect(json.byName('kubernetes_service_v1', 'chat')).toBeDefined();
    expect(json.only('kubernetes_deployment_v1').spec.replicas).toBeUndefined();
    expect(deployment.replicas).toEqual({ chat: 2 });
    expect(deployment.metricsTarget).toMatchObject({
      replicas: undefined,
      scaledModels: [{ model: 'chat', service: 'chat', exporter: 'vllm' }],
      scalesToZero: false,
    });
  });

  test('keeps servers for longer than one takes to load', () => {
    const windows = (options: Partial<HpaAutoscalingOptions>, startupBudget?: Duration) => {
      const {
        scale_up: [up],
        scale_down: [down],
      } = deployVllm({ startupBudget, autoscaling: hpa(options) }).json.only(HPA).spec.behavior;
      return [up, down].map(({ stabilization_window_seconds: seconds }: Block) => seconds);
    };
    expect(windows({}, Duration.minutes(20))).toEqual([30, 1260]);
    expect(windows({}, Duration.seconds(100))).toEqual([30, 300]);
    expect(windows({}, Duration.seconds(3600))).toEqual([30, 3600]);
    const given = { scaleDownWindow: Duration.minutes(30), scaleUpWindow: Duration.ZERO };
    expect(windows(given, Duration.minutes(20))).toEqual([0, 1800]);
  });

  test('stops one server while the answers of another may still run, and starts as many as the nodes have room for', () => {
    const steps = (overrides: VllmOverrides) => {
      const {
        scale_up: [up],
        scale_down: [down],
      } = deployVllm(overrides).json.only(HPA).spec.behavior;
      return [up, down].map(({ policy: [{ type, value, period_seconds: seconds }] }: Block) => [type, value, seconds]);
    };
    expect(steps({ autoscaling: hpa(), exitTimeout: Duration.minutes(4) })).toEqual([
      ['Pods', 1, 60],
      ['Pods', 1, 240],
    ]);
    const eight = { instanceType: GpuInstanceType.P5_48XLARGE, exitTimeout: Duration.seconds(20) };
    expect(steps({ ...eight, autoscaling: hpa({ maxReplicas: 16 }) })[0]).toEqual(['Pods', 8, 60]);
    expect(steps({ ...eight, autoscaling: hpa({ minReplicas: 2, maxReplicas: 6 }) })).toEqual([
      ['Pods', 4, 60],
      ['Pods', 1, 60],
    ]);
  });

  test('of groups of nodes counts groups', () => {
    const { json, deployment } = deployVllm({
      instanceType: GpuInstanceType.P5_48XLARGE,
      maxNodes: 4,
      fabric: RdmaFabric.efa(),
      vllmImage: 'registry.example.com/vllm-efa:0.24.0',
      model: { model: ModelSpec.LLAMA_3_1_70B, parallelism: Parallelism.of({ tensor: 8, pipeline: 2 }) },
      autoscaling: hpa(),
    });
    expect(json.only(HPA).spec.scale_target_ref).toEqual({
      api_version: 'leaderworkerset.x-k8s.io/v1',
      kind: 'LeaderWorkerSet',
      name: 'chat-group',
    });
    expect(deployment.replicas).toEqual({ chat: 2 });
    const { objects } = KubernetesManifests.of(json.stack, { skipHelmReleases: true });
    const group = objects.find(({ kind }) => kind === 'LeaderWorkerSet') as Block;
    expect(group.spec.replicas).toBeUndefined();
    expect(group.spec.leaderWorkerTemplate.size).toBe(2);
  });

  test('is an object as the API server takes it', () => {
    const { json } = deployVllm({ autoscaling: hpa() });
    const { objects } = KubernetesManifests.of(json.stack, { skipHelmReleases: true });
    expect(objects.find(({ kind }) => kind === 'HorizontalPodAutoscaler')).toMatchObject({
      apiVersion: 'autoscaling/v2',
      spec: { behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1 }] } } },
    });
  });
});

describe('requests for each server', () => {
  const target = (model: VllmOverrides['model']) => {
    const { json, deployment } = deployVllm({ model, autoscaling: hpa() });
    return { value: Number(json.only(HPA).spec.metric[0].object.target.average_value), plan: deployment.plan };
  };

  test('are four fifths of those that the cache of the plan has room for', () => {
    const { value, plan } = target({});
    const cached = Math.floor(plan.kvCapacityTokens / (plan.inputTokens + plan.outputTokens));
    expect(cached).toBeLessThan(plan.maxSequences);
    expect(value).toBe(Math.floor(0.8 * cached));
  });

  test('are no more than the scheduler takes', () => {
    const { value, plan } = target({ maxSequences: 10 });
    expect(plan.maxSequences).toBe(10);
    expect(value).toBe(8);
  });

  test('are those of the concurrency where the program gives it, or a target for its times', () => {
    expect(target({ concurrency: 3 }).value).toBe(2);
    const timed = target({ targets: { maxTimePerOutputTokenMs: 100 } });
    expect(timed.value).toBe(Math.floor(0.8 * timed.plan.concurrency));
    expect(target({ targets: {} }).value).toBeGreaterThan(3);
    expect(target({ concurrency: 1 }).value).toBe(1);
  });

  test('are explained', () => {
    const text = deployVllm({ autoscaling: hpa() }).deployment.explain();
    expect(text).toMatch(
      /^chat: 1 to 2 servers by a HorizontalPodAutoscaler: one for each 19 in flight of 'chat' \(80 % of the 24 that/,
    );
    expect(text).toContain('stopped one by one when fewer have been enough for 480 s (startup budget 420 s)');
    expect(deployVllm().deployment.explain()).toMatch(/^chat: 1 server\n/);
  });
});

describe('a ScaledObject', () => {
  test.each([
    ['', {}],
    [', of no server', NEVER_ASKED],
  ])('is what its definition takes%s', (_, options) => {
    const definitions = readDefinitions(path.join(__dirname, 'fixtures', 'keda-crds.json'));
    const found = scaledObject(deployVllm({ autoscaling: keda(options) }).json);
    expect(definitionFaults(definitions, found)).toEqual([]);
    expect(definitionFaults(definitions, { ...found, spec: { ...found.spec, odd: 1, triggers: [] } })).toHaveLength(2);
  });

  test('asks Prometheus for the same, and leaves the number alone where it has no answer', () => {
    const { json } = deployVllm({
      autoscaling: keda({ requestsPerServer: 9, prometheusUrl: 'https://prometheus.example.com' }),
    });
    expect(json.resources(HPA)).toEqual([]);
    const { apiVersion, metadata, spec } = scaledObject(json);
    expect([apiVersion, metadata.name, metadata.namespace]).toEqual(['keda.sh/v1alpha1', 'chat', 'inference']);
    expect(spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'chat' },
      minReplicaCount: 1,
      maxReplicaCount: 2,
      cooldownPeriod: 480,
      triggers: [
        {
          type: 'prometheus',
          metricType: 'AverageValue',
          metadata: {
            serverAddress: 'https://prometheus.example.com',
            query: 'sum(inference_requests_in_flight{namespace="inference",service="chat",model="chat"})',
            threshold: '9',
            ignoreNullValues: 'false',
          },
        },
      ],
    });
    const { scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior as Block;
    expect(scaleDown).toMatchObject({ stabilizationWindowSeconds: 480, policies: [{ type: 'Pods', value: 1 }] });
  });

  test('of no server is woken by one query, and started once', () => {
    const { json, deployment } = deployVllm({ autoscaling: keda(NEVER_ASKED) });
    const { minReplicaCount, triggers } = scaledObject(json).spec as Block;
    expect(minReplicaCount).toBe(0);
    expect(triggers.map(({ metadata }: Block) => [metadata.query, metadata.ignoreNullValues])).toEqual([
      [
        'sum(inference_requests_in_flight{namespace="inference",service="chat",model="chat"}) or ' +
          '(vector(0) unless on() up{namespace="inference",pod=~"chat-[a-z0-9]+(-[a-z0-9]+)?"})',
        'false',
      ],
      ['(sum(rate(gateway_requests[1m]))) > bool 0', undefined],
    ]);
    expect(triggers[1].metadata.threshold).toBe('1');
    expect(deployment.metricsTarget.scalesToZero).toBe(true);
    expect(json.annotations().filter((text) => text.includes('SCALES_TO_ZERO'))).toEqual([
      expect.stringMatching(
        /the first request waits for a server to start, up to \d{4} s \(image, weights, and 420 s to load them\)/,
      ),
    ]);
    expect(deployVllm({ autoscaling: keda() }).json.annotations().join()).not.toContain('SCALES_TO_ZERO');
  });

  test('asks the Prometheus that watches, and waits for KEDA', () => {
    const json = withSite(({ scope, cluster, store, pool }) => {
      new Keda(scope, 'Keda', { cluster });
      const deployment = new VllmDeployment(scope, 'Talk', {
        cluster,
        nodePool: pool(GpuInstanceType.G5_XLARGE, 2),
        modelStore: store,
        models: [CHAT],
        autoscaling: keda(),
      });
      const namespace = 'watch';
      new MonitoringStack(scope, 'Monitoring', { cluster, namespace, accessibleFrom: ['keda'] }).watch(deployment);
    });
    expect(scaledObject(json).spec.triggers[0].metadata.serverAddress).toBe('http://prometheus.watch.svc:9090');
    const release = json.byName('helm_release', 'chat-autoscaler') ?? {};
    expect(release.depends_on).toContainEqual(expect.stringMatching(/^helm_release\.Keda/));
    expect(json.annotations().join()).not.toContain('LOAD_NOT_RECORDED');
  });
});

describe('the number of servers', () => {
  test('is counted at its most by the proof of the cluster', () => {
    const made = (maxReplicas: number) => {
      const { site } = deployVllm({ maxNodes: 2, autoscaling: hpa({ maxReplicas }) });
      return ClusterChecks.of(site.cluster).explain();
    };
    expect(made(2)).toMatch(/\n {2}2 +inference\/chat/);
    let faults: string[] = [];
    withSite(({ scope, cluster, store, pool }) => {
      const nodePool = pool(GpuInstanceType.G5_XLARGE, 2);
      const make = (name: string, more: object) =>
        new VllmDeployment(scope, name, { cluster, nodePool, modelStore: store, models: [{ ...CHAT, name }], ...more });
      make('a', { autoscaling: hpa() });
      make('b', {});
      faults = ClusterChecks.of(cluster).faults.map(({ id }) => id);
      scope.node.tryRemoveChild('b');
    });
    expect(faults).toContain('PODS_DO_NOT_FIT_TOGETHER');
  });

  test('may be drained one at a time, however many there are', () => {
    const { json } = deployVllm({ autoscaling: hpa() });
    expect(json.only('kubernetes_pod_disruption_budget_v1').spec).toMatchObject({ max_unavailable: '1' });
  });

  test('is watched by nobody: a warning', () => {
    const given = deployVllm({ autoscaling: hpa() }).json.annotations();
    expect(given.filter((text) => text.includes('LOAD_NOT_RECORDED'))).toHaveLength(1);
    expect(deployVllm().json.annotations().join()).not.toContain('LOAD_NOT_RECORDED');
  });
});

describe('what is refused of a deployment', () => {
  const short = { startupBudget: Duration.minutes(10), autoscaling: hpa({ scaleDownWindow: Duration.minutes(9) }) };
  test.each<[string, VllmOverrides, string[]]>([
    ['a fixed number too', { replicas: 1, autoscaling: hpa() }, ['CONFLICTING_PROPERTIES replicas']],
    [
      'a fixed number of a model',
      { model: { replicas: 1 }, autoscaling: hpa() },
      ['CONFLICTING_PROPERTIES models[0].replicas'],
    ],
    [
      'a fixed number of a model beside maxReplicas',
      { model: { replicas: 1 }, maxReplicas: 2 },
      ['CONFLICTING_PROPERTIES models[0].replicas'],
    ],
    ['another scaler', { maxReplicas: 2, autoscaling: hpa() }, ['CONFLICTING_PROPERTIES maxReplicas']],
    [
      'more than the pool holds',
      { autoscaling: hpa({ maxReplicas: 3 }) },
      ['REPLICAS_EXCEED_POOL autoscaling.maxReplicas'],
    ],
    ['windows below the startup budget', short, ['WINDOW_BELOW_STARTUP autoscaling.scaleDownWindow']],
    [
      'a startup beyond all windows',
      { startupBudget: Duration.seconds(3601), autoscaling: hpa() },
      ['STARTUP_EXCEEDS_WINDOW startupBudget'],
    ],
    [
      'a target that is never reached',
      {
        maxQueuedRequests: 0,
        vllmRelease: V29,
        model: { maxSequences: 11 },
        autoscaling: hpa({ requestsPerServer: 10 }),
      },
      ['TARGET_NEVER_REACHED autoscaling.requestsPerServer'],
    ],
    [
      'a target beyond what a server has room for',
      { autoscaling: hpa({ requestsPerServer: 100_000 }) },
      ['TARGET_ABOVE_CAPACITY autoscaling.requestsPerServer'],
    ],
    [
      'all at once',
      { ...short, autoscaling: hpa({ maxReplicas: 3, scaleDownWindow: Duration.minutes(9) }) },
      ['REPLICAS_EXCEED_POOL autoscaling.maxReplicas', 'WINDOW_BELOW_STARTUP autoscaling.scaleDownWindow'],
    ],
  ])('%s', (_, overrides, ids) => {
    expect(refused(overrides)).toEqual(ids);
  });

  test('not a window of just the startup budget, nor a target that is just reached', () => {
    const startupBudget = Duration.minutes(10);
    const autoscaling = hpa({ scaleDownWindow: startupBudget, requestsPerServer: 9 });
    deployVllm({ startupBudget, autoscaling, maxQueuedRequests: 0, vllmRelease: V29, model: { maxSequences: 10 } });
  });
});

describe('what is refused of options', () => {
  test.each<[string, () => unknown, string[]]>([
    ['more at least than at most', () => hpa({ minReplicas: 3 }), ['MINIMUM_ABOVE_MAXIMUM minReplicas']],
    ['no server, by a HorizontalPodAutoscaler', () => hpa({ minReplicas: 0 }), ['ZERO_NEEDS_KEDA minReplicas']],
    ['no server, and nothing that wakes', () => keda({ minReplicas: 0 }), ['NOTHING_WAKES wakeQuery']],
    ['what wakes servers that never sleep', () => keda({ wakeQuery: 'x' }), ['CONFLICTING_PROPERTIES wakeQuery']],
    ['an empty query', () => keda({ ...NEVER_ASKED, wakeQuery: ' ' }), ['INVALID_FORMAT wakeQuery']],
    ['no most', () => hpa({ maxReplicas: 0 }), ['NOT_A_WHOLE_NUMBER maxReplicas']],
    ['parts of servers', () => keda({ minReplicas: 0.5 }), ['NOT_A_WHOLE_NUMBER minReplicas']],
    ['no requests', () => hpa({ requestsPerServer: 0 }), ['NOT_A_WHOLE_NUMBER requestsPerServer']],
    ['windows beyond an hour', () => hpa({ scaleDownWindow: Duration.hours(2) }), ['OUT_OF_RANGE scaleDownWindow']],
    [
      'parts of seconds',
      () => hpa({ scaleUpWindow: Duration.milliseconds(500) }),
      ['NOT_A_WHOLE_NUMBER scaleUpWindow'],
    ],
    ['a URL that is none', () => keda({ prometheusUrl: 'prometheus' }), ['INVALID_FORMAT prometheusUrl']],
    ['a secret in a URL', () => keda({ prometheusUrl: 'http://me:word@prometheus' }), ['SECRET_IN_URL prometheusUrl']],
    [
      'numbers that are not known',
      () => hpa({ maxReplicas: Token.asNumber('${x}') }),
      ['VALUE_NOT_CONCRETE maxReplicas'],
    ],
    [
      'several at once',
      () => hpa({ minReplicas: 0, requestsPerServer: 0 }),
      ['ZERO_NEEDS_KEDA minReplicas', 'NOT_A_WHOLE_NUMBER requestsPerServer'],
    ],
  ])('%s', (_, make, ids) => {
    expect(idsOf(faultsThrown(make))).toEqual(ids);
  });
});
