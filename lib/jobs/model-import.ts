import { Fault, faultsUnder } from '../units/fault';
import { wholeNumberFault } from '../units/number-faults';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { IServiceAccountRole } from '../core/aws-role';
import { throwIfInvalid } from '../core/errors';
import { ImageRegistry } from '../kubernetes/image-registry';
import { kubernetesMeta } from '../kubernetes/kubernetes-access';
import { IKubernetesCluster } from '../core/kubernetes-cluster';
import { IModelStore } from '../core/model-store';
import { modelStoreFaults, warnOfPlainEndpoint } from '../core/model-store-reach';
import { PodSecurityLevel } from '../core/pod-security-level';
import { ensureNamespace } from '../kubernetes/namespaces';
import { kubernetesName, kubernetesNameFault } from '../core/naming';
import { MANAGED_BY } from '../kubernetes/managed-by';
import { PodContainer, podTemplate } from '../kubernetes/pod-template';
import { mebibytes } from '../kubernetes/quantity';
import { escapeTemplate } from '../core/template-escape';
import { concreteFault } from '../core/tokens';
import { DataSize } from '../units/data-size';
import { scriptAsset } from '../kubernetes/script-asset';
import { modelNameFaults, modelVersionFaults } from '../core/model-name';
import {
  AWS_CLI_IMAGE,
  credentialMounts,
  credentialVolumes,
  roleAnnotations,
  storeEnvironment,
} from '../kubernetes/model-store-access';
import { ModelSource, sourceFaults, storedPath } from './model-source';

/**
 * Properties of `ModelImport`.
 */
export interface ModelImportProps {
  /** The cluster the Job runs on; it needs no GPU. */
  readonly cluster: IKubernetesCluster;
  /** The store to fill. */
  readonly modelStore: IModelStore;
  /** Name of the model: its folder in the store, the same as in the served model. */
  readonly model: string;
  /** Version of the model. A complete version is never changed. @default '1' */
  readonly version?: string;
  /** Where the files come from. */
  readonly source: ModelSource;
  /**
   * Namespace, in which a claim or a secret of the source must be. Created unless the program or the cluster has it: see
   * `ExistingNamespaces`; one that is created is destroyed with its stack, and everything in it.
   * @default 'inference'
   */
  readonly namespace?: string;
  /** Name of the Kubernetes objects. @default - the construct's id */
  readonly name?: string;
  /** Disk for the largest file, while it is downloaded. @default 20 GiB */
  readonly largestFile?: DataSize;
  /** How often a failed pod is started again. @default 10 */
  readonly retries?: number;
  /** Labels of the nodes it may run on. @default - any node without a taint */
  readonly nodeSelector?: { [key: string]: string };
  /** Where images are pulled from. @default ImageRegistry.UPSTREAM */
  readonly imageRegistry?: ImageRegistry;
}

const SCRIPT_KEY = 'import.sh';
const CONFIG_MOUNT = '/etc/model-import';
const SCRATCH_MOUNT = '/scratch';
const SOURCE_MOUNT = '/source';

/**
 * A Job that fills the model store with one version of a model, and writes the checksums that its readers verify.
 *
 * Terraform does not wait for it. It has no time to live: a Job that Kubernetes removes would be created again by the next apply. Removing
 * the construct removes the Job and leaves the model in the store.
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
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    this.#registry = props.imageRegistry ?? ImageRegistry.UPSTREAM;
    throwIfInvalid(this, this.#faults());
    warnOfPlainEndpoint(props.modelStore);
    this.modelUri = props.modelStore.uriFor(props.model, this.#version);

    const namespace = ensureNamespace(this, props.cluster, this.namespace, PodSecurityLevel.RESTRICTED);
    const role = this.#storeRole();
    const serviceAccount = new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, props.cluster, namespace),
      metadata: this.#metadata(roleAnnotations(role)),
      automountServiceAccountToken: false,
    });
    const files = props.source.files.map((file) => `${file.sha256 ?? '-'} ${storedPath(file)} ${file.url}\n`).join('');
    const configMap = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, props.cluster, namespace),
      metadata: this.#metadata(),
      data: {
        [SCRIPT_KEY]: escapeTemplate(scriptAsset('import-model.sh')),
        ...(files ? { files: escapeTemplate(files) } : {}),
      },
    });
    this.job = this.#makeJob([...namespace, serviceAccount, configMap, ...(role?.ready ?? [])]);
  }

  /** Disk for the largest file while it is downloaded, and a little for lists. */
  get #scratch(): DataSize {
    return DataSize.mib(Math.ceil(this.#props.source.claimName === undefined ? this.#largestFile.mib + 1024 : 1024));
  }

  get #version(): string {
    return this.#props.version ?? '1';
  }

  get #largestFile(): DataSize {
    return this.#props.largestFile ?? DataSize.gib(20);
  }

  #faults(): Fault[] {
    const props = this.#props;
    const unknown = Object.entries({
      name: this.name,
      namespace: this.namespace,
      model: props.model,
      version: this.#version,
      files: props.source.files,
      retries: props.retries,
    }).flatMap(([property, value]) =>
      concreteFault(property, value, 'names, folders and the list of files are made at synthesis'),
    );
    if (unknown.length > 0) return unknown;
    return [
      ...kubernetesNameFault('name', this.name),
      ...kubernetesNameFault('namespace', this.namespace),
      ...modelNameFaults(props.model, 'model'),
      ...modelVersionFaults(this.#version),
      ...sourceFaults(props.source),
      ...faultsUnder(modelStoreFaults(props.modelStore), 'modelStore', `store '${props.modelStore.node.path}'`),
      ...wholeNumberFault('retries', props.retries, 0),
    ];
  }

  #storeRole(): IServiceAccountRole | undefined {
    if (this.#props.modelStore.credentials) return undefined;
    const role = this.#props.cluster.serviceAccountRole(this.namespace, this.name);
    this.#props.modelStore.grantReadWrite(role);
    return role;
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'model-import', 'app.kubernetes.io/instance': this.name };
  }

  #metadata(annotations?: { [key: string]: string }) {
    return { name: this.name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY }, annotations };
  }

  #makeJob(waitFor: ITerraformDependable[]): JobV1 {
    const { source, cluster, nodeSelector, modelStore } = this.#props;
    const claim = source.claimName;
    return new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.#metadata(),
      waitForCompletion: false,
      spec: {
        backoffLimit: this.#props.retries ?? 10,
        completions: 1,
        parallelism: 1,
        template: podTemplate({
          labels: this.#labels,
          registry: this.#registry,
          securityLevel: PodSecurityLevel.RESTRICTED,
          fsGroupChangePolicy: 'OnRootMismatch',
          serviceAccount: { name: this.name },
          containers: [this.#container()],
          spec: {
            // The same pod is restarted after a failure, so that a partly downloaded file is kept.
            restartPolicy: 'OnFailure',
            nodeSelector,
            volume: [
              { name: 'config', configMap: { name: this.name, defaultMode: '0444' } },
              { name: 'scratch', emptyDir: { sizeLimit: mebibytes(this.#scratch) } },
              { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
              ...(claim === undefined
                ? []
                : [{ name: 'source', persistentVolumeClaim: { claimName: claim, readOnly: true } }]),
              ...credentialVolumes(modelStore),
            ],
          },
        }),
      },
    });
  }

  #container(): PodContainer {
    const { source, modelStore } = this.#props;
    const disk = { 'ephemeral-storage': mebibytes(DataSize.mib(this.#scratch.mib + 1024)) };
    const from =
      source.claimName === undefined
        ? { name: 'FILE_LIST', value: `${CONFIG_MOUNT}/files` }
        : { name: 'SOURCE_DIR', value: source.folder ? `${SOURCE_MOUNT}/${source.folder}` : SOURCE_MOUNT };
    return {
      name: 'import',
      image: AWS_CLI_IMAGE,
      command: ['/bin/sh', `${CONFIG_MOUNT}/${SCRIPT_KEY}`],
      env: [
        { name: 'MODEL_URI', value: this.modelUri },
        { name: 'SCRATCH_DIR', value: SCRATCH_MOUNT },
        { name: 'HOME', value: '/tmp' },
        from,
        ...storeEnvironment(modelStore),
      ],
      volumeMount: [
        { name: 'config', mountPath: CONFIG_MOUNT, readOnly: true },
        { name: 'scratch', mountPath: SCRATCH_MOUNT },
        { name: 'tmp', mountPath: '/tmp' },
        ...(source.claimName === undefined ? [] : [{ name: 'source', mountPath: SOURCE_MOUNT, readOnly: true }]),
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
