import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { TritonRelease } from '../../catalog/serving-engine';
import { throwIfInvalid, throwIfOfOtherKinds } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { kubernetesName } from '../../core/naming';
import { IOpenAiServer, OpenAiTarget } from '../../core/openai-server';
import { SecretReference } from '../../core/secret-reference';
import { withdraw } from '../../core/withdraw';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { answerSeconds } from '../../planning/answer-time';
import { CapacityPlan } from '../../planning/capacity-plan';
import { engineEnvironment } from '../vllm/engine-environment';
import { firstTokenUnderLoadMs } from '../../planning/first-token-under-load';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { Duration } from '../../units/duration';
import { CheckedDeployment, checkDeployment } from './deployment-faults';
import { BackendModel, imageVariant } from './model-definition';
import { generatedFiles, weightsCopies } from './model-repository';
import { probeFiles, probeItems, stallSeconds } from './model-probes';
import { makeCallerKey } from '../pod/caller-key';
import { MadeServer, makeServer } from '../pod/make-server';
import { exitSeconds } from '../pod/pod-sizing';
import { refuseRemovedParts } from '../pod/removed-parts';
import { Rollout } from '../pod/rollout';
import { readableImage } from '../pod/serving-image';
import { TRITON_PORTS, startOf, tritonArguments } from './triton-arguments';
import { TritonDeploymentProps } from './triton-deployment-props';
import { serverSettingsArguments } from './settings/server-settings';
import {
  FRONT_END_ITEMS,
  FRONT_END_PATHS,
  OPENAI_PORT,
  frontEndArguments,
  frontEndFiles,
  frontEndNames,
} from './openai/openai-front-end';
import { kindOf, tritonContainer, tritonLabels } from './triton-pod';
import { nameClass } from '../../units/own-class';

/**
 * Models on NVIDIA Triton Inference Server.
 *
 * An init container assembles one local model repository from the model store, checking every file, before Triton starts. Terraform does
 * not wait for the deployment: its first pods start once their weights are in the store.
 *
 * Language models are planned by `CapacityPlanner` on the pool's hardware: the engine's settings come from the plan, and a model that
 * does not fit is refused with the shortfall on each GPU, the largest part of the memory, and changes that make it fit.
 *
 * All faults are reported in one `ValidationError`: names, versions and shapes that Triton would refuse at load, models
 * that do not fit the GPUs, pods that do not fit a node, and replicas that the pool has no room for.
 */
export class TritonDeployment extends Construct implements IWatchable, IOpenAiServer {
  /** The cluster. */
  public readonly cluster: IKubernetesCluster;
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Host name of the service within the cluster, e.g. `chat.inference.svc`. */
  public readonly serviceHost: string;
  /** Base URL of the HTTP endpoint of the tensor API within the cluster, which `openAi` may keep to the pod. */
  public readonly endpoint: string;
  /** Base URL of the OpenAI front end within the cluster, e.g. `http://chat.inference.svc:9000/v1`. @default - there is none */
  public readonly openAiEndpoint?: string;
  /** The secret with the key that requests to the OpenAI front end must have, in `namespace`. @default - there is no front end */
  public readonly apiKeySecret?: SecretReference;
  /** GPUs of each pod. */
  public readonly gpusPerPod: number;
  /** Number of servers; the most of them where a scaler sets it. */
  public readonly replicas: number;
  /** How long loading may take before a pod is restarted. */
  public readonly startupBudget: Duration;
  /** Release of Triton. */
  public readonly tritonRelease: TritonRelease;
  /** How the language model fits its GPUs, with the engine's settings; the first by name where there are several. @default - there is none */
  public readonly plan?: CapacityPlan;
  /** The plans of all language models, by name. */
  public readonly plans: { [model: string]: CapacityPlan };
  /** What a front door sends requests to: empty without an OpenAI front end. */
  public readonly openAiTargets: OpenAiTarget[];
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes deployment, for overrides. */
  public readonly deployment: DeploymentV1;
  /** The Kubernetes service, for overrides. */
  public readonly service: ServiceV1;

  readonly #props: TritonDeploymentProps;
  readonly #rollout: Rollout;
  readonly #models: readonly BackendModel[];

  public constructor(scope: Construct, id: string, props: TritonDeploymentProps) {
    throwIfOfOtherKinds(scope, 'TritonDeploymentProps', props, id, (given) => new TritonDeployment(scope, id, given));
    super(scope, id);
    try {
      this.#props = props;
      this.cluster = props.cluster;
      this.#rollout = new Rollout(props);
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      this.replicas = props.maxReplicas ?? props.replicas ?? 1;
      this.tritonRelease =
        readableImage(props.servingImage)?.tritonRelease ?? props.tritonRelease ?? TritonRelease.DEFAULT;
      const { checked, faults } = checkDeployment(props, this.name, this.replicas, this.tritonRelease);
      throwIfInvalid(this, faults);
      refuseRemovedParts(this, { nodePool: props.nodePool, modelStore: props.modelStore });
      ClusterNodePools.add(props.nodePool);
      this.#models = checked.models;
      for (const warning of checked.warnings) addWarning(this, warning);
      warnOfEndpoint(props.modelStore);
      const planned = [...this.#models].sort((a, b) => (a.name < b.name ? -1 : 1));
      this.plans = Object.fromEntries(planned.flatMap(({ name, plan }) => (plan ? [[name, plan]] : [])));
      this.plan = planned.find(({ plan }) => plan)?.plan;
      this.gpusPerPod = checked.sizing.gpus;
      this.startupBudget = Duration.seconds(checked.sizing.startupSeconds);
      this.serviceHost = `${this.name}.${this.namespace}.svc`;
      this.endpoint = `http://${this.serviceHost}:${TRITON_PORTS.http}`;

      if (props.openAi) {
        this.openAiEndpoint = `http://${this.serviceHost}:${OPENAI_PORT}/v1`;
        this.apiKeySecret = props.openAi.apiKey ?? this.#makeKey();
      }
      this.openAiTargets = this.#openAiTargets();
      const made = this.#makeServer(checked);
      this.service = made.service;
      this.deployment = made.deployment;
      this.metricsTarget = this.#makeMetricsTarget();
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  get #labels(): { [key: string]: string } {
    return tritonLabels(this.name);
  }

  #makeServer({ sizing }: CheckedDeployment): MadeServer {
    const props = this.#props;
    const { openAi } = props;
    const files = generatedFiles(this.#models, this.tritonRelease, openAi === undefined);
    const container = tritonContainer({
      image: props.servingImage?.reference ?? props.tritonImage ?? this.tritonRelease.image(imageVariant(this.#models)),
      startupSeconds: sizing.startupSeconds,
      models: this.#models.length,
      stallSeconds: props.stallTimeout?.toSeconds() ?? stallSeconds(this.#models),
      args: this.#arguments(sizing.gpus > 0),
      apiKey: this.apiKeySecret,
      environment: { ...engineEnvironment(Object.values(this.plans)), ...props.environment },
    });
    return makeServer(this, {
      kind: kindOf(openAi),
      given: props,
      name: this.name,
      namespace: this.namespace,
      labels: this.#labels,
      replicas: this.replicas,
      sizing,
      exitSeconds: this.#exitSeconds,
      container,
      data: {
        ...probeFiles(this.#models),
        ...(openAi ? frontEndFiles() : {}),
        ...Object.fromEntries(files.map(({ key, text }) => [key, text])),
      },
      files,
      probeItems: [...probeItems(this.#models), ...(openAi ? FRONT_END_ITEMS : [])],
      copies: weightsCopies(this.#models),
      requestPorts: this.#requestPorts,
      metricsPort: this.#metricsPort,
      tensorParallelism: Math.max(...this.#models.map((model) => model.tensorParallelism)),
      rollout: this.#rollout,
    });
  }

  #openAiTargets(): OpenAiTarget[] {
    if (this.apiKeySecret === undefined) return [];
    return [
      {
        models: this.#models.flatMap(frontEndNames),
        serviceName: this.name,
        namespace: this.namespace,
        podSelector: this.#labels,
        port: OPENAI_PORT,
        paths: FRONT_END_PATHS,
        healthPath: '/health/ready',
        apiKeySecret: this.apiKeySecret,
        isolated: this.#props.networkPolicy ?? true,
        answerSeconds: this.plan && answerSeconds(this.plan),
      },
    ];
  }

  #arguments(usesGpus: boolean): string[] {
    const { openAi, extraArguments = [], modelLoadThreads, modelLoadRetries } = this.#props;
    const shared = {
      release: this.tritonRelease,
      models: this.#models,
      usesGpus,
      exitSeconds: this.#exitSeconds,
      metricsFeatures: this.#metricsFeatures,
      extraArguments,
    };
    if (openAi === undefined)
      return tritonArguments({ ...shared, settings: serverSettingsArguments(this.#props, this.#models) });
    const front = frontEndArguments({ ...shared, options: openAi, modelLoadThreads, modelLoadRetries });
    return startOf(this.#models, ['python3', ...front]);
  }

  get #requestPorts(): number[] {
    const ports: { readonly [name: string]: number } = kindOf(this.#props.openAi).ports;
    return ['openai', 'http', 'grpc'].flatMap((name) => ports[name] ?? []);
  }

  /** The front end has them on its own. */
  get #metricsPort(): number {
    return this.#props.openAi ? OPENAI_PORT : TRITON_PORTS.metrics;
  }

  #makeKey(): SecretReference {
    const { name, namespace } = this;
    return makeCallerKey(this, { cluster: this.#props.cluster, name, namespace, labels: this.#labels });
  }

  get #exitSeconds(): number {
    return this.#props.exitTimeout?.toSeconds() ?? exitSeconds(this.#models);
  }

  /** P99 over several pods is computed from the histogram; before 26.01 models that answer once had only summaries. */
  get #metricsFeatures(): MetricFeature[] {
    const answersOnce = this.#models.some((model) => !model.streams);
    const summaries = answersOnce && !this.tritonRelease.histogramOfEveryModel;
    return [MetricFeature.HISTOGRAM_LATENCIES, ...(summaries ? [MetricFeature.SUMMARY_LATENCIES] : [])];
  }

  /** Summaries are of the whole request, histograms of the time to its first response. */
  get #plannedLatencyMs(): { [model: string]: number } {
    const isWhole = this.#metricsFeatures.includes(MetricFeature.SUMMARY_LATENCIES);
    const latency = (plan: CapacityPlan) =>
      firstTokenUnderLoadMs(plan) + (isWhole ? plan.outputTokens * plan.decodeLatencyMs : 0);
    return Object.fromEntries(Object.entries(this.plans).map(([name, plan]) => [name, Math.ceil(latency(plan))]));
  }

  #makeMetricsTarget(): MetricsTarget {
    return {
      jobName: `triton-${this.name}`,
      namespace: this.namespace,
      podSelector: this.#labels,
      port: this.#metricsPort,
      path: '/metrics',
      exporters: [MetricExporter.TRITON, ...new Set(this.#models.flatMap((model) => model.exporters))],
      models: this.#models.map((model) => model.name).sort(),
      features: this.#metricsFeatures,
      version: this.tritonRelease.release,
      usesGpus: this.gpusPerPod > 0,
      isolated: this.#props.networkPolicy ?? true,
      replicas: this.#props.maxReplicas === undefined ? this.replicas : undefined,
      startupSeconds: this.startupBudget.toSeconds(),
      plannedLatencyMs: this.#plannedLatencyMs,
    };
  }
}

nameClass('TritonDeployment', TritonDeployment);
