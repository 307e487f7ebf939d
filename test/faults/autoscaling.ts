import { TerraformStack } from 'cdktf';
import { GpuInstanceType, ModelSpec, VllmRelease } from '../../lib/catalog';
import { EksGpuCluster } from '../../lib/compute/cluster/eks-gpu-cluster';
import { validationFaults } from '../../lib/core/validation';
import { KubernetesAccess } from '../../lib/kubernetes/kubernetes-access';
import { Keda, MonitoringOptions, MonitoringStack, PrometheusAdapter } from '../../lib/monitoring';
import { GatewayBackend, InferenceGateway, ServerAutoscaling, TritonModel, VllmDeployment } from '../../lib/serving';
import { Duration, Fault } from '../../lib/units';
import { Site, TestPool, TestStore, deploy, onnxProps, withSite } from '../serving/support/fixtures';
import { CHAT, VllmOverrides, deployVllm } from '../serving/support/vllm-fixtures';
import { faultsAtSynth, warningsOf } from '../support/faults';
import { testStack } from '../support/synth';
import { FaultText } from './fault-text';

const hpa = (more: object = {}) => ServerAutoscaling.hpa({ maxReplicas: 2, ...more });
const keda = (more: object = {}) => ServerAutoscaling.keda({ maxReplicas: 2, ...more });
const talk = (overrides: VllmOverrides) => () => deployVllm(overrides);
const talkOf = ({ scope, cluster, store, pool }: Site, autoscaling: ServerAutoscaling) =>
  new VllmDeployment(scope, 'Talk', {
    cluster,
    nodePool: pool(GpuInstanceType.G5_XLARGE, 2),
    modelStore: store,
    models: [CHAT],
    autoscaling,
  });

/** What a deployment is warned of. */
const warned = (autoscaling: ServerAutoscaling) => () => warningsOf(deployVllm({ autoscaling }).deployment);

/** What a cluster of the program is warned of that has a deployment and nothing that scales it. */
const missing = (autoscaling: ServerAutoscaling) => (): Fault[] => {
  const stack: TerraformStack = testStack();
  const cluster = new EksGpuCluster(stack, 'Cluster', { clusterName: 'chat' });
  KubernetesAccess.of(stack, cluster);
  new VllmDeployment(stack, 'Talk', {
    cluster,
    nodePool: new TestPool(stack, 'gpu', cluster as never, GpuInstanceType.G5_XLARGE, 2),
    modelStore: new TestStore(stack, 'Store'),
    models: [CHAT],
    autoscaling,
  });
  faultsAtSynth(cluster);
  return warningsOf(cluster);
};

const WEB = { name: 'web', key: 'web.yml' };

/** The faults of Prometheus that KEDA cannot ask: its network policy does not know it, or as the options have it. */
function closed(options: MonitoringOptions = {}): Fault[] {
  let faults: Fault[] = [];
  withSite((site) => {
    const { scope, cluster } = site;
    new Keda(scope, 'Keda', { cluster });
    const monitoring = new MonitoringStack(scope, 'Monitoring', { cluster, ...options });
    monitoring.watch(talkOf(site, keda()));
    faults = validationFaults(monitoring);
    scope.node.tryRemoveChild('Monitoring');
  });
  return faults;
}

/** What a deployment is warned of whose query has not the name that its gateway has for it. */
function missedGateway(): Fault[] {
  let faults: Fault[] = [];
  withSite((site) => {
    const wakeQuery = 'sum(rate(envoy_cluster_upstream_cx_none_healthy{envoy_cluster_name="chat"}[1m]))';
    const server = talkOf(site, keda({ minReplicas: 0, wakeQuery }));
    new InferenceGateway(site.scope, 'Door', { cluster: site.cluster, backends: [GatewayBackend.of(server)] });
    faultsAtSynth(server);
    faults = warningsOf(server);
  });
  return faults;
}

const long = 'm'.repeat(64);
const twoTensors = [onnxProps, { ...onnxProps, name: long }].map((props) => TritonModel.onnxRuntime(props));
const unmeasured = TritonModel.vllm({ name: 'chat', model: ModelSpec.LLAMA_3_1_8B, engineMetrics: false });

/** What sets the number of servers. */
export const TEXTS: FaultText[] = [
  {
    id: 'KEDA_AFTER_SCALED',
    property: 'cluster',
    text: "'test/Talk' is scaled by KEDA and was made before it, so that its objects do not wait for it; make the Keda first",
    refuse: () => withSite((site) => [talkOf(site, keda()), new Keda(site.scope, 'Keda', site)]),
  },
  {
    id: 'KEDA_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has KEDA, at 'test/Keda', which serves all its namespaces; remove one of the two",
    refuse: () => withSite(({ scope, cluster }) => ['Keda', 'Other'].forEach((id) => new Keda(scope, id, { cluster }))),
  },
  {
    id: 'LOAD_NOT_EXPOSED',
    property: 'autoscaling',
    text: "'chat' cannot be scaled by its requests, because its server exposes neither those that wait nor those that run; serve it by VllmDeployment, leave engineMetrics on where its engine has them, or pass maxReplicas and a scaler of your own",
    refuse: () => deploy({ autoscaling: hpa(), models: [unmeasured] }),
  },
  {
    id: 'LOAD_NOT_RECORDED',
    text: 'its scaler reads the series inference_requests_in_flight, which nothing in this program records, so that the number of servers would never change; pass the deployment to watch() of a MonitoringStack, or accept this if a Prometheus of your own records it',
    faults: warned(hpa()),
  },
  {
    id: 'METRICS_ADAPTER_EXISTS',
    property: 'cluster',
    text: "cluster 'test' already has an adapter of custom metrics, at 'test/Adapter', which serves all its namespaces; remove one of the two",
    refuse: () =>
      withSite(({ scope, cluster }) => {
        const monitoring = new MonitoringStack(scope, 'Monitoring', { cluster });
        ['Adapter', 'Other'].forEach((id) => new PrometheusAdapter(scope, id, { cluster, monitoring }));
      }),
  },
  {
    id: 'MINIMUM_ABOVE_MAXIMUM',
    property: 'minReplicas',
    text: 'minReplicas must be at most maxReplicas (2); got 3; lower it, or raise maxReplicas',
    refuse: () => hpa({ minReplicas: 3 }),
  },
  {
    id: 'MODEL_NAME_NO_LABEL',
    property: 'autoscaling',
    text: "'mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm' is no value of a label in Kubernetes, by which a HorizontalPodAutoscaler tells the models of a server apart: at most 63 characters, the last a letter or digit; rename it, or use ServerAutoscaling.keda",
    refuse: () =>
      deploy({ instanceType: GpuInstanceType.G5_12XLARGE, maxNodes: 2, models: twoTensors, autoscaling: hpa() }),
  },
  {
    id: 'NOTHING_WAKES',
    property: 'wakeQuery',
    text: "wakeQuery is missing: with minReplicas 0 no server runs that could tell of requests, so that none would ever be started again; give PromQL that is above zero while callers ask, e.g. of a gateway's requests, or set minReplicas to 1",
    refuse: () => keda({ minReplicas: 0 }),
  },
  {
    id: 'NOTHING_WAKES',
    property: 'autoscaling.wakeQuery',
    text: "model 'chat': wakeQuery reads only vllm:num_requests_waiting of the servers that it is to wake, which say nothing while none runs, so that none would ever be started again; ask what callers reach in front of them, e.g. the series of a gateway, or name the other servers that you mean by job or service",
    refuse: talk({ autoscaling: keda({ minReplicas: 0, wakeQuery: 'sum(vllm:num_requests_waiting)' }) }),
  },
  {
    id: 'PROMQL_SYNTAX',
    property: 'wakeQuery',
    text: "wakeQuery is not PromQL: 'sum(requests' ends too early",
    refuse: () => keda({ minReplicas: 0, wakeQuery: 'sum(requests' }),
  },
  {
    id: 'PROMQL_TYPE',
    property: 'wakeQuery',
    text: "wakeQuery must be a number or an instant vector, which is compared with 0, but 'requests[1m]' is a range; put it into rate() or increase(), and that into sum()",
    refuse: () => keda({ minReplicas: 0, wakeQuery: 'requests[1m]' }),
  },
  {
    id: 'RANGE_SELECTOR_MISSING',
    property: 'wakeQuery',
    text: "wakeQuery: rate() needs a range, but 'requests' is an instant vector; add a window such as [5m]",
    refuse: () => keda({ minReplicas: 0, wakeQuery: 'sum(rate(requests))' }),
  },
  {
    id: 'WAKE_QUERY_MISSES_GATEWAY',
    text: "wakeQuery names other clusters of Envoy than 'inference/chat', as the gateway 'test/Door' calls the servers of Service 'chat', so that requests that come there start none; name it there: envoy_cluster_name=\"inference/chat\"",
    faults: missedGateway,
  },
  {
    id: 'NO_KEDA',
    text: "KEDA is to set the number of servers of 'test/Talk' on cluster 'chat', but nothing in this program installs it; create a Keda before the deployment, or, if it is installed by other means, accept this by Warnings.accept(cluster, 'NO_KEDA', '<reason>')",
    faults: missing(keda()),
  },
  {
    id: 'NO_METRICS_ADAPTER',
    text: "a HorizontalPodAutoscaler is to set the number of servers of 'test/Talk' on cluster 'chat', but nothing in this program installs what it reads requests from; create a PrometheusAdapter, or, if it is installed by other means, accept this by Warnings.accept(cluster, 'NO_METRICS_ADAPTER', '<reason>')",
    faults: missing(hpa()),
  },
  {
    id: 'PROMETHEUS_CLOSED_TO_SCALER',
    property: 'accessibleFrom',
    text: "KEDA asks Prometheus for the requests of 'test/Talk' from namespace 'keda', which its network policy keeps out; add the namespace: accessibleFrom: ['keda']",
    faults: () => closed(),
  },
  {
    id: 'SCALER_WITHOUT_PASSWORD',
    property: 'webSecurity',
    text: "KEDA asks Prometheus for the requests of 'test/Talk' without a password, and webSecurity lets nobody in who has none; leave webSecurity out, or the autoscaling of what it watches",
    faults: () => closed({ webSecurity: { tlsSecret: 'tls', webConfig: WEB, password: WEB } }),
  },
  {
    id: 'SCALES_TO_ZERO',
    text: 'minReplicas is 0: once nobody has asked for 480 s, the first request waits for a server to start, up to 1500 s (image, weights, and 420 s to load them), and for a node where none is free; until then the service refuses connections, so that what is in front of it must hold or repeat requests that long',
    faults: warned(keda({ minReplicas: 0, wakeQuery: 'sum(requests)' })),
  },
  {
    id: 'STARTUP_EXCEEDS_WINDOW',
    property: 'startupBudget',
    text: "model 'chat': servers may take 7200 s to load (startupBudget), longer than any window of a scaler (3600 s), which would stop servers that it must load again; shorten startupBudget, or set replicas",
    refuse: talk({ startupBudget: Duration.hours(2), autoscaling: hpa() }),
  },
  {
    id: 'TARGET_ABOVE_CAPACITY',
    property: 'autoscaling.requestsPerServer',
    text: "model 'chat': requestsPerServer must be at most 7, the requests that a server of 'chat' has room for at once by its plan: others would wait, and no server would be started for them; got 8; lower it, or leave it out for four fifths of what a server runs at once",
    refuse: talk({ model: { maxSequences: 7 }, autoscaling: hpa({ requestsPerServer: 8 }) }),
  },
  {
    id: 'TARGET_NEVER_REACHED',
    property: 'autoscaling.requestsPerServer',
    text: "model 'chat': requestsPerServer must be below 10, because a server of 'chat' takes 11 requests, those that wait included, and refuses others, so that no scaler would ever see enough of them to start another one; got 10; lower it, or raise maxQueuedRequests",
    refuse: talk({
      maxQueuedRequests: 0,
      vllmRelease: VllmRelease.of('0.29.0'),
      model: { maxSequences: 11 },
      autoscaling: hpa({ requestsPerServer: 10 }),
    }),
  },
  {
    id: 'WINDOW_BELOW_STARTUP',
    property: 'autoscaling.scaleDownWindow',
    text: "model 'chat': scaleDownWindow must be at least the startup budget, 600 s, or a server is stopped sooner than another one could have been loaded; got 540 s; leave it out, or shorten startupBudget",
    refuse: talk({ startupBudget: Duration.minutes(10), autoscaling: hpa({ scaleDownWindow: Duration.minutes(9) }) }),
  },
  {
    id: 'ZERO_NEEDS_KEDA',
    property: 'minReplicas',
    text: 'minReplicas must be at least 1; got 0: a HorizontalPodAutoscaler never starts the first server, because it reads the metrics of those that run; use ServerAutoscaling.keda, which asks what is in front of them (wakeQuery)',
    refuse: () => hpa({ minReplicas: 0 }),
  },
];
