import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { IResolvable, ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { MetricExporter } from '../../catalog/metric-kind';
import { Precision } from '../../catalog/precision';
import { IServiceAccountRole } from '../../core/aws-role';
import { returned, throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { ModelUse } from '../../core/model-use';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { addWarning } from '../../core/validation';
import { IWatchable, MetricsTarget } from '../../core/watchable';
import { checksumAnnotation } from '../../kubernetes/config-checksum';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { roleAnnotations } from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { isolate, modelStoreEgress } from '../../kubernetes/network-access';
import { PodTemplateProps, podTemplate } from '../../kubernetes/pod-template';
import { scriptAsset } from '../../kubernetes/script-asset';
import { ClusterNodePools } from '../../scheduling/cluster-node-pools';
import { DataSize } from '../../units/data-size';
import { Duration } from '../../units/duration';
import { Fault, fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { allOf } from '../../units/unreadable';
import { guardManifest } from '../manifest-guard';
import { ModelPipelineProps } from './model-pipeline-props';
import { outputSize } from './model-state';
import { outputModel, unreadableBy, unseenFaults } from './output-reader';
import { addressedVersion, contentAddress } from './pipeline-address';
import { pipelineFaults } from './pipeline-faults';
import { pipelineNode } from './pipeline-node';
import { pipelineImageOf, writerOf } from './pipeline-image-faults';
import { PipelineOutput } from './pipeline-output';
import { PipelinePlan, pipelineText, planPipeline } from './pipeline-plan';
import { PIPELINE_CONTAINERS, PIPELINE_FILES, PIPELINE_METRICS_PORT, pipelinePod, workFolder } from './pipeline-pod';
import { PIPELINE_MOUNTS, PipelineSpec, configFile, pipelineSpec } from './pipeline-spec';
import { programVersion } from './program-files';
import { runFaults } from './place-faults';
import { StepFacts } from './step-facts';
import { StoredFiles } from './stored-text';

/** What begins with where the version is there and was made of something else: EX_CANTCREAT of sysexits.h. */
const EXISTS = 73;
/** What the program ends with where another try cannot help: refused, a shell's own, and a check that does not hold. */
const REFUSED = [1, 2, 3];

/**
 * A Job that makes a model smaller, shows that it is still good, and publishes it in the model store.
 *
 * One container fetches the source and checks it, another one computes, without credentials and reaching nothing, and a third publishes: files first,
 * the manifest last, so that nothing half-written is ever visible. Its version is named by the address of all that decides it, so that what is there is
 * not computed again. A check that does not hold publishes nothing, and the log says by how much; results lie beside the weights in
 * `pipeline-result.json`.
 *
 * Throws a `ValidationError` with everything that is wrong, also where a step cannot run on its node. Its role reads the source and what steps read, and writes
 * the folder of the result and nothing else; in S3 it cannot replace or delete the manifest of a complete version.
 */
export class ModelPipeline extends Construct implements IWatchable {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** What it publishes, for deployments that serve it. */
  public readonly output: PipelineOutput;
  /** How the weights of the result are written, e.g. `compressed-tensors w4a16`. */
  public readonly outputFormat: string;
  /** Bytes of the weights of the result, as planned. */
  public readonly outputSize: DataSize;
  /** Opset of the result. @default - it is no graph of ONNX */
  public readonly outputOpset?: number;
  /** URI of the result once the Job is done. */
  public readonly outputUri: string;
  /** Address of all that decides the result: source, steps, checks, image and kind of GPU; 64 hexadecimal digits. */
  public readonly contentAddress: string;
  /** How it is scraped while it runs, by a `MonitoringStack` that watches it. */
  public readonly metricsTarget: MetricsTarget;
  /** The Kubernetes Job, for overrides. */
  public readonly job: JobV1;

  readonly #props: ModelPipelineProps;
  readonly #plan: PipelinePlan;
  readonly #steps: readonly StepFacts[];
  readonly #spec: PipelineSpec;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: ModelPipelineProps) {
    throwIfOfOtherKinds(scope, 'ModelPipelineProps', props, id, (given) => new ModelPipeline(scope, id, given));
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    throwIfRefused(this, pipelineFaults(props, this.name, this.namespace));
    this.#steps = props.steps.map((step) => step._facts);
    this.#plan = this.#planned();
    const { result } = this.#plan;
    const { cluster, modelStore, nodePool, modelName, modelVersion = '1', outputName = modelName } = props;
    const image = pipelineImageOf(props);
    const hardware = nodePool?.hardware.gpu.name ?? 'cpu';
    const configs = this.#steps.map(({ config }) => config);
    const source = [modelName, modelVersion] as const;
    const plain = this.#specOf(PIPELINE_MOUNTS.work, {});
    this.contentAddress = contentAddress({ source, spec: plain, configs, image, hardware });
    const version = props.outputVersion ?? addressedVersion(modelVersion, this.#steps, this.contentAddress);
    const work = workFolder(props, this.name, this.contentAddress);
    this.#spec = this.#specOf(work, { image, hardware, recipe: this.contentAddress });
    this.output = {
      name: outputName,
      version,
      model: outputModel(result),
      precision: result.precision,
      ...outputSize(result),
    };
    const { disk, workClaim } = props;
    throwIfRefused(
      this,
      allOf(
        () => runFaults(this.#plan, disk, workClaim !== undefined, props.timeout ?? Duration.hours(24)),
        () => this.#otherFaults(),
      ),
    );
    this.outputFormat = result.format.name;
    this.outputSize = DataSize.bytes(Math.ceil(result.bytes));
    this.outputOpset = result.opset;
    this.outputUri = returned(
      this,
      'IModelStore',
      'modelStore.uriFor()',
      modelStore.uriFor(outputName, this.output.version),
    );
    if (nodePool !== undefined) ClusterNodePools.add(nodePool);
    warnOfEndpoint(modelStore);
    for (const warning of this.#warnings()) addWarning(this, warning);

    const namespace = ensureNamespace(this, cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    const role = this.#storeRole();
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, cluster, namespace),
      metadata: { ...this.#metadata, annotations: roleAnnotations(role) },
      automountServiceAccountToken: false,
    });
    const files = this.#files();
    const config = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, cluster, namespace),
      metadata: this.#metadata,
      data: Object.fromEntries(Object.entries(files).map(([key, text]) => [key, escapeTemplate(text)])),
    });
    const pod = pipelinePod({
      props,
      name: this.name,
      labels: this.#labels,
      annotations: {
        ...checksumAnnotation(files),
        // What computes acts with no role.
        ...(role ? { 'eks.amazonaws.com/skip-containers': PIPELINE_CONTAINERS.run } : {}),
      },
      plan: this.#plan,
      disk: this.#disk,
      work,
      address: this.contentAddress,
      outputUri: this.outputUri,
      isGuarded: this.#isGuarded,
      inputs: this.#inputs,
    });
    const waitFor = [...namespace, account, config, ...(role?.ready ?? []), ...(nodePool?.ready ?? [])];
    this.job = this.#makeJob(pod, waitFor);
    this.metricsTarget = this.#target();
    this.#enter();
    if (props.networkPolicy ?? true) this.#isolate(namespace);
  }

  /** What it makes of what, what each step takes on its node, how that is computed and how sure it is, and what must hold. */
  public explain(): string {
    const { name, version } = this.output;
    const { modelName, modelVersion = '1', gate } = this.#props;
    return [
      `${modelName}/${modelVersion} becomes ${name}/${version} (${this.contentAddress})`,
      ...pipelineText(this.#plan),
      `published only with ${gate}; the same tokens, a license, no file that can run code`,
    ].join('\n');
  }

  #planned(): PipelinePlan {
    const { cluster, model, precision, nodePool, nodeSelector, nodeMemory, cpus, gate } = this.#props;
    const node = pipelineNode(cluster, nodePool, {
      selects: nodeSelector !== undefined,
      memory: nodeMemory,
      cpus,
    });
    const stored = precision ?? model.publishedPrecision ?? Precision.BF16;
    return planPipeline(model, stored, this.#steps, node, gate._props.longContext);
  }

  get #disk(): DataSize {
    return this.#props.disk ?? DataSize.mib(this.#plan.diskMib);
  }

  #specOf(work: string, labels: { readonly [name: string]: string }): PipelineSpec {
    const { model, gate, trustRemoteCode = false } = this.#props;
    return pipelineSpec({
      name: this.name,
      model,
      steps: this.#steps,
      gate: gate._props,
      labels,
      trustRemoteCode,
      work,
    });
  }

  /** The source, and what steps and checks read, each once. */
  get #inputs(): StoredFiles[] {
    const { modelName, modelVersion = '1', gate } = this.#props;
    const { text, taskData } = gate._props;
    const read = this.#steps.flatMap((step) => [...(step.text ? [step.text] : []), ...Object.values(step.files ?? {})]);
    const all = [{ name: modelName, version: modelVersion }, ...read, text, ...(taskData ? [taskData] : [])];
    const named = all.map(({ name, version = '1' }) => [`${name}/${version}`, { name, version }] as const);
    return [...new Map(named).values()];
  }

  /** A complete version is never changed, and what is made twice is made once. */
  #otherFaults(): Fault[] {
    const { name, version } = this.output;
    const other = ModelUse.of(this.#props.modelStore, name, version).import;
    if (other === undefined) return [];
    const reason =
      `version '${version}' of '${name}' is put into store '${this.#props.modelStore.node.path}' by '${other.node.path}' already; name the output of that one ` +
      'where it is served, or give this one another outputVersion or outputName';
    return [fault('DUPLICATE', 'outputVersion', reason)];
  }

  #warnings(): Fault[] {
    return [...this.#remoteCode(), ...unseenFaults(this.#plan.result)];
  }

  #remoteCode(): Fault[] {
    if (this.#props.trustRemoteCode !== true) return [];
    const reason =
      `code in the folder of '${this.#props.modelName}' runs in the Job; it has no credentials, but whoever wrote it decides what is published; read it, or ` +
      'leave trustRemoteCode out';
    return [fault('REMOTE_CODE_RUNS', 'trustRemoteCode', reason)];
  }

  #files(): { [file: string]: string } {
    const configs = this.#steps.flatMap(({ config }, index) =>
      config === undefined ? [] : [[configFile(index), config]],
    );
    return {
      [PIPELINE_FILES.script]: scriptAsset('model-pipeline.sh'),
      [PIPELINE_FILES.assemble]: scriptAsset('assemble-repository.sh'),
      [PIPELINE_FILES.publish]: scriptAsset('import-model.sh'),
      [PIPELINE_FILES.lease]: scriptAsset('version-lease.sh'),
      [PIPELINE_FILES.spec]: `${JSON.stringify(this.#spec, null, 2)}\n`,
      ...Object.fromEntries(configs),
    };
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'model-pipeline', 'app.kubernetes.io/instance': this.name };
  }

  get #metadata() {
    return { name: this.name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY } };
  }

  /** Whether the store is S3 itself and the pod acts with a role of its own: others need not know conditions of policies and of writes. */
  get #isGuarded(): boolean {
    const { credentials, endpoint } = this.#props.modelStore;
    return credentials === undefined && endpoint === undefined;
  }

  #storeRole(): IServiceAccountRole | undefined {
    const { cluster, modelStore } = this.#props;
    if (modelStore.credentials) return undefined;
    const made = cluster.serviceAccountRole(this.namespace, this.name);
    const role = returned(this, 'IKubernetesCluster', 'cluster.serviceAccountRole()', made);
    for (const { name, version } of this.#inputs) modelStore.grantRead(role, `${name}/${version}`);
    const folder = `${this.output.name}/${this.output.version}`;
    modelStore.grantReadWrite(role, folder);
    if (this.#isGuarded) guardManifest(role, modelStore, folder);
    return role;
  }

  #target(): MetricsTarget {
    return {
      jobName: `model-pipeline-${this.name}`,
      namespace: this.namespace,
      podSelector: this.#labels,
      port: PIPELINE_METRICS_PORT,
      exporters: [MetricExporter.MODEL_PIPELINE],
      models: [],
      features: [],
      version: programVersion(),
      usesGpus: false,
      isolated: this.#props.networkPolicy ?? true,
      // It ends.
      scalesToZero: true,
    };
  }

  get #waitSeconds(): number {
    const { waitTimeout, timeout = Duration.hours(24) } = this.#props;
    return (waitTimeout ?? timeout).toSeconds();
  }

  #makeJob(pod: PodTemplateProps, waitFor: ITerraformDependable[]): JobV1 {
    const { cluster, modelStore, retries, timeout = Duration.hours(24) } = this.#props;
    const use = ModelUse.of(modelStore, this.output.name, this.output.version);
    const wait = this.#waitSeconds;
    const final = (containerName: string, values: number[]) => ({
      action: 'FailJob',
      onExitCodes: { containerName, operator: 'In', values },
    });
    return new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.#metadata,
      waitForCompletion: Lazy.anyValue({ produce: () => wait > 0 && use.isAwaitedIn(this) }) as unknown as IResolvable,
      timeouts: wait > 0 ? { create: `${wait}s`, update: `${wait}s` } : undefined,
      spec: {
        backoffLimit: retries ?? 3,
        activeDeadlineSeconds: timeout.toSeconds(),
        completions: 1,
        parallelism: 1,
        podFailurePolicy: {
          rule: [
            final(PIPELINE_CONTAINERS.begin, [EXISTS]),
            final(PIPELINE_CONTAINERS.run, REFUSED),
            final(PIPELINE_CONTAINERS.publish, REFUSED.slice(0, 2)),
            // A pod that its node has to give up says nothing about the model.
            { action: 'Ignore', onPodCondition: [{ type: 'DisruptionTarget', status: 'True' }] },
          ],
        },
        template: podTemplate(pod),
      },
    });
  }

  /** What it reads is awaited where it is imported in the program; what it makes is awaited by who serves it. */
  #enter(): void {
    const props = this.#props;
    const { modelStore } = props;
    const { name, version } = this.output;
    const uses = this.#inputs.map((each) => ModelUse.of(modelStore, each.name, each.version ?? '1'));
    ModelUse.addServer(uses, this, this.job, true, () => false);
    ModelUse.of(modelStore, name, version).addImport(this, {
      job: this.job,
      waits: this.#waitSeconds > 0,
      forOthers: true,
      unreadable: (reader) => unreadableBy(this.#plan.result, writerOf(props), reader),
    });
  }

  /** Nobody connects to the pod; it connects to names, credentials and the store. */
  #isolate(namespace: ITerraformDependable[]): void {
    const { cluster, modelStore } = this.#props;
    isolate(this, 'NetworkPolicy', {
      cluster,
      waitFor: namespace,
      name: this.name,
      namespace: this.namespace,
      pods: this.#labels,
      ingress: [],
      egress: modelStoreEgress(modelStore, this.namespace),
    });
  }
}

nameClass('ModelPipeline', ModelPipeline);
