import { Fault, fault, faultsUnder } from '../units/fault';
import { positiveFault, wholeNumberFault } from '../units/number-faults';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { IResolvable, ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../core/aws-role';
import { throwIfRefused, throwIfOfOtherKinds, returned } from '../core/errors';
import { imageFaults } from '../core/container-image';
import { ImageRegistry } from '../kubernetes/image-registry';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { modelStoreFaults, warnOfEndpoint } from '../core/model-store-reach';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ensureNamespace } from '../kubernetes/namespaces';
import { isolate, modelStoreEgress, sourceEgress } from '../kubernetes/network-access';
import { kubernetesName, kubernetesNameFault } from '../core/naming';
import { MANAGED_BY } from '../kubernetes/managed-by';
import { PodContainer, podTemplate } from '../kubernetes/pod-template';
import { mebibytes } from '../kubernetes/quantity';
import { checksumAnnotation } from '../kubernetes/config-checksum';
import { systemNodesOf } from '../core/system-nodes';
import { ModelUse } from '../core/model-use';
import { addWarning } from '../core/validation';
import { Duration } from '../units/duration';
import { escapeTemplate } from '../core/template-escape';
import { concreteFault } from '../core/tokens';
import { DataSize } from '../units/data-size';
import { scriptAsset } from '../kubernetes/script-asset';
import { variableOrder } from '../kubernetes/variable-order';
import { modelNameFaults, modelVersionFaults } from '../core/model-name';
import {
  credentialAnnotations,
  credentialMounts,
  credentialVolumes,
  roleAnnotations,
  storeEnvironment,
  storeImage,
} from '../kubernetes/model-store-access';
import { guardManifest } from './manifest-guard';
import { ModelImportProps } from './model-import-props';
import { ModelSource } from './model-source';
import { podFaults } from './pod-faults';
import { sourceEnvironment } from './source-environment';
import { sourceFaults, sourceWarnings, storedPath } from './source-faults';
import { nameClass } from '../units/own-class';
import { allOf } from '../units/unreadable';

const SCRIPT_KEY = 'import.sh';
const CONFIG_MOUNT = '/etc/model-import';
const SCRATCH_MOUNT = '/scratch';
const SOURCE_MOUNT = '/source';
const CONTAINER = 'import';
const TOKEN_MOUNT = '/var/run/secrets/model-source';
/** `backoffLimit` of a Job has 32 bits. */
const MOST_RETRIES = 2 ** 31 - 1;

/** What the script ends with where another try cannot help; 2 is a shell's own for a script that it cannot run. */
const FINAL_STATUSES = [1, 2];
/** What EKS gives nodes in GiB (eksctl, and the EKS API: `diskSize` of a node group is 20 by default), and the part that pods can have of it. */
const DEFAULT_NODE_DISK = 20;
const ALLOCATABLE_DISK = 0.85;

/**
 * A Job that fills the model store with one version of a model, and writes the checksums that its readers verify.
 *
 * Whatever decides what is imported is part of its pods, so that another source is another Job. Terraform waits for it only where a
 * deployment of the same stack, or of one that depends on it, serves the model. It has no time to live: a Job that Kubernetes removes would be created again by the next
 * apply. Removing the construct removes the Job and leaves the model in the store.
 *
 * It may write the folder of its model's version and nothing else in the store; in S3 it cannot replace or delete the manifest of a complete
 * version, so that its role, which stays for as long as the construct does, cannot change what is served unseen.
 */
export class ModelImport extends Construct {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** URI of the model once the Job is done. */
  public readonly modelUri: string;
  /** The Kubernetes Job, for overrides. */
  public readonly job: JobV1;

  readonly #props: ModelImportProps;
  readonly #registry: ImageRegistry;

  public constructor(scope: Construct, id: string, props: ModelImportProps) {
    throwIfOfOtherKinds(scope, 'ModelImportProps', props, id, (given) => new ModelImport(scope, id, given));
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    this.#registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    throwIfRefused(this, this.#faults());
    warnOfEndpoint(props.modelStore);
    for (const warning of [...sourceWarnings(props.source), ...this.#diskWarnings()]) addWarning(this, warning);
    this.modelUri = returned(
      this,
      'IModelStore',
      'modelStore.uriFor()',
      props.modelStore.uriFor(props.model, this.#version),
    );

    const namespace = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    const role = this.#storeRole();
    const serviceAccount = new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, props.cluster, namespace),
      metadata: this.#metadata(roleAnnotations(role)),
      automountServiceAccountToken: false,
    });
    const files = props.source.files.map((file) => `${file.sha256 ?? '-'} ${storedPath(file)} ${file.url}\n`).join('');
    const data = { [SCRIPT_KEY]: scriptAsset('import-model.sh'), ...(files ? { files } : {}) };
    const configMap = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, props.cluster, namespace),
      metadata: this.#metadata(),
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, escapeTemplate(text)])),
    });
    this.job = this.#makeJob([...namespace, serviceAccount, configMap, ...(role?.ready ?? [])], data);
    const waits = this.#waitSeconds > 0;
    ModelUse.of(props.modelStore, props.model, this.#version).addImport(this, { job: this.job, waits });
    if (props.networkPolicy ?? true) this.#isolate(namespace);
  }

  /** A node of a size that is not known here may have less disk than the pod asks for. */
  #diskWarnings(): Fault[] {
    const { cluster, nodeSelector } = this.#props;
    if (nodeSelector) return [];
    const nodes = systemNodesOf(cluster)?.value.diskGib;
    const gib = nodes ?? DEFAULT_NODE_DISK;
    const usable = Math.floor(gib * 1024 * ALLOCATABLE_DISK);
    if (this.#disk.mib <= usable) return [];
    const reason =
      `the pod asks for ${this.#disk.mib} MiB of local disk, but a node with ${gib} GiB, ` +
      `${nodes === undefined ? 'the default of EKS' : 'as the system nodes of the cluster are'}, has about ${usable} MiB for pods, so that it may ` +
      'never run; lower largestFile, or name nodes with more by nodeSelector';
    return [fault('DISK_LARGER_THAN_NODES', 'largestFile', reason)];
  }

  get #waitSeconds(): number {
    return (this.#props.waitTimeout ?? Duration.hours(2)).toSeconds();
  }

  get #disk(): DataSize {
    return DataSize.mib(this.#scratch.mib + 1024);
  }

  /** Disk for the largest file while it is downloaded, and a little for lists. */
  get #scratch(): DataSize {
    return DataSize.mib(Math.ceil(this.#props.source.claimName === undefined ? this.#largestFile.mib + 1024 : 1024));
  }

  get #version(): string {
    return this.#props.version ?? '1';
  }

  get #largestFile(): DataSize {
    return this.#props.largestFile ?? DataSize.gib(10);
  }

  #faults(): Fault[] {
    const props = this.#props;
    const { name, namespace } = this;
    const { model, retries } = props;
    const unknown = allOf(
      () => tokenFaults({ name, namespace, model, version: this.#version, retries }),
      () => sourceTokenFaults(props.source),
    );
    if (unknown.length > 0) return unknown;
    return allOf(
      () => kubernetesNameFault('name', this.name),
      () => kubernetesNameFault('namespace', this.namespace),
      () => modelNameFaults(props.model, 'model'),
      () => modelVersionFaults(this.#version),
      () => sourceFaults(props.source),
      () =>
        faultsUnder(
          modelStoreFaults(props.modelStore, props.cluster.connection.region),
          'modelStore',
          `store '${props.modelStore.node.path}'`,
        ),
      () => this.#otherImportFaults(),
      () => wholeNumberFault('retries', props.retries, 0, MOST_RETRIES),
      () => positiveFault('largestFile', props.largestFile?.mib),
      () => imageFaults('awsCliImage', props.awsCliImage),
      () => podFaults(props),
      () => secondsFault('timeout', props.timeout, 1),
      () => secondsFault('waitTimeout', props.waitTimeout, 0),
    );
  }

  /** A complete version is never changed, so one of two imports fails, or both make a mixture. */
  #otherImportFaults(): Fault[] {
    const { modelStore, model } = this.#props;
    const other = ModelUse.of(modelStore, model, this.#version).import;
    if (other === undefined) return [];
    const reason =
      `version '${this.#version}' of '${model}' is imported into store '${modelStore.node.path}' by '${other.node.path}' already; ` +
      'give one of them another version';
    return [fault('DUPLICATE', 'version', reason)];
  }

  /** Nobody connects to the pod; it connects to names, credentials, the store and the hosts of its source. */
  #isolate(namespace: ITerraformDependable[]): void {
    const { cluster, modelStore, source } = this.#props;
    isolate(this, 'NetworkPolicy', {
      cluster,
      waitFor: namespace,
      name: this.name,
      namespace: this.namespace,
      pods: this.#labels,
      ingress: [],
      egress: [
        ...modelStoreEgress(modelStore, this.namespace),
        ...(source.claimName === undefined
          ? sourceEgress(
              [
                ...source.files,
                ...(source.repository?.endpoint === undefined ? [] : [{ url: source.repository.endpoint }]),
              ],
              this.namespace,
            )
          : []),
      ],
    });
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
    const folder = `${this.#props.model}/${this.#version}`;
    this.#props.modelStore.grantReadWrite(role, folder);
    if (this.#isGuarded) guardManifest(role, this.#props.modelStore, folder);
    return role;
  }

  /** Whether the store is S3 itself and the pod acts with a role of its own: others need not know conditions of policies and of writes. */
  get #isGuarded(): boolean {
    const { credentials, endpoint } = this.#props.modelStore;
    return credentials === undefined && endpoint === undefined;
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'model-import', 'app.kubernetes.io/instance': this.name };
  }

  #metadata(annotations?: { [key: string]: string }) {
    return { name: this.name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY }, annotations };
  }

  #makeJob(waitFor: ITerraformDependable[], data: { readonly [file: string]: string }): JobV1 {
    const { cluster, nodeSelector, modelStore, model } = this.#props;
    const use = ModelUse.of(modelStore, model, this.#version);
    const wait = this.#waitSeconds;
    return new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.#metadata(),
      waitForCompletion: Lazy.anyValue({ produce: () => wait > 0 && use.isAwaitedIn(this) }) as unknown as IResolvable,
      timeouts: wait > 0 ? { create: `${wait}s`, update: `${wait}s` } : undefined,
      spec: {
        backoffLimit: this.#props.retries ?? 10,
        activeDeadlineSeconds: (this.#props.timeout ?? Duration.hours(24)).toSeconds(),
        completions: 1,
        parallelism: 1,
        podFailurePolicy: {
          rule: [
            { action: 'FailJob', onExitCodes: { containerName: CONTAINER, operator: 'In', values: FINAL_STATUSES } },
            // A pod that its node has to give up says nothing about the import.
            { action: 'Ignore', onPodCondition: [{ type: 'DisruptionTarget', status: 'True' }] },
          ],
        },
        template: podTemplate({
          labels: { ...this.#props.podLabels, ...this.#labels },
          // A Job is never changed, only replaced: another list of files is another Job.
          annotations: {
            ...this.#props.podAnnotations,
            ...checksumAnnotation(data),
            ...credentialAnnotations(modelStore),
          },
          registry: this.#registry,
          securityLevel: PodSecurityLevel.RESTRICTED,
          fsGroupChangePolicy: 'OnRootMismatch',
          serviceAccount: { name: this.name },
          containers: [this.#container()],
          spec: {
            // Pods that failed stay, with their logs. What is stored is not sent again, so the next pod repeats one file at most.
            restartPolicy: 'Never',
            nodeSelector,
            volume: this.#volumes(),
          },
        }),
      },
    });
  }

  #volumes() {
    const { source, modelStore } = this.#props;
    const { claimName, secret } = source;
    return [
      { name: 'config', configMap: { name: this.name, defaultMode: '0444' } },
      { name: 'scratch', emptyDir: { sizeLimit: mebibytes(this.#scratch) } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      ...(claimName === undefined ? [] : [{ name: 'source', persistentVolumeClaim: { claimName, readOnly: true } }]),
      ...(secret === undefined
        ? []
        : [
            {
              name: 'token',
              secret: {
                secretName: secret.name,
                defaultMode: '0440',
                items: [{ key: secret.key, path: 'token' }],
              },
            },
          ]),
      ...credentialVolumes(modelStore),
    ];
  }

  #container(): PodContainer {
    const { source, modelStore } = this.#props;
    const disk = { 'ephemeral-storage': mebibytes(this.#disk) };
    const environment = {
      ...this.#props.environment,
      MODEL_URI: this.modelUri,
      SCRATCH_DIR: SCRATCH_MOUNT,
      SCRATCH_MIB: String(this.#scratch.mib),
      HOME: '/tmp',
      ...(this.#isGuarded ? { MANIFEST_ONCE: '1' } : {}),
      ...(source.secret === undefined ? {} : { TOKEN_FILE: `${TOKEN_MOUNT}/token` }),
      ...sourceEnvironment(source, { config: CONFIG_MOUNT, source: SOURCE_MOUNT }),
    };
    return {
      name: CONTAINER,
      image: storeImage(modelStore, this.#props.awsCliImage),
      command: ['/bin/sh', `${CONFIG_MOUNT}/${SCRIPT_KEY}`],
      env: [
        ...variableOrder(Object.entries(environment).map(([name, value]) => ({ name, value: escapeTemplate(value) }))),
        ...storeEnvironment(modelStore),
      ],
      volumeMount: [
        { name: 'config', mountPath: CONFIG_MOUNT, readOnly: true },
        { name: 'scratch', mountPath: SCRATCH_MOUNT },
        { name: 'tmp', mountPath: '/tmp' },
        ...(source.claimName === undefined ? [] : [{ name: 'source', mountPath: SOURCE_MOUNT, readOnly: true }]),
        ...(source.secret === undefined ? [] : [{ name: 'token', mountPath: TOKEN_MOUNT, readOnly: true }]),
        ...credentialMounts(modelStore),
      ],
      resources: {
        requests: { cpu: '500m', memory: '1Gi', ...disk },
        limits: { cpu: '2', memory: '2Gi', ...disk },
      },
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
  }
}

nameClass('ModelImport', ModelImport);

function tokenFaults(values: { readonly [property: string]: unknown }): Fault[] {
  return Object.entries(values).flatMap(([property, value]) =>
    concreteFault(property, value, 'names, folders and the list of files are made at synthesis'),
  );
}

function sourceTokenFaults({ files, repository, folder, allow, ignore }: ModelSource): Fault[] {
  return tokenFaults({
    files,
    source: [repository?.repository, repository?.revision, repository?.acceptedLicense, folder],
    endpoint: repository?.endpoint,
    allow,
    ignore,
  });
}

function secondsFault(property: string, duration: Duration | undefined, least: number): Fault[] {
  return duration === undefined ? [] : wholeNumberFault(property, duration.toSeconds(), least);
}
