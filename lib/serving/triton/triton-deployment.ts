import { MetricExporter, MetricFeature } from '../../catalog/metric-kind';
import { createHash } from 'crypto';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { DeploymentV1, DeploymentV1SpecTemplateSpec } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { PodDisruptionBudgetV1 } from '@cdktf/provider-kubernetes/lib/pod-disruption-budget-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Annotations, ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { TritonRelease } from '../../catalog/serving-engine';
import { IServiceAccountRole } from '../../core/aws-role';
import { ClusterChecks } from '../../scheduling/cluster-checks';
import { throwIfInvalid } from '../../core/errors';
import { IGpuNodePool } from '../../core/gpu-node-pool';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../../core/kubernetes-cluster';
import { IModelStore } from '../../core/model-store';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { kubernetesName } from '../../core/naming';
import { gpusPerNode } from '../../scheduling/node-allocatable';
import { IScheduledWorkload, PodDemand } from '../../scheduling/pod-demand';
import { podDemandOf } from '../../scheduling/pod-demand-of';
import { escapeTemplate } from '../../core/template-escape';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { CapacityPlan } from '../../planning/capacity-plan';
import { DataSize } from '../../units/data-size';
import { ASSEMBLE_SCRIPT } from './assemble-script';
import { deploymentFaults, replicaFaults } from './deployment-faults';
import { ModelContext, ModelDefinition } from './model-definition';
import { generatedFiles, weightsCopies } from './model-repository';
import { roleAnnotations } from '../../kubernetes/model-store-access';
import { PodSizing, sizePod } from './pod-sizing';
import { TritonModel } from './triton-model';
import { CONTAINERS, TRITON_PORTS, tritonPodSpec } from './triton-pod';

/**
 * What a pod of a Triton deployment asks for, where that is not what is derived from its models and the node.
 */
export interface TritonResources {
  /** CPU cores requested. @default - 1 and 2 for each GPU, at most its share of the node */
  readonly cpu?: number;
  /** Host memory requested, shared memory included. @default - 4 GiB, 3 GiB for each GPU of a vLLM model, what ONNX models take, and shared memory */
  readonly memory?: DataSize;
  /** Size of /dev/shm. @default - 1 GiB for each vLLM model, and 1 GiB for each GPU of one that spans several */
  readonly sharedMemory?: DataSize;
  /** Local disk requested: models, caches and logs. @default - the models' size and 13 GiB, 5 GiB without vLLM */
  readonly ephemeralStorage?: DataSize;
}

/**
 * Properties of `TritonDeployment`.
 */
export interface TritonDeploymentProps {
  /** The cluster it runs on. */
  readonly cluster: IKubernetesCluster;
  /** The pool whose nodes it runs on, and on no others. */
  readonly nodePool: IGpuNodePool;
  /** Where the weights lie, with the `SHA256SUMS` that `ModelImport` writes beside them. */
  readonly modelStore: IModelStore;
  /** The models of each server: one or more of one image variant. */
  readonly models: TritonModel[];
  /** Servers. @default 1 */
  readonly replicas?: number;
  /** Namespace, shared with other deployments; its Pod Security level is 'restricted'. @default 'inference' */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
  /** Release of Triton. @default TritonRelease.DEFAULT */
  readonly tritonRelease?: TritonRelease;
  /** What a pod asks for. @default - derived from the models and the node */
  readonly resources?: TritonResources;
  /** Seconds that loading may take before a pod is restarted, the download not counted. @default - from the models' size: 5 minutes (2 without vLLM), and 4 s for each GB */
  readonly startupBudget?: number;
  /** Seconds that Triton gives running requests when it ends. @default 60 */
  readonly exitTimeout?: number;
  /** More environment variables of Triton's container; never secrets. @default - none */
  readonly environment?: { [name: string]: string };
  /** More arguments of tritonserver. @default - none */
  readonly extraArguments?: string[];
  /** Priority class of the pods. @default - none */
  readonly priorityClassName?: string;
}

/**
 * Models on NVIDIA Triton Inference Server.
 *
 * An init container assembles one local model repository from the model store, checking every file, before Triton starts. The
 * deployment is not waited for by Terraform: its first pods come up when their weights are in the store.
 *
 * Language models are planned by `CapacityPlanner` on the pool's hardware: the engine's settings come from the plan, and a model that
 * does not fit is refused with what is missing on each GPU, the part that takes most, and changes that make it fit.
 *
 * All wrong properties are reported in one `ValidationError`: names, versions and shapes that Triton would refuse at load, models
 * that do not fit the GPUs, pods that do not fit a node, and replicas that the pool has no room for.
 */
export class TritonDeployment extends Construct implements IWatchable, IScheduledWorkload {
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
  /** Servers. */
  public readonly replicas: number;
  /** Seconds that loading may take before a pod is restarted. */
  public readonly startupBudget: number;
  /** Release of Triton. */
  public readonly tritonRelease: TritonRelease;
  /** How the language model fits its GPUs, with the engine's settings; the first by name where there are several. @default - there is none */
  public readonly plan?: CapacityPlan;
  /** The same of every language model, by its name. */
  public readonly plans: { [model: string]: CapacityPlan };
  /** How it is scraped. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes deployment, for overrides. */
  public readonly deployment: DeploymentV1;
  /** The Kubernetes service, for overrides. */
  public readonly service: ServiceV1;

  private readonly props: TritonDeploymentProps;
  private readonly models: ModelDefinition[];
  private readonly context: ModelContext;
  private podSpec: DeploymentV1SpecTemplateSpec = {};

  public constructor(scope: Construct, id: string, props: TritonDeploymentProps) {
    super(scope, id);
    this.props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    this.replicas = props.replicas ?? 1;
    this.tritonRelease = props.tritonRelease ?? TritonRelease.DEFAULT;
    this.models = props.models.map((model) => model._definition);
    const wholeReplicas = Number.isSafeInteger(this.replicas) && this.replicas > 0 ? this.replicas : 1;
    const { nodePool } = props;
    this.context = {
      instanceType: nodePool.hardware,
      gpusPerNode: gpusPerNode(nodePool),
      gpuMemory: nodePool.gpuShareMemory,
      release: this.tritonRelease,
      replicas: wholeReplicas,
    };
    const sizing = this.validate();
    this.plans = this.collectPlans();
    this.plan = this.plans[Object.keys(this.plans)[0]];
    this.gpusPerPod = sizing.gpus;
    this.startupBudget = sizing.startupBudget;
    this.serviceHost = `${this.name}.${this.namespace}.svc`;
    this.endpoint = `http://${this.serviceHost}:${TRITON_PORTS.http}`;

    const namespace = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    const role = this.storeRole();
    const serviceAccount = this.makeServiceAccount(namespace, role);
    this.service = this.makeService(namespace);
    this.deployment = this.makeDeployment(sizing, serviceAccount, role, namespace);
    this.makeDisruptionBudget(namespace);
    this.metricsTarget = this.makeMetricsTarget();
    ClusterChecks.of(props.cluster).register(this);
  }

  /** What its pods ask of the nodes. */
  public get podDemands(): PodDemand[] {
    const about = {
      name: `${this.namespace}/${this.name}`,
      pods: this.replicas,
      tensorParallelism: Math.max(...this.models.map((model) => model.tensorParallelism)),
    };
    return [podDemandOf(this.podSpec, about)];
  }

  private validate(): PodSizing {
    const faults = deploymentFaults(this.props, this.name, this.replicas, this.context, this.models);
    throwIfInvalid(this, faults);
    const { sizing, faults: misfits } = sizePod(this.models, this.props.nodePool.hardware, {
      ...this.props.resources,
      startupBudget: this.props.startupBudget,
      gpusPerNode: gpusPerNode(this.props.nodePool),
    });
    throwIfInvalid(this, misfits);
    throwIfInvalid(this, replicaFaults(this.props.nodePool, { ...sizing, replicas: this.replicas }));
    return sizing;
  }

  private collectPlans(): { [model: string]: CapacityPlan } {
    const plans: { [model: string]: CapacityPlan } = {};
    for (const model of [...this.models].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const made = model.plan(this.context);
      if (made?.plan) plans[model.name] = made.plan;
      for (const warning of made?.warnings ?? []) Annotations.of(this).addWarning(warning);
    }
    return plans;
  }

  private storeRole(): IServiceAccountRole | undefined {
    if (this.props.modelStore.credentials) return undefined;
    const role = this.props.cluster.serviceAccountRole(this.namespace, this.name);
    this.props.modelStore.grantRead(role);
    return role;
  }

  private get labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'triton', 'app.kubernetes.io/instance': this.name };
  }

  private metadata(extra: { annotations?: { [key: string]: string } } = {}) {
    const labels = { ...this.labels, 'app.kubernetes.io/managed-by': 'gpu-inference-constructs' };
    return { name: this.name, namespace: this.namespace, labels, ...extra };
  }

  private makeServiceAccount(namespace: ITerraformDependable[], role?: IServiceAccountRole): ServiceAccountV1 {
    return new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, this.props.cluster, namespace),
      metadata: this.metadata({ annotations: roleAnnotations(role) }),
      automountServiceAccountToken: false,
    });
  }

  private makeService(namespace: ITerraformDependable[]): ServiceV1 {
    return new ServiceV1(this, 'Service', {
      ...kubernetesMeta(this, this.props.cluster, namespace),
      metadata: this.metadata(),
      // A service without ready pods is a normal state of a first apply.
      waitForLoadBalancer: false,
      spec: {
        type: 'ClusterIP',
        selector: this.labels,
        port: Object.entries(TRITON_PORTS).map(([name, port]) => ({ name, port, targetPort: name, protocol: 'TCP' })),
      },
    });
  }

  private makeDeployment(
    sizing: PodSizing,
    serviceAccount: ServiceAccountV1,
    role: IServiceAccountRole | undefined,
    namespace: ITerraformDependable[],
  ): DeploymentV1 {
    const { cluster, nodePool, modelStore } = this.props;
    const registry = this.props.imageRegistry ?? ImageRegistry.UPSTREAM;
    const files = generatedFiles(this.models, this.context);
    const scriptKey = 'assemble.sh';
    const data: { [key: string]: string } = { [scriptKey]: ASSEMBLE_SCRIPT };
    for (const { key, text } of files) data[key] = text;
    const configMap = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, cluster, namespace),
      metadata: this.metadata(),
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, escapeTemplate(text)])),
    });

    const annotations = {
      // A changed configuration is a new pod template, so it rolls out.
      'gpu-inference-constructs/config-checksum': createHash('sha256').update(JSON.stringify(data)).digest('hex'),
      // Only the init container acts with the role.
      'eks.amazonaws.com/skip-containers': CONTAINERS.triton,
    };
    const waitFor = [...namespace, serviceAccount, configMap, ...(role?.ready ?? []), ...nodePool.ready];
    this.podSpec = tritonPodSpec({
      serviceAccountName: this.name,
      configMapName: this.name,
      files,
      scriptKey,
      copies: weightsCopies(this.models),
      modelStore,
      nodePool,
      registry,
      image: registry.resolve(this.tritonRelease.image(this.models[0].variant)),
      sizing,
      exitTimeout: this.props.exitTimeout ?? 60,
      metricsFeatures: this.metricsFeatures,
      environment: this.props.environment ?? {},
      extraArguments: this.props.extraArguments ?? [],
      labels: this.labels,
      priorityClassName: this.props.priorityClassName,
    });
    return new DeploymentV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.metadata(),
      waitForRollout: false,
      spec: {
        replicas: String(this.replicas),
        revisionHistoryLimit: 3,
        progressDeadlineSeconds: sizing.progressDeadline,
        selector: { matchLabels: this.labels },
        // No surge: on a full pool a new pod gets a GPU only after an old one has gone, and a surge would wait for ever.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '0', maxUnavailable: '1' } },
        template: {
          metadata: { labels: this.metadata().labels, annotations },
          spec: this.podSpec,
        },
      },
    });
  }

  private makeDisruptionBudget(namespace: ITerraformDependable[]): void {
    new PodDisruptionBudgetV1(this, 'DisruptionBudget', {
      ...kubernetesMeta(this, this.props.cluster, namespace),
      metadata: this.metadata(),
      // One at a time also lets a single replica be drained, where a minimum of one would block a node update for ever.
      spec: { maxUnavailable: '1', selector: { matchLabels: this.labels } },
    });
  }

  /** The histogram is what P99 over several pods is computed from; before 26.01 models that answer once had only summaries. */
  private get metricsFeatures(): MetricFeature[] {
    const answersOnce = this.models.some((model) => !model.streams);
    const summaries = answersOnce && !this.tritonRelease.histogramOfEveryModel;
    return [MetricFeature.HISTOGRAM_LATENCIES, ...(summaries ? [MetricFeature.SUMMARY_LATENCIES] : [])];
  }

  private makeMetricsTarget(): MetricsTarget {
    return {
      jobName: `triton-${this.name}`,
      namespace: this.namespace,
      podSelector: this.labels,
      port: TRITON_PORTS.metrics,
      path: '/metrics',
      exporters: [MetricExporter.TRITON, ...new Set(this.models.flatMap((model) => model.exporters))],
      models: this.models.map((model) => model.name).sort(),
      features: this.metricsFeatures,
      version: this.tritonRelease.release,
    };
  }
}
