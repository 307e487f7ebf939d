import { ModelReader } from '../../catalog/checkpoint-formats';
import { VllmRelease } from '../../catalog/vllm-release';
import { MetricExporter } from '../../catalog/metric-kind';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { SecretReference } from '../../core/secret-reference';
import { MetricsTarget } from '../../core/watchable';
import { firstTokenUnderLoadMs } from '../../planning/first-token-under-load';
import { plannedServing } from '../pod/planned-serving';
import { Server } from '../pod/server';
import { exitSeconds } from '../pod/pod-sizing';
import { Rollout } from '../pod/rollout';
import { scalerMost } from '../pod/server-faults';
import { readableImage } from '../pod/serving-image';
import { listPriceOfServer } from '../pod/server-price';
import { ServerKind } from '../pod/server-pod';
import { scaledTarget } from '../scaling/declare-scaled';
import { bucketsOf } from './histogram-buckets';
import { NODE } from './group-arguments';
import { VLLM_PORTS } from './serve-arguments';
import { jobName, objectName } from './served-name';
import { streamEnvironment } from './streamed-weights';
import { CheckedServer } from './vllm-deployment-faults';
import { VllmDeploymentProps } from './vllm-deployment-props';
import {
  PROBE_ITEMS,
  VLLM,
  VllmContainer,
  memberLabels,
  modelLabels,
  probeFiles,
  vllmContainer,
  vllmLabels,
} from './vllm-pod';

/**
 * What the servers of a deployment have in common.
 *
 * @internal
 */
export interface VllmServers {
  /** What the user says. */
  readonly props: VllmDeploymentProps;
  /** Name of what all models share. */
  readonly name: string;
  readonly namespace: string;
  readonly release: VllmRelease;
  readonly apiKey: SecretReference;
  readonly securityLevel: PodSecurityLevel;
  /** What their pods are. @default - those of a deployment */
  readonly kind?: ServerKind;
}

/**
 * The container of a model's servers.
 *
 * @internal
 */
export function containerOptions(servers: VllmServers, { server, sizing, fabric }: CheckedServer): VllmContainer {
  const { props, release, apiKey } = servers;
  return {
    image: props.servingImage?.reference ?? props.vllmImage ?? release.image(),
    startupSeconds: sizing.startupSeconds,
    exitSeconds: props.exitTimeout?.toSeconds() ?? exitSeconds([server]),
    stallSeconds: props.stallTimeout?.toSeconds(),
    apiKey,
    environment: props.environment ?? {},
    streamEnvironment: server.stream && streamEnvironment(props.modelStore),
    extraArguments: props.extraArguments ?? [],
    fabric,
  };
}

/**
 * The servers of one model, with everything decided.
 *
 * @internal
 */
export function serverOf(servers: VllmServers, checked: CheckedServer): Server {
  const { props, name, namespace, securityLevel, kind = VLLM } = servers;
  const { server, sizing, replicas } = checked;
  const options = containerOptions(servers, checked);
  return {
    kind,
    given: props,
    name: objectName(props, server.name),
    namespace,
    labels: modelLabels(name, server.name),
    memberLabels: server.nodes.nodes > 1 ? memberLabels(name, server.name) : undefined,
    securityLevel,
    replicas,
    sizing,
    exitSeconds: options.exitSeconds,
    container: vllmContainer(server, options),
    data: probeFiles(server),
    files: [],
    compiles: true,
    placeVariable: server.nodes.nodes > 1 ? NODE : undefined,
    probeItems: PROBE_ITEMS,
    copies: server.copies,
    readerOf: (model) => readerOf(servers, checked, model),
    streamsWeights: server.stream !== undefined,
    requestPorts: [VLLM_PORTS.http],
    metricsPort: VLLM_PORTS.http,
    tensorParallelism: server.resolved.parallelism.tensor,
    rollout: new Rollout({ ...props, maxReplicas: scalerMost(props), replicas, isGroup: server.nodes.nodes > 1 }),
    scaling: checked.scaling,
  };
}

/** What reads the model; adapters are read by it too, but of them nothing is known. */
function readerOf({ props, release }: VllmServers, { server }: CheckedServer, model: string): ModelReader | undefined {
  if (model !== server.name) return undefined;
  const { gpu } = props.nodePool.hardware;
  return {
    name: `vLLM ${release.vllmVersion}`,
    vllmVersion: release.vllmVersion,
    computeCapability: gpu.computeCapability,
    gpu: gpu.name,
    precision: server.plan.precision.name,
    plugged: readableImage(props.servingImage)?._pluggedNames,
  };
}

/**
 * How the servers of all models are scraped.
 *
 * @internal
 */
export function metricsTargetOf(
  { props, name, namespace, release }: Omit<VllmServers, 'apiKey' | 'securityLevel'>,
  servers: readonly CheckedServer[],
): MetricsTarget {
  const { autoscaling, networkPolicy = true } = props;
  const names = servers.map(({ server }) => server.names[0]);
  const latencies = servers.map(({ server }) => Math.ceil(firstTokenUnderLoadMs(server.plan)));
  return {
    jobName: jobName(name),
    namespace,
    podSelector: vllmLabels(name),
    port: VLLM_PORTS.http,
    path: '/metrics',
    exporters: [MetricExporter.VLLM],
    models: [...names].sort(),
    ...bucketsOf(servers.map(({ server }) => server)),
    version: release.vllmVersion,
    isolated: networkPolicy,
    replicas: scalerMost(props) === undefined ? servers.reduce((sum, { replicas }) => sum + replicas, 0) : undefined,
    startupSeconds: Math.max(...servers.map(({ sizing }) => sizing.startupSeconds)),
    ...scaledTarget(autoscaling, () =>
      servers.flatMap(({ server, scaling }) => scaling?.scaledModels(objectName(props, server.name)) ?? []),
    ),
    plannedLatencyMs: Object.fromEntries(names.map((each, i) => [each, latencies[i]])),
    targetLatencyMs: Object.fromEntries(
      servers.flatMap(({ server }) => {
        const target = server.resolved.targets.maxTimeToFirstTokenMs;
        return target === undefined ? [] : [[server.names[0], target] as const];
      }),
    ),
    engines: {},
    pricePerHour: pricesOf(props, servers),
    plans: Object.fromEntries(servers.map(({ server }) => [server.names[0], plannedServing(server.plan)])),
  };
}

/** Only the first node of a group tells of its server, which has all of them. */
function pricesOf({ nodePool }: VllmDeploymentProps, servers: readonly CheckedServer[]): { [model: string]: number } {
  const prices = servers.map(({ server }) => {
    const price = listPriceOfServer(nodePool, server.gpus, server.nodes.nodes);
    return price === undefined ? [] : [[server.names[0], price] as const];
  });
  return Object.fromEntries(prices.flat());
}
