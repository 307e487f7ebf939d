import { ModelReader } from '../../catalog/checkpoint-formats';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { TritonRelease } from '../../catalog/serving-engine';
import { SecretReference } from '../../core/secret-reference';
import { MetricsTarget } from '../../core/watchable';
import { CapacityPlan } from '../../planning/capacity-plan';
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
import { engineEnvironment } from '../vllm/engine-environment';
import { CheckedDeployment } from './deployment-faults';
import { BackendModel, imageVariant } from './model-definition';
import { probeFiles, probeItems, stallSeconds } from './model-probes';
import { generatedFiles, weightsCopies } from './model-repository';
import { FRONT_END_ITEMS, OPENAI_PORT, frontEndArguments, frontEndFiles } from './openai/openai-front-end';
import { serverSettingsArguments } from './settings/server-settings';
import { TRITON_PORTS, startOf, tritonArguments } from './triton-arguments';
import { TritonDeploymentProps } from './triton-deployment-props';
import { kindOf, tritonContainer, tritonJob, tritonLabels } from './triton-pod';

/**
 * What the servers of a deployment are made of.
 *
 * @internal
 */
export interface TritonServers {
  /** What the user says. */
  readonly props: TritonDeploymentProps;
  readonly name: string;
  readonly namespace: string;
  /** Number of servers; the most of them where a scaler sets it. */
  readonly replicas: number;
  readonly release: TritonRelease;
  readonly checked: CheckedDeployment;
  /** The key of the OpenAI front end. @default - there is none */
  readonly apiKey?: SecretReference;
  /** What their pods are. @default - those of a deployment */
  readonly kind?: ServerKind;
}

/**
 * The servers of a deployment, with everything decided.
 *
 * @internal
 */
export function serverOf(servers: TritonServers): Server {
  const { props, name, namespace, replicas, release, apiKey } = servers;
  const { models, sizing } = servers.checked;
  const { openAi } = props;
  const files = generatedFiles(models, release, openAi === undefined);
  const container = tritonContainer({
    image: props.servingImage?.reference ?? props.tritonImage ?? release.image(imageVariant(models)),
    startupSeconds: sizing.startupSeconds,
    models: models.length,
    stallSeconds: props.stallTimeout?.toSeconds() ?? stallSeconds(models),
    args: argumentsOf(servers),
    apiKey,
    environment: { ...engineEnvironment(models.flatMap(({ plan }) => plan ?? [])), ...props.environment },
  });
  return {
    kind: servers.kind ?? kindOf(openAi),
    given: props,
    name,
    namespace,
    labels: tritonLabels(name),
    replicas,
    sizing,
    exitSeconds: exitOf(servers),
    container,
    data: {
      ...probeFiles(models),
      ...(openAi ? frontEndFiles() : {}),
      ...Object.fromEntries(files.map(({ key, text }) => [key, text])),
    },
    files,
    compiles: models.some(({ plan }) => plan !== undefined),
    probeItems: [...probeItems(models), ...(openAi ? FRONT_END_ITEMS : [])],
    copies: weightsCopies(models),
    readerOf: (model) => readerOf(servers, model),
    requestPorts: requestPorts(props),
    metricsPort: metricsPort(props),
    tensorParallelism: Math.max(...models.map((model) => model.tensorParallelism)),
    rollout: new Rollout({ ...props, maxReplicas: scalerMost(props) }),
    scaling: servers.checked.scaling,
  };
}

/** What reads a model. Those of other backends may be anything that the program of the user reads. */
function readerOf({ props, release, checked }: TritonServers, name: string): ModelReader | undefined {
  const model = checked.models.find((each) => each.name === name);
  if (model === undefined || !['vllm', 'onnxruntime'].includes(model.backend)) return undefined;
  const { gpu } = props.nodePool.hardware;
  const hardware = model.gpus > 0 ? { computeCapability: gpu.computeCapability, gpu: gpu.name } : {};
  if (model.backend === 'onnxruntime') {
    const { onnxRuntimeVersion } = release;
    return { name: `ONNX Runtime ${onnxRuntimeVersion} of Triton ${release}`, onnxRuntimeVersion, ...hardware };
  }
  const { vllmVersion } = release;
  return {
    name: `vLLM ${vllmVersion} of Triton ${release}`,
    vllmVersion,
    ...hardware,
    precision: model.plan?.precision.name,
    plugged: readableImage(props.servingImage)?._pluggedNames,
  };
}

function argumentsOf(servers: TritonServers): string[] {
  const { props, release, checked } = servers;
  const { models, sizing } = checked;
  const { openAi, extraArguments = [], modelLoadThreads, modelLoadRetries } = props;
  const shared = {
    release,
    models,
    usesGpus: sizing.gpus > 0,
    exitSeconds: exitOf(servers),
    metricsFeatures: metricsFeatures(models, release),
    extraArguments,
  };
  if (openAi === undefined) return tritonArguments({ ...shared, settings: serverSettingsArguments(props, models) });
  const front = frontEndArguments({ ...shared, options: openAi, modelLoadThreads, modelLoadRetries });
  return startOf(models, ['python3', ...front]);
}

function requestPorts({ openAi }: TritonDeploymentProps): number[] {
  const ports: { readonly [name: string]: number } = kindOf(openAi).ports;
  return ['openai', 'http', 'grpc'].flatMap((each) => ports[each] ?? []);
}

/** The front end has them on its own. */
function metricsPort({ openAi }: TritonDeploymentProps): number {
  return openAi ? OPENAI_PORT : TRITON_PORTS.metrics;
}

function exitOf({ props, checked }: TritonServers): number {
  return props.exitTimeout?.toSeconds() ?? exitSeconds(checked.models);
}

/** P99 over several pods is computed from the histogram; before 26.01 models that answer once had only summaries. */
function metricsFeatures(models: readonly BackendModel[], release: TritonRelease): MetricFeature[] {
  const answersOnce = models.some((model) => !model.streams);
  const summaries = answersOnce && !release.histogramOfEveryModel;
  return [MetricFeature.HISTOGRAM_LATENCIES, ...(summaries ? [MetricFeature.SUMMARY_LATENCIES] : [])];
}

/**
 * How the servers of a deployment are scraped.
 *
 * @internal
 */
export function metricsTargetOf({ props, name, namespace, replicas, release, checked }: TritonServers): MetricsTarget {
  const { models, sizing } = checked;
  const features = metricsFeatures(models, release);
  return {
    jobName: tritonJob(name),
    namespace,
    podSelector: tritonLabels(name),
    port: metricsPort(props),
    path: '/metrics',
    exporters: [MetricExporter.TRITON, ...new Set(models.flatMap((model) => model.exporters))],
    models: models.map((model) => model.name).sort(),
    features,
    version: release.release,
    usesGpus: sizing.gpus > 0,
    isolated: props.networkPolicy ?? true,
    replicas: scalerMost(props) === undefined ? replicas : undefined,
    ...scaledTarget(props.autoscaling, () => checked.scaling?.scaledModels(name) ?? []),
    startupSeconds: sizing.startupSeconds,
    plannedLatencyMs: plannedLatencyMs(models, features),
    targetLatencyMs: targetLatencyMs(models, features),
    latencyBoundsMs: latencyBoundsOf(models),
    latencyLimitsMs: latencyLimitsOf(models),
    engines: enginesOf(models),
    pricePerHour: pricesOf(props, sizing.gpus, models),
    plans: plansOf(models),
  };
}

/** Bounds that the histograms of all models have. */
function latencyBoundsOf(models: readonly BackendModel[]): number[] {
  const [first = [], ...others] = models.map(({ latencyBoundsMs }) => latencyBoundsMs);
  return first.filter((bound) => others.every((bounds) => bounds.includes(bound)));
}

/** The last bound may be one that not all have. */
function latencyLimitsOf(models: readonly BackendModel[]): { [model: string]: number } {
  return Object.fromEntries(byName(models).map(({ name, latencyBoundsMs: all }) => [name, all[all.length - 1]]));
}

function enginesOf(models: readonly BackendModel[]): { [model: string]: MetricExporter } {
  return Object.fromEntries(byName(models).flatMap(({ name, engine }) => (engine ? [[name, engine]] : [])));
}

/** They share the server, so that each has its price. */
function pricesOf({ nodePool }: TritonDeploymentProps, gpus: number, models: readonly BackendModel[]) {
  const price = listPriceOfServer(nodePool, gpus);
  return price === undefined ? {} : Object.fromEntries(byName(models).map(({ name }) => [name, price]));
}

function byName(models: readonly BackendModel[]): readonly BackendModel[] {
  return [...models].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Triton's backend tells of the steps of vLLM, and with speculative decoding a step gives several tokens. */
function plansOf(models: readonly BackendModel[]) {
  const planned = (plan: CapacityPlan) => {
    const { timePerTokenMs, ...others } = plannedServing(plan);
    return plan.speculativeDecoding ? others : { ...others, timePerTokenMs };
  };
  return Object.fromEntries(byName(models).flatMap(({ name, plan }) => (plan ? [[name, planned(plan)]] : [])));
}

/** Summaries are of the whole request, histograms of the time to its first response. */
function plannedLatencyMs(models: readonly BackendModel[], features: readonly MetricFeature[]) {
  const isWhole = features.includes(MetricFeature.SUMMARY_LATENCIES);
  const latency = (plan: CapacityPlan) =>
    firstTokenUnderLoadMs(plan) + (isWhole ? plan.outputTokens * plan.decodeLatencyMs : 0);
  return Object.fromEntries(
    byName(models).flatMap(({ name, plan }) => (plan ? [[name, Math.ceil(latency(plan))]] : [])),
  );
}

/** What was asked for, of the same time; only for the first token where that alone is known. */
function targetLatencyMs(models: readonly BackendModel[], features: readonly MetricFeature[]) {
  const isWhole = features.includes(MetricFeature.SUMMARY_LATENCIES);
  const latency = ({ plan, targets = {} }: BackendModel) => {
    const { maxTimeToFirstTokenMs: first, maxTimePerOutputTokenMs: token } = targets;
    if (!isWhole || first === undefined) return first;
    return token === undefined || !plan ? undefined : first + plan.outputTokens * token;
  };
  const asked = byName(models).map((model) => [model.name, latency(model)] as const);
  return Object.fromEntries(asked.flatMap(([name, ms]) => (ms === undefined ? [] : [[name, ms] as const])));
}
