import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { enter, entered } from '../../core/cluster-ledger';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { checksumAnnotation } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import {
  credentialAnnotations,
  credentialMounts,
  credentialVolumes,
  roleAnnotations,
  storeEnvironment,
  storeImage,
} from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { isolate, modelStoreEgress } from '../../kubernetes/network-access';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { Fault, fault } from '../../units/fault';
import { nameClass } from '../../units/own-class';
import { ModelReleaseProps } from './model-release-props';
import { releaseFaults } from './release-faults';
import { modelUri, podRole, PYTHON_IMAGE, releaseFolder, releaseUri, scripts, SYNC_CONFIG } from './sync-place';

const WORK = '/work';
const KEYS = '/etc/model-release-keys';
const RELEASE = 'model release';

/** What the ledger of a store knows of a release. */
interface KnownRelease {
  readonly number: number;
  readonly path: string;
}

/**
 * A Job that signs one version of a model and puts it into a channel, from which sites take it (`ModelSync`): every file with its path, size and SHA-256, the
 * model, version, variant and sites, and a number. It is a statement of in-toto in an envelope of DSSE, signed by Ed25519.
 *
 * The private key is in one container, which has no credentials; those that talk to the store have no key. A release with a larger number, or with the same number
 * and other content, is never replaced. Removing the construct leaves the release.
 *
 * @see docs/model-sync.md
 */
export class ModelRelease extends Construct {
  /** Name of the Kubernetes objects. */
  public readonly name: string;
  /** Namespace of the Kubernetes objects. */
  public readonly namespace: string;
  /** Channel that sites follow. */
  public readonly channel: string;
  /** The Kubernetes Job, for overrides. */
  public readonly job: JobV1;
  readonly #props: ModelReleaseProps;

  /**
   * Throws a `ValidationError` with every fault of the names, the number, the sites and the references to keys, and of a second release of the channel with
   * the same number.
   *
   * @param scope parent of the construct
   * @param id id of the construct, unique in its scope
   * @param props what is released, and who signs it
   */
  public constructor(scope: Construct, id: string, props: ModelReleaseProps) {
    throwIfOfOtherKinds(scope, 'ModelReleaseProps', props, id, (given) => new ModelRelease(scope, id, given));
    super(scope, id);
    this.#props = props;
    this.name = props.name ?? kubernetesName(id);
    this.namespace = props.namespace ?? 'inference';
    this.channel = props.channel ?? 'stable';
    const { name, namespace, channel } = this;
    const faults = releaseFaults(props, { name, namespace, channel });
    throwIfRefused(this, faults.length > 0 ? faults : this.#sameNumberFaults());
    enter(props.modelStore, RELEASE, this.#place, this, { number: props.number, path: this.node.path });
    warnOfEndpoint(props.modelStore);

    const { cluster, modelStore, model, version } = props;
    const made = ensureNamespace(this, cluster, namespace, PodSecurityLevel.RESTRICTED);
    const role = podRole(this, props, namespace, name);
    if (role) {
      modelStore.grantRead(role, `${model}/${version}`);
      modelStore.grantReadWrite(role, releaseFolder(model));
    }
    const account = new ServiceAccountV1(this, 'ServiceAccount', {
      ...kubernetesMeta(this, cluster, made),
      metadata: this.#metadata(roleAnnotations(role)),
      automountServiceAccountToken: false,
    });
    const data = scripts('release-model.sh', 'release_envelope.py', 'sign_release.py');
    const config = new ConfigMapV1(this, 'Config', {
      ...kubernetesMeta(this, cluster, made),
      metadata: this.#metadata(),
      data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, escapeTemplate(text)])),
    });
    this.job = this.#makeJob([...made, account, config, ...(role?.ready ?? [])], data);
    if (props.networkPolicy ?? true) {
      isolate(this, 'NetworkPolicy', {
        ...{ cluster, waitFor: made, name, namespace, pods: this.#labels, ingress: [] },
        egress: modelStoreEgress(modelStore, namespace),
      });
    }
  }

  get #place(): string {
    return `${this.#props.model}/${this.channel}`;
  }

  /** Sites know releases of a channel by their numbers. */
  #sameNumberFaults(): Fault[] {
    const { modelStore, number, model } = this.#props;
    const others = entered<KnownRelease>(modelStore, RELEASE, this.#place).map(({ value }) => value);
    const other = others.find((each) => each.number === number);
    if (other === undefined) return [];
    const next = Math.max(...others.map((each) => each.number)) + 1;
    const reason =
      `number must differ from those of other releases of channel '${this.channel}' of '${model}', because sites tell them apart by it; got ${number}, which ` +
      `'${other.path}' has; give the later one ${next}`;
    return [fault('DUPLICATE', 'number', reason)];
  }

  get #labels(): { [key: string]: string } {
    return { 'app.kubernetes.io/name': 'model-release', 'app.kubernetes.io/instance': this.name };
  }

  #metadata(annotations?: { [key: string]: string }) {
    return { name: this.name, namespace: this.namespace, labels: { ...this.#labels, ...MANAGED_BY }, annotations };
  }

  #makeJob(waitFor: ITerraformDependable[], data: { readonly [file: string]: string }): JobV1 {
    const { cluster, modelStore, signingKeys, nodeSelector, retries, imageRegistry } = this.#props;
    return new JobV1(this, 'Resource', {
      ...kubernetesMeta(this, cluster, waitFor),
      metadata: this.#metadata(),
      waitForCompletion: false,
      spec: {
        backoffLimit: retries ?? 10,
        completions: 1,
        parallelism: 1,
        template: podTemplate({
          labels: this.#labels,
          annotations: { ...checksumAnnotation(data), ...credentialAnnotations(modelStore) },
          registry: imageRegistry ?? ImageRegistry.UPSTREAM,
          securityLevel: PodSecurityLevel.RESTRICTED,
          serviceAccount: { name: this.name },
          initContainers: [this.#storeContainer('read'), this.#signContainer()],
          containers: [this.#storeContainer('write')],
          spec: {
            restartPolicy: 'Never',
            nodeSelector,
            volume: [
              { name: 'config', configMap: { name: this.name, defaultMode: '0444' } },
              { name: 'work', emptyDir: { sizeLimit: '64Mi' } },
              { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
              ...signingKeys.map(({ name, key }, index) => ({
                name: `key-${index}`,
                secret: { secretName: name, defaultMode: '0440', items: [{ key, path: 'private.pem' }] },
              })),
              ...credentialVolumes(modelStore),
            ],
          },
        }),
      },
    });
  }

  #storeContainer(step: 'read' | 'write'): PodContainer {
    const { modelStore, model, version, awsCliImage } = this.#props;
    const environment = {
      WORK_DIR: WORK,
      MODEL_URI: `${modelUri(this, modelStore, model)}/${version}`,
      RELEASE_URI: releaseUri(this, modelStore, model, this.channel),
      HOME: '/tmp',
    };
    return {
      name: step,
      image: storeImage(modelStore, awsCliImage),
      command: ['/bin/sh', `${SYNC_CONFIG}/release-model.sh`, step],
      env: [...Object.entries(environment).map(([name, value]) => ({ name, value })), ...storeEnvironment(modelStore)],
      volumeMount: [...MOUNTS, ...credentialMounts(modelStore)],
      resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
  }

  #signContainer(): PodContainer {
    const { model, version, variant, number, sites, signingKeys, pythonImage } = this.#props;
    const environment = {
      WORK_DIR: WORK,
      KEY_FILES: signingKeys.map((_, index) => `${KEYS}/${index}/private.pem`).join(' '),
      MODEL: model,
      VERSION: version,
      VARIANT: variant ?? '',
      CHANNEL: this.channel,
      NUMBER: String(number),
      SITES: (sites ?? ['*']).join(' '),
      PYTHONDONTWRITEBYTECODE: '1',
    };
    return {
      name: 'sign',
      image: pythonImage ?? PYTHON_IMAGE,
      command: ['python3', `${SYNC_CONFIG}/sign_release.py`],
      env: Object.entries(environment).map(([name, value]) => ({ name, value })),
      volumeMount: [
        ...MOUNTS,
        ...signingKeys.map((_, index) => ({
          name: `key-${index}`,
          mountPath: `${KEYS}/${index}`,
          readOnly: true,
        })),
      ],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
      terminationMessagePolicy: 'FallbackToLogsOnError',
    };
  }
}

const MOUNTS = [
  { name: 'config', mountPath: SYNC_CONFIG, readOnly: true },
  { name: 'work', mountPath: WORK },
  { name: 'tmp', mountPath: '/tmp' },
];

nameClass('ModelRelease', ModelRelease);
