import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { throwIfOfOtherKinds, throwIfRefused } from '../../core/errors';
import { warnOfEndpoint } from '../../core/model-store-reach';
import { kubernetesName } from '../../core/naming';
import { PodSecurityLevel } from '../../core/pod-security-level';
import { escapeTemplate } from '../../core/template-escape';
import { checksumAnnotation } from '../../kubernetes/config-checksum';
import { ImageRegistry } from '../../kubernetes/image-registry';
import { kubernetesMeta } from '../../kubernetes/kubernetes-access';
import { MANAGED_BY } from '../../kubernetes/managed-by';
import { credentialAnnotations, credentialVolumes, roleAnnotations } from '../../kubernetes/model-store-access';
import { ensureNamespace } from '../../kubernetes/namespaces';
import { isolate, modelStoreEgress } from '../../kubernetes/network-access';
import { PodContainer, podTemplate } from '../../kubernetes/pod-template';
import { nameClass } from '../../units/own-class';
import { ModelReleaseProps } from './model-release-props';
import { releaseFaults } from './release-faults';
import { enterRelease, sameNumberFaults } from './release-ledger';
import { keyVolumes, signContainer, storeContainer } from './release-pod';
import { modelUri, podRole, releaseFolder, releaseUri, scripts } from './sync-place';

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
    throwIfRefused(this, faults.length > 0 ? faults : sameNumberFaults(props, channel));
    enterRelease(this, props, channel);
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
    const data = scripts('release-model.sh', 'release_envelope.py', 'release_signing.py', 'sign_release.py');
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
              ...keyVolumes(signingKeys),
              ...credentialVolumes(modelStore),
            ],
          },
        }),
      },
    });
  }

  #storeContainer(step: 'read' | 'write'): PodContainer {
    const { modelStore, model, version } = this.#props;
    return storeContainer(this.#props, step, step, {
      MODEL_URI: `${modelUri(this, modelStore, model)}/${version}`,
      RELEASE_URI: releaseUri(this, modelStore, model, this.channel),
    });
  }

  #signContainer(): PodContainer {
    return signContainer(this.#props, 'sign_release.py', {
      CHANNEL: this.channel,
      SITES: (this.#props.sites ?? ['*']).join(' '),
    });
  }
}

nameClass('ModelRelease', ModelRelease);
