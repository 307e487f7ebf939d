import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { ClusterLedger, ClusterSingleton } from '../core/cluster-ledger';
import { returned, throwIfOfOtherKinds, throwIfRefused } from '../core/errors';
import { warnOfEndpoint } from '../core/model-store-reach';
import { ModelUse } from '../core/model-use';
import { kubernetesName } from '../core/naming';
import { escapeTemplate } from '../core/template-escape';
import { addWarning } from '../core/validation';
import { checksumAnnotation } from '../kubernetes/config-checksum';
import { CustomResources } from '../kubernetes/custom-resources';
import { declarePods } from '../kubernetes/declared-pods';
import { groupFabric, groupSecurityLevel } from '../kubernetes/group-fabric';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../kubernetes/managed-by';
import { roleAnnotations } from '../kubernetes/model-store-access';
import { ensureNamespace } from '../kubernetes/namespaces';
import { isolate, modelStoreEgress } from '../kubernetes/network-access';
import { podAttributes, podObject } from '../kubernetes/pod-object';
import { PodTemplateProps, plainPodTemplate, podTemplate } from '../kubernetes/pod-template';
import { hintScheduling } from '../kubernetes/scheduling-hints';
import { scriptAsset } from '../kubernetes/script-asset';
import { TrainingPlan } from '../planning/training/training-plan';
import { ClusterNodePools } from '../scheduling/cluster-node-pools';
import { IGpuQueue, localQueue } from '../scheduling/kueue/gpu-queue';
import { QUEUE_LABEL } from '../scheduling/kueue/queue-label';
import { fault } from '../units/fault';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';
import { networkWarnings, planTraining, trainingJobFaults } from './training-faults';
import { TrainingJobProps } from './training-job-props';
import { FILES, trainingPod } from './training-pod';

/** Name of the Jobs of a set. */
const NODES = 'node';

/**
 * Trains a model with DeepSpeed: a Job on one node, a JobSet on several, whose pods start by torchrun without SSH, use the fabric of the pool, and go on
 * from the newest checkpoint when they failed.
 *
 * Throws a `ValidationError` with everything that is wrong, also where the model does not fit the GPUs or the hosts of the pool, with what is short and
 * the ways out. Whatever decides what is trained is part of its pods, so that another configuration is another Job.
 */
export class TrainingJob extends Construct {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** What it takes. */
  public readonly plan: TrainingPlan;
  /** Dependency on the Job or the JobSet. */
  public readonly ready: ITerraformDependable[];

  readonly #props: TrainingJobProps;

  /**
   * @param scope parent, in the workload stack
   * @param id id within the parent
   * @param props its properties
   */
  public constructor(scope: Construct, id: string, props: TrainingJobProps) {
    throwIfOfOtherKinds(scope, 'TrainingJobProps', props, id, (given) => new TrainingJob(scope, id, given));
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id, 40);
    this.namespace = props.namespace ?? 'training';
    const { plan, faults } = planTraining(props);
    throwIfRefused(
      this,
      allOf(
        () => trainingJobFaults(props, this.name, this.namespace),
        () => faults,
      ),
    );
    this.plan = plan as TrainingPlan;
    const { cluster, nodePool, modelStore } = props;
    ClusterNodePools.add(nodePool);
    warnOfEndpoint(modelStore);
    for (const warning of this.plan.warnings) addWarning(this, fault('TRAINING_PLAN', undefined, warning));
    for (const warning of networkWarnings(nodePool, this.plan.nodes)) addWarning(this, warning);

    const several = this.plan.nodes > 1;
    const hasPlugin = props.trainingImage?.efa !== undefined;
    const binding = several
      ? groupFabric(nodePool, this.plan.gpusPerNode, props.environment, hasPlugin).binding
      : undefined;
    const namespace = ensureNamespace(this, cluster, this.namespace, groupSecurityLevel([binding]));
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
    const pod = trainingPod({
      props,
      binding,
      name: this.name,
      labels: this.#labels,
      annotations: {
        ...checksumAnnotation(files),
        // Only what fetches acts with the role.
        ...(role ? { 'eks.amazonaws.com/skip-containers': 'train' } : {}),
      },
      plan: this.plan,
      programText: files[FILES.program],
      // The first pod of the first Job of the set: <set>-<name of its Jobs>-<Job>-<pod>.<set>.
      master: `${this.name}-${NODES}-0-0.${this.name}`,
    });
    const waitFor = [...namespace, account, config, ...(role?.ready ?? []), ...nodePool.ready];
    const made = several ? this.#makeSet(pod, waitFor) : this.#makeJob(pod, waitFor);
    this.ready = [made];
    const queued = props.queue !== undefined;
    const queue = props.queue?.node.path;
    hintScheduling(made, { podsPerGroup: this.plan.nodes, temporary: true, besideLasting: true, queued, queue });
    if (several) ClusterLedger.of(cluster).addJobSet(this);
    this.#awaitImports(made);
    if (props.networkPolicy ?? true) this.#isolate(namespace);
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'training', 'app.kubernetes.io/instance': this.name };
  }

  get #metadata() {
    return { name: this.name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY } };
  }

  #files(): { [file: string]: string } {
    return {
      [FILES.config]: this.plan.deepSpeedJson,
      [FILES.fetch]: scriptAsset('assemble-repository.sh'),
      ...(this.#props.program === undefined ? { [FILES.program]: scriptAsset('fine_tune.py') } : {}),
    };
  }

  #storeRole() {
    const { cluster, modelStore, modelName, modelVersion = '1', dataName, dataVersion = '1' } = this.#props;
    if (modelStore.credentials) return undefined;
    const made = cluster.serviceAccountRole(this.namespace, this.name);
    const role = returned(this, 'IKubernetesCluster', 'cluster.serviceAccountRole()', made);
    for (const folder of [`${modelName}/${modelVersion}`, `${dataName}/${dataVersion}`]) {
      modelStore.grantRead(role, folder);
    }
    return role;
  }

  /** The import of model or data is awaited where one is in the program. */
  #awaitImports(made: TerraformResource): void {
    const { modelStore, modelName, modelVersion = '1', dataName, dataVersion = '1' } = this.#props;
    const uses = [ModelUse.of(modelStore, modelName, modelVersion), ModelUse.of(modelStore, dataName, dataVersion)];
    ModelUse.addServer(uses, this, made, true, () => false);
  }

  get #deadline(): number | undefined {
    return this.#props.timeout?.toSeconds();
  }

  /** That of what Kueue suspends until its nodes are free. */
  get #queuedMetadata() {
    const { queue } = this.#props;
    const { labels, ...metadata } = this.#metadata;
    return { ...metadata, labels: { ...labels, ...(queue && { [QUEUE_LABEL]: this.name }) } };
  }

  /** The way of the namespace into the queue. */
  #makeLocalQueue(queue: IGpuQueue, waitFor: ITerraformDependable[]): ITerraformDependable[] {
    const made = new CustomResources(this, 'Queue', {
      cluster: this.#props.cluster,
      releaseName: `${this.name}-queue`,
      namespace: this.namespace,
      resources: [localQueue(this.name, queue)],
      dependsOn: [...waitFor, ...queue.ready],
    });
    return made.ready;
  }

  /** One node: pods follow each other, as many as may fail. */
  #makeJob(pod: PodTemplateProps, waitFor: ITerraformDependable[]): JobV1 {
    const { cluster, queue } = this.#props;
    return new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, [...waitFor, ...(queue ? this.#makeLocalQueue(queue, waitFor) : [])]),
      metadata: this.#queuedMetadata,
      waitForCompletion: false,
      // Kueue writes there which workload its pods are of. What is trained is part of their specification.
      ...(queue ? { lifecycle: { ignoreChanges: ['spec[0].template[0].metadata'] } } : {}),
      spec: {
        backoffLimit: this.#props.maxRestarts ?? 3,
        activeDeadlineSeconds: this.#deadline,
        completions: 1,
        parallelism: 1,
        podFailurePolicy: {
          // A pod that its node has to give up says nothing about the training.
          rule: [{ action: 'Ignore', onPodCondition: [{ type: 'DisruptionTarget', status: 'True' }] }],
        },
        template: podTemplate(pod),
      },
    });
  }

  /**
   * Several nodes: one Job with a pod on each, which fails with the first of them, and is made anew by the set.
   *
   * @see https://github.com/kubernetes-sigs/jobset (api/jobset/v1alpha2, v0.12.0)
   */
  #makeSet(pod: PodTemplateProps, waitFor: ITerraformDependable[]): TerraformResource {
    const { cluster, maxRestarts = 3, queue } = this.#props;
    const { nodes } = this.plan;
    const controller = ClusterLedger.of(cluster).singleton<ITerraformDependable[]>(ClusterSingleton.JOB_SETS);
    const template = plainPodTemplate(pod);
    const disrupted = { type: 'DisruptionTarget', status: 'True' };
    const set = new CustomResources(this, 'Set', {
      cluster,
      releaseName: this.name,
      namespace: this.namespace,
      resources: [
        ...(queue ? [localQueue(this.name, queue)] : []),
        {
          apiVersion: 'jobset.x-k8s.io/v1alpha2',
          kind: 'JobSet',
          metadata: { name: this.name, labels: this.#queuedMetadata.labels },
          spec: {
            // Pods find the first by its name before any of them is ready.
            network: { enableDNSHostnames: true, publishNotReadyAddresses: true },
            failurePolicy: {
              maxRestarts,
              // All of the old pods are gone before there are new ones: GPUs and claim are theirs until then.
              restartStrategy: 'BlockingRecreate',
              rules: [
                {
                  name: 'nodeLost',
                  action: 'RestartJobSetAndIgnoreMaxRestarts',
                  onJobFailureReasons: ['PodFailurePolicy'],
                },
              ],
            },
            replicatedJobs: [
              {
                name: NODES,
                replicas: 1,
                template: {
                  spec: {
                    completionMode: 'Indexed',
                    completions: nodes,
                    parallelism: nodes,
                    backoffLimit: 0,
                    activeDeadlineSeconds: this.#deadline,
                    podFailurePolicy: { rules: [{ action: 'FailJob', onPodConditions: [disrupted] }] },
                    template: podObject(template),
                  },
                },
              },
            ],
          },
        },
      ],
      dependsOn: [...waitFor, ...(controller?.value ?? []), ...(queue?.ready ?? [])],
    });
    declarePods(set._release, {
      namespace: this.namespace,
      name: this.name,
      template: podAttributes(template),
      pods: nodes,
    });
    return set._release;
  }

  /** The pods reach each other on whatever ports they agree, and nobody else reaches them. */
  #isolate(namespace: ITerraformDependable[]): void {
    const { cluster, modelStore } = this.#props;
    const own = { podSelector: { matchLabels: this.#labels } };
    isolate(this, 'NetworkPolicy', {
      cluster,
      waitFor: namespace,
      name: this.name,
      namespace: this.namespace,
      pods: this.#labels,
      ingress: [{ from: [own], ports: [] }],
      egress: [{ to: [own], ports: [] }, ...modelStoreEgress(modelStore, this.namespace)],
    });
  }
}

nameClass('TrainingJob', TrainingJob);
