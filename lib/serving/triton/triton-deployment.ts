import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { TritonRelease } from '../../catalog/serving-engine';
import { IServiceAccountRole } from '../../core/aws-role';
import { throwIfInvalid, throwIfOfOtherKinds, returned } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { ModelUse } from '../../core/model-use';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate, escapeTemplates } from '../../core/template-escape';
import { withdraw } from '../../core/withdraw';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { checksumAnnotation, configChecksum } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { AWS_CLI_IMAGE, roleAnnotations } from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { egressTo, isolate, modelStoreEgress, peers } from '../../kubernetes/network-access';
import { hintScheduling } from '../../kubernetes/scheduling-hints';
import { scriptAsset } from '../../kubernetes/script-asset';
import { CapacityPlan } from '../../planning/capacity-plan';
import { firstTokenUnderLoadMs } from '../../planning/first-token-under-load';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { Duration } from '../../units/duration';
import { CheckedDeployment, checkDeployment } from './deployment-faults';
import { BackendModel } from './model-definition';
import { generatedFiles, weightsCopies } from './model-repository';
import { probeFiles, probeItems, stallSeconds } from './model-probes';
import { ServiceType } from './pod-additions';
import { exitSeconds } from './pod-sizing';
import { Rollout } from './rollout';
import { TRITON_PORTS, tritonArguments } from './triton-arguments';
import { TritonDeploymentProps } from './triton-deployment-props';
import { CONTAINERS, tritonPod } from './triton-pod';
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
export class TritonDeployment extends Construct implements IWatchable {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Host name of the service within the cluster, e.g. `chat.inference.svc`. */
  public readonly serviceHost: string;
  /** Base URL of the HTTP endpoint within the cluster. */
  public readonly endpoint: string;
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
      this.#rollout = new Rollout(props);
      this.name = props.name ?? kubernetesName(id);
      this.namespace = props.namespace ?? 'inference';
      this.replicas = props.maxReplicas ?? props.replicas ?? 1;
      this.tritonRelease = props.tritonRelease ?? TritonRelease.DEFAULT;
      const { checked, faults } = checkDeployment(props, this.name, this.replicas, this.tritonRelease);
      throwIfInvalid(this, faults);
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

      const namespace = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
      const role = this.#storeRole();
      const serviceAccount = this.#makeServiceAccount(namespace, role);
      this.service = this.#makeService(namespace);
      this.deployment = this.#makeDeployment(checked, serviceAccount, role, namespace);
      this.#rollout.decideFor(this, this.name, this.deployment);
      this.#makeDisruptionBudget(namespace);
      if (props.networkPolicy ?? true) this.#makeNetworkPolicy(namespace);
      this.metricsTarget = this.#makeMetricsTarget();
      for (const { model, version } of weightsCopies(this.#models)) {
        ModelUse.of(props.modelStore, model, version.store).addServer(
          this,
          this.deployment,
          this.#rollout.awaitsImports,
          () => this.#rollout.stopsFirst,
        );
      }
    } catch (error) {
      withdraw(this);
      throw error;
    }
  }

  #storeRole(): IServiceAccountRole | undefined {
    if (this.#props.modelStore.credentials) return undefined;
    const { cluster } = this.#props;
    const role = returned(
      this,
      'IKubernetesCluster',
      'cluster.serviceAccountRole()',
      cluster.serviceAccountRole(this.namespace, this.name),
    );
    for (const { model, version } of weightsCopies(this.#models)) {
      this.#props.modelStore.grantRead(role, `${model}/${version.store}`);
    }
    return role;
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': this.name };
  }

  #metadata(extra: { annotations?: { [key: string]: string } } = {}) {
    const labels = { ...this.#labels, ...MANAGED_BY };
    return { name: this.name, namespace: this.namespace, labels, ...extra };
  }

  #makeServiceAccount(namespace: ITerraformDependable[], role?: IServiceAccountRole): ServiceAccountV1 {
    return new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, this.#props.cluster, namespace),
      metadata: this.#metadata({ annotations: roleAnnotations(role) }),
      automountServiceAccountToken: false,
    });
  }

  #makeService(namespace: ITerraformDependable[]): ServiceV1 {
    return new ServiceV1(this, 'Service', {
      ...kubernetesMeta(this, this.#props.cluster, namespace),
      metadata: this.#metadata({ annotations: escapeTemplates(this.#props.serviceAnnotations) }),
      // A service without ready pods is a normal state of a first apply.
      waitForLoadBalancer: false,
      spec: {
        type: this.#props.serviceType ?? ServiceType.CLUSTER_IP,
        selector: this.#labels,
        port: Object.entries(TRITON_PORTS).map(([name, port]) => ({ name, port, targetPort: name, protocol: 'TCP' })),
      },
    });
  }

  #makeDeployment(
    { sizing }: CheckedDeployment,
    serviceAccount: ServiceAccountV1,
    role: IServiceAccountRole | undefined,
    namespace: ITerraformDependable[],
  ): DeploymentV1 {
    const { cluster, nodePool, modelStore, maxReplicas } = this.#props;
    const files = generatedFiles(this.#models, this.tritonRelease);
    const scriptKey = 'assemble.sh';
    const data: { [key: string]: string } = {
      [scriptKey]: scriptAsset('assemble-repository.sh'),
      ...probeFiles(this.#models),
    };
    for (const { key, text } of files) data[key] = text;
    // Another name for another content: pods of an earlier revision never read the files of a later one.
    const configMapName = `${this.name}-${configChecksum(data).slice(0, 8)}`;
    const configMap = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, cluster, namespace),
      metadata: { ...this.#metadata(), name: configMapName },
      immutable: true,
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, escapeTemplate(text)])),
      // The pods move to the new one before the old one goes.
      lifecycle: { createBeforeDestroy: true },
    });
    const waitFor = [
      ...namespace,
      serviceAccount,
      configMap,
      ...(role?.ready ?? []),
      ...nodePool.ready,
      ...(this.#props.dependsOn ?? []),
    ];
    const deployment = new DeploymentV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.#metadata(),
      waitForRollout: false,
      spec: {
        // Left out where a scaler sets it, so that no apply resets it.
        replicas: maxReplicas === undefined ? String(this.replicas) : undefined,
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: sizing.progressDeadline,
        selector: { matchLabels: this.#labels },
        strategy: this.#rollout.strategy,
        template: tritonPod({
          serviceAccountName: this.name,
          configMapName,
          files,
          scriptKey,
          copies: weightsCopies(this.#models),
          modelStore,
          nodePool,
          registry: this.#props.imageRegistry ?? ImageRegistry.UPSTREAM,
          image: this.#props.tritonImage ?? this.tritonRelease.image(this.#models[0].variant),
          storeImage: this.#props.awsCliImage ?? AWS_CLI_IMAGE,
          sizing,
          exitSeconds: this.#exitSeconds,
          models: this.#models.length,
          stallSeconds: this.#props.stallTimeout?.toSeconds() ?? stallSeconds(this.#models),
          probeItems: probeItems(this.#models),
          args: tritonArguments({
            release: this.tritonRelease,
            models: this.#models,
            usesGpus: sizing.gpus > 0,
            exitSeconds: this.#exitSeconds,
            metricsFeatures: this.#metricsFeatures,
            extraArguments: this.#props.extraArguments ?? [],
          }),
          environment: this.#props.environment ?? {},
          labels: this.#labels,
          annotations: {
            // A changed configuration changes the pod template, so it is rolled out.
            ...checksumAnnotation(data),
            // Only the init container uses the role.
            'eks.amazonaws.com/skip-containers': [
              CONTAINERS.triton,
              ...(this.#props.sidecars ?? []).map(({ name }) => name),
            ].join(','),
          },
          priorityClassName: this.#props.priorityClassName,
          additions: this.#props,
        }),
      },
    });
    hintScheduling(deployment, {
      tensorParallelism: Math.max(...this.#models.map((model) => model.tensorParallelism)),
      ...(maxReplicas === undefined ? {} : { maxPods: maxReplicas }),
    });
    return deployment;
  }

  #makeDisruptionBudget(namespace: ITerraformDependable[]): void {
    new PodDisruptionBudgetV1(this, 'DisruptionBudget', {
      ...kubernetesMeta(this, this.#props.cluster, namespace),
      metadata: this.#metadata(),
      // One at a time also lets a single replica be drained, where a minimum of one would block a node update forever.
      spec: { maxUnavailable: '1', selector: { matchLabels: this.#labels } },
    });
  }

  /** Who may send requests and read the metrics, and what the pods may connect to. */
  #makeNetworkPolicy(namespace: ITerraformDependable[]): void {
    const {
      cluster,
      modelStore,
      accessibleFrom,
      metricsFrom = [],
      egressTo: targets = [],
      sidecars = [],
    } = this.#props;
    const sidecarPorts = sidecars.flatMap(({ ports = {} }) => Object.values(ports));
    isolate(this, 'NetworkPolicy', {
      cluster,
      waitFor: namespace,
      name: this.name,
      namespace: this.namespace,
      pods: this.#labels,
      ingress: [
        {
          from: peers(accessibleFrom ?? [this.namespace]),
          ports: [TRITON_PORTS.http, TRITON_PORTS.grpc, ...sidecarPorts],
        },
        ...(metricsFrom.length > 0 ? [{ from: peers(metricsFrom), ports: [TRITON_PORTS.metrics] }] : []),
      ],
      egress: [...modelStoreEgress(modelStore, this.namespace), ...egressTo(targets)],
    });
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
      port: TRITON_PORTS.metrics,
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
